//! Modbus over TCP.
