//! Which dialogue recognises which service.

use crate::dialogue::{Dialogue, Manner, Seen};
use crate::{dicom, fhir, ftp, http, ipp, konnektor, ldap, mail, mllp, msrpc, rdp, sicct, smb, snmp, ssh};
use visite_facts::facts::NetworkService as S;

/// A dialogue that recognises a service.
pub type Recogniser = Box<dyn Dialogue<Answer = Seen> + Send>;

/// Services that speak first; the likeliest first. Their dialogues listen before they say anything.
pub const GREETING: &[S] = &[S::Ssh, S::Smtp, S::Ftp, S::Imap, S::Pop3, S::Mysql, S::Vnc, S::Telnet, S::Rsync];

/// Services over TCP that wait for the other side to speak, the likeliest first. TLS, of which they may be inside, is
/// no part of it.
pub const WAITING: &[S] = &[
    S::Http,
    S::Dicom,
    S::Mllp,
    S::Smb,
    S::Rdp,
    S::Ldap,
    S::Postgresql,
    S::Redis,
    S::Mongodb,
    S::Mssql,
    S::Msrpc,
    S::Rtsp,
    S::Sip,
    S::Mqtt,
    S::Dns,
    S::Modbus,
    S::Sicct,
    S::Kerberos,
    S::Rpcbind,
    S::Oracle,
    S::Firebird,
    S::X11,
    S::Netbios,
];

/// What a web server may be beyond that. Each asks for a page of its own.
pub const INSIDE_HTTP: &[S] = &[S::Konnektor, S::Ipp, S::Elasticsearch, S::Fhir];

/// The dialogue for a service over TCP, inside TLS or not; `None` for services that do not use TCP.
pub fn tcp(service: S, manner: &Manner) -> Option<Recogniser> {
    Some(match service {
        S::Http => Box::new(http::Http::new(manner)),
        S::Ssh => Box::new(ssh::Ssh::new(manner)),
        S::Smb => Box::new(smb::Smb::new(manner)),
        S::Rdp => Box::new(rdp::Rdp::new(manner)),
        S::Ftp => Box::new(ftp::Ftp::new(manner)),
        S::Ldap => Box::new(ldap::Ldap::new(manner)),
        S::Ipp => Box::new(ipp::Ipp::new(manner)),
        S::Msrpc => Box::new(msrpc::Msrpc::new(manner)),
        S::Dicom => Box::new(dicom::Dicom::new(manner)),
        S::Mllp => Box::new(mllp::Mllp::new(manner)),
        S::Konnektor => Box::new(konnektor::Konnektor::new(manner)),
        S::Sicct => Box::new(sicct::Sicct::new(manner)),
        S::Fhir => Box::new(fhir::Fhir::new(manner)),
        S::Smtp => Box::new(mail::Smtp::new(manner)),
        S::Imap => Box::new(mail::Imap::new(manner)),
        S::Pop3 => Box::new(mail::Pop3::new(manner)),
        _ => return None,
    })
}

/// The dialogue for a service over datagrams; `None` for services that do not use them.
pub fn udp(service: S, manner: &Manner) -> Option<Recogniser> {
    Some(match service {
        S::Snmp => Box::new(snmp::Snmp::new(manner)),
        _ => return None,
    })
}
