//! People of a practice and their roles; the access of the provider, with its end.

use super::{problem, t};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use maud::{Markup, html};
use visite_facts::Lang;
use visite_store::Role;

/// Somebody with a role in the practice.
pub struct Person<'a> {
    /// Id of the account.
    pub id: &'a str,
    /// Name.
    pub name: &'a str,
    /// E-mail address.
    pub email: &'a str,
    /// Role.
    pub role: Role,
    /// Until when the role lasts.
    pub until: Option<Timestamp>,
    /// Whether that has passed.
    pub ended: bool,
    /// Whether the person who looks may end it.
    pub may_end: bool,
    /// Whether the person who looks may send a link to set up the access anew.
    pub may_renew: bool,
}

/// What the person who looks may grant.
pub struct Invitable<'a> {
    /// Roles to choose from; empty if none.
    pub roles: &'a [Role],
    /// What was not right with the last try.
    pub wrong: Option<&'a str>,
}

/// The page of people and roles of `practice`, whose pages begin with `base`.
pub fn people(lang: Lang, zone: &TimeZone, base: &str, people: &[Person<'_>], invitable: &Invitable<'_>) -> Markup {
    let (provider, own): (Vec<_>, Vec<_>) = people.iter().partition(|person| is_provider(person.role));
    html! {
        section.block {
            h2 { (t(lang, "In der Praxis", "In the practice")) }
            (table(lang, zone, base, &own, t(lang, "In der Praxis hat noch niemand Zugang.", "Nobody in the practice has access yet.")))
        }
        section.block {
            h2 { (t(lang, "IT-Dienstleister", "IT provider")) }
            (table(lang, zone, base, &provider, t(lang,
                "Kein IT-Dienstleister sieht diese Praxis.", "No IT provider sees this practice.")))
        }
        @if !invitable.roles.is_empty() {
            h2 { (t(lang, "Zugang geben", "Give access")) }
            (problem(lang, invitable.wrong))
            form.narrow-form method="post" action={ (base) "/people" } {
                div.field {
                    label for="name" { (t(lang, "Name", "Name")) }
                    input #name type="text" name="name" required maxlength="200" autocomplete="off";
                }
                div.field {
                    label for="email" { (t(lang, "E-Mail-Adresse", "E-mail address")) }
                    input #email type="email" name="email" required maxlength="254" autocomplete="off";
                }
                div.field {
                    label for="role" { (t(lang, "Rolle", "Role")) }
                    select #role name="role" required {
                        @for role in invitable.roles { option value=(role) { (role_name(lang, *role)) ": " (role_rights(lang, *role)) } }
                    }
                }
                div.field {
                    label for="until" { (t(lang, "Bis einschließlich (für IT-Dienstleister und Prüfer nötig)", "Up to and including (needed for IT providers and auditors)")) }
                    input #until type="date" name="until";
                }
                div.buttons { button { (t(lang, "Zugang geben", "Give access")) } }
            }
        }
    }
}

fn table(lang: Lang, zone: &TimeZone, base: &str, people: &[&Person<'_>], empty: &str) -> Markup {
    html! {
        @if people.is_empty() { p { (empty) } } @else {
            table.list {
                thead { tr {
                    th scope="col" { (t(lang, "Name", "Name")) }
                    th scope="col" { (t(lang, "E-Mail-Adresse", "E-mail address")) }
                    th scope="col" { (t(lang, "Rolle", "Role")) }
                    th scope="col" { (t(lang, "Bis", "Until")) }
                    th scope="col" { (t(lang, "Ändern", "Change")) }
                } }
                tbody {
                    @for person in people {
                        tr {
                            th scope="row" { (person.name) }
                            td data-label=(t(lang, "E-Mail-Adresse", "E-mail address")) { (person.email) }
                            td data-label=(t(lang, "Rolle", "Role")) { (role_name(lang, person.role)) }
                            td data-label=(t(lang, "Bis", "Until")) {
                                @match person.until {
                                    Some(until) => { (super::moment(lang, zone, until)) @if person.ended { " (" (t(lang, "beendet", "ended")) ")" } }
                                    None => (t(lang, "unbefristet", "without end")),
                                }
                            }
                            td {
                                @if person.may_end {
                                    form method="post" action={ (base) "/people/" (person.id) "/end" } {
                                        button.plainly aria-label={ (t(lang, "Zugang beenden: ", "End access: ")) (person.name) } { (t(lang, "Zugang beenden", "End access")) }
                                    }
                                }
                                @if person.may_renew {
                                    form method="post" action={ (base) "/people/" (person.id) "/link" } {
                                        button.plainly aria-label={ (t(lang, "Neuer Link: ", "New link: ")) (person.name) } { (t(lang, "Neuer Link (Zugang neu einrichten)", "New link (set up access anew)")) }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// After access was given: the link to pass on, or the news that the account was there already.
pub fn invited(lang: Lang, base: &str, name: &str, link: Option<&str>) -> Markup {
    html! {
        @match link {
            Some(link) => {
                p {
                    @match lang {
                        Lang::De => { "Geben Sie diesen Link an " strong { (name) } " weiter, am besten persönlich. Er gilt einmal und 3 Tage lang. Visite zeigt ihn nur jetzt." }
                        Lang::En => { "Pass this link on to " strong { (name) } ", best in person. It counts once and for 3 days. Visite shows it only now." }
                    }
                }
                p { code.link { (link) } }
            }
            None => p {
                @match lang {
                    Lang::De => { strong { (name) } " hat schon ein Konto und sieht die Praxis nach der nächsten Anmeldung." }
                    Lang::En => { strong { (name) } " already has an account and will see the practice after signing in." }
                }
            }
        }
        p { a href={ (base) "/people" } { (t(lang, "Zu Menschen und Rollen", "To people and roles")) } }
    }
}

fn is_provider(role: Role) -> bool {
    matches!(role, Role::ProviderAdmin | Role::Technician)
}

/// What a role is called.
pub fn role_name(lang: Lang, role: Role) -> &'static str {
    match role {
        Role::ProviderAdmin => t(lang, "IT-Dienstleister, Leitung", "IT provider, lead"),
        Role::Technician => t(lang, "IT-Dienstleister, Technik", "IT provider, technician"),
        Role::PracticeOwner => t(lang, "Inhaberin oder Inhaber", "Owner"),
        Role::PracticeManager => t(lang, "Praxismanagement", "Practice manager"),
        Role::DataProtectionOfficer => t(lang, "Datenschutz", "Data protection officer"),
        Role::Staff => t(lang, "Team", "Team"),
        Role::Auditor => t(lang, "Prüferin oder Prüfer", "Auditor"),
    }
}

/// What a role may do, in a few words.
fn role_rights(lang: Lang, role: Role) -> &'static str {
    match role {
        Role::ProviderAdmin => {
            t(lang, "sieht und entscheidet alles, bis zum Datum", "sees and decides everything, until the date")
        }
        Role::Technician => t(
            lang,
            "bearbeitet Feststellungen und Geräte, bis zum Datum",
            "works on findings and devices, until the date",
        ),
        Role::PracticeOwner => t(lang, "sieht und entscheidet alles", "sees and decides everything"),
        Role::PracticeManager => t(lang, "bearbeitet Feststellungen und Schulungen", "works on findings and training"),
        Role::DataProtectionOfficer => t(lang, "liest alles", "reads everything"),
        Role::Staff => t(lang, "sieht die eigenen Schulungen", "sees the own training"),
        Role::Auditor => t(lang, "liest alles, bis zum Datum", "reads everything, until the date"),
    }
}
