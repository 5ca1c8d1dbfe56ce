//! Why somebody did not get in through the service, in words for them; what exactly it was stands in the log.

use super::known::KnowError;
use visite_facts::Text;

/// Errors that a service may send a person back with; other words are not shown, for anybody can write them into an address.
const REFUSALS: &[&str] = &[
    "account_selection_required",
    "consent_required",
    "interaction_required",
    "invalid_request",
    "invalid_scope",
    "login_required",
    "server_error",
    "temporarily_unavailable",
    "unauthorized_client",
    "unsupported_response_type",
];

/// Why it did not work.
#[derive(Debug)]
pub enum Failure {
    /// Nothing was begun in this browser, or too long ago, or something else since.
    Lost,
    /// The person, or the service, said no.
    Denied,
    /// The service sent an error instead of a person; the word is one of a closed list, else empty.
    Refused(&'static str),
    /// The service was not reached, or is not what it was.
    Away(KnowError),
    /// The service does not take the code: it was used, or is old.
    Code(String),
    /// The service does not take Visite's own name or secret.
    Client(String),
    /// What the service sent does not prove anything.
    Token(String),
    /// Nobody here belongs to the account there.
    Nobody,
    /// Somebody else here belongs to the account there.
    Taken,
    /// The session that began it is not there any more.
    Session,
    /// The service does not say that the person signed in just now.
    NotAnew,
}

impl Failure {
    /// The error that the service sent along.
    pub fn sent(word: &str) -> Self {
        match word {
            "access_denied" => Self::Denied,
            word => Self::Refused(REFUSALS.iter().find(|known| **known == word).copied().unwrap_or_default()),
        }
    }

    /// A word for the audit log.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Lost => "lost",
            Self::Denied => "denied",
            Self::Refused(_) => "refused",
            Self::Away(_) => "away",
            Self::Code(_) => "code",
            Self::Client(_) => "client",
            Self::Token(_) => "token",
            Self::Nobody => "nobody",
            Self::Taken => "taken",
            Self::Session => "session",
            Self::NotAnew => "not-anew",
        }
    }

    /// What failed, why, and what comes next. `host` names the service.
    pub fn text(&self, host: &str) -> Text {
        let whoever = |de: &str, en: &str| {
            Text::new(
                format!("{de} Bitte sagen Sie der Person Bescheid, die Visite betreut."),
                format!("{en} Please tell whoever looks after Visite."),
            )
        };
        match self {
            Self::Lost => Text::new(
                "Diese Anmeldung ist abgelaufen, oder sie wurde in einem anderen Browser oder Fenster begonnen. Beginnen Sie noch einmal von vorn.",
                "This sign-in has expired, or was begun in another browser or window. Please begin again.",
            ),
            Self::Denied => Text::new(
                format!(
                    "Die Anmeldung bei „{host}“ wurde abgebrochen oder abgelehnt. Versuchen Sie es noch einmal. Klappt es nie, fragen Sie, wer Ihr Konto dort verwaltet."
                ),
                format!(
                    "The sign-in at “{host}” was cancelled or denied. Please try again. If it never works, ask whoever manages your account there."
                ),
            ),
            Self::Refused(word) => {
                let said = if word.is_empty() { String::new() } else { format!(" ({word})") };
                Text::new(
                    format!(
                        "„{host}“ konnte die Anmeldung nicht abschließen{said}. Versuchen Sie es in ein paar Minuten noch einmal. Bleibt es dabei, sagen Sie der Person Bescheid, die Visite betreut."
                    ),
                    format!(
                        "“{host}” could not complete the sign-in{said}. Please try again in a few minutes. If that does not help, tell whoever looks after Visite."
                    ),
                )
            }
            Self::Away(error) => {
                let why = error.text();
                whoever(&why.de, &why.en)
            }
            Self::Code(_) => Text::new(
                format!(
                    "„{host}“ hat diese Anmeldung schon verbraucht oder verworfen. Beginnen Sie noch einmal von vorn."
                ),
                format!("“{host}” has used up or dropped this sign-in. Please begin again."),
            ),
            Self::Client(_) => whoever(
                &format!(
                    "„{host}“ kennt diesen Visite-Server nicht oder nimmt sein Geheimnis nicht an. Vielleicht ist das Geheimnis abgelaufen."
                ),
                &format!(
                    "“{host}” does not know this Visite server or does not take its secret. Perhaps the secret has expired."
                ),
            ),
            Self::Token(_) => whoever(
                &format!(
                    "Was „{host}“ über Sie geschickt hat, ließ sich nicht prüfen. Deshalb hat Visite Sie nicht angemeldet."
                ),
                &format!("What “{host}” sent about you could not be verified. So Visite did not sign you in."),
            ),
            Self::Nobody => Text::new(
                format!(
                    "Zu diesem Konto bei „{host}“ gehört hier noch kein Zugang. Haben Sie schon einen, melden Sie sich wie bisher an, und verbinden Sie beide unter „Ihr Konto“. Sonst bitten Sie um eine Einladung."
                ),
                format!(
                    "No access here belongs to this account at “{host}” yet. If you have access already, sign in as before, and link the two under “Your account”. Otherwise ask for an invitation."
                ),
            ),
            Self::Taken => Text::new(
                format!(
                    "Dieses Konto bei „{host}“ ist hier schon mit einem anderen Zugang verbunden. Melden Sie sich dort mit Ihrem eigenen Konto an."
                ),
                format!(
                    "This account at “{host}” is linked with somebody else's access here already. Sign in there with your own account."
                ),
            ),
            Self::Session => Text::new(
                "Ihre Sitzung hier ist inzwischen beendet. Melden Sie sich an, und verbinden Sie die Konten noch einmal.",
                "Your session here has ended meanwhile. Sign in, and link the accounts again.",
            ),
            Self::NotAnew => Text::new(
                format!(
                    "„{host}“ hat nicht bestätigt, dass Sie sich gerade eben angemeldet haben. Für diesen Schritt braucht Visite das. Fehlt die Angabe immer, muss der Dienst „auth_time“ mitschicken."
                ),
                format!(
                    "“{host}” did not confirm that you signed in just now. Visite needs that for this step. If it is always missing, the service has to send “auth_time” along."
                ),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_service_sends_along_is_not_repeated() {
        assert!(matches!(Failure::sent("access_denied"), Failure::Denied));
        let text = Failure::sent("<b>Rufen Sie 0800 an</b>").text("login.example").de;
        assert!(!text.contains("0800") && text.contains("konnte die Anmeldung nicht abschließen."), "{text}");
        assert!(Failure::sent("server_error").text("login.example").de.contains("(server_error)"));
    }
}
