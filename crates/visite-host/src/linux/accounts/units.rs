//! Consoles that systemd logs in by itself: overrides of `getty@.service` and its relatives, agetty(8), systemd.unit(5).
//!
//! For the automatic logins. Only units that start a login on a console are looked at.

use super::autologin::Found;
use crate::machine::{Machine, ReadFailure};
use std::collections::{BTreeMap, BTreeSet};

/// Folders of unit files, the ones that win first.
const FOLDERS: &[&str] = &[
    "/etc/systemd/system",
    "/run/systemd/system",
    "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system",
    "/lib/systemd/system",
];
/// How units begin that start a login on a console.
const CONSOLES: &[&str] = &["getty@", "autovt@", "serial-getty@", "console-getty.", "container-getty@"];

/// Consoles on which someone is logged in without being asked. What kept files from being read goes to `failed`.
pub fn console_autologins(machine: &Machine, failed: &mut Vec<(String, ReadFailure)>) -> Vec<Found> {
    let mut found = Vec::new();
    for unit in units(machine, failed) {
        let mut commands: Vec<(String, String)> = Vec::new();
        for path in fragments(machine, &unit, failed) {
            let text = machine.read(&path).unwrap_or_else(|failure| {
                failed.push((path.clone(), failure));
                String::new()
            });
            for command in parse_exec_starts(&text) {
                match command {
                    Some(command) => commands.push((path.clone(), command)),
                    None => commands.clear(),
                }
            }
        }
        found.extend(commands.into_iter().filter_map(|(path, command)| {
            Some(Found { path, part: String::new(), user: parse_agetty_autologin(&command)? })
        }));
    }
    found
}

/// Names of the console units, e.g. `getty@tty1.service`; those that only have drop-ins are among them.
fn units(machine: &Machine, failed: &mut Vec<(String, ReadFailure)>) -> BTreeSet<String> {
    let mut units = BTreeSet::new();
    for name in FOLDERS.iter().flat_map(|folder| names(machine, folder, failed)) {
        let unit = name.strip_suffix(".d").unwrap_or(&name);
        if unit.ends_with(".service") && CONSOLES.iter().any(|console| unit.starts_with(console)) {
            units.insert(unit.to_owned());
        }
    }
    units
}

/// The files of a unit in the order in which they count: the unit itself, then its drop-ins by name.
fn fragments(machine: &Machine, unit: &str, failed: &mut Vec<(String, ReadFailure)>) -> Vec<String> {
    let template = unit.split_once('@').map(|(name, _)| format!("{name}@.service"));
    let own_names: Vec<&str> =
        [Some(unit), template.as_deref().filter(|template| *template != unit)].into_iter().flatten().collect();
    let places = own_names.iter().flat_map(|name| FOLDERS.iter().map(move |folder| format!("{folder}/{name}")));
    let main = places.into_iter().find(|path| machine.exists(path) == Ok(true));
    if main.as_ref().is_some_and(|path| machine.read_link(path).as_deref() == Ok("/dev/null")) {
        // The unit is masked: nothing starts it.
        return Vec::new();
    }
    let mut parts: BTreeMap<String, String> = BTreeMap::new();
    for folder in own_names.iter().flat_map(|name| FOLDERS.iter().map(move |folder| format!("{folder}/{name}.d"))) {
        for part in names(machine, &folder, failed).into_iter().filter(|part| part.ends_with(".conf")) {
            parts.entry(part.clone()).or_insert(format!("{folder}/{part}"));
        }
    }
    main.into_iter().chain(parts.into_values()).collect()
}

fn names(machine: &Machine, folder: &str, failed: &mut Vec<(String, ReadFailure)>) -> Vec<String> {
    match machine.list(folder) {
        Ok(names) => names,
        Err(ReadFailure::Absent) => Vec::new(),
        Err(failure) => {
            failed.push((folder.to_owned(), failure));
            Vec::new()
        }
    }
}

/// The values of `ExecStart=` in the section `[Service]`, in order; `None` for an empty one, which clears the list.
pub fn parse_exec_starts(text: &str) -> Vec<Option<String>> {
    let mut commands = Vec::new();
    let mut in_service = false;
    let mut pending = String::new();
    for line in text.lines() {
        let line = line.trim();
        if line.starts_with(['#', ';']) {
            continue;
        }
        if let Some(begun) = line.strip_suffix('\\') {
            pending.push_str(begun);
            pending.push(' ');
            continue;
        }
        pending.push_str(line);
        let whole = std::mem::take(&mut pending);
        if whole.starts_with('[') {
            in_service = whole == "[Service]";
        } else if let Some((_, value)) =
            whole.split_once('=').filter(|(key, _)| in_service && key.trim() == "ExecStart")
        {
            let value = value.trim();
            commands.push((!value.is_empty()).then(|| value.to_owned()));
        }
    }
    commands
}

/// Whom a command line of agetty(8) logs in: `--autologin anna`, `--autologin=anna`, `-a anna` or `-aanna`.
pub fn parse_agetty_autologin(command: &str) -> Option<String> {
    let mut words = command.split_whitespace();
    let program = words.next()?.rsplit(['/', '-', '@', '!', '+', ':']).next()?;
    if program != "agetty" && program != "getty" {
        return None;
    }
    while let Some(word) = words.next() {
        let user = match word {
            "--autologin" | "-a" => words.next(),
            // Options for login(1), which may look like ours.
            "-o" | "--login-options" if quoted_value(&mut words) => continue,
            word => word.strip_prefix("--autologin=").or_else(|| word.strip_prefix("-a")),
        };
        if let Some(user) = user.map(|user| user.trim_matches(['"', '\''])).filter(|user| !user.is_empty()) {
            return Some(user.to_owned());
        }
    }
    None
}

/// Passes over a value that may be quoted and contain blanks.
fn quoted_value<'a>(words: &mut impl Iterator<Item = &'a str>) -> bool {
    let Some(first) = words.next() else { return true };
    if let Some(quote @ ('\'' | '"')) = first.chars().next() {
        let closed = |word: &str| word.ends_with(quote);
        if first.len() == 1 || !closed(first) {
            words.find(|word| closed(word));
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn commands_of_a_drop_in() {
        let text =
            "[Unit]\nExecStart=no\n[Service]\n# ExecStart=no\nExecStart=\nExecStart = -/sbin/agetty \\\n  -a anna %I\n";
        let expected = [None, Some("-/sbin/agetty  -a anna %I".to_owned())];
        assert_eq!(parse_exec_starts(text), expected);
    }

    #[test]
    fn spellings_of_agetty() {
        for command in [
            "-/sbin/agetty --autologin anna --noclear %I $TERM",
            "/usr/sbin/agetty --autologin=anna -",
            "-/sbin/agetty -a anna %I",
            "-/sbin/agetty -aanna %I",
            "-/sbin/agetty -o '-p -f -- \\\\u' --keep-baud --autologin \"anna\" 115200 %I",
        ] {
            assert_eq!(parse_agetty_autologin(command).as_deref(), Some("anna"), "{command}");
        }
        for command in [
            "-/sbin/agetty -o '-p -a anna' --noclear - $TERM",
            "-/sbin/agetty --noclear %I",
            "/usr/bin/other --autologin anna",
            "-/sbin/agetty --autologin",
            "",
        ] {
            assert_eq!(parse_agetty_autologin(command), None, "{command}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in "(?s).{0,300}", near in "((agetty|-o|-a|--autologin|ExecStart|\\[Service\\]|[='\"\\\\ \n]){0,30})") {
            parse_exec_starts(&text);
            parse_exec_starts(&near);
            parse_agetty_autologin(&text);
            parse_agetty_autologin(&near);
        }
    }
}
