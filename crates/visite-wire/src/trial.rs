//! Trials that every dialogue has to stand, for tests only: answers in pieces, cut answers, strangers, echo and noise.

use crate::{Dialogue, Event, MAX_ANSWER_BYTES, Seen, Step};

/// Bytes of a recorded exchange, written in hexadecimal; spaces and line ends are left out.
pub fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.chars().filter_map(|c| c.to_digit(16)).map(|digit| digit as u8).collect();
    digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

/// Plays a dialogue in which each arrival comes in pieces of `piece` bytes; an empty arrival is silence.
pub fn in_pieces<D: Dialogue>(mut dialogue: D, arrivals: &[&[u8]], piece: usize) -> Option<D::Answer> {
    let mut arrivals = arrivals.iter();
    let mut step = dialogue.step(Event::Connected);
    loop {
        step = match step {
            Step::Done(answer) => return Some(answer),
            Step::NotThis => return None,
            Step::Send(_) | Step::More => match arrivals.next() {
                None => return ended(dialogue.step(Event::Closed)),
                Some([]) => dialogue.step(Event::Silence),
                Some(bytes) => {
                    let ends = (piece..bytes.len()).step_by(piece).chain([bytes.len()]);
                    ends.map(|end| dialogue.step(Event::Received(&bytes[..end])))
                        .find(|step| !matches!(step, Step::More))
                        .unwrap_or(Step::More)
                }
            },
        }
    }
}

fn ended<A>(step: Step<A>) -> Option<A> {
    match step {
        Step::Done(answer) => Some(answer),
        _ => None,
    }
}

/// A stream dialogue: the same comes out for whole and for torn answers, and nothing for a cut first answer.
pub fn stream<D: Dialogue<Answer = Seen>>(make: impl Fn() -> D, arrivals: &[&[u8]]) -> Seen {
    let seen = in_pieces(make(), arrivals, usize::MAX).expect("recognised");
    for piece in [1, 7] {
        assert_eq!(in_pieces(make(), arrivals, piece).as_ref(), Some(&seen), "pieces of {piece}");
    }
    cut(make, arrivals, &seen);
    seen
}

/// A dialogue over datagrams, which come whole: the same comes out if each comes twice, and nothing for a cut first one.
pub fn datagrams<D: Dialogue<Answer = Seen>>(make: impl Fn() -> D, arrivals: &[&[u8]]) -> Seen {
    let seen = in_pieces(make(), arrivals, usize::MAX).expect("recognised");
    let doubled: Vec<Vec<u8>> = arrivals.iter().map(|bytes| bytes.repeat(2)).collect();
    let doubled: Vec<&[u8]> = doubled.iter().map(Vec::as_slice).collect();
    assert_eq!(in_pieces(make(), &doubled, usize::MAX).as_ref(), Some(&seen), "doubled");
    cut(make, arrivals, &seen);
    seen
}

fn cut<D: Dialogue<Answer = Seen>>(make: impl Fn() -> D, arrivals: &[&[u8]], seen: &Seen) {
    for (index, bytes) in arrivals.iter().enumerate() {
        for length in 1..bytes.len() {
            for end in [&[][..], &[&[][..]][..]] {
                let mut before = arrivals[..index].to_vec();
                before.push(&bytes[..length]);
                before.extend(end);
                let out = in_pieces(make(), &before, usize::MAX);
                if arrivals[..index].iter().all(|bytes| bytes.is_empty()) {
                    assert_eq!(out, None, "first answer cut at {length}");
                } else if let Some(out) = out {
                    assert_eq!(out.service, seen.service);
                }
            }
        }
    }
}

/// Nobody who speaks something else, says nothing, sends back what it got or talks without end is recognised.
pub fn strangers<D: Dialogue<Answer = Seen>>(make: impl Fn() -> D) {
    let endless = vec![b'A'; MAX_ANSWER_BYTES];
    let lines = b"220 welcome\r\n".repeat(MAX_ANSWER_BYTES / 13);
    let zeros = vec![0; 4096];
    let ones = vec![0xff; 4096];
    let strangers: [&[u8]; 14] = [
        b"HTTP/1.1 400 Bad Request\r\nServer: nginx\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html><title>x</title></html>",
        b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n",
        b"220 (vsFTPd 3.0.3)\r\n",
        b"+OK Dovecot ready.\r\n",
        b"RFB 003.008\n",
        b"\x15\x03\x01\x00\x02\x02\x46",
        b"\x00\x00\x00\x01",
        b"\xff\xfd\x18\xff\xfd\x20",
        b"-ERR unknown command\r\n",
        &endless,
        &lines,
        &zeros,
        &ones,
    ];
    for stranger in strangers {
        for arrivals in [&[stranger][..], &[stranger, &[]], &[stranger, stranger, stranger, stranger]] {
            assert_eq!(in_pieces(make(), arrivals, usize::MAX), None, "{:?}", &stranger[..stranger.len().min(40)]);
        }
    }
    assert_eq!(in_pieces(make(), &[&[], &[], &[], &[]], 1), None, "silence");
    assert_eq!(in_pieces(make(), &[], 1), None, "closed at once");
    echo(make());
}

fn echo<D: Dialogue<Answer = Seen>>(mut dialogue: D) {
    let mut sent = Vec::new();
    let mut step = dialogue.step(Event::Connected);
    for _ in 0..50 {
        match step {
            Step::Send(bytes) => sent = bytes,
            Step::More => sent.extend_from_slice(&sent.clone()),
            Step::NotThis => return,
            Step::Done(_) => panic!("an echo was recognised"),
        }
        sent.truncate(MAX_ANSWER_BYTES);
        step = dialogue.step(if sent.is_empty() { Event::Silence } else { Event::Received(&sent) });
    }
}

/// Any bytes in any order are survived, and the dialogue ends.
pub fn any_bytes<D: Dialogue<Answer = Seen>>(mut dialogue: D, arrivals: &[Vec<u8>]) {
    let mut step = dialogue.step(Event::Connected);
    for bytes in arrivals {
        if matches!(step, Step::Done(_) | Step::NotThis) {
            return;
        }
        step = dialogue.step(if bytes.is_empty() { Event::Silence } else { Event::Received(bytes) });
    }
    if matches!(step, Step::Send(_) | Step::More) {
        for _ in 0..8 {
            step = dialogue.step(Event::Closed);
            if matches!(step, Step::Done(_) | Step::NotThis) {
                return;
            }
        }
        panic!("goes on for ever");
    }
}

/// A recorded answer with some bytes changed.
pub fn mutated(bytes: &[u8], changes: &[(proptest::sample::Index, u8)]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for (at, value) in changes {
        if !bytes.is_empty() {
            let at = at.index(bytes.len());
            bytes[at] = *value;
        }
    }
    bytes
}
