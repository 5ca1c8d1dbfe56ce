//! Web pages, login, the agents' endpoint and jobs.

pub mod agents;
