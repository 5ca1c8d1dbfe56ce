//! Alerts as mails. The mail server is a matter of the installation, who is told of the practice.

use super::decide::Cause;
use crate::policies::{Policies, Policy};
use crate::show::brand::SETTING as BRANDING;
use crate::trust::is_about_certificate;
use crate::web::app::App;
use jiff::tz::TimeZone;
use lettre::message::Mailbox;
use lettre::transport::smtp::authentication::Credentials;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::time::Duration;
use visite_facts::{Lang, Text, Word};
use visite_store::{Membership, Practice, StoreError};

/// Setting of a practice: an object with [`TO`] and [`LANGUAGE`].
pub const ALERTS: &str = "alerts";
/// Addresses that are told, with commas between them.
pub const TO: &str = "mail";
/// `de` or `en`; German without it.
pub const LANGUAGE: &str = "lang";
/// Settings of the installation: name of the mail server; without it nothing is sent.
pub const HOST: &str = "smtp.host";
/// Its port; 465 with encryption from the start, 587 with `starttls`.
pub const PORT: &str = "smtp.port";
/// `tls` (if absent), `starttls`, or `none` for a server on this machine.
pub const SECURITY: &str = "smtp.security";
/// Who signs in; absent if nobody has to.
pub const USER: &str = "smtp.user";
/// The password, sealed for [`PASSWORD`] as its place.
pub const PASSWORD: &str = "smtp.password";
/// From whom mails come.
pub const FROM: &str = "smtp.from";

/// A mail server that takes longer is away.
const PATIENCE: Duration = Duration::from_secs(20);

/// Why a mail was not sent.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// A setting is missing or not valid.
    #[error("the setting `{0}` is missing or not valid")]
    Setting(&'static str),
    /// The mail could not be made.
    #[error("the mail cannot be made")]
    Message(#[from] lettre::error::Error),
    /// The server did not answer in time.
    #[error("the mail server did not answer within {} seconds", PATIENCE.as_secs())]
    Silent,
    /// The server did not take it.
    #[error("the mail server did not take it: {0}")]
    Server(#[from] lettre::transport::smtp::Error),
}

impl MailError {
    /// What failed and what to do, for people.
    pub fn text(&self) -> Text {
        match self {
            Self::Setting(_) | Self::Message(_) => Text::new(
                "Die Angaben zum Mailserver sind unvollständig. Bitte sehen Sie Adresse, Absender und Passwort durch.",
                "What is said about the mail server is not complete. Please look through address, sender and password.",
            ),
            Self::Silent => Text::new(
                "Der Mailserver antwortet nicht. Bitte prüfen Sie Name, Port und Verschlüsselung: Zu TLS gehört meist Port 465, zu STARTTLS Port 587.",
                "The mail server does not answer. Please check name, port and encryption: TLS mostly uses port 465, STARTTLS port 587.",
            ),
            Self::Server(error) if is_about_certificate(error) => Text::new(
                "Dem Zertifikat des Mailservers vertraut dieser Server nicht. Prüfen Sie den Namen. Gehört der Mailserver Ihrer Praxis oder Firma, nehmen Sie dessen Stammzertifikat in das Betriebssystem auf, und starten Sie Visite neu.",
                "This server does not trust the certificate of the mail server. Check the name. If the mail server belongs to your practice or company, add its root certificate to the operating system, and start Visite again.",
            ),
            Self::Server(error) if !error.is_permanent() && !error.is_transient() => Text::new(
                format!(
                    "Der Mailserver ist so nicht zu erreichen. Bitte prüfen Sie Name, Port und Verschlüsselung. Meldung: {error}"
                ),
                format!(
                    "The mail server cannot be reached like this. Please check name, port and encryption. What was said: {error}"
                ),
            ),
            Self::Server(error) => Text::new(
                format!(
                    "Der Mailserver hat die Nachricht nicht angenommen. Bitte prüfen Sie Name, Port, Verschlüsselung und Anmeldung. Seine Antwort: {error}"
                ),
                format!(
                    "The mail server did not take the message. Please check name, port, encryption and sign-in. Its answer: {error}"
                ),
            ),
        }
    }
}

/// The mail server of the installation.
struct Sender {
    settings: BTreeMap<String, String>,
    password: Option<String>,
}

/// The way to those who are told.
pub struct Post {
    sender: Sender,
    to: Vec<String>,
    lang: Lang,
    practice: String,
    link: String,
}

impl Post {
    /// For a practice; `None` if there is no mail server or nobody is to be told.
    ///
    /// # Errors
    ///
    /// If the store fails.
    pub async fn of(app: &App, practice: &Practice) -> Result<Option<Self>, StoreError> {
        let said = practice.settings.get(ALERTS);
        let text = |name: &str| said.and_then(|said| said.get(name)).and_then(Json::as_str);
        let to: Vec<String> = text(TO)
            .unwrap_or_default()
            .split(',')
            .map(str::trim)
            .filter(|to| !to.is_empty())
            .map(str::to_owned)
            .collect();
        let provider = provider_address(app, practice).await?;
        let to: Vec<String> = to.into_iter().chain(provider).collect();
        let Some(sender) = Sender::of(app).await?.filter(|_| !to.is_empty()) else { return Ok(None) };
        Ok(Some(Self {
            sender,
            to,
            lang: text(LANGUAGE).and_then(Lang::from_word).unwrap_or(Lang::De),
            practice: practice.name.clone(),
            link: app.url().join(&format!("/p/{}", practice.id)),
        }))
    }

    /// Who is told.
    pub fn to(&self) -> &[String] {
        &self.to
    }

    /// Sends one mail about a cause.
    ///
    /// # Errors
    ///
    /// If a setting is missing or not valid, or the server does not take the mail.
    pub async fn send(&self, cause: Cause, what: &[&Text]) -> Result<(), MailError> {
        let (subject, body) = letter(cause, what, &self.practice, &self.link, self.lang);
        self.sender.send(&self.to, subject, body).await
    }
}

/// Where the provider wants alerts of this practice, if it wants them, and has access to it.
async fn provider_address(app: &App, practice: &Practice) -> Result<Option<String>, StoreError> {
    let now = app.now();
    let today = now.to_zoned_datetime(TimeZone::UTC).date();
    if Policies::load(app).await?.value(Policy::Alerts, &practice.id, today) != "both" {
        return Ok(None);
    }
    let members = app.store().practice(practice.id.clone()).members().await?;
    let of_provider = |one: &Membership| one.role.is_of_provider() && one.is_in_force(now);
    if !members.iter().any(of_provider) {
        return Ok(None);
    }
    let brand = app.store().setting(BRANDING).await?;
    let brand: Option<Json> = brand.and_then(|text| serde_json::from_str(&text).ok());
    let address = brand.as_ref().and_then(|brand| brand.get("mail")).and_then(Json::as_str);
    Ok(address.filter(|address| !address.is_empty()).map(str::to_owned))
}

/// Sends a mail that says nothing but that mails arrive. `false` if no mail server is set.
///
/// # Errors
///
/// The store's, or why it could not be sent, in words for people.
pub async fn try_out(app: &App, to: &str, lang: Lang) -> Result<Result<bool, MailError>, StoreError> {
    let Some(sender) = Sender::of(app).await? else { return Ok(Ok(false)) };
    let (subject, body) = match lang {
        Lang::De => ("Visite: Probe", "Diese Nachricht zeigt, dass Mails von Visite ankommen.\n"),
        Lang::En => ("Visite: a try", "This message shows that mails from Visite arrive.\n"),
    };
    Ok(sender.send(&[to.to_owned()], subject.to_owned(), body.to_owned()).await.map(|()| true))
}

impl Sender {
    /// As it is set; `None` if no server is.
    async fn of(app: &App) -> Result<Option<Self>, StoreError> {
        let settings = app.store().settings().await?;
        if !settings.contains_key(HOST) {
            return Ok(None);
        }
        let opened = settings.get(PASSWORD).and_then(|sealed| app.sealer().open(PASSWORD, sealed).ok());
        Ok(Some(Self { password: opened.and_then(|bytes| String::from_utf8(bytes).ok()), settings }))
    }

    async fn send(&self, to: &[String], subject: String, body: String) -> Result<(), MailError> {
        let mailbox = |text: &str, setting| text.parse::<Mailbox>().map_err(|_| MailError::Setting(setting));
        let from = self.settings.get(FROM).ok_or(MailError::Setting(FROM))?;
        let mut message = Message::builder().from(mailbox(from, FROM)?);
        for to in to {
            message = message.to(mailbox(to, TO)?);
        }
        let transport = self.transport()?;
        // The library waits without end once it is connected.
        let sent = transport.send(message.subject(subject).body(body)?);
        tokio::time::timeout(PATIENCE, sent).await.map_err(|_| MailError::Silent)??;
        Ok(())
    }

    fn transport(&self) -> Result<AsyncSmtpTransport<Tokio1Executor>, MailError> {
        let host = self.settings.get(HOST).ok_or(MailError::Setting(HOST))?;
        let builder = match self.settings.get(SECURITY).map(String::as_str) {
            None | Some("tls") => AsyncSmtpTransport::<Tokio1Executor>::relay(host)?,
            Some("starttls") => AsyncSmtpTransport::<Tokio1Executor>::starttls_relay(host)?,
            Some("none") => AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host.as_str()),
            Some(_) => return Err(MailError::Setting(SECURITY)),
        };
        let builder = match self.settings.get(PORT) {
            Some(port) => builder.port(port.parse().map_err(|_| MailError::Setting(PORT))?),
            None => builder,
        };
        let builder = match (self.settings.get(USER), &self.password) {
            (Some(user), Some(password)) => builder.credentials(Credentials::new(user.clone(), password.clone())),
            (Some(_), None) => return Err(MailError::Setting(PASSWORD)),
            (None, _) => builder,
        };
        Ok(builder.build())
    }
}

/// Subject and text of a mail. A mail is read by others on its way: it says what, and the pages say the rest.
fn letter(cause: Cause, what: &[&Text], practice: &str, link: &str, lang: Lang) -> (String, String) {
    let (title, next) = said(cause);
    let list: String = what.iter().map(|what| format!("- {}\n", what.get(lang))).collect();
    let subject = format!("{practice}: {}", title.get(lang));
    let (more, note) = match lang {
        Lang::De => ("Mehr dazu:", "Diese Nachricht kommt einmal. Visite sieht selbst, wann es erledigt ist."),
        Lang::En => ("More:", "This message comes once. Visite sees by itself when it is done."),
    };
    (subject, format!("{}\n\n{list}\n{}\n\n{more} {link}\n\n{note}\n", title.get(lang), next.get(lang)))
}

/// What is the matter, and what to do next.
fn said(cause: Cause) -> (Text, Text) {
    let (title, next) = match cause {
        Cause::BackupOverdue => (
            ("Die Datensicherung ist überfällig", "The backup is overdue"),
            (
                "Bitte lassen Sie prüfen, ob das Sicherungsmedium angeschlossen ist und die Sicherung läuft.",
                "Please have someone see whether the backup medium is connected and the backup runs.",
            ),
        ),
        Cause::MalwareProtectionOff => (
            ("Der Virenschutz ist aus oder veraltet", "Protection against malware is off or out of date"),
            ("Bitte schalten Sie ihn wieder ein.", "Please switch it on again."),
        ),
        Cause::AgentSilent => (
            ("Ein Computer meldet sich nicht mehr", "A computer does not report any more"),
            (
                "Bitte sehen Sie nach, ob er eingeschaltet ist und Netz hat. Gibt es ihn nicht mehr, melden Sie ihn ab.",
                "Please see whether it is on and has network. If it is gone, end its access.",
            ),
        ),
        Cause::NewAdministrator => (
            ("Es gibt einen neuen Administrator", "There is a new administrator"),
            (
                "Bitte klären Sie, wer das Konto angelegt hat und ob es gebraucht wird.",
                "Please find out who made the account and whether it is needed.",
            ),
        ),
        Cause::Expiring => (
            ("Etwas läuft ab", "Something is about to end"),
            ("Bitte lassen Sie es rechtzeitig erneuern.", "Please have it renewed in time."),
        ),
        Cause::UnknownDevice => (
            ("Ein unbekanntes Gerät steht in einem geschützten Bereich", "An unknown device is in a protected zone"),
            (
                "Bitte sehen Sie nach, wem es gehört. Kennt es niemand, ziehen Sie das Netzkabel.",
                "Please see whose it is. If nobody knows it, unplug its network cable.",
            ),
        ),
    };
    (Text::new(title.0, title.1), Text::new(next.0, next.1))
}
