//! Whose screens are looked at: accounts of people that may log in, and the groups they are listed in.
//!
//! For this collector only; the facts about accounts have a collector of their own, whose parsers serve here too.
//! Password fields and the names of people (GECOS) are deliberately never kept.

use crate::linux::accounts;
use crate::linux::accounts::group::{GroupEntry, parse_group};
use crate::linux::accounts::login_defs::parse_login_defs;
use crate::linux::accounts::passwd::parse_passwd;
use crate::machine::Machine;
use visite_facts::value::Completeness;
use visite_facts::{Problem, UnknownReason};

/// A person's account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Login name.
    pub name: String,
    /// User id.
    pub uid: u32,
    /// Home directory.
    pub home: String,
    /// Groups that list the account as a member; the primary group is not among them.
    pub groups: Vec<String>,
}

/// The people of `machine` that may log in, whether these are all, and what could not be read.
///
/// Accounts of a domain are not in `/etc/passwd`; where they exist, the list is not complete.
pub fn people(machine: &Machine) -> (Vec<Person>, Completeness, Vec<Problem>) {
    let path = "/etc/passwd";
    let text = match machine.read(path) {
        Ok(text) => text,
        Err(failure) => {
            let completeness = Completeness::Incomplete(failure.reason());
            return (Vec::new(), completeness, vec![failure.problem(path)]);
        }
    };
    let passwd = parse_passwd(&text);
    let ids = parse_login_defs(&machine.read("/etc/login.defs").unwrap_or_default());
    let groups = parse_group(&machine.read("/etc/group").unwrap_or_default()).entries;
    let people = passwd
        .entries
        .iter()
        .filter(|entry| (ids.uid_min..=ids.uid_max).contains(&entry.uid) && entry.shell_allows_session())
        .map(|entry| Person {
            name: entry.name.clone(),
            uid: entry.uid,
            home: entry.home.clone(),
            groups: groups_of(&entry.name, &groups),
        })
        .collect();
    let mut completeness = passwd.completeness();
    let mut problems = passwd.problems(path);
    if passwd.entries.is_empty() && passwd.malformed.is_empty() {
        // Even root stands in it; an empty file is damage.
        let reason = UnknownReason::Malformed;
        completeness = completeness.and(Completeness::Incomplete(reason));
        problems.push(Problem { source: path.to_owned(), reason, detail: "no account stands in it".to_owned() });
    }
    if let Some(problem) = accounts::directory(machine) {
        completeness = completeness.and(Completeness::Incomplete(problem.reason));
        problems.push(problem);
    }
    (people, completeness, problems)
}

fn groups_of(name: &str, groups: &[GroupEntry]) -> Vec<String> {
    let listing = groups.iter().filter(|group| group.members.iter().any(|member| member == name));
    listing.map(|group| group.name.clone()).collect()
}
