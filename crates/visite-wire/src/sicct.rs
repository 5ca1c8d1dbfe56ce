//! Card terminals (SICCT).
