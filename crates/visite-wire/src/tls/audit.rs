//! Which offers to make so that few connections tell a server's versions, suites and certificate.

use super::hello::{HelloOutcome, Offer, Version};
use super::suites::SuiteKind;
use crate::x509::Certificate;
use visite_facts::facts::DeviceTls;
use visite_facts::value::{Known, Observed, Unknown};
use visite_facts::words::UnknownReason;

/// Most connections of an audit. A current server takes six or seven; twelve are reached only by a server that accepts
/// everything, the rest is for offers that are repeated because nothing came back.
pub const MAX_HELLOS: usize = 16;

/// What is known about a version or a kind of suite.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Accepts {
    #[default]
    Unasked,
    Yes,
    No,
    /// Asked twice, and nothing came back.
    Unanswered,
}

/// Asks a server for its versions and suites, one offer over one connection each.
///
/// ```text
/// while let Some(offer) = audit.next_offer() {
///     // a new connection, STARTTLS if need be, then Hello::new for the first offer and Hello::to_known for the others
///     audit.heard(outcome);        // None for NotThis
/// }
/// audit.finish()
/// ```
///
/// The first offer is [`Offer::first`]; whoever has made it already, to tell whether this is TLS at all, hands over what
/// came of it. The versions come next, each offer reaching up to the newest version that is still open: a server answers
/// with the newest it knows, which settles all between. Then the kinds of suites at the newest version up to 1.2: every
/// offer holds those that were not seen yet, until the server finds none that it likes.
#[derive(Clone, Debug)]
pub struct Audit {
    host: String,
    seed: [u8; 32],
    versions: [Accepts; 5],
    kinds: [Accepts; 8],
    /// How many offers were made.
    made: usize,
    /// What was offered last, and whether that was a repetition.
    asked: Option<(Offer, bool)>,
    repeat: bool,
    certificates: Vec<Vec<u8>>,
    client_certificate_requested: Option<bool>,
}

impl Audit {
    /// `seed` is made anew for each offer, by counting; see [`Offer::seed`].
    pub fn new(host: &str, seed: [u8; 32]) -> Self {
        Self {
            host: host.to_owned(),
            seed,
            versions: Default::default(),
            kinds: Default::default(),
            made: 0,
            asked: None,
            repeat: false,
            certificates: Vec::new(),
            client_certificate_requested: None,
        }
    }

    /// The offer to make over the next connection; `None` when there is nothing left to ask.
    pub fn next_offer(&mut self) -> Option<Offer> {
        if self.made >= MAX_HELLOS {
            return None;
        }
        let offer = if self.repeat {
            let (offer, _) = self.asked.take()?;
            Offer { seed: self.seed, ..offer }
        } else if self.made == 0 {
            Offer::first(&self.host, self.seed)
        } else {
            self.open_version().or_else(|| self.open_kinds())?
        };
        self.asked = Some((offer.clone(), self.repeat));
        self.made = self.made.saturating_add(1);
        if let Some(first) = self.seed.first_mut() {
            *first = first.wrapping_add(1);
        }
        Some(offer)
    }

    /// The newest version that is still open, offered with all suites. Weak suites first: a server that lets the client
    /// choose then shows them by the way.
    fn open_version(&self) -> Option<Offer> {
        let version = Version::ALL.into_iter().rev().find(|version| self.version(*version) == Accepts::Unasked)?;
        Some(Offer::new(&self.host, self.seed, version, &SuiteKind::ALL))
    }

    /// All kinds of suites that are still open, at the newest version up to 1.2.
    fn open_kinds(&self) -> Option<Offer> {
        let version = self.newest_readable()?;
        let kinds: Vec<_> = SuiteKind::ALL.into_iter().filter(|kind| self.kind(*kind) == Accepts::Unasked).collect();
        (!kinds.is_empty()).then(|| Offer::new(&self.host, self.seed, version, &kinds))
    }

    fn newest_readable(&self) -> Option<Version> {
        let readable = Version::ALL.into_iter().rev().skip(1);
        readable.into_iter().find(|version| self.version(*version) == Accepts::Yes)
    }

    fn version(&self, version: Version) -> Accepts {
        self.versions.get(version as usize).copied().unwrap_or_default()
    }

    fn kind(&self, kind: SuiteKind) -> Accepts {
        self.kinds.get(kind as usize).copied().unwrap_or_default()
    }

    fn settle_version(&mut self, version: Version, accepts: Accepts) {
        if let Some(known) = self.versions.get_mut(version as usize)
            && *known == Accepts::Unasked
        {
            *known = accepts;
        }
    }

    fn settle_kinds(&mut self, kinds: &[SuiteKind], accepts: Accepts) {
        for kind in kinds {
            if let Some(known) = self.kinds.get_mut(*kind as usize)
                && *known == Accepts::Unasked
            {
                *known = accepts;
            }
        }
    }

    /// What came of the last offer; `None` if nothing came back, or nothing that answers it.
    pub fn heard(&mut self, outcome: Option<&HelloOutcome>) {
        let Some((offer, repetition)) = self.asked.clone() else { return };
        // An offer asks for versions with all suites, or for the suites that are left, and one was seen by then.
        let asks_version = offer.kinds.len() == SuiteKind::ALL.len();
        self.repeat = outcome.is_none() && !repetition;
        if self.repeat {
            return;
        }
        match outcome {
            Some(HelloOutcome::Accepted(answer)) => {
                // No version between what was offered and what was picked is spoken.
                for version in Version::ALL {
                    if version > answer.version && version <= offer.version {
                        self.settle_version(version, Accepts::No);
                    }
                }
                self.settle_version(answer.version, Accepts::Yes);
                self.settle_kinds(&[answer.kind], Accepts::Yes);
                if self.certificates.is_empty() {
                    self.certificates.clone_from(&answer.certificates);
                }
                // Anonymous servers must not ask, so that they did not ask says nothing (RFC 5246, 7.4.4).
                match answer.client_certificate_requested {
                    Some(true) => self.client_certificate_requested = Some(true),
                    Some(false) if !answer.certificates.is_empty() => {
                        self.client_certificate_requested.get_or_insert(false);
                    }
                    _ => {}
                }
            }
            Some(HelloOutcome::Refused(_) | HelloOutcome::HungUp) if asks_version => {
                self.settle_version(offer.version, Accepts::No);
            }
            Some(HelloOutcome::Refused(_) | HelloOutcome::HungUp) => self.settle_kinds(&offer.kinds, Accepts::No),
            None if asks_version => self.settle_version(offer.version, Accepts::Unanswered),
            None => self.settle_kinds(&offer.kinds, Accepts::Unanswered),
        }
    }

    /// Certificates that were seen in another way, the server's own first: a server that speaks version 1.3 only shows
    /// them to whoever finishes the handshake.
    pub fn saw_certificates(&mut self, certificates: &[Vec<u8>]) {
        if self.certificates.is_empty() {
            self.certificates = certificates.to_vec();
        }
    }

    /// Certificates that were seen (DER), the server's own first.
    pub fn certificates(&self) -> &[Vec<u8>] {
        &self.certificates
    }

    /// What is known now; `endpoint`, `service` and `starttls` are left to the caller.
    pub fn finish(&self) -> DeviceTls {
        let mut facts = DeviceTls {
            versions: list(Version::ALL.map(|version| (version.word(), self.version(version)))),
            cipher_kinds: self.cipher_kinds(),
            client_certificate_requested: match self.client_certificate_requested {
                Some(requested) => Known(requested),
                None => Unknown(UnknownReason::NotSupported),
            },
            ..DeviceTls::default()
        };
        describe_certificate(&mut facts, self.certificates.first().map(Vec::as_slice));
        facts
    }

    fn cipher_kinds(&self) -> Observed<Vec<String>> {
        // Where nothing older than 1.3 is spoken, no other kind exists.
        let only_newest = self.version(Version::Tls13) == Accepts::Yes
            && Version::ALL.iter().all(|v| *v == Version::Tls13 || self.version(*v) == Accepts::No);
        let settled = |accepts| if only_newest && accepts == Accepts::Unasked { Accepts::No } else { accepts };
        list(SuiteKind::ALL.map(|kind| (kind.word(), settled(self.kind(kind)))))
    }
}

/// What is accepted, unless an answer is missing: then the list would say "no" where nobody knows.
fn list<const N: usize>(all: [(&str, Accepts); N]) -> Observed<Vec<String>> {
    let any = |wanted| all.iter().any(|(_, accepts)| *accepts == wanted);
    if any(Accepts::Unanswered) {
        return Unknown(UnknownReason::TimedOut);
    }
    if any(Accepts::Unasked) {
        return Unknown(UnknownReason::Incomplete);
    }
    if !any(Accepts::Yes) {
        // It refused every offer, so it wants something that is not offered here (a key agreed before, GOST ...).
        return Unknown(UnknownReason::NotSupported);
    }
    Known(all.iter().filter(|(_, accepts)| *accepts == Accepts::Yes).map(|(word, _)| (*word).to_owned()).collect())
}

/// Writes what a server's certificate (DER) says into the facts about its service. Without one, everything about it is
/// unknown (not supported).
pub fn describe_certificate(facts: &mut DeviceTls, der: Option<&[u8]>) {
    let certificate = match der {
        None => Err(UnknownReason::NotSupported),
        Some(der) => Certificate::read(der).ok_or(UnknownReason::Malformed),
    };
    // What a sound certificate leaves out cannot be told; a time must be there.
    let (absent, broken) = (UnknownReason::NotSupported, UnknownReason::Malformed);
    let certificate = &certificate;
    facts.certificate_subject = part(certificate, absent, |c| c.subject.common_name.clone());
    facts.certificate_issuer =
        part(certificate, absent, |c| c.issuer.common_name.clone().or_else(|| c.issuer.organisation.clone()));
    facts.certificate_self_signed = part(certificate, absent, |c| Some(c.self_signed));
    facts.certificate_not_before = part(certificate, broken, |c| c.not_before);
    facts.certificate_not_after = part(certificate, broken, |c| c.not_after);
    facts.certificate_key = part(certificate, absent, |c| c.key.map(str::to_owned));
    facts.certificate_key_bits = part(certificate, absent, |c| c.key_bits.map(i64::from));
    facts.certificate_hash = part(certificate, absent, |c| c.hash.map(str::to_owned));
    facts.certificate_version = part(certificate, absent, |c| Some(i64::from(c.version)));
}

fn part<T>(
    certificate: &Result<Certificate, UnknownReason>,
    missing: UnknownReason,
    take: impl FnOnce(&Certificate) -> Option<T>,
) -> Observed<T> {
    certificate.as_ref().map_err(|reason| *reason).and_then(|certificate| take(certificate).ok_or(missing)).into()
}

#[cfg(test)]
mod tests {
    use super::super::hello::{Alert, HelloAnswer};
    use super::*;
    use proptest::prelude::*;

    const RSA: &[u8] = include_bytes!("../../tests/data/x509/rsa-2048.der");

    /// A server that speaks these versions and takes these kinds, in the order of the client.
    struct Server<'s> {
        versions: &'s [Version],
        kinds: &'s [SuiteKind],
        asks_client: bool,
        refusal: HelloOutcome,
    }

    impl Server<'_> {
        fn answer(&self, offer: &Offer) -> HelloOutcome {
            let version = self.versions.iter().copied().filter(|version| *version <= offer.version).max();
            let newest = version == Some(Version::Tls13);
            let kind = match newest {
                true => Some(SuiteKind::Aead),
                false => offer.kinds.iter().copied().find(|kind| self.kinds.contains(kind)),
            };
            match (version, kind) {
                (Some(version), Some(kind)) => HelloOutcome::Accepted(HelloAnswer {
                    version,
                    suite: if newest { 0x1301 } else { kind.suites()[0] },
                    kind,
                    certificates: if newest || kind == SuiteKind::Anonymous { vec![] } else { vec![RSA.to_vec()] },
                    client_certificate_requested: (!newest).then_some(self.asks_client && kind != SuiteKind::Anonymous),
                }),
                _ => self.refusal.clone(),
            }
        }

        fn audit(&self) -> (Audit, usize) {
            let mut audit = Audit::new("localhost", [0; 32]);
            let mut connections = 0;
            while let Some(offer) = audit.next_offer() {
                connections += 1;
                audit.heard(Some(&self.answer(&offer)));
            }
            (audit, connections)
        }
    }

    fn words(facts: &DeviceTls) -> (String, String) {
        let join = |list: &Observed<Vec<String>>| list.known().map_or("unknown".to_owned(), |list| list.join(" "));
        (join(&facts.versions), join(&facts.cipher_kinds))
    }

    const REFUSED: HelloOutcome = HelloOutcome::Refused(Alert { description: 40 });

    #[test]
    fn finds_what_a_server_accepts_with_few_connections() {
        use SuiteKind::{Aead, Anonymous, Cbc, Export, Null, Rc4, TripleDes};
        use Version::{Ssl3, Tls10, Tls11, Tls12, Tls13};
        // Versions, kinds, most connections, and what is found.
        type Case<'c> = (&'c [Version], &'c [SuiteKind], usize, &'c str, &'c str);
        let servers: [Case<'_>; 8] = [
            (&[Tls12, Tls13], &[Aead, Cbc], 6, "tls1.2 tls1.3", "cbc aead"),
            (&[Tls12], &[Aead], 5, "tls1.2", "aead"),
            (&[Tls13], &[], 5, "tls1.3", "aead"),
            (&[Tls10, Tls11, Tls12], &[Aead, Cbc, TripleDes], 7, "tls1.0 tls1.1 tls1.2", "3des cbc aead"),
            (&[Ssl3], &[TripleDes, Rc4], 4, "ssl3", "rc4 3des"),
            (&[Ssl3, Tls12], &[Export, Aead], 3, "ssl3 tls1.2", "export aead"),
            (&[Tls12], &[Anonymous, Null], 6, "tls1.2", "null anonymous"),
            (
                &Version::ALL,
                &SuiteKind::ALL,
                12,
                "ssl3 tls1.0 tls1.1 tls1.2 tls1.3",
                "null anonymous export des rc4 3des cbc aead",
            ),
        ];
        for refusal in [REFUSED, HelloOutcome::HungUp] {
            for (versions, kinds, most, expected_versions, expected_kinds) in servers {
                let server = Server { versions, kinds, asks_client: true, refusal: refusal.clone() };
                let (audit, connections) = server.audit();
                let found = words(&audit.finish());
                assert_eq!(found, (expected_versions.to_owned(), expected_kinds.to_owned()));
                assert!(connections <= most, "{connections} connections for {expected_versions}, {expected_kinds}");
            }
        }
    }

    #[test]
    fn the_certificate_and_the_wish_for_one() {
        let versions = [Version::Tls12, Version::Tls13];
        for asks_client in [true, false] {
            let server = Server { versions: &versions, kinds: &[SuiteKind::Cbc], asks_client, refusal: REFUSED };
            let facts = server.audit().0.finish();
            assert_eq!(facts.client_certificate_requested, Known(asks_client));
            assert_eq!(facts.certificate_subject, Known("praxis.example".to_owned()));
            assert_eq!(facts.certificate_key_bits, Known(2048));
            assert_eq!(facts.certificate_version, Known(3));
        }
        // An anonymous server may not ask, and one of version 1.3 asks behind a curtain.
        let not_supported = UnknownReason::NotSupported;
        for (versions, kinds) in [(&versions[..1], [SuiteKind::Anonymous]), (&versions[1..], [SuiteKind::Aead])] {
            let (mut audit, _) = Server { versions, kinds: &kinds, asks_client: false, refusal: REFUSED }.audit();
            let facts = audit.finish();
            assert_eq!(facts.client_certificate_requested, Unknown(not_supported));
            assert_eq!(facts.certificate_subject, Unknown(not_supported));
            audit.saw_certificates(&[RSA.to_vec()]);
            assert_eq!(audit.finish().certificate_hash, Known("sha256".to_owned()));
            audit.saw_certificates(&[vec![1]]);
            assert_eq!(audit.certificates(), [RSA]);
        }
        let mut facts = DeviceTls::default();
        describe_certificate(&mut facts, Some(b"no certificate"));
        assert_eq!(facts.certificate_subject, Unknown(UnknownReason::Malformed));
    }

    #[test]
    fn no_answer_is_asked_again_and_is_not_a_no() {
        let server =
            Server { versions: &[Version::Tls12], kinds: &[SuiteKind::Aead], asks_client: false, refusal: REFUSED };
        // Every second answer is lost: everything is found all the same.
        let mut audit = Audit::new("localhost", [0; 32]);
        let mut lost = true;
        while let Some(offer) = audit.next_offer() {
            audit.heard(Some(&server.answer(&offer)).filter(|_| !lost));
            lost = !lost;
        }
        assert_eq!(words(&audit.finish()), ("tls1.2".to_owned(), "aead".to_owned()));
        // It never answers to SSL 3.0.
        let mut audit = Audit::new("localhost", [0; 32]);
        while let Some(offer) = audit.next_offer() {
            audit.heard(Some(&server.answer(&offer)).filter(|_| offer.version != Version::Ssl3));
        }
        assert_eq!(audit.finish().versions, Unknown(UnknownReason::TimedOut));
        assert_eq!(words(&audit.finish()).1, "aead");
        // It never answers at all, or refuses everything, or nobody went on asking.
        let mut audit = Audit::new("localhost", [0; 32]);
        while audit.next_offer().is_some() {
            audit.heard(None);
        }
        assert_eq!(audit.finish().versions, Unknown(UnknownReason::TimedOut));
        let refuses = Server { versions: &[], kinds: &[], asks_client: false, refusal: REFUSED }.audit().0.finish();
        assert_eq!(refuses.versions, Unknown(UnknownReason::NotSupported));
        assert!(refuses.cipher_kinds.known().is_none());
        let mut audit = Audit::new("localhost", [0; 32]);
        audit.next_offer();
        assert_eq!(audit.finish().versions, Unknown(UnknownReason::Incomplete));
    }

    #[test]
    fn each_offer_is_different_for_an_observer() {
        let mut audit = Audit::new("localhost", [255; 32]);
        let mut seeds = Vec::new();
        while let Some(offer) = audit.next_offer() {
            assert!(!seeds.contains(&offer.seed));
            seeds.push(offer.seed);
            audit.heard(Some(&REFUSED).filter(|_| seeds.len() % 3 > 0));
        }
    }

    proptest! {
        /// Whatever a server answers, the audit comes to an end.
        #[test]
        fn ends(answers in proptest::collection::vec((0..4_usize, 0..5_usize, 0..8_usize), 40)) {
            let mut audit = Audit::new("localhost", [0; 32]);
            let mut made = 0;
            for (what, version, kind) in answers {
                if audit.next_offer().is_none() {
                    break;
                }
                made += 1;
                let (version, kind) = (Version::ALL[version], SuiteKind::ALL[kind]);
                let answer = HelloAnswer { version, suite: 1, kind, certificates: vec![vec![0x30]], client_certificate_requested: None };
                audit.heard([None, Some(&REFUSED), Some(&HelloOutcome::HungUp), Some(&HelloOutcome::Accepted(answer))][what]);
            }
            prop_assert!(made <= MAX_HELLOS);
            audit.finish();
        }
    }
}
