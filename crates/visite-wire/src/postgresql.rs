//! PostgreSQL, protocol version 3.
