//! Rules for new passwords and failed logins as they take effect, from PAM, its modules' settings and login.defs.
//!
//! For the collector of accounts. Decided is what stands in the stacks that the distribution shares among programs
//! (`common-password`, `system-auth` ...); a program with a stack of its own is deliberately not looked at.

use super::ini::{Setting, last};
use super::lockout::fill_lockout;
use super::login_defs::LoginDefs;
use super::pam::{self, Facility, Module, Stack};
use super::read_optional;
use crate::machine::{Machine, ReadFailure};
use visite_facts::facts::PasswordPolicy;
use visite_facts::{Observed, Problem, Unknown, UnknownReason};

/// Services through which passwords are changed, best first.
const CHANGING: &[&str] = &["passwd", "common-password", "system-auth"];
/// Shortest password that cracklib accepts, whatever is configured, in characters; pwquality.conf(5).
const SHORTEST_CHECKED: i64 = 6;
/// Shortest password that pam_unix accepts unless `minlen=` says otherwise, pam_unix(8).
const SHORTEST_UNIX: i64 = 6;
/// How many passwords pam_pwhistory remembers unless `remember=` says otherwise, pam_pwhistory(8).
const REMEMBERED: i64 = 10;
/// Arguments of pam_unix that choose how passwords are stored.
const HASH_METHODS: &[&str] = &["yescrypt", "gost_yescrypt", "blowfish", "sha512", "sha256", "md5", "bigcrypt"];

/// What a setting is, or why that cannot be told.
type Outcome<T> = Result<T, UnknownReason>;

/// Looks at the rules.
pub fn password_policy(machine: &Machine, login_defs: &LoginDefs, problems: &mut Vec<Problem>) -> PasswordPolicy {
    let mut policy = PasswordPolicy::unknown(UnknownReason::NotSupported);
    if !pam::is_used(machine) {
        return policy;
    }
    let stack = CHANGING.iter().find_map(|service| pam::stack(machine, service, Facility::Password, problems));
    if let Some(stack) = stack {
        let quality = quality(machine, &stack, problems);
        policy.min_length = settled(&stack, min_length(&stack, &quality));
        policy.quality_checked = settled(&stack, quality.map(|shortest| shortest.is_some()));
        policy.remembered = settled(&stack, remembered(machine, &stack, problems));
        policy.hash_method = settled(&stack, hash_method(&stack, login_defs));
    }
    fill_lockout(machine, &mut policy, problems);
    policy
}

/// Nothing is certain about a stack of which a part could not be read.
fn settled<T>(stack: &Stack, value: Outcome<T>) -> Observed<T> {
    match stack.doubt {
        Some(reason) => Unknown(reason),
        None => value.into(),
    }
}

/// Shortest password that the checking modules accept; `None` if none of them checks.
fn quality(machine: &Machine, stack: &Stack, problems: &mut Vec<Problem>) -> Outcome<Option<i64>> {
    let mut shortest = None;
    for module in stack.modules.iter().filter(|module| module.enforces()) {
        let accepted = match module.name.as_str() {
            "pam_pwquality" => pwquality(machine, module, problems)?,
            "pam_cracklib" => Some(Lengths { min: 9, credits: [1; 4] }.with_arguments(module).shortest()),
            "pam_passwdqc" => Some(passwdqc(machine, module, problems)?),
            _ => None,
        };
        shortest = shortest.max(accepted);
    }
    Ok(shortest)
}

fn min_length(stack: &Stack, quality: &Outcome<Option<i64>>) -> Outcome<i64> {
    let unix = stack.named("pam_unix").map(|(_, module)| number(module.value("minlen")).unwrap_or(SHORTEST_UNIX)).max();
    unix.max(*quality.as_ref().map_err(|reason| *reason)?).ok_or(UnknownReason::NotSupported)
}

/// The settings of pam_pwquality and pam_cracklib that decide about lengths.
struct Lengths {
    min: i64,
    /// For digits, upper case, lower case and others: how much each may shorten the password, or, if negative, how
    /// many there must be.
    credits: [i64; 4],
}

impl Lengths {
    fn set(&mut self, name: &str, value: &str) {
        let target = match name {
            "minlen" => &mut self.min,
            "dcredit" => &mut self.credits[0],
            "ucredit" => &mut self.credits[1],
            "lcredit" => &mut self.credits[2],
            "ocredit" => &mut self.credits[3],
            _ => return,
        };
        *target = number(Some(value)).unwrap_or(*target);
    }

    fn with_arguments(mut self, module: &Module) -> Self {
        for (name, value) in module.arguments.iter().filter_map(|argument| argument.split_once('=')) {
            self.set(name, value);
        }
        self
    }

    /// Length of the shortest password that passes.
    fn shortest(&self) -> i64 {
        let [bonus, demanded] =
            [1, -1].map(|sign| self.credits.iter().map(|credit| (credit * sign).max(0)).sum::<i64>());
        (self.min - bonus).max(demanded).max(SHORTEST_CHECKED)
    }
}

/// The shortest password that pam_pwquality accepts; `None` if it only warns.
fn pwquality(machine: &Machine, module: &Module, problems: &mut Vec<Problem>) -> Outcome<Option<i64>> {
    let settings = pwquality_settings(machine, problems)?;
    let mut lengths = Lengths { min: 8, credits: [0; 4] };
    for setting in &settings {
        lengths.set(&setting.key, &setting.value);
    }
    let enforcing = module.value("enforcing").or_else(|| last(&settings, "", "enforcing"));
    let warns_only = number(enforcing) == Some(0);
    Ok((!warns_only).then(|| lengths.with_arguments(module).shortest()))
}

/// Settings of pwquality.conf(5): first the folder, then the main file, which has the last word.
fn pwquality_settings(machine: &Machine, problems: &mut Vec<Problem>) -> Outcome<Vec<Setting>> {
    const FOLDER: &str = "security/pwquality.conf.d";
    let names = match machine.list(&format!("/etc/{FOLDER}")) {
        Ok(names) => names,
        Err(ReadFailure::Absent) => Vec::new(),
        Err(failure) => {
            problems.push(failure.problem(&format!("/etc/{FOLDER}")));
            return Err(failure.reason());
        }
    };
    let parts = names.iter().filter(|name| name.ends_with(".conf")).map(|name| format!("{FOLDER}/{name}"));
    let mut settings = Vec::new();
    for name in parts.chain(["security/pwquality.conf".to_owned()]) {
        let text = read_optional(machine, &name, problems)?.unwrap_or_default();
        settings.extend(parse_module_settings(&text));
    }
    Ok(settings)
}

/// Settings of a PAM module, `name = value` or a bare `name`; pwquality.conf(5), faillock.conf(5), pwhistory.conf(5).
pub fn parse_module_settings(text: &str) -> Vec<Setting> {
    let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
    lines
        .filter(|line| !line.is_empty())
        .map(|line| {
            let (key, value) = line.split_once('=').unwrap_or((line, ""));
            Setting { section: String::new(), key: key.trim().to_owned(), value: value.trim().to_owned() }
        })
        .collect()
}

/// The shortest password that pam_passwdqc accepts: the smallest of its five lengths, passwdqc.conf(5).
fn passwdqc(machine: &Machine, module: &Module, problems: &mut Vec<Problem>) -> Outcome<i64> {
    const DEFAULT: i64 = 7;
    let mut from_file = None;
    if let Some(path) = module.value("config") {
        let text = machine.read(path).map_err(|failure| {
            problems.push(failure.problem(path));
            failure.reason()
        })?;
        from_file = last(&parse_module_settings(&text), "", "min").map(str::to_owned);
    }
    match module.value("min").map(str::to_owned).or(from_file) {
        None => Ok(DEFAULT),
        Some(list) => parse_passwdqc_min(&list).ok_or(UnknownReason::Malformed),
    }
}

/// The smallest length of `disabled,24,11,8,7`; `None` if there is none, or something else stands there.
pub fn parse_passwdqc_min(list: &str) -> Option<i64> {
    let lengths = list.split(',').map(str::trim).filter(|length| *length != "disabled");
    let lengths: Option<Vec<i64>> = lengths.map(|length| number(Some(length))).collect();
    lengths?.into_iter().min()
}

fn remembered(machine: &Machine, stack: &Stack, problems: &mut Vec<Problem>) -> Outcome<i64> {
    let mut most = 0;
    for module in stack.modules.iter().filter(|module| module.enforces()) {
        let count = match module.name.as_str() {
            "pam_unix" => number(module.value("remember")).unwrap_or(0),
            "pam_pwhistory" => {
                let text = read_optional(machine, "security/pwhistory.conf", problems)?.unwrap_or_default();
                let settings = parse_module_settings(&text);
                let value = module.value("remember").or_else(|| last(&settings, "", "remember"));
                number(value).unwrap_or(REMEMBERED)
            }
            _ => 0,
        };
        most = most.max(count);
    }
    Ok(most)
}

/// How pam_unix stores new passwords: its own last word, else login.defs, else the old `des`.
fn hash_method(stack: &Stack, login_defs: &LoginDefs) -> Outcome<String> {
    let (_, unix) = stack.named("pam_unix").next().ok_or(UnknownReason::NotSupported)?;
    let own = unix.arguments.iter().rev().find(|argument| HASH_METHODS.contains(&argument.as_str())).cloned();
    match own.or_else(|| login_defs.encrypt_method.clone()) {
        None => Ok("des".to_owned()),
        Some(method) if method == "des" || HASH_METHODS.contains(&method.as_str()) => Ok(method),
        Some(_) => Err(UnknownReason::Malformed),
    }
}

/// A whole number of a setting, within what any real one is.
pub fn number(value: Option<&str>) -> Option<i64> {
    value?.trim().parse::<i32>().ok().map(i64::from)
}

#[cfg(test)]
mod tests {
    use super::super::pam::{PamLine, parse_pam};
    use super::*;
    use proptest::prelude::*;

    fn stack(text: &str) -> Stack {
        let modules = parse_pam(text).0.into_iter().filter_map(|line| match line {
            PamLine::Module(Facility::Password, module) => Some(module),
            _ => None,
        });
        Stack { modules: modules.collect(), doubt: None }
    }

    fn lengths(min: i64, credits: [i64; 4]) -> i64 {
        Lengths { min, credits }.shortest()
    }

    #[test]
    fn credits_shorten_or_lengthen() {
        assert_eq!(lengths(8, [0; 4]), 8);
        assert_eq!(lengths(12, [1, 1, 0, 0]), 10);
        assert_eq!(lengths(9, [1; 4]), 6);
        assert_eq!(lengths(8, [-1; 4]), 8);
        assert_eq!(lengths(6, [-3, -3, -3, 0]), 9);
        assert_eq!(lengths(3, [0; 4]), 6);
    }

    #[test]
    fn the_settings_shipped_by_debian_12_change_nothing() {
        assert_eq!(parse_module_settings(include_str!("../../../tests/data/accounts/debian-12.pwquality.conf")), []);
        assert_eq!(parse_module_settings(include_str!("../../../tests/data/accounts/debian-12.faillock.conf")), []);
    }

    #[test]
    fn hash_methods() {
        let method = |line: &str, login_defs: Option<&str>| {
            let login_defs = LoginDefs { encrypt_method: login_defs.map(str::to_owned), ..LoginDefs::default() };
            hash_method(&stack(line), &login_defs)
        };
        assert_eq!(method("password required pam_unix.so md5 yescrypt", Some("md5")), Ok("yescrypt".into()));
        assert_eq!(method("password required pam_unix.so obscure", Some("sha512")), Ok("sha512".into()));
        assert_eq!(method("password required pam_unix.so", None), Ok("des".into()));
        assert_eq!(method("password required pam_unix.so", Some("rot13")), Err(UnknownReason::Malformed));
        assert_eq!(method("password required pam_sss.so", Some("sha512")), Err(UnknownReason::NotSupported));
    }

    #[test]
    fn lengths_of_passwdqc() {
        assert_eq!(parse_passwdqc_min("disabled,24,11,8,7"), Some(7));
        assert_eq!(parse_passwdqc_min("disabled,disabled,disabled,disabled,16"), Some(16));
        assert_eq!(parse_passwdqc_min("disabled"), None);
        assert_eq!(parse_passwdqc_min("a,b"), None);
    }

    proptest! {
        #[test]
        fn never_panics(text in "(?s).{0,300}") {
            parse_module_settings(&text);
            parse_passwdqc_min(&text);
            number(Some(&text));
        }
    }
}
