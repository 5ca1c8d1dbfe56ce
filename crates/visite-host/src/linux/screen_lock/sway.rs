//! Screen lock of Sway: what swayidle is told in the configuration of Sway and in its own file.
//!
//! Only clear-cut timeouts with a known lock program count (swayidle(1), sway(5)); scripts, variables that a shell
//! would fill in, and services that start swayidle deliberately end in "not known".

use super::seat::Seat;
use super::setting::{Lock, Origin, Rules, Setting};
use super::words::{joined_lines, mentions, parse_words};
use visite_facts::UnknownReason;
use visite_facts::value::Known;

/// Programs that lock the screen of a Wayland compositor.
const LOCK_PROGRAMS: &[&str] = &["swaylock", "gtklock", "waylock", "hyprlock"];
/// Programs in a timeout that certainly do not lock.
const OTHER_PROGRAMS: &[&str] = &["swaymsg", "wlr-randr", "wlopm", "light", "brightnessctl", "notify-send"];
/// Configuration of Sway; the first one that exists counts.
const HOME_CONFIGS: &[&str] = &[".sway/config", ".config/sway/config", ".i3/config", ".config/i3/config"];
const SYSTEM_CONFIG: &str = "/etc/sway/config";
/// Directories that the configurations of distributions include.
const INCLUDED_DIRS: &[&str] = &["/etc/sway/config.d", "/etc/sway/config-vars.d"];
const IDLE_CONFIGS: &[&str] = &[".config/swayidle/config", ".swayidle/config"];
/// Most calls of swayidle, and most variables, of one configuration; real ones have one and about ten.
const MAX_CALLS: usize = 100;
const MAX_VARIABLES: usize = 1000;
/// Longest command once its variables are filled in, in bytes.
const MAX_COMMAND: usize = 64 * 1024;
const UNITS: &[&str] = &[
    "/etc/systemd/user/graphical-session.target.wants/swayidle.service",
    "/etc/systemd/user/default.target.wants/swayidle.service",
];
const HOME_UNITS: &[&str] = &[
    ".config/systemd/user/swayidle.service",
    ".config/systemd/user/graphical-session.target.wants/swayidle.service",
    ".config/systemd/user/sway-session.target.wants/swayidle.service",
    ".config/systemd/user/default.target.wants/swayidle.service",
];

/// What a configuration says about locking by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Idle {
    /// It says nothing about it.
    Nothing,
    /// After so many seconds, this program locks.
    Locks(i64, String),
    /// It does something that cannot be told for certain.
    Unclear,
}

/// The lock of Sway.
pub fn lock(seat: &Seat<'_>) -> Lock {
    if !seat.has_program("swayidle") {
        return Lock::none();
    }
    let mechanism = Known("swayidle".to_owned());
    match idle(seat) {
        Err(reason) => Lock::unknown(mechanism, reason),
        Ok((Idle::Unclear, _)) => Lock::unknown(mechanism, UnknownReason::NotSupported),
        Ok((Idle::Nothing, origin)) => lock_from(false, 0, origin),
        Ok((Idle::Locks(seconds, program), origin)) => lock_from(seat.has_program(&program), seconds, origin),
    }
}

fn lock_from(enabled: bool, seconds: i64, origin: Origin) -> Lock {
    let rules = Rules {
        guards: vec![Setting::known(enabled, origin)],
        delays: vec![Setting::known(seconds, origin)],
        ..Rules::default()
    };
    Lock::from_rules("swayidle", &rules)
}

fn idle(seat: &Seat<'_>) -> Result<(Idle, Origin), UnknownReason> {
    let (text, origin) = config_text(seat)?;
    let started = parse_sway_config(&text);
    if matches!(started, Idle::Locks(..) | Idle::Unclear) {
        return Ok((started, origin));
    }
    if !mentions(&text, "swayidle") {
        return Ok((if started_by_service(seat)? { Idle::Unclear } else { Idle::Nothing }, origin));
    }
    for path in IDLE_CONFIGS {
        if let Some(text) = seat.home_file(path)? {
            return Ok((parse_swayidle_config(&text), Origin::User));
        }
    }
    Ok((started, origin))
}

fn started_by_service(seat: &Seat<'_>) -> Result<bool, UnknownReason> {
    for path in HOME_UNITS {
        if seat.home_exists(path)? {
            return Ok(true);
        }
    }
    Ok(UNITS.iter().any(|path| seat.machine.exists(path) != Ok(false)))
}

/// The configuration that takes effect, with the files that distributions include.
fn config_text(seat: &Seat<'_>) -> Result<(String, Origin), UnknownReason> {
    let mut own = None;
    for path in HOME_CONFIGS {
        if own.is_none() {
            own = seat.home_file(path)?;
        }
    }
    let origin = if own.is_some() { Origin::User } else { Origin::System };
    let mut text = match own {
        Some(text) => text,
        None => seat.system_file(SYSTEM_CONFIG)?.unwrap_or_default(),
    };
    let included: Vec<&&str> = INCLUDED_DIRS.iter().filter(|dir| text.contains(**dir)).collect();
    for dir in included {
        for name in seat.system_folder(dir)? {
            text.push('\n');
            text.push_str(&seat.system_file(&format!("{dir}/{name}"))?.unwrap_or_default());
        }
    }
    let known_include =
        |line: &str| INCLUDED_DIRS.iter().any(|dir| line.contains(dir)) || line.contains("/etc/sway/config");
    let unknown_include = text.lines().any(|line| line.trim_start().starts_with("include ") && !known_include(line));
    if unknown_include && !mentions(&text, "swayidle") {
        return Err(UnknownReason::NotSupported);
    }
    Ok((text, origin))
}

/// What the `exec` lines of a Sway configuration tell swayidle.
pub fn parse_sway_config(text: &str) -> Idle {
    let mut variables: Vec<(String, String)> = Vec::new();
    let mut result = Idle::Nothing;
    let mut calls = 0;
    for line in joined_lines(text) {
        let line = line.trim();
        if line.starts_with('#') {
            continue;
        }
        if let Some((name, value)) = line.strip_prefix("set $").and_then(|rest| rest.split_once(char::is_whitespace)) {
            variables.push((format!("${name}"), value.trim().to_owned()));
            continue;
        }
        let command = ["exec_always ", "exec "].iter().find_map(|word| line.strip_prefix(word));
        let Some(command) = command.filter(|line| mentions(line, "swayidle")) else { continue };
        calls += 1;
        if calls > MAX_CALLS || variables.len() > MAX_VARIABLES {
            return Idle::Unclear;
        }
        let idle =
            with_variables(command, &variables).map_or(Idle::Unclear, |command| parse_swayidle_command(&command));
        result = earlier(result, idle);
    }
    result
}

/// Variables of Sway are put in place of their names, the longest first; `None` if the command becomes longer than any
/// real one.
fn with_variables(command: &str, variables: &[(String, String)]) -> Option<String> {
    let mut command = command.to_owned();
    let mut sorted: Vec<_> = variables.iter().collect();
    sorted.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
    for (name, value) in sorted {
        let added = command.matches(name.as_str()).count().saturating_mul(value.len());
        if command.len().saturating_add(added) > MAX_COMMAND {
            return None;
        }
        command = command.replace(name.as_str(), value);
    }
    Some(command)
}

/// The options and events of a call of swayidle.
fn parse_swayidle_command(command: &str) -> Idle {
    // One background mark at the end changes nothing.
    let command = command.trim().trim_end_matches('&');
    let Some(words) = parse_words(command) else { return Idle::Unclear };
    let mut words: &[String] = &words;
    while let Some(("--no-startup-id", rest)) = words.split_first().map(|(word, rest)| (word.as_str(), rest)) {
        words = rest;
    }
    match words.split_first() {
        Some((program, events)) if program.rsplit('/').next() == Some("swayidle") => parse_events(events),
        _ => Idle::Unclear,
    }
}

/// Reads swayidle's own configuration file: one event a line.
pub fn parse_swayidle_config(text: &str) -> Idle {
    joined_lines(text)
        .iter()
        .filter(|line| !line.trim_start().starts_with('#'))
        .map(|line| parse_words(line).map_or(Idle::Unclear, |words| parse_events(&words)))
        .fold(Idle::Nothing, earlier)
}

fn parse_events(words: &[String]) -> Idle {
    let mut result = Idle::Nothing;
    let mut words = words.iter().map(String::as_str);
    while let Some(word) = words.next() {
        let event = match word {
            "-w" | "-d" => Some(Idle::Nothing),
            "-S" | "idlehint" | "resume" | "before-sleep" | "after-resume" | "lock" | "unlock" => {
                words.next().map(|_| Idle::Nothing)
            }
            "timeout" => words.next().zip(words.next()).and_then(|(seconds, command)| {
                let seconds = seconds.parse::<u32>().ok()?;
                Some(timeout(i64::from(seconds), command))
            }),
            // `-C` names another file, and a word that is no event means that this is misread.
            _ => None,
        };
        match event {
            Some(event) => result = earlier(result, event),
            None => return Idle::Unclear,
        }
    }
    result
}

fn timeout(seconds: i64, command: &str) -> Idle {
    let Some(words) = parse_words(command) else { return Idle::Unclear };
    let Some((program, arguments)) = words.split_first() else { return Idle::Nothing };
    let name = program.rsplit('/').next().unwrap_or_default();
    if LOCK_PROGRAMS.contains(&name) && !arguments.iter().any(|word| word.starts_with("--grace")) {
        return Idle::Locks(seconds, program.clone());
    }
    if OTHER_PROGRAMS.contains(&name) { Idle::Nothing } else { Idle::Unclear }
}

/// The earlier lock of two; a lock that is certain counts more than something unclear.
fn earlier(one: Idle, other: Idle) -> Idle {
    match (one, other) {
        (Idle::Locks(a, first), Idle::Locks(b, second)) => {
            if b < a {
                Idle::Locks(b, second)
            } else {
                Idle::Locks(a, first)
            }
        }
        (locks @ Idle::Locks(..), _) | (_, locks @ Idle::Locks(..)) => locks,
        (Idle::Unclear, _) | (_, Idle::Unclear) => Idle::Unclear,
        (Idle::Nothing, Idle::Nothing) => Idle::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn locks(seconds: i64) -> Idle {
        Idle::Locks(seconds, "swaylock".to_owned())
    }

    #[test]
    fn the_example_of_sway_is_read_and_its_comment_is_not() {
        // /etc/sway/config of Sway 1.7, without and with its comment marks.
        let example = "exec swayidle -w \\\n         timeout 300 'swaylock -f -c 000000' \\\n         timeout 600 \
                       'swaymsg \"output * dpms off\"' resume 'swaymsg \"output * dpms on\"' \\\n         before-sleep \
                       'swaylock -f -c 000000'\n";
        assert_eq!(parse_sway_config(example), locks(300));
        let comment: String = example.lines().map(|line| format!("# {line}\n")).collect();
        assert_eq!(parse_sway_config(&comment), Idle::Nothing);
    }

    #[test]
    fn variables_of_sway_are_filled_in() {
        let text = "set $lock swaylock -f\nexec_always swayidle timeout 120 '$lock'\n";
        assert_eq!(parse_sway_config(text), locks(120));
        assert_eq!(parse_sway_config("exec swayidle timeout 120 \"$HOME/lock.sh\"\n"), Idle::Unclear);
    }

    #[test]
    fn only_certain_lines_of_swayidle_count() {
        assert_eq!(parse_swayidle_config("timeout 900 'swaylock -f'\ntimeout 60 'swaylock'\n"), locks(60));
        assert_eq!(parse_swayidle_config("timeout 60 'swaymsg \"output * power off\"'\n"), Idle::Nothing);
        assert_eq!(parse_swayidle_config("timeout 60 './lock.sh'\n"), Idle::Unclear);
        assert_eq!(parse_swayidle_config("timeout 60 'swaylock --grace 30'\n"), Idle::Unclear);
        assert_eq!(parse_swayidle_config("lock 'swaylock -f'\n"), Idle::Nothing);
    }

    #[test]
    fn variables_cannot_make_a_command_grow_without_end() {
        let long = format!("set $a {}\nexec swayidle {}\n", "x".repeat(100_000), "$a ".repeat(1000));
        assert_eq!(parse_sway_config(&long), Idle::Unclear);
        let many: String = (0..=MAX_VARIABLES).map(|number| format!("set $v{number} x\n")).collect();
        assert_eq!(parse_sway_config(&format!("{many}exec swayidle timeout 5 swaylock\n")), Idle::Unclear);
        let calls = "exec swayidle timeout 5 swaylock\n".repeat(MAX_CALLS + 1);
        assert_eq!(parse_sway_config(&calls), Idle::Unclear);
    }

    proptest! {
        #[test]
        fn no_text_makes_them_panic(text: String) {
            parse_sway_config(&text);
            parse_sway_config(&format!("exec swayidle {text}"));
            parse_swayidle_config(&text);
            parse_swayidle_config(&format!("timeout 5 {text}"));
        }
    }
}
