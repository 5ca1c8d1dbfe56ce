//! Which program holds a socket, from the links in `/proc/<pid>/fd`.
//!
//! Only the file name of the program is kept. Command lines and environments are never opened.

use crate::machine::{Machine, ReadFailure};
use std::collections::{HashMap, HashSet};
use visite_facts::UnknownReason;
use visite_facts::snapshot::Problem;

/// Most processes that are looked at.
const MAX_PROCESSES: usize = 20_000;
/// Most open files that are looked at, all processes together.
const MAX_OPEN_FILES: usize = 500_000;

/// The holder of a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner<'a> {
    /// File name of the program.
    Program(&'a str),
    /// It could not be seen.
    Unknown(UnknownReason),
}

/// Holders by the number of the socket.
#[derive(Debug, Default)]
pub struct Owners {
    programs: HashMap<u64, String>,
    /// Why a socket may have no holder here.
    missing: Option<UnknownReason>,
}

impl Owners {
    /// Looks for the holders of the sockets in `wanted`, and stops when all are found.
    pub fn look(machine: &Machine, mut wanted: HashSet<u64>, problems: &mut Vec<Problem>) -> Self {
        let mut owners = Self::default();
        wanted.remove(&0);
        let processes = match processes(machine) {
            Ok(processes) => processes,
            Err(failure) => {
                problems.push(failure.problem("/proc"));
                owners.missing = Some(failure.reason());
                return owners;
            }
        };
        let mut files_left = MAX_OPEN_FILES;
        for process in processes.iter().take(MAX_PROCESSES) {
            if wanted.is_empty() || files_left == 0 {
                break;
            }
            owners.look_at(machine, process, &mut wanted, &mut files_left);
        }
        if !wanted.is_empty() {
            if processes.len() > MAX_PROCESSES || files_left == 0 {
                owners.missing = Some(UnknownReason::Incomplete);
            } else if !machine.is_administrator() {
                // With hidepid (proc(5)) processes of others are not even listed.
                owners.missing = Some(UnknownReason::NoPermission);
            }
        }
        if !wanted.is_empty() && owners.missing == Some(UnknownReason::NoPermission) {
            problems.push(ReadFailure::Denied.problem("/proc/<pid>/fd"));
        }
        owners
    }

    /// The holder of the socket `inode`. The kernel's own sockets, and those of programs in another container, have
    /// none that can be seen.
    pub fn of(&self, inode: u64) -> Owner<'_> {
        match self.programs.get(&inode) {
            Some(name) => Owner::Program(name),
            None if inode == 0 => Owner::Unknown(UnknownReason::NotSupported),
            None => Owner::Unknown(self.missing.unwrap_or(UnknownReason::NotSupported)),
        }
    }

    fn look_at(&mut self, machine: &Machine, process: &str, wanted: &mut HashSet<u64>, files_left: &mut usize) {
        let directory = format!("/proc/{process}/fd");
        let files = match machine.list(&directory) {
            Ok(files) => files,
            Err(ReadFailure::Denied) => {
                self.missing = Some(UnknownReason::NoPermission);
                return;
            }
            Err(ReadFailure::TooLarge) => {
                self.missing = Some(UnknownReason::Incomplete);
                return;
            }
            // The process has ended meanwhile.
            Err(_) => return,
        };
        let mut held: Vec<u64> = Vec::new();
        for file in files.iter().take(*files_left) {
            let target = machine.read_link(&format!("{directory}/{file}")).unwrap_or_default();
            held.extend(parse_socket_link(&target).filter(|inode| wanted.contains(inode)));
        }
        *files_left = files_left.saturating_sub(files.len());
        if held.is_empty() {
            return;
        }
        if let Some(name) = program(machine, process) {
            for inode in held {
                wanted.remove(&inode);
                self.programs.insert(inode, name.clone());
            }
        }
    }
}

/// Numbers of the processes, ascending: a service's first process comes before its helpers.
fn processes(machine: &Machine) -> Result<Vec<String>, ReadFailure> {
    let mut numbers: Vec<u32> = machine.list("/proc")?.iter().filter_map(|name| name.parse().ok()).collect();
    if numbers.is_empty() {
        return Err(ReadFailure::Absent);
    }
    numbers.sort_unstable();
    Ok(numbers.into_iter().map(|number| number.to_string()).collect())
}

/// File name of the program: of the link `exe`, or the name of the process if the link may not be read.
fn program(machine: &Machine, process: &str) -> Option<String> {
    let from_link = machine.read_link(&format!("/proc/{process}/exe")).ok().and_then(|path| file_name(&path));
    from_link.or_else(|| {
        let name = machine.read(&format!("/proc/{process}/comm")).ok()?;
        Some(name.trim_end().to_owned()).filter(|name| !name.is_empty())
    })
}

/// `/usr/sbin/sshd (deleted)` is a program that was replaced while it ran.
fn file_name(path: &str) -> Option<String> {
    let path = path.strip_suffix(" (deleted)").unwrap_or(path);
    let name = path.rsplit('/').next()?;
    (!name.is_empty()).then(|| name.to_owned())
}

/// The number in `socket:[12345]`.
fn parse_socket_link(target: &str) -> Option<u64> {
    target.strip_prefix("socket:[")?.strip_suffix(']')?.parse().ok()
}

/// Login names by user number, from `/etc/passwd`; the first line of a number counts, as for getpwuid(3).
pub fn parse_user_names(text: &str) -> HashMap<u32, String> {
    let mut names = HashMap::new();
    for line in text.lines() {
        let mut fields = line.split(':');
        if let (Some(name), Some(uid)) = (fields.next(), fields.nth(1).and_then(|field| field.parse().ok())) {
            names.entry(uid).or_insert_with(|| name.to_owned());
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn links_and_names() {
        assert_eq!(parse_socket_link("socket:[4711]"), Some(4711));
        assert_eq!(parse_socket_link("/tmp/socket:[4711]"), None);
        assert_eq!(file_name("/usr/sbin/sshd (deleted)"), Some("sshd".to_owned()));
        assert_eq!(file_name("/"), None);
    }

    #[test]
    fn the_first_name_of_a_number_counts() {
        let names = parse_user_names("root:x:0:0:root:/root:/bin/bash\ntoor:x:0:0::/:/bin/sh\nbroken\n+::::::\n");
        assert_eq!(names, HashMap::from([(0, "root".to_owned())]));
    }

    proptest! {
        #[test]
        fn any_text_is_survived(text in "\\PC*") {
            parse_user_names(&text);
            parse_socket_link(&text);
            file_name(&text);
        }
    }
}
