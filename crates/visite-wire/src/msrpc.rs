//! Windows remote procedure calls: the bind of DCE 1.1 RPC over TCP (C706, 12.6; MS-RPCE 2.2.2).
//!
//! [`Msrpc`] asks for the endpoint mapper, which listens on port 135 of every Windows computer; other servers of the
//! protocol answer that they have no such interface, which proves as much. The packets serve [`crate::smb`] too, where
//! they travel inside a named pipe. Deliberately absent: calls to the endpoint mapper, and authentication.

use crate::bytes::{Reader, Reading};
use crate::{Dialogue, Event, Manner, Seen, Step};
use visite_facts::facts::NetworkService;

/// An interface: its UUID as it stands in a packet, and its version.
pub(crate) type Interface = ([u8; 16], u16);

/// The endpoint mapper, e1af8308-5d1f-11c9-91a4-08002b14a0fa (C706, appendix O).
const ENDPOINT_MAPPER: Interface =
    ([0x08, 0x83, 0xaf, 0xe1, 0x1f, 0x5d, 0xc9, 0x11, 0x91, 0xa4, 0x08, 0x00, 0x2b, 0x14, 0xa0, 0xfa], 3);
/// The usual form of data (NDR), 8a885d04-1ceb-11c9-9fe8-08002b104860, version 2 (C706, appendix I).
const NDR: [u8; 20] =
    [0x04, 0x5d, 0x88, 0x8a, 0xeb, 0x1c, 0xc9, 0x11, 0x9f, 0xe8, 0x08, 0x00, 0x2b, 0x10, 0x48, 0x60, 2, 0, 0, 0];
/// Length of the header that all packets share.
const HEADER: usize = 16;
/// Longest fragment that is offered and taken.
const MAX_FRAGMENT: u16 = 4280;
const FIRST_AND_LAST: u8 = 3;

const REQUEST: u8 = 0;
const RESPONSE: u8 = 2;
const BIND: u8 = 11;
const BIND_ACK: u8 = 12;
const BIND_NAK: u8 = 13;

/// Number of the call in the bind of [`Msrpc`]; the answer has to repeat it.
const CALL: u32 = 0x5649_5301;

/// Recognises a server of remote procedure calls.
#[derive(Clone, Debug)]
pub struct Msrpc {}

impl Msrpc {
    /// A new conversation.
    pub fn new(_manner: &Manner) -> Self {
        Self {}
    }
}

impl Dialogue for Msrpc {
    type Answer = Seen;

    fn step(&mut self, event: Event<'_>) -> Step<Seen> {
        match event {
            Event::Connected => Step::Send(bind(ENDPOINT_MAPPER, CALL)),
            Event::Received(bytes) => match bound(bytes, CALL) {
                Reading::Whole(_) => Step::Done(Seen::new(NetworkService::Msrpc)),
                Reading::Begun => Step::More,
                Reading::Bad => Step::NotThis,
            },
            Event::Silence | Event::Closed => Step::NotThis,
        }
    }
}

/// Asks for an interface.
pub(crate) fn bind((uuid, version): Interface, call: u32) -> Vec<u8> {
    let mut body = Vec::new();
    body.extend(MAX_FRAGMENT.to_le_bytes());
    body.extend(MAX_FRAGMENT.to_le_bytes());
    body.extend([0; 4]);
    // One context, number 0, with one form of data.
    body.extend([1, 0, 0, 0, 0, 0, 1, 0]);
    body.extend(uuid);
    body.extend(version.to_le_bytes());
    body.extend([0; 2]);
    body.extend(NDR);
    packet(BIND, call, &body)
}

/// Calls operation `number` of the interface that was bound.
pub(crate) fn request(number: u16, call: u32, data: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    body.extend(u32::try_from(data.len()).unwrap_or_default().to_le_bytes());
    body.extend([0; 2]);
    body.extend(number.to_le_bytes());
    body.extend(data);
    packet(REQUEST, call, &body)
}

fn packet(kind: u8, call: u32, body: &[u8]) -> Vec<u8> {
    let mut packet = vec![5, 0, kind, FIRST_AND_LAST, 0x10, 0, 0, 0];
    packet.extend(u16::try_from(HEADER + body.len()).unwrap_or_default().to_le_bytes());
    packet.extend([0; 2]);
    packet.extend(call.to_le_bytes());
    packet.extend(body);
    packet
}

/// The first packet of an answer to `call`, of which `kinds` are expected: its kind and what follows the header.
fn answer<'b>(bytes: &'b [u8], kinds: &[u8], call: u32) -> Reading<(u8, &'b [u8])> {
    let start = [Some(5), None, None, Some(FIRST_AND_LAST), Some(0x10), Some(0), Some(0), Some(0)];
    let right = bytes.iter().zip(start).all(|(byte, wanted)| wanted.is_none_or(|wanted| wanted == *byte));
    if !right || bytes.get(1).is_some_and(|minor| *minor > 1) || bytes.get(2).is_some_and(|k| !kinds.contains(k)) {
        return Reading::Bad;
    }
    let mut reader = Reader::new(bytes);
    let (Some(first), Some(length), Some(_authentication), Some(answered)) =
        (reader.take(8), reader.u16_le(), reader.u16_le(), reader.u32_le())
    else {
        return Reading::Begun;
    };
    let length = usize::from(length);
    if answered != call || !(HEADER..=usize::from(MAX_FRAGMENT) + HEADER).contains(&length) {
        return Reading::Bad;
    }
    match (bytes.get(HEADER..length), first.get(2)) {
        (Some(body), Some(kind)) => Reading::Whole((*kind, body)),
        _ => Reading::Begun,
    }
}

/// Reads the answer to a [`bind`]: whether the interface is there.
pub(crate) fn bound(bytes: &[u8], call: u32) -> Reading<bool> {
    match answer(bytes, &[BIND_ACK, BIND_NAK], call) {
        Reading::Whole((BIND_ACK, body)) => accepted(body).map_or(Reading::Bad, Reading::Whole),
        Reading::Whole((_, body)) => refused(body).map_or(Reading::Bad, |()| Reading::Whole(false)),
        Reading::Begun => Reading::Begun,
        Reading::Bad => Reading::Bad,
    }
}

fn accepted(body: &[u8]) -> Option<bool> {
    let mut reader = Reader::new(body);
    let (transmit, receive) = (reader.u16_le()?, reader.u16_le()?);
    reader.u32_le()?;
    let address = usize::from(reader.u16_le()?);
    let text = reader.take(address)?;
    let sane = text.split_last().is_none_or(|(last, text)| *last == 0 && text.iter().all(u8::is_ascii_graphic));
    if !sane || transmit == 0 || receive == 0 {
        return None;
    }
    // The list of results begins on a multiple of four; the header is one.
    let used = body.len().checked_sub(reader.rest().len())?;
    reader.take((4 - used % 4) % 4)?;
    if reader.u8()? != 1 {
        return None;
    }
    reader.take(3)?;
    let (result, reason) = (reader.u16_le()?, reader.u16_le()?);
    let form = reader.take(20)?;
    match (result, form == NDR, reason) {
        (0, true, _) => Some(true),
        (1 | 2, _, 0..=3) => Some(false),
        _ => None,
    }
}

/// A refusal names a reason and the versions of the protocol that the server speaks.
fn refused(body: &[u8]) -> Option<()> {
    let mut reader = Reader::new(body);
    let _reason = reader.u16_le()?;
    let versions = reader.u8()?;
    (1..=8).contains(&versions).then_some(())?;
    let listed = reader.take(usize::from(versions) * 2)?;
    listed.chunks(2).all(|version| version.first() == Some(&5)).then_some(())
}

/// Reads the answer to a [`request`], which has to fit into one packet: the data.
pub(crate) fn response(bytes: &[u8], call: u32) -> Reading<&[u8]> {
    match answer(bytes, &[RESPONSE], call) {
        // Size, context and count of cancellations come first.
        Reading::Whole((_, body)) => body.get(8..).map_or(Reading::Bad, Reading::Whole),
        Reading::Begun => Reading::Begun,
        Reading::Bad => Reading::Bad,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::play;
    use crate::trials;
    use proptest::prelude::*;

    /// Samba 4.17.12 on Debian 12: its endpoint mapper on port 135, which has the interface.
    const ENDPOINT_MAPPER_ANSWER: &[u8] =
        b"\x05\0\x0c\x03\x10\0\0\0<\0\0\0\x01SIV\xb8\x10\xb8\x10\x0c\x93\0\0\x04\0\x3135\0\0\0\x01\0\0\0\0\0\0\0\
        \x04]\x88\x8a\xeb\x1c\xc9\x11\x9f\xe8\x08\0+\x10H`\x02\0\0\0";
    /// Another server of its on a port of its own, which has not.
    const OTHER_ANSWER: &[u8] =
        b"\x05\0\x0c\x03\x10\0\0\08\0\0\0\x01SIV\xb8\x10\xb8\x10\x1aL\0\0\0\0\0\0\x01\0\0\0\x02\0\x01\0\0\0\0\0\0\
        \0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

    fn msrpc() -> Msrpc {
        Msrpc::new(&Manner::default())
    }

    #[test]
    fn servers_with_and_without_endpoint_mapper_are_recognised() {
        for (answer, has) in [(ENDPOINT_MAPPER_ANSWER, true), (OTHER_ANSWER, false)] {
            assert_eq!(play(&mut msrpc(), &[answer]).0, Some(Seen::new(NetworkService::Msrpc)));
            assert_eq!(bound(answer, CALL), Reading::Whole(has));
            trials::stream(msrpc, &[answer]);
        }
        // Written after C706, 12.6.4.5: refused, the server speaks 5.0.
        let refusal = packet(BIND_NAK, CALL, &[4, 0, 1, 5, 0]);
        assert_eq!(bound(&refusal, CALL), Reading::Whole(false));
    }

    #[test]
    fn holds_against_strangers() {
        trials::strangers(msrpc, b"");
        // Another number of the call, another form of data.
        assert_eq!(bound(ENDPOINT_MAPPER_ANSWER, CALL + 1), Reading::Bad);
        let mut form = ENDPOINT_MAPPER_ANSWER.to_vec();
        form.iter_mut().rev().skip(4).take(1).for_each(|byte| *byte ^= 1);
        assert_eq!(play(&mut msrpc(), &[&form]).0, None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken(bytes: Vec<u8>, spot in 0..ENDPOINT_MAPPER_ANSWER.len(), byte: u8) {
            prop_assert_eq!(play(&mut msrpc(), &[&bytes]).0, None);
            let mut spoiled = ENDPOINT_MAPPER_ANSWER.to_vec();
            if let Some(at) = spoiled.get_mut(spot) {
                *at = byte;
            }
            let _ = (play(&mut msrpc(), &[&spoiled]), response(&spoiled, CALL));
            let _ = (accepted(&bytes), refused(&bytes), response(&bytes, 1));
        }
    }
}
