//! Accounts elsewhere: linking one, and what is told when that or signing in with it did not work.

use super::{problem, t};
use maud::{Markup, html};
use visite_facts::Lang;

/// A link that leads to the service. No form: browsers follow none to another site under our policy.
pub(super) fn service_button(address: &str, label: &str, quiet: bool) -> Markup {
    html! { p.buttons { a.button.quiet[quiet] href=(address) { (label) } } }
}

/// What linking an account elsewhere means. `host` names the service, `label` stands on the button.
pub fn link_account(lang: Lang, host: &str, label: &str) -> Markup {
    html! {
        p {
            @match lang {
                Lang::De => { "Visite schickt Sie zu " strong { (host) } ". Melden Sie sich dort mit Ihrem eigenen Konto an. Danach können Sie sich auch damit bei Visite anmelden; Ihr Passwort gilt weiter." }
                Lang::En => { "Visite sends you to " strong { (host) } ". Sign in there with your own account. After that you can use it to sign in to Visite, too; your password stays valid." }
            }
        }
        p {
            (t(lang,
                "An einem gemeinsamen Computer: Achten Sie darauf, dass dort nicht noch jemand anderes angemeldet ist.",
                "On a shared computer: make sure that nobody else is still signed in there."))
        }
        (service_button("/account/oidc/begin", label, false))
        p.more { a href="/account" { (t(lang, "Abbrechen", "Cancel")) } }
    }
}

/// Why somebody did not get in, and the way back.
pub fn not_signed_in(lang: Lang, text: &str, back: &str, word: &str) -> Markup {
    html! {
        (problem(lang, Some(text)))
        p.buttons { a.button href=(back) { (word) } }
    }
}
