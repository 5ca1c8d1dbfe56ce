//! Redis and its kin Valkey and KeyDB (Redis serialization protocol, RESP 2).
//!
//! `PING` is no login: without a password it is answered, with one it is refused. An open server is asked for its
//! version. Deliberately absent: `AUTH`, and every command that touches a key.

use crate::bytes::clean;
use crate::dialogue::{Detail, Dialogue, Event, MAX_ANSWER_BYTES, Manner, Seen, Step};
use visite_facts::facts::{DeviceDatabase, NetworkService};
use visite_facts::{Known, Observed};

const PING: &[u8] = b"*1\r\n$4\r\nPING\r\n";
const INFO: &[u8] = b"*2\r\n$4\r\nINFO\r\n$6\r\nserver\r\n";
/// Longest answer to `PING`: the refusal of the protected mode is the longest, with about 800 bytes.
const MAX_LINE_BYTES: usize = 2048;

/// Asks a server whether it answers.
#[derive(Clone, Debug)]
pub struct Redis {
    encrypted: bool,
    /// Whether `PING` was answered and the version asked for.
    open: bool,
}

impl Redis {
    /// No login, whatever the manner says.
    pub fn new(manner: &Manner) -> Self {
        Self { encrypted: manner.encrypted, open: false }
    }

    fn pong(&mut self, bytes: &[u8]) -> Step<Seen> {
        let Some(line) = bytes.strip_suffix(b"\r\n").filter(|line| !line.contains(&b'\n')) else {
            let whole = bytes.contains(&b'\n') || bytes.len() > MAX_LINE_BYTES;
            let may_become_one = b"+PONG\r\n".starts_with(bytes) || (bytes.starts_with(b"-") && !whole);
            return if may_become_one { Step::More } else { Step::NotThis };
        };
        let refusal = line.strip_prefix(b"-");
        let word = |refusal: &[u8]| refusal.split(|byte| *byte == b' ').next().map(<[u8]>::to_vec);
        match (line, refusal.and_then(word).as_deref()) {
            (b"+PONG", _) => {
                self.open = true;
                Step::Send(INFO.to_vec())
            }
            // A password is asked for, or nobody from outside is let in (protected mode).
            (b"-NOAUTH Authentication required.", _) | (_, Some(b"DENIED")) => Step::Done(self.seen(Known(false))),
            // How servers before 2.8 ask for a password.
            (b"-ERR operation not permitted", _) => Step::Done(self.seen(Known(false))),
            // The rights of nobody do not include `PING`.
            (_, Some(b"NOPERM")) => Step::Done(self.seen(Known(false))),
            // It starts, is busy with a script, or has lost its main server.
            (_, Some(b"LOADING" | b"BUSY" | b"MASTERDOWN")) => Step::Done(self.seen(Observed::default())),
            _ => Step::NotThis,
        }
    }

    /// Reads the version from a bulk string with one `key:value` a line.
    fn info(&self, bytes: &[u8]) -> Step<Seen> {
        let mut seen = self.seen(Known(true));
        let Some(rest) = bytes.strip_prefix(b"$") else { return Step::Done(seen) };
        let Some(end) = rest.iter().take(8).position(|byte| *byte == b'\r') else {
            return if rest.len() < 8 { Step::More } else { Step::Done(seen) };
        };
        let (length, text) = rest.split_at_checked(end).unwrap_or_default();
        let length = core::str::from_utf8(length).ok().and_then(|length| length.parse::<usize>().ok());
        let whole = length.is_some_and(|length| text.len() >= length.saturating_add(4));
        if !whole && length.is_some() && bytes.len() < MAX_ANSWER_BYTES {
            return Step::More;
        }
        let value = |key: &[u8]| {
            let line = text.split(|byte| *byte == b'\n').find_map(|line| line.strip_prefix(key));
            line.and_then(|value| clean(value, 40))
        };
        (seen.product, seen.version) = match (value(b"valkey_version:"), value(b"redis_version:")) {
            (Some(version), _) => (Some("Valkey".to_owned()), Some(version)),
            (None, version) => (Some("Redis".to_owned()), version),
        };
        Step::Done(seen)
    }

    fn seen(&self, without_password: Observed<bool>) -> Seen {
        let mut seen = Seen::new(NetworkService::Redis);
        seen.detail = Detail::Database(DeviceDatabase {
            service: Known(NetworkService::Redis),
            without_password,
            // TLS has a port of its own.
            tls_offered: Known(self.encrypted),
            ..DeviceDatabase::default()
        });
        seen
    }
}

impl Dialogue for Redis {
    type Answer = Seen;

    fn step(&mut self, event: Event<'_>) -> Step<Seen> {
        match event {
            Event::Connected => Step::Send(PING.to_vec()),
            Event::Received(bytes) if self.open => self.info(bytes),
            Event::Received(bytes) => self.pong(bytes),
            Event::Silence | Event::Closed if self.open => Step::Done(self.seen(Known(true))),
            Event::Silence | Event::Closed => Step::NotThis,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::play;
    use crate::trials;
    use proptest::prelude::*;

    /// Redis 7.0.15 of Debian 12 (shortened).
    const SERVER: &[u8] = b"$64\r\n# Server\r\nredis_version:7.0.15\r\nredis_mode:standalone\r\nhz:10\r\n\r\n\r\n";
    const NO_PASSWORD_GIVEN: &[u8] = b"-NOAUTH Authentication required.\r\n";

    fn redis() -> Redis {
        Redis::new(&Manner::default())
    }

    fn without_password(answers: &[&[u8]]) -> Option<Observed<bool>> {
        match play(&mut redis(), answers).0?.detail {
            Detail::Database(database) => Some(database.without_password),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn real_servers() {
        let (seen, sent) = play(&mut redis(), &[b"+PONG\r\n", SERVER]);
        let seen = seen.expect("Redis");
        assert_eq!((seen.product.as_deref(), seen.version.as_deref()), (Some("Redis"), Some("7.0.15")));
        assert_eq!(sent, [PING, INFO]);
        assert_eq!(without_password(&[b"+PONG\r\n", SERVER]), Some(Known(true)));
        assert_eq!(without_password(&[NO_PASSWORD_GIVEN]), Some(Known(false)));
    }

    #[test]
    fn other_refusals() {
        assert_eq!(
            without_password(&[b"-DENIED Redis is running in protected mode because x\r\n"]),
            Some(Known(false))
        );
        assert_eq!(
            without_password(&[b"-LOADING Redis is loading the dataset in memory\r\n"]),
            Some(Observed::default())
        );
        assert_eq!(without_password(&[b"-ERR unknown command 'PING'\r\n"]), None);
        assert_eq!(without_password(&[b"+PONG\r\n+PONG\r\n"]), None);
        assert_eq!(without_password(&[b"+PONG\r\n", b"-ERR no\r\n"]), Some(Known(true)));
    }

    #[test]
    fn pieces_and_others() {
        trials::stream_proven_by(redis, &[b"+PONG\r\n", SERVER], 0);
        trials::stream_proven_by(redis, &[NO_PASSWORD_GIVEN], 0);
        trials::strangers(redis, b"");
    }

    proptest! {
        #[test]
        fn any_bytes(bytes: Vec<u8>) {
            prop_assert_eq!(play(&mut redis(), &[&bytes]).0, None);
            play(&mut redis(), &[b"+PONG\r\n", &bytes]);
            play(&mut redis(), &[b"+PONG\r\n", &[b"$9\r\n".as_slice(), &bytes].concat()]);
        }
    }
}
