//! Redis (RESP).
