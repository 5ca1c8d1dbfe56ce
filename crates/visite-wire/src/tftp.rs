//! Trivial file transfer (RFC 1350): whether somebody hands out files.
//!
//! Asked for a file that cannot exist, so that nothing is handed out. Deliberately absent: real names of files, and
//! writing.

use visite_facts::facts::NetworkService;

use crate::bytes::Reader;
use crate::{Dialogue, Event, Manner, Seen, Step};

/// A name that no device gives a file.
const FILE: &[u8] = b"visite-asks-for-no-file-5673697465";

/// The dialogue, over UDP port 69. The server answers from a port of its own choice (RFC 1350, 4): whoever lends the
/// connection has to take datagrams from the server's address whatever their port, so its socket must not be connected.
#[derive(Clone, Debug)]
pub struct Tftp;

impl Tftp {
    /// A dialogue in this manner.
    pub fn new(_manner: &Manner) -> Self {
        Self
    }
}

impl Dialogue for Tftp {
    type Answer = Seen;

    fn step(&mut self, event: Event<'_>) -> Step<Seen> {
        match event {
            Event::Connected => Step::Send([&[0, 1][..], FILE, b"\0octet\0"].concat()),
            Event::Received(bytes) if is_error(bytes).is_some() => Step::Done(Seen::new(NetworkService::Tftp)),
            Event::Received(_) | Event::Silence | Event::Closed => Step::NotThis,
        }
    }
}

/// Whether the first datagram is an error message: code, then a text that ends with a zero (RFC 1350, 5; RFC 2347).
fn is_error(bytes: &[u8]) -> Option<()> {
    let mut reader = Reader::new(bytes);
    let (operation, code) = (reader.u16()?, reader.u16()?);
    let end = reader.rest().iter().position(|byte| *byte == 0).filter(|end| *end <= 512)?;
    let text = str::from_utf8(reader.take(end)?).ok()?;
    let (_zero, rest) = (reader.u8()?, reader.rest());
    let another = rest.is_empty() || rest.starts_with(&[0, 5]);
    (operation == 5 && code <= 8 && another && !text.contains(char::is_control)).then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trials;
    use proptest::prelude::*;

    /// tftpd-hpa 5.2 of Debian 12, and dnsmasq 2.90 with a folder of the tests' own.
    const TFTPD_HPA: &[u8] = b"\0\x05\0\x01File not found\0";
    const DNSMASQ: &[u8] = b"\0\x05\0\x01file /srv/tftp/visite-asks-for-no-file-5673697465 not found for 127.0.0.1\0";

    fn tftp() -> Tftp {
        Tftp::new(&Manner::default())
    }

    #[test]
    fn file_servers() {
        for answer in [TFTPD_HPA, DNSMASQ, b"\0\x05\0\x02\0"] {
            assert_eq!(trials::datagrams(tftp, &[answer]), Seen::new(NetworkService::Tftp), "no text is kept");
        }
    }

    #[test]
    fn wrong_answers() {
        for answer in
            [&b"\0\x05\0\x09x\0"[..], b"\0\x04\0\x01x\0", b"\0\x05\0\x01x", b"\0\x05\0\x01x\0y", b"\0\x03\0\x01data"]
        {
            assert_eq!(crate::play(&mut tftp(), &[answer]).0, None, "{answer:?}");
        }
        trials::strangers(tftp, b"");
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(noise in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..40), 0..3)) {
            trials::any_bytes(tftp(), &noise);
        }
    }
}
