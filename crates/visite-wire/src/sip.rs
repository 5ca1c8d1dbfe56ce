//! Telephony (RFC 3261): whether somebody speaks it, and what product it names.
//!
//! Asked for its abilities (`OPTIONS`, RFC 3261, 11), which rings no telephone. Deliberately absent: registration and
//! calls, and any name of an extension, for those would be login attempts.

use visite_facts::facts::NetworkService;

use crate::bytes::clean;
use crate::head::{Head, parse_head};
use crate::{Dialogue, Event, Manner, Seen, Step, TextPlace};

/// Marks of question and conversation; the answer repeats them all (RFC 3261, 8.2.6.2). One question is open at a time
/// and connection, so they may be fixed.
const BRANCH: &str = "z9hG4bK-5673697465-1";
const CALL: &str = "5673697465-9a17c3";
const TAG: &str = "56b42c6d";

/// The dialogue, over UDP or TCP port 5060, or inside TLS port 5061.
#[derive(Clone, Debug)]
pub struct Sip {
    host: String,
    transport: &'static str,
}

impl Sip {
    /// A dialogue over UDP in this manner.
    pub fn new(manner: &Manner) -> Self {
        Self { transport: "UDP", ..Self::over_stream(manner) }
    }

    /// A dialogue over TCP or TLS in this manner.
    pub fn over_stream(manner: &Manner) -> Self {
        let host: String = manner.host.chars().filter(|c| c.is_ascii_graphic()).take(255).collect();
        let host = if host.contains(':') { format!("[{host}]") } else { host };
        Self { host, transport: if manner.encrypted { "TLS" } else { "TCP" } }
    }

    fn question(&self) -> Vec<u8> {
        let Self { host, transport } = self;
        format!(
            "OPTIONS sip:{host} SIP/2.0\r\n\
             Via: SIP/2.0/{transport} anonymous.invalid;rport;branch={BRANCH}\r\n\
             Max-Forwards: 70\r\n\
             From: <sip:anonymous@anonymous.invalid>;tag={TAG}\r\n\
             To: <sip:{host}>\r\n\
             Call-ID: {CALL}\r\n\
             CSeq: 1 OPTIONS\r\n\
             Contact: <sip:anonymous@anonymous.invalid>\r\n\
             Accept: application/sdp\r\n\
             Content-Length: 0\r\n\r\n"
        )
        .into_bytes()
    }
}

impl Dialogue for Sip {
    type Answer = Seen;

    fn step(&mut self, event: Event<'_>) -> Step<Seen> {
        match event {
            Event::Connected => Step::Send(self.question()),
            Event::Silence | Event::Closed => Step::NotThis,
            Event::Received(bytes) => match parse_head(bytes, &["SIP/2.0 "]) {
                Ok(Some(head)) if is_ours(&head) => Step::Done(seen(&head)),
                Ok(None) if self.transport != "UDP" => Step::More,
                _ => Step::NotThis,
            },
        }
    }
}

/// Whether the answer repeats everything it must. Field names may be short (RFC 3261, 7.3.3).
fn is_ours(head: &Head<'_>) -> bool {
    let field = |name, short| head.field(name).or_else(|| head.field(short)).unwrap_or_default();
    let sequence: Vec<&str> = field("CSeq", "CSeq").split_whitespace().collect();
    head.status().is_some()
        && field("Via", "v").split([';', ',']).any(|part| part.trim().strip_prefix("branch=") == Some(BRANCH))
        && field("From", "f").split(';').any(|part| part.trim().strip_prefix("tag=") == Some(TAG))
        && field("Call-ID", "i") == CALL
        && sequence == ["1", "OPTIONS"]
}

fn seen(head: &Head<'_>) -> Seen {
    let mut seen = Seen::new(NetworkService::Sip);
    for (place, name) in [(TextPlace::SipServer, "Server"), (TextPlace::SipUserAgent, "User-Agent")] {
        let text = head.field(name).and_then(|text| clean(text.as_bytes(), 255));
        seen.texts.extend(text.map(|text| (place, text)));
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trials;
    use proptest::prelude::*;

    /// Kamailio 5.6.3 of Debian 12 with a script that answers `OPTIONS`, recorded on the loopback interface.
    const KAMAILIO: &[u8] = b"SIP/2.0 200 OK\r\n\
        Via: SIP/2.0/UDP anonymous.invalid;rport=48732;branch=z9hG4bK-5673697465-1;received=127.0.0.1\r\n\
        From: <sip:anonymous@anonymous.invalid>;tag=56b42c6d\r\n\
        To: <sip:127.0.0.1>;tag=014e26467e5bffe32d4cd3194f1a9642.0f080000\r\n\
        Call-ID: 5673697465-9a17c3\r\n\
        CSeq: 1 OPTIONS\r\n\
        Server: kamailio (5.6.3 (x86_64/linux))\r\n\
        Content-Length: 0\r\n\
        \r\n";

    fn udp() -> Sip {
        Sip::new(&Manner { host: "127.0.0.1".to_owned(), ..Manner::default() })
    }

    fn tcp() -> Sip {
        Sip::over_stream(&Manner { host: "127.0.0.1".to_owned(), ..Manner::default() })
    }

    #[test]
    fn telephone_systems() {
        let seen = trials::datagrams(udp, &[KAMAILIO]);
        assert_eq!(seen.texts, [(TextPlace::SipServer, "kamailio (5.6.3 (x86_64/linux))".to_owned())]);
        assert_eq!(trials::stream(tcp, &[KAMAILIO]), seen);
        // Short names of fields, a refusal, and a body.
        let short = format!(
            "SIP/2.0 401 Unauthorized\r\nv: SIP/2.0/UDP a;branch={BRANCH};received=10.0.0.2\r\nf: <sip:a@b>;tag={TAG}\r\n\
             t: <sip:x>;tag=1\r\ni: {CALL}\r\nCSeq: 1 OPTIONS\r\nUser-Agent: AVM FRITZ!Box 7590\r\nl: 2\r\n\r\n"
        );
        let seen = crate::play(&mut udp(), &[short.as_bytes()]).0.expect("recognised");
        assert_eq!(seen.texts, [(TextPlace::SipUserAgent, "AVM FRITZ!Box 7590".to_owned())]);
    }

    #[test]
    fn wrong_answers() {
        let text = String::from_utf8_lossy(KAMAILIO);
        for mark in [BRANCH, CALL, TAG, "OPTIONS"] {
            let other = text.replacen(mark, "other", 1);
            assert_ne!(other, text);
            assert_eq!(crate::play(&mut udp(), &[other.as_bytes()]).0, None, "{mark}");
        }
        trials::strangers(udp, b"");
        trials::strangers(tcp, b"");
        assert!(
            Sip::new(&Manner { host: "fe80::1".to_owned(), ..Manner::default() })
                .question()
                .starts_with(b"OPTIONS sip:[fe80::1] ")
        );
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(
            noise in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..120), 0..3),
            changes in proptest::collection::vec(any::<(proptest::sample::Index, u8)>(), 0..4),
        ) {
            trials::any_bytes(tcp(), &noise);
            trials::any_bytes(udp(), &[trials::mutated(KAMAILIO, &changes)]);
        }
    }
}
