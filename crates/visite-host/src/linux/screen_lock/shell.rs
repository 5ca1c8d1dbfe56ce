//! After how long an unused shell ends: `TMOUT` in the start-up files that every account shares (bash(1)).
//!
//! Only unconditional assignments of a number count; a condition or a computed value ends in "not known". What
//! people set in their own start-up files, and shells without `TMOUT`, are deliberately absent.

use crate::machine::{Machine, ReadFailure};
use visite_facts::value::{Known, Observed, Unknown};
use visite_facts::{Problem, UnknownReason};

const FILES: &[&str] = &["/etc/environment", "/etc/profile", "/etc/bash.bashrc", "/etc/bashrc"];
const PROFILE_DIR: &str = "/etc/profile.d";
const VARIABLE: &str = "TMOUT";

/// What start-up files say about `TMOUT`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tmout {
    /// The values assigned, in their order.
    pub values: Vec<i64>,
    /// Whether it is made read-only.
    pub readonly: bool,
    /// Whether something is done with it that cannot be told for certain.
    pub unclear: bool,
}

/// Seconds after which a shell ends (0 for never), and whether users cannot change that.
pub fn timeout(machine: &Machine, problems: &mut Vec<Problem>) -> (Observed<i64>, Observed<bool>) {
    let mut all = Tmout::default();
    let files = match files(machine) {
        Ok(files) => files,
        Err(failure) => {
            problems.push(failure.problem(PROFILE_DIR));
            return (Unknown(failure.reason()), Unknown(failure.reason()));
        }
    };
    for path in files {
        match machine.read(&path) {
            Ok(text) => {
                let one = parse_tmout(&text);
                all.values.extend(one.values);
                all.readonly |= one.readonly;
                all.unclear |= one.unclear;
            }
            Err(ReadFailure::Absent) => {}
            Err(failure) => {
                problems.push(failure.problem(&path));
                return (Unknown(failure.reason()), Unknown(failure.reason()));
            }
        }
    }
    all.effect()
}

fn files(machine: &Machine) -> Result<Vec<String>, ReadFailure> {
    let scripts = match machine.list(PROFILE_DIR) {
        Err(ReadFailure::Absent) => Vec::new(),
        listed => listed?,
    };
    let scripts = scripts.iter().filter(|name| name.ends_with(".sh")).map(|name| format!("{PROFILE_DIR}/{name}"));
    Ok(FILES.iter().map(|path| (*path).to_owned()).chain(scripts).collect())
}

impl Tmout {
    /// Different values in different files depend on the kind of shell, so that they are not certain either.
    fn effect(&self) -> (Observed<i64>, Observed<bool>) {
        let unknown = Unknown(UnknownReason::Malformed);
        if self.unclear {
            return (unknown, Unknown(UnknownReason::Malformed));
        }
        match self.values.split_first() {
            None => (Known(0), Known(self.readonly)),
            Some((first, rest)) if rest.iter().all(|value| value == first) => (Known(*first), Known(self.readonly)),
            Some(_) => (unknown, Unknown(UnknownReason::Malformed)),
        }
    }
}

/// Finds what a shell script does with `TMOUT` when it is read from top to bottom.
pub fn parse_tmout(text: &str) -> Tmout {
    let mut found = Tmout::default();
    let mut depth = 0_usize;
    for line in text.lines() {
        for (statement, conditional) in statements(line) {
            let (opens, closes) = blocks(statement);
            depth = depth.saturating_sub(closes);
            if statement.contains(VARIABLE) {
                if depth > 0 || opens > 0 || conditional {
                    found.unclear = true;
                } else {
                    found.apply(statement);
                }
            }
            depth = depth.saturating_add(opens);
        }
    }
    found
}

/// The statements of a line, and whether each depends on the one before it. A comment ends the line.
fn statements(line: &str) -> Vec<(&str, bool)> {
    let line =
        match line.match_indices('#').find(|(at, _)| line[..*at].chars().next_back().is_none_or(char::is_whitespace)) {
            Some((at, _)) => &line[..at],
            None => line,
        };
    let conditional = line.contains("&&") || line.contains("||");
    line.split([';', '&', '|'])
        .map(str::trim)
        .filter(|statement| !statement.is_empty())
        .map(|one| (one, conditional))
        .collect()
}

/// How many blocks a statement opens and how many it closes.
fn blocks(statement: &str) -> (usize, usize) {
    let mut opens = 0;
    let mut closes = 0;
    for word in statement.split_whitespace() {
        match word {
            "if" | "case" | "do" | "{" | "(" => opens += 1,
            "fi" | "esac" | "done" | "}" | ")" => closes += 1,
            _ if word.ends_with("(){") => opens += 1,
            _ => {}
        }
    }
    (opens, closes)
}

impl Tmout {
    fn apply(&mut self, statement: &str) {
        let mut words = statement.split_whitespace().peekable();
        let mut readonly = false;
        while let Some(word) = words.peek() {
            match *word {
                "readonly" => readonly = true,
                "export" | "declare" | "typeset" => {}
                option if option.starts_with('-') && option[1..].chars().all(|flag| "gxri".contains(flag)) => {
                    readonly |= option.contains('r');
                }
                _ => break,
            }
            words.next();
        }
        for word in words {
            let (name, value) = word.split_once('=').map_or((word, None), |(name, value)| (name, Some(value)));
            match (name == VARIABLE, value.map(unquoted).map(str::parse::<u32>)) {
                (true, None) => self.readonly |= readonly,
                (true, Some(Ok(seconds))) => {
                    self.values.push(i64::from(seconds));
                    self.readonly |= readonly;
                }
                (true, Some(Err(_))) => self.unclear = true,
                // Another variable beside it is no matter, as long as it does not use ours.
                (false, value) => self.unclear |= value.is_none() || word.contains(VARIABLE),
            }
        }
    }
}

fn unquoted(value: &str) -> &str {
    let inside = |quote: char| value.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    inside('"').or_else(|| inside('\'')).unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn effect(text: &str) -> (Observed<i64>, Observed<bool>) {
        parse_tmout(text).effect()
    }

    #[test]
    fn the_usual_forms_are_read() {
        for text in [
            "readonly TMOUT=900 ; export TMOUT\n",
            "TMOUT=900\nreadonly TMOUT\nexport TMOUT\n",
            "declare -xr TMOUT=900\n",
            "typeset -xr TMOUT=900 # CIS 5.4.3.2\n",
            "TMOUT=\"900\"; export TMOUT; readonly TMOUT\n",
            "export TMOUT='900'\nreadonly TMOUT\n",
        ] {
            assert_eq!(effect(text), (Known(900), Known(true)), "{text}");
        }
        assert_eq!(effect("export TMOUT=600\n"), (Known(600), Known(false)));
        assert_eq!(effect("# TMOUT=600\nPATH=/bin\n"), (Known(0), Known(false)));
        assert_eq!(effect("if true; then\n  a=1\nfi\nTMOUT=60\n"), (Known(60), Known(false)));
    }

    #[test]
    fn conditions_and_computed_values_are_not_certain() {
        for text in [
            "if [ \"$USER\" = anna ]; then\n TMOUT=900\nfi\n",
            "[ -n \"$PS1\" ] && TMOUT=900\n",
            "case $- in\n*i*) TMOUT=900 ;;\nesac\n",
            "TMOUT=$((15*60))\n",
            "TMOUT=900\nunset TMOUT\n",
            "TMOUT=900\nTMOUT=600\n",
            "limit() {\n TMOUT=900\n}\n",
            "eval TMOUT=900 x\n",
        ] {
            assert_eq!(effect(text).0, Unknown(UnknownReason::Malformed), "{text}");
        }
    }

    #[test]
    fn the_profile_of_debian_sets_nothing() {
        let text = include_str!("../../../tests/data/screen_lock/profile-debian-12");
        assert_eq!(effect(text), (Known(0), Known(false)));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text: String, shell in "(TMOUT|=|if|fi|;|&| |\n|#|-r|[0-9é]){0,40}") {
            parse_tmout(&text);
            parse_tmout(&shell);
        }
    }
}
