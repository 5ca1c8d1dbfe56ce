//! Sessions: a random value in a cookie, its hash in the store.
//!
//! Idle for 12 hours or 7 days old, a session ends. The value changes whenever somebody proves more (password, second
//! factor, once more before something that matters), so that a value from before is worth nothing.

use crate::login::factors::Factors;
use crate::login::oidc::elsewhere::Elsewhere;
use crate::login::secret::Secret;
use jiff::{SignedDuration, Timestamp};
use visite_store::{Account, Role, Session};

/// A session that is not used ends after this time.
pub const IDLE: SignedDuration = SignedDuration::from_hours(12);
/// A session ends after this time at the latest.
pub const ABSOLUTE: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Between password and second factor there is this much time.
pub const HALF_WAY: SignedDuration = SignedDuration::from_mins(15);
/// For so long after proving who somebody is, things that matter are not asked about again.
pub const FRESH: SignedDuration = SignedDuration::from_mins(15);
/// The store notes the use of a session this often.
pub const NOTED_EVERY: SignedDuration = SignedDuration::from_mins(5);

/// The cookie's name where the connection is encrypted: browsers then keep it to this very server.
const SECURE_NAME: &str = "__Host-visite";
/// The cookie's name on this machine itself without encryption.
const PLAIN_NAME: &str = "visite";

/// How far somebody with a session has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The password was right; the second factor was not shown yet.
    AwaitsSecondFactor,
    /// Something has to be set up before anything else: name, password or second factor.
    ToSetUp,
    /// Signed in.
    Complete,
}

/// What is demanded of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Demands {
    /// A way to sign in again: a password, a passkey or an account elsewhere.
    pub password: bool,
    /// A second factor.
    pub second_factor: bool,
}

/// What is demanded of somebody with these `roles`. On the machine itself a practice may look around first; whoever
/// comes over the network, or looks after others, has to be protected.
pub fn demands(roles: impl IntoIterator<Item = Role>, beyond_loopback: bool) -> Demands {
    let mut second_factor = false;
    for role in roles {
        second_factor |= match role {
            Role::ProviderAdmin | Role::Technician => true,
            Role::PracticeOwner | Role::PracticeManager | Role::DataProtectionOfficer | Role::Auditor => {
                beyond_loopback
            }
            Role::Staff => false,
        };
    }
    Demands { password: beyond_loopback || second_factor, second_factor }
}

/// How far the session of `account` has come.
pub fn standing(
    account: &Account,
    factors: &Factors,
    elsewhere: &Elsewhere,
    session: &Session,
    demands: Demands,
) -> Standing {
    if (factors.any() || elsewhere.second_factor) && session.second_factor_at.is_none() {
        return Standing::AwaitsSecondFactor;
    }
    match next_step(account, factors, elsewhere, demands) {
        None => Standing::Complete,
        Some(_) => Standing::ToSetUp,
    }
}

/// The page of the next thing to set up, if something is missing.
pub fn next_step(
    account: &Account,
    factors: &Factors,
    elsewhere: &Elsewhere,
    demands: Demands,
) -> Option<&'static str> {
    let password = account.password_hash.is_some() || !factors.passkeys.is_empty() || elsewhere.signs_in();
    if demands.password && is_placeholder(&account.email) {
        Some("/account/person")
    } else if demands.password && !password {
        Some("/account/password")
    } else if demands.second_factor && !factors.any() && !elsewhere.second_factor {
        Some("/account/app")
    } else {
        None
    }
}

/// Addresses of accounts whose owner has not named one yet end so; nobody can get mail there (RFC 2606).
pub const PLACEHOLDER: &str = "@visite.invalid";

/// Whether `email` stands for an address that is not known yet.
pub fn is_placeholder(email: &str) -> bool {
    email.ends_with(PLACEHOLDER)
}

/// Whether the person proved a short time ago who it is. Whoever has nothing to prove with yet counts, too.
pub fn is_fresh(
    account: &Account,
    factors: &Factors,
    elsewhere: &Elsewhere,
    session: &Session,
    now: Timestamp,
) -> bool {
    if account.password_hash.is_none() && !factors.any() && !elsewhere.signs_in() {
        return true;
    }
    // Another service may have asked long before this session began.
    let proved = session.proved_at.unwrap_or(session.created_at);
    let proved = session.second_factor_at.map_or(proved, |at| at.max(proved));
    now.duration_since(proved) < FRESH
}

/// When a session that began at `created` and is used at `now` ends.
pub fn end(created: Timestamp, now: Timestamp, complete: bool) -> Timestamp {
    let idle = now.checked_add(if complete { IDLE } else { HALF_WAY });
    let absolute = created.checked_add(ABSOLUTE);
    match (idle, absolute) {
        (Ok(idle), Ok(absolute)) => idle.min(absolute),
        _ => now,
    }
}

/// The session's value among the cookies of a request. Two different values give none.
pub fn from_cookies<'a>(cookies: impl Iterator<Item = &'a str>, encrypted: bool) -> Option<Secret> {
    let name = if encrypted { SECURE_NAME } else { PLAIN_NAME };
    let mut values = cookies
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(key, _)| *key == name)
        .map(|(_, value)| value);
    let value = values.next()?;
    if values.any(|other| other != value) {
        return None;
    }
    Secret::parse(value)
}

/// The header that gives a browser its session.
pub fn cookie(secret: &Secret, encrypted: bool) -> String {
    line(&secret.text(), ABSOLUTE.as_secs(), encrypted)
}

/// The header that takes the session out of a browser.
pub fn no_cookie(encrypted: bool) -> String {
    line("", 0, encrypted)
}

fn line(value: &str, seconds: i64, encrypted: bool) -> String {
    let (name, secure) = if encrypted { (SECURE_NAME, "; Secure") } else { (PLAIN_NAME, "") };
    format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn providers_always_need_a_second_factor() {
        for beyond in [false, true] {
            assert!(demands([Role::Technician], beyond).second_factor);
            assert!(demands([Role::Staff, Role::ProviderAdmin], beyond).second_factor);
            assert!(!demands([Role::Staff], beyond).second_factor);
            assert_eq!(demands([Role::PracticeOwner], beyond).second_factor, beyond);
        }
        assert_eq!(demands([], true), Demands { password: true, second_factor: false });
    }

    #[test]
    fn a_cookie_is_read_back_and_only_under_its_name() {
        let secret = Secret::new([3; 32]);
        for encrypted in [false, true] {
            let line = cookie(&secret, encrypted);
            assert!(line.contains("; HttpOnly; SameSite=Lax") && line.contains("Path=/;"), "{line}");
            assert_eq!(line.starts_with("__Host-") && line.ends_with("; Secure"), encrypted);
            let sent = format!("a=b; {}", line.split(';').next().unwrap());
            assert_eq!(from_cookies([sent.as_str()].into_iter(), encrypted), Some(secret.clone()));
            assert_eq!(from_cookies([sent.as_str()].into_iter(), !encrypted), None);
        }
        let two = format!("visite={}; visite={}", secret.text(), Secret::new([4; 32]).text());
        assert_eq!(from_cookies([two.as_str()].into_iter(), false), None);
        assert_eq!(from_cookies(["visite=", "visite"].into_iter(), false), None);
    }

    #[test]
    fn sessions_end_idle_and_at_last() {
        let begin: Timestamp = "2026-03-01T08:00:00Z".parse().unwrap();
        let hours = |n| begin + SignedDuration::from_hours(n);
        assert_eq!(end(begin, begin, true), hours(12));
        assert_eq!(end(begin, hours(100), true), hours(112));
        assert_eq!(end(begin, hours(160), true), hours(168));
        assert_eq!(end(begin, begin, false), begin + HALF_WAY);
    }
}
