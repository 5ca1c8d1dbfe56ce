//! The screen lock as it takes effect for each person. The fact `host.screen_locks`.
//!
//! Three things lock by time, and the earliest counts: the inactivity limit of the computer ("Interactive logon: Machine
//! inactivity limit", `InactivityTimeoutSecs`), the limit that a device management sets (`MaxInactivityTimeDeviceLock`, minutes), and
//! a screen saver that asks for the password. A screen saver runs only if it is switched on, has a time, and is named; a policy
//! counts before the person's own setting. The grace period after a screen saver begins is counted along. Dynamic lock and what
//! happens on waking from sleep lock for other reasons than time and are not counted. Sources: Microsoft Learn, "Interactive
//! logon: Machine inactivity limit", "Policy CSP – DeviceLock", "Policy CSP – ADMX_ControlPanelDisplay".

use super::Collector;
use super::people::{self, Person};
use super::recording::Recording;
use super::wanted::Wanted;
use jiff::Timestamp;
use visite_facts::facts::{Desktop, ScreenLock};
use visite_facts::{Collection, Completeness, Known, Snapshot, Unknown, UnknownReason};

const POLICIES: &str = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System";
const MANAGED: &str = r"HKLM\SOFTWARE\Microsoft\PolicyManager\current\device\DeviceLock";
const WINLOGON: &str = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon";
const POLICY_OF: &str = r"Software\Policies\Microsoft\Windows\Control Panel\Desktop";
const OWN: &str = r"Control Panel\Desktop";

/// Seconds in which a screen saver can be left without a password, where nobody set them.
const GRACE: i64 = 5;

/// Collects `host.screen_locks`.
pub struct ScreenLockCollector;

impl Collector for ScreenLockCollector {
    fn name(&self) -> &'static str {
        "windows.screen_lock"
    }

    fn wants(&self) -> &'static [Wanted] {
        const SAVER: &[&str] = &["ScreenSaveActive", "ScreenSaverIsSecure", "ScreenSaveTimeOut", "SCRNSAVE.EXE"];
        &[
            Wanted::Values(POLICIES, &["InactivityTimeoutSecs"]),
            Wanted::Values(MANAGED, &["MaxInactivityTimeDeviceLock"]),
            Wanted::Values(WINLOGON, &["ScreenSaverGracePeriod"]),
            Wanted::Values(r"HKU\*\Software\Policies\Microsoft\Windows\Control Panel\Desktop", SAVER),
            Wanted::Values(r"HKU\*\Control Panel\Desktop", SAVER),
        ]
    }

    fn understand(&self, recording: &Recording, _now: Timestamp, snapshot: &mut Snapshot) {
        snapshot.put_all(&locks(recording));
    }
}

/// What locks by time, and where that is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Lock {
    seconds: i64,
    mechanism: &'static str,
    enforced: bool,
    source: &'static str,
}

fn locks(recording: &Recording) -> Collection<ScreenLock> {
    let machine = of_machine(recording);
    let people = match people::people(recording) {
        Ok(people) => people,
        Err(reason) => return Collection { records: Vec::new(), completeness: Completeness::Incomplete(reason) },
    };
    // Whoever is not signed in: what the computer itself does counts for them; their own setting cannot be read.
    let unseen = people.iter().any(|person| !person.loaded) && !matches!(machine, Ok(Some(_)));
    let records =
        people.iter().filter(|person| person.loaded).map(|person| of_person(recording, person, machine)).collect();
    let completeness =
        if unseen { Completeness::Incomplete(UnknownReason::NotSupported) } else { Completeness::Complete };
    Collection { records, completeness }
}

/// The limit of the computer, if there is one.
fn of_machine(recording: &Recording) -> Result<Option<Lock>, UnknownReason> {
    let limit = recording.number(POLICIES, "InactivityTimeoutSecs")?.filter(|seconds| *seconds > 0);
    let managed = recording.number(MANAGED, "MaxInactivityTimeDeviceLock")?.filter(|minutes| *minutes > 0);
    let managed = managed.map(|minutes| minutes.saturating_mul(60));
    let seconds = match (limit, managed) {
        (Some(limit), Some(managed)) => Some(limit.min(managed)),
        (limit, managed) => limit.or(managed),
    };
    Ok(seconds.map(|seconds| Lock { seconds, mechanism: "machine inactivity limit", enforced: true, source: "policy" }))
}

/// The screen saver of a person, if it locks.
fn saver(recording: &Recording, person: &Person) -> Result<Option<Lock>, UnknownReason> {
    let policy = format!(r"HKU\{}\{POLICY_OF}", person.sid);
    let own = format!(r"HKU\{}\{OWN}", person.sid);
    let mut by_policy = true;
    let mut setting = |name| -> Result<Option<String>, UnknownReason> {
        let text = |path: &str| -> Result<Option<String>, UnknownReason> {
            // Written as text by Windows, as numbers by people.
            let value = recording.value(path, name)?;
            let text = |data: &super::recording::Data| {
                data.text().map(str::to_owned).or_else(|| data.number().map(|number| number.to_string()))
            };
            value.map(|data| text(data).ok_or(UnknownReason::Malformed)).transpose()
        };
        match text(&policy)? {
            Some(value) => Ok(Some(value)),
            None => {
                by_policy = false;
                text(&own)
            }
        }
    };
    let active = setting("ScreenSaveActive")?.is_some_and(|value| value == "1");
    let secure = setting("ScreenSaverIsSecure")?.is_some_and(|value| value == "1");
    let named = setting("SCRNSAVE.EXE")?.is_some_and(|value| !value.is_empty());
    let seconds = setting("ScreenSaveTimeOut")?.map(|value| value.parse::<i64>().map_err(|_| UnknownReason::Malformed));
    let seconds = seconds.transpose()?.unwrap_or_default();
    if !(active && secure && named && seconds > 0) {
        return Ok(None);
    }
    let grace = recording.number(WINLOGON, "ScreenSaverGracePeriod")?.unwrap_or(GRACE).max(0);
    let source = if by_policy { "policy" } else { "user" };
    Ok(Some(Lock { seconds: seconds.saturating_add(grace), mechanism: "screen saver", enforced: by_policy, source }))
}

fn of_person(recording: &Recording, person: &Person, machine: Result<Option<Lock>, UnknownReason>) -> ScreenLock {
    let named = ScreenLock {
        session: Known(format!("{} (windows)", person.name)),
        user: Known(person.name.clone()),
        desktop: Known(Desktop::Windows),
        ..ScreenLock::unknown(UnknownReason::NotCollected)
    };
    let unknown = |reason| ScreenLock {
        mechanism: Unknown(reason),
        lock_enabled: Unknown(reason),
        locks_after_seconds: Unknown(reason),
        enforced: Unknown(reason),
        source: Unknown(reason),
        ..named.clone()
    };
    let lock = match (machine, saver(recording, person)) {
        (Ok(machine), Ok(saver)) => match (machine, saver) {
            (Some(machine), Some(saver)) if saver.seconds < machine.seconds => {
                // It is the saver's time that counts, and the computer's limit that nobody gets around.
                Some(Lock { enforced: true, ..saver })
            }
            (Some(machine), _) => Some(machine),
            (None, saver) => saver,
        },
        (Err(reason), _) | (_, Err(reason)) => return unknown(reason),
    };
    match lock {
        Some(lock) => ScreenLock {
            mechanism: Known(lock.mechanism.to_owned()),
            lock_enabled: Known(true),
            locks_after_seconds: Known(lock.seconds),
            enforced: Known(lock.enforced),
            source: Known(lock.source.to_owned()),
            ..named
        },
        None => ScreenLock {
            mechanism: Unknown(UnknownReason::NotSupported),
            lock_enabled: Known(false),
            locks_after_seconds: Unknown(UnknownReason::NotSupported),
            enforced: Known(false),
            source: Known("default".to_owned()),
            ..named
        },
    }
}
