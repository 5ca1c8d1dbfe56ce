//! Hypertext (RFC 9110, RFC 9112).
