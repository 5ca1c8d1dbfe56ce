//! sudoers(5): who may run commands as whom, and whether sudo asks for a password.
//!
//! For the collector of accounts. [`grammar`] reads one file, [`policy`] puts files and aliases together,
//! [`matching`] decides who is meant, [`grants`] says what that comes to. Commands themselves, environment rules and
//! the dates of `NOTBEFORE=` and `NOTAFTER=` are passed over: a rule with an end counts as in force.

mod cursor;
pub mod grammar;
pub mod grants;
pub mod lines;
pub mod matching;
pub mod policy;

use std::sync::Arc;

/// Whom an entry of a list of users, groups or hosts means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// Everyone, or every host.
    All,
    /// A name; if an alias of that name exists, the alias.
    Name(String),
    /// A user id, `#1000`.
    UserId(u32),
    /// A group, `%sudo`.
    Group(String),
    /// A group id, `%#27`.
    GroupId(u32),
    /// A netgroup `+name` or a group of a directory `%:name`, as written; it cannot be resolved from files.
    Elsewhere(String),
}

/// An entry of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Whether it is excluded with `!`.
    pub negated: bool,
    /// Whom it means.
    pub who: Who,
}

/// What a command of a list is, as far as it matters here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommandKind {
    /// Every command.
    All,
    /// The commands of an alias.
    Alias(String),
    /// One program or directory, or `ALL` bound to a digest.
    Other,
}

/// A command of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// Whether it is excluded with `!`.
    pub negated: bool,
    /// What it is.
    pub kind: CommandKind,
}

/// A command of a rule with everything that it inherited from those before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The command.
    pub command: Command,
    /// As whom it may run; `None` where the rule does not say, an empty list for oneself only.
    pub run_as: Option<Arc<[Member]>>,
    /// What the tags `PASSWD:` and `NOPASSWD:` say; `None` where there is neither.
    pub password: Option<bool>,
}

/// What a rule allows on some hosts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Privilege {
    /// The hosts.
    pub hosts: Vec<Member>,
    /// The commands, in their order.
    pub grants: Vec<Grant>,
}

/// Where a `Defaults` line applies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Everywhere.
    Global,
    /// On some hosts, `Defaults@`.
    Hosts(Vec<Member>),
    /// For some callers, `Defaults:`.
    Users(Vec<Member>),
    /// For commands that run as someone, `Defaults>`.
    RunAs(Vec<Member>),
    /// For some commands, `Defaults!`.
    Commands(Vec<Command>),
}

/// One parameter of a `Defaults` line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Whether it is switched off with `!`.
    pub negated: bool,
    /// Its value, where it has one.
    pub value: Option<String>,
}

/// Which kind of list an alias names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AliasKind {
    /// `User_Alias`
    User,
    /// `Runas_Alias`
    RunAs,
    /// `Host_Alias`
    Host,
}

/// One statement of a sudoers file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Statement {
    /// `Defaults ...`
    Defaults(Scope, Vec<Parameter>),
    /// `User_Alias`, `Runas_Alias` or `Host_Alias`: names and their lists.
    Aliases(AliasKind, Vec<(String, Vec<Member>)>),
    /// `Cmnd_Alias`: names and their lists.
    CommandAliases(Vec<(String, Vec<Command>)>),
    /// `@include`: another file is read here.
    Include(String),
    /// `@includedir`: the files of a directory are read here.
    IncludeDir(String),
    /// Who may do what.
    Rule(Vec<Member>, Vec<Privilege>),
}
