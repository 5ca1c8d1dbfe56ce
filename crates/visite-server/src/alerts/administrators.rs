//! Who has become an administrator: what was seen of the accounts is compared with what was seen before.
//!
//! Nothing is kept for it: the store knows what it saw. Somebody is new for two weeks, or until they are no administrator any more.
//! A computer that is seen for the first time has no new ones.

use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;
use visite_facts::facts::Account;
use visite_facts::schema::Fact;
use visite_facts::{Completeness, FactType, Known, Snapshot, Subject};
use visite_store::{PracticeStore, StoreError};

/// The collector that sees accounts.
const COLLECTOR: &str = "linux.accounts";
/// How long somebody is new.
const NEW: SignedDuration = SignedDuration::from_hours(14 * 24);
/// How many earlier looks are compared.
const LOOKS: u64 = 20;

/// An account that has become an administrator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAdministrator {
    /// On which computer.
    pub subject: Subject,
    /// Login name.
    pub name: String,
}

/// All of a practice.
///
/// # Errors
///
/// If the store fails.
pub async fn new_administrators(practice: &PracticeStore, now: Timestamp) -> Result<Vec<NewAdministrator>, StoreError> {
    let since = now.saturating_sub(NEW).unwrap_or(Timestamp::MIN);
    let mut all = Vec::new();
    for subject in practice.changed_since(COLLECTOR, since).await? {
        let seen = practice.history(&subject, COLLECTOR, LOOKS).await?;
        all.extend(of_history(&seen, since));
    }
    Ok(all)
}

/// Administrators of the newest look who were none in the one before, or in one that held after `since`. Newest first.
fn of_history(seen: &[Snapshot], since: Timestamp) -> Vec<NewAdministrator> {
    let [newest, before, ..] = seen else { return Vec::new() };
    let earlier = std::iter::once(before).chain(seen.iter().skip(2).filter(|seen| seen.observed_at >= since));
    let earlier: Vec<_> = earlier.filter_map(|seen| administrators(seen).ok()).collect();
    let (Ok(now) | Err(now)) = administrators(newest);
    let is_new = |name: &String| earlier.iter().any(|administrators| !administrators.contains(name));
    let new = |name: String| NewAdministrator { subject: newest.subject.clone(), name };
    now.into_iter().filter(is_new).map(new).collect()
}

/// Names of the administrators: all of them, or as an error those that were seen where not all could be told.
fn administrators(snapshot: &Snapshot) -> Result<BTreeSet<String>, BTreeSet<String>> {
    let Some(Fact::Collection { records, completeness }) = snapshot.facts.get(Account::SPEC.name) else {
        return Err(BTreeSet::new());
    };
    let mut whole = *completeness == Completeness::Complete;
    let mut names = BTreeSet::new();
    for account in records.iter().map(Account::from_record) {
        match (account.name, account.administrator) {
            (Known(name), Known(true)) => drop(names.insert(name)),
            (Known(_), Known(false)) => {}
            _ => whole = false,
        }
    }
    if whole { Ok(names) } else { Err(names) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use visite_facts::value::Collection;
    use visite_facts::{SubjectId, SubjectKind, Unknown, UnknownReason};

    fn at(day: i64) -> Timestamp {
        Timestamp::from_second(1_795_000_000 + day * 86_400).unwrap()
    }

    /// A look on a day: each account with whether it is an administrator.
    fn look(day: i64, accounts: &[(&str, Option<bool>)], completeness: Completeness) -> Snapshot {
        let subject = Subject { id: SubjectId("host-1".into()), kind: SubjectKind::Host, name: "empfang".into() };
        let mut snapshot = Snapshot {
            collector: COLLECTOR.into(),
            observed_at: at(day),
            received_at: None,
            subject,
            identifiers: Vec::new(),
            facts: Default::default(),
            problems: Vec::new(),
        };
        let account = |(name, administrator): &(&str, Option<bool>)| Account {
            name: Known((*name).to_owned()),
            administrator: administrator.map_or(Unknown(UnknownReason::NoPermission), Known),
            ..Account::unknown(UnknownReason::NotSupported)
        };
        snapshot.put_all(&Collection { records: accounts.iter().map(account).collect(), completeness });
        snapshot
    }

    fn whole(day: i64, accounts: &[(&str, Option<bool>)]) -> Snapshot {
        look(day, accounts, Completeness::Complete)
    }

    fn told(seen: &[Snapshot]) -> Vec<String> {
        of_history(seen, at(10)).into_iter().map(|new| format!("{}: {}", new.subject.name, new.name)).collect()
    }

    #[test]
    fn who_was_none_before_is_new() {
        let (yes, no) = (Some(true), Some(false));
        let before = whole(19, &[("anna", no), ("technik", yes)]);
        assert_eq!(told(&[whole(20, &[("anna", yes), ("technik", yes)]), before.clone()]), ["empfang: anna"]);
        // Somebody who was not there at all.
        assert_eq!(told(&[whole(20, &[("bernd", yes), ("technik", yes)]), before.clone()]), ["empfang: bernd"]);
        assert!(told(&[whole(20, &[("anna", no), ("technik", yes)]), before.clone()]).is_empty());
        assert!(told(std::slice::from_ref(&before)).is_empty(), "the first look knows nothing new");
        assert!(told(&[]).is_empty());
        // Another change since does not hide it, and what is long over does not count.
        let after = whole(20, &[("anna", yes), ("carla", no), ("technik", yes)]);
        let between = whole(15, &[("anna", yes), ("technik", yes)]);
        assert_eq!(told(&[after.clone(), between.clone(), before]), ["empfang: anna"]);
        let long_ago = whole(5, &[("anna", no), ("technik", yes)]);
        assert!(told(&[after.clone(), between, long_ago.clone()]).is_empty());
        // After a long absence the look before counts all the same.
        assert_eq!(told(&[after, long_ago]), ["empfang: anna"]);
    }

    #[test]
    fn what_was_not_seen_makes_nobody_new() {
        let (yes, no) = (Some(true), Some(false));
        let now = whole(20, &[("anna", yes), ("technik", yes)]);
        let unsure = whole(19, &[("anna", None), ("technik", yes)]);
        let part = look(19, &[("technik", yes)], Completeness::Incomplete(UnknownReason::NoPermission));
        let mut nothing = whole(19, &[]);
        nothing.facts.clear();
        for before in [unsure, part, nothing] {
            assert!(told(&[now.clone(), before]).is_empty());
        }
        // What is seen now counts, also where something else could not be told.
        let now = look(20, &[("anna", yes), ("bernd", None)], Completeness::Incomplete(UnknownReason::NoPermission));
        assert_eq!(told(&[now, whole(19, &[("anna", no)])]), ["empfang: anna"]);
    }
}
