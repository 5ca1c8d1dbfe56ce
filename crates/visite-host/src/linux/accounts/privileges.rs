//! Who may do everything: user id 0, sudo and doas.
//!
//! For the collector of accounts. An ordinary user cannot read sudoers; then membership in the group that the
//! distribution gives sudo to is as much as can be said.

use super::database::{Database, sssd_is_set_up};
use super::doas::{self, DoasRule, doas_rules, parse_doas};
use super::nsswitch::parse_nsswitch;
use super::read_optional;
use super::sudoers::grants::{World, may_do_everything, sudo_rules};
use super::sudoers::matching::Caller;
use super::sudoers::policy::Policy;
use crate::machine::{Machine, ReadFailure};
use visite_facts::facts::SudoRule;
use visite_facts::{Collection, Completeness, Known, Observed, Problem, Unknown, UnknownReason};

/// Groups to which distributions give sudo.
const USUAL_GROUPS: &[&str] = &["sudo", "wheel", "admin"];
/// Where the sudo program may stand.
const SUDO_PROGRAMS: &[&str] = &["/usr/bin/sudo", "/bin/sudo", "/usr/local/bin/sudo"];

/// The rules of sudo and doas on this computer.
pub struct Privileges<'a> {
    database: &'a Database,
    host: String,
    /// `None` where there are no sudoers files.
    policy: Result<Option<Policy>, UnknownReason>,
    sudo_installed: bool,
    doas: Vec<DoasRule>,
    completeness: Completeness,
}

impl<'a> Privileges<'a> {
    /// Reads the rules. `host` is this computer's name.
    pub fn read(machine: &Machine, host: &str, database: &'a Database, problems: &mut Vec<Problem>) -> Self {
        let mut policy = read_policy(machine, host, problems);
        let mut completeness = match &mut policy {
            Ok(Some(policy)) => {
                problems.append(&mut policy.problems);
                policy.completeness
            }
            Ok(None) => Completeness::Complete,
            Err(reason) => Completeness::Incomplete(*reason),
        };
        let (doas, doas_complete) = read_doas(machine, problems);
        completeness = completeness.and(doas_complete);
        if let Some(problem) = directory_rules(machine) {
            completeness = completeness.and(Completeness::Incomplete(problem.reason));
            problems.push(problem);
        }
        let sudo_installed = SUDO_PROGRAMS.iter().any(|path| machine.exists(path) == Ok(true));
        Self { database, host: host.to_owned(), policy, sudo_installed, doas, completeness }
    }

    fn world(&self) -> World<'_> {
        World { callers: &self.database.callers, groups: &self.database.group_names, host: &self.host }
    }

    /// Every rule of sudo and doas.
    pub fn rules(&self) -> Collection<SudoRule> {
        let mut records = match &self.policy {
            Ok(Some(policy)) => sudo_rules(policy, &self.world()),
            _ => Vec::new(),
        };
        records.extend(doas_rules(&self.doas));
        Collection { records, completeness: self.completeness }
    }

    /// Whether `caller` may do everything.
    pub fn administrator(&self, caller: &Caller) -> Observed<bool> {
        if caller.uid == Some(0) || doas::may_do_everything(&self.doas, caller) {
            return Known(true);
        }
        let by_sudo = match &self.policy {
            Ok(Some(policy)) => may_do_everything(policy, &self.world(), caller),
            Ok(None) => Known(false),
            Err(_) if self.sudo_installed && has_usual_group(caller) => Known(true),
            Err(reason) => Unknown(*reason),
        };
        match (by_sudo, self.completeness.and(self.database.groups_completeness())) {
            // A rule or a membership that was not seen may still give everything.
            (Known(false), Completeness::Incomplete(reason)) => Unknown(reason),
            (known, _) => known,
        }
    }
}

fn has_usual_group(caller: &Caller) -> bool {
    caller.groups.iter().any(|group| USUAL_GROUPS.contains(&group.as_str()))
}

/// Reads the sudoers files, or those of the maker below `/usr/etc` (openSUSE) where `/etc/sudoers` is absent.
fn read_policy(machine: &Machine, host: &str, problems: &mut Vec<Problem>) -> Result<Option<Policy>, UnknownReason> {
    for path in ["/etc/sudoers", "/usr/etc/sudoers"] {
        match Policy::read(machine, path, host) {
            Ok(policy) => return Ok(Some(policy)),
            Err(ReadFailure::Absent) => {}
            Err(failure) => {
                problems.push(failure.problem(path));
                return Err(failure.reason());
            }
        }
    }
    Ok(None)
}

fn read_doas(machine: &Machine, problems: &mut Vec<Problem>) -> (Vec<DoasRule>, Completeness) {
    const PATH: &str = "/etc/doas.conf";
    match machine.read(PATH) {
        Ok(text) => {
            let lines = parse_doas(&text);
            problems.extend(lines.problems(PATH));
            let completeness = lines.completeness();
            (lines.entries, completeness)
        }
        Err(ReadFailure::Absent) => (Vec::new(), Completeness::Complete),
        Err(failure) => {
            problems.push(failure.problem(PATH));
            (Vec::new(), Completeness::Incomplete(failure.reason()))
        }
    }
}

/// Says that sudo asks a directory for rules as well.
fn directory_rules(machine: &Machine) -> Option<Problem> {
    let text = read_optional(machine, "nsswitch.conf", &mut Vec::new()).ok()??;
    let mut sources = parse_nsswitch(&text, "sudoers");
    sources.retain(|source| source != "sss" || sssd_is_set_up(machine));
    (!sources.is_empty()).then(|| Problem {
        source: "/etc/nsswitch.conf".to_owned(),
        reason: UnknownReason::NotSupported,
        detail: format!("sudo rules also come from a directory ({})", sources.join(", ")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_sight_of_sudoers_only_the_usual_groups_speak() {
        let machine = Machine::at("/nonexistent/visite");
        let database = Database::read(&machine, &mut Vec::new());
        let mut privileges = Privileges {
            database: &database,
            host: "pc".into(),
            policy: Err(UnknownReason::NoPermission),
            sudo_installed: true,
            doas: Vec::new(),
            completeness: Completeness::Incomplete(UnknownReason::NoPermission),
        };
        let caller = |uid, group: &str| Caller { uid: Some(uid), groups: vec![group.into()], ..Caller::default() };
        let unknown = Unknown(UnknownReason::NoPermission);
        assert_eq!(privileges.administrator(&caller(0, "root")), Known(true));
        assert_eq!(privileges.administrator(&caller(1000, "wheel")), Known(true));
        assert_eq!(privileges.administrator(&caller(1001, "adm")), unknown);
        assert_eq!(privileges.rules(), Collection::incomplete(Vec::new(), UnknownReason::NoPermission));
        privileges.sudo_installed = false;
        assert_eq!(privileges.administrator(&caller(1000, "wheel")), unknown);
    }
}
