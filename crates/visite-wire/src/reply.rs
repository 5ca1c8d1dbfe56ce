//! Answers that begin with a number of three digits, as mail and file transfer have them (RFC 5321, 4.2; RFC 959, 4.2).

use crate::bytes::{Reading, clean};

/// One answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reply {
    pub code: u16,
    /// Its lines without the number, safe to show; empty lines are left out.
    pub lines: Vec<String>,
}

/// How the lines between the first and the last look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Between {
    /// Each begins with the number (SMTP).
    Numbered,
    /// Like anything (FTP).
    Free,
}

/// Most bytes of an answer. Nobody says more to a greeting.
const MAX_BYTES: usize = 16 * 1024;
/// Most lines of an answer.
const MAX_LINES: usize = 256;
/// Most bytes of a line; the standards allow 512.
const MAX_LINE: usize = 2048;
/// Most characters of a line that are kept.
const MAX_TEXT: usize = 512;

/// A line and what is behind it: `Begun` as long as its end is missing.
pub(crate) fn split_line(bytes: &[u8]) -> Reading<(&[u8], &[u8])> {
    match bytes.iter().take(MAX_LINE).position(|byte| *byte == b'\n') {
        None if bytes.len() >= MAX_LINE => Reading::Bad,
        None => Reading::Begun,
        Some(end) => match bytes.split_at_checked(end) {
            Some((line, [_, rest @ ..])) => Reading::Whole((line.strip_suffix(b"\r").unwrap_or(line), rest)),
            _ => Reading::Bad,
        },
    }
}

impl Reply {
    /// Reads an answer. Several answers with the same number count as one: some servers greet in this way.
    pub(crate) fn read(bytes: &[u8], between: Between) -> Reading<Self> {
        if bytes.len() > MAX_BYTES || !bytes.iter().zip(0..3).all(|(byte, _)| byte.is_ascii_digit()) {
            return Reading::Bad;
        }
        let mut reply = Self { code: 0, lines: Vec::new() };
        let (mut rest, mut open) = (bytes, true);
        for _ in 0..MAX_LINES {
            if rest.is_empty() && !open {
                return Reading::Whole(reply);
            }
            let (line, behind) = match split_line(rest) {
                Reading::Whole(split) => split,
                Reading::Begun => return Reading::Begun,
                Reading::Bad => return Reading::Bad,
            };
            rest = behind;
            let number = number(line).filter(|(code, ..)| reply.code == 0 || *code == reply.code);
            let text = match number {
                Some((code, last, text)) => {
                    reply.code = code;
                    open = !last;
                    text
                }
                None if open && reply.code != 0 && between == Between::Free => line,
                None => return Reading::Bad,
            };
            reply.lines.extend(clean(text, MAX_TEXT));
        }
        Reading::Bad
    }
}

/// The number at the front of a line, whether the answer ends with this line, and the text.
fn number(line: &[u8]) -> Option<(u16, bool, &[u8])> {
    let (digits, text) = line.split_at_checked(3)?;
    let first = matches!(digits.first(), Some(b'1'..=b'5'));
    let code = core::str::from_utf8(digits).ok()?.parse().ok()?;
    let sound = first && digits.iter().all(u8::is_ascii_digit);
    match text {
        _ if !sound => None,
        [] => Some((code, true, text)),
        [b' ', text @ ..] => Some((code, true, text)),
        [b'-', text @ ..] => Some((code, false, text)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str, between: Between) -> Reading<(u16, String)> {
        match Reply::read(text.as_bytes(), between) {
            Reading::Whole(reply) => Reading::Whole((reply.code, reply.lines.join("|"))),
            Reading::Begun => Reading::Begun,
            Reading::Bad => Reading::Bad,
        }
    }

    #[test]
    fn answers_are_read_to_their_end() {
        let whole = |code, text: &str| Reading::Whole((code, text.to_owned()));
        assert_eq!(read("220 hello\r\n", Between::Numbered), whole(220, "hello"));
        assert_eq!(read("250\r\n", Between::Numbered), whole(250, ""));
        assert_eq!(read("250-a\r\n250-b\r\n250 c\r\n", Between::Numbered), whole(250, "a|b|c"));
        assert_eq!(read("211-Features:\r\n UTF8\r\n211 End\r\n", Between::Free), whole(211, "Features:|UTF8|End"));
        assert_eq!(read("211-Features:\r\n UTF8\r\n211 End\r\n", Between::Numbered), Reading::Bad);
        assert_eq!(read("220 a\r\n220 b\n", Between::Free), whole(220, "a|b"));
        assert_eq!(read("220 a\r\n221 b\n", Between::Free), Reading::Bad);
        for begun in ["", "2", "220", "220 hel", "220-a\r\n", "220-a\r\n220"] {
            assert_eq!(read(begun, Between::Numbered), Reading::Begun, "{begun}");
        }
        for bad in ["HTTP/1.1", "2x", "220x\r\n", "620 a\r\n", "020 a\r\n", "220 a\r\nb\r\n"] {
            assert_eq!(read(bad, Between::Numbered), Reading::Bad, "{bad}");
        }
    }

    #[test]
    fn an_endless_answer_is_none() {
        assert_eq!(read(&"220-more\r\n".repeat(300), Between::Free), Reading::Bad);
        assert_eq!(read(&format!("220 {}", "a".repeat(MAX_LINE)), Between::Free), Reading::Bad);
    }

    proptest! {
        #[test]
        fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            Reply::read(&bytes, Between::Free);
            Reply::read(&[b"220-a\r\n".as_slice(), &bytes].concat(), Between::Numbered);
        }
    }
}
