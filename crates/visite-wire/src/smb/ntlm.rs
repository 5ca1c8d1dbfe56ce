//! NTLM messages for a login without a name and for one with a name that does not exist (MS-NLMP 2.2.1).

use super::message::{text16, utf16};
use crate::bytes::Reader;
use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;

const SIGNATURE: &[u8; 8] = b"NTLMSSP\0";
/// Unicode, target, NTLM, always sign, extended session security, target information, version, 128 and 56 bits.
const FLAGS: u32 = 0xa288_8205;
const ANONYMOUS: u32 = 0x0000_0800;
/// Length of the third message before its data: fields, flags, version.
const HEADER: usize = 72;
/// MD4 of the empty password: what Windows keeps for it.
const EMPTY_PASSWORD: [u8; 16] =
    [0x31, 0xd6, 0xcf, 0xe0, 0xd1, 0x6a, 0xe9, 0x31, 0xb7, 0x3c, 0x59, 0xd7, 0xe0, 0xc0, 0x89, 0xc0];
/// The name that does not exist, in capitals as the computation wants it.
const NOBODY: &str = "VISITE-NOBODY";

/// What a server says in its challenge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Challenge {
    nonce: [u8; 8],
    information: Vec<u8>,
    /// NetBIOS and DNS name of the computer.
    pub(super) names: Vec<String>,
    /// The system, where the version is more than a formality.
    pub(super) system: Option<String>,
}

/// The first message.
pub(super) fn hello() -> Vec<u8> {
    let mut message = SIGNATURE.to_vec();
    message.extend([1, 0, 0, 0]);
    message.extend(FLAGS.to_le_bytes());
    message.extend([0; 24]);
    message
}

/// Reads the challenge, wherever it stands in `token`: some servers wrap it up.
pub(super) fn challenge(token: &[u8]) -> Option<Challenge> {
    let start = token.windows(12).position(|window| window == b"NTLMSSP\0\x02\0\0\0")?;
    let message = token.get(start..)?;
    let mut reader = Reader::new(message);
    reader.take(20)?;
    reader.u32_le()?;
    let nonce = reader.take(8)?.try_into().ok()?;
    reader.take(8)?;
    let length = usize::from(reader.u16_le()?);
    reader.u16_le()?;
    let offset = usize::try_from(reader.u32_le()?).ok()?;
    let information = message.get(offset..)?.get(..length)?.to_vec();
    let system = reader.take(8).and_then(version);
    let names =
        [1, 3].into_iter().filter_map(|id| pair(&information, id)).filter_map(|name| text16(name, 128)).collect();
    Some(Challenge { nonce, information, names, system })
}

/// Major, minor and build of Windows. Samba states 6.1 without a build, which says nothing.
fn version(bytes: &[u8]) -> Option<String> {
    let mut reader = Reader::new(bytes);
    let (major, minor, build) = (reader.u8()?, reader.u8()?, reader.u16_le()?);
    let revision = bytes.last()?;
    (build > 0 && *revision == 15 && major < 20).then(|| format!("Windows {major}.{minor} build {build}"))
}

/// The value with a number in the information about the target (MS-NLMP 2.2.2.1).
fn pair(information: &[u8], wanted: u16) -> Option<&[u8]> {
    let mut reader = Reader::new(information);
    loop {
        let (id, length) = (reader.u16_le()?, usize::from(reader.u16_le()?));
        let value = reader.take(length)?;
        if id == wanted {
            return Some(value);
        }
        if id == 0 {
            return None;
        }
    }
}

/// The third message, for a session without a name.
pub(super) fn nobody_at_all() -> Vec<u8> {
    login(&[0], &[], "", FLAGS | ANONYMOUS)
}

/// The third message, for a name that does not exist and an empty password. `time` is the server's own.
pub(super) fn unknown_name(challenge: &Challenge, time: [u8; 8]) -> Vec<u8> {
    let stated = pair(&challenge.information, 7).and_then(|time| time.try_into().ok());
    let mut blob = vec![1, 1, 0, 0, 0, 0, 0, 0];
    blob.extend(stated.unwrap_or(time));
    // A nonce of our own would guard a secret; there is none.
    blob.extend(b"visite!!");
    blob.extend([0; 4]);
    blob.extend(&challenge.information);
    blob.extend([0; 4]);
    let key = keyed(&EMPTY_PASSWORD, &[&utf16(NOBODY)]);
    let mut response = keyed(&key, &[&challenge.nonce, &blob]);
    response.extend(blob);
    login(&[0; 24], &response, NOBODY, FLAGS)
}

fn keyed(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    let Ok(mut mac) = Hmac::<Md5>::new_from_slice(key) else { return Vec::new() };
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().to_vec()
}

fn login(lm: &[u8], nt: &[u8], user: &str, flags: u32) -> Vec<u8> {
    let mut message = SIGNATURE.to_vec();
    message.extend([3, 0, 0, 0]);
    let mut data: Vec<u8> = Vec::new();
    // LM response, NT response, domain, name, computer, session key.
    for field in [lm, nt, &[], &utf16(user), &[], &[]] {
        let length = u16::try_from(field.len()).unwrap_or_default();
        message.extend(length.to_le_bytes());
        message.extend(length.to_le_bytes());
        message.extend(u32::try_from(HEADER + data.len()).unwrap_or_default().to_le_bytes());
        data.extend(field);
    }
    message.extend(flags.to_le_bytes());
    message.extend([0; 8]);
    message.extend(data);
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of MS-NLMP 4.2.4: user `User`, domain `Domain`, password `Password`.
    #[test]
    fn the_keys_are_those_of_the_specification() {
        let password = [0xa4, 0xf4, 0x9c, 0x40, 0x65, 0x10, 0xbd, 0xca, 0xb6, 0x82, 0x4e, 0xe7, 0xc3, 0x0f, 0xd8, 0x52];
        let key = keyed(&password, &[&utf16("USER"), &utf16("Domain")]);
        let expected = [0x0c, 0x86, 0x8a, 0x40, 0x3b, 0xfd, 0x7a, 0x93, 0xa3, 0x00, 0x1e, 0xf2, 0x2e, 0xf0, 0x2e, 0x3f];
        assert_eq!(key, expected);
    }

    #[test]
    fn windows_states_its_build() {
        assert_eq!(version(&[10, 0, 0x61, 0x4a, 0, 0, 0, 15]).as_deref(), Some("Windows 10.0 build 19041"));
        assert_eq!(version(&[6, 1, 0, 0, 0, 0, 0, 15]), None);
        assert_eq!(version(&[]), None);
    }
}
