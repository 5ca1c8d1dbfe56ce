//! Setting up an account: password, second factor, recovery codes. The same pages serve later changes.

use super::{passkey_button, problem, t};
use crate::login::totp::SetUp;
use maud::{Markup, PreEscaped, html};
use visite_facts::Lang;

/// A new password. `email` lets password managers file it under the right name.
pub fn choose_password(lang: Lang, email: &str, wrong: Option<&str>) -> Markup {
    html! {
        p {
            (t(lang,
                "Mindestens 12 Zeichen. Vier Wörter, die nichts miteinander zu tun haben, sind gut und leicht zu merken. Noch besser: Ihr Browser schlägt eines vor und merkt es sich.",
                "At least 12 characters. Four words that have nothing to do with each other are good and easy to remember. Better still: let your browser suggest one and keep it."))
        }
        (problem(lang, wrong))
        form.narrow-form method="post" action="/account/password" {
            input type="text" name="email" value=(email) autocomplete="username" hidden;
            div.field {
                label for="new" { (t(lang, "Neues Passwort", "New password")) }
                input #new type="password" name="new" autocomplete="new-password" required minlength="12" maxlength="1024";
            }
            div.field {
                label for="again" { (t(lang, "Neues Passwort, noch einmal", "New password, once more")) }
                input #again type="password" name="again" autocomplete="new-password" required minlength="12" maxlength="1024";
            }
            div.buttons { button { (t(lang, "Passwort speichern", "Save password")) } }
        }
    }
}

/// Name, e-mail address and language: the first thing to say about oneself.
pub fn who_are_you(lang: Lang, name: &str, email: &str, wrong: Option<&str>) -> Markup {
    html! {
        (problem(lang, wrong))
        (person_form(lang, name, email))
    }
}

/// The form for name, e-mail address and language.
pub(super) fn person_form(lang: Lang, name: &str, email: &str) -> Markup {
    html! {
        form.narrow-form method="post" action="/account/person" {
            div.field {
                label for="name" { (t(lang, "Ihr Name", "Your name")) }
                input #name type="text" name="name" value=(name) autocomplete="name" required maxlength="200";
            }
            div.field {
                label for="email" { (t(lang, "E-Mail-Adresse, mit der Sie sich anmelden", "E-mail address with which you sign in")) }
                input #email type="email" name="email" value=(email) autocomplete="email" required maxlength="254";
            }
            div.field {
                label for="language" { "Sprache / Language" }
                select #language name="language" {
                    option value="de" selected[lang == Lang::De] lang="de" { "Deutsch" }
                    option value="en" selected[lang == Lang::En] lang="en" { "English" }
                }
            }
            div.buttons { button { (t(lang, "Speichern", "Save")) } }
        }
    }
}

/// The second factor: an app with codes, or a passkey. `sealed` is the key of the app, which comes
/// back with the first code; `optional` offers to do it later.
pub fn second_factor(
    lang: Lang,
    app: &SetUp,
    sealed: &str,
    passkeys: bool,
    optional: bool,
    wrong: Option<&str>,
) -> Markup {
    html! {
        p {
            (t(lang,
                "Ein gestohlenes Passwort allein soll niemandem genügen. Deshalb fragt Visite bei der Anmeldung zusätzlich nach etwas, das nur Sie haben.",
                "A stolen password alone shall not be enough for anybody. So when you sign in, Visite also asks for something only you have."))
        }
        (problem(lang, wrong))
        @if passkeys {
            section.block aria-labelledby="passkey-title" {
                h2 #passkey-title { (t(lang, "Mit Passkey: Fingerabdruck, Gesicht oder Sicherheitsschlüssel", "With a passkey: fingerprint, face or security key")) }
                (passkey_button(lang, "/account/passkey/question", "/account/passkey/answer", "/account/recovery",
                    t(lang, "Passkey anlegen", "Create a passkey")))
                noscript { p { (t(lang, "Dafür braucht Ihr Browser JavaScript. Die App unten geht auch ohne.",
                    "Your browser needs JavaScript for this. The app below works without.")) } }
            }
        }
        section.block aria-labelledby="app-title" {
            h2 #app-title { (t(lang, "Mit einer App auf dem Handy", "With an app on your phone")) }
            ol {
                li { (t(lang,
                    "Öffnen Sie eine App für Anmeldecodes, zum Beispiel die Passwörter-App des iPhones oder Aegis für Android.",
                    "Open an app for sign-in codes, for example the Passwords app of the iPhone, or Aegis for Android.")) }
                li {
                    (t(lang, "Fotografieren Sie mit ihr dieses Bild:", "Take a picture of this with it:"))
                    (PreEscaped(&app.picture))
                    p { (t(lang, "Oder tippen Sie diesen Schlüssel ab: ", "Or type this key: ")) code { (app.typed_key) } }
                }
                li {
                    form.narrow-form method="post" action="/account/app" {
                        input type="hidden" name="key" value=(sealed);
                        div.field {
                            label for="code" { (t(lang, "Geben Sie den Code ein, den die App jetzt zeigt:", "Enter the code that the app shows now:")) }
                            input #code type="text" name="code" inputmode="numeric" autocomplete="one-time-code" required maxlength="10";
                        }
                        div.buttons { button { (t(lang, "Code prüfen", "Check the code")) } }
                    }
                }
            }
        }
        @if optional {
            p.more { a href="/account" { (t(lang, "Später einrichten", "Set up later")) } }
        }
    }
}

/// The recovery codes, shown once; or, with `None`, the button that makes new ones.
pub fn recovery_codes(lang: Lang, codes: Option<&[String]>, left: usize) -> Markup {
    html! {
        @match codes {
            Some(codes) => {
                p {
                    (t(lang,
                        "Wenn Handy oder Passkey fehlen, melden Sie sich mit einem dieser Codes an. Drucken Sie die Seite oder schreiben Sie die Codes ab, und legen Sie das Blatt an einen sicheren Ort. Visite zeigt sie nur jetzt.",
                        "When your phone or passkey is missing, sign in with one of these codes. Print this page or copy the codes, and keep the sheet in a safe place. Visite shows them only now."))
                }
                ol.codes { @for code in codes { li { code { (code) } } } }
                p { a href="/account" { (t(lang, "Ich habe die Codes sicher verwahrt", "I have put the codes in a safe place")) } }
            }
            None => {
                p {
                    @match (lang, left) {
                        (Lang::De, 0) => "Jetzt fehlen nur noch die Notfallcodes. Mit ihnen kommen Sie auch dann hinein, wenn das Handy verloren ist.",
                        (Lang::En, 0) => "Only the recovery codes are missing now. With them you get in even if the phone is lost.",
                        (Lang::De, 1) => "Sie haben noch einen gültigen Notfallcode.",
                        (Lang::En, 1) => "You have one valid recovery code left.",
                        (Lang::De, _) => { "Sie haben noch " (left) " gültige Notfallcodes." }
                        (Lang::En, _) => { "You have " (left) " valid recovery codes left." }
                    }
                    @if left > 0 { " " (t(lang, "Neue Codes machen alte ungültig.", "New codes make old ones invalid.")) }
                }
                form.narrow-form method="post" action="/account/recovery" {
                    div.buttons { button { (t(lang, "Notfallcodes zeigen", "Show recovery codes")) } }
                }
            }
        }
    }
}
