//! PAM service files, pam.d(5): which modules run, in which order, with which arguments.
//!
//! For the rules about passwords and failed logins. Jumps (`[success=2 ...]`) are not followed: a module that stands
//! in a stack counts as one that runs.

use super::lines::line_numbers;
use crate::machine::{Machine, ReadFailure};
use visite_facts::{Problem, UnknownReason};

/// Where service files stand; a file in an earlier folder replaces one in a later folder.
const FOLDERS: &[&str] = &["/etc/pam.d", "/usr/etc/pam.d", "/usr/lib/pam.d"];
/// Deepest chain of includes that is followed; Linux-PAM stops at 16.
const MAX_DEPTH: usize = 16;
/// Most modules that a stack may have.
const MAX_MODULES: usize = 1000;

/// What a module is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Facility {
    /// Proving who someone is.
    Auth,
    /// Whether the account may be used now.
    Account,
    /// Changing the password.
    Password,
    /// Before and after a session.
    Session,
}

/// A module in a stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Module {
    /// What it does when it succeeds or fails, e.g. `required` or `[default=die]`.
    pub control: String,
    /// File name without folder and `.so`, e.g. `pam_unix`.
    pub name: String,
    /// Its arguments.
    pub arguments: Vec<String>,
}

impl Module {
    /// Whether the login or the change of password fails when the module does.
    pub fn enforces(&self) -> bool {
        !matches!(self.control.as_str(), "optional" | "sufficient")
    }

    /// The value of the last argument `name=value`.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.arguments.iter().rev().find_map(|argument| argument.strip_prefix(name)?.strip_prefix('='))
    }

    /// Whether the argument `name` is given.
    pub fn has(&self, name: &str) -> bool {
        self.arguments.iter().any(|argument| argument == name)
    }
}

/// One line of a service file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PamLine {
    /// A module.
    Module(Facility, Module),
    /// The lines of another service; all of them, or those of one facility.
    Include(Option<Facility>, String),
}

/// Reads a service file; the second part holds the numbers of lines that could not be read.
pub fn parse_pam(text: &str) -> (Vec<PamLine>, Vec<usize>) {
    let mut lines = Vec::new();
    let mut malformed = Vec::new();
    for (number, line) in joined(text) {
        let words = words(&line);
        if words.is_empty() {
            continue;
        }
        match pam_line(&words) {
            Some(line) => lines.push(line),
            None => malformed.push(number),
        }
    }
    (lines, malformed)
}

/// Lines without comments, continued ones joined, with the number of their first line.
fn joined(text: &str) -> Vec<(usize, String)> {
    let mut lines = Vec::new();
    let mut pending: Option<(usize, String)> = None;
    for (index, line) in text.lines().enumerate() {
        let line = line.split('#').next().unwrap_or_default().trim_end();
        let (_, buffer) = pending.get_or_insert_with(|| (index + 1, String::new()));
        match line.strip_suffix('\\') {
            Some(begun) => {
                buffer.push_str(begun);
                buffer.push(' ');
            }
            None => {
                buffer.push_str(line);
                lines.extend(pending.take());
            }
        }
    }
    lines.extend(pending);
    lines
}

/// Words of a line; one in square brackets may contain blanks.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = line.trim_start();
    while !rest.is_empty() {
        let end = match rest.strip_prefix('[') {
            Some(inner) => closing_bracket(inner).map_or(rest.len(), |at| at + 2),
            None => rest.find(char::is_whitespace).unwrap_or(rest.len()),
        };
        words.push(rest[..end].to_owned());
        rest = rest[end..].trim_start();
    }
    words
}

/// The place of the first `]` that is not escaped.
fn closing_bracket(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.char_indices().find_map(|(at, character)| {
        let found = character == ']' && !escaped;
        escaped = character == '\\' && !escaped;
        found.then_some(at)
    })
}

fn pam_line(words: &[String]) -> Option<PamLine> {
    if words[0].eq_ignore_ascii_case("@include") {
        return Some(PamLine::Include(None, words.get(1)?.clone()));
    }
    // A leading `-` only silences the log when the module is not installed.
    let facility = match words[0].trim_start_matches('-').to_ascii_lowercase().as_str() {
        "auth" => Facility::Auth,
        "account" => Facility::Account,
        "password" => Facility::Password,
        "session" => Facility::Session,
        _ => return None,
    };
    let control = words.get(1)?.to_ascii_lowercase();
    let target = words.get(2)?;
    if matches!(control.as_str(), "include" | "substack") {
        return Some(PamLine::Include(Some(facility), target.clone()));
    }
    let bracketed = control.starts_with('[') && control.ends_with(']');
    if !bracketed && !matches!(control.as_str(), "required" | "requisite" | "sufficient" | "optional") {
        return None;
    }
    let file = target.rsplit('/').next().unwrap_or_default();
    let name = file.strip_suffix(".so").unwrap_or(file).to_owned();
    let arguments = words[3..].iter().map(|word| argument(word)).collect();
    Some(PamLine::Module(facility, Module { control, name, arguments }))
}

/// An argument without the brackets that protected its blanks.
fn argument(word: &str) -> String {
    match word.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(inner) => inner.replace("\\]", "]"),
        None => word.to_owned(),
    }
}

/// The modules of a service for one facility.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stack {
    /// The modules in their order.
    pub modules: Vec<Module>,
    /// Why there may be others; `None` if these are all.
    pub doubt: Option<UnknownReason>,
}

impl Stack {
    /// The modules called `name`, with their places.
    pub fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = (usize, &'a Module)> {
        self.modules.iter().enumerate().filter(move |(_, module)| module.name == name)
    }
}

/// Whether there are service files at all.
pub fn is_used(machine: &Machine) -> bool {
    FOLDERS.iter().any(|folder| machine.exists(folder) != Ok(false))
}

/// The stack of `service` with everything it includes; `None` if there is no such service.
pub fn stack(machine: &Machine, service: &str, facility: Facility, problems: &mut Vec<Problem>) -> Option<Stack> {
    let mut stack = Stack::default();
    include(machine, service, facility, 0, &mut stack, problems).then_some(stack)
}

/// Adds the modules of a service; `false` if there is no such service.
fn include(
    machine: &Machine,
    service: &str,
    facility: Facility,
    depth: usize,
    stack: &mut Stack,
    problems: &mut Vec<Problem>,
) -> bool {
    let (path, text) = match service_file(machine, service) {
        (path, Ok(text)) => (path, text),
        (_, Err(ReadFailure::Absent)) => return false,
        (path, Err(failure)) => {
            doubt(stack, problems, failure.problem(&path));
            return true;
        }
    };
    let malformed = |detail: String| Problem { source: path.clone(), reason: UnknownReason::Malformed, detail };
    let (lines, unread) = parse_pam(&text);
    if !unread.is_empty() {
        doubt(stack, problems, malformed(line_numbers(&unread)));
    }
    for line in lines {
        match line {
            _ if stack.modules.len() >= MAX_MODULES => {
                doubt(stack, problems, malformed("too many modules".to_owned()));
                break;
            }
            PamLine::Module(of, module) if of == facility => stack.modules.push(module),
            PamLine::Include(of, other) if of.is_none_or(|of| of == facility) => {
                if depth >= MAX_DEPTH || stack.doubt == Some(UnknownReason::Malformed) {
                    doubt(stack, problems, malformed("too many includes".to_owned()));
                    break;
                }
                if !include(machine, &other, facility, depth + 1, stack, problems) {
                    doubt(stack, problems, ReadFailure::Absent.problem(&format!("{}/{other}", FOLDERS[0])));
                }
            }
            PamLine::Module(..) | PamLine::Include(..) => {}
        }
    }
    true
}

fn doubt(stack: &mut Stack, problems: &mut Vec<Problem>, problem: Problem) {
    stack.doubt.get_or_insert(problem.reason);
    if !problems.contains(&problem) {
        problems.push(problem);
    }
}

fn service_file(machine: &Machine, service: &str) -> (String, Result<String, ReadFailure>) {
    if service.starts_with('/') {
        return (service.to_owned(), machine.read(service));
    }
    for folder in FOLDERS {
        let path = format!("{folder}/{service}");
        match machine.read(&path) {
            Err(ReadFailure::Absent) => {}
            found => return (path, found),
        }
    }
    (format!("{}/{service}", FOLDERS[0]), Err(ReadFailure::Absent))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn modules(text: &str) -> Vec<String> {
        let (lines, malformed) = parse_pam(text);
        assert_eq!(malformed, Vec::<usize>::new());
        let shown = |line: &PamLine| match line {
            PamLine::Module(_, module) => format!("{} {} {}", module.control, module.name, module.arguments.join(" ")),
            PamLine::Include(of, service) => format!("include {of:?} {service}"),
        };
        lines.iter().map(shown).collect()
    }

    #[test]
    fn the_files_of_debian_12() {
        let text = include_str!("../../../tests/data/accounts/debian-12.common-password");
        let expected =
            ["[success=1 default=ignore] pam_unix obscure yescrypt", "requisite pam_deny ", "required pam_permit "];
        assert_eq!(modules(text), expected);
        assert_eq!(modules(include_str!("../../../tests/data/accounts/debian-12.common-auth")).len(), 4);
    }

    #[test]
    fn includes_comments_and_continued_lines() {
        let text = "#%PAM-1.0\n@include common-auth\nauth substack system-auth # note\n-session Optional pam_x.so\n\
                    auth required \\\n  /lib/security/pam_y.so [a=b c\\]] d # e\n";
        let expected = [
            "include None common-auth",
            "include Some(Auth) system-auth",
            "optional pam_x ",
            "required pam_y a=b c] d",
        ];
        assert_eq!(modules(text), expected);
    }

    #[test]
    fn broken_lines() {
        let (lines, malformed) = parse_pam("auth required\nother required pam_x.so\nauth maybe pam_x.so\n@include\n");
        assert_eq!((lines.len(), malformed), (0, vec![1, 2, 3, 4]));
    }

    proptest! {
        #[test]
        fn never_panics(text in "(?s).{0,300}", near in "((auth|password|required|include|@include|x|[\\[\\]\\\\# \n-]){0,40})") {
            parse_pam(&text);
            parse_pam(&near);
        }
    }
}
