//! Whom a list means, and what `Defaults` say for someone.
//!
//! For [`super::grants`]. What files alone cannot tell (netgroups, addresses, groups of a directory) is `Unclear`.

use super::policy::Policy;
use super::{AliasKind, CommandKind, Member, Parameter, Scope, Who};
use visite_facts::{Known, Observed, Unknown, UnknownReason};

/// Someone who may call sudo.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Caller {
    /// Login name; empty for a member of a group whom nobody knows by name.
    pub name: String,
    /// User id, if the account is known here.
    pub uid: Option<u32>,
    /// Names of the groups, sorted.
    pub groups: Vec<String>,
    /// Ids of the groups.
    pub gids: Vec<u32>,
}

impl Caller {
    /// The administrator as whom commands run.
    fn root() -> Self {
        Self { name: "root".into(), uid: Some(0), groups: vec!["root".into()], gids: vec![0] }
    }

    /// Whether an entry of a list, aliases resolved, means this caller.
    pub fn is(&self, who: &Who) -> Match {
        match who {
            Who::All => Match::Yes,
            Who::Name(name) => (*name == self.name).into(),
            Who::UserId(uid) => (Some(*uid) == self.uid).into(),
            Who::Group(group) => self.groups.contains(group).into(),
            Who::GroupId(gid) => self.gids.contains(gid).into(),
            Who::Elsewhere(_) => Match::Unclear,
        }
    }
}

/// Whether a list means someone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Match {
    /// It does.
    Yes,
    /// It does not.
    No,
    /// Files alone cannot tell.
    Unclear,
}

impl From<bool> for Match {
    fn from(yes: bool) -> Self {
        if yes { Self::Yes } else { Self::No }
    }
}

impl From<Match> for Observed<bool> {
    fn from(found: Match) -> Self {
        match found {
            Match::Yes => Known(true),
            Match::No => Known(false),
            Match::Unclear => Unknown(UnknownReason::NotSupported),
        }
    }
}

/// Decides a list whose aliases are resolved: the last entry that fits decides, `!` turns it around.
fn decide(members: Option<Vec<Member>>, fits: impl Fn(&Who) -> Match) -> Match {
    let Some(members) = members else { return Match::Unclear };
    // What entries that may or may not fit would decide.
    let mut possible = Vec::new();
    let mut decided = false;
    for member in members.iter().rev() {
        match fits(&member.who) {
            Match::No => {}
            Match::Unclear => possible.push(!member.negated),
            Match::Yes => {
                decided = !member.negated;
                break;
            }
        }
    }
    if possible.iter().all(|outcome| *outcome == decided) { decided.into() } else { Match::Unclear }
}

impl Policy {
    /// Whether a list of users means `caller`.
    pub fn means(&self, users: &[Member], caller: &Caller) -> Match {
        decide(self.expand(AliasKind::User, users), |who| caller.is(who))
    }

    /// Whether a list of hosts means the computer called `host`.
    pub fn on_this_host(&self, hosts: &[Member], host: &str) -> Match {
        decide(self.expand(AliasKind::Host, hosts), |who| match who {
            Who::All => Match::Yes,
            Who::Name(name) => is_host(name, host),
            _ => Match::Unclear,
        })
    }

    /// Whether a command may run as root. Without a target it runs as `runas_default`.
    pub fn as_root(&self, run_as: Option<&[Member]>) -> Match {
        let Some(targets) = run_as else {
            let known = self.spend(self.defaults.len());
            return known.map_or(Match::Unclear, |()| (self.default_target() == "root").into());
        };
        decide(self.expand(AliasKind::RunAs, targets), |who| Caller::root().is(who))
    }

    fn default_target(&self) -> &str {
        self.global_value("runas_default").unwrap_or("root")
    }

    fn global_value(&self, name: &str) -> Option<&str> {
        let global = self.defaults.iter().rev().filter(|(scope, _)| **scope == Scope::Global);
        global.map(|(_, parameter)| parameter).find(|parameter| parameter.name == name)?.value.as_deref()
    }

    /// Whether `exempt_group` frees `caller` from typing a password.
    pub fn is_exempt(&self, caller: &Caller) -> bool {
        self.global_value("exempt_group").is_some_and(|group| caller.groups.iter().any(|own| own == group))
    }

    /// What the flag `name` is for `caller` and a command that may (not) run as root.
    ///
    /// As in sudoers(5) the scopes count in the order global, host, user, target, command; in each the last line wins.
    pub fn flag(&self, name: &str, default: bool, caller: &Caller, host: &str, as_root: Match) -> Observed<bool> {
        if self.spend(1 + self.defaults.len()).is_none() {
            return Unknown(UnknownReason::Malformed);
        }
        let mut value = Known(default);
        for rank in 0..5 {
            for (scope, parameter) in &self.defaults {
                if parameter.name != name || rank_of(scope) != rank {
                    continue;
                }
                match self.applies(scope, caller, host, as_root) {
                    Match::Yes => value = Known(is_on(parameter)),
                    Match::Unclear if value != Known(is_on(parameter)) => value = Unknown(UnknownReason::NotSupported),
                    _ => {}
                }
            }
        }
        value
    }

    fn applies(&self, scope: &Scope, caller: &Caller, host: &str, as_root: Match) -> Match {
        match scope {
            Scope::Global => Match::Yes,
            Scope::Hosts(hosts) => self.on_this_host(hosts, host),
            Scope::Users(users) => self.means(users, caller),
            Scope::RunAs(targets) if as_root == Match::Yes => self.as_root(Some(targets)),
            Scope::RunAs(_) => Match::Unclear,
            // Which programs are meant is not kept, so anything but `ALL` may or may not concern the rule.
            Scope::Commands(commands) => match commands.iter().any(|c| c.kind == CommandKind::All && !c.negated) {
                true => Match::Yes,
                false => Match::Unclear,
            },
        }
    }
}

fn is_on(parameter: &Parameter) -> bool {
    !parameter.negated
}

fn rank_of(scope: &Scope) -> usize {
    match scope {
        Scope::Global => 0,
        Scope::Hosts(_) => 1,
        Scope::Users(_) => 2,
        Scope::RunAs(_) => 3,
        Scope::Commands(_) => 4,
    }
}

/// Compares as sudo does: a name with a dot with the full host name, one without with the short one.
fn is_host(name: &str, host: &str) -> Match {
    let short = host.split('.').next().unwrap_or_default();
    let is_address = name.contains([':', '/']) || name.chars().all(|c| c.is_ascii_digit() || c == '.');
    if is_address || name.contains(['*', '?', '[', ']']) {
        Match::Unclear
    } else if !name.contains('.') {
        name.eq_ignore_ascii_case(short).into()
    } else if host.contains('.') {
        name.eq_ignore_ascii_case(host).into()
    } else if name.split('.').next().is_some_and(|label| label.eq_ignore_ascii_case(short)) {
        Match::Unclear
    } else {
        Match::No
    }
}

#[cfg(test)]
mod tests {
    use super::super::policy::tests::policy;
    use super::*;

    fn caller(name: &str, groups: &[&str]) -> Caller {
        let groups = groups.iter().map(|group| (*group).to_owned()).collect();
        Caller { name: name.into(), uid: Some(1000), groups, gids: vec![1000] }
    }

    #[test]
    fn the_last_entry_that_fits_decides() {
        let policy = policy(&[("/etc/sudoers", "User_Alias A = ALL, !bert\n")]);
        let alias = [Member { negated: false, who: Who::Name("A".into()) }];
        assert_eq!(policy.means(&alias, &caller("anna", &[])), Match::Yes);
        assert_eq!(policy.means(&alias, &caller("bert", &[])), Match::No);
        let netgroup = [Member { negated: false, who: Who::Elsewhere("+x".into()) }];
        assert_eq!(policy.means(&netgroup, &caller("anna", &[])), Match::Unclear);
        let both = [Member { negated: false, who: Who::Name("anna".into()) }, netgroup[0].clone()];
        assert_eq!(policy.means(&both, &caller("anna", &[])), Match::Yes);
        assert_eq!(policy.means(&both, &caller("bert", &[])), Match::Unclear);
    }

    #[test]
    fn hosts() {
        for (name, host, expected) in [
            ("praxis1", "praxis1", Match::Yes),
            ("PRAXIS1", "praxis1.example.org", Match::Yes),
            ("praxis1.example.org", "praxis1", Match::Unclear),
            ("praxis1.example.org", "praxis1.local", Match::No),
            ("other.example.org", "praxis1", Match::No),
            ("10.0.0.0/8", "praxis1", Match::Unclear),
            ("praxis*", "praxis1", Match::Unclear),
        ] {
            assert_eq!(is_host(name, host), expected, "{name} on {host}");
        }
    }

    #[test]
    fn flags_from_wide_to_narrow() {
        let text =
            "Defaults:anna authenticate\nDefaults !authenticate\nDefaults>root rootpw\nDefaults!/bin/x targetpw\n";
        let policy = policy(&[("/etc/sudoers", text)]);
        let flag = |name, who| policy.flag(name, name == "authenticate", &caller(who, &[]), "pc", Match::Yes);
        assert_eq!(flag("authenticate", "anna"), Known(true));
        assert_eq!(flag("authenticate", "bert"), Known(false));
        assert_eq!(flag("rootpw", "bert"), Known(true));
        assert_eq!(flag("targetpw", "bert"), Unknown(UnknownReason::NotSupported));
    }
}
