//! Web pages, login, the agents' endpoint and jobs.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod act;
pub mod agents;
pub mod alerts;
pub mod api;
pub mod demo;
pub mod hooks;
pub mod jobs;
pub mod login;
pub mod pages;
pub mod policies;
pub mod show;
pub mod start;
pub mod trust;
pub mod vault;
pub mod web;
