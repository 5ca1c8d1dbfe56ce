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

/// A role that was offered and not taken yet.
pub struct Offer<'a> {
    /// Id of the account.
    pub id: &'a str,
    /// What the inviter calls the person.
    pub name: &'a str,
    /// E-mail address.
    pub email: &'a str,
    /// Role.
    pub role: Role,
    /// Until when it can be taken.
    pub expires: Timestamp,
    /// Whether the person who looks may take it back.
    pub may_withdraw: bool,
}

/// What the person who looks may grant.
pub struct Invitable<'a> {
    /// Roles to choose from; empty if none.
    pub roles: &'a [Role],
    /// What was not right with the last try.
    pub wrong: Option<&'a str>,
}

/// The page of people and roles of `practice`, whose pages begin with `base`.
pub fn people(
    lang: Lang,
    zone: &TimeZone,
    base: &str,
    people: &[Person<'_>],
    offers: &[Offer<'_>],
    invitable: &Invitable<'_>,
) -> Markup {
    let (provider, own): (Vec<_>, Vec<_>) = people.iter().partition(|person| person.role.is_of_provider());
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
        @if !offers.is_empty() {
            section.block {
                h2 { (t(lang, "Eingeladen, noch nicht angenommen", "Invited, not accepted yet")) }
                (offer_table(lang, zone, base, offers))
            }
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

fn offer_table(lang: Lang, zone: &TimeZone, base: &str, offers: &[Offer<'_>]) -> Markup {
    html! {
        table.list {
            thead { tr {
                th scope="col" { (t(lang, "Name", "Name")) }
                th scope="col" { (t(lang, "E-Mail-Adresse", "E-mail address")) }
                th scope="col" { (t(lang, "Rolle", "Role")) }
                th scope="col" { (t(lang, "Link gilt bis", "Link counts until")) }
                th scope="col" { (t(lang, "Ändern", "Change")) }
            } }
            tbody {
                @for offer in offers {
                    tr {
                        th scope="row" { (offer.name) }
                        td data-label=(t(lang, "E-Mail-Adresse", "E-mail address")) { (offer.email) }
                        td data-label=(t(lang, "Rolle", "Role")) { (role_name(lang, offer.role)) }
                        td data-label=(t(lang, "Link gilt bis", "Link counts until")) { (super::moment(lang, zone, offer.expires)) }
                        td {
                            @if offer.may_withdraw {
                                form method="post" action={ (base) "/people/" (offer.id) "/withdraw" } {
                                    button.plainly aria-label={ (t(lang, "Zurückziehen: ", "Withdraw: ")) (offer.name) } { (t(lang, "Zurückziehen", "Withdraw")) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// After access was given: the link to pass on.
pub fn invited(lang: Lang, base: &str, name: &str, link: &str) -> Markup {
    html! {
        p {
            @match lang {
                Lang::De => { "Geben Sie diesen Link an " strong { (name) } " weiter, am besten persönlich. Er gilt einmal und 3 Tage lang. Visite zeigt ihn nur jetzt." }
                Lang::En => { "Pass this link on to " strong { (name) } ", best in person. It counts once and for 3 days. Visite shows it only now." }
            }
        }
        (link_and_back(lang, base, link))
    }
}

/// After a role was offered to whoever has an account already: the link that takes it.
pub fn offered(lang: Lang, base: &str, name: &str, email: &str, link: &str) -> Markup {
    html! {
        p {
            @match lang {
                Lang::De => {
                    "Mit dieser E-Mail-Adresse gibt es auf diesem Server schon ein Konto. Geben Sie den Link an " strong { (name) }
                    " weiter, am besten persönlich. Wer sich als " strong { (email) }
                    " anmeldet und ihn öffnet, bekommt den Zugang. Er gilt einmal und 3 Tage lang. Visite zeigt ihn nur jetzt."
                }
                Lang::En => {
                    "There already is an account with this e-mail address on this server. Pass the link on to " strong { (name) }
                    ", best in person. Whoever signs in as " strong { (email) }
                    " and opens it gets the access. It counts once and for 3 days. Visite shows it only now."
                }
            }
        }
        (link_and_back(lang, base, link))
    }
}

fn link_and_back(lang: Lang, base: &str, link: &str) -> Markup {
    html! {
        p { code.link { (link) } }
        p { a href={ (base) "/people" } { (t(lang, "Zu Menschen und Rollen", "To people and roles")) } }
    }
}

/// What is offered to somebody.
pub struct Taking<'a> {
    /// What stands in the link.
    pub link: &'a str,
    /// Name of the practice.
    pub practice: &'a str,
    /// The role.
    pub role: Role,
    /// With which account.
    pub email: &'a str,
}

/// The page that takes an offered role.
pub fn taking(lang: Lang, taking: &Taking<'_>) -> Markup {
    let Taking { link, practice, role, email } = taking;
    html! {
        p {
            @match lang {
                Lang::De => { strong { (practice) } " lädt Sie ein. Ihre Rolle dort: " strong { (role_name(lang, *role)) } ". Sie nehmen sie mit dem Konto " strong { (email) } " an." }
                Lang::En => { strong { (practice) } " invites you. Your role there: " strong { (role_name(lang, *role)) } ". You accept it with the account " strong { (email) } "." }
            }
        }
        form.narrow-form method="post" action={ "/join/" (link) } {
            div.buttons { button autofocus { (t(lang, "Zugang annehmen", "Accept access")) } }
        }
    }
}

/// The page of a link that offers nothing to this account.
pub fn not_offered(lang: Lang, email: &str) -> Markup {
    html! {
        (problem(lang, Some(t(lang,
            "Dieser Link gilt nicht mehr, oder er ist für ein anderes Konto gemacht. Jeder Link gilt nur einmal und nur für kurze Zeit.",
            "This link is no longer valid, or was made for another account. Each link counts only once and only for a short time."))))
        p {
            @match lang {
                Lang::De => { "Angemeldet sind Sie als " strong { (email) } ". Ist der Link für ein anderes Konto von Ihnen, melden Sie sich ab und mit diesem an. Sonst bitten Sie um einen neuen." }
                Lang::En => { "You are signed in as " strong { (email) } ". If the link is for another account of yours, sign out and sign in with that one. Otherwise ask for a new one." }
            }
        }
        p { a href="/" { (t(lang, "Zur Startseite", "To the start page")) } }
    }
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
