//! Settings of apt: the files below `/etc/apt`, apt.conf(5).
//!
//! For what asks whether updates install by themselves, on this computer or on another root. It is more tolerant than
//! apt, which refuses a broken file whole; `#include` is deliberately not followed.

use crate::machine::{Machine, ReadFailure};
use std::collections::BTreeMap;
use visite_facts::Problem;

/// Settings beside the main file; read first, in the order of their names.
const PARTS_DIR: &str = "/etc/apt/apt.conf.d";
/// The main file; read last, so that it wins.
const MAIN_FILE: &str = "/etc/apt/apt.conf";
/// Most values that are kept; a full workplace has about 500.
const MAX_VALUES: usize = 20_000;
/// Deepest nesting of scopes.
const MAX_DEPTH: usize = 16;
/// Longest name of one scope or setting, in bytes; longer ones are cut. It bounds the memory for full names.
const MAX_NAME_BYTES: usize = 128;

/// Settings by their full name in lower case, e.g. `apt::periodic::enable`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AptConf {
    single: BTreeMap<String, String>,
    lists: BTreeMap<String, Vec<String>>,
    values: usize,
}

impl AptConf {
    /// The value of a setting, if it has one.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.single.get(&name.to_ascii_lowercase()).map(String::as_str)
    }

    /// The entries of a list, in order; empty if nobody has set it.
    pub fn list(&self, name: &str) -> &[String] {
        self.lists.get(&name.to_ascii_lowercase()).map_or(&[], Vec::as_slice)
    }

    fn set(&mut self, name: String, value: String) {
        self.values += 1;
        if self.values > MAX_VALUES {
            return;
        }
        match name.strip_suffix("::") {
            Some(list) => self.lists.entry(list.to_owned()).or_default().push(value),
            None => {
                self.single.insert(name, value);
            }
        }
    }

    /// `#clear name`: the setting and everything below it.
    fn clear(&mut self, name: &str) {
        // Counted as well, because each one looks at all values.
        self.values += 1;
        if self.values > MAX_VALUES {
            return;
        }
        let below = format!("{name}::");
        let stays = |key: &str| key != name && !key.starts_with(&below);
        self.single.retain(|key, _| stays(key));
        self.lists.retain(|key, _| stays(key));
    }
}

/// Reads all settings, as apt does: the parts in order of their names, then the main file.
pub fn read_apt_conf(machine: &Machine) -> Result<AptConf, Problem> {
    let mut conf = AptConf::default();
    match machine.list(PARTS_DIR) {
        Ok(names) => {
            for name in names.iter().filter(|name| is_part(name)) {
                read_file(machine, &format!("{PARTS_DIR}/{name}"), &mut conf)?;
            }
        }
        Err(ReadFailure::Absent) => {}
        Err(failure) => return Err(failure.problem(PARTS_DIR)),
    }
    read_file(machine, MAIN_FILE, &mut conf)?;
    Ok(conf)
}

fn read_file(machine: &Machine, path: &str, conf: &mut AptConf) -> Result<(), Problem> {
    match machine.read(path) {
        Ok(text) => {
            parse_apt_conf(&text, conf);
            Ok(())
        }
        Err(ReadFailure::Absent) => Ok(()),
        Err(failure) => Err(failure.problem(path)),
    }
}

/// Which files of the directory apt reads: no extension or `.conf`, and only ordinary characters. Copies that package
/// managers leave (`.dpkg-old`, `.ucf-dist`) are not among them.
fn is_part(name: &str) -> bool {
    let ordinary = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let extension = name.rsplit_once('.').map(|(_, extension)| extension);
    !name.starts_with('.') && name.chars().all(ordinary) && matches!(extension, None | Some("conf"))
}

/// Parses one file and adds its settings to `conf`; what came before is replaced or, in lists, added to.
pub fn parse_apt_conf(text: &str, conf: &mut AptConf) {
    let mut scopes: Vec<String> = Vec::new();
    let mut too_deep: usize = 0;
    let mut words: Vec<Word> = Vec::new();
    let mut tokens = Tokens { rest: text };
    while let Some(token) = tokens.next() {
        match token {
            Token::Word(word) if words.len() < 4 => words.push(word),
            Token::Word(_) => {}
            Token::Open if scopes.len() >= MAX_DEPTH => too_deep += 1,
            Token::Open => {
                let name = words.first().map_or("", |word| word.text.as_str());
                scopes.push(scoped(scopes.last(), name));
                if let [_, value] = &words[..] {
                    conf.set(scopes.last().cloned().unwrap_or_default(), value.text.clone());
                }
                words.clear();
            }
            Token::Close => {
                assign(scopes.last(), &words, conf);
                words.clear();
                if too_deep > 0 {
                    too_deep -= 1;
                } else {
                    scopes.pop();
                }
            }
            Token::End => {
                if too_deep == 0 {
                    assign(scopes.last(), &words, conf);
                }
                words.clear();
            }
        }
    }
    assign(scopes.last(), &words, conf);
}

/// One statement: `name "value"`, a lone `"value"` of a list, or `#clear name`.
fn assign(scope: Option<&String>, words: &[Word], conf: &mut AptConf) {
    match words {
        [directive, name] if !directive.quoted && directive.text.eq_ignore_ascii_case("#clear") => {
            conf.clear(&scoped(scope, &name.text));
        }
        [directive, ..] if !directive.quoted && directive.text.starts_with('#') => {}
        [name, value] if !name.quoted => conf.set(scoped(scope, &name.text), value.text.clone()),
        [value] if value.quoted && scope.is_some() => conf.set(scoped(scope, "::"), value.text.clone()),
        _ => {}
    }
}

/// The full name in lower case of `name` inside `scope`; `::` itself means a new entry of the scope's list.
fn scoped(scope: Option<&String>, name: &str) -> String {
    let name = name[..name.floor_char_boundary(MAX_NAME_BYTES)].to_ascii_lowercase();
    match scope {
        None => name,
        Some(scope) if name == "::" => format!("{scope}::"),
        Some(scope) => format!("{scope}::{name}"),
    }
}

#[derive(Clone, Debug)]
struct Word {
    text: String,
    quoted: bool,
}

enum Token {
    Word(Word),
    Open,
    Close,
    End,
}

struct Tokens<'a> {
    rest: &'a str,
}

impl Tokens<'_> {
    fn next(&mut self) -> Option<Token> {
        self.skip_blanks_and_comments();
        let first = self.rest.chars().next()?;
        match first {
            '{' | '}' | ';' => {
                self.rest = &self.rest[1..];
                Some(match first {
                    '{' => Token::Open,
                    '}' => Token::Close,
                    _ => Token::End,
                })
            }
            '"' => {
                let inner = &self.rest[1..];
                // A quote that is never closed ends with its line, so that one slip does not hide the rest.
                let end = inner.find(['"', '\n']).unwrap_or(inner.len());
                self.rest = inner[end..].strip_prefix('"').unwrap_or(&inner[end..]);
                Some(Token::Word(Word { text: inner[..end].to_owned(), quoted: true }))
            }
            _ => {
                let end = self.rest.find(|c: char| c.is_whitespace() || "{};\"".contains(c)).unwrap_or(self.rest.len());
                let (word, rest) = self.rest.split_at(end);
                self.rest = rest;
                Some(Token::Word(Word { text: word.to_owned(), quoted: false }))
            }
        }
    }

    fn skip_blanks_and_comments(&mut self) {
        loop {
            self.rest = self.rest.trim_start();
            if self.rest.starts_with("//") || (self.rest.starts_with('#') && !is_directive(self.rest)) {
                self.rest = self.rest.split_once('\n').map_or("", |(_, rest)| rest);
            } else if let Some(comment) = self.rest.strip_prefix("/*") {
                self.rest = comment.split_once("*/").map_or("", |(_, rest)| rest);
            } else {
                return;
            }
        }
    }
}

/// `#clear` and `#include` look like comments and are none.
fn is_directive(rest: &str) -> bool {
    let word = rest.split(char::is_whitespace).next().unwrap_or("");
    word.eq_ignore_ascii_case("#clear") || word.eq_ignore_ascii_case("#include")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(text: &str) -> AptConf {
        let mut conf = AptConf::default();
        parse_apt_conf(text, &mut conf);
        conf
    }

    #[test]
    fn files_of_the_package_are_read() {
        let conf = parse(include_str!("../../../tests/data/apt/50unattended-upgrades"));
        assert_eq!(
            conf.list("Unattended-Upgrade::Origins-Pattern"),
            [
                "origin=Debian,codename=${distro_codename},label=Debian",
                "origin=Debian,codename=${distro_codename},label=Debian-Security",
                "origin=Debian,codename=${distro_codename}-security,label=Debian-Security",
            ]
        );
        assert!(conf.list("Unattended-Upgrade::Package-Blacklist").is_empty());
    }

    #[test]
    fn names_have_many_spellings() {
        for text in [
            "APT::Periodic::Enable \"1\";",
            "apt::periodic::ENABLE 1;",
            "APT { Periodic { Enable \"1\"; }; };",
            "APT::Periodic\n{\n  // a comment\n  Enable /* another */ \"1\"; # and one more\n}",
            "APT { Periodic::Enable \"1\" }",
        ] {
            assert_eq!(parse(text).get("APT::Periodic::Enable"), Some("1"), "{text}");
        }
    }

    #[test]
    fn later_files_win_and_lists_grow() {
        let mut conf = parse("A::B \"1\"; A::L { \"x\"; }; A::L:: \"y\";");
        parse_apt_conf("A { B \"0\"; L { \"z\"; }; };", &mut conf);
        assert_eq!(conf.get("A::B"), Some("0"));
        assert_eq!(conf.list("A::L"), ["x", "y", "z"]);
        parse_apt_conf("#clear A::L;\nA::L { \"only\"; };", &mut conf);
        assert_eq!(conf.list("A::L"), ["only"]);
        assert_eq!(conf.get("A::B"), Some("0"));
    }

    #[test]
    fn comments_hide_what_they_should() {
        assert_eq!(parse("//A::B \"1\";\n#A::B \"1\";\n/* A::B \"1\"; */").get("A::B"), None);
        assert_eq!(parse("A::B \"http://x/#y\";").get("A::B"), Some("http://x/#y"));
    }

    #[test]
    fn an_open_quote_does_not_hide_the_next_line() {
        assert_eq!(parse("A::B \"1\nA::C \"2\";\n;A::D \"3\";").get("A::D"), Some("3"));
    }

    #[test]
    fn only_parts_are_read() {
        let parts = ["20auto-upgrades", "99local.conf", "50unattended-upgrades.ucf-dist", "10x.dpkg-old", "a~", ".x"];
        let read: Vec<_> = parts.into_iter().filter(|name| is_part(name)).collect();
        assert_eq!(read, ["20auto-upgrades", "99local.conf"]);
    }

    #[test]
    fn deep_nesting_ends() {
        let conf = parse(&format!("{}A \"1\";{}B \"2\";", "x {".repeat(50_000), "};".repeat(50_000)));
        assert_eq!(conf.get("B"), Some("2"));
    }

    proptest! {
        #[test]
        fn never_panics(text in any::<String>()) {
            parse(&text);
        }

        #[test]
        fn never_panics_on_syntax(text in "([a:]{1,3}|[{};\"#/* \n]|#clear ){0,24}") {
            parse(&text);
        }
    }
}
