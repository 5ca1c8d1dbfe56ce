//! Domain names, also by multicast (RFC 1035, RFC 6762, RFC 4795).
