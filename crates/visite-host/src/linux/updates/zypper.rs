//! Updates of openSUSE and SUSE Linux Enterprise, asked from zypper without refreshing.
//!
//! Written after zypper(8) and not yet tried on a real system. `security_pending` counts security patches, of which
//! each may concern several packages; Tumbleweed has no patches, so that the number stays unknown there.

use super::apt_unattended::{Automatic, unclear};
use super::dnf::last_success_at;
use super::{newest_change, timers, unknown};
use crate::linux::rpm;
use crate::machine::{Command, Machine};
use jiff::Timestamp;
use std::time::Duration;
use visite_facts::facts::{PackageManager, Updates};
use visite_facts::{Known, Observed, Problem, Unknown, UnknownReason};

/// Where the fetched lists lie, one directory a repository.
const CACHE: &str = "/var/cache/zypp/raw";
/// Settings of the automatic update that YaST makes.
const YAST_SETTINGS: &str = "/etc/sysconfig/automatic_online_update";
/// The automatic update of systems with a read-only root.
const TRANSACTIONAL_TIMER: &str = "transactional-update.timer";

/// The fact `host.updates` for a system with zypper.
pub(super) fn updates(machine: &Machine, problems: &mut Vec<Problem>) -> Updates {
    let index_refreshed_at = index_refreshed_at(machine);
    let (pending, security_pending) = match pending(machine, &index_refreshed_at, problems) {
        Ok((pending, security)) => (Known(pending), security),
        Err((reason, detail)) => (unknown(problems, "zypper", reason, detail), Unknown(reason)),
    };
    let automatic = automatic(machine);
    Updates {
        package_manager: Known(PackageManager::Zypper),
        pending,
        security_pending,
        index_refreshed_at,
        // Problems of rpm are listed by the collector of packages.
        last_success_at: last_success_at(rpm::query(machine, &mut Vec::new())),
        automatic_enabled: automatic.enabled,
        automatic_running: automatic.running,
        automatic_last_run_at: automatic.last_run_at,
        automatic_mechanism: automatic.mechanism,
        reboot_needed: reboot_needed(machine),
    }
}

/// libzypp touches the index of a repository whenever it has checked it.
fn index_refreshed_at(machine: &Machine) -> Observed<Timestamp> {
    let repositories = machine.list(CACHE).unwrap_or_default();
    let paths: Vec<String> = repositories.iter().map(|name| format!("{CACHE}/{name}/repodata/repomd.xml")).collect();
    match newest_change(machine, paths.iter().map(String::as_str)) {
        Unknown(UnknownReason::NotSupported) => Unknown(UnknownReason::Incomplete),
        other => other,
    }
}

type Refusal = (UnknownReason, String);

fn pending(
    machine: &Machine,
    index: &Observed<Timestamp>,
    problems: &mut Vec<Problem>,
) -> Result<(i64, Observed<i64>), Refusal> {
    if let Unknown(reason) = index {
        return Err((*reason, "no list of available packages has been fetched".to_owned()));
    }
    let pending = list(machine, &["list-updates"])?;
    let security = match security_pending(machine, pending) {
        Ok(number) => Known(number),
        Err((reason, detail)) => unknown(problems, "zypper", reason, detail),
    };
    Ok((pending, security))
}

fn security_pending(machine: &Machine, pending: i64) -> Result<i64, Refusal> {
    let needed = list(machine, &["list-patches", "--category", "security"])?;
    if needed > 0 || pending == 0 {
        return Ok(needed);
    }
    match list(machine, &["list-patches", "--all"])? {
        0 => Err((UnknownReason::NotSupported, "the repositories have no patches".to_owned())),
        _ => Ok(0),
    }
}

fn list(machine: &Machine, args: &[&str]) -> Result<i64, Refusal> {
    let options = ["--non-interactive", "--no-refresh", "--xmlout"];
    let args: Vec<&str> = options.into_iter().chain(args.iter().copied()).collect();
    match machine.run(&Command::new("zypper", &args).within(Duration::from_secs(90))) {
        Ok(output) if output.success() => {
            parse_list(&output.stdout).ok_or((UnknownReason::Malformed, "the answer was not understood".to_owned()))
        }
        Ok(output) => Err((UnknownReason::Malformed, format!("exit status {:?}", output.status))),
        Err(failure) => {
            let problem = failure.problem("zypper");
            Err((problem.reason, problem.detail))
        }
    }
}

/// Counts the entries of `zypper --xmlout list-updates` or `list-patches`; `None` if there is no list at all, or if
/// zypper says that something went wrong.
pub fn parse_list(xml: &str) -> Option<i64> {
    if !xml.contains("<update-list") || xml.contains("<message type=\"error\"") {
        return None;
    }
    // Patches that concern zypper itself stand in a list of their own and are not counted twice elsewhere.
    i64::try_from(xml.matches("<update ").count()).ok()
}

fn automatic(machine: &Machine) -> Automatic {
    let yast = machine.read(YAST_SETTINGS).ok().and_then(|text| parse_sysconfig(&text, "AOU_ENABLE_CRONJOB"));
    if yast.as_deref() == Some("true") {
        let mechanism = Known("yast2-online-update".to_owned());
        return Automatic { enabled: Known(true), mechanism, ..unclear(UnknownReason::NotSupported) };
    }
    if timers::is_wanted(machine, TRANSACTIONAL_TIMER) == Known(true) {
        return Automatic {
            enabled: Known(true),
            running: timers::any_active(machine, &[TRANSACTIONAL_TIMER]),
            last_run_at: newest_change(machine, ["/var/lib/systemd/timers/stamp-transactional-update.timer"]),
            mechanism: Known("transactional-update".to_owned()),
        };
    }
    unclear(UnknownReason::NotSupported)
}

/// The value of `NAME="value"` in a file below `/etc/sysconfig`; the last one counts.
pub fn parse_sysconfig(text: &str, name: &str) -> Option<String> {
    let mut values = text.lines().filter_map(|line| line.trim().strip_prefix(name)?.strip_prefix('='));
    values.next_back().map(|value| value.trim_matches(['"', '\'']).to_owned())
}

fn reboot_needed(machine: &Machine) -> Observed<bool> {
    match machine.run(&Command::new("zypper", &["--non-interactive", "needs-rebooting"])) {
        // ZYPPER_EXIT_INF_REBOOT_NEEDED
        Ok(output) if output.status == Some(102) => Known(true),
        Ok(output) if output.success() => Known(false),
        Ok(_) => Unknown(UnknownReason::NotSupported),
        Err(failure) => Unknown(failure.reason()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn entries_are_counted() {
        // After the examples in the source of zypper and zypper(8).
        let xml = "<?xml version='1.0'?>\n<stream>\n<update-status version=\"0.6\">\n<update-list>\n\
            <update kind=\"package\" name=\"bash\" edition=\"4.4-1\" arch=\"x86_64\"><summary>x</summary></update>\n\
            <update kind=\"package\" name=\"zlib\" edition=\"1.2-1\" arch=\"x86_64\"/>\n\
            </update-list>\n</update-status>\n</stream>\n";
        assert_eq!(parse_list(xml), Some(2));
        assert_eq!(parse_list("<stream><update-list>\n</update-list></stream>"), Some(0));
        assert_eq!(parse_list("<stream><message type=\"error\">x</message><update-list/></stream>"), None);
        assert_eq!(parse_list(""), None);
    }

    #[test]
    fn settings_are_unquoted() {
        let text = "## Type: boolean\n#AOU_ENABLE_CRONJOB=\"true\"\nAOU_ENABLE_CRONJOB=\"false\"\n";
        assert_eq!(parse_sysconfig(text, "AOU_ENABLE_CRONJOB").as_deref(), Some("false"));
        assert_eq!(parse_sysconfig(text, "AOU"), None);
    }

    proptest! {
        #[test]
        fn never_panics(text in any::<String>()) {
            parse_list(&text);
            parse_sysconfig(&text, "A");
        }
    }
}
