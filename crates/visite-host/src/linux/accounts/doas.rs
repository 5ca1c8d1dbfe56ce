//! `/etc/doas.conf`, doas.conf(5) of OpenDoas: the small relative of sudoers.
//!
//! For the collector of accounts, which lists its rules among those of sudo. Names and arguments of commands are not
//! kept.

use super::lines::Lines;
use super::sudoers::Who;
use super::sudoers::matching::{Caller, Match};
use visite_facts::Known;
use visite_facts::facts::{SudoRule, SudoSubject};

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DoasRule {
    /// Whether it allows; the last rule that matches wins.
    pub permits: bool,
    /// Whether no password is asked for.
    pub without_password: bool,
    /// For whom it is.
    pub who: Who,
    /// Whether it allows acting as root.
    pub as_root: bool,
    /// Whether it allows every command.
    pub all_commands: bool,
}

/// Reads `/etc/doas.conf`.
pub fn parse_doas(text: &str) -> Lines<DoasRule> {
    let mut lines = Lines { entries: Vec::new(), malformed: Vec::new(), compat: Vec::new(), truncated: false };
    for (number, words) in statements(text) {
        match words.as_deref().and_then(rule) {
            Some(rule) => lines.entries.push(rule),
            None => lines.malformed.push(number),
        }
    }
    lines
}

/// The rules that allow something, in the shape of sudo's.
pub fn doas_rules(rules: &[DoasRule]) -> Vec<SudoRule> {
    let numbered = rules.iter().enumerate().filter(|(_, rule)| rule.permits);
    numbered
        .map(|(index, rule)| {
            let (subject_kind, subject) = match &rule.who {
                Who::Group(name) => (SudoSubject::Group, name.clone()),
                Who::GroupId(gid) => (SudoSubject::Group, gid.to_string()),
                Who::UserId(uid) => (SudoSubject::User, uid.to_string()),
                Who::Name(name) | Who::Elsewhere(name) => (SudoSubject::User, name.clone()),
                Who::All => (SudoSubject::Everyone, "ALL".to_owned()),
            };
            SudoRule {
                rule: Known(format!("doas.conf#{}", index + 1)),
                subject_kind: Known(subject_kind),
                subject: Known(subject),
                all_commands: Known(rule.all_commands),
                as_root: Known(rule.as_root),
                password_required: Known(!rule.without_password),
                target_password: Known(false),
            }
        })
        .collect()
}

/// Whether the rules let `caller` do everything as root.
pub fn may_do_everything(rules: &[DoasRule], caller: &Caller) -> bool {
    let everything = rules.iter().rev().filter(|rule| rule.all_commands && rule.as_root);
    everything.into_iter().find(|rule| caller.is(&rule.who) == Match::Yes).is_some_and(|rule| rule.permits)
}

/// A word, and whether it was quoted or escaped and so is no keyword.
type Word = (String, bool);

/// The words of each rule with the number of its first line; `None` for one with an open quote.
fn statements(text: &str) -> Vec<(usize, Option<Vec<Word>>)> {
    let mut statements = Vec::new();
    let mut number = 1;
    let mut rest = text;
    while !rest.is_empty() {
        let (words, after) = statement(rest);
        if words.as_ref().is_none_or(|words| !words.is_empty()) {
            statements.push((number, words));
        }
        number += rest[..rest.len() - after.len()].matches('\n').count();
        rest = after;
    }
    statements
}

/// The words up to the next end of a line that is not escaped, and the text after it.
fn statement(text: &str) -> (Option<Vec<Word>>, &str) {
    let mut words = Vec::new();
    let mut word: Option<Word> = None;
    let mut quoted = false;
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '\n' => {
                words.extend(word);
                return ((!quoted).then_some(words), characters.as_str());
            }
            '\\' => match characters.next() {
                Some('\n') | None => {}
                Some(escaped) => {
                    let (text, literal) = word.get_or_insert_default();
                    text.push(escaped);
                    *literal = true;
                }
            },
            '"' => {
                quoted = !quoted;
                word.get_or_insert_default().1 = true;
            }
            '#' if !quoted => {
                words.extend(word);
                let rest = characters.as_str();
                return (Some(words), rest.split_once('\n').map_or("", |(_, after)| after));
            }
            ' ' | '\t' | '\r' if !quoted => words.extend(word.take()),
            other => word.get_or_insert_default().0.push(other),
        }
    }
    words.extend(word);
    ((!quoted).then_some(words), "")
}

fn rule(words: &[Word]) -> Option<DoasRule> {
    let mut words = words.iter().map(|(text, literal)| (text.as_str(), *literal));
    let permits = match words.next()? {
        ("permit", false) => true,
        ("deny", false) => false,
        _ => return None,
    };
    let mut without_password = false;
    let identity = loop {
        match words.next()? {
            ("nopass", false) => without_password = true,
            ("persist" | "keepenv" | "nolog", false) => {}
            ("setenv", false) => {
                if words.next()? != ("{", false) {
                    return None;
                }
                words.find(|word| *word == ("}", false))?;
            }
            (identity, _) => break identity,
        }
    };
    let mut next = words.next();
    let mut as_root = true;
    if next == Some(("as", false)) {
        as_root = matches!(words.next()?.0, "root" | "0");
        next = words.next();
    }
    let all_commands = match next {
        None => true,
        Some(("cmd", false)) => words.next().map(|_| false)?,
        Some(_) => return None,
    };
    Some(DoasRule { permits, without_password, who: who(identity)?, as_root, all_commands })
}

fn who(identity: &str) -> Option<Who> {
    let number = |text: &str| text.parse::<u32>().ok();
    match identity.strip_prefix(':') {
        Some("") => None,
        Some(group) => Some(number(group).map_or_else(|| Who::Group(group.to_owned()), Who::GroupId)),
        None => Some(number(identity).map_or_else(|| Who::Name(identity.to_owned()), Who::UserId)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(text: &str) -> Vec<String> {
        let rule = |rule: &DoasRule| {
            format!(
                "{:?} permits {} nopass {} root {} all {}",
                rule.who, rule.permits, rule.without_password, rule.as_root, rule.all_commands
            )
        };
        parse_doas(text).entries.iter().map(rule).collect()
    }

    #[test]
    fn the_example_of_debian_12() {
        let rules = shown(include_str!("../../../tests/data/accounts/debian-12.doas.conf"));
        let expected = [
            "Group(\"sudo\") permits true nopass false root true all true",
            "Name(\"mark\") permits true nopass false root true all true",
        ];
        assert_eq!(rules, expected);
    }

    #[test]
    fn the_examples_of_the_manual() {
        let text = "permit persist setenv { PKG_CACHE PKG_PATH } aja cmd pkg_add\n\
                    permit nopass tedu as root cmd /usr/sbin/procmap # note\n\
                    permit nopass \\\n keepenv setenv { PATH } root as root\n";
        let expected = [
            "Name(\"aja\") permits true nopass false root true all false",
            "Name(\"tedu\") permits true nopass true root true all false",
            "Name(\"root\") permits true nopass true root true all true",
        ];
        assert_eq!(shown(text), expected);
    }

    #[test]
    fn the_last_rule_wins() {
        let rules = parse_doas("permit :wheel\ndeny anna\npermit bert as www\n").entries;
        let caller = |name: &str| Caller { name: name.into(), groups: vec!["wheel".into()], ..Caller::default() };
        assert!(!may_do_everything(&rules, &caller("anna")));
        assert!(may_do_everything(&rules, &caller("bert")));
        let listed = doas_rules(&rules);
        assert_eq!(listed[1].rule, Known("doas.conf#3".to_owned()));
        assert_eq!(listed.len(), 2);
    }

    #[test]
    fn broken_rules() {
        let lines =
            parse_doas("permit\nallow anna\npermit anna cmd\npermit setenv { A anna\npermit anna \"x\npermit anna x\n");
        assert_eq!((lines.entries.len(), lines.malformed.len()), (0, 6));
    }

    proptest! {
        #[test]
        fn never_panics(text in "(?s).{0,200}", near in "((permit|deny|nopass|setenv|as|cmd|anna|:|[{}\"\\\\# \n]){0,30})") {
            parse_doas(&text);
            parse_doas(&near);
        }
    }
}
