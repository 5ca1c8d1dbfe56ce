//! Several snapshots of one computer laid over each other: nothing that was seen gets lost or grows young.

use crate::world::{World, account, accounts, now, result};
use jiff::SignedDuration;
use visite_facts::facts::PasswordState;
use visite_facts::{Collection, Snapshot, UnknownReason, Verdict};

const CHECK: &str = "account-empty-password";

fn ago(mut snapshot: Snapshot, days: i64) -> Snapshot {
    snapshot.observed_at = now() - SignedDuration::from_hours(24 * days);
    snapshot
}

#[test]
fn two_records_of_one_listing_with_the_same_name_both_count() {
    let twins = || {
        let both = vec![account("praxis", PasswordState::Set), account("praxis", PasswordState::None)];
        accounts(&Collection::complete(both))
    };
    let alone = World::of(vec![twins()]).assess();
    assert_eq!(result(&alone, CHECK).verdict, Verdict::Fail);
    let older = ago(accounts(&Collection::incomplete(Vec::new(), UnknownReason::NoPermission)), 1);
    assert_eq!(result(&World::of(vec![older, twins()]).assess(), CHECK).verdict, Verdict::Fail);
}
