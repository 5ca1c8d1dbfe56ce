//! Marks by which the start pages of management interfaces are known. For the dialogue of HTTP.
//!
//! A table and the function that reads it. Deliberately absent: products and versions, which fingerprints tell.

use crate::dialogue::TextPlace;

/// How a mark is compared with a text; letters of either case are equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Match {
    /// The text is the mark.
    Whole,
    /// The text begins with the mark.
    Start,
    /// The mark stands anywhere in the text.
    Within,
}

/// A text by which the management of a device is recognised.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    /// Where it stands.
    pub place: TextPlace,
    /// How it is compared.
    pub compared: Match,
    /// The mark.
    pub text: &'static str,
}

/// Whether one of these marks recognises the management of a device by this text.
pub fn is_management(marks: &[Mark], place: TextPlace, text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    marks.iter().filter(|mark| mark.place == place).any(|mark| {
        let wanted = mark.text.to_ascii_lowercase();
        match mark.compared {
            Match::Whole => text == wanted,
            Match::Start => text.starts_with(&wanted),
            Match::Within => text.contains(&wanted),
        }
    })
}

const fn title(compared: Match, text: &'static str) -> Mark {
    Mark { place: TextPlace::HtmlTitle, compared, text }
}

const fn server(text: &'static str) -> Mark {
    Mark { place: TextPlace::HttpServer, compared: Match::Start, text }
}

const fn challenge(text: &'static str) -> Mark {
    Mark { place: TextPlace::HttpAuthenticate, compared: Match::Within, text }
}

const fn cookie(text: &'static str) -> Mark {
    Mark { place: TextPlace::HttpCookie, compared: Match::Start, text }
}

/// Marks of devices and administration programs that are found in practices. Each line names its source: the examples
/// of Rapid7's recog (BSD-2-Clause), or where the vendor or the program states the text; the latter are unverified
/// until an answer of the product has been recorded.
pub const MANAGEMENT_MARKS: &[Mark] = &[
    // Routers, firewalls, switches and access points.
    title(Match::Start, "FRITZ!"),           // recog; AVM, manual of the FRITZ!Box
    title(Match::Start, "Speedport"),        // Deutsche Telekom, manuals of the Speedport routers (unverified)
    title(Match::Within, "LANCOM"),          // LANCOM Systems, LCOS reference manual (WEBconfig) (unverified)
    server("LANCOM"),                        // LANCOM Systems, LCOS reference manual (WEBconfig) (unverified)
    title(Match::Start, "RouterOS"),         // recog; MikroTik, manual (WebFig)
    title(Match::Whole, "MikroTik SwOS"),    // recog
    title(Match::Start, "UniFi"),            // recog; Ubiquiti
    title(Match::Whole, "EdgeOS"),           // recog; Ubiquiti
    title(Match::Within, "| OPNsense"),      // recog; program source, login page
    server("OPNsense"),                      // recog
    title(Match::Within, "pfSense"),         // recog; program source, login page
    title(Match::Start, "FortiGate"),        // recog
    server("xxxxxxxx-xxxxx"),                // recog: FortiGate
    title(Match::Start, "SonicWall -"),      // recog
    server("SonicWALL"),                     // recog
    title(Match::Start, "ASUS Login"),       // recog
    title(Match::Start, "Vigor Login"),      // recog: DrayTek
    title(Match::Within, "ProCurve Switch"), // recog
    title(Match::Start, "DD-WRT"),           // recog
    title(Match::Within, "- LuCI"),          // OpenWrt, LuCI program source, page header (unverified)
    title(Match::Start, "NETGEAR"),          // recog
    challenge("realm=\"NETGEAR"),            // recog
    challenge("realm=\"TP-LINK"),            // recog
    challenge("Router\""),                   // recog
    challenge("realm=\"level_15"),           // recog; Cisco, IOS HTTP services configuration guide
    challenge("realm=\"level 15"),           // recog; Cisco, IOS HTTP services configuration guide
    server("cisco-IOS"),                     // recog
    // Printers and print servers.
    title(Match::Start, "HP LaserJet"),                   // recog
    title(Match::Start, "HP Color LaserJet"),             // HP, user guides (embedded web server) (unverified)
    title(Match::Start, "HP OfficeJet"),                  // HP, user guides (embedded web server) (unverified)
    server("HP HTTP Server"),                             // recog
    server("KM-MFP-http"),                                // recog: Kyocera
    title(Match::Start, "Brother "),                      // recog
    title(Match::Start, "Remote UI"),                     // recog; Canon, user guides
    title(Match::Start, "Web Image Monitor"),             // Ricoh, user guides (unverified)
    title(Match::Within, "CentreWare Internet Services"), // Xerox, system administrator guides (unverified)
    title(Match::Within, "PageScope Web Connection"),     // Konica Minolta, user guides (unverified)
    title(Match::Within, "SyncThru Web Service"),         // Samsung, user guides (unverified)
    title(Match::Within, "- CUPS"),                       // recog; CUPS 2.4.2 in Debian 12
    // Management of servers, hypervisors and their parts.
    title(Match::Within, "iDRAC"),                 // Dell, iDRAC user's guides (unverified)
    title(Match::Start, "iLO "),                   // recog
    title(Match::Within, "Integrated Lights-Out"), // recog
    title(Match::Within, "Integrated Lights Out"), // recog
    server("HP-iLO-Server"),                       // recog
    server("HPE-iLO-Server"),                      // HPE, iLO 5 user guide (unverified)
    title(Match::Within, "Remote Management iRMC"), // recog: Fujitsu
    challenge("realm=\"iRMC"),                     // recog: Fujitsu
    title(Match::Within, "XClarity Controller"),   // Lenovo, XClarity Controller user guide (unverified)
    server("Intel(R) Active Management Technology"), // recog
    title(Match::Within, "ID_EESX_Welcome"),       // recog: VMware ESXi
    title(Match::Within, "ID_VC_Welcome"),         // recog: VMware vCenter
    title(Match::Within, "- Proxmox "),            // recog; program source
    server("pve-api-daemon"),                      // recog
    title(Match::Start, "Network Management Card"), // recog: APC
    challenge("APC Management Card"),              // recog
    title(Match::Start, "Lantronix"),              // recog
    title(Match::Start, "Digi "),                  // recog
    // Network storage.
    title(Match::Within, "Synology DiskStation"), // recog
    title(Match::Within, "Synology RackStation"), // Synology, DSM administrator's guide (unverified)
    title(Match::Within, "QNAP"),                 // QNAP, QTS user manual (unverified)
    title(Match::Start, "FreeNAS"),               // recog
    title(Match::Start, "TrueNAS"),               // iXsystems, TrueNAS documentation (unverified)
    title(Match::Start, "openmediavault"),        // recog
    // Administration programs.
    title(Match::Start, "Login to Webmin"),      // recog
    title(Match::Start, "Login to Usermin"),     // recog
    server("MiniServ/"),                         // recog: Webmin
    title(Match::Start, "phpMyAdmin"),           // recog
    cookie("phpMyAdmin="),                       // recog
    title(Match::Within, "- Adminer"),           // recog
    cookie("cockpit="),                          // Cockpit, program source (cookie of the session) (unverified)
    title(Match::Start, "Windows Admin Center"), // Microsoft, documentation of Windows Admin Center (unverified)
    // Cameras and recorders.
    title(Match::Whole, "AXIS"),                // recog
    title(Match::Whole, "NETSurveillance WEB"), // recog
    server("DNVRS-Webs"),                       // recog: Hikvision
    server("Hikvision-Webs"),                   // recog
    challenge("realm=\"DVR\""),                 // recog
];
