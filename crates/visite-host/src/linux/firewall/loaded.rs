//! What the kernel has loaded, by asking the programs that can tell.
//!
//! `iptables-legacy-save` is run only if the kernel already has such tables: running it would load the modules.

use super::iptables::parse_iptables_save;
use super::nftables::parse_nft_ruleset;
use super::ruleset::Ruleset;
use crate::machine::{Command, Machine, Output, ReadFailure, RunFailure};
use std::collections::BTreeSet;
use visite_facts::UnknownReason;
use visite_facts::facts::IpFamily;
use visite_facts::snapshot::Problem;

/// Nothing reliable can be said, because of this.
#[derive(Debug, PartialEq, Eq)]
pub struct Blind(pub UnknownReason);

/// Whether everything that is loaded was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// All of it.
    Whole,
    /// Tables may exist that we cannot see. They can drop what the others accept, and forward what the others block,
    /// but not let in anything to this computer itself.
    Partial(UnknownReason),
}

/// The loaded rules.
#[derive(Debug)]
pub struct Loaded {
    /// Tables of nftables, also those that `iptables-nft` made.
    pub nftables: Ruleset,
    /// Tables of the older iptables.
    pub legacy: Ruleset,
    /// Whether that is all.
    pub view: View,
}

impl Loaded {
    /// Both rulesets.
    pub fn rulesets(&self) -> [&Ruleset; 2] {
        [&self.legacy, &self.nftables]
    }
}

/// Asks the kernel of the running computer.
pub fn look(machine: &Machine, problems: &mut Vec<Problem>) -> Result<Loaded, Blind> {
    if !machine.is_live() {
        return Err(Blind(UnknownReason::NotSupported));
    }
    let (nftables, mut view) = nftables(machine, problems)?;
    let legacy = match legacy(machine, problems) {
        Err(Blind(UnknownReason::ToolMissing)) => {
            view = View::Partial(UnknownReason::ToolMissing);
            Ruleset::default()
        }
        other => other?,
    };
    Ok(Loaded { nftables, legacy, view })
}

fn nftables(machine: &Machine, problems: &mut Vec<Problem>) -> Result<(Ruleset, View), Blind> {
    match machine.run(&Command::new("nft", &["-j", "list", "ruleset"])) {
        Ok(output) if output.success() => {
            let mut ruleset = parse_nft_ruleset(&output.stdout).ok_or_else(|| malformed("nft", problems))?;
            if ruleset.has_opaque_rules() {
                reveal(machine, &mut ruleset, problems);
            }
            Ok((ruleset, View::Whole))
        }
        Ok(output) if lacks_support(&output) => Ok((Ruleset::default(), View::Whole)),
        Ok(output) => Err(refused("nft", &output, problems)),
        Err(RunFailure::Missing) if surely_without_nftables(machine) => Ok((Ruleset::default(), View::Whole)),
        Err(RunFailure::Missing) => without_nft(machine, problems),
        Err(failure) => {
            problems.push(failure.problem("nft"));
            Err(Blind(failure.reason()))
        }
    }
}

/// The kernel has no nftables: netlink knows no such family.
fn lacks_support(output: &Output) -> bool {
    ["Protocol not supported", "Operation not supported", "Address family not supported"]
        .iter()
        .any(|text| output.stderr.contains(text))
}

/// Extensions of iptables that nft prints by name only.
fn reveal(machine: &Machine, ruleset: &mut Ruleset, problems: &mut Vec<Problem>) {
    for (programs, family) in [
        (["iptables-nft-save", "iptables-save"], IpFamily::Ipv4),
        (["ip6tables-nft-save", "ip6tables-save"], IpFamily::Ipv6),
    ] {
        // If it is missing, the rules stay doubtful, and the openings say so.
        if let Some(clear) = nft_compatible(machine, programs, family, problems) {
            ruleset.reveal(&clear);
        }
    }
}

/// What `iptables-nft-save` prints. `iptables-save` is asked second, because it may be the program for older tables.
fn nft_compatible(
    machine: &Machine,
    programs: [&'static str; 2],
    family: IpFamily,
    problems: &mut Vec<Problem>,
) -> Option<Ruleset> {
    for (program, needs_check) in programs.into_iter().zip([false, true]) {
        if needs_check {
            let version = machine.run(&Command::new(program, &["--version"]));
            if !version.is_ok_and(|output| output.stdout.contains("nf_tables")) {
                continue;
            }
        }
        match machine.run(&Command::new(program, &[])) {
            Ok(output) if output.success() => {
                let label = if family == IpFamily::Ipv4 { "ip" } else { "ip6" };
                return parse_iptables_save(&output.stdout, family, label).or_else(|| {
                    malformed(program, problems);
                    None
                });
            }
            Err(RunFailure::Missing) => {}
            Ok(output) => {
                refused(program, &output, problems);
            }
            Err(failure) => problems.push(failure.problem(program)),
        }
    }
    None
}

/// `nft` is missing: `iptables-nft-save` shows the tables of iptables, but not what else there may be.
fn without_nft(machine: &Machine, problems: &mut Vec<Problem>) -> Result<(Ruleset, View), Blind> {
    problems.push(RunFailure::Missing.problem("nft"));
    if !machine.is_administrator() {
        return Err(Blind(UnknownReason::NoPermission));
    }
    let mut ruleset = Ruleset::default();
    for (programs, family) in [
        (["iptables-nft-save", "iptables-save"], IpFamily::Ipv4),
        (["ip6tables-nft-save", "ip6tables-save"], IpFamily::Ipv6),
    ] {
        let Some(read) = nft_compatible(machine, programs, family, problems) else {
            return Err(Blind(UnknownReason::ToolMissing));
        };
        ruleset.tables.extend(read.tables);
        ruleset.notrack |= read.notrack;
    }
    Ok((ruleset, View::Partial(UnknownReason::ToolMissing)))
}

fn legacy(machine: &Machine, problems: &mut Vec<Problem>) -> Result<Ruleset, Blind> {
    let mut ruleset = Ruleset::default();
    for (names, programs, family) in [
        ("/proc/net/ip_tables_names", ["iptables-legacy-save", "iptables-save"], IpFamily::Ipv4),
        ("/proc/net/ip6_tables_names", ["ip6tables-legacy-save", "ip6tables-save"], IpFamily::Ipv6),
    ] {
        match machine.read(names) {
            Ok(text) if text.trim().is_empty() => {}
            Err(ReadFailure::Absent) => {}
            Ok(_) => {
                let read = legacy_tables(machine, programs, family, problems)?;
                ruleset.tables.extend(read.tables);
                ruleset.notrack |= read.notrack;
            }
            Err(failure) => {
                problems.push(failure.problem(names));
                return Err(Blind(failure.reason()));
            }
        }
    }
    Ok(ruleset)
}

fn legacy_tables(
    machine: &Machine,
    programs: [&'static str; 2],
    family: IpFamily,
    problems: &mut Vec<Problem>,
) -> Result<Ruleset, Blind> {
    let label = if family == IpFamily::Ipv4 { "iptables" } else { "ip6tables" };
    for (program, needs_check) in programs.into_iter().zip([false, true]) {
        if needs_check {
            let version = machine.run(&Command::new(program, &["--version"]));
            if version.is_ok_and(|output| output.stdout.contains("nf_tables")) {
                continue;
            }
        }
        match machine.run(&Command::new(program, &[])) {
            Ok(output) if output.success() => {
                return parse_iptables_save(&output.stdout, family, label).ok_or_else(|| malformed(program, problems));
            }
            Ok(output) => return Err(refused(program, &output, problems)),
            Err(RunFailure::Missing) => {}
            Err(failure) => {
                problems.push(failure.problem(program));
                return Err(Blind(failure.reason()));
            }
        }
    }
    problems.push(RunFailure::Missing.problem(programs[0]));
    Err(Blind(UnknownReason::ToolMissing))
}

fn malformed(program: &str, problems: &mut Vec<Problem>) -> Blind {
    let reason = UnknownReason::Malformed;
    problems.push(Problem { source: program.to_owned(), reason, detail: "unexpected output".to_owned() });
    Blind(reason)
}

fn refused(program: &str, output: &Output, problems: &mut Vec<Problem>) -> Blind {
    let denied =
        ["Operation not permitted", "Permission denied", "must be root", "Unable to initialize Netlink socket"];
    let (reason, detail) = if denied.iter().any(|text| output.stderr.contains(text)) {
        (UnknownReason::NoPermission, "permission denied")
    } else if output.stderr.contains("JSON support not compiled-in") {
        (UnknownReason::NotSupported, "built without JSON")
    } else {
        (UnknownReason::Malformed, "ended with an error")
    };
    problems.push(Problem { source: program.to_owned(), reason, detail: detail.to_owned() });
    Blind(reason)
}

/// Whether nftables is neither loaded nor built into the kernel. Without both lists nothing is sure.
fn surely_without_nftables(machine: &Machine) -> bool {
    let Ok(release) = machine.read("/proc/sys/kernel/osrelease") else { return false };
    let built_in = format!("/lib/modules/{}/modules.builtin", release.trim());
    [("/proc/modules", ' '), (built_in.as_str(), '\n')].iter().all(|(path, separator)| {
        machine.read(path).is_ok_and(|text| {
            let names = parse_module_names(&text, *separator);
            !names.is_empty() && !names.contains("nf_tables")
        })
    })
}

/// Names of kernel modules, from `/proc/modules` (the word before the first space of each line) or
/// `modules.builtin` (paths of `.ko` files, one a line: the separator is then the end of the line).
pub fn parse_module_names(text: &str, separator: char) -> BTreeSet<String> {
    let name = |line: &str| {
        let word = line.split(separator).next().unwrap_or_default().trim();
        let file = word.rsplit('/').next().unwrap_or_default();
        file.split_once(".ko").map_or(file, |(name, _)| name).replace('-', "_")
    };
    text.lines().map(name).filter(|name| !name.is_empty()).collect()
}
