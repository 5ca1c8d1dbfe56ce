//! NetBIOS over TCP/IP: names of a computer (RFC 1002, 4.2.17) and its session service (RFC 1002, 4.3).
//!
//! [`Netbios`] asks over UDP (port 137) which names a computer has; [`NetbiosSession`] asks over TCP (port 139) for a
//! session and looks whether file sharing answers inside. Deliberately absent: names that belong to people, which
//! Windows registers for its messenger, and broadcasts.

use crate::bytes::{Reader, clean, own_mac};
use crate::smb::Smb;
use crate::{Dialogue, Event, Manner, Seen, Step};
use visite_facts::facts::NetworkService;

/// Number of the question; the answer has to repeat it.
const QUESTION: u16 = 0x5649;
/// NBSTAT, class IN.
const NODE_STATUS: [u8; 4] = [0, 0x21, 0, 1];
/// A name of a group, not of the computer alone.
const GROUP: u16 = 0x8000;
/// Kinds of names that are the computer's own: workstation and file server.
const OWN_KINDS: [u8; 2] = [0x00, 0x20];

/// Asks a computer for its names.
#[derive(Clone, Debug)]
pub struct Netbios {}

impl Netbios {
    /// A new conversation, over datagrams.
    pub fn new(_manner: &Manner) -> Self {
        Self {}
    }
}

impl Dialogue for Netbios {
    type Answer = Seen;

    fn step(&mut self, event: Event<'_>) -> Step<Seen> {
        match event {
            Event::Connected => {
                let mut question = QUESTION.to_be_bytes().to_vec();
                question.extend([0, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
                question.extend(encoded(*b"*\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"));
                question.extend(NODE_STATUS);
                Step::Send(question)
            }
            Event::Received(bytes) => match node_status(bytes) {
                Some((names, mac)) => {
                    let mut seen = Seen::new(NetworkService::Netbios);
                    (seen.names, seen.mac) = (names, mac);
                    Step::Done(seen)
                }
                None => Step::NotThis,
            },
            Event::Silence | Event::Closed => Step::NotThis,
        }
    }
}

/// A name as it stands in a packet: each half of a byte becomes a letter (RFC 1001, 14.1).
fn encoded(name: [u8; 16]) -> Vec<u8> {
    let mut encoded = vec![32];
    encoded.extend(name.iter().flat_map(|byte| [b'A' + (byte >> 4), b'A' + (byte & 15)]));
    encoded.push(0);
    encoded
}

/// Reads the names, sorted; those of groups and of people are left out. Beside them the hardware address, which some
/// (Samba) leave zero.
fn node_status(bytes: &[u8]) -> Option<(Vec<String>, Option<[u8; 6]>)> {
    let mut reader = Reader::new(bytes);
    let question = reader.u16()?;
    let flags = reader.u16()?;
    let counts = [reader.u16()?, reader.u16()?, reader.u16()?, reader.u16()?];
    // An answer without an error, to a query, with one record. The question is not repeated.
    if question != QUESTION || flags & 0xf80f != 0x8000 || counts != [0, 1, 0, 0] {
        return None;
    }
    let name = reader.take(34)?;
    if name.first() != Some(&32) || name.last() != Some(&0) || reader.take(4)? != NODE_STATUS {
        return None;
    }
    reader.u32()?;
    let mut data = Reader::new(reader.prefixed16()?);
    let count = data.u8()?;
    let mut names = Vec::new();
    for _ in 0..count {
        let (name, kind, flags) = (data.take(15)?, data.u8()?, data.u16()?);
        if flags & GROUP == 0 && OWN_KINDS.contains(&kind) {
            names.extend(clean(name, 15));
        }
    }
    // Statistics follow, the hardware address first; some leave out all or part of the rest.
    let mac = data.take(6)?.try_into().ok().and_then(own_mac);
    names.sort_unstable();
    names.dedup();
    Some((names, mac))
}

const SESSION_REQUEST: u8 = 0x81;
const POSITIVE: u8 = 0x82;
const NEGATIVE: u8 = 0x83;

/// Asks for a session on TCP port 139. Recognised are servers that refuse it in the protocol's form, and those that
/// grant it and have SMB inside.
#[derive(Clone, Debug)]
pub struct NetbiosSession {
    manner: Manner,
    /// What goes on inside, once the session stands.
    inside: Option<Smb>,
}

impl NetbiosSession {
    /// A new conversation.
    pub fn new(manner: &Manner) -> Self {
        Self { manner: manner.clone(), inside: None }
    }
}

impl Dialogue for NetbiosSession {
    type Answer = Seen;

    fn step(&mut self, event: Event<'_>) -> Step<Seen> {
        if let Some(smb) = &mut self.inside {
            return match smb.step(event) {
                Step::Done(seen) => Step::Done(Seen { service: NetworkService::Netbios, ..seen }),
                other => other,
            };
        }
        match event {
            Event::Connected => {
                let mut request = vec![SESSION_REQUEST, 0, 0, 68];
                request.extend(encoded(*b"*SMBSERVER      "));
                request.extend(encoded(*b"VISITE         \0"));
                Step::Send(request)
            }
            Event::Received([POSITIVE, 0, 0, 0]) => {
                let smb = self.inside.insert(Smb::new(&self.manner));
                smb.step(Event::Connected)
            }
            // Not listening on that name, not for this caller, no such name, no resources, or no reason.
            Event::Received([NEGATIVE, 0, 0, 1, 0x80..=0x83 | 0x8f]) => Step::Done(Seen::new(NetworkService::Netbios)),
            Event::Received(bytes) if bytes.len() < 5 && begins_right(bytes) => Step::More,
            _ => Step::NotThis,
        }
    }
}

fn begins_right(bytes: &[u8]) -> bool {
    [[POSITIVE, 0, 0, 0], [NEGATIVE, 0, 0, 1]].iter().any(|start| start.starts_with(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::play;
    use crate::trials;
    use proptest::prelude::*;

    /// Samba 4.17.12 (nmbd) on Debian 12: names and groups, and statistics of zeros.
    const NMBD: &[u8] =
        b"VI\x84\0\0\0\0\x01\0\0\0\0 CKAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\0\0!\0\x01\0\0\0\0\0\x89\x05MUSTER         \
        \0\x04\0MUSTER         \x03\x04\0MUSTER          \x04\0PRAXIS         \0\x84\0PRAXIS         \x1e\x84\0\
        \0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
    /// The same (smbd), inside a session that it granted.
    const SMB: &[u8] =
        b"\0\0\0\xca\xfeSMB@\0\0\0\0\0\0\0\0\0\x01\0\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\
        \0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0A\0\x01\0\xff\x02\0\0muster\0\0\0\0\0\0\0\0\0\0\x03\0\0\0\0\0\x01\0\
        \0\0\x01\0\0\0\x01\0\x9a\x0b\xfc%1}\xdd\x01\0\0\0\0\0\0\0\0\x80\0J\0\0\0\0\0`H\x06\x06+\x06\x01\x05\x05\
        \x02\xa0>0<\xa0\x0e0\x0c\x06\n+\x06\x01\x04\x01\x827\x02\x02\n\xa3*0(\xa0&\x1b$not_defined_in_RFC4178@pl\
        ease_ignore";

    fn netbios() -> Netbios {
        Netbios::new(&Manner::default())
    }

    fn session() -> NetbiosSession {
        NetbiosSession::new(&Manner::default())
    }

    #[test]
    fn a_computer_says_its_names() {
        let (seen, sent) = play(&mut netbios(), &[NMBD]);
        let seen = seen.expect("nmbd speaks NetBIOS");
        assert_eq!((seen.service, seen.names), (NetworkService::Netbios, vec!["MUSTER".to_owned()]));
        let question = sent.first().and_then(|question| question.get(12..46)).expect("a question was sent");
        assert!(question.starts_with(b" CKAAAAAA") && question.ends_with(b"AAA\0"));
        trials::datagrams(netbios, &[NMBD]);
    }

    #[test]
    fn the_hardware_address_is_read() {
        let mut windows = NMBD.to_vec();
        let statistics = windows.len() - 46;
        for (place, byte) in windows.iter_mut().skip(statistics).zip([0, 0x15, 0x5d, 1, 2, 3]) {
            *place = byte;
        }
        assert_eq!(play(&mut netbios(), &[&windows]).0.and_then(|seen| seen.mac), Some([0, 0x15, 0x5d, 1, 2, 3]));
        assert_eq!(play(&mut netbios(), &[NMBD]).0.and_then(|seen| seen.mac), None, "zeros are nobody's");
    }

    #[test]
    fn names_of_people_are_left_out() {
        // As Windows XP registers who is logged in: the kind 3, also for a name that is not the computer's.
        let mut people = NMBD.to_vec();
        for (place, byte) in people.iter_mut().skip(57 + 18).zip(b"ERIKA MUSTERM") {
            *place = *byte;
        }
        let seen = play(&mut netbios(), &[&people]).0.expect("it is NetBIOS still");
        assert_eq!(seen.names, ["MUSTER"]);
    }

    #[test]
    fn sessions_are_granted_or_refused() {
        let (seen, sent) = play(&mut session(), &[b"\x82\0\0\0", SMB]);
        let seen = seen.expect("smbd speaks NetBIOS and SMB");
        assert_eq!((seen.service, sent.len()), (NetworkService::Netbios, 2));
        assert!(matches!(seen.detail, crate::Detail::Smb(_)));
        trials::stream_proven_by(session, &[b"\x82\0\0\0", SMB], 1);
        // RFC 1002, 4.3.4: called name not present.
        trials::stream(session, &[b"\x83\0\0\x01\x82"]);
        assert_eq!(play(&mut session(), &[b"\x83\0\0\x01\x01"]).0, None);
    }

    #[test]
    fn holds_against_strangers() {
        trials::strangers(netbios, b"");
        trials::strangers(session, b"");
        assert_eq!(play(&mut session(), &[b"\x82\0\0\0", b"\x82\0\0\0"]).0, None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken(bytes: Vec<u8>, spot in 0..NMBD.len(), byte: u8) {
            prop_assert_eq!(play(&mut netbios(), &[&bytes]).0, None);
            prop_assert_eq!(play(&mut session(), &[b"\x82\0\0\0", &bytes]).0, None);
            let mut spoiled = NMBD.to_vec();
            if let Some(at) = spoiled.get_mut(spot) {
                *at = byte;
            }
            let _ = play(&mut netbios(), &[&spoiled]);
        }
    }
}
