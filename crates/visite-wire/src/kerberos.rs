//! Kerberos: a request that names no account, and the error that answers it (RFC 4120, 5.4.1 and 5.9.1).
//!
//! A request for a ticket would count as the beginning of a login. This one has no client name, and asks for a realm that
//! cannot exist (RFC 2606), so that no account is touched; every server answers with an error in its own form. [`Kerberos`]
//! speaks over TCP, [`KerberosUdp`] over datagrams. Deliberately absent: names of realms and accounts.

use crate::ber::{self, INTEGER, SEQUENCE, element};
use crate::bytes::Reader;
use crate::{Dialogue, Event, Manner, Seen, Step};
use visite_facts::facts::NetworkService;

const REALM: &[u8] = b"VISITE.INVALID";
/// Longest answer that is waited for.
const MAX_ANSWER: usize = 4096;

const GENERAL_STRING: u8 = 0x1b;
const GENERALIZED_TIME: u8 = 0x18;
const BIT_STRING: u8 = 0x03;
/// \[APPLICATION 10] and \[APPLICATION 30].
const AS_REQUEST: u8 = 0x6a;
const ERROR: u8 = 0x7e;

/// Recognises Kerberos over TCP.
#[derive(Clone, Debug)]
pub struct Kerberos {}

/// Recognises Kerberos over datagrams.
#[derive(Clone, Debug)]
pub struct KerberosUdp {}

impl Kerberos {
    /// A new conversation.
    pub fn new(_manner: &Manner) -> Self {
        Self {}
    }
}

impl KerberosUdp {
    /// A new conversation, over datagrams.
    pub fn new(_manner: &Manner) -> Self {
        Self {}
    }
}

impl Dialogue for Kerberos {
    type Answer = Seen;

    fn step(&mut self, event: Event<'_>) -> Step<Seen> {
        match event {
            Event::Connected => {
                let request = request();
                let mut message = u32::try_from(request.len()).unwrap_or_default().to_be_bytes().to_vec();
                message.extend(request);
                Step::Send(message)
            }
            Event::Received(bytes) => over_tcp(bytes),
            Event::Silence | Event::Closed => Step::NotThis,
        }
    }
}

/// Four bytes of length stand before each message (RFC 4120, 7.2.2).
fn over_tcp(bytes: &[u8]) -> Step<Seen> {
    let mut reader = Reader::new(bytes);
    let Some(length) = reader.u32() else {
        return if bytes.iter().take(2).all(|byte| *byte == 0) { Step::More } else { Step::NotThis };
    };
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    let begins = reader.rest().first().is_none_or(|tag| *tag == ERROR);
    if !begins || !(8..=MAX_ANSWER).contains(&length) || reader.rest().len() > length {
        return Step::NotThis;
    }
    match reader.take(length) {
        Some(message) if is_error(message) => Step::Done(Seen::new(NetworkService::Kerberos)),
        Some(_) => Step::NotThis,
        None => Step::More,
    }
}

impl Dialogue for KerberosUdp {
    type Answer = Seen;

    fn step(&mut self, event: Event<'_>) -> Step<Seen> {
        match event {
            Event::Connected => Step::Send(request()),
            Event::Received(bytes) if is_error(bytes) => Step::Done(Seen::new(NetworkService::Kerberos)),
            Event::Received(_) | Event::Silence | Event::Closed => Step::NotThis,
        }
    }
}

/// An AS-REQ without the name of a client.
fn request() -> Vec<u8> {
    let service = [wrap(GENERAL_STRING, b"krbtgt"), wrap(GENERAL_STRING, REALM)].concat();
    let service = [wrap(0xa0, &wrap(INTEGER, &[2])), wrap(0xa1, &wrap(SEQUENCE, &service))].concat();
    // AES with 256 and 128 bits, RC4.
    let ciphers = [18, 17, 23].map(|cipher| wrap(INTEGER, &[cipher])).concat();
    let body = [
        wrap(0xa0, &wrap(BIT_STRING, &[0, 0, 0, 0, 0])),
        wrap(0xa2, &wrap(GENERAL_STRING, REALM)),
        wrap(0xa3, &wrap(SEQUENCE, &service)),
        wrap(0xa5, &wrap(GENERALIZED_TIME, b"19700101000000Z")),
        wrap(0xa7, &wrap(INTEGER, b"VISI")),
        wrap(0xa8, &wrap(SEQUENCE, &ciphers)),
    ];
    let parts = [
        wrap(0xa1, &wrap(INTEGER, &[5])),
        wrap(0xa2, &wrap(INTEGER, &[10])),
        wrap(0xa4, &wrap(SEQUENCE, &body.concat())),
    ];
    wrap(AS_REQUEST, &wrap(SEQUENCE, &parts.concat()))
}

/// An element around one value.
fn wrap(tag: u8, value: &[u8]) -> Vec<u8> {
    ber::wrap(tag, &[value])
}

/// The value of the one element that fills `bytes`, if it has this tag.
fn only(bytes: &[u8], wanted: u8) -> Option<&[u8]> {
    let mut reader = Reader::new(bytes);
    let (tag, value) = element(&mut reader)?;
    (tag == wanted && reader.is_empty()).then_some(value)
}

/// Whether `bytes` are a KRB-ERROR and nothing else.
fn is_error(bytes: &[u8]) -> bool {
    parse_error(bytes).is_some()
}

fn parse_error(bytes: &[u8]) -> Option<()> {
    let mut fields = Reader::new(only(only(bytes, ERROR)?, SEQUENCE)?);
    let mut seen = Vec::new();
    while !fields.is_empty() {
        let (tag, value) = element(&mut fields)?;
        // Fields are numbered and stand in order, each once.
        if !(0xa0..=0xac).contains(&tag) || seen.last().is_some_and(|last| *last >= tag) {
            return None;
        }
        seen.push(tag);
        let right = match tag {
            0xa0 => only(value, INTEGER)? == [5],
            0xa1 => only(value, INTEGER)? == [30],
            0xa4 => only(value, GENERALIZED_TIME)?.len() == 15,
            0xa5 | 0xa6 => only(value, INTEGER)?.len() <= 4,
            _ => true,
        };
        right.then_some(())?;
    }
    // Version, kind, the server's time, error, realm and service must be there.
    [0xa0, 0xa1, 0xa4, 0xa5, 0xa6, 0xa9, 0xaa].iter().all(|tag| seen.contains(tag)).then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::play;
    use crate::trials;
    use proptest::prelude::*;

    /// MIT Kerberos 1.20.1 on Debian 12: no such client (error 6).
    const KDC: &[u8] =
        b"~q0o\xa0\x03\x02\x01\x05\xa1\x03\x02\x01\x1e\xa4\x11\x18\x0f20261125230307Z\xa5\x05\x02\x03\x06W\xfa\xa6\
        \x03\x02\x01\x06\xa9\x10\x1b\x0eVISITE.INVALID\xaa#0!\xa0\x03\x02\x01\x02\xa1\x1a0\x18\x1b\x06krbtgt\x1b\
        \x0eVISITE.INVALID\xab\r\x1b\x0bNULL_CLIENT";

    fn framed(message: &[u8]) -> Vec<u8> {
        [u32::try_from(message.len()).expect("short").to_be_bytes().as_slice(), message].concat()
    }

    fn tcp() -> Kerberos {
        Kerberos::new(&Manner::default())
    }

    fn udp() -> KerberosUdp {
        KerberosUdp::new(&Manner::default())
    }

    #[test]
    fn a_server_is_recognised_by_its_error() {
        let expected = Some(Seen::new(NetworkService::Kerberos));
        assert_eq!(play(&mut tcp(), &[&framed(KDC)]).0, expected);
        assert_eq!(play(&mut udp(), &[KDC]).0, expected);
        trials::stream(tcp, &[&framed(KDC)]);
        trials::is_taken_by_nobody_else(play(&mut udp(), &[KDC]).0.as_ref(), &[KDC]);
        for end in 0..KDC.len() {
            assert_eq!(play(&mut udp(), &[KDC.get(..end).unwrap_or_default()]).0, None);
        }
    }

    #[test]
    fn no_account_is_named() {
        let (_, sent) = play(&mut udp(), &[]);
        let request = sent.first().expect("a request was sent");
        let body = only(only(request, AS_REQUEST).expect("a request"), SEQUENCE).expect("a sequence");
        let mut fields = Reader::new(body);
        let tags: Vec<u8> = std::iter::from_fn(|| element(&mut fields)).map(|(tag, _)| tag).collect();
        assert_eq!(tags, [0xa1, 0xa2, 0xa4], "no data for a login");
        let mut last = Reader::new(body);
        assert!(element(&mut last).is_some() && element(&mut last).is_some());
        let inner = only(only(last.rest(), 0xa4).expect("the body"), SEQUENCE).expect("its fields");
        let mut fields = Reader::new(inner);
        let tags: Vec<u8> = std::iter::from_fn(|| element(&mut fields)).map(|(tag, _)| tag).collect();
        assert!(!tags.contains(&0xa1), "no client: {tags:02x?}");
    }

    #[test]
    fn holds_against_strangers() {
        trials::strangers(tcp, b"");
        trials::strangers(udp, b"");
        assert_eq!(play(&mut udp(), &[&[KDC, b"\0"].concat()]).0, None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken(bytes: Vec<u8>, spot in 0..KDC.len(), byte: u8) {
            prop_assert_eq!(play(&mut tcp(), &[&bytes]).0, None);
            prop_assert_eq!(play(&mut udp(), &[&bytes]).0, None);
            let mut spoiled = KDC.to_vec();
            if let Some(at) = spoiled.get_mut(spot) {
                *at = byte;
            }
            let _ = play(&mut udp(), &[&spoiled]);
        }
    }
}
