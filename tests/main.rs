//! End to end: the program as users run it.
//!
//! `cli` holds what each call prints, `hosts` replays recorded computers through the whole catalogue, `flips` changes one
//! real setting and watches the verdicts, `privacy` looks for a patient's name, `bad_input` breaks what is read. Tests
//! whose name starts with `root_` need an administrator and say so; `./test` runs them apart.

mod bad_input;
mod cli;
mod flips;
mod hosts;
mod inside;
#[cfg(feature = "scan")]
mod lab;
mod privacy;
mod program;
mod scratch;
