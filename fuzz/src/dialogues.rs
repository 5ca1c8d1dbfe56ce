//! What the targets for conversations over a network share: how bytes become arrivals, and what must hold of every answer.

use visite_facts::facts::NetworkService;
use visite_wire::registry::Recogniser;
use visite_wire::{Dialogue, Event, MAX_ANSWER_BYTES, MAX_STEPS, Manner, Seen, Step};

/// Most bytes that a dialogue may send at once: "a few hundred".
const MAX_SENT: usize = 1024;
/// Most times that a dialogue may be told of the end before it ends itself.
const MAX_ENDS: usize = 8;

/// A target for the dialogue with a service, by the function of the registry that makes it: `fuzz_dialogue!(tcp, Ssh);`
///
/// An input is a byte for the manner (1: logins, 2: encrypted), then arrivals: two bytes of length, big endian, and as
/// many bytes; an empty one is silence.
#[macro_export]
macro_rules! fuzz_dialogue {
    ($over:ident, $service:ident) => {
        $crate::fuzz_bytes!(|bytes| {
            $crate::recognise(visite_wire::registry::$over, visite_facts::facts::NetworkService::$service, bytes);
        });
    };
}

/// Holds the dialogue that `make` gives, as the input says.
pub fn recognise(make: fn(NetworkService, &Manner) -> Option<Recogniser>, service: NetworkService, input: &[u8]) {
    let (manner, arrivals) = manner_and_arrivals(input);
    let Some(mut dialogue) = make(service, &manner) else { return };
    if let Some(seen) = converse(&mut *dialogue, arrivals) {
        assert_seen(service, &seen);
    }
}

/// Cuts an input into the manner of a dialogue and what arrives in it.
pub fn manner_and_arrivals(input: &[u8]) -> (Manner, impl Iterator<Item = &[u8]>) {
    let (flags, mut rest) = input.split_first().map_or((0, input), |(flags, rest)| (*flags, rest));
    let manner = Manner {
        host: "10.0.0.5".to_owned(),
        logins: flags & 1 != 0,
        encrypted: flags & 2 != 0,
        from: Some(([10, 0, 0, 1], 4742).into()),
    };
    let arrivals = std::iter::from_fn(move || {
        let (length, behind) = rest.split_first_chunk::<2>()?;
        let length = usize::from(u16::from_be_bytes(*length)).min(behind.len());
        let (arrival, behind) = behind.split_at(length);
        rest = behind;
        Some(arrival)
    });
    (manner, arrivals)
}

/// Plays a dialogue. It ends, and asks for little.
pub fn converse<'a, D>(dialogue: &mut D, arrivals: impl Iterator<Item = &'a [u8]>) -> Option<D::Answer>
where
    D: Dialogue + ?Sized,
{
    let (mut received, mut arrivals) = (Vec::new(), arrivals);
    let (mut sent, mut ends) = (0, 0);
    let mut step = dialogue.step(Event::Connected);
    loop {
        match step {
            Step::Done(answer) => return Some(answer),
            Step::NotThis => return None,
            Step::Send(bytes) => {
                assert!(!bytes.is_empty() && bytes.len() <= MAX_SENT, "sends {} bytes", bytes.len());
                sent += 1;
                assert!(sent <= MAX_STEPS, "never stops asking");
                received.clear();
            }
            Step::More => {}
        }
        step = match arrivals.next() {
            None => {
                ends += 1;
                assert!(ends <= MAX_ENDS, "does not end with its connection");
                dialogue.step(Event::Closed)
            }
            Some([]) => dialogue.step(Event::Silence),
            // What is longer is cut off by whoever lends the connection.
            Some(bytes) if received.len() + bytes.len() > MAX_ANSWER_BYTES => dialogue.step(Event::Closed),
            Some(bytes) => {
                received.extend_from_slice(bytes);
                dialogue.step(Event::Received(&received))
            }
        };
    }
}

/// It is this service, and what it says may be stored and shown.
pub fn assert_seen(service: NetworkService, seen: &Seen) {
    assert_eq!(seen.service, service);
    let stated = [&seen.vendor, &seen.product, &seen.version, &seen.system];
    let texts = seen.texts.iter().map(|(_, text)| text);
    for text in stated.into_iter().flatten().chain(&seen.names).chain(texts) {
        assert_tame(text);
    }
}

/// A text of a device is neither empty nor endless, and cannot reach into the terminal.
pub fn assert_tame(text: &str) {
    assert!(!text.is_empty() && text.len() <= 4096, "{} bytes", text.len());
    assert!(!text.contains(char::is_control), "{text:?}");
}
