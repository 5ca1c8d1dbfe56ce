//! What every dialogue has to stand in the tests of this crate: answers in pieces, doubled or cut, services of other
//! kinds, echoes, noise and endless talk; and what was recorded from one service, told to the dialogues of all others.

use crate::registry::{self, Recogniser};
use crate::{Dialogue, Event, MAX_ANSWER_BYTES, Manner, Seen, Step, play};
use visite_facts::Word;
use visite_facts::facts::NetworkService as S;

/// Most steps of one conversation in tests, where answers come byte by byte.
const MAX_EVENTS: usize = 20_000;

/// Answers of web servers.
pub(crate) const HTTP: &[&[u8]] = &[
    b"HTTP/1.1 400 Bad Request\r\nServer: nginx/1.22.1\r\nContent-Type: text/html\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html><title>x</title></html>",
];
/// A greeting of Telnet.
pub(crate) const TELNET: &[&[u8]] = &[b"\xff\xfd\x18\xff\xfd\x20login: "];
/// First words of other services, and of nobody.
const STRANGERS: &[&[u8]] = &[
    b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n",
    b"220 ProFTPD Server (Debian) [::ffff:127.0.0.1]\r\n",
    b"220 mail.example ESMTP\r\n",
    b"* OK [CAPABILITY IMAP4rev1 LITERAL+] Dovecot ready.\r\n",
    b"* OK IMAP4rev1\r\n",
    b"+OK POP3 ready\r\n",
    b"-ERR unknown command\r\n",
    b"RFB 003.008\n",
    b"EHLO\r\n\0\x01\x02\x03",
    b"\r\nWelcome\r\n\r\nlogin: ",
    b"\x15\x03\x01\x00\x02\x02\x46",
    b"\x15\x03\x03\x00\x02\x02\x46",
    b"\x00\x00\x00\x01",
    b"\x00",
    b"\x0b",
    b"\xff",
    &[0; 48],
    &[0; 4096],
    &[0xff; 24],
    &[0xff; 4096],
    &[b'A'; MAX_ANSWER_BYTES],
];

/// Bytes of a recorded exchange, written in hexadecimal; spaces and line ends are left out.
pub(crate) fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.chars().filter_map(|c| c.to_digit(16)).map(|digit| digit as u8).collect();
    digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

/// Plays a dialogue as [`play`] does, but each arrival comes in pieces of `piece` bytes.
pub(crate) fn play_in_pieces<D: Dialogue + ?Sized>(
    dialogue: &mut D,
    arrivals: &[&[u8]],
    piece: usize,
) -> Option<D::Answer> {
    let mut received = Vec::new();
    let mut step = dialogue.step(Event::Connected);
    for arrival in arrivals {
        let pieces = if arrival.is_empty() { vec![*arrival] } else { arrival.chunks(piece).collect() };
        for piece in pieces {
            match step {
                Step::Done(answer) => return Some(answer),
                Step::NotThis => return None,
                Step::Send(_) => received.clear(),
                Step::More => {}
            }
            received.extend_from_slice(piece);
            step = dialogue.step(if piece.is_empty() { Event::Silence } else { Event::Received(&received) });
        }
    }
    for _ in 0..MAX_EVENTS {
        step = match step {
            Step::Done(answer) => return Some(answer),
            Step::NotThis => return None,
            Step::Send(_) | Step::More => dialogue.step(Event::Closed),
        };
    }
    panic!("a dialogue does not end with its connection");
}

/// Plays a dialogue against a service that sends back whatever it is sent, behind a greeting of its own. Where the
/// dialogue waits for more, the echo is silent or (`again`) comes once more.
pub(crate) fn play_echo<D: Dialogue + ?Sized>(dialogue: &mut D, greeting: &[u8], again: bool) -> Option<D::Answer> {
    let mut received = Vec::new();
    let mut step = dialogue.step(Event::Connected);
    if matches!(step, Step::More) && !greeting.is_empty() {
        step = dialogue.step(Event::Received(greeting));
    }
    for _ in 0..MAX_EVENTS {
        let more = match step {
            Step::Done(answer) => return Some(answer),
            Step::NotThis => return None,
            Step::Send(bytes) => {
                received = bytes;
                true
            }
            Step::More => {
                received.extend_from_within(..);
                again && received.len() <= MAX_ANSWER_BYTES
            }
        };
        step = dialogue.step(if more && !received.is_empty() { Event::Received(&received) } else { Event::Silence });
    }
    panic!("a dialogue with an echo does not end");
}

/// Plays a dialogue against a service that never stops sending, and repeats `unit`.
fn play_endless<D: Dialogue>(dialogue: &mut D, unit: &[u8]) -> Option<D::Answer> {
    let endless = unit.repeat(MAX_ANSWER_BYTES / unit.len());
    let mut seen = unit.len();
    let mut step = dialogue.step(Event::Connected);
    for _ in 0..MAX_EVENTS {
        match step {
            Step::Done(answer) => return Some(answer),
            Step::NotThis => return None,
            Step::Send(_) => seen = unit.len(),
            Step::More if seen == endless.len() => return None,
            Step::More => seen = (seen * 2).min(endless.len()),
        }
        step = dialogue.step(Event::Received(&endless[..seen]));
    }
    panic!("a dialogue with an endless answer does not end");
}

/// Asserts what holds for a recorded conversation over a stream: the same comes out for torn answers, nothing for one
/// that breaks off before the arrival `proof` is whole, and no other dialogue takes it for its own.
pub(crate) fn stream_proven_by<D>(make: impl Fn() -> D, arrivals: &[&[u8]], proof: usize) -> Seen
where
    D: Dialogue<Answer = Seen>,
{
    let seen = play(&mut make(), arrivals).0.expect("the recorded conversation is recognised");
    for piece in [1, 7] {
        assert_eq!(play_in_pieces(&mut make(), arrivals, piece).as_ref(), Some(&seen), "pieces of {piece}");
    }
    cut(make, arrivals, proof, &seen);
    is_taken_by_nobody_else(Some(&seen), arrivals);
    seen
}

/// The same where the first answer is the proof.
pub(crate) fn stream<D: Dialogue<Answer = Seen>>(make: impl Fn() -> D, arrivals: &[&[u8]]) -> Seen {
    stream_proven_by(make, arrivals, first_answer(arrivals))
}

/// The same over datagrams, which come whole, and sometimes twice.
pub(crate) fn datagrams<D: Dialogue<Answer = Seen>>(make: impl Fn() -> D, arrivals: &[&[u8]]) -> Seen {
    let seen = play(&mut make(), arrivals).0.expect("the recorded conversation is recognised");
    let doubled: Vec<Vec<u8>> = arrivals.iter().map(|bytes| bytes.repeat(2)).collect();
    let doubled: Vec<&[u8]> = doubled.iter().map(Vec::as_slice).collect();
    assert_eq!(play(&mut make(), &doubled).0.as_ref(), Some(&seen), "doubled");
    cut(make, arrivals, first_answer(arrivals), &seen);
    is_taken_by_nobody_else(Some(&seen), arrivals);
    seen
}

fn first_answer(arrivals: &[&[u8]]) -> usize {
    arrivals.iter().position(|arrival| !arrival.is_empty()).expect("something was recorded")
}

fn cut<D: Dialogue<Answer = Seen>>(make: impl Fn() -> D, arrivals: &[&[u8]], proof: usize, seen: &Seen) {
    for (at, arrival) in arrivals.iter().enumerate() {
        for end in 0..arrival.len() {
            let broken = [&arrivals[..at], &[&arrival[..end]]].concat();
            for arrivals in [&broken[..], &[&broken[..], &[b""]].concat()] {
                match play(&mut make(), arrivals).0 {
                    Some(out) if at <= proof => panic!("recognised with {end} bytes of answer {at}: {out:?}"),
                    out => assert!(out.is_none_or(|out| out.service == seen.service)),
                }
            }
        }
    }
}

/// Asserts that strangers are not taken for what the dialogue looks for. `greeting` is what a real service sends first
/// (nothing if the client speaks first): behind it, strangers are tried once more.
pub(crate) fn strangers<D: Dialogue>(make: impl Fn() -> D, greeting: &[u8]) {
    strangers_but(&[], make, greeting);
}

/// The same, but for some that are no strangers to this dialogue.
pub(crate) fn strangers_but<D: Dialogue>(known: &[&[u8]], make: impl Fn() -> D, greeting: &[u8]) {
    let nobody = |arrivals: &[&[u8]]| {
        let told = || arrivals.iter().map(|bytes| String::from_utf8_lossy(&bytes[..bytes.len().min(40)]).into_owned());
        assert!(play(&mut make(), arrivals).0.is_none(), "taken in by {:?}", told().collect::<Vec<_>>());
        let short: Vec<&[u8]> = arrivals.iter().map(|bytes| &bytes[..bytes.len().min(300)]).collect();
        let seen = play_in_pieces(&mut make(), &short, 1);
        assert!(seen.is_none(), "taken in by pieces of {:?}", told().collect::<Vec<_>>());
    };
    let noise: Vec<u8> = (0..4096_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13).to_le_bytes()[0]).collect();
    nobody(&[]);
    nobody(&[b"", b"", b"", b""]);
    let all = [HTTP, TELNET, STRANGERS].concat();
    for stranger in all.into_iter().chain([noise.as_slice()]).filter(|stranger| !known.contains(stranger)) {
        for arrivals in [&[stranger][..], &[stranger, b""], &[stranger; 4]] {
            nobody(arrivals);
            if !greeting.is_empty() {
                nobody(&[&[greeting], arrivals].concat());
            }
        }
    }
    for again in [false, true] {
        assert!(play_echo(&mut make(), b"", again).is_none(), "taken in by an echo");
        assert!(play_echo(&mut make(), greeting, again).is_none(), "taken in by an echo behind a greeting");
    }
    for unit in [b"\0".as_slice(), b" ", b"A", b"\n", b"0", b"\xff", b"220 welcome\r\n", b"220-welcome\r\n"] {
        assert!(play_endless(&mut make(), unit).is_none(), "taken in by endless {unit:02x?}");
    }
}

/// The dialogues of all services, in every manner.
pub(crate) fn everybody() -> impl Iterator<Item = (S, Recogniser)> {
    let services = S::ALL.iter().map(|word| S::from_word(word).expect("a word of its own"));
    services.flat_map(|service| {
        [(false, false), (false, true), (true, false), (true, true)].into_iter().flat_map(move |(logins, encrypted)| {
            let from = Some(([10, 0, 0, 1], 4742).into());
            let manner = Manner { host: "10.0.0.5".to_owned(), logins, encrypted, from };
            let dialogues = [registry::tcp, registry::udp, registry::login].map(|make| make(service, &manner));
            dialogues.into_iter().flatten().map(move |dialogue| (service, dialogue))
        })
    })
}

/// Asserts that no dialogue for another service takes a recorded conversation for its own: neither as it was, nor one
/// of its answers alone or again and again. Nothing is asked of a conversation that nobody recognised.
pub(crate) fn is_taken_by_nobody_else(seen: Option<&Seen>, arrivals: &[&[u8]]) {
    let Some(seen) = seen else { return };
    let rightly = |service| match (seen.service, service) {
        // What speaks HTTP over TCP or, with the same heads, over datagrams.
        (S::Ssdp, S::Http) => true,
        (inside, S::Http) if registry::INSIDE_HTTP.contains(&inside) => true,
        // Behind a session of NetBIOS comes SMB, byte for byte.
        (S::Netbios, S::Smb) => true,
        (own, other) => own == other,
    };
    let alone = arrivals.iter().map(|arrival| vec![*arrival; 4]);
    for arrivals in [arrivals.to_vec(), arrivals.iter().rev().copied().collect()].into_iter().chain(alone) {
        for (service, mut dialogue) in everybody() {
            let out = play(&mut *dialogue, &arrivals).0;
            assert!(
                out.is_none() || rightly(service),
                "{} is taken for {}: {out:?}",
                seen.service.word(),
                service.word()
            );
        }
    }
}

/// Asserts that any arrivals are survived, and that the dialogue ends with its connection.
pub(crate) fn any_bytes<D: Dialogue<Answer = Seen>>(mut dialogue: D, arrivals: &[Vec<u8>]) {
    let arrivals: Vec<&[u8]> = arrivals.iter().map(Vec::as_slice).collect();
    play_in_pieces(&mut dialogue, &arrivals, usize::MAX);
}

/// A recorded answer with some bytes changed.
pub(crate) fn mutated(bytes: &[u8], changes: &[(proptest::sample::Index, u8)]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for (at, value) in changes.iter().filter(|_| !bytes.is_empty()).collect::<Vec<_>>() {
        let at = at.index(bytes.len());
        bytes[at] = *value;
    }
    bytes
}
