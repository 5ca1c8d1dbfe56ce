//! Certificates, as far as checks need them (RFC 5280, X.509 version 1 included).
//!
//! For the facts about services that speak TLS. Reads leniently what devices really carry: version 1, obsolete hashes,
//! unknown keys, texts in any of the old alphabets. Deliberately absent: whether a certificate is valid or trusted, and
//! its extensions.

use crate::bytes::clean;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use sha2::{Digest, Sha256};

/// What a certificate says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// Version of X.509: 1, 2 or 3.
    pub version: u8,
    /// Whose it is.
    pub subject: Name,
    /// Who issued it.
    pub issuer: Name,
    /// Whether issuer and subject are the same, byte for byte.
    pub self_signed: bool,
    /// First moment at which it is valid, if it is stated soundly.
    pub not_before: Option<Timestamp>,
    /// Last moment at which it is valid, if it is stated soundly.
    pub not_after: Option<Timestamp>,
    /// Kind of its key: `rsa`, `dsa`, `ec`, `ed25519`, `ed448`.
    pub key: Option<&'static str>,
    /// Length of its key in bits.
    pub key_bits: Option<u32>,
    /// Hash of its signature: `md2`, `md5`, `sha1`, `sha224`, `sha256`, `sha384`, `sha512`, `shake256`.
    pub hash: Option<&'static str>,
    /// SHA-256 over all of it, in hexadecimal digits.
    pub fingerprint: String,
}

/// Parts of a distinguished name that tell products apart; the last of each kind, which is the most special one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Name {
    /// Common name (2.5.4.3).
    pub common_name: Option<String>,
    /// Organisation (2.5.4.10).
    pub organisation: Option<String>,
    /// Part of the organisation (2.5.4.11).
    pub unit: Option<String>,
}

impl Name {
    /// `CN=...,OU=...,O=...` with what is there, for fingerprints.
    pub fn text(&self) -> Option<String> {
        let parts = [("CN", &self.common_name), ("OU", &self.unit), ("O", &self.organisation)];
        let stated = parts.iter().filter_map(|(key, value)| value.as_ref().map(|value| format!("{key}={value}")));
        let text = stated.collect::<Vec<_>>().join(",");
        (!text.is_empty()).then_some(text)
    }

    /// Reads the content of a `Name` (RFC 5280, 4.1.2.4).
    fn read(content: &[u8]) -> Option<Self> {
        let mut name = Self::default();
        let mut parts = Der::new(content);
        while !parts.is_empty() {
            let mut set = Der::new(parts.value(SET)?);
            while !set.is_empty() {
                let mut pair = Der::new(set.value(SEQUENCE)?);
                let kind = pair.value(OID)?;
                let (alphabet, value) = pair.next()?;
                let place = match kind {
                    [0x55, 4, 3] => &mut name.common_name,
                    [0x55, 4, 10] => &mut name.organisation,
                    [0x55, 4, 11] => &mut name.unit,
                    _ => continue,
                };
                if let Some(text) = text(alphabet, value) {
                    *place = Some(text);
                }
            }
        }
        Some(name)
    }
}

/// Longest text that is kept, in characters (RFC 5280 allows 64).
const MAX_TEXT: usize = 256;
const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OID: u8 = 0x06;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
/// `[0]`, constructed: the version of a certificate, the hash of an RSA-PSS signature.
const CONTEXT_0: u8 = 0xa0;

impl Certificate {
    /// Reads a certificate (DER); `None` if it has not the structure of one.
    pub fn read(der: &[u8]) -> Option<Self> {
        let mut certificate = Der::new(Der::new(der).value(SEQUENCE)?);
        let mut signed = Der::new(certificate.value(SEQUENCE)?);
        let mut signature = Der::new(certificate.value(SEQUENCE)?);
        certificate.value(BIT_STRING)?;

        let version = match signed.value(CONTEXT_0) {
            None => 1,
            Some(stated) => match Der::new(stated).value(INTEGER)? {
                [number @ 0..=2] => number.saturating_add(1),
                _ => return None,
            },
        };
        signed.value(INTEGER)?; // serial number
        signed.value(SEQUENCE)?; // signature algorithm, the same as outside
        let issuer = signed.value(SEQUENCE)?;
        let mut validity = Der::new(signed.value(SEQUENCE)?);
        let (not_before, not_after) = (validity.next()?, validity.next()?);
        let subject = signed.value(SEQUENCE)?;
        let (key, key_bits) = key(signed.value(SEQUENCE)?)?;
        Some(Self {
            version,
            subject: Name::read(subject)?,
            issuer: Name::read(issuer)?,
            self_signed: subject == issuer,
            not_before: moment(not_before.0, not_before.1),
            not_after: moment(not_after.0, not_after.1),
            key,
            key_bits,
            hash: signature.value(OID).and_then(|algorithm| hash(algorithm, signature)),
            fingerprint: Sha256::digest(der).iter().map(|byte| format!("{byte:02x}")).collect(),
        })
    }
}

/// Reads values of DER, one behind the other; definite lengths and small tags only.
#[derive(Clone, Copy)]
struct Der<'b> {
    rest: &'b [u8],
}

impl<'b> Der<'b> {
    fn new(bytes: &'b [u8]) -> Self {
        Self { rest: bytes }
    }

    fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Tag and content of the next value.
    fn next(&mut self) -> Option<(u8, &'b [u8])> {
        let (tag, tail) = self.rest.split_first()?;
        let (short, mut tail) = tail.split_first()?;
        let length = match short {
            0..=0x7f => usize::from(*short),
            0x81..=0x83 => {
                let (digits, behind) = tail.split_at_checked(usize::from(short & 0x7f))?;
                tail = behind;
                digits.iter().fold(0, |length, digit| (length << 8) | usize::from(*digit))
            }
            _ => return None,
        };
        let (content, rest) = tail.split_at_checked(length)?;
        self.rest = rest;
        Some((*tag, content))
    }

    /// Content of the next value if it has this tag; otherwise nothing is read.
    fn value(&mut self, tag: u8) -> Option<&'b [u8]> {
        let mut ahead = *self;
        let (found, content) = ahead.next()?;
        if found != tag {
            return None;
        }
        *self = ahead;
        Some(content)
    }
}

/// A text in one of the alphabets of ASN.1 (X.680, 41).
fn text(alphabet: u8, value: &[u8]) -> Option<String> {
    let characters: String = match alphabet {
        // UTF-8, numeric, printable, IA5, visible.
        0x0c | 0x12 | 0x13 | 0x16 | 0x1a => return clean(value, MAX_TEXT),
        // Teletex: in practice Latin 1, or UTF-8 put there by mistake.
        0x14 if core::str::from_utf8(value).is_ok() => return clean(value, MAX_TEXT),
        0x14 => value.iter().take(MAX_TEXT).map(|byte| char::from(*byte)).collect(),
        // BMP and universal: two and four bytes a character.
        0x1e => wide(value.chunks_exact(2)),
        0x1c => wide(value.chunks_exact(4)),
        _ => return None,
    };
    clean(characters.as_bytes(), MAX_TEXT)
}

fn wide<'b>(characters: impl Iterator<Item = &'b [u8]>) -> String {
    let code = |bytes: &[u8]| bytes.iter().fold(0_u32, |code, byte| (code << 8) | u32::from(*byte));
    characters.take(MAX_TEXT).map(|bytes| char::from_u32(code(bytes)).unwrap_or(' ')).collect()
}

/// A moment as RFC 5280, 4.1.2.5 has it, and as X.680 allows it besides: without seconds, with a fraction, with the
/// distance to UTC.
fn moment(tag: u8, value: &[u8]) -> Option<Timestamp> {
    let text = core::str::from_utf8(value).ok().filter(|text| text.is_ascii())?;
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (stamp, zone) = text.split_at_checked(digits)?;
    let (year, stamp) = match tag {
        UTC_TIME => {
            let (year, stamp) = stamp.split_at_checked(2)?;
            let year: i16 = year.parse().ok()?;
            (if year < 50 { year.checked_add(2000)? } else { year.checked_add(1900)? }, stamp)
        }
        GENERALIZED_TIME => {
            let (year, stamp) = stamp.split_at_checked(4)?;
            (year.parse().ok()?, stamp)
        }
        _ => return None,
    };
    let mut parts = [0_i8; 5]; // month, day, hour, minute, second
    let given = stamp.as_bytes().chunks(2);
    if !stamp.len().is_multiple_of(2) || !(4..=5).contains(&given.len()) {
        return None;
    }
    for (part, two) in parts.iter_mut().zip(given) {
        *part = core::str::from_utf8(two).ok()?.parse().ok()?;
    }
    let [month, day, hour, minute, second] = parts;
    let local = DateTime::new(year, month, day, hour, minute, second, 0).ok()?;
    let zone =
        zone.strip_prefix('.').map_or(zone, |fraction| fraction.trim_start_matches(|c: char| c.is_ascii_digit()));
    let offset = match (zone.split_at_checked(1)?, zone.len()) {
        (("Z", ""), _) => 0,
        ((sign @ ("+" | "-"), distance), 5) if distance.bytes().all(|byte| byte.is_ascii_digit()) => {
            let (hours, minutes) = distance.split_at_checked(2)?;
            let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
            let seconds = hours.checked_mul(3600)?.checked_add(minutes.checked_mul(60)?)?;
            if sign == "+" { seconds } else { seconds.checked_neg()? }
        }
        _ => return None,
    };
    match Offset::from_seconds(offset).ok()?.to_timestamp(local) {
        Ok(moment) => Some(moment),
        // "Never" (99991231235959Z, RFC 5280, 4.1.2.5) lies a day behind the last moment that can be written.
        Err(_) if year == 9999 => Some(Timestamp::MAX),
        Err(_) => None,
    }
}

/// Kind and length of a key (`SubjectPublicKeyInfo`, RFC 3279 and RFC 8410).
fn key(content: &[u8]) -> Option<(Option<&'static str>, Option<u32>)> {
    let mut info = Der::new(content);
    let mut algorithm = Der::new(info.value(SEQUENCE)?);
    let kind = algorithm.value(OID)?;
    // A bit string begins with the number of bits that are left over.
    let (_, public) = info.value(BIT_STRING)?.split_first()?;
    Some(match kind {
        // rsaEncryption, rsassaPss.
        [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1 | 10] => (Some("rsa"), rsa_bits(public)),
        // dsa; its parameters begin with the prime.
        [0x2a, 0x86, 0x48, 0xce, 0x38, 4, 1] => {
            let bits = algorithm.value(SEQUENCE).and_then(|parameters| Der::new(parameters).value(INTEGER)).map(bits);
            (Some("dsa"), bits)
        }
        // ecPublicKey.
        [0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1] => (Some("ec"), ec_bits(algorithm, public)),
        [0x2b, 0x65, 0x70] => (Some("ed25519"), Some(256)),
        [0x2b, 0x65, 0x71] => (Some("ed448"), Some(448)),
        _ => (None, None),
    })
}

fn rsa_bits(public: &[u8]) -> Option<u32> {
    Der::new(Der::new(public).value(SEQUENCE)?).value(INTEGER).map(bits)
}

/// Length of a whole number in bits.
fn bits(number: &[u8]) -> u32 {
    let mut digits = number.iter().copied().skip_while(|digit| *digit == 0);
    let first = digits.next().map_or(0, |digit| u8::BITS.saturating_sub(digit.leading_zeros()));
    u32::try_from(digits.count()).unwrap_or(0).saturating_mul(8).saturating_add(first)
}

/// Length of a key on an elliptic curve: that of the curve if it is a usual one, else that of a coordinate.
fn ec_bits(mut algorithm: Der<'_>, public: &[u8]) -> Option<u32> {
    match algorithm.value(OID) {
        Some([0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 1]) => return Some(192), // prime192v1
        Some([0x2b, 0x81, 4, 0, 0x23]) => return Some(521),                // secp521r1
        _ => {}
    }
    let (form, coordinates) = public.split_first()?;
    let bytes = match form {
        4 => coordinates.len().checked_div(2)?,
        2 | 3 => coordinates.len(),
        _ => return None,
    };
    u32::try_from(bytes).ok()?.checked_mul(8).filter(|bits| *bits > 0)
}

/// The hash within a signature algorithm (RFC 3279, RFC 4055, RFC 5758, RFC 8410); `parameters` stand behind its id.
fn hash(algorithm: &[u8], mut parameters: Der<'_>) -> Option<&'static str> {
    match algorithm {
        // RSA-PSS names the hash in its parameters; SHA-1 if it does not.
        [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 10] => {
            let stated = parameters.value(SEQUENCE).and_then(|content| Der::new(content).value(CONTEXT_0));
            match stated {
                None => Some("sha1"),
                Some(stated) => digest(Der::new(Der::new(stated).value(SEQUENCE)?).value(OID)?),
            }
        }
        // ... with RSA.
        [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, which] => match which {
            2 => Some("md2"),
            4 => Some("md5"),
            5 => Some("sha1"),
            11 => Some("sha256"),
            12 => Some("sha384"),
            13 => Some("sha512"),
            14 => Some("sha224"),
            _ => None,
        },
        // sha1WithRSASignature and dsaWithSHA1 of the OIW.
        [0x2b, 0x0e, 3, 2, 0x1d | 0x1b] => Some("sha1"),
        // ecdsa-with-SHA1, ecdsa-with-SHA2.
        [0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 1] => Some("sha1"),
        [0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, which] => match which {
            1 => Some("sha224"),
            2 => Some("sha256"),
            3 => Some("sha384"),
            4 => Some("sha512"),
            _ => None,
        },
        // dsa-with-sha1, dsa-with-sha2.
        [0x2a, 0x86, 0x48, 0xce, 0x38, 4, 3] => Some("sha1"),
        [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 3, which] => match which {
            1 => Some("sha224"),
            2 => Some("sha256"),
            3 => Some("sha384"),
            4 => Some("sha512"),
            _ => None,
        },
        [0x2b, 0x65, 0x70] => Some("sha512"),
        [0x2b, 0x65, 0x71] => Some("shake256"),
        _ => None,
    }
}

/// A hash by its own id.
fn digest(id: &[u8]) -> Option<&'static str> {
    match id {
        [0x2b, 0x0e, 3, 2, 0x1a] => Some("sha1"),
        [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, which] => match which {
            1 => Some("sha256"),
            2 => Some("sha384"),
            3 => Some("sha512"),
            4 => Some("sha224"),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use x509_parser::prelude::{FromDer, X509Certificate};

    const RSA: &[u8] = include_bytes!("../tests/data/x509/rsa-2048.der");
    const VERSION_1: &[u8] = include_bytes!("../tests/data/x509/version-1-md5-rsa-1024.der");
    const EXPIRED: &[u8] = include_bytes!("../tests/data/x509/expired-sha1-rsa-1024.der");
    const NEVER: &[u8] = include_bytes!("../tests/data/x509/never-expires.der");
    const PSS: &[u8] = include_bytes!("../tests/data/x509/rsa-pss-sha384.der");
    const KEYS: [(&[u8], &str, u32, &str); 6] = [
        (include_bytes!("../tests/data/x509/ec-p256.der"), "ec", 256, "sha256"),
        (include_bytes!("../tests/data/x509/ec-p521.der"), "ec", 521, "sha512"),
        (include_bytes!("../tests/data/x509/ec-brainpool-p256.der"), "ec", 256, "sha256"),
        (include_bytes!("../tests/data/x509/ed25519.der"), "ed25519", 256, "sha512"),
        (include_bytes!("../tests/data/x509/ed448.der"), "ed448", 448, "shake256"),
        (include_bytes!("../tests/data/x509/dsa-1024-sha1.der"), "dsa", 1024, "sha1"),
    ];

    fn read(der: &[u8]) -> Certificate {
        Certificate::read(der).expect("a certificate")
    }

    fn time(text: &str) -> Option<Timestamp> {
        Some(text.parse().expect("a time"))
    }

    #[test]
    fn an_ordinary_certificate() {
        let name = Name {
            common_name: Some("praxis.example".to_owned()),
            organisation: Some("Musterpraxis".to_owned()),
            unit: None,
        };
        let expected = Certificate {
            version: 3,
            subject: name.clone(),
            issuer: name.clone(),
            self_signed: true,
            not_before: time("2026-11-25T22:57:44Z"),
            not_after: time("2036-11-22T22:57:44Z"),
            key: Some("rsa"),
            key_bits: Some(2048),
            hash: Some("sha256"),
            fingerprint: "055628047ea7eb21eb1d3b98bf55bc14b580b1afb7b8339b5791221f400bdb75".to_owned(),
        };
        assert_eq!(read(RSA), expected);
        assert_eq!(name.text().as_deref(), Some("CN=praxis.example,O=Musterpraxis"));
        assert_eq!(Name::default().text(), None);
    }

    #[test]
    fn a_certificate_as_old_devices_have_it() {
        let certificate = read(VERSION_1);
        assert_eq!((certificate.version, certificate.hash), (1, Some("md5")));
        assert_eq!((certificate.key, certificate.key_bits), (Some("rsa"), Some(1024)));
        assert!(!certificate.self_signed);
        assert_eq!(certificate.subject.text().as_deref(), Some("CN=Drucker,OU=Empfang"));
        assert_eq!(certificate.issuer.text().as_deref(), Some("O=Hersteller GmbH"));

        let certificate = read(EXPIRED);
        assert_eq!(certificate.subject.common_name.as_deref(), Some("Röntgen 1"));
        assert_eq!((certificate.hash, certificate.not_after), (Some("sha1"), time("2015-01-01T12:00:00Z")));
        // Years from 1950 on are written in four digits, and this end means "never".
        let certificate = read(NEVER);
        assert_eq!(certificate.not_before, time("1949-01-01T12:00:00Z"));
        assert_eq!(certificate.not_after, Some(Timestamp::MAX));
    }

    #[test]
    fn keys_and_hashes_of_every_kind() {
        for (der, key, bits, hash) in KEYS {
            let certificate = read(der);
            assert_eq!((certificate.key, certificate.key_bits, certificate.hash), (Some(key), Some(bits), Some(hash)));
        }
        assert_eq!(read(PSS).hash, Some("sha384"));
    }

    /// The same as another reader finds.
    #[test]
    fn agrees_with_x509_parser() {
        for der in KEYS.iter().map(|(der, ..)| *der).chain([RSA, VERSION_1, EXPIRED, PSS]) {
            let (_, theirs) = X509Certificate::from_der(der).expect("x509-parser reads it");
            let ours = read(der);
            let seconds = |moment: Option<Timestamp>| moment.map(Timestamp::as_second);
            assert_eq!(u32::from(ours.version), theirs.version().0 + 1);
            assert_eq!(seconds(ours.not_before), Some(theirs.validity().not_before.timestamp()));
            assert_eq!(seconds(ours.not_after), Some(theirs.validity().not_after.timestamp()));
            let name = theirs.subject().iter_common_name().next().and_then(|name| name.as_str().ok());
            assert_eq!(ours.subject.common_name.as_deref(), name);
        }
    }

    #[test]
    fn moments_in_every_notation() {
        let utc = |text: &str| moment(UTC_TIME, text.as_bytes());
        let general = |text: &str| moment(GENERALIZED_TIME, text.as_bytes());
        assert_eq!(utc("491231235959Z"), time("2049-12-31T23:59:59Z"));
        assert_eq!(utc("500101000000Z"), time("1950-01-01T00:00:00Z"));
        assert_eq!(utc("2611252257Z"), time("2026-11-25T22:57:00Z"));
        assert_eq!(utc("261125225744+0100"), time("2026-11-25T21:57:44Z"));
        assert_eq!(general("20261125225744Z"), time("2026-11-25T22:57:44Z"));
        assert_eq!(general("20261125225744.123Z"), time("2026-11-25T22:57:44Z"));
        assert_eq!(general("20261125225744-0130"), time("2026-11-26T00:27:44Z"));
        for broken in [
            "",
            "Z",
            "261125",
            "261325225744Z",
            "260230000000Z",
            "261125225744",
            "26112522574Z",
            "261125225744+01",
            "261125225744+9999",
            "261125225744Z0",
            "26-125225744Z",
            "2611252257440000Z",
        ] {
            assert_eq!(utc(broken), None, "{broken}");
        }
        assert_eq!(general("99991231235959+0000"), Some(Timestamp::MAX));
        assert_eq!(moment(INTEGER, b"261125225744Z"), None);
    }

    #[test]
    fn texts_in_every_alphabet() {
        assert_eq!(text(0x14, b"R\xf6ntgen").as_deref(), Some("Röntgen"));
        assert_eq!(text(0x14, "Röntgen".as_bytes()).as_deref(), Some("Röntgen"));
        assert_eq!(text(0x1e, b"\0R\0\xf6\0n").as_deref(), Some("Rön"));
        assert_eq!(text(0x1c, b"\0\0\0R\0\x11\0\0").as_deref(), Some("R"));
        assert_eq!(text(0x0c, b"\0\x1b[31m\n").as_deref(), Some("[31m"));
        assert_eq!(text(0x04, b"a"), None);
    }

    #[test]
    fn what_is_no_certificate() {
        for end in 0..RSA.len() {
            assert_eq!(Certificate::read(&RSA[..end]), None, "{end}");
        }
        // A key alone, an indefinite length, a length that lies, nested nonsense.
        for bytes in [
            b"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00".as_slice(),
            &[0x30, 0x80, 0, 0],
            &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff],
            &[0x30; 64],
            &[],
        ] {
            assert_eq!(Certificate::read(bytes), None);
        }
    }

    proptest! {
        #[test]
        fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert_eq!(Certificate::read(&bytes), None);
            moment(UTC_TIME, &bytes);
            text(0x1e, &bytes);
        }

        #[test]
        fn survives_changed_bytes(which in 0..KEYS.len(), places in proptest::collection::vec((any::<u16>(), any::<u8>()), 1..6)) {
            let mut der = KEYS[which].0.to_vec();
            for (place, byte) in places {
                let place = usize::from(place) % der.len();
                der[place] = byte;
            }
            Certificate::read(&der);
        }
    }
}
