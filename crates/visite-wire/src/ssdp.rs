//! Simple service discovery (UPnP Device Architecture).
