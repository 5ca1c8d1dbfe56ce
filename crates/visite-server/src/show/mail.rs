//! The mail server of the installation: set, tried, forgotten.

use super::desk::Desk;
use crate::alerts::mail::{self, FROM, HOST, PASSWORD, PORT, SECURITY, USER};
use crate::login::session::is_placeholder;
use crate::pages::mail::{self as page, View};
use crate::web::input::Input;
use crate::web::refusal::{Refusal, redirect};
use crate::web::urls::is_loopback_name;
use axum::response::Response;
use lettre::message::Mailbox;
use maud::Markup;
use serde::Deserialize;
use serde_json::json;
use visite_facts::Text;

/// Longest answer to one question, in characters.
const MOST_OF_FIELD: usize = 253;

/// The form.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Form {
    host: String,
    port: String,
    security: String,
    user: String,
    password: String,
    forget: Option<String>,
    from: String,
}

async fn view(desk: &Desk) -> Result<View, Refusal> {
    let kept = desk.app.store().settings().await?;
    let text = |name: &str| kept.get(name).cloned().unwrap_or_default();
    let security = text(SECURITY);
    Ok(View {
        host: text(HOST),
        port: text(PORT),
        security: if security.is_empty() { "tls".to_owned() } else { security },
        user: text(USER),
        has_password: kept.contains_key(PASSWORD),
        from: text(FROM),
        kept: kept.contains_key(HOST),
        to: desk.visitor.account.email.clone(),
    })
}

/// `GET /mail`
pub async fn show(desk: Desk) -> Result<Markup, Refusal> {
    let view = view(&desk).await?;
    Ok(desk.show(|frame| page::page(frame, &view)))
}

/// `POST /mail`. An empty password leaves the one that is kept.
pub async fn save(desk: Desk, Input(form): Input<Form>) -> Result<Response, Refusal> {
    let form = trimmed(form);
    if let Some(problem) = problem(&form) {
        let kept = view(&desk).await?;
        let Form { host, port, security, user, from, .. } = form;
        let again = View { host, port, security, user, from, ..kept };
        let problem = problem.get(desk.lang).to_owned();
        return Ok(desk.show_problem(&problem, |frame| page::page(frame, &again)));
    }
    let sealed = match form.password.as_str() {
        "" => None,
        password => Some(desk.app.sealer().seal(PASSWORD, password.as_bytes(), desk.app.random()?)?),
    };
    // The address comes last: nothing is sent before all of it is there. What a server was told stays with it: another
    // one gets no password that was meant for the first.
    let kept = desk.app.store().setting(HOST).await?;
    let moved = kept.is_some_and(|kept| kept != form.host);
    let said = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let mut settings = vec![
        (SECURITY, said(&form.security)),
        (PORT, said(&form.port)),
        (FROM, said(&form.from)),
        (USER, said(&form.user)),
    ];
    if sealed.is_some() || moved || form.forget.is_some() {
        settings.insert(0, (PASSWORD, sealed));
    }
    settings.push((HOST, said(&form.host)));
    let event = desk.event("mail.changed", json!({ "host": form.host, "security": form.security }));
    for (name, value) in settings {
        desk.app.store().set_setting(&event, name, value.as_deref()).await?;
    }
    Ok(redirect("/mail?done=saved"))
}

fn trimmed(form: Form) -> Form {
    let trim = |text: &str| text.trim().to_owned();
    Form {
        host: trim(&form.host).to_ascii_lowercase(),
        port: trim(&form.port),
        user: trim(&form.user),
        from: trim(&form.from),
        ..form
    }
}

/// What is not right in the form.
fn problem(form: &Form) -> Option<Text> {
    let is_line = |text: &str| text.chars().count() <= MOST_OF_FIELD && !text.chars().any(char::is_control);
    let is_name =
        |host: &str| !host.is_empty() && host.chars().all(|sign| sign.is_ascii_alphanumeric() || ".-:".contains(sign));
    if !is_name(&form.host)
        || ![&form.host, &form.user, &form.from, &form.password].into_iter().all(|text| is_line(text))
    {
        return Some(Text::new(
            "Bitte geben Sie den Namen des Mailservers an, zum Beispiel smtp.anbieter.example.",
            "Please give the name of the mail server, e.g. smtp.provider.example.",
        ));
    }
    if !page::SECURITY.iter().any(|(word, ..)| *word == form.security) {
        return Some(Text::new("Bitte wählen Sie die Verschlüsselung aus.", "Please choose the encryption."));
    }
    if form.security == "none" && !is_loopback_name(&form.host) {
        return Some(Text::new(
            "Ohne Verschlüsselung geht es nur zu einem Mailserver auf diesem Computer. Wählen Sie TLS oder STARTTLS.",
            "Without encryption only a mail server on this computer can be used. Choose TLS or STARTTLS.",
        ));
    }
    if !form.port.is_empty() && !form.port.parse::<u16>().is_ok_and(|port| port > 0) {
        return Some(Text::new(
            "Der Port ist eine Zahl von 1 bis 65535. Lassen Sie das Feld leer, wenn Sie ihn nicht kennen.",
            "The port is a number from 1 to 65535. Leave the field empty if you do not know it.",
        ));
    }
    if form.from.parse::<Mailbox>().is_err() {
        return Some(Text::new(
            "Der Absender ist eine E-Mail-Adresse, zum Beispiel visite@praxis.example.",
            "The sender is an e-mail address, e.g. visite@practice.example.",
        ));
    }
    None
}

/// `POST /mail/try`: a mail to whoever asks.
pub async fn try_out(desk: Desk) -> Result<Response, Refusal> {
    let to = desk.visitor.account.email.clone();
    let view = view(&desk).await?;
    let problem = if is_placeholder(&to) {
        Text::new(
            "Ihre E-Mail-Adresse ist noch nicht bekannt. Tragen Sie sie unter Ihrem Konto ein.",
            "Your e-mail address is not known yet. Enter it in your account.",
        )
    } else {
        match mail::try_out(&desk.app, &to, desk.lang).await? {
            Ok(true) => return Ok(redirect("/mail?done=tried")),
            Ok(false) => Text::new("Es ist noch kein Mailserver eingetragen.", "No mail server has been set yet."),
            Err(error) => {
                tracing::info!(%error, "a mail on trial was not sent");
                error.text()
            }
        }
    };
    let problem = problem.get(desk.lang).to_owned();
    Ok(desk.show_problem(&problem, |frame| page::page(frame, &view)))
}

/// `POST /mail/remove`: nothing is sent any more.
pub async fn remove(desk: Desk) -> Result<Response, Refusal> {
    let event = desk.event("mail.changed", json!({ "host": null }));
    for name in [HOST, PASSWORD, USER, FROM, PORT, SECURITY] {
        desk.app.store().set_setting(&event, name, None).await?;
    }
    Ok(redirect("/mail?done=saved"))
}
