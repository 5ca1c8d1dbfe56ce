//! The store from outside. Every test runs on SQLite and, named `root_postgres`, on a PostgreSQL of its own.

#[macro_use]
mod support;

mod agents;
mod audit;
mod backup;
mod deliveries;
mod faults;
mod jobs;
mod partitions;
mod people;
mod retention;
mod rounds;
mod upgrade;
