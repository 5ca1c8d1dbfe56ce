//! Web pages, login, the agents' endpoint and jobs.

pub mod login;
pub mod pages;
pub mod web;
