//! Web pages, login, the agents' endpoint and jobs.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod login;
pub mod pages;
pub mod web;
