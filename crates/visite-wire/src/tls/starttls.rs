//! Changing over to TLS on a connection that begins unencrypted (STARTTLS).

use crate::bytes::{Reader, Reading};
use crate::dialogue::{Dialogue, Event, Step};
use crate::mail::{CLIENT_NAME, imap_greeting, offers, pop3_status};
use crate::rdp;
use crate::reply::{Between, Reply, split_line};
use visite_facts::facts::NetworkService;

/// Services that [`starttls`] can open.
pub const STARTTLS_SERVICES: [NetworkService; 8] = [
    NetworkService::Smtp,
    NetworkService::Imap,
    NetworkService::Pop3,
    NetworkService::Ftp,
    NetworkService::Ldap,
    NetworkService::Postgresql,
    NetworkService::Mysql,
    NetworkService::Rdp,
];

/// How to change over to TLS with this service; `None` if there is no way.
///
/// `Done` gives the bytes that go out in front of the first bytes of TLS, without waiting between them: none, except for
/// MySQL, which says nothing to the wish for TLS. Then a [`super::Hello`] may begin. `NotThis` means that the service
/// refused, or is not what it was taken for. A service that greets is listened to first.
///
/// MySQL counts a connection that ends without a login as an error and shuts out a computer after 100 of them in a row
/// (`max_connect_errors`), which one successful login from there resets. An audit takes about seven.
pub fn starttls(service: NetworkService) -> Option<Box<dyn Dialogue<Answer = Vec<u8>> + Send>> {
    let (speaks_first, opener): (bool, Turns) = match service {
        NetworkService::Smtp => (false, smtp),
        NetworkService::Imap => (false, imap),
        NetworkService::Pop3 => (false, pop3),
        NetworkService::Ftp => (false, ftp),
        NetworkService::Mysql => (false, mysql),
        NetworkService::Ldap => (true, ldap),
        NetworkService::Postgresql => (true, postgresql),
        NetworkService::Rdp => (true, remote_desktop),
        _ => return None,
    };
    Some(Box::new(Opener { opener, speaks_first, turn: 0 }))
}

/// What to do in a turn, going by what was received in it. The first turn of a client that speaks first is asked with no
/// bytes.
enum Turn {
    /// Say this, then the next turn begins.
    Say(Vec<u8>),
    /// More has to come.
    Wait,
    /// The way is free.
    Open,
    /// The way is free for whoever says this first.
    OpenAfter(Vec<u8>),
    Refused,
}

/// What to do in the turn with this number, having received these bytes in it.
type Turns = fn(usize, &[u8]) -> Turn;

struct Opener {
    opener: Turns,
    /// Whether we speak first; else the service greets.
    speaks_first: bool,
    turn: usize,
}

impl Dialogue for Opener {
    type Answer = Vec<u8>;

    fn step(&mut self, event: Event<'_>) -> Step<Vec<u8>> {
        let bytes = match event {
            Event::Connected if !self.speaks_first => return Step::More,
            Event::Connected => &[],
            Event::Received(bytes) => bytes,
            Event::Silence | Event::Closed => return Step::NotThis,
        };
        match (self.opener)(self.turn, bytes) {
            Turn::Say(words) => {
                self.turn = self.turn.saturating_add(1);
                Step::Send(words)
            }
            Turn::Wait => Step::More,
            Turn::Open => Step::Done(Vec::new()),
            Turn::OpenAfter(words) => Step::Done(words),
            Turn::Refused => Step::NotThis,
        }
    }
}

/// The turn that follows from an answer that has to be whole, with nothing behind it: bytes that came too early would
/// be taken for encrypted ones.
fn after<T>(reading: Reading<T>, then: impl FnOnce(T) -> Turn) -> Turn {
    match reading {
        Reading::Begun => Turn::Wait,
        Reading::Bad => Turn::Refused,
        Reading::Whole(answer) => then(answer),
    }
}

fn say(words: &str) -> Turn {
    Turn::Say(words.as_bytes().to_vec())
}

/// RFC 3207.
fn smtp(turn: usize, bytes: &[u8]) -> Turn {
    after(Reply::read(bytes, Between::Numbered), |reply| match (turn, reply.code) {
        (0, 220) => Turn::Say(format!("EHLO {CLIENT_NAME}\r\n").into_bytes()),
        (1, 250) if offers(reply.lines.iter().skip(1), "STARTTLS") => say("STARTTLS\r\n"),
        (2, 220) => Turn::Open,
        _ => Turn::Refused,
    })
}

/// RFC 9051, 6.2.1.
fn imap(turn: usize, bytes: &[u8]) -> Turn {
    if turn == 0 {
        return after(imap_greeting(bytes), |_| say("v1 STARTTLS\r\n"));
    }
    after(
        split_line(bytes),
        |(line, rest)| {
            if line.starts_with(b"v1 OK") && rest.is_empty() { Turn::Open } else { Turn::Refused }
        },
    )
}

/// RFC 2595, 4.
fn pop3(turn: usize, bytes: &[u8]) -> Turn {
    after(pop3_status(bytes), |(ok, _, rest)| match turn {
        _ if !ok || !rest.is_empty() => Turn::Refused,
        0 => say("STLS\r\n"),
        _ => Turn::Open,
    })
}

/// RFC 4217, 4.
fn ftp(turn: usize, bytes: &[u8]) -> Turn {
    after(Reply::read(bytes, Between::Free), |reply| match (turn, reply.code) {
        (0, 220) => say("AUTH TLS\r\n"),
        (1, 234 | 334) => Turn::Open,
        _ => Turn::Refused,
    })
}

/// RFC 4511, 4.14: an extended request of message 1 with the id of StartTLS.
fn ldap(turn: usize, bytes: &[u8]) -> Turn {
    const ID: &[u8; 22] = b"1.3.6.1.4.1.1466.20037";
    if turn == 0 {
        let mut request = vec![0x30, 29, 0x02, 1, 1, 0x77, 24, 0x80, 22];
        request.extend_from_slice(ID);
        return Turn::Say(request);
    }
    after(ldap_answer(bytes), |open| if open { Turn::Open } else { Turn::Refused })
}

/// Whether an extended response to message 1 says "success".
fn ldap_answer(bytes: &[u8]) -> Reading<bool> {
    let mut reader = Reader::new(bytes);
    if reader.u8().is_some_and(|tag| tag != 0x30) {
        return Reading::Bad;
    }
    let length = match ber_length(&mut reader) {
        Reading::Whole(length) if length <= 4096 => length,
        Reading::Begun => return Reading::Begun,
        _ => return Reading::Bad,
    };
    match (reader.rest().len().cmp(&length), reader.take(length)) {
        (core::cmp::Ordering::Equal, Some(message)) => {
            extended_result(message).map_or(Reading::Bad, |result| Reading::Whole(result == 0))
        }
        (core::cmp::Ordering::Less, _) => Reading::Begun,
        _ => Reading::Bad,
    }
}

/// The result code of an extended response (tag 24) to message 1.
fn extended_result(message: &[u8]) -> Option<u8> {
    let mut reader = Reader::new(message);
    if reader.take(4)? != [0x02, 1, 1, 0x78] {
        return None;
    }
    let Reading::Whole(length) = ber_length(&mut reader) else { return None };
    let mut response = Reader::new(reader.take(length)?);
    if response.take(2)? != [0x0a, 1] {
        return None;
    }
    response.u8()
}

fn ber_length(reader: &mut Reader<'_>) -> Reading<usize> {
    match reader.u8() {
        None => Reading::Begun,
        Some(short @ 0..=0x7f) => Reading::Whole(usize::from(short)),
        Some(long @ 0x81..=0x84) => match reader.take(usize::from(long & 0x7f)) {
            None => Reading::Begun,
            Some(digits) => Reading::Whole(digits.iter().fold(0, |length, digit| (length << 8) | usize::from(*digit))),
        },
        Some(_) => Reading::Bad,
    }
}

/// PostgreSQL documentation, 53.2.10 "SSL session encryption": SSLRequest (1234.5679), answered by one letter.
fn postgresql(turn: usize, bytes: &[u8]) -> Turn {
    match (turn, bytes) {
        (0, _) => Turn::Say(vec![0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]),
        (_, b"S") => Turn::Open,
        _ => Turn::Refused,
    }
}

/// MySQL documentation, "Protocol::HandshakeV10" and "Protocol::SSLRequest".
fn mysql(_turn: usize, bytes: &[u8]) -> Turn {
    after(mysql_abilities(bytes), |abilities| {
        if abilities & CLIENT_SSL == 0 {
            return Turn::Refused;
        }
        // CLIENT_LONG_PASSWORD, CLIENT_PROTOCOL_41, CLIENT_SECURE_CONNECTION.
        let wanted = 0x1 | 0x200 | 0x8000 | CLIENT_SSL;
        let mut request = vec![32, 0, 0, 1]; // length, packet 1
        request.extend_from_slice(&u32::from(wanted).to_le_bytes());
        request.extend_from_slice(&[0, 0, 0, 1]); // longest packet: 16 MiB
        request.push(33); // alphabet: UTF-8
        request.extend_from_slice(&[0; 23]);
        Turn::OpenAfter(request)
    })
}

const CLIENT_SSL: u16 = 0x0800;

/// The lower half of the abilities in a greeting.
fn mysql_abilities(bytes: &[u8]) -> Reading<u16> {
    const LONGEST: usize = 512;
    let (Some([low, high, top, number, rest @ ..]), 5..) = (bytes.get(..), bytes.len()) else {
        return Reading::Begun;
    };
    let length = usize::from(u16::from_le_bytes([*low, *high]));
    if *top != 0 || *number != 0 || !(32..=LONGEST).contains(&length) || rest.first() != Some(&10) {
        return Reading::Bad;
    }
    match rest.len().cmp(&length) {
        core::cmp::Ordering::Less => Reading::Begun,
        core::cmp::Ordering::Greater => Reading::Bad,
        core::cmp::Ordering::Equal => {
            // Version up to a zero; then connection (4), half of a challenge (8), zero (1), abilities (2).
            let mut behind_version = rest.iter().copied().skip_while(|byte| *byte != 0).skip(14);
            match (behind_version.next(), behind_version.next()) {
                (Some(low), Some(high)) => Reading::Whole(u16::from_le_bytes([low, high])),
                _ => Reading::Bad,
            }
        }
    }
}

/// MS-RDPBCGR 2.2.1.1: asks for TLS, with or without the login behind it (CredSSP): both begin with the same TLS, and a
/// server that insists on the login refuses whoever asks for TLS only.
fn remote_desktop(turn: usize, bytes: &[u8]) -> Turn {
    if turn == 0 {
        return Turn::Say(rdp::request(1 | 2));
    }
    match rdp::confirmation(bytes) {
        Ok(rdp::Confirmation::Selected(1 | 2)) => Turn::Open,
        Err(true) => Turn::Wait,
        _ => Turn::Refused,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialogue::play;
    use proptest::prelude::*;

    fn open(service: NetworkService, arrivals: &[&[u8]]) -> (Option<Vec<u8>>, Vec<Vec<u8>>) {
        play(&mut *starttls(service).expect("a service with STARTTLS"), arrivals)
    }

    // Greeting of MariaDB 10.11 of Debian 12 with TLS, recorded.
    const MYSQL: &[u8] = b"d\0\0\0\n5.5.5-10.11.19-MariaDB-0+deb12u1\0\x03\0\0\0fK%uA$.[\0\xfe\xff\x08\x02\0\xff\x81\x15\0\0\0\0\0\0\x1d\0\0\0_NFV]R`n't7S\0mysql_native_password\0";

    /// What real servers say until the way is free: aiosmtpd 1.4.6, Dovecot 2.3.19, vsftpd 3.0.3, OpenLDAP 2.5.13,
    /// PostgreSQL 15, MariaDB 10.11, xrdp 0.9.21, recorded.
    const REAL: [(NetworkService, &[&[u8]]); 8] = [
        (
            NetworkService::Smtp,
            &[
                b"220 localhost Python SMTP 1.4.6\r\n",
                b"250-localhost\r\n250-STARTTLS\r\n250 HELP\r\n",
                b"220 Ready to start TLS\r\n",
            ],
        ),
        (
            NetworkService::Imap,
            &[b"* OK [CAPABILITY IMAP4rev1] Dovecot (Debian) ready.\r\n", b"v1 OK Begin TLS negotiation now.\r\n"],
        ),
        (NetworkService::Pop3, &[b"+OK Dovecot (Debian) ready.\r\n", b"+OK Begin TLS negotiation now.\r\n"]),
        (NetworkService::Ftp, &[b"220 (vsFTPd 3.0.3)\r\n", b"234 Proceed with negotiation.\r\n"]),
        (NetworkService::Ldap, &[&[0x30, 12, 2, 1, 1, 0x78, 7, 10, 1, 0, 4, 0, 4, 0]]),
        (NetworkService::Postgresql, &[b"S"]),
        (NetworkService::Mysql, &[MYSQL]),
        (NetworkService::Rdp, &[&[3, 0, 0, 19, 14, 0xd0, 0, 0, 0x12, 0x34, 0, 2, 1, 8, 0, 1, 0, 0, 0]]),
    ];

    #[test]
    fn real_servers_open() {
        for (service, arrivals) in REAL {
            let (before, _) = open(service, arrivals);
            assert!(before.is_some(), "{service:?}");
            assert_eq!(before.is_some_and(|bytes| bytes.len() == 36), service == NetworkService::Mysql);
        }
        assert_eq!(REAL.map(|(service, _)| service), STARTTLS_SERVICES);
        assert!(starttls(NetworkService::Http).is_none());
    }

    #[test]
    fn pieces_do_no_harm_and_what_comes_too_early_is_refused() {
        for (service, arrivals) in REAL {
            let Some((last, before)) = arrivals.split_last() else { continue };
            for end in 1..last.len() {
                let (begin, rest) = last.split_at(end);
                assert!(open(service, &[before, &[begin, rest]].concat()).0.is_some(), "{service:?} {end}");
                assert_eq!(open(service, &[before, &[begin]].concat()).0, None, "{service:?} {end}");
            }
            let early = [last, b"+OK\r\n".as_slice()].concat();
            assert_eq!(open(service, &[before, &[&early]].concat()).0, None, "{service:?}");
        }
    }

    #[test]
    fn a_refusal_is_heard() {
        use NetworkService::{Ftp, Imap, Ldap, Mysql, Pop3, Postgresql, Rdp, Smtp};
        let mut without = MYSQL.to_vec();
        without[52] &= !0x08; // MariaDB without a certificate leaves out this ability
        let refusals: [(NetworkService, &[&[u8]]); 9] = [
            (Smtp, &[b"220 a\r\n", b"250-a\r\n250 HELP\r\n"]),
            (Smtp, &[b"220 a\r\n", b"250-a\r\n250 STARTTLS\r\n", b"454 not now\r\n"]),
            (Imap, &[b"* OK a\r\n", b"v1 BAD what?\r\n"]),
            (Pop3, &[b"+OK a\r\n", b"-ERR what?\r\n"]),
            (Ftp, &[b"220 a\r\n", b"530 Please login with USER and PASS.\r\n"]),
            (Ldap, &[&[0x30, 12, 2, 1, 1, 0x78, 7, 10, 1, 2, 4, 0, 4, 0]]),
            (Postgresql, &[b"N"]),
            (Mysql, &[&without]),
            (Rdp, &[&[3, 0, 0, 19, 14, 0xd0, 0, 0, 0x12, 0x34, 0, 3, 0, 8, 0, 2, 0, 0, 0]]),
        ];
        for (service, arrivals) in refusals {
            assert_eq!(open(service, arrivals).0, None, "{service:?}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(arrivals in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 2..60), 0..5)) {
            let arrivals: Vec<&[u8]> = arrivals.iter().map(Vec::as_slice).collect();
            for service in STARTTLS_SERVICES {
                prop_assert_eq!(open(service, &arrivals).0, None);
            }
        }
    }
}
