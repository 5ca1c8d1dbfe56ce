//! The rules of the repository, checked. Each rule yields a list of what breaks it.

use crate::{Outcome, files_below, generate, new, read};
use serde_json::Value as Json;
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use visite_assess::cases;
use visite_catalog::{Catalog, Check};

/// Crates from top to bottom; each may use only those below it.
const ORDER: &[&str] = &[
    "xtask",
    "visite",
    "visite-server",
    "visite-agent",
    "visite-store",
    "visite-report",
    "visite-scan",
    "visite-wire",
    "visite-host",
    "visite-assess",
    "visite-catalog",
    "visite-target",
    "visite-facts",
];

/// Crates that must never come in, not even through others.
const BANNED: &[&str] =
    &["openssl-sys", "openssl", "native-tls", "aws-lc-sys", "aws-lc-rs", "libgit2-sys", "pcap", "pcap-sys", "pnet"];

/// Heavy libraries, and the crates that may use each.
const AT_HOME: &[(&str, &[&str])] = &[
    ("cel", &["visite-catalog"]),
    ("fluent-bundle", &["visite-report"]),
    ("hmac", &["visite-wire"]),
    ("maud", &["visite-report", "visite-server"]),
    ("md-5", &["visite-wire"]),
    ("rcgen", &["visite-agent", "visite-server"]),
    ("lettre", &["visite-server"]),
    ("rustls", &["visite-scan", "visite-agent", "visite-server"]),
    ("sea-orm", &["visite-store"]),
    ("sea-orm-migration", &["visite-store"]),
    ("smoltcp", &["visite-scan"]),
    ("tokio-rustls", &["visite-scan", "visite-agent"]),
    ("webauthn_rp", &["visite-server"]),
];

/// Licences that may be linked; each alternative of an expression is looked at.
const LICENCES: &[&str] = &[
    "MIT",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "Zlib",
    "Unicode-3.0",
    "Unlicense",
    "0BSD",
    "CC0-1.0",
    "BSL-1.0",
    // The list of root certificates that browsers carry: data, to be passed on freely.
    "CDLA-Permissive-2.0",
];

/// Words that no text of ours may contain (practice-safety: never mislead).
const FORBIDDEN: &[&str] = &["dsgvo-konform", "zertifiziert", "rechtssicher", "100 % sicher", "100% sicher", "befund"];

/// Crates whose sources may not touch the world, and what would.
const PURE: &[&str] = &["visite-facts", "visite-target", "visite-catalog", "visite-assess", "visite-wire"];
const WORLDLY: &[&str] =
    &["std::fs", "std::net", "std::process", "std::env", "std::io", "Timestamp::now", "SystemTime", "std::thread"];

type Rule = (&'static str, fn(&Path) -> Outcome<Vec<String>>);

const RULES: &[Rule] = &[
    ("every id resolves and every case gives its verdict", catalogue),
    ("every check has the cases it needs", enough_cases),
    ("every check of a framework's list names that requirement, and the other way round", bindings),
    ("every skeleton has been filled in", filled_in),
    ("no text contains a forbidden word", words),
    ("dependencies point one way", direction),
    ("no banned crate, every licence permitted", supply),
    ("pure crates do not touch the world", purity),
    ("every parser of foreign bytes and every dialogue has a fuzz target", fuzzed),
    ("only visite, visite-report and xtask print", printing),
    ("generated files are fresh", freshness),
    ("links between documents lead somewhere", links),
];

/// `cargo xtask tidy`
pub fn run(root: &Path) -> Outcome<String> {
    let mut broken = Vec::new();
    for (name, rule) in RULES {
        let found = rule(root)?;
        println!("{} {name}", if found.is_empty() { "ok  " } else { "FAIL" });
        broken.extend(found.into_iter().map(|what| format!("{name}: {what}")));
    }
    if broken.is_empty() { Ok(format!("tidy: {} rules hold", RULES.len())) } else { Err(broken.join("\n       ")) }
}

fn catalogue(_: &Path) -> Outcome<Vec<String>> {
    let wrong = cases::run_all(&generate::catalog()?);
    Ok(wrong
        .iter()
        .map(|case| format!("{} “{}” should be {}, is {}", case.check, case.case, case.expected, case.got))
        .collect())
}

fn enough_cases(_: &Path) -> Outcome<Vec<String>> {
    let catalog = generate::catalog()?;
    Ok(catalog.checks.values().flat_map(|check| missing_cases(&catalog, check)).collect())
}

fn missing_cases(catalog: &Catalog, check: &Check) -> Vec<String> {
    let expectations: Vec<&str> = catalog.cases_of(check).iter().map(|case| case.expect.as_str()).collect();
    let mut needed: Vec<(&str, bool)> = vec![
        ("a pass", expectations.contains(&"pass")),
        ("a fail", expectations.contains(&"fail")),
        ("a missing field", expectations.iter().any(|e| e.starts_with("unknown(") && *e != "unknown(incomplete)")),
    ];
    if check.for_each.is_some() {
        needed.push(("an incomplete collection", expectations.contains(&"unknown(incomplete)")));
    }
    let missing = needed.into_iter().filter(|(_, there)| !there);
    missing.map(|(what, _)| format!("`{}` lacks {what}", check.id)).collect()
}

/// A check lists its requirements, a requirement lists its checks: both must say the same.
fn bindings(_: &Path) -> Outcome<Vec<String>> {
    let catalog = generate::catalog()?;
    let from_checks: BTreeSet<(&str, &str)> = catalog
        .checks
        .values()
        .flat_map(|check| check.sources.iter().map(|source| (source.as_str(), check.id.as_str())))
        .collect();
    let from_requirements: BTreeSet<(&str, &str)> = catalog
        .requirements()
        .flat_map(|requirement| requirement.checks.iter().map(|check| (requirement.id.as_str(), check.as_str())))
        .filter(|(_, check)| catalog.checks.contains_key(*check))
        .collect();
    let differences = from_checks.symmetric_difference(&from_requirements);
    Ok(differences
        .map(|(requirement, check)| match from_checks.contains(&(*requirement, *check)) {
            true => format!("`{check}` names {requirement}, which does not list it"),
            false => format!("{requirement} lists `{check}`, which does not name it"),
        })
        .collect())
}

/// Texts of a skeleton that nobody replaced would reach a practice as they are.
fn filled_in(root: &Path) -> Outcome<Vec<String>> {
    let mut found = Vec::new();
    for file in
        files_below(&root.join("catalog"), &|path| path.extension().is_some_and(|extension| extension == "yaml"))
    {
        let text = read(&file)?;
        let left = new::SKELETON_TEXTS.iter().filter(|skeleton| text.contains(*skeleton));
        found.extend(left.map(|skeleton| format!("{}: “{skeleton}”", shown(root, &file))));
    }
    Ok(found)
}

fn words(root: &Path) -> Outcome<Vec<String>> {
    let is_text = |path: &Path| path.extension().is_some_and(|extension| extension == "yaml" || extension == "ftl");
    let mut files = files_below(&root.join("catalog"), &is_text);
    files.extend(files_below(&root.join("crates"), &is_text));
    files.extend(["README.de.md"].map(|name| root.join(name)));
    let mut found = Vec::new();
    for file in files {
        for (number, line) in read(&file)?.lines().enumerate() {
            let lower = line.to_lowercase();
            // A comment may name the word to warn of it; no reader of the product sees comments.
            let text = lower.split(" #").next().unwrap_or(&lower);
            let hits = FORBIDDEN.iter().filter(|word| text.contains(*word) && !text.trim_start().starts_with('#'));
            found.extend(hits.map(|word| format!("{}:{}: `{word}`", shown(root, &file), number + 1)));
        }
    }
    Ok(found)
}

fn metadata(root: &Path) -> Outcome<Json> {
    let output = Command::new("cargo")
        .args(["metadata", "--format-version", "1", "--locked"])
        .current_dir(root)
        .output()
        .map_err(|error| format!("cannot run cargo metadata: {error}"))?;
    if !output.status.success() {
        return Err(format!("cargo metadata: {}", String::from_utf8_lossy(&output.stderr)));
    }
    serde_json::from_slice(&output.stdout).map_err(|error| format!("cargo metadata: {error}"))
}

fn packages(metadata: &Json) -> impl Iterator<Item = &Json> {
    metadata["packages"].as_array().into_iter().flatten()
}

fn direction(root: &Path) -> Outcome<Vec<String>> {
    let metadata = metadata(root)?;
    let rank = |name: &str| ORDER.iter().position(|known| *known == name);
    let mut broken = Vec::new();
    for package in packages(&metadata).filter(|package| package["source"].is_null()) {
        let name = package["name"].as_str().unwrap_or_default();
        let Some(own) = rank(name) else {
            broken.push(format!("`{name}` has no place in the order of crates"));
            continue;
        };
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            let other = dependency["name"].as_str().unwrap_or_default();
            if rank(other).is_some_and(|other| other <= own) {
                broken.push(format!("`{name}` uses `{other}`, which stands above it"));
            }
            // Tests may look at the same thing by another way.
            let of_tests = dependency["kind"] == "dev";
            if !of_tests && AT_HOME.iter().any(|(library, homes)| *library == other && !homes.contains(&name)) {
                broken.push(format!("`{name}` uses `{other}`, which belongs to other crates"));
            }
        }
    }
    Ok(broken)
}

fn supply(root: &Path) -> Outcome<Vec<String>> {
    let metadata = metadata(root)?;
    let mut broken = Vec::new();
    for package in packages(&metadata) {
        let name = package["name"].as_str().unwrap_or_default();
        if BANNED.contains(&name) {
            broken.push(format!("`{name}` is banned"));
        }
        let licence = package["license"].as_str().unwrap_or_default();
        if !permitted(licence) {
            broken.push(format!("`{name}` is under `{licence}`"));
        }
    }
    Ok(broken)
}

/// `A OR B` needs one that is permitted, `A AND B` both. Parentheses around alternatives are looked into.
fn permitted(licence: &str) -> bool {
    let all_of = |part: &str| part.split(" AND ").all(|one| LICENCES.contains(&one.trim_matches(['(', ')', ' '])));
    let split = licence.replace('/', " OR ");
    match split.split_once(") AND ").or_else(|| split.split_once(" AND (")) {
        Some((left, right)) => permitted(left.trim_matches(['(', ')'])) && permitted(right.trim_matches(['(', ')'])),
        None => split.split(" OR ").any(all_of),
    }
}

fn sources(root: &Path, name: &str) -> Vec<std::path::PathBuf> {
    files_below(&root.join("crates").join(name).join("src"), &|path| path.extension().is_some_and(|e| e == "rs"))
}

fn purity(root: &Path) -> Outcome<Vec<String>> {
    let mut found = Vec::new();
    for file in PURE.iter().flat_map(|name| sources(root, name)) {
        for (number, line) in code_lines(&read(&file)?) {
            let hits = WORLDLY.iter().filter(|word| line.contains(*word));
            found.extend(hits.map(|word| format!("{}:{number}: `{word}`", shown(root, &file))));
        }
    }
    Ok(found)
}

/// Public functions whose name begins with `parse_`, and the dialogues of the registry, by their names in the targets.
fn fuzzed(root: &Path) -> Outcome<Vec<String>> {
    let mut targets = BTreeSet::new();
    for file in files_below(&root.join("fuzz/fuzz_targets"), &|path| path.extension().is_some_and(|e| e == "rs")) {
        targets.extend(words_of(&read(&file)?.replace(", ", "::")));
    }
    let mut found = Vec::new();
    for file in ORDER.iter().flat_map(|name| sources(root, name)) {
        let is_registry = file.ends_with("visite-wire/src/registry.rs");
        // Which function of the registry the lines belong to.
        let mut function = String::new();
        for (number, line) in code_lines(&read(&file)?) {
            if let Some((_, name)) = line.split_once("pub fn ") {
                function = name.split(['(', '<']).next().unwrap_or_default().to_owned();
                if function.starts_with("parse_") && !targets.contains(&function) {
                    found.push(format!("{}:{number}: `{function}`", shown(root, &file)));
                }
            } else if let Some((service, _)) =
                line.trim().strip_prefix("S::").and_then(|arm| arm.split_once([' ', ',']))
                && is_registry
                && line.contains("=>")
                && !targets.contains(&format!("{function}::{service}"))
            {
                found.push(format!("{}:{number}: `{function}` of `{service}`", shown(root, &file)));
            }
        }
    }
    Ok(found)
}

/// Words in a text: letters, digits and underscores, and two of them with `::` between.
fn words_of(text: &str) -> BTreeSet<String> {
    let paths = text.split(|c: char| !c.is_alphanumeric() && c != '_' && c != ':');
    paths.flat_map(|path| path.split("::").chain([path])).map(str::to_owned).collect()
}

fn printing(root: &Path) -> Outcome<Vec<String>> {
    let quiet = ORDER.iter().filter(|name| !["visite", "visite-report", "xtask"].contains(*name));
    let mut found = Vec::new();
    for file in quiet.flat_map(|name| sources(root, name)) {
        for (number, line) in code_lines(&read(&file)?) {
            if ["println!", "print!(", "eprintln!", "eprint!"].iter().any(|word| line.contains(word)) {
                found.push(format!("{}:{number}", shown(root, &file)));
            }
        }
    }
    Ok(found)
}

/// Lines that are code of the product: no comments, nothing after the tests of a module begin.
fn code_lines(text: &str) -> Vec<(usize, String)> {
    text.lines()
        .enumerate()
        .take_while(|(_, line)| !line.contains("#[cfg(test)]"))
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
        .map(|(number, line)| (number + 1, line.to_owned()))
        .collect()
}

fn freshness(root: &Path) -> Outcome<Vec<String>> {
    let stale = generate::stale(root)?;
    Ok(stale.into_iter().map(|name| format!("`{name}`; run `cargo xtask generate`")).collect())
}

/// Links in Markdown to files of the repository.
fn links(root: &Path) -> Outcome<Vec<String>> {
    let mut broken = Vec::new();
    for file in files_below(root, &|path| path.extension().is_some_and(|extension| extension == "md")) {
        let text = read(&file)?;
        for target in text.split("](").skip(1).filter_map(|rest| rest.split([')', '#', ' ']).next()) {
            let outside = target.is_empty() || target.contains("://") || target.starts_with("mailto:");
            if !outside && !file.parent().unwrap_or(root).join(target).exists() {
                broken.push(format!("{}: `{target}`", shown(root, &file)));
            }
        }
    }
    Ok(broken)
}

fn shown(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).display().to_string()
}
