//! Remote management of a server's hardware (IPMI 2.0, ASF 2.0): whether a management controller listens.
//!
//! Asked whether it is there (ASF presence ping), then which ways of logging in it offers (IPMI 2.0, 22.13), which is
//! asked before any login and is none. Deliberately absent: sessions, and with them every command that does anything.

use visite_facts::facts::{DeviceIpmi, NetworkService};
use visite_facts::{Known, Unknown, UnknownReason};

use crate::bytes::Reader;
use crate::snmp::vendor_of_enterprise;
use crate::{Detail, Dialogue, Event, Manner, Seen, Step};

/// Mark of the ping and number of the request, which the answers repeat (the latter has six bits).
const TAG: u8 = 0x56;
const SEQUENCE: u8 = 0x15;
/// ASF's own enterprise number, with which controllers answer that name no vendor.
const ASF: u32 = 4542;
const AUTHENTICATION: u8 = 0x38;

/// The dialogue, over UDP port 623.
#[derive(Clone, Debug)]
pub struct Ipmi {
    pinged: bool,
    vendor: Option<&'static str>,
    recognised: bool,
    logins: DeviceIpmi,
}

impl Ipmi {
    /// A dialogue in this manner.
    pub fn new(_manner: &Manner) -> Self {
        Self { pinged: false, vendor: None, recognised: false, logins: DeviceIpmi::unknown(UnknownReason::TimedOut) }
    }

    fn done(&self) -> Step<Seen> {
        if !self.recognised {
            return Step::NotThis;
        }
        let mut seen = Seen::new(NetworkService::Ipmi);
        seen.vendor = self.vendor.map(str::to_owned);
        seen.detail = Detail::Ipmi(self.logins.clone());
        Step::Done(seen)
    }
}

impl Dialogue for Ipmi {
    type Answer = Seen;

    fn step(&mut self, event: Event<'_>) -> Step<Seen> {
        match event {
            Event::Connected => return Step::Send(vec![6, 0, 0xff, 6, 0, 0, 0x11, 0xbe, 0x80, TAG, 0, 0]),
            Event::Closed if !self.pinged => return Step::NotThis,
            Event::Silence | Event::Closed => {}
            Event::Received(bytes) if !self.pinged => match parse_pong(bytes) {
                Some(pong) => {
                    // A controller without IPMI answers the ping too (Intel AMT); then only the next answer counts.
                    self.recognised = pong.ipmi;
                    self.vendor = vendor_of_enterprise(pong.enterprise).filter(|_| pong.enterprise != ASF);
                }
                None => return Step::NotThis,
            },
            Event::Received(bytes) => match parse_logins(bytes) {
                Some(logins) => {
                    self.recognised = true;
                    self.logins = logins;
                }
                None => {
                    self.logins = DeviceIpmi::unknown(UnknownReason::Malformed);
                    return self.done();
                }
            },
        }
        if self.pinged {
            return self.done();
        }
        self.pinged = true;
        Step::Send(question())
    }
}

/// The question for ways of logging in (IPMI 2.0, 13.6 and 22.13): outside any session, for this channel (0x0e), with the
/// ways of version 2.0 (0x80), as administrator (4).
fn question() -> Vec<u8> {
    let (to, from) = ([0x20, 0x18], [0x81, SEQUENCE << 2, AUTHENTICATION, 0x8e, 4]);
    let mut written = vec![6, 0, 0xff, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9];
    written.extend(to);
    written.push(checksum(&to));
    written.extend(from);
    written.push(checksum(&from));
    written
}

/// What brings the sum of the bytes to zero (IPMI 2.0, 13.8).
fn checksum(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0u8, |sum, byte| sum.wrapping_sub(*byte))
}

struct Pong {
    enterprise: u32,
    ipmi: bool,
}

/// Nothing, or another datagram of the same kind.
fn ends(reader: Reader<'_>) -> bool {
    reader.is_empty() || reader.rest().starts_with(&[6, 0, 0xff])
}

/// The answer to the presence ping (ASF 2.0, 3.2.4.3).
fn parse_pong(bytes: &[u8]) -> Option<Pong> {
    let mut reader = Reader::new(bytes);
    let head = reader.u32()?;
    let (asf, kind, tag, _zero, length) = (reader.u32()?, reader.u8()?, reader.u8()?, reader.u8()?, reader.u8()?);
    let (enterprise, _oem, entities, _interactions, _zeros) =
        (reader.u32()?, reader.u32()?, reader.u8()?, reader.u8()?, reader.take(6)?);
    let fits = head == 0x0600_ff06 && asf == ASF && kind == 0x40 && tag == TAG && length == 16 && ends(reader);
    // The lower half is the version of ASF, of which there is but one.
    (fits && entities & 15 == 1).then_some(Pong { enterprise, ipmi: entities & 0x80 != 0 })
}

/// Which ways of logging in it offers (IPMI 2.0, 22.13).
fn parse_logins(bytes: &[u8]) -> Option<DeviceIpmi> {
    let mut reader = Reader::new(bytes);
    let (head, kind, session) = (reader.u32()?, reader.u8()?, reader.take(8)?);
    let message = reader.prefixed8()?;
    if head != 0x0600_ff07 || kind != 0 || session != [0; 8] || message.len() != 16 || !ends(reader) {
        return None;
    }
    let mut reader = Reader::new(message);
    let (to, first) = (reader.take(2)?, reader.u8()?);
    let body = reader.take(12)?;
    let last = reader.u8()?;
    let mut reader = Reader::new(body);
    let (from, sequence, command, code) = (reader.u8()?, reader.u8()?, reader.u8()?, reader.u8()?);
    let (_channel, kinds, status, versions) = (reader.u8()?, reader.u8()?, reader.u8()?, reader.u8()?);
    let fits =
        to == [0x81, 0x1c] && from == 0x20 && sequence >> 2 == SEQUENCE && command == AUTHENTICATION && code == 0;
    let extended = kinds & 0x80 != 0;
    (fits && first == checksum(to) && last == checksum(body)).then(|| DeviceIpmi {
        without_proof: Known(kinds & 1 != 0),
        anonymous: Known(status & 1 != 0),
        without_name: Known(status & 2 != 0),
        // Only with the ways of version 2.0 does the answer tell.
        version_2: if extended { Known(versions & 2 != 0) } else { Unknown(UnknownReason::NotSupported) },
        ..DeviceIpmi::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trials;
    use proptest::prelude::*;

    /// The simulator of OpenIPMI 2.0.33 of Debian 12, recorded on the loopback interface.
    const PONG: &str = "0600ff06 000011be 40 56 00 10 000011be 00000000 81 00 000000000000";
    const LOGINS: &str = "0600ff0700000000000000000010811c63205438000197060300000000b3";

    fn ipmi() -> Ipmi {
        Ipmi::new(&Manner::default())
    }

    #[test]
    fn controllers() {
        let (pong, logins) = (trials::hex(PONG), trials::hex(LOGINS));
        let offered = DeviceIpmi {
            without_proof: Known(true),
            anonymous: Known(false),
            without_name: Known(true),
            version_2: Known(true),
            ..DeviceIpmi::default()
        };
        assert_eq!(trials::datagrams(ipmi, &[&pong, &logins]).detail, Detail::Ipmi(offered));
        let silent = trials::datagrams(ipmi, &[&pong, &[]]);
        assert_eq!(silent.detail, Detail::Ipmi(DeviceIpmi::unknown(UnknownReason::TimedOut)));
        trials::datagrams(ipmi, &[&[], &logins]);
        let dell = trials::hex("0600ff06 000011be 40 56 00 10 000002a2 00000000 81 00 000000000000");
        assert_eq!(trials::datagrams(ipmi, &[&dell, &[]]).vendor.as_deref(), Some("Dell"));
    }

    #[test]
    fn wrong_answers() {
        let without_ipmi = trials::hex("0600ff06 000011be 40 56 00 10 000011be 00000000 01 00 000000000000");
        assert_eq!(crate::play(&mut ipmi(), &[&without_ipmi, &[]]).0, None, "ASF alone");
        for (at, value) in [(3, 7), (8, 0x80), (9, 0x57), (20, 0x82)] {
            let mut pong = trials::hex(PONG);
            pong[at] = value;
            assert_eq!(crate::play(&mut ipmi(), &[&pong]).0, None, "byte {at}");
        }
        for at in 0..trials::hex(LOGINS).len() {
            let mut logins = trials::hex(LOGINS);
            logins[at] ^= 0x40;
            assert_eq!(crate::play(&mut ipmi(), &[&[], &logins]).0, None, "byte {at}");
        }
        trials::strangers(ipmi, b"");
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(
            noise in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..40), 0..3),
            changes in proptest::collection::vec(any::<(proptest::sample::Index, u8)>(), 0..4),
        ) {
            trials::any_bytes(ipmi(), &noise);
            trials::any_bytes(ipmi(), &[PONG, LOGINS].map(|answer| trials::mutated(&trials::hex(answer), &changes)));
        }
    }
}
