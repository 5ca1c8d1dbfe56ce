//! Firebird.
