//! Fingerprints: what a text by which a service shows itself says about vendor, product, version, system and device.
//!
//! Two kinds: those of Visite's catalogue, handed in as plain values, and those of Rapid7 recog (BSD-2-Clause), read from
//! its XML files. The patterns of both run in linear time, whatever the text. Deliberately absent: reading files, and
//! asking devices.

use crate::{Seen, TextPlace};
use regex::bytes::{Captures, Regex, RegexBuilder};
use roxmltree::{Document, Node, ParsingOptions};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::OnceLock;
use visite_facts::facts::DeviceClass;

/// Most bytes of a text that are looked at.
pub const MAX_TEXT_BYTES: usize = 16 * 1024;
/// Most bytes that one compiled pattern may take.
const MAX_PATTERN_BYTES: usize = 4 << 20;
/// Most bytes of a value that a fingerprint may give.
const MAX_VALUE_BYTES: usize = 200;

impl TextPlace {
    /// Every place.
    pub const ALL: [Self; 26] = [
        Self::FtpBanner,
        Self::SmtpBanner,
        Self::ImapBanner,
        Self::PopBanner,
        Self::SshBanner,
        Self::TelnetBanner,
        Self::MysqlBanner,
        Self::HttpServer,
        Self::HttpAuthenticate,
        Self::HttpCookie,
        Self::HttpPoweredBy,
        Self::HtmlTitle,
        Self::RtspServer,
        Self::SipServer,
        Self::SipUserAgent,
        Self::SnmpDescription,
        Self::SnmpObjectId,
        Self::SmbNativeOs,
        Self::SmbNativeLm,
        Self::DnsVersion,
        Self::NtpBanner,
        Self::CertificateSubject,
        Self::CertificateIssuer,
        Self::DicomImplementation,
        Self::KonnektorProduct,
        Self::SicctManufacturer,
    ];

    /// Its name in files: that of recog's file without ending, where recog has one.
    pub fn word(self) -> &'static str {
        match self {
            Self::FtpBanner => "ftp_banners",
            Self::SmtpBanner => "smtp_banners",
            Self::ImapBanner => "imap_banners",
            Self::PopBanner => "pop_banners",
            Self::SshBanner => "ssh_banners",
            Self::TelnetBanner => "telnet_banners",
            Self::MysqlBanner => "mysql_banners",
            Self::HttpServer => "http_servers",
            Self::HttpAuthenticate => "http_wwwauth",
            Self::HttpCookie => "http_cookies",
            Self::HttpPoweredBy => "http_xpoweredby",
            Self::HtmlTitle => "html_title",
            Self::RtspServer => "rtsp_servers",
            Self::SipServer => "sip_banners",
            Self::SipUserAgent => "sip_user_agents",
            Self::SnmpDescription => "snmp_sysdescr",
            Self::SnmpObjectId => "snmp_sysobjid",
            Self::SmbNativeOs => "smb_native_os",
            Self::SmbNativeLm => "smb_native_lm",
            Self::DnsVersion => "dns_versionbind",
            Self::NtpBanner => "ntp_banners",
            Self::CertificateSubject => "x509_subjects",
            Self::CertificateIssuer => "x509_issuers",
            Self::DicomImplementation => "dicom_implementation",
            Self::KonnektorProduct => "konnektor_product",
            Self::SicctManufacturer => "sicct_manufacturer",
        }
    }

    /// The place of that name.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|place| place.word() == word)
    }
}

/// A fingerprint of the catalogue, as plain values. In each value `{1}` stands for the first group of the pattern, `{2}`
/// for the second; a value whose group caught nothing is left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Own<'a> {
    /// Its id, for messages.
    pub id: &'a str,
    /// Name of the place ([`TextPlace::word`]).
    pub place: &'a str,
    /// Regular expression of the crate `regex`, found anywhere unless `^` and `$` say otherwise.
    pub pattern: &'a str,
    /// Vendor of the product.
    pub vendor: Option<&'a str>,
    /// Product.
    pub product: Option<&'a str>,
    /// Version of the product.
    pub version: Option<&'a str>,
    /// Operating system or firmware.
    pub system: Option<&'a str>,
    /// What the device is.
    pub class: Option<DeviceClass>,
}

/// What a text says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// Vendor of the product.
    pub vendor: Option<String>,
    /// Product.
    pub product: Option<String>,
    /// Version of the product.
    pub version: Option<String>,
    /// Operating system or firmware.
    pub system: Option<String>,
    /// What the device is.
    pub class: Option<DeviceClass>,
}

/// Why fingerprints could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FingerprintProblem {
    /// Which fingerprint, or which file.
    pub subject: String,
    /// What is wrong with it.
    pub message: String,
}

impl fmt::Display for FingerprintProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.subject, self.message)
    }
}

impl std::error::Error for FingerprintProblem {}

fn problem(subject: &str, message: impl Into<String>) -> FingerprintProblem {
    FingerprintProblem { subject: subject.to_owned(), message: message.into() }
}

/// All fingerprints, by place.
#[derive(Debug, Default)]
pub struct Fingerprints {
    own: BTreeMap<String, Vec<Fingerprint>>,
    imported: BTreeMap<String, Vec<Fingerprint>>,
}

impl Fingerprints {
    /// Adds one of the catalogue. Among several that fit, the one added first counts.
    pub fn add_own(&mut self, own: &Own<'_>) -> Result<(), FingerprintProblem> {
        if TextPlace::from_word(own.place).is_none() {
            return Err(problem(own.id, format!("there is no place `{}`", own.place)));
        }
        let values = [
            ("service.vendor", own.vendor),
            ("service.product", own.product),
            ("service.version", own.version),
            ("system", own.system),
            ("class", own.class.map(visite_facts::Word::word)),
        ];
        let given =
            values.iter().filter_map(|(name, value)| Some(((*name).to_owned(), Value::Constant((*value)?.to_owned()))));
        let fingerprint = Fingerprint::new(own.pattern, Flags::default(), given.collect());
        fingerprint.regex().ok_or_else(|| problem(own.id, format!("`{}` is no pattern", own.pattern)))?;
        self.own.entry(own.place.to_owned()).or_default().push(fingerprint);
        Ok(())
    }

    /// Adds the fingerprints of a file of recog (`name` without `.xml`, e.g. `ssh_banners`). Says how many.
    ///
    /// Patterns are compiled when they are needed first: all of them would take many times the memory of those that a
    /// practice ever needs.
    pub fn add_recog(&mut self, name: &str, xml: &str) -> Result<usize, FingerprintProblem> {
        let fingerprints = parse_recog(name, xml)?;
        let count = fingerprints.len();
        self.imported.entry(name.to_owned()).or_default().extend(fingerprints);
        Ok(count)
    }

    /// What a text says: by the catalogue's fingerprints, and if none fits, by the imported ones.
    pub fn identify(&self, place: TextPlace, text: &str) -> Option<Identity> {
        let attributes = self.attributes(place.word(), text.as_bytes())?;
        // Some fingerprints of recog only say that a text says nothing.
        Some(Identity::from(&attributes)).filter(|identity| *identity != Identity::default())
    }

    fn attributes(&self, place: &str, text: &[u8]) -> Option<BTreeMap<String, String>> {
        let text = text.get(..MAX_TEXT_BYTES).unwrap_or(text);
        let lists = [self.own.get(place), self.imported.get(place)];
        lists.into_iter().flatten().flatten().find_map(|fingerprint| fingerprint.attributes(text))
    }

    /// Fills in what a dialogue left open, by the texts it saw, and says what the device is. Vendor, product and version
    /// come from one text; what the protocol itself stated stays.
    pub fn apply(&self, seen: &mut Seen) -> Option<DeviceClass> {
        let identities: Vec<Identity> =
            seen.texts.iter().filter_map(|(place, text)| self.identify(*place, text)).collect();
        let mut class = None;
        for identity in identities {
            if seen.product.is_none() && seen.vendor.is_none() && identity.product.is_some() {
                seen.vendor = identity.vendor;
                seen.product = identity.product;
                if seen.version.is_none() {
                    seen.version = identity.version;
                }
            } else if seen.vendor.is_none() && seen.product == identity.product {
                seen.vendor = identity.vendor;
            }
            seen.system = seen.system.take().or(identity.system);
            class = class.or(identity.class);
        }
        class
    }
}

impl From<&BTreeMap<String, String>> for Identity {
    fn from(attributes: &BTreeMap<String, String>) -> Self {
        let value = |name: &str| attributes.get(name).cloned();
        let (vendor, product, version) = if attributes.contains_key("service.product") {
            (value("service.vendor"), value("service.product"), value("service.version"))
        } else if attributes.contains_key("hw.product") {
            (value("hw.vendor"), value("hw.product"), value("hw.version"))
        } else {
            (value("service.vendor").or_else(|| value("hw.vendor")), None, value("service.version"))
        };
        let words = ["hw.device", "os.device", "service.device"].into_iter().filter_map(|name| attributes.get(name));
        let stated = attributes.get("class").and_then(|word| visite_facts::Word::from_word(word));
        let class = stated.or_else(|| words.filter_map(|word| class_of(word)).next());
        Self { vendor, product, version, system: value("system").or_else(|| system_of(attributes)), class }
    }
}

/// `Windows Server 2008 R2`, `Debian Linux 10.0`, `RouterOS 6.49`.
fn system_of(attributes: &BTreeMap<String, String>) -> Option<String> {
    let product = attributes.get("os.product")?;
    let vendor = attributes.get("os.vendor").filter(|vendor| product == "Linux" && *vendor != "Linux");
    let parts = [vendor, Some(product), attributes.get("os.version")];
    Some(parts.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" "))
}

/// What recog calls a device, in our words. What is left out is told by nothing else either.
fn class_of(device: &str) -> Option<DeviceClass> {
    Some(match device {
        "Printer" | "Multifunction Device" | "Print Server" | "Scanner" | "Network Scanner" | "Copier" => {
            DeviceClass::Printer
        }
        "Router"
        | "Switch"
        | "WAP"
        | "Firewall"
        | "Broadband Router"
        | "Wireless Controller"
        | "VPN"
        | "Security Appliance"
        | "Cable Modem"
        | "DSL Modem"
        | "ADSL Modem"
        | "ADSL Router"
        | "WLAN Repeater"
        | "SD-WAN Appliance"
        | "Load Balancer"
        | "Hub"
        | "Powerline"
        | "IPS"
        | "IDS"
        | "DSLAM"
        | "DOCSIS Cable Modem" => DeviceClass::NetworkDevice,
        "VoIP" | "SIP Gateway" | "VoIP Gateway" | "SIP Device" | "VoIP Server" | "VoIP Switch" => {
            DeviceClass::Telephone
        }
        "NAS" | "Storage" | "Storage Appliance" => DeviceClass::Nas,
        "IP Camera" | "Web Cam" | "DVR" | "Cloud Network Video Recorder" => DeviceClass::Camera,
        "Mobile Phone" | "Tablet" | "Mobile" => DeviceClass::Mobile,
        "Laptop" | "Desktop" | "Thin Client" => DeviceClass::Workplace,
        "Lights Out Management" | "Hypervisor" | "Management Processor" => DeviceClass::Server,
        "PLC"
        | "Building Automation"
        | "HMI Controller"
        | "Device Server"
        | "Industrial Control"
        | "Power Device"
        | "UPS"
        | "PDU"
        | "Environment Control"
        | "Access Control"
        | "Alarm Panel"
        | "Relay Controller" => DeviceClass::Controller,
        "Medical" => DeviceClass::MedicalDevice,
        _ => return None,
    })
}

#[derive(Clone, Debug)]
enum Value {
    /// With `{name}` for another attribute or `{1}` for a group.
    Constant(String),
    Group(usize),
}

#[derive(Clone, Copy, Debug, Default)]
struct Flags {
    ignore_case: bool,
    dot_newline: bool,
    lines: bool,
}

#[derive(Debug)]
struct Fingerprint {
    pattern: String,
    flags: Flags,
    /// What a text must begin with, where the pattern says so: spares compiling most patterns.
    begins: Vec<u8>,
    says: Vec<(String, Value)>,
    compiled: OnceLock<Option<Regex>>,
    compiled_unicode: OnceLock<Option<Regex>>,
}

impl Fingerprint {
    fn new(pattern: &str, flags: Flags, says: Vec<(String, Value)>) -> Self {
        let begins = if flags.ignore_case || flags.lines { Vec::new() } else { literal_beginning(pattern) };
        let pattern = pattern.to_owned();
        Self { pattern, flags, begins, says, compiled: OnceLock::new(), compiled_unicode: OnceLock::new() }
    }

    /// The pattern over bytes, as recog's own programs have it; a dot is a byte then.
    fn regex(&self) -> Option<&Regex> {
        self.compiled.get_or_init(|| self.build(false).or_else(|| self.build(true))).as_ref()
    }

    /// The pattern over characters, for texts that are not ASCII.
    fn regex_for(&self, text: &[u8]) -> Option<&Regex> {
        if text.is_ascii() || std::str::from_utf8(text).is_err() {
            return self.regex();
        }
        self.compiled_unicode.get_or_init(|| self.build(true)).as_ref()
    }

    fn build(&self, unicode: bool) -> Option<Regex> {
        RegexBuilder::new(&self.pattern)
            .unicode(unicode)
            .case_insensitive(self.flags.ignore_case)
            .dot_matches_new_line(self.flags.dot_newline)
            .multi_line(self.flags.lines)
            .size_limit(MAX_PATTERN_BYTES)
            .dfa_size_limit(MAX_PATTERN_BYTES)
            .build()
            .ok()
    }

    /// What the text says, if it fits.
    fn attributes(&self, text: &[u8]) -> Option<BTreeMap<String, String>> {
        text.starts_with(&self.begins).then_some(())?;
        let regex = self.regex_for(text)?;
        // Recog's `$` also stands in front of a line feed that ends the text.
        let captures = regex.captures(text).or_else(|| regex.captures(text.strip_suffix(b"\n")?))?;
        let caught = |number: usize| captures.get(number).map(|group| lossy(group.as_bytes()));
        let mut attributes = BTreeMap::new();
        for (name, value) in &self.says {
            let value = match value {
                Value::Constant(text) => Some(text.clone()),
                Value::Group(number) => caught(*number),
            };
            if let Some(value) = value {
                attributes.insert(name.clone(), value);
            }
        }
        let open: Vec<String> = attributes.iter().filter(|(_, v)| v.contains('{')).map(|(k, _)| k.clone()).collect();
        for name in open {
            let template = attributes.get(&name).cloned().unwrap_or_default();
            match fill(&name, &template, &attributes, &captures) {
                Some(value) => attributes.insert(name, value),
                None => attributes.remove(&name),
            };
        }
        Some(attributes)
    }
}

/// Fills in `{name}` and `{1}`. `None` if one has no value, except for versions in CPE names, which get a dash then (as
/// recog has it).
fn fill(name: &str, template: &str, attributes: &BTreeMap<String, String>, captures: &Captures<'_>) -> Option<String> {
    let mut filled = String::new();
    let mut rest = template;
    while let Some((before, behind)) = rest.split_once('{') {
        filled.push_str(before);
        let Some((key, after)) = behind.split_once('}') else {
            filled.push('{');
            rest = behind;
            continue;
        };
        let value = match key.parse::<usize>() {
            Ok(number) => captures.get(number).map(|group| lossy(group.as_bytes())),
            Err(_) => attributes.get(key).cloned(),
        };
        match value {
            Some(value) => filled.push_str(&value),
            None if name.ends_with(".cpe23") && key.ends_with(".version") => filled.push('-'),
            None => return None,
        }
        rest = after;
    }
    filled.push_str(rest);
    Some(filled)
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes.get(..MAX_VALUE_BYTES).unwrap_or(bytes)).into_owned()
}

/// The plain characters behind `^`, up to the first that means something or may be left out.
fn literal_beginning(pattern: &str) -> Vec<u8> {
    let Some(rest) = pattern.strip_prefix('^').filter(|rest| !has_alternatives(rest)) else { return Vec::new() };
    let mut literal = Vec::new();
    let mut bytes = rest.bytes().peekable();
    while let Some(byte) = bytes.next() {
        let plain = match byte {
            b'\\' => match bytes.next() {
                Some(escaped) if escaped.is_ascii_punctuation() && !matches!(escaped, b'<' | b'>') => escaped,
                _ => break,
            },
            b' ' | b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => byte,
            b'_' | b'-' | b'/' | b':' | b',' | b';' | b'<' | b'>' | b'=' | b'"' | b'\'' | b'!' | b'@' | b'#' | b'%' => {
                byte
            }
            _ => break,
        };
        match bytes.peek() {
            Some(b'?' | b'*' | b'{') => break,
            // Once is what a literal says already.
            Some(b'+') => {
                literal.push(plain);
                break;
            }
            _ => literal.push(plain),
        }
    }
    literal
}

/// Whether there is a `|` outside of all groups and classes.
fn has_alternatives(pattern: &str) -> bool {
    let (mut depth, mut in_class, mut escaped) = (0_usize, false, false);
    for byte in pattern.bytes() {
        match byte {
            _ if escaped => {
                escaped = false;
                continue;
            }
            b'\\' => escaped = true,
            b'[' => in_class = true,
            b']' => in_class = false,
            b'(' if !in_class => depth = depth.saturating_add(1),
            b')' if !in_class => depth = depth.saturating_sub(1),
            b'|' if !in_class && depth == 0 => return true,
            _ => {}
        }
    }
    false
}

/// Reads a file of recog.
fn parse_recog(name: &str, xml: &str) -> Result<Vec<Fingerprint>, FingerprintProblem> {
    let options = ParsingOptions { allow_dtd: false, nodes_limit: 1_000_000, ..ParsingOptions::default() };
    let document = Document::parse_with_options(xml, options).map_err(|error| problem(name, error.to_string()))?;
    let root = document.root_element();
    if root.tag_name().name() != "fingerprints" {
        return Err(problem(name, "the root is not `fingerprints`"));
    }
    root.children().filter(|node| node.has_tag_name("fingerprint")).map(|node| parse_fingerprint(name, &node)).collect()
}

fn parse_fingerprint(file: &str, node: &Node<'_, '_>) -> Result<Fingerprint, FingerprintProblem> {
    let described = node.children().find(|child| child.has_tag_name("description")).and_then(|child| child.text());
    let name = format!("{file}: {}", described.unwrap_or_default().trim());
    let pattern = node.attribute("pattern").ok_or_else(|| problem(&name, "no pattern"))?;
    let mut flags = Flags::default();
    for flag in node.attribute("flags").unwrap_or_default().split(',').filter(|flag| !flag.is_empty()) {
        match flag.trim() {
            "REG_ICASE" => flags.ignore_case = true,
            // Recog's own program takes all of these for "a dot is also a line feed".
            "REG_DOT_NEWLINE" | "REG_LINE_ANY_CRLF" | "REG_MULTILINE" => flags.dot_newline = true,
            other => return Err(problem(&name, format!("the flag `{other}` is not known"))),
        }
    }
    // In its regular expressions `^` and `$` always stand for lines. Where a pattern does not ask for it, the whole text
    // must fit here: all examples do, and a page of many lines is not taken for what one of them says.
    flags.lines = flags.dot_newline;
    let mut says = Vec::new();
    for param in node.children().filter(|child| child.has_tag_name("param")) {
        let (Some(key), Some(group)) =
            (param.attribute("name"), param.attribute("pos").and_then(|pos| pos.parse().ok()))
        else {
            return Err(problem(&name, "a parameter without name or place"));
        };
        let value = match group {
            0 => Value::Constant(param.attribute("value").unwrap_or_default().to_owned()),
            group => Value::Group(group),
        };
        says.push((key.to_owned(), value));
    }
    Ok(Fingerprint::new(pattern, flags, says))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::path::PathBuf;

    fn base64(text: &str) -> Vec<u8> {
        let (mut bytes, mut bits, mut count) = (Vec::new(), 0_u32, 0);
        for byte in text.bytes().filter(|byte| !byte.is_ascii_whitespace() && *byte != b'=') {
            let six =
                b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".iter().position(|b| *b == byte);
            bits = bits << 6 | six.expect("base64") as u32;
            count += 6;
            if count >= 8 {
                count -= 8;
                bytes.push((bits >> count) as u8);
                bits &= (1 << count) - 1;
            }
        }
        bytes
    }

    /// Every example of every file matches its fingerprint and gives what it states.
    #[test]
    fn all_examples_of_recog_match() {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/feeds/recog/xml");
        let Ok(files) = std::fs::read_dir(&folder) else {
            eprintln!("left out: there is no {}", folder.display());
            return;
        };
        let (mut fingerprints, mut examples, mut wrong) = (0, 0, Vec::new());
        for file in
            files.map(|file| file.expect("entry").path()).filter(|path| path.extension().is_some_and(|e| e == "xml"))
        {
            let name = file.file_stem().and_then(|stem| stem.to_str()).expect("name");
            let xml = std::fs::read_to_string(&file).expect("file");
            let parsed = parse_recog(name, &xml).expect("recog");
            fingerprints += parsed.len();
            let document = Document::parse(&xml).expect("XML");
            let nodes = document.root_element().children().filter(|node| node.has_tag_name("fingerprint"));
            for (node, fingerprint) in nodes.zip(&parsed) {
                if fingerprint.regex().is_none() {
                    wrong.push(format!("{}: not compiled: {}", name, fingerprint.pattern));
                }
                for example in node.children().filter(|child| child.has_tag_name("example")) {
                    let text = example.text().unwrap_or_default();
                    let bytes = match (example.attribute("_filename"), example.attribute("_encoding")) {
                        (Some(path), _) => match std::fs::read(folder.join(name).join(path)) {
                            Ok(bytes) => bytes,
                            Err(_) => continue,
                        },
                        (None, Some("base64")) => base64(text),
                        _ => text.as_bytes().to_vec(),
                    };
                    examples += 1;
                    let Some(found) = fingerprint.attributes(&bytes) else {
                        wrong.push(format!("{}: no match: {:?} for {}", name, text, fingerprint.pattern));
                        continue;
                    };
                    for stated in example.attributes().filter(|attribute| !attribute.name().starts_with('_')) {
                        if found.get(stated.name()).map(String::as_str) != Some(stated.value()) {
                            wrong.push(format!(
                                "{}: {} is {:?}, not {:?}",
                                name,
                                stated.name(),
                                found.get(stated.name()),
                                stated.value()
                            ));
                        }
                    }
                }
            }
        }
        assert!(wrong.is_empty(), "{} of {examples}:\n{}", wrong.len(), wrong.join("\n"));
        assert!(fingerprints > 4000 && examples > 7000, "{fingerprints} {examples}");
    }

    fn own<'a>(place: &'a str, pattern: &'a str) -> Own<'a> {
        Own { id: "own", place, pattern, ..Own::default() }
    }

    fn http(own: &Own<'_>) -> Fingerprints {
        let mut fingerprints = Fingerprints::default();
        fingerprints.add_own(own).expect("a good fingerprint");
        fingerprints
    }

    #[test]
    fn groups_fill_values_and_what_caught_nothing_is_left_out() {
        let pattern = r"^Muster(?:/([\d.]+))?(?: \((\w+)\))?$";
        let mut fingerprints = http(&Own {
            vendor: Some("Musterfirma"),
            product: Some("Muster"),
            version: Some("{1}"),
            system: Some("Muster on {2}"),
            class: Some(DeviceClass::Nas),
            ..own("http_servers", pattern)
        });
        let identify = |fingerprints: &Fingerprints, text| fingerprints.identify(TextPlace::HttpServer, text);
        let whole = identify(&fingerprints, "Muster/1.2 (Unix)").expect("known");
        assert_eq!((whole.version.as_deref(), whole.system.as_deref()), (Some("1.2"), Some("Muster on Unix")));
        assert_eq!((whole.vendor.as_deref(), whole.class), (Some("Musterfirma"), Some(DeviceClass::Nas)));
        let bare = identify(&fingerprints, "Muster").expect("known");
        assert_eq!((bare.product.as_deref(), bare.version, bare.system), (Some("Muster"), None, None));
        assert_eq!(identify(&fingerprints, "Master/1.2"), None);
        assert_eq!(fingerprints.identify(TextPlace::HtmlTitle, "Muster/1.2"), None);
        // Ours count before those that are imported, which fill the gaps.
        let xml = r#"<fingerprints><fingerprint pattern="^M"><param pos="0" name="service.product" value="Other"/>
            <param pos="0" name="os.device" value="Printer"/></fingerprint></fingerprints>"#;
        assert_eq!(fingerprints.add_recog("http_servers", xml), Ok(1));
        assert_eq!(identify(&fingerprints, "Muster").and_then(|i| i.product).as_deref(), Some("Muster"));
        let other = identify(&fingerprints, "Master").expect("known");
        assert_eq!((other.product.as_deref(), other.class), (Some("Other"), Some(DeviceClass::Printer)));
    }

    #[test]
    fn what_a_protocol_states_stays() {
        let fingerprints = http(&Own {
            vendor: Some("V"),
            product: Some("P"),
            version: Some("1"),
            system: Some("S"),
            ..own("http_servers", "x")
        });
        let mut seen = Seen::new(visite_facts::facts::NetworkService::Http);
        seen.texts.push((TextPlace::HttpServer, "x".to_owned()));
        seen.version = Some("2".to_owned());
        assert_eq!(fingerprints.apply(&mut seen), None);
        assert_eq!((seen.product.as_deref(), seen.version.as_deref()), (Some("P"), Some("2")));
        assert_eq!((seen.vendor.as_deref(), seen.system.as_deref()), (Some("V"), Some("S")));
        seen.product = Some("Stated".to_owned());
        seen.vendor = None;
        fingerprints.apply(&mut seen);
        assert_eq!((seen.product.as_deref(), seen.vendor), (Some("Stated"), None));
    }

    #[test]
    fn bad_patterns_are_refused_and_slow_ones_are_not_slow() {
        let mut fingerprints = Fingerprints::default();
        assert!(fingerprints.add_own(&own("http_servers", "(")).is_err());
        assert!(fingerprints.add_own(&own("http_servers", r"(?:\w{1000}){1000}")).is_err());
        assert!(fingerprints.add_own(&own("nowhere", "a")).is_err());
        assert!(fingerprints.add_recog("x", "<fingerprints><fingerprint/></fingerprints>").is_err());
        assert!(fingerprints.add_recog("x", "<!DOCTYPE a><fingerprints/>").is_err());
        let slow = http(&Own { product: Some("P"), ..own("http_servers", "(?:(?:a+)+)+b$") });
        assert_eq!(slow.identify(TextPlace::HttpServer, &"a".repeat(1 << 20)), None);
    }

    #[test]
    fn the_beginning_is_that_of_every_text_that_fits() {
        for (pattern, beginning) in [
            ("^Apache/2", "Apache/2"),
            (r"^Microsoft\-IIS\/\d", "Microsoft-IIS/"),
            ("^ab?c", "a"),
            ("^ab+c", "ab"),
            ("^a(?:b|c)", "a"),
            ("^a|b", ""),
            ("a", ""),
            (r"^a\<", "a"),
            ("^a[|]b", "a"),
        ] {
            assert_eq!(literal_beginning(pattern), beginning.as_bytes(), "{pattern}");
        }
    }

    #[derive(serde::Deserialize)]
    struct File {
        fingerprints: Vec<Entry>,
    }

    #[derive(serde::Deserialize)]
    struct Entry {
        id: String,
        place: String,
        pattern: String,
        vendor: Option<String>,
        product: Option<String>,
        version: Option<String>,
        system: Option<String>,
        class: Option<DeviceClass>,
        examples: Vec<Example>,
    }

    #[derive(serde::Deserialize)]
    struct Example {
        text: String,
        vendor: Option<String>,
        product: Option<String>,
        version: Option<String>,
        system: Option<String>,
    }

    /// The loader of the catalogue proves each fingerprint alone; here each example meets all of them.
    #[test]
    fn no_fingerprint_of_the_catalogue_hides_another() {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../catalog/fingerprints");
        let mut paths: Vec<PathBuf> =
            std::fs::read_dir(folder).expect("folder").map(|file| file.expect("entry").path()).collect();
        paths.sort();
        let files: Vec<File> = paths
            .iter()
            .map(|path| serde_saphyr::from_str(&std::fs::read_to_string(path).expect("file")).expect("YAML"))
            .collect();
        let entries: Vec<&Entry> = files.iter().flat_map(|file| &file.fingerprints).collect();
        let mut fingerprints = Fingerprints::default();
        for entry in &entries {
            let added = fingerprints.add_own(&Own {
                id: &entry.id,
                place: &entry.place,
                pattern: &entry.pattern,
                vendor: entry.vendor.as_deref(),
                product: entry.product.as_deref(),
                version: entry.version.as_deref(),
                system: entry.system.as_deref(),
                class: entry.class,
            });
            assert_eq!(added, Ok(()));
        }
        assert!(entries.len() > 100);
        for entry in &entries {
            let place = TextPlace::from_word(&entry.place).expect("place");
            for example in &entry.examples {
                let found = fingerprints.identify(place, &example.text).expect(&example.text);
                for (stated, found) in [
                    (&example.vendor, &found.vendor),
                    (&example.product, &found.product),
                    (&example.version, &found.version),
                    (&example.system, &found.system),
                ] {
                    assert!(stated.is_none() || stated == found, "{}: {found:?} for {}", entry.id, example.text);
                }
                assert_eq!(found.class, entry.class, "{}: {}", entry.id, example.text);
                let filled = entry.product.as_deref().filter(|product| !product.contains('{'));
                assert!(filled.is_none() || filled == found.product.as_deref(), "{}: {}", entry.id, example.text);
            }
        }
    }

    /// The catalogue's list of places is kept apart, because it knows nothing of wires.
    #[test]
    fn the_catalogue_knows_the_same_places() {
        let list = include_str!("../../visite-catalog/src/fingerprints.rs");
        let list =
            list.split_once("pub enum FingerprintPlace").and_then(|(_, rest)| rest.split_once('}')).expect("list").0;
        let words: Vec<&str> = list.split('"').skip(1).step_by(2).collect();
        assert_eq!(words, TextPlace::ALL.map(TextPlace::word));
    }

    #[test]
    fn every_place_has_a_name_of_its_own() {
        for place in TextPlace::ALL {
            assert_eq!(TextPlace::from_word(place.word()), Some(place));
        }
    }

    proptest! {
        #[test]
        fn any_pattern_and_text_are_survived(pattern: String, text: String, xml: String) {
            let mut fingerprints = Fingerprints::default();
            let _ = fingerprints.add_own(&Own { version: Some("{1}{x"), ..own("http_servers", &pattern) });
            let _ = fingerprints.add_recog("http_servers", &xml);
            let _ = fingerprints.identify(TextPlace::HttpServer, &text);
        }
    }
}
