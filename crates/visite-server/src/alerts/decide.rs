//! What is worth a mail. Pure: assessment, agents and clock in, concerns out.

use super::administrators::NewAdministrator;
use crate::jobs::look::THIS_MACHINE;
use jiff::{SignedDuration, Timestamp};
use visite_facts::{Area, Assessment, Finding, FindingState, Severity, Text, words};
use visite_store::{Agent, AgentState};

words! {
    /// What someone is told about.
    pub enum Cause {
        /// There is no backup that is young enough.
        BackupOverdue = "backup_overdue",
        /// Protection against malware is off or out of date.
        MalwareProtectionOff = "malware_protection_off",
        /// A computer does not report any more.
        AgentSilent = "agent_silent",
        /// Somebody became an administrator.
        NewAdministrator = "new_administrator",
        /// A certificate ends.
        Expiring = "expiring",
        /// A device that nobody knows is where patient data are.
        UnknownDevice = "unknown_device",
    }
}

/// Checks whose findings say that protection against malware is off or out of date, by the beginning of their ids.
const MALWARE: &[&str] = &["malware-protection-", "malware-real-time-", "malware-signatures-", "antivirus-signatures-"];
/// Checks whose findings say that there is an administrator whom nobody expects.
const ADMINISTRATORS: &[&str] = &["account-second-root"];
/// Checks whose findings say that something ends.
const EXPIRING: &[&str] = &["tls-certificate-expir", "certificate-expir", "connector-certificate-", "card-expir"];
/// Checks whose findings say that a device is where it does not belong.
const UNKNOWN_DEVICES: &[&str] = &["unknown-device-in-"];
/// A computer may be off from Friday evening to Monday morning.
const SILENT: SignedDuration = SignedDuration::from_hours(72);
/// An agent renews its certificate after two thirds of a year; if it has not a month before the end, something is wrong.
const ENDS: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Something that someone should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Concern {
    /// What is the matter.
    pub cause: Cause,
    /// With what: the id of a finding or of an agent, or that of a computer with the name of an account.
    pub subject: String,
    /// In a sentence.
    pub what: Text,
}

/// What someone should know now. Risks that someone accepted are not among it.
pub fn decide(assessment: &Assessment, agents: &[Agent], new: &[NewAdministrator], now: Timestamp) -> Vec<Concern> {
    let is_open = |finding: &&Finding| matches!(finding.state, FindingState::Open | FindingState::Reopened);
    let findings = assessment.findings.iter().filter(is_open).filter_map(|finding| {
        let named = assessment.subjects.iter().find(|assessed| assessed.subject.id == finding.subject);
        let name = named.map_or("", |assessed| assessed.subject.name.as_str());
        let what =
            finding.title.map(|_, title| if name.is_empty() { title.to_owned() } else { format!("{name}: {title}") });
        Some(Concern { cause: cause(finding)?, subject: finding.id.clone(), what })
    });
    let others = agents.iter().filter(|agent| agent.state == AgentState::Active && agent.id.as_str() != THIS_MACHINE);
    let agents = others.flat_map(|agent| {
        let about = |cause, de: &str, en: &str| Concern {
            cause,
            subject: agent.id.to_string(),
            what: Text::new(format!("{}: {de}", agent.name), format!("{}: {en}", agent.name)),
        };
        let is_silent = now.duration_since(agent.last_seen_at.unwrap_or(agent.created_at)) > SILENT;
        let ends = agent.expires_at.duration_since(now) < ENDS;
        let silent = is_silent.then(|| {
            about(
                Cause::AgentSilent,
                "berichtet seit mehr als drei Tagen nicht",
                "has not reported for more than three days",
            )
        });
        let ends = ends.then(|| {
            let (de, en) = ("das Zertifikat des Agenten läuft ab", "the certificate of the agent is about to end");
            about(Cause::Expiring, de, en)
        });
        [silent, ends].into_iter().flatten()
    });
    let new = new.iter().map(|new| {
        let (host, name) = (&new.subject.name, &new.name);
        Concern {
            cause: Cause::NewAdministrator,
            subject: format!("{}/{name}", new.subject.id.0),
            what: Text::new(
                format!("{host}: Das Konto „{name}“ darf jetzt alles"),
                format!("{host}: the account “{name}” may now do everything"),
            ),
        }
    });
    findings.chain(agents).chain(new).collect()
}

fn cause(finding: &Finding) -> Option<Cause> {
    let begins = |with: &[&str]| with.iter().any(|with| finding.check.starts_with(with));
    if finding.area == Area::Backup && finding.effective_severity >= Severity::Medium {
        Some(Cause::BackupOverdue)
    } else if begins(MALWARE) {
        Some(Cause::MalwareProtectionOff)
    } else if begins(ADMINISTRATORS) {
        Some(Cause::NewAdministrator)
    } else if begins(EXPIRING) {
        Some(Cause::Expiring)
    } else if begins(UNKNOWN_DEVICES) {
        Some(Cause::UnknownDevice)
    } else {
        None
    }
}
