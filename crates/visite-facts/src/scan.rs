//! What a scan of networks saw, as the file `visite.scan/1` shows it beside the results: devices, their services, and
//! the record of what was sent.
//!
//! Written by `visite scan`, rendered by reports, read back to resume a scan or to compare two. Facts say the same in
//! the closed schema; this is the list that people and other programs expect of a scanner. Nothing of a guest network
//! stands here but a number.

use crate::assessment::Assessment;
use crate::facts::{DeviceClass, NetworkService, Transport};
use crate::identity::SubjectId;
use crate::words;
use core::net::IpAddr;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The schema name that scan files carry.
pub const SCAN_SCHEMA: &str = "visite.scan/1";

words! {
    /// How gently a scan proceeds.
    pub enum Profile {
        /// In a running practice: at most 200 packets a second, payload only where device class and protocol allow.
        Practice = "practice",
        /// In a laboratory, after hours or on request: as fast as the network takes it, every dialogue.
        Fast = "fast",
    }
}

words! {
    /// What a port said.
    pub enum PortState {
        /// It takes connections, or answers.
        Open = "open",
        /// It refuses.
        Closed = "closed",
        /// It said nothing: a packet filter, a loss, or, with UDP, a service that ignored the question.
        Unanswered = "unanswered",
    }
}

words! {
    /// Why a service was not examined further.
    pub enum NotExamined {
        /// Its device is of a class that gets no questions without the manufacturer's approval.
        DeviceClass = "device_class",
        /// What the device is, is not known; unknown devices are treated as fragile.
        UnknownDevice = "unknown_device",
        /// The port is not one on which a known service was to be expected.
        UnexpectedPort = "unexpected_port",
        /// It answered nothing that any dialogue knows.
        NotRecognised = "not_recognised",
        /// It takes connections, and answered nothing at all. What it would say is not known.
        NoAnswer = "no_answer",
        /// The scan was stopped before.
        Stopped = "stopped",
        /// Its device has more open ports, or takes longer over them, than one device may take of a scan.
        TooMuch = "too_much",
        /// The scan was to find out only which ports are open.
        PortsOnly = "ports_only",
    }
}

/// TLS as a service speaks it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ScannedTls {
    /// Versions it accepts, oldest first, as `device.tls` names them.
    pub versions: Vec<String>,
    /// Whether the connection begins unencrypted (STARTTLS).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub starttls: bool,
    /// Last moment at which its certificate is valid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub certificate_not_after: Option<Timestamp>,
}

/// One port of a device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ScannedService {
    /// Address, if it is another than the one at which the device was examined first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<IpAddr>,
    /// TCP or UDP.
    pub transport: Transport,
    /// Port.
    pub port: u16,
    /// What it said.
    pub state: PortState,
    /// The protocol it speaks, told by a dialogue; absent if it could not be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<NetworkService>,
    /// Why there is no `service`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_examined: Option<NotExamined>,
    /// Vendor of the product.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vendor: Option<String>,
    /// Product.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// Version of the product.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// TLS, where it speaks it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<ScannedTls>,
}

/// How a device made itself known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ScannedHost {
    /// Its id; the same as in `subjects[].id`.
    pub subject: SubjectId,
    /// Address at which it was examined.
    pub address: IpAddr,
    /// All its addresses that were seen, sorted; at least `address`.
    pub addresses: Vec<IpAddr>,
    /// Hardware address; only from the same network segment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mac: Option<String>,
    /// To whom the IEEE gave the first part of the hardware address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vendor: Option<String>,
    /// What the practice file calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Names it gives itself or that others know it by.
    pub names: Vec<String>,
    /// What it is, as far as its answers tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<DeviceClass>,
    /// Operating system or firmware, as far as its answers tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    /// Ports that are open, or that were silent where an answer was to be expected; sorted.
    pub services: Vec<ScannedService>,
    /// How many ports were asked.
    pub asked_ports: u32,
    /// How many of them refused.
    pub closed_ports: u32,
    /// How many of them did not answer at all.
    pub unanswered_ports: u32,
    /// Whether everything planned for it was done.
    pub finished: bool,
}

/// What a scan was allowed to do, did, and sent: the proof for the practice's files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ScanRecord {
    /// Who allowed it, as stated.
    pub authorised_by: String,
    /// Id of the release in the practice file, if one allowed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<String>,
    /// Whether login attempts were allowed.
    pub logins: bool,
    /// How gently it proceeded.
    pub profile: Profile,
    /// What was asked for, as written.
    pub targets: Vec<String>,
    /// What was left out, as written.
    pub excluded: Vec<String>,
    /// Networks in which the scanning computer stood.
    pub seen_from: Vec<String>,
    /// Name of the port set, or the list as written.
    pub ports: String,
    /// When it began.
    #[schemars(with = "String")]
    pub started_at: Timestamp,
    /// When it ended.
    #[schemars(with = "String")]
    pub finished_at: Timestamp,
    /// Whether it was stopped before it was through.
    pub interrupted: bool,
    /// Packets sent, by kind (`arp`, `icmp`, `tcp`, `udp` ...). Packets of the operating system that a connection brings along
    /// are counted by estimate.
    pub packets: BTreeMap<String, u64>,
    /// Dialogues held, by service.
    pub dialogues: BTreeMap<String, u64>,
    /// Highest rate that was aimed at, in packets a second.
    pub packets_per_second: u32,
}

/// The section that a scan adds to an assessment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ScanSection {
    /// Devices, sorted by address.
    pub hosts: Vec<ScannedHost>,
    /// Devices in guest networks: counted, and nothing else kept.
    pub guests: u32,
    /// Devices that were left out, because their hardware address is that of a device that was to be left out.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub left_out: u32,
    /// Addresses that were not examined, because neither a device nor a network of a practice has so many.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub beyond: u32,
    /// What was allowed and sent.
    pub record: ScanRecord,
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// The file `visite.scan/1`: an assessment, and beside it what the scan saw.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ScanFile {
    /// What was judged.
    #[serde(flatten)]
    pub assessment: Assessment,
    /// What was seen.
    #[serde(flatten)]
    pub section: ScanSection,
}

/// TCP ports that never get a packet, because many printers print whatever arrives there. No catalogue, profile or
/// argument can take one off this list.
pub const SILENT_PORTS: [core::ops::RangeInclusive<u16>; 3] = [515..=515, 9100..=9107, 9112..=9116];

/// Whether a port never gets a packet.
pub fn is_silent(port: u16) -> bool {
    SILENT_PORTS.iter().any(|range| range.contains(&port))
}
