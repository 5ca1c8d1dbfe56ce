//! Reads `iptables-save` and `ip6tables-save` (iptables-extensions(8)) into the common form.
//!
//! For the older tables of the kernel, which nft does not see, and for rules of `iptables-nft` whose extensions nft
//! cannot print. What an extension asks that is not in [`options`] makes its rule doubtful.

mod options;

use super::ports::PortSet;
use super::ruleset::{Base, Branch, Chain, Hook, Rule, Ruleset, Table, Verdict};
use std::collections::BTreeMap;
use visite_facts::facts::IpFamily;

/// Most words of one rule that are read.
const MAX_WORDS: usize = 1_000;

/// Reads what `iptables-save` (or `ip6tables-save` for [`IpFamily::Ipv6`]) printed.
///
/// `program` is how the rules are named for people. `None` if a line is none that these programs print.
pub fn parse_iptables_save(text: &str, family: IpFamily, program: &str) -> Option<Ruleset> {
    let mut ruleset = Ruleset::default();
    for line in text.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix('*') {
            let label = format!("{program} {name}");
            let chains = BTreeMap::new();
            ruleset.tables.push(Table { label, name: name.to_owned(), family: Some(family), chains });
        } else if let Some(chain) = line.strip_prefix(':') {
            add_chain(chain, ruleset.tables.last_mut()?)?;
        } else if line.starts_with("-A ") || line.starts_with('[') {
            let rule = line.split_once("-A ")?.1;
            ruleset.notrack |= add_rule(rule, ruleset.tables.last_mut()?)?;
        } else if !(line.is_empty() || line.starts_with('#') || line == "COMMIT") {
            return None;
        }
    }
    Some(ruleset)
}

/// `INPUT DROP [12:720]`, or `ufw-user-input - [0:0]` for a chain that only others call.
fn add_chain(line: &str, table: &mut Table) -> Option<()> {
    let mut words = line.split_whitespace();
    let (name, policy) = (words.next()?, words.next()?);
    let base = (policy != "-").then(|| Base {
        hook: match name {
            "PREROUTING" => Hook::Prerouting,
            "INPUT" => Hook::Input,
            "FORWARD" => Hook::Forward,
            _ => Hook::Elsewhere,
        },
        priority: priority(&table.name),
        drops: policy == "DROP",
    });
    table.chains.insert(name.to_owned(), Chain { base, rules: Vec::new() });
    Some(())
}

/// Order of the tables, as in `enum nf_ip_hook_priorities` of linux/netfilter_ipv4.h.
fn priority(table: &str) -> i64 {
    match table {
        "raw" => -300,
        "mangle" => -150,
        "nat" => -100,
        "security" => 50,
        _ => 0,
    }
}

fn add_rule(line: &str, table: &mut Table) -> Option<bool> {
    let words = words(line)?;
    let (name, options) = words.split_first()?;
    let (rule, notrack) = read_rule(options);
    table.chains.get_mut(name.as_str())?.rules.push(rule);
    Some(notrack)
}

/// The words of a line as the shell would take them: `"..."` with `\` before `"` and `\`.
fn words(line: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quoted = false;
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            '\\' if quoted => word.get_or_insert_default().extend(characters.next()),
            ' ' if !quoted => words.extend(word.take()),
            other => word.get_or_insert_default().push(other),
        }
    }
    words.extend(word);
    (!quoted && words.len() <= MAX_WORDS).then_some(words)
}

fn read_rule(words: &[String]) -> (Rule, bool) {
    let mut rule = Rule::default();
    let mut notrack = false;
    let mut rest = words;
    while let Some((word, after)) = rest.split_first() {
        match word.as_str() {
            "-j" | "--jump" | "-g" | "--goto" => {
                let (target, details) = after.split_first().map_or(("", after), |(first, more)| (first.as_str(), more));
                notrack = target == "NOTRACK" || (target == "CT" && details.iter().any(|word| word == "--notrack"));
                let verdict = target_verdict(target, details, word.starts_with("-g") || word == "--goto");
                rule.branches.extend(verdict.map(|verdict| Branch { conditions: Vec::new(), verdict }));
                // The options of the target end the line.
                rest = &[];
            }
            _ => rest = options::take(rest, &mut rule.conditions),
        }
    }
    (rule, notrack)
}

fn target_verdict(target: &str, details: &[String], goto: bool) -> Option<Verdict> {
    let value = |option: &str| {
        let place = details.iter().position(|word| word == option)?;
        details.get(place + 1).map(String::as_str)
    };
    match target {
        "DNAT" => Some(Verdict::Forward(value("--to-destination").and_then(port_of_destination))),
        "REDIRECT" => Some(Verdict::Redirect(value("--to-ports").map(port_range))),
        _ => match builtin(target) {
            Some(verdict) => verdict,
            None if goto => Some(Verdict::Goto(target.to_owned())),
            None => Some(Verdict::Jump(target.to_owned())),
        },
    }
}

/// What the targets do that are no chains; `Some(None)` for those after which the packet goes on.
fn builtin(target: &str) -> Option<Option<Verdict>> {
    Some(match target {
        "ACCEPT" | "SNAT" | "MASQUERADE" | "NETMAP" => Some(Verdict::Accept),
        "DROP" | "REJECT" => Some(Verdict::Drop),
        "RETURN" => Some(Verdict::Return),
        "NFQUEUE" | "QUEUE" | "SYNPROXY" | "TPROXY" => Some(Verdict::Doubtful),
        "" | "AUDIT" | "CHECKSUM" | "CLASSIFY" | "CONNMARK" | "CONNSECMARK" | "CT" | "DSCP" | "ECN" | "HL"
        | "HMARK" | "IDLETIMER" | "LED" | "LOG" | "MARK" | "NFLOG" | "NOTRACK" | "RATEEST" | "SECMARK" | "SET"
        | "TCPMSS" | "TCPOPTSTRIP" | "TEE" | "TOS" | "TRACE" | "TTL" | "ULOG" => None,
        _ => return None,
    })
}

/// What an extension's target does when only its name is known; `None` if the packet goes on.
pub fn target_of_extension(name: &str) -> Option<Verdict> {
    match name {
        "DNAT" => Some(Verdict::Forward(Some(PortSet::all()))),
        "REDIRECT" => Some(Verdict::Redirect(Some(PortSet::all()))),
        _ => builtin(name).unwrap_or(Some(Verdict::Doubtful)),
    }
}

/// The port in `172.17.0.2:80`, `[fd00::2]:80-90` or `:80`; `None` if the destination keeps its port.
fn port_of_destination(text: &str) -> Option<PortSet> {
    let after = match text.rsplit_once(']') {
        Some((_, after)) => after.strip_prefix(':')?,
        None if text.matches(':').count() == 1 => text.split_once(':')?.1,
        None => return None,
    };
    Some(port_range(after))
}

/// `80` or `80-90`; anything else counts as any port.
fn port_range(text: &str) -> PortSet {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let numbers = first.parse().ok().zip(last.parse().ok());
    numbers.map_or_else(PortSet::all, |range| PortSet::from_ranges([range]))
}

#[cfg(test)]
mod tests {
    use super::{parse_iptables_save, port_of_destination, words};
    use crate::linux::firewall::ruleset::{Condition, Verdict};
    use visite_facts::facts::IpFamily;

    #[test]
    fn quoted_words_stay_together() {
        let read = words(r#"INPUT -m comment --comment "-j \"DROP\" \\" -j ACCEPT"#).expect("a whole line");
        assert_eq!(read, ["INPUT", "-m", "comment", "--comment", r#"-j "DROP" \"#, "-j", "ACCEPT"]);
        assert_eq!(words(r#"INPUT "open"#), None);
    }

    #[test]
    fn a_comment_is_no_option() {
        let text = "*filter\n:INPUT DROP [0:0]\n-A INPUT -m comment --comment \"-j DROP\" -j ACCEPT\nCOMMIT\n";
        let read = parse_iptables_save(text, IpFamily::Ipv4, "iptables").expect("a ruleset");
        let rule = &read.tables[0].chains["INPUT"].rules[0];
        assert_eq!(rule.branches[0].verdict, Verdict::Accept);
        assert_eq!(rule.conditions, Vec::<Condition>::new());
    }

    #[test]
    fn ports_of_destinations() {
        let size = |text: &str| port_of_destination(text).map(|ports| ports.size());
        assert_eq!(size("172.17.0.2:80"), Some(1));
        assert_eq!(size("[fd00::2]:80-89"), Some(10));
        assert_eq!(size("172.17.0.2"), None);
        assert_eq!(size("fd00::2"), None);
    }

    #[test]
    fn what_is_no_ruleset_is_refused() {
        assert_eq!(parse_iptables_save("command not found", IpFamily::Ipv4, "iptables"), None);
        assert_eq!(parse_iptables_save("-A INPUT -j DROP", IpFamily::Ipv4, "iptables"), None);
    }
}
