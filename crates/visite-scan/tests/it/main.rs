//! Scans in networks made for the purpose: name spaces of the kernel with cables between them. They need an
//! administrator, so their names start with `root_`.

#![allow(clippy::unwrap_used)]

mod network;
mod pace;
mod refusals;
mod routes;
