//! Where a server is: `https://host:port`, and nothing else.

use rustls::pki_types::ServerName;
use std::fmt;
use std::net::Ipv6Addr;
use std::str::FromStr;

/// The address of a server's endpoint for agents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerUrl {
    host: ServerName<'static>,
    port: u16,
}

/// Why a text is no address of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ServerUrlError {
    /// Another scheme, or none.
    #[error("it does not begin with `https://`")]
    NotHttps,
    /// No name and no address, or something behind the port.
    #[error("it is not `https://host:port`")]
    NotHostAndPort,
}

impl ServerUrl {
    /// Port if none is written.
    pub const PORT: u16 = 8444;

    /// The name by which the server's certificate is checked.
    pub fn host(&self) -> &ServerName<'static> {
        &self.host
    }

    /// Where to connect: `host:port`.
    pub fn endpoint(&self) -> String {
        match &self.host {
            ServerName::IpAddress(address) => std::net::SocketAddr::new((*address).into(), self.port).to_string(),
            name => format!("{}:{}", name.to_str(), self.port),
        }
    }
}

impl fmt::Display for ServerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "https://{}", self.endpoint())
    }
}

impl FromStr for ServerUrl {
    type Err = ServerUrlError;

    fn from_str(text: &str) -> Result<Self, ServerUrlError> {
        use ServerUrlError::{NotHostAndPort, NotHttps};
        let rest = text.trim().strip_prefix("https://").ok_or(NotHttps)?;
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (host, behind) = match rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((address, behind)) => {
                let address: Ipv6Addr = address.parse().map_err(|_| NotHostAndPort)?;
                (address.to_string(), behind)
            }
            None => {
                let (host, behind) = rest.split_at(rest.find(':').unwrap_or(rest.len()));
                (host.to_owned(), behind)
            }
        };
        let port = match behind.strip_prefix(':') {
            None if behind.is_empty() => Some(Self::PORT),
            Some(port) if port.bytes().all(|byte| byte.is_ascii_digit()) => port.parse().ok().filter(|port| *port > 0),
            _ => None,
        };
        let host = ServerName::try_from(host).map_err(|_| NotHostAndPort)?;
        Ok(Self { host, port: port.ok_or(NotHostAndPort)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_and_written() {
        for (text, written) in [
            ("https://praxis-server", "https://praxis-server:8444"),
            ("https://praxis.example:9000/", "https://praxis.example:9000"),
            ("https://192.168.1.10", "https://192.168.1.10:8444"),
            ("https://[fd00::1]", "https://[fd00::1]:8444"),
            (" https://[fd00::1]:443 ", "https://[fd00::1]:443"),
        ] {
            let url: ServerUrl = text.parse().expect(text);
            assert_eq!(url.to_string(), written);
            assert_eq!(written.parse(), Ok(url));
        }
        for text in [
            "",
            "praxis",
            "http://praxis:1",
            "https://",
            "https://:1",
            "https://a:b",
            "https://a:0",
            "https://a:70000",
            "https://a:1:2",
            "https://a/b",
            "https://u@a",
            "https://[fd00::1]x",
            "https://[fd00]",
            "https://[::1",
            "https://a:+1",
            "https://fd00::1",
        ] {
            assert!(text.parse::<ServerUrl>().is_err(), "{text}");
        }
    }
}
