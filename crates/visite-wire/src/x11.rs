//! X Window System: the first message of a client and its answer (X11 protocol, 8).
//!
//! Without consent the version asked for is one that does not exist, which every server refuses before it looks who
//! asks. With consent it is asked whether anybody may open its screen. Deliberately absent: everything behind that.

use crate::bytes::{Reader, clean};
use crate::{Detail, Dialogue, Event, Manner, Seen, Step};
use visite_facts::Known;
use visite_facts::facts::{DeviceX11, NetworkService};

/// The version of the protocol, since 1987.
const VERSION: u16 = 11;
/// Length of an answer before the part whose length it states.
const HEADER: usize = 8;
/// Longest answer that is waited for.
const MAX_ANSWER: usize = 60 * 1024;
/// Vendor of the server that is in use today; its release number is a version with two digits each.
const X_ORG: &str = "The X.Org Foundation";

const FAILED: u8 = 0;
const SUCCESS: u8 = 1;
const AUTHENTICATE: u8 = 2;

/// Recognises an X server.
#[derive(Clone, Debug)]
pub struct X11 {
    logins: bool,
}

impl X11 {
    /// A new conversation.
    pub fn new(manner: &Manner) -> Self {
        Self { logins: manner.logins }
    }
}

impl Dialogue for X11 {
    type Answer = Seen;

    fn step(&mut self, event: Event<'_>) -> Step<Seen> {
        match event {
            Event::Connected => {
                let version = if self.logins { VERSION } else { 0 };
                let mut request = vec![b'l', 0];
                request.extend(version.to_le_bytes());
                // Minor version, and neither name nor data of an authorisation.
                request.extend([0; 8]);
                Step::Send(request)
            }
            Event::Received(bytes) => match answered(bytes) {
                Step::Done(mut seen) => {
                    let mut detail = DeviceX11::default();
                    // A server that lets in names its vendor, one that refuses does not.
                    if self.logins {
                        detail.open_to_anybody = Known(seen.vendor.is_some());
                    }
                    seen.detail = Detail::X11(detail);
                    Step::Done(seen)
                }
                step => step,
            },
            Event::Silence | Event::Closed => Step::NotThis,
        }
    }
}

fn answered(bytes: &[u8]) -> Step<Seen> {
    let Some(header) = bytes.get(..HEADER) else {
        let kind = bytes.first().is_none_or(|kind| matches!(*kind, FAILED | SUCCESS | AUTHENTICATE));
        let version = bytes.iter().skip(2).zip(VERSION.to_le_bytes()).all(|(byte, wanted)| *byte == wanted);
        return if kind && version { Step::More } else { Step::NotThis };
    };
    let Some((kind, first, rest_length)) = parse_header(header) else { return Step::NotThis };
    let rest = bytes.get(HEADER..).unwrap_or_default();
    if rest.len() > rest_length {
        return Step::NotThis;
    }
    let whole = rest.len() == rest_length;
    let seen = match kind {
        SUCCESS if whole => accepted(rest),
        FAILED | AUTHENTICATE if whole => reason(kind, first, rest),
        _ => return Step::More,
    };
    seen.map_or(Step::NotThis, Step::Done)
}

/// Kind, its first byte of data, and length of what follows.
fn parse_header(header: &[u8]) -> Option<(u8, u8, usize)> {
    let mut reader = Reader::new(header);
    let (kind, first) = (reader.u8()?, reader.u8()?);
    let (major, minor, words) = (reader.u16_le()?, reader.u16_le()?, reader.u16_le()?);
    let length = usize::from(words) * 4;
    // A demand for authentication has no version in this place.
    let version = kind == AUTHENTICATE || major == VERSION && minor == 0;
    (kind <= AUTHENTICATE && version && (4..=MAX_ANSWER).contains(&length)).then_some((kind, first, length))
}

/// A refusal, with its reason in words.
fn reason(kind: u8, length: u8, rest: &[u8]) -> Option<Seen> {
    let (text, padding) = match kind {
        FAILED => rest.split_at_checked(usize::from(length))?,
        _ => (rest, [].as_slice()),
    };
    let text = text.trim_ascii_end();
    let written = !text.is_empty() && text.iter().all(|byte| byte.is_ascii_graphic() || b" \n\0".contains(byte));
    (written && padding.len() < 4).then(|| Seen::new(NetworkService::X11))
}

/// The screen is open: vendor and release.
fn accepted(rest: &[u8]) -> Option<Seen> {
    let mut reader = Reader::new(rest);
    let release = reader.u32_le()?;
    reader.take(12)?;
    let vendor_length = usize::from(reader.u16_le()?);
    reader.u16_le()?;
    let (screens, formats) = (reader.u8()?, reader.u8()?);
    reader.take(10)?;
    let vendor = clean(reader.take(vendor_length)?, 128)?;
    reader.take(vendor_length.next_multiple_of(4) - vendor_length)?;
    reader.take(usize::from(formats) * 8)?;
    // A screen takes 40 bytes and more (X11 protocol, 8).
    if screens == 0 || reader.rest().len() < usize::from(screens) * 40 {
        return None;
    }
    let mut seen = Seen::new(NetworkService::X11);
    if vendor == X_ORG {
        seen.product = Some("X.Org Server".to_owned());
        seen.version = Some(version(release));
    }
    seen.vendor = Some(vendor);
    Some(seen)
}

/// `11906000` is 1.19.6; `12101007` is 21.1.7, for after 1.20 the leading number went out of use.
fn version(release: u32) -> String {
    let parts = [release / 10_000_000, release / 100_000 % 100, release / 1000 % 100, release % 1000];
    let [major, minor, patch, snapshot] = parts;
    if major == 1 && minor > 20 {
        format!("{minor}.{patch}.{snapshot}")
    } else if snapshot == 0 {
        format!("{major}.{minor}.{patch}")
    } else {
        format!("{major}.{minor}.{patch}.{snapshot}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::play;
    use crate::trials;
    use proptest::prelude::*;

    /// Xvfb 21.1.7 on Debian 12, asked for a version that does not exist.
    const MISMATCH: &[u8] = b"\0\x19\x0b\0\0\0\x07\0Protocol version mismatch\0\0\0";
    /// The same, asked for its screen, when it demands authorisation.
    const REFUSED: &[u8] = b"\0@\x0b\0\0\0\x10\0Authorization required, but no authorization protocol specified\n";
    /// The same with `-ac`.
    const OPEN: &[u8] =
        b"\x01\0\x0b\0\0\0S\t\x8f\xa5\xb8\0\0\0@\x03\xff\xff\x1f\0\0\x01\0\0\x14\0\xff\xff\x01\x06\0\0  \x08\xff\0\
        \0\0\0The X.Org Foundation\x01\x01 \0\0\0\0\0\x04\x08 \0\0\0\0\0\x08\x08 \0\0\0\0\0\x10\x10 \0\0\0\0\0\
        \x18  \0\0\0\0\0   \0\0\0\0\0\r\x05\0\0 \0\0\0\xff\xff\xff\0\0\0\0\0\0\0@\0\x80\x02\xe0\x01\xa3\0z\0\x01\
        \0\x01\0!\0\0\0\x01\0\x18\x06\x18\0h\x01\0\0\0\0!\0\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\
        \0\0\"\0\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\x89\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\
        \xff\0\0\xff\0\0\0\0\0\0\0\x8a\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\x8b\x03\0\0\
        \x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\x8c\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\
        \0\0\0\0\0\0\x8d\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\x8e\x03\0\0\x04\x08\0\x01\0\
        \0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\x8f\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\x90\
        \x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\x91\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\
        \0\xff\0\0\0\0\0\0\0\x92\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\x93\x03\0\0\x04\x08\
        \0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\x94\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\
        \0\0\x95\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\x96\x03\0\0\x04\x08\0\x01\0\0\xff\0\
        \0\xff\0\0\xff\0\0\0\0\0\0\0\x97\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\x98\x03\0\0\
        \x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\x99\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\
        \0\0\0\0\0\0\x9a\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\x9b\x03\0\0\x04\x08\0\x01\0\
        \0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\x9c\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\x9d\
        \x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\x9e\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\
        \0\xff\0\0\0\0\0\0\0\x9f\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xa0\x03\0\0\x04\x08\
        \0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xa1\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\
        \0\0\xa2\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xa3\x03\0\0\x04\x08\0\x01\0\0\xff\0\
        \0\xff\0\0\xff\0\0\0\0\0\0\0\xa4\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xa5\x03\0\0\
        \x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xa6\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\
        \0\0\0\0\0\0\xa7\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xa8\x03\0\0\x04\x08\0\x01\0\
        \0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xa9\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xaa\
        \x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xab\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\
        \0\xff\0\0\0\0\0\0\0\xac\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xad\x03\0\0\x04\x08\
        \0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xae\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\
        \0\0\xaf\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xb0\x03\0\0\x04\x08\0\x01\0\0\xff\0\
        \0\xff\0\0\xff\0\0\0\0\0\0\0\xb1\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xb2\x03\0\0\
        \x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xb3\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\
        \0\0\0\0\0\0\xb4\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xb5\x03\0\0\x04\x08\0\x01\0\
        \0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xb6\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xb7\
        \x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xb8\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\
        \0\xff\0\0\0\0\0\0\0\xb9\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xba\x03\0\0\x04\x08\
        \0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xbb\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\
        \0\0\xbc\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xbd\x03\0\0\x04\x08\0\x01\0\0\xff\0\
        \0\xff\0\0\xff\0\0\0\0\0\0\0\xbe\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xbf\x03\0\0\
        \x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xc0\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\
        \0\0\0\0\0\0\xc1\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xc2\x03\0\0\x04\x08\0\x01\0\
        \0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xc3\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xc4\
        \x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xc5\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\
        \0\xff\0\0\0\0\0\0\0\xc6\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xc7\x03\0\0\x04\x08\
        \0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xc8\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\
        \0\0\xc9\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xca\x03\0\0\x04\x08\0\x01\0\0\xff\0\
        \0\xff\0\0\xff\0\0\0\0\0\0\0\xcb\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xcc\x03\0\0\
        \x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xcd\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\
        \0\0\0\0\0\0\xce\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xcf\x03\0\0\x04\x08\0\x01\0\
        \0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xd0\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xd1\
        \x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xd2\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\
        \0\xff\0\0\0\0\0\0\0\xd3\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xd4\x03\0\0\x04\x08\
        \0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xd5\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\
        \0\0\xd6\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xd7\x03\0\0\x04\x08\0\x01\0\0\xff\0\
        \0\xff\0\0\xff\0\0\0\0\0\0\0\xd8\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xd9\x03\0\0\
        \x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xda\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\
        \0\0\0\0\0\0\xdb\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xdc\x03\0\0\x04\x08\0\x01\0\
        \0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xdd\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xde\
        \x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xdf\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\
        \0\xff\0\0\0\0\0\0\0\xe0\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xe1\x03\0\0\x04\x08\
        \0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xe2\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\
        \0\0\xe3\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xe4\x03\0\0\x04\x08\0\x01\0\0\xff\0\
        \0\xff\0\0\xff\0\0\0\0\0\0\0\xe5\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xe6\x03\0\0\
        \x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xe7\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\
        \0\0\0\0\0\0\xe8\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xe9\x03\0\0\x04\x08\0\x01\0\
        \0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xea\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xeb\
        \x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xec\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\
        \0\xff\0\0\0\0\0\0\0\xed\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xee\x03\0\0\x04\x08\
        \0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xef\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\
        \0\0\xf0\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xf1\x03\0\0\x04\x08\0\x01\0\0\xff\0\
        \0\xff\0\0\xff\0\0\0\0\0\0\0\xf2\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xf3\x03\0\0\
        \x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xf4\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\
        \0\0\0\0\0\0\xf5\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xf6\x03\0\0\x04\x08\0\x01\0\
        \0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xf7\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xf8\
        \x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xf9\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\
        \0\xff\0\0\0\0\0\0\0\xfa\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xfb\x03\0\0\x04\x08\
        \0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xfc\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\
        \0\0\xfd\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xfe\x03\0\0\x04\x08\0\x01\0\0\xff\0\
        \0\xff\0\0\xff\0\0\0\0\0\0\0\xff\x03\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\0\x04\0\0\
        \x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\x01\x04\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\
        \0\0\0\0\0\0\x02\x04\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\x03\x04\0\0\x04\x08\0\x01\0\
        \0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\x04\x04\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\x05\
        \x04\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\x06\x04\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\
        \0\xff\0\0\0\0\0\0\0\x07\x04\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\x08\x04\0\0\x04\x08\
        \0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\t\x04\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\
        \0\n\x04\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\x0b\x04\0\0\x04\x08\0\x01\0\0\xff\0\0\
        \xff\0\0\xff\0\0\0\0\0\0\0\x0c\x04\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\r\x04\0\0\x04\
        \x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\x0e\x04\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\
        \0\0\0\0\x0f\x04\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\x10\x04\0\0\x04\x08\0\x01\0\0\
        \xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\x11\x04\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\x12\
        \x04\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\x13\x04\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\
        \0\xff\0\0\0\0\0\0\0\x14\x04\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\x15\x04\0\0\x04\x08\
        \0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\x16\x04\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\
        \0\0\x17\x04\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\x18\x04\0\0\x04\x08\0\x01\0\0\xff\0\
        \0\xff\0\0\xff\0\0\0\0\0\0\0\x19\x04\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\x1a\x04\0\0\
        \x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\x1b\x04\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\
        \0\0\0\0\0\0\x1c\x04\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\x1d\x04\0\0\x04\x08\0\x01\0\
        \0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\x1e\x04\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\x1f\
        \x04\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0 \x04\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\
        \xff\0\0\0\0\0\0\0!\x04\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\"\x04\0\0\x04\x08\0\x01\
        \0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0#\x04\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0$\x04\
        \0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0%\x04\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\
        \0\0\0\0\0\0\0&\x04\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0'\x04\0\0\x04\x08\0\x01\0\0\
        \xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0(\x04\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0)\x04\0\0\
        \x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0*\x04\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\
        \0\0\0\0\0+\x04\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0,\x04\0\0\x04\x08\0\x01\0\0\xff\0\
        \0\xff\0\0\xff\0\0\0\0\0\0\0-\x04\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0.\x04\0\0\x04\
        \x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0/\x04\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\
        \0\0\0\x30\x04\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\x31\x04\0\0\x04\x08\0\x01\0\0\xff\
        \0\0\xff\0\0\xff\0\0\0\0\0\0\0\x32\x04\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\x33\x04\0\
        \0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\x34\x04\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\
        \0\0\0\0\0\0\0\x35\x04\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\x36\x04\0\0\x04\x08\0\x01\
        \0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\x37\x04\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\08\
        \x04\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\09\x04\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\
        \xff\0\0\0\0\0\0\0:\x04\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0;\x04\0\0\x04\x08\0\x01\0\
        \0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0<\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0=\x04\0\
        \0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0>\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\
        \0\0\0\0\0\0?\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0@\x04\0\0\x05\x08\0\x01\0\0\xff\
        \0\0\xff\0\0\xff\0\0\0\0\0\0\0A\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0B\x04\0\0\x05\
        \x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0C\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\
        \0\0\0D\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0E\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\
        \xff\0\0\xff\0\0\0\0\0\0\0F\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0G\x04\0\0\x05\x08\
        \0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0H\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\
        \0I\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0J\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\
        \0\xff\0\0\0\0\0\0\0K\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0L\x04\0\0\x05\x08\0\x01\
        \0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0M\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0N\x04\
        \0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0O\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\
        \0\0\0\0\0\0\0P\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0Q\x04\0\0\x05\x08\0\x01\0\0\
        \xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0R\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0S\x04\0\0\
        \x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0T\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\
        \0\0\0\0\0U\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0V\x04\0\0\x05\x08\0\x01\0\0\xff\0\
        \0\xff\0\0\xff\0\0\0\0\0\0\0W\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0X\x04\0\0\x05\
        \x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0Y\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\
        \0\0\0Z\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0[\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\
        \xff\0\0\xff\0\0\0\0\0\0\0\\\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0]\x04\0\0\x05\
        \x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0^\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\
        \0\0\0_\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0`\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\
        \xff\0\0\xff\0\0\0\0\0\0\0a\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0b\x04\0\0\x05\x08\
        \0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0c\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\
        \0d\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0e\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\
        \0\xff\0\0\0\0\0\0\0f\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0g\x04\0\0\x05\x08\0\x01\
        \0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0h\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0i\x04\
        \0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0j\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\
        \0\0\0\0\0\0\0k\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0l\x04\0\0\x05\x08\0\x01\0\0\
        \xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0m\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0n\x04\0\0\
        \x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0o\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\
        \0\0\0\0\0p\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0q\x04\0\0\x05\x08\0\x01\0\0\xff\0\
        \0\xff\0\0\xff\0\0\0\0\0\0\0r\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0s\x04\0\0\x05\
        \x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0t\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\
        \0\0\0u\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0v\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\
        \xff\0\0\xff\0\0\0\0\0\0\0w\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0x\x04\0\0\x05\x08\
        \0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0y\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\
        \0z\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0{\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\
        \0\xff\0\0\0\0\0\0\0|\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0}\x04\0\0\x05\x08\0\x01\
        \0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0~\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\x7f\
        \x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\x80\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\
        \0\xff\0\0\0\0\0\0\0\x81\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\x82\x04\0\0\x05\x08\
        \0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\x83\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\
        \0\0\x84\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\x85\x04\0\0\x05\x08\0\x01\0\0\xff\0\
        \0\xff\0\0\xff\0\0\0\0\0\0\0\x86\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\x87\x04\0\0\
        \x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\x88\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\
        \0\0\0\0\0\0\x89\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\x8a\x04\0\0\x05\x08\0\x01\0\
        \0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\x8b\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\x8c\
        \x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\x8d\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\
        \0\xff\0\0\0\0\0\0\0\x8e\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\x8f\x04\0\0\x05\x08\
        \0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\x90\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\
        \0\0\x91\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\x92\x04\0\0\x05\x08\0\x01\0\0\xff\0\
        \0\xff\0\0\xff\0\0\0\0\0\0\0\x93\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\x94\x04\0\0\
        \x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\x95\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\
        \0\0\0\0\0\0\x96\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\x97\x04\0\0\x05\x08\0\x01\0\
        \0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\x98\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\x99\
        \x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\x9a\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\
        \0\xff\0\0\0\0\0\0\0\x9b\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\x9c\x04\0\0\x05\x08\
        \0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\x9d\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\
        \0\0\x9e\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\x9f\x04\0\0\x05\x08\0\x01\0\0\xff\0\
        \0\xff\0\0\xff\0\0\0\0\0\0\0\xa0\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xa1\x04\0\0\
        \x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xa2\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\
        \0\0\0\0\0\0\xa3\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xa4\x04\0\0\x05\x08\0\x01\0\
        \0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xa5\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xa6\
        \x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xa7\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\
        \0\xff\0\0\0\0\0\0\0\xa8\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xa9\x04\0\0\x05\x08\
        \0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xaa\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\
        \0\0\xab\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xac\x04\0\0\x05\x08\0\x01\0\0\xff\0\
        \0\xff\0\0\xff\0\0\0\0\0\0\0\xad\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xae\x04\0\0\
        \x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xaf\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\
        \0\0\0\0\0\0\xb0\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xb1\x04\0\0\x05\x08\0\x01\0\
        \0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xb2\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xb3\
        \x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xb4\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\
        \0\xff\0\0\0\0\0\0\0\xb5\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xb6\x04\0\0\x05\x08\
        \0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xb7\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\
        \0\0\xb8\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xb9\x04\0\0\x05\x08\0\x01\0\0\xff\0\
        \0\xff\0\0\xff\0\0\0\0\0\0\0\xba\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xbb\x04\0\0\
        \x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xbc\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\
        \0\0\0\0\0\0\xbd\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xbe\x04\0\0\x05\x08\0\x01\0\
        \0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xbf\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xc0\
        \x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xc1\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\
        \0\xff\0\0\0\0\0\0\0\xc2\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xc3\x04\0\0\x05\x08\
        \0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xc4\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\
        \0\0\xc5\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xc6\x04\0\0\x05\x08\0\x01\0\0\xff\0\
        \0\xff\0\0\xff\0\0\0\0\0\0\0\xc7\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xc8\x04\0\0\
        \x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xc9\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\
        \0\0\0\0\0\0\xca\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xcb\x04\0\0\x05\x08\0\x01\0\
        \0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xcc\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xcd\
        \x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xce\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\
        \0\xff\0\0\0\0\0\0\0\xcf\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xd0\x04\0\0\x05\x08\
        \0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xd1\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\
        \0\0\xd2\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xd3\x04\0\0\x05\x08\0\x01\0\0\xff\0\
        \0\xff\0\0\xff\0\0\0\0\0\0\0\xd4\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xd5\x04\0\0\
        \x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xd6\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\
        \0\0\0\0\0\0\xd7\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xd8\x04\0\0\x05\x08\0\x01\0\
        \0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xd9\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xda\
        \x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xdb\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\
        \0\xff\0\0\0\0\0\0\0\xdc\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xdd\x04\0\0\x05\x08\
        \0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xde\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\
        \0\0\xdf\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xe0\x04\0\0\x05\x08\0\x01\0\0\xff\0\
        \0\xff\0\0\xff\0\0\0\0\0\0\0\xe1\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xe2\x04\0\0\
        \x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xe3\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\
        \0\0\0\0\0\0\xe4\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xe5\x04\0\0\x05\x08\0\x01\0\
        \0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xe6\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xe7\
        \x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xe8\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\
        \0\xff\0\0\0\0\0\0\0\xe9\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xea\x04\0\0\x05\x08\
        \0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xeb\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\
        \0\0\xec\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xed\x04\0\0\x05\x08\0\x01\0\0\xff\0\
        \0\xff\0\0\xff\0\0\0\0\0\0\0\xee\x04\0\0\x05\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\x01\0\0\0\0\
        \0\0\0\x04\0\0\0\0\0\0\0\x08\0\0\0\0\0\0\0\x10\0\0\0\0\0\0\0 \0\x1e\0\0\0\0\0@\0\0\0\x04\x08\0\x01\0\0\
        \xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xef\x04\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xf0\
        \x04\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xf1\x04\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\
        \0\xff\0\0\0\0\0\0\0\xf2\x04\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xf3\x04\0\0\x04\x08\
        \0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xf4\x04\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\
        \0\0\xf5\x04\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xf6\x04\0\0\x04\x08\0\x01\0\0\xff\0\
        \0\xff\0\0\xff\0\0\0\0\0\0\0\xf7\x04\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xf8\x04\0\0\
        \x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xf9\x04\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\
        \0\0\0\0\0\0\xfa\x04\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xfb\x04\0\0\x04\x08\0\x01\0\
        \0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xfc\x04\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xfd\
        \x04\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\xfe\x04\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\
        \0\xff\0\0\0\0\0\0\0\xff\x04\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\0\x05\0\0\x04\x08\0\
        \x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\x01\x05\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\
        \0\x02\x05\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\x03\x05\0\0\x04\x08\0\x01\0\0\xff\0\0\
        \xff\0\0\xff\0\0\0\0\0\0\0\x04\x05\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\x05\x05\0\0\
        \x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\x06\x05\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\
        \0\0\0\0\0\0\x07\x05\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\x08\x05\0\0\x04\x08\0\x01\0\
        \0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\t\x05\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\n\x05\
        \0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\xff\0\0\0\0\0\0\0\x0b\x05\0\0\x04\x08\0\x01\0\0\xff\0\0\xff\0\0\
        \xff\0\0\0\0\0\0\0";

    fn x11(logins: bool) -> impl Fn() -> X11 {
        move || X11::new(&Manner { logins, ..Manner::default() })
    }

    #[test]
    fn without_consent_nobody_asks_for_the_screen() {
        let (seen, sent) = play(&mut x11(false)(), &[MISMATCH]);
        let seen = seen.expect("Xvfb speaks X");
        assert_eq!(seen, Seen { detail: Detail::X11(DeviceX11::default()), ..Seen::new(NetworkService::X11) });
        assert_eq!(sent, [b"l\0\0\0\0\0\0\0\0\0\0\0"]);
        trials::stream(x11(false), &[MISMATCH]);
    }

    fn opened(open: bool) -> Detail {
        Detail::X11(DeviceX11 { open_to_anybody: Known(open), ..DeviceX11::default() })
    }

    #[test]
    fn with_consent_an_open_screen_is_seen() {
        let seen = play(&mut x11(true)(), &[OPEN]).0.expect("Xvfb speaks X");
        assert_eq!(seen.vendor.as_deref(), Some(X_ORG));
        assert_eq!((seen.product.as_deref(), seen.version.as_deref()), (Some("X.Org Server"), Some("21.1.7")));
        assert_eq!(seen.detail, opened(true));
        trials::stream(x11(true), &[OPEN]);

        let seen = play(&mut x11(true)(), &[REFUSED]).0.expect("Xvfb speaks X");
        assert_eq!(seen.detail, opened(false));
        trials::stream(x11(true), &[REFUSED]);
        assert_eq!(version(11_906_000), "1.19.6");
        assert_eq!(version(11_802_904), "1.18.2.904");
    }

    #[test]
    fn holds_against_strangers() {
        trials::strangers(x11(false), b"");
        trials::strangers(x11(true), b"");
        assert_eq!(play(&mut x11(true)(), &[&[REFUSED, b"x"].concat()]).0, None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken(bytes: Vec<u8>, spot in 0..OPEN.len(), byte: u8) {
            prop_assert_eq!(play(&mut x11(true)(), &[&bytes]).0, None);
            for recorded in [OPEN, REFUSED] {
                let mut spoiled = recorded.to_vec();
                if let Some(at) = spoiled.get_mut(spot) {
                    *at = byte;
                }
                let _ = play(&mut x11(true)(), &[&spoiled]);
            }
        }
    }
}
