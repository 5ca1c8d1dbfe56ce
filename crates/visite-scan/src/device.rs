//! What a device is, as far as its answers tell.
//!
//! A class decides how a device is treated and which checks concern it, so nothing is guessed: what does not speak for one
//! class alone leaves the class open.

use crate::policy::CLINICAL_PORTS;
use visite_facts::facts::{DeviceClass, NetworkService};

/// Everything that speaks for a class.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// What the practice file says that it is.
    pub stated: Option<DeviceClass>,
    /// To whom the IEEE gave the first part of its hardware address.
    pub vendor: Option<String>,
    /// Open TCP ports, sorted.
    pub open_tcp: Vec<u16>,
    /// Whether it was knocked at all ports of [`CLINICAL_PORTS`].
    pub clinical_knocked: bool,
    /// Services that were recognised.
    pub services: Vec<NetworkService>,
    /// Classes that fingerprints of its products name.
    pub fingerprints: Vec<DeviceClass>,
    /// Classes for which its announcements to everybody speak.
    pub announced: Vec<DeviceClass>,
    /// Systems that its answers name, e.g. `Windows Server 2019`, `Debian`.
    pub systems: Vec<String>,
}

/// Makers whose devices in a practice are of one kind, by the beginning of the IEEE's entry. Makers of many kinds (HP,
/// Siemens, Samsung, Apple) are missing on purpose.
const VENDORS: &[(&str, DeviceClass)] = &[
    ("avm ", DeviceClass::NetworkDevice),
    ("lancom", DeviceClass::NetworkDevice),
    ("routerboard", DeviceClass::NetworkDevice),
    ("ubiquiti", DeviceClass::NetworkDevice),
    ("bintec", DeviceClass::NetworkDevice),
    ("zyxel", DeviceClass::NetworkDevice),
    ("tp-link", DeviceClass::NetworkDevice),
    ("netgear", DeviceClass::NetworkDevice),
    ("fortinet", DeviceClass::NetworkDevice),
    ("sophos", DeviceClass::NetworkDevice),
    ("aruba", DeviceClass::NetworkDevice),
    ("synology", DeviceClass::Nas),
    ("qnap", DeviceClass::Nas),
    ("brother", DeviceClass::Printer),
    ("kyocera", DeviceClass::Printer),
    ("lexmark", DeviceClass::Printer),
    ("ricoh", DeviceClass::Printer),
    ("seiko epson", DeviceClass::Printer),
    ("oki ", DeviceClass::Printer),
    ("zebra", DeviceClass::Printer),
    ("utax", DeviceClass::Printer),
    ("snom", DeviceClass::Telephone),
    ("yealink", DeviceClass::Telephone),
    ("gigaset", DeviceClass::Telephone),
    ("grandstream", DeviceClass::Telephone),
    ("polycom", DeviceClass::Telephone),
    ("axis comm", DeviceClass::Camera),
    ("hangzhou hikvision", DeviceClass::Camera),
    ("zhejiang dahua", DeviceClass::Camera),
    ("mobotix", DeviceClass::Camera),
    ("reolink", DeviceClass::Camera),
    ("moxa", DeviceClass::Controller),
    ("lantronix", DeviceClass::Controller),
    ("digi international", DeviceClass::Controller),
    ("wiesemann", DeviceClass::Controller),
    ("wago", DeviceClass::Controller),
    ("beckhoff", DeviceClass::Controller),
    ("ingenico", DeviceClass::CardTerminal),
    ("worldline", DeviceClass::CardTerminal),
    ("cherry", DeviceClass::CardTerminal),
    ("zemo", DeviceClass::CardTerminal),
    ("secunet", DeviceClass::Connector),
    ("koco", DeviceClass::Connector),
    ("ge medical", DeviceClass::MedicalDevice),
    ("philips medical", DeviceClass::MedicalDevice),
    ("philips healthcare", DeviceClass::MedicalDevice),
    ("philips patient", DeviceClass::MedicalDevice),
    ("siemens healthineers", DeviceClass::MedicalDevice),
    ("siemens healthcare", DeviceClass::MedicalDevice),
    ("dräger", DeviceClass::MedicalDevice),
    ("draeger", DeviceClass::MedicalDevice),
    ("carl zeiss meditec", DeviceClass::MedicalDevice),
    ("heidelberg engineering", DeviceClass::MedicalDevice),
    ("schiller", DeviceClass::MedicalDevice),
    ("dentsply", DeviceClass::MedicalDevice),
    ("mindray", DeviceClass::MedicalDevice),
    ("nihon kohden", DeviceClass::MedicalDevice),
];

/// Services that only one kind of device offers.
const TELLING: &[(NetworkService, DeviceClass)] = &[
    (NetworkService::Konnektor, DeviceClass::Connector),
    (NetworkService::Sicct, DeviceClass::CardTerminal),
    (NetworkService::Modbus, DeviceClass::Controller),
    (NetworkService::Rtsp, DeviceClass::Camera),
];

/// Services that only servers offer.
const SERVING: &[NetworkService] = &[
    NetworkService::Kerberos,
    NetworkService::Postgresql,
    NetworkService::Mysql,
    NetworkService::Mssql,
    NetworkService::Mongodb,
    NetworkService::Oracle,
    NetworkService::Elasticsearch,
    NetworkService::Firebird,
    NetworkService::Redis,
    NetworkService::Imap,
    NetworkService::Pop3,
];

impl Evidence {
    /// Adds what speaks for the class of another address of the same device.
    pub fn merge(&mut self, other: Self) {
        self.stated = self.stated.or(other.stated);
        self.vendor = self.vendor.take().or(other.vendor);
        self.open_tcp.extend(other.open_tcp);
        self.open_tcp.sort_unstable();
        self.open_tcp.dedup();
        self.clinical_knocked &= other.clinical_knocked;
        self.services.extend(other.services);
        self.fingerprints.extend(other.fingerprints);
        self.announced.extend(other.announced);
        self.systems.extend(other.systems);
    }

    /// The class, if everything speaks for one.
    pub fn class(&self) -> Option<DeviceClass> {
        if self.stated.is_some() {
            return self.stated;
        }
        let vendor = self.vendor.as_deref().unwrap_or_default().to_lowercase();
        let by_vendor = VENDORS.iter().filter(|(maker, _)| vendor.starts_with(maker)).map(|(_, class)| *class);
        let by_service = TELLING.iter().filter(|(service, _)| self.services.contains(service)).map(|(_, class)| *class);
        let mut classes: Vec<DeviceClass> =
            by_vendor.chain(by_service).chain(self.fingerprints.iter().chain(&self.announced).copied()).collect();
        classes.sort_unstable();
        classes.dedup();
        match classes.as_slice() {
            [only] => Some(*only),
            [] => self.computer(),
            _ => None,
        }
    }

    /// Whether something listens where protocols of medical devices do.
    pub fn is_clinical(&self) -> bool {
        self.open_tcp.iter().any(|port| CLINICAL_PORTS.contains(port))
    }

    /// Workplace or server, for what is a computer.
    pub(crate) fn computer(&self) -> Option<DeviceClass> {
        let names = |word: &str| self.systems.iter().any(|system| system.to_lowercase().contains(word));
        if self.services.contains(&NetworkService::Dicom) || self.services.contains(&NetworkService::Mllp) {
            return None;
        }
        if names("windows server") || self.services.iter().any(|service| SERVING.contains(service)) {
            return Some(DeviceClass::Server);
        }
        let windows_client = ["windows 7", "windows 8", "windows 10", "windows 11", "windows xp"];
        windows_client.into_iter().any(names).then_some(DeviceClass::Workplace)
    }

    /// Whether its open ports are those of a computer with a common operating system.
    pub fn is_computer(&self) -> bool {
        let open = |port: u16| self.open_tcp.contains(&port);
        let windows = open(445) && (open(135) || open(139) || open(3389)) || open(135) && open(3389);
        let domain = open(88) && open(389);
        windows || domain || !self.systems.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_practice_knows_best() {
        let evidence = Evidence {
            stated: Some(DeviceClass::PvsServer),
            vendor: Some("Synology Incorporated".into()),
            ..Evidence::default()
        };
        assert_eq!(evidence.class(), Some(DeviceClass::PvsServer));
    }

    #[test]
    fn a_contradiction_leaves_the_class_open() {
        let mut evidence = Evidence { vendor: Some("AVM Audiovisuelles Marketing".into()), ..Evidence::default() };
        assert_eq!(evidence.class(), Some(DeviceClass::NetworkDevice));
        evidence.services.push(NetworkService::Modbus);
        assert_eq!(evidence.class(), None);
    }

    #[test]
    fn an_archive_of_images_is_not_called_a_server_by_its_database() {
        let services = vec![NetworkService::Dicom, NetworkService::Postgresql];
        assert_eq!(Evidence { services, ..Evidence::default() }.class(), None);
        let services = vec![NetworkService::Postgresql];
        assert_eq!(Evidence { services, ..Evidence::default() }.class(), Some(DeviceClass::Server));
    }
}
