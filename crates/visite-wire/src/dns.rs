//! Domain names (RFC 1035), also by multicast (RFC 6762, RFC 6763, RFC 4795): name servers and what devices announce.
//!
//! Asked are the version a server states, and one name that stands for the internet; with a zone of the practice's own,
//! whether it is handed out whole. Also for discovery: names of an address, and services with their models. Deliberately
//! absent: the names that people give their devices and the places of printers, which announcements are full of.

use core::net::IpAddr;

use visite_facts::facts::{DeviceDns, NetworkService};
use visite_facts::{Known, Observed, Unknown, UnknownReason};

use crate::bytes::{Reader, clean};
use crate::{Detail, Dialogue, Event, MAX_ANSWER_BYTES, Manner, Seen, Step, TextPlace};

/// Number of a question, which its answer repeats. One question is open at a time and connection, so it may be fixed.
const ID: u16 = 0x5673;
/// The name that stands for the internet: kept for documentation (RFC 2606) and answered by IANA, so that nobody learns
/// anything from the question and nobody is bothered by it.
pub const EXTERNAL_NAME: &str = "example.com";
/// Under this name devices tell which kinds of services they have (RFC 6763, 9).
const SERVICES: &str = "_services._dns-sd._udp.local";
/// Most records of a message. A datagram holds far fewer.
const MAX_RECORDS: usize = 512;
/// Most services and names that are kept of an announcement.
const MAX_KEPT: usize = 64;

/// Kinds of records (RFC 1035, 3.2.2, and later documents).
pub mod kind {
    /// An IPv4 address.
    pub const A: u16 = 1;
    /// Where a zone begins.
    pub const SOA: u16 = 6;
    /// A pointer to another name.
    pub const PTR: u16 = 12;
    /// Texts.
    pub const TXT: u16 = 16;
    /// An IPv6 address (RFC 3596).
    pub const AAAA: u16 = 28;
    /// Host and port of a service (RFC 2782).
    pub const SRV: u16 = 33;
    /// A question for a whole zone (RFC 5936).
    pub const AXFR: u16 = 252;
}
const IN: u16 = 1;
const CHAOS: u16 = 3;

/// A domain name: at most 255 bytes, in labels of at most 63.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Name {
    /// As on the wire, without compression and without the root's empty label.
    wire: Vec<u8>,
}

impl Name {
    /// The name written with dots, e.g. `praxis.example`. `None` if a label is empty or too long.
    pub fn from_text(text: &str) -> Option<Self> {
        let mut name = Self::default();
        for label in text.trim_end_matches('.').split('.').filter(|_| !text.trim_end_matches('.').is_empty()) {
            name.push(label.as_bytes())?;
        }
        Some(name)
    }

    fn push(&mut self, label: &[u8]) -> Option<()> {
        let length = u8::try_from(label.len()).ok().filter(|length| (1..=63).contains(length))?;
        self.wire.push(length);
        self.wire.extend_from_slice(label);
        (self.wire.len() <= 254).then_some(())
    }

    /// Its labels, the host first.
    pub fn labels(&self) -> impl Iterator<Item = &[u8]> {
        let mut reader = Reader::new(&self.wire);
        std::iter::from_fn(move || reader.prefixed8())
    }

    /// Whether it is this name; upper and lower case are the same.
    pub fn is(&self, text: &str) -> bool {
        Self::from_text(text).is_some_and(|other| other.wire.eq_ignore_ascii_case(&self.wire))
    }

    /// Whether it is this name or lies below it.
    pub fn is_within(&self, text: &str) -> bool {
        let Some(other) = Self::from_text(text) else { return false };
        let depth = self.labels().count().saturating_sub(other.labels().count());
        self.labels().skip(depth).map(<[u8]>::to_ascii_lowercase).eq(other.labels().map(<[u8]>::to_ascii_lowercase))
    }

    /// With dots, and safe to show. `None` for the root.
    pub fn to_text(&self) -> Option<String> {
        let labels: Vec<&[u8]> = self.labels().collect();
        clean(&labels.join(&b'.'), 255)
    }
}

/// The name under which the names of an address stand (RFC 1035, 3.5; RFC 3596, 2.5).
pub fn reverse_name(address: IpAddr) -> Name {
    let (digits, end): (Vec<String>, _) = match address {
        IpAddr::V4(address) => (address.octets().iter().rev().map(u8::to_string).collect(), "in-addr.arpa"),
        IpAddr::V6(address) => {
            let halves = address.octets().into_iter().rev().flat_map(|octet| [octet & 15, octet >> 4]);
            (halves.map(|half| format!("{half:x}")).collect(), "ip6.arpa")
        }
    };
    Name::from_text(&format!("{}.{end}", digits.join("."))).unwrap_or_default()
}

/// A question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Name asked for.
    pub name: Name,
    /// Kind of records asked for.
    pub kind: u16,
    /// Class: 1 for the internet; by multicast the highest bit asks for an answer to the asker alone.
    pub class: u16,
}

/// A record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// To which name it belongs.
    pub name: Name,
    /// Its kind.
    pub kind: u16,
    /// Its class, without the highest bit, which has a meaning of its own by multicast.
    pub class: u16,
    /// What it says.
    pub data: Data,
}

/// What a record says, as far as it is of use here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Data {
    /// An address.
    Address(IpAddr),
    /// Another name: of a pointer, or of the host of a service.
    Name(Name),
    /// Texts.
    Texts(Vec<Vec<u8>>),
    /// Something else.
    Other,
}

/// A message (RFC 1035, 4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Number, the same in question and answer.
    pub id: u16,
    /// Flags and result code as on the wire.
    pub flags: u16,
    /// The questions.
    pub questions: Vec<Question>,
    /// Answers, then authorities, then additional records.
    pub records: Vec<Record>,
    /// How many of the records are answers.
    pub answers: usize,
}

impl Message {
    /// Whether it is an answer.
    pub fn is_response(&self) -> bool {
        self.flags & 0x8000 != 0
    }

    fn is_ordinary(&self) -> bool {
        self.flags & 0x7800 == 0
    }

    fn is_authoritative(&self) -> bool {
        self.flags & 0x0400 != 0
    }

    fn offers_recursion(&self) -> bool {
        self.flags & 0x0080 != 0
    }

    fn code(&self) -> u16 {
        self.flags & 15
    }

    fn answers(&self) -> impl Iterator<Item = &Record> {
        self.records.iter().take(self.answers)
    }

    /// The names to which this answer points from the given one: names of an address, by whatever way it was asked.
    pub fn names_of(&self, address: IpAddr) -> Vec<String> {
        let asked = reverse_name(address);
        let names = self.answers().filter(|record| record.name.wire.eq_ignore_ascii_case(&asked.wire));
        let names = names.filter_map(|record| match &record.data {
            Data::Name(name) if record.kind == kind::PTR => name.to_text(),
            _ => None,
        });
        if self.is_response() { names.take(MAX_KEPT).collect() } else { Vec::new() }
    }
}

/// A message that fills `bytes` to the end.
pub fn parse_message(bytes: &[u8]) -> Option<Message> {
    parse_front(bytes).filter(|(_, length)| *length == bytes.len()).map(|(message, _)| message)
}

fn parse_front(bytes: &[u8]) -> Option<(Message, usize)> {
    let mut cursor = Cursor { message: bytes, at: 0 };
    let (mut message, counts) = cursor.head()?;
    let [answers, authorities, additional] = counts;
    let total = answers.checked_add(authorities)?.checked_add(additional).filter(|total| *total <= MAX_RECORDS)?;
    for _ in 0..total {
        message.records.push(cursor.record()?);
    }
    message.answers = answers;
    Some((message, cursor.at))
}

struct Cursor<'b> {
    message: &'b [u8],
    at: usize,
}

impl<'b> Cursor<'b> {
    fn take(&mut self, count: usize) -> Option<&'b [u8]> {
        let end = self.at.checked_add(count)?;
        let taken = self.message.get(self.at..end)?;
        self.at = end;
        Some(taken)
    }

    fn u16(&mut self) -> Option<u16> {
        self.take(2)?.try_into().ok().map(u16::from_be_bytes)
    }

    /// A name, which may go on at an earlier place. Each jump leads further to the front, so it comes to an end.
    fn name(&mut self) -> Option<Name> {
        let mut name = Name::default();
        let (mut at, mut earliest, mut end) = (self.at, self.at, None);
        loop {
            let length = *self.message.get(at)?;
            at = at.checked_add(1)?;
            match length {
                0 => break,
                1..=63 => {
                    let behind = at.checked_add(usize::from(length))?;
                    name.push(self.message.get(at..behind)?)?;
                    at = behind;
                }
                0xc0.. => {
                    let low = *self.message.get(at)?;
                    end.get_or_insert(at.checked_add(1)?);
                    at = usize::from(length & 0x3f) << 8 | usize::from(low);
                    if at >= earliest {
                        return None;
                    }
                    earliest = at;
                }
                _ => return None,
            }
        }
        self.at = end.unwrap_or(at);
        Some(name)
    }

    /// Header and questions, and how many answers, authorities and additional records follow.
    fn head(&mut self) -> Option<(Message, [usize; 3])> {
        let (id, flags) = (self.u16()?, self.u16()?);
        let counts = [self.u16()?, self.u16()?, self.u16()?, self.u16()?].map(usize::from);
        let [asked, rest @ ..] = counts;
        let mut message = Message { id, flags, questions: Vec::new(), records: Vec::new(), answers: 0 };
        for _ in 0..Some(asked).filter(|asked| *asked <= MAX_RECORDS)? {
            let question = Question { name: self.name()?, kind: self.u16()?, class: self.u16()? };
            message.questions.push(question);
        }
        Some((message, rest))
    }

    fn record(&mut self) -> Option<Record> {
        let (name, kind, class) = (self.name()?, self.u16()?, self.u16()? & 0x7fff);
        let _seconds = self.take(4)?;
        let length = usize::from(self.u16()?);
        let begin = self.at;
        let contents = self.take(length)?;
        let end = self.at;
        let data = match kind {
            kind::A => Data::Address(IpAddr::from(<[u8; 4]>::try_from(contents).ok()?)),
            kind::AAAA => Data::Address(IpAddr::from(<[u8; 16]>::try_from(contents).ok()?)),
            kind::PTR | kind::SRV => {
                self.at = begin.checked_add(if kind == kind::SRV { 6 } else { 0 })?;
                let target = self.name()?;
                if self.at != end {
                    return None;
                }
                Data::Name(target)
            }
            kind::TXT => {
                let mut reader = Reader::new(contents);
                let mut texts = Vec::new();
                while !reader.is_empty() {
                    texts.push(reader.prefixed8()?.to_vec());
                }
                Data::Texts(texts)
            }
            _ => Data::Other,
        };
        Some(Record { name, kind, class, data })
    }
}

/// A message with these questions. `flags` as on the wire: 0x0100 asks for recursion, 0 for multicast.
pub fn write_questions(id: u16, flags: u16, questions: &[Question]) -> Vec<u8> {
    let count = u16::try_from(questions.len()).unwrap_or(0);
    let mut written: Vec<u8> = [id, flags, count, 0, 0, 0].into_iter().flat_map(u16::to_be_bytes).collect();
    for question in questions.iter().take(usize::from(count)) {
        written.extend_from_slice(&question.name.wire);
        written.push(0);
        written.extend(question.kind.to_be_bytes());
        written.extend(question.class.to_be_bytes());
    }
    written
}

fn asks(text: &str, kind: u16, class: u16) -> Question {
    Question { name: Name::from_text(text).unwrap_or_default(), kind, class }
}

/// The question for the names of an address to a name server (`flags` 0x0100) or by LLMNR (`flags` 0, RFC 4795, 2.1).
pub fn reverse_question(address: IpAddr, id: u16, flags: u16) -> Vec<u8> {
    write_questions(id, flags, &[Question { name: reverse_name(address), kind: kind::PTR, class: IN }])
}

/// The question for kinds of services (RFC 6763, 9), to 224.0.0.251 or ff02::fb, port 5353, or to one device alone. From
/// another port than 5353 the answers come back to the asker (RFC 6762, 6.7).
pub fn services_question() -> Vec<u8> {
    write_questions(ID, 0, &[asks(SERVICES, kind::PTR, IN)])
}

/// The question who offers these kinds of services, e.g. `_ipp._tcp`; answers bring host names and models along.
pub fn instances_question(services: &[String]) -> Vec<u8> {
    let questions = services.iter().take(16).map(|service| asks(&format!("{service}.local"), kind::PTR, IN));
    write_questions(ID, 0, &questions.collect::<Vec<_>>())
}

/// What a device announces by multicast.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Announced {
    /// Kinds of services, e.g. `_ipp._tcp`, sorted.
    pub services: Vec<String>,
    /// Host names, e.g. `drucker.local`, sorted. They may contain a person's name.
    pub names: Vec<String>,
    /// Vendor, as it states it.
    pub vendor: Option<String>,
    /// Model, as it states it.
    pub model: Option<String>,
}

/// Keys under which devices state their model, the surest first: printers (`ty`, `usb_MDL`, `product`: Bonjour Printing
/// Specification), Chromecast and HomeKit (`md`), Apple and AirPlay (`model`, `am`).
const MODEL_KEYS: [&str; 6] = ["ty", "usb_mdl", "md", "model", "product", "am"];
const VENDOR_KEYS: [&str; 3] = ["usb_mfg", "manufacturer", "vendor"];

/// What an answer by multicast tells, whoever asked. Names of instances are left out: people choose them.
pub fn announced(message: &Message) -> Announced {
    let mut announced = Announced::default();
    let mut stated: Vec<(usize, String)> = Vec::new();
    if !message.is_response() || !message.is_ordinary() {
        return announced;
    }
    for record in message.records.iter().filter(|record| record.class == IN) {
        match &record.data {
            Data::Name(target) if record.kind == kind::PTR && record.name.is(SERVICES) => {
                announced.services.extend(service_of(target));
            }
            Data::Name(target) if record.kind == kind::SRV => {
                announced.services.extend(service_of(&record.name));
                announced.names.extend(target.to_text());
            }
            Data::Name(target) if record.kind == kind::PTR && record.name.is_within("arpa") => {
                announced.names.extend(target.to_text());
            }
            Data::Address(_) => announced.names.extend(record.name.to_text()),
            Data::Texts(texts) => {
                for (key, value) in texts.iter().filter_map(|text| stated_in(text)) {
                    if let Some(at) = MODEL_KEYS.iter().position(|known| *known == key) {
                        stated.push((at, value));
                    } else if VENDOR_KEYS.contains(&key.as_str()) {
                        announced.vendor.get_or_insert(value);
                    }
                }
            }
            _ => {}
        }
    }
    announced.model = stated.into_iter().min_by_key(|(at, _)| *at).map(|(_, value)| value);
    for list in [&mut announced.services, &mut announced.names] {
        list.sort();
        list.dedup();
        list.truncate(MAX_KEPT);
    }
    announced
}

/// `_ipp._tcp` of `_ipp._tcp.local` and of `Some printer._ipp._tcp.local`.
fn service_of(name: &Name) -> Option<String> {
    let labels: Vec<&[u8]> = name.labels().collect();
    let [.., service, transport, end] = labels.as_slice() else { return None };
    let usual =
        service.starts_with(b"_") && [&b"_tcp"[..], b"_udp"].contains(transport) && end.eq_ignore_ascii_case(b"local");
    if usual { clean(&[*service, *transport].join(&b'.'), 64) } else { None }
}

fn stated_in(text: &[u8]) -> Option<(String, String)> {
    let at = text.iter().position(|byte| *byte == b'=')?;
    let (key, value) = text.split_at_checked(at)?;
    let value = clean(value.strip_prefix(b"=")?, 80)?;
    // Printers put their product in brackets (Bonjour Printing Specification, `product`).
    let bare = value.strip_prefix('(').and_then(|value| value.strip_suffix(')')).unwrap_or(&value).to_owned();
    (!bare.is_empty()).then(|| (String::from_utf8_lossy(key).to_ascii_lowercase(), bare))
}

/// The dialogue with a name server, over UDP or TCP port 53: the version it states (`version.bind`, class CHAOS), then
/// [`EXTERNAL_NAME`] with the wish for recursion.
#[derive(Clone, Debug)]
pub struct Dns {
    stream: bool,
    external: bool,
    recognised: bool,
    version: Option<String>,
}

impl Dns {
    /// A dialogue over UDP in this manner.
    pub fn new(_manner: &Manner) -> Self {
        Self { stream: false, external: false, recognised: false, version: None }
    }

    /// A dialogue over TCP in this manner: each message stands behind its length (RFC 1035, 4.2.2).
    pub fn over_stream(manner: &Manner) -> Self {
        Self { stream: true, ..Self::new(manner) }
    }

    fn question(&self) -> Question {
        if self.external { asks(EXTERNAL_NAME, kind::A, IN) } else { version_question() }
    }

    fn ask(&self) -> Step<Seen> {
        let flags = if self.external { 0x0100 } else { 0 };
        let message = write_questions(ID, flags, &[self.question()]);
        Step::Send(if self.stream { framed(&message) } else { message })
    }

    /// The answer; `None` while it has not come whole, or while only answers to the question before have come again.
    fn answer(&self, bytes: &[u8]) -> Result<Option<Message>, ()> {
        if self.stream {
            return match first_frame(bytes)? {
                None => Ok(None),
                Some((frame, [])) => self.fitting(parse_message(frame)).map(Some).ok_or(()),
                Some(_) => Err(()),
            };
        }
        let mut rest = bytes;
        while let Some((message, length)) = parse_front(rest).filter(|_| rest.starts_with(&ID.to_be_bytes())) {
            rest = rest.get(length..).unwrap_or_default();
            let late = self.recognised && is_answer(&message, &version_question());
            match self.fitting(Some(message)) {
                Some(message) if rest.is_empty() || rest.starts_with(&ID.to_be_bytes()) => return Ok(Some(message)),
                None if late && rest.is_empty() => return Ok(None),
                None if late => {}
                _ => return Err(()),
            }
        }
        Err(())
    }

    fn fitting(&self, message: Option<Message>) -> Option<Message> {
        message.filter(|message| is_answer(message, &self.question()))
    }

    fn done(&mut self, recursive: Observed<bool>) -> Step<Seen> {
        let mut seen = Seen::new(NetworkService::Dns);
        seen.texts.extend(self.version.take().map(|version| (TextPlace::DnsVersion, version)));
        seen.detail = Detail::Dns(DeviceDns { recursive, ..DeviceDns::default() });
        Step::Done(seen)
    }
}

impl Dialogue for Dns {
    type Answer = Seen;

    fn step(&mut self, event: Event<'_>) -> Step<Seen> {
        let bytes = match event {
            Event::Connected => return self.ask(),
            Event::Silence if !self.external => {
                self.external = true;
                return self.ask();
            }
            Event::Silence | Event::Closed if self.recognised => return self.done(Unknown(UnknownReason::TimedOut)),
            Event::Silence | Event::Closed => return Step::NotThis,
            Event::Received(bytes) => bytes,
        };
        match self.answer(bytes) {
            Ok(None) => Step::More,
            Ok(Some(message)) if self.external => self.done(recursive(&message)),
            Ok(Some(message)) => {
                self.version = version(&message);
                (self.recognised, self.external) = (true, true);
                self.ask()
            }
            Err(()) if self.recognised => self.done(Unknown(UnknownReason::Malformed)),
            Err(()) => Step::NotThis,
        }
    }
}

fn version_question() -> Question {
    asks("version.bind", kind::TXT, CHAOS)
}

/// Whether another datagram with our number follows, or nothing.
fn followed_by_another(bytes: &[u8], length: usize) -> bool {
    bytes.get(length..).is_some_and(|rest| rest.is_empty() || rest.starts_with(&ID.to_be_bytes()))
}

fn framed(message: &[u8]) -> Vec<u8> {
    let mut framed = u16::try_from(message.len()).unwrap_or(0).to_be_bytes().to_vec();
    framed.extend_from_slice(message);
    framed
}

type Frame<'b> = (&'b [u8], &'b [u8]);

/// The first message of a stream and what follows it; `None` while it has not come whole. A length below that of a
/// header is no message.
fn first_frame(bytes: &[u8]) -> Result<Option<Frame<'_>>, ()> {
    let mut reader = Reader::new(bytes);
    match reader.u16() {
        None => Ok(None),
        Some(..12) => Err(()),
        Some(length) => Ok(reader.take(usize::from(length)).map(|frame| (frame, reader.rest()))),
    }
}

/// Whether a message is the answer to this question: marked as an answer, same number, same question. A server that does
/// not understand a question may leave it out (RFC 1035, 4.1.1: format error, not implemented).
fn is_answer(message: &Message, question: &Question) -> bool {
    let same = match message.questions.as_slice() {
        [repeated] => {
            repeated.name.wire.eq_ignore_ascii_case(&question.name.wire)
                && (repeated.kind, repeated.class) == (question.kind, question.class)
        }
        [] => [1, 4].contains(&message.code()) && message.records.is_empty(),
        _ => false,
    };
    same && message.is_response() && message.is_ordinary() && message.id == ID && message.code() <= 10
}

fn version(message: &Message) -> Option<String> {
    message.answers().find_map(|record| match &record.data {
        Data::Texts(texts) if record.name.is("version.bind") => clean(texts.first()?, 255),
        _ => None,
    })
}

/// Whether this answer for [`EXTERNAL_NAME`] was looked up elsewhere for us.
fn recursive(message: &Message) -> Observed<bool> {
    let found = message.answers().any(|record| record.name.is(EXTERNAL_NAME));
    match (message.offers_recursion(), message.code()) {
        (true, 0) if found && !message.is_authoritative() => Known(true),
        (true, 3) if !message.is_authoritative() => Known(true),
        // No error, server failure, no such name, refused: all say truly that recursion is not offered.
        (false, 0 | 2 | 3 | 5) => Known(false),
        _ => Unknown(UnknownReason::NotSupported),
    }
}

/// The question to a name server, over TCP, for a whole zone of the practice (RFC 5936). Nothing of the zone is kept.
#[derive(Clone, Debug)]
pub struct ZoneTransfer {
    zone: Name,
}

impl ZoneTransfer {
    /// Asks for this zone, e.g. `praxis.example`. `None` if that is no name.
    pub fn new(zone: &str) -> Option<Self> {
        Name::from_text(zone).filter(|zone| !zone.wire.is_empty()).map(|zone| Self { zone })
    }

    fn question(&self) -> Question {
        Question { name: self.zone.clone(), kind: kind::AXFR, class: IN }
    }

    /// Whether the zone is handed out; `None` while that cannot be told.
    fn handed_out(&self, bytes: &[u8]) -> Result<Option<Observed<bool>>, ()> {
        let (mut rest, mut records) = (bytes, 0usize);
        while let Ok(Some((frame, behind))) = first_frame(rest) {
            let mut cursor = Cursor { message: frame, at: 0 };
            let (message, [answers, ..]) = cursor.head().ok_or(())?;
            let first = records == 0;
            let question = self.question();
            let later = message.questions.is_empty() && !first;
            let fits = message.is_response() && message.is_ordinary() && message.id == ID;
            if !fits || !(later || is_answer(&message, &question)) {
                return Err(());
            }
            match message.code() {
                0 => {}
                // Not implemented, refused, not the server of this zone (RFC 5936, 2.2.1).
                4 | 5 | 9 if first => return Ok(Some(Known(false))),
                _ if first => return Ok(Some(Unknown(UnknownReason::NotSupported))),
                _ => return Err(()),
            }
            for _ in 0..answers.min(2) {
                let record = cursor.record().ok_or(())?;
                let begins = record.kind == kind::SOA && record.name.wire.eq_ignore_ascii_case(&self.zone.wire);
                if records == 0 && !begins {
                    return Err(());
                }
                records = records.saturating_add(1);
            }
            match records {
                0 => return Ok(Some(Known(false))),
                1 => rest = behind,
                _ => return Ok(Some(Known(true))),
            }
        }
        first_frame(rest).map(|_| None)
    }

    fn done(zone_transfer: Observed<bool>) -> Step<Seen> {
        let detail = Detail::Dns(DeviceDns { zone_transfer, ..DeviceDns::default() });
        Step::Done(Seen { detail, ..Seen::new(NetworkService::Dns) })
    }
}

impl Dialogue for ZoneTransfer {
    type Answer = Seen;

    fn step(&mut self, event: Event<'_>) -> Step<Seen> {
        match event {
            Event::Connected => Step::Send(framed(&write_questions(ID, 0, &[self.question()]))),
            Event::Silence | Event::Closed => Step::NotThis,
            Event::Received(bytes) => match self.handed_out(bytes) {
                Err(()) => Step::NotThis,
                Ok(Some(handed_out)) => Self::done(handed_out),
                // A first message longer than what is kept cannot be told from noise.
                Ok(None) if bytes.len() >= MAX_ANSWER_BYTES => Step::NotThis,
                Ok(None) => Step::More,
            },
        }
    }
}

/// The dialogue with one device's multicast responder, over UDP port 5353 to its own address: which kinds of services it
/// has, then host name and model; vendor and model of the device go where other services state their product.
#[derive(Clone, Debug, Default)]
pub struct Mdns {
    announced: Announced,
    recognised: bool,
    /// Whom it asks, where that is known. Some routers answer with what devices of other networks say.
    host: Option<IpAddr>,
}

impl Mdns {
    /// A dialogue in this manner.
    pub fn new(manner: &Manner) -> Self {
        Self { host: manner.host.parse().ok(), ..Self::default() }
    }

    /// What a message says about the device that is asked: names and model only if it names that device's address.
    fn about_it(&self, message: &Message) -> Announced {
        let mut told = announced(message);
        let is_tied = |host: IpAddr| {
            let mut records = message.records.iter();
            records.any(|record| record.data == Data::Address(host)) || !message.names_of(host).is_empty()
        };
        if !self.host.is_none_or(is_tied) {
            told = Announced { services: told.services, ..Announced::default() };
        }
        told
    }

    /// What the device announced, once recognised.
    pub fn announced(&self) -> &Announced {
        &self.announced
    }

    fn done(&self) -> Step<Seen> {
        let mut seen = Seen::new(NetworkService::Mdns);
        seen.names.clone_from(&self.announced.names);
        seen.vendor.clone_from(&self.announced.vendor);
        seen.product.clone_from(&self.announced.model);
        Step::Done(seen)
    }
}

impl Dialogue for Mdns {
    type Answer = Seen;

    fn step(&mut self, event: Event<'_>) -> Step<Seen> {
        let bytes = match event {
            Event::Connected => return Step::Send(services_question()),
            Event::Silence | Event::Closed if self.recognised => return self.done(),
            Event::Silence | Event::Closed => return Step::NotThis,
            Event::Received(bytes) => bytes,
        };
        let message = parse_front(bytes).filter(|(message, length)| {
            let another = bytes
                .get(*length..)
                .is_some_and(|rest| matches!(rest, [] | [0, 0, ..]) || rest.starts_with(&ID.to_be_bytes()));
            let told = message.is_response() && message.is_ordinary() && message.is_authoritative();
            another && told && message.code() == 0 && [0, ID].contains(&message.id)
        });
        if self.recognised {
            if let Some((message, _)) = message {
                let services = std::mem::take(&mut self.announced.services);
                self.announced = self.about_it(&message);
                self.announced.services.extend(services);
                self.announced.services.sort();
                self.announced.services.dedup();
            }
            return self.done();
        }
        let Some((message, _)) = message else { return Step::NotThis };
        self.announced = self.about_it(&message);
        if !message.answers().any(|record| record.kind == kind::PTR && record.name.is(SERVICES))
            || self.announced.services.is_empty()
        {
            return Step::NotThis;
        }
        self.recognised = true;
        Step::Send(instances_question(&self.announced.services))
    }
}

/// The question by LLMNR for a device's name, over UDP port 5355; it must go to the group 224.0.0.252 or ff02::1:3, and
/// the device answers from its own address (RFC 4795, 2.4).
#[derive(Clone, Debug)]
pub struct Llmnr {
    address: IpAddr,
}

impl Llmnr {
    /// Asks for the name of this address.
    pub fn new(address: IpAddr) -> Self {
        Self { address }
    }
}

impl Dialogue for Llmnr {
    type Answer = Seen;

    fn step(&mut self, event: Event<'_>) -> Step<Seen> {
        let bytes = match event {
            Event::Connected => return Step::Send(reverse_question(self.address, ID, 0)),
            Event::Silence | Event::Closed => return Step::NotThis,
            Event::Received(bytes) => bytes,
        };
        let question = Question { name: reverse_name(self.address), kind: kind::PTR, class: IN };
        let front = parse_front(bytes).filter(|(_, length)| followed_by_another(bytes, *length));
        let names = front.filter(|(message, _)| is_answer(message, &question) && message.code() == 0);
        match names.map(|(message, _)| message.names_of(self.address)).filter(|names| !names.is_empty()) {
            Some(names) => Step::Done(Seen { names, ..Seen::new(NetworkService::Llmnr) }),
            None => Step::NotThis,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trials;
    use proptest::prelude::*;

    /// BIND 9.18.49, Unbound 1.17.1 and dnsmasq 2.90 of Debian 12, recorded on the loopback interface.
    const BIND_VERSION: &str =
        "5673840000010001000100000776657273696f6e0462696e640000100003c00c001000030000000000191839
        2e31382e34392d317e646562313275332d44656269616ec00c00020003000000000002c00c";
    const BIND_EXTERNAL: &str =
        "567385000001000100000000076578616d706c6503636f6d0000010001c00c000100010000012c0004c0000201";
    const UNBOUND_VERSION: &str = "5673808000010001000000000776657273696f6e0462696e640000100003c00c0010000300000000000f
        0e756e626f756e6420312e31372e31";
    const UNBOUND_EXTERNAL: &str =
        "567381800001000100000000076578616d706c6503636f6d0000010001c00c000100010000012c0004c0000201";
    const BIND_ZONE: &str = "00bb56738400000100060000000006707261786973076578616d706c650000fc0001c00c000600010000012c00
        26026e73c00c0a686f73746d6173746572c00c0000000100000e100000038400093a800000012cc00c000200010000012c0002c02cc00c00
        0100010000012c0004c0000201c02c000100010000012c0004c000023506736572766572c00c000100010000012c0004c000020ac00c0006
        00010000012c0018c02cc0310000000100000e100000038400093a800000012c";
    const BIND_CLOSED: &str = "002056738005000100000000000006636c6f736564076578616d706c650000fc0001";
    /// Avahi 0.8 of Debian 12 with a made-up printer, asked from a port of its own at its own address.
    const AVAHI_SERVICES: &str =
        "567384000001000300000000095f7365727669636573075f646e732d7364045f756470056c6f63616c0000
        0c0001c00c000c00010000000a00140c5f776f726b73746174696f6e045f746370c023c00c000c00010000000a0008055f68747470c047c0
        0c000c00010000000a0007045f697070c047";
    const AVAHI_INSTANCES: &str = "567384000003000b00000000055f68747470045f746370056c6f63616c00000c0001045f697070c01200
        0c00010c5f776f726b73746174696f6ec012000c0001c02d000c00010000000a002421707261786973647275636b6572205b30613a64333a
        34373a34313a64353a30395dc02dc04c001000010000000a000100c04c002100010000000a00160000000000090d70726178697364727563
        6b6572c017c08f001c00010000000a0010fe8000000000000008d347fffe41d509c08f000100010000000a00040a630101c022000c000100
        00000a001411447275636b657220416e6d656c64756e67c022c0d7001000010000000a00601c74793d42726f7468657220484c2d4c353230
        304457207365726965732370726f647563743d2842726f7468657220484c2d4c35323030445720736572696573290f7573625f4d46473d42
        726f746865720e6e6f74653d416e6d656c64756e67c0d7002100010000000a0008000000000277c08fc00c000c00010000000a0014114472
        75636b657220416e6d656c64756e67c00cc177001000010000000a000100c177002100010000000a0008000000000050c08f";

    fn dns() -> Dns {
        Dns::new(&Manner::default())
    }

    fn dns_over_stream() -> Dns {
        Dns::over_stream(&Manner::default())
    }

    fn detail(seen: &Seen) -> &DeviceDns {
        match &seen.detail {
            Detail::Dns(detail) => detail,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn name_servers() {
        let seen = trials::datagrams(dns, &[&trials::hex(BIND_VERSION), &trials::hex(BIND_EXTERNAL)]);
        assert_eq!(seen.texts, [(TextPlace::DnsVersion, "9.18.49-1~deb12u3-Debian".to_owned())]);
        assert_eq!(detail(&seen).recursive, Known(false), "recursion is not offered");
        assert_eq!(detail(&seen).zone_transfer, Unknown(UnknownReason::NotCollected));

        let (version, external) = (trials::hex(UNBOUND_VERSION), trials::hex(UNBOUND_EXTERNAL));
        let seen = trials::datagrams(dns, &[&version, &external]);
        assert_eq!(seen.texts, [(TextPlace::DnsVersion, "unbound 1.17.1".to_owned())]);
        assert_eq!(detail(&seen).recursive, Known(true));
        assert_eq!(trials::stream(dns_over_stream, &[&framed(&version), &framed(&external)]), seen);

        assert_eq!(
            detail(&trials::datagrams(dns, &[&[], &external])).recursive,
            Known(true),
            "silent about its version"
        );
        let late = crate::play(&mut dns(), &[&version, &version, &external]).0.expect("recognised");
        assert_eq!(detail(&late).recursive, Known(true), "the first answer came twice");
        let silent = trials::datagrams(dns, &[&version, &[]]);
        assert_eq!(detail(&silent).recursive, Unknown(UnknownReason::TimedOut));
    }

    #[test]
    fn recursion_is_not_guessed() {
        let told = |flags: u16| {
            let mut answer = trials::hex(UNBOUND_EXTERNAL);
            answer[2..4].copy_from_slice(&flags.to_be_bytes());
            detail(&trials::datagrams(dns, &[&trials::hex(UNBOUND_VERSION), &answer])).recursive.clone()
        };
        assert_eq!(told(0x8183), Known(true), "no such name, from elsewhere");
        assert_eq!(told(0x8105), Known(false), "refused, not offered");
        assert_eq!(told(0x8580), Unknown(UnknownReason::NotSupported), "its own answer");
        assert_eq!(told(0x8182), Unknown(UnknownReason::NotSupported), "the internet is not reached");
    }

    #[test]
    fn zone_transfers() {
        let transfer = |zone: &str| {
            let zone = zone.to_owned();
            move || ZoneTransfer::new(&zone).expect("a name")
        };
        // The first two records tell, so that the answer need not be whole.
        let zone = trials::hex(BIND_ZONE);
        for piece in [1, 7, 1000] {
            let seen = trials::play_in_pieces(&mut transfer("praxis.example")(), &[&zone], piece).expect("recognised");
            assert_eq!(detail(&seen).zone_transfer, Known(true));
        }
        let seen = trials::stream(transfer("closed.example"), &[&trials::hex(BIND_CLOSED)]);
        assert_eq!(detail(&seen).zone_transfer, Known(false));
        trials::strangers(transfer("praxis.example"), b"");
        assert!(ZoneTransfer::new("").is_none() && ZoneTransfer::new("a..b").is_none());
    }

    #[test]
    fn announcements() {
        let (services, instances) = (trials::hex(AVAHI_SERVICES), trials::hex(AVAHI_INSTANCES));
        let seen = trials::datagrams(|| Mdns::new(&Manner::default()), &[&services, &instances]);
        assert_eq!(seen.names, ["praxisdrucker.local"]);
        assert_eq!(seen.vendor.as_deref(), Some("Brother"));
        assert_eq!(seen.product.as_deref(), Some("Brother HL-L5200DW series"));
        let announced = announced(&parse_message(&instances).expect("well-formed"));
        assert_eq!(announced.services, ["_http._tcp", "_ipp._tcp", "_workstation._tcp"]);
        assert!(!format!("{announced:?}{seen:?}").contains("Anmeldung"), "no name and place that people gave it");
        trials::strangers(|| Mdns::new(&Manner::default()), b"");
        let router = Manner { host: "203.0.113.9".to_owned(), ..Manner::default() };
        let repeated = trials::datagrams(|| Mdns::new(&router), &[&services, &instances]);
        assert_eq!((repeated.names, repeated.product), (Vec::new(), None), "another's, carried between networks");
    }

    #[test]
    fn names_of_an_address() {
        let address: IpAddr = "192.168.10.5".parse().expect("an address");
        assert_eq!(reverse_name(address).to_text().as_deref(), Some("5.10.168.192.in-addr.arpa"));
        let six = reverse_name("fe80::1".parse().expect("an address")).to_text().unwrap_or_default();
        assert!(six.starts_with("1.0.0.0.") && six.ends_with("0.8.e.f.ip6.arpa"), "{six}");
        // RFC 4795, 2.1: flags 0x8000, the question repeated, one pointer.
        let mut answer = reverse_question(address, ID, 0x8000);
        answer[7] = 1;
        answer.extend(trials::hex("c00c 000c 0001 0000001e 000a 08656d7066616e6731 00"));
        let answered = trials::datagrams(|| Llmnr::new(address), &[&answer]);
        assert_eq!(answered.names, ["empfang1"]);
        trials::strangers(|| Llmnr::new(address), b"");
    }

    #[test]
    fn hostile_messages() {
        // A name that points to itself, one that points forward, and one that grows beyond 255 bytes.
        for name in ["c00c", "c020", "c00e c00c"] {
            let message = trials::hex(&format!("567380000001000000000000 {name} 0001 0001"));
            assert_eq!(parse_message(&message), None, "{name}");
        }
        let mut long = trials::hex("567380000001000000000000");
        for _ in 0..5 {
            long.push(63);
            long.extend([b'a'; 63]);
        }
        long.extend([0, 0, 1, 0, 1]);
        assert_eq!(parse_message(&long), None);
        // A question that another server was asked.
        assert_eq!(crate::play(&mut dns(), &[&trials::hex(UNBOUND_EXTERNAL)]).0, None);
        trials::strangers(dns, b"");
        trials::strangers(dns_over_stream, b"");
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(
            noise in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..120), 0..5),
            changes in proptest::collection::vec(any::<(proptest::sample::Index, u8)>(), 0..6),
        ) {
            let zone = ZoneTransfer::new("praxis.example").expect("a name");
            trials::any_bytes(dns(), &noise);
            trials::any_bytes(dns_over_stream(), &noise);
            trials::any_bytes(zone.clone(), &noise);
            trials::any_bytes(Mdns::default(), &noise);
            trials::any_bytes(Llmnr::new(IpAddr::from([10, 0, 0, 1])), &noise);
            let changed = |texts: [&str; 2]| texts.map(|answer| trials::mutated(&trials::hex(answer), &changes));
            trials::any_bytes(dns(), &changed([BIND_VERSION, BIND_EXTERNAL]));
            trials::any_bytes(Mdns::default(), &changed([AVAHI_SERVICES, AVAHI_INSTANCES]));
            trials::any_bytes(zone, &changed([BIND_ZONE, BIND_ZONE]));
        }
    }
}
