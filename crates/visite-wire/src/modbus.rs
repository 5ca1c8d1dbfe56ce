//! Modbus over TCP (MODBUS Application Protocol 1.1b3, MODBUS Messaging on TCP/IP 1.0b): which device a control is.
//!
//! Asked only for its identification (function 43, type 14). Deliberately absent: every function that reads or writes a
//! register or a coil. The unit asked is 255, the control itself: behind a gateway other numbers lead to devices on a
//! serial line, and 0 to all of them.

use visite_facts::facts::NetworkService;

use crate::bytes::{Reader, clean};
use crate::{Dialogue, Event, Manner, Seen, Step};

/// Number of the question, which the answer repeats. One question is open at a time and connection, so it may be fixed.
const ID: u16 = 0x5673;
const UNIT: u8 = 0xff;
const FUNCTION: u8 = 0x2b;
const IDENTIFICATION: u8 = 0x0e;
/// Most bytes behind the length field (MODBUS Messaging on TCP/IP, 3.1.3: 260 bytes in all).
const MAX_LENGTH: u16 = 254;

/// The dialogue, over TCP port 502.
#[derive(Clone, Debug)]
pub struct Modbus;

impl Modbus {
    /// A dialogue in this manner.
    pub fn new(_manner: &Manner) -> Self {
        Self
    }
}

impl Dialogue for Modbus {
    type Answer = Seen;

    fn step(&mut self, event: Event<'_>) -> Step<Seen> {
        match event {
            // The basic identification (vendor, product, version), from its first object on.
            Event::Connected => {
                let [high, low] = ID.to_be_bytes();
                Step::Send(vec![high, low, 0, 0, 0, 5, UNIT, FUNCTION, IDENTIFICATION, 1, 0])
            }
            Event::Received(bytes) => match parse_answer(bytes) {
                Ok(None) => Step::More,
                Ok(Some(seen)) => Step::Done(seen),
                Err(()) => Step::NotThis,
            },
            Event::Silence | Event::Closed => Step::NotThis,
        }
    }
}

/// What came out; `None` while the answer has not come whole.
fn parse_answer(bytes: &[u8]) -> Result<Option<Seen>, ()> {
    let mut reader = Reader::new(bytes);
    let (Some(id), Some(protocol), Some(length)) = (reader.u16(), reader.u16(), reader.u16()) else {
        let [high, low] = ID.to_be_bytes();
        let fits = bytes.iter().zip([high, low, 0, 0]).all(|(found, expected)| *found == expected);
        return if fits { Ok(None) } else { Err(()) };
    };
    if id != ID || protocol != 0 || !(3..=MAX_LENGTH).contains(&length) {
        return Err(());
    }
    match reader.take(usize::from(length)) {
        None => Ok(None),
        Some(body) if reader.is_empty() => parse_body(body).map(Some).ok_or(()),
        Some(_) => Err(()),
    }
}

fn parse_body(body: &[u8]) -> Option<Seen> {
    let mut seen = Seen::new(NetworkService::Modbus);
    let mut reader = Reader::new(body);
    if reader.u8()? != UNIT {
        return None;
    }
    match reader.u8()? {
        FUNCTION => {
            let (kind, asked, conformity) = (reader.u8()?, reader.u8()?, reader.u8()?);
            let (more, next, count) = (reader.u8()?, reader.u8()?, reader.u8()?);
            let ends = more == 0xff || (more == 0 && next == 0);
            if kind != IDENTIFICATION || asked != 1 || !matches!(conformity & 0x7f, 1..=3) || !ends || count == 0 {
                return None;
            }
            for _ in 0..count {
                let (object, value) = (reader.u8()?, reader.prefixed8()?);
                match object {
                    0 => seen.vendor = clean(value, 80),
                    1 => seen.product = clean(value, 80),
                    2 => seen.version = clean(value, 40),
                    _ => {}
                }
            }
        }
        // A refusal: of the function, of its data, or by a gateway that finds no device (MODBUS 1.1b3, 7).
        refused if refused == FUNCTION | 0x80 => {
            reader.u8().filter(|code| matches!(code, 1..=8 | 0x0a | 0x0b))?;
        }
        _ => return None,
    }
    reader.is_empty().then_some(seen)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trials;
    use proptest::prelude::*;

    /// The server of pymodbus 3.16.1, recorded on the loopback interface.
    const PYMODBUS: &str = "56730000001eff2b0e0183000003000850796d6f646275730102504d0206332e31362e31";

    fn modbus() -> Modbus {
        Modbus::new(&Manner::default())
    }

    #[test]
    fn controls() {
        let seen = trials::stream(modbus, &[&trials::hex(PYMODBUS)]);
        assert_eq!(seen.vendor.as_deref(), Some("Pymodbus"));
        assert_eq!((seen.product.as_deref(), seen.version.as_deref()), (Some("PM"), Some("3.16.1")));
        let refused = trials::stream(modbus, &[&trials::hex("5673 0000 0003 ff ab 01")]);
        assert_eq!(refused, Seen::new(NetworkService::Modbus));
        let (_, sent) = crate::play(&mut modbus(), &[&trials::hex(PYMODBUS)]);
        assert_eq!(sent, [trials::hex("5673 0000 0005 ff 2b 0e 01 00")], "one question, function 43");
    }

    #[test]
    fn wrong_answers() {
        for answer in [
            "5674 0000 0003 ff ab 01",
            "5673 0001 0003 ff ab 01",
            "5673 0000 0003 01 ab 01",
            "5673 0000 0003 ff 83 01",
            "5673 0000 0003 ff ab 00",
            "5673 0000 0003 ff ab 01 00",
            "5673 0000 0004 ff ab 01 00",
            "5673 0000 00ff ff ab 01",
            "5673 0000 0008 ff 2b 0e 01 01 00 00 00",
        ] {
            assert_eq!(crate::play(&mut modbus(), &[&trials::hex(answer)]).0, None, "{answer}");
        }
        trials::strangers(modbus, b"");
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(
            noise in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..40), 0..3),
            changes in proptest::collection::vec(any::<(proptest::sample::Index, u8)>(), 0..4),
        ) {
            trials::any_bytes(modbus(), &noise);
            trials::any_bytes(modbus(), &[trials::mutated(&trials::hex(PYMODBUS), &changes)]);
        }
    }
}
