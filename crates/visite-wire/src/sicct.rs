//! Card terminals of the telematics infrastructure (SICCT 1.2x of TeleTrusT, gemSpec_KT).
//!
//! [`Sicct`] asks over UDP port 4742 who is there, as connectors do (service discovery, SICCT 6.2.3). [`SicctCommand`]
//! asks a terminal over its command connection (TCP port 4742, in the telematics infrastructure always inside TLS) for its
//! manufacturer, one of the commands that need no session and touch no card. Deliberately absent: sessions, slots, cards,
//! the display. Unverified against a real terminal: discovery follows the example of the specification, the command an
//! answer of an Ingenico ORGA 6100 that others published.

use crate::bytes::{Reader, clean, own_mac};
use crate::{Dialogue, Event, Manner, Seen, Step, TextPlace};
use core::net::{Ipv4Addr, SocketAddr};
use visite_facts::facts::NetworkService;

/// Port of the service discovery (UDP) and, unless the terminal says otherwise, of commands (TCP).
pub const PORT: u16 = 4742;

/// What a terminal says about itself (SICCT 6.2.3, service description packet).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// Version of the protocol, major and minor.
    pub version: (u8, u8),
    /// Its address.
    pub address: Ipv4Addr,
    /// Its hardware address.
    pub mac: [u8; 6],
    /// Its name, given by who set it up.
    pub name: String,
    /// Port of its command interpreter.
    pub command_port: u16,
}

/// Asks over UDP whether a card terminal is there.
#[derive(Clone, Debug)]
pub struct Sicct {
    address: Ipv4Addr,
    port: u16,
}

impl Sicct {
    /// The question carries the address and port to which terminals answer: those from which it is sent. If the manner
    /// does not name an IPv4 address, it is `0.0.0.0`, and a terminal that goes by it answers nobody.
    pub fn new(manner: &Manner) -> Self {
        let (address, port) = match manner.from {
            Some(SocketAddr::V4(from)) => (*from.ip(), from.port()),
            _ => (Ipv4Addr::UNSPECIFIED, PORT),
        };
        Self { address, port }
    }
}

impl Dialogue for Sicct {
    type Answer = Seen;

    fn step(&mut self, event: Event<'_>) -> Step<Seen> {
        match event {
            Event::Connected => Step::Send(discovery(self.address, self.port)),
            Event::Received(bytes) => match parse_description(bytes) {
                Some(description) => {
                    let mut seen = Seen::new(NetworkService::Sicct);
                    seen.names.push(description.name);
                    seen.mac = own_mac(description.mac);
                    Step::Done(seen)
                }
                None => Step::NotThis,
            },
            Event::Silence | Event::Closed => Step::NotThis,
        }
    }
}

/// Service request packet (table 27): version 1.20, whose packets later versions understand.
fn discovery(address: Ipv4Addr, port: u16) -> Vec<u8> {
    let mut packet = vec![0xa0, 14, 0x80, 2, 1, 20, 0x81, 4];
    packet.extend(address.octets());
    packet.extend([0x82, 2]);
    packet.extend(port.to_be_bytes());
    packet
}

/// One value: tag, length in one to three bytes (SICCT 6.2.3.3), contents.
fn next_value<'b>(reader: &mut Reader<'b>) -> Option<(u8, &'b [u8])> {
    let tag = reader.u8()?;
    let length = match reader.u8()? {
        short @ 0..=0x7f => usize::from(short),
        0x81 => usize::from(reader.u8()?),
        0x82 => usize::from(reader.u16()?),
        _ => return None,
    };
    Some((tag, reader.take(length)?))
}

/// Reads a service description packet (table 28), whole and with nothing behind it. The version stands first; address,
/// hardware address, name and port must be there once, security protocols (tag A3) may.
pub fn parse_description(bytes: &[u8]) -> Option<Description> {
    let mut reader = Reader::new(bytes);
    let (0xa1, inner) = next_value(&mut reader)? else { return None };
    reader.is_empty().then_some(())?;
    let mut values = Reader::new(inner);
    let (0x80, &[major @ 1..=9, minor]) = next_value(&mut values)? else { return None };
    let (mut address, mut mac, mut name, mut command_port) = (None, None, None, None);
    while !values.is_empty() {
        match next_value(&mut values)? {
            (0x81, &[a, b, c, d]) if address.is_none() => address = Some(Ipv4Addr::new(a, b, c, d)),
            (0x82, &[high, low]) if command_port.is_none() => command_port = Some(u16::from_be_bytes([high, low])),
            (0x83, value) if mac.is_none() => mac = Some(<[u8; 6]>::try_from(value).ok()?),
            (0x84, value) if name.is_none() && is_name(value) => name = clean(value, 32),
            (0xa3, _) => {}
            _ => return None,
        }
    }
    let command_port = command_port.filter(|port| *port != 0)?;
    Some(Description { version: (major, minor), address: address?, mac: mac?, name: name?, command_port })
}

fn is_name(value: &[u8]) -> bool {
    (1..=32).contains(&value.len()) && value.iter().all(|byte| byte.is_ascii_graphic() || *byte == b' ')
}

/// Asks a terminal over its command connection for its manufacturer.
#[derive(Clone, Debug)]
pub struct SicctCommand(());

/// Number of our only command; must come back.
const SEQUENCE: u16 = 0x5649;

impl SicctCommand {
    /// One command, `SICCT GET STATUS` for the manufacturer's data object.
    pub fn new(_: &Manner) -> Self {
        Self(())
    }
}

impl Dialogue for SicctCommand {
    type Answer = Seen;

    fn step(&mut self, event: Event<'_>) -> Step<Seen> {
        match event {
            Event::Connected => {
                // Command (6B), addressed to the terminal itself (0000), our number, reserved, length, and the APDU.
                let mut message = vec![0x6b, 0, 0];
                message.extend(SEQUENCE.to_be_bytes());
                message.extend([0, 0, 0, 0, 5, 0x80, 0x13, 0x00, 0x46, 0x00]);
                Step::Send(message)
            }
            Event::Received(bytes) => command_answer(bytes),
            Event::Silence | Event::Closed => Step::NotThis,
        }
    }
}

fn command_answer(bytes: &[u8]) -> Step<Seen> {
    let [high, low] = SEQUENCE.to_be_bytes();
    let header = [0x83, 0, 0, high, low, 0, 0, 0];
    if bytes.iter().zip(header).any(|(byte, wanted)| *byte != wanted) {
        return Step::NotThis;
    }
    let mut reader = Reader::new(bytes);
    let Some(length) = reader.take(header.len()).and_then(|_| reader.u16()).map(usize::from) else { return Step::More };
    match reader.rest().len().cmp(&length) {
        _ if !(2..=1024).contains(&length) => Step::NotThis,
        std::cmp::Ordering::Less => Step::More,
        std::cmp::Ordering::Equal => parse_manufacturer(reader.rest()).map_or(Step::NotThis, Step::Done),
        std::cmp::Ordering::Greater => Step::NotThis,
    }
}

/// Reads the answer APDU: the data object 46 and `9000`, or nothing but a refusal (ISO 7816-4: 6xxx).
fn parse_manufacturer(apdu: &[u8]) -> Option<Seen> {
    let mut seen = Seen::new(NetworkService::Sicct);
    let (data, status) = apdu.split_last_chunk::<2>()?;
    if data.is_empty() {
        return matches!(status, [0x62..=0x6f, _]).then_some(seen);
    }
    (status == &[0x90, 0x00]).then_some(())?;
    let mut reader = Reader::new(data);
    let (0x46, object) = next_value(&mut reader)? else { return None };
    reader.is_empty().then_some(())?;
    // Manufacturer, kind and version of the software, five characters each; behind them what gemSpec_KT adds.
    let fixed = object.get(..15)?;
    fixed.iter().all(|byte| byte.is_ascii_graphic() || *byte == b' ').then_some(())?;
    let part = |from: usize| fixed.get(from..from.saturating_add(5)).and_then(|part| clean(part, 5));
    let manufacturer = part(0)?;
    let kind = part(5);
    seen.version = part(10);
    seen.texts.push((TextPlace::SicctManufacturer, format!("{manufacturer}/{}", kind.unwrap_or_default())));
    Some(seen)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trials;
    use crate::{MAX_ANSWER_BYTES, play};
    use proptest::prelude::*;

    /// The example of the specification (figure 7): terminal `TERMINAL` at 192.168.0.5, protocol 1.20.
    const EXAMPLE: &[u8] =
        b"\xa1\x20\x80\x02\x01\x14\x81\x04\xc0\xa8\x00\x05\x83\x06\x08\x00\x20\xae\xfe\x7e\x84\x08TERMINAL\x82\x02\x12\x86";
    /// The answer of an Ingenico ORGA 6100 to command number 3, as published in the tests of an open connector; the number
    /// is ours, and its serial number is made up.
    const ORGA: &[u8] =
        b"\x83\0\0\x56\x49\0\0\0\0\x81\x46\x7dINGHC0120 03092\xd7\x6c  1  0  0KT  1  8  0ORGA6100  3  9  2  1  2  0\
        0002724.07.2025-                               01410000000000 \x90\0";

    fn ask(arrivals: &[&[u8]]) -> (Option<Seen>, Vec<Vec<u8>>) {
        let from = SocketAddr::from((Ipv4Addr::new(192, 168, 0, 1), 4742));
        play(&mut Sicct::new(&Manner { from: Some(from), ..Manner::default() }), arrivals)
    }

    fn command(arrivals: &[&[u8]]) -> (Option<Seen>, Vec<Vec<u8>>) {
        play(&mut SicctCommand::new(&Manner::default()), arrivals)
    }

    #[test]
    fn a_terminal_describes_itself() {
        let (seen, sent) = ask(&[EXAMPLE]);
        trials::is_taken_by_nobody_else(seen.as_ref(), &[EXAMPLE]);
        let seen = seen.expect("as recorded");
        assert_eq!((seen.service, seen.names), (NetworkService::Sicct, vec!["TERMINAL".to_owned()]));
        assert_eq!(seen.mac, Some([0x08, 0x00, 0x20, 0xae, 0xfe, 0x7e]));
        // Request of the specification's figure 7, in version 1.20.
        assert_eq!(sent, [b"\xa0\x0e\x80\x02\x01\x14\x81\x04\xc0\xa8\x00\x01\x82\x02\x12\x86"]);
        let description = parse_description(EXAMPLE).expect("as recorded");
        assert_eq!(description.version, (1, 20));
        assert_eq!(description.address, Ipv4Addr::new(192, 168, 0, 5));
        assert_eq!(description.mac, [0x08, 0x00, 0x20, 0xae, 0xfe, 0x7e]);
        assert_eq!(description.command_port, 4742);
        // With a security protocol behind it (TLS), as eHealth terminals have.
        let mut secure = EXAMPLE.to_vec();
        secure[1] += 5;
        secure.extend(b"\xa3\x03\x8a\x01\x40");
        assert!(parse_description(&secure).is_some());
    }

    #[test]
    fn a_terminal_states_its_manufacturer() {
        let (seen, sent) = command(&[ORGA]);
        trials::is_taken_by_nobody_else(seen.as_ref(), &[ORGA]);
        let seen = seen.expect("as recorded");
        assert_eq!(seen.texts, [(TextPlace::SicctManufacturer, "INGHC/0120".to_owned())]);
        assert_eq!(seen.version.as_deref(), Some("03092"));
        assert_eq!(sent, [b"\x6b\0\0\x56\x49\0\0\0\0\x05\x80\x13\0\x46\0"]);
        // Security status not satisfied: a terminal, all the same.
        assert!(command(&[b"\x83\0\0\x56\x49\0\0\0\0\x02\x69\x82"]).0.is_some());
    }

    #[test]
    fn other_services_are_no_terminals() {
        let endless = [0xa1; MAX_ANSWER_BYTES];
        let foreign: [&[u8]; 9] = [
            b"HTTP/1.1 400 Bad Request\r\n\r\n",
            b"SICCT:TERMINAL",
            b"\xa0\x0e\x80\x02\x01\x14\x81\x04\xc0\xa8\x00\x01\x82\x02\x12\x86",
            b"\x6b\0\0\x56\x49\0\0\0\0\x05\x80\x13\0\x46\0",
            b"\x83\0\0\x56\x4a\0\0\0\0\x02\x90\0",
            b"\x83\0\0\x56\x49\0\0\0\0\x02\x90\0",
            b"\xa1\x04\x80\x02\x01\x14",
            b"\x30\x06\x80\x02\x01\x14\x81\x00",
            &endless,
        ];
        for bytes in foreign {
            assert_eq!(ask(&[bytes]).0, None);
            assert_eq!(command(&[bytes]).0, None);
        }
        assert_eq!((ask(&[&[]]).0, command(&[&[]]).0), (None, None));
    }

    #[test]
    fn nothing_may_be_missing_or_too_much() {
        for end in 0..EXAMPLE.len() {
            assert_eq!(parse_description(&EXAMPLE[..end]), None);
        }
        assert_eq!(parse_description(&[EXAMPLE, &[0]].concat()), None);
        let mut terminal = SicctCommand::new(&Manner::default());
        terminal.step(Event::Connected);
        for end in 1..ORGA.len() {
            assert_eq!(terminal.step(Event::Received(&ORGA[..end])), Step::More);
        }
        assert!(matches!(terminal.step(Event::Received(ORGA)), Step::Done(_)));
        assert_eq!(command(&[&[ORGA, &[0]].concat()]).0, None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes: Vec<u8>, at in 0usize..200, by: u8) {
            let _ = (ask(&[&bytes]), command(&[&bytes]));
            for sample in [EXAMPLE, ORGA] {
                let mut sample = sample.to_vec();
                if let Some(byte) = sample.get_mut(at) {
                    *byte ^= by;
                }
                let _ = (ask(&[&sample]), command(&[&sample]));
            }
        }
    }
}
