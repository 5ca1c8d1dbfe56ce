//! What every dialogue has to go through in its tests.

use crate::{Dialogue, Event, MAX_ANSWER_BYTES, Seen, Step, play};

/// Plays a dialogue with each arrival coming byte by byte.
pub fn drip<D: Dialogue>(dialogue: &mut D, arrivals: &[&[u8]]) -> Option<D::Answer> {
    let mut step = dialogue.step(Event::Connected);
    let mut received = Vec::new();
    for arrival in arrivals {
        for (at, byte) in arrival.iter().enumerate() {
            match step {
                Step::Done(answer) => return Some(answer),
                Step::NotThis => return None,
                // It has what it wanted; the rest of this arrival came too late.
                Step::Send(_) if at > 0 => break,
                Step::Send(_) => received.clear(),
                Step::More => {}
            }
            received.push(*byte);
            step = dialogue.step(Event::Received(&received));
        }
    }
    match step {
        Step::Done(answer) => Some(answer),
        Step::NotThis => None,
        Step::Send(_) | Step::More => match dialogue.step(Event::Closed) {
            Step::Done(answer) => Some(answer),
            _ => None,
        },
    }
}

/// Arrivals in pieces come to the same; before the arrival `proof` is whole, nothing is recognised.
pub fn withstands_pieces<D: Dialogue<Answer = Seen>>(make: impl Fn() -> D, arrivals: &[&[u8]], proof: usize) {
    let whole = play(&mut make(), arrivals).0;
    assert!(whole.is_some(), "the recording is recognised");
    assert_eq!(drip(&mut make(), arrivals), whole);
    for (at, arrival) in arrivals.iter().enumerate() {
        for end in 0..arrival.len() {
            let mut cut = arrivals[..at].to_vec();
            cut.push(&arrival[..end]);
            for silence in [false, true] {
                let mut cut = cut.clone();
                if silence {
                    cut.push(&[]);
                }
                let seen = play(&mut make(), &cut).0;
                assert!(at > proof || seen.is_none(), "{end} bytes of arrival {at}: {seen:?}");
            }
        }
    }
}

/// Services of other protocols, an echo, noise, endless lines and silence are not recognised.
pub fn refuses_others<D: Dialogue<Answer = Seen>>(make: impl Fn() -> D) {
    let noise: Vec<u8> = (0..4096_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13).to_le_bytes()[0]).collect();
    let http = b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\nContent-Length: 9\r\n\r\n<p>no</p>";
    let others: [&[u8]; 12] = [
        http,
        b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n",
        b"220 mail.example ESMTP\r\n",
        b"+OK POP3 ready\r\n",
        b"-ERR unknown command\r\n",
        b"* OK IMAP4rev1\r\n",
        b"\x15\x03\x01\x00\x02\x02\x46",
        b"\xff\xfd\x18\xff\xfd\x20login: ",
        b"RFB 003.008\n",
        &[0; 600],
        &[b'A'; MAX_ANSWER_BYTES],
        &noise,
    ];
    for other in others {
        for arrivals in [vec![other], vec![other, other, other], vec![other, &[]]] {
            assert_eq!(
                play(&mut make(), &arrivals).0,
                None,
                "{}",
                String::from_utf8_lossy(&other[..other.len().min(40)])
            );
        }
        assert_eq!(drip(&mut make(), &[&other[..other.len().min(300)]]), None);
    }
    assert_eq!(play(&mut make(), &[]).0, None);
    assert_eq!(play(&mut make(), &[&[], &[]]).0, None);
    let mut echoed: Vec<Vec<u8>> = Vec::new();
    for _ in 0..4 {
        let arrivals: Vec<&[u8]> = echoed.iter().map(Vec::as_slice).collect();
        let (seen, sent) = play(&mut make(), &arrivals);
        assert_eq!(seen, None, "an echo");
        echoed = sent;
    }
}
