//! Conversations with network services, as pure state machines: what to send, and what an answer means.
//!
//! For `visite-scan`, which lends them connections, and for everything that parses bytes from a network. A service is
//! recognised by a strict dialogue, never by its port. Nothing here opens a socket or reads a clock; every parser takes
//! any bytes and neither panics nor keeps more than it was given. Deliberately absent: what is good or bad about an
//! answer (the catalogue judges), and clinical contents: no dialogue asks for a patient, an image or a message.

pub mod ber;
pub mod bytes;
pub mod dialogue;
pub mod dicom;
pub mod dns;
pub mod elasticsearch;
pub mod fhir;
pub mod fingerprints;
pub mod firebird;
pub mod ftp;
mod head;
pub mod http;
pub mod ipmi;
pub mod ipp;
pub mod kerberos;
pub mod konnektor;
pub mod ldap;
pub mod mail;
pub mod mllp;
pub mod modbus;
pub mod mongodb;
pub mod mqtt;
pub mod msrpc;
pub mod mssql;
pub mod mysql;
pub mod netbios;
pub mod ntp;
pub mod oracle;
pub mod postgresql;
pub mod rdp;
pub mod redis;
pub mod registry;
mod reply;
pub mod rpcbind;
pub mod rsync;
pub mod rtsp;
pub mod sicct;
pub mod sip;
pub mod smb;
pub mod snmp;
pub mod ssdp;
pub mod ssh;
pub mod telnet;
pub mod tftp;
pub mod tls;
#[cfg(test)]
mod trials;
pub mod vnc;
pub mod x11;
pub mod x509;

pub use dialogue::{Detail, Dialogue, Event, MAX_ANSWER_BYTES, MAX_STEPS, Manner, Seen, Step, TextPlace, play};
