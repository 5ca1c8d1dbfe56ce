//! Remote frame buffer (RFC 6143).
