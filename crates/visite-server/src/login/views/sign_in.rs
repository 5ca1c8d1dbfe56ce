//! Signing in: name and password, then a code; or a passkey; or a one-time link.

use super::elsewhere::service_button;
use super::{passkey_button, problem, t};
use crate::login::oidc::flow::BEGIN;
use crate::web::refusal::with_next;
use maud::{Markup, html};
use visite_facts::Lang;

/// What was not right with the last try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// E-mail address and password do not fit. Which of both is not said.
    Credentials,
    /// The password is right, but the only second factor was one of the sign-in service, which counts no longer.
    Elsewhere,
    /// The code is wrong or was used.
    Code,
    /// The password is wrong.
    Password,
    /// The link is wrong, old, or was used.
    Link,
}

impl Problem {
    fn text(self, lang: Lang) -> &'static str {
        match self {
            Self::Credentials => t(
                lang,
                "E-Mail-Adresse und Passwort passen nicht zusammen. Achten Sie auf Groß- und Kleinschreibung.",
                "E-mail address and password do not match. Mind capitals and small letters.",
            ),
            Self::Elsewhere => t(
                lang,
                "Ihr zweiter Nachweis war bisher der des Anmeldedienstes, und der zählt hier nicht mehr. Melden Sie sich einmal mit dem Anmeldedienst an, und richten Sie hier einen eigenen ein. Gibt es den Dienst nicht mehr, bitten Sie die Praxisleitung um einen neuen Link.",
                "Your second factor was that of the sign-in service so far, and it no longer counts here. Sign in with the service once and set up one of your own here. If the service is gone, ask the owner of the practice for a new link.",
            ),
            Self::Code => t(
                lang,
                "Dieser Code gilt nicht. Warten Sie, bis die App einen neuen zeigt, und geben Sie ihn ein. Jeder Code gilt nur einmal.",
                "This code is not valid. Wait until the app shows a new one and enter it. Each code counts only once.",
            ),
            Self::Password => t(
                lang,
                "Das Passwort stimmt nicht. Achten Sie auf Groß- und Kleinschreibung.",
                "The password is not right. Mind capitals and small letters.",
            ),
            Self::Link => t(
                lang,
                "Dieser Link gilt nicht mehr. Jeder Link gilt nur einmal und nur für kurze Zeit. Bitten Sie um einen neuen.",
                "This link is no longer valid. Each link counts only once and only for a short time. Ask for a new one.",
            ),
        }
    }
}

/// By what somebody shows who it is.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ways<'a> {
    /// A code, from an app or from paper.
    pub code: bool,
    /// There is an app.
    pub app: bool,
    /// The password.
    pub password: bool,
    /// A passkey.
    pub passkeys: bool,
    /// An account elsewhere; what stands on its button.
    pub service: Option<&'a str>,
}

/// The first page: e-mail address and password, a passkey, or an account elsewhere, whose button says `service`. `next` is
/// where to go afterwards.
pub fn sign_in(
    lang: Lang,
    next: &str,
    email: &str,
    passkeys: bool,
    service: Option<&str>,
    wrong: Option<Problem>,
) -> Markup {
    html! {
        (problem(lang, wrong.map(|wrong| wrong.text(lang))))
        form.narrow-form method="post" action="/login" {
            input type="hidden" name="next" value=(next);
            div.field {
                label for="email" { (t(lang, "E-Mail-Adresse", "E-mail address")) }
                input #email type="email" name="email" value=(email) autocomplete="username webauthn" required maxlength="254" autofocus[email.is_empty()];
            }
            div.field {
                label for="password" { (t(lang, "Passwort", "Password")) }
                input #password type="password" name="password" autocomplete="current-password" required maxlength="1024" autofocus[!email.is_empty()];
            }
            div.buttons { button { (t(lang, "Anmelden", "Sign in")) } }
        }
        @if passkeys {
            (passkey_button(lang, "/login/passkey/question", "/login/passkey/answer", next,
                t(lang, "Mit Passkey anmelden", "Sign in with a passkey")))
        }
        @if let Some(label) = service { (service_button(&with_next(BEGIN, next), label, true)) }
        p.more.small {
            (t(lang,
                "Passwort vergessen? Die Inhaberin oder der Inhaber der Praxis kann Ihnen einen neuen Link schicken.",
                "Forgot your password? The owner of the practice can send you a new link."))
        }
    }
}

/// The second page: a code from the app or from paper, a passkey, or the second factor of an account elsewhere.
pub fn second_step(lang: Lang, next: &str, ways: &Ways<'_>, wrong: Option<Problem>) -> Markup {
    html! {
        (problem(lang, wrong.map(|wrong| wrong.text(lang))))
        @if ways.code {
            (code_form(lang, "/login/code", next, ways.app))
        } @else {
            p {
                (t(lang,
                    "Ihr zweiter Nachweis ist der des Anmeldedienstes. Melden Sie sich dort an, und bestätigen Sie die Anmeldung mit Handy oder Schlüssel.",
                    "Your second factor is that of the sign-in service. Sign in there, and confirm it with your phone or key."))
            }
            @if let Some(label) = ways.service { (service_button(&with_next(BEGIN, next), label, false)) }
        }
        @if ways.passkeys {
            (passkey_button(lang, "/login/passkey/question", "/login/passkey/answer", next,
                t(lang, "Mit Passkey bestätigen", "Confirm with a passkey")))
        }
        (super::sign_out(lang))
    }
}

/// Before something that matters: once more a code, or the password where there is no second factor, or the account
/// elsewhere where there is no password.
pub fn step_up(lang: Lang, next: &str, ways: &Ways<'_>, wrong: Option<Problem>) -> Markup {
    html! {
        p {
            (t(lang,
                "Der nächste Schritt betrifft die Sicherheit. Deshalb fragt Visite noch einmal nach.",
                "The next step concerns security. That is why Visite asks once more."))
        }
        (problem(lang, wrong.map(|wrong| wrong.text(lang))))
        @if ways.code {
            (code_form(lang, "/login/again", next, ways.app))
        } @else if ways.password {
            form.narrow-form method="post" action="/login/again" {
                input type="hidden" name="next" value=(next);
                div.field {
                    label for="password" { (t(lang, "Passwort", "Password")) }
                    input #password type="password" name="password" autocomplete="current-password" required maxlength="1024" autofocus;
                }
                div.buttons { button { (t(lang, "Bestätigen", "Confirm")) } }
            }
        }
        @if let Some(label) = ways.service {
            (service_button(&format!("{}&again=1", with_next(BEGIN, next)), label, ways.code || ways.password))
        }
        @if ways.passkeys {
            (passkey_button(lang, "/login/passkey/question", "/login/passkey/answer", next,
                t(lang, "Mit Passkey bestätigen", "Confirm with a passkey")))
        }
    }
}

fn code_form(lang: Lang, action: &str, next: &str, app: bool) -> Markup {
    html! {
        form.narrow-form method="post" action=(action) {
            input type="hidden" name="next" value=(next);
            div.field {
                label for="code" {
                    @if app { (t(lang, "Code aus Ihrer App, sechs Ziffern", "Code from your app, six digits")) }
                    @else { (t(lang, "Notfallcode", "Recovery code")) }
                }
                p.help #help {
                    @if app {
                        (t(lang,
                            "Handy nicht da? Geben Sie hier einen Ihrer Notfallcodes ein. Jeder gilt einmal.",
                            "No phone at hand? Enter one of your recovery codes here. Each counts once."))
                    } @else {
                        (t(lang,
                            "Er steht auf dem Blatt, das Sie bei der Einrichtung bekommen haben. Jeder gilt einmal.",
                            "It is on the sheet you got when you set up your account. Each counts once."))
                    }
                }
                input #code type="text" name="code" autocomplete="one-time-code" autocapitalize="none" spellcheck="false" required maxlength="40" autofocus aria-describedby="help";
            }
            div.buttons { button { (t(lang, "Weiter", "Continue")) } }
        }
    }
}

/// What a one-time link leads to. Only the button uses the link, for programs that look at links in advance must not.
/// `name` is whose access it is; `None` if the link is not valid. `service` stands on the button for using it with an
/// account elsewhere.
pub fn invitation(lang: Lang, link: &str, name: Option<&str>, service: Option<&str>) -> Markup {
    html! {
        @match name {
            Some(name) => {
                p {
                    @match lang {
                        Lang::De => { "Mit diesem Link öffnen Sie Ihren Zugang: " strong { (name) } ". Der Link gilt einmal." }
                        Lang::En => { "This link opens your access: " strong { (name) } ". The link counts once." }
                    }
                }
                form.narrow-form method="post" action={ "/invitation/" (link) } {
                    div.buttons { button autofocus { (t(lang, "Beginnen", "Begin")) } }
                }
                @if let Some(label) = service {
                    p {
                        (t(lang,
                            "Oder ohne eigenes Passwort, mit einem Konto, das Sie schon haben:",
                            "Or without a password of its own, with an account that you have already:"))
                    }
                    (service_button(&format!("/invitation/{link}/oidc"), label, true))
                }
            }
            None => {
                (problem(lang, Some(Problem::Link.text(lang))))
                p { a href="/login" { (t(lang, "Zur Anmeldung", "To the sign-in page")) } }
            }
        }
    }
}
