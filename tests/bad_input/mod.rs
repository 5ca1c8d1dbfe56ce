//! Whatever stands where a file should be: no panic, a documented status, and no verdict that was not deserved.
//!
//! "Unknown is not empty": what could not be read may only make verdicts unknown. Changed verdicts of each kind of damage
//! are listed; only where a file was truly empty or absent may one become pass, fail or not applicable.

mod catalogs;
mod facts;
mod files;
mod hanging;
mod links;
mod roots;
