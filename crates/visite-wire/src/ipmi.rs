//! Remote management of server hardware (IPMI 2.0, ASF).
