//! Hypertext (RFC 9110, RFC 9112): one question, one answer, and what a start page says about its server.
//!
//! [`parse_response`] and [`Exchange`] are the codec that every protocol on top of HTTP uses (IPP, the service
//! directory of a connector, FHIR, Elasticsearch). [`Http`] asks once for `/` and follows nothing: no redirection, no
//! link, no login. Values of cookies and the text of pages are not kept, only names, headers and the title.

use crate::dialogue::{Dialogue, Event, MAX_ANSWER_BYTES, Step};
use core::net::IpAddr;

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
    /// Further headers; `Host`, `User-Agent`, `Connection` and `Content-Length` are set already.
    pub headers: &'a [(&'a str, &'a str)],
    /// Body; empty for none.
    pub body: &'a [u8],
}

impl<'a> Request<'a> {
    /// A plain `GET` of a path.
    pub fn get(path: &'a str, host: &'a str) -> Self {
        Self { method: "GET", path, host, headers: &[], body: &[] }
    }

    /// The bytes to send. The server is asked to close the connection afterwards.
    pub fn encode(&self) -> Vec<u8> {
        let (method, path) = (self.method, self.path);
        let mut head =
            format!("{method} {path} HTTP/1.1\r\nHost: {}\r\nUser-Agent: {USER_AGENT}\r\n", field(self.host));
        if !self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("accept")) {
            head.push_str("Accept: */*\r\n");
        }
        for (name, value) in self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if !self.body.is_empty() || self.method == "POST" {
            head.push_str(&format!("Content-Length: {}\r\n", self.body.len()));
        }
        head.push_str("Connection: close\r\n\r\n");
        let mut bytes = head.into_bytes();
        bytes.extend_from_slice(self.body);
        bytes
    }
}

/// The host as it stands in the field `Host` (RFC 3986, section 3.2.2): IPv6 in brackets, without its zone, and nothing
/// that could end the line.
fn field(host: &str) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::play;
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
            "GET /connector.sds HTTP/1.1\r\nHost: 10.1.0.5\r\nUser-Agent: Visite\r\nAccept: */*\r\nConnection: close\r\n\r\n"
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
}
