//! The own account: name and language, password, second factors, sessions.

use super::t;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use maud::{Markup, html};
use visite_facts::Lang;

/// What the page of the own account shows.
pub struct OwnAccount<'a> {
    /// Name of the person.
    pub name: &'a str,
    /// E-mail address; empty if there is none yet.
    pub email: &'a str,
    /// Whether a password is set.
    pub password: bool,
    /// Whether an app with codes is set up.
    pub app: bool,
    /// Passkeys: key, the name that the person gave, when it was added.
    pub passkeys: Vec<(&'a str, &'a str, Timestamp)>,
    /// Recovery codes that are left.
    pub recovery_codes: usize,
    /// Open sessions.
    pub sessions: Vec<OwnSession<'a>>,
    /// Whether the account works only with a second factor, so that the last one cannot be removed.
    pub demanded: bool,
    /// The service by which people can sign in, if there is one.
    pub service: Option<OwnService<'a>>,
}

/// The account elsewhere, as its owner sees it.
pub struct OwnService<'a> {
    /// What stands on the button.
    pub label: &'a str,
    /// What people call the account there, and since when the two are linked.
    pub linked: Option<(&'a str, Timestamp)>,
    /// Whether it can be linked from the address that the browser uses.
    pub here: bool,
}

/// A session, as its owner sees it.
pub struct OwnSession<'a> {
    /// Names it.
    pub id: &'a str,
    /// Address of the computer.
    pub address: &'a str,
    /// Browser, as it calls itself.
    pub program: &'a str,
    /// When it was used last.
    pub used: Timestamp,
    /// Whether it is the one that asks.
    pub this: bool,
}

/// The page of the own account. `saved` says that a change was kept.
pub fn account(lang: Lang, zone: &TimeZone, own: &OwnAccount<'_>, saved: bool) -> Markup {
    let when = |at: Timestamp| super::moment(lang, zone, at);
    html! {
        @if saved { p.message.good-message role="status" { (t(lang, "Gespeichert.", "Saved.")) } }
        section.block { (super::set_up::person_form(lang, own.name, own.email)) }
        section.block {
            h2 { (t(lang, "Anmeldung", "Signing in")) }
            dl.facts.one {
                dt { (t(lang, "Passwort", "Password")) }
                dd {
                    @if own.password { (t(lang, "gesetzt", "set")) } @else { (t(lang, "noch keines", "none yet")) }
                    " · " a href="/account/password" { @if own.password { (t(lang, "Passwort ändern", "Change password")) } @else { (t(lang, "Passwort wählen", "Choose a password")) } }
                }
                dt { (t(lang, "App mit Codes", "App with codes")) }
                dd {
                    @if own.app { (t(lang, "eingerichtet", "set up")) } @else { (t(lang, "nicht eingerichtet", "not set up")) }
                    " · " a href="/account/app" { @if own.app { (t(lang, "Neues Handy einrichten", "Set up a new phone")) } @else { (t(lang, "Einrichten", "Set up")) } }
                    @if own.app && (!own.demanded || !own.passkeys.is_empty()) {
                        form method="post" action="/account/app/remove" { button.plainly { (t(lang, "App entfernen", "Remove the app")) } }
                    }
                }
                dt { (t(lang, "Passkeys", "Passkeys")) }
                dd {
                    @if own.passkeys.is_empty() { (t(lang, "keine", "none")) }
                    @else {
                        ul {
                            @for (id, name, added) in &own.passkeys {
                                li {
                                    (name) " · " (t(lang, "angelegt am", "added on")) " " (when(*added))
                                    @if !own.demanded || own.app || own.passkeys.len() > 1 {
                                        form method="post" action="/account/passkey/remove" {
                                            input type="hidden" name="id" value=(id);
                                            button.plainly aria-label={ (t(lang, "Passkey entfernen: ", "Remove passkey: ")) (name) } { (t(lang, "Entfernen", "Remove")) }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
                @if let Some(service) = &own.service { (elsewhere(lang, service, when)) }
                dt { (t(lang, "Notfallcodes", "Recovery codes")) }
                dd { (own.recovery_codes) " " (t(lang, "übrig", "left")) " · " a href="/account/recovery" { (t(lang, "Neue Codes", "New codes")) } }
            }
        }
        section.block {
            h2 { (t(lang, "Wo Sie angemeldet sind", "Where you are signed in")) }
            table.list {
                thead { tr {
                    th scope="col" { (t(lang, "Browser", "Browser")) }
                    th scope="col" { (t(lang, "Adresse", "Address")) }
                    th scope="col" { (t(lang, "Zuletzt benutzt", "Last used")) }
                    th scope="col" { (t(lang, "Abmelden", "Sign out")) }
                } }
                tbody {
                    @for session in &own.sessions {
                        tr {
                            th scope="row" { (browser(lang, session.program)) @if session.this { " (" (t(lang, "hier", "here")) ")" } }
                            td data-label=(t(lang, "Adresse", "Address")) { (session.address) }
                            td data-label=(t(lang, "Zuletzt benutzt", "Last used")) { (when(session.used)) }
                            td {
                                form method="post" action="/account/session/end" {
                                    input type="hidden" name="id" value=(session.id);
                                    button.plainly aria-label={ (t(lang, "Abmelden: ", "Sign out: ")) (browser(lang, session.program)) ", " (session.address) } { (t(lang, "Abmelden", "Sign out")) }
                                }
                            }
                        }
                    }
                }
        }
        @if own.sessions.len() > 1 {
            form.narrow-form method="post" action="/account/sessions/end" {
                div.buttons { button.quiet { (t(lang, "Überall sonst abmelden", "Sign out everywhere else")) } }
            }
        }
        }
    }
}

fn elsewhere(lang: Lang, service: &OwnService<'_>, when: impl Fn(Timestamp) -> String) -> Markup {
    html! {
        dt { (t(lang, "Anmeldedienst", "Sign-in service")) }
        dd {
            @match service.linked {
                Some((name, at)) => {
                    (t(lang, "verbunden mit", "linked with")) " " (name) " · " (when(at))
                    form method="post" action="/account/oidc/remove" {
                        button.plainly { (t(lang, "Verbindung lösen", "End the link")) }
                    }
                }
                None => {
                    (t(lang, "nicht verbunden", "not linked"))
                    @if service.here {
                        " · " a href="/account/oidc" { (t(lang, "Verbinden", "Link")) ": " (service.label) }
                    }
                }
            }
        }
    }
}

/// What a person calls the browser that names itself `program`.
fn browser<'a>(lang: Lang, program: &str) -> &'a str {
    // Most browsers name others as well, so the order matters.
    const KNOWN: &[(&str, &str)] = &[
        ("Edg/", "Microsoft Edge"),
        ("Firefox/", "Firefox"),
        ("OPR/", "Opera"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ];
    KNOWN
        .iter()
        .find(|(mark, _)| program.contains(mark))
        .map_or(t(lang, "anderer Browser", "another browser"), |(_, name)| name)
}
