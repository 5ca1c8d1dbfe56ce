//! How carefully a device is treated: which questions it gets, and how many at once. The rules of a running practice.
//!
//! What is not known to be sturdy is fragile. Deliberately absent: the pace, which is one for the whole scan, and ports
//! that never get a packet ([`visite_facts::scan::is_silent`]), about which there is nothing to decide.

use crate::device::Evidence;
use std::time::Duration;
use visite_facts::facts::{DeviceClass, NetworkService};
use visite_facts::scan::{NotExamined, Profile};

/// TCP ports of protocols for images and messages of medical devices. Whoever listens there is taken for a medical device
/// until the practice says otherwise.
pub const CLINICAL_PORTS: &[u16] = &[104, 2575, 2761, 2762, 4242, 6661, 11112, 11113];
/// TCP ports on which single-connection serial adapters and label printers listen: a mere connection can block them.
const SERIAL_PORTS: &[u16] = &[4001, 6101, 10001];

/// How a device is treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Care {
    /// A computer or network device that gets such questions every day.
    Sturdy,
    /// Only the questions that are made for devices of this class.
    Only(&'static [NetworkService]),
    /// Nothing is sent to its services but the knock itself.
    ListenOnly(NotExamined),
}

impl Care {
    /// What both allow.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::ListenOnly(NotExamined::DeviceClass), _) | (_, Self::ListenOnly(NotExamined::DeviceClass)) => {
                Self::ListenOnly(NotExamined::DeviceClass)
            }
            (Self::ListenOnly(reason), _) | (_, Self::ListenOnly(reason)) => Self::ListenOnly(reason),
            (Self::Sturdy, other) | (other, Self::Sturdy) => other,
            (Self::Only(one), Self::Only(two)) if one == two => self,
            (Self::Only(_), Self::Only(_)) => Self::ListenOnly(NotExamined::DeviceClass),
        }
    }
}

/// The rules of one scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// How gently the scan proceeds.
    pub profile: Profile,
    /// Whether login attempts are allowed.
    pub logins: bool,
    /// Whether open TCP ports are only noted, and no service is asked what it is.
    pub ports_only: bool,
}

impl Policy {
    /// Packets a second for the whole scan.
    pub fn rate(self) -> u32 {
        match self.profile {
            // At most 200 go out in any second; what a connection brings along is known only by estimate.
            Profile::Practice => 150,
            Profile::Fast => 4_000,
        }
    }

    /// Rate up to which the pace may rise by itself.
    pub fn up_to(self) -> Option<u32> {
        match self.profile {
            Profile::Practice => None,
            Profile::Fast => Some(300_000),
        }
    }

    /// Devices whose ports are asked together. Few in a running practice, so that some are through early and an interrupted
    /// scan has something to go on from.
    pub fn devices_together(self) -> usize {
        match self.profile {
            Profile::Practice => 8,
            Profile::Fast => 64,
        }
    }

    /// Whether the next devices are knocked at while those before them are still examined. Too fast a pace would make
    /// conversations fail.
    pub fn knocks_ahead(self) -> bool {
        self.profile == Profile::Practice
    }

    /// Devices that are examined at the same time.
    pub fn devices_at_once(self) -> usize {
        match self.profile {
            Profile::Practice => 6,
            Profile::Fast => 64,
        }
    }

    /// Ports of one device that are examined at the same time.
    pub fn ports_at_once(self, care: Care) -> usize {
        match (self.profile, care) {
            (Profile::Practice, Care::Sturdy) => 3,
            (Profile::Practice, _) => 1,
            (Profile::Fast, _) => 24,
        }
    }

    /// How long one address of a device may be examined, so that one that is silent everywhere keeps no scan from its end.
    pub fn longest(self, care: Care) -> Duration {
        match (self.profile, care) {
            // A server with a dozen services inside TLS needs some of it, at the pace of a running practice.
            (Profile::Practice, Care::Sturdy) => Duration::from_mins(10),
            (Profile::Practice, _) => Duration::from_mins(3),
            (Profile::Fast, _) => Duration::from_mins(5),
        }
    }

    /// Unidentified services get every dialogue, one after the other.
    pub fn tries_everything(self) -> bool {
        self.profile == Profile::Fast
    }

    /// How long to wait for the greeting of a service that speaks first.
    pub fn greeting(self) -> Duration {
        match self.profile {
            Profile::Practice => Duration::from_millis(2_500),
            Profile::Fast => Duration::from_millis(1_200),
        }
    }

    /// Ports at which every device is knocked at before anything is asked, whatever ports the scan is about: what listens
    /// there must not be taken for a computer because nobody looked.
    pub fn knocks_first(self) -> &'static [u16] {
        match self.profile {
            Profile::Practice => CLINICAL_PORTS,
            Profile::Fast => &[],
        }
    }

    /// What a device with this evidence may be asked.
    pub fn care(self, evidence: &Evidence, approved: bool) -> Care {
        use NetworkService as S;
        if self.profile == Profile::Fast {
            return Care::Sturdy;
        }
        // That it is something else says nothing about whether it is sturdy.
        let stated = evidence.stated.filter(|class| *class != DeviceClass::Other);
        if stated.is_none() && !evidence.clinical_knocked {
            return Care::ListenOnly(NotExamined::UnknownDevice);
        }
        let clinical = evidence.is_clinical().then_some(DeviceClass::MedicalDevice);
        match stated.or(clinical).or_else(|| evidence.class()) {
            Some(DeviceClass::MedicalDevice | DeviceClass::DeviceConsole) if approved => {
                Care::Only(&[S::Dicom, S::Tls, S::Http])
            }
            Some(DeviceClass::MedicalDevice | DeviceClass::DeviceConsole | DeviceClass::Controller) => {
                Care::ListenOnly(NotExamined::DeviceClass)
            }
            Some(DeviceClass::Printer) => Care::Only(&[S::Http, S::Tls, S::Ipp, S::Snmp]),
            Some(DeviceClass::Connector) => Care::Only(&[S::Konnektor, S::Http, S::Tls]),
            Some(DeviceClass::CardTerminal) => Care::Only(&[S::Tls]),
            Some(DeviceClass::Telephone) => Care::Only(&[S::Http, S::Tls, S::Sip]),
            Some(DeviceClass::Camera) => Care::Only(&[S::Http, S::Tls, S::Rtsp]),
            Some(DeviceClass::Mobile) => Care::ListenOnly(NotExamined::DeviceClass),
            Some(
                DeviceClass::Workplace
                | DeviceClass::Server
                | DeviceClass::PvsServer
                | DeviceClass::NetworkDevice
                | DeviceClass::Nas,
            ) => Care::Sturdy,
            Some(DeviceClass::Other) | None if evidence.is_computer() => Care::Sturdy,
            Some(DeviceClass::Other) | None => Care::ListenOnly(NotExamined::UnknownDevice),
        }
    }

    /// Whether a service may be asked by this dialogue; `expected` says that the port is one of its usual ones.
    pub fn may_ask(self, care: Care, service: NetworkService, port: u16, expected: bool) -> Result<(), NotExamined> {
        if self.profile == Profile::Fast {
            return Ok(());
        }
        match care {
            _ if SERIAL_PORTS.contains(&port) => Err(NotExamined::UnexpectedPort),
            Care::ListenOnly(reason) => Err(reason),
            Care::Only(services) if !services.contains(&service) => Err(NotExamined::DeviceClass),
            _ if !expected => Err(NotExamined::UnexpectedPort),
            Care::Sturdy | Care::Only(_) => Ok(()),
        }
    }

    /// Whether a whole connection may be opened only to listen. A listener that takes one connection at a time would be
    /// blocked for as long.
    pub fn may_connect(self, care: Care, port: u16) -> bool {
        let fragile = CLINICAL_PORTS.contains(&port) || SERIAL_PORTS.contains(&port);
        self.profile == Profile::Fast || !fragile || care == Care::Sturdy && !SERIAL_PORTS.contains(&port)
    }

    /// Whether a port may be knocked at before anything is known about its device.
    pub fn may_knock(self, port: u16) -> bool {
        !visite_facts::scan::is_silent(port) && (self.profile == Profile::Fast || !SERIAL_PORTS.contains(&port))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRACTICE: Policy = Policy { profile: Profile::Practice, logins: false, ports_only: false };
    const FAST: Policy = Policy { profile: Profile::Fast, logins: false, ports_only: false };

    fn stated(class: DeviceClass) -> Evidence {
        Evidence { stated: Some(class), ..Evidence::default() }
    }

    #[test]
    fn a_medical_device_gets_no_payload_without_approval() {
        let evidence = stated(DeviceClass::MedicalDevice);
        let care = PRACTICE.care(&evidence, false);
        for service in [NetworkService::Dicom, NetworkService::Http, NetworkService::Mllp] {
            assert_eq!(PRACTICE.may_ask(care, service, 104, true), Err(NotExamined::DeviceClass));
        }
        let care = PRACTICE.care(&evidence, true);
        assert_eq!(PRACTICE.may_ask(care, NetworkService::Dicom, 104, true), Ok(()));
        assert_eq!(PRACTICE.may_ask(care, NetworkService::Mllp, 2575, true), Err(NotExamined::DeviceClass));
        assert_eq!(PRACTICE.may_ask(care, NetworkService::Dicom, 4000, false), Err(NotExamined::UnexpectedPort));
    }

    #[test]
    fn whoever_listens_on_a_clinical_port_is_medical_until_the_practice_says_otherwise() {
        let open = Evidence { open_tcp: vec![104, 135, 445], clinical_knocked: true, ..Evidence::default() };
        assert_eq!(PRACTICE.care(&open, false), Care::ListenOnly(NotExamined::DeviceClass));
        let archive = Evidence { stated: Some(DeviceClass::Server), ..open.clone() };
        assert_eq!(PRACTICE.care(&archive, false), Care::Sturdy);
        let other = Evidence { stated: Some(DeviceClass::Other), ..open };
        assert_eq!(PRACTICE.care(&other, false), Care::ListenOnly(NotExamined::DeviceClass));
    }

    #[test]
    fn nothing_is_a_computer_before_the_clinical_ports_were_knocked_at() {
        let windows = Evidence { open_tcp: vec![135, 445], ..Evidence::default() };
        assert_eq!(PRACTICE.care(&windows, false), Care::ListenOnly(NotExamined::UnknownDevice));
        let router = Evidence { vendor: Some("AVM GmbH".into()), ..Evidence::default() };
        assert_eq!(PRACTICE.care(&router, false), Care::ListenOnly(NotExamined::UnknownDevice));
        assert!(
            PRACTICE.knocks_first().contains(&104) && PRACTICE.knocks_first().iter().all(|it| PRACTICE.may_knock(*it))
        );
        assert_eq!(FAST.knocks_first(), [0; 0]);
    }

    #[test]
    fn of_two_rules_the_stricter_holds() {
        let medical = PRACTICE.care(&stated(DeviceClass::MedicalDevice), false);
        let approved = PRACTICE.care(&stated(DeviceClass::MedicalDevice), true);
        let printer = PRACTICE.care(&stated(DeviceClass::Printer), false);
        for (one, other, both) in [
            (Care::Sturdy, medical, medical),
            (medical, Care::ListenOnly(NotExamined::UnknownDevice), medical),
            (Care::Sturdy, printer, printer),
            (approved, approved, approved),
            (approved, printer, medical),
        ] {
            assert_eq!((one.and(other), other.and(one)), (both, both));
        }
    }

    #[test]
    fn what_is_not_known_is_fragile() {
        assert_eq!(PRACTICE.care(&Evidence::default(), false), Care::ListenOnly(NotExamined::UnknownDevice));
        let windows = Evidence { open_tcp: vec![135, 139, 445], clinical_knocked: true, ..Evidence::default() };
        assert_eq!(PRACTICE.care(&windows, false), Care::Sturdy);
    }

    #[test]
    fn printers_never_get_a_packet_where_they_would_print() {
        for policy in [PRACTICE, FAST] {
            for port in [515, 9100, 9103, 9107, 9112, 9116] {
                assert!(!policy.may_knock(port));
            }
        }
        assert!(!PRACTICE.may_knock(4001));
        assert!(FAST.may_knock(4001));
    }

    #[test]
    fn a_terminal_is_asked_for_nothing_but_tls() {
        let care = PRACTICE.care(&stated(DeviceClass::CardTerminal), false);
        assert_eq!(PRACTICE.may_ask(care, NetworkService::Tls, 4742, true), Ok(()));
        assert_eq!(PRACTICE.may_ask(care, NetworkService::Sicct, 4742, true), Err(NotExamined::DeviceClass));
    }
}
