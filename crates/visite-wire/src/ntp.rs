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
    use crate::trial;
    use proptest::prelude::*;

    /// chrony 4.3 of Debian 12, recorded on the loopback interface.
    const CHRONY: &str =
        "240a00e600000000000000007f7f0101eeb1e75ebe45f188e3569a1773b42c6deeb1e760127f7a63eeb1e76012843998";
    /// As in RFC 9327, 2 and 4: an answer to reading the system's variables, with the usual text of ntpd.
    const VARIABLES: &str = "16825673 0615 0000 0000 003a 76657273696f6e3d226e74706420342e322e38703135222c200d0a737973
        74656d3d224c696e75782f342e31342e3334222c206c6561703d300d0a0000";

    fn ntp() -> Ntp {
        Ntp::new(&Manner::default())
    }

    fn with_variables() -> Ntp {
        Ntp::with_variables(&Manner::default())
    }

    #[test]
    fn time_servers() {
        let answer = trial::hex(CHRONY);
        assert_eq!(trial::datagrams(ntp, &[&answer]), Seen::new(NetworkService::Ntp));
        let silent = trial::datagrams(with_variables, &[&answer, &[]]);
        assert_eq!(silent, Seen::new(NetworkService::Ntp));
        let variables = trial::hex(VARIABLES);
        let seen = trial::datagrams(with_variables, &[&answer, &variables]);
        let text = "version=\"ntpd 4.2.8p15\", system=\"Linux/4.14.34\", leap=0";
        assert_eq!(seen.texts, [(TextPlace::NtpBanner, text.to_owned())]);
    }

    #[test]
    fn wrong_answers() {
        for (at, value) in [(0, 0x23), (0, 0x25), (1, 17), (24, 0)] {
            let mut answer = trial::hex(CHRONY);
            answer[at] = value;
            assert_eq!(crate::play(&mut ntp(), &[&answer]).0, None, "byte {at}");
        }
        trial::strangers(ntp);
        trial::strangers(with_variables);
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(
            noise in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..120), 0..5),
            changes in proptest::collection::vec(any::<(proptest::sample::Index, u8)>(), 0..4),
        ) {
            trial::any_bytes(with_variables(), &noise);
            trial::any_bytes(with_variables(), &[CHRONY, VARIABLES].map(|text| trial::mutated(&trial::hex(text), &changes)));
        }
    }
}
