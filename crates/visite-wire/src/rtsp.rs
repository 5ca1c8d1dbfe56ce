//! Video streams (RFC 2326, RFC 7826): whether somebody speaks it, and what product it names.
//!
//! Asked for its abilities (`OPTIONS`). Deliberately absent: every request for a stream or its description; no picture is
//! ever asked for.

use visite_facts::facts::NetworkService;

use crate::bytes::clean;
use crate::head::parse_head;
use crate::{Dialogue, Event, Manner, Seen, Step, TextPlace};

/// Number of the question, which the answer repeats (RFC 2326, 12.17).
const SEQUENCE: &str = "22131";

/// The dialogue, over TCP ports 554 and 8554.
#[derive(Clone, Debug)]
pub struct Rtsp;

impl Rtsp {
    /// A dialogue in this manner.
    pub fn new(_manner: &Manner) -> Self {
        Self
    }
}

impl Dialogue for Rtsp {
    type Answer = Seen;

    fn step(&mut self, event: Event<'_>) -> Step<Seen> {
        let bytes = match event {
            Event::Connected => {
                return Step::Send(format!("OPTIONS * RTSP/1.0\r\nCSeq: {SEQUENCE}\r\n\r\n").into_bytes());
            }
            Event::Silence | Event::Closed => return Step::NotThis,
            Event::Received(bytes) => bytes,
        };
        match parse_head(bytes, &["RTSP/1.0 ", "RTSP/2.0 "]) {
            Ok(None) => Step::More,
            Ok(Some(head)) if head.status().is_some() && head.field("CSeq") == Some(SEQUENCE) => {
                let text = head.field("Server").and_then(|text| clean(text.as_bytes(), 255));
                let texts = text.map(|text| (TextPlace::RtspServer, text)).into_iter().collect();
                Step::Done(Seen { texts, ..Seen::new(NetworkService::Rtsp) })
            }
            _ => Step::NotThis,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trials;
    use proptest::prelude::*;

    /// The server of RTSP::Server 0.06 (rtsp-server-perl of Debian 12), recorded on the loopback interface.
    const RECORDED: &[u8] =
        b"RTSP/1.0 200 OK\r\nPublic: OPTIONS, DESCRIBE, TEARDOWN, SETUP, PLAY, STOP\r\nCSeq: 22131\r\n\
        Session: 2\r\n\r\n";

    fn rtsp() -> Rtsp {
        Rtsp::new(&Manner::default())
    }

    #[test]
    fn cameras() {
        assert_eq!(trials::stream(rtsp, &[RECORDED]), Seen::new(NetworkService::Rtsp));
        let named = b"RTSP/1.0 401 Unauthorized\r\nCSeq: 22131\r\nServer: GStreamer RTSP server\r\n\r\n";
        let seen = trials::stream(rtsp, &[named]);
        assert_eq!(seen.texts, [(TextPlace::RtspServer, "GStreamer RTSP server".to_owned())]);
    }

    #[test]
    fn wrong_answers() {
        for answer in [
            &b"RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n"[..],
            b"RTSP/1.0 200 OK\r\nServer: x\r\n\r\n",
            b"RTSP/1.0 OK\r\nCSeq: 22131\r\n\r\n",
            b"HTTP/1.1 400 Bad Request\r\nCSeq: 22131\r\n\r\n",
        ] {
            assert_eq!(crate::play(&mut rtsp(), &[answer]).0, None);
        }
        trials::strangers(rtsp, b"");
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(
            noise in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..120), 0..3),
            changes in proptest::collection::vec(any::<(proptest::sample::Index, u8)>(), 0..4),
        ) {
            trials::any_bytes(rtsp(), &noise);
            trials::any_bytes(rtsp(), &[trials::mutated(RECORDED, &changes)]);
        }
    }
}
