//! Secure Shell: identification and offer of algorithms (RFC 4253, 4.2 and 7.1), and the host key.
//!
//! The server speaks first, so that [`Ssh`] can listen beside other dialogues. Recognised is only who follows its
//! identification with a well-formed packet of the binary protocol: a banner alone is easily put on any port.
//! Deliberately absent: every step of a login.

use crate::bytes::{Reader, Reading, clean};
use crate::{Detail, Dialogue, Event, Manner, Seen, Step, TextPlace};
use visite_facts::facts::{DeviceSsh, NetworkService};
use visite_facts::{Known, UnknownReason};

/// Longest identification with its line end (RFC 4253, 4.2).
const MAX_IDENTIFICATION: usize = 255;
/// What OpenSSH says to one connection too many that has not logged in (`MaxStartups` in sshd_config).
const TOO_MANY: &[u8] = b"Exceeded MaxStartups";
/// Longest packet that every implementation must take (RFC 4253, 6.1).
const MAX_PACKET: usize = 35_000;
/// Most names of one list that are kept.
const MAX_NAMES: usize = 128;

const DISCONNECT: u8 = 1;
const KEXINIT: u8 = 20;
const KEX_REPLY: u8 = 31;
/// The first packet of a server of version 1 (SSH_SMSG_PUBLIC_KEY).
const PUBLIC_KEY_1: u8 = 2;

/// Recognises SSH and reads what the server offers.
#[derive(Clone, Debug)]
pub struct Ssh {
    identification: Option<Identification>,
}

/// What a server says in its first line: `SSH-protoversion-softwareversion comments`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Identification {
    protocol: String,
    software: Vec<u8>,
    /// Length with its line end.
    length: usize,
}

impl Ssh {
    /// A new conversation.
    pub fn new(_manner: &Manner) -> Self {
        Self { identification: None }
    }
}

impl Dialogue for Ssh {
    type Answer = Seen;

    fn step(&mut self, event: Event<'_>) -> Step<Seen> {
        let bytes = match event {
            Event::Connected => return Step::More,
            Event::Received(bytes) => bytes,
            Event::Silence | Event::Closed => return Step::NotThis,
        };
        if let Some(identification) = &self.identification {
            return answered(identification, bytes);
        }
        let identification = match identification(bytes) {
            Reading::Whole(identification) => identification,
            Reading::Begun => return Step::More,
            Reading::Bad => return Step::NotThis,
        };
        match bytes.get(identification.length..) {
            // Some servers send their offer at once, without waiting for the client.
            Some(rest) if !rest.is_empty() => answered(&identification, rest),
            _ => {
                let greeting = own_identification(&identification);
                self.identification = Some(identification);
                Step::Send(greeting)
            }
        }
    }
}

fn own_identification(server: &Identification) -> Vec<u8> {
    let version = if speaks_2(server) { "2.0" } else { "1.5" };
    format!("SSH-{version}-Visite\r\n").into_bytes()
}

/// 1.99 stands for "1.x and 2.0" (RFC 4253, 5.1).
fn speaks_2(server: &Identification) -> bool {
    server.protocol == "2.0" || server.protocol == "1.99"
}

/// Reads the first line. Lines before it, which RFC 4253 allows, are not read on purpose: they would make a listener
/// for SSH wait for every talkative service, and no server that is known sends them by itself.
fn identification(bytes: &[u8]) -> Reading<Identification> {
    let start = b"SSH-";
    // OpenSSH says this instead and hangs up: asked again later, it may have time.
    if !bytes.is_empty() && TOO_MANY.starts_with(bytes.get(..TOO_MANY.len()).unwrap_or(bytes)) {
        return Reading::Begun;
    }
    if !bytes.iter().zip(start).all(|(byte, wanted)| byte == wanted) {
        return Reading::Bad;
    }
    let Some(end) = bytes.iter().take(MAX_IDENTIFICATION).position(|byte| *byte == b'\n') else {
        let too_long = bytes.len() >= MAX_IDENTIFICATION;
        let odd = bytes.iter().any(|byte| !is_text(*byte) && *byte != b'\r');
        return if too_long || odd { Reading::Bad } else { Reading::Begun };
    };
    let line = bytes.get(start.len()..end).unwrap_or_default();
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let Some(dash) = line.iter().position(|byte| *byte == b'-') else { return Reading::Bad };
    let (protocol, software) = line.split_at(dash);
    let software = software.get(1..).unwrap_or_default();
    let (Ok(protocol), true) = (std::str::from_utf8(protocol), software.iter().all(|byte| is_text(*byte))) else {
        return Reading::Bad;
    };
    if !matches!(protocol, "2.0" | "1.99" | "1.5" | "1.3") || software.is_empty() {
        return Reading::Bad;
    }
    Reading::Whole(Identification { protocol: protocol.to_owned(), software: software.to_vec(), length: end + 1 })
}

/// Printable, or part of a character outside ASCII, which some devices use against the rule.
fn is_text(byte: u8) -> bool {
    byte == b' ' || byte.is_ascii_graphic() || byte >= 0x80
}

fn answered(identification: &Identification, bytes: &[u8]) -> Step<Seen> {
    let parsed = if speaks_2(identification) { offer(bytes) } else { public_key_1(bytes) };
    let ssh = match parsed {
        Reading::Whole(ssh) => ssh,
        Reading::Begun => return Step::More,
        Reading::Bad => return Step::NotThis,
    };
    let mut seen = Seen::new(NetworkService::Ssh);
    seen.texts.extend(clean(&identification.software, MAX_IDENTIFICATION).map(|text| (TextPlace::SshBanner, text)));
    seen.detail = Detail::Ssh(DeviceSsh { protocol: Known(identification.protocol.clone()), ..ssh });
    Step::Done(seen)
}

/// Takes one unencrypted packet of version 2 apart (RFC 4253, 6): its payload.
fn packet(bytes: &[u8]) -> Reading<&[u8]> {
    let mut reader = Reader::new(bytes);
    let Some(length) = reader.u32() else {
        // Both first bytes of a length below 35000 are zero.
        return if bytes.iter().take(2).all(|byte| *byte == 0) { Reading::Begun } else { Reading::Bad };
    };
    let Ok(length) = usize::try_from(length) else { return Reading::Bad };
    if !(12..=MAX_PACKET).contains(&length) || (length + 4) % 8 != 0 {
        return Reading::Bad;
    }
    let Some(padding) = reader.rest().first() else { return Reading::Begun };
    let Some(payload_length) = length.checked_sub(1 + usize::from(*padding)) else { return Reading::Bad };
    if *padding < 4 || payload_length == 0 {
        return Reading::Bad;
    }
    match (reader.take(length), reader.rest()) {
        (Some(packet), _) => packet.get(1..=payload_length).map_or(Reading::Bad, Reading::Whole),
        (None, rest) if rest.get(1).is_none_or(|kind| matches!(*kind, DISCONNECT | KEXINIT | KEX_REPLY)) => {
            Reading::Begun
        }
        _ => Reading::Bad,
    }
}

/// Reads the offer of a server, or its well-formed refusal to talk, which leaves the lists unknown.
fn offer(bytes: &[u8]) -> Reading<DeviceSsh> {
    let payload = match packet(bytes) {
        Reading::Whole(payload) => payload,
        Reading::Begun => return Reading::Begun,
        Reading::Bad => return Reading::Bad,
    };
    kexinit(payload).or_else(|| disconnect(payload)).map_or(Reading::Bad, Reading::Whole)
}

fn kexinit(payload: &[u8]) -> Option<DeviceSsh> {
    let mut reader = Reader::new(payload);
    if reader.u8()? != KEXINIT {
        return None;
    }
    reader.take(16)?;
    let mut lists = Vec::new();
    for _ in 0..10 {
        lists.push(name_list(&mut reader)?);
    }
    if reader.u8()? > 1 {
        return None;
    }
    reader.u32()?;
    let [key_exchanges, host_keys, _, ciphers, _, macs, ..] = lists.as_slice() else { return None };
    // Without a method and a cipher there is nothing to agree upon; with ciphers that authenticate, none may be left.
    if !reader.is_empty() || key_exchanges.is_empty() || ciphers.is_empty() {
        return None;
    }
    Some(DeviceSsh {
        endpoint: visite_facts::Observed::default(),
        protocol: visite_facts::Observed::default(),
        key_exchanges: Known(key_exchanges.clone()),
        host_keys: Known(host_keys.clone()),
        ciphers: Known(ciphers.clone()),
        macs: Known(macs.clone()),
    })
}

/// A list of names (RFC 4251, 5 and 6): sorted, each once.
fn name_list(reader: &mut Reader<'_>) -> Option<Vec<String>> {
    let length = usize::try_from(reader.u32()?).ok()?;
    let text = std::str::from_utf8(reader.take(length)?).ok()?;
    if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return None;
    }
    let mut names: Vec<String> = text.split(',').filter(|n| !n.is_empty()).take(MAX_NAMES).map(str::to_owned).collect();
    names.sort_unstable();
    names.dedup();
    // RFC 4251 ends a name at 64 characters; what is far longer is no name.
    names.iter().all(|name| name.len() <= 128).then_some(names)
}

/// SSH_MSG_DISCONNECT (RFC 4253, 11.1), by which a server that is busy ends the conversation.
fn disconnect(payload: &[u8]) -> Option<DeviceSsh> {
    let mut reader = Reader::new(payload);
    if reader.u8()? != DISCONNECT || !(1..=15).contains(&reader.u32()?) {
        return None;
    }
    for _ in 0..2 {
        let length = usize::try_from(reader.u32()?).ok()?;
        std::str::from_utf8(reader.take(length)?).ok()?;
    }
    reader.is_empty().then(|| DeviceSsh::unknown(UnknownReason::Incomplete))
}

/// Reads the first packet of a server of version 1.5, whose checksum proves it. That version has no lists of names.
fn public_key_1(bytes: &[u8]) -> Reading<DeviceSsh> {
    let mut reader = Reader::new(bytes);
    let Some(length) = reader.u32() else {
        return if bytes.iter().take(2).all(|byte| *byte == 0) { Reading::Begun } else { Reading::Bad };
    };
    let Ok(length) = usize::try_from(length) else { return Reading::Bad };
    if !(13..=MAX_PACKET).contains(&length) {
        return Reading::Bad;
    }
    let padding = 8 - length % 8;
    if reader.rest().get(padding).is_some_and(|kind| *kind != PUBLIC_KEY_1) {
        return Reading::Bad;
    }
    let (Some(checked), Some(checksum)) = (reader.take(padding + length - 4), reader.u32()) else {
        return Reading::Begun;
    };
    if checksum_1(checked) != checksum {
        return Reading::Bad;
    }
    Reading::Whole(DeviceSsh::unknown(UnknownReason::NotSupported))
}

/// The checksum of version 1: CRC-32 with the usual polynomial, started with 0 and not inverted.
fn checksum_1(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| if sum & 1 == 1 { (sum >> 1) ^ 0xedb8_8320 } else { sum >> 1 })
    })
}

/// Learns the host key of a server of version 2: by it a device is known again.
///
/// The server shows its key in the first answer of the key exchange. No secret is needed for that: the public value sent
/// here is a constant, nothing is encrypted with what follows, and the connection ends before any login. The signature
/// is not verified, so that the key says who a device claims to be, as its hardware address does.
#[derive(Clone, Debug, Default)]
pub struct HostKey {
    state: KeyState,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum KeyState {
    #[default]
    Listening,
    Offered,
    Asked,
}

/// A host key as a server showed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownKey {
    /// Its kind, e.g. `ssh-ed25519`.
    pub kind: String,
    /// The key as files and fingerprints of SSH hold it (RFC 4253, 6.6), at most a few kilobytes.
    pub blob: Vec<u8>,
}

/// Kinds of host keys in the order in which they are asked for.
const HOST_KEYS: &str = "ssh-ed25519,ecdsa-sha2-nistp256,rsa-sha2-512,rsa-sha2-256,ssh-rsa";
/// Public value for curve25519: the base point (RFC 7748, 4.1), i.e. that of the secret 1.
const PUBLIC_VALUE: [u8; 32] =
    [9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

impl HostKey {
    /// A new conversation.
    pub fn new(_manner: &Manner) -> Self {
        Self::default()
    }
}

impl Dialogue for HostKey {
    type Answer = ShownKey;

    fn step(&mut self, event: Event<'_>) -> Step<ShownKey> {
        let bytes = match event {
            Event::Connected => return Step::More,
            Event::Received(bytes) => bytes,
            Event::Silence | Event::Closed => return Step::NotThis,
        };
        match self.state {
            KeyState::Listening => match identification(bytes) {
                Reading::Whole(server) if speaks_2(&server) => {
                    let rest = bytes.get(server.length..).unwrap_or_default();
                    let mut message = own_identification(&server);
                    message.extend(own_offer());
                    match offer(rest) {
                        Reading::Whole(_) => {
                            message.extend(key_question());
                            self.state = KeyState::Asked;
                            Step::Send(message)
                        }
                        Reading::Begun if rest.is_empty() => {
                            self.state = KeyState::Offered;
                            Step::Send(message)
                        }
                        Reading::Begun => Step::More,
                        Reading::Bad => Step::NotThis,
                    }
                }
                Reading::Begun => Step::More,
                _ => Step::NotThis,
            },
            KeyState::Offered => match offer(bytes) {
                Reading::Whole(_) => {
                    self.state = KeyState::Asked;
                    Step::Send(key_question())
                }
                Reading::Begun => Step::More,
                Reading::Bad => Step::NotThis,
            },
            KeyState::Asked => match packet(bytes) {
                Reading::Whole(payload) => shown_key(payload).map_or(Step::NotThis, Step::Done),
                Reading::Begun => Step::More,
                Reading::Bad => Step::NotThis,
            },
        }
    }
}

fn own_offer() -> Vec<u8> {
    let mut payload = vec![KEXINIT];
    // The cookie guards against replay of sessions; this one has none.
    payload.extend([0; 16]);
    let ciphers = "aes128-ctr,aes256-ctr,chacha20-poly1305@openssh.com,aes128-gcm@openssh.com";
    let macs = "hmac-sha2-256,hmac-sha2-512,hmac-sha1";
    let key_exchanges = "curve25519-sha256,curve25519-sha256@libssh.org";
    for list in [key_exchanges, HOST_KEYS, ciphers, ciphers, macs, macs, "none", "none", "", ""] {
        push_string(&mut payload, list.as_bytes());
    }
    payload.extend([0; 5]);
    wrapped(&payload)
}

/// SSH_MSG_KEX_ECDH_INIT (RFC 8731, 3; RFC 5656, 4).
fn key_question() -> Vec<u8> {
    let mut payload = vec![30];
    push_string(&mut payload, &PUBLIC_VALUE);
    wrapped(&payload)
}

fn push_string(payload: &mut Vec<u8>, text: &[u8]) {
    payload.extend(u32::try_from(text.len()).unwrap_or_default().to_be_bytes());
    payload.extend(text);
}

/// Puts a payload of our own into a packet.
fn wrapped(payload: &[u8]) -> Vec<u8> {
    let padding = 4 + (8 - (payload.len() + 9) % 8) % 8;
    let mut packet = Vec::new();
    packet.extend(u32::try_from(payload.len() + padding + 1).unwrap_or_default().to_be_bytes());
    packet.push(u8::try_from(padding).unwrap_or_default());
    packet.extend(payload);
    packet.resize(packet.len() + padding, 0);
    packet
}

/// SSH_MSG_KEX_ECDH_REPLY: host key, public value of the server, signature.
fn shown_key(payload: &[u8]) -> Option<ShownKey> {
    let mut reader = Reader::new(payload);
    if reader.u8()? != KEX_REPLY {
        return None;
    }
    let mut parts = Vec::new();
    for _ in 0..3 {
        let length = usize::try_from(reader.u32()?).ok()?;
        parts.push(reader.take(length)?);
    }
    let [blob, value, signature] = parts.as_slice() else { return None };
    let mut key = Reader::new(blob);
    let length = usize::try_from(key.u32()?).ok()?;
    let kind = std::str::from_utf8(key.take(length)?).ok()?;
    let known = HOST_KEYS.split(',').any(|known| known == kind);
    let whole = reader.is_empty() && value.len() == PUBLIC_VALUE.len() && !signature.is_empty() && !key.is_empty();
    (known && whole).then(|| ShownKey { kind: kind.to_owned(), blob: blob.to_vec() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::play;
    use crate::trials;
    use proptest::prelude::*;

    /// Debian 12, OpenSSH 9.2p1: it waits for the client before it offers.
    const OPENSSH: &[u8] = b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10\r\n";
    const OPENSSH_OFFER: &[u8] =
        b"\0\0\x04l\x0b\x14`\xcc(\x9a'\xa9\xaa\xcd\x9ar'\x92\xc2\xdcDZ\0\0\x01=sntrup761x25519-sha512,sntrup761x25\
        519-sha512@openssh.com,curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,ecdh-sha2-nistp\
        384,ecdh-sha2-nistp521,diffie-hellman-group-exchange-sha256,diffie-hellman-group16-sha512,diffie-hellman\
        -group18-sha512,diffie-hellman-group14-sha256,kex-strict-s-v00@openssh.com\0\0\09rsa-sha2-512,rsa-sha2-2\
        56,ecdsa-sha2-nistp256,ssh-ed25519\0\0\0lchacha20-poly1305@openssh.com,aes128-ctr,aes192-ctr,aes256-ctr,\
        aes128-gcm@openssh.com,aes256-gcm@openssh.com\0\0\0lchacha20-poly1305@openssh.com,aes128-ctr,aes192-ctr,\
        aes256-ctr,aes128-gcm@openssh.com,aes256-gcm@openssh.com\0\0\0\xd5umac-64-etm@openssh.com,umac-128-etm@o\
        penssh.com,hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,hmac-sha1-etm@openssh.com,umac-64\
        @openssh.com,umac-128@openssh.com,hmac-sha2-256,hmac-sha2-512,hmac-sha1\0\0\0\xd5umac-64-etm@openssh.com\
        ,umac-128-etm@openssh.com,hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,hmac-sha1-etm@open\
        ssh.com,umac-64@openssh.com,umac-128@openssh.com,hmac-sha2-256,hmac-sha2-512,hmac-sha1\0\0\0\x15none,zli\
        b@openssh.com\0\0\0\x15none,zlib@openssh.com\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
    /// Answer to the question for its host key, with the packet behind it.
    const OPENSSH_KEY: &[u8] =
        b"\0\0\0\xbc\x08\x1f\0\0\0\x33\0\0\0\x0bssh-ed25519\0\0\0 &\xf1\xa2\xe7\xf5u\xf7@\xd59\x9bB\xa7\xdd\x8a\xa5\
        \xc3\x03\xe4\x96\x9a\xcc)R\x8e{\xe5j%\xa2\x80\xf5\0\0\0 \xc5k\xcd\xb9\xb0\x05G\xca|r\xe4o=\x9d\x85\x8ei+\
        \x13Y\xa7\x96\xe7@\x1fQ\xb5\xfa>\xc0\xe2*\0\0\0S\0\0\0\x0bssh-ed25519\0\0\0@\xe6/wlz\xd8\x08\xec\xbe\x15\
        \xe7O\x97\xdc7\x03X\xd1\x82 -\xa8\x9a\xb4\rGr;\xb5Z\xae\x8e\xea\x88UBp\xb6\x80\xa3\x1f\x88\xd8\xb9\x10\
        \x16\xf6\x0e\xfa.\xfbp\xa7\xd8N\xefN\x84\t\xd6\xbe\x05\xf2\x0c\0\0\0\0\0\0\0\0\0\0\0\x0c\n\x15\0\0\0\0\0\
        \0\0\0\0\0";
    /// Debian 12, dropbear 2022.83: greeting and offer in one.
    const DROPBEAR: &[u8] =
        b"SSH-2.0-dropbear_2022.83\r\n\0\0\x01\xfc\x07\x14?\xe5x\x84D\xf0+Yp\xc4\x1ak'\x8b\xd4\xc1\0\0\0\xd8curve2\
        5519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp521,ecdh-sha2-nistp384,ecdh-sha2-nistp256,diffie\
        -hellman-group14-sha256,diffie-hellman-group14-sha1,kexguess2@matt.ucc.asn.au,kex-strict-s-v00@openssh.c\
        om\0\0\0 ssh-ed25519,rsa-sha2-256,ssh-rsa\0\0\0\x33chacha20-poly1305@openssh.com,aes128-ctr,aes256-ctr\0\0\
        \0\x33chacha20-poly1305@openssh.com,aes128-ctr,aes256-ctr\0\0\0\x17hmac-sha1,hmac-sha2-256\0\0\0\x17hmac-sh\
        a1,hmac-sha2-256\0\0\0\x15zlib@openssh.com,none\0\0\0\x15zlib@openssh.com,none\0\0\0\0\0\0\0\0\0\0\0\0\0\
        wR\x9a\xcdx\x91\xba";

    fn ssh() -> Ssh {
        Ssh::new(&Manner::default())
    }

    fn detail(seen: &Seen) -> &DeviceSsh {
        let Detail::Ssh(ssh) = &seen.detail else { panic!("no SSH: {seen:?}") };
        ssh
    }

    #[test]
    fn openssh_is_read() {
        let (seen, sent) = play(&mut ssh(), &[OPENSSH, OPENSSH_OFFER]);
        let seen = seen.expect("OpenSSH speaks SSH");
        assert_eq!(sent, [b"SSH-2.0-Visite\r\n"]);
        assert_eq!(seen.service, NetworkService::Ssh);
        assert_eq!(seen.texts, [(TextPlace::SshBanner, "OpenSSH_9.2p1 Debian-2+deb12u10".to_owned())]);
        let ssh = detail(&seen);
        assert_eq!(ssh.protocol.known().map(String::as_str), Some("2.0"));
        let host_keys = ["ecdsa-sha2-nistp256", "rsa-sha2-256", "rsa-sha2-512", "ssh-ed25519"];
        assert_eq!(ssh.host_keys, Known(host_keys.map(str::to_owned).to_vec()));
        assert_eq!(ssh.ciphers.known().map(Vec::len), Some(6));
        assert_eq!(ssh.macs.known().map(Vec::len), Some(10));
        assert!(ssh.key_exchanges.known().is_some_and(|names| names.contains(&"curve25519-sha256".to_owned())));
    }

    #[test]
    fn an_offer_behind_the_greeting_needs_no_question() {
        let (seen, sent) = play(&mut ssh(), &[DROPBEAR]);
        let seen = seen.expect("dropbear speaks SSH");
        assert!(sent.is_empty());
        assert_eq!(seen.texts, [(TextPlace::SshBanner, "dropbear_2022.83".to_owned())]);
        let ciphers = ["aes128-ctr", "aes256-ctr", "chacha20-poly1305@openssh.com"].map(str::to_owned).to_vec();
        assert_eq!(detail(&seen).ciphers, Known(ciphers));
    }

    #[test]
    fn holds_against_pieces_and_strangers() {
        trials::stream_proven_by(ssh, &[OPENSSH, OPENSSH_OFFER], 1);
        trials::strangers(ssh, OPENSSH);
        trials::strangers(ssh, b"SSH-1.5-old\n");
        trials::strangers(HostKey::default, OPENSSH);
        // A banner and nothing behind it may stand on any port.
        assert_eq!(play(&mut ssh(), &[OPENSSH]).0, None);
        assert_eq!(play(&mut ssh(), &[OPENSSH, b"Exceeded MaxStartups\r\n"]).0, None);
        for line in ["SSH-2.0-\r\n", "SSH-9.0-x\r\n", "SSH-2.0\r\n", "SSH-2.0-a\x07\r\n", "ssh-2.0-x\r\n"] {
            assert_eq!(ssh().step(Event::Received(line.as_bytes())), Step::NotThis, "{line:?}");
        }
        assert_eq!(ssh().step(Event::Received(&[b"SSH-2.0-".as_slice(), &[b'a'; 300]].concat())), Step::NotThis);
    }

    #[test]
    fn a_refusal_in_the_protocol_proves_it() {
        // RFC 4253, 11.1: too many connections.
        let mut refusal = vec![DISCONNECT, 0, 0, 0, 12];
        push_string(&mut refusal, b"Too many connections");
        push_string(&mut refusal, b"en");
        let (seen, _) = play(&mut ssh(), &[b"SSH-1.99-Cisco-1.25\n", &wrapped(&refusal)]);
        let seen = seen.expect("a refusal in the protocol");
        assert_eq!(detail(&seen).protocol, Known("1.99".to_owned()));
        assert_eq!(detail(&seen).ciphers, visite_facts::Unknown(UnknownReason::Incomplete));
        refusal.push(0);
        assert_eq!(play(&mut ssh(), &[OPENSSH, &wrapped(&refusal)]).0, None);
    }

    #[test]
    fn version_1_is_proved_by_its_checksum() {
        // Built after the description of the SSH 1 protocol (Ylonen 1995); no server of today speaks it.
        let mut checked = vec![0; 8 - (4 + 40 + 1) % 8];
        checked.push(PUBLIC_KEY_1);
        checked.extend([7; 40]);
        let mut packet = vec![0, 0, 0, 45];
        packet.extend(&checked);
        packet.extend(checksum_1(&checked).to_be_bytes());
        let conversation: [&[u8]; 2] = [b"SSH-1.5-1.2.27\n", &packet];
        let (seen, sent) = play(&mut ssh(), &conversation);
        assert_eq!(sent, [b"SSH-1.5-Visite\r\n"]);
        assert_eq!(detail(&seen.expect("version 1.5")).protocol, Known("1.5".to_owned()));
        trials::stream_proven_by(ssh, &conversation, 1);
        if let Some(last) = packet.last_mut() {
            *last ^= 1;
        }
        assert_eq!(play(&mut ssh(), &[b"SSH-1.5-1.2.27\n", &packet]).0, None);
    }

    #[test]
    fn the_host_key_is_learned() {
        let (key, sent) = play(&mut HostKey::default(), &[OPENSSH, OPENSSH_OFFER, OPENSSH_KEY]);
        let key = key.expect("OpenSSH shows its key");
        assert_eq!(key.kind, "ssh-ed25519");
        // As ssh-keygen wrote it: base64 AAAAC3NzaC1lZDI1NTE5AAAAICbxouf1df...
        assert_eq!(key.blob.get(..23), Some(b"\0\0\0\x0bssh-ed25519\0\0\0 \x26\xf1\xa2\xe7".as_slice()));
        assert_eq!((sent.len(), key.blob.len()), (2, 51));
        let mut at_once = HostKey::default();
        assert!(play(&mut at_once, &[DROPBEAR, OPENSSH_KEY]).0.is_some());
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken(first in prop::collection::vec(any::<u8>(), 0..300), second: Vec<u8>) {
            prop_assert_eq!(play(&mut ssh(), &[&first]).0, None);
            prop_assert_eq!(play(&mut ssh(), &[OPENSSH, &second]).0, None);
            prop_assert_eq!(play(&mut HostKey::default(), &[OPENSSH, OPENSSH_OFFER, &second]).0, None);
            let _ = (kexinit(&second), disconnect(&second), shown_key(&second), public_key_1(&second));
        }

        #[test]
        fn a_spoiled_offer_is_taken(place in 0..OPENSSH_OFFER.len(), byte: u8) {
            let mut spoiled = OPENSSH_OFFER.to_vec();
            if let Some(spot) = spoiled.get_mut(place) {
                *spot = byte;
            }
            let _ = play(&mut ssh(), &[OPENSSH, &spoiled]);
        }
    }
}
