//! The address under which people reach the server, and what follows from it: names it answers to, origins it
//! trusts, whether cookies are marked secure, the name passkeys belong to.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// Public address of the server, as in `--public-url`: scheme, name and port, without a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl {
    secure: bool,
    host: String,
    port: Option<u16>,
}

/// Why a text is no public address.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum PublicUrlError {
    /// Neither `https://` nor `http://`.
    #[error("`{0}` does not start with `https://`; write, for example, `https://visite.example.org`")]
    Scheme(String),
    /// No name, a user, a path or a wrong port.
    #[error("`{0}` is not just a name and perhaps a port; write, for example, `https://visite.example.org:8443`")]
    Parts(String),
    /// `http://` for another machine than this one.
    #[error("`{0}` is not encrypted; `http://` is for this machine itself only, write `https://`")]
    NotEncrypted(String),
}

impl FromStr for PublicUrl {
    type Err = PublicUrlError;

    fn from_str(text: &str) -> Result<Self, PublicUrlError> {
        let (secure, rest) = match (text.strip_prefix("https://"), text.strip_prefix("http://")) {
            (Some(rest), _) => (true, rest),
            (_, Some(rest)) => (false, rest),
            _ => return Err(PublicUrlError::Scheme(text.to_owned())),
        };
        let parts = || PublicUrlError::Parts(text.to_owned());
        let (host, port) = split_host(rest.strip_suffix('/').unwrap_or(rest)).ok_or_else(parts)?;
        if !secure && !is_loopback_name(&host) {
            return Err(PublicUrlError::NotEncrypted(text.to_owned()));
        }
        // Browsers leave the usual port out of origins and Host headers.
        let port = port.filter(|port| *port != if secure { 443 } else { 80 });
        Ok(Self { secure, host, port })
    }
}

impl PublicUrl {
    /// Whether people reach the server encrypted.
    pub fn secure(&self) -> bool {
        self.secure
    }

    /// Name or address of the server, without port and brackets.
    pub fn host(&self) -> &str {
        self.host.trim_start_matches('[').trim_end_matches(']')
    }

    /// Name of the server, without port: a passkey belongs to it. `None` if it is an address, for passkeys need a name.
    pub fn passkey_name(&self) -> Option<&str> {
        self.host().parse::<IpAddr>().is_err().then_some(&*self.host)
    }

    /// The origin, as browsers write it: `https://visite.example.org:8443`.
    pub fn origin(&self) -> String {
        self.to_string()
    }

    /// The address of `path`, which starts with a slash.
    pub fn join(&self, path: &str) -> String {
        format!("{self}{path}")
    }

    /// Whether a request with this `Host` is meant for the server: the public name with its port, or a name of this
    /// machine itself with any port. Anything else is somebody else's name that was led here.
    pub fn answers_to(&self, host: &str) -> bool {
        let Some((host, port)) = split_host(host) else { return false };
        let usual = if self.secure { 443 } else { 80 };
        is_loopback_name(&host) || (host == self.host && port.unwrap_or(usual) == self.port.unwrap_or(usual))
    }

    /// Whether a page of `origin` may send something to `host`: both have to be one of ours, and the same.
    pub fn trusts(&self, origin: &str, host: &str) -> bool {
        let Some((scheme, rest)) = origin.split_once("://") else { return false };
        let (Some(from), Some(to)) = (split_host(rest), split_host(host)) else { return false };
        if !self.answers_to(host) || from.0 != to.0 {
            return false;
        }
        let usual = match scheme {
            "https" => 443,
            "http" if is_loopback_name(&from.0) => 80,
            _ => return false,
        };
        // Behind a proxy the port in Host may be missing; the public address knows it.
        let port = |port: Option<u16>| port.unwrap_or(usual);
        port(from.1) == port(to.1) || (scheme == "https" && rest == self.authority())
    }

    fn authority(&self) -> String {
        match self.port {
            Some(port) => format!("{}:{port}", self.host),
            None => self.host.clone(),
        }
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", if self.secure { "https" } else { "http" }, self.authority())
    }
}

/// Names by which a machine speaks to itself.
pub fn is_loopback_name(host: &str) -> bool {
    host == "localhost"
        || host
            .trim_start_matches('[')
            .trim_end_matches(']')
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// As [`is_loopback_name`], of a `Host` header, with or without a port.
pub fn is_loopback_host(host: &str) -> bool {
    split_host(host).is_some_and(|(name, _)| is_loopback_name(&name))
}

/// Host, in small letters, and port of an authority. `None` if it has a user, a path or signs that names do not have.
fn split_host(text: &str) -> Option<(String, Option<u16>)> {
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (address, rest) = rest.split_once(']')?;
            address.parse::<std::net::Ipv6Addr>().ok()?;
            (format!("[{address}]"), if rest.is_empty() { None } else { Some(rest.strip_prefix(':')?) })
        }
        None => match text.split_once(':') {
            Some((host, port)) => (host.to_owned(), Some(port)),
            None => (text.to_owned(), None),
        },
    };
    let port = match port {
        Some(port) if port.bytes().all(|b| b.is_ascii_digit()) => Some(port.parse().ok()?),
        Some(_) => return None,
        None => None,
    };
    let named = host.starts_with('[') || host.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.');
    (named && !host.is_empty() && host.len() <= 253).then(|| (host.to_ascii_lowercase(), port))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> PublicUrl {
        text.parse().unwrap()
    }

    #[test]
    fn addresses_are_read_and_written() {
        assert_eq!(url("https://Visite.Example.org/").origin(), "https://visite.example.org");
        assert_eq!(url("https://visite.example.org:443").origin(), "https://visite.example.org");
        assert_eq!(url("https://localhost:8443").join("/login"), "https://localhost:8443/login");
        assert_eq!(url("http://[::1]:8080").origin(), "http://[::1]:8080");
        assert_eq!(url("https://visite.example.org").passkey_name(), Some("visite.example.org"));
        assert_eq!(url("https://192.0.2.7:8443").passkey_name(), None);
        assert_eq!(url("http://[::1]:8080").passkey_name(), None);
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            "visite.example.org",
            "ftp://a",
            "https://",
            "https://a/b",
            "https://u@a",
            "https://a:b",
            "https://a b",
            "https://a:99999",
            "https://[::1",
            "https://ä",
        ] {
            assert!(text.parse::<PublicUrl>().is_err(), "{text}");
        }
        assert!(matches!("http://visite.example.org".parse::<PublicUrl>(), Err(PublicUrlError::NotEncrypted(_))));
    }

    #[test]
    fn it_answers_to_its_own_names_only() {
        let url = url("https://visite.example.org:8443");
        for host in [
            "visite.example.org:8443",
            "VISITE.example.org:8443",
            "localhost",
            "localhost:8080",
            "127.0.0.1:8443",
            "127.0.0.1",
            "[::1]:8443",
        ] {
            assert!(url.answers_to(host), "{host}");
        }
        for host in [
            "",
            "visite.example.org",
            "visite.example.org:443",
            "example.org",
            "visite.example.org.evil.example:8443",
            "evil.example",
            "localhost.evil.example",
            "192.0.2.1",
            "a@localhost",
            "localhost:8443:1",
            "[::2]",
        ] {
            assert!(!url.answers_to(host), "{host}");
        }
    }

    #[test]
    fn only_own_pages_may_send() {
        let url = url("https://visite.example.org");
        for (origin, host) in [
            ("https://visite.example.org", "visite.example.org"),
            ("https://visite.example.org", "visite.example.org:443"),
            ("http://localhost:8080", "localhost:8080"),
            ("https://127.0.0.1:8443", "127.0.0.1:8443"),
        ] {
            assert!(url.trusts(origin, host), "{origin} -> {host}");
        }
        for (origin, host) in [
            ("null", "visite.example.org"),
            ("", "visite.example.org"),
            ("http://visite.example.org", "visite.example.org"),
            ("https://visite.example.org:8443", "visite.example.org"),
            ("https://evil.example", "visite.example.org"),
            ("https://evil.example", "evil.example"),
            ("http://localhost:3000", "localhost:8080"),
            ("http://localhost:8080", "127.0.0.1:8080"),
            ("http://localhost:8080", "visite.example.org"),
        ] {
            assert!(!url.trusts(origin, host), "{origin} -> {host}");
        }
    }
}
