//! Rsync daemon: greeting and the end of its list of modules.
//!
//! There is no standard; this follows what rsync itself does: the server greets with `@RSYNCD: 31.0`, newer ones with
//! their checksums behind it; the client greets back and asks for the list, which ends with `@RSYNCD: EXIT`. The server
//! speaks first, so that [`Rsync`] can listen beside other dialogues. Deliberately absent: names of modules, and opening
//! one.

use crate::{Dialogue, Event, Manner, Seen, Step};
use visite_facts::facts::NetworkService;

const START: &[u8] = b"@RSYNCD: ";
/// Longest greeting that is waited for.
const MAX_GREETING: usize = 256;
/// Longest list that is waited for.
const MAX_LIST: usize = 60 * 1024;

/// Recognises an rsync daemon.
#[derive(Clone, Debug)]
pub struct Rsync {
    greeted: bool,
}

impl Rsync {
    /// A new conversation.
    pub fn new(_manner: &Manner) -> Self {
        Self { greeted: false }
    }
}

impl Dialogue for Rsync {
    type Answer = Seen;

    fn step(&mut self, event: Event<'_>) -> Step<Seen> {
        let bytes = match event {
            Event::Connected => return Step::More,
            Event::Received(bytes) => bytes,
            Event::Silence | Event::Closed => return Step::NotThis,
        };
        if self.greeted {
            return match ends_list(bytes) {
                Some(true) => Step::Done(Seen::new(NetworkService::Rsync)),
                Some(false) => Step::NotThis,
                None => Step::More,
            };
        }
        match greets(bytes) {
            Some(true) => {
                self.greeted = true;
                // A client of version 30 does not have to name its checksums.
                Step::Send(b"@RSYNCD: 30.0\n#list\n".to_vec())
            }
            Some(false) => Step::NotThis,
            None => Step::More,
        }
    }
}

/// Whether the first line greets: version, and behind a space names of checksums. A text of welcome may follow it.
fn greets(bytes: &[u8]) -> Option<bool> {
    if !bytes.iter().zip(START).all(|(byte, wanted)| byte == wanted) {
        return Some(false);
    }
    let rest = bytes.get(START.len()..)?;
    let mut lines = rest.split(|byte| *byte == b'\n');
    let line = lines.next()?;
    let odd = |byte: &u8| !byte.is_ascii_graphic() && *byte != b' ';
    if line.iter().any(odd) || line.first().is_some_and(|byte| !byte.is_ascii_digit()) || line.len() > MAX_GREETING {
        return Some(false);
    }
    lines.next()?;
    let version = line.split(|byte| *byte == b' ').next()?;
    let (major, minor) = match version.iter().position(|byte| *byte == b'.') {
        Some(dot) => (version.get(..dot)?, version.get(dot + 1..)?),
        None => (version, b"0".as_slice()),
    };
    let number = |digits: &[u8]| matches!(digits.len(), 1..=3) && digits.iter().all(u8::is_ascii_digit);
    Some(number(major) && number(minor))
}

/// Whether this is a list of modules with its end, or an error in the daemon's form. Lines are not kept.
fn ends_list(bytes: &[u8]) -> Option<bool> {
    let text = |byte: &u8| !byte.is_ascii_control() || matches!(*byte, b'\n' | b'\t' | b'\r');
    if bytes.len() > MAX_LIST || !bytes.iter().all(text) {
        return Some(false);
    }
    let last = bytes.strip_suffix(b"\n")?.rsplit(|byte| *byte == b'\n').next()?;
    (last == b"@RSYNCD: EXIT" || last.starts_with(b"@ERROR: ")).then_some(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::play;
    use crate::trials;
    use proptest::prelude::*;

    /// rsync 3.5.0 on Debian 12, and its list with one module.
    const GREETING: &[u8] = b"@RSYNCD: 32.0 sha512 sha256 sha1 md5 md4\n";
    const LIST: &[u8] = b"patienten      \tx\n@RSYNCD: EXIT\n";

    fn rsync() -> Rsync {
        Rsync::new(&Manner::default())
    }

    #[test]
    fn a_daemon_is_recognised_and_its_modules_forgotten() {
        let (seen, sent) = play(&mut rsync(), &[GREETING, LIST]);
        assert_eq!(seen, Some(Seen::new(NetworkService::Rsync)));
        assert_eq!(sent, [b"@RSYNCD: 30.0\n#list\n"]);
        trials::stream_proven_by(rsync, &[GREETING, LIST], 1);
        // Older ones have no checksums; a text of welcome may come at once; a client may be unwelcome.
        let others: [[&[u8]; 2]; 3] = [
            [b"@RSYNCD: 26\n", b"@RSYNCD: EXIT\n"],
            [b"@RSYNCD: 31.0 md5\nWelcome\n\n", LIST],
            [GREETING, b"@ERROR: access denied to #list from unknown (192.168.10.9)\n"],
        ];
        for conversation in others {
            assert!(play(&mut rsync(), &conversation).0.is_some(), "{conversation:02x?}");
        }
    }

    #[test]
    fn holds_against_strangers() {
        trials::strangers(rsync, GREETING);
        for wrong in ["@RSYNCD: \n", "@RSYNCD: x\n", "@RSYNCD: 31.0\x07\n", "@RSYNCD: 3100.0\n", "@rsyncd: 31\n"] {
            assert_eq!(rsync().step(Event::Received(wrong.as_bytes())), Step::NotThis, "{wrong:?}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken(first: Vec<u8>, second: Vec<u8>) {
            prop_assert_eq!(play(&mut rsync(), &[&first]).0, None);
            prop_assert_eq!(play(&mut rsync(), &[GREETING, &second]).0, None);
            let _ = greets(&[START, &first].concat());
        }
    }
}
