//! Which version of a system a text such as `Windows Server 2008 R2` or `Debian GNU/Linux 10 (buster)` names, and when its
//! updates end.
//!
//! Strict: each word of the text has to be one that the lifecycle knows or one that changes nothing, such as an
//! edition. Anything else could be another product, and gives nothing.

use jiff::civil::Date;
use visite_catalog::model::{Cycle, Lifecycle};
use visite_facts::facts::OsFamily;

/// What the lifecycles say about a text.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct End {
    /// Product and version; several, separated by a slash, where the text fits several.
    pub product: String,
    /// The last day with updates, of each of them.
    pub ends: Vec<Date>,
}

/// When the updates of the system that `text` names end; `None` on any doubt about what it names.
pub(super) fn end<'c>(lifecycles: impl Iterator<Item = &'c Lifecycle> + Clone, text: &str) -> Option<End> {
    let words = words(text);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let mut cycles: Vec<&Cycle> = match words.as_slice() {
        // As Windows states itself in a dialogue; the same number may stand for a client and a server.
        ["windows", version, "build", build] => by_build(lifecycles, version, build)?,
        ["windows", "build", build] => by_build(lifecycles, version_of_build(build)?, build)?,
        words => vec![by_name(lifecycles, words)?],
    };
    cycles.sort_by(|a, b| a.name.cmp(&b.name));
    let product = cycles.iter().map(|cycle| cycle.name.as_str()).collect::<Vec<_>>().join(" / ");
    Some(End { product, ends: cycles.iter().map(|cycle| cycle.ends).collect() })
}

/// Words in lower case; without brackets, the maker's name and the name of the tools, which tell no version apart.
fn words(text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    let words = lower.split(|character: char| character.is_whitespace() || "(),".contains(character));
    words.filter(|word| !["", "microsoft", "gnu/linux"].contains(word)).map(str::to_owned).collect()
}

/// The version that a build of Windows belongs to: no number was used twice. Since Windows 10 it has stayed `10.0`.
fn version_of_build(build: &str) -> Option<&'static str> {
    match build {
        "2600" => Some("5.1"),
        "6000" | "6001" | "6002" | "6003" => Some("6.0"),
        "7600" | "7601" => Some("6.1"),
        "9200" => Some("6.2"),
        "9600" => Some("6.3"),
        _ => (build.len() == 5 && is_version(build)).then_some("10.0"),
    }
}

fn by_build<'c>(lifecycles: impl Iterator<Item = &'c Lifecycle>, version: &str, build: &str) -> Option<Vec<&'c Cycle>> {
    let number = format!("{version}.{build}");
    let of_windows = lifecycles.filter(|lifecycle| lifecycle.matches.family == OsFamily::Windows);
    let found: Vec<(&Lifecycle, &Cycle)> =
        of_windows.filter_map(|lifecycle| Some((lifecycle, lifecycle.cycle(&number, None)?))).collect();
    // The list of clients leaves out builds whose end depends on the edition. So a build that only the list of servers
    // has may be a client all the same.
    let has_client = found.iter().any(|(lifecycle, _)| lifecycle.matches.id == "windows");
    has_client.then(|| found.into_iter().map(|(_, cycle)| cycle).collect())
}

fn by_name<'c>(lifecycles: impl Iterator<Item = &'c Lifecycle>, text: &[&str]) -> Option<&'c Cycle> {
    let mut found: Vec<(usize, &Cycle)> = Vec::new();
    for lifecycle in lifecycles {
        let by_cycle = lifecycle.cycles.iter().filter(|cycle| cycle.editions.is_empty()).filter_map(|cycle| {
            let name = words(&cycle.name);
            starts_with(text, &name).then_some((name.len(), cycle))
        });
        let by_title = titles(lifecycle).into_iter().filter_map(|title| {
            let version = text.get(title.len()).filter(|word| is_version(word))?;
            let cycle = starts_with(text, &title).then(|| lifecycle.cycle(version, None))??;
            Some((title.len() + 1, cycle))
        });
        found.extend(by_cycle.chain(by_title));
        found.extend(by_windows_build(lifecycle, text));
    }
    // The longest name counts: `Windows Server 2008 R2` is not `Windows Server 2008`.
    let longest = found.iter().map(|(length, _)| *length).max()?;
    let mut best = found.into_iter().filter(|(length, _)| *length == longest).map(|(_, cycle)| cycle);
    let cycle = best.next()?;
    let rest = text.get(longest..).unwrap_or_default();
    let certain = best.all(|other| other == cycle) && is_harmless(rest, cycle);
    certain.then_some(cycle)
}

/// `Windows 10 Pro 19045`: the build tells the version, the words before it the product.
fn by_windows_build<'c>(lifecycle: &'c Lifecycle, text: &[&str]) -> Option<(usize, &'c Cycle)> {
    if lifecycle.matches.id != "windows" {
        return None;
    }
    let build = text.get(2..)?.iter().find(|word| word.len() == 5 && is_version(word))?;
    let cycle = lifecycle.cycles.iter().find(|cycle| cycle.version == format!("10.0.{build}"))?;
    let name = words(&cycle.name);
    (name.get(..2)? == text.get(..2)?).then_some((2, cycle))
}

/// How a text may call the product, before its version.
fn titles(lifecycle: &Lifecycle) -> Vec<Vec<String>> {
    if lifecycle.matches.family != OsFamily::Linux {
        // The version of Windows is a number that its names do not contain.
        return Vec::new();
    }
    let title = words(&lifecycle.title);
    let without_linux: Vec<String> = title.iter().filter(|word| *word != "linux").cloned().collect();
    let with_linux = without_linux.iter().cloned().chain(["linux".to_owned()]).collect();
    let mut titles = vec![title, without_linux, with_linux, vec![lifecycle.matches.id.clone()]];
    titles.sort();
    titles.dedup();
    // `Linux Mint` without the word is still a name of its own; an empty one is none.
    titles.retain(|title| !title.is_empty());
    titles
}

fn starts_with(text: &[&str], name: &[String]) -> bool {
    !name.is_empty() && text.len() >= name.len() && text.iter().zip(name).all(|(word, own)| word == own)
}

fn is_version(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && word.starts_with(|first: char| first.is_ascii_digit())
}

/// Words that say nothing about the version.
const HARMLESS: &[&str] = &[
    "lts",
    "standard",
    "enterprise",
    "datacenter",
    "professional",
    "pro",
    "home",
    "premium",
    "basic",
    "ultimate",
    "starter",
    "business",
    "essentials",
    "foundation",
    "education",
    "evaluation",
    "edition",
    "x64",
    "x86",
    "64-bit",
    "32-bit",
    "service",
    "pack",
    "sp1",
    "sp2",
    "sp3",
];

/// Whether what follows the name leaves it what it is.
fn is_harmless(rest: &[&str], cycle: &Cycle) -> bool {
    let name = words(&cycle.name);
    let build = cycle.version.split('.').nth(2);
    rest.iter().enumerate().all(|(index, word)| {
        let pack = index.checked_sub(1).and_then(|before| rest.get(before)) == Some(&"pack");
        let own_build = is_version(word) && (word.len() == 4 && build.is_none() || build == Some(word));
        HARMLESS.contains(word)
            || name.iter().any(|own| own == word) && !is_version(word)
            || own_build
            || pack && word.len() == 1
    })
}
