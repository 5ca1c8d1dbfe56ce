//! Whose screens are looked at: accounts of people from `/etc/passwd`, and the groups they are listed in.
//!
//! For this collector only; the facts about accounts have a collector of their own. Password fields and the names of
//! people (GECOS) are deliberately never kept.

use crate::machine::{Machine, ReadFailure};
use visite_facts::value::Completeness;
use visite_facts::{Problem, UnknownReason};

/// First and last user id of people where `/etc/login.defs` does not say (login.defs(5)).
const DEFAULT_IDS: (u32, u32) = (1000, 60_000);
/// Login programs that end at once.
const NO_LOGIN: &[&str] = &["nologin", "false", "true", "sync", "halt", "shutdown"];
/// Sources of accounts in nsswitch.conf(5) whose accounts do not stand in `/etc/passwd`.
const REMOTE_SOURCES: &[&str] = &["sss", "ldap", "winbind", "nis", "nisplus"];

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

/// One line of `/etc/passwd`, as far as it is needed here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasswdLine {
    /// Login name.
    pub name: String,
    /// User id.
    pub uid: u32,
    /// Home directory.
    pub home: String,
    /// Login program; empty for `/bin/sh`.
    pub shell: String,
}

/// The people of `machine` that may log in, whether these are all, and what could not be read.
pub fn people(machine: &Machine) -> (Vec<Person>, Completeness, Vec<Problem>) {
    let passwd = match machine.read("/etc/passwd") {
        Ok(text) => text,
        Err(failure) => {
            let completeness = Completeness::Incomplete(failure.reason());
            return (Vec::new(), completeness, vec![failure.problem("/etc/passwd")]);
        }
    };
    let (first, last) = machine.read("/etc/login.defs").map_or(DEFAULT_IDS, |text| parse_uid_range(&text));
    let group_text = machine.read("/etc/group").unwrap_or_default();
    let people = parse_passwd(&passwd)
        .into_iter()
        .filter(|line| (first..=last).contains(&line.uid) && may_log_in(&line.shell))
        .map(|line| Person {
            groups: parse_group_memberships(&group_text, &line.name),
            name: line.name,
            uid: line.uid,
            home: line.home,
        })
        .collect();
    let (mut completeness, mut problems) = remote_accounts(machine);
    if !is_whole(&passwd) {
        let reason = UnknownReason::Malformed;
        completeness = completeness.and(Completeness::Incomplete(reason));
        let detail = "an account in it could not be read, or none stands in it".to_owned();
        problems.push(Problem { source: "/etc/passwd".to_owned(), reason, detail });
    }
    (people, completeness, problems)
}

/// Whether every line of passwd(5) can be read, and there is one at all: even root stands in it.
fn is_whole(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with(['#', '+', '-']));
    let first = lines.next();
    first.is_some_and(|first| std::iter::once(first).chain(lines).all(|line| parse_passwd(line).len() == 1))
}

/// Accounts of a domain are not in `/etc/passwd`; where they exist, the list is not complete.
fn remote_accounts(machine: &Machine) -> (Completeness, Vec<Problem>) {
    let path = "/etc/nsswitch.conf";
    match machine.read(path) {
        Ok(text) if parse_has_remote_accounts(&text) => {
            let reason = UnknownReason::NotSupported;
            let detail = "accounts of a domain are not looked at".to_owned();
            (Completeness::Incomplete(reason), vec![Problem { source: path.to_owned(), reason, detail }])
        }
        Ok(_) | Err(ReadFailure::Absent) => (Completeness::Complete, Vec::new()),
        Err(failure) => (Completeness::Incomplete(failure.reason()), vec![failure.problem(path)]),
    }
}

/// Lines of passwd(5). Lines that are none are skipped.
pub fn parse_passwd(text: &str) -> Vec<PasswdLine> {
    text.lines()
        .filter_map(|line| {
            let fields: Vec<&str> = line.splitn(8, ':').collect();
            let [name, _, uid, _, _, home, shell] = fields.as_slice() else { return None };
            if name.is_empty() || name.starts_with(['#', '+', '-']) || name.len() > 256 {
                return None;
            }
            Some(PasswdLine {
                name: (*name).to_owned(),
                uid: uid.parse().ok()?,
                home: home.trim_end_matches('/').to_owned(),
                shell: shell.trim().to_owned(),
            })
        })
        .collect()
}

/// `UID_MIN` and `UID_MAX` of login.defs(5); the usual ones where they are missing.
pub fn parse_uid_range(text: &str) -> (u32, u32) {
    let number = |name: &str| {
        text.lines().rev().find_map(|line| {
            let mut words = line.split_whitespace();
            (words.next() == Some(name)).then(|| words.next()?.parse().ok()).flatten()
        })
    };
    (number("UID_MIN").unwrap_or(DEFAULT_IDS.0), number("UID_MAX").unwrap_or(DEFAULT_IDS.1))
}

/// Names of the groups of group(5) that list `user`.
pub fn parse_group_memberships(text: &str, user: &str) -> Vec<String> {
    text.lines()
        .filter_map(|line| {
            let mut fields = line.splitn(4, ':');
            let name = fields.next()?;
            let members = fields.nth(2)?;
            members.split(',').any(|member| member.trim() == user).then(|| name.to_owned())
        })
        .collect()
}

/// Whether nsswitch.conf(5) takes accounts from a directory.
pub fn parse_has_remote_accounts(text: &str) -> bool {
    text.lines()
        .filter_map(|line| line.trim().strip_prefix("passwd:"))
        .flat_map(str::split_whitespace)
        .take_while(|source| !source.starts_with('#'))
        .any(|source| REMOTE_SOURCES.contains(&source))
}

fn may_log_in(shell: &str) -> bool {
    shell.rsplit('/').next().is_none_or(|name| !NO_LOGIN.contains(&name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn passwd_lines_are_read_and_nis_marks_are_not() {
        let text =
            "root:x:0:0:root:/root:/bin/bash\nanna:x:1000:1000:Anna,,,:/home/anna/:/bin/bash\n+::::::\nhalf:x:1\n";
        let lines = parse_passwd(text);
        assert_eq!(lines.len(), 2);
        assert_eq!((lines[1].name.as_str(), lines[1].uid, lines[1].home.as_str()), ("anna", 1000, "/home/anna"));
    }

    #[test]
    fn the_range_of_people_is_taken_from_login_defs() {
        assert_eq!(parse_uid_range("# UID_MIN 1\nUID_MIN\t\t  500\n"), (500, 60_000));
        assert_eq!(parse_uid_range("UID_MAX x\n"), (1000, 60_000));
    }

    #[test]
    fn memberships_and_remote_sources_are_seen() {
        assert_eq!(
            parse_group_memberships("sudo:x:27:anna,ben\nnopasswdlogin:x:9:ben\n", "ben"),
            ["sudo", "nopasswdlogin"]
        );
        assert!(parse_has_remote_accounts("passwd:         files systemd sss\n"));
        assert!(!parse_has_remote_accounts("passwd: files systemd # sss\ngroup: files sss\n"));
    }

    #[test]
    fn programs_that_end_at_once_are_no_login() {
        assert!(may_log_in("/bin/bash") && may_log_in(""));
        assert!(!may_log_in("/usr/sbin/nologin") && !may_log_in("/bin/false"));
    }

    proptest! {
        #[test]
        fn no_text_makes_them_panic(text: String, user: String) {
            parse_passwd(&text);
            parse_uid_range(&text);
            parse_group_memberships(&text, &user);
            parse_has_remote_accounts(&text);
        }
    }
}
