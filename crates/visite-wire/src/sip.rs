//! Telephony (RFC 3261).
