//! What the sudoers files come to: one record a rule, and who may do everything.
//!
//! For the collector of accounts. A rule that names several subjects, or commands under different conditions, gives
//! several records: `sudoers#2.1`, `sudoers#2.2`. Rules for other computers only are left out.

use super::matching::{Caller, Match};
use super::policy::{Policy, Rule};
use super::{AliasKind, Grant, Privilege, Who};
use std::collections::BTreeMap;
use visite_facts::facts::{SudoRule, SudoSubject};
use visite_facts::{Known, Observed, Unknown, UnknownReason};

/// Flags under which sudo asks for another password than the caller's own.
const OTHER_PASSWORD_FLAGS: &[&str] = &["targetpw", "rootpw", "runaspw"];

/// Steps that a record costs, so that their number is bounded too; see [`Policy::spend`].
const STEPS_OF_RECORD: usize = 1000;

/// The computer on which the rules apply.
#[derive(Clone, Copy, Debug)]
pub struct World<'a> {
    /// Its accounts.
    pub callers: &'a [Caller],
    /// Its groups by id.
    pub groups: &'a BTreeMap<u32, String>,
    /// Its name.
    pub host: &'a str,
}

/// What a subject may do under the same conditions.
#[derive(Clone, Debug, PartialEq)]
struct Summary {
    as_root: Observed<bool>,
    password_required: Observed<bool>,
    target_password: Observed<bool>,
    all_commands: Observed<bool>,
}

/// Every rule that applies on this computer.
pub fn sudo_rules(policy: &Policy, world: &World<'_>) -> Vec<SudoRule> {
    let mut records = Vec::new();
    for rule in &policy.rules {
        let start = records.len();
        records.extend(rule_records(policy, world, rule));
        let several = records.len() - start > 1;
        for (index, record) in records[start..].iter_mut().enumerate() {
            record.rule = Known(if several { format!("{}.{}", rule.id, index + 1) } else { rule.id.clone() });
        }
    }
    records
}

fn rule_records(policy: &Policy, world: &World<'_>, rule: &Rule) -> Vec<SudoRule> {
    followed(policy, world, rule).unwrap_or_else(|| {
        let unknown = SudoRule::unknown(UnknownReason::Malformed);
        vec![SudoRule { subject_kind: Known(SudoSubject::Unresolved), ..unknown }]
    })
}

/// The records of a rule; `None` if an alias contains itself, or if it is too long to follow.
fn followed(policy: &Policy, world: &World<'_>, rule: &Rule) -> Option<Vec<SudoRule>> {
    let users = policy.expand(AliasKind::User, &rule.users)?;
    let mut records: Vec<SudoRule> = Vec::new();
    for privilege in &rule.privileges {
        let here = policy.on_this_host(&privilege.hosts, world.host);
        for user in users.iter().filter(|user| !user.negated && here != Match::No) {
            policy.spend(world.callers.len())?;
            for summary in summaries(policy, world, &user.who, privilege) {
                policy.spend(records.len())?;
                let record = record(world, &user.who, summary, here);
                if !records.contains(&record) {
                    policy.spend(STEPS_OF_RECORD)?;
                    records.push(record);
                }
            }
        }
    }
    Some(records)
}

fn record(world: &World<'_>, who: &Who, summary: Summary, here: Match) -> SudoRule {
    let (subject_kind, subject) = subject(world, who);
    let known = SudoRule {
        rule: Unknown(UnknownReason::NotCollected),
        subject_kind: Known(subject_kind),
        subject: Known(subject),
        all_commands: summary.all_commands,
        as_root: summary.as_root,
        password_required: summary.password_required,
        target_password: summary.target_password,
    };
    if here == Match::Yes {
        return known;
    }
    let unknown = SudoRule::unknown(UnknownReason::NotSupported);
    SudoRule { subject_kind: known.subject_kind, subject: known.subject, ..unknown }
}

fn subject(world: &World<'_>, who: &Who) -> (SudoSubject, String) {
    match who {
        Who::All => (SudoSubject::Everyone, "ALL".to_owned()),
        Who::Name(name) => (SudoSubject::User, name.clone()),
        Who::Group(name) => (SudoSubject::Group, name.clone()),
        Who::UserId(uid) => match world.callers.iter().find(|caller| caller.uid == Some(*uid)) {
            Some(caller) => (SudoSubject::User, caller.name.clone()),
            None => (SudoSubject::Unresolved, format!("#{uid}")),
        },
        Who::GroupId(gid) => match world.groups.get(gid) {
            Some(name) => (SudoSubject::Group, name.clone()),
            None => (SudoSubject::Unresolved, format!("%#{gid}")),
        },
        Who::Elsewhere(text) => (SudoSubject::Unresolved, text.clone()),
    }
}

fn summaries(policy: &Policy, world: &World<'_>, who: &Who, privilege: &Privilege) -> Vec<Summary> {
    let callers = callers_of(world, who);
    let mut summaries: Vec<Summary> = Vec::new();
    for grant in &privilege.grants {
        let as_root = policy.as_root(grant.run_as.as_deref());
        let parts = policy.expand_command(&grant.command);
        if parts.iter().flatten().any(|(negated, all)| *negated && *all) {
            // `!ALL` takes back what was allowed so far.
            summaries.retain(|summary| summary.as_root != as_root.into());
        }
        let mut allowed = parts.iter().flatten().filter(|(negated, _)| !negated).peekable();
        if parts.is_some() && allowed.peek().is_none() {
            continue;
        }
        let all_commands = match parts {
            Some(_) => Known(allowed.any(|(_, all)| *all)),
            None => Unknown(UnknownReason::Malformed),
        };
        let each = |ask: &dyn Fn(&Caller) -> Observed<bool>| callers.iter().map(ask).collect::<Vec<_>>();
        let new = Summary {
            as_root: as_root.into(),
            password_required: all_of(&each(&|caller| asks(policy, world, grant, as_root, caller))),
            target_password: all_of(&each(&|caller| asks_for_other(policy, world, grant, as_root, caller))),
            all_commands,
        };
        let same_conditions =
            |old: &&mut Summary| Summary { all_commands: new.all_commands.clone(), ..(**old).clone() } == new;
        match summaries.iter_mut().find(same_conditions) {
            Some(old) if old.all_commands == Known(false) => *old = new,
            Some(_) => {}
            None => summaries.push(new),
        }
    }
    summaries
}

/// The accounts that a subject stands for. A group and `ALL` also stand for someone who is not a local account; root
/// does not count there, because sudo never asks root.
fn callers_of(world: &World<'_>, who: &Who) -> Vec<Caller> {
    let local = |fits: &dyn Fn(&Caller) -> bool| -> Vec<Caller> {
        world.callers.iter().filter(|caller| caller.uid != Some(0) && fits(caller)).cloned().collect()
    };
    let stranger = Caller::default();
    match who {
        Who::All => [local(&|_| true), vec![stranger]].concat(),
        Who::Group(name) => {
            [local(&|caller| caller.groups.contains(name)), vec![Caller { groups: vec![name.clone()], ..stranger }]]
                .concat()
        }
        Who::GroupId(gid) => {
            [local(&|caller| caller.gids.contains(gid)), vec![Caller { gids: vec![*gid], ..stranger }]].concat()
        }
        Who::Name(name) => {
            let account = world.callers.iter().find(|caller| caller.name == *name).cloned();
            vec![account.unwrap_or(Caller { name: name.clone(), ..stranger })]
        }
        Who::UserId(uid) => {
            let account = world.callers.iter().find(|caller| caller.uid == Some(*uid)).cloned();
            vec![account.unwrap_or(Caller { uid: Some(*uid), ..stranger })]
        }
        Who::Elsewhere(_) => vec![stranger],
    }
}

/// Whether sudo asks `caller` for a password before this command.
fn asks(policy: &Policy, world: &World<'_>, grant: &Grant, as_root: Match, caller: &Caller) -> Observed<bool> {
    if policy.spend(policy.defaults.len()).is_none() {
        return Unknown(UnknownReason::Malformed);
    }
    if policy.is_exempt(caller) {
        return Known(false);
    }
    match grant.password {
        Some(asks) => Known(asks),
        None => policy.flag("authenticate", true, caller, world.host, as_root),
    }
}

/// Whether the password that sudo asks for is not the caller's own.
fn asks_for_other(
    policy: &Policy,
    world: &World<'_>,
    grant: &Grant,
    as_root: Match,
    caller: &Caller,
) -> Observed<bool> {
    let flags = OTHER_PASSWORD_FLAGS.iter().map(|flag| policy.flag(flag, false, caller, world.host, as_root));
    let any = match flags.fold(Known(false), |any, flag| if any == Known(false) { flag } else { any }) {
        Known(false) => return Known(false),
        any => any,
    };
    all_of(&[asks(policy, world, grant, as_root, caller), any])
}

/// `false` if one is, else unknown if one is.
fn all_of(values: &[Observed<bool>]) -> Observed<bool> {
    let doubtful = |value: &&Observed<bool>| matches!(value, Unknown(_));
    if values.contains(&Known(false)) {
        Known(false)
    } else {
        values.iter().find(doubtful).cloned().unwrap_or(Known(true))
    }
}

/// Whether the rules let `caller` do everything as root, with no other password than their own.
pub fn may_do_everything(policy: &Policy, world: &World<'_>, caller: &Caller) -> Observed<bool> {
    let mut state = Known(false);
    for rule in &policy.rules {
        let meant = policy.means(&rule.users, caller);
        for privilege in rule.privileges.iter().filter(|_| meant != Match::No) {
            let here = policy.on_this_host(&privilege.hosts, world.host);
            for grant in privilege.grants.iter().filter(|_| here != Match::No) {
                let as_root = policy.as_root(grant.run_as.as_deref());
                let other = asks_for_other(policy, world, grant, as_root, caller);
                let certain = [meant, here, as_root].iter().all(|found| *found == Match::Yes);
                if as_root != Match::No {
                    state = after(state, policy.expand_command(&grant.command), certain, other);
                }
            }
        }
    }
    state
}

/// The state after one more command of a rule that (perhaps) applies.
fn after(
    mut state: Observed<bool>,
    parts: Option<Vec<(bool, bool)>>,
    certain: bool,
    other: Observed<bool>,
) -> Observed<bool> {
    let Some(parts) = parts else { return Unknown(UnknownReason::Malformed) };
    for (negated, _) in parts.into_iter().filter(|(_, all)| *all) {
        let outcome = match (negated, &other) {
            (true, _) => Known(false),
            (false, Known(false)) => Known(true),
            // Whoever has to type root's password has root's rights already.
            (false, Known(true)) => continue,
            (false, Unknown(reason)) => Unknown(*reason),
        };
        if certain {
            state = outcome;
        } else if state != outcome {
            state = Unknown(UnknownReason::NotSupported);
        }
    }
    state
}

#[cfg(test)]
mod tests {
    use super::super::policy::tests::policy;
    use super::*;

    fn caller(name: &str, uid: u32, groups: &[(&str, u32)]) -> Caller {
        Caller {
            name: name.into(),
            uid: Some(uid),
            groups: groups.iter().map(|(name, _)| (*name).to_owned()).collect(),
            gids: groups.iter().map(|(_, gid)| *gid).collect(),
        }
    }

    /// Every record as one line, and the accounts that may do everything.
    fn outcome(text: &str) -> (Vec<String>, Vec<String>) {
        let policy = policy(&[("/etc/sudoers", text)]);
        let callers = [
            caller("root", 0, &[("root", 0)]),
            caller("anna", 1000, &[("anna", 1000), ("sudo", 27)]),
            caller("bert", 1001, &[]),
        ];
        let groups = BTreeMap::from([(27, "sudo".to_owned())]);
        let world = World { callers: &callers, groups: &groups, host: "praxis1" };
        let show = |value: &Observed<bool>, yes: &str| match value {
            Known(true) => format!(" {yes}"),
            Known(false) => String::new(),
            Unknown(reason) => format!(" {yes}?{reason}"),
        };
        let lines = sudo_rules(&policy, &world).into_iter().map(|record| {
            format!(
                "{} {}{}{}{}{}",
                record.rule.known().expect("always known"),
                record.subject.known().map_or("?", String::as_str),
                show(&record.all_commands, "all"),
                show(&record.as_root, "root"),
                show(&record.password_required, "password"),
                show(&record.target_password, "target"),
            )
        });
        let all = callers.iter().map(|caller| (caller, may_do_everything(&policy, &world, caller)));
        let all = all.filter(|(_, all)| *all != Known(false));
        (lines.collect(), all.map(|(caller, all)| format!("{}{}", caller.name, show(&all, ""))).collect())
    }

    #[track_caller]
    fn check(text: &str, records: &[&str], everything: &[&str]) {
        let (lines, all) = outcome(text);
        assert_eq!(lines, records, "{text}");
        assert_eq!(all.iter().map(|name| name.trim()).collect::<Vec<_>>(), everything, "{text}");
    }

    #[test]
    fn the_file_of_debian_12() {
        let text = include_str!("../../../../tests/data/accounts/debian-12.sudoers");
        check(text, &["sudoers#1 root all root password", "sudoers#2 sudo all root password"], &["root", "anna"]);
    }

    #[test]
    fn passwords() {
        check("bert ALL=(ALL) NOPASSWD: ALL", &["sudoers#1 bert all root"], &["bert"]);
        check("Defaults !authenticate\nbert ALL=ALL", &["sudoers#1 bert all root"], &["bert"]);
        check("Defaults:anna !authenticate\n%sudo ALL=ALL", &["sudoers#1 sudo all root"], &["anna"]);
        check("Defaults:bert !authenticate\n%sudo ALL=ALL", &["sudoers#1 sudo all root password"], &["anna"]);
        check("Defaults:%sudo !authenticate\n%#27 ALL=PASSWD:ALL", &["sudoers#1 sudo all root password"], &["anna"]);
        check("Defaults exempt_group=sudo\nanna ALL=PASSWD:ALL", &["sudoers#1 anna all root"], &["anna"]);
        check(
            "Defaults!/bin/x !authenticate\nbert ALL=ALL",
            &["sudoers#1 bert all root password?not_supported"],
            &["bert"],
        );
    }

    #[test]
    fn different_conditions_are_told_apart() {
        let text = "anna, bert ALL = NOPASSWD: /bin/a, /bin/b, (lp) /bin/c";
        let expected = ["sudoers#1.1 anna root", "sudoers#1.2 anna", "sudoers#1.3 bert root", "sudoers#1.4 bert"];
        check(text, &expected, &[]);
        check("bert ALL = NOPASSWD: /bin/a, ALL", &["sudoers#1 bert all root"], &["bert"]);
    }

    #[test]
    fn targets() {
        check("bert ALL=(postgres) ALL", &["sudoers#1 bert all password"], &[]);
        check("bert ALL=(:adm) ALL", &["sudoers#1 bert all password"], &[]);
        check("bert ALL=(#0) ALL", &["sudoers#1 bert all root password"], &["bert"]);
        check("bert ALL=(ALL, !root) ALL", &["sudoers#1 bert all password"], &[]);
        check("Defaults runas_default=www\nbert ALL=ALL", &["sudoers#1 bert all password"], &[]);
    }

    #[test]
    fn the_password_of_root_makes_no_administrator() {
        // The rule that openSUSE ships.
        check("Defaults targetpw\nALL ALL=(ALL) ALL", &["sudoers#1 ALL all root password target"], &[]);
        check("Defaults targetpw\nALL ALL=(ALL) NOPASSWD:ALL", &["sudoers#1 ALL all root"], &["root", "anna", "bert"]);
    }

    #[test]
    fn later_rules_take_back() {
        check("bert ALL=ALL\nbert ALL=!ALL", &["sudoers#1 bert all root password"], &[]);
        check("bert ALL=ALL, !ALL", &[], &[]);
        check("bert ALL=ALL, !/bin/su", &["sudoers#1 bert all root password"], &["bert"]);
        check("ALL, !bert, !root ALL=ALL", &["sudoers#1 ALL all root password"], &["anna"]);
    }

    #[test]
    fn other_computers_and_what_cannot_be_told() {
        check("bert praxis2=ALL : PRAXIS1=/bin/a", &["sudoers#1 bert root password"], &[]);
        let unclear = "sudoers#1 bert all?not_supported root?not_supported password?not_supported target?not_supported";
        check("bert 10.0.0.0/8=ALL", &[unclear], &["bert ?not_supported"]);
        let everyone = ["root ?not_supported", "anna ?not_supported", "bert ?not_supported"];
        check("+net ALL=ALL", &["sudoers#1 +net all root password"], &everyone);
        check("#4711 ALL=ALL", &["sudoers#1 #4711 all root password"], &[]);
    }

    #[test]
    fn a_circle_of_aliases_is_unknown() {
        let unknown = "all?malformed root?malformed password?malformed target?malformed";
        let text = "User_Alias A = A\nA ALL=ALL";
        let (lines, all) = outcome(text);
        assert_eq!(lines, [format!("sudoers#1 ? {unknown}")]);
        assert_eq!(all.len(), 3);
    }

    #[test]
    fn rules_that_multiply_without_end_are_unknown() {
        let names: Vec<String> = (0..300).map(|number| format!("a{number}")).collect();
        let text = format!("anna ALL=ALL\nUser_Alias A = {}\n{}", names.join(","), "A ALL=ALL\n".repeat(1000));
        let policy = policy(&[("/etc/sudoers", &text)]);
        let callers = [caller("anna", 1000, &[])];
        let world = World { callers: &callers, groups: &BTreeMap::new(), host: "praxis1" };
        let records = sudo_rules(&policy, &world);
        assert!(records.len() < 200_000, "{}", records.len());
        assert_eq!(records.first().map(|record| &record.all_commands), Some(&Known(true)));
        assert_eq!(records.last().map(|record| &record.all_commands), Some(&Unknown(UnknownReason::Malformed)));
        assert!(matches!(may_do_everything(&policy, &world, &callers[0]), Unknown(_)));
    }
}
