//! Sun remote procedure calls (RFC 1833).
