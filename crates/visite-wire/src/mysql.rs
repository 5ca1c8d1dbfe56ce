//! MySQL and MariaDB (MySQL internals documentation, "Connection Phase"; MariaDB, "Connecting").
//!
//! The server speaks first: its greeting tells version and abilities, or why we are not welcome. With consent one login
//! as `root` without a password is tried. Deliberately absent: queries. Servers count connections that end without a
//! login and lock an address out after many (100 by default), so this dialogue is not to be repeated at will.

use crate::bytes::{Reader, clean};
use crate::dialogue::{Detail, Dialogue, Event, Manner, Seen, Step, TextPlace};
use visite_facts::facts::{DeviceDatabase, NetworkService};
use visite_facts::{Known, Observed};

/// Longest packet that a server sends before a login, in bytes.
const MAX_PACKET_BYTES: usize = 1024;
/// The server offers TLS. MySQL, "Capabilities Flags".
const CLIENT_SSL: u32 = 0x0800;
/// What our login can do: long passwords, protocol 4.1, its authentication, plug-ins.
const ABILITIES: u32 = 0x0000_0001 | 0x0000_0200 | 0x0000_8000 | 0x0008_0000;
/// An account is refused: wrong password, other reasons without one, no access from here (errors 1045, 1698, 1130).
const REFUSED: [u16; 3] = [1045, 1698, 1130];

/// Listens for the greeting.
#[derive(Clone, Debug)]
pub struct Mysql {
    logins: bool,
    encrypted: bool,
    /// What the greeting said, once a login is under way.
    greeted: Option<Seen>,
}

impl Mysql {
    /// Listens; one login if the manner allows it.
    pub fn new(manner: &Manner) -> Self {
        Self { logins: manner.logins, encrypted: manner.encrypted, greeted: None }
    }

    fn greeting(&mut self, bytes: &[u8]) -> Step<Seen> {
        let body = match packet(bytes, &[0, 1]) {
            Packet::Whole(_, body) => body,
            Packet::Pieces => return Step::More,
            Packet::Broken => return Step::NotThis,
        };
        let Some(seen) = greeting(body, self.encrypted).or_else(|| unwelcome(body)) else { return Step::NotThis };
        if !self.logins || body.first() != Some(&10) {
            return Step::Done(seen);
        }
        self.greeted = Some(seen);
        let mut login = ABILITIES.to_le_bytes().to_vec();
        login.extend([0, 0, 0, 1, 45]);
        login.extend([0; 23]);
        // An empty answer to the server's challenge is an empty password.
        login.extend(b"root\0\0mysql_native_password\0");
        Step::Send(framed(1, &login))
    }

    /// What the login led to; any answer ends the dialogue, but a change of the method.
    fn answer(&mut self, bytes: &[u8]) -> Step<Seen> {
        match packet(bytes, &[2, 4]) {
            Packet::Pieces => Step::More,
            Packet::Broken => self.end(Observed::default()),
            Packet::Whole(sequence, body) => match body {
                [0x00, ..] => self.end(Known(true)),
                [0xff, low, high, ..] if REFUSED.contains(&u16::from_le_bytes([*low, *high])) => self.end(Known(false)),
                [0xfe, method @ ..] if sequence == 2 => match method.split(|byte| *byte == 0).next() {
                    Some(b"mysql_native_password") => Step::Send(framed(3, b"")),
                    Some(b"caching_sha2_password" | b"sha256_password") => Step::Send(framed(3, b"\0")),
                    // Another method asks for something that we do not have.
                    _ => self.end(Known(false)),
                },
                // The whole exchange of a password is asked for.
                [0x01, ..] => self.end(Known(false)),
                _ => self.end(Observed::default()),
            },
        }
    }

    fn end(&mut self, without_password: Observed<bool>) -> Step<Seen> {
        match self.greeted.take() {
            Some(mut seen) => {
                if let Detail::Database(database) = &mut seen.detail {
                    database.without_password = without_password;
                }
                Step::Done(seen)
            }
            None => Step::NotThis,
        }
    }
}

impl Dialogue for Mysql {
    type Answer = Seen;

    fn step(&mut self, event: Event<'_>) -> Step<Seen> {
        match event {
            Event::Connected => Step::More,
            Event::Received(bytes) if self.greeted.is_some() => self.answer(bytes),
            Event::Received(bytes) => self.greeting(bytes),
            Event::Silence | Event::Closed => self.end(Observed::default()),
        }
    }
}

fn framed(sequence: u8, body: &[u8]) -> Vec<u8> {
    let [low, middle, high, ..] = u32::try_from(body.len()).unwrap_or_default().to_le_bytes();
    let mut bytes = vec![low, middle, high, sequence];
    bytes.extend(body);
    bytes
}

enum Packet<'b> {
    /// Its number and what it holds.
    Whole(u8, &'b [u8]),
    Pieces,
    Broken,
}

/// One packet that is all there is, with one of these numbers. MySQL, "MySQL Packets".
fn packet<'b>(bytes: &'b [u8], sequences: &[u8]) -> Packet<'b> {
    let [low, middle, high, sequence, body @ ..] = bytes else {
        // The length of a first packet has one or two bytes.
        return if bytes.get(2).is_some_and(|high| *high != 0) { Packet::Broken } else { Packet::Pieces };
    };
    let length = usize::from(u16::from_le_bytes([*low, *middle]));
    if *high != 0 || length == 0 || length > MAX_PACKET_BYTES || !sequences.contains(sequence) || body.len() > length {
        Packet::Broken
    } else if body.len() < length {
        Packet::Pieces
    } else {
        Packet::Whole(*sequence, body)
    }
}

/// The greeting, version 10. MySQL, "Protocol::HandshakeV10".
fn greeting(body: &[u8], encrypted: bool) -> Option<Seen> {
    let mut reader = Reader::new(body);
    if reader.u8()? != 10 {
        return None;
    }
    let length = reader.rest().iter().position(|byte| *byte == 0)?;
    let version = reader.take(length)?;
    if version.len() > 100 || !version.first()?.is_ascii_digit() || !version.iter().all(u8::is_ascii_graphic) {
        return None;
    }
    // The end of the version, the connection's number, the first part of the challenge.
    reader.take(1 + 4 + 8)?;
    if reader.u8()? != 0 {
        return None;
    }
    let low = reader.u16_le()?;
    let mut abilities = u32::from(low);
    if !reader.is_empty() {
        // Character set and status; then the other half of the abilities, the challenge's length and 10 reserved bytes
        // (MariaDB uses the last four), the rest of the challenge and the name of its method.
        reader.take(3)?;
        abilities |= u32::from(reader.u16_le()?) << 16;
        let challenge = reader.u8()?;
        if reader.take(6)? != [0; 6] {
            return None;
        }
        reader.take(4)?;
        if !reader.is_empty() {
            reader.take(usize::from(challenge).saturating_sub(8).max(13))?;
            if !matches!(reader.rest(), [] | [.., 0]) {
                return None;
            }
        }
    }
    let text = clean(version, 100)?;
    let mut seen = seen();
    // MariaDB hides behind an old version for old replicas.
    let (product, stated) = match text.strip_prefix("5.5.5-").filter(|rest| rest.contains("MariaDB")) {
        Some(stated) => ("MariaDB", stated),
        None if text.contains("MariaDB") => ("MariaDB", text.as_str()),
        None => ("MySQL", text.as_str()),
    };
    seen.product = Some(product.to_owned());
    seen.version = stated.split('-').next().filter(|version| !version.is_empty()).map(str::to_owned);
    seen.texts.push((TextPlace::MysqlBanner, text));
    if let Detail::Database(database) = &mut seen.detail {
        database.tls_offered = Known(encrypted || abilities & CLIENT_SSL != 0);
    }
    Some(seen)
}

/// Why we are not welcome. MySQL, "ERR_Packet": before the greeting without a state. The text names our own address,
/// and is not kept.
fn unwelcome(body: &[u8]) -> Option<Seen> {
    let mut reader = Reader::new(body);
    let (mark, code) = (reader.u8()?, reader.u16_le()?);
    let text = reader.rest();
    // Too many connections, host locked out, host not allowed, as the servers number them.
    let known = matches!(code, 1040 | 1129 | 1130 | 1203 | 1226);
    if mark != 0xff || !known || text.len() < 8 || text.iter().any(u8::is_ascii_control) {
        return None;
    }
    let mut seen = seen();
    let says = |name: &[u8]| text.windows(name.len()).any(|window| window == name);
    seen.product = match (says(b"MariaDB server"), says(b"MySQL server")) {
        (true, _) => Some("MariaDB".to_owned()),
        (_, true) => Some("MySQL".to_owned()),
        _ => None,
    };
    Some(seen)
}

fn seen() -> Seen {
    let mut seen = Seen::new(NetworkService::Mysql);
    seen.detail =
        Detail::Database(DeviceDatabase { service: Known(NetworkService::Mysql), ..DeviceDatabase::default() });
    seen
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::play;
    use crate::trials;
    use proptest::prelude::*;

    /// MariaDB 10.11.19 of Debian 12, without TLS.
    const MARIADB: &[u8] = b"d\0\0\0\n5.5.5-10.11.19-MariaDB-0+deb12u1\0\x03\0\0\0geFjfAQT\0\xfe\xf7\x08\x02\0\xff\x81\
        \x15\0\0\0\0\0\0\x1d\0\0\x0016[KCM8rV8T~\0mysql_native_password\0";
    /// The same, to a login that it accepts.
    const ACCEPTED: &[u8] = b"\x07\0\0\x02\0\0\0\x02\0\0\0";
    /// MySQL's documentation, example of HandshakeV10 for 5.6.
    const MYSQL: &[u8] = b"\x50\0\0\0\x0a5.6.4-m7-log\0\x56\x0a\0\0RB3vz&Gr\0\xff\xff\x08\x02\0\x0f\xc0\x15\
        \0\0\0\0\0\0\0\0\0\0+yD&/ZZ305ZG\0mysql_native_password\0";

    fn listens() -> Mysql {
        Mysql::new(&Manner::default())
    }

    fn tries() -> Mysql {
        Mysql::new(&Manner { logins: true, ..Manner::default() })
    }

    fn database(seen: &Seen) -> (&Observed<bool>, &Observed<bool>) {
        match &seen.detail {
            Detail::Database(database) => (&database.without_password, &database.tls_offered),
            other => panic!("{other:?}"),
        }
    }

    fn error(sequence: u8, code: u16, text: &str) -> Vec<u8> {
        framed(sequence, &[&[0xff], code.to_le_bytes().as_slice(), text.as_bytes()].concat())
    }

    #[test]
    fn greetings() {
        let (seen, sent) = play(&mut listens(), &[MARIADB]);
        let seen = seen.expect("MariaDB");
        assert_eq!((seen.product.as_deref(), seen.version.as_deref()), (Some("MariaDB"), Some("10.11.19")));
        assert_eq!(seen.texts, [(TextPlace::MysqlBanner, "5.5.5-10.11.19-MariaDB-0+deb12u1".to_owned())]);
        assert_eq!(database(&seen), (&Observed::default(), &Known(false)));
        assert!(sent.is_empty());
        let seen = play(&mut listens(), &[MYSQL]).0.expect("MySQL");
        assert_eq!((seen.product.as_deref(), seen.version.as_deref()), (Some("MySQL"), Some("5.6.4")));
        assert_eq!(database(&seen).1, &Known(true));
        // Behind the old version there is none: an empty text is no version.
        let mut nameless = MARIADB.to_vec();
        let at = nameless.windows(2).position(|window| window == b"-1").expect("as recorded");
        nameless[at + 1] = b'-';
        assert_eq!(play(&mut listens(), &[&nameless]).0.expect("MariaDB").version, None);
    }

    #[test]
    fn not_welcome_is_an_answer_too() {
        let text = "Host '10.1.2.3' is not allowed to connect to this MariaDB server";
        let seen = play(&mut tries(), &[&error(0, 1130, text)]).0.expect("MariaDB");
        assert_eq!((seen.product.as_deref(), seen.version.as_deref()), (Some("MariaDB"), None));
        assert!(!format!("{seen:?}").contains("10.1.2.3"));
        assert_eq!(database(&seen), (&Observed::default(), &Observed::default()));
        assert_eq!(play(&mut tries(), &[&error(0, 4711, text)]).0, None);
    }

    #[test]
    fn logins() {
        let denied = error(2, 1045, "#28000Access denied for user 'root'");
        let other_method = framed(2, b"\xfeunix_socket\0");
        for (answer, expected) in [
            (ACCEPTED, Known(true)),
            (denied.as_slice(), Known(false)),
            (&other_method, Known(false)),
            (b"\x01\0\0\x07\0", Observed::default()),
        ] {
            let (seen, sent) = play(&mut tries(), &[MARIADB, answer]);
            assert_eq!((database(&seen.expect("MariaDB")).0, sent.len()), (&expected, 1));
        }
        let changed = framed(2, b"\xfecaching_sha2_password\0abcdefghabcdefghabcd\0");
        let (seen, sent) = play(&mut tries(), &[MYSQL, &changed, &framed(4, &[0, 0, 0, 2, 0, 0, 0])]);
        assert_eq!(database(&seen.expect("MySQL")).0, &Known(true));
        assert_eq!(sent[1], [1, 0, 0, 3, 0]);
        assert_eq!(database(&play(&mut tries(), &[MARIADB]).0.expect("MariaDB")).0, &Observed::default());
    }

    #[test]
    fn pieces_and_others() {
        trials::stream_proven_by(listens, &[MARIADB], 0);
        trials::stream_proven_by(listens, &[MYSQL], 0);
        trials::stream_proven_by(tries, &[MARIADB, ACCEPTED], 0);
        trials::stream_proven_by(listens, &[&error(0, 1129, "Host 'x' is blocked")], 0);
        trials::strangers(listens, b"");
        trials::strangers(tries, b"");
        let longer = [MARIADB, b"x"].concat();
        assert_eq!(play(&mut listens(), &[&longer]).0, None);
        // The wrong greeting is refused at once.
        let mut mysql = listens();
        mysql.step(Event::Connected);
        assert_eq!(mysql.step(Event::Received(b"220 ")), Step::NotThis);
    }

    proptest! {
        #[test]
        fn any_bytes(bytes: Vec<u8>, rest: Vec<u8>) {
            play(&mut tries(), &[&bytes, &rest]);
            play(&mut tries(), &[MARIADB, &rest]);
            greeting(&[b"\x0a5.6\0".as_slice(), &bytes].concat(), false);
        }
    }
}
