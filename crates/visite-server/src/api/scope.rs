//! What a token may be used for.

use crate::web::access::{DECIDES_FINDINGS, OPERATES, OVERSEES, READS};
use visite_facts::words;
use visite_store::Role;

words! {
    /// What a token may be used for.
    pub enum Scope {
        /// List the practices that the token can see, with what is urgent in each.
        PracticesRead = "practices:read",
        /// Read findings, their history, and measures.
        FindingsRead = "findings:read",
        /// Accept, assign and withdraw.
        FindingsWrite = "findings:write",
        /// Read the list of devices.
        DevicesRead = "devices:read",
        /// Read what was seen on a device, names of accounts included.
        FactsRead = "facts:read",
        /// Read checks and requirements.
        ChecksRead = "checks:read",
        /// Read rounds and jobs.
        RoundsRead = "rounds:read",
        /// Begin rounds and stop jobs.
        RoundsWrite = "rounds:write",
        /// Read the list of connected computers.
        AgentsRead = "agents:read",
        /// Connect computers and end connections.
        AgentsWrite = "agents:write",
        /// Read the audit log.
        AuditRead = "audit:read",
        /// Read the figures of the server. For tokens of the installation only.
        Metrics = "metrics",
    }
}

impl Scope {
    /// The roles that may do in person what the scope lets a program do. Whoever made the token has to have one of them, at
    /// the time it is used.
    pub fn roles(self) -> &'static [Role] {
        match self {
            Self::FindingsWrite | Self::RoundsWrite => DECIDES_FINDINGS,
            Self::AgentsWrite => OPERATES,
            Self::AuditRead => OVERSEES,
            Self::PracticesRead
            | Self::FindingsRead
            | Self::DevicesRead
            | Self::FactsRead
            | Self::ChecksRead
            | Self::RoundsRead
            | Self::AgentsRead => READS,
            Self::Metrics => &[],
        }
    }
}
