//! The server as browsers meet it: requests through the router, with a real store below.

#![allow(clippy::unwrap_used)]

mod access;
mod accounts;
mod agents;
mod alerts;
mod api;
mod device;
mod engine;
mod guards;
mod jobs;
mod links;
mod listening;
mod nodes;
mod oidc;
mod pages;
mod passkeys;
mod people;
mod server;
mod show;
mod sign_in;
