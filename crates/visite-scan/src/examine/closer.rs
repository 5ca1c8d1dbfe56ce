//! Looks closer at a service that was recognised: what is inside a web server, host keys, shares, zones, logins, STARTTLS.

use super::{Contact, Examined, Examiner, hexadecimal, shown};
use crate::policy::Care;
use crate::talk::{self, Ended};
use sha2::{Digest, Sha256};
use std::net::SocketAddr;
use visite_facts::facts::{DeviceTls, NetworkService};
use visite_facts::{Identifier, IdentifierKind, Known};
use visite_wire::dns::ZoneTransfer;
use visite_wire::tls::{Audit, Hello, STARTTLS_SERVICES};
use visite_wire::{Detail, Dialogue, Event, Seen, Step, fhir, rdp, registry, smb, ssh};

impl Examiner {
    /// Looks closer at a service that was recognised.
    pub(super) async fn closer(
        &self,
        address: SocketAddr,
        examined: &mut Examined,
        hints: &[NetworkService],
        care: Care,
        contact: &Contact,
    ) {
        let Some(seen) = &mut examined.seen else { return };
        let service = seen.service;
        match service {
            NetworkService::Http => {
                for inside in registry::INSIDE_HTTP {
                    // Those that were hinted at have been asked already, but for the further paths of FHIR.
                    let asked = hints.contains(inside);
                    if asked && *inside != NetworkService::Fhir
                        || self.policy.may_ask(care, *inside, address.port(), asked).is_err()
                    {
                        continue;
                    }
                    let first = usize::from(asked);
                    let Some(ended) = self.inside_http(address, *inside, first, examined.encrypted, contact).await
                    else {
                        break;
                    };
                    if let Ended::Done(special) = ended {
                        let page = std::mem::replace(seen, special);
                        seen.texts.extend(page.texts);
                        if let Some(tls) = &mut examined.tls {
                            tls.service = Known(seen.service);
                        }
                        break;
                    }
                }
            }
            NetworkService::Smb if !examined.encrypted => {
                let mut audit = smb::Audit::new(&self.manner(address.ip(), false));
                while let Some(mut dialogue) = audit.next() {
                    let heard = match self.open(address, contact).await {
                        // Samba starts what answers for shares only when it is asked.
                        Some(mut stream) => {
                            let limits = self.limits.patient();
                            talk::hold(&mut stream, dialogue.as_mut(), limits, &self.pacer).await.answer()
                        }
                        None => None,
                    };
                    audit.told(heard);
                }
                audit.finish(seen);
            }
            NetworkService::Dns if !examined.encrypted => {
                for domain in &self.domains {
                    let Some(mut question) = ZoneTransfer::new(domain) else { continue };
                    let Some(mut stream) = self.open(address, contact).await else { break };
                    if let Ended::Done(Seen { detail: Detail::Dns(told), .. }) =
                        self.hold(&mut stream, &mut question).await
                        && let Detail::Dns(known) = &mut seen.detail
                        && known.zone_transfer != Known(true)
                    {
                        known.zone_transfer = told.zone_transfer;
                    }
                }
            }
            NetworkService::Ssh if !examined.encrypted => {
                if let Some(mut stream) = self.open(address, contact).await {
                    let mut dialogue = ssh::HostKey::new(&self.manner(address.ip(), false));
                    self.count(service);
                    if let Ended::Done(key) = self.hold(&mut stream, &mut dialogue).await {
                        let fingerprint = hexadecimal(&Sha256::digest(&key.blob));
                        examined.identifiers.extend(Identifier::new(IdentifierKind::SshHostKey, &fingerprint));
                    }
                }
            }
            NetworkService::Rdp => {
                if let Detail::Rdp(first) = &seen.detail
                    && first.nla_required.known().is_none()
                    && let Some(mut stream) = self.open(address, contact).await
                    && let Ended::Done(Seen { detail: Detail::Rdp(second), .. }) =
                        self.hold(&mut stream, &mut rdp::Rdp::asking(rdp::Protection::Tls)).await
                {
                    seen.detail = Detail::Rdp(rdp::merge(first.clone(), second));
                }
            }
            _ => {}
        }
        if let Some(mut dialogue) = registry::login(service, &self.manner(address.ip(), examined.encrypted))
            && !examined.encrypted
            && let Some(mut stream) = self.open(address, contact).await
            && let Ended::Done(told) = self.hold(&mut stream, dialogue.as_mut()).await
        {
            match (&mut seen.detail, told.detail) {
                (Detail::Database(first), Detail::Database(second)) => first.without_password = second.without_password,
                (first, second) => *first = second,
            }
        }
        if !examined.encrypted && STARTTLS_SERVICES.contains(&service) {
            let mut audit = Audit::new(&address.ip().to_string(), self.seed());
            let Some(offer) = audit.next_offer() else { return };
            let Some(outcome) = self.offer(address, Some(service), Hello::new(offer), contact).await else { return };
            audit.heard(Some(&outcome));
            self.audit(address, Some(service), &mut audit, contact).await;
            examined.tls = Some(DeviceTls { service: Known(service), starttls: Known(true), ..audit.finish() });
            examined.identifiers.extend(shown(&audit));
        }
    }

    /// Asks a web server whether it is something more special, from the path with number `first` on; `None` if it lets
    /// nobody in any more.
    async fn inside_http(
        &self,
        address: SocketAddr,
        inside: NetworkService,
        first: usize,
        encrypted: bool,
        contact: &Contact,
    ) -> Option<Ended<Seen>> {
        let manner = self.manner(address.ip(), encrypted);
        // A server that hangs up after each answer is asked for each further path over a connection of its own.
        let paths = if inside == NetworkService::Fhir { fhir::PATHS.len() } else { 1 };
        let mut ended = Ended::NotThis;
        for path in first..paths {
            let mut dialogue: registry::Recogniser = match inside {
                NetworkService::Fhir => Box::new(fhir::Fhir::new(&manner).starting_at(path)),
                other => registry::tcp(other, &manner)?,
            };
            let mut stream = self.open(address, contact).await?;
            self.count(inside);
            let closed;
            (ended, closed) = if encrypted {
                let (mut stream, _) = self.tls.wrap(stream, self.limits, &self.pacer).await?;
                let mut told = Attentive::new(dialogue.as_mut());
                (self.hold(&mut stream, &mut told).await, told.closed)
            } else {
                let mut told = Attentive::new(dialogue.as_mut());
                (self.hold(&mut stream, &mut told).await, told.closed)
            };
            if matches!(ended, Ended::Done(_)) || !closed {
                break;
            }
        }
        Some(ended)
    }
}

/// Notes whether the other side ended the connection.
struct Attentive<'d, D: ?Sized> {
    dialogue: &'d mut D,
    closed: bool,
}

impl<'d, D: ?Sized> Attentive<'d, D> {
    fn new(dialogue: &'d mut D) -> Self {
        Self { dialogue, closed: false }
    }
}

impl<D: Dialogue + ?Sized> Dialogue for Attentive<'_, D> {
    type Answer = D::Answer;

    fn step(&mut self, event: Event<'_>) -> Step<D::Answer> {
        self.closed |= event == Event::Closed;
        self.dialogue.step(event)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{examiner, runtime};
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn a_server_that_hangs_up_is_asked_for_each_path() {
        use std::io::{Read, Write};
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let serving = std::thread::spawn(move || {
            let mut asked = Vec::new();
            for _ in 0..2 {
                let (mut stream, _) = listener.accept().unwrap();
                let mut buffer = [0; 2048];
                let count = stream.read(&mut buffer).unwrap();
                let request = String::from_utf8_lossy(&buffer[..count]).into_owned();
                let path = request.split(' ').nth(1).unwrap().to_owned();
                let (code, body) = match path.as_str() {
                    "/metadata" => ("200 OK", r#"{"resourceType":"CapabilityStatement","fhirVersion":"4.0.1"}"#),
                    _ => ("404 Not Found", "{}"),
                };
                let head = format!("HTTP/1.1 {code}\r\nContent-Type: application/fhir+json\r\nConnection: close\r\n");
                write!(stream, "{head}Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
                asked.push(path);
            }
            asked
        });
        let examiner = examiner(BTreeMap::new());
        let ended =
            runtime().block_on(examiner.inside_http(address, NetworkService::Fhir, 0, false, &Contact::default()));
        assert!(matches!(ended, Some(Ended::Done(Seen { service: NetworkService::Fhir, .. }))), "{ended:?}");
        assert_eq!(serving.join().unwrap(), ["/fhir/metadata", "/metadata"]);
    }
}
