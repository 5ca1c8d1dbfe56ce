//! Files of one record a line: passwd(5), shadow(5), group(5).
//!
//! For the parsers of this folder. A line that cannot be read is remembered by its number only, because its text may
//! hold a hash or a person's name.

use visite_facts::{Completeness, Problem, UnknownReason};

/// Most records that are read from one file; real computers have a few hundred.
pub const MAX_ENTRIES: usize = 50_000;
/// Longest name of an account or group that is believed, in bytes; useradd(8) stops at 256.
const MAX_NAME_BYTES: usize = 256;

/// What one file held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lines<T> {
    /// The records, in the order of the file.
    pub entries: Vec<T>,
    /// Numbers of lines that could not be read.
    pub malformed: Vec<usize>,
    /// Numbers of lines that start with `+` or `-` and bring in accounts of a directory, nss_compat.
    pub compat: Vec<usize>,
    /// Whether the file had more than [`MAX_ENTRIES`] records.
    pub truncated: bool,
}

/// Reads every line with `parse`. Like glibc it skips blanks at the start, empty lines and comments.
pub(crate) fn parse_lines<T>(text: &str, parse: impl Fn(&str) -> Option<T>) -> Lines<T> {
    let mut lines = Lines { entries: Vec::new(), malformed: Vec::new(), compat: Vec::new(), truncated: false };
    for (index, line) in text.lines().enumerate() {
        let line = line.trim_start();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if lines.entries.len() >= MAX_ENTRIES {
            lines.truncated = true;
            break;
        }
        if line.starts_with(['+', '-']) {
            lines.compat.push(index + 1);
            continue;
        }
        match parse(line) {
            Some(entry) => lines.entries.push(entry),
            None => lines.malformed.push(index + 1),
        }
    }
    lines
}

impl<T> Lines<T> {
    /// Whether these are all records of the file.
    pub fn completeness(&self) -> Completeness {
        match self {
            Self { truncated: true, .. } => Completeness::Incomplete(UnknownReason::Incomplete),
            Self { malformed, .. } if !malformed.is_empty() => Completeness::Incomplete(UnknownReason::Malformed),
            Self { compat, .. } if !compat.is_empty() => Completeness::Incomplete(UnknownReason::NotSupported),
            _ => Completeness::Complete,
        }
    }

    /// What to list in the snapshot for the file `path`.
    pub fn problems(&self, path: &str) -> Vec<Problem> {
        let problem = |reason, detail| Problem { source: path.to_owned(), reason, detail };
        let mut problems = Vec::new();
        if !self.malformed.is_empty() {
            problems.push(problem(UnknownReason::Malformed, line_numbers(&self.malformed)));
        }
        if !self.compat.is_empty() {
            let detail = format!("entries of a network directory are brought in, {}", line_numbers(&self.compat));
            problems.push(problem(UnknownReason::NotSupported, detail));
        }
        if self.truncated {
            problems.push(problem(UnknownReason::Incomplete, format!("more than {MAX_ENTRIES} entries")));
        }
        problems
    }
}

/// `line 3`, `lines 3, 7`, or `lines 1, 2, 3, 4, 5 and 12 more`.
pub fn line_numbers(numbers: &[usize]) -> String {
    const SHOWN: usize = 5;
    let shown: Vec<String> = numbers.iter().take(SHOWN).map(usize::to_string).collect();
    let word = if numbers.len() == 1 { "line" } else { "lines" };
    match numbers.len().checked_sub(SHOWN) {
        Some(more) if more > 0 => format!("{word} {} and {more} more", shown.join(", ")),
        _ => format!("{word} {}", shown.join(", ")),
    }
}

/// Whether `name` can be the name of an account or group: not empty, not endless, nothing that a terminal obeys.
pub fn is_name(name: &str) -> bool {
    !name.is_empty() && name.len() <= MAX_NAME_BYTES && !name.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_line_is_counted_and_never_quoted() {
        let lines = parse_lines("one\n\n# note\n  two\nbad\n+nis\n", |line| (line != "bad").then(|| line.to_owned()));
        assert_eq!(lines.entries, ["one", "two"]);
        assert_eq!(lines.completeness(), Completeness::Incomplete(UnknownReason::Malformed));
        let details: Vec<_> = lines.problems("/etc/passwd").into_iter().map(|problem| problem.detail).collect();
        assert_eq!(details, ["line 5", "entries of a network directory are brought in, line 6"]);
    }

    #[test]
    fn many_line_numbers_are_shortened() {
        assert_eq!(line_numbers(&[3, 7]), "lines 3, 7");
        assert_eq!(line_numbers(&[1, 2, 3, 4, 5, 6, 7]), "lines 1, 2, 3, 4, 5 and 2 more");
    }

    #[test]
    fn a_name_is_short_and_printable() {
        assert!(is_name("anna"));
        assert!(!is_name(""));
        assert!(!is_name("an\u{1b}na"));
        assert!(!is_name(&"a".repeat(300)));
    }
}
