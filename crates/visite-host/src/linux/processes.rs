//! Programs that run at the moment: their names and where they lie, never what they were started with.

use crate::machine::{Machine, ReadFailure};
use visite_facts::UnknownReason;

/// Most processes that are looked at.
const MAX_PROCESSES: usize = 32_768;

/// A process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Process {
    /// Its name: at most 15 characters, proc_pid_comm(5).
    pub name: String,
    /// Where its program lies; `None` if only its owner and root may know.
    pub program: Option<String>,
}

/// All processes of the running system.
///
/// # Errors
///
/// Why they cannot be told: another root does not run, or `/proc` hides the processes of others (`hidepid`).
pub fn processes(machine: &Machine) -> Result<Vec<Process>, UnknownReason> {
    if !machine.is_live() {
        return Err(UnknownReason::NotSupported);
    }
    let names = machine.list("/proc").map_err(|failure| failure.reason())?;
    // Where the others are hidden, process 1 is hidden too.
    match machine.read("/proc/1/comm") {
        Ok(_) => {}
        Err(ReadFailure::Absent | ReadFailure::Denied) => return Err(UnknownReason::NoPermission),
        Err(failure) => return Err(failure.reason()),
    }
    let numbers = names.into_iter().filter(|name| name.bytes().all(|byte| byte.is_ascii_digit()));
    let process = |number: String| {
        let name = machine.read(&format!("/proc/{number}/comm")).ok()?.trim_end().to_owned();
        let program = machine.read_link(&format!("/proc/{number}/exe")).ok();
        Some(Process { name, program })
    };
    Ok(numbers.take(MAX_PROCESSES).filter_map(process).collect())
}
