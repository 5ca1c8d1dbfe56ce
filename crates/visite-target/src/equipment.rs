//! What the practice uses: the target objects on which requirements of the frameworks depend, and how it is connected to
//! the telematics infrastructure (TI).
//!
//! For everyone who asks whether a requirement concerns this practice. What is not mentioned is not known, which is
//! not the same as not in use. Deliberately absent: single devices, which stand under `devices`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use visite_facts::words;

words! {
    /// How the practice is connected to the telematics infrastructure.
    pub enum TelematicsMode {
        /// Not at all.
        None = "none",
        /// In series (Reihenbetrieb): the whole network stands behind the connector, which is its firewall.
        Series = "series",
        /// In parallel (Parallelbetrieb): the connector stands beside the network, which protects itself.
        Parallel = "parallel",
        /// Through a TI gateway: the connector stands in the data centre of an approved provider.
        Gateway = "gateway",
    }
}

/// The connection to the telematics infrastructure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "telematics")]
pub struct Telematics {
    /// How the practice is connected.
    pub mode: TelematicsMode,
}

/// Declares each piece of equipment once: as a word for the frameworks and as a key of the practice file.
macro_rules! equipment {
    ($($(#[doc = $doc:literal])+ $field:ident $variant:ident $word:literal;)+) => {
        words! {
            /// Something a requirement depends on: it concerns only practices that use this.
            pub enum Equipment {
                $($(#[doc = $doc])+ $variant = $word,)+
            }
        }

        /// What the practice uses (`true`) and does not use (`false`). What is absent is not known.
        #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        #[schemars(title = "equipment list")]
        pub struct EquipmentInUse {
            $($(#[doc = $doc])+ #[serde(skip_serializing_if = "Option::is_none")] pub $field: Option<bool>,)+
        }

        impl EquipmentInUse {
            /// What the practice says about `equipment`; `None` if nothing.
            pub fn stated(&self, equipment: Equipment) -> Option<bool> {
                match equipment { $(Equipment::$variant => self.$field,)+ }
            }
        }
    };
}

equipment! {
    /// Computers with Microsoft Windows.
    windows Windows "windows";
    /// Smartphones or tablets, also private ones used for work.
    smartphones Smartphones "smartphones";
    /// Mobile phones of any kind.
    mobile_phones MobilePhones "mobile_phones";
    /// A central management of mobile devices (MDM).
    mdm Mdm "mdm";
    /// USB sticks, external disks, CDs, memory cards.
    removable_media RemovableMedia "removable_media";
    /// Apps on smartphones or tablets.
    apps Apps "apps";
    /// Web applications that the practice offers or runs, e.g. booking of appointments.
    web_applications WebApplications "web_applications";
    /// Cloud services in which data of the practice is processed.
    cloud Cloud "cloud";
    /// A mail server of the practice's own.
    mail_server MailServer "mail_server";
    /// A connector of the telematics infrastructure in the practice.
    connector Connector "connector";
    /// A connector that stands in a data centre.
    hosted_connector HostedConnector "hosted_connector";
    /// A TI gateway.
    ti_gateway TiGateway "ti_gateway";
    /// The telematics infrastructure in any way. Follows from `telematics`, where that is filled in.
    telematics Telematics "telematics";
    /// Large medical devices: CT, MRI, PET, linear accelerator and the like.
    large_devices LargeDevices "large_devices";
    /// Work at home or on the way.
    mobile_work MobileWork "mobile_work";
    /// A virtual private network (VPN) into the practice.
    vpn Vpn "vpn";
    /// Wi-Fi, also for guests.
    wifi Wifi "wifi";
    /// Maintenance by others over the network, e.g. by the IT provider or the maker of the practice software.
    remote_maintenance RemoteMaintenance "remote_maintenance";
}

/// What the mode of connection alone says about `equipment`.
pub(crate) fn follows_from(mode: TelematicsMode, equipment: Equipment) -> Option<bool> {
    use TelematicsMode::{Gateway, None as Unconnected, Parallel, Series};
    match (equipment, mode) {
        (Equipment::Telematics, mode) => Some(mode != Unconnected),
        (Equipment::Connector | Equipment::HostedConnector | Equipment::TiGateway, Unconnected) => Some(false),
        (Equipment::Connector, Series | Parallel) => Some(true),
        // With a TI gateway there is no connector in the practice; it stands in the provider's data centre.
        (Equipment::Connector, Gateway) => Some(false),
        (Equipment::HostedConnector, Gateway) => Some(true),
        (Equipment::HostedConnector, Series) => Some(false),
        // A connector beside the network may also be a rented one in a data centre: only the practice knows.
        (Equipment::HostedConnector, Parallel) => None,
        (Equipment::TiGateway, mode) => Some(mode == Gateway),
        _ => None,
    }
}
