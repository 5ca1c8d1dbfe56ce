//! Network management (RFC 3411 to 3418).
