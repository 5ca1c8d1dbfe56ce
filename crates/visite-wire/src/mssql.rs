//! Microsoft SQL Server (MS-TDS). Unverified against a real server.
//!
//! One pre-login message tells version and encryption; it is no login. Deliberately absent: the login itself, and names
//! of instances and databases.

use crate::bytes::Reader;
use crate::dialogue::{Detail, Dialogue, Event, Manner, Seen, Step};
use visite_facts::facts::{DeviceDatabase, NetworkService};
use visite_facts::{Known, Observed};

/// A pre-login message as in MS-TDS, section 4.1: client version 9.0, encryption not asked for, no instance, thread 0,
/// no multiple result sets.
const PRELOGIN: &[u8] = b"\x12\x01\0\x2f\0\0\x01\0\
    \0\0\x1a\0\x06\x01\0\x20\0\x01\x02\0\x21\0\x01\x03\0\x22\0\x04\x04\0\x26\0\x01\xff\
    \x09\0\0\0\0\0\0\0\0\0\0\0\0";
/// Longest answer to it, in bytes.
const MAX_ANSWER: usize = 512;

/// Asks a server for its version.
#[derive(Clone, Debug)]
pub struct Mssql {
    encrypted: bool,
}

impl Mssql {
    /// No login, whatever the manner says. Inside TLS this is TDS 8.0.
    pub fn new(manner: &Manner) -> Self {
        Self { encrypted: manner.encrypted }
    }
}

impl Dialogue for Mssql {
    type Answer = Seen;

    fn step(&mut self, event: Event<'_>) -> Step<Seen> {
        match event {
            Event::Connected => Step::Send(PRELOGIN.to_vec()),
            Event::Received(bytes) => received(bytes, self.encrypted),
            Event::Silence | Event::Closed => Step::NotThis,
        }
    }
}

fn received(bytes: &[u8], encrypted: bool) -> Step<Seen> {
    // The head of the answer: a result (4), the last packet of it (1), and its length (MS-TDS, section 2.2.3.1).
    let expected = [4, 1].iter().zip(bytes).all(|(expected, byte)| expected == byte);
    let length = bytes.get(2..4).and_then(|bytes| Reader::new(bytes).u16()).map(usize::from);
    match length {
        _ if !expected => Step::NotThis,
        None => Step::More,
        Some(length) if !(16..=MAX_ANSWER).contains(&length) || bytes.len() > length => Step::NotThis,
        Some(length) if bytes.len() < length => Step::More,
        Some(_) => seen(bytes, encrypted).map_or(Step::NotThis, Step::Done),
    }
}

/// Reads the options of a whole answer. MS-TDS, section 2.2.6.5.
fn seen(packet: &[u8], encrypted: bool) -> Option<Seen> {
    // Behind kind, status and length: the session, the packet's number and an unused byte.
    let mut reader = Reader::new(packet.get(4..)?);
    let (_session, _number, window) = (reader.u16()?, reader.u8()?, reader.u8()?);
    let body = reader.rest();
    let (mut version, mut encryption) = (None, None);
    for nth in 0_u8.. {
        let kind = reader.u8()?;
        if kind == 0xff {
            break;
        }
        let (at, length) = (usize::from(reader.u16()?), usize::from(reader.u16()?));
        let value = body.get(at..at.checked_add(length)?)?;
        match (kind, value) {
            // The version comes first, and only there.
            (0, value) if nth == 0 => version = <[u8; 6]>::try_from(value).ok(),
            (1, [value @ 0..=3]) if encryption.is_none() => encryption = Some(*value),
            (2..=7, _) if nth < 16 => {}
            _ => return None,
        }
    }
    let ([major, minor, high, low, _, _], encryption) = (version?, encryption?);
    if window != 0 || !(8..=40).contains(&major) {
        return None;
    }
    let mut seen = Seen::new(NetworkService::Mssql);
    seen.vendor = Some("Microsoft".to_owned());
    seen.product = Some("Microsoft SQL Server".to_owned());
    seen.version = Some(format!("{major}.{minor}.{}", u16::from_be_bytes([high, low])));
    seen.detail = Detail::Database(DeviceDatabase {
        service: Known(NetworkService::Mssql),
        without_password: Observed::default(),
        // Off, on, not supported, required. Off protects the login only, but is an offer.
        tls_offered: Known(encrypted || encryption != 2),
        ..DeviceDatabase::default()
    });
    Some(seen)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::play;
    use crate::trials;
    use proptest::prelude::*;

    /// An answer as MS-TDS, sections 2.2.6.5 and 4.2, lays it out, with the version of SQL Server 2019 (15.0.2000).
    const SERVER: &[u8] = b"\x04\x01\0\x2b\0\0\x01\0\0\0\x1a\0\x06\x01\0\x20\0\x01\x02\0\x21\0\x01\x03\0\x22\0\0\x04\0\
        \x22\0\x01\xff\x0f\0\x07\xd0\0\0\0\0\0";

    fn mssql() -> Mssql {
        Mssql::new(&Manner::default())
    }

    #[test]
    fn documented_answer() {
        let (seen, sent) = play(&mut mssql(), &[SERVER]);
        let seen = seen.expect("SQL Server");
        assert_eq!(seen.version.as_deref(), Some("15.0.2000"));
        assert_eq!((sent[0].as_slice(), PRELOGIN.len()), (PRELOGIN, 0x2f));
        for (encryption, offered) in [(0, true), (1, true), (2, false), (3, true)] {
            let mut bytes = SERVER.to_vec();
            bytes[8 + 0x20] = encryption;
            let seen = play(&mut mssql(), &[&bytes]).0.expect("SQL Server");
            let Detail::Database(database) = seen.detail else { panic!("no database") };
            assert_eq!(database.tls_offered, Known(offered));
            assert_eq!(database.without_password, Observed::default());
        }
    }

    #[test]
    fn pieces_and_others() {
        trials::stream_proven_by(mssql, &[SERVER], 0);
        trials::strangers(mssql, b"");
        for (at, byte) in [(0, 0x12), (1, 0), (3, 0x2c), (7, 1), (8, 9), (10, 0x40), (40, 4), (34, 7)] {
            let mut bytes = SERVER.to_vec();
            bytes[at] = byte;
            assert_eq!(play(&mut mssql(), &[&bytes]).0, None, "{at}");
        }
        // Our own message, dressed as an answer.
        let mut echo = PRELOGIN.to_vec();
        echo[0] = 4;
        echo[8 + 0x1a] = 0;
        assert_eq!(play(&mut mssql(), &[&echo]).0, None);
    }

    proptest! {
        #[test]
        fn any_bytes(bytes: Vec<u8>) {
            prop_assert_eq!(play(&mut mssql(), &[&bytes]).0, None);
            seen(&[&SERVER[..8], &bytes].concat(), false);
        }
    }
}
