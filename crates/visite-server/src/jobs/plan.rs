//! What is to be done. A job's id says what and for when, so that whoever plans the same twice plans it once.

use super::schedule::ScanDue;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value as Json, json};
use sha2::{Digest, Sha256};
use visite_facts::{Word, words};
use visite_store::{JobId, NewJob, PracticeStore, Store, StoreError};

words! {
    /// What a job does.
    pub enum Kind {
        /// Looks at the machine on which the server runs.
        Look = "look",
        /// Judges what is known.
        Judge = "judge",
        /// Lets all computers look, and judges when they have delivered.
        Round = "round",
        /// Examines the networks of a release.
        Scan = "scan",
        /// Deletes what need not be kept any longer.
        CleanUp = "clean_up",
        /// Tells a program what happened.
        Notify = "notify",
    }
}

/// Field of a job's input: who asked for it; absent if it was planned.
pub const BY: &str = "by";
/// Field of a scan's input: the id of the release that allows it.
pub const RELEASE: &str = "release";
/// Field of a scan's input: when it ends at the latest; absent if a person decided when it begins.
pub const UNTIL: &str = "until";

/// Why a server that does not stand in the practice examines none of its networks, in German and English.
pub const ELSEWHERE: (&str, &str) = (
    "Dieser Server steht nicht in Ihrem Netz. Bitte lassen Sie das Netz vor Ort untersuchen: visite scan.",
    "This server does not stand in your network. Please have the network examined on the spot: visite scan.",
);

/// What came at the same time is judged together.
const TOGETHER_MINUTES: i64 = 1;
/// Computers that report every hour do so at any minute: they are judged together, four times an hour.
const REPORTS_MINUTES: i64 = 15;

/// Looks at the machine on which the server runs, at once.
///
/// # Errors
///
/// If the store does not keep it.
pub async fn look(practice: &PracticeStore, by: Option<&str>, now: Timestamp) -> Result<JobId, StoreError> {
    keep(practice, job(Kind::Look, now, "", input(by))?, now).await
}

/// Judges what is known, within the next minute; what changes until then is judged with it.
///
/// # Errors
///
/// If the store does not keep it.
pub async fn judge(practice: &PracticeStore, now: Timestamp) -> Result<JobId, StoreError> {
    keep(practice, job(Kind::Judge, next(now, TOGETHER_MINUTES), "", Map::new())?, now).await
}

/// Judges what computers report by themselves, within the next quarter of an hour.
///
/// # Errors
///
/// If the store does not keep it.
pub async fn judge_reports(practice: &PracticeStore, now: Timestamp) -> Result<JobId, StoreError> {
    keep(practice, job(Kind::Judge, next(now, REPORTS_MINUTES), "", Map::new())?, now).await
}

/// Lets all computers look now, and judges when they have delivered.
///
/// # Errors
///
/// If the store does not keep it.
pub async fn round(practice: &PracticeStore, by: Option<&str>, now: Timestamp) -> Result<JobId, StoreError> {
    keep(practice, job(Kind::Round, now, "", input(by))?, now).await
}

/// A round at its time, which may have passed.
///
/// # Errors
///
/// If the store does not keep it.
pub async fn round_at(practice: &PracticeStore, due_at: Timestamp, now: Timestamp) -> Result<JobId, StoreError> {
    keep(practice, job(Kind::Round, due_at, "", Map::new())?, now).await
}

/// Examines the networks of a release of the practice file, at once. Whether that is allowed is decided when it begins.
///
/// # Errors
///
/// If the store does not keep it.
pub async fn scan(
    practice: &PracticeStore,
    release: &str,
    by: Option<&str>,
    now: Timestamp,
) -> Result<JobId, StoreError> {
    let mut fields = input(by);
    fields.insert(RELEASE.to_owned(), json!(release));
    keep(practice, job(Kind::Scan, now, release, fields)?, now).await
}

/// Examines the networks of a release in a break that began at `due_at`.
///
/// # Errors
///
/// If the store does not keep it.
pub async fn scan_at(
    practice: &PracticeStore,
    scan: &ScanDue,
    due_at: Timestamp,
    now: Timestamp,
) -> Result<JobId, StoreError> {
    let fields = [(RELEASE.to_owned(), json!(scan.release)), (UNTIL.to_owned(), json!(scan.until))];
    keep(practice, job(Kind::Scan, due_at, &scan.release, fields.into_iter().collect())?, now).await
}

/// Deletes what need not be kept any longer, in all practices: once a day (UTC).
///
/// # Errors
///
/// If the store does not keep it.
pub async fn clean_up(store: &Store, now: Timestamp) -> Result<JobId, StoreError> {
    let new = NewJob { id: clean_up_id(now)?, ..job(Kind::CleanUp, now, "", Map::new())? };
    store.plan_job(&new, now).await?;
    Ok(new.id)
}

/// The id of the job that cleans up today (UTC).
///
/// # Errors
///
/// None in practice: the id is valid.
pub fn clean_up_id(now: Timestamp) -> Result<JobId, StoreError> {
    id(Kind::CleanUp, now, "%Y%m%d", "")
}

fn input(by: Option<&str>) -> Map<String, Json> {
    by.map(|by| (BY.to_owned(), json!(by))).into_iter().collect()
}

fn job(kind: Kind, due_at: Timestamp, what: &str, input: Map<String, Json>) -> Result<NewJob, StoreError> {
    let id = id(kind, due_at, "%Y%m%d%H%M", what)?;
    Ok(NewJob { id, kind: kind.word().to_owned(), input: Json::Object(input), due_at })
}

/// The id of what is to be done at a time: `judge-202611241200`, and for one thing of several `scan-202611241200-1f2e3d4c`.
fn id(kind: Kind, at: Timestamp, written: &str, what: &str) -> Result<JobId, StoreError> {
    let when = at.strftime(written).to_string();
    let which = match what {
        "" => String::new(),
        what => Sha256::digest(what).iter().take(4).fold("-".to_owned(), |text, byte| format!("{text}{byte:02x}")),
    };
    JobId::new(format!("{kind}-{when}{which}"))
}

/// The next full number of minutes. It is later than `now`, so that a job of this id has not read what changed by now.
fn next(now: Timestamp, minutes: i64) -> Timestamp {
    let seconds = minutes * 60;
    let left = seconds - now.as_second().rem_euclid(seconds);
    let full = Timestamp::from_second(now.as_second()).unwrap_or(now);
    full.saturating_add(SignedDuration::from_secs(left)).unwrap_or(Timestamp::MAX)
}

async fn keep(practice: &PracticeStore, new: NewJob, now: Timestamp) -> Result<JobId, StoreError> {
    practice.plan_job(&new, now).await?;
    Ok(new.id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn ids_say_what_and_for_when() {
        let now = at("2026-11-24T12:00:59Z");
        let named = |kind, what| job(kind, now, what, Map::new()).unwrap().id.to_string();
        assert_eq!(named(Kind::Round, ""), "round-202611241200");
        assert_eq!(named(Kind::CleanUp, ""), "clean_up-202611241200");
        assert_ne!(named(Kind::Scan, "freigabe-1"), named(Kind::Scan, "freigabe-2"));
        assert!(named(Kind::Scan, &"ä".repeat(500)).starts_with("scan-202611241200-"));
    }

    #[test]
    fn judging_begins_after_everything_that_it_stands_for() {
        assert_eq!(next(at("2026-11-24T12:00:00Z"), 1), at("2026-11-24T12:01:00Z"));
        assert_eq!(next(at("2026-11-24T12:00:59.9Z"), 1), at("2026-11-24T12:01:00Z"));
        assert_eq!(next(at("2026-11-24T12:14:00Z"), 15), at("2026-11-24T12:15:00Z"));
        assert_eq!(next(at("1969-12-31T23:59:58Z"), 1), at("1970-01-01T00:00:00Z"));
        assert_eq!(next(Timestamp::MAX, 15), Timestamp::MAX);
    }
}
