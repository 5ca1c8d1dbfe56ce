//! Kerberos (RFC 4120).
