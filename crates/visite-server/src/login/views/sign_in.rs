//! Signing in: name and password, then a code; or a passkey; or a one-time link.

use super::{passkey_button, problem, t};
use maud::{Markup, html};
use visite_facts::Lang;

/// What was not right with the last try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// E-mail address and password do not fit. Which of both is not said.
    Credentials,
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

/// The first page: e-mail address and password, or a passkey. `next` is where to go afterwards.
pub fn sign_in(lang: Lang, next: &str, email: &str, passkeys: bool, wrong: Option<Problem>) -> Markup {
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
        p.more.small {
            (t(lang,
                "Passwort vergessen? Die Inhaberin oder der Inhaber der Praxis kann Ihnen einen neuen Link schicken.",
                "Forgot your password? The owner of the practice can send you a new link."))
        }
    }
}

/// The second page: a code from the app or from paper, or a passkey.
pub fn second_step(lang: Lang, next: &str, app: bool, passkeys: bool, wrong: Option<Problem>) -> Markup {
    html! {
        (problem(lang, wrong.map(|wrong| wrong.text(lang))))
        (code_form(lang, "/login/code", next, app))
        @if passkeys {
            (passkey_button(lang, "/login/passkey/question", "/login/passkey/answer", next,
                t(lang, "Mit Passkey bestätigen", "Confirm with a passkey")))
        }
        (super::sign_out(lang))
    }
}

/// Before something that matters: once more a code, or the password where there is no second factor.
pub fn step_up(lang: Lang, next: &str, app: bool, code: bool, passkeys: bool, wrong: Option<Problem>) -> Markup {
    html! {
        p {
            (t(lang,
                "Der nächste Schritt betrifft die Sicherheit. Deshalb fragt Visite noch einmal nach.",
                "The next step concerns security. That is why Visite asks once more."))
        }
        (problem(lang, wrong.map(|wrong| wrong.text(lang))))
        @if code {
            (code_form(lang, "/login/again", next, app))
        } @else {
            form.narrow-form method="post" action="/login/again" {
                input type="hidden" name="next" value=(next);
                div.field {
                    label for="password" { (t(lang, "Passwort", "Password")) }
                    input #password type="password" name="password" autocomplete="current-password" required maxlength="1024" autofocus;
                }
                div.buttons { button { (t(lang, "Bestätigen", "Confirm")) } }
            }
        }
        @if passkeys {
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
/// `name` is the practice or the installation; `None` if the link is not valid.
pub fn invitation(lang: Lang, link: &str, name: Option<&str>) -> Markup {
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
            }
            None => {
                (problem(lang, Some(Problem::Link.text(lang))))
                p { a href="/login" { (t(lang, "Zur Anmeldung", "To the sign-in page")) } }
            }
        }
    }
}
