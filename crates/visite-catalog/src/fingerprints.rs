//! Fingerprints: the files below `fingerprints/`, and what has to be right about them.
//!
//! `visite-wire` applies them to what devices say; here they are only read and proven by their examples.

use regex::{Captures, Regex};
use serde::{Deserialize, Serialize};
use visite_facts::facts::DeviceClass;
use visite_facts::words;

words! {
    /// Where a text stands by which a service shows itself.
    pub enum FingerprintPlace {
        /// First line of an FTP server, without the code.
        FtpBanner = "ftp_banners",
        /// First line of an SMTP server, without the code.
        SmtpBanner = "smtp_banners",
        /// First line of an IMAP server, without `* OK`.
        ImapBanner = "imap_banners",
        /// First line of a POP3 server, without `+OK`.
        PopBanner = "pop_banners",
        /// Software version of SSH, behind `SSH-2.0-`.
        SshBanner = "ssh_banners",
        /// First screen of a Telnet server.
        TelnetBanner = "telnet_banners",
        /// Version of a MySQL greeting.
        MysqlBanner = "mysql_banners",
        /// The header `Server` of HTTP.
        HttpServer = "http_servers",
        /// The header `WWW-Authenticate` of HTTP.
        HttpAuthenticate = "http_wwwauth",
        /// A cookie's name and value as set by HTTP.
        HttpCookie = "http_cookies",
        /// The header `X-Powered-By` of HTTP.
        HttpPoweredBy = "http_xpoweredby",
        /// Title of a page.
        HtmlTitle = "html_title",
        /// The header `Server` of RTSP.
        RtspServer = "rtsp_servers",
        /// The header `Server` of SIP.
        SipServer = "sip_banners",
        /// The header `User-Agent` of SIP.
        SipUserAgent = "sip_user_agents",
        /// System description of SNMP (sysDescr).
        SnmpDescription = "snmp_sysdescr",
        /// Object id of SNMP (sysObjectID).
        SnmpObjectId = "snmp_sysobjid",
        /// Native operating system of SMB 1.
        SmbNativeOs = "smb_native_os",
        /// Native LAN manager of SMB 1.
        SmbNativeLm = "smb_native_lm",
        /// Version text of a name server (`version.bind`).
        DnsVersion = "dns_versionbind",
        /// System field of an NTP control answer.
        NtpBanner = "ntp_banners",
        /// Subject of a certificate, as `CN=...,O=...`.
        CertificateSubject = "x509_subjects",
        /// Issuer of a certificate.
        CertificateIssuer = "x509_issuers",
        /// Name of a DICOM implementation.
        DicomImplementation = "dicom_implementation",
        /// Vendor and product code of a connector, as `vendor/code`.
        KonnektorProduct = "konnektor_product",
        /// Manufacturer and kind of a card terminal, as `manufacturer/kind`.
        SicctManufacturer = "sicct_manufacturer",
    }
}

/// A text that must fit, and what it must give. What is not stated may be anything.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FingerprintExample {
    /// The text.
    pub text: String,
    /// Vendor it gives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vendor: Option<String>,
    /// Product it gives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// Version it gives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// System it gives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
}

/// One fingerprint.
///
/// In vendor, product, version and system `{1}` stands for the first group of the pattern; a value whose group caught
/// nothing is left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fingerprint {
    /// Its id, unique in its file.
    pub id: String,
    /// Where the text stands.
    pub place: FingerprintPlace,
    /// Regular expression (crate `regex`), found anywhere unless `^` and `$` say otherwise.
    pub pattern: String,
    /// Vendor of the product.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vendor: Option<String>,
    /// Product, in its usual spelling.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// Version of the product.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Operating system or firmware.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    /// What the device is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<DeviceClass>,
    /// Texts that prove it; at least one.
    pub examples: Vec<FingerprintExample>,
}

/// A file of fingerprints. Among several that fit a text, the first counts; files come in the order of their ids.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FingerprintFile {
    /// Its id, which is also the file's name.
    pub id: String,
    /// Replaces the file of a lower layer, `id@hash`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<String>,
    /// What it is about.
    pub title: String,
    /// Where the texts are known from.
    pub source: String,
    /// The fingerprints.
    pub fingerprints: Vec<Fingerprint>,
}

/// Everything that is wrong with a file: ids, patterns, groups, and examples that do not give what they state.
pub fn wrong_fingerprints(file: &FingerprintFile) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut ids = std::collections::BTreeSet::new();
    for fingerprint in &file.fingerprints {
        if !ids.insert(fingerprint.id.as_str()) {
            wrong.push(format!("`{}` is there twice", fingerprint.id));
        }
        if let Err(message) = prove(fingerprint) {
            wrong.push(format!("`{}`: {message}", fingerprint.id));
        }
    }
    wrong
}

fn prove(fingerprint: &Fingerprint) -> Result<(), String> {
    let pattern = Regex::new(&fingerprint.pattern).map_err(|error| error.to_string())?;
    let values = [&fingerprint.vendor, &fingerprint.product, &fingerprint.version, &fingerprint.system];
    if values.iter().all(|value| value.is_none()) && fingerprint.class.is_none() {
        return Err("it says nothing".to_owned());
    }
    for number in values.into_iter().flatten().flat_map(|value| groups(value)) {
        if number == 0 || number >= pattern.captures_len() {
            return Err(format!("the pattern has no group {number}"));
        }
    }
    if fingerprint.examples.is_empty() {
        return Err("it has no example".to_owned());
    }
    for example in &fingerprint.examples {
        let captures =
            pattern.captures(&example.text).ok_or_else(|| format!("the example `{}` does not fit", example.text))?;
        let stated = [&example.vendor, &example.product, &example.version, &example.system];
        for (stated, value) in stated.into_iter().zip(values) {
            let given = value.as_deref().and_then(|value| fill(value, &captures));
            if stated.is_some() && *stated != given {
                let given = given.as_deref().unwrap_or("nothing");
                return Err(format!("the example `{}` gives {given}, not what it states", example.text));
            }
        }
    }
    Ok(())
}

/// Numbers of the groups that a value names.
fn groups(value: &str) -> Vec<usize> {
    let behind = value.split('{').skip(1);
    behind.filter_map(|part| part.split_once('}')?.0.parse().ok()).collect()
}

/// The value with its groups filled in; `None` if one caught nothing.
fn fill(value: &str, captures: &Captures<'_>) -> Option<String> {
    let mut filled = value.to_owned();
    for number in groups(value) {
        filled = filled.replace(&format!("{{{number}}}"), captures.get(number)?.as_str());
    }
    Some(filled)
}
