//! What every dialogue is held against in tests: services of other kinds, echoes, noise, endless talk, and answers that
//! come in pieces or break off. For the tests of this crate only.

use crate::{Dialogue, Event, MAX_ANSWER_BYTES, Step, play};

/// Most events of one conversation in tests.
const MAX_EVENTS: usize = 20_000;

/// Answers of services that are none of those with a dialogue of their own here, by what they look like.
const STRANGERS: &[&[u8]] = &[
    b"HTTP/1.1 400 Bad Request\r\nServer: nginx/1.22.1\r\nContent-Type: text/html\r\nContent-Length: 0\r\n\r\n",
    b"220 ProFTPD Server (Debian) [::ffff:127.0.0.1]\r\n",
    b"* OK [CAPABILITY IMAP4rev1 LITERAL+] Dovecot ready.\r\n",
    b"+OK POP3 ready\r\n",
    b"-ERR unknown command\r\n",
    b"\x15\x03\x03\x00\x02\x02\x46",
    b"\r\nWelcome\r\n\r\nlogin: ",
    b"\x0b",
    b"\x00",
    b"\xff",
    b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
    b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
    b"EHLO\r\n\0\x01\x02\x03",
];

/// Plays a dialogue as [`play`] does, with every byte an event of its own.
pub(crate) fn play_in_pieces<D: Dialogue>(dialogue: &mut D, arrivals: &[&[u8]]) -> Option<D::Answer> {
    let mut received = Vec::new();
    let mut bytes = arrivals.iter().flat_map(|arrival| arrival.iter());
    let mut step = dialogue.step(Event::Connected);
    for _ in 0..MAX_EVENTS {
        match step {
            Step::Done(answer) => return Some(answer),
            Step::NotThis => return None,
            Step::Send(_) => received.clear(),
            Step::More => {}
        }
        step = match bytes.next() {
            None => dialogue.step(Event::Closed),
            Some(byte) => {
                received.push(*byte);
                dialogue.step(Event::Received(&received))
            }
        };
    }
    None
}

/// Plays a dialogue against a service that sends back whatever it is sent, behind a greeting of its own.
pub(crate) fn play_echo<D: Dialogue>(dialogue: &mut D, greeting: &[u8]) -> Option<D::Answer> {
    let mut step = dialogue.step(Event::Connected);
    if matches!(step, Step::More) && !greeting.is_empty() {
        step = dialogue.step(Event::Received(greeting));
    }
    for _ in 0..MAX_EVENTS {
        step = match step {
            Step::Done(answer) => return Some(answer),
            Step::NotThis => return None,
            Step::Send(bytes) if bytes.is_empty() => return None,
            Step::Send(bytes) => dialogue.step(Event::Received(&bytes)),
            Step::More => dialogue.step(Event::Silence),
        };
    }
    panic!("a dialogue with an echo does not end");
}

/// Plays a dialogue against a service that never stops sending `byte`.
fn play_endless<D: Dialogue>(dialogue: &mut D, byte: u8) -> Option<D::Answer> {
    let endless = vec![byte; MAX_ANSWER_BYTES];
    let mut seen = 1;
    let mut step = dialogue.step(Event::Connected);
    for _ in 0..MAX_EVENTS {
        match step {
            Step::Done(answer) => return Some(answer),
            Step::NotThis => return None,
            Step::Send(_) => seen = 1,
            Step::More => seen = (seen * 2).min(MAX_ANSWER_BYTES),
        }
        step = match endless.get(..seen) {
            Some(bytes) if seen < MAX_ANSWER_BYTES => dialogue.step(Event::Received(bytes)),
            _ => return None,
        };
    }
    panic!("a dialogue with an endless answer does not end");
}

/// Asserts that strangers are not taken for what the dialogue looks for. `greeting` is what a real service sends first
/// (nothing if the client speaks first): behind it, strangers are tried once more.
pub(crate) fn is_none_of_the_strangers<D: Dialogue>(make: impl Fn() -> D, greeting: &[u8]) {
    let nobody = |arrivals: &[&[u8]]| {
        assert!(play(&mut make(), arrivals).0.is_none(), "taken in by {arrivals:02x?}");
        assert!(play_in_pieces(&mut make(), arrivals).is_none(), "taken in by pieces of {arrivals:02x?}");
    };
    nobody(&[]);
    nobody(&[b""]);
    for stranger in STRANGERS {
        nobody(&[stranger]);
        nobody(&[stranger, b""]);
        nobody(&[stranger, stranger, stranger]);
        if !greeting.is_empty() {
            nobody(&[greeting, stranger]);
            nobody(&[greeting, stranger, b""]);
        }
    }
    assert!(play_echo(&mut make(), b"").is_none(), "taken in by an echo");
    assert!(play_echo(&mut make(), greeting).is_none(), "taken in by an echo behind a greeting");
    for byte in [0, b' ', b'A', b'\n', 0x30, 0xff] {
        assert!(play_endless(&mut make(), byte).is_none(), "taken in by endless {byte:#04x}");
    }
}

/// Asserts that a recorded conversation gives the same in pieces, and nothing at all if it breaks off in its last answer.
pub(crate) fn holds_in_pieces<D: Dialogue>(make: impl Fn() -> D, arrivals: &[&[u8]])
where
    D::Answer: PartialEq + std::fmt::Debug,
{
    let whole = play(&mut make(), arrivals).0;
    assert!(whole.is_some(), "the recorded conversation is not recognised");
    assert_eq!(play_in_pieces(&mut make(), arrivals), whole);
    if let Some((last, before)) = arrivals.split_last() {
        for end in 0..last.len() {
            let mut cut = before.to_vec();
            let broken = last.get(..end).unwrap_or_default();
            cut.push(broken);
            assert_eq!(play(&mut make(), &cut).0, None, "recognised with {end} bytes of the last answer");
            cut.push(b"");
            assert_eq!(play(&mut make(), &cut).0, None, "recognised with {end} bytes and silence");
        }
    }
}
