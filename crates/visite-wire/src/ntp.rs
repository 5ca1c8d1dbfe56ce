//! Network time (RFC 5905): whether somebody tells the time.
//!
//! Asked as a client asks, in mode 3. On request the server's system variables follow (control message of mode 6,
//! RFC 9327, 2), which some servers count as an attack; deliberately absent is mode 7, which changes servers.

use visite_facts::facts::NetworkService;

use crate::bytes::{Reader, clean};
use crate::{Dialogue, Event, Manner, Seen, Step, TextPlace};

/// Stands for the time at which the question was sent: any number will do, and the answer repeats it (RFC 5905, 8).
const COOKIE: [u8; 8] = [0xe3, 0x56, 0x9a, 0x17, 0x73, 0xb4, 0x2c, 0x6d];
/// Number of the control message, which its answer repeats.
const SEQUENCE: u16 = 0x5673;
const LENGTH: usize = 48;

/// The dialogue, over UDP port 123.
#[derive(Clone, Debug)]
pub struct Ntp {
    variables: bool,
    recognised: bool,
}

impl Ntp {
    /// A dialogue in this manner: one question for the time.
    pub fn new(_manner: &Manner) -> Self {
        Self { variables: false, recognised: false }
    }

    /// The same, with a question for the server's system variables behind it.
    pub fn with_variables(manner: &Manner) -> Self {
        Self { variables: true, ..Self::new(manner) }
    }
}

impl Dialogue for Ntp {
    type Answer = Seen;

    fn step(&mut self, event: Event<'_>) -> Step<Seen> {
        match event {
            // Version 4, mode 3; all else is zero but the time of sending.
            Event::Connected => Step::Send([&[0x23][..], &[0; 39], &COOKIE].concat()),
            Event::Received(bytes) if self.recognised => {
                let texts = parse_variables(bytes).map(|text| (TextPlace::NtpBanner, text)).into_iter().collect();
                Step::Done(Seen { texts, ..Seen::new(NetworkService::Ntp) })
            }
            Event::Received(bytes) if is_time(bytes).is_some() => {
                self.recognised = true;
                if !self.variables {
                    return Step::Done(Seen::new(NetworkService::Ntp));
                }
                // Version 2, mode 6; operation 2, read variables, of association 0, the system.
                let [high, low] = SEQUENCE.to_be_bytes();
                Step::Send(vec![0x16, 2, high, low, 0, 0, 0, 0, 0, 0, 0, 0])
            }
            Event::Silence | Event::Closed if self.recognised => Step::Done(Seen::new(NetworkService::Ntp)),
            Event::Received(_) | Event::Silence | Event::Closed => Step::NotThis,
        }
    }
}

/// Whether the first datagram is a server's answer to our question.
fn is_time(bytes: &[u8]) -> Option<()> {
    let (answer, rest) = bytes.split_at_checked(LENGTH)?;
    let mut reader = Reader::new(answer);
    let (first, stratum, poll, _precision) = (reader.u8()?, reader.u8()?, reader.u8()?, reader.u8()?);
    let (_delay, _dispersion, _reference_id) = (reader.u32()?, reader.u32()?, reader.u32()?);
    let (_updated, origin, received, sent) = (reader.take(8)?, reader.take(8)?, reader.take(8)?, reader.take(8)?);
    let (version, mode) = (first >> 3 & 7, first & 7);
    let fits = mode == 4 && (1..=4).contains(&version) && stratum <= 16 && poll <= 17;
    // A server that turns us away (stratum 0, RFC 5905, 7.4) may leave its times empty.
    let timed = stratum == 0 || (received != [0; 8] && sent != [0; 8]);
    let another = rest.is_empty() || rest.first() == answer.first();
    (fits && origin == COOKIE && timed && another).then_some(())
}

/// The text of the system variables, as far as the first datagram has it.
fn parse_variables(bytes: &[u8]) -> Option<String> {
    let mut reader = Reader::new(bytes);
    let (first, operation, sequence) = (reader.u8()?, reader.u8()?, reader.u16()?);
    let (_status, association, offset, count) = (reader.u16()?, reader.u16()?, reader.u16()?, reader.u16()?);
    let text = reader.take(usize::from(count))?;
    // Mode 6; an answer without error to operation 2, whether more follows or not.
    let fits = first & 7 == 6 && operation & 0xdf == 0x82 && sequence == SEQUENCE && association == 0 && offset == 0;
    if fits { clean(text, 1024) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trials;
    use proptest::prelude::*;

    /// NTPsec 1.2.2 of Debian 12, just started, so that it does not know the time yet.
    const NTPSEC: &str =
        "e40000e80000000000000001494e49540000000000000000e3569a1773b42c6deeb1e8c2aaaf9051eeb1e8c2aab5ef8b";
    /// chrony 4.3 of Debian 12, recorded on the loopback interface.
    const CHRONY: &str =
        "240a00e600000000000000007f7f0101eeb1e75ebe45f188e3569a1773b42c6deeb1e760127f7a63eeb1e76012843998";
    /// ntpd of NTPsec 1.2.2 of Debian 12; the kernel's version is replaced.
    const VARIABLES: &str =
        "d6825673c0160000000001596c6561703d332c207374726174756d3d31362c20707265636973696f6e3d2d32342c20726f6f7464656c61
        793d302e3030302c20726f6f74646973703d302e3034352c0d0a72656669643d494e49542c2072656674696d653d307830303030303030
        302e30303030303030302c2074633d302c20706565723d302c206f66667365743d302e3030303030302c0d0a6672657175656e63793d30
        2e3030303030302c207379735f6a69747465723d302e3030303030302c20636c6b5f6a69747465723d302e3030303036302c0d0a636c6f
        636b3d307865656231653864382e32623636646566652c2070726f636573736f723d227838365f3634222c0d0a73797374656d3d224c69
        6e75782f362e31322e302d31382d616d643634222c2076657273696f6e3d226e747064206e74707365632d312e322e32222c0d0a636c6b
        5f77616e6465723d302e3030303030302c206d696e74633d300d0a000000";

    fn ntp() -> Ntp {
        Ntp::new(&Manner::default())
    }

    fn with_variables() -> Ntp {
        Ntp::with_variables(&Manner::default())
    }

    #[test]
    fn time_servers() {
        let answer = trials::hex(CHRONY);
        assert_eq!(trials::datagrams(ntp, &[&answer]), Seen::new(NetworkService::Ntp));
        assert_eq!(trials::datagrams(ntp, &[&trials::hex(NTPSEC)]), Seen::new(NetworkService::Ntp));
        let silent = trials::datagrams(with_variables, &[&answer, &[]]);
        assert_eq!(silent, Seen::new(NetworkService::Ntp));
        let variables = trials::hex(VARIABLES);
        let seen = trials::datagrams(with_variables, &[&answer, &variables]);
        let text = match seen.texts.as_slice() {
            [(TextPlace::NtpBanner, text)] => text,
            other => panic!("{other:?}"),
        };
        assert!(text.contains("system=\"Linux/6.12.0-18-amd64\", version=\"ntpd ntpsec-1.2.2\""), "{text}");
    }

    #[test]
    fn wrong_answers() {
        for (at, value) in [(0, 0x23), (0, 0x25), (1, 17), (24, 0)] {
            let mut answer = trials::hex(CHRONY);
            answer[at] = value;
            assert_eq!(crate::play(&mut ntp(), &[&answer]).0, None, "byte {at}");
        }
        trials::strangers(ntp, b"");
        trials::strangers(with_variables, b"");
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(
            noise in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..120), 0..5),
            changes in proptest::collection::vec(any::<(proptest::sample::Index, u8)>(), 0..4),
        ) {
            trials::any_bytes(with_variables(), &noise);
            trials::any_bytes(with_variables(), &[CHRONY, VARIABLES].map(|text| trials::mutated(&trials::hex(text), &changes)));
        }
    }
}
