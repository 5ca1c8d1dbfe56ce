//! Telnet (RFC 854).
