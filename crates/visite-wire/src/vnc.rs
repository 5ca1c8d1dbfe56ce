//! Screen sharing with VNC: version and kinds of security (RFC 6143, 7.1).
//!
//! The server speaks first, so that [`Vnc`] can listen beside other dialogues. The version is answered and the list of
//! kinds is read; with consent the sub-kinds of VeNCrypt too. Deliberately absent: choosing a kind that would log in.

use crate::bytes::{Reader, clean};
use crate::{Detail, Dialogue, Event, Manner, Seen, Step};
use visite_facts::facts::{DeviceVnc, NetworkService};
use visite_facts::{Known, Observed, Unknown, UnknownReason};

/// Length of `RFB 003.008\n`.
const GREETING: usize = 12;
/// Longest reason for a refusal that is waited for.
const MAX_REASON: usize = 1024;

const NONE: u8 = 1;
const VENCRYPT: u8 = 19;
/// Kinds of which each stands for several, among them perhaps one without a password: Tight, TLS, VeNCrypt, SASL.
const WRAPPERS: [u8; 4] = [16, 18, VENCRYPT, 20];
/// Kinds that encrypt all that follows: RA2, TLS, VeNCrypt, RA2 with 256 bits and its variant.
const ENCRYPTED: [u8; 6] = [5, 18, VENCRYPT, 129, 131, 133];
/// Sub-kinds of VeNCrypt without a password: TLSNone, X509None; without encryption: Plain.
const VENCRYPT_NONE: [u32; 2] = [257, 260];
const VENCRYPT_PLAIN: u32 = 256;

/// Recognises VNC and reads how it protects a screen.
#[derive(Clone, Debug)]
pub struct Vnc {
    logins: bool,
    stage: Stage,
}

#[derive(Clone, Debug)]
enum Stage {
    Greeting,
    Kinds(Version),
    /// VeNCrypt was chosen, to read its sub-kinds; the kinds are known.
    SubVersion(Version, Vec<u8>),
    SubKinds(Version, Vec<u8>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Version {
    major: u16,
    minor: u16,
}

impl Vnc {
    /// A new conversation.
    pub fn new(manner: &Manner) -> Self {
        Self { logins: manner.logins, stage: Stage::Greeting }
    }
}

impl Dialogue for Vnc {
    type Answer = Seen;

    fn step(&mut self, event: Event<'_>) -> Step<Seen> {
        let bytes = match (event, &self.stage) {
            (Event::Connected, _) => return Step::More,
            (Event::Received(bytes), _) => bytes,
            (_, Stage::SubVersion(version, kinds) | Stage::SubKinds(version, kinds)) => {
                return Step::Done(seen(*version, kinds, None));
            }
            (Event::Silence | Event::Closed, _) => return Step::NotThis,
        };
        match &self.stage {
            Stage::Greeting => self.greeted(bytes),
            Stage::Kinds(version) => self.listed(*version, bytes),
            // Version 0.2 of VeNCrypt, or something this does not know.
            Stage::SubVersion(version, kinds) => match bytes {
                [0] => Step::More,
                [0, 2] => {
                    self.stage = Stage::SubKinds(*version, kinds.clone());
                    Step::Send(vec![0, 2])
                }
                _ => Step::Done(seen(*version, kinds, None)),
            },
            Stage::SubKinds(version, kinds) => match sub_kinds(bytes) {
                Some(sub_kinds) => Step::Done(seen(*version, kinds, Some(&sub_kinds))),
                None if bytes.first() == Some(&0) && bytes.len() < 1024 => Step::More,
                None => Step::Done(seen(*version, kinds, None)),
            },
        }
    }
}

impl Vnc {
    fn greeted(&mut self, bytes: &[u8]) -> Step<Seen> {
        let shape = b"RFB 000.000\n";
        let fits = |(byte, wanted): (&u8, &u8)| byte == wanted || (*wanted == b'0' && byte.is_ascii_digit());
        if !bytes.iter().zip(shape).all(fits) {
            return Step::NotThis;
        }
        let Some((_, further)) = bytes.split_at_checked(GREETING) else { return Step::More };
        let number = |from, to| bytes.get(from..to).and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok());
        let (Some(major), Some(minor)) = (number(4, 7), number(8, 11)) else { return Step::NotThis };
        if !(3..=5).contains(&major) {
            return Step::NotThis;
        }
        let version = Version { major, minor };
        if !further.is_empty() {
            // Whoever connected too often is refused at once, without waiting for his version.
            return match one_kind(further) {
                Some(Ok(kinds)) if kinds.is_empty() => Step::Done(seen(version, &kinds, None)),
                Some(_) => Step::NotThis,
                None => Step::More,
            };
        }
        self.stage = Stage::Kinds(version);
        Step::Send(format!("RFB 003.{:03}\n", spoken(version)).into_bytes())
    }

    fn listed(&mut self, version: Version, bytes: &[u8]) -> Step<Seen> {
        let kinds = if spoken(version) == 3 { one_kind(bytes) } else { list_of_kinds(bytes) };
        let kinds = match kinds {
            Some(Ok(kinds)) => kinds,
            Some(Err(())) => return Step::NotThis,
            None => return Step::More,
        };
        let wrapped = kinds.contains(&VENCRYPT) && without_password(&kinds, None).known().is_none();
        if self.logins && wrapped && spoken(version) != 3 {
            self.stage = Stage::SubVersion(version, kinds);
            return Step::Send(vec![VENCRYPT]);
        }
        Step::Done(seen(version, &kinds, None))
    }
}

/// The minor version in which the conversation is held: 3, 7 or 8 (RFC 6143, 7.1.1). Apple states 889, RealVNC 4 and 5.
fn spoken(version: Version) -> u16 {
    match (version.major, version.minor) {
        (3, ..7) => 3,
        (3, 7) => 7,
        _ => 8,
    }
}

/// Version 3.3: the server decides. Nothing is left of a refusal.
fn one_kind(bytes: &[u8]) -> Option<Result<Vec<u8>, ()>> {
    let mut reader = Reader::new(bytes);
    let Some(kind) = reader.u32() else {
        return bytes.iter().any(|byte| *byte != 0).then_some(Err(()));
    };
    match kind {
        0 => refusal(reader),
        // A server that shows its screen waits for the client now; one with a password sends 16 bytes to encrypt.
        1 if reader.is_empty() => Some(Ok(vec![NONE])),
        2 if reader.rest().len() > 16 => Some(Err(())),
        2 if reader.rest().len() == 16 => Some(Ok(vec![2])),
        2 => None,
        _ => Some(Err(())),
    }
}

/// Versions 3.7 and 3.8: a count and as many kinds.
fn list_of_kinds(bytes: &[u8]) -> Option<Result<Vec<u8>, ()>> {
    let mut reader = Reader::new(bytes);
    let count = usize::from(reader.u8()?);
    if count == 0 {
        return refusal(reader);
    }
    // No server has more kinds than are registered; a kind comes once, and none has number 0.
    let kinds = bytes.get(1..).unwrap_or_default();
    let repeats = kinds.iter().enumerate().any(|(place, kind)| kinds.iter().skip(place + 1).any(|other| other == kind));
    if count > 32 || kinds.len() > count || kinds.contains(&0) || repeats || !kinds.iter().all(|kind| registered(*kind))
    {
        return Some(Err(()));
    }
    (kinds.len() == count).then(|| Ok(kinds.to_vec()))
}

/// Kinds that IANA lists, or that belong to a vendor (RFC 6143, 8.1.2).
fn registered(kind: u8) -> bool {
    matches!(kind, 1..=40 | 96 | 112..=117 | 128..)
}

/// A refusal in words.
fn refusal(mut reader: Reader<'_>) -> Option<Result<Vec<u8>, ()>> {
    let Some(length) = reader.u32() else {
        return (reader.rest().iter().take(2).any(|byte| *byte != 0)).then_some(Err(()));
    };
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    let reason = reader.rest();
    if !(1..=MAX_REASON).contains(&length) || reason.len() > length || clean(reason, 1).is_none() && !reason.is_empty()
    {
        return Some(Err(()));
    }
    (reason.len() == length).then(|| Ok(Vec::new()))
}

/// Sub-kinds of VeNCrypt: a zero for "agreed", a count, and as many numbers.
fn sub_kinds(bytes: &[u8]) -> Option<Vec<u32>> {
    let mut reader = Reader::new(bytes);
    (reader.u8()? == 0).then_some(())?;
    let count = reader.u8()?;
    let mut kinds = Vec::new();
    for _ in 0..count {
        kinds.push(reader.u32()?);
    }
    Some(kinds)
}

fn without_password(kinds: &[u8], sub_kinds: Option<&[u32]>) -> Observed<bool> {
    let within = sub_kinds.map(|sub_kinds| sub_kinds.iter().any(|kind| VENCRYPT_NONE.contains(kind)));
    if kinds.contains(&NONE) || within == Some(true) {
        Known(true)
    } else if kinds.is_empty() {
        // The server refused to talk.
        Unknown(UnknownReason::Incomplete)
    } else if kinds.iter().all(|kind| WRAPPERS.contains(kind)) && within.is_none() {
        Unknown(UnknownReason::NotCollected)
    } else {
        // Who offers an open password does not leave a way around it inside another kind.
        Known(false)
    }
}

fn seen(version: Version, kinds: &[u8], sub_kinds: Option<&[u32]>) -> Seen {
    let only_plain = sub_kinds.is_some_and(|kinds| kinds.iter().all(|kind| *kind == VENCRYPT_PLAIN));
    let encrypts = |kind: &u8| ENCRYPTED.contains(kind) && !(*kind == VENCRYPT && only_plain);
    let encrypted =
        if kinds.is_empty() { Unknown(UnknownReason::Incomplete) } else { Known(kinds.iter().any(encrypts)) };
    let mut seen = Seen::new(NetworkService::Vnc);
    seen.detail = Detail::Vnc(DeviceVnc {
        endpoint: Observed::default(),
        protocol: Known(format!("{}.{}", version.major, version.minor)),
        without_password: without_password(kinds, sub_kinds),
        encrypted,
    });
    seen
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::play;
    use crate::trials;
    use proptest::prelude::*;

    const VERSION_8: &[u8] = b"RFB 003.008\n";

    fn vnc() -> Vnc {
        Vnc::new(&Manner::default())
    }

    fn detail(arrivals: &[&[u8]], logins: bool) -> (DeviceVnc, Vec<Vec<u8>>) {
        let (seen, sent) = play(&mut Vnc::new(&Manner { logins, ..Manner::default() }), arrivals);
        let Some(Seen { service: NetworkService::Vnc, detail: Detail::Vnc(vnc), .. }) = seen else {
            panic!("no VNC: {arrivals:02x?}")
        };
        (vnc, sent)
    }

    /// What servers of Debian 12 answer: version, kinds, whether without password, whether encrypted.
    #[test]
    fn real_servers_are_read() {
        let unknown = Unknown(UnknownReason::NotCollected);
        let x11vnc_3_3_password =
            b"\0\0\0\x02\xc7\xf8\x98\x3c\x90\x02\x73\x49\xea\xfa\x47\x65\x4b\xbd\x68\x8d".as_slice();
        type Server<'b> = (&'b [u8], &'b [u8], &'b str, Observed<bool>, bool);
        let servers: [Server<'_>; 8] = [
            // TigerVNC 1.12: SecurityTypes None; VncAuth,TLSVnc; TLSNone.
            (VERSION_8, b"\x01\x01", "3.8", Known(true), false),
            (VERSION_8, b"\x02\x13\x02", "3.8", Known(false), true),
            (VERSION_8, b"\x01\x13", "3.8", unknown.clone(), true),
            // TightVNC 1.3.10: with and without a password.
            (VERSION_8, b"\x02\x02\x10", "3.8", Known(false), false),
            (VERSION_8, b"\x02\x01\x10", "3.8", Known(true), false),
            // x11vnc 0.9.16: -rfbversion 3.3, with and without a password; 3.7; with -vencrypt.
            (b"RFB 003.003\n", b"\0\0\0\x01", "3.3", Known(true), false),
            (b"RFB 003.003\n", x11vnc_3_3_password, "3.3", Known(false), false),
            (b"RFB 003.007\n", b"\x01\x02", "3.7", Known(false), false),
        ];
        for (greeting, kinds, version, open, encrypted) in servers {
            let (vnc, sent) = detail(&[greeting, kinds], false);
            assert_eq!(vnc.protocol, Known(version.to_owned()));
            assert_eq!((vnc.without_password, vnc.encrypted), (open, Known(encrypted)), "{kinds:02x?}");
            assert_eq!(sent, [greeting]);
            trials::stream_proven_by(vnc_of(false), &[greeting, kinds], 1);
        }
        assert_eq!(detail(&[VERSION_8, b"\x02\x13\x12"], false).0.without_password, unknown);
    }

    /// TigerVNC 1.12 after five connections without a login.
    #[test]
    fn who_is_refused_at_once_has_met_vnc() {
        let refused = b"RFB 003.003\n\0\0\0\0\0\0\0\x1aToo many security failures";
        let (vnc, sent) = detail(&[refused], false);
        assert_eq!(vnc.without_password, Unknown(UnknownReason::Incomplete));
        assert!(sent.is_empty());
        trials::stream_proven_by(vnc_of(false), &[refused], 1);
    }

    fn vnc_of(logins: bool) -> impl Fn() -> Vnc {
        move || Vnc::new(&Manner { logins, ..Manner::default() })
    }

    #[test]
    fn with_consent_sub_kinds_are_read() {
        // TigerVNC 1.12, SecurityTypes TLSNone: version 0.2, agreed, one sub-kind, 257.
        let conversation: [&[u8]; 4] = [VERSION_8, b"\x01\x13", b"\0\x02", b"\0\x01\0\0\x01\x01"];
        let (vnc, sent) = detail(&conversation, true);
        assert_eq!((vnc.without_password, vnc.encrypted), (Known(true), Known(true)));
        assert_eq!(sent, [VERSION_8, b"\x13", b"\0\x02"]);
        // Plain (256) asks for a password and does not encrypt it.
        let (vnc, _) = detail(&[VERSION_8, b"\x01\x13", b"\0\x02", b"\0\x01\0\0\x01\0"], true);
        assert_eq!((vnc.without_password, vnc.encrypted), (Known(false), Known(false)));
        // Broken off, or another version: what the list says stays.
        for rest in [b"".as_slice(), b"\0\x01", b"\x09"] {
            let (vnc, _) = detail(&[VERSION_8, b"\x01\x13", rest], true);
            assert_eq!(vnc.without_password, Unknown(UnknownReason::NotCollected));
        }
    }

    #[test]
    fn other_versions_and_refusals_are_vnc_too() {
        // Apple states 3.889 and RealVNC 5.0; both are spoken to in 3.8. Kinds after their documents.
        let (vnc, sent) = detail(&[b"RFB 003.889\n", b"\x04\x1e\x21\x24\x23"], false);
        assert_eq!((vnc.protocol, vnc.without_password), (Known("3.889".to_owned()), Known(false)));
        assert_eq!(sent, [VERSION_8]);
        let (vnc, _) = detail(&[b"RFB 005.000\n", b"\x01\x81"], false);
        assert_eq!((vnc.protocol, vnc.encrypted), (Known("5.0".to_owned()), Known(true)));
        // RFC 6143, 7.1.2: no kinds, but a reason.
        let (refused, _) = detail(&[VERSION_8, b"\0\0\0\0\x08Too many"], false);
        assert_eq!(refused.without_password, Unknown(UnknownReason::Incomplete));
        trials::stream_proven_by(vnc_of(false), &[VERSION_8, b"\0\0\0\0\x08Too many"], 1);
    }

    #[test]
    fn holds_against_strangers() {
        trials::strangers(vnc_of(false), VERSION_8);
        // Behind this greeting it is an answer: no password is asked for.
        trials::strangers_but(&[b"\0\0\0\x01"], vnc_of(true), b"RFB 003.003\n");
        for wrong in [b"RFB 003.008 ".as_slice(), b"RFB 103.008\n", b"RFB 003.008\nmore", b"rfb 003.008\n"] {
            assert_eq!(play(&mut vnc(), &[wrong]).0, None);
        }
        for kinds in [b"\x02\x01\x01".as_slice(), b"\x01\x00", b"\x01\x01\x01", b"\x21", b"\x01\x60\x01", b"\x01\x50"] {
            assert_eq!(play(&mut vnc(), &[VERSION_8, kinds]).0, None, "{kinds:02x?}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken(first: Vec<u8>, second: Vec<u8>, third: Vec<u8>) {
            prop_assert_eq!(play(&mut vnc(), &[&first]).0, None);
            let _ = play(&mut vnc(), &[VERSION_8, &second]);
            let _ = play(&mut vnc(), &[b"RFB 003.003\n", &second]);
            let _ = play(&mut vnc_of(true)(), &[VERSION_8, b"\x01\x13", &second, &third]);
        }
    }
}
