//! Messages of things (MQTT 3.1.1 and 5): whether a broker listens, and with consent whether it lets anyone in.
//!
//! Without consent the broker is asked in a version that does not exist, which it has to refuse before it looks at any
//! login (MQTT 3.1.1, 3.1.2.2). Deliberately absent: subscriptions and messages.

use visite_facts::facts::{DeviceMqtt, NetworkService};
use visite_facts::{Known, Observed, Unknown, UnknownReason};

use crate::bytes::Reader;
use crate::{Detail, Dialogue, Event, Manner, Seen, Step};

const CLIENT: &[u8] = b"visite-scan";
/// A version that no document describes; the highest bit is left to bridges between brokers.
const NO_VERSION: u8 = 0x63;
const VERSION_3_1_1: u8 = 4;
const DISCONNECT: [u8; 2] = [0xe0, 0];

/// The dialogue, over TCP port 1883, or inside TLS port 8883.
#[derive(Clone, Debug)]
pub struct Mqtt {
    logins: bool,
    encrypted: bool,
    without_password: Observed<bool>,
}

impl Mqtt {
    /// A dialogue in this manner. A broker ends the connection after a refusal, so with consent the login comes at once.
    pub fn new(manner: &Manner) -> Self {
        let without_password = Unknown(UnknownReason::NotCollected);
        Self { logins: manner.logins, encrypted: manner.encrypted, without_password }
    }

    fn received(&mut self, bytes: &[u8]) -> Step<Seen> {
        let code = match parse_answer(bytes) {
            Ok(None) => return Step::More,
            Ok(Some(code)) => code,
            Err(()) => return Step::NotThis,
        };
        if !self.logins {
            // Unacceptable version, as 3.1.1 and as 5 say it.
            return if [1, 0x84].contains(&code) { self.done() } else { Step::NotThis };
        }
        self.without_password = match code {
            0 => Known(true),
            // Bad name or password, not authorised.
            4 | 5 => Known(false),
            _ => Unknown(UnknownReason::NotSupported),
        };
        if code == 0 { Step::Send(DISCONNECT.to_vec()) } else { self.done() }
    }

    fn done(&self) -> Step<Seen> {
        let mut seen = Seen::new(NetworkService::Mqtt);
        seen.detail = Detail::Mqtt(DeviceMqtt {
            encrypted: Known(self.encrypted),
            without_password: self.without_password.clone(),
            ..DeviceMqtt::default()
        });
        Step::Done(seen)
    }
}

impl Dialogue for Mqtt {
    type Answer = Seen;

    fn step(&mut self, event: Event<'_>) -> Step<Seen> {
        match event {
            Event::Connected => Step::Send(connect(if self.logins { VERSION_3_1_1 } else { NO_VERSION })),
            // Let in, and out again: whatever follows, the broker has been seen.
            _ if self.without_password == Known(true) => self.done(),
            Event::Received(bytes) => self.received(bytes),
            Event::Silence | Event::Closed => Step::NotThis,
        }
    }
}

/// A login without name and password, with nothing kept from before (MQTT 3.1.1, 3.1).
fn connect(version: u8) -> Vec<u8> {
    let head = [&[0, 4][..], b"MQTT", &[version, 2, 0, 10]].concat();
    let length = u8::try_from(CLIENT.len()).unwrap_or(0);
    let body = [&head[..], &[0, length], CLIENT].concat();
    [&[0x10, u8::try_from(body.len()).unwrap_or(0)][..], &body].concat()
}

/// The result code of an answer to a login; `None` while it has not come whole.
fn parse_answer(bytes: &[u8]) -> Result<Option<u8>, ()> {
    let mut reader = Reader::new(bytes);
    if reader.u8().is_some_and(|kind| kind != 0x20) {
        return Err(());
    }
    let Some(length) = reader.u8() else { return Ok(None) };
    // Version 5 has properties behind the code; up to here no broker needs a second byte for the length.
    if !(2..=0x7f).contains(&length) {
        return Err(());
    }
    let Some(body) = reader.take(usize::from(length)) else {
        let wrong = reader.rest().first().is_some_and(|flags| *flags > 1);
        return if wrong { Err(()) } else { Ok(None) };
    };
    let (Some(flags), Some(code)) = (body.first(), body.get(1)) else { return Err(()) };
    let known = match body.get(2) {
        // No session can be left over, for we asked for none (MQTT 3.1.1, 3.2.2.2).
        None => *flags == 0 && *code <= 5,
        Some(properties) => *flags == 0 && *code >= 0x80 && usize::from(*properties) == body.len().saturating_sub(3),
    };
    if known && reader.is_empty() { Ok(Some(*code)) } else { Err(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trials;
    use proptest::prelude::*;

    /// Mosquitto 2.0.11 of Debian 12: to a version that does not exist, with anonymous login allowed, and forbidden.
    const NO_SUCH_VERSION: &[u8] = &[0x20, 2, 0, 1];
    const LET_IN: &[u8] = &[0x20, 2, 0, 0];
    const REFUSED: &[u8] = &[0x20, 2, 0, 5];

    fn broker(without_password: Observed<bool>) -> Seen {
        let detail = DeviceMqtt { encrypted: Known(false), without_password, ..DeviceMqtt::default() };
        Seen { detail: Detail::Mqtt(detail), ..Seen::new(NetworkService::Mqtt) }
    }

    fn dialogue(logins: bool) -> Mqtt {
        Mqtt::new(&Manner { logins, ..Manner::default() })
    }

    #[test]
    fn recognised_without_a_login() {
        let (seen, sent) = crate::play(&mut dialogue(false), &[NO_SUCH_VERSION]);
        let unasked = broker(Unknown(UnknownReason::NotCollected));
        assert_eq!(seen.as_ref(), Some(&unasked));
        assert_eq!(sent, [trials::hex("1017 00044d515454 63 02 000a 000b 7669736974652d7363616e")]);
        assert_eq!(trials::stream(|| dialogue(false), &[NO_SUCH_VERSION]), unasked);
        trials::stream(|| dialogue(false), &[&[0x20, 3, 0, 0x84, 0]]);
        assert_eq!(
            crate::play(&mut dialogue(false), &[LET_IN]).0,
            None,
            "nobody lets in a version that does not exist"
        );
    }

    #[test]
    fn anybody_let_in() {
        for (answer, known) in
            [(LET_IN, Known(true)), (REFUSED, Known(false)), (NO_SUCH_VERSION, Unknown(UnknownReason::NotSupported))]
        {
            let (seen, sent) = crate::play(&mut dialogue(true), &[answer]);
            assert_eq!(seen, Some(broker(known.clone())));
            assert_eq!(sent.last().is_some_and(|last| *last == DISCONNECT), known == Known(true));
        }
        trials::stream(|| dialogue(true), &[LET_IN]);
    }

    #[test]
    fn wrong_answers() {
        for answer in
            [&[0x20, 2, 0, 6][..], &[0x20, 2, 1, 0], &[0x20, 2, 0, 1, 0x20], &[0x20, 1, 0], &[0x20, 4, 0, 0x84, 9, 0]]
        {
            assert_eq!(crate::play(&mut dialogue(true), &[answer]).0, None, "{answer:?}");
        }
        trials::strangers(|| dialogue(false), b"");
        trials::strangers(|| dialogue(true), b"");
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(
            noise in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..20), 0..5),
            logins: bool,
        ) {
            trials::any_bytes(dialogue(logins), &noise);
        }
    }
}
