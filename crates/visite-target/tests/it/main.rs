//! Tests of the practice file through the public interface of the crate.

mod files;
mod hostile;
mod mistakes;
mod schema;
