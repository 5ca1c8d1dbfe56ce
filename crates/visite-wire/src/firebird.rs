//! Firebird (Firebird source, `src/remote/protocol.h`; "Firebird Wire Protocol" of the .NET provider).
//!
//! The connection is negotiated and no database opened: the client offers every protocol, but no encryption, no login
//! method and no user. So the server names the newest protocol that it speaks, or insists on encryption, before it
//! would look at a login. An offer of a login method without a user counts as a failed login (seen with Firebird 3.0).

use crate::bytes::Reader;
use crate::dialogue::{Detail, Dialogue, Event, Manner, Seen, Step};
use visite_facts::facts::{DeviceDatabase, NetworkService};
use visite_facts::{Known, Observed};

/// Operations.
const CONNECT: u32 = 1;
const ACCEPT: u32 = 3;
const RESPONSE: u32 = 9;
const CONTINUE_LOGIN: u32 = 92;
/// Protocols as they stand on the wire: 10, and 11 to 18 with the mark of Firebird. More than ten are not read.
const PROTOCOLS: [u32; 9] = [10, 0x800b, 0x800c, 0x800d, 0x800e, 0x800f, 0x8010, 0x8011, 0x8012];
/// Ways to send: from plain calls (0) to lazy sending (5). Higher bits are flags, such as compression.
const LAZY_SEND: u32 = 5;
/// "Incompatible wire encryption levels requested on client and server" (isc_miss_wirecrypt).
const MISSING_ENCRYPTION: u32 = 0x1400_02e8;

/// Negotiates with a server.
#[derive(Clone, Debug)]
pub struct Firebird;

impl Firebird {
    /// No login, whatever the manner says.
    pub fn new(_: &Manner) -> Self {
        Self
    }
}

impl Dialogue for Firebird {
    type Answer = Seen;

    fn step(&mut self, event: Event<'_>) -> Step<Seen> {
        match event {
            Event::Connected => Step::Send(question()),
            Event::Received(bytes) => received(bytes),
            Event::Silence | Event::Closed => Step::NotThis,
        }
    }
}

/// A connect for no database. All numbers have four bytes, texts are filled up to four.
fn question() -> Vec<u8> {
    let mut bytes = Vec::new();
    // Operation behind it (attach), version of this packet, our architecture (generic), name of the database.
    let count = u32::try_from(PROTOCOLS.len()).unwrap_or_default();
    for number in [CONNECT, 19, 3, 1, 0, count] {
        bytes.extend(number.to_be_bytes());
    }
    // Who we are: only that we do not encrypt (tag 11).
    bytes.extend([0, 0, 0, 6, 11, 4, 0, 0, 0, 0, 0, 0]);
    for (weight, protocol) in (1_u32..).zip(PROTOCOLS) {
        for number in [protocol, 1, 0, if protocol == 10 { 3 } else { LAZY_SEND }, weight.wrapping_mul(2)] {
            bytes.extend(number.to_be_bytes());
        }
    }
    bytes
}

fn received(bytes: &[u8]) -> Step<Seen> {
    let mut reader = Reader::new(bytes);
    let length = match reader.u32() {
        None if [0, 0, 0].starts_with(bytes) => return Step::More,
        Some(ACCEPT) => 16,
        Some(RESPONSE) => 32,
        Some(CONTINUE_LOGIN) => 20,
        _ => return Step::NotThis,
    };
    if bytes.len() < length {
        return Step::More;
    }
    let answer = match (length, bytes.len()) {
        (16, 16) => accepted(reader),
        (20, 20) => continued(reader),
        (32, 32) => refused(reader),
        _ => None,
    };
    answer.map_or(Step::NotThis, Step::Done)
}

/// The protocol, architecture and way to send that the server has chosen from ours.
fn accepted(mut reader: Reader<'_>) -> Option<Seen> {
    let (protocol, architecture, way) = (reader.u32()?, reader.u32()?, reader.u32()?);
    // Newer protocols come as negative numbers of two bytes.
    let protocol = if protocol >> 16 == 0xffff { protocol & 0xffff } else { protocol };
    if !PROTOCOLS.contains(&protocol) || architecture != 1 || way & 0xff > LAZY_SEND {
        return None;
    }
    // The newest protocol of each release; Firebird source, `protocol.h`.
    let version = match protocol {
        0x800b => Some("2.1"),
        0x800c => Some("2.5"),
        0x800d..=0x800f => Some("3.0"),
        0x8010 | 0x8011 => Some("4.0"),
        0x8012 => Some("5.0"),
        // Firebird 2.0 and older, and InterBase.
        _ => None,
    };
    Some(seen(version, Observed::default()))
}

/// The server wants to go on with a login, and has nothing to say for it: data, method, methods, keys, all empty.
fn continued(reader: Reader<'_>) -> Option<Seen> {
    reader.rest().iter().all(|byte| *byte == 0).then(|| seen(None, Observed::default()))
}

/// The server insists on encryption: no object, no id, no data, and a status of this one error.
fn refused(mut reader: Reader<'_>) -> Option<Seen> {
    let empty = reader.take(16)?.iter().all(|byte| *byte == 0);
    let (argument, error, end) = (reader.u32()?, reader.u32()?, reader.u32()?);
    (empty && (argument, error, end) == (1, MISSING_ENCRYPTION, 0)).then(|| seen(None, Known(true)))
}

fn seen(version: Option<&str>, encryption: Observed<bool>) -> Seen {
    let mut seen = Seen::new(NetworkService::Firebird);
    seen.product = Some("Firebird".to_owned());
    seen.version = version.map(str::to_owned);
    seen.detail = Detail::Database(DeviceDatabase {
        service: Known(NetworkService::Firebird),
        tls_offered: encryption,
        ..DeviceDatabase::default()
    });
    seen
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::play;
    use crate::trials;
    use proptest::prelude::*;

    /// Firebird 3.0 of Debian 12 as it comes: encryption is required.
    const REQUIRED: &[u8] = b"\0\0\0\x09\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\x14\0\x02\xe8\0\0\0\0";
    /// The same with `WireCrypt = Enabled`, which old programs need.
    const ENABLED: &[u8] = b"\0\0\0\x03\xff\xff\x80\x0f\0\0\0\x01\0\0\0\x05";
    /// The same, offered nothing newer than Firebird 2.5.
    const OLD: &[u8] = b"\0\0\0\x03\xff\xff\x80\x0c\0\0\0\x01\0\0\0\x05";
    /// The same, asked without a word about encryption.
    const LOGIN: &[u8] = b"\0\0\0\x5c\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

    fn firebird() -> Firebird {
        Firebird::new(&Manner::default())
    }

    #[test]
    fn real_servers() {
        for (answer, version, encryption) in [
            (REQUIRED, None, Known(true)),
            (ENABLED, Some("3.0"), Observed::default()),
            (OLD, Some("2.5"), Observed::default()),
            (LOGIN, None, Observed::default()),
        ] {
            let (seen, sent) = play(&mut firebird(), &[answer]);
            let seen = seen.expect("Firebird");
            assert_eq!(seen.version.as_deref(), version);
            let Detail::Database(database) = seen.detail else { panic!("no database") };
            assert_eq!(database.tls_offered, encryption);
            assert_eq!((sent[0].len(), sent[0].len() % 4), (216, 0));
        }
    }

    #[test]
    fn pieces_and_others() {
        for answer in [REQUIRED, ENABLED, OLD, LOGIN] {
            trials::stream_proven_by(firebird, &[answer], 0);
            assert_eq!(play(&mut firebird(), &[&[answer, b"\0"].concat()]).0, None);
        }
        trials::strangers(firebird, b"");
        // A refusal of all protocols is four bytes that prove nothing.
        assert_eq!(play(&mut firebird(), &[b"\0\0\0\x04"]).0, None);
        assert_eq!(play(&mut firebird(), &[b"\0\0\0\x03\0\0\0\x07\0\0\0\x01\0\0\0\x05"]).0, None);
    }

    proptest! {
        #[test]
        fn any_bytes(bytes: Vec<u8>) {
            play(&mut firebird(), &[&bytes]);
            play(&mut firebird(), &[&[b"\0\0\0\x09".as_slice(), &bytes].concat()]);
        }
    }
}
