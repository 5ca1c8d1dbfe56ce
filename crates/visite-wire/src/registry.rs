//! Which dialogue recognises which service.

use crate::dialogue::{Dialogue, Manner, Seen};
use crate::{
    dicom, dns, elasticsearch, fhir, firebird, ftp, http, ipmi, ipp, kerberos, konnektor, ldap, mail, mllp, modbus,
    mongodb, mqtt, msrpc, mssql, mysql, netbios, ntp, oracle, postgresql, rdp, redis, rpcbind, rsync, rtsp, sicct, sip,
    smb, snmp, ssdp, ssh, telnet, tftp, vnc, x11,
};
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
        S::Dns => Box::new(dns::Dns::over_stream(manner)),
        S::Sip => Box::new(sip::Sip::over_stream(manner)),
        S::Ipp => Box::new(ipp::Ipp::new(manner)),
        S::Mqtt => Box::new(mqtt::Mqtt::new(manner)),
        S::Rtsp => Box::new(rtsp::Rtsp::new(manner)),
        S::Modbus => Box::new(modbus::Modbus::new(manner)),
        S::Msrpc => Box::new(msrpc::Msrpc::new(manner)),
        S::Mssql => Box::new(mssql::Mssql::new(manner)),
        S::Postgresql => Box::new(postgresql::Postgresql::new(manner)),
        S::Mysql => Box::new(mysql::Mysql::new(manner)),
        S::Mongodb => Box::new(mongodb::Mongodb::new(manner)),
        S::Redis => Box::new(redis::Redis::new(manner)),
        S::Elasticsearch => Box::new(elasticsearch::Elasticsearch::new(manner)),
        S::Firebird => Box::new(firebird::Firebird::new(manner)),
        S::Oracle => Box::new(oracle::Oracle::new(manner)),
        S::Dicom => Box::new(dicom::Dicom::new(manner)),
        S::Mllp => Box::new(mllp::Mllp::new(manner)),
        S::Konnektor => Box::new(konnektor::Konnektor::new(manner)),
        S::Sicct => Box::new(sicct::SicctCommand::new(manner)),
        S::Fhir => Box::new(fhir::Fhir::new(manner)),
        S::Smtp => Box::new(mail::Smtp::new(manner)),
        S::Imap => Box::new(mail::Imap::new(manner)),
        S::Pop3 => Box::new(mail::Pop3::new(manner)),
        S::Vnc => Box::new(vnc::Vnc::new(manner)),
        S::Telnet => Box::new(telnet::Telnet::new(manner)),
        S::Kerberos => Box::new(kerberos::Kerberos::new(manner)),
        S::Rpcbind => Box::new(rpcbind::Rpcbind::new(manner)),
        S::Rsync => Box::new(rsync::Rsync::new(manner)),
        S::X11 => Box::new(x11::X11::new(manner)),
        S::Netbios => Box::new(netbios::NetbiosSession::new(manner)),
        _ => return None,
    })
}

/// The dialogue for a service over datagrams; `None` for services that do not use them.
pub fn udp(service: S, manner: &Manner) -> Option<Recogniser> {
    Some(match service {
        S::Snmp => Box::new(snmp::Snmp::new(manner)),
        S::Dns => Box::new(dns::Dns::new(manner)),
        S::Mdns => Box::new(dns::Mdns::new(manner)),
        S::Ntp => Box::new(ntp::Ntp::new(manner)),
        S::Ssdp => Box::new(ssdp::Ssdp::new(manner)),
        S::Sip => Box::new(sip::Sip::new(manner)),
        S::Tftp => Box::new(tftp::Tftp::new(manner)),
        S::Ipmi => Box::new(ipmi::Ipmi::new(manner)),
        S::Netbios => Box::new(netbios::Netbios::new(manner)),
        S::Kerberos => Box::new(kerberos::KerberosUdp::new(manner)),
        S::Rpcbind => Box::new(rpcbind::RpcbindUdp::new(manner)),
        S::Sicct => Box::new(sicct::Sicct::new(manner)),
        _ => return None,
    })
}

/// A second dialogue over a connection of its own that tells, with consent, whether a password is asked for.
pub fn login(service: S, manner: &Manner) -> Option<Recogniser> {
    match service {
        S::Postgresql if manner.logins => Some(Box::new(postgresql::Login::new(manner))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trials;
    use visite_facts::Word;

    #[test]
    fn strangers_are_taken_for_nothing() {
        for number in 0..trials::everybody().count() {
            let nth = || trials::everybody().nth(number).expect("counted");
            let rightly: &[&[u8]] = match nth().0 {
                S::Http => trials::HTTP,
                S::Telnet => trials::TELNET,
                _ => &[],
            };
            trials::strangers_but(rightly, || nth().1, b"");
        }
    }

    #[test]
    fn every_service_of_the_lists_has_its_dialogue_over_tcp() {
        for service in GREETING.iter().chain(WAITING).chain(INSIDE_HTTP) {
            assert!(tcp(*service, &Manner::default()).is_some(), "{}", service.word());
        }
    }
}
