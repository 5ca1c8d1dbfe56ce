//! Certificates, as far as checks need them (RFC 5280, X.509 version 1 included).
