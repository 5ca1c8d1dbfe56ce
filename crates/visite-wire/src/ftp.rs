//! File transfer (RFC 959, RFC 4217).
