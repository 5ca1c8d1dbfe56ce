//! Telnet: negotiation of options (RFC 854, RFC 855) and the first screen.
//!
//! The server speaks first, so that [`Telnet`] can listen beside other dialogues. Recognised is only who negotiates: text
//! alone, even `login:`, proves nothing. Every option is refused. Deliberately absent: any input to the server.

use crate::bytes::clean;
use crate::{Dialogue, Event, Manner, Seen, Step, TextPlace};
use visite_facts::facts::NetworkService;

const IAC: u8 = 255;
const SUBNEGOTIATION: u8 = 250;
const SUBNEGOTIATION_END: u8 = 240;
const WILL: u8 = 251;
const WONT: u8 = 252;
const DO: u8 = 253;
const DONT: u8 = 254;

/// Most rounds of negotiation that are answered.
const MAX_ROUNDS: usize = 6;
/// Most options of one round that are answered.
const MAX_REFUSALS: usize = 40;
/// Most bytes of the first screen that are kept, and characters of it that are told.
const MAX_SCREEN: usize = 2048;
const MAX_TEXT: usize = 512;

/// Recognises Telnet and reads its first screen.
#[derive(Clone, Debug)]
pub struct Telnet {
    /// Whether it has negotiated.
    proved: bool,
    rounds: usize,
    /// Text of the rounds that are over, and of the one that goes on.
    screen: Vec<u8>,
    pending: Vec<u8>,
    /// What was sent last: who sends it back is an echo.
    refused: Vec<u8>,
}

impl Telnet {
    /// A new conversation.
    pub fn new(_manner: &Manner) -> Self {
        Self { proved: false, rounds: 0, screen: Vec::new(), pending: Vec::new(), refused: Vec::new() }
    }

    fn done(&self) -> Step<Seen> {
        let mut seen = Seen::new(NetworkService::Telnet);
        let screen = [self.screen.as_slice(), self.pending.as_slice()].concat();
        seen.texts.extend(clean(&screen, MAX_TEXT).map(|text| (TextPlace::TelnetBanner, text)));
        Step::Done(seen)
    }

    fn received(&mut self, bytes: &[u8]) -> Step<Seen> {
        let echo = !self.refused.is_empty() && bytes == self.refused;
        // A server negotiates before it writes.
        if echo || !self.proved && bytes.first() != Some(&IAC) {
            return Step::NotThis;
        }
        let Some(parsed) = parse(bytes) else { return Step::NotThis };
        self.pending = parsed.text;
        if !parsed.whole {
            return Step::More;
        }
        self.proved |= parsed.negotiated;
        if !self.proved {
            return Step::NotThis;
        }
        if asks_for_login(&self.pending) || bytes.len() >= MAX_SCREEN {
            return self.done();
        }
        if !parsed.refusals.is_empty() && self.rounds < MAX_ROUNDS {
            self.rounds += 1;
            let room = MAX_SCREEN.saturating_sub(self.screen.len());
            self.screen.extend(self.pending.drain(..).take(room));
            self.refused.clone_from(&parsed.refusals);
            return Step::Send(parsed.refusals);
        }
        Step::More
    }
}

impl Dialogue for Telnet {
    type Answer = Seen;

    fn step(&mut self, event: Event<'_>) -> Step<Seen> {
        match event {
            Event::Connected => Step::More,
            Event::Received(bytes) => self.received(bytes),
            Event::Silence | Event::Closed if self.proved => self.done(),
            Event::Silence | Event::Closed => Step::NotThis,
        }
    }
}

/// What a server sent, apart.
struct Parsed {
    text: Vec<u8>,
    /// Answers to what it wants and offers.
    refusals: Vec<u8>,
    /// Whether it negotiated at all.
    negotiated: bool,
    /// Whether no command breaks off at the end.
    whole: bool,
}

/// Takes commands and text apart; `None` for what no server sends.
fn parse(bytes: &[u8]) -> Option<Parsed> {
    let mut parsed = Parsed { text: Vec::new(), refusals: Vec::new(), negotiated: false, whole: true };
    let mut bytes = bytes.iter().copied();
    let mut answered = 0;
    while let Some(byte) = bytes.next() {
        if byte != IAC {
            is_text(byte).then_some(())?;
            if parsed.text.len() < MAX_SCREEN {
                parsed.text.push(byte);
            }
            continue;
        }
        parsed.whole = false;
        let Some(command) = bytes.next() else { break };
        match command {
            WILL | WONT | DO | DONT => {
                let Some(option) = bytes.next() else { break };
                is_option(option).then_some(())?;
                parsed.negotiated = true;
                let refusal = match command {
                    WILL => Some(DONT),
                    DO => Some(WONT),
                    _ => None,
                };
                if let Some(refusal) = refusal
                    && answered < MAX_REFUSALS
                {
                    answered += 1;
                    parsed.refusals.extend([IAC, refusal, option]);
                }
            }
            SUBNEGOTIATION => {
                let Some(option) = bytes.next() else { break };
                is_option(option).then_some(())?;
                let mut before = 0;
                bytes.find(|byte| std::mem::replace(&mut before, *byte) == IAC && *byte == SUBNEGOTIATION_END)?;
            }
            // Commands without more: no operation, data mark, break, are you there, go ahead ...
            241..=249 => {}
            _ => return None,
        }
        parsed.whole = true;
    }
    Some(parsed)
}

/// Options that IANA lists.
fn is_option(option: u8) -> bool {
    matches!(option, 0..=49 | 138..=140)
}

/// Anything but control characters that no terminal takes for layout.
fn is_text(byte: u8) -> bool {
    byte >= b' ' && byte != 0x7f || matches!(byte, 0 | 7..=13 | 0x1b)
}

/// Whether a screen ends where a server waits for a name or a password.
fn asks_for_login(screen: &[u8]) -> bool {
    let last = screen.trim_ascii_end();
    ["login:", "username:", "password:", "user name:"].iter().any(|end| {
        let start = last.len().saturating_sub(end.len());
        last.get(start..).is_some_and(|text| text.eq_ignore_ascii_case(end.as_bytes()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::play;
    use crate::trials;
    use proptest::prelude::*;

    /// inetutils-telnetd 2.4 on Debian 12 when everything is refused; kernel and host name are exchanged.
    const TELNETD: [&[u8]; 4] = [
        b"\xff\xfb%\xff\xfb&\xff\xfd\x18\xff\xfd \xff\xfd#\xff\xfd'\xff\xfd$",
        b"\xff\xfb\x03\xff\xfd\x01\xff\xfd\"\xff\xfd\x1f\xff\xfb\x05\xff\xfd!",
        b"\xff\xfb\x01\xff\xfd\x06\xff\xfd\0",
        b"\r\nLinux 6.1.0-13-amd64 (localhost) (pts/0)\r\n\r\n\xff\xfb\x03\xff\xfb\x01muster login: ",
    ];

    fn telnet() -> Telnet {
        Telnet::new(&Manner::default())
    }

    fn text(seen: Option<Seen>) -> Option<String> {
        let seen = seen?;
        assert_eq!(seen.service, NetworkService::Telnet);
        Some(seen.texts.into_iter().map(|(place, text)| (place == TextPlace::TelnetBanner, text)).next()?.1)
    }

    #[test]
    fn telnetd_shows_its_screen() {
        let (seen, sent) = play(&mut telnet(), &TELNETD);
        trials::is_taken_by_nobody_else(seen.as_ref(), &TELNETD);
        let screen = "Linux 6.1.0-13-amd64 (localhost) (pts/0) muster login:";
        assert_eq!(text(seen).as_deref(), Some(screen));
        assert_eq!(sent.len(), 3);
        assert!(sent.iter().flat_map(|bytes| bytes.chunks(3)).all(|c| matches!(c, [IAC, WONT | DONT, _])));
        assert_eq!(text(trials::play_in_pieces(&mut telnet(), &TELNETD, 1)).as_deref(), Some(screen));
        // A server that negotiates and keeps silent is Telnet as well.
        assert_eq!(play(&mut telnet(), &[TELNETD[0], b""]).0, Some(Seen::new(NetworkService::Telnet)));
        // One that never stops asking is answered a few times only.
        let (seen, sent) = play(&mut telnet(), &[TELNETD[0]; 20]);
        assert_eq!((seen.is_some(), sent.len()), (true, MAX_ROUNDS));
    }

    #[test]
    fn subnegotiation_and_other_commands_are_passed_over() {
        let first = b"\xff\xfd\x18\xff\xfa\x18\x01\xff\xf0\xff\xf1".as_slice();
        let (seen, sent) = play(&mut telnet(), &[first, b"Switch\r\nUsername: "]);
        assert_eq!(text(seen).as_deref(), Some("Switch Username:"));
        assert_eq!(sent, [[IAC, WONT, 0x18]]);
    }

    #[test]
    fn text_alone_is_no_telnet() {
        trials::strangers_but(trials::TELNET, telnet, b"");
        assert!(trials::play_echo(&mut telnet(), TELNETD[0], false).is_none());
        for stranger in
            [b"muster login: ".as_slice(), b"\xff", b"\xff\xff\xfd\x01", b"\xff\xfd\xee", b"\xff\xfd\x01\x03\x04\x05"]
        {
            assert_eq!(play(&mut telnet(), &[stranger, b""]).0, None, "{stranger:02x?}");
            assert_eq!(play(&mut telnet(), &[stranger]).0, None, "{stranger:02x?}");
        }
        // Negotiates, then sends something else.
        assert_eq!(play(&mut telnet(), &[TELNETD[0], b"\x16\x03\x01\0\x05"]).0, None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken(first: Vec<u8>, second: Vec<u8>) {
            if first.first() != Some(&IAC) {
                prop_assert_eq!(play(&mut telnet(), &[&first]).0, None);
            }
            let _ = play(&mut telnet(), &[&[IAC].iter().chain(&first).copied().collect::<Vec<_>>()]);
            let _ = play(&mut telnet(), &[TELNETD[0], &second, &first]);
        }
    }
}
