//! Tells programs what happened: signed messages to addresses that the practice named, as Standard Webhooks describes.
//!
//! A message is a job ([`plan`]), so that it survives a restart and is tried again. [`address`] says where messages may go,
//! [`sign`] how they are signed, [`deliver`] sends them.

pub mod address;
pub mod deliver;
pub mod plan;
pub mod sign;

use visite_facts::words;

words! {
    /// What programs can be told.
    pub enum HookEvent {
        /// Findings were opened, or opened again.
        FindingOpened = "finding.opened",
        /// Findings were seen closed.
        FindingFixed = "finding.fixed",
        /// Somebody accepted the risk of a finding.
        FindingAccepted = "finding.accepted",
        /// A round was judged.
        RoundFinished = "round.finished",
        /// A computer does not report any more.
        AgentSilent = "agent.silent",
    }
}
