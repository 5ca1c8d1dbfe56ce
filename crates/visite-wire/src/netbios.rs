//! NetBIOS names (RFC 1002).
