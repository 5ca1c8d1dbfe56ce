//! File transfer (RFC 959, RFC 2389, RFC 4217).
//!
//! For recognising FTP servers, whether they can encrypt, and, only where logins are allowed, whether they let in
//! anybody. Deliberately absent: files and folders; nothing is ever listed, fetched or stored.

use crate::dialogue::{Detail, Dialogue, Event, Manner, Seen, Step, TextPlace};
use crate::reply::{Between, Reading, Reply};
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
}

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
                    500..=599 | 332 => Known(false),
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
