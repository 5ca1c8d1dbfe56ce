//! Listeners for messages of medical systems: the framing of HL7 v2 (MLLP, HL7 Transport Specification appendix C).
//!
//! Sends one frame whose content is no HL7 message, just the word `VISITE`, and accepts only a framed acknowledgement as
//! proof. Never a message: nothing here can be filed under a patient. What a listener answers or sends by itself is looked
//! at for its shape only; not a word of it is kept.
//!
//! Limits. Listeners that cannot read a frame may say so or keep silent, and silence proves nothing. By its source, HAPI
//! (2.2 and newer, on which most Java systems stand) answers with a negative acknowledgement unless it is set to
//! `DO_NOT_RESPOND`; `hl7apy` answers where the application has a handler for errors, else it closes; with the Python
//! library `hl7` it is the application that decides. An engine that puts what it cannot read into an error list will show
//! the word there, so that its keeper knows who asked.

use crate::bytes::Reader;
use crate::{Detail, Dialogue, Event, MAX_ANSWER_BYTES, Manner, Seen, Step};
use visite_facts::Known;
use visite_facts::facts::{DeviceMllp, NetworkService};

/// Start of a frame (VT).
pub const START: u8 = 0x0b;
/// End of a frame (FS), followed by [`RETURN`].
pub const END: u8 = 0x1c;
/// End of a segment, and last byte of a frame (CR).
pub const RETURN: u8 = 0x0d;

/// The only thing that is ever sent. HL7 messages begin with `MSH`, batches with `FHS` or `BHS`.
const QUESTION: &[u8] = b"\x0bVISITE\x0d\x1c\x0d";
/// An acknowledgement is short. What goes on beyond this is none.
const MAX_FRAME_BYTES: usize = 8 * 1024;

/// Asks whether frames of HL7 are read.
#[derive(Clone, Debug)]
pub struct Mllp {
    encrypted: bool,
}

impl Mllp {
    /// A question in one frame.
    pub fn new(manner: &Manner) -> Self {
        Self { encrypted: manner.encrypted }
    }
}

impl Dialogue for Mllp {
    type Answer = Seen;

    fn step(&mut self, event: Event<'_>) -> Step<Seen> {
        match event {
            Event::Connected => Step::Send(QUESTION.to_vec()),
            Event::Received(bytes) => match frame(bytes) {
                Frame::Whole(content) if is_acknowledgement(content) => {
                    let mut seen = Seen::new(NetworkService::Mllp);
                    seen.detail =
                        Detail::Mllp(DeviceMllp { encrypted: Known(self.encrypted), ..DeviceMllp::default() });
                    Step::Done(seen)
                }
                Frame::Partial => Step::More,
                Frame::Whole(_) | Frame::Foreign => Step::NotThis,
            },
            Event::Silence | Event::Closed => Step::NotThis,
        }
    }
}

enum Frame<'b> {
    Whole(&'b [u8]),
    Partial,
    Foreign,
}

/// The one frame that `bytes` hold.
fn frame(bytes: &[u8]) -> Frame<'_> {
    let mut reader = Reader::new(bytes);
    if reader.u8() != Some(START) {
        return Frame::Foreign;
    }
    let rest = reader.rest();
    match rest.iter().position(|byte| matches!(*byte, START | END)) {
        // Cheap while it comes in pieces: the frame must begin like a header from its first bytes on.
        None if rest.len() < MAX_FRAME_BYTES.min(MAX_ANSWER_BYTES) && begins_like_a_header(rest) => Frame::Partial,
        None => Frame::Foreign,
        Some(at) => match rest.split_at_checked(at) {
            Some((content, [END, RETURN])) => Frame::Whole(content),
            Some((_, [END])) => Frame::Partial,
            _ => Frame::Foreign,
        },
    }
}

fn begins_like_a_header(content: &[u8]) -> bool {
    content.iter().zip(b"MSH|").all(|(byte, wanted)| byte == wanted)
}

/// Whether this is an acknowledgement (HL7 v2.5.1, 2.13.1): a header, and what became of the message.
fn is_acknowledgement(content: &[u8]) -> bool {
    if !begins_like_a_header(content) || content.len() < 9 {
        return false;
    }
    let is_name = |name: &[u8]| name.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    let mut segments = content.split(|byte| *byte == RETURN).filter(|segment| !segment.is_empty());
    let named = |segment: &[u8]| {
        segment.split_first_chunk::<3>().is_some_and(|(name, rest)| is_name(name) && rest.first() == Some(&b'|'))
    };
    let header = segments.next().unwrap_or_default();
    // MSH-1 is the separator itself, so MSH-2 comes first: the four or five encoding characters.
    let mut fields = header.split(|byte| *byte == b'|').skip(1);
    let encoding = fields.next().unwrap_or_default();
    let kind = fields.nth(6).unwrap_or_default();
    let acknowledges = |segment: &[u8]| {
        let code = segment.strip_prefix(b"MSA|").and_then(|rest| rest.get(..2));
        matches!(code, Some(b"AA" | b"AE" | b"AR" | b"CA" | b"CE" | b"CR"))
    };
    let (mut all_named, mut acknowledged) = (true, kind.starts_with(b"ACK"));
    for segment in segments {
        all_named &= named(segment);
        acknowledged |= acknowledges(segment);
    }
    let encodes = (4..=5).contains(&encoding.len()) && encoding.iter().all(u8::is_ascii_punctuation);
    encodes && all_named && acknowledged
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::play;
    use crate::trials;
    use proptest::prelude::*;

    /// Recorded from an `MLLPServer` of hl7apy 1.3.5 (Python 3.11) whose handler for errors answers with an ACK. The same
    /// server without such a handler, and a server of hl7 0.4.5 that acknowledges every message, close the connection.
    const HL7APY: &[u8] = b"\x0bMSH|^~\\&|||||20261125225244||ACK|1||2.5\rMSA|AR|0|Unsupported\r\x1c\r";
    /// The negative acknowledgement of HAPI to a frame that it cannot read, put together from its source
    /// (`ApplicationRouterImpl.logAndMakeErrorMessage`); not recorded.
    const HAPI: &[u8] = b"\x0bMSH|^~\\&|||||20261125225244.123+0100||ACK|101||2.5\rMSA|AE\rERR|||207^Application internal error^HL70357|E||||Determine encoding for message\r\x1c\r";

    fn probe(arrivals: &[&[u8]]) -> (Option<Seen>, Vec<Vec<u8>>) {
        play(&mut Mllp::new(&Manner { encrypted: true, ..Manner::default() }), arrivals)
    }

    #[test]
    fn only_an_acknowledgement_is_proof() {
        for answer in [HL7APY, HAPI] {
            let (seen, sent) = probe(&[answer]);
            trials::is_taken_by_nobody_else(seen.as_ref(), &[answer]);
            let seen = seen.expect("as recorded");
            assert_eq!(seen.service, NetworkService::Mllp);
            assert_eq!((seen.texts.len(), seen.names.len()), (0, 0));
            assert!(matches!(seen.detail, Detail::Mllp(DeviceMllp { encrypted: Known(true), .. })));
            assert_eq!(sent, [QUESTION]);
        }
        assert!(!QUESTION.windows(3).any(|w| [b"MSH", b"FHS", b"BHS"].contains(&w.try_into().expect("as recorded"))));
    }

    #[test]
    fn other_services_are_no_mllp() {
        let message = b"\x0bMSH|^~\\&|LAB|X|||20260101||ORU^R01|1|P|2.5\rPID|||4711||Muster^Maria\r\x1c\r";
        let endless = [&[START][..], &[b'x'; MAX_ANSWER_BYTES - 1]].concat();
        let long_header = [b"\x0bMSH|".as_slice(), &[b'x'; MAX_FRAME_BYTES]].concat();
        let two = [HL7APY, HL7APY].concat();
        let foreign: [&[u8]; 12] = [
            b"HTTP/1.1 400 Bad Request\r\n\r\n",
            QUESTION,
            message,
            &endless,
            &long_header,
            &two,
            b"MSH|^~\\&|||||20261125||ACK|1||2.5\rMSA|AR|0\r",
            b"\x0bMSH|^~\\&|||||20261125||ACK|1||2.5\rMSA|AR|0\r\x1c\n",
            b"\x0bMSH|^~\\&|||||20261125||XYZ|1||2.5\rMSA|ZZ|0\r\x1c\r",
            b"\x0bMSH|^~\\&|||||20261125||ACK|1||2.5\r<html>\r\x1c\r",
            b"\x0bNAK\r\x1c\r",
            b"\x0b\x1c\r",
        ];
        for bytes in foreign {
            assert_eq!(probe(&[bytes]).0, None, "{:?}", String::from_utf8_lossy(&bytes[..bytes.len().min(60)]));
        }
        assert_eq!(probe(&[&[]]).0, None);
        assert_eq!(probe(&[]).0, None);
    }

    #[test]
    fn bytes_may_come_one_by_one_and_none_may_be_missing() {
        let mut mllp = Mllp::new(&Manner::default());
        mllp.step(Event::Connected);
        for end in 1..HL7APY.len() {
            assert_eq!(mllp.step(Event::Received(&HL7APY[..end])), Step::More, "{end}");
            assert_eq!(probe(&[&HL7APY[..end]]).0, None);
        }
        assert!(matches!(mllp.step(Event::Received(HL7APY)), Step::Done(_)));
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes: Vec<u8>) {
            let _ = probe(&[&bytes]);
            let framed = [b"\x0bMSH|".as_slice(), &bytes, b"\r\x1c\r"].concat();
            let _ = probe(&[&framed]);
        }
    }
}
