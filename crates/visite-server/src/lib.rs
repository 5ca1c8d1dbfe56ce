//! Web pages, login, the agents' endpoint and jobs.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod agents;
pub mod alerts;
pub mod jobs;
pub mod login;
pub mod pages;
pub mod show;
pub mod start;
pub mod vault;
pub mod web;
