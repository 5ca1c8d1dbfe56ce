//! SMTP, IMAP and POP3 (RFC 5321, RFC 9051 and RFC 3501, RFC 1939 and RFC 2449).
//!
//! For recognising mail services and reading their greeting. Asks what a server is able to do and nothing else: no
//! login, no address, no mailbox. Deliberately absent: changing over to TLS, which [`crate::tls::starttls`] does.

use crate::bytes::{Reading, clean};
use crate::dialogue::{Dialogue, Event, Manner, Seen, Step, TextPlace};
use crate::reply::{Between, Reply, split_line};
use visite_facts::facts::NetworkService;

/// The name by which the examining computer introduces itself; it belongs to nobody (RFC 2606, 2).
pub(crate) const CLIENT_NAME: &str = "visite.invalid";

/// Most lines of a list of abilities.
const MAX_LINES: usize = 128;
/// Most characters of a greeting that are kept; IMAP servers list their abilities in it.
const MAX_TEXT: usize = 1024;

/// Mail transfer: a greeting with 220 that is followed by 250 for EHLO, or for HELO. A file server greets with 220 too,
/// but knows neither.
#[derive(Clone, Debug, Default)]
pub struct Smtp {
    state: SmtpState,
    greeting: Option<String>,
    starttls: Option<bool>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum SmtpState {
    #[default]
    Greeting,
    Ehlo,
    Helo,
}

impl Smtp {
    /// The manner makes no difference: nothing here is a login.
    pub fn new(_manner: &Manner) -> Self {
        Self::default()
    }

    /// Whether it offers STARTTLS; `None` before it was asked.
    pub fn starttls_offered(&self) -> Option<bool> {
        self.starttls
    }
}

impl Dialogue for Smtp {
    type Answer = Seen;

    fn step(&mut self, event: Event<'_>) -> Step<Seen> {
        let bytes = match event {
            Event::Connected => return Step::More,
            Event::Received(bytes) => bytes,
            Event::Silence | Event::Closed => return Step::NotThis,
        };
        let reply = match Reply::read(bytes, Between::Numbered) {
            Reading::Whole(reply) => reply,
            Reading::Begun => return Step::More,
            Reading::Bad => return Step::NotThis,
        };
        match (self.state, reply.code) {
            (SmtpState::Greeting, 220) => {
                self.greeting = reply.lines.into_iter().next();
                self.state = SmtpState::Ehlo;
                Step::Send(format!("EHLO {CLIENT_NAME}\r\n").into_bytes())
            }
            (SmtpState::Ehlo | SmtpState::Helo, 250) => {
                self.starttls = Some(offers(reply.lines.iter().skip(1), "STARTTLS"));
                let mut seen = Seen::new(NetworkService::Smtp);
                if let Some(greeting) = self.greeting.take() {
                    seen.names.extend(host_name(&greeting));
                    seen.texts.push((TextPlace::SmtpBanner, greeting));
                }
                Step::Done(seen)
            }
            // Servers from before RFC 1869 know HELO only.
            (SmtpState::Ehlo, 500 | 502 | 504) => {
                self.state = SmtpState::Helo;
                Step::Send(format!("HELO {CLIENT_NAME}\r\n").into_bytes())
            }
            _ => Step::NotThis,
        }
    }
}

/// Whether a line begins with this word.
pub(crate) fn offers<'l>(lines: impl IntoIterator<Item = &'l String>, wanted: &str) -> bool {
    lines.into_iter().any(|line| line.split(' ').next().is_some_and(|word| word.eq_ignore_ascii_case(wanted)))
}

/// The name by which a mail server introduces itself: the first word of its greeting (RFC 5321, 4.2), if it looks like
/// one.
fn host_name(greeting: &str) -> Option<String> {
    let word = greeting.split(' ').next()?;
    let sound = |label: &str| !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let is_name = word.contains('.') && word.len() <= 253 && word.split('.').all(sound);
    let is_address = word.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    (is_name && !is_address).then(|| word.to_owned())
}

/// Mailboxes: an untagged greeting, then the list of abilities with `IMAP4` in it, closed by our tag.
#[derive(Clone, Debug, Default)]
pub struct Imap {
    greeting: Option<String>,
    asked: bool,
    starttls: Option<bool>,
}

impl Imap {
    /// The manner makes no difference: nothing here is a login.
    pub fn new(_manner: &Manner) -> Self {
        Self::default()
    }

    /// Whether it offers STARTTLS; `None` before it was asked.
    pub fn starttls_offered(&self) -> Option<bool> {
        self.starttls
    }
}

/// The greeting of an IMAP server without its status: `* OK` or `* PREAUTH`. One that says BYE takes no questions.
pub(crate) fn imap_greeting(bytes: &[u8]) -> Reading<Option<String>> {
    if !b"* OK".iter().zip(bytes).all(|(wanted, byte)| wanted == byte)
        && !b"* PREAUTH".iter().zip(bytes).all(|(wanted, byte)| wanted == byte)
    {
        return Reading::Bad;
    }
    match split_line(bytes) {
        Reading::Whole((line, [])) => match line.strip_prefix(b"* OK").or_else(|| line.strip_prefix(b"* PREAUTH")) {
            Some(text) if text.is_empty() || text.starts_with(b" ") => Reading::Whole(clean(text, MAX_TEXT)),
            _ => Reading::Bad,
        },
        Reading::Begun => Reading::Begun,
        Reading::Whole(_) | Reading::Bad => Reading::Bad,
    }
}

impl Dialogue for Imap {
    type Answer = Seen;

    fn step(&mut self, event: Event<'_>) -> Step<Seen> {
        match event {
            Event::Connected => Step::More,
            Event::Silence | Event::Closed => Step::NotThis,
            Event::Received(bytes) if !self.asked => match imap_greeting(bytes) {
                Reading::Whole(greeting) => {
                    self.greeting = greeting;
                    self.asked = true;
                    Step::Send(b"v1 CAPABILITY\r\n".to_vec())
                }
                Reading::Begun => Step::More,
                Reading::Bad => Step::NotThis,
            },
            Event::Received(bytes) => match abilities_of_imap(bytes) {
                Reading::Whole(starttls) => {
                    self.starttls = Some(starttls);
                    let mut seen = Seen::new(NetworkService::Imap);
                    seen.texts.extend(self.greeting.take().map(|greeting| (TextPlace::ImapBanner, greeting)));
                    Step::Done(seen)
                }
                Reading::Begun => Step::More,
                Reading::Bad => Step::NotThis,
            },
        }
    }
}

/// The answer to `v1 CAPABILITY`: whether STARTTLS is among the abilities.
fn abilities_of_imap(bytes: &[u8]) -> Reading<bool> {
    let (mut rest, mut found) = (bytes, None);
    for _ in 0..MAX_LINES {
        let line = match split_line(rest) {
            Reading::Whole((line, behind)) => {
                rest = behind;
                line
            }
            // What has come of a line must already fit.
            Reading::Begun => {
                return if b"* ".starts_with(first(rest, 2)) || b"v1".starts_with(first(rest, 2)) {
                    Reading::Begun
                } else {
                    Reading::Bad
                };
            }
            Reading::Bad => return Reading::Bad,
        };
        let text = String::from_utf8_lossy(line);
        let mut words = text.split(' ');
        match (words.next(), words.next()) {
            (Some("*"), Some(kind)) if kind.eq_ignore_ascii_case("CAPABILITY") => {
                let words: Vec<_> = words.map(str::to_ascii_uppercase).collect();
                if words.iter().any(|word| word.starts_with("IMAP4")) {
                    found = Some(words.iter().any(|word| word == "STARTTLS"));
                }
            }
            (Some("*"), Some(_)) => {}
            (Some("v1"), Some(status)) if status.eq_ignore_ascii_case("OK") && rest.is_empty() => {
                return found.map_or(Reading::Bad, Reading::Whole);
            }
            _ => return Reading::Bad,
        }
    }
    Reading::Bad
}

fn first(bytes: &[u8], count: usize) -> &[u8] {
    bytes.get(..count).unwrap_or(bytes)
}

/// Mailboxes: a greeting with `+OK`, then the list of abilities. A server from before RFC 2449 has none; it must say
/// `-ERR` to the question and `+OK` to a good-bye.
#[derive(Clone, Debug, Default)]
pub struct Pop3 {
    state: PopState,
    greeting: Option<String>,
    stls: Option<bool>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum PopState {
    #[default]
    Greeting,
    Abilities,
    Goodbye,
}

impl Pop3 {
    /// The manner makes no difference: nothing here is a login.
    pub fn new(_manner: &Manner) -> Self {
        Self::default()
    }

    /// Whether it offers STLS, its way to TLS; `None` before it was asked, or if it lists no abilities.
    pub fn stls_offered(&self) -> Option<bool> {
        self.stls
    }

    fn seen(&mut self) -> Step<Seen> {
        let mut seen = Seen::new(NetworkService::Pop3);
        // The greeting holds a time stamp between angle brackets (RFC 1939, 7), which is no part of the product.
        seen.texts.extend(self.greeting.take().map(|greeting| (TextPlace::PopBanner, greeting)));
        Step::Done(seen)
    }
}

/// A first line of a POP3 answer: whether it says `+OK`, its text, and what is behind the line.
pub(crate) fn pop3_status(bytes: &[u8]) -> Reading<(bool, Option<String>, &[u8])> {
    let (yes, no) = (first(bytes, 3), first(bytes, 4));
    if !b"+OK".starts_with(yes) && !b"-ERR".starts_with(no) {
        return Reading::Bad;
    }
    match split_line(bytes) {
        Reading::Whole((line, rest)) => {
            let (ok, text) = match (line.strip_prefix(b"+OK"), line.strip_prefix(b"-ERR")) {
                (Some(text), _) => (true, text),
                (None, Some(text)) => (false, text),
                (None, None) => return Reading::Bad,
            };
            if text.is_empty() || text.starts_with(b" ") {
                Reading::Whole((ok, clean(text, MAX_TEXT), rest))
            } else {
                Reading::Bad
            }
        }
        Reading::Begun => Reading::Begun,
        Reading::Bad => Reading::Bad,
    }
}

impl Dialogue for Pop3 {
    type Answer = Seen;

    fn step(&mut self, event: Event<'_>) -> Step<Seen> {
        let bytes = match event {
            Event::Connected => return Step::More,
            Event::Received(bytes) => bytes,
            Event::Silence | Event::Closed => return Step::NotThis,
        };
        let (ok, text, rest) = match pop3_status(bytes) {
            Reading::Whole(status) => status,
            Reading::Begun => return Step::More,
            Reading::Bad => return Step::NotThis,
        };
        match self.state {
            PopState::Greeting if ok && rest.is_empty() => {
                self.greeting = text;
                self.state = PopState::Abilities;
                Step::Send(b"CAPA\r\n".to_vec())
            }
            PopState::Abilities if ok => match list(rest) {
                Reading::Whole(lines) => {
                    self.stls = Some(offers(&lines, "STLS"));
                    self.seen()
                }
                Reading::Begun => Step::More,
                Reading::Bad => Step::NotThis,
            },
            PopState::Abilities if rest.is_empty() => {
                self.state = PopState::Goodbye;
                Step::Send(b"QUIT\r\n".to_vec())
            }
            PopState::Goodbye if ok && rest.is_empty() => self.seen(),
            _ => Step::NotThis,
        }
    }
}

/// Lines up to one with a single dot (RFC 1939, 3).
fn list(bytes: &[u8]) -> Reading<Vec<String>> {
    let (mut rest, mut lines) = (bytes, Vec::new());
    for _ in 0..MAX_LINES {
        match split_line(rest) {
            Reading::Whole((b".", [])) => return Reading::Whole(lines),
            Reading::Whole((b".", _)) | Reading::Bad => return Reading::Bad,
            Reading::Whole((line, behind)) => {
                lines.extend(clean(line, MAX_TEXT));
                rest = behind;
            }
            Reading::Begun => return Reading::Begun,
        }
    }
    Reading::Bad
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialogue::play;
    use crate::trials;
    use proptest::prelude::*;

    fn texts(seen: Option<Seen>) -> Option<Vec<(TextPlace, String)>> {
        seen.map(|seen| seen.texts)
    }

    fn banner(place: TextPlace, text: &str) -> Option<Vec<(TextPlace, String)>> {
        Some(vec![(place, text.to_owned())])
    }

    // aiosmtpd 1.4.6, recorded.
    const SMTP: [&[u8]; 2] = [
        b"220 localhost Python SMTP 1.4.6\r\n",
        b"250-localhost\r\n250-SIZE 33554432\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-STARTTLS\r\n250 HELP\r\n",
    ];
    // Dovecot 2.3.19 of Debian 12, recorded.
    const IMAP: [&[u8]; 2] = [
        b"* OK [CAPABILITY IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE LITERAL+ STARTTLS AUTH=PLAIN] Dovecot (Debian) ready.\r\n",
        b"* CAPABILITY IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE LITERAL+ STARTTLS AUTH=PLAIN\r\nv1 OK Pre-login capabilities listed, post-login capabilities have more.\r\n",
    ];
    const POP3: [&[u8]; 2] = [
        b"+OK Dovecot (Debian) ready.\r\n",
        b"+OK\r\nCAPA\r\nTOP\r\nUIDL\r\nRESP-CODES\r\nPIPELINING\r\nAUTH-RESP-CODE\r\nSTLS\r\nUSER\r\nSASL PLAIN\r\n.\r\n",
    ];

    #[test]
    fn real_servers_are_recognised() {
        let manner = Manner::default();
        let mut smtp = Smtp::new(&manner);
        let (seen, sent) = play(&mut smtp, &SMTP);
        trials::is_taken_by_nobody_else(seen.as_ref(), &SMTP);
        assert_eq!(texts(seen), banner(TextPlace::SmtpBanner, "localhost Python SMTP 1.4.6"));
        assert_eq!(sent, [b"EHLO visite.invalid\r\n"]);
        assert_eq!(smtp.starttls_offered(), Some(true));

        let mut imap = Imap::new(&manner);
        let (seen, sent) = play(&mut imap, &IMAP);
        trials::is_taken_by_nobody_else(seen.as_ref(), &IMAP);
        let (place, text) = seen.and_then(|seen| seen.texts.into_iter().next()).expect("a greeting");
        assert_eq!(place, TextPlace::ImapBanner);
        assert!(text.starts_with("[CAPABILITY IMAP4rev1") && text.ends_with("] Dovecot (Debian) ready."), "{text}");
        assert_eq!(sent, [b"v1 CAPABILITY\r\n"]);
        assert_eq!(imap.starttls_offered(), Some(true));

        let mut pop = Pop3::new(&manner);
        let (seen, sent) = play(&mut pop, &POP3);
        trials::is_taken_by_nobody_else(seen.as_ref(), &POP3);
        assert_eq!(texts(seen), banner(TextPlace::PopBanner, "Dovecot (Debian) ready."));
        assert_eq!(sent, [b"CAPA\r\n"]);
        assert_eq!(pop.stls_offered(), Some(true));
    }

    /// Hand-made after RFC 821 and RFC 1939.
    #[test]
    fn old_servers_are_recognised() {
        let smtp = [b"220 mail.praxis.example ESMTP\r\n".as_slice(), b"500 What?\r\n", b"250 hello\r\n"];
        let mut dialogue = Smtp::new(&Manner::default());
        let (seen, sent) = play(&mut dialogue, &smtp);
        trials::is_taken_by_nobody_else(seen.as_ref(), &smtp);
        assert_eq!(seen.map(|seen| seen.names), Some(vec!["mail.praxis.example".to_owned()]));
        assert_eq!(sent.last().map(Vec::as_slice), Some(b"HELO visite.invalid\r\n".as_slice()));
        assert_eq!(dialogue.starttls_offered(), Some(false));
        let pop = [b"+OK POP3 <1.2@host>\r\n".as_slice(), b"-ERR unknown\r\n", b"+OK bye\r\n"];
        let seen = play(&mut Pop3::new(&Manner::default()), &pop).0;
        trials::is_taken_by_nobody_else(seen.as_ref(), &pop);
        assert!(seen.is_some());
    }

    #[test]
    fn others_are_not_taken_for_it() {
        let others: [&[&[u8]]; 16] = [
            // vsftpd 3.0.3 and pyftpdlib 2.2.0, recorded.
            &[b"220 (vsFTPd 3.0.3)\r\n", b"530 Please login with USER and PASS.\r\n"],
            &[b"220 pyftpdlib 2.2.0 ready.\r\n", b"500 Command \"EHLO\" not understood.\r\n", b"500 No.\r\n"],
            &[b"HTTP/1.1 400 Bad Request\r\n\r\n"],
            &[b"SSH-2.0-OpenSSH_9.2p1\r\n"],
            &[b"220 a\r\n", b"EHLO visite.invalid\r\n"],
            &[b"220 a\r\n", b"220 a\r\n"],
            &[b"554 no\r\n"],
            &[b"+OK\r\n", b"CAPA\r\n"],
            &[b"+OK\r\n", b"-ERR\r\n", b"-ERR\r\n"],
            &[b"+OK\r\n", b"+OK\r\n", b"+OK\r\n"],
            &[b"+OKAY\r\n"],
            &[b"* OK a\r\n", b"v1 CAPABILITY\r\n"],
            &[b"* OK a\r\n", b"v1 OK done\r\n"],
            &[b"* OK a\r\n", b"* OK a\r\n", b"* OK a\r\n"],
            &[b"* BYE busy\r\n"],
            &[b"\xff\xfd\x18"],
        ];
        for arrivals in others {
            assert_eq!(play(&mut Smtp::default(), arrivals).0, None, "{arrivals:?}");
            assert_eq!(play(&mut Imap::default(), arrivals).0, None, "{arrivals:?}");
            assert_eq!(play(&mut Pop3::default(), arrivals).0, None, "{arrivals:?}");
        }
        // Nor is one of them taken for another, or an endless banner for any.
        for endless in [b"220-a\r\n".as_slice(), b"* OK a\r\n", b"+OK a\r\n"] {
            let all = endless.repeat(5000);
            for arrivals in [[all.as_slice(), &all].as_slice(), &[endless, &all]] {
                assert_eq!(play(&mut Smtp::default(), arrivals).0, None);
                assert_eq!(play(&mut Imap::default(), arrivals).0, None);
                assert_eq!(play(&mut Pop3::default(), arrivals).0, None);
            }
        }
        for arrivals in [IMAP, POP3] {
            assert_eq!(play(&mut Smtp::default(), &arrivals).1.len(), 0);
        }
    }

    #[test]
    fn pieces_and_broken_answers_do_no_harm() {
        fn check<D: Dialogue<Answer = Seen> + Default>([greeting, answer]: [&[u8]; 2]) {
            for end in 1..answer.len() {
                let (begin, rest) = answer.split_at(end);
                assert!(play(&mut D::default(), &[greeting, begin, rest]).0.is_some(), "{end}");
                assert_eq!(play(&mut D::default(), &[greeting, begin]).0, None, "{end}");
                assert_eq!(play(&mut D::default(), &[greeting, begin, b""]).0, None, "{end}");
            }
            for end in 1..greeting.len() {
                let (begin, rest) = greeting.split_at(end);
                assert!(play(&mut D::default(), &[begin, rest, answer]).0.is_some(), "{end}");
                assert_eq!(play(&mut D::default(), &[begin]).0, None, "{end}");
            }
        }
        check::<Smtp>(SMTP);
        check::<Imap>(IMAP);
        check::<Pop3>(POP3);
    }

    proptest! {
        #[test]
        fn never_panics(arrivals in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..60), 0..5)) {
            let arrivals: Vec<&[u8]> = arrivals.iter().map(Vec::as_slice).collect();
            prop_assert_eq!(play(&mut Smtp::default(), &arrivals).0, None);
            prop_assert_eq!(play(&mut Imap::default(), &arrivals).0, None);
            prop_assert_eq!(play(&mut Pop3::default(), &arrivals).0, None);
            prop_assert_eq!(play(&mut Smtp::default(), &[&SMTP[..1], &arrivals].concat()).0, None);
            prop_assert_eq!(play(&mut Imap::default(), &[&IMAP[..1], &arrivals].concat()).0, None);
            prop_assert_eq!(play(&mut Pop3::default(), &[&POP3[..1], &arrivals].concat()).0, None);
        }
    }
}
