//! Observes a computer on schedule and delivers what it saw to the practice's server.
//!
//! The way of a look: [`agent`] lets the collectors look, [`spool`] keeps what they saw on disk, [`call`] brings it to the
//! server in the words of [`protocol`], [`answer`] says what the server's answer means. [`enrolment`] is how a computer gets
//! its [`identity`]; [`relay`] helps those without a way to the server; [`service`] makes the agent start with the computer.
//! It opens no port (the relay apart) and takes no commands.

pub mod address;
pub mod agent;
pub mod answer;
pub mod backoff;
pub mod call;
pub mod certificate;
pub mod clock;
pub mod enrolment;
pub mod event;
pub mod files;
pub mod identity;
pub mod protocol;
pub mod relay;
pub mod service;
pub mod spool;
pub mod status;
pub mod tls;

/// Where an agent keeps everything, if nothing else is said.
#[cfg(unix)]
pub const DEFAULT_HOME: &str = "/var/lib/visite";
/// Where an agent keeps everything, if nothing else is said.
#[cfg(not(unix))]
pub const DEFAULT_HOME: &str = r"C:\ProgramData\Visite";

/// Looks at a computer at the given time.
pub type Look = dyn Fn(jiff::Timestamp) -> Vec<visite_facts::Snapshot> + Send + Sync;

/// A look at this computer with every collector, to be used again and again: the package manager is asked anew only when
/// something changed that it reads, or after six hours.
pub fn look() -> std::sync::Arc<Look> {
    let machine = visite_host::Machine::live().remembering();
    std::sync::Arc::new(move |now| visite_host::observe(&machine, now))
}

/// A number that nobody can foresee. Without it, all computers that lost a server would come back at once; that is all.
pub fn random() -> u32 {
    let mut bytes = [0; 4];
    // If the system has no randomness, TLS fails and says so.
    let _ = tls::provider().secure_random.fill(&mut bytes);
    u32::from_ne_bytes(bytes)
}
