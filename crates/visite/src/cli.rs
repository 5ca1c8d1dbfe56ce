//! The arguments of the command line. What they mean for people stands in [`crate::help`], in both languages.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::ffi::OsString;
use std::path::PathBuf;
use visite_facts::{Lang, Severity, Word};
use visite_report::Format;

/// The whole command line.
#[derive(Debug, Parser)]
#[command(name = "visite", version, disable_help_subcommand = true)]
pub struct Cli {
    /// Language of everything that people read.
    #[arg(long, global = true, value_parser = word::<Lang>(), default_value = "de")]
    pub lang: Lang,
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    Check(CheckArgs),
    #[cfg(feature = "scan")]
    Scan(ScanArgs),
    #[cfg(feature = "agent")]
    Agent(AgentArgs),
    #[cfg(feature = "server")]
    Serve(ServeArgs),
    #[cfg(feature = "server")]
    Backup(BackupArgs),
    #[cfg(feature = "server")]
    Restore(RestoreArgs),
    #[cfg(feature = "server")]
    Practice(PracticeArgs),
    #[cfg(feature = "server")]
    Audit(AuditArgs),
    Catalog(CatalogArgs),
}

/// `visite check`
#[derive(Debug, Args)]
pub struct CheckArgs {
    #[arg(long, value_parser = one_of::<Format>(&CHECK_FORMATS), default_value = "text")]
    pub format: Format,
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    #[arg(long, value_name = "FILE|DIR")]
    pub facts: Vec<PathBuf>,
    #[arg(long, value_name = "FILE")]
    pub save_facts: Option<PathBuf>,
    #[arg(long, value_name = "FILE")]
    pub practice: Option<PathBuf>,
    #[arg(long, value_name = "FILE")]
    pub previous: Option<PathBuf>,
    #[arg(long, value_name = "DIR")]
    pub catalog: Vec<PathBuf>,
    #[arg(long, value_name = "DIR", conflicts_with = "facts")]
    pub root: Option<PathBuf>,
    #[arg(long, value_name = "SEVERITY", value_parser = word::<Severity>())]
    pub fail_on: Option<Severity>,
    #[arg(long, conflicts_with_all = ["facts", "root", "save_facts"])]
    pub collector_script: bool,
    #[arg(long)]
    pub quiet: bool,
    #[arg(short, long, conflicts_with = "quiet")]
    pub verbose: bool,
}

/// `visite scan`
#[cfg(feature = "scan")]
#[derive(Debug, Args)]
pub struct ScanArgs {
    #[arg(value_name = "TARGET")]
    pub targets: Vec<String>,
    #[arg(long, value_name = "FILE")]
    pub targets_from: Vec<PathBuf>,
    #[arg(long, value_name = "TARGET", value_delimiter = ',')]
    pub exclude: Vec<String>,
    #[arg(long, value_name = "NAME")]
    pub authorised_by: Option<String>,
    #[arg(long, value_name = "SET|LIST", default_value = "practice")]
    pub ports: String,
    #[arg(long, conflicts_with = "allow_logins")]
    pub ports_only: bool,
    #[arg(long, value_parser = word::<visite_facts::scan::Profile>(), default_value = "practice")]
    pub profile: visite_facts::scan::Profile,
    #[arg(long)]
    pub allow_logins: bool,
    #[arg(long, value_name = "FILE")]
    pub import: Vec<PathBuf>,
    #[arg(long, value_name = "FILE|DIR")]
    pub fingerprints: Vec<PathBuf>,
    #[arg(long, value_name = "FILE", requires = "facts")]
    pub resume: Option<PathBuf>,
    #[arg(long, value_name = "FILE", requires = "resume")]
    pub facts: Option<PathBuf>,
    #[arg(long)]
    pub assume_up: bool,
    /// Local times of the practice.
    #[arg(long, value_name = "HH:MM-HH:MM")]
    pub window: Option<crate::running::Window>,
    #[arg(long)]
    pub dry_run: bool,
    #[arg(long)]
    pub json_lines: bool,
    #[arg(long, value_parser = word::<Format>(), default_value = "text")]
    pub format: Format,
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    #[arg(long, value_name = "FILE")]
    pub save_facts: Option<PathBuf>,
    #[arg(long, value_name = "FILE")]
    pub practice: Option<PathBuf>,
    #[arg(long, value_name = "FILE")]
    pub previous: Option<PathBuf>,
    #[arg(long, value_name = "DIR")]
    pub catalog: Vec<PathBuf>,
    #[arg(long, value_name = "SEVERITY", value_parser = word::<Severity>())]
    pub fail_on: Option<Severity>,
    #[arg(long)]
    pub quiet: bool,
    #[arg(short, long, conflicts_with = "quiet")]
    pub verbose: bool,
}

/// `visite agent`
#[cfg(feature = "agent")]
#[derive(Debug, Args)]
pub struct AgentArgs {
    #[arg(long, global = true, value_name = "DIR", default_value = visite_agent::DEFAULT_HOME)]
    pub data: PathBuf,
    #[command(subcommand)]
    pub command: AgentCommand,
}

/// What to do with the agent.
#[cfg(feature = "agent")]
#[derive(Debug, Subcommand)]
pub enum AgentCommand {
    Enroll {
        url: String,
        token: String,
        #[arg(long, value_name = "NAME")]
        name: Option<String>,
        #[arg(long, value_name = "HOST:PORT")]
        relay: Option<String>,
        #[command(flatten)]
        device: DeviceArgs,
        #[arg(long)]
        replace: bool,
    },
    Run,
    Status,
    Install {
        #[arg(long, value_name = "DIR", default_value = "/")]
        root: PathBuf,
        #[arg(long, value_name = "FILE")]
        program: Option<PathBuf>,
        #[command(flatten)]
        device: DeviceArgs,
    },
    Uninstall {
        #[arg(long, value_name = "DIR", default_value = "/")]
        root: PathBuf,
        #[arg(long)]
        forget: bool,
    },
    Relay {
        #[arg(long, value_name = "ADDRESS:PORT")]
        listen: std::net::SocketAddr,
        #[arg(long, value_name = "URL")]
        server: Option<String>,
    },
}

/// Whether the computer belongs to a medical device.
#[cfg(feature = "agent")]
#[derive(Debug, Args)]
pub struct DeviceArgs {
    #[arg(long, value_name = "ANSWER")]
    pub medical_device: Option<YesNo>,
    #[arg(long, value_name = "TEXT")]
    pub manufacturer_approval: Option<String>,
}

/// An answer.
#[cfg(feature = "agent")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum YesNo {
    Yes,
    No,
}

/// `visite serve`
#[cfg(feature = "server")]
#[derive(Debug, Args)]
pub struct ServeArgs {
    #[arg(long, value_name = "DIR", default_value = "visite-data")]
    pub data: PathBuf,
    /// A folder of its own, which is gone when it ends.
    #[arg(long, conflicts_with_all = ["data", "database", "certificate", "public_url"])]
    pub demo: bool,
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8443")]
    pub listen: std::net::SocketAddr,
    #[arg(long, value_name = "URL")]
    pub public_url: Option<String>,
    #[arg(long, value_name = "ADDRESS")]
    pub proxy: Vec<std::net::IpAddr>,
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8444")]
    pub agent_listen: std::net::SocketAddr,
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8080")]
    pub plain_listen: std::net::SocketAddr,
    #[arg(long, conflicts_with = "plain_listen")]
    pub no_plain: bool,
    #[arg(long, value_name = "URL")]
    pub database: Option<String>,
    #[arg(long, value_name = "FILE", requires = "key")]
    pub certificate: Option<PathBuf>,
    #[arg(long, value_name = "FILE", requires = "certificate")]
    pub key: Option<PathBuf>,
    #[arg(long, value_name = "DIR")]
    pub catalog: Vec<PathBuf>,
    #[arg(long)]
    pub quiet: bool,
}

/// Where a server keeps what it keeps.
#[cfg(feature = "server")]
#[derive(Debug, Args)]
pub struct KeptArgs {
    #[arg(long, global = true, value_name = "DIR", default_value = "visite-data")]
    pub data: PathBuf,
    #[arg(long, global = true, value_name = "URL")]
    pub database: Option<String>,
}

/// `visite backup`
#[cfg(feature = "server")]
#[derive(Debug, Args)]
pub struct BackupArgs {
    #[command(flatten)]
    pub kept: KeptArgs,
    #[arg(long, value_name = "FILE")]
    pub output: PathBuf,
    #[arg(long)]
    pub with_keys: bool,
    #[arg(long, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
}

/// `visite restore`
#[cfg(feature = "server")]
#[derive(Debug, Args)]
pub struct RestoreArgs {
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    #[command(flatten)]
    pub kept: KeptArgs,
    #[arg(long, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
}

/// `visite practice`
#[cfg(feature = "server")]
#[derive(Debug, Args)]
pub struct PracticeArgs {
    #[command(flatten)]
    pub kept: KeptArgs,
    #[command(subcommand)]
    pub command: PracticeCommand,
}

/// What to do with a practice.
#[cfg(feature = "server")]
#[derive(Debug, Subcommand)]
pub enum PracticeCommand {
    List,
    Export {
        id: String,
        #[arg(long, value_name = "FILE")]
        output: PathBuf,
        #[arg(long, value_name = "FILE")]
        passphrase_file: Option<PathBuf>,
    },
    Import {
        #[arg(value_name = "FILE")]
        file: PathBuf,
        #[arg(long, value_name = "FILE")]
        passphrase_file: Option<PathBuf>,
    },
    Delete {
        id: String,
        #[arg(long, value_name = "FILE")]
        proof: PathBuf,
        #[arg(long)]
        yes: bool,
    },
}

/// `visite audit`
#[cfg(feature = "server")]
#[derive(Debug, Args)]
pub struct AuditArgs {
    #[command(flatten)]
    pub kept: KeptArgs,
    #[command(subcommand)]
    pub command: AuditCommand,
}

/// What to do with the audit log.
#[cfg(feature = "server")]
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    Verify {
        #[arg(long, value_parser = one_of::<Format>(&["text", "json"]), default_value = "text")]
        format: Format,
    },
}

/// `visite catalog`
#[derive(Debug, Args)]
pub struct CatalogArgs {
    #[arg(long, global = true, value_name = "DIR")]
    pub catalog: Vec<PathBuf>,
    #[command(subcommand)]
    pub command: CatalogCommand,
}

/// What to do with the catalogue.
#[derive(Debug, Subcommand)]
pub enum CatalogCommand {
    List {
        #[arg(value_enum, default_value_t = Listing::Checks)]
        what: Listing,
    },
    Show {
        id: String,
    },
    Validate {
        #[arg(long)]
        open: bool,
    },
    Docs {
        #[arg(long, value_name = "DIR")]
        output: PathBuf,
    },
}

/// What `visite catalog list` lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Listing {
    Checks,
    Measures,
    Requirements,
    Lifecycles,
    Services,
}

/// Forms that do not need a scan.
const CHECK_FORMATS: [&str; 5] = ["text", "json", "sarif", "junit", "html"];

/// A parser for a word of a closed list, which clap then also lists in the help.
fn word<W: Word + Send + Sync>() -> impl clap::builder::TypedValueParser<Value = W> {
    one_of(W::ALL)
}

/// A parser for some words of a closed list.
fn one_of<W: Word + Send + Sync>(words: &'static [&'static str]) -> impl clap::builder::TypedValueParser<Value = W> {
    use clap::builder::TypedValueParser;
    clap::builder::PossibleValuesParser::new(words)
        .map(|text| W::from_word(&text).expect("clap has checked that it is one of the words"))
}

/// `visite help scan` as `visite scan --help`; everything else as it is.
pub fn helped(arguments: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = arguments.into_iter().collect();
    let mut place = 1;
    loop {
        match arguments.get(place).and_then(|argument| argument.to_str()) {
            Some("--lang") => place += 2,
            Some("catalog") => place += 1,
            Some(option) if option.starts_with("--lang=") => place += 1,
            Some("help") => break,
            _ => return arguments,
        }
    }
    arguments.remove(place);
    arguments.push("--help".into());
    arguments
}

/// The language, found before anything is parsed, so that mistakes in the arguments are told in it.
pub fn lang_of(arguments: impl IntoIterator<Item = OsString>) -> Lang {
    let mut arguments = arguments.into_iter().skip(1).map(|argument| argument.to_string_lossy().into_owned());
    while let Some(argument) = arguments.next() {
        let value = match argument.strip_prefix("--lang") {
            Some("") => arguments.next(),
            Some(rest) => rest.strip_prefix('=').map(str::to_owned),
            None => None,
        };
        if let Some(lang) = value.as_deref().and_then(Lang::from_word) {
            return lang;
        }
    }
    Lang::De
}
