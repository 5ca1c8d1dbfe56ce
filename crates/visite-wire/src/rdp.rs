//! Windows Remote Desktop: negotiation (MS-RDPBCGR 2.2.1.1 and 2.2.1.2, over X.224 and TPKT, RFC 1006).
//!
//! For telling whether a remote desktop insists on a login before it shows its desktop (network level authentication)
//! and whether it still takes the old encryption of RDP itself. Only the first packet of a connection is ever sent: no
//! session begins, and no name is given. Deliberately absent: the desktop and everything behind TLS.

use crate::bytes::Reader;
use crate::dialogue::{Detail, Dialogue, Event, Manner, Seen, Step};
use visite_facts::facts::{DeviceRdp, NetworkService};
use visite_facts::value::{Known, Observed};

/// How the connection may be protected, as the client asks for it (MS-RDPBCGR 2.2.1.1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protection {
    /// The old encryption of RDP itself.
    Rdp,
    /// TLS, and the login afterwards on the desktop.
    Tls,
}

impl Protection {
    fn number(self) -> u32 {
        match self {
            Self::Rdp => 0,
            Self::Tls => 1,
        }
    }
}

/// One question over one connection.
///
/// The scanner asks for [`Protection::Rdp`] first ([`Rdp::new`]): the answer tells whether the old encryption is taken,
/// and usually whether a login is demanded. Only if [`DeviceRdp::nla_required`] is still unknown then, it asks for
/// [`Protection::Tls`] over a second connection ([`Rdp::asking`]) and puts both together with [`merge`].
#[derive(Clone, Debug)]
pub struct Rdp {
    protection: Protection,
}

impl Rdp {
    /// The first question; the manner makes no difference.
    pub fn new(_manner: &Manner) -> Self {
        Self::asking(Protection::Rdp)
    }

    /// Asks for this protection only.
    pub fn asking(protection: Protection) -> Self {
        Self { protection }
    }
}

/// What two questions to the same server tell together.
pub fn merge(first: DeviceRdp, second: DeviceRdp) -> DeviceRdp {
    let either = |a: Observed<bool>, b: Observed<bool>| if a.known().is_some() { a } else { b };
    DeviceRdp {
        nla_required: either(first.nla_required, second.nla_required),
        rdp_security: either(first.rdp_security, second.rdp_security),
        ..DeviceRdp::default()
    }
}

/// The first packet: a connection request that asks for these protocols (bits, MS-RDPBCGR 2.2.1.1.1).
pub(crate) fn request(protocols: u32) -> Vec<u8> {
    let mut packet = vec![3, 0, 0, 19]; // TPKT: version, reserved, length of all
    packet.extend_from_slice(&[14, 0xe0, 0, 0, 0, 0, 0]); // X.224: length, connection request, references, class 0
    packet.extend_from_slice(&[1, 0, 8, 0]); // RDP_NEG_REQ: kind, no flags, length
    packet.extend_from_slice(&protocols.to_le_bytes());
    packet
}

/// What a server said to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Confirmation {
    /// It takes this protocol (RDP_NEG_RSP).
    Selected(u32),
    /// It takes none that was asked for, because of this (RDP_NEG_FAILURE).
    Refused(u32),
    /// It knows nothing of negotiation: a server from before Windows Vista, which has the old encryption only.
    Old,
}

/// Reads a whole confirmation; `Err(true)` if more bytes are needed, `Err(false)` if this is none.
pub(crate) fn confirmation(bytes: &[u8]) -> Result<Confirmation, bool> {
    // The first bytes are always the same; so something else is told apart early.
    const NEGOTIATED: [u8; 7] = [3, 0, 0, 19, 14, 0xd0, 0];
    const PLAIN: [u8; 11] = [3, 0, 0, 11, 6, 0xd0, 0, 0, 0x12, 0x34, 0];
    if bytes == PLAIN {
        return Ok(Confirmation::Old);
    }
    if PLAIN.starts_with(bytes) {
        return Err(true);
    }
    if !NEGOTIATED.iter().zip(bytes).all(|(wanted, byte)| wanted == byte) {
        return Err(false);
    }
    if bytes.len() < 19 {
        return Err(true);
    }
    read_negotiated(bytes).ok_or(false)
}

fn read_negotiated(bytes: &[u8]) -> Option<Confirmation> {
    let mut reader = Reader::new(bytes);
    reader.take(6)?; // TPKT, length and kind
    reader.take(4)?; // references
    let class = reader.u8()?;
    let (kind, flags, length) = (reader.u8()?, reader.u8()?, reader.u16_le()?);
    let value = reader.u32_le()?;
    if !reader.is_empty() || class != 0 || length != 8 {
        return None;
    }
    match kind {
        // 0 RDP, 1 TLS, 2 CredSSP, 4 RDSTLS, 8 CredSSP early, 16 AAD; flags 2.2.1.2.1.
        2 if flags <= 0x1f && matches!(value, 0 | 1 | 2 | 4 | 8 | 16) => Some(Confirmation::Selected(value)),
        3 if flags == 0 && (1..=7).contains(&value) => Some(Confirmation::Refused(value)),
        _ => None,
    }
}

impl Dialogue for Rdp {
    type Answer = Seen;

    fn step(&mut self, event: Event<'_>) -> Step<Seen> {
        let bytes = match event {
            Event::Connected => return Step::Send(request(self.protection.number())),
            Event::Received(bytes) => bytes,
            Event::Silence | Event::Closed => return Step::NotThis,
        };
        let mut facts = DeviceRdp::default();
        match (confirmation(bytes), self.protection) {
            (Err(true), _) => return Step::More,
            (Err(false), _) => return Step::NotThis,
            // Whoever takes less than a login before the desktop does not insist on one. A server that knows nothing
            // else takes the old encryption also when asked for TLS, instead of refusing (seen with xrdp).
            (Ok(Confirmation::Old | Confirmation::Selected(0)), _) => {
                facts.rdp_security = Known(true);
                facts.nla_required = Known(false);
            }
            (Ok(Confirmation::Selected(1)), Protection::Tls) => facts.nla_required = Known(false),
            // Something that was not asked for.
            (Ok(Confirmation::Selected(_)), _) => return Step::NotThis,
            (Ok(Confirmation::Refused(reason)), protection) => {
                if protection == Protection::Rdp {
                    facts.rdp_security = Known(false);
                }
                match reason {
                    2 => facts.nla_required = Known(false), // SSL_NOT_ALLOWED_BY_SERVER: the old encryption only
                    5 => facts.nla_required = Known(true),  // HYBRID_REQUIRED_BY_SERVER
                    _ => {}
                }
            }
        }
        let mut seen = Seen::new(NetworkService::Rdp);
        seen.detail = Detail::Rdp(facts);
        Step::Done(seen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialogue::play;
    use crate::trials;
    use proptest::prelude::*;

    fn ask(protection: Protection, answer: &[u8]) -> Option<(Option<bool>, Option<bool>)> {
        let seen = play(&mut Rdp::asking(protection), &[answer]).0?;
        trials::is_taken_by_nobody_else(Some(&seen), &[answer]);
        match seen.detail {
            Detail::Rdp(facts) => Some((facts.nla_required.known().copied(), facts.rdp_security.known().copied())),
            other => panic!("{other:?}"),
        }
    }

    fn confirm(reference: u16, kind: u8, flags: u8, value: u8) -> Vec<u8> {
        let [high, low] = reference.to_be_bytes();
        vec![3, 0, 0, 19, 14, 0xd0, 0, 0, high, low, 0, kind, flags, 8, 0, value, 0, 0, 0]
    }

    /// xrdp 0.9.21 and freerdp-shadow 2.11.7 of Debian 12, recorded.
    #[test]
    fn real_servers() {
        use Protection::{Rdp, Tls};
        let (xrdp, freerdp) = (0x1234, 0);
        let expected = [
            // xrdp with security_layer=negotiate, tls, rdp.
            (Rdp, confirm(xrdp, 2, 1, 0), (Some(false), Some(true))),
            (Tls, confirm(xrdp, 2, 1, 1), (Some(false), None)),
            (Rdp, confirm(xrdp, 3, 0, 1), (None, Some(false))),
            (Tls, confirm(xrdp, 2, 1, 0), (Some(false), Some(true))),
            // freerdp-shadow with /sec:nla, /sec:tls, /sec:rdp.
            (Rdp, confirm(freerdp, 3, 0, 5), (Some(true), Some(false))),
            (Tls, confirm(freerdp, 3, 0, 5), (Some(true), None)),
            (Rdp, confirm(freerdp, 3, 0, 1), (None, Some(false))),
            (Tls, confirm(freerdp, 2, 3, 1), (Some(false), None)),
            (Tls, confirm(freerdp, 3, 0, 2), (Some(false), None)),
        ];
        for (protection, answer, facts) in expected {
            assert_eq!(ask(protection, &answer), Some(facts), "{protection:?} {answer:?}");
        }
    }

    /// Windows before Vista, hand-made after X.224 and MS-RDPBCGR 2.2.1.2.
    #[test]
    fn a_server_without_negotiation() {
        let old = [3, 0, 0, 11, 6, 0xd0, 0, 0, 0x12, 0x34, 0];
        assert_eq!(ask(Protection::Rdp, &old), Some((Some(false), Some(true))));
        // Another service over the same transport, here a programmable controller, names other references.
        assert_eq!(ask(Protection::Rdp, &[3, 0, 0, 11, 6, 0xd0, 0, 0, 0, 1, 0]), None);
    }

    #[test]
    fn asks_only_for_what_it_says_and_puts_both_together() {
        let (_, sent) = play(&mut Rdp::new(&Manner::default()), &[]);
        assert_eq!(sent, [[3, 0, 0, 19, 14, 0xe0, 0, 0, 0, 0, 0, 1, 0, 8, 0, 0, 0, 0, 0]]);
        let facts = |nla_required, rdp_security| DeviceRdp { nla_required, rdp_security, ..DeviceRdp::default() };
        let merged = merge(facts(Observed::default(), Known(false)), facts(Known(true), Observed::default()));
        assert_eq!(merged, facts(Known(true), Known(false)));
    }

    #[test]
    fn others_are_not_taken_for_it() {
        let mut others = vec![
            request(0), // an echo
            b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec(),
            b"220 mail\r\n".to_vec(),
            // A controller of Siemens, over the same transport (RFC 1006).
            vec![3, 0, 0, 22, 17, 0xd0, 0, 0, 0, 1, 0, 0xc0, 1, 10, 0xc1, 2, 1, 0, 0xc2, 2, 1, 2],
            confirm(0x1234, 2, 0, 2), // nobody asked for this
            confirm(0x1234, 2, 0, 3),
            confirm(0x1234, 4, 0, 0),
            confirm(0x1234, 3, 0, 0),
        ];
        others.push([confirm(0, 2, 0, 0), vec![0]].concat());
        for other in others {
            assert_eq!(ask(Protection::Rdp, &other), None, "{other:?}");
        }
        let whole = confirm(0x1234, 2, 1, 0);
        for end in 1..whole.len() {
            let (begin, rest) = whole.split_at(end);
            assert_eq!(ask(Protection::Rdp, begin), None, "{end}");
            assert!(play(&mut Rdp::asking(Protection::Rdp), &[begin, rest]).0.is_some(), "{end}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            prop_assert_eq!(ask(Protection::Tls, &bytes), None);
            ask(Protection::Rdp, &[&confirm(0, 2, 0, 0)[..7], &bytes].concat());
        }
    }
}
