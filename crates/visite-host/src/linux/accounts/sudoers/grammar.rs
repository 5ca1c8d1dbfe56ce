//! The grammar of one sudoers file, sudoers(5) of sudo 1.9.
//!
//! For [`super::policy`]. A line that does not fit the grammar becomes `None` with its number; its text is dropped.

use super::cursor::Cursor;
use super::lines::logical_lines;
use super::{AliasKind, Command, CommandKind, Grant, Member, Parameter, Privilege, Scope, Statement};
use std::sync::Arc;

/// Tags that may stand before a command; only those about passwords are kept.
const TAGS: &[&str] = &[
    "EXEC",
    "NOEXEC",
    "FOLLOW",
    "NOFOLLOW",
    "LOG_INPUT",
    "NOLOG_INPUT",
    "LOG_OUTPUT",
    "NOLOG_OUTPUT",
    "MAIL",
    "NOMAIL",
    "INTERCEPT",
    "NOINTERCEPT",
    "PASSWD",
    "NOPASSWD",
    "SETENV",
    "NOSETENV",
];
/// Options `NAME=value` that may stand before a command.
const OPTIONS: &[&str] =
    &["ROLE", "TYPE", "APPARMOR_PROFILE", "PRIVS", "LIMITPRIVS", "NOTBEFORE", "NOTAFTER", "TIMEOUT", "CWD", "CHROOT"];
const DIGESTS: &[&str] = &["sha224", "sha256", "sha384", "sha512"];

/// Reads one file: every logical line with its number, `None` where it could not be read.
pub fn parse_sudoers(text: &str) -> Vec<(usize, Option<Statement>)> {
    logical_lines(text).into_iter().map(|(number, line)| (number, statement(&line))).collect()
}

fn statement(line: &str) -> Option<Statement> {
    let line = line.trim_matches([' ', '\t']);
    if let Some(path) = line.strip_prefix("@includedir") {
        return include_path(path).map(Statement::IncludeDir);
    }
    if let Some(path) = line.strip_prefix("@include") {
        return include_path(path).map(Statement::Include);
    }
    let first = line.split([' ', '\t']).next().unwrap_or_default();
    let mut cursor = Cursor::new(line.strip_prefix(first).unwrap_or_default());
    match first {
        "User_Alias" => member_aliases(AliasKind::User, &mut cursor, Cursor::members),
        "Runas_Alias" => member_aliases(AliasKind::RunAs, &mut cursor, Cursor::members),
        "Host_Alias" => member_aliases(AliasKind::Host, &mut cursor, Cursor::hosts),
        "Cmnd_Alias" | "Cmd_Alias" => aliases(&mut cursor, commands).map(Statement::CommandAliases),
        _ => match line.strip_prefix("Defaults") {
            Some(rest) if rest.is_empty() || rest.starts_with([' ', '\t', '@', ':', '!', '>']) => defaults(rest),
            _ => rule(line),
        },
    }
}

/// The path of an include: in quotes, or with its blanks escaped.
fn include_path(argument: &str) -> Option<String> {
    let mut cursor = Cursor::new(argument);
    if cursor.peek() == Some('"') {
        return cursor.quoted().filter(|path| !path.is_empty());
    }
    let mut path = String::new();
    let mut characters = cursor.rest().chars();
    loop {
        match characters.next() {
            Some('\\') => path.push(characters.next()?),
            None | Some(' ' | '\t') => break,
            Some(other) => path.push(other),
        }
    }
    (!path.is_empty()).then_some(path)
}

type AliasList<T> = Vec<(String, Vec<T>)>;

fn member_aliases<'a>(
    kind: AliasKind,
    cursor: &mut Cursor<'a>,
    list: impl Fn(&mut Cursor<'a>) -> Option<Vec<Member>>,
) -> Option<Statement> {
    aliases(cursor, list).map(|aliases| Statement::Aliases(kind, aliases))
}

/// `NAME = list : NAME = list`
fn aliases<'a, T>(cursor: &mut Cursor<'a>, list: impl Fn(&mut Cursor<'a>) -> Option<Vec<T>>) -> Option<AliasList<T>> {
    let mut aliases = Vec::new();
    loop {
        cursor.skip_blanks();
        let name = cursor.take_while(|c| !matches!(c, ' ' | '\t' | '='));
        if !is_alias_name(name) || !cursor.eat('=') {
            return None;
        }
        aliases.push((name.to_owned(), list(cursor)?));
        if cursor.at_end() {
            return Some(aliases);
        }
        if !cursor.eat(':') {
            return None;
        }
    }
}

fn is_alias_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
        && name != "ALL"
        && !OPTIONS.contains(&name)
}

/// What follows the word `Defaults`. The sign of a scope stands directly behind it.
fn defaults(rest: &str) -> Option<Statement> {
    let mut cursor = Cursor::new(rest);
    let scope = if cursor.eat_here('@') {
        Scope::Hosts(cursor.hosts()?)
    } else if cursor.eat_here(':') {
        Scope::Users(cursor.members()?)
    } else if cursor.eat_here('>') {
        Scope::RunAs(cursor.members()?)
    } else if cursor.eat_here('!') {
        Scope::Commands(cursor.list(scoped_command)?)
    } else {
        Scope::Global
    };
    let parameters = cursor.list(parameter)?;
    cursor.at_end().then_some(Statement::Defaults(scope, parameters))
}

/// A command of `Defaults!`, which has no arguments.
fn scoped_command(cursor: &mut Cursor<'_>) -> Option<Command> {
    let word = cursor.word()?;
    Some(Command { negated: word.negated, kind: command_kind(&word.text).unwrap_or(CommandKind::Other) })
}

fn parameter(cursor: &mut Cursor<'_>) -> Option<Parameter> {
    let negated = cursor.negation();
    cursor.skip_blanks();
    let name = cursor.take_while(|c| c.is_ascii_alphanumeric() || c == '_').to_owned();
    if name.is_empty() {
        return None;
    }
    cursor.skip_blanks();
    let signed = cursor.eat('+') || cursor.eat('-');
    if !cursor.eat('=') {
        return (!signed).then_some(Parameter { name, negated, value: None });
    }
    let value = value(cursor)?;
    (!negated).then_some(Parameter { name, negated, value: Some(value) })
}

/// A value: in quotes, or up to the next blank or comma that is not escaped.
fn value(cursor: &mut Cursor<'_>) -> Option<String> {
    if cursor.peek() == Some('"') {
        return cursor.quoted();
    }
    let mut value = String::new();
    loop {
        value.push_str(cursor.take_while(|c| !matches!(c, ' ' | '\t' | ',' | '\\' | '"')));
        if !cursor.eat_here('\\') {
            break;
        }
        let escaped = cursor.rest().chars().next()?;
        cursor.eat_here(escaped);
        value.push(escaped);
    }
    (!value.is_empty()).then_some(value)
}

/// `users hosts = commands : hosts = commands`
fn rule(line: &str) -> Option<Statement> {
    let mut cursor = Cursor::new(line);
    let users = cursor.members()?;
    let mut privileges = Vec::new();
    loop {
        let hosts = cursor.hosts()?;
        if !cursor.eat('=') {
            return None;
        }
        privileges.push(Privilege { hosts, grants: grants(&mut cursor)? });
        if cursor.at_end() {
            return Some(Statement::Rule(users, privileges));
        }
        if !cursor.eat(':') {
            return None;
        }
    }
}

/// Commands, each with the target and the tags that it inherits from those before it.
fn grants(cursor: &mut Cursor<'_>) -> Option<Vec<Grant>> {
    let mut grants = Vec::new();
    let mut run_as: Option<Arc<[Member]>> = None;
    let mut password = None;
    loop {
        if cursor.eat('(') {
            run_as = Some(targets(cursor)?.into());
        }
        while option(cursor)? {}
        while let Some(tag) = tag(cursor) {
            match tag {
                "PASSWD" => password = Some(true),
                "NOPASSWD" => password = Some(false),
                _ => {}
            }
        }
        grants.push(Grant { command: command(cursor)?, run_as: run_as.clone(), password });
        if !cursor.eat(',') {
            return Some(grants);
        }
    }
}

/// `users : groups)`; the groups only add to the users and are passed over.
fn targets(cursor: &mut Cursor<'_>) -> Option<Vec<Member>> {
    let users = if matches!(cursor.peek(), Some(':' | ')')) { Vec::new() } else { cursor.members()? };
    // Only `(:)` may leave the groups out.
    if cursor.eat(':') && (!users.is_empty() || cursor.peek() != Some(')')) {
        cursor.members()?;
    }
    cursor.eat(')').then_some(users)
}

/// Takes an option `NAME=value` if one comes next.
fn option(cursor: &mut Cursor<'_>) -> Option<bool> {
    cursor.skip_blanks();
    let mut ahead = Cursor::new(cursor.rest());
    let name = ahead.take_while(|c| c.is_ascii_uppercase() || c == '_');
    if !OPTIONS.contains(&name) || !ahead.eat('=') {
        return Some(false);
    }
    let quoted = ahead.peek() == Some('"');
    let value = value(&mut ahead)?;
    *cursor = ahead;
    let fits = match name {
        "CWD" | "CHROOT" => !quoted && value.starts_with(['/', '~', '*']),
        // Generalized Time down to the hour, RFC 4517.
        "NOTBEFORE" | "NOTAFTER" => value.bytes().take_while(u8::is_ascii_digit).count() >= 10,
        _ => true,
    };
    fits.then_some(true)
}

/// Takes a tag `NAME:` if one comes next.
fn tag<'a>(cursor: &mut Cursor<'a>) -> Option<&'a str> {
    cursor.skip_blanks();
    let mut ahead = Cursor::new(cursor.rest());
    let name = ahead.take_while(|c| c.is_ascii_uppercase() || c == '_');
    if !TAGS.contains(&name) || !ahead.eat(':') {
        return None;
    }
    *cursor = ahead;
    Some(name)
}

fn commands(cursor: &mut Cursor<'_>) -> Option<Vec<Command>> {
    cursor.list(command)
}

/// A command with its digests, its `!` and its arguments.
fn command(cursor: &mut Cursor<'_>) -> Option<Command> {
    let mut bound = false;
    while digest(cursor)? {
        bound = true;
        if !cursor.eat(',') {
            break;
        }
    }
    let negated = cursor.negation();
    cursor.skip_blanks();
    let name = Cursor::new(cursor.rest()).take_while(|c| !matches!(c, ' ' | '\t' | ',' | ':' | '=' | '(' | ')'));
    let kind = match command_kind(name) {
        Some(kind) => {
            cursor.take_while(|c| c.is_ascii_alphanumeric() || c == '_');
            if bound { CommandKind::Other } else { kind }
        }
        None if name.starts_with(['/', '^', '\\']) || matches!(name, "sudoedit" | "list") => {
            skip_command_line(cursor)?;
            CommandKind::Other
        }
        None => return None,
    };
    Some(Command { negated, kind })
}

fn command_kind(name: &str) -> Option<CommandKind> {
    match name {
        "ALL" => Some(CommandKind::All),
        name if is_alias_name(name) => Some(CommandKind::Alias(name.to_owned())),
        _ => None,
    }
}

/// Takes a digest `sha256:...` if one comes next.
fn digest(cursor: &mut Cursor<'_>) -> Option<bool> {
    cursor.skip_blanks();
    let mut ahead = Cursor::new(cursor.rest());
    let method = ahead.take_while(|c| c.is_ascii_alphanumeric());
    if !DIGESTS.contains(&method) || !ahead.eat(':') {
        return Some(false);
    }
    ahead.skip_blanks();
    let sum = ahead.take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '='));
    *cursor = ahead;
    (!sum.is_empty()).then_some(true)
}

/// Passes over a program and its arguments, which end at a comma or colon that is not escaped.
/// A regular expression between `^` and `$` may contain all of these.
fn skip_command_line(cursor: &mut Cursor<'_>) -> Option<()> {
    let mut at_word_start = true;
    loop {
        if at_word_start && cursor.rest().starts_with('^') {
            let rest = cursor.rest();
            let end = rest
                .match_indices('$')
                .map(|(at, _)| at + 1)
                .find(|end| rest[*end..].chars().next().is_none_or(|c| matches!(c, ' ' | '\t' | ',' | ':' | '=')))?;
            *cursor = Cursor::new(&rest[end..]);
        }
        let rest = cursor.rest();
        let Some(next) = rest.chars().next() else { return Some(()) };
        match next {
            ',' | ':' => return Some(()),
            // A comment, even in quotes; with a digit it would be a user id, which has no place here.
            '#' if rest[1..].starts_with(|c: char| c.is_ascii_digit() || c == '-') => return None,
            '#' => *cursor = Cursor::new(""),
            '\\' => {
                cursor.eat_here('\\');
                let escaped = cursor.rest().chars().next()?;
                cursor.eat_here(escaped);
            }
            _ => {
                cursor.eat_here(next);
            }
        }
        at_word_start = matches!(next, ' ' | '\t');
    }
}

#[cfg(test)]
mod tests {
    use super::super::Who;
    use super::*;
    use proptest::prelude::*;

    fn only(line: &str) -> Option<Statement> {
        let mut statements = parse_sudoers(line);
        assert_eq!(statements.len(), 1, "{line}");
        statements.pop().and_then(|(_, statement)| statement)
    }

    /// Password, target and kind of each command of a rule, short.
    fn grants_of(line: &str) -> Vec<String> {
        let Some(Statement::Rule(_, privileges)) = only(line) else { panic!("no rule: {line}") };
        let grants = privileges.into_iter().flat_map(|privilege| privilege.grants);
        grants
            .map(|grant| {
                let sign = if grant.command.negated { "!" } else { "" };
                let targets = grant.run_as.map(|targets| targets.len());
                format!("{sign}{:?} as {targets:?} password {:?}", grant.command.kind, grant.password)
            })
            .collect()
    }

    #[test]
    fn the_files_of_debian_12_are_understood_whole() {
        let own = parse_sudoers(include_str!("../../../../tests/data/accounts/debian-12.sudoers"));
        assert!(own.iter().all(|(_, statement)| statement.is_some()));
        assert_eq!(own.len(), 7);
        let sample = parse_sudoers(include_str!("../../../../tests/data/accounts/sample.sudoers"));
        let unread: Vec<usize> =
            sample.iter().filter(|(_, statement)| statement.is_none()).map(|(line, _)| *line).collect();
        assert_eq!(unread, Vec::<usize>::new());
        let rules = sample.iter().filter(|(_, statement)| matches!(statement, Some(Statement::Rule(..))));
        assert_eq!(rules.count(), 20);
    }

    #[test]
    fn tags_and_targets_are_inherited() {
        assert_eq!(
            grants_of("anna ALL = /bin/a, (root:adm) NOPASSWD: SETENV: /bin/b x, PASSWD : ALL, !SHELLS"),
            [
                "Other as None password None",
                "Other as Some(1) password Some(false)",
                "All as Some(1) password Some(true)",
                "!Alias(\"SHELLS\") as Some(1) password Some(true)",
            ]
        );
        assert_eq!(grants_of("anna ALL=(ALL)NOPASSWD:ALL"), ["All as Some(1) password Some(false)"]);
        assert_eq!(
            grants_of("anna a=() ALL : b=(:adm) ALL"),
            ["All as Some(0) password None", "All as Some(0) password None"]
        );
    }

    #[test]
    fn options_digests_and_regular_expressions() {
        let text = "anna ALL = TIMEOUT=1h CWD=/a sha256:aGk=, sha224 : 0a /bin/a, sha512:ab ALL, /bin/b ^[a,:=]+$, ALL";
        assert_eq!(
            grants_of(text),
            [
                "Other as None password None",
                "Other as None password None",
                "Other as None password None",
                "All as None password None"
            ]
        );
        assert_eq!(grants_of("anna ALL = /bin/mount -o a\\,b\\=c, sudoedit /etc/x, list").len(), 3);
    }

    #[test]
    fn defaults_with_every_scope() {
        let scope = |line: &str| match only(line) {
            Some(Statement::Defaults(scope, parameters)) => (scope, parameters[0].clone()),
            other => panic!("{other:?}"),
        };
        let off = Parameter { name: "authenticate".into(), negated: true, value: None };
        let anna = || vec![Member { negated: false, who: Who::Name("anna".into()) }];
        assert_eq!(scope("Defaults !authenticate"), (Scope::Global, off.clone()));
        assert_eq!(scope("Defaults:anna !authenticate"), (Scope::Users(anna()), off.clone()));
        assert_eq!(scope("Defaults@anna !authenticate").0, Scope::Hosts(anna()));
        assert_eq!(scope("Defaults> anna !authenticate").0, Scope::RunAs(anna()));
        let all = vec![Command { negated: false, kind: CommandKind::All }];
        assert_eq!(scope("Defaults!ALL !authenticate").0, Scope::Commands(all));
        let value = scope("Defaults env_keep += \"A # B\", secure_path=/sbin:/bin").1.value;
        assert_eq!(value.as_deref(), Some("A # B"));
    }

    #[test]
    fn includes() {
        assert_eq!(only("@include \"/etc/a b\""), Some(Statement::Include("/etc/a b".into())));
        assert_eq!(only("#include /etc/a\\ b"), Some(Statement::Include("/etc/a b".into())));
        assert_eq!(only("@includedir sudoers.d"), Some(Statement::IncludeDir("sudoers.d".into())));
    }

    #[test]
    fn accepts_what_visudo_accepts() {
        let mut differing = Vec::new();
        for line in include_str!("../../../../tests/data/accounts/visudo-1.9.13-verdicts.txt").lines() {
            let (verdict, line) = line.split_once('|').expect("every line has a verdict");
            let accepted = parse_sudoers(line).iter().all(|(_, statement)| statement.is_some());
            if accepted != (verdict == "ok") {
                differing.push(format!("{verdict} {line}"));
            }
        }
        assert_eq!(differing.join("\n"), "");
    }

    #[test]
    fn lines_outside_the_grammar() {
        for line in [
            "anna",
            "anna ALL",
            "anna ALL=",
            "anna ALL=(root ALL",
            "anna ALL=NOPASSWD ALL",
            "anna ALL=ALL ALL",
            "anna ALL=bash",
            "anna ALL=(ALL) ALL, ",
            "User_Alias lower = anna",
            "User_Alias ALL = anna",
            "Defaults",
            "Defaults x=",
            "Defaults env_keep+",
            "Defaults x=\"open",
        ] {
            assert_eq!(only(line), None, "{line}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(
            text in "(?s).{0,300}",
            near in "((anna|%sudo|ALL|Defaults|User_Alias|A|NOPASSWD|sha256|/bin/x|\\^|\\$|[ ,:=()!\"#@\\\\\n]){0,40})",
        ) {
            parse_sudoers(&text);
            parse_sudoers(&near);
        }
    }
}
