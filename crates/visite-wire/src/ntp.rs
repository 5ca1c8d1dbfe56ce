//! Network time (RFC 5905).
