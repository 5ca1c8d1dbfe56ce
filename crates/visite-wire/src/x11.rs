//! X Window System, connection setup.
