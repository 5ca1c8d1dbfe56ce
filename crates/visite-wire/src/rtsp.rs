//! Video streams (RFC 7826).
