//! One setting with its origin, and how the settings of a locker add up to a lock that takes effect.
//!
//! For all desktops of this collector, which differ in where a setting stands but not in what it means. No file is
//! read here, and nothing is judged: whether ten minutes are too long is the catalogue's business.

use visite_facts::UnknownReason;
use visite_facts::facts::{Desktop, ScreenLock};
use visite_facts::value::{Known, Observed, Unknown};

/// Where a value comes from, strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// Set or locked by the administrator, so that the user cannot change it.
    Policy,
    /// Set by the user.
    User,
    /// Preset by the administrator or the distribution; the user may change it.
    System,
    /// Built into the program.
    Default,
}

impl Origin {
    fn word(self) -> &'static str {
        match self {
            Self::Policy => "policy",
            Self::User => "user",
            Self::System => "system",
            Self::Default => "default",
        }
    }
}

/// A setting as it takes effect for one user.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting<T> {
    /// Its value.
    pub value: Observed<T>,
    /// Where the value comes from.
    pub origin: Observed<Origin>,
    /// Whether the user cannot change it.
    pub locked: Observed<bool>,
}

impl<T> Setting<T> {
    /// A value that is known, with its origin.
    pub fn known(value: T, origin: Origin) -> Self {
        Self { value: Known(value), origin: Known(origin), locked: Known(origin == Origin::Policy) }
    }

    /// A value that could not be read, though the user could set it.
    pub fn unread(reason: UnknownReason) -> Self {
        Self { value: Unknown(reason), origin: Unknown(reason), locked: Known(false) }
    }

    /// The same setting with a value computed from this one.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Setting<U> {
        Setting { value: self.value.map(f), origin: self.origin, locked: self.locked }
    }
}

/// What decides whether and when a screen is locked.
#[derive(Debug, Default)]
pub struct Rules {
    /// All of these must be true for the screen to lock, and a policy has to hold every one of them.
    pub guards: Vec<Setting<bool>>,
    /// These must be true as well, but the settings of the desktop offer no switch for them.
    pub conditions: Vec<Setting<bool>>,
    /// Their sum in seconds is the time until the lock.
    pub delays: Vec<Setting<i64>>,
}

/// A lock as it takes effect for one user of one desktop.
#[derive(Clone, Debug, PartialEq)]
pub struct Lock {
    /// What locks the screen.
    pub mechanism: Observed<String>,
    /// Whether it locks by itself.
    pub enabled: Observed<bool>,
    /// Seconds until then.
    pub after_seconds: Observed<i64>,
    /// Whether a policy keeps the user from switching it off.
    pub enforced: Observed<bool>,
    /// Where the values come from.
    pub source: Observed<String>,
}

impl Lock {
    /// Nothing that could lock the screen is installed or started.
    pub fn none() -> Self {
        Self {
            mechanism: Observed::default(),
            enabled: Known(false),
            after_seconds: Observed::default(),
            enforced: Known(false),
            source: Known(Origin::Default.word().to_owned()),
        }
    }

    /// Nothing can be said, for this reason.
    pub fn unknown(mechanism: Observed<String>, reason: UnknownReason) -> Self {
        Self {
            mechanism,
            enabled: Unknown(reason),
            after_seconds: Unknown(reason),
            enforced: Unknown(reason),
            source: Unknown(reason),
        }
    }

    /// What the settings of `mechanism` add up to.
    pub fn from_rules(mechanism: &str, rules: &Rules) -> Self {
        let enabled = all(rules.guards.iter().chain(&rules.conditions).map(|setting| &setting.value));
        Self {
            mechanism: Known(mechanism.to_owned()),
            after_seconds: after(&enabled, &rules.delays),
            enforced: enforced(&enabled, &rules.guards),
            source: source(rules),
            enabled,
        }
    }

    /// The lock of several lockers in one session: the first one that is known to lock wins, then an unknown one.
    pub fn first_of(locks: Vec<Self>) -> Self {
        let rank = |lock: &Self| match (&lock.enabled, &lock.after_seconds) {
            (Known(true), Known(seconds)) => (0, *seconds),
            (Known(true), Unknown(_)) => (1, 0),
            (Unknown(_), _) => (2, 0),
            (Known(false), _) => (3, 0),
        };
        // The sort is stable, so that the order in which the caller looked decides between equals.
        let mut locks = locks;
        locks.sort_by_key(rank);
        locks.into_iter().next().unwrap_or_else(Self::none)
    }

    /// The fact record of this lock.
    pub fn into_record(self, user: &str, desktop: Observed<Desktop>, session_name: &str) -> ScreenLock {
        ScreenLock {
            session: Known(format!("{user} ({session_name})")),
            user: Known(user.to_owned()),
            desktop,
            mechanism: self.mechanism,
            lock_enabled: self.enabled,
            locks_after_seconds: self.after_seconds,
            enforced: self.enforced,
            source: self.source,
        }
    }
}

/// False if one is known to be false, whatever the others are; unknown if one of the others is.
fn all<'a>(switches: impl Iterator<Item = &'a Observed<bool>>) -> Observed<bool> {
    let mut result = Known(true);
    for switch in switches {
        match switch {
            Known(false) => return Known(false),
            Unknown(reason) if result == Known(true) => result = Unknown(*reason),
            Known(true) | Unknown(_) => {}
        }
    }
    result
}

fn after(enabled: &Observed<bool>, delays: &[Setting<i64>]) -> Observed<i64> {
    match enabled {
        // There is no such time; the field stays absent.
        Known(false) => Observed::default(),
        Unknown(reason) => Unknown(*reason),
        Known(true) => delays
            .iter()
            .try_fold(0_i64, |sum, delay| match delay.value {
                Known(seconds) => Ok(sum.saturating_add(seconds)),
                Unknown(reason) => Err(reason),
            })
            .into(),
    }
}

fn enforced(enabled: &Observed<bool>, guards: &[Setting<bool>]) -> Observed<bool> {
    match (enabled, all(guards.iter().map(|guard| &guard.locked))) {
        (Known(false), _) | (_, Known(false)) => Known(false),
        (Unknown(reason), _) => Unknown(*reason),
        (Known(true), held) => held,
    }
}

/// The origins of everything that matters; a condition that nobody has touched is left out.
fn source(rules: &Rules) -> Observed<String> {
    let conditions = rules.conditions.iter().map(|setting| setting.origin.clone());
    let touched = conditions.filter(|origin| *origin != Known(Origin::Default));
    let guards = rules.guards.iter().map(|setting| setting.origin.clone());
    let delays = rules.delays.iter().map(|setting| setting.origin.clone());
    let mut origins = Vec::new();
    for origin in guards.chain(delays).chain(touched) {
        match origin {
            Known(origin) => origins.push(origin),
            Unknown(reason) => return Unknown(reason),
        }
    }
    origins.sort();
    origins.dedup();
    Known(origins.into_iter().map(Origin::word).collect::<Vec<_>>().join("+"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use UnknownReason::NoPermission;

    fn rules(guards: Vec<Setting<bool>>, delays: Vec<Setting<i64>>) -> Lock {
        Lock::from_rules("locker", &Rules { guards, delays, ..Rules::default() })
    }

    #[test]
    fn one_open_switch_is_enough_to_keep_the_screen_open() {
        let lock = rules(vec![Setting::unread(NoPermission), Setting::known(false, Origin::User)], vec![]);
        assert_eq!(lock.enabled, Known(false));
        assert_eq!(lock.after_seconds, Observed::default());
        assert_eq!(lock.enforced, Known(false));
    }

    #[test]
    fn an_unread_switch_makes_the_lock_unknown_but_not_enforced() {
        let lock = rules(vec![Setting::known(true, Origin::Policy), Setting::unread(NoPermission)], vec![]);
        assert_eq!(lock.enabled, Unknown(NoPermission));
        assert_eq!(lock.enforced, Known(false));
        assert_eq!(lock.source, Unknown(NoPermission));
    }

    #[test]
    fn an_unread_delay_leaves_the_lock_known() {
        let lock = rules(vec![Setting::known(true, Origin::Policy)], vec![Setting::unread(NoPermission)]);
        assert_eq!(lock.enabled, Known(true));
        assert_eq!(lock.enforced, Known(true));
        assert_eq!(lock.after_seconds, Unknown(NoPermission));
    }

    #[test]
    fn delays_add_up_and_origins_are_joined_strongest_first() {
        let delays = vec![Setting::known(300, Origin::User), Setting::known(i64::MAX, Origin::Default)];
        let lock = rules(vec![Setting::known(true, Origin::Policy)], delays);
        assert_eq!(lock.after_seconds, Known(i64::MAX));
        assert_eq!(lock.source, Known("policy+user+default".to_owned()));
    }

    #[test]
    fn of_several_lockers_the_earliest_counts() {
        let lock = |name, enabled, seconds| {
            let guards = vec![Setting::known(enabled, Origin::User)];
            let delays = vec![Setting::known(seconds, Origin::User)];
            Lock::from_rules(name, &Rules { guards, delays, ..Rules::default() })
        };
        let first = Lock::first_of(vec![lock("off", false, 0), lock("late", true, 900), lock("early", true, 60)]);
        assert_eq!(first.mechanism, Known("early".to_owned()));
        assert_eq!(Lock::first_of(vec![]), Lock::none());
    }
}
