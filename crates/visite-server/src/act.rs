//! What is decided and started in a practice: the rules stand here once, for pages and for programs.

use crate::hooks::{self, HookEvent};
use crate::jobs::plan;
use crate::policies::{Policies, Policy};
use crate::show::load::newest;
use crate::web::access::DECIDES_FINDINGS;
use crate::web::app::App;
use crate::web::refusal::Refusal;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde_json::{Value as Json, json};
use visite_agent::protocol::Token as EnrolmentToken;
use visite_facts::{Acceptance, Assessment, FindingState, Lang, Text};
use visite_store::{
    Account, AccountId, AgentId, AuditEvent, FindingFilter, Job, JobId, NewEnrolment, Practice, PracticeStore,
    StoreError,
};

/// Longest reason of an acceptance, in characters.
const MOST_OF_REASON: usize = 1000;
/// How long a line for connecting a computer can be used.
const LINE_LASTS: SignedDuration = SignedDuration::from_hours(24);

/// Whoever does something in a practice: a person, or a program in the name of one.
#[derive(Clone)]
pub struct Actor {
    /// The server.
    pub app: App,
    /// What is kept of the practice.
    pub practice: PracticeStore,
    /// Name, time zone, practice file and settings.
    pub info: Practice,
    /// The person, or who gave the program its token.
    pub account: Account,
    /// The name of the token, if a program acts.
    pub token: Option<String>,
    /// The time now.
    pub now: Timestamp,
}

/// Why something was not done.
#[derive(Debug)]
pub enum Denied {
    /// As for every request.
    Refusal(Refusal),
    /// The rules do not allow it; the text says why and what to do.
    Because(Text),
}

impl From<Refusal> for Denied {
    fn from(refusal: Refusal) -> Self {
        Self::Refusal(refusal)
    }
}

impl From<StoreError> for Denied {
    fn from(error: StoreError) -> Self {
        Self::Refusal(error.into())
    }
}

impl From<Denied> for Refusal {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Refusal(refusal) => refusal,
            Denied::Because(why) => Self::Rule(why),
        }
    }
}

fn because<T>(de: &str, en: &str) -> Result<T, Denied> {
    Err(Denied::Because(Text::new(de, en)))
}

/// A line with which a computer is connected. It is shown once.
pub struct Line {
    /// Name for people.
    pub name: String,
    /// The command for the computer.
    pub command: String,
    /// Until when it can be used.
    pub expires: Timestamp,
}

impl Actor {
    /// What is done, for the audit log.
    pub fn event(&self, what: &str, mut detail: Json) -> AuditEvent {
        if let (Some(token), Some(detail)) = (&self.token, detail.as_object_mut()) {
            detail.insert("token".to_owned(), token.clone().into());
        }
        AuditEvent::new(self.now, self.account.id.as_str(), Some(self.practice.id()), what).with(detail)
    }

    /// The newest judgement, with what people decided since; none before the first round.
    ///
    /// # Errors
    ///
    /// If the store does not answer.
    pub async fn assessment(&self) -> Result<Option<Assessment>, Refusal> {
        newest(&self.practice, &self.practice.findings(&FindingFilter::default()).await?).await
    }

    /// The day in the practice.
    pub fn today(&self) -> Date {
        self.now.to_zoned_datetime(TimeZone::get(&self.info.time_zone).unwrap_or(TimeZone::UTC)).date()
    }

    /// An acceptance lasts until today at least and for a year at most, so that somebody thinks about it again; a provider
    /// may have set less.
    ///
    /// # Errors
    ///
    /// If the store does not answer.
    pub async fn acceptance_days(&self) -> Result<(Date, Date), StoreError> {
        let today = self.today();
        let policies = Policies::load(&self.app).await?;
        let days = policies.value(Policy::AcceptanceDays, self.practice.id(), today).parse::<i32>();
        Ok((today, today.saturating_add(days.map_or(1.year(), |days| days.days()))))
    }

    /// Whether the provider has left it to the practice alone to accept risks, and whoever acts is of the provider.
    async fn leaves_risks_to_the_practice(&self) -> Result<bool, StoreError> {
        let policies = Policies::load(&self.app).await?;
        if policies.value(Policy::Accepting, self.practice.id(), self.today()) != "practice" {
            return Ok(false);
        }
        let membership = self.practice.member(&self.account.id, self.now).await?;
        Ok(membership.is_none_or(|one| one.role.is_of_provider()))
    }

    /// Accepts the risk of a finding up to and including the day `until`.
    ///
    /// # Errors
    ///
    /// If there is no such finding, or the rules do not allow it.
    pub async fn accept(&self, id: &str, reason: &str, until: Option<Date>) -> Result<(), Denied> {
        let kept = self.practice.finding(id).await?.finding;
        let reason = reason.trim();
        if reason.is_empty() || reason.chars().count() > MOST_OF_REASON {
            return because(
                "Bitte begründen Sie, warum Sie das Risiko tragen, in höchstens 1000 Zeichen.",
                "Please say why you bear the risk, in at most 1,000 characters.",
            );
        }
        if self.leaves_risks_to_the_practice().await? {
            return because(
                "Hier akzeptiert nur die Praxis selbst Risiken. Bitten Sie sie darum.",
                "Here only the practice itself accepts risks. Please ask it to.",
            );
        }
        let (first, last) = self.acceptance_days().await?;
        let Some(until) = until.filter(|until| first <= *until && *until <= last) else {
            let last = last.strftime("%d.%m.%Y");
            return because(
                &format!("Bitte wählen Sie einen Tag von heute bis {last}."),
                &format!("Please choose a day from today to {last}."),
            );
        };
        if kept.state == FindingState::Fixed {
            return because(
                "Diese Lücke ist inzwischen geschlossen. Sie brauchen nichts zu akzeptieren.",
                "This gap has been closed meanwhile. There is nothing to accept.",
            );
        }
        let acceptance =
            Acceptance { finding: id.to_owned(), reason: reason.to_owned(), by: self.account.name.clone(), until };
        let event = self.event("finding.accepted", json!({ "finding": id, "until": until }));
        self.practice.accept(&event, &acceptance).await?;
        let finding = hooks::plan::named(&self.practice.finding(id).await?.finding);
        let data = json!({ "count": 1, "findings": [finding] });
        let what = format!("{id} {}", self.now);
        hooks::plan::tell(&self.practice, HookEvent::FindingAccepted, &what, &data, self.now).await?;
        plan::judge(&self.practice, self.now).await?;
        Ok(())
    }

    /// Takes the acceptance of a finding back.
    ///
    /// # Errors
    ///
    /// If there is no such finding, or it has none that ends here.
    pub async fn withdraw(&self, id: &str) -> Result<(), Denied> {
        let event = self.event("finding.withdrawn", json!({ "finding": id }));
        if !self.practice.withdraw_acceptance(&event, id).await? {
            return because(
                "Diese Zusage steht in der Praxisdatei und endet dort, oder sie ist schon zurückgenommen.",
                "This acceptance stands in the practice file and ends there, or it was withdrawn already.",
            );
        }
        plan::judge(&self.practice, self.now).await?;
        Ok(())
    }

    /// Who may be asked to close a finding: account and name, by name.
    ///
    /// # Errors
    ///
    /// If the store does not answer.
    pub async fn people(&self) -> Result<Vec<(String, String)>, Refusal> {
        let mut people = Vec::new();
        for membership in self.practice.members().await? {
            if membership.is_in_force(self.now) && DECIDES_FINDINGS.contains(&membership.role) {
                let account = self.app.store().account(&membership.account).await?;
                people.push((String::from(account.id), account.name));
            }
        }
        people.sort_by(|one, other| one.1.cmp(&other.1));
        Ok(people)
    }

    /// Asks somebody to close a finding; `None`: nobody any more.
    ///
    /// # Errors
    ///
    /// If there is no such finding, or this person cannot be asked.
    pub async fn assign(&self, id: &str, to: Option<&str>) -> Result<(), Denied> {
        let known = match to {
            Some(to) => self.people().await?.iter().any(|(account, _)| account == to),
            None => true,
        };
        let to = to.map(AccountId::new).transpose().ok().filter(|_| known);
        let Some(to) = to else {
            return because(
                "Diese Person hat in der Praxis keine passende Rolle mehr. Wählen Sie eine andere.",
                "This person has no fitting role in the practice any more. Choose another one.",
            );
        };
        let event = self.event("finding.assigned", json!({ "finding": id, "to": to }));
        Ok(self.practice.assign(&event, id, to.as_ref()).await?)
    }

    /// Plans a round for now; its job.
    ///
    /// # Errors
    ///
    /// If the store does not keep it.
    pub async fn start_round(&self) -> Result<JobId, Refusal> {
        let job = plan::round(&self.practice, Some(self.account.id.as_str()), self.now).await?;
        self.app.store().append_audit(&self.event("round.started", json!({ "job": job }))).await?;
        Ok(job)
    }

    /// Makes a line that connects one computer.
    ///
    /// # Errors
    ///
    /// If this server takes no computers, or the name cannot be kept.
    pub async fn enrol(&self, name: &str, medical: bool) -> Result<Line, Denied> {
        let Some(endpoint) = self.app.agents() else {
            return because(
                "Dieser Server nimmt keine Computer an. Starten Sie ihn so, dass er von anderen Computern aus erreichbar ist.",
                "This server takes no computers. Start it so that it can be reached from other computers.",
            );
        };
        let token = EnrolmentToken::new(self.app.random()?, endpoint.authority.hash()).text();
        let name = name.trim().to_owned();
        let expires = self.now.saturating_add(LINE_LASTS).unwrap_or(Timestamp::MAX);
        let event = self.event("enrolment.created", json!({ "name": name, "medical": medical }));
        let new = NewEnrolment { name: name.clone(), expires_at: expires };
        if let Err(error) = self.practice.create_enrolment(&event, &token, &new).await {
            return Err(Denied::Because(invalid(error)?));
        }
        let medical = if medical { "yes" } else { "no" };
        let command = format!(
            "sudo visite agent enroll {} {token} --name {} --medical-device {medical} && sudo visite agent install",
            endpoint.url,
            quoted(&name)
        );
        Ok(Line { name, command, expires })
    }

    /// Ends the access of an agent.
    ///
    /// # Errors
    ///
    /// If there is no such agent.
    pub async fn revoke(&self, id: &str) -> Result<(), Refusal> {
        let id = AgentId::new(id).map_err(|_| Refusal::NotFound)?;
        let event = self.event("agent.revoked", json!({ "agent": id }));
        Ok(self.practice.revoke_agent(&event, &id).await?)
    }

    /// Stops a job. `true`: it was under way; `false`: it had not begun and is gone.
    ///
    /// # Errors
    ///
    /// If it has ended already.
    pub async fn cancel(&self, job: &Job) -> Result<bool, Denied> {
        let stopped = self.practice.stop_job(&job.id, self.now).await?;
        if !stopped && !self.practice.cancel_job(&job.id).await? {
            return because(
                "Dieser Vorgang ist schon zu Ende. Es gibt nichts mehr abzubrechen.",
                "This job has ended already. There is nothing left to stop.",
            );
        }
        self.app.store().append_audit(&self.event("job.cancelled", json!({ "job": job.id }))).await?;
        Ok(stopped)
    }
}

/// What people wrote and the store cannot keep, in words for them; every other error is a refusal.
///
/// # Errors
///
/// Every error that is not about what was written.
pub fn invalid(error: StoreError) -> Result<Text, Refusal> {
    match error {
        StoreError::Invalid { why, .. } => Ok(why.map(|lang, why| match lang {
            Lang::De => format!("Das geht so nicht: {why}."),
            Lang::En => format!("This does not work: {why}."),
        })),
        error => Err(error.into()),
    }
}
/// A word for a shell: nothing in it means anything.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_mean_nothing_to_a_shell() {
        for name in ["Anmeldung 1", "$(id)", "it's; rm -rf /", "a\\b\"c`d"] {
            let line = format!("printf %s {}", quoted(name));
            let output = std::process::Command::new("/bin/sh").args(["-c", &line]).output().unwrap();
            assert_eq!(String::from_utf8_lossy(&output.stdout), name);
        }
    }
}
