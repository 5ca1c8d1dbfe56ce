//! Elasticsearch and OpenSearch (their reference, "Root API"). Unverified against a real server.
//!
//! One `GET /`: an open server tells its version, a protected one that it wants a login. Deliberately absent: names of
//! nodes, clusters and indexes, and every search.

use crate::bytes::clean;
use crate::dialogue::{Detail, Dialogue, Event, Manner, Seen, Step};
use crate::http::{Exchange, Request, Response};
use serde_json::Value;
use visite_facts::Known;
use visite_facts::facts::{DeviceDatabase, NetworkService};

/// Asks a server for its version.
#[derive(Clone, Debug)]
pub struct Elasticsearch {
    exchange: Exchange,
    encrypted: bool,
}

impl Elasticsearch {
    /// No login, whatever the manner says.
    pub fn new(manner: &Manner) -> Self {
        Self { exchange: Exchange::new(Request::get("/", &manner.host).encode()), encrypted: manner.encrypted }
    }
}

impl Dialogue for Elasticsearch {
    type Answer = Seen;

    fn step(&mut self, event: Event<'_>) -> Step<Seen> {
        match self.exchange.step(event) {
            Step::Send(bytes) => Step::Send(bytes),
            Step::More => Step::More,
            Step::Done(response) => seen(&response, self.encrypted).map_or(Step::NotThis, Step::Done),
            Step::NotThis => Step::NotThis,
        }
    }
}

fn seen(response: &Response, encrypted: bool) -> Option<Seen> {
    let kind = response.header("content-type").unwrap_or_default();
    // Only a whole answer can be read.
    let (product, version, without_password) = match response.status {
        _ if !response.complete => return None,
        200 => {
            let json: Value = serde_json::from_slice(&response.body).ok()?;
            let product = match json.get("tagline")?.as_str()? {
                "You Know, for Search" => "Elasticsearch",
                "The OpenSearch Project: https://opensearch.org/" => "OpenSearch",
                _ => return None,
            };
            // OpenSearch may state an old number of Elasticsearch for old clients; its distribution tells the truth.
            let version = json.get("version")?;
            let number = version.get("number")?.as_str()?;
            version.get("lucene_version")?.as_str()?;
            let product = match version.get("distribution").and_then(Value::as_str) {
                Some("opensearch") => "OpenSearch",
                _ => product,
            };
            (product, clean(number.as_bytes(), 40), Known(true))
        }
        401 if kind.starts_with("application/json") => {
            let json: Value = serde_json::from_slice(&response.body).ok()?;
            let challenge = response.header("www-authenticate")?.starts_with("Basic realm=\"security\"");
            let refused = json.get("error")?.get("type")?.as_str()? == "security_exception";
            (challenge && refused && json.get("status")?.as_u64()? == 401).then_some(())?;
            ("Elasticsearch", None, Known(false))
        }
        401 if response.header("www-authenticate") == Some("Basic realm=\"OpenSearch Security\"") => {
            ("OpenSearch", None, Known(false))
        }
        _ => return None,
    };
    let mut seen = Seen::new(NetworkService::Elasticsearch);
    seen.product = Some(product.to_owned());
    seen.version = version;
    seen.detail = Detail::Database(DeviceDatabase {
        service: Known(NetworkService::Elasticsearch),
        without_password,
        // TLS is spoken from the first byte, or never.
        tls_offered: Known(encrypted),
        ..DeviceDatabase::default()
    });
    Some(seen)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::play;
    use crate::trials;
    use proptest::prelude::*;
    use visite_facts::Observed;

    fn answer(head: &str, body: &str) -> Vec<u8> {
        format!("HTTP/1.1 {head}\r\nContent-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
    }

    /// As the reference of Elasticsearch 7.17 shows it.
    fn open() -> Vec<u8> {
        answer(
            "200 OK\r\nX-elastic-product: Elasticsearch\r\ncontent-type: application/json; charset=UTF-8",
            r#"{"name":"praxis-server","cluster_name":"elasticsearch","cluster_uuid":"x","version":{"number":"7.17.3",
            "build_flavor":"default","lucene_version":"8.11.1"},"tagline":"You Know, for Search"}"#,
        )
    }

    fn protected() -> Vec<u8> {
        answer(
            "401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"security\" charset=\"UTF-8\"\r\n\
             content-type: application/json; charset=UTF-8",
            r#"{"error":{"root_cause":[],"type":"security_exception","reason":"missing authentication credentials"},
            "status":401}"#,
        )
    }

    fn elasticsearch() -> Elasticsearch {
        Elasticsearch::new(&Manner::default())
    }

    fn told(bytes: &[u8]) -> Option<(Option<String>, Option<String>, Observed<bool>)> {
        let seen = play(&mut elasticsearch(), &[bytes]).0?;
        assert!(!format!("{seen:?}").contains("praxis-server"));
        match seen.detail {
            Detail::Database(database) => Some((seen.product, seen.version, database.without_password)),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn documented_answers() {
        let name = |text: &str| Some(text.to_owned());
        assert_eq!(told(&open()), Some((name("Elasticsearch"), name("7.17.3"), Known(true))));
        assert_eq!(told(&protected()), Some((name("Elasticsearch"), None, Known(false))));
        let other = answer("401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"OpenSearch Security\"", "Unauthorized");
        assert_eq!(told(&other), Some((name("OpenSearch"), None, Known(false))));
        let other = answer(
            "200 OK",
            r#"{"version":{"distribution":"opensearch","number":"2.11.0","lucene_version":"9.7.0"},
            "tagline":"The OpenSearch Project: https://opensearch.org/"}"#,
        );
        assert_eq!(told(&other), Some((name("OpenSearch"), name("2.11.0"), Known(true))));
    }

    #[test]
    fn pieces_and_others() {
        trials::stream_proven_by(elasticsearch, &[&open()], 0);
        trials::stream_proven_by(elasticsearch, &[&protected()], 0);
        trials::strangers(elasticsearch, b"");
        for body in ["{}", "[]", "null", r#"{"tagline":"You Know, for Search"}"#, r#"{"tagline":1}"#, "<html>"] {
            assert_eq!(told(&answer("200 OK", body)), None, "{body}");
        }
        assert_eq!(told(&answer("200 OK", &"[".repeat(50_000))), None);
        assert_eq!(
            told(&answer("401 No\r\nWWW-Authenticate: Basic realm=\"x\"\r\nContent-Type: application/json", "{}")),
            None
        );
    }

    proptest! {
        #[test]
        fn any_body(body: String) {
            assert_eq!(told(&answer("200 OK", &body)), None);
        }
    }
}
