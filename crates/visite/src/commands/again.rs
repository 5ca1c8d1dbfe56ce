//! The call of a scan, to be made again: as it was, or so that it goes on where it was interrupted.
//!
//! It holds what was typed and nothing else: names, paths and targets. No argument of `visite scan` is a secret.

use super::aims::Written;
use crate::cli::ScanArgs;
use crate::failure::Failure;
use crate::output;
use std::path::{Path, PathBuf};
use visite_facts::scan::Profile;
use visite_facts::{Lang, Word};
use visite_report::Format;

/// The call that examines the same in the same way. What it wrote, and with what it was compared, is left to the next one.
/// A scan that was resumed names the targets that it took over: `resumed`.
pub fn call(arguments: &ScanArgs, resumed: Option<&Written>, lang: Lang) -> String {
    let mut words: Vec<String> = vec!["visite".into(), "scan".into()];
    words.extend(resumed.map_or(&arguments.targets, |written| &written.targets).iter().map(|target| quoted(target)));
    let mut option = |name: &str, value: &str| words.push(format!("{name} {}", quoted(value)));
    let paths = |paths: &[PathBuf]| -> Vec<String> { paths.iter().map(|path| path.display().to_string()).collect() };
    if resumed.is_none() {
        paths(&arguments.targets_from).iter().for_each(|path| option("--targets-from", path));
    }
    let excluded = resumed.map_or(&arguments.exclude, |written| &written.excluded);
    if !excluded.is_empty() {
        option("--exclude", &excluded.join(","));
    }
    paths(&arguments.import).iter().for_each(|path| option("--import", path));
    if let Some(path) = &arguments.practice {
        option("--practice", &path.display().to_string());
    }
    if let Some(name) = &arguments.authorised_by {
        option("--authorised-by", name);
    }
    if !arguments.ports.eq_ignore_ascii_case("practice") {
        option("--ports", &arguments.ports);
    }
    if arguments.profile != Profile::Practice {
        option("--profile", arguments.profile.word());
    }
    if let Some(window) = arguments.window {
        option("--window", &window.to_string());
    }
    paths(&arguments.fingerprints).iter().for_each(|path| option("--fingerprints", path));
    paths(&arguments.catalog).iter().for_each(|path| option("--catalog", path));
    if lang != Lang::De {
        option("--lang", lang.word());
    }
    for (is_set, name) in [
        (arguments.ports_only, "--ports-only"),
        (arguments.allow_logins, "--allow-logins"),
        (arguments.assume_up, "--assume-up"),
    ] {
        if is_set {
            words.push(name.to_owned());
        }
    }
    words.join(" ")
}

/// How to go on with a scan that was interrupted: the call, if it wrote what that takes, else what to write next time.
pub fn to_resume(arguments: &ScanArgs, call: &str, lang: Lang) -> String {
    if let (Format::Json, Some(result), Some(facts)) = (arguments.format, &arguments.output, &arguments.save_facts) {
        let written = |path: &Path| quoted(&path.display().to_string());
        let (next_result, next_facts) = (free(result), free(facts));
        let call = format!(
            "{call} --resume {} --facts {} --format json --output {} --save-facts {}",
            written(result),
            written(facts),
            written(&next_result),
            written(&next_facts)
        );
        return match lang {
            Lang::De => {
                format!("Unterbrochen. So geht es weiter, ohne fertige Geräte noch einmal zu fragen:\n  {call}")
            }
            Lang::En => format!("Interrupted. To go on without asking again what is finished:\n  {call}"),
        };
    }
    let files = "--format json --output visite.json --save-facts";
    match lang {
        Lang::De => format!(
            "Unterbrochen. Diese Untersuchung lässt sich nicht fortsetzen. Damit es das nächste Mal geht: {files} gesehen.json"
        ),
        Lang::En => format!("Interrupted. This scan cannot be resumed. So that the next one can: {files} facts.json"),
    }
}

/// `path` with a number that no file there has: `round.json` becomes `round-2.json`.
fn free(path: &Path) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let extension = path.extension().map(|extension| format!(".{}", extension.to_string_lossy())).unwrap_or_default();
    // Names that end in a number count on.
    let (stem, number) = match stem.rsplit_once('-').map(|(stem, number)| (stem, number.parse::<u32>())) {
        Some((stem, Ok(number))) if number < 10_000 => (stem.to_owned(), number + 1),
        _ => (stem.into_owned(), 2),
    };
    let named = |number: u32| path.with_file_name(format!("{stem}-{number}{extension}"));
    (number..number + 1_000).map(named).find(|path| !path.exists()).unwrap_or_else(|| named(number))
}

/// `text` as one word for a shell.
fn quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_@%+=:,./-".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// Refuses to write over a file that the same call reads, or to write two things to one file.
pub fn refuse_overwriting(arguments: &ScanArgs) -> Result<(), Failure> {
    let one = [("--resume", &arguments.resume), ("--facts", &arguments.facts), ("--practice", &arguments.practice)];
    let many = [("--import", &arguments.import), ("--targets-from", &arguments.targets_from)];
    let one = one.into_iter().filter_map(|(name, path)| Some((name, path.as_deref()?)));
    let many = many.into_iter().flat_map(|(name, paths)| paths.iter().map(move |path| (name, path.as_path())));
    let read: Vec<(&str, &Path)> = one.chain(many).collect();
    output::distinct(
        &read,
        &[("--output", arguments.output.as_deref()), ("--save-facts", arguments.save_facts.as_deref())],
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    fn arguments(written: &[&str]) -> ScanArgs {
        let cli = crate::cli::Cli::try_parse_from([&["visite", "scan"], written].concat()).expect("a call");
        match cli.command {
            crate::cli::Command::Scan(arguments) => arguments,
            _ => unreachable!("it begins with scan"),
        }
    }

    #[test]
    fn the_call_is_repeated_with_what_decides_what_is_examined() {
        let told = |written: &[&str]| call(&arguments(written), None, Lang::De);
        assert_eq!(told(&[]), "visite scan");
        assert_eq!(
            told(&["10.0.0.0/24", "--authorised-by", "Dr. O'Hara $(x)", "--output", "x.txt", "--quiet", "--dry-run"]),
            r"visite scan 10.0.0.0/24 --authorised-by 'Dr. O'\''Hara $(x)'"
        );
        assert_eq!(
            told(&[
                "pacs",
                "--practice",
                "Praxis 1.yaml",
                "--ports",
                "22,80",
                "--profile",
                "fast",
                "--window",
                "22:00-05:00",
                "--exclude",
                "10.0.0.7,10.0.0.9",
                "--allow-logins",
                "--assume-up",
                "--previous",
                "old.json",
            ]),
            "visite scan pacs --exclude 10.0.0.7,10.0.0.9 --practice 'Praxis 1.yaml' --ports 22,80 --profile fast \
             --window 22:00-05:00 --allow-logins --assume-up"
        );
        let english = call(&arguments(&["--ports-only"]), None, Lang::En);
        assert_eq!(english, "visite scan --lang en --ports-only");
        // Read again, it is the same call.
        let words = ["10.0.0.1", "--authorised-by", "Ada", "--profile", "fast"];
        assert_eq!(told(&words), format!("visite scan {}", words.join(" ")));
    }

    #[test]
    fn a_scan_that_was_interrupted_is_resumed_with_new_names() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name).display().to_string();
        std::fs::write(path("round-2.json"), "").expect("ours");
        let (result, facts) = (path("round.json"), path("facts-2.json"));
        let given = arguments(&["10.0.0.1", "--format", "json", "--output", &result, "--save-facts", &facts]);
        let told = to_resume(&given, &call(&given, None, Lang::De), Lang::De);
        let expected = format!(
            "visite scan 10.0.0.1 --resume {result} --facts {facts} --format json --output {} --save-facts {}",
            path("round-3.json"),
            path("facts-3.json")
        );
        assert!(told.ends_with(&format!("\n  {expected}")), "{told}");
        let told = to_resume(&arguments(&["10.0.0.1"]), "visite scan 10.0.0.1", Lang::En);
        assert!(told.ends_with("--format json --output visite.json --save-facts facts.json"), "{told}");
    }
}
