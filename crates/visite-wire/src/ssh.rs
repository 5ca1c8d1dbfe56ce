//! Secure Shell: greeting and key exchange offer (RFC 4253).
