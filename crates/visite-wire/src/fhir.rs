//! Servers of medical resources (HL7 FHIR): the capability statement, which names the software and no patient.
//!
//! Asks for `metadata` below the usual bases, one after the other on one connection, and for nothing else. Statements may
//! be longer than an answer that is kept, so only the beginning is read. Deliberately absent: every other resource.

use crate::bytes::clean;
use crate::http::{Exchange, Request, Response};
use crate::{Dialogue, Event, Manner, Seen, Step};
use visite_facts::facts::NetworkService;

/// Where servers have their statement: below `fhir` (as most), at the root, and below `baseR4` (HAPI's public ones).
pub const PATHS: [&str; 3] = ["/fhir/metadata", "/metadata", "/baseR4/metadata"];

/// What a capability statement says about its server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Version of FHIR, e.g. `4.0.1`.
    pub fhir_version: String,
    /// Name of the software.
    pub software: Option<String>,
    /// Version of the software.
    pub version: Option<String>,
}

/// Asks for the capability statement.
///
/// A server that closes the connection after the first answer is asked at the first path only. Whoever wants to know then
/// takes another connection for each of the rest, with [`Fhir::starting_at`].
#[derive(Clone, Debug)]
pub struct Fhir {
    host: String,
    next: usize,
    exchange: Exchange,
}

impl Fhir {
    /// Begins with the first of [`PATHS`].
    pub fn new(manner: &Manner) -> Self {
        Self { host: manner.host.clone(), next: 0, exchange: Exchange::new(Vec::new()) }
    }

    /// Begins with another of [`PATHS`].
    pub fn starting_at(mut self, path: usize) -> Self {
        self.next = path;
        self
    }

    fn ask(&mut self) -> Step<Seen> {
        let Some(path) = PATHS.get(self.next) else { return Step::NotThis };
        self.next = self.next.saturating_add(1);
        // The connection is needed for the next path.
        let connection = if self.next < PATHS.len() { "keep-alive" } else { "close" };
        let headers = [("Accept", "application/fhir+json"), ("Connection", connection)];
        let request = Request { headers: &headers, ..Request::get(path, &self.host) }.encode();
        self.exchange = Exchange::new(request);
        match self.exchange.step(Event::Connected) {
            Step::Send(bytes) => Step::Send(bytes),
            _ => Step::NotThis,
        }
    }
}

impl Dialogue for Fhir {
    type Answer = Seen;

    fn step(&mut self, event: Event<'_>) -> Step<Seen> {
        if event == Event::Connected {
            return self.ask();
        }
        match self.exchange.step(event) {
            Step::Send(_) | Step::NotThis => Step::NotThis,
            Step::More => Step::More,
            Step::Done(response) => match seen(&response) {
                Some(seen) => Step::Done(seen),
                // Only a whole answer leaves the connection at a place from which it can be used again.
                None if response.complete && event != Event::Closed => self.ask(),
                None => Step::NotThis,
            },
        }
    }
}

fn seen(response: &Response) -> Option<Seen> {
    let kind = response.header("content-type").unwrap_or_default().to_ascii_lowercase();
    let is_json = kind.starts_with("application/fhir+json") || kind.starts_with("application/json");
    (response.status == 200 && is_json).then_some(())?;
    let statement = parse_statement(&response.body)?;
    let mut seen = Seen::new(NetworkService::Fhir);
    seen.product = statement.software;
    seen.version = statement.version;
    Some(seen)
}

/// Reads the beginning of a capability statement. `None` unless it says that it is one (`Conformance` before FHIR 3), and
/// which version of FHIR it speaks of. What is cut off behind that does not matter.
pub fn parse_statement(bytes: &[u8]) -> Option<Statement> {
    let mut json = Json { rest: bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes) };
    let (mut is_statement, mut fhir_version, mut software, mut version) = (false, None, None, None);
    json.expect(b'{')?;
    // Ends where the text is cut off. One that is broken there is no JSON, but what was looked for stood before that.
    while let Some(key) = json.key() {
        let read = match key.as_slice() {
            b"resourceType" => json.string().map(|value| {
                is_statement = matches!(value.as_slice(), b"CapabilityStatement" | b"Conformance");
            }),
            b"fhirVersion" => json.string().map(|value| fhir_version = clean(&value, 20)),
            b"software" => json.software(&mut software, &mut version),
            _ => json.skip(),
        };
        if read.is_none() || json.expect(b',').is_none() {
            break;
        }
    }
    let fhir_version =
        fhir_version.filter(|value| value.starts_with(|c: char| c.is_ascii_digit()) && value.contains('.'))?;
    is_statement.then_some(Statement { fhir_version, software, version })
}

/// Walks over JSON (RFC 8259) that may be cut off. Looks at each byte once.
struct Json<'b> {
    rest: &'b [u8],
}

impl Json<'_> {
    fn peek(&mut self) -> Option<u8> {
        let blank = self.rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        self.rest = self.rest.get(blank..)?;
        self.rest.first().copied()
    }

    fn expect(&mut self, wanted: u8) -> Option<()> {
        (self.peek()? == wanted).then_some(())?;
        self.rest = self.rest.get(1..)?;
        Some(())
    }

    /// A string; escapes are left as they stand.
    fn string(&mut self) -> Option<Vec<u8>> {
        self.expect(b'"')?;
        let mut escaped = false;
        let end = self.rest.iter().position(|byte| {
            let ends = *byte == b'"' && !escaped;
            escaped = *byte == b'\\' && !escaped;
            ends
        })?;
        let value = self.rest.get(..end)?.to_vec();
        self.rest = self.rest.get(end.saturating_add(1)..)?;
        Some(value)
    }

    fn key(&mut self) -> Option<Vec<u8>> {
        let key = self.string()?;
        self.expect(b':')?;
        Some(key)
    }

    /// Any value, without recursion.
    fn skip(&mut self) -> Option<()> {
        let mut depth = 0_usize;
        loop {
            match self.peek()? {
                b'"' => {
                    self.string()?;
                }
                b'{' | b'[' => {
                    self.rest = self.rest.get(1..)?;
                    depth = depth.saturating_add(1);
                    continue;
                }
                b'}' | b']' | b',' | b':' if depth > 0 => {
                    let closes = matches!(self.peek()?, b'}' | b']');
                    self.rest = self.rest.get(1..)?;
                    depth = depth.saturating_sub(usize::from(closes));
                }
                b'-' | b'0'..=b'9' | b't' | b'f' | b'n' => {
                    let length =
                        self.rest.iter().take_while(|b| b.is_ascii_alphanumeric() || b"+-.".contains(b)).count();
                    self.rest = self.rest.get(length..)?;
                }
                _ => return None,
            }
            if depth == 0 {
                return Some(());
            }
        }
    }

    fn software(&mut self, name: &mut Option<String>, version: &mut Option<String>) -> Option<()> {
        self.expect(b'{')?;
        while self.peek()? != b'}' {
            let key = self.key()?;
            match key.as_slice() {
                b"name" => *name = clean(&self.string()?, 80),
                b"version" => *version = clean(&self.string()?, 40),
                _ => self.skip()?,
            }
            if self.peek()? == b',' {
                self.expect(b',')?;
            }
        }
        self.expect(b'}')
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::play;
    use crate::trials;
    use proptest::prelude::*;

    /// Made after the order in which HAPI FHIR writes a statement (R4, 5.3.7); no server was at hand.
    const STATEMENT: &str = r#"{"resourceType":"CapabilityStatement","id":"a1","name":"RestServer","status":"active",
        "date":"2026-01-01T00:00:00.000+01:00","publisher":"Not \"provided\"","kind":"instance",
        "software":{"name":"HAPI FHIR Server","version":"6.10.2"},
        "implementation":{"description":"x","url":"http://10.0.0.7/fhir"},"fhirVersion":"4.0.1",
        "format":["application/fhir+json","json"],"rest":[{"mode":"server","resource":[{"type":"Patient"}]}]}"#;

    fn answer(status: &str, kind: &str, body: &str) -> Vec<u8> {
        format!("HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n{body}", body.len())
            .into_bytes()
    }

    fn probe(arrivals: &[&[u8]]) -> (Option<Seen>, Vec<Vec<u8>>) {
        play(&mut Fhir::new(&Manner { host: "10.0.0.7".to_owned(), ..Manner::default() }), arrivals)
    }

    #[test]
    fn a_statement_names_the_software() {
        let good = answer("200 OK", "application/fhir+json;charset=UTF-8", STATEMENT);
        let missing = answer("404 Not Found", "text/html", "<html></html>");
        let (seen, sent) = probe(&[&good]);
        let seen = seen.expect("as recorded");
        assert_eq!(seen.service, NetworkService::Fhir);
        assert_eq!((seen.product.as_deref(), seen.version.as_deref()), (Some("HAPI FHIR Server"), Some("6.10.2")));
        assert_eq!(sent.len(), 1);
        assert!(sent[0].ends_with(b"Connection: keep-alive\r\n\r\n"));
        let (seen, sent) = probe(&[&missing, &missing, &good]);
        trials::is_taken_by_nobody_else(seen.as_ref(), &[&missing, &missing, &good]);
        assert!(seen.is_some());
        let lines: Vec<_> = sent
            .iter()
            .map(|bytes| String::from_utf8_lossy(bytes).lines().next().expect("as recorded").to_owned())
            .collect();
        assert_eq!(lines, ["GET /fhir/metadata HTTP/1.1", "GET /metadata HTTP/1.1", "GET /baseR4/metadata HTTP/1.1"]);
        assert!(sent[2].ends_with(b"Connection: close\r\n\r\n"));
        let mut last = Fhir::new(&Manner::default()).starting_at(2);
        assert!(play(&mut last, &[&good]).0.is_some());
    }

    #[test]
    fn the_beginning_is_enough() {
        let long = format!("{}{}", STATEMENT.trim_end_matches('}'), ",\"x\":[".to_owned() + &"1,".repeat(100_000));
        let cut = &answer("200 OK", "application/fhir+json", &long)[..crate::MAX_ANSWER_BYTES];
        assert!(probe(&[cut]).0.is_some());
        let enough = STATEMENT.find("\"format\"").expect("as recorded");
        for end in 0..STATEMENT.len() {
            let read = parse_statement(&STATEMENT.as_bytes()[..end]);
            if let Some(read) = &read {
                assert_eq!((read.fhir_version.as_str(), read.version.as_deref()), ("4.0.1", Some("6.10.2")));
            }
            assert!(read.is_some() || end <= enough, "{end}");
        }
    }

    #[test]
    fn other_services_are_no_fhir() {
        let bodies = [
            "<html>CapabilityStatement</html>".to_owned(),
            r#"{"resourceType":"Patient","id":"1"}"#.to_owned(),
            r#"{"x":{"resourceType":"CapabilityStatement","fhirVersion":"4.0.1"}}"#.to_owned(),
            r#"["CapabilityStatement"]"#.to_owned(),
            r#"{"resourceType":"CapabilityStatement"}"#.to_owned(),
            "[".repeat(50_000),
            STATEMENT.replace("4.0.1", "x"),
            String::new(),
        ];
        for body in &bodies {
            let bytes = answer("200 OK", "application/fhir+json", body);
            assert_eq!(probe(&[&bytes, &bytes, &bytes]).0, None, "{body:.60}");
        }
        let page = answer("200 OK", "text/html", STATEMENT);
        let refused = answer("401 Unauthorized", "application/fhir+json", STATEMENT);
        for bytes in [page.as_slice(), &refused, b"SSH-2.0-OpenSSH_9.2p1\r\n", b"GET /metadata HTTP/1.1\r\n\r\n"] {
            assert_eq!(probe(&[bytes, bytes, bytes]).0, None);
        }
        assert_eq!(probe(&[&[]]).0, None);
    }

    #[test]
    fn bytes_may_come_one_by_one() {
        let whole = answer("200 OK", "application/fhir+json", STATEMENT);
        let mut fhir = Fhir::new(&Manner::default());
        fhir.step(Event::Connected);
        for end in 1..whole.len() {
            assert_eq!(fhir.step(Event::Received(&whole[..end])), Step::More);
        }
        assert!(matches!(fhir.step(Event::Received(&whole)), Step::Done(_)));
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes: Vec<u8>, at in 0usize..600, by: u8) {
            let _ = (probe(&[&bytes, &bytes]), parse_statement(&bytes));
            let mut json = STATEMENT.as_bytes().to_vec();
            if let Some(byte) = json.get_mut(at) {
                *byte ^= by;
            }
            let _ = parse_statement(&json);
        }
    }
}
