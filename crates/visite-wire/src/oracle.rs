//! Oracle Database (TNS).
