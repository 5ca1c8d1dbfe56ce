//! The service by which people sign in, as whoever looks after the installation set it.

use crate::login::first::FirstError;
use crate::web::app::App;
use crate::web::refusal::Refusal;
use crate::web::urls::is_loopback_name;
use reqwest::{Certificate, Url};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use serde::{Deserialize, Serialize};
use visite_facts::{Lang, Text};
use visite_store::Store;

/// The setting of the installation that holds a [`Kept`].
pub const SETTING: &str = "oidc";
/// The place for which the secret of the client is sealed.
pub const SECRET: &str = "oidc/secret";

/// Longest address, identifier and secret, in characters.
const MOST: usize = 500;
/// Longest word on a button, in characters.
const MOST_OF_LABEL: usize = 60;
/// Longest certificate, in bytes: a chain of a few.
const MOST_OF_CERTIFICATE: usize = 16 * 1024;
/// What people copy along with the issuer.
const DISCOVERY: &str = "/.well-known/openid-configuration";

/// What is stored of a service, as JSON.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kept {
    /// Its issuer, an address, as it writes it itself.
    pub issuer: String,
    /// How it knows Visite.
    pub client: String,
    /// The secret that it shares with Visite, sealed for [`SECRET`].
    pub secret: String,
    /// What stands on the button.
    pub label: Text,
    /// The word in `amr` or `acr` that counts as a second factor; none if nothing does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second_factor: Option<String>,
    /// The certificates (PEM) that the service is trusted by, and no others; none if those of the system are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<String>,
    /// Whether it stands in an own network. Else it may not lead there.
    pub inside: bool,
}

/// A service that can be asked. It has no `Debug`, for the secret is in it.
#[derive(Clone)]
pub struct Service {
    /// Its issuer.
    pub issuer: String,
    /// How it knows Visite.
    pub client: String,
    /// The secret that it shares with Visite.
    pub secret: String,
    /// What stands on the button.
    pub label: Text,
    /// The word that counts as a second factor.
    pub second_factor: Option<String>,
    /// The certificates (PEM) that it is trusted by, and no others.
    pub certificate: Option<String>,
    /// Whether it stands in an own network.
    pub inside: bool,
}

impl Kept {
    /// What is set, if anything is.
    ///
    /// # Errors
    ///
    /// If the store does not answer, or holds nothing that this program wrote.
    pub async fn of(store: &Store) -> Result<Option<Self>, FirstError> {
        let text = store.setting(SETTING).await?;
        Ok(text.map(|text| serde_json::from_str(&text)).transpose()?)
    }
}

impl Service {
    /// The service, if one is set.
    ///
    /// # Errors
    ///
    /// As [`Kept::of`], or if the secret cannot be opened.
    pub async fn of(app: &App) -> Result<Option<Self>, Refusal> {
        let Some(kept) = Kept::of(app.store()).await? else { return Ok(None) };
        let secret = app.sealer().open(SECRET, &kept.secret)?;
        let Kept { issuer, client, label, second_factor, certificate, inside, .. } = kept;
        let secret = String::from_utf8_lossy(&secret).into_owned();
        Ok(Some(Self { issuer, client, secret, label, second_factor, certificate, inside }))
    }

    /// As it is stored.
    ///
    /// # Errors
    ///
    /// If the secret cannot be sealed.
    pub fn sealed(&self, app: &App) -> Result<Kept, Refusal> {
        let secret = app.sealer().seal(SECRET, self.secret.as_bytes(), app.random()?)?;
        let Self { issuer, client, label, second_factor, certificate, inside, .. } = self.clone();
        Ok(Kept { issuer, client, secret, label, second_factor, certificate, inside })
    }

    /// What stands on the button.
    pub fn label(&self, lang: Lang) -> &str {
        self.label.get(lang)
    }

    /// The name of the server that people are sent to, for sentences about it.
    pub fn host(&self) -> String {
        let url = self.issuer.parse::<Url>().ok();
        url.and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_else(|| self.issuer.clone())
    }

    /// The same, with white space and what people copy along taken away.
    pub fn tidied(self) -> Self {
        let trim = |text: &str| text.trim().to_owned();
        let said = |text: Option<String>| text.map(|text| trim(&text)).filter(|text| !text.is_empty());
        let issuer = self.issuer.trim();
        Self {
            issuer: issuer.strip_suffix(DISCOVERY).unwrap_or(issuer).to_owned(),
            client: trim(&self.client),
            secret: trim(&self.secret),
            label: Text::new(self.label.de.trim(), self.label.en.trim()),
            second_factor: said(self.second_factor),
            certificate: said(self.certificate),
            inside: self.inside,
        }
    }

    /// What cannot be right, before anybody is asked; for people.
    pub fn problem(&self) -> Option<Text> {
        let is_line = |text: &str, most| text.chars().count() <= most && !text.chars().any(char::is_control);
        let words = [&self.issuer, &self.client, &self.secret];
        let label_fits = |text: &str| !text.is_empty() && is_line(text, MOST_OF_LABEL);
        let word = self.second_factor.as_deref().unwrap_or_default();
        if !words.into_iter().all(|text| is_line(text, MOST)) || !is_line(word, MOST_OF_LABEL) {
            return Some(Text::new(
                "Eine Angabe ist zu lang oder geht über mehrere Zeilen. Kopieren Sie sie noch einmal.",
                "An entry is too long or has several lines. Copy it again.",
            ));
        }
        if let Err(why) = address(&self.issuer) {
            return Some(why);
        }
        if self.client.is_empty() || self.secret.is_empty() {
            return Some(Text::new(
                "Client-ID oder Geheimnis fehlen. Beide zeigt der Anmeldedienst dort, wo Visite angemeldet ist.",
                "Client ID or secret are missing. The sign-in service shows both where Visite is registered.",
            ));
        }
        if !label_fits(&self.label.de) || !label_fits(&self.label.en) {
            return Some(Text::new(
                format!("Die Beschriftung fehlt in einer Sprache oder hat mehr als {MOST_OF_LABEL} Zeichen."),
                format!("The label is missing in one language or has more than {MOST_OF_LABEL} characters."),
            ));
        }
        let certificates = self.certificate.as_ref().map(|pem| certificates(pem));
        if certificates.is_some_and(|certificates| certificates.is_none()) {
            return Some(Text::new(
                "Das Zertifikat ist keines. Es beginnt mit „-----BEGIN CERTIFICATE-----“. Lassen Sie das Feld leer, wenn der Dienst im Internet steht.",
                "The certificate is none. It begins with “-----BEGIN CERTIFICATE-----”. Leave the field empty if the service is on the internet.",
            ));
        }
        None
    }
}

/// The certificates in a text; none if there are none, or something else.
pub fn certificates(pem: &str) -> Option<Vec<Certificate>> {
    if pem.len() > MOST_OF_CERTIFICATE {
        return None;
    }
    let mut roots = RootCertStore::empty();
    let mut found = Vec::new();
    for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
        let certificate = certificate.ok()?;
        found.push(Certificate::from_der(&certificate).ok()?);
        roots.add(certificate).ok()?;
    }
    (!found.is_empty()).then_some(found)
}

/// The address of an issuer.
///
/// # Errors
///
/// Why it is none; for people.
pub fn address(issuer: &str) -> Result<Url, Text> {
    let url = issuer.parse::<Url>().ok().filter(|url| {
        let plain = url.username().is_empty() && url.password().is_none() && url.query().is_none();
        plain && url.fragment().is_none() && url.has_host() && (url.scheme() == "https" || is_local(url))
    });
    url.ok_or_else(|| {
        Text::new(
            "Die Adresse des Anmeldedienstes beginnt mit https:// und enthält weder Fragezeichen noch Raute, zum Beispiel https://login.praxis.example/realms/praxis.",
            "The address of the sign-in service begins with https:// and has neither a question mark nor a hash in it, e.g. https://login.practice.example/realms/practice.",
        )
    })
}

/// Whether an address leads to this machine itself without encryption: nobody else can listen there.
pub fn is_local(url: &Url) -> bool {
    url.scheme() == "http" && url.host_str().is_some_and(is_loopback_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    pub fn service(issuer: &str) -> Service {
        Service {
            issuer: issuer.into(),
            client: "visite".into(),
            secret: "geheim".into(),
            label: Text::new("Mit Firmenkonto anmelden", "Sign in with the company account"),
            second_factor: None,
            certificate: None,
            inside: false,
        }
    }

    #[test]
    fn an_issuer_is_reached_encrypted() {
        for good in
            ["https://login.example", "https://login.example:8443/realms/a", "http://127.0.0.1:9", "http://localhost/x"]
        {
            assert!(service(good).problem().is_none(), "{good}");
        }
        for bad in [
            "",
            "login.example",
            "http://login.example",
            "http://192.168.1.1",
            "ftp://login.example",
            "https://",
            "https://a:b@login.example",
            "https://login.example?a=b",
            "https://login.example#a",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "https://login.example/\na",
        ] {
            assert!(service(bad).problem().is_some(), "{bad}");
        }
    }

    #[test]
    fn what_is_missing_or_no_certificate_is_told() {
        let good = || service("https://login.example");
        assert!(Service { client: String::new(), ..good() }.problem().is_some());
        assert!(Service { secret: String::new(), ..good() }.problem().is_some());
        assert!(Service { label: Text::new("", "a"), ..good() }.problem().is_some());
        assert!(Service { label: Text::new("a", "a".repeat(61)), ..good() }.problem().is_some());
        assert!(Service { second_factor: Some("a".repeat(61)), ..good() }.problem().is_some());
        for pem in ["nichts", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
            assert!(Service { certificate: Some(pem.into()), ..good() }.problem().is_some(), "{pem}");
        }
        let key = rcgen::generate_simple_self_signed(vec!["login.example".into()]).unwrap();
        assert!(Service { certificate: Some(key.cert.pem()), ..good() }.problem().is_none());
    }

    #[test]
    fn what_was_copied_along_is_taken_away() {
        let copied = Service {
            issuer: " https://login.example/a/.well-known/openid-configuration ".into(),
            second_factor: Some("  ".into()),
            ..service("")
        };
        let tidied = copied.tidied();
        assert_eq!((tidied.issuer.as_str(), tidied.second_factor), ("https://login.example/a", None));
        assert_eq!(service("https://login.example/").tidied().issuer, "https://login.example/", "a slash counts");
    }
}
