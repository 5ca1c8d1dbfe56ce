//! Whether an account is blocked for a while after failed logins: pam_faillock(8), pam_tally2(8).
//!
//! For the password policy. Red Hat shares two stacks among its programs; only what holds in both is said to hold.

use super::ini::last;
use super::pam::{self, Facility, Module, Stack};
use super::password_policy::{number, parse_module_settings};
use super::read_optional;
use crate::machine::Machine;
use visite_facts::facts::PasswordPolicy;
use visite_facts::{Known, Problem, Unknown, UnknownReason};

/// Failed logins until pam_faillock blocks, unless `deny` says otherwise.
const DEFAULT_ATTEMPTS: i64 = 3;
/// Seconds for which pam_faillock blocks, unless `unlock_time` says otherwise.
const DEFAULT_SECONDS: i64 = 600;

/// A rule that blocks an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Lockout {
    attempts: i64,
    /// 0 until an administrator unblocks it.
    seconds: i64,
}

/// What a stack does: a rule, or none, or why that cannot be told.
type Outcome = Result<Option<Lockout>, UnknownReason>;

/// Fills in the three fields about failed logins.
pub fn fill_lockout(machine: &Machine, policy: &mut PasswordPolicy, problems: &mut Vec<Problem>) {
    let services: &[&str] = match machine_has(machine, "common-auth", problems) {
        true => &["common-auth"],
        false => &["system-auth", "password-auth"],
    };
    let stacks = services.iter().filter_map(|service| pam::stack(machine, service, Facility::Auth, problems));
    let stacks: Vec<Stack> = stacks.collect();
    let outcomes: Vec<Outcome> = stacks.iter().map(|stack| lockout(machine, stack, problems)).collect();
    match weakest(&outcomes) {
        Ok(Some(lockout)) => {
            policy.lockout_enabled = Known(true);
            policy.lockout_attempts = Known(lockout.attempts);
            policy.lockout_seconds = Known(lockout.seconds);
        }
        Ok(None) => {
            policy.lockout_enabled = Known(false);
            policy.lockout_attempts = Unknown(UnknownReason::NotCollected);
            policy.lockout_seconds = Unknown(UnknownReason::NotCollected);
        }
        Err(reason) => {
            policy.lockout_enabled = Unknown(reason);
            policy.lockout_attempts = Unknown(reason);
            policy.lockout_seconds = Unknown(reason);
        }
    }
}

fn machine_has(machine: &Machine, service: &str, problems: &mut Vec<Problem>) -> bool {
    pam::stack(machine, service, Facility::Auth, problems).is_some()
}

/// What holds everywhere: no rule if one stack has none; otherwise the most attempts and the shortest time.
fn weakest(outcomes: &[Outcome]) -> Outcome {
    if outcomes.is_empty() {
        return Err(UnknownReason::NotSupported);
    }
    if outcomes.contains(&Ok(None)) {
        return Ok(None);
    }
    let mut weakest: Option<Lockout> = None;
    for outcome in outcomes {
        let Some(one) = (*outcome)? else { continue };
        weakest = Some(weakest.map_or(one, |other| Lockout {
            attempts: one.attempts.max(other.attempts),
            // 0 is the longest time of all.
            seconds: [one.seconds, other.seconds].into_iter().filter(|seconds| *seconds > 0).min().unwrap_or(0),
        }));
    }
    Ok(weakest)
}

fn lockout(machine: &Machine, stack: &Stack, problems: &mut Vec<Problem>) -> Outcome {
    if let Some(reason) = stack.doubt {
        return Err(reason);
    }
    match faillock(machine, stack, problems)? {
        Some(lockout) => Ok(Some(lockout)),
        None => Ok(tally(stack)),
    }
}

/// pam_faillock has to be asked before the password, where it refuses, and after a wrong one, where it counts.
fn faillock(machine: &Machine, stack: &Stack, problems: &mut Vec<Problem>) -> Outcome {
    let at = |action: &str| {
        stack.named("pam_faillock").find(|(_, module)| module.has(action) && module.control != "optional")
    };
    let (Some((before, refusing)), Some((after, _))) = (at("preauth"), at("authfail")) else { return Ok(None) };
    let password = stack.named("pam_unix").next().map(|(place, _)| place);
    if password.is_some_and(|place| before > place || after < place) {
        // In any other order it works in parts only.
        return Err(UnknownReason::NotSupported);
    }
    if refusing.control == "sufficient" {
        return Ok(None);
    }
    let text = match refusing.value("conf") {
        None => read_optional(machine, "security/faillock.conf", problems)?,
        Some(path) => Some(machine.read(path).map_err(|failure| {
            problems.push(failure.problem(path));
            failure.reason()
        })?),
    };
    let settings = parse_module_settings(&text.unwrap_or_default());
    let setting = |name: &str| refusing.value(name).or_else(|| last(&settings, "", name));
    let attempts = chosen(setting("deny"), DEFAULT_ATTEMPTS)?;
    let seconds = chosen(setting("unlock_time"), DEFAULT_SECONDS)?;
    Ok((attempts > 0).then_some(Lockout { attempts, seconds }))
}

/// A number, `never` for 0, or the default where nothing is set.
fn chosen(value: Option<&str>, default: i64) -> Result<i64, UnknownReason> {
    match value {
        None => Ok(default),
        Some("never") => Ok(0),
        value => number(value).filter(|number| *number >= 0).ok_or(UnknownReason::Malformed),
    }
}

/// The older modules block only where `deny=` is given, and without `unlock_time=` forever.
fn tally(stack: &Stack) -> Option<Lockout> {
    let modules = stack.named("pam_tally2").chain(stack.named("pam_tally"));
    modules.map(|(_, module)| module).filter(|module| module.enforces()).find_map(|module: &Module| {
        let attempts = number(module.value("deny")).filter(|attempts| *attempts > 0)?;
        Some(Lockout { attempts, seconds: number(module.value("unlock_time")).unwrap_or(0).max(0) })
    })
}

#[cfg(test)]
mod tests {
    use super::super::pam::{PamLine, parse_pam};
    use super::*;

    fn outcome(text: &str) -> Outcome {
        let modules = parse_pam(text).0.into_iter().filter_map(|line| match line {
            PamLine::Module(Facility::Auth, module) => Some(module),
            _ => None,
        });
        // A system without settings for the module.
        let root = tempfile::tempdir().expect("a temporary directory can be made");
        for tree in ["etc", "usr"] {
            std::fs::create_dir(root.path().join(tree)).expect("it is ours");
        }
        lockout(&Machine::at(root.path()), &Stack { modules: modules.collect(), doubt: None }, &mut Vec::new())
    }

    const UNIX: &str = "auth [success=2 default=ignore] pam_unix.so nullok\n";
    const AFTER: &str = "auth [default=die] pam_faillock.so authfail\n";

    #[test]
    fn faillock_needs_both_places_around_the_password() {
        let before = "auth required pam_faillock.so preauth\n";
        let lockout = Lockout { attempts: 3, seconds: 600 };
        assert_eq!(outcome(&format!("{before}{UNIX}{AFTER}")), Ok(Some(lockout)));
        assert_eq!(outcome(&format!("{before}{UNIX}")), Ok(None));
        assert_eq!(outcome(&format!("{UNIX}{AFTER}")), Ok(None));
        assert_eq!(outcome(&format!("{UNIX}{before}{AFTER}")), Err(UnknownReason::NotSupported));
        assert_eq!(outcome(&format!("#{before}{UNIX}{AFTER}")), Ok(None));
        assert_eq!(outcome(&format!("auth optional pam_faillock.so preauth\n{UNIX}{AFTER}")), Ok(None));
    }

    #[test]
    fn arguments_of_faillock() {
        let with =
            |arguments: &str| outcome(&format!("auth requisite pam_faillock.so preauth {arguments}\n{UNIX}{AFTER}"));
        assert_eq!(with("deny=5 unlock_time=never"), Ok(Some(Lockout { attempts: 5, seconds: 0 })));
        assert_eq!(with("deny=0"), Ok(None));
        assert_eq!(with("deny=few"), Err(UnknownReason::Malformed));
    }

    #[test]
    fn tally_blocks_only_where_it_denies() {
        let lockout = Lockout { attempts: 4, seconds: 900 };
        let line = "auth required pam_tally2.so onerr=fail deny=4 unlock_time=900\n";
        assert_eq!(outcome(&format!("{line}{UNIX}")), Ok(Some(lockout)));
        assert_eq!(outcome(&format!("auth required pam_tally2.so\n{UNIX}")), Ok(None));
    }

    #[test]
    fn the_weakest_stack_counts() {
        let strict = Ok(Some(Lockout { attempts: 3, seconds: 0 }));
        let lax = Ok(Some(Lockout { attempts: 5, seconds: 600 }));
        assert_eq!(weakest(&[strict, lax]), Ok(Some(Lockout { attempts: 5, seconds: 600 })));
        assert_eq!(weakest(&[strict, Ok(None)]), Ok(None));
        assert_eq!(weakest(&[strict, Err(UnknownReason::Malformed)]), Err(UnknownReason::Malformed));
        assert_eq!(weakest(&[]), Err(UnknownReason::NotSupported));
    }
}
