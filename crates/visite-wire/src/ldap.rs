//! Directory access (RFC 4511): what a directory says about itself, and whether it shows entries to anybody.
//!
//! The root entry is meant for everyone (RFC 4512, 5.1) and is asked for without a login. With consent a login without
//! name and password follows, and a question whether the top of the directory is visible. Deliberately absent: the
//! contents of entries; the only attribute asked for there is `1.1`, which means none (RFC 4511, 4.5.1.8).

use visite_facts::facts::{DeviceLdap, NetworkService};
use visite_facts::{Known, Unknown, UnknownReason};

use crate::ber::{
    ENUMERATED, INTEGER, OCTETS, SEQUENCE, SET, arrived, element, expect, whole_number, wrap, write_number,
};
use crate::bytes::{Reader, Reading, clean};
use crate::{Detail, Dialogue, Event, MAX_ANSWER_BYTES, Manner, Seen, Step};

const BIND: u8 = 0x60;
const BIND_RESPONSE: u8 = 0x61;
const SEARCH: u8 = 0x63;
const ENTRY: u8 = 0x64;
const DONE: u8 = 0x65;
const REFERENCE: u8 = 0x73;
const EXTENDED_RESPONSE: u8 = 0x78;
/// Notice of disconnection (RFC 4511, 4.4.1): a server's last word.
const DISCONNECTION: &[u8] = b"1.3.6.1.4.1.1466.20036";
const ACTIVE_DIRECTORY: &str = "1.2.840.113556.1.4.800";
/// Lightweight Directory Services: Active Directory without a domain (MS-ADTS 3.1.1.3.4.3).
const LIGHTWEIGHT: &str = "1.2.840.113556.1.4.1851";
const ASKED: [&str; 12] = [
    "objectClass",
    "supportedLDAPVersion",
    "supportedCapabilities",
    "vendorName",
    "vendorVersion",
    "namingContexts",
    "defaultNamingContext",
    "domainControllerFunctionality",
    "domainFunctionality",
    "forestFunctionality",
    "dnsHostName",
    "isGlobalCatalogReady",
];

/// The dialogue, over TCP ports 389, 636 (inside TLS), 3268 and 3269.
#[derive(Clone, Debug)]
pub struct Ldap {
    logins: bool,
    asked: Asked,
    root: Root,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    Root,
    Login,
    Top,
}

impl Asked {
    /// Number of the message, which the answers repeat.
    fn id(self) -> i64 {
        match self {
            Self::Root => 1,
            Self::Login => 2,
            Self::Top => 3,
        }
    }
}

/// What was asked of the root entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Root {
    shown: bool,
    open_ldap: bool,
    active_directory: bool,
    lightweight: bool,
    controller: bool,
    vendor: Option<String>,
    version: Option<String>,
    name: Option<String>,
    top: Option<Vec<u8>>,
}

impl Ldap {
    /// A dialogue in this manner.
    pub fn new(manner: &Manner) -> Self {
        Self { logins: manner.logins, asked: Asked::Root, root: Root::default() }
    }

    fn ask(&mut self, asked: Asked) -> Step<Seen> {
        self.asked = asked;
        let id = write_number(INTEGER, asked.id());
        let operation = match asked {
            Asked::Root => search(b"", &ASKED),
            Asked::Login => wrap(BIND, &[&write_number(INTEGER, 3), &wrap(OCTETS, &[]), &wrap(0x80, &[])]),
            Asked::Top => search(self.root.top.as_deref().unwrap_or_default(), &["1.1"]),
        };
        Step::Send(wrap(SEQUENCE, &[&id, &operation]))
    }

    fn done(&self, anonymous_read: Result<bool, UnknownReason>) -> Step<Seen> {
        let root = &self.root;
        let mut seen = Seen::new(NetworkService::Ldap);
        let mut detail = DeviceLdap { anonymous_read: anonymous_read.into(), ..DeviceLdap::default() };
        if root.shown {
            let controller = root.controller && root.active_directory && !root.lightweight;
            detail.domain_controller = Known(controller);
            seen.vendor.clone_from(&root.vendor);
            seen.version.clone_from(&root.version);
            seen.product = match (root.open_ldap, root.active_directory || root.lightweight, &root.vendor) {
                (true, ..) => Some("OpenLDAP".to_owned()),
                (_, true, None) if root.lightweight => {
                    Some("Active Directory Lightweight Directory Services".to_owned())
                }
                (_, true, None) => Some("Active Directory".to_owned()),
                (_, true, Some(vendor)) if vendor.starts_with("Samba") => Some("Samba".to_owned()),
                _ => None,
            };
            if root.vendor.is_none() && (root.active_directory || root.lightweight) {
                seen.vendor = Some("Microsoft".to_owned());
            }
            seen.names.extend(root.name.clone());
        } else {
            detail.domain_controller = Unknown(UnknownReason::NoPermission);
        }
        seen.detail = Detail::Ldap(detail);
        Step::Done(seen)
    }

    fn received(&mut self, bytes: &[u8]) -> Step<Seen> {
        let answers = match parse_answers(bytes, self.asked.id()) {
            Ok(answers) => answers,
            Err(Reading::Begun) => return Step::More,
            // What came first was this protocol beyond doubt; what came now is not understood.
            Err(_) if self.asked != Asked::Root => return self.done(Err(UnknownReason::Malformed)),
            Err(_) => return Step::NotThis,
        };
        match self.asked {
            Asked::Root => {
                if answers.code.is_some_and(|(operation, _)| operation != DONE) {
                    return Step::NotThis;
                }
                if let Some((name, attributes)) = answers.entry
                    && (!name.is_empty() || read_root(&mut self.root, attributes).is_none())
                {
                    return Step::NotThis;
                }
                match (answers.ended, self.logins) {
                    (false, true) if self.root.top.is_some() => self.ask(Asked::Login),
                    // Who does not even show its root entry: strong authentication required, inappropriate authentication,
                    // invalid credentials, insufficient access rights, unwilling to perform (OpenLDAP: `require authc`).
                    (false, true) if matches!(answers.code, Some((_, 8 | 48 | 49 | 50 | 53))) => self.done(Ok(false)),
                    (false, true) => self.done(Err(UnknownReason::NotSupported)),
                    _ => self.done(Err(UnknownReason::NotCollected)),
                }
            }
            Asked::Login if answers.ended => self.done(Ok(false)),
            // A server that refuses the login treats the connection as one without login (RFC 4511, 4.2.1): ask anyway.
            Asked::Login if answers.code.is_some_and(|(operation, _)| operation == BIND_RESPONSE) => {
                self.ask(Asked::Top)
            }
            Asked::Login => self.done(Err(UnknownReason::Malformed)),
            Asked::Top => self.done(match answers.code {
                _ if answers.entry.is_some() => Ok(true),
                // Success without an entry, operations error (Active Directory), strong authentication required,
                // confidentiality required, no such object, inappropriate authentication, invalid credentials,
                // insufficient access rights, unwilling to perform (RFC 4511, A.2).
                Some((DONE, 0 | 1 | 8 | 13 | 32 | 48 | 49 | 50 | 53)) => Ok(false),
                _ if answers.ended => Ok(false),
                _ => Err(UnknownReason::NotSupported),
            }),
        }
    }
}

impl Dialogue for Ldap {
    type Answer = Seen;

    fn step(&mut self, event: Event<'_>) -> Step<Seen> {
        match event {
            Event::Connected => self.ask(Asked::Root),
            Event::Received(bytes) => self.received(bytes),
            Event::Silence | Event::Closed if self.asked == Asked::Root => Step::NotThis,
            Event::Silence | Event::Closed => self.done(Err(UnknownReason::TimedOut)),
        }
    }
}

/// A search for one entry itself, not for what lies below it (RFC 4511, 4.5.1).
fn search(base: &[u8], attributes: &[&str]) -> Vec<u8> {
    let zero = write_number(ENUMERATED, 0);
    let wanted: Vec<Vec<u8>> = attributes.iter().map(|name| wrap(OCTETS, &[name.as_bytes()])).collect();
    let wanted: Vec<&[u8]> = wanted.iter().map(Vec::as_slice).collect();
    wrap(
        SEARCH,
        &[
            &wrap(OCTETS, &[base]),
            &zero,
            &zero,
            &write_number(INTEGER, 1),
            &write_number(INTEGER, 5),
            &[1, 1, 0],
            &wrap(0x87, &[b"objectClass"]),
            &wrap(SEQUENCE, &wanted),
        ],
    )
}

/// What a server answered to one question, up to the message that ends it.
#[derive(Clone, Copy, Debug, Default)]
struct Answers<'b> {
    /// The last message: its kind and result code.
    code: Option<(u8, i64)>,
    /// Name and attributes of the first entry.
    entry: Option<(&'b [u8], &'b [u8])>,
    /// Whether the server said that it ends the connection.
    ended: bool,
}

fn parse_answers(bytes: &[u8], id: i64) -> Result<Answers<'_>, Reading<usize>> {
    let mut answers = Answers::default();
    let mut rest = bytes;
    loop {
        let Reading::Whole(length) = arrived(rest, SEQUENCE, MAX_ANSWER_BYTES) else {
            return Err(arrived(rest, SEQUENCE, MAX_ANSWER_BYTES));
        };
        let (message, behind) = rest.split_at_checked(length).ok_or(Reading::Bad)?;
        rest = behind;
        if parse_message(message, id, &mut answers).ok_or(Reading::Bad)? {
            return if rest.is_empty() { Ok(answers) } else { Err(Reading::Bad) };
        }
    }
}

/// Whether this message ends the answer.
fn parse_message<'b>(message: &'b [u8], id: i64, answers: &mut Answers<'b>) -> Option<bool> {
    let mut reader = Reader::new(message);
    let mut reader = Reader::new(expect(&mut reader, SEQUENCE)?);
    let found = whole_number(&mut reader, INTEGER)?;
    let (operation, contents) = element(&mut reader)?;
    // Behind the operation there may be controls.
    if !reader.is_empty() {
        expect(&mut reader, 0xa0).filter(|_| reader.is_empty())?;
    }
    let mut contents = Reader::new(contents);
    if operation == EXTENDED_RESPONSE && found == 0 {
        let code = parse_result(&mut contents)?;
        let named = std::iter::from_fn(|| element(&mut contents)).any(|part| part == (0x8a, DISCONNECTION));
        answers.code = Some((DONE, code));
        answers.ended = true;
        return named.then_some(true);
    }
    if found != id {
        return None;
    }
    match operation {
        ENTRY => {
            let entry = (expect(&mut contents, OCTETS)?, expect(&mut contents, SEQUENCE)?);
            answers.entry.get_or_insert(entry);
            contents.is_empty().then_some(false)
        }
        REFERENCE => Some(false),
        DONE | BIND_RESPONSE => {
            answers.code = Some((operation, parse_result(&mut contents)?));
            Some(true)
        }
        _ => None,
    }
}

fn parse_result(contents: &mut Reader<'_>) -> Option<i64> {
    let code = whole_number(contents, ENUMERATED)?;
    let (_matched, _diagnostic) = (expect(contents, OCTETS)?, expect(contents, OCTETS)?);
    (0..=4096).contains(&code).then_some(code)
}

fn read_root(root: &mut Root, attributes: &[u8]) -> Option<()> {
    let mut attributes = Reader::new(attributes);
    while !attributes.is_empty() {
        let mut attribute = Reader::new(expect(&mut attributes, SEQUENCE)?);
        let name = expect(&mut attribute, OCTETS)?.to_ascii_lowercase();
        let mut values = Reader::new(expect(&mut attribute, SET)?);
        while !values.is_empty() {
            let value = expect(&mut values, OCTETS)?;
            match name.as_slice() {
                b"objectclass" => root.open_ldap |= value == b"OpenLDAProotDSE",
                b"supportedcapabilities" => {
                    root.active_directory |= value == ACTIVE_DIRECTORY.as_bytes();
                    root.lightweight |= value == LIGHTWEIGHT.as_bytes();
                }
                b"domaincontrollerfunctionality" => root.controller = true,
                b"vendorname" => root.vendor = clean(value, 80),
                b"vendorversion" => root.version = clean(value, 80),
                b"dnshostname" => root.name = clean(value, 255),
                b"defaultnamingcontext" => root.top = short(value),
                b"namingcontexts" if root.top.is_none() => root.top = short(value),
                _ => {}
            }
        }
        root.shown = true;
    }
    Some(())
}

fn short(name: &[u8]) -> Option<Vec<u8>> {
    (1..=255).contains(&name.len()).then(|| name.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trials;
    use proptest::prelude::*;

    /// OpenLDAP 2.5.13 of Debian 12 with the suffix `dc=praxis,dc=example`, recorded on the loopback interface.
    const ROOT: &str = "307702010164720400306e3025040b6f626a656374436c61737331160403746f70040f4f70656e4c444150726f6f74445345
        3028040e6e616d696e67436f6e7465787473311604146463 3d7072617869732c64633d6578616d706c65301b0414737570706f727465644c44
        415056657273696f6e3103040133 300c02010165070a010004000400";
    const BOUND: &str = "300c02010261070a010004000400";
    const TOP: &str = "301d0201036418041464633d7072617869732c64633d6578616d706c653000 300c02010365070a010004000400";

    fn dialogue(logins: bool) -> Ldap {
        Ldap::new(&Manner { logins, ..Manner::default() })
    }

    fn detail(seen: &Seen) -> &DeviceLdap {
        match &seen.detail {
            Detail::Ldap(detail) => detail,
            other => panic!("{other:?}"),
        }
    }

    fn entry(attributes: &[(&str, &[&str])]) -> Vec<u8> {
        let attributes: Vec<u8> = attributes
            .iter()
            .flat_map(|(name, values)| {
                let values: Vec<u8> = values.iter().flat_map(|value| wrap(OCTETS, &[value.as_bytes()])).collect();
                wrap(SEQUENCE, &[&wrap(OCTETS, &[name.as_bytes()]), &wrap(SET, &[&values])])
            })
            .collect();
        let entry = wrap(ENTRY, &[&wrap(OCTETS, &[]), &wrap(SEQUENCE, &[&attributes])]);
        let mut bytes = wrap(SEQUENCE, &[&[2, 1, 1], &entry]);
        bytes.extend(result(1, DONE, 0));
        bytes
    }

    fn result(id: u8, operation: u8, code: u8) -> Vec<u8> {
        wrap(SEQUENCE, &[&[2, 1, id], &wrap(operation, &[&[ENUMERATED, 1, code, OCTETS, 0, OCTETS, 0]])])
    }

    #[test]
    fn the_root_entry_without_a_login() {
        let seen = trials::stream(|| dialogue(false), &[&trials::hex(ROOT)]);
        assert_eq!(seen.product.as_deref(), Some("OpenLDAP"));
        assert_eq!(detail(&seen).domain_controller, Known(false));
        assert_eq!(detail(&seen).anonymous_read, Unknown(UnknownReason::NotCollected));
        let (_, sent) = crate::play(&mut dialogue(false), &[&trials::hex(ROOT)]);
        assert_eq!(sent.len(), 1, "no login");
    }

    #[test]
    fn entries_for_anybody() {
        let (root, bound, top) = (trials::hex(ROOT), trials::hex(BOUND), trials::hex(TOP));
        let seen = trials::stream(|| dialogue(true), &[&root, &bound, &top]);
        assert_eq!(detail(&seen).anonymous_read, Known(true));
        for code in [1, 32, 50] {
            let seen = trials::stream(|| dialogue(true), &[&root, &bound, &result(3, DONE, code)]);
            assert_eq!(detail(&seen).anonymous_read, Known(false), "{code}");
        }
        let refused = trials::stream(|| dialogue(true), &[&root, &result(2, BIND_RESPONSE, 48), &top]);
        assert_eq!(detail(&refused).anonymous_read, Known(true), "shown without login, login refused");
        let silent = trials::stream(|| dialogue(true), &[&root, &bound, &[]]);
        assert_eq!(detail(&silent).anonymous_read, Unknown(UnknownReason::TimedOut));
    }

    #[test]
    fn domain_controllers() {
        let controller = entry(&[
            ("supportedCapabilities", &[ACTIVE_DIRECTORY, "1.2.840.113556.1.4.1670"]),
            ("domainControllerFunctionality", &["7"]),
            ("dnsHostName", &["dc1.praxis.example"]),
            ("defaultNamingContext", &["DC=praxis,DC=example"]),
        ]);
        let seen = trials::stream(|| dialogue(false), &[&controller]);
        assert_eq!(seen.product.as_deref(), Some("Active Directory"));
        assert_eq!(seen.names, ["dc1.praxis.example"]);
        assert_eq!(detail(&seen).domain_controller, Known(true));

        let samba = entry(&[
            ("supportedCapabilities", &[ACTIVE_DIRECTORY]),
            ("domainControllerFunctionality", &["4"]),
            ("vendorName", &["Samba Team (https://samba.org)"]),
        ]);
        assert_eq!(trials::stream(|| dialogue(false), &[&samba]).product.as_deref(), Some("Samba"));

        let lightweight = entry(&[
            ("supportedCapabilities", &[ACTIVE_DIRECTORY, LIGHTWEIGHT]),
            ("domainControllerFunctionality", &["7"]),
        ]);
        assert_eq!(detail(&trials::stream(|| dialogue(false), &[&lightweight])).domain_controller, Known(false));
    }

    #[test]
    fn closed_directories_are_recognised_too() {
        // OpenLDAP 2.5.13 of Debian 12, with `require authc`, and with `security ssf=128`.
        let authentication = trials::hex("3023020101651e0a01350400041761757468656e7469636174696f6e207265717569726564");
        let secrecy = trials::hex("3024020101651f0a010d04000418636f6e666964656e7469616c697479207265717569726564");
        let seen = trials::stream(|| dialogue(true), &[&authentication]);
        assert_eq!(detail(&seen).domain_controller, Unknown(UnknownReason::NoPermission));
        assert_eq!(detail(&seen).anonymous_read, Known(false));
        let seen = trials::stream(|| dialogue(false), &[&authentication]);
        assert_eq!(detail(&seen).anonymous_read, Unknown(UnknownReason::NotCollected));
        let seen = trials::stream(|| dialogue(true), &[&secrecy]);
        assert_eq!(detail(&seen).anonymous_read, Unknown(UnknownReason::NotSupported), "perhaps with TLS");
        let notice =
            wrap(EXTENDED_RESPONSE, &[&[ENUMERATED, 1, 13, OCTETS, 0, OCTETS, 0], &wrap(0x8a, &[DISCONNECTION])]);
        let notice = wrap(SEQUENCE, &[&[2, 1, 0], &notice]);
        trials::stream(|| dialogue(true), &[&notice]);
    }

    #[test]
    fn wrong_answers() {
        assert_eq!(crate::play(&mut dialogue(false), &[&trials::hex(TOP)]).0, None, "another number");
        assert_eq!(crate::play(&mut dialogue(false), &[&result(1, BIND_RESPONSE, 0)]).0, None, "another operation");
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
            let answers = [ROOT, BOUND, TOP].map(|answer| trials::mutated(&trials::hex(answer), &changes));
            trials::any_bytes(dialogue(logins), &answers);
        }
    }
}
