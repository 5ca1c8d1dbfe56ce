//! Rules that a provider sets for all practices it looks after, and the exceptions from them.
//!
//! Kept as one setting of the installation. A rule that nobody set says what the program does anyway; an exception makes it
//! say so again, for one practice, with a reason and until a day.

use crate::web::app::App;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use visite_facts::Text;
use visite_store::{PracticeId, StoreError};

/// The setting that holds them: JSON, an object of [`Kept`] by policy.
pub const SETTING: &str = "policies";
/// Longest reason of an exception, in characters.
pub const MOST_OF_REASON: usize = 300;

/// A rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// Who accepts risks: the practice and its provider, or the practice alone.
    Accepting,
    /// How many days an acceptance lasts at most.
    AcceptanceDays,
    /// Whether alerts go to the provider's address, too.
    Alerts,
}

/// All of them, in the order of the page.
pub const ALL: [Policy; 3] = [Policy::Accepting, Policy::AcceptanceDays, Policy::Alerts];

impl Policy {
    /// Its word in settings and addresses.
    pub fn word(self) -> &'static str {
        match self {
            Self::Accepting => "accepting",
            Self::AcceptanceDays => "acceptance-days",
            Self::Alerts => "alerts",
        }
    }

    /// The policy of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        ALL.into_iter().find(|policy| policy.word() == word)
    }

    /// What it settles, and what that means.
    pub fn texts(self) -> (Text, Text) {
        let (title, text) = match self {
            Self::Accepting => (
                ("Wer Risiken akzeptieren darf", "Who may accept risks"),
                (
                    "Ein akzeptiertes Risiko gilt nicht mehr als Lücke. Verantworten muss es die Praxis.",
                    "An accepted risk does not count as a gap any more. The practice answers for it.",
                ),
            ),
            Self::AcceptanceDays => (
                ("Wie lange ein akzeptiertes Risiko gilt", "How long an accepted risk lasts"),
                (
                    "Danach ist die Feststellung wieder offen. Was schon akzeptiert ist, behält seine Frist.",
                    "After that the finding is open again. What has been accepted already keeps its term.",
                ),
            ),
            Self::Alerts => (
                ("Wer Alarme bekommt", "Who gets alerts"),
                (
                    "Ihre Adresse steht unter „Ihr Auftritt“. Sie bekommt nur Alarme von Praxen, die Ihnen Zugang geben.",
                    "Your address stands under “Your appearance”. It gets alerts only of practices that let you in.",
                ),
            ),
        };
        (Text::new(title.0, title.1), Text::new(text.0, text.1))
    }

    /// What may be chosen: word and name. The first is what the program does if nobody says anything.
    pub fn choices(self) -> Vec<(&'static str, Text)> {
        let choices: &[(&str, &str, &str)] = match self {
            Self::Accepting => &[
                ("both", "Praxis und IT-Dienstleister", "Practice and IT provider"),
                ("practice", "Nur die Praxis", "The practice alone"),
            ],
            Self::AcceptanceDays => &[
                ("365", "Höchstens ein Jahr", "A year at most"),
                ("180", "Höchstens 180 Tage", "180 days at most"),
                ("90", "Höchstens 90 Tage", "90 days at most"),
                ("30", "Höchstens 30 Tage", "30 days at most"),
            ],
            Self::Alerts => &[
                ("practice", "Wen die Praxis nennt", "Whom the practice names"),
                ("both", "Wen die Praxis nennt, und Sie", "Whom the practice names, and you"),
            ],
        };
        choices.iter().map(|(word, de, en)| (*word, Text::new(*de, *en))).collect()
    }

    fn usual(self) -> &'static str {
        self.choices().first().map_or("", |(word, _)| word)
    }
}

/// What is kept of one rule.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// The word of a choice; empty if nobody chose.
    #[serde(default)]
    pub value: String,
    /// For whom it does not count.
    #[serde(default)]
    pub exceptions: Vec<Exception>,
}

/// A practice for which a rule does not count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exception {
    /// The practice.
    pub practice: PracticeId,
    /// Why.
    pub reason: String,
    /// Last day.
    pub until: Date,
}

/// The rules of an installation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Policies(pub BTreeMap<String, Kept>);

impl Policies {
    /// As they are kept.
    ///
    /// # Errors
    ///
    /// If the store does not answer, or holds what this program does not write: then nobody may do what a rule could
    /// forbid.
    pub async fn load(app: &App) -> Result<Self, StoreError> {
        Ok(Self::with_text(app).await?.0)
    }

    /// As [`Policies::load`], with the text that was read.
    ///
    /// # Errors
    ///
    /// As [`Policies::load`].
    pub async fn with_text(app: &App) -> Result<(Self, Option<String>), StoreError> {
        let Some(text) = app.store().setting(SETTING).await? else { return Ok((Self::default(), None)) };
        let stored = |error: serde_json::Error| StoreError::Stored { what: SETTING, why: error.to_string() };
        let policies = serde_json::from_str(&text).map_err(stored)?;
        Ok((policies, Some(text)))
    }

    /// What is chosen for all practices.
    pub fn chosen(&self, policy: Policy) -> &str {
        let chosen = self.0.get(policy.word()).map(|kept| kept.value.as_str());
        chosen.filter(|word| policy.choices().iter().any(|(known, _)| known == word)).unwrap_or(policy.usual())
    }

    /// The exceptions that have not ended, by their end.
    pub fn exceptions(&self, policy: Policy, today: Date) -> Vec<&Exception> {
        let all = self.0.get(policy.word()).map_or(&[][..], |kept| &kept.exceptions);
        let mut in_force: Vec<&Exception> = all.iter().filter(|exception| exception.until >= today).collect();
        in_force.sort_by_key(|exception| exception.until);
        in_force
    }

    /// What counts for a practice.
    pub fn value(&self, policy: Policy, practice: &PracticeId, today: Date) -> &str {
        let excepted = self.exceptions(policy, today).iter().any(|exception| exception.practice == *practice);
        if excepted { policy.usual() } else { self.chosen(policy) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exception_counts_for_its_practice_until_its_last_day() {
        let practice = |id: &str| PracticeId::new(id).unwrap();
        let text = r#"{"accepting": {"value": "practice", "exceptions": [
            {"practice": "linde", "reason": "Vertrag", "until": "2026-12-31"}]}, "alerts": {"value": "nobody"}}"#;
        let policies: Policies = serde_json::from_str(text).unwrap();
        let value = |id, day: &str| policies.value(Policy::Accepting, &practice(id), day.parse().unwrap());
        assert_eq!(value("linde", "2026-12-31"), "both");
        assert_eq!(value("linde", "2027-01-01"), "practice");
        assert_eq!(value("ahorn", "2026-12-31"), "practice");
        assert_eq!(policies.chosen(Policy::Alerts), "practice", "a word that is none of the choices says nothing");
        assert_eq!(policies.chosen(Policy::AcceptanceDays), "365");
    }

    #[test]
    fn each_policy_has_its_word_and_choices() {
        for policy in ALL {
            assert_eq!(Policy::from_word(policy.word()), Some(policy));
            assert!(policy.choices().len() > 1);
        }
        assert!(Policy::AcceptanceDays.choices().iter().all(|(days, _)| days.parse::<i64>().is_ok()));
    }
}
