//! TLS and SSL: hand-made offers and what servers answer (RFC 8446, RFC 5246, RFC 6101).
