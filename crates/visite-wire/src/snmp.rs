//! Network management (RFC 3412, RFC 3414, RFC 3416): versions, default community and product of an agent.
//!
//! Recognised without a community: version 3 tells its engine id to whoever asks (RFC 3414, 4). With consent the
//! community `public` is tried in versions 2c and 1, with one question each for the description and the object id of the
//! system. Deliberately absent: every other object, above all names, places and contacts; and writing.

use visite_facts::Known;
use visite_facts::facts::{DeviceSnmp, NetworkService};

use crate::ber::{
    INTEGER, NULL, OBJECT_ID, OCTETS, SEQUENCE, expect, object_id, whole_number, wrap, write_number, write_object_id,
};
use crate::bytes::{Reader, clean, own_mac};
use crate::{Detail, Dialogue, Event, Manner, Seen, Step, TextPlace};

/// Number of a message or request; the answer repeats it. One question is open at a time and connection, so it may be fixed.
const ID: i64 = 0x2b56_7369;
const COMMUNITY: &[u8] = b"public";
const SYSTEM_DESCRIPTION: &[u32] = &[1, 3, 6, 1, 2, 1, 1, 1, 0];
const SYSTEM_OBJECT_ID: &[u32] = &[1, 3, 6, 1, 2, 1, 1, 2, 0];
/// What reports of version 3 are about: counters of the security model, of message processing and of contexts.
const REPORTS: [&[u32]; 3] = [&[1, 3, 6, 1, 6, 3, 15, 1, 1], &[1, 3, 6, 1, 6, 3, 11, 2, 1], &[1, 3, 6, 1, 6, 3, 12, 1]];
const GET: u8 = 0xa0;
const RESPONSE: u8 = 0xa2;
const REPORT: u8 = 0xa8;

/// The dialogue, over UDP port 161. Without consent it sends one datagram, with it three.
#[derive(Clone, Debug)]
pub struct Snmp {
    logins: bool,
    asked: Asked,
    versions: Vec<String>,
    engine: Option<Engine>,
    answers: Vec<Answer>,
    disturbed: bool,
}

/// What the messages of an arrival hold.
enum Found {
    /// The answer, in this version.
    Answer(&'static str),
    /// Nothing but answers to earlier questions, come again or late.
    Earlier,
    /// Something else.
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    Three,
    TwoC,
    One,
}

impl Snmp {
    /// A dialogue in this manner.
    pub fn new(manner: &Manner) -> Self {
        Self {
            logins: manner.logins,
            asked: Asked::Three,
            versions: Vec::new(),
            engine: None,
            answers: Vec::new(),
            disturbed: false,
        }
    }

    /// Who made the agent, by its engine id; known once it has answered in version 3.
    pub fn engine(&self) -> Option<&Engine> {
        self.engine.as_ref()
    }

    fn read(&mut self, bytes: &[u8]) -> Found {
        let mut rest = Reader::new(bytes);
        while !rest.is_empty() {
            let whole = rest.rest();
            if expect(&mut rest, SEQUENCE).is_none() {
                return Found::Other;
            }
            let length = whole.len().saturating_sub(rest.rest().len());
            let message = whole.get(..length).unwrap_or_default();
            let (engine, two, one) = (parse_report(message), parse_answer(message, 1), parse_answer(message, 0));
            match (self.asked, engine, two, one) {
                (Asked::Three, Some(engine), ..) => {
                    self.engine = Some(engine);
                    return Found::Answer("3");
                }
                (Asked::TwoC, _, Some(answer), _) => {
                    self.answers.push(answer);
                    return Found::Answer("2c");
                }
                (Asked::One, _, _, Some(answer)) => {
                    self.answers.push(answer);
                    return Found::Answer("1");
                }
                // Of what the agent has answered before; an answer to what seemed to be lost is no answer any more.
                (Asked::TwoC | Asked::One, Some(_), ..) if self.versions.iter().any(|version| version == "3") => {}
                (Asked::One, _, Some(_), _) if self.versions.iter().any(|version| version == "2c") => {}
                _ => return Found::Other,
            }
        }
        Found::Earlier
    }

    fn next(&mut self) -> Step<Seen> {
        match self.asked {
            Asked::Three if self.logins => {
                self.asked = Asked::TwoC;
                Step::Send(question(1))
            }
            Asked::TwoC => {
                self.asked = Asked::One;
                Step::Send(question(0))
            }
            Asked::Three | Asked::One if self.versions.is_empty() => Step::NotThis,
            Asked::Three | Asked::One => Step::Done(self.seen()),
        }
    }

    fn seen(&mut self) -> Seen {
        self.versions.sort();
        let mut seen = Seen::new(NetworkService::Snmp);
        let mut detail = DeviceSnmp { versions: Known(std::mem::take(&mut self.versions)), ..DeviceSnmp::default() };
        if let Some(description) = self.answers.iter().find_map(|answer| answer.description.as_deref()) {
            if let Some(product) = product_of(description) {
                detail.product = Known(product);
            }
            seen.texts.push((TextPlace::SnmpDescription, description.to_owned()));
        }
        let object = self.answers.iter().find_map(|answer| answer.object.as_deref());
        if let Some(object) = object {
            let dotted = object.iter().map(u32::to_string).collect::<Vec<_>>().join(".");
            seen.texts.push((TextPlace::SnmpObjectId, dotted));
        }
        let stated = match object {
            Some([1, 3, 6, 1, 4, 1, number, ..]) => Some(*number),
            _ => None,
        };
        let number = stated.into_iter().chain(self.engine.as_ref().map(|engine| engine.enterprise));
        seen.mac = self.engine.as_ref().and_then(|engine| engine.mac);
        seen.vendor = number.clone().find_map(vendor_of_enterprise).map(str::to_owned);
        if number.into_iter().any(|number| number == NET_SNMP) {
            seen.product = Some("Net-SNMP".to_owned());
        }
        if self.logins {
            let refused = self.answers.iter().any(|answer| answer.accepted == Some(false));
            let accepted = self.answers.iter().any(|answer| answer.accepted == Some(true));
            // An agent drops a message whose community it does not know (RFC 3584, 5.2.1), so silence of an agent that
            // answers in version 3 is a refusal.
            if accepted || refused || (self.answers.is_empty() && !self.disturbed) {
                detail.default_community = Known(accepted);
            }
        }
        seen.detail = Detail::Snmp(detail);
        seen
    }
}

impl Dialogue for Snmp {
    type Answer = Seen;

    fn step(&mut self, event: Event<'_>) -> Step<Seen> {
        let bytes = match event {
            Event::Connected => return Step::Send(discovery()),
            Event::Closed if self.versions.is_empty() => return Step::NotThis,
            Event::Silence | Event::Closed => return self.next(),
            Event::Received(bytes) => bytes,
        };
        match self.read(bytes) {
            Found::Answer(version) => self.versions.push(version.to_owned()),
            Found::Earlier => return Step::More,
            Found::Other if self.versions.is_empty() => return Step::NotThis,
            Found::Other => self.disturbed = true,
        }
        self.next()
    }
}

/// The question for the engine id (RFC 3414, 4): no user, no context, no object.
fn discovery() -> Vec<u8> {
    let empty = wrap(OCTETS, &[]);
    let zero = write_number(INTEGER, 0);
    let header = wrap(
        SEQUENCE,
        &[&write_number(INTEGER, ID), &write_number(INTEGER, 65507), &wrap(OCTETS, &[&[4]]), &write_number(INTEGER, 3)],
    );
    let security = wrap(SEQUENCE, &[&empty, &zero, &zero, &empty, &empty, &empty]);
    let request = wrap(GET, &[&write_number(INTEGER, ID), &zero, &zero, &wrap(SEQUENCE, &[])]);
    let scoped = wrap(SEQUENCE, &[&empty, &empty, &request]);
    wrap(SEQUENCE, &[&write_number(INTEGER, 3), &header, &wrap(OCTETS, &[&security]), &scoped])
}

/// The question for description and object id of the system, in version 1 (`0`) or 2c (`1`).
fn question(version: i64) -> Vec<u8> {
    let zero = write_number(INTEGER, 0);
    let null = wrap(NULL, &[]);
    let wanted =
        [SYSTEM_DESCRIPTION, SYSTEM_OBJECT_ID].map(|object| wrap(SEQUENCE, &[&write_object_id(object), &null]));
    let [description, object] = &wanted;
    let bindings = wrap(SEQUENCE, &[description, object]);
    let request = wrap(GET, &[&write_number(INTEGER, ID), &zero, &zero, &bindings]);
    wrap(SEQUENCE, &[&write_number(INTEGER, version), &wrap(OCTETS, &[COMMUNITY]), &request])
}

/// Who made an agent, by its engine id (RFC 3411, `SnmpEngineID`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Engine {
    /// The enterprise's number at IANA.
    pub enterprise: u32,
    /// Hardware address, where the engine id is made of one; it may be that of another of the device's interfaces.
    pub mac: Option<[u8; 6]>,
}

fn parse_engine_id(id: &[u8]) -> Option<Engine> {
    if !(5..=32).contains(&id.len()) {
        return None;
    }
    let mut reader = Reader::new(id);
    let first = reader.u32()?;
    let modern = first & 0x8000_0000 != 0;
    let mac = if modern && reader.u8()? == 3 { reader.rest().try_into().ok().and_then(own_mac) } else { None };
    let enterprise = first & 0x7fff_ffff;
    (enterprise != 0).then_some(Engine { enterprise, mac })
}

/// A message that fills `bytes`.
fn message(bytes: &[u8]) -> Option<Reader<'_>> {
    let mut reader = Reader::new(bytes);
    let contents = expect(&mut reader, SEQUENCE)?;
    reader.is_empty().then(|| Reader::new(contents))
}

fn parse_report(bytes: &[u8]) -> Option<Engine> {
    let mut message = message(bytes)?;
    if whole_number(&mut message, INTEGER)? != 3 {
        return None;
    }
    let mut header = Reader::new(expect(&mut message, SEQUENCE)?);
    let id = whole_number(&mut header, INTEGER)?;
    let largest = whole_number(&mut header, INTEGER)?;
    let flags = expect(&mut header, OCTETS)?;
    let model = whole_number(&mut header, INTEGER)?;
    if id != ID || largest < 484 || flags.len() != 1 || flags.first()? & 3 != 0 || model != 3 || !header.is_empty() {
        return None;
    }
    let mut around = Reader::new(expect(&mut message, OCTETS)?);
    let mut security = Reader::new(expect(&mut around, SEQUENCE)?);
    let engine = parse_engine_id(expect(&mut security, OCTETS)?)?;
    let boots = whole_number(&mut security, INTEGER)?;
    let seconds = whole_number(&mut security, INTEGER)?;
    let (_user, _signature, _salt) =
        (expect(&mut security, OCTETS)?, expect(&mut security, OCTETS)?, expect(&mut security, OCTETS)?);
    if boots < 0 || seconds < 0 || !security.is_empty() || !around.is_empty() {
        return None;
    }
    let mut scoped = Reader::new(expect(&mut message, SEQUENCE)?);
    let (_context_engine, _context) = (expect(&mut scoped, OCTETS)?, expect(&mut scoped, OCTETS)?);
    let mut report = Reader::new(expect(&mut scoped, REPORT)?);
    let _request = whole_number(&mut report, INTEGER)?;
    let (_status, _index) = (whole_number(&mut report, INTEGER)?, whole_number(&mut report, INTEGER)?);
    let mut bindings = Reader::new(expect(&mut report, SEQUENCE)?);
    let mut binding = Reader::new(expect(&mut bindings, SEQUENCE)?);
    let counter = object_id(expect(&mut binding, OBJECT_ID)?)?;
    let known = REPORTS.iter().any(|report| counter.starts_with(report));
    let whole = message.is_empty() && scoped.is_empty() && report.is_empty();
    (known && whole).then_some(engine)
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Answer {
    accepted: Option<bool>,
    description: Option<String>,
    object: Option<Vec<u32>>,
}

fn parse_answer(bytes: &[u8], version: i64) -> Option<Answer> {
    let mut message = message(bytes)?;
    if whole_number(&mut message, INTEGER)? != version || expect(&mut message, OCTETS)? != COMMUNITY {
        return None;
    }
    let mut response = Reader::new(expect(&mut message, RESPONSE)?);
    let id = whole_number(&mut response, INTEGER)?;
    let status = whole_number(&mut response, INTEGER)?;
    let _index = whole_number(&mut response, INTEGER)?;
    let mut bindings = Reader::new(expect(&mut response, SEQUENCE)?);
    if id != ID || !(0..=18).contains(&status) || !response.is_empty() || !message.is_empty() {
        return None;
    }
    // 0 no error, 2 no such name; 6 no access, 16 authorization error (RFC 3416, 3). Others say nothing about access.
    let mut answer = Answer {
        accepted: [(0, true), (2, true), (6, false), (16, false)]
            .into_iter()
            .find(|(code, _)| *code == status)
            .map(|(_, accepted)| accepted),
        ..Answer::default()
    };
    for wanted in [SYSTEM_DESCRIPTION, SYSTEM_OBJECT_ID] {
        if bindings.is_empty() && status != 0 {
            break;
        }
        let mut binding = Reader::new(expect(&mut bindings, SEQUENCE)?);
        if object_id(expect(&mut binding, OBJECT_ID)?)? != wanted {
            return None;
        }
        let (tag, value) = crate::ber::element(&mut binding)?;
        match tag {
            OCTETS if wanted == SYSTEM_DESCRIPTION => answer.description = clean(value, 255),
            OBJECT_ID if wanted == SYSTEM_OBJECT_ID => answer.object = object_id(value),
            // Null beside an error; no such object, no such instance, end of view (RFC 3416, 3).
            NULL | 0x80..=0x82 => {}
            _ => return None,
        }
    }
    bindings.is_empty().then_some(answer)
}

/// The product part of a system description: without the computer's name, which Unix systems put in second place, and
/// without what vendors hang behind a comma or semicolon (serial numbers, hardware addresses).
fn product_of(description: &str) -> Option<String> {
    let words: Vec<&str> = description.split(' ').collect();
    let part = match words.as_slice() {
        // `uname -a`: system, name of the computer, release, ...
        [
            "Linux" | "FreeBSD" | "NetBSD" | "OpenBSD" | "Darwin" | "SunOS" | "AIX" | "HP-UX" | "pfSense" | "OPNsense",
            rest @ ..,
        ] => {
            let system = words.first().copied().unwrap_or_default();
            match rest.get(1).filter(|release| release.starts_with(|c: char| c.is_ascii_digit())) {
                Some(release) => format!("{system} {release}"),
                None => system.to_owned(),
            }
        }
        // Microsoft: `Hardware: ... - Software: Windows Version 6.3 (Build 9600 Multiprocessor Free)`.
        ["Hardware:", ..] => {
            let (_, software) = description.split_once("Software: ")?;
            software.split(" (").next().unwrap_or_default().to_owned()
        }
        _ => description.split([',', ';']).next().unwrap_or_default().to_owned(),
    };
    clean(part.as_bytes(), 80)
}

const NET_SNMP: u32 = 8072;

/// Vendor with this enterprise number (IANA, private enterprise numbers), in its usual spelling; only those that a
/// practice is likely to own. Net-SNMP is not among them: its agent runs in devices of everybody.
pub fn vendor_of_enterprise(number: u32) -> Option<&'static str> {
    Some(match number {
        2 => "IBM",
        9 => "Cisco",
        11 => "HP",
        43 => "3Com",
        63 => "Apple",
        171 => "D-Link",
        207 => "Allied Telesis",
        231 | 10368 => "Fujitsu",
        236 => "Samsung",
        253 => "Xerox",
        311 => "Microsoft",
        318 => "APC",
        343 => "Intel",
        367 => "Ricoh",
        368 => "Axis",
        476 => "Vertiv",
        534 => "Eaton",
        641 => "Lexmark",
        674 => "Dell",
        872 => "AVM",
        890 => "Zyxel",
        1129 => "Toshiba TEC",
        1248 => "Epson",
        1347 => "Kyocera",
        1588 | 1991 => "Brocade",
        1602 => "Canon",
        1916 => "Extreme Networks",
        2001 => "OKI",
        2011 => "Huawei",
        2356 => "LANCOM Systems",
        2435 => "Brother",
        2604 => "Sophos",
        2636 => "Juniper",
        3097 => "WatchGuard",
        3808 => "CyberPower",
        3955 => "Linksys",
        4329 => "Siemens",
        4526 => "Netgear",
        6486 => "Alcatel-Lucent Enterprise",
        6574 => "Synology",
        6876 => "VMware",
        7367 => "DrayTek",
        8741 => "SonicWall",
        10876 => "Supermicro",
        11863 => "TP-Link",
        12356 => "Fortinet",
        13742 => "Raritan",
        14823 => "Aruba",
        14988 => "MikroTik",
        18334 => "Konica Minolta",
        19046 => "Lenovo",
        20974 => "AMI",
        24681 | 55062 => "QNAP",
        25506 => "H3C",
        29671 => "Cisco Meraki",
        39165 => "Hikvision",
        41112 => "Ubiquiti",
        47196 => "Hewlett Packard Enterprise",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trials;
    use proptest::prelude::*;

    /// Net-SNMP 5.9.3 of Debian 12, recorded on the loopback interface; the computer's name and kernel are replaced.
    const REPORT_3: &str =
        "3072020103301102042b567369020300ffe304010002010304223020041180001f888078beb111a065076b00000000
        0201010202012c0400040004003036041180001f888078beb111a065076b000000000400a81f02042b567369020100020100
        3011300f060a2b060106030f01010400410101";
    const ANSWER_2C: &str = "307a02010104067075626c6963a26d02042b567369020100020100305f304506082b060102010101000439
        4c696e757820707620362e31322e302d31382d616d6436342023312053 4d5020505245454d50545f44594e414d4943204030207838365f36
        34301606082b06010201010200060a2b06010401bf0803020a";

    fn dialogue(logins: bool) -> Snmp {
        Snmp::new(&Manner { logins, ..Manner::default() })
    }

    fn detail(seen: &Seen) -> &DeviceSnmp {
        match &seen.detail {
            Detail::Snmp(detail) => detail,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn recognised_without_a_community() {
        let report = trials::hex(REPORT_3);
        let seen = trials::datagrams(|| dialogue(false), &[&report]);
        assert_eq!(seen.product.as_deref(), Some("Net-SNMP"));
        assert_eq!(detail(&seen).versions, Known(vec!["3".to_owned()]));
        assert_eq!(detail(&seen).default_community.known(), None, "nobody has asked");
        let (_, sent) = crate::play(&mut dialogue(false), &[&report]);
        assert_eq!(sent.len(), 1);
        assert!(!sent.concat().windows(6).any(|window| window == b"public"));
    }

    #[test]
    fn default_community_only_with_consent() {
        let (report, two) = (trials::hex(REPORT_3), trials::hex(ANSWER_2C));
        let mut one = two.clone();
        one[4] = 0;
        let seen = trials::datagrams(|| dialogue(true), &[&report, &two, &one]);
        assert_eq!(detail(&seen).versions, Known(["1", "2c", "3"].map(str::to_owned).into()));
        assert_eq!(detail(&seen).default_community, Known(true));
        assert_eq!(detail(&seen).product, Known("Linux 6.12.0-18-amd64".to_owned()));
        let object = (TextPlace::SnmpObjectId, "1.3.6.1.4.1.8072.3.2.10".to_owned());
        assert!(seen.texts.contains(&object), "{:?}", seen.texts);

        let old = trials::datagrams(|| dialogue(true), &[&[], &[], &one]);
        assert_eq!(detail(&old).versions, Known(vec!["1".to_owned()]));
        let refused = trials::datagrams(|| dialogue(true), &[&report, &[], &[]]);
        assert_eq!(detail(&refused).default_community, Known(false));
        let late = crate::play(&mut dialogue(true), &[&report, &report, &two, &two, &one]).0.expect("recognised");
        assert_eq!(late, seen, "answers that came twice");
        let disturbed = crate::play(&mut dialogue(true), &[&report, b"HTTP", &[]]).0.expect("recognised");
        assert_eq!(detail(&disturbed).default_community.known(), None, "disturbed, so silence proves nothing");
    }

    #[test]
    fn names_stay_out_of_the_product() {
        for (description, product) in [
            ("Linux server-von-meier 5.10.0-8-amd64 #1 SMP Debian x86_64", "Linux 5.10.0-8-amd64"),
            ("Linux empfang", "Linux"),
            ("pfSense tor.praxis.example 2.6.0-RELEASE FreeBSD 12.3-STABLE amd64", "pfSense 2.6.0-RELEASE"),
            (
                "Hardware: Intel64 Family 6 - Software: Windows Version 6.3 (Build 17763 Multiprocessor Free)",
                "Windows Version 6.3",
            ),
            ("Brother NC-8300h, Firmware Ver.1.05 ,MID 84UC03", "Brother NC-8300h"),
            (
                "RICOH IM C2500 1.11 / RICOH Network Printer C model",
                "RICOH IM C2500 1.11 / RICOH Network Printer C model",
            ),
        ] {
            assert_eq!(product_of(description).as_deref(), Some(product));
        }
    }

    #[test]
    fn engine_ids() {
        let engine = parse_engine_id(&trials::hex("8000000903001122334455")).expect("well-formed");
        assert_eq!((engine.enterprise, engine.mac), (9, Some([0, 0x11, 0x22, 0x33, 0x44, 0x55])));
        assert_eq!(vendor_of_enterprise(engine.enterprise), Some("Cisco"));
        assert_eq!(parse_engine_id(&[0x80, 0, 0, 9]), None);
    }

    #[test]
    fn wrong_answers() {
        let report = trials::hex(REPORT_3);
        let mut other_id = report.clone();
        other_id[10] ^= 1;
        assert_eq!(crate::play(&mut dialogue(false), &[&other_id]).0, None);
        let two = trials::hex(ANSWER_2C);
        assert_eq!(crate::play(&mut dialogue(true), &[&[], &report]).0, None, "version 3 as answer to version 2c");
        assert_eq!(crate::play(&mut dialogue(false), &[&two]).0, None);
        trials::strangers(|| dialogue(false), b"");
        trials::strangers(|| dialogue(true), b"");
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(
            noise in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..120), 0..5),
            changes in proptest::collection::vec(any::<(proptest::sample::Index, u8)>(), 0..4),
            logins: bool,
        ) {
            trials::any_bytes(dialogue(logins), &noise);
            let answers = [REPORT_3, ANSWER_2C].map(|answer| trials::mutated(&trials::hex(answer), &changes));
            trials::any_bytes(dialogue(logins), &answers);
        }
    }
}
