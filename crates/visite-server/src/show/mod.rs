//! Handlers of the pages: they read the store, fill the view of a page and answer; what was judged stands in the newest
//! assessment, and nothing is judged here.
//!
//! One file a group of pages. [`load::Reader`] brings what all of them need.

pub mod agents;
pub mod audit;
pub mod brand;
pub mod certificate;
pub mod checks;
pub mod desk;
pub mod devices;
pub mod file;
pub mod findings;
pub mod hooks;
pub mod import;
pub mod jobs;
pub mod load;
pub mod mail;
pub mod measures;
pub mod network;
pub mod policies;
pub mod practices;
pub mod programs;
pub mod provider;
pub mod rounds;
pub mod service;
pub mod settings;
pub mod setup;
pub mod start;
