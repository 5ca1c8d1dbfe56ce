//! The computer as collectors see it: files below a root, and programs with limits.
//!
//! Everything from outside passes through here, so that a cyclic link, a named pipe, a file without end or a program
//! that never answers ends in a reason, not in a hang. Nothing is ever written, and no shell is ever started.

use crate::memory::{Memory, state_of};
use jiff::Timestamp;
use rustix::fs::OFlags;
use rustix::io::Errno;
use rustix::process::{Pid, Signal, kill_process_group};
use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Component, Path, PathBuf};
use std::process::{self, Stdio};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};
use visite_facts::{Problem, UnknownReason};

/// Largest file that is read, in bytes. `/var/lib/dpkg/status` of a full workplace has about 5 MiB.
const MAX_FILE_BYTES: u64 = 32 * 1024 * 1024;
/// Most output that a program may write, in bytes.
const MAX_OUTPUT_BYTES: u64 = 32 * 1024 * 1024;
/// Most entries of a directory that are listed.
const MAX_DIR_ENTRIES: usize = 20_000;
/// Most symbolic links followed on one path, as in the kernel.
const MAX_LINKS: usize = 40;
/// Where programs are looked for; the caller's PATH is not trusted.
const PROGRAM_DIRS: &[&str] = &["/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/// The computer, or a directory that holds the file system of one.
#[derive(Clone, Debug)]
pub struct Machine {
    root: PathBuf,
    /// Shared by clones.
    memory: Option<Arc<Memory>>,
}

/// Why a file was not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadFailure {
    /// There is no such file.
    Absent,
    /// We may not read it.
    Denied,
    /// It is larger than any real one.
    TooLarge,
    /// It is no ordinary file, or its path is a circle of links.
    NotAFile,
    /// It should be text and holds bytes that no text has, as files do after a crash.
    NotText,
    /// The root lacks the whole tree in which it would lie, such as `/etc`: nothing follows from that it is absent.
    TreeMissing,
    /// Something else went wrong.
    Failed(String),
}

impl ReadFailure {
    /// The reason that belongs to a fact which depended on the file.
    ///
    /// An absent file is no failure for most collectors; where it is one, it means that this system cannot tell.
    pub fn reason(&self) -> UnknownReason {
        match self {
            Self::Absent | Self::TreeMissing => UnknownReason::NotSupported,
            Self::Denied => UnknownReason::NoPermission,
            Self::TooLarge | Self::NotAFile | Self::NotText | Self::Failed(_) => UnknownReason::Malformed,
        }
    }

    /// The problem to list in the snapshot.
    pub fn problem(&self, path: &str) -> Problem {
        let detail = match self {
            Self::Absent => "does not exist",
            Self::Denied => "permission denied",
            Self::TooLarge => "larger than 32 MiB",
            Self::NotAFile => "not an ordinary file",
            Self::NotText => "not a text",
            Self::TreeMissing => "the root lacks the tree in which it would lie",
            Self::Failed(message) => message,
        };
        Problem { source: path.to_owned(), reason: self.reason(), detail: detail.to_owned() }
    }
}

impl From<io::Error> for ReadFailure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Self::Absent,
            io::ErrorKind::PermissionDenied => Self::Denied,
            io::ErrorKind::IsADirectory => Self::NotAFile,
            _ if error.raw_os_error() == Some(Errno::LOOP.raw_os_error()) => Self::NotAFile,
            kind => Self::Failed(kind.to_string()),
        }
    }
}

/// A program to run: fixed arguments, a time limit, no input, no shell.
#[derive(Clone, Debug)]
pub struct Command {
    program: &'static str,
    args: Vec<OsString>,
    limit: Duration,
    only_live: bool,
}

impl Command {
    /// A program by its file name, with arguments; ten seconds at most.
    pub fn new(program: &'static str, args: &[&str]) -> Self {
        Self {
            program,
            args: args.iter().map(OsString::from).collect(),
            limit: Duration::from_secs(10),
            only_live: true,
        }
    }

    /// Another time limit.
    pub fn within(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Says that the arguments name the root, so that it may run although another root is looked at.
    pub fn for_any_root(mut self) -> Self {
        self.only_live = false;
        self
    }

    /// Name of the program, for problems.
    pub fn name(&self) -> &'static str {
        self.program
    }
}

/// What a program answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// Its exit status; `None` if a signal ended it.
    pub status: Option<i32>,
    /// What it wrote, invalid UTF-8 replaced.
    pub stdout: String,
    /// What it complained about, at most 64 KiB.
    pub stderr: String,
}

impl Output {
    /// Whether it ended with 0.
    pub fn success(&self) -> bool {
        self.status == Some(0)
    }
}

/// Why a program gave no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunFailure {
    /// It is not installed.
    Missing,
    /// Another root is looked at; the program would answer for this computer instead.
    OtherRoot,
    /// We may not start it.
    Denied,
    /// It did not end in time.
    TimedOut,
    /// It wrote without end.
    TooLarge,
    /// It could not be started.
    Failed(String),
}

impl RunFailure {
    /// The reason that belongs to a fact which depended on the program.
    pub fn reason(&self) -> UnknownReason {
        match self {
            Self::Missing => UnknownReason::ToolMissing,
            Self::OtherRoot => UnknownReason::NotSupported,
            Self::Denied => UnknownReason::NoPermission,
            Self::TimedOut => UnknownReason::TimedOut,
            Self::TooLarge | Self::Failed(_) => UnknownReason::Malformed,
        }
    }

    /// The problem to list in the snapshot.
    pub fn problem(&self, program: &str) -> Problem {
        let detail = match self {
            Self::Missing => "not installed",
            Self::OtherRoot => "cannot be asked about another root",
            Self::Denied => "may not be started",
            Self::TimedOut => "no answer in time",
            Self::TooLarge => "too much output",
            Self::Failed(message) => message,
        };
        Problem { source: program.to_owned(), reason: self.reason(), detail: detail.to_owned() }
    }
}

impl Machine {
    /// This computer.
    pub fn live() -> Self {
        Self { root: PathBuf::from("/"), memory: None }
    }

    /// The file system below `root`: a mounted disk or a scratch root. `/` is this computer.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into(), memory: None }
    }

    /// The same, remembering from one look to the next what programs answered that read nothing but files, while these
    /// files stay as they are, and six hours at most. For whoever looks again and again.
    pub fn remembering(mut self) -> Self {
        self.memory = Some(Arc::default());
        self
    }

    /// The answer to `question`, which depends on nothing but what lies at `paths`; `ask` also says whether its answer may
    /// be remembered.
    pub(crate) fn answer<T: Clone + Send + 'static>(
        &self,
        question: &'static str,
        paths: &[&str],
        now: Timestamp,
        ask: impl FnOnce() -> (T, bool),
    ) -> T {
        // The state is taken first: what changes while the program runs makes its answer old.
        match self.memory.as_ref().and_then(|memory| Some((memory, state_of(self, paths)?))) {
            Some((memory, state)) => memory.answer(question, state, now, ask),
            None => ask().0,
        }
    }

    /// Whether this is the running computer, so that `/proc`, the kernel and programs speak of it.
    pub fn is_live(&self) -> bool {
        self.root == Path::new("/")
    }

    /// The root that is looked at.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Whether we have the rights of an administrator.
    pub fn is_administrator(&self) -> bool {
        rustix::process::geteuid().is_root()
    }

    /// Reads a text whole; bytes that are no UTF-8 are replaced. Settings in older encodings are common, zero bytes are
    /// not: a file full of them was being written when the computer lost power, and what stood in it is not known.
    pub fn read(&self, path: &str) -> Result<String, ReadFailure> {
        let bytes = self.read_bytes(path)?;
        if bytes.contains(&0) {
            return Err(ReadFailure::NotText);
        }
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Reads an ordinary file whole.
    pub fn read_bytes(&self, path: &str) -> Result<Vec<u8>, ReadFailure> {
        let mut bytes = Vec::new();
        let file = self.open(path).map_err(|failure| self.weighed(failure, path))?;
        file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > MAX_FILE_BYTES { Err(ReadFailure::TooLarge) } else { Ok(bytes) }
    }

    /// Reads the first bytes of an ordinary file, however long it is.
    pub fn read_head(&self, path: &str, bytes: u64) -> Result<Vec<u8>, ReadFailure> {
        let mut head = Vec::new();
        let file = self.open(path).map_err(|failure| self.weighed(failure, path))?;
        file.take(bytes.min(MAX_FILE_BYTES)).read_to_end(&mut head)?;
        Ok(head)
    }

    /// When a file or directory was changed last; it need not be readable.
    pub fn modified(&self, path: &str) -> Result<Timestamp, ReadFailure> {
        let time = self.locate(path)?.metadata()?.modified()?;
        Timestamp::try_from(time).map_err(|error| ReadFailure::Failed(error.to_string()))
    }

    /// Whether something exists at `path`. What may not be looked at counts as an error, not as absent.
    pub fn exists(&self, path: &str) -> Result<bool, ReadFailure> {
        let found = self.locate(path).and_then(|path| Ok(path.symlink_metadata().map(|_| true)?));
        match found.map_err(|failure| self.weighed(failure, path)) {
            Err(ReadFailure::Absent) => Ok(false),
            other => other,
        }
    }

    /// Names in a directory, sorted. Names that are no UTF-8 are left out.
    pub fn list(&self, path: &str) -> Result<Vec<String>, ReadFailure> {
        let mut names = Vec::new();
        let listing = self.locate(path).and_then(|path| Ok(path.read_dir()?));
        for entry in listing.map_err(|failure| self.weighed(failure, path))? {
            if names.len() >= MAX_DIR_ENTRIES {
                return Err(ReadFailure::TooLarge);
            }
            names.extend(entry?.file_name().into_string().ok());
        }
        names.sort();
        Ok(names)
    }

    /// The target of a symbolic link, as it is written.
    pub fn read_link(&self, path: &str) -> Result<String, ReadFailure> {
        let (parent, name) = path.rsplit_once('/').unwrap_or(("", path));
        let target = self.locate(if parent.is_empty() { "/" } else { parent })?.join(name).read_link()?;
        Ok(target.to_string_lossy().into_owned())
    }

    fn open(&self, path: &str) -> Result<File, ReadFailure> {
        let located = self.locate(path)?;
        // Without waiting: opening a named pipe would block until someone writes.
        let file = OpenOptions::new()
            .read(true)
            .custom_flags((OFlags::NONBLOCK | OFlags::NOCTTY).bits().cast_signed())
            .open(located)?;
        if file.metadata()?.is_file() { Ok(file) } else { Err(ReadFailure::NotAFile) }
    }

    /// What a failure is worth: in a root without the tree, because the wrong disk is mounted or one of two is not,
    /// absence is no observation.
    fn weighed(&self, failure: ReadFailure, path: &str) -> ReadFailure {
        const TREES: [&str; 2] = ["etc", "usr"];
        let tree = path.trim_start_matches('/').split('/').next().unwrap_or_default();
        let lacks_tree = || !self.root.join(tree).exists();
        match failure {
            ReadFailure::Absent if TREES.contains(&tree) && lacks_tree() => ReadFailure::TreeMissing,
            other => other,
        }
    }

    /// Where `path` really lies; absent if nothing is there.
    pub(crate) fn place_of(&self, path: &str) -> Result<PathBuf, ReadFailure> {
        let place = self.locate(path)?;
        place.symlink_metadata()?;
        Ok(place)
    }

    /// Follows links the way the examined system would: absolute ones start at our root, `..` never leaves it.
    fn locate(&self, path: &str) -> Result<PathBuf, ReadFailure> {
        if self.is_live() {
            return Ok(PathBuf::from(path));
        }
        let mut pending: Vec<OsString> = components(Path::new(path));
        let mut inside: Vec<OsString> = Vec::new();
        let mut links = 0;
        while let Some(name) = pending.pop() {
            if name == ".." {
                inside.pop();
                continue;
            }
            let mut candidate: PathBuf = self.root.clone();
            candidate.extend(&inside);
            candidate.push(&name);
            match candidate.read_link() {
                Ok(target) => {
                    links += 1;
                    if links > MAX_LINKS {
                        return Err(ReadFailure::NotAFile);
                    }
                    if target.is_absolute() {
                        inside.clear();
                    }
                    pending.extend(components(&target));
                }
                Err(_) => inside.push(name),
            }
        }
        let mut located = self.root.clone();
        located.extend(inside);
        Ok(located)
    }

    /// Runs a program and waits for it, at most as long as its limit.
    pub fn run(&self, command: &Command) -> Result<Output, RunFailure> {
        if command.only_live && !self.is_live() {
            return Err(RunFailure::OtherRoot);
        }
        let program = PROGRAM_DIRS
            .iter()
            .map(|dir| Path::new(dir).join(command.program))
            .find(|path| path.is_file())
            .ok_or(RunFailure::Missing)?;
        let mut child = process::Command::new(program)
            .args(&command.args)
            .env_clear()
            .env("PATH", PROGRAM_DIRS.join(":"))
            .env("LC_ALL", "C.UTF-8")
            .env("HOME", "/nonexistent")
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()
            .map_err(|error| match error.kind() {
                io::ErrorKind::NotFound => RunFailure::Missing,
                io::ErrorKind::PermissionDenied => RunFailure::Denied,
                kind => RunFailure::Failed(kind.to_string()),
            })?;
        let deadline = Instant::now() + command.limit;
        let stdout = read_in_background(child.stdout.take(), MAX_OUTPUT_BYTES);
        let stderr = read_in_background(child.stderr.take(), 64 * 1024);
        let outcome = wait(&stdout, deadline).and_then(|stdout| {
            // A daemon left behind may hold the error stream open; it is not waited for.
            let stderr = wait(&stderr, deadline.min(Instant::now() + Duration::from_millis(200))).unwrap_or_default();
            let status = wait_for_exit(&mut child, deadline)?;
            Ok(Output { status: status.code(), stdout: text(&stdout), stderr: text(&stderr) })
        });
        if outcome.is_err() {
            let group = Pid::from_raw(child.id().cast_signed());
            // Both may fail only because everything has ended by itself.
            let _ = group.map(|group| kill_process_group(group, Signal::KILL));
            let _ = child.kill();
            let _ = child.wait();
        }
        outcome
    }
}

fn components(path: &Path) -> Vec<OsString> {
    let mut parts: Vec<OsString> = path
        .components()
        .filter_map(|component| match component {
            Component::Normal(name) => Some(name.to_owned()),
            Component::ParentDir => Some(OsString::from("..")),
            Component::RootDir | Component::CurDir | Component::Prefix(_) => None,
        })
        .collect();
    parts.reverse();
    parts
}

type Reading = mpsc::Receiver<Result<Vec<u8>, RunFailure>>;

fn read_in_background(stream: Option<impl Read + Send + 'static>, limit: u64) -> Reading {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let result = match stream {
            None => Ok(()),
            Some(stream) => stream.take(limit + 1).read_to_end(&mut bytes).map(drop),
        };
        let answer = match result {
            Err(error) => Err(RunFailure::Failed(error.kind().to_string())),
            Ok(()) if bytes.len() as u64 > limit => Err(RunFailure::TooLarge),
            Ok(()) => Ok(bytes),
        };
        // The receiver is gone if the time limit came first.
        let _ = sender.send(answer);
    });
    receiver
}

fn wait(reading: &Reading, deadline: Instant) -> Result<Vec<u8>, RunFailure> {
    reading.recv_timeout(deadline.saturating_duration_since(Instant::now())).unwrap_or(Err(RunFailure::TimedOut))
}

fn wait_for_exit(child: &mut process::Child, deadline: Instant) -> Result<process::ExitStatus, RunFailure> {
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(status),
            Ok(None) if Instant::now() >= deadline => return Err(RunFailure::TimedOut),
            Ok(None) => thread::sleep(Duration::from_millis(2)),
            Err(error) => return Err(RunFailure::Failed(error.kind().to_string())),
        }
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
