//! Oracle Database, the listener (TNS; Oracle Net Services reference, `tnsping`). Unverified against a real server.
//!
//! The question is the one that Oracle's own `tnsping` asks: whether a listener is there. It names no service and no
//! user, and is refused with the listener's version. Deliberately absent: names of instances and services.

use crate::bytes::Reader;
use crate::dialogue::{Detail, Dialogue, Event, Manner, Seen, Step};
use visite_facts::Known;
use visite_facts::facts::{DeviceDatabase, NetworkService};

/// Kinds of packets.
const ACCEPT: u8 = 2;
const REFUSE: u8 = 4;
const RESEND: u8 = 11;
/// What we ask for.
const COMMAND: &[u8] = b"(CONNECT_DATA=(COMMAND=ping))";
/// Longest answer, in bytes.
const MAX_ANSWER: usize = 2048;

/// Asks whether a listener is there.
#[derive(Clone, Debug)]
pub struct Oracle {
    encrypted: bool,
    /// Whether the listener has asked to hear the question again.
    repeated: bool,
}

impl Oracle {
    /// No login, whatever the manner says.
    pub fn new(manner: &Manner) -> Self {
        Self { encrypted: manner.encrypted, repeated: false }
    }

    fn received(&mut self, bytes: &[u8]) -> Step<Seen> {
        // Length, its checksum, kind, an unused byte, the head's checksum.
        let kind = bytes.get(4).copied();
        let zeros = bytes.get(2..4).unwrap_or_default().iter().chain(bytes.get(6..8).unwrap_or_default());
        let Some(length) = Reader::new(bytes).u16().map(usize::from) else { return Step::More };
        let known = kind.is_none_or(|kind| matches!(kind, ACCEPT | REFUSE | RESEND));
        if !known || zeros.copied().any(|byte| byte != 0) || !(8..=MAX_ANSWER).contains(&length) || bytes.len() > length
        {
            return Step::NotThis;
        }
        if bytes.len() < length {
            return Step::More;
        }
        match (kind, bytes.get(8..)) {
            (Some(RESEND), Some([])) if !self.repeated => {
                self.repeated = true;
                Step::Send(question())
            }
            (Some(REFUSE), Some(body)) => match refused(body) {
                Some(version) => Step::Done(self.seen(version)),
                None => Step::NotThis,
            },
            (Some(ACCEPT), Some(body)) if accepted(body) => Step::Done(self.seen(None)),
            _ => Step::NotThis,
        }
    }

    fn seen(&self, version: Option<String>) -> Seen {
        let mut seen = Seen::new(NetworkService::Oracle);
        seen.vendor = Some("Oracle".to_owned());
        seen.product = Some("Oracle Database".to_owned());
        seen.version = version;
        seen.detail = Detail::Database(DeviceDatabase {
            service: Known(NetworkService::Oracle),
            // TLS has a port of its own.
            tls_offered: Known(self.encrypted),
            ..DeviceDatabase::default()
        });
        seen
    }
}

impl Dialogue for Oracle {
    type Answer = Seen;

    fn step(&mut self, event: Event<'_>) -> Step<Seen> {
        match event {
            Event::Connected => Step::Send(question()),
            Event::Received(bytes) => self.received(bytes),
            Event::Silence | Event::Closed => Step::NotThis,
        }
    }
}

/// A connect packet, version 312, spoken since Oracle 8.
fn question() -> Vec<u8> {
    let length = u16::try_from(COMMAND.len()).unwrap_or_default();
    let mut bytes = length.saturating_add(58).to_be_bytes().to_vec();
    bytes.extend([0, 0, 1, 0, 0, 0]);
    // Version, oldest version, options, sizes of session and transport units, abilities of the transport, turnaround,
    // the number one as this machine writes it, length and place of what we ask for.
    for number in [312, 300, 0, 2048, 32767, 0x4f98, 0, 1, length, 58] {
        bytes.extend(number.to_be_bytes());
    }
    // Most that we would take back, flags, and fields of connections that are traced: all empty.
    bytes.extend([0; 30]);
    bytes.extend(COMMAND);
    bytes
}

/// The version in a refusal, if it is one: two reasons, and a description as long as it says.
fn refused(body: &[u8]) -> Option<Option<String>> {
    let mut reader = Reader::new(body);
    let (_user, _system) = (reader.u8()?, reader.u8()?);
    let text = reader.prefixed16()?;
    let text = core::str::from_utf8(text).ok().filter(|_| reader.is_empty())?;
    let text = text.trim_end_matches('\0').trim_end();
    let described = text.starts_with("(DESCRIPTION=") && text.ends_with(')') && text.contains("(ERR=");
    // What we asked comes back from an echo.
    if !described || text.contains("COMMAND=") {
        return None;
    }
    Some(text.split_once("(VSNNUM=").and_then(|(_, rest)| rest.split(')').next()).and_then(version))
}

/// A version as one number: two digits of hexadecimals, one, two, one, two. From release 18 on only the first ones keep
/// their place.
fn version(number: &str) -> Option<String> {
    let number: u32 = number.parse().ok().filter(|number| *number != 0)?;
    let [release, second, third, fourth] = number.to_be_bytes();
    match release {
        0..=6 | 100.. => None,
        7..=17 => {
            let (minor, update, component) = (second >> 4, (second & 15) << 4 | third >> 4, third & 15);
            Some(format!("{release}.{minor}.{update}.{component}.{fourth}"))
        }
        _ => Some(release.to_string()),
    }
}

/// An acceptance: a version that we offered, sizes, the number one, and data that lie within the packet.
fn accepted(body: &[u8]) -> bool {
    let fields = || {
        let mut reader = Reader::new(body);
        let (version, _options, session) = (reader.u16()?, reader.u16()?, reader.u16()?);
        let (_transport, one, length, place) = (reader.u16()?, reader.u16()?, reader.u16()?, reader.u16()?);
        let end = usize::from(place).checked_add(usize::from(length))?;
        let sound = (300..=312).contains(&version) && session >= 512 && matches!(one, 1 | 0x0100);
        Some(sound && (24..=64).contains(&place) && end == body.len().checked_add(8)?)
    };
    fields().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::play;
    use crate::trials;
    use proptest::prelude::*;

    const RESENT: &[u8] = b"\0\x08\0\0\x0b\0\0\0";

    /// A refusal as Oracle Net describes it.
    fn refusal(text: &str) -> Vec<u8> {
        let length = u16::try_from(text.len()).expect("short");
        let mut bytes = (length + 12).to_be_bytes().to_vec();
        bytes.extend([0, 0, 4, 0, 0, 0, 4, 0]);
        bytes.extend(length.to_be_bytes());
        bytes.extend(text.as_bytes());
        bytes
    }

    fn oracle() -> Oracle {
        Oracle::new(&Manner::default())
    }

    const PINGED: &str = "(DESCRIPTION=(TMP=)(VSNNUM=169869568)(ERR=0)(ALIAS=LISTENER))";

    #[test]
    fn documented_answers() {
        let (seen, sent) = play(&mut oracle(), &[&refusal(PINGED)]);
        assert_eq!(seen.expect("Oracle").version.as_deref(), Some("10.2.0.1.0"));
        assert_eq!((sent[0].len(), sent[0][1]), (87, 87));
        let (seen, sent) = play(&mut oracle(), &[RESENT, &refusal("(DESCRIPTION=(ERR=1189)(VSNNUM=318767104))")]);
        assert_eq!((seen.expect("Oracle").version.as_deref(), sent.len()), (Some("19"), 2));
        let accepted = b"\0\x18\0\0\x02\0\0\0\x01\x38\0\0\x08\0\x7f\xff\0\x01\0\0\0\x18\0\0";
        assert!(play(&mut oracle(), &[accepted]).0.is_some());
    }

    #[test]
    fn pieces_and_others() {
        trials::stream_proven_by(oracle, &[&refusal(PINGED)], 0);
        trials::stream_proven_by(oracle, &[RESENT, &refusal(PINGED)], 1);
        trials::strangers(oracle, b"");
        assert_eq!(play(&mut oracle(), &[RESENT, RESENT, RESENT]).0, None);
        for text in ["", "(DESCRIPTION=)", "(ERR=0)", "(DESCRIPTION=(CONNECT_DATA=(COMMAND=ping))(ERR=0))"] {
            assert_eq!(play(&mut oracle(), &[&refusal(text)]).0, None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes(bytes: Vec<u8>, text: String) {
            prop_assert_eq!(play(&mut oracle(), &[&bytes]).0, None);
            let short: String = text.chars().take(200).collect();
            play(&mut oracle(), &[&refusal(&format!("(DESCRIPTION={short}(ERR=)"))]);
            version(&text);
            accepted(&bytes);
        }
    }
}
