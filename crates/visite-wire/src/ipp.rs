//! Internet printing (RFC 8011).
