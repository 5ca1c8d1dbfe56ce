//! Local accounts and groups put together from `/etc/passwd`, `/etc/group` and `/etc/shadow`.
//!
//! For the collector of accounts. When a name stands in a file twice, the first line counts, as it does at login; the
//! second is reported, because nothing but an error or an attack puts it there.

use super::group::{GroupEntry, parse_group};
use super::lines::Lines;
use super::login_defs::LoginDefs;
use super::nsswitch::parse_nsswitch;
use super::passwd::{PasswdEntry, PasswordField, parse_passwd};
use super::privileges::Privileges;
use super::read_optional;
use super::shadow::{ShadowEntry, parse_shadow};
use super::sudoers::matching::Caller;
use crate::machine::{Machine, ReadFailure};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use visite_facts::facts::{Account, AccountKind, Group, PasswordState};
use visite_facts::value::MAX_TEXTS;
use visite_facts::{Collection, Completeness, Known, Observed, Problem, Unknown, UnknownReason};

/// Seconds of a day without leap seconds, as shadow(5) counts.
pub const SECONDS_A_DAY: i64 = 86_400;
/// The user id of `nobody`, which lies in the range of people on some systems.
const NOBODY: u32 = 65_534;

/// The local accounts and groups.
pub struct Database {
    passwd: Vec<PasswdEntry>,
    groups: Vec<GroupEntry>,
    shadow: Result<BTreeMap<String, ShadowEntry>, UnknownReason>,
    shadow_complete: Completeness,
    accounts_complete: Completeness,
    groups_complete: Completeness,
    /// The accounts as sudo sees them, in the order of the file.
    pub callers: Vec<Caller>,
    /// Names of the groups by id.
    pub group_names: BTreeMap<u32, String>,
}

impl Database {
    /// Reads the three files and looks for accounts that stand elsewhere.
    pub fn read(machine: &Machine, problems: &mut Vec<Problem>) -> Self {
        let (passwd, mut accounts_complete) =
            table(machine, "/etc/passwd", parse_passwd, |entry| &entry.name, problems).unwrap_or_else(nothing);
        let (groups, groups_complete) =
            table(machine, "/etc/group", parse_group, |entry| &entry.name, problems).unwrap_or_else(nothing);
        let shadow = table(machine, "/etc/shadow", parse_shadow, |entry| &entry.name, problems);
        let shadow_complete = shadow.as_ref().map_or(Completeness::Complete, |(_, completeness)| *completeness);
        let shadow = shadow.map(|(entries, _)| entries.into_iter().map(|entry| (entry.name.clone(), entry)).collect());
        if let Some(problem) = homed(machine) {
            accounts_complete = accounts_complete.and(Completeness::Incomplete(problem.reason));
            problems.push(problem);
        }
        problems.extend(directory(machine));
        let group_names = groups.iter().rev().map(|group| (group.gid, group.name.clone())).collect();
        let callers = callers(&passwd, &groups, &group_names);
        Self { passwd, groups, shadow, shadow_complete, accounts_complete, groups_complete, callers, group_names }
    }

    /// Whether the groups of every account are known.
    pub fn groups_completeness(&self) -> Completeness {
        self.groups_complete
    }

    /// The accounts; `today` is a day counted from 1970-01-01, UTC.
    pub fn accounts(&self, login_defs: &LoginDefs, today: i64, privileges: &Privileges<'_>) -> Collection<Account> {
        let records = self.passwd.iter().zip(&self.callers);
        let records =
            records.map(|(entry, caller)| self.account(entry, caller, login_defs, today, privileges)).collect();
        Collection { records, completeness: self.accounts_complete }
    }

    fn account(
        &self,
        entry: &PasswdEntry,
        caller: &Caller,
        login_defs: &LoginDefs,
        today: i64,
        privileges: &Privileges<'_>,
    ) -> Account {
        let mut account = Account {
            name: Known(entry.name.clone()),
            uid: Known(i64::from(entry.uid)),
            kind: Known(kind(entry, login_defs)),
            shell: Known(entry.shell.clone()),
            login_allowed: Known(entry.shell_allows_session()),
            groups: match self.groups_complete {
                Completeness::Complete => texts(caller.groups.clone()),
                Completeness::Incomplete(reason) => Unknown(reason),
            },
            administrator: privileges.administrator(caller),
            ..Account::default()
        };
        match self.password(entry) {
            Ok(Entry::Here(state)) => {
                account.password = Known(state);
                account.password_changed_at = Unknown(UnknownReason::NotSupported);
                account.password_never_expires = Known(true);
                account.account_expires = Known(false);
            }
            Ok(Entry::Shadow(shadow)) => fill(&mut account, shadow, today),
            Err(reason) => {
                account.password = Unknown(reason);
                account.password_changed_at = Unknown(reason);
                account.password_never_expires = Unknown(reason);
                account.password_max_age_days = Unknown(reason);
                account.account_expires = Unknown(reason);
                if account.login_allowed == Known(true) {
                    // It may have expired.
                    account.login_allowed = Unknown(reason);
                }
            }
        }
        account
    }

    fn password(&self, entry: &PasswdEntry) -> Result<Entry<'_>, UnknownReason> {
        let shadow = match (entry.password, &self.shadow) {
            (PasswordField::Here(state), _) => return Ok(Entry::Here(state)),
            (PasswordField::Shadowed, Err(reason)) => return Err(*reason),
            (PasswordField::Shadowed, Ok(shadow)) => shadow,
        };
        match (shadow.get(&entry.name), self.shadow_complete) {
            (Some(shadow), _) => Ok(Entry::Shadow(shadow)),
            // pam_unix finds nothing to compare with, so no password is right.
            (None, Completeness::Complete) => Ok(Entry::Here(PasswordState::Locked)),
            (None, Completeness::Incomplete(reason)) => Err(reason),
        }
    }

    /// The groups with their members.
    pub fn group_records(&self) -> Collection<Group> {
        let mut members: BTreeMap<u32, BTreeSet<&str>> = BTreeMap::new();
        for entry in &self.passwd {
            members.entry(entry.gid).or_default().insert(&entry.name);
        }
        let record = |group: &GroupEntry| {
            let primary = members.get(&group.gid).into_iter().flatten().map(|name| (*name).to_owned());
            let all: BTreeSet<String> = group.members.iter().cloned().chain(primary).collect();
            Group {
                name: Known(group.name.clone()),
                gid: Known(i64::from(group.gid)),
                members: match self.accounts_complete {
                    Completeness::Complete => texts(all.into_iter().collect()),
                    Completeness::Incomplete(reason) => Unknown(reason),
                },
            }
        };
        Collection { records: self.groups.iter().map(record).collect(), completeness: self.groups_complete }
    }
}

/// Where an account's password was found.
enum Entry<'a> {
    /// In `/etc/passwd`, without any ages.
    Here(PasswordState),
    /// In `/etc/shadow`.
    Shadow(&'a ShadowEntry),
}

fn fill(account: &mut Account, shadow: &ShadowEntry, today: i64) {
    account.password = Known(shadow.password);
    account.password_changed_at = match shadow.changed_on_day() {
        None => Unknown(UnknownReason::NotSupported),
        Some(day) => day
            .checked_mul(SECONDS_A_DAY)
            .and_then(|second| Timestamp::from_second(second).ok())
            .map_or(Unknown(UnknownReason::Malformed), Known),
    };
    account.password_never_expires = Known(shadow.max_age_days().is_none());
    if let Some(days) = shadow.max_age_days() {
        account.password_max_age_days = Known(days);
    }
    account.account_expires = Known(shadow.expires_day.is_some());
    if shadow.ended(today) {
        account.login_allowed = Known(false);
    }
}

fn kind(entry: &PasswdEntry, login_defs: &LoginDefs) -> AccountKind {
    let for_people = (login_defs.uid_min..=login_defs.uid_max).contains(&entry.uid);
    match entry.uid {
        0 => AccountKind::Root,
        uid if for_people && uid != NOBODY && entry.name != "nobody" => AccountKind::Person,
        _ => AccountKind::System,
    }
}

fn texts(texts: Vec<String>) -> Observed<Vec<String>> {
    if texts.len() > MAX_TEXTS { Unknown(UnknownReason::NotSupported) } else { Known(texts) }
}

type Table<T> = (Vec<T>, Completeness);

fn nothing<T>(reason: UnknownReason) -> Table<T> {
    (Vec::new(), Completeness::Incomplete(reason))
}

/// Reads a file of records and leaves out those whose name has stood in it before.
fn table<T>(
    machine: &Machine,
    path: &str,
    parse: impl Fn(&str) -> Lines<T>,
    name: impl Fn(&T) -> &String,
    problems: &mut Vec<Problem>,
) -> Result<Table<T>, UnknownReason> {
    let text = machine.read(path).map_err(|failure| {
        problems.push(failure.problem(path));
        failure.reason()
    })?;
    let mut lines = parse(&text);
    let mut seen = BTreeSet::new();
    let before = lines.entries.len();
    lines.entries.retain(|entry| seen.insert(name(entry).clone()));
    let repeated = before - lines.entries.len();
    let mut completeness = lines.completeness();
    problems.extend(lines.problems(path));
    if before == 0 && completeness == Completeness::Complete {
        // Root stands in each of these files.
        let detail = "nothing stands in it".to_owned();
        problems.push(Problem { source: path.to_owned(), reason: UnknownReason::Malformed, detail });
        completeness = Completeness::Incomplete(UnknownReason::Malformed);
    }
    if repeated > 0 {
        let detail = format!("{repeated} of its names stand there more than once");
        problems.push(Problem { source: path.to_owned(), reason: UnknownReason::Malformed, detail });
        completeness = completeness.and(Completeness::Incomplete(UnknownReason::Malformed));
    }
    Ok((lines.entries, completeness))
}

fn callers(passwd: &[PasswdEntry], groups: &[GroupEntry], names: &BTreeMap<u32, String>) -> Vec<Caller> {
    let mut memberships: BTreeMap<&str, Vec<&GroupEntry>> = BTreeMap::new();
    for group in groups {
        for member in &group.members {
            memberships.entry(member).or_default().push(group);
        }
    }
    let caller = |entry: &PasswdEntry| {
        let others = memberships.get(entry.name.as_str()).into_iter().flatten();
        let primary = names.get(&entry.gid).cloned();
        let groups: BTreeSet<String> = others.clone().map(|group| group.name.clone()).chain(primary).collect();
        let gids: BTreeSet<u32> = others.map(|group| group.gid).chain([entry.gid]).collect();
        Caller {
            name: entry.name.clone(),
            uid: Some(entry.uid),
            groups: groups.into_iter().collect(),
            gids: gids.into_iter().collect(),
        }
    };
    passwd.iter().map(caller).collect()
}

/// Accounts of systemd-homed stand in no file that is read here. Their stores lie openly in `/home`.
fn homed(machine: &Machine) -> Option<Problem> {
    let holds = |folder: &str, endings: &[&str]| {
        let names = machine.list(folder).unwrap_or_default();
        names.iter().any(|name| endings.iter().any(|ending| name.ends_with(ending)))
    };
    let found = holds("/home", &[".home", ".homedir"]) || holds("/var/lib/systemd/home", &[".identity"]);
    found.then(|| Problem {
        source: "systemd-homed".to_owned(),
        reason: UnknownReason::NotSupported,
        detail: "accounts of systemd-homed are not listed".to_owned(),
    })
}

/// Says that a directory adds accounts. Some distributions name SSSD by default, so it only counts when it is set up.
pub fn directory(machine: &Machine) -> Option<Problem> {
    let text = read_optional(machine, "nsswitch.conf", &mut Vec::new()).ok()??;
    let mut sources = parse_nsswitch(&text, "passwd");
    sources.retain(|source| source != "sss" || sssd_is_set_up(machine));
    (!sources.is_empty()).then(|| Problem {
        source: "/etc/nsswitch.conf".to_owned(),
        reason: UnknownReason::NotSupported,
        detail: format!("accounts also come from a directory ({}) and are not listed", sources.join(", ")),
    })
}

/// Whether SSSD has a configuration; one that may not be looked at counts as there.
pub fn sssd_is_set_up(machine: &Machine) -> bool {
    let main = machine.exists("/etc/sssd/sssd.conf").unwrap_or(true);
    let parts = match machine.list("/etc/sssd/conf.d") {
        Ok(names) => names.iter().any(|name| name.ends_with(".conf")),
        Err(ReadFailure::Absent) => false,
        Err(_) => true,
    };
    main || parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_by_user_id() {
        let kind_of = |name: &str, uid| {
            let text = format!("{name}:x:{uid}:5::/:/bin/sh\n");
            kind(&parse_passwd(&text).entries[0], &LoginDefs::default())
        };
        assert_eq!(kind_of("toor", 0), AccountKind::Root);
        assert_eq!(kind_of("daemon", 1), AccountKind::System);
        assert_eq!(kind_of("anna", 1000), AccountKind::Person);
        assert_eq!(kind_of("anna", 60_000), AccountKind::Person);
        assert_eq!(kind_of("nobody", 65_534), AccountKind::System);
        assert_eq!(kind_of("nobody", 60_000), AccountKind::System);
        assert_eq!(kind_of("container", 100_000), AccountKind::System);
    }
}
