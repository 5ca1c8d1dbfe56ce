//! Internet printing (RFC 8010, RFC 8011).
//!
//! One question for the attributes of the printer: make, model and firmware, nothing else. Deliberately absent: jobs,
//! owners, the printer's place and its name, which say who works where.

use crate::bytes::{Reader, clean};
use crate::dialogue::{Dialogue, Event, Manner, Seen, Step, TextPlace};
use crate::http::{Exchange, Request, Response, host_field};
use visite_facts::facts::NetworkService;

/// Where printers listen (PWG 5100.14, section 4.2); older ones and print servers take every question at the root.
const PATHS: [&str; 2] = ["/ipp/print", "/"];
/// Number of our question, which the answer repeats.
const REQUEST_ID: u32 = 0x5669_7369;
/// Operation Get-Printer-Attributes. RFC 8011, section 5.4.15.
const GET_PRINTER_ATTRIBUTES: u16 = 0x000b;
/// What is asked for. RFC 8011, section 5.4.9, and PWG 5100.13, section 5.6.
const MODEL: &[u8] = b"printer-make-and-model";
const FIRMWARE: &[u8] = b"printer-firmware-string-version";

/// Asks a printer or print server what it is.
#[derive(Clone, Debug)]
pub struct Ipp {
    host: String,
    exchange: Exchange,
    tries: core::slice::Iter<'static, &'static str>,
}

impl Ipp {
    /// Questions without a user's name; nothing is printed and no login attempted, whatever the manner says.
    pub fn new(manner: &Manner) -> Self {
        let mut tries = PATHS.iter();
        let path = tries.next().copied().unwrap_or_default();
        Self { host: manner.host.clone(), exchange: Exchange::new(question(&manner.host, path)), tries }
    }
}

impl Dialogue for Ipp {
    type Answer = Seen;

    fn step(&mut self, event: Event<'_>) -> Step<Seen> {
        let response = match self.exchange.step(event) {
            Step::Send(bytes) => return Step::Send(bytes),
            Step::More => return Step::More,
            Step::NotThis => return Step::NotThis,
            Step::Done(response) => response,
        };
        if let Some(seen) = seen(&response) {
            return Step::Done(seen);
        }
        let stays_open = response.complete
            && event != Event::Closed
            && !response.header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"));
        match self.tries.next().filter(|_| stays_open && matches!(response.status, 404 | 405)) {
            Some(path) => {
                self.exchange = Exchange::new(question(&self.host, path));
                match self.exchange.step(Event::Connected) {
                    Step::Send(bytes) => Step::Send(bytes),
                    _ => Step::NotThis,
                }
            }
            None => Step::NotThis,
        }
    }
}

/// Get-Printer-Attributes, version 1.1. RFC 8010, section 3.
fn question(host: &str, path: &str) -> Vec<u8> {
    let mut body = vec![1, 1];
    body.extend(GET_PRINTER_ATTRIBUTES.to_be_bytes());
    body.extend(REQUEST_ID.to_be_bytes());
    body.push(0x01);
    let uri = format!("ipp://{}{path}", host_field(host));
    for (tag, name, value) in [
        (0x47, b"attributes-charset".as_slice(), b"utf-8".as_slice()),
        (0x48, b"attributes-natural-language", b"en"),
        (0x45, b"printer-uri", uri.as_bytes()),
        (0x44, b"requested-attributes", MODEL),
        // A further value of the same attribute has no name.
        (0x44, b"", FIRMWARE),
    ] {
        body.push(tag);
        for text in [name, value] {
            body.extend(u16::try_from(text.len()).unwrap_or_default().to_be_bytes());
            body.extend(text.get(..usize::from(u16::MAX).min(text.len())).unwrap_or_default());
        }
    }
    body.push(0x03);
    let headers = [("Content-Type", "application/ipp"), ("Connection", "keep-alive")];
    Request { method: "POST", path, host, headers: &headers, body: &body }.encode()
}

/// What an answer says, if it is one of internet printing.
fn seen(response: &Response) -> Option<Seen> {
    let kind = response.header("content-type")?.split(';').next()?.trim();
    if response.status != 200 || !response.complete || !kind.eq_ignore_ascii_case("application/ipp") {
        return None;
    }
    let attributes = attributes(&response.body)?;
    let text =
        |wanted: &[u8]| attributes.iter().find(|(name, _)| *name == wanted).and_then(|(_, value)| clean(value, 120));
    let mut seen = Seen::new(NetworkService::Ipp);
    seen.product = text(MODEL);
    seen.version = text(FIRMWARE);
    if let Some(server) = response.header("server").and_then(|server| clean(server.as_bytes(), 300)) {
        seen.texts.push((TextPlace::HttpServer, server));
    }
    Some(seen)
}

/// Name and value of every attribute in an answer to our question; `None` if it is none, or holds anything that does
/// not belong into one. RFC 8010, section 3.1.
fn attributes(body: &[u8]) -> Option<Vec<(&[u8], &[u8])>> {
    let mut reader = Reader::new(body);
    let (major, _minor, status, id) = (reader.u8()?, reader.u8()?, reader.u16()?, reader.u32()?);
    // Success, or a mistake of the client or the server (RFC 8011, appendix B). Our own question sent back would have
    // its operation in this place, which is no status.
    let known = matches!(status, 0x0000..=0x0007 | 0x0400..=0x04ff | 0x0500..=0x05ff);
    if !(1..=2).contains(&major) || !known || id != REQUEST_ID || reader.u8()? != 0x01 {
        return None;
    }
    let mut attributes: Vec<(&[u8], &[u8])> = Vec::new();
    loop {
        match reader.u8()? {
            0x03 => break,
            // The beginning of a further group.
            0x01 | 0x02 | 0x04..=0x0f => {}
            // A value: its kind, name and contents.
            0x10.. => attributes.push((reader.prefixed16()?, reader.prefixed16()?)),
            0x00 => return None,
        }
    }
    (attributes.first()?.0 == b"attributes-charset").then_some(attributes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::play;
    use crate::trials;
    use proptest::prelude::*;

    fn manner() -> Manner {
        Manner { host: "127.0.0.1".to_owned(), ..Manner::default() }
    }

    /// CUPS 2.4.2 of Debian 12, to a question for its printer.
    const PRINTER: &[u8] = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Language: en\r\nContent-Length: 117\r\n\
        Content-Type: application/ipp\r\nDate: Wed, 25 Nov 2026 22:52:35 GMT\r\n\
        Accept-Encoding: gzip, deflate, identity\r\nServer: CUPS/2.4 IPP/2.1\r\nX-Frame-Options: DENY\r\n\
        Content-Security-Policy: frame-ancestors 'none'\r\n\r\n\x01\x01\x00\x00Visi\x01G\x00\x12attributes-charset\
        \x00\x05utf-8H\x00\x1battributes-natural-language\x00\x02en\x04A\x00\x16printer-make-and-model\x00\x11\
        Local Raw Printer\x03";
    /// The same, to a question for one that it does not have.
    const NO_PRINTER: &[u8] = b"HTTP/1.1 200 OK\r\nConnection: Keep-Alive\r\nContent-Language: en\r\n\
        Content-Length: 127\r\nContent-Type: application/ipp\r\nDate: Wed, 25 Nov 2026 22:52:23 GMT\r\n\
        Keep-Alive: timeout=10\r\nAccept-Encoding: gzip, deflate, identity\r\nServer: CUPS/2.4 IPP/2.1\r\n\
        X-Frame-Options: DENY\r\nContent-Security-Policy: frame-ancestors 'none'\r\n\r\n\x01\x01\x04\x06Visi\x01G\
        \x00\x12attributes-charset\x00\x05utf-8H\x00\x1battributes-natural-language\x00\x02enA\x00\x0e\
        status-message\x00$The printer or class does not exist.\x03";
    /// nginx 1.22.1 of Debian 12, which keeps the connection.
    const NGINX: &[u8] = b"HTTP/1.1 404 Not Found\r\nServer: nginx/1.22.1\r\nContent-Type: text/html\r\n\
        Content-Length: 4\r\nConnection: keep-alive\r\n\r\nnope";

    #[test]
    fn asks_for_the_model_only() {
        let (_, sent) = play(&mut Ipp::new(&manner()), &[]);
        let question = String::from_utf8_lossy(&sent[0]).into_owned();
        assert!(question.starts_with("POST /ipp/print HTTP/1.1\r\nHost: 127.0.0.1\r\n"), "{question}");
        assert!(question.contains("ipp://127.0.0.1/ipp/print") && question.contains("printer-make-and-model"));
        assert!(!question.contains("job") && !question.contains("location") && sent[0].len() < 500);
    }

    #[test]
    fn real_printers() {
        let (seen, _) = play(&mut Ipp::new(&manner()), &[PRINTER]);
        trials::is_taken_by_nobody_else(seen.as_ref(), &[PRINTER]);
        let seen = seen.expect("a printer");
        assert_eq!((seen.service, seen.product.as_deref()), (NetworkService::Ipp, Some("Local Raw Printer")));
        assert_eq!(seen.texts, [(TextPlace::HttpServer, "CUPS/2.4 IPP/2.1".to_owned())]);
        let (seen, sent) = play(&mut Ipp::new(&manner()), &[NO_PRINTER]);
        assert_eq!((seen.expect("a print server").product, sent.len()), (None, 1));
    }

    #[test]
    fn a_second_path_is_tried_on_the_same_connection() {
        let (seen, sent) = play(&mut Ipp::new(&manner()), &[NGINX, NO_PRINTER]);
        trials::is_taken_by_nobody_else(seen.as_ref(), &[NGINX, NO_PRINTER]);
        assert!(seen.is_some() && sent[1].starts_with(b"POST / HTTP/1.1\r\n"));
        assert_eq!(play(&mut Ipp::new(&manner()), &[NGINX, NGINX]).0, None);
        assert_eq!(play(&mut Ipp::new(&manner()), &[NGINX]).0, None);
    }

    #[test]
    fn pieces_are_awaited_and_truncations_refused() {
        for bytes in [PRINTER, NO_PRINTER] {
            for end in 0..bytes.len() {
                assert_eq!(play(&mut Ipp::new(&manner()), &[&bytes[..end]]).0, None, "{end}");
                let (seen, _) = play(&mut Ipp::new(&manner()), &[&bytes[..end.max(1)], &bytes[end.max(1)..]]);
                assert!(seen.is_some(), "{end}");
            }
        }
    }

    #[test]
    fn others_are_refused() {
        let (_, sent) = play(&mut Ipp::new(&manner()), &[]);
        let echoed_body = sent[0].split(|byte| *byte == b'\n').next_back().expect("a body");
        let mirror = [
            format!(
                "HTTP/1.1 200 OK\r\nContent-Type: application/ipp\r\nContent-Length: {}\r\n\r\n",
                echoed_body.len()
            )
            .as_bytes(),
            echoed_body,
        ]
        .concat();
        for bytes in [
            sent[0].as_slice(),
            &mirror,
            b"SSH-2.0-OpenSSH_9.2p1\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 0\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Type: application/ipp\r\nContent-Length: 9\r\n\r\n\x01\x01\x00\x00Visi\x03",
            &[7; 70_000],
        ] {
            assert_eq!(play(&mut Ipp::new(&manner()), &[bytes]).0, None);
        }
        for (at, byte) in [(0, 3), (2, 9), (7, b'x'), (8, 4)] {
            let mut body = PRINTER[PRINTER.len() - 117..].to_vec();
            assert!(attributes(&body).is_some());
            body[at] = byte;
            assert_eq!(attributes(&body), None);
        }
    }

    proptest! {
        #[test]
        fn any_bytes(bytes: Vec<u8>) {
            prop_assert_eq!(play(&mut Ipp::new(&manner()), &[&bytes]).0, None);
            attributes(&[b"\x01\x01\x00\x00Visi\x01".as_slice(), &bytes].concat());
        }
    }
}
