//! One offer (ClientHello) and the answer to it.

use super::suites::{SuiteKind, VERSION_1_3};
use crate::bytes::Reader;
use crate::dialogue::{Dialogue, Event, MAX_ANSWER_BYTES, Step};
use core::net::IpAddr;

/// A version of SSL or TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// SSL 3.0 (RFC 6101).
    Ssl3,
    /// TLS 1.0 (RFC 2246).
    Tls10,
    /// TLS 1.1 (RFC 4346).
    Tls11,
    /// TLS 1.2 (RFC 5246).
    Tls12,
    /// TLS 1.3 (RFC 8446).
    Tls13,
}

impl Version {
    /// All versions, oldest first.
    pub const ALL: [Self; 5] = [Self::Ssl3, Self::Tls10, Self::Tls11, Self::Tls12, Self::Tls13];

    /// The word for it in `device.tls.versions`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ssl3 => "ssl3",
            Self::Tls10 => "tls1.0",
            Self::Tls11 => "tls1.1",
            Self::Tls12 => "tls1.2",
            Self::Tls13 => "tls1.3",
        }
    }

    /// Its number in messages.
    pub fn number(self) -> u16 {
        match self {
            Self::Ssl3 => 0x0300,
            Self::Tls10 => 0x0301,
            Self::Tls11 => 0x0302,
            Self::Tls12 => 0x0303,
            Self::Tls13 => 0x0304,
        }
    }

    fn of(number: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|version| version.number() == number)
    }
}

/// What a client says it is able to do. The server picks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Name or address of the server. Only a name is told to it (RFC 6066, 3).
    pub host: String,
    /// Highest version that is offered; the server may pick any older one.
    pub version: Version,
    /// Kinds of suites that are offered, in this order.
    pub kinds: Vec<SuiteKind>,
    /// Any bytes, different for every connection if possible. They become the public random value, the session id and
    /// the public key of version 1.3; nothing is ever encrypted with them.
    pub seed: [u8; 32],
}

impl Offer {
    /// An offer up to `version` with suites of `kinds`.
    pub fn new(host: &str, seed: [u8; 32], version: Version, kinds: &[SuiteKind]) -> Self {
        Self { host: host.to_owned(), version, kinds: kinds.to_vec(), seed }
    }

    /// The offer that tells whether a service speaks TLS at all: every version from 1.0 on and every suite, the strong
    /// ones first.
    pub fn first(host: &str, seed: [u8; 32]) -> Self {
        let mut kinds = SuiteKind::ALL;
        kinds.reverse();
        Self::new(host, seed, Version::Tls13, &kinds)
    }

    /// Suites in the order in which they are offered.
    fn suites(&self) -> Vec<u16> {
        let newest: &[u16] = if self.version == Version::Tls13 { &VERSION_1_3 } else { &[] };
        newest.iter().chain(self.kinds.iter().flat_map(|kind| kind.suites())).copied().collect()
    }

    fn session_id(&self) -> Vec<u8> {
        // Version 1.3 looks like a resumption of 1.2, because old firewalls insist on it (RFC 8446, D.4).
        if self.version == Version::Tls13 { self.seed.iter().map(|byte| byte ^ 0x5a).collect() } else { Vec::new() }
    }

    /// The whole first flight: one record with one ClientHello.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut body = self.version.min(Version::Tls12).number().to_be_bytes().to_vec();
        body.extend_from_slice(&self.seed);
        let session_id = self.session_id();
        put(&mut body, 1, |body| body.extend_from_slice(&session_id));
        put(&mut body, 2, |body| {
            for suite in self.suites() {
                body.extend_from_slice(&suite.to_be_bytes());
            }
            // "Renegotiation is safe" (RFC 5746, 3.3); some servers refuse clients that do not say so.
            body.extend_from_slice(&[0x00, 0xff]);
        });
        body.extend_from_slice(&[1, 0]); // one method of compression: none
        if self.version > Version::Ssl3 {
            let extensions = self.extensions(body.len());
            put(&mut body, 2, |body| body.extend_from_slice(&extensions));
        }

        let mut message = vec![HANDSHAKE];
        // The record of a first offer says 1.0, whatever is offered (RFC 8446, 5.1), and 3.0 for SSL.
        message.extend_from_slice(&self.version.min(Version::Tls10).number().to_be_bytes());
        put(&mut message, 2, |message| {
            message.push(CLIENT_HELLO);
            put(message, 3, |message| message.extend_from_slice(&body));
        });
        message
    }

    /// All extensions; `before` is the length of the hello in front of them.
    fn extensions(&self, before: usize) -> Vec<u8> {
        let mut all = Vec::new();
        let mut add = |kind: u16, content: &dyn Fn(&mut Vec<u8>)| {
            all.extend_from_slice(&kind.to_be_bytes());
            put(&mut all, 2, |all| content(all));
        };
        if let Some(name) = server_name(&self.host) {
            add(0, &|out| {
                put(out, 2, |out| {
                    out.push(0);
                    put(out, 2, |out| out.extend_from_slice(name.as_bytes()));
                });
            });
        }
        // Extended master secret (RFC 7627): some servers insist on it.
        add(23, &|_| {});
        // Groups (RFC 8446, 4.2.7): x25519, P-256, P-384, P-521, x448, brainpool 256/384/512, ffdhe2048, ffdhe3072.
        let groups = [0x1d, 0x17, 0x18, 0x19, 0x1e, 0x1a, 0x1b, 0x1c, 0x100, 0x101];
        add(10, &|out| put_numbers(out, &groups));
        add(11, &|out| out.extend_from_slice(&[1, 0])); // points uncompressed (RFC 8422, 5.1.2)
        if self.version >= Version::Tls12 {
            // Signatures (RFC 8446, 4.2.3), the obsolete ones last so that every certificate will do.
            let signatures = [
                0x0403, 0x0503, 0x0603, 0x081a, 0x081b, 0x081c, 0x0807, 0x0808, 0x0804, 0x0805, 0x0806, 0x0809, 0x080a,
                0x080b, 0x0401, 0x0501, 0x0601, 0x0301, 0x0303, 0x0201, 0x0203, 0x0402, 0x0302, 0x0202, 0x0101,
            ];
            add(13, &|out| put_numbers(out, &signatures));
        }
        if self.version == Version::Tls13 {
            let versions = [Version::Tls13, Version::Tls12, Version::Tls11, Version::Tls10].map(Version::number);
            add(43, &|out| {
                put(out, 1, |out| {
                    for version in versions {
                        out.extend_from_slice(&version.to_be_bytes());
                    }
                });
            });
            add(45, &|out| out.extend_from_slice(&[1, 1])); // key exchange modes (RFC 8446, 4.2.9)
            // Key share (RFC 8446, 4.2.8): any 32 bytes are a public key of x25519. The last byte keeps it away from the
            // few values that servers must reject.
            let mut key: Vec<u8> = self.seed.iter().map(|byte| byte ^ 0xa5).collect();
            if let (Some(first), Some(last)) = (key.first().copied(), key.last_mut()) {
                *last = 0x40 | (first & 0x1f);
            }
            add(51, &|out| {
                put(out, 2, |out| {
                    out.extend_from_slice(&[0, 0x1d]);
                    put(out, 2, |out| out.extend_from_slice(&key));
                });
            });
        }
        // Hellos of 256 to 511 bytes hang on certain load balancers: fill up (RFC 7685).
        let length = before.saturating_add(all.len()).saturating_add(6); // message header and length of extensions
        if (256..512).contains(&length) {
            let missing = 512_usize.saturating_sub(length).saturating_sub(4);
            all.extend_from_slice(&[0, 21]);
            put(&mut all, 2, |all| all.extend(core::iter::repeat_n(0, missing)));
        }
        all
    }
}

/// Appends what `content` writes, behind its length in `width` bytes. All contents here are short.
fn put(out: &mut Vec<u8>, width: usize, content: impl FnOnce(&mut Vec<u8>)) {
    let mut inner = Vec::new();
    content(&mut inner);
    let length = u32::try_from(inner.len()).unwrap_or(0).to_be_bytes();
    out.extend(length.iter().skip(4_usize.saturating_sub(width)));
    out.append(&mut inner);
}

fn put_numbers(out: &mut Vec<u8>, numbers: &[u16]) {
    put(out, 2, |out| numbers.iter().for_each(|number| out.extend_from_slice(&number.to_be_bytes())));
}

/// The name that is told to the server; none for an address, nor for what cannot be a name.
fn server_name(host: &str) -> Option<&str> {
    let name = host.strip_suffix('.').unwrap_or(host);
    let letters = |label: &str| label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    let labels = name.split('.').all(|label| (1..=63).contains(&label.len()) && letters(label));
    (labels && name.len() <= 253 && name.parse::<IpAddr>().is_err()).then_some(name)
}

/// What a server picked from an offer, and what it said in the clear after that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HelloAnswer {
    /// Version.
    pub version: Version,
    /// Cipher suite, by its IANA number.
    pub suite: u16,
    /// Kind of that suite.
    pub kind: SuiteKind,
    /// Certificates (DER), the server's own first. Empty in version 1.3, where they are encrypted, for anonymous suites,
    /// and if they did not arrive.
    pub certificates: Vec<Vec<u8>>,
    /// Whether it asks the client for a certificate. `None` in version 1.3, where this is encrypted, and if the server
    /// did not finish its answer.
    pub client_certificate_requested: Option<bool>,
}

/// Why a server refused, in its own words (RFC 8446, 6.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alert {
    /// Number of the description, e.g. 40 for "handshake failure" and 70 for "protocol version".
    pub description: u8,
}

/// What came of an offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HelloOutcome {
    /// The server picked something.
    Accepted(HelloAnswer),
    /// The server speaks TLS and refused this offer by an alert.
    Refused(Alert),
    /// The server ended the connection without a word. Windows refuses in this way. It proves nothing about a service
    /// that is not known to speak TLS, so only [`Hello::to_known`] says it.
    HungUp,
}

/// Makes one offer over one connection and reads the answer.
#[derive(Clone, Debug)]
pub struct Hello {
    offer: Offer,
    known: bool,
    so_far: Parsed,
}

impl Hello {
    /// To a service of which nothing is known: whatever does not prove that it speaks TLS is `NotThis`.
    pub fn new(offer: Offer) -> Self {
        Self { offer, known: false, so_far: Parsed::Nothing }
    }

    /// To a service that has proven to speak TLS: if it hangs up without a word, that is its refusal.
    pub fn to_known(offer: Offer) -> Self {
        Self { offer, known: true, so_far: Parsed::Nothing }
    }

    /// What came out, now that nothing more comes.
    fn over(&self) -> Step<HelloOutcome> {
        match &self.so_far {
            Parsed::Partial(answer) | Parsed::Whole(answer) => Step::Done(HelloOutcome::Accepted(answer.clone())),
            Parsed::Refused(alert) => Step::Done(HelloOutcome::Refused(*alert)),
            Parsed::Nothing | Parsed::Begun | Parsed::Bad => Step::NotThis,
        }
    }
}

impl Dialogue for Hello {
    type Answer = HelloOutcome;

    fn step(&mut self, event: Event<'_>) -> Step<HelloOutcome> {
        match event {
            Event::Connected => Step::Send(self.offer.to_bytes()),
            Event::Received(bytes) => {
                self.so_far = parse(&self.offer, bytes);
                let waits = matches!(self.so_far, Parsed::Nothing | Parsed::Begun | Parsed::Partial(_));
                if waits && bytes.len() < MAX_ANSWER_BYTES { Step::More } else { self.over() }
            }
            Event::Closed if self.known && self.so_far == Parsed::Nothing => Step::Done(HelloOutcome::HungUp),
            Event::Silence | Event::Closed => self.over(),
        }
    }
}

/// What an answer means so far.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Parsed {
    /// Nothing came.
    Nothing,
    /// What came may become an answer.
    Begun,
    /// The server picked, and may go on.
    Partial(HelloAnswer),
    /// The server picked, and has said all that it says in the clear.
    Whole(HelloAnswer),
    Refused(Alert),
    /// This is not TLS, or not an answer to this offer.
    Bad,
}

const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;
const CLIENT_HELLO: u8 = 1;
const SERVER_HELLO: u8 = 2;
const CERTIFICATE: u8 = 11;
const SERVER_KEY_EXCHANGE: u8 = 12;
const CERTIFICATE_REQUEST: u8 = 13;
const SERVER_HELLO_DONE: u8 = 14;
const CERTIFICATE_STATUS: u8 = 22;
/// Most bytes of a record in the clear (RFC 8446, 5.1).
const MAX_RECORD: usize = 1 << 14;
/// Most certificates of a chain that are kept.
const MAX_CERTIFICATES: usize = 16;

/// Reads an answer from its first byte on.
fn parse(offer: &Offer, bytes: &[u8]) -> Parsed {
    match handshake(bytes) {
        None => Parsed::Bad,
        Some((messages, end)) => match (read_messages(offer, &messages), end) {
            (None, _) => Parsed::Bad,
            (Some(whole @ Parsed::Whole(_)), _) => whole,
            (Some(_), End::Alert(alert)) => Parsed::Refused(alert),
            (Some(parsed), End::Open) => parsed,
        },
    }
}

/// How the records end.
enum End {
    /// More may come.
    Open,
    /// The server gave up.
    Alert(Alert),
}

/// The contents of all handshake records one behind the other, for messages may be spread over several; `None` if these
/// are no records in the clear.
fn handshake(bytes: &[u8]) -> Option<(Vec<u8>, End)> {
    let mut messages = Vec::new();
    let mut rest = bytes;
    while let Some((kind, tail)) = rest.split_first() {
        if !matches!(*kind, ALERT | HANDSHAKE) || tail.first().is_some_and(|major| *major != 3) {
            return None;
        }
        let mut reader = Reader::new(tail);
        let (Some(version), Some(length)) = (reader.u16(), reader.u16()) else { break };
        let length = usize::from(length);
        let fits = if *kind == ALERT { length == 2 } else { (1..=MAX_RECORD).contains(&length) };
        if !fits || !(0x0300..=0x0304).contains(&version) {
            return None;
        }
        let Some(content) = reader.take(length) else { break };
        rest = reader.rest();
        match (*kind, content) {
            (ALERT, [level @ 1..=2, description]) if is_description(*description) => {
                // A warning other than "close notify" does not end anything: the server may not know our name for it.
                if *level == 2 || *description == 0 {
                    return Some((messages, End::Alert(Alert { description: *description })));
                }
            }
            (ALERT, _) => return None,
            _ => messages.extend_from_slice(content),
        }
        // In version 1.3 everything behind the ServerHello is encrypted, in records of other kinds.
        if complete_hello(&messages).is_some_and(is_version_1_3) {
            break;
        }
    }
    Some((messages, End::Open))
}

/// Whether the registry of TLS alerts knows this description.
fn is_description(description: u8) -> bool {
    matches!(description, 0 | 10 | 20..=22 | 30 | 40..=51 | 60 | 70 | 71 | 80 | 86 | 90 | 100 | 109..=116 | 120 | 121)
}

/// The first message, if it is a ServerHello and has arrived whole.
fn complete_hello(messages: &[u8]) -> Option<&[u8]> {
    let mut reader = Reader::new(messages);
    if reader.u8()? == SERVER_HELLO { reader.prefixed24() } else { None }
}

fn is_version_1_3(hello: &[u8]) -> bool {
    ServerHello::read(hello).is_some_and(|hello| hello.selected == Some(Version::Tls13.number()))
}

/// `None` if the messages cannot be an answer to the offer.
fn read_messages(offer: &Offer, messages: &[u8]) -> Option<Parsed> {
    let mut reader = Reader::new(messages);
    let mut answer: Option<HelloAnswer> = None;
    while let Some(kind) = reader.u8() {
        let expected = match answer {
            None => kind == SERVER_HELLO,
            Some(_) => matches!(
                kind,
                CERTIFICATE | SERVER_KEY_EXCHANGE | CERTIFICATE_REQUEST | SERVER_HELLO_DONE | CERTIFICATE_STATUS
            ),
        };
        if !expected {
            return None;
        }
        let Some(body) = reader.prefixed24() else { break };
        match (&mut answer, kind) {
            (None, _) => {
                let picked = ServerHello::read(body)?.picked(offer)?;
                if picked.version == Version::Tls13 {
                    return Some(Parsed::Whole(picked));
                }
                answer = Some(picked);
            }
            (Some(picked), CERTIFICATE) => picked.certificates = certificates(body)?,
            (Some(picked), CERTIFICATE_REQUEST) => picked.client_certificate_requested = Some(true),
            (Some(picked), SERVER_HELLO_DONE) => {
                if !body.is_empty() {
                    return None;
                }
                picked.client_certificate_requested.get_or_insert(false);
                return answer.map(Parsed::Whole);
            }
            (Some(_), _) => {}
        }
    }
    Some(match answer {
        Some(answer) => Parsed::Partial(answer),
        None => Parsed::Begun,
    })
}

/// A chain of certificates as versions up to 1.2 send it (RFC 5246, 7.4.2).
fn certificates(body: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut reader = Reader::new(body);
    let mut list = Reader::new(reader.prefixed24()?);
    let mut all = Vec::new();
    while !list.is_empty() {
        let certificate = list.prefixed24()?;
        if all.len() < MAX_CERTIFICATES {
            all.push(certificate.to_vec());
        }
    }
    reader.is_empty().then_some(all)
}

/// The fields of a ServerHello that matter (RFC 8446, 4.1.3; RFC 5246, 7.4.1.3).
struct ServerHello<'b> {
    version: u16,
    session_id: &'b [u8],
    suite: u16,
    /// Version in the extension `supported_versions`.
    selected: Option<u16>,
}

impl<'b> ServerHello<'b> {
    fn read(body: &'b [u8]) -> Option<Self> {
        let mut reader = Reader::new(body);
        let version = reader.u16()?;
        reader.take(32)?; // random
        let session_id = reader.prefixed8()?;
        let suite = reader.u16()?;
        let compression = reader.u8()?;
        let mut selected = None;
        if !reader.is_empty() {
            let mut extensions = Reader::new(reader.prefixed16()?);
            while !extensions.is_empty() {
                let kind = extensions.u16()?;
                let content = extensions.prefixed16()?;
                if kind == 43 {
                    selected = Some(Reader::new(content).u16().filter(|_| content.len() == 2)?);
                }
            }
        }
        let sound = reader.is_empty() && compression == 0 && session_id.len() <= 32;
        sound.then_some(Self { version, session_id, suite, selected })
    }

    /// What was picked, if it was on offer. A request for another key share picks as well: suite and version are final.
    fn picked(&self, offer: &Offer) -> Option<HelloAnswer> {
        let version = Version::of(self.selected.unwrap_or(self.version))?;
        let kind = SuiteKind::of(self.suite)?;
        let newest = VERSION_1_3.contains(&self.suite);
        let on_offer = if version == Version::Tls13 {
            self.version == Version::Tls12.number() && self.session_id == offer.session_id() && newest
        } else {
            self.selected.is_none() && !newest && offer.kinds.contains(&kind)
        };
        (on_offer && version <= offer.version).then(|| HelloAnswer {
            version,
            suite: self.suite,
            kind,
            certificates: Vec::new(),
            client_certificate_requested: None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialogue::play;
    use proptest::prelude::*;

    const SEED: [u8; 32] = [7; 32];
    const TLS_1_2: &[u8] = include_bytes!("../../tests/data/tls/tls1.2-client-certificate.bin");
    const TLS_1_3: &[u8] = include_bytes!("../../tests/data/tls/tls1.3.bin");
    const RETRY: &[u8] = include_bytes!("../../tests/data/tls/tls1.3-retry.bin");
    const SSL_3: &[u8] = include_bytes!("../../tests/data/tls/ssl3.bin");

    fn first() -> Offer {
        Offer::first("localhost", SEED)
    }

    fn up_to(version: Version) -> Offer {
        Offer::new("localhost", SEED, version, &SuiteKind::ALL)
    }

    fn hear(offer: Offer, arrivals: &[&[u8]]) -> Option<HelloOutcome> {
        play(&mut Hello::new(offer), arrivals).0
    }

    fn accepted(outcome: Option<HelloOutcome>) -> HelloAnswer {
        match outcome {
            Some(HelloOutcome::Accepted(answer)) => answer,
            other => panic!("{other:?}"),
        }
    }

    /// All bytes of a record header and the lengths inside fit together.
    fn lengths_fit(hello: &[u8]) -> Option<()> {
        let mut record = Reader::new(hello);
        record.take(3)?;
        let mut message = Reader::new(record.prefixed16()?);
        message.u8().filter(|kind| *kind == CLIENT_HELLO)?;
        let mut body = Reader::new(message.prefixed24()?);
        body.take(34)?;
        body.prefixed8()?;
        body.prefixed16().filter(|suites| suites.len() < 256)?;
        body.prefixed8().filter(|methods| *methods == [0])?;
        if !body.is_empty() {
            let mut extensions = Reader::new(body.prefixed16()?);
            while !extensions.is_empty() {
                extensions.u16()?;
                extensions.prefixed16()?;
            }
        }
        (record.is_empty() && message.is_empty() && body.is_empty()).then_some(())
    }

    #[test]
    fn offers_are_well_formed() {
        for version in Version::ALL {
            for host in ["praxis.example", "192.168.10.5", "fe80::1"] {
                let bytes = Offer::new(host, SEED, version, &SuiteKind::ALL).to_bytes();
                assert!(lengths_fit(&bytes).is_some(), "{version:?}");
                assert!(bytes.len() <= 517, "{}", bytes.len());
                let told = bytes.windows(host.len()).any(|window| window == host.as_bytes());
                assert_eq!(told, host == "praxis.example" && version > Version::Ssl3, "{version:?} {host}");
            }
        }
        // Record and hello say 3.0 for SSL, and nothing stands behind the compression.
        let ssl3 = up_to(Version::Ssl3).to_bytes();
        assert_eq!((ssl3.get(..3), ssl3.get(9..11)), (Some([22, 3, 0].as_slice()), Some([3, 0].as_slice())));
        assert!(ssl3.ends_with(&[0x00, 0xff, 1, 0]));
    }

    #[test]
    fn names_are_told_and_addresses_are_not() {
        for (host, name) in [
            ("praxis.example", Some("praxis.example")),
            ("praxis.example.", Some("praxis.example")),
            ("pc_1", Some("pc_1")),
            ("10.0.0.1", None),
            ("fe80::1%eth0", None),
            ("", None),
            ("a..b", None),
            ("a b", None),
        ] {
            assert_eq!(server_name(host), name, "{host}");
        }
        assert_eq!(server_name(&"a.".repeat(200)), None);
    }

    #[test]
    fn version_1_2_with_a_client_certificate() {
        let answer = accepted(hear(first(), &[TLS_1_2]));
        assert_eq!((answer.version, answer.suite, answer.kind), (Version::Tls12, 0xc02c, SuiteKind::Aead));
        assert_eq!(answer.client_certificate_requested, Some(true));
        assert_eq!(answer.certificates, [include_bytes!("../../tests/data/x509/ec-p256.der")]);
    }

    #[test]
    fn version_1_3_says_little_in_the_clear() {
        for recorded in [TLS_1_3, RETRY] {
            let answer = accepted(hear(first(), &[recorded]));
            assert_eq!((answer.version, answer.suite, answer.kind), (Version::Tls13, 0x1302, SuiteKind::Aead));
            assert_eq!((answer.client_certificate_requested, answer.certificates), (None, vec![]));
        }
    }

    #[test]
    fn ssl_3() {
        let answer = accepted(hear(up_to(Version::Tls12), &[SSL_3]));
        assert_eq!((answer.version, answer.suite, answer.kind), (Version::Ssl3, 0xc012, SuiteKind::TripleDes));
        assert_eq!((answer.client_certificate_requested, answer.certificates.len()), (Some(false), 1));
    }

    #[test]
    fn an_alert_is_tls_and_a_warning_is_none() {
        let alert = |level, description| [21, 3, 1, 0, 2, level, description];
        let refused = |description| Some(HelloOutcome::Refused(Alert { description }));
        assert_eq!(hear(first(), &[&alert(2, 70)]), refused(70));
        assert_eq!(hear(first(), &[&alert(1, 0)]), refused(0));
        assert_eq!(hear(first(), &[&alert(1, 112)]), None);
        assert_eq!(hear(first(), &[&alert(3, 70)]), None);
        assert_eq!(hear(first(), &[&alert(2, 1)]), None);
        // "I do not know this name", and the answer all the same.
        let both = [alert(1, 112).as_slice(), TLS_1_2].concat();
        assert_eq!(accepted(hear(first(), &[&both])).version, Version::Tls12);
    }

    #[test]
    fn hanging_up_is_a_refusal_only_from_a_known_server() {
        assert_eq!(hear(first(), &[]), None);
        let known = |arrivals: &[&[u8]]| play(&mut Hello::to_known(first()), arrivals).0;
        assert_eq!(known(&[]), Some(HelloOutcome::HungUp));
        assert_eq!(known(&[b""]), None);
        assert_eq!(known(&[b"\x16\x03"]), None);
        assert_eq!(known(&[b"HTTP/1.1 400 Bad Request\r\n\r\n"]), None);
    }

    /// The same handshake in records of a few bytes each, as RFC 8446, 5.1 allows.
    fn fragmented(handshake: &[u8], size: usize) -> Vec<u8> {
        let (messages, _) = super::handshake(handshake).expect("records");
        let records = messages.chunks(size).map(|chunk| {
            let mut record = vec![22, 3, 3];
            put(&mut record, 2, |record| record.extend_from_slice(chunk));
            record
        });
        records.collect::<Vec<_>>().concat()
    }

    #[test]
    fn pieces_fragments_and_broken_answers() {
        let whole = accepted(hear(first(), &[TLS_1_2]));
        for size in [1, 3, 70, 5000] {
            assert_eq!(accepted(hear(first(), &[&fragmented(TLS_1_2, size)])), whole, "{size}");
        }
        for (offer, recorded) in
            [(first(), TLS_1_2), (first(), TLS_1_3), (first(), RETRY), (up_to(Version::Tls12), SSL_3)]
        {
            let whole = accepted(hear(offer.clone(), &[recorded]));
            for end in 1..recorded.len() {
                let (begin, rest) = recorded.split_at(end);
                assert_eq!(accepted(hear(offer.clone(), &[begin, rest])), whole, "{end}");
                match hear(offer.clone(), &[begin]) {
                    None => {}
                    Some(HelloOutcome::Accepted(part)) => {
                        assert_eq!((part.version, part.suite), (whole.version, whole.suite));
                        assert_ne!(part.client_certificate_requested, Some(false));
                    }
                    other => panic!("{other:?}"),
                }
            }
        }
    }

    #[test]
    fn others_are_not_taken_for_it() {
        let echo = first().to_bytes();
        let endless = b"220-more\r\n".repeat(7000);
        let records = [22, 3, 3, 0, 1, 2].repeat(12_000);
        let others: [&[u8]; 8] = [
            b"HTTP/1.1 400 Bad Request\r\n\r\n",
            b"SSH-2.0-OpenSSH_9.2p1\r\n",
            b"220 mail\r\n",
            &[0; 100],
            &[22; 100],
            &echo,
            &endless,
            &records,
        ];
        for other in others {
            assert_eq!(hear(first(), &[other]), None);
        }
        // Not what was offered: version 1.3, another session, suites that were left out.
        assert_eq!(hear(up_to(Version::Tls12), &[TLS_1_3]), None);
        assert_eq!(hear(Offer::first("localhost", [8; 32]), &[TLS_1_3]), None);
        assert_eq!(hear(Offer::new("localhost", SEED, Version::Tls12, &[SuiteKind::Rc4]), &[TLS_1_2]), None);
        assert_eq!(hear(up_to(Version::Tls11), &[TLS_1_2]), None);
    }

    proptest! {
        #[test]
        fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 1..300)) {
            prop_assert_eq!(hear(first(), &[&bytes]), None);
            // The same behind a sound beginning.
            for cut in [5, 9, 43, 100, 300] {
                hear(first(), &[&[&TLS_1_2[..cut], &bytes].concat()]);
            }
        }

        #[test]
        fn survives_changed_bytes(places in proptest::collection::vec((any::<u16>(), any::<u8>()), 1..6)) {
            for recorded in [TLS_1_2, TLS_1_3, RETRY] {
                let mut bytes = recorded.to_vec();
                for (place, byte) in &places {
                    let place = usize::from(*place) % bytes.len();
                    bytes[place] = *byte;
                }
                hear(first(), &[&bytes]);
            }
        }
    }
}
