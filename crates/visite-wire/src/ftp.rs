//! File transfer (RFC 959, RFC 2389, RFC 4217).
//!
//! For recognising FTP servers, whether they can encrypt, and, only where logins are allowed, whether they let in
//! anybody. Deliberately absent: files and folders; nothing is ever listed, fetched or stored.

use crate::bytes::Reading;
use crate::dialogue::{Detail, Dialogue, Event, Manner, Seen, Step, TextPlace};
use crate::reply::{Between, Reply};
use visite_facts::facts::{DeviceFtp, NetworkService};
use visite_facts::value::{Known, Observed, Unknown};
use visite_facts::words::UnknownReason;

/// A greeting with 220, which mail servers have too, then a list of features (211) or a system (215), which they have
/// not.
#[derive(Clone, Debug)]
pub struct Ftp {
    state: State,
    logins: bool,
    encrypted: bool,
    greeting: Option<String>,
    tls_offered: Observed<bool>,
    anonymous: Observed<bool>,
    /// How often it may still let us wait for the answer to a login.
    patience: u8,
}

/// Servers hold back a refusal for some seconds (vsftpd, pyftpdlib: three), longer than a dialogue usually waits.
const PATIENCE: u8 = 3;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Greeting,
    Features,
    System,
    User,
    Password,
    Auth,
    Goodbye,
}

impl Ftp {
    /// Logs in as `anonymous` only if `manner` allows logins.
    pub fn new(manner: &Manner) -> Self {
        Self {
            state: State::Greeting,
            logins: manner.logins,
            encrypted: manner.encrypted,
            greeting: None,
            // A server that was reached inside TLS needs not offer it.
            tls_offered: if manner.encrypted { Known(true) } else { Observed::default() },
            anonymous: Observed::default(),
            patience: PATIENCE,
        }
    }

    fn ask(&mut self, state: State, command: &str) -> Step<Seen> {
        self.state = state;
        Step::Send(format!("{command}\r\n").into_bytes())
    }

    /// It is FTP. What is asked next: the login, if it is allowed.
    fn recognised(&mut self) -> Step<Seen> {
        if self.logins { self.ask(State::User, "USER anonymous") } else { self.after_login() }
    }

    /// The question for TLS comes last, for a server that agrees waits for a TLS handshake from then on. A server that
    /// has listed its features was asked already.
    fn after_login(&mut self) -> Step<Seen> {
        match (self.tls_offered.known(), self.logins) {
            (None, _) => self.ask(State::Auth, "AUTH TLS"),
            (Some(_), true) => self.ask(State::Goodbye, "QUIT"),
            (Some(_), false) => self.seen(),
        }
    }

    fn seen(&mut self) -> Step<Seen> {
        let mut seen = Seen::new(NetworkService::Ftp);
        seen.texts.extend(self.greeting.take().map(|greeting| (TextPlace::FtpBanner, greeting)));
        seen.detail = Detail::Ftp(DeviceFtp {
            anonymous: self.anonymous.clone(),
            tls_offered: self.tls_offered.clone(),
            ..DeviceFtp::default()
        });
        Step::Done(seen)
    }

    /// The connection ended or nothing came: what was seen until then counts if FTP was recognised before.
    fn ended(&mut self, reason: UnknownReason) -> Step<Seen> {
        match self.state {
            State::Greeting | State::Features | State::System => return Step::NotThis,
            State::User | State::Password => self.anonymous = Unknown(reason),
            State::Auth => self.tls_offered = Unknown(reason),
            State::Goodbye => {}
        }
        self.seen()
    }
}

impl Dialogue for Ftp {
    type Answer = Seen;

    fn step(&mut self, event: Event<'_>) -> Step<Seen> {
        let bytes = match event {
            Event::Connected => return Step::More,
            Event::Received(bytes) => bytes,
            Event::Silence if matches!(self.state, State::User | State::Password) && self.patience > 0 => {
                self.patience = self.patience.saturating_sub(1);
                return Step::More;
            }
            Event::Silence => return self.ended(UnknownReason::TimedOut),
            Event::Closed => return self.ended(UnknownReason::Incomplete),
        };
        let reply = match Reply::read(bytes, Between::Free) {
            Reading::Whole(reply) => reply,
            Reading::Begun => return Step::More,
            Reading::Bad => return self.ended(UnknownReason::Malformed),
        };
        match (self.state, reply.code) {
            (State::Greeting, 220) => {
                self.greeting = reply.lines.into_iter().next();
                self.ask(State::Features, "FEAT")
            }
            (State::Features, 211) => {
                if !self.encrypted {
                    self.tls_offered = Known(offers_tls(&reply.lines));
                }
                self.recognised()
            }
            // Not known, or not before the login.
            (State::Features, 500..=599) => self.ask(State::System, "SYST"),
            (State::System, 215) => self.recognised(),
            (State::System, 530) if wants_login(&reply.lines) => self.recognised(),

            (State::User, 331 | 332) => self.ask(State::Password, &format!("PASS guest@{}", crate::mail::CLIENT_NAME)),
            (State::User | State::Password, code) => {
                self.anonymous = match code {
                    230 => Known(true),
                    // Not in this way, but perhaps inside TLS.
                    500..=599 if wants_tls(&reply.lines) => Unknown(UnknownReason::NotSupported),
                    // The server's own trouble (vsftpd: `500 OOPS`) says nothing about who may enter.
                    500 => Unknown(UnknownReason::NotSupported),
                    501..=599 | 332 => Known(false),
                    _ => Unknown(UnknownReason::Incomplete),
                };
                self.after_login()
            }
            (State::Auth, code) => {
                self.tls_offered = match code {
                    234 | 334 => Known(true),
                    530 => Unknown(UnknownReason::NoPermission),
                    431 | 500..=599 => Known(false),
                    _ => Unknown(UnknownReason::Incomplete),
                };
                self.seen()
            }
            (State::Goodbye, _) => self.seen(),
            (State::Greeting | State::Features | State::System, _) => Step::NotThis,
        }
    }
}

/// Whether a list of features has `AUTH` with TLS, or with its older names (RFC 4217, 6).
fn offers_tls(features: &[String]) -> bool {
    features.iter().any(|line| {
        let line = line.to_ascii_uppercase();
        let mut words = line.split([' ', ';', ',']);
        words.next() == Some("AUTH") && words.any(|word| matches!(word, "TLS" | "TLS-C" | "TLS-P" | "SSL"))
    })
}

/// Whether 530 is that of a file server, which wants a login first, and not that of a mail server, which wants STARTTLS
/// or a login for sending (`530 5.7.0 ...`, RFC 3207, RFC 4954).
fn wants_login(lines: &[String]) -> bool {
    let text = lines.join(" ").to_ascii_lowercase();
    let mail = text.starts_with("5.") || text.contains("starttls") || text.contains("authentication");
    !mail && ["log", "user", "anmeld"].iter().any(|word| text.contains(word))
}

/// Whether a refusal says that it is about missing encryption.
fn wants_tls(lines: &[String]) -> bool {
    let text = lines.join(" ").to_ascii_lowercase();
    ["tls", "ssl", "encrypt"].iter().any(|word| text.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialogue::play;
    use crate::trials;
    use proptest::prelude::*;

    const FEATURES: &[u8] = b"211-Features:\r\n AUTH TLS\r\n EPRT\r\n EPSV\r\n MDTM\r\n PASV\r\n PBSZ\r\n PROT\r\n \
        REST STREAM\r\n SIZE\r\n TVFS\r\n211 End\r\n";

    fn ftp(logins: bool) -> Ftp {
        Ftp::new(&Manner { logins, ..Manner::default() })
    }

    /// Whether anonymous users are let in, and whether TLS is offered.
    type Facts = (Observed<bool>, Observed<bool>);

    /// The facts, and what was sent.
    fn ask(logins: bool, arrivals: &[&[u8]]) -> (Option<Facts>, String) {
        let (seen, sent) = play(&mut ftp(logins), arrivals);
        trials::is_taken_by_nobody_else(seen.as_ref(), arrivals);
        let detail = seen.map(|seen| match seen.detail {
            Detail::Ftp(facts) => (facts.anonymous, facts.tls_offered),
            other => panic!("{other:?}"),
        });
        (detail, String::from_utf8_lossy(&sent.concat()).replace("\r\n", "|"))
    }

    /// vsftpd 3.0.3 of Debian 12, recorded.
    #[test]
    fn without_consent_nobody_logs_in() {
        let arrivals = [b"220 (vsFTPd 3.0.3)\r\n".as_slice(), FEATURES];
        let (seen, sent) = play(&mut ftp(false), &arrivals);
        assert_eq!(seen.map(|seen| seen.texts), Some(vec![(TextPlace::FtpBanner, "(vsFTPd 3.0.3)".to_owned())]));
        assert_eq!(sent, [b"FEAT\r\n"]);
        let unasked = Observed::default();
        assert_eq!(ask(false, &arrivals).0, Some((unasked, Known(true))));
    }

    /// vsftpd 3.0.3 of Debian 12 with and without anonymous users, recorded.
    #[test]
    fn with_consent_the_anonymous_user_is_tried() {
        let begin = [b"220 (vsFTPd 3.0.3)\r\n".as_slice(), FEATURES];
        let after = |rest: &[&'static [u8]]| ask(true, &[&begin, rest].concat());
        let (seen, sent) =
            after(&[b"331 Please specify the password.\r\n", b"230 Login successful.\r\n", b"221 Goodbye.\r\n"]);
        assert_eq!(seen, Some((Known(true), Known(true))));
        assert_eq!(sent, "FEAT|USER anonymous|PASS guest@visite.invalid|QUIT|");
        // The refusal takes its time.
        let (seen, sent) = after(&[b"331 Please specify the password.\r\n", b"", b"530 Login incorrect.\r\n"]);
        assert_eq!(seen, Some((Known(false), Known(true))));
        assert!(sent.ends_with("|QUIT|"), "{sent}");
        // Only inside TLS: not known here.
        let (seen, _) = after(&[b"530 Anonymous sessions must use encryption.\r\n"]);
        assert_eq!(seen, Some((Unknown(UnknownReason::NotSupported), Known(true))));
        let (seen, _) = after(&[b"331 Please specify the password.\r\n", b"", b"", b"", b""]);
        assert_eq!(seen, Some((Unknown(UnknownReason::TimedOut), Known(true))));
        let (seen, _) = after(&[b"331 Please specify the password.\r\n", b"421 Too many users.\r\n"]);
        assert_eq!(seen, Some((Unknown(UnknownReason::Incomplete), Known(true))));
    }

    /// Servers from before RFC 2389 do not know FEAT; hand-made after RFC 959.
    #[test]
    fn an_old_server_is_told_by_its_system() {
        let begin = [b"220-\r\n220-Printer\r\n220 ready\r\n".as_slice(), b"500 FEAT not understood\r\n"];
        let after = |rest: &[&'static [u8]]| ask(false, &[&begin, rest].concat());
        let (seen, sent) = after(&[b"215 UNIX Type: L8\r\n", b"502 Command not implemented.\r\n"]);
        assert_eq!(seen, Some((Observed::default(), Known(false))));
        assert_eq!(sent, "FEAT|SYST|AUTH TLS|");
        let (seen, _) = after(&[b"530 Please login with USER and PASS.\r\n", b"530 Please login first\r\n"]);
        assert_eq!(seen, Some((Observed::default(), Unknown(UnknownReason::NoPermission))));
    }

    #[test]
    fn others_are_not_taken_for_it() {
        let smtp = b"220 localhost Python SMTP 1.4.6\r\n".as_slice(); // aiosmtpd 1.4.6, recorded
        let unknown = b"500 Error: command \"FEAT\" not recognized\r\n".as_slice();
        let others: [&[&[u8]]; 9] = [
            &[smtp, unknown, unknown],
            &[smtp, unknown, b"530 5.7.0 Must issue a STARTTLS command first\r\n"],
            &[smtp, b"250 ok\r\n"],
            &[smtp, b"FEAT\r\n"],
            &[b"HTTP/1.1 400 Bad Request\r\n\r\n"],
            &[b"SSH-2.0-OpenSSH_9.2p1\r\n"],
            &[b"220-\xff\r\n", b"220-\xff\r\n", b"\xff\0\r\n220 x\r\n", b"\0\0\0"],
            &[&[b"220-more\r\n".as_slice(); 30].concat(), &[b"a\n".as_slice(); 9000].concat()],
            &[b""],
        ];
        for arrivals in others {
            assert_eq!(play(&mut ftp(true), arrivals).0, None, "{arrivals:?}");
        }
    }

    #[test]
    fn pieces_and_broken_answers_do_no_harm() {
        for end in 0..FEATURES.len() {
            let (begin, rest) = FEATURES.split_at(end);
            let whole: [&[u8]; 3] = [b"220 a\r\n", begin, rest];
            if !begin.is_empty() {
                assert_eq!(ask(false, &whole).0, Some((Observed::default(), Known(true))), "{end}");
            }
            assert_eq!(ask(false, &whole[..2]).0, None, "{end}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(arrivals in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..60), 0..6), logins: bool) {
            let arrivals: Vec<&[u8]> = arrivals.iter().map(Vec::as_slice).collect();
            prop_assert_eq!(play(&mut ftp(logins), &arrivals).0, None);
            play(&mut ftp(logins), &[[b"220 a\r\n".as_slice(), FEATURES].as_slice(), &arrivals].concat());
        }
    }
}
