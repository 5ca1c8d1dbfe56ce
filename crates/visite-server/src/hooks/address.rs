//! Where messages may go. The server stands in networks that whoever enters an address may not reach: without a rule it
//! would ask there in their place.
//!
//! Only `https`, only addresses of the public internet, looked up once and then used. Whoever looks after the installation
//! may open the own networks; then plain `http` to this machine itself is possible, too.

use reqwest::Url;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;
use tokio::net::lookup_host;
use tokio::time::timeout;
use visite_facts::Text;

/// The setting of the installation that opens own networks; `yes` if it does.
pub const PRIVATE: &str = "webhooks.private_addresses";

/// How long a name may take to be looked up: whoever owns the name decides how long it takes.
const LOOKED_UP_WITHIN: Duration = Duration::from_secs(5);

/// Longest address, in characters.
const MOST: usize = 500;

/// The address that somebody wrote.
///
/// # Errors
///
/// Why it is none; for people.
pub fn read(text: &str, private: bool) -> Result<Url, Text> {
    let url = Some(text.trim()).filter(|text| text.len() <= MOST).and_then(|text| text.parse::<Url>().ok());
    let url = url.filter(|url| url.has_host() && url.username().is_empty() && url.password().is_none());
    let scheme = |url: &Url| {
        let local = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        url.scheme() == "https" || (private && local && url.scheme() == "http")
    };
    let url = url.filter(scheme).ok_or_else(|| {
        Text::new(
            "Die Adresse beginnt mit https:// und nennt einen Server, ohne Name und Passwort darin.",
            "The address begins with https:// and names a server, without a name and password in it.",
        )
    })?;
    let number = url.host_str().and_then(|host| host.trim_matches(['[', ']']).parse::<IpAddr>().ok());
    if !private && (number.is_some_and(|number| !is_public(number)) || url.host_str() == Some("localhost")) {
        return Err(inside());
    }
    Ok(url)
}

fn inside() -> Text {
    Text::new(
        "Diese Adresse liegt im eigenen Netz. Wer die Installation betreut, kann das unter „Programme“ für alle Praxen erlauben.",
        "This address lies in an own network. Whoever looks after the installation can allow that under “Programs” for all practices.",
    )
}

/// The addresses behind a name, if messages may go to all of them.
///
/// # Errors
///
/// Why not; for people.
pub async fn look_up(url: &Url, private: bool) -> Result<Vec<SocketAddr>, Text> {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let found = resolve(url).await;
    if found.is_empty() {
        return Err(Text::new(
            format!("Der Server „{host}“ ist nicht zu finden. Bitte die Adresse prüfen."),
            format!("The server “{host}” cannot be found. Please check the address."),
        ));
    }
    // One address inside is enough for a name that is made to lead there.
    if !private && found.iter().any(|address| !is_public(address.ip())) {
        return Err(inside());
    }
    Ok(found)
}

/// The addresses behind the name in `url`; none if it is not found in time.
pub async fn resolve(url: &Url) -> Vec<SocketAddr> {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let port = url.port_or_known_default().unwrap_or(443);
    match timeout(LOOKED_UP_WITHIN, lookup_host((host, port))).await {
        Ok(Ok(found)) => found.collect(),
        Ok(Err(_)) | Err(_) => Vec::new(),
    }
}

/// Whether an address is one of the public internet.
pub fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let shared = a == 100 && (64..128).contains(&b);
    let benchmark = a == 198 && (18..20).contains(&b);
    let protocols = (a, b, c) == (192, 0, 0) || (a, b, c) == (192, 88, 99);
    !(address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || shared
        || benchmark
        || protocols
        || a == 0
        || a >= 224)
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    // Only this eighth is given out; of it, what documents use and what carries an address of IPv4 in it is left out.
    a & 0xe000 == 0x2000 && !(a == 0x2001 && (b == 0xdb8 || b == 0)) && a != 0x2002 && a != 0x3fff
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_public_internet_is_public() {
        for inside in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "192.0.0.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "192.0.2.1",
            "::",
            "::1",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "ff02::1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "2002:a00:1::",
            "2001:db8::1",
            "2001::1",
        ] {
            assert!(!is_public(inside.parse().unwrap()), "{inside}");
        }
        for outside in ["8.8.8.8", "100.128.0.1", "172.32.0.1", "2a00:1450:4001::1", "::ffff:8.8.8.8"] {
            assert!(is_public(outside.parse().unwrap()), "{outside}");
        }
    }

    #[test]
    fn what_is_no_address_of_a_program_is_refused() {
        for wrong in [
            "",
            "praxis",
            "http://tickets.example/",
            "ftp://tickets.example/",
            "https://",
            "file:///etc/passwd",
            "https://a:b@tickets.example/",
            "https://127.0.0.1/",
            "https://[::1]/",
            "https://localhost/",
            "https://192.168.1.1/",
            "https://0x7f.1/",
            "https://2130706433/",
            "http://127.0.0.1/",
        ] {
            assert!(read(wrong, false).is_err(), "{wrong}");
        }
        assert!(read(" https://tickets.example/visite?x=1 ", false).is_ok());
        for own in ["https://192.168.1.1/", "https://localhost/", "http://127.0.0.1:8000/a"] {
            assert!(read(own, true).is_ok(), "{own}");
        }
        assert!(read("http://192.168.1.1/", true).is_err(), "other machines are reached encrypted");
    }

    #[tokio::test]
    async fn a_name_that_leads_inside_is_refused() {
        let url = |text: &str| text.parse::<Url>().unwrap();
        assert!(look_up(&url("https://localhost/"), false).await.is_err());
        assert!(look_up(&url("https://localhost/"), true).await.is_ok());
        assert_eq!(look_up(&url("https://8.8.8.8/"), false).await.unwrap(), ["8.8.8.8:443".parse().unwrap()]);
    }
}
