//! Directory access (RFC 4511).
