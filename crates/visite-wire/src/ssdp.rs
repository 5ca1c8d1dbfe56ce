//! Service discovery of UPnP (UPnP Device Architecture 1.1, 1.3): who answers a search, and what announcements say.
//!
//! Deliberately absent: fetching the device's description, which `http` may do, and everything that controls a device.

use visite_facts::facts::NetworkService;

use crate::bytes::clean;
use crate::head::{Head, parse_head};
use crate::{Dialogue, Event, Manner, Seen, Step};

/// Everything a device has.
pub const ALL: &str = "ssdp:all";
/// The device itself, in one answer.
pub const ROOT_DEVICE: &str = "upnp:rootdevice";

/// A search for `target` to the group 239.255.255.250 (or ff02::c), port 1900; answers come back within `seconds`.
pub fn search(target: &str, seconds: u8) -> Vec<u8> {
    let seconds = seconds.clamp(1, 5);
    format!(
        "M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: \"ssdp:discover\"\r\nMX: {seconds}\r\nST: {target}\r\n\r\n"
    )
    .into_bytes()
}

/// What a device says about itself, in an answer or in an announcement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announced {
    /// Kind of device or service, e.g. `urn:schemas-upnp-org:device:MediaServer:1`.
    pub kind: String,
    /// Unique name of the device's part.
    pub name: String,
    /// Where its description is; it may point to any address.
    pub location: Option<String>,
    /// System, version of UPnP and product, e.g. `Debian/12 UPnP/1.0 MiniDLNA/1.3.0`.
    pub server: Option<String>,
    /// Whether it takes its leave.
    pub leaves: bool,
}

/// An answer to a search, or an announcement; the first one of `bytes`.
pub fn parse_announcement(bytes: &[u8]) -> Option<Announced> {
    let head = parse_head(bytes, &["HTTP/1.1 200 ", "NOTIFY * HTTP/1.1"]).ok()??;
    let announces = head.first == "NOTIFY * HTTP/1.1";
    let rest = bytes.get(head.length..)?;
    // A body is not provided for; behind an answer there may be another datagram.
    let another = rest.is_empty() || rest.starts_with(b"HTTP/1.1 ") || rest.starts_with(b"NOTIFY ");
    let kind = head.field(if announces { "NT" } else { "ST" })?;
    let name = head.field("USN").filter(|name| name.starts_with("uuid:"))?;
    // Both carry how long they are valid (UPnP Device Architecture 1.1, 1.2.2, 1.3.3).
    let leaves = announces && head.field("NTS") == Some("ssdp:byebye");
    let valid =
        leaves || head.field("CACHE-CONTROL").is_some_and(|value| value.to_ascii_lowercase().contains("max-age"));
    if !another || !valid {
        return None;
    }
    let text = |head: &Head<'_>, name: &str| clean(head.field(name)?.as_bytes(), 255);
    Some(Announced {
        kind: clean(kind.as_bytes(), 255)?,
        name: clean(name.as_bytes(), 255)?,
        location: text(&head, "LOCATION"),
        server: text(&head, "SERVER"),
        leaves,
    })
}

/// The dialogue with one device, over UDP port 1900 at its own address (UPnP Device Architecture 1.1, 1.3.2: unicast).
#[derive(Clone, Debug)]
pub struct Ssdp {
    host: String,
}

impl Ssdp {
    /// A dialogue in this manner.
    pub fn new(manner: &Manner) -> Self {
        Self { host: manner.host.chars().filter(|c| c.is_ascii_graphic()).take(255).collect() }
    }
}

impl Dialogue for Ssdp {
    type Answer = Seen;

    fn step(&mut self, event: Event<'_>) -> Step<Seen> {
        match event {
            Event::Connected => {
                let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
                let head = format!("M-SEARCH * HTTP/1.1\r\nHOST: {host}:1900\r\nMAN: \"ssdp:discover\"\r\n");
                // Old devices want to know how long they may wait, and wait that long.
                Step::Send(format!("{head}MX: 1\r\nST: {ROOT_DEVICE}\r\n\r\n").into_bytes())
            }
            Event::Received(bytes) => match parse_announcement(bytes) {
                Some(announced) if bytes.starts_with(b"HTTP/") && announced.kind == ROOT_DEVICE => {
                    let mut seen = Seen::new(NetworkService::Ssdp);
                    if let Some((product, version)) = announced.server.as_deref().and_then(product_of) {
                        (seen.product, seen.version) = (Some(product), version);
                    }
                    Step::Done(seen)
                }
                _ => Step::NotThis,
            },
            Event::Silence | Event::Closed => Step::NotThis,
        }
    }
}

/// The product behind system and `UPnP/x.y` (UPnP Device Architecture 1.1, 1.3.3: `OS/version UPnP/1.1 product/version`).
fn product_of(server: &str) -> Option<(String, Option<String>)> {
    let (_, behind) = server.split_once("UPnP/")?;
    let (_, product) = behind.split_once([' ', ','])?;
    let product = product.trim_start_matches([' ', ',']);
    let (name, version) = match product.rsplit_once('/') {
        Some((name, version)) => (name, clean(version.split([' ', ',']).next()?.as_bytes(), 40)),
        None => (product, None),
    };
    Some((clean(name.as_bytes(), 80)?, version))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trials;
    use proptest::prelude::*;

    /// MiniDLNA 1.3.0 of Debian 12, recorded in a namespace of its own.
    const MINIDLNA: &[u8] = b"HTTP/1.1 200 OK\r\n\
        CACHE-CONTROL: max-age=1800\r\n\
        DATE: Wed, 25 Nov 2026 23:01:33 GMT\r\n\
        ST: upnp:rootdevice\r\n\
        USN: uuid:4d696e69-444c-164e-9d41-0a99010100aa::upnp:rootdevice\r\n\
        EXT:\r\n\
        SERVER: Debian DLNADOC/1.50 UPnP/1.0 MiniDLNA/1.3.0\r\n\
        LOCATION: http://10.99.1.1:8200/rootDesc.xml\r\n\
        Content-Length: 0\r\n\
        \r\n";

    fn ssdp() -> Ssdp {
        Ssdp::new(&Manner { host: "10.99.1.1".to_owned(), ..Manner::default() })
    }

    #[test]
    fn devices() {
        let seen = trials::datagrams(ssdp, &[MINIDLNA]);
        assert_eq!((seen.product.as_deref(), seen.version.as_deref()), (Some("MiniDLNA"), Some("1.3.0")));
        let (_, sent) = crate::play(&mut ssdp(), &[MINIDLNA]);
        assert!(sent.concat().starts_with(b"M-SEARCH * HTTP/1.1\r\nHOST: 10.99.1.1:1900\r\n"));
    }

    #[test]
    fn announcements() {
        let bytes = b"NOTIFY * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nCACHE-CONTROL: max-age=1800\r\n\
            LOCATION: http://192.168.178.1:49000/igddesc.xml\r\nSERVER: fritz.box UPnP/1.0 AVM FRITZ!Box 7590 154.07.50\r\n\
            NT: upnp:rootdevice\r\nNTS: ssdp:alive\r\nUSN: uuid:75802409-bccb-40e7-8e6c-00040e000000::upnp:rootdevice\r\n\r\n";
        let announced = parse_announcement(bytes).expect("well-formed");
        assert_eq!(announced.kind, ROOT_DEVICE);
        assert_eq!(announced.location.as_deref(), Some("http://192.168.178.1:49000/igddesc.xml"));
        let product = product_of(announced.server.as_deref().unwrap_or_default());
        assert_eq!(product, Some(("AVM FRITZ!Box 7590 154.07.50".to_owned(), None)));
        assert_eq!(crate::play(&mut ssdp(), &[bytes]).0, None, "no answer to our question");
    }

    #[test]
    fn wrong_answers() {
        for answer in [
            &b"HTTP/1.1 200 OK\r\nCACHE-CONTROL: max-age=1800\r\nST: upnp:rootdevice\r\n\r\n"[..],
            b"HTTP/1.1 200 OK\r\nST: upnp:rootdevice\r\nUSN: uuid:1::upnp:rootdevice\r\n\r\n",
            b"HTTP/1.1 404 Not Found\r\nCACHE-CONTROL: max-age=1\r\nST: upnp:rootdevice\r\nUSN: uuid:1\r\n\r\n",
        ] {
            assert_eq!(crate::play(&mut ssdp(), &[answer]).0, None);
        }
        trials::strangers(ssdp, b"");
        let sent = search(ALL, 2);
        assert!(sent.ends_with(b"\r\nMX: 2\r\nST: ssdp:all\r\n\r\n"));
        assert_eq!(parse_announcement(&sent), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(
            noise in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..120), 0..3),
            changes in proptest::collection::vec(any::<(proptest::sample::Index, u8)>(), 0..4),
        ) {
            trials::any_bytes(ssdp(), &noise);
            trials::any_bytes(ssdp(), &[trials::mutated(MINIDLNA, &changes)]);
        }
    }
}
