//! Remote procedure calls of Sun (NFS, NIS): the empty call to the port mapper (RFC 5531; RFC 1833, 3.2).
//!
//! [`Rpcbind`] speaks over TCP, [`RpcbindUdp`] over datagrams. Deliberately absent: the list of programs, which over
//! datagrams is a favourite of attackers for its length.

use crate::bytes::Reader;
use crate::{Dialogue, Event, Manner, Seen, Step};
use visite_facts::facts::NetworkService;

/// Number of the call; the answer has to repeat it.
const CALL: u32 = 0x5649_5349;
/// The port mapper's program.
const PORT_MAPPER: u32 = 100_000;
/// The last fragment of a record: the highest bit of its length (RFC 5531, 11).
const LAST: u32 = 0x8000_0000;
/// Longest answer to an empty call.
const MAX_ANSWER: usize = 512;

/// Recognises a port mapper over TCP.
#[derive(Clone, Debug)]
pub struct Rpcbind {}

/// Recognises a port mapper over datagrams.
#[derive(Clone, Debug)]
pub struct RpcbindUdp {}

impl Rpcbind {
    /// A new conversation.
    pub fn new(_manner: &Manner) -> Self {
        Self {}
    }
}

impl RpcbindUdp {
    /// A new conversation, over datagrams.
    pub fn new(_manner: &Manner) -> Self {
        Self {}
    }
}

impl Dialogue for Rpcbind {
    type Answer = Seen;

    fn step(&mut self, event: Event<'_>) -> Step<Seen> {
        match event {
            Event::Connected => {
                let call = call();
                let mark = LAST | u32::try_from(call.len()).unwrap_or_default();
                Step::Send([mark.to_be_bytes().as_slice(), &call].concat())
            }
            Event::Received(bytes) => over_tcp(bytes),
            Event::Silence | Event::Closed => Step::NotThis,
        }
    }
}

fn over_tcp(bytes: &[u8]) -> Step<Seen> {
    let mut reader = Reader::new(bytes);
    let Some(mark) = reader.u32() else {
        return if bytes.iter().zip([0x80, 0]).all(|(byte, wanted)| *byte == wanted) {
            Step::More
        } else {
            Step::NotThis
        };
    };
    let length = usize::try_from(mark & !LAST).unwrap_or(usize::MAX);
    let repeats = reader.rest().iter().zip(CALL.to_be_bytes()).all(|(byte, wanted)| *byte == wanted);
    if mark & LAST == 0 || !(24..=MAX_ANSWER).contains(&length) || reader.rest().len() > length || !repeats {
        return Step::NotThis;
    }
    match reader.take(length) {
        Some(answer) if is_answer(answer) => Step::Done(Seen::new(NetworkService::Rpcbind)),
        Some(_) => Step::NotThis,
        None => Step::More,
    }
}

impl Dialogue for RpcbindUdp {
    type Answer = Seen;

    fn step(&mut self, event: Event<'_>) -> Step<Seen> {
        match event {
            Event::Connected => Step::Send(call()),
            Event::Received(bytes) if is_answer(bytes) => Step::Done(Seen::new(NetworkService::Rpcbind)),
            Event::Received(_) | Event::Silence | Event::Closed => Step::NotThis,
        }
    }
}

/// Calls procedure 0 of version 2, which does nothing, without credentials.
fn call() -> Vec<u8> {
    [CALL, 0, 2, PORT_MAPPER, 2, 0, 0, 0, 0, 0].map(u32::to_be_bytes).concat()
}

/// Whether this is an answer of the port mapper to the call: done, or that it has other versions only.
fn is_answer(bytes: &[u8]) -> bool {
    parse_answer(bytes).is_some()
}

fn parse_answer(bytes: &[u8]) -> Option<()> {
    let mut reader = Reader::new(bytes);
    let (call, answer, accepted) = (reader.u32()?, reader.u32()?, reader.u32()?);
    let (kind, verifier) = (reader.u32()?, usize::try_from(reader.u32()?).ok()?);
    if call != CALL || answer != 1 || accepted != 0 || kind > 6 || verifier > 400 {
        return None;
    }
    reader.take(verifier.next_multiple_of(4))?;
    match reader.u32()? {
        0 => {}
        2 => {
            let (lowest, highest) = (reader.u32()?, reader.u32()?);
            (lowest <= highest && highest <= 4).then_some(())?;
        }
        _ => return None,
    }
    reader.is_empty().then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::play;
    use crate::trials;
    use proptest::prelude::*;

    /// rpcbind 1.2.6 on Debian 12.
    const RPCBIND: &[u8] = b"\x80\0\0\x18VISI\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

    fn tcp() -> Rpcbind {
        Rpcbind::new(&Manner::default())
    }

    fn udp() -> RpcbindUdp {
        RpcbindUdp::new(&Manner::default())
    }

    #[test]
    fn the_port_mapper_is_recognised() {
        let datagram = RPCBIND.get(4..).expect("behind the mark");
        let expected = Some(Seen::new(NetworkService::Rpcbind));
        assert_eq!(play(&mut tcp(), &[RPCBIND]).0, expected);
        assert_eq!(play(&mut udp(), &[datagram]).0, expected);
        trials::stream(tcp, &[RPCBIND]);
        trials::is_taken_by_nobody_else(play(&mut udp(), &[datagram]).0.as_ref(), &[datagram]);
        for end in 0..datagram.len() {
            assert_eq!(play(&mut udp(), &[datagram.get(..end).unwrap_or_default()]).0, None);
        }
        // RFC 5531, 9: it has versions 3 and 4 only.
        let other = [CALL, 1, 0, 0, 0, 2, 3, 4].map(u32::to_be_bytes).concat();
        assert_eq!(play(&mut udp(), &[&other]).0, expected);
    }

    #[test]
    fn holds_against_strangers() {
        trials::strangers(tcp, b"");
        trials::strangers(udp, b"");
        // Another program that is called remotely (NFS) says that it is not this one.
        let unavailable = [CALL, 1, 0, 0, 0, 1].map(u32::to_be_bytes).concat();
        assert_eq!(play(&mut udp(), &[&unavailable]).0, None);
        let other_call = [CALL + 1, 1, 0, 0, 0, 0].map(u32::to_be_bytes).concat();
        assert_eq!(play(&mut udp(), &[&other_call]).0, None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken(bytes: Vec<u8>, rest: Vec<u8>) {
            prop_assert_eq!(play(&mut tcp(), &[&bytes]).0, None);
            prop_assert_eq!(play(&mut udp(), &[&bytes]).0, None);
            let _ = parse_answer(&[[CALL, 1, 0].map(u32::to_be_bytes).concat(), rest].concat());
        }
    }
}
