//! Words and lists of sudoers(5).
//!
//! For [`super::grammar`]: takes care of blanks, `!`, quotes and escapes. What the words mean is not decided here.

use super::{Member, Who};

/// A place in a logical line.
pub struct Cursor<'a> {
    rest: &'a str,
}

/// A word of a list.
pub struct Word {
    /// Whether an odd number of `!` stands before it.
    pub negated: bool,
    /// The word, quotes and escapes resolved.
    pub text: String,
    /// Whether a part of it was quoted or escaped, so that it is no reserved word.
    pub literal: bool,
}

/// Characters that end a word of a list unless they are escaped.
const WORD_END: &[char] = &[' ', '\t', ',', ':', '=', '(', ')', '!', '"', '>'];

impl<'a> Cursor<'a> {
    /// The start of `line`.
    pub fn new(line: &'a str) -> Self {
        Self { rest: line }
    }

    /// What is left.
    pub fn rest(&self) -> &'a str {
        self.rest
    }

    /// Whether nothing but blanks is left.
    pub fn at_end(&mut self) -> bool {
        self.skip_blanks();
        self.rest.is_empty()
    }

    /// Passes over blanks.
    pub fn skip_blanks(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t']);
    }

    /// The next character, blanks left out.
    pub fn peek(&mut self) -> Option<char> {
        self.skip_blanks();
        self.rest.chars().next()
    }

    /// Takes `character` if it comes next, blanks left out.
    pub fn eat(&mut self, character: char) -> bool {
        self.skip_blanks();
        self.eat_here(character)
    }

    /// Takes `character` if it comes next, without leaving out blanks.
    pub fn eat_here(&mut self, character: char) -> bool {
        let stripped = self.rest.strip_prefix(character);
        self.rest = stripped.unwrap_or(self.rest);
        stripped.is_some()
    }

    /// Takes the longest run of characters that `belongs` accepts, without leaving out blanks; may be empty.
    pub fn take_while(&mut self, belongs: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|c| !belongs(c)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }

    /// Takes any number of `!`; whether they negate.
    pub fn negation(&mut self) -> bool {
        let mut negated = false;
        while self.eat('!') {
            negated = !negated;
        }
        negated
    }

    /// A word with its `!`; `None` if there is none, or its quotes or escapes are broken.
    pub fn word(&mut self) -> Option<Word> {
        let negated = self.negation();
        self.skip_blanks();
        let (text, literal) = if self.rest.starts_with('"') { (self.quoted()?, true) } else { self.plain()? };
        (!text.is_empty()).then_some(Word { negated, text, literal })
    }

    /// A text in double quotes, the escapes `\"` and `\\` resolved.
    pub fn quoted(&mut self) -> Option<String> {
        let mut text = String::new();
        let mut characters = self.rest.strip_prefix('"')?.chars();
        loop {
            match characters.next()? {
                '"' => break,
                '\\' => match characters.next()? {
                    escaped @ ('"' | '\\') => text.push(escaped),
                    other => text.extend(['\\', other]),
                },
                other => text.push(other),
            }
        }
        self.rest = characters.as_str();
        Some(text)
    }

    fn plain(&mut self) -> Option<(String, bool)> {
        let mut text = String::new();
        let mut literal = false;
        let mut characters = self.rest.chars();
        loop {
            let before = characters.as_str();
            match characters.next() {
                Some('\\') => {
                    literal = true;
                    text.push(escaped(&mut characters)?);
                }
                // `%:name` is a group of a directory.
                Some(':') if text == "%" => text.push(':'),
                Some(end) if WORD_END.contains(&end) => {
                    self.rest = before;
                    return Some((text, literal));
                }
                Some(other) => text.push(other),
                None => {
                    self.rest = "";
                    return Some((text, literal));
                }
            }
        }
    }

    /// A list of users, groups or netgroups, separated by commas.
    pub fn members(&mut self) -> Option<Vec<Member>> {
        self.list(|cursor| {
            let word = cursor.word()?;
            Some(Member { negated: word.negated, who: who(&word)? })
        })
    }

    /// A list of hosts, separated by commas. Addresses of IPv6 contain colons.
    pub fn hosts(&mut self) -> Option<Vec<Member>> {
        self.list(|cursor| {
            let negated = cursor.negation();
            cursor.skip_blanks();
            let before = cursor.rest;
            let address = cursor.take_while(|c| c.is_ascii_hexdigit() || [':', '.', '/'].contains(&c));
            if address.matches(':').count() >= 2 {
                return Some(Member { negated, who: Who::Name(address.to_owned()) });
            }
            cursor.rest = before;
            let word = cursor.word()?;
            Some(Member { negated: negated != word.negated, who: who(&word)? })
        })
    }

    /// Things separated by commas, at least one.
    pub fn list<T>(&mut self, item: impl Fn(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let mut items = vec![item(self)?];
        while self.eat(',') {
            items.push(item(self)?);
        }
        Some(items)
    }
}

/// The character meant by an escape: `\x20` in hexadecimal, otherwise the next one itself.
fn escaped(characters: &mut std::str::Chars<'_>) -> Option<char> {
    let first = characters.next()?;
    let code = characters.as_str().get(..2).filter(|_| first == 'x').and_then(|hex| u8::from_str_radix(hex, 16).ok());
    let Some(code) = code else { return Some(first) };
    characters.nth(1);
    Some(char::from(code))
}

/// What a word means in a list of users, groups or hosts; `None` for a number that is none.
fn who(word: &Word) -> Option<Who> {
    let text = word.text.as_str();
    if text == "ALL" && !word.literal {
        Some(Who::All)
    } else if let Some(id) = text.strip_prefix("%#") {
        id.parse().ok().map(Who::GroupId)
    } else if text.starts_with("%:") || text.starts_with('+') {
        (text.len() > 1).then(|| Who::Elsewhere(text.to_owned()))
    } else if let Some(group) = text.strip_prefix('%') {
        (!group.is_empty()).then(|| Who::Group(group.to_owned()))
    } else if let Some(id) = text.strip_prefix('#') {
        // Negative ids stand for those at the upper end, as in `#-1`.
        id.parse().or_else(|_| id.parse::<i32>().map(i32::cast_unsigned)).ok().map(Who::UserId)
    } else {
        Some(Who::Name(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members(text: &str) -> Vec<(bool, Who)> {
        let members = Cursor::new(text).members().expect("the list is well-formed");
        members.into_iter().map(|member| (member.negated, member.who)).collect()
    }

    #[test]
    fn every_kind_of_user() {
        let name = |name: &str| Who::Name(name.into());
        assert_eq!(
            members("anna , !bert,!!carl rest"),
            [(false, name("anna")), (true, name("bert")), (false, name("carl"))]
        );
        assert_eq!(
            members("%sudo,%#27,#1000,+net,%:dir,ALL"),
            [
                (false, Who::Group("sudo".into())),
                (false, Who::GroupId(27)),
                (false, Who::UserId(1000)),
                (false, Who::Elsewhere("+net".into())),
                (false, Who::Elsewhere("%:dir".into())),
                (false, Who::All),
            ]
        );
    }

    #[test]
    fn quotes_and_escapes() {
        let group = Who::Group("domain admins".into());
        assert_eq!(members("\"%domain admins\" x"), [(false, group.clone())]);
        assert_eq!(members("%domain\\ admins"), [(false, group.clone())]);
        assert_eq!(members("%domain\\x20admins"), [(false, group)]);
        assert_eq!(members("PRAXIS\\\\anna"), [(false, Who::Name("PRAXIS\\anna".into()))]);
        assert_eq!(members("\"ALL\""), [(false, Who::Name("ALL".into()))]);
    }

    #[test]
    fn hosts_with_colons() {
        let hosts = Cursor::new("fe80::1, pc1 = ALL").hosts().expect("the list is well-formed");
        let hosts: Vec<_> = hosts.into_iter().map(|host| host.who).collect();
        assert_eq!(hosts, [Who::Name("fe80::1".into()), Who::Name("pc1".into())]);
    }

    #[test]
    fn broken_words() {
        for text in ["", ",", "\"open", "a,", "#x", "%#", "a\\"] {
            assert_eq!(Cursor::new(text).members(), None, "{text}");
        }
    }
}
