//! Hypertext (RFC 9110, RFC 9112): one question, one answer, and what a start page says about its server.
//!
//! [`parse_response`] and [`Exchange`] are the codec that every protocol on top of HTTP uses (IPP, the service
//! directory of a connector, FHIR, Elasticsearch). [`Http`] asks once for `/` and follows nothing: no redirection, no
//! link, no login. Values of cookies and the text of pages are not kept, only names, headers and the title.

use crate::bytes::clean;
use crate::dialogue::{Detail, Dialogue, Event, MAX_ANSWER_BYTES, Manner, Seen, Step, TextPlace};
use core::net::IpAddr;
use visite_facts::facts::{DeviceWeb, NetworkService};
use visite_facts::{Known, Observed};

mod marks;
mod page;

pub use marks::{MANAGEMENT_MARKS, Mark, Match, is_management};
use page::Page;

/// Longest head (status line and headers) of an answer, in bytes. Longer ones are no hypertext to us.
pub const MAX_HEAD_BYTES: usize = 16 * 1024;
/// Most headers of an answer. Longer lists are no hypertext to us.
pub const MAX_HEADERS: usize = 128;
/// Most interim answers (1xx) before the final one.
const MAX_INTERIM: usize = 4;
/// How we introduce ourselves, so that whoever reads a log knows who asked.
pub const USER_AGENT: &str = "Visite";

/// A question to a web server. RFC 9112, section 3.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request<'a> {
    /// Method, e.g. `GET`.
    pub method: &'a str,
    /// Path with its leading slash.
    pub path: &'a str,
    /// Name or address of the server, as in [`crate::Manner::host`].
    pub host: &'a str,
    /// Further headers; `Host`, `User-Agent` and `Content-Length` are set already, `Accept` and `Connection` unless
    /// they stand here.
    pub headers: &'a [(&'a str, &'a str)],
    /// Body; empty for none.
    pub body: &'a [u8],
}

impl<'a> Request<'a> {
    /// A plain `GET` of a path.
    pub fn get(path: &'a str, host: &'a str) -> Self {
        Self { method: "GET", path, host, headers: &[], body: &[] }
    }

    /// The bytes to send. Unless the headers say otherwise, the server is asked to close the connection afterwards.
    pub fn encode(&self) -> Vec<u8> {
        let (method, path) = (self.method, self.path);
        let mut head =
            format!("{method} {path} HTTP/1.1\r\nHost: {}\r\nUser-Agent: {USER_AGENT}\r\n", host_field(self.host));
        for (usual, value) in [("Accept", "*/*"), ("Connection", "close")] {
            if !self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case(usual)) {
                head.push_str(&format!("{usual}: {value}\r\n"));
            }
        }
        for (name, value) in self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if !self.body.is_empty() || self.method == "POST" {
            head.push_str(&format!("Content-Length: {}\r\n", self.body.len()));
        }
        head.push_str("\r\n");
        let mut bytes = head.into_bytes();
        bytes.extend_from_slice(self.body);
        bytes
    }
}

/// The host as it stands in the field `Host` (RFC 3986, section 3.2.2): IPv6 in brackets, without its zone, and nothing
/// that could end the line.
pub(crate) fn host_field(host: &str) -> String {
    let bare = host.split('%').next().unwrap_or_default();
    match bare.parse() {
        Ok(IpAddr::V6(address)) => format!("[{address}]"),
        _ => bare
            .chars()
            .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '[' | ']'))
            .collect(),
    }
}

/// The answer of a web server. RFC 9112, section 4.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// Status, 200 to 599; interim answers (1xx, but 101) are skipped.
    pub status: u16,
    /// Headers in their order; names in small letters.
    pub headers: Vec<(String, String)>,
    /// Body as far as it has come, without the marks of chunked transfer.
    pub body: Vec<u8>,
    /// Whether the body is whole. A body that ends with the connection is never whole in [`parse_response`], because
    /// bytes alone do not show the end; [`Exchange`] sees it.
    pub complete: bool,
}

impl Response {
    /// The first header of this name (small letters).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// All headers of this name (small letters).
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// Reads an answer whose head has come in whole; the body may still be on its way (see [`Response::complete`]).
/// `None` if the head is incomplete or this is no hypertext; [`may_become_response`] tells the two apart.
pub fn parse_response(bytes: &[u8]) -> Option<Response> {
    let Head { status, headers, body_at, framing } = Head::parse(bytes)?;
    let rest = bytes.get(body_at..).unwrap_or_default();
    let (body, complete) = match framing {
        Framing::Length(length) => match rest.get(..length) {
            Some(body) => (body.to_vec(), true),
            None => (rest.to_vec(), false),
        },
        Framing::Chunked => unchunked(rest),
        Framing::Close => (rest.to_vec(), false),
    };
    Some(Response { status, headers, body, complete })
}

/// Whether these bytes may be the beginning of an answer whose head has not come in whole.
pub fn may_become_response(bytes: &[u8]) -> bool {
    bytes.len() <= MAX_HEAD_BYTES && begins_like_one(bytes)
}

/// Whether the bytes follow `HTTP/1.x NNN` as far as they reach.
fn begins_like_one(bytes: &[u8]) -> bool {
    let pattern: [&[u8]; 13] =
        [b"H", b"T", b"T", b"P", b"/", b"1", b".", b"01", b" ", b"12345", b"0123456789", b"0123456789", b" \r\n"];
    bytes.iter().zip(pattern).all(|(byte, allowed)| allowed.contains(byte))
}

/// How the end of a body is found. RFC 9112, section 6.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Framing {
    /// So many bytes.
    Length(usize),
    /// In pieces that say how long they are.
    Chunked,
    /// By the end of the connection.
    Close,
}

/// Status line and headers.
struct Head {
    status: u16,
    headers: Vec<(String, String)>,
    body_at: usize,
    framing: Framing,
}

impl Head {
    /// Reads a whole head, behind interim answers if there are any.
    fn parse(bytes: &[u8]) -> Option<Self> {
        let mut start = 0;
        for _ in 0..=MAX_INTERIM {
            let rest = bytes.get(start..)?;
            let length = head_length(rest, 0)?;
            let (status, headers) = status_and_headers(rest.get(..length)?)?;
            start = start.checked_add(length)?;
            if status >= 200 || status == 101 {
                let framing = framing(status, &headers);
                return Some(Self { status, headers, body_at: start, framing });
            }
        }
        None
    }
}

/// Length of a head with its empty line, looked for from `from` on; lines may end with a bare line feed (RFC 9112,
/// section 2.2).
fn head_length(bytes: &[u8], from: usize) -> Option<usize> {
    let limited = bytes.get(..bytes.len().min(MAX_HEAD_BYTES))?;
    let mut at = from;
    loop {
        let found = limited.get(at..)?.iter().position(|byte| *byte == b'\n')?;
        let next = at.checked_add(found)?.checked_add(1)?;
        match limited.get(next..)? {
            [b'\n', ..] => return next.checked_add(1),
            [b'\r', b'\n', ..] => return next.checked_add(2),
            _ => at = next,
        }
    }
}

/// Splits a whole head. `None` if a line is neither a header nor the continuation of one.
fn status_and_headers(head: &[u8]) -> Option<(u16, Vec<(String, String)>)> {
    let mut lines = head.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let first = lines.next()?;
    if !begins_like_one(first) || first.len() < 12 {
        return None;
    }
    let status = core::str::from_utf8(first.get(9..12)?).ok()?.parse().ok()?;
    let mut headers: Vec<(String, String)> = Vec::new();
    for line in lines.take_while(|line| !line.is_empty()) {
        if matches!(line.first(), Some(b' ' | b'\t')) {
            // Folded lines are obsolete (RFC 9112, section 5.2), but small devices still send them.
            let (_, value) = headers.last_mut()?;
            value.push(' ');
            value.push_str(String::from_utf8_lossy(line).trim());
            continue;
        }
        let colon = line.iter().position(|byte| *byte == b':')?;
        let (name, value) = line.split_at_checked(colon)?;
        let name = name.trim_ascii_end();
        if name.is_empty() || !name.iter().all(|byte| is_token(*byte)) || headers.len() >= MAX_HEADERS {
            return None;
        }
        let name = String::from_utf8_lossy(name).to_ascii_lowercase();
        headers.push((name, String::from_utf8_lossy(value.get(1..)?).trim().to_owned()));
    }
    Some((status, headers))
}

/// A character of a header's name. RFC 9110, section 5.6.2.
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

fn framing(status: u16, headers: &[(String, String)]) -> Framing {
    let value = |wanted: &str| headers.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str());
    if matches!(status, 101 | 204 | 304) {
        return Framing::Length(0);
    }
    if value("transfer-encoding").is_some_and(|value| value.to_ascii_lowercase().ends_with("chunked")) {
        return Framing::Chunked;
    }
    match value("content-length").and_then(|value| value.parse().ok()) {
        Some(length) => Framing::Length(length),
        None => Framing::Close,
    }
}

/// What stands at the beginning of a chunked body. RFC 9112, section 7.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Chunk {
    /// A chunk: where its data begins and ends, and where the next one starts.
    Data { start: usize, end: usize, next: usize },
    /// The last, empty one.
    Last,
    /// Not enough bytes to tell.
    Pieces,
    /// No chunk.
    Broken,
}

/// Looks at the chunk at `at`.
fn chunk(bytes: &[u8], at: usize) -> Chunk {
    let Some(rest) = bytes.get(at..) else { return Chunk::Pieces };
    let line = rest.get(..rest.len().min(256)).unwrap_or_default();
    let Some(feed) = line.iter().position(|byte| *byte == b'\n') else {
        return if line.len() < 256 { Chunk::Pieces } else { Chunk::Broken };
    };
    let size = line.get(..feed).unwrap_or_default().split(|byte| *byte == b';').next().unwrap_or_default();
    let size = core::str::from_utf8(size.trim_ascii()).ok().filter(|size| size.bytes().all(|b| b.is_ascii_hexdigit()));
    let Some(size) = size.and_then(|size| usize::from_str_radix(size, 16).ok()) else { return Chunk::Broken };
    if size == 0 {
        return Chunk::Last;
    }
    let start = at.saturating_add(feed).saturating_add(1);
    let end = start.saturating_add(size);
    match bytes.get(end..) {
        Some([b'\r', b'\n', ..]) => Chunk::Data { start, end, next: end.saturating_add(2) },
        Some([b'\n', ..]) => Chunk::Data { start, end, next: end.saturating_add(1) },
        None | Some([] | [b'\r']) => Chunk::Pieces,
        Some(_) => Chunk::Broken,
    }
}

/// The contents of a chunked body as far as they have come, and whether the last chunk is among them.
fn unchunked(bytes: &[u8]) -> (Vec<u8>, bool) {
    let (mut body, mut at) = (Vec::new(), 0);
    loop {
        match chunk(bytes, at) {
            Chunk::Data { start, end, next } => {
                body.extend_from_slice(bytes.get(start..end).unwrap_or_default());
                at = next;
            }
            Chunk::Last => return (body, true),
            Chunk::Broken => return (body, false),
            Chunk::Pieces => {
                // What has come of an unfinished chunk counts too: the title may stand in it.
                let rest = bytes.get(at..).unwrap_or_default();
                if let Some(feed) = rest.iter().position(|byte| *byte == b'\n') {
                    body.extend_from_slice(rest.get(feed.saturating_add(1)..).unwrap_or_default());
                }
                return (body, false);
            }
        }
    }
}

/// One question and its answer, for every protocol on top of HTTP.
///
/// Ends with the whole answer, or with as much of it as came before the connection fell silent or
/// [`MAX_ANSWER_BYTES`] were reached ([`Response::complete`] tells). No byte is looked at twice while the answer comes
/// in pieces.
#[derive(Clone, Debug)]
pub struct Exchange {
    request: Vec<u8>,
    received: Vec<u8>,
    progress: Progress,
}

#[derive(Clone, Copy, Debug)]
enum Progress {
    /// The head has not come in whole; looked for its end up to here.
    Head(usize),
    /// The answer is whole with so many bytes.
    Until(usize),
    /// The next chunk starts here.
    Chunk(usize),
    /// The answer ends with the connection.
    Close,
}

impl Exchange {
    /// An exchange that sends this request ([`Request::encode`]).
    pub fn new(request: Vec<u8>) -> Self {
        Self { request, received: Vec::new(), progress: Progress::Head(0) }
    }

    fn received(&mut self, bytes: &[u8]) -> Step<Response> {
        let known = self.received.len();
        self.received.extend_from_slice(bytes.get(known..).unwrap_or_default());
        self.received.truncate(MAX_ANSWER_BYTES);
        if let Progress::Head(from) = self.progress {
            match head_length(&self.received, from) {
                None if may_become_response(&self.received) => {
                    // The end may begin with the line feed, or the carriage return, that came last.
                    self.progress = Progress::Head(self.received.len().saturating_sub(2));
                    return Step::More;
                }
                None => return Step::NotThis,
                Some(_) => {}
            }
            match Head::parse(&self.received) {
                None if starts_with_interim(&self.received) && self.received.len() < MAX_HEAD_BYTES => {
                    return Step::More;
                }
                None => return Step::NotThis,
                Some(Head { body_at, framing, .. }) => {
                    self.progress = match framing {
                        Framing::Length(length) => Progress::Until(body_at.saturating_add(length)),
                        Framing::Chunked => Progress::Chunk(body_at),
                        Framing::Close => Progress::Close,
                    }
                }
            }
        }
        while let Progress::Chunk(at) = self.progress {
            match chunk(&self.received, at) {
                Chunk::Data { next, .. } => self.progress = Progress::Chunk(next),
                Chunk::Last | Chunk::Broken => return self.end(false),
                Chunk::Pieces => break,
            }
        }
        match self.progress {
            Progress::Until(length) if self.received.len() >= length => self.end(false),
            _ if self.received.len() >= MAX_ANSWER_BYTES => self.end(false),
            _ => Step::More,
        }
    }

    /// The answer as far as it has come.
    fn end(&self, closed: bool) -> Step<Response> {
        match parse_response(&self.received) {
            Some(mut response) => {
                response.complete |= closed && matches!(self.progress, Progress::Close);
                Step::Done(response)
            }
            None => Step::NotThis,
        }
    }
}

/// Whether an interim answer stands in front; the final one may still come.
fn starts_with_interim(bytes: &[u8]) -> bool {
    begins_like_one(bytes) && bytes.get(9) == Some(&b'1') && bytes.get(9..12) != Some(b"101")
}

impl Dialogue for Exchange {
    type Answer = Response;

    fn step(&mut self, event: Event<'_>) -> Step<Response> {
        match event {
            Event::Connected => Step::Send(core::mem::take(&mut self.request)),
            Event::Received(bytes) => self.received(bytes),
            Event::Silence => self.end(false),
            Event::Closed => self.end(true),
        }
    }
}

/// Most characters of a text that is kept for fingerprints.
const TEXT_CHARACTERS: usize = 300;
/// Most cookies that are looked at.
const MAX_COOKIES: usize = 8;

/// Asks a web server for its start page.
#[derive(Clone, Debug)]
pub struct Http {
    exchange: Exchange,
    encrypted: bool,
}

impl Http {
    /// One `GET /`; no login is attempted, whatever the manner says.
    pub fn new(manner: &Manner) -> Self {
        Self { exchange: Exchange::new(Request::get("/", &manner.host).encode()), encrypted: manner.encrypted }
    }
}

impl Dialogue for Http {
    type Answer = Seen;

    fn step(&mut self, event: Event<'_>) -> Step<Seen> {
        match self.exchange.step(event) {
            Step::Send(bytes) => Step::Send(bytes),
            Step::More => Step::More,
            Step::Done(response) if speaks_for_another(&response, self.encrypted) => Step::NotThis,
            Step::Done(response) => Step::Done(seen(&response, self.encrypted)),
            Step::NotThis => Step::NotThis,
        }
    }
}

/// What servers of other protocols say in hypertext to those who knock with hypertext: MongoDB on its own port, and web
/// servers (nginx, Apache, Go, Tomcat) that expected TLS.
fn speaks_for_another(response: &Response, encrypted: bool) -> bool {
    let says = |text: &str| find(response.body.get(..4096).unwrap_or(&response.body), text.as_bytes()).is_some();
    says("trying to access MongoDB over HTTP on the native driver port")
        || (!encrypted
            && response.status == 400
            && (says("plain HTTP request was sent to HTTPS port")
                || says("speaking plain HTTP to an SSL-enabled server port")
                || says("Client sent an HTTP request to an HTTPS server")
                || says("This combination of host and port requires TLS")))
}

/// What an answer says about its server.
fn seen(response: &Response, encrypted: bool) -> Seen {
    let mut seen = Seen::new(NetworkService::Http);
    let mut keep = |place, text: &[u8]| {
        if let Some(text) = clean(text, TEXT_CHARACTERS) {
            seen.texts.push((place, text));
        }
    };
    if let Some(server) = response.header("server") {
        keep(TextPlace::HttpServer, server.as_bytes());
    }
    for challenge in response.all("www-authenticate").take(MAX_COOKIES) {
        keep(TextPlace::HttpAuthenticate, without_tokens(challenge).as_bytes());
    }
    for cookie in response.all("set-cookie").take(MAX_COOKIES) {
        // The name tells the product; the value would be a session of ours.
        if let Some((name, _)) = cookie.split_once('=') {
            keep(TextPlace::HttpCookie, format!("{}=", name.trim()).as_bytes());
        }
    }
    if let Some(powered_by) = response.header("x-powered-by") {
        keep(TextPlace::HttpPoweredBy, powered_by.as_bytes());
    }
    let page = Page::of(&response.body);
    if let Some(title) = &page.title {
        keep(TextPlace::HtmlTitle, title);
    }
    seen.detail = Detail::Web(DeviceWeb {
        management: management(response, &page, &seen.texts),
        login_unencrypted: if encrypted { Known(false) } else { password_asked(response, &page) },
        password_asked: password_asked(response, &page),
        redirects_to_tls: redirects_to_tls(response, &page, encrypted),
        ..DeviceWeb::default()
    });
    seen
}

/// Pages to which only the management of devices sends on: Dell iDRAC 9 (unverified).
const MANAGEMENT_PATHS: &[&str] = &["/restgui/start.html"];

/// A challenge without what changes from answer to answer.
fn without_tokens(challenge: &str) -> String {
    let mut text = challenge.to_owned();
    for parameter in ["nonce=\"", "opaque=\""] {
        if let Some(at) = text.find(parameter) {
            let start = at.saturating_add(parameter.len());
            let length =
                text.get(start..).and_then(|rest| rest.find('"')).unwrap_or_else(|| text.len().saturating_sub(start));
            text.replace_range(start..start.saturating_add(length), "");
        }
    }
    text
}

/// Whether the start page belongs to the management of a device. No, where there is no page, or where it is whole and
/// has nothing to operate; otherwise unknown unless a mark says yes.
fn management(response: &Response, page: &Page, texts: &[(TextPlace, String)]) -> Observed<bool> {
    let marked = texts.iter().any(|(place, text)| is_management(MANAGEMENT_MARKS, *place, text))
        || response.header("location").is_some_and(|target| MANAGEMENT_PATHS.iter().any(|path| target.ends_with(path)));
    match response.status {
        _ if marked => Known(true),
        404 | 410 => Known(false),
        200 if response.complete && !page.operable && !page.scripted => Known(false),
        _ => Observed::default(),
    }
}

/// Whether the start page asks for a password. A page that scripts or frames make up may still ask for one.
fn password_asked(response: &Response, page: &Page) -> Observed<bool> {
    let challenges = |scheme: &str| {
        response
            .all("www-authenticate")
            .any(|value| value.split([' ', ',']).any(|word| word.eq_ignore_ascii_case(scheme)))
    };
    if page.password || (response.status == 401 && (challenges("Basic") || challenges("Digest"))) {
        Known(true)
    } else if leads_to_tls(response, page) || (response.status == 200 && response.complete && !page.scripted) {
        Known(false)
    } else {
        Observed::default()
    }
}

/// Whether a visitor without encryption is sent on to an encrypted page.
fn redirects_to_tls(response: &Response, page: &Page, encrypted: bool) -> Observed<bool> {
    match encrypted {
        true => Observed::default(),
        false if leads_to_tls(response, page) => Known(true),
        // A script may lead there too.
        false if page.scripted || !response.complete => Observed::default(),
        false => Known(false),
    }
}

fn leads_to_tls(response: &Response, page: &Page) -> bool {
    let secure = |target: &str| target.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("https://"));
    (300..400).contains(&response.status) && response.header("location").is_some_and(secure) || page.refreshes_to_tls
}

/// Where `wanted` first stands in `bytes`. Linear for the short constants looked for here.
pub(crate) fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len().max(1)).position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::play;
    use crate::trials;
    use proptest::prelude::*;

    fn get() -> Exchange {
        Exchange::new(Request::get("/", "drucker.praxis").encode())
    }

    /// Tells an exchange of these bytes one by one, then of the end.
    fn drip(bytes: &[u8]) -> Step<Response> {
        let mut exchange = get();
        exchange.step(Event::Connected);
        for end in 1..=bytes.len() {
            match exchange.step(Event::Received(&bytes[..end])) {
                Step::More => {}
                other => return other,
            }
        }
        exchange.step(Event::Closed)
    }

    #[test]
    fn asks_politely() {
        let plain = Request::get("/connector.sds", "10.1.0.5").encode();
        assert_eq!(
            String::from_utf8_lossy(&plain),
            "GET /connector.sds HTTP/1.1\r\nHost: 10.1.0.5\r\nUser-Agent: Visite\r\nAccept: */*\r\n\
             Connection: close\r\n\r\n"
        );
        let posted = Request {
            method: "POST",
            path: "/",
            host: "fe80::1%eth0",
            headers: &[("Content-Type", "application/ipp")],
            body: b"abc",
        };
        let posted = String::from_utf8(posted.encode()).expect("text");
        assert!(posted.contains("\r\nHost: [fe80::1]\r\n"), "{posted}");
        assert!(posted.contains("\r\nContent-Length: 3\r\n") && posted.ends_with("\r\n\r\nabc"), "{posted}");
        let evil = Request::get("/", "a\r\nX: y").encode();
        assert!(String::from_utf8_lossy(&evil).contains("\r\nHost: aX:y\r\n"));
    }

    #[test]
    fn reads_every_way_a_body_may_end() {
        let length = parse_response(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcd").expect("whole");
        assert_eq!((length.body.as_slice(), length.complete), (b"abc".as_slice(), true));
        let chunked = b"HTTP/1.1 200\nTransfer-Encoding: chunked\n\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
        let chunked = parse_response(chunked).expect("whole");
        assert_eq!((chunked.body.as_slice(), chunked.complete), (b"abcde".as_slice(), true));
        let close = b"HTTP/1.0 404 Not Found\r\nServer: a\r\nX: 1\r\n  folded\r\n\r\nabc";
        let parsed = parse_response(close).expect("whole");
        assert_eq!((parsed.status, parsed.header("x"), parsed.complete), (404, Some("1 folded"), false));
        let (answer, _) = play(&mut get(), &[close]);
        assert!(answer.expect("answer").complete);
        let interim = parse_response(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n").expect("whole");
        assert_eq!((interim.status, interim.complete), (204, true));
    }

    #[test]
    fn pieces_are_awaited() {
        for bytes in [
            b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc".as_slice(),
            b"HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n",
            b"HTTP/1.0 200 OK\r\n\r\nabc",
            b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc",
        ] {
            let Step::Done(response) = drip(bytes) else { panic!("no answer") };
            assert!(response.complete && response.body == b"abc", "{response:?}");
        }
    }

    #[test]
    fn what_is_no_hypertext_is_refused_at_once() {
        for bytes in [
            b"GET / HTTP/1.1\r\nHost: drucker.praxis\r\n\r\n".as_slice(),
            b"SSH-2.0-OpenSSH_9.2p1\r\n",
            b"HTTP/1.1 600 Strange\r\n\r\n",
            b"HTTP/1.1 200OK\r\n\r\n",
            b"HTTP/2 200 OK\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nno header at all\r\n\r\n",
            b"HTTP/1.1 200 OK\r\n: nameless\r\n\r\n",
            b"RTSP/1.0 200 OK\r\n\r\n",
            b"\r\nHTTP/1.1 200 OK\r\n\r\n",
        ] {
            let mut exchange = get();
            exchange.step(Event::Connected);
            assert_eq!(exchange.step(Event::Received(bytes)), Step::NotThis, "{}", String::from_utf8_lossy(bytes));
        }
        let endless = [b"HTTP/1.1 200 OK\r\n".as_slice(), &b"X: y\r\n".repeat(4000)].concat();
        assert_eq!(play(&mut get(), &[&endless]).0, None);
        assert_eq!(play(&mut get(), &[b"HTTP/1.1 200 OK\r\nServer: x", b""]).0, None);
        assert_eq!(play(&mut get(), &[]).0, None);
    }

    #[test]
    fn a_body_without_end_is_cut() {
        let endless = [b"HTTP/1.1 200 OK\r\n\r\n".as_slice(), &[b'a'; 2 * MAX_ANSWER_BYTES]].concat();
        let answer = play(&mut get(), &[&endless]).0.expect("answer");
        assert!(!answer.complete && answer.body.len() < MAX_ANSWER_BYTES);
    }

    proptest! {
        #[test]
        fn any_bytes(bytes: Vec<u8>) {
            parse_response(&bytes);
            drip(&bytes);
            let body = [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".as_slice(), &bytes].concat();
            let whole = parse_response(&body).expect("a whole head");
            prop_assert!(whole.body.len() <= bytes.len());
            drip(&body);
        }
    }

    /// A start page as it was seen.
    fn start_page(bytes: &[u8]) -> Seen {
        let manner = Manner { host: "127.0.0.1".to_owned(), ..Manner::default() };
        let (seen, sent) = play(&mut Http::new(&manner), &[bytes]);
        assert_eq!(sent.len(), 1);
        trials::is_taken_by_nobody_else(seen.as_ref(), &[bytes]);
        seen.expect("a web server")
    }

    fn web(seen: &Seen) -> &DeviceWeb {
        match &seen.detail {
            Detail::Web(web) => web,
            other => panic!("{other:?}"),
        }
    }

    /// nginx 1.22.1 of Debian 12, default page (shortened).
    const NGINX: &[u8] = b"HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nDate: Wed, 25 Nov 2026 22:48:03 GMT\r\n\
        Content-Type: text/html\r\nContent-Length: 92\r\nConnection: close\r\nETag: \"634faf0c-267\"\r\n\
        Accept-Ranges: bytes\r\n\r\n<!DOCTYPE html>\n<html>\n<head>\n<title>Welcome to nginx!</title>\n\
        <style>\nhtml { color-scheme: l";
    /// The same, sending its visitors on to TLS.
    const NGINX_REDIRECT: &[u8] = b"HTTP/1.1 301 Moved Permanently\r\nServer: nginx/1.22.1\r\n\
        Date: Wed, 25 Nov 2026 22:48:04 GMT\r\nContent-Type: text/html\r\nContent-Length: 169\r\n\
        Connection: close\r\nLocation: https://127.0.0.1/\r\n\r\n<html>\r\n<head><title>301 Moved Permanently\
        </title></head>\r\n<body>\r\n<center><h1>301 Moved Permanently</h1></center>\r\n<hr><center>nginx/1.22.1\
        </center>\r\n</body>\r\n</html>\r\n";
    /// The same, asking for a password.
    const NGINX_BASIC: &[u8] = b"HTTP/1.1 401 Unauthorized\r\nServer: nginx/1.22.1\r\n\
        Date: Wed, 25 Nov 2026 22:48:04 GMT\r\nContent-Type: text/html\r\nContent-Length: 179\r\n\
        Connection: close\r\nWWW-Authenticate: Basic realm=\"Praxis\"\r\n\r\n<html>\r\n<head><title>401 \
        Authorization Required</title></head>\r\n<body>\r\n<center><h1>401 Authorization Required</h1></center>\r\n\
        <hr><center>nginx/1.22.1</center>\r\n</body>\r\n</html>\r\n";
    /// Apache 2.4 of Debian 12, listing of an empty folder.
    const APACHE: &[u8] = b"HTTP/1.1 200 OK\r\nDate: Wed, 25 Nov 2026 22:48:04 GMT\r\n\
        Server: Apache/2.4.71 (Debian)\r\nContent-Length: 196\r\nConnection: close\r\n\
        Content-Type: text/html;charset=ISO-8859-1\r\n\r\n<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 4.01//EN\" \
        \"http://www.w3.org/TR/html4/strict.dtd\">\n<html>\n <head>\n  <title>Index of /</title>\n </head>\n <body>\n\
        <h1>Index of /</h1>\n<ul></ul>\n</body></html>\n";
    /// Python 3.11.7, http.server.
    const PYTHON: &[u8] = b"HTTP/1.0 200 OK\r\nServer: SimpleHTTP/0.6 Python/3.11.7\r\n\
        Date: Wed, 25 Nov 2026 22:48:04 GMT\r\nContent-type: text/html; charset=utf-8\r\nContent-Length: 187\r\n\r\n\
        <!DOCTYPE HTML>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Directory listing for /</title>\n\
        </head>\n<body>\n<h1>Directory listing for /</h1>\n<hr>\n<ul>\n</ul>\n<hr>\n</body>\n</html>\n";
    /// CUPS 2.4.2 of Debian 12 (shortened).
    const CUPS: &[u8] = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Language: en\r\nContent-Length: 121\r\n\
        Content-Type: text/html; charset=utf-8\r\nDate: Wed, 25 Nov 2026 22:48:04 GMT\r\n\
        Accept-Encoding: gzip, deflate, identity\r\nServer: CUPS/2.4 IPP/2.1\r\nX-Frame-Options: DENY\r\n\r\n\
        <!DOCTYPE HTML>\n<html>\n  <head>\n    <meta name=\"viewport\" content=\"width=device-width\">\n    \
        <title>Home - CUPS 2.4.2</title>\n";

    #[test]
    fn real_start_pages() {
        for (bytes, server, title, facts) in [
            (NGINX, "nginx/1.22.1", "Welcome to nginx!", [Known(false), Known(false), Known(false)]),
            (NGINX_REDIRECT, "nginx/1.22.1", "301 Moved Permanently", [Observed::default(), Known(false), Known(true)]),
            (
                NGINX_BASIC,
                "nginx/1.22.1",
                "401 Authorization Required",
                [Observed::default(), Known(true), Known(false)],
            ),
            (APACHE, "Apache/2.4.71 (Debian)", "Index of /", [Known(false), Known(false), Known(false)]),
            (
                PYTHON,
                "SimpleHTTP/0.6 Python/3.11.7",
                "Directory listing for /",
                [Known(false), Known(false), Known(false)],
            ),
            (CUPS, "CUPS/2.4 IPP/2.1", "Home - CUPS 2.4.2", [Known(true), Known(false), Known(false)]),
        ] {
            let seen = start_page(bytes);
            assert_eq!(seen.service, NetworkService::Http);
            assert!(seen.texts.contains(&(TextPlace::HttpServer, server.to_owned())), "{seen:?}");
            assert!(seen.texts.contains(&(TextPlace::HtmlTitle, title.to_owned())), "{seen:?}");
            let DeviceWeb { management, login_unencrypted, redirects_to_tls, .. } = web(&seen).clone();
            assert_eq!([management, login_unencrypted, redirects_to_tls], facts, "{title}");
        }
        let texts = start_page(NGINX_BASIC).texts;
        assert!(texts.contains(&(TextPlace::HttpAuthenticate, "Basic realm=\"Praxis\"".to_owned())), "{texts:?}");
    }

    #[test]
    fn real_start_pages_cut_anywhere() {
        for bytes in [NGINX, NGINX_REDIRECT, NGINX_BASIC, APACHE, PYTHON, CUPS] {
            let head = head_length(bytes, 0).expect("a head");
            for end in 0..bytes.len() {
                let (seen, _) = play(&mut Http::new(&Manner::default()), &[&bytes[..end]]);
                assert_eq!(seen.is_some(), end >= head, "{end}");
            }
        }
    }

    #[test]
    fn inside_tls_no_password_is_readable() {
        let manner = Manner { encrypted: true, ..Manner::default() };
        let seen = play(&mut Http::new(&manner), &[NGINX_BASIC]).0.expect("a web server");
        assert_eq!(web(&seen).login_unencrypted, Known(false));
        assert_eq!(web(&seen).password_asked, Known(true));
        assert_eq!(web(&seen).redirects_to_tls, Observed::default());
    }

    fn page(body: &str) -> Seen {
        start_page(format!("HTTP/1.0 200 OK\r\n\r\n{body}").as_bytes())
    }

    #[test]
    fn forms_that_ask_for_a_password() {
        for input in [
            "<form><input type=password name=p></form>",
            "<FORM><INPUT NAME='p' TYPE='Password'/></FORM>",
            "<input\n data-type=\"x\"\n type = \"password\">",
        ] {
            assert_eq!(web(&page(input)).login_unencrypted, Known(true), "{input}");
        }
        assert_eq!(web(&page("<form><input type=text value=\"type=password\">")).login_unencrypted, Known(false));
        assert_eq!(web(&page("<script src=app.js></script>")).login_unencrypted, Observed::default());
        assert_eq!(web(&page("<p>type=password</p>")).login_unencrypted, Known(false));
        let refresh = page("<meta http-equiv=\"Refresh\" content=\"0; url=https://nas/\">");
        assert_eq!(web(&refresh).redirects_to_tls, Known(true));
    }

    #[test]
    fn sessions_are_not_kept() {
        let seen = start_page(
            b"HTTP/1.1 401 No\r\nSet-Cookie: PHPSESSID=secret; path=/\r\nWWW-Authenticate: Digest realm=\"iRMC@x\", \
              nonce=\"secret\", opaque=\"secret\"\r\nContent-Length: 0\r\n\r\n",
        );
        assert!(!format!("{seen:?}").contains("secret"));
        assert_eq!(
            seen.texts,
            [
                (TextPlace::HttpAuthenticate, "Digest realm=\"iRMC@x\", nonce=\"\", opaque=\"\"".to_owned()),
                (TextPlace::HttpCookie, "PHPSESSID=".to_owned()),
            ]
        );
        assert_eq!((&web(&seen).management, &web(&seen).login_unencrypted), (&Known(true), &Known(true)));
    }

    #[test]
    fn management_is_recognised_by_its_marks() {
        for title in [
            "FRITZ!Box 7590",
            "pfSense - Login",
            "Login | OPNsense",
            "DS218&nbsp;-&nbsp;Synology&nbsp;DiskStation",
            "pve - Proxmox Virtual Environment",
            "\" + ID_EESX_Welcome + \"",
            "Brother MFC-L5900DW series",
        ] {
            assert_eq!(web(&page(&format!("<title>{title}</title>"))).management, Known(true), "{title}");
        }
        for title in ["Praxis am Markt", "Bedienung des FRITZ!Box-Museums", "Apache2 Debian Default Page"] {
            assert_eq!(web(&page(&format!("<title>{title}</title>"))).management, Known(false), "{title}");
        }
    }

    #[test]
    fn others_that_answer_in_hypertext() {
        for (status, text) in [
            ("200 OK", "It looks like you are trying to access MongoDB over HTTP on the native driver port.\r\n"),
            ("400 Bad Request", "<center>The plain HTTP request was sent to HTTPS port</center>"),
            ("400 Bad Request", "Client sent an HTTP request to an HTTPS server.\n"),
        ] {
            let bytes = format!("HTTP/1.0 {status}\r\nContent-Type: text/plain\r\n\r\n{text}");
            assert_eq!(play(&mut Http::new(&Manner::default()), &[bytes.as_bytes()]).0, None);
        }
    }

    #[test]
    fn titles_and_tags_without_end() {
        assert_eq!(start_page(b"HTTP/1.0 200 OK\r\n\r\n<title>half").texts.len(), 1);
        page(&"<".repeat(60_000));
        page(&"<input type".repeat(5_000));
        page(&format!("<input {}", "type ".repeat(10_000)));
    }

    proptest! {
        #[test]
        fn any_page(body: Vec<u8>) {
            let bytes = [b"HTTP/1.1 200 OK\r\n\r\n<title".as_slice(), &body].concat();
            start_page(&bytes);
            play(&mut Http::new(&Manner::default()), &[&body]);
        }
    }
}
