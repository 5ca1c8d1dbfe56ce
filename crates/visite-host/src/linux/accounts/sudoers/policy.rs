//! All sudoers files together: includes followed, aliases collected, rules in the order in which sudo reads them.
//!
//! For [`super::grants`]. Where the files come from is the business of [`Files`], so that tests need no disk.

use super::grammar::parse_sudoers;
use super::{AliasKind, Command, CommandKind, Member, Parameter, Privilege, Scope, Statement, Who};
use crate::linux::accounts::lines::line_numbers;
use crate::machine::{Machine, ReadFailure};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;
use visite_facts::{Completeness, Problem, UnknownReason};

/// Deepest chain of includes that is followed; sudo stops at 128, real files use 2.
const MAX_DEPTH: usize = 16;
/// Most files that one policy may have.
const MAX_FILES: usize = 1000;
/// Largest file that is believed, in bytes.
const MAX_FILE_BYTES: usize = 1024 * 1024;
/// Most problems that are listed.
const MAX_PROBLEMS: usize = 100;
/// Most members that a list may have once its aliases are resolved.
const MAX_EXPANDED: usize = 10_000;
/// Most steps of all questions to one policy together. Aliases, rules, `Defaults` and accounts multiply each other; fifty
/// rules for a thousand accounts need some million steps.
const MAX_STEPS: usize = 50_000_000;
/// Steps that an entry of a list costs, whose alias has to be looked up.
const STEPS_OF_MEMBER: usize = 10;

/// Where sudoers files are read from.
pub trait Files {
    /// The text of a file.
    fn text(&self, path: &str) -> Result<String, ReadFailure>;
    /// The names in a directory, sorted.
    fn names(&self, path: &str) -> Result<Vec<String>, ReadFailure>;
}

impl Files for Machine {
    fn text(&self, path: &str) -> Result<String, ReadFailure> {
        self.read(path)
    }
    fn names(&self, path: &str) -> Result<Vec<String>, ReadFailure> {
        self.list(path)
    }
}

/// A rule and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// File below `/etc` and number of the rule in it, e.g. `sudoers.d/praxis#1`.
    pub id: String,
    /// For whom it is.
    pub users: Vec<Member>,
    /// What it allows.
    pub privileges: Vec<Privilege>,
}

/// Everything that the sudoers files say.
#[derive(Debug)]
pub struct Policy {
    /// The rules, in the order in which they count: the last one that matches wins.
    pub rules: Vec<Rule>,
    /// The parameters of `Defaults` lines with their scope, in order.
    pub defaults: Vec<(Arc<Scope>, Parameter)>,
    members: BTreeMap<(AliasKind, String), Vec<Member>>,
    commands: BTreeMap<String, Vec<Command>>,
    steps: Cell<usize>,
    /// Whether these are all rules.
    pub completeness: Completeness,
    /// What could not be read.
    pub problems: Vec<Problem>,
}

impl Policy {
    /// Reads the file `path` and everything that it includes. `host` is this computer's name, for `%h`.
    pub fn read(files: &dyn Files, path: &str, host: &str) -> Result<Self, ReadFailure> {
        let text = files.text(path)?;
        let mut policy = Self {
            rules: Vec::new(),
            defaults: Vec::new(),
            members: BTreeMap::new(),
            commands: BTreeMap::new(),
            steps: Cell::new(0),
            completeness: Completeness::Complete,
            problems: Vec::new(),
        };
        let mut reading = Reading { files, host, open: Vec::new(), count: 0 };
        reading.file(&mut policy, path, &text);
        Ok(policy)
    }

    fn incomplete(&mut self, problem: Problem) {
        self.completeness = self.completeness.and(Completeness::Incomplete(problem.reason));
        self.note(problem);
    }

    fn note(&mut self, problem: Problem) {
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(problem);
        }
    }

    /// Counts steps of an answer; `None` if the policy has become longer to follow than any real one.
    pub fn spend(&self, steps: usize) -> Option<()> {
        self.steps.set(self.steps.get().saturating_add(steps));
        (self.steps.get() <= MAX_STEPS).then_some(())
    }

    /// A list of users, groups or hosts with its aliases resolved; `None` if an alias contains itself, or if it is too
    /// long to follow.
    pub fn expand(&self, kind: AliasKind, members: &[Member]) -> Option<Vec<Member>> {
        let mut expanded = Vec::new();
        self.expand_into(kind, members, false, &mut Vec::new(), &mut expanded)?;
        Some(expanded)
    }

    fn expand_into<'a>(
        &'a self,
        kind: AliasKind,
        members: &'a [Member],
        negated: bool,
        within: &mut Vec<&'a str>,
        expanded: &mut Vec<Member>,
    ) -> Option<()> {
        for member in members {
            self.spend(STEPS_OF_MEMBER)?;
            let negated = negated != member.negated;
            let alias = match &member.who {
                Who::Name(name) => self.members.get_key_value(&(kind, name.clone())),
                _ => None,
            };
            if let Some(((_, name), list)) = alias {
                if within.contains(&name.as_str()) || within.len() >= MAX_DEPTH {
                    return None;
                }
                within.push(name);
                self.expand_into(kind, list, negated, within, expanded)?;
                within.pop();
            } else if expanded.len() < MAX_EXPANDED {
                expanded.push(Member { negated, who: member.who.clone() });
            } else {
                return None;
            }
        }
        Some(())
    }

    /// A command with its aliases resolved: whether each is excluded, and whether it is `ALL`.
    /// `None` if an alias contains itself, or if it is too long to follow.
    pub fn expand_command(&self, command: &Command) -> Option<Vec<(bool, bool)>> {
        let mut expanded = Vec::new();
        self.expand_command_into(command, false, 0, &mut expanded)?;
        Some(expanded)
    }

    fn expand_command_into(
        &self,
        command: &Command,
        negated: bool,
        depth: usize,
        expanded: &mut Vec<(bool, bool)>,
    ) -> Option<()> {
        self.spend(STEPS_OF_MEMBER)?;
        let negated = negated != command.negated;
        let list = match &command.kind {
            CommandKind::Alias(name) => self.commands.get(name),
            _ => None,
        };
        if depth >= MAX_DEPTH || expanded.len() >= MAX_EXPANDED {
            return None;
        }
        let Some(list) = list else {
            expanded.push((negated, command.kind == CommandKind::All));
            return Some(());
        };
        list.iter().try_for_each(|command| self.expand_command_into(command, negated, depth + 1, expanded))
    }
}

struct Reading<'a> {
    files: &'a dyn Files,
    host: &'a str,
    open: Vec<String>,
    count: usize,
}

impl Reading<'_> {
    fn file(&mut self, policy: &mut Policy, path: &str, text: &str) {
        let problem = |detail: &str| Problem {
            source: path.to_owned(),
            reason: UnknownReason::Malformed,
            detail: detail.to_owned(),
        };
        self.count += 1;
        if self.open.iter().any(|open| open == path) {
            return policy.incomplete(problem("it includes itself"));
        }
        if self.open.len() >= MAX_DEPTH || self.count > MAX_FILES || text.len() > MAX_FILE_BYTES {
            return policy.incomplete(problem("too large, or too many files include each other"));
        }
        self.open.push(path.to_owned());
        let mut malformed = Vec::new();
        let mut rules = 0;
        for (line, statement) in parse_sudoers(text) {
            match statement {
                None => malformed.push(line),
                Some(Statement::Rule(users, privileges)) => {
                    rules += 1;
                    policy.rules.push(Rule { id: format!("{}#{rules}", label(path)), users, privileges });
                }
                Some(statement) => {
                    if !self.other(policy, path, statement) {
                        malformed.push(line);
                    }
                }
            }
        }
        self.open.pop();
        if !malformed.is_empty() {
            policy.incomplete(problem(&line_numbers(&malformed)));
        }
    }

    /// Takes in a statement that is no rule; `false` if it names an alias a second time.
    fn other(&mut self, policy: &mut Policy, path: &str, statement: Statement) -> bool {
        match statement {
            Statement::Defaults(scope, parameters) => {
                let scope = Arc::new(scope);
                policy.defaults.extend(parameters.into_iter().map(|parameter| (scope.clone(), parameter)));
            }
            Statement::Aliases(kind, aliases) => {
                return keep_first(&mut policy.members, aliases.into_iter().map(|(name, list)| ((kind, name), list)));
            }
            Statement::CommandAliases(aliases) => return keep_first(&mut policy.commands, aliases),
            Statement::Include(included) => self.include(policy, &self.resolve(path, &included)),
            Statement::IncludeDir(included) => self.include_dir(policy, &self.resolve(path, &included)),
            // Numbered and kept by the caller.
            Statement::Rule(..) => {}
        }
        true
    }

    fn include(&mut self, policy: &mut Policy, path: &str) {
        match self.files.text(path) {
            Ok(text) => self.file(policy, path, &text),
            // It grants nothing, so the rules are still complete; sudo complains about it too.
            Err(ReadFailure::Absent) => policy.note(ReadFailure::Absent.problem(path)),
            Err(failure) => policy.incomplete(failure.problem(path)),
        }
    }

    fn include_dir(&mut self, policy: &mut Policy, path: &str) {
        let names = match self.files.names(path) {
            Ok(names) => names,
            Err(ReadFailure::Absent) => return,
            Err(failure) => return policy.incomplete(failure.problem(path)),
        };
        for name in names.iter().filter(|name| !name.ends_with('~') && !name.contains('.')) {
            let path = format!("{}/{name}", path.trim_end_matches('/'));
            match self.files.text(&path) {
                Ok(text) => self.file(policy, &path, &text),
                // Directories in it are no files, and a link to nowhere grants nothing.
                Err(ReadFailure::NotAFile | ReadFailure::Absent) => {}
                Err(failure) => policy.incomplete(failure.problem(&path)),
            }
        }
    }

    /// An included path: beside the including file unless absolute, `%h` replaced by the short host name.
    fn resolve(&self, from: &str, included: &str) -> String {
        let short = self.host.split('.').next().unwrap_or_default();
        let included = included.replace("%h", short);
        let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
        if included.starts_with('/') { included } else { format!("{folder}/{included}") }
    }
}

/// Adds aliases; `false` if a name was taken, in which case its first list stays.
fn keep_first<K: Ord, T>(known: &mut BTreeMap<K, T>, aliases: impl IntoIterator<Item = (K, T)>) -> bool {
    let mut all_new = true;
    for (name, list) in aliases {
        match known.entry(name) {
            Entry::Vacant(place) => drop(place.insert(list)),
            Entry::Occupied(_) => all_new = false,
        }
    }
    all_new
}

fn label(path: &str) -> &str {
    path.strip_prefix("/etc/").unwrap_or(path)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Files in memory; a directory is everything below its path.
    pub struct Fake(pub Vec<(&'static str, String)>);

    impl Files for Fake {
        fn text(&self, path: &str) -> Result<String, ReadFailure> {
            let found = self.0.iter().find(|(name, _)| *name == path);
            found.map(|(_, text)| text.clone()).ok_or(ReadFailure::Absent)
        }
        fn names(&self, path: &str) -> Result<Vec<String>, ReadFailure> {
            let below = |name: &str| name.strip_prefix(path)?.strip_prefix('/').map(str::to_owned);
            Ok(self.0.iter().filter_map(|(name, _)| below(name)).collect())
        }
    }

    pub fn policy(files: &[(&'static str, &str)]) -> Policy {
        let files = Fake(files.iter().map(|(path, text)| (*path, (*text).to_owned())).collect());
        Policy::read(&files, "/etc/sudoers", "praxis1.local").expect("the main file is there")
    }

    fn ids(policy: &Policy) -> Vec<&str> {
        policy.rules.iter().map(|rule| rule.id.as_str()).collect()
    }

    #[test]
    fn includes_are_followed_in_place() {
        let policy = policy(&[
            ("/etc/sudoers", "a ALL=ALL\n@include local.%h\n#includedir /etc/sudoers.d\nb ALL=ALL\n@include /none\n"),
            ("/etc/local.praxis1", "c ALL=ALL\n"),
            ("/etc/sudoers.d/10-x", "d ALL=ALL\ne ALL=ALL\n"),
            ("/etc/sudoers.d/11-x.bak", "f ALL=ALL\n"),
            ("/etc/sudoers.d/12-x~", "g ALL=ALL\n"),
        ]);
        let expected = ["sudoers#1", "local.praxis1#1", "sudoers.d/10-x#1", "sudoers.d/10-x#2", "sudoers#2"];
        assert_eq!(ids(&policy), expected);
        assert_eq!(policy.completeness, Completeness::Complete);
        assert_eq!(policy.problems.len(), 1);
    }

    #[test]
    fn a_circle_of_includes_ends() {
        let policy = policy(&[
            ("/etc/sudoers", "@include b\n@include b\nanna ALL=ALL\n"),
            ("/etc/b", "@include sudoers\n@include b\n"),
        ]);
        assert_eq!(ids(&policy), ["sudoers#1"]);
        assert_eq!(policy.completeness, Completeness::Incomplete(UnknownReason::Malformed));
    }

    #[test]
    fn a_broken_line_leaves_the_others_and_is_not_quoted() {
        let policy = policy(&[("/etc/sudoers", "Erika Mustermann\nanna ALL=ALL\nUser_Alias A=b\nUser_Alias A=c\n")]);
        assert_eq!(ids(&policy), ["sudoers#1"]);
        assert_eq!(policy.problems[0].detail, "lines 1, 4");
        assert_eq!(policy.completeness, Completeness::Incomplete(UnknownReason::Malformed));
    }

    #[test]
    fn aliases_keep_their_signs_and_cannot_contain_themselves() {
        let text = "User_Alias A = anna, !B : B = bert, !carl\nUser_Alias L = L\nCmnd_Alias C = ALL, !D : D = /bin/x\n";
        let policy = policy(&[("/etc/sudoers", text)]);
        let member = |negated, name: &str| Member { negated, who: Who::Name(name.into()) };
        let expanded = policy.expand(AliasKind::User, &[member(false, "A"), member(false, "dora")]);
        let expected = vec![member(false, "anna"), member(true, "bert"), member(false, "carl"), member(false, "dora")];
        assert_eq!(expanded, Some(expected));
        assert_eq!(policy.expand(AliasKind::User, &[member(false, "L")]), None);
        let command = Command { negated: true, kind: CommandKind::Alias("C".into()) };
        assert_eq!(policy.expand_command(&command), Some(vec![(true, true), (false, false)]));
    }

    #[test]
    fn aliases_cannot_grow_without_bound() {
        let mut text = String::from("User_Alias A0 = x, x\nCmnd_Alias A0 = /x, /x\n");
        for number in 1..15 {
            let before = number - 1;
            text +=
                &format!("User_Alias A{number} = A{before}, A{before}\nCmnd_Alias A{number} = A{before}, A{before}\n");
        }
        let policy = policy(&[("/etc/sudoers", &text)]);
        assert_eq!(policy.expand(AliasKind::User, &[Member { negated: false, who: Who::Name("A14".into()) }]), None);
        assert_eq!(policy.expand_command(&Command { negated: false, kind: CommandKind::Alias("A14".into()) }), None);
    }

    proptest! {
        #[test]
        fn never_panics(text in "((anna|ALL|User_Alias|Cmnd_Alias|A|B|@include|@includedir|sudoers|[ ,:=!/\n]){0,60})") {
            policy(&[("/etc/sudoers", &text)]);
        }
    }
}
