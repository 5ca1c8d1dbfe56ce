//! PostgreSQL, protocol version 3 (PostgreSQL documentation, chapter "Frontend/Backend Protocol").
//!
//! [`Postgresql`] asks whether TLS is offered and lets the server refuse a version that does not exist, which is no
//! login. [`Login`] is for a connection of its own: behind an offer of TLS nothing can be asked in the clear any more.
//! Deliberately absent: queries, and names of databases and users.

use crate::bytes::{Reader, clean};
use crate::dialogue::{Detail, Dialogue, Event, MAX_ANSWER_BYTES, Manner, Seen, Step};
use visite_facts::facts::{DeviceDatabase, NetworkService};
use visite_facts::{Known, Observed};

/// Whether TLS is offered: length and the code of an SSLRequest.
const TLS_REQUEST: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];
/// A start with protocol 255.0 and no parameters, which every server refuses with its reason.
const IMPOSSIBLE_START: [u8; 9] = [0, 0, 0, 9, 0, 255, 0, 0, 0];
/// A start as `postgres`, database `postgres`, protocol 3.0.
const LOGIN_START: &[u8] = b"\0\0\0\x29\0\x03\0\0user\0postgres\0database\0postgres\0\0";
/// The smallest TLS 1.2 ClientHello (RFC 5246, section 7.4.1.2): it only has to be answered, with whatever alert.
const CLIENT_HELLO: &[u8] = b"\x16\x03\x01\0\x4b\x01\0\0\x47\x03\x03Visite asks whether you speak TL\0\0\x0a\
    \xc0\x2f\xc0\x2b\xc0\x14\0\x9c\0\x2f\x01\0\0\x14\0\x0a\0\x06\0\x04\0\x1d\0\x17\0\x0d\0\x06\0\x04\x04\x03\x04\x01";

/// Asks for TLS, then proves the protocol.
#[derive(Clone, Debug)]
pub struct Postgresql {
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Asked for TLS.
    AskedForTls,
    /// TLS is offered, a ClientHello was sent.
    Offered,
    /// Sent the impossible start, knowing this about TLS.
    Started(Option<bool>),
}

impl Postgresql {
    /// No login, whatever the manner says. Inside TLS only the impossible start is sent.
    pub fn new(manner: &Manner) -> Self {
        Self { state: if manner.encrypted { State::Started(Some(true)) } else { State::AskedForTls } }
    }
}

impl Dialogue for Postgresql {
    type Answer = Seen;

    fn step(&mut self, event: Event<'_>) -> Step<Seen> {
        match (self.state, event) {
            (State::AskedForTls | State::Offered, Event::Connected) => Step::Send(TLS_REQUEST.to_vec()),
            (State::Started(_), Event::Connected) => Step::Send(IMPOSSIBLE_START.to_vec()),
            (State::AskedForTls, Event::Received(b"N")) => {
                self.state = State::Started(Some(false));
                Step::Send(IMPOSSIBLE_START.to_vec())
            }
            (State::AskedForTls, Event::Received(b"S")) => {
                self.state = State::Offered;
                Step::Send(CLIENT_HELLO.to_vec())
            }
            (State::AskedForTls, Event::Received(bytes)) => error_or_more(bytes, None),
            (State::Offered, Event::Received(bytes)) => match tls_answer(bytes) {
                Some(true) => Step::Done(seen(None, Some(true))),
                Some(false) => Step::NotThis,
                None => Step::More,
            },
            (State::Started(tls), Event::Received(bytes)) => error_or_more(bytes, tls),
            (_, Event::Silence | Event::Closed) => Step::NotThis,
        }
    }
}

/// Tries to log in as `postgres` without a password. Only with consent; without it the dialogue ends at once.
#[derive(Clone, Debug)]
pub struct Login {
    allowed: bool,
    tls: Option<bool>,
    /// What is known once the server has let us in.
    inside: Option<Seen>,
}

impl Login {
    /// One attempt, if the manner allows logins.
    pub fn new(manner: &Manner) -> Self {
        let tls = manner.encrypted.then_some(true);
        Self { allowed: manner.logins, tls, inside: None }
    }
}

impl Dialogue for Login {
    type Answer = Seen;

    fn step(&mut self, event: Event<'_>) -> Step<Seen> {
        match event {
            Event::Connected if self.allowed => Step::Send(LOGIN_START.to_vec()),
            Event::Received(bytes) => self.received(bytes),
            Event::Silence | Event::Closed => self.inside.take().map_or(Step::NotThis, Step::Done),
            Event::Connected => Step::NotThis,
        }
    }
}

impl Login {
    /// The request for a password, or the way in and the version that follows it.
    fn received(&mut self, bytes: &[u8]) -> Step<Seen> {
        if bytes.first() == Some(&b'E') {
            return error_or_more(bytes, self.tls);
        }
        let mut messages = Messages { rest: bytes };
        let request = match messages.next() {
            Next::Message(b'R', body) => Reader::new(body).u32(),
            Next::Pieces if matches!(bytes, [b'R', 0, ..] | [b'R']) && bytes.len() < 4096 => return Step::More,
            _ => return Step::NotThis,
        };
        match request {
            Some(0) => {}
            // Password, MD5, Kerberos, GSSAPI, SSPI or SASL ("Message Formats", Authentication...).
            Some(2 | 3 | 5 | 6 | 7 | 9 | 10) => return Step::Done(seen(Some(false), self.tls)),
            _ => return Step::NotThis,
        }
        let mut inside = seen(Some(true), self.tls);
        let more = loop {
            match messages.next() {
                Next::Message(b'S', body) => {
                    let mut texts = body.split(|byte| *byte == 0);
                    if texts.next() == Some(b"server_version") {
                        let version = texts.next().unwrap_or_default().split(|byte| *byte == b' ').next();
                        inside.version = version.and_then(|version| clean(version, 40));
                    }
                }
                // Ready, refused after all (no such user), or something that is no message.
                Next::Message(b'Z' | b'E', _) | Next::Broken => break false,
                Next::Message(..) => {}
                Next::Pieces => break bytes.len() < MAX_ANSWER_BYTES,
            }
        };
        if more {
            self.inside = Some(inside);
            return Step::More;
        }
        Step::Done(inside)
    }
}

fn seen(without_password: Option<bool>, tls_offered: Option<bool>) -> Seen {
    let mut seen = Seen::new(NetworkService::Postgresql);
    seen.product = Some("PostgreSQL".to_owned());
    seen.detail = Detail::Database(DeviceDatabase {
        service: Known(NetworkService::Postgresql),
        without_password: without_password.map_or_else(Observed::default, Known),
        tls_offered: tls_offered.map_or_else(Observed::default, Known),
        ..DeviceDatabase::default()
    });
    seen
}

/// Done with a whole error message; waits for the rest of one.
fn error_or_more(bytes: &[u8], tls: Option<bool>) -> Step<Seen> {
    match (Messages { rest: bytes }).next() {
        Next::Message(b'E', body) if is_error(body) => Step::Done(seen(None, tls)),
        Next::Pieces if matches!(bytes, [b'E'] | [b'E', 0, ..]) && bytes.len() < 4096 => Step::More,
        _ => Step::NotThis,
    }
}

/// Messages of a server, each with a letter and a length.
struct Messages<'b> {
    rest: &'b [u8],
}

enum Next<'b> {
    Message(u8, &'b [u8]),
    Pieces,
    Broken,
}

impl<'b> Messages<'b> {
    fn next(&mut self) -> Next<'b> {
        let mut reader = Reader::new(self.rest);
        let (Some(kind), Some(length)) = (reader.u8(), reader.u32()) else { return Next::Pieces };
        let Some(length) = usize::try_from(length).ok().and_then(|length| length.checked_sub(4)) else {
            return Next::Broken;
        };
        match reader.take(length) {
            _ if !kind.is_ascii_alphanumeric() || length > MAX_ANSWER_BYTES => Next::Broken,
            Some(body) => {
                self.rest = reader.rest();
                Next::Message(kind, body)
            }
            None => Next::Pieces,
        }
    }
}

/// Whether the body of an error message has its severity, its five-character SQLSTATE and its text ("Error and Notice
/// Message Fields").
fn is_error(body: &[u8]) -> bool {
    let Some(fields) = body.strip_suffix(b"\0\0") else { return false };
    let mut fields = fields.split(|byte| *byte == 0).map(|field| field.split_first());
    let (mut severity, mut code, mut text) = (false, false, false);
    let well_formed = fields.all(|field| {
        let Some((kind, value)) = field else { return false };
        severity |= *kind == b'S' && !value.is_empty();
        code |= *kind == b'C' && value.len() == 5 && value.iter().all(u8::is_ascii_alphanumeric);
        text |= *kind == b'M' && !value.is_empty();
        kind.is_ascii_alphabetic()
    });
    well_formed && severity && code && text
}

/// Whether these bytes begin like the answer to a ClientHello: a ServerHello or an alert; `None` if there are too few.
fn tls_answer(bytes: &[u8]) -> Option<bool> {
    match bytes {
        [0x16, 0x03, 0..=4, _, _, kind, ..] => Some(*kind == 2),
        [0x15, 0x03, 0..=4, 0, 2, level, _] => Some(matches!(level, 1 | 2)),
        [0x15 | 0x16] | [0x15 | 0x16, 0x03] | [0x15 | 0x16, 0x03, 0..=4] => None,
        [0x16, 0x03, 0..=4, ..] if bytes.len() < 6 => None,
        [0x15, 0x03, 0..=4, 0, ..] if bytes.len() < 7 => None,
        _ => Some(false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::play;
    use crate::trials;
    use proptest::prelude::*;

    /// PostgreSQL 15.20 of Debian 12 to the impossible start.
    const REFUSED: &[u8] = b"E\0\0\0\x85SFATAL\0VFATAL\0C0A000\0Munsupported frontend protocol 255.0: server supports \
        3.0 to 3.0\0Fpostmaster.c\0L2220\0RProcessStartupPacket\0\0";
    /// The same to a login without a password that it trusts.
    const TRUSTED: &[u8] = b"R\0\0\0\x08\0\0\0\0S\0\0\0\x16application_name\0\0S\0\0\0\x19client_encoding\0UTF8\0\
        S\0\0\0\x14is_superuser\0on\0S\0\0\0\x32server_version\x0015.20 (Debian 15.20-0+deb12u1)\0\
        K\0\0\0\x0c\0\0r\x0e\x94\x15\xce\xedZ\0\0\0\x05I";
    const ALERT: &[u8] = b"\x15\x03\x01\0\x02\x02\x28";

    fn consent() -> Manner {
        Manner { logins: true, ..Manner::default() }
    }

    fn asked() -> Postgresql {
        Postgresql::new(&consent())
    }

    fn database(seen: Option<Seen>) -> (Observed<bool>, Observed<bool>) {
        match seen.expect("PostgreSQL").detail {
            Detail::Database(database) => (database.without_password, database.tls_offered),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn real_servers() {
        let (seen, sent) = play(&mut asked(), &[b"N", REFUSED]);
        assert_eq!(database(seen), (Observed::default(), Known(false)));
        assert_eq!(sent, [TLS_REQUEST.to_vec(), IMPOSSIBLE_START.to_vec()]);
        let (seen, sent) = play(&mut asked(), &[b"S", ALERT]);
        assert_eq!(database(seen), (Observed::default(), Known(true)));
        assert_eq!(sent[1], CLIENT_HELLO);
        let (seen, sent) = play(&mut Login::new(&consent()), &[TRUSTED]);
        let seen = seen.expect("PostgreSQL");
        assert_eq!((seen.version.as_deref(), sent.len()), (Some("15.20"), 1));
        assert_eq!(database(Some(seen)).0, Known(true));
        let inside = Manner { encrypted: true, ..Manner::default() };
        assert_eq!(database(play(&mut Postgresql::new(&inside), &[REFUSED]).0).1, Known(true));
    }

    #[test]
    fn a_password_is_asked_for() {
        for request in [b"R\0\0\0\x08\0\0\0\x03".as_slice(), b"R\0\0\0\x17\0\0\0\x0aSCRAM-SHA-256\0\0"] {
            let (seen, _) = play(&mut Login::new(&consent()), &[request]);
            assert_eq!(database(seen).0, Known(false));
        }
        // pg_hba.conf has no line for us: neither let in nor asked.
        let refused = b"E\0\0\0\x33SFATAL\0VFATAL\0C28000\0Mno pg_hba.conf entry\0Rx\0\0";
        assert_eq!(database(play(&mut Login::new(&consent()), &[refused]).0).0, Observed::default());
    }

    #[test]
    fn no_login_without_consent() {
        let (seen, sent) = play(&mut Login::new(&Manner::default()), &[TRUSTED]);
        assert_eq!((seen, sent.len()), (None, 0));
        let (_, sent) = play(&mut asked(), &[b"N", REFUSED]);
        assert!(!sent.concat().windows(4).any(|window| window == b"user"));
    }

    #[test]
    fn lengths_are_right() {
        assert_eq!(LOGIN_START.len(), 0x29);
        assert_eq!(CLIENT_HELLO.len(), 5 + 0x4b);
    }

    #[test]
    fn pieces_and_others() {
        trials::stream_proven_by(asked, &[b"N", REFUSED], 1);
        trials::stream_proven_by(asked, &[b"S", ALERT], 1);
        // The beginning of PostgreSQL 15.20's ServerHello.
        trials::stream_proven_by(asked, &[b"S", b"\x16\x03\x03\0\x2a\x02"], 1);
        trials::stream_proven_by(|| Login::new(&consent()), &[&TRUSTED[..9]], 0);
        trials::stream_proven_by(|| Login::new(&consent()), &[&TRUSTED[..9], b"later"], 0);
        trials::strangers(asked, b"");
        trials::strangers(|| Login::new(&consent()), b"");
        for strange in [b"SSH-2.0-x\r\n".as_slice(), b"NO\r\n", b"N"] {
            assert_eq!(play(&mut asked(), &[strange, strange]).0, None);
        }
    }

    proptest! {
        #[test]
        fn any_bytes(bytes: Vec<u8>, rest: Vec<u8>) {
            play(&mut asked(), &[&bytes, &rest]);
            prop_assert_eq!(play(&mut asked(), &[b"N", &rest]).0, None);
            play(&mut Login::new(&consent()), &[&[b"R\0\0\0\x08\0\0\0\0".as_slice(), &bytes].concat()]);
            is_error(&bytes);
        }
    }
}
