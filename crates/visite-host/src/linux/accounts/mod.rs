//! Local accounts and groups, who may do everything, rules for passwords, and logins that nobody is asked for.
//!
//! The collector `linux.accounts`. The facts are about local accounts: where a directory (LDAP, SSSD, winbind) adds
//! others, the local collections stay complete and a problem says so; sudo rules from a directory make that collection
//! incomplete, because they concern local accounts too. Names of people (GECOS), home directories and hashes never
//! enter a fact; rights given by polkit are deliberately absent.

pub mod autologin;
mod database;
pub mod doas;
pub mod group;
pub mod ini;
mod lines;
mod lockout;
pub mod login_defs;
pub mod nsswitch;
pub mod pam;
pub mod passwd;
pub mod password_policy;
mod privileges;
pub mod shadow;
pub mod sudoers;
pub mod units;

use crate::collectors::Collector;
use crate::linux::identity::host_name;
use crate::machine::{Machine, ReadFailure};
use database::Database;
pub(crate) use database::directory;
use jiff::Timestamp;
use login_defs::parse_login_defs;
use privileges::Privileges;
use visite_facts::{Problem, Snapshot, UnknownReason};

/// The collector of accounts, groups, sudo rules, password rules and automatic logins.
pub struct AccountsCollector;

impl Collector for AccountsCollector {
    fn name(&self) -> &'static str {
        "linux.accounts"
    }

    fn collect(&self, machine: &Machine, now: Timestamp, snapshot: &mut Snapshot) {
        let mut problems = Vec::new();
        let login_defs = login_defs(machine, &mut problems);
        let database = Database::read(machine, &mut problems);
        let privileges = Privileges::read(machine, &host_name(machine), &database, &mut problems);
        let today = now.as_second().div_euclid(database::SECONDS_A_DAY);
        snapshot.put_all(&database.accounts(&login_defs, today, &privileges));
        snapshot.put_all(&database.group_records());
        snapshot.put_all(&privileges.rules());
        snapshot.put(&password_policy::password_policy(machine, &login_defs, &mut problems));
        snapshot.put_all(&autologin::autologins(machine, &mut problems));
        snapshot.problems.extend(problems);
    }
}

/// Reads a setting's file below `/etc`, or the copy of the maker below `/usr/etc` (openSUSE); its path comes with it.
fn read_setting(machine: &Machine, name: &str) -> (String, Result<String, ReadFailure>) {
    for folder in ["/etc", "/usr/etc"] {
        let path = format!("{folder}/{name}");
        match machine.read(&path) {
            Err(ReadFailure::Absent) => {}
            found => return (path, found),
        }
    }
    (format!("/etc/{name}"), Err(ReadFailure::Absent))
}

/// Like [`read_setting`] for a file whose absence means nothing; anything else that kept it from being read is listed.
fn read_optional(machine: &Machine, name: &str, problems: &mut Vec<Problem>) -> Result<Option<String>, UnknownReason> {
    match read_setting(machine, name) {
        (_, Ok(text)) => Ok(Some(text)),
        (_, Err(ReadFailure::Absent)) => Ok(None),
        (path, Err(failure)) => {
            problems.push(failure.problem(&path));
            Err(failure.reason())
        }
    }
}

fn login_defs(machine: &Machine, problems: &mut Vec<Problem>) -> login_defs::LoginDefs {
    // Its defaults are those of every distribution, so an unreadable file is worth a problem and no more.
    let text = read_optional(machine, "login.defs", problems).unwrap_or_default();
    parse_login_defs(&text.unwrap_or_default())
}
