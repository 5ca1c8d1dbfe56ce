//! Trivial file transfer (RFC 1350).
