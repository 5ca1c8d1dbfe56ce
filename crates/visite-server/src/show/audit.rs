//! The audit log of a practice, in sentences.

use super::desk::Asked;
use super::load::Reader;
use crate::pages::audit::{self, Entry, Filter, View};
use crate::web::refusal::Refusal;
use axum::response::Response;
use maud::Markup;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use visite_facts::Text;
use visite_store::{AuditEntry, AuditFault};

/// Entries of one page.
const ROWS: usize = 100;
/// Entries that are read at once.
const READ: u64 = 500;
/// Most entries that are looked through for a word, and that a file holds.
const MOST: usize = 20_000;

/// `GET /p/{practice}/audit`
pub async fn show(reader: Reader, Asked(filter): Asked<Filter>) -> Result<Markup, Refusal> {
    let mut entries = entries(&reader, &filter, ROWS + 1).await?;
    let more = entries.len() > ROWS;
    entries.truncate(ROWS);
    // The log of a large installation is long: all of it is followed once an hour, and in between what came since.
    let known = reader.app.audited(reader.now);
    let chain = match reader.app.store().verify_audit_after(known.clone()).await? {
        Ok(verified) => {
            let last = verified.number.unsigned_abs();
            reader.app.note_audited(&known, verified, reader.now);
            Ok(last)
        }
        Err(AuditFault::Changed { number } | AuditFault::Missing { number } | AuditFault::Surplus { number }) => {
            Err(number.unsigned_abs())
        }
    };
    let view = View { entries: &entries, chain, more, filter: &filter };
    Ok(reader.show(|frame| audit::page(frame, &view)))
}

/// `GET /p/{practice}/audit.csv`
pub async fn file(reader: Reader, Asked(filter): Asked<Filter>) -> Result<Response, Refusal> {
    let entries = entries(&reader, &filter, MOST).await?;
    Ok(reader.csv("audit", |frame| audit::table(frame, &entries)))
}

/// The newest entries that the filter leaves, at most `most`.
async fn entries(reader: &Reader, filter: &Filter, most: usize) -> Result<Vec<Entry>, Refusal> {
    let wanted = filter.q.trim().to_lowercase();
    let mut before = i64::try_from(filter.before).ok().filter(|number| *number > 0);
    let mut names: BTreeMap<String, Option<String>> = BTreeMap::new();
    let (mut found, mut looked) = (Vec::new(), 0);
    while found.len() < most && looked < MOST {
        let page = reader.practice.audit_log(before, READ).await?;
        let Some(last) = page.last() else { break };
        before = Some(last.number);
        looked += page.len();
        for entry in page {
            for who in std::iter::once(entry.event.who.as_str()).chain(account(&entry)) {
                if !names.contains_key(who) {
                    names.insert(who.to_owned(), reader.name_of(who).await?);
                }
            }
            let shown = shown(reader, &entry, &names);
            let holds = |text: &str| text.to_lowercase().contains(&wanted);
            if (holds(&shown.who) || holds(&shown.what)) && found.len() < most {
                found.push(shown);
            }
        }
    }
    Ok(found)
}

/// The account that an entry is about.
fn account(entry: &AuditEntry) -> Option<&str> {
    let detail = &entry.event.detail;
    detail.get("account").or_else(|| detail.get("to")).and_then(Json::as_str)
}

fn shown(reader: &Reader, entry: &AuditEntry, names: &BTreeMap<String, Option<String>>) -> Entry {
    let name = |who: &str| names.get(who).cloned().flatten();
    let sentence = sentence(&entry.event.what);
    let sentence = sentence.map_or_else(|| entry.event.what.clone(), |text| text.get(reader.lang).to_owned());
    let about = about(reader, entry).or_else(|| account(entry).and_then(name));
    Entry {
        number: entry.number.unsigned_abs(),
        at: entry.event.at,
        who: match entry.event.detail.get("token").and_then(Json::as_str) {
            Some(program) => format!("{} ({program})", name(&entry.event.who).unwrap_or_default()),
            None => name(&entry.event.who).unwrap_or_else(|| "Visite".to_owned()),
        },
        what: about.map_or(sentence.clone(), |about| format!("{sentence}: {about}")),
    }
}

/// What an entry is about, in words: the title of a finding, a name, networks.
fn about(reader: &Reader, entry: &AuditEntry) -> Option<String> {
    let detail = &entry.event.detail;
    let text = |key: &str| detail.get(key).and_then(Json::as_str).map(str::to_owned);
    if let Some(id) = text("finding") {
        let finding = reader.kept.iter().find(|kept| kept.finding.id == id);
        return Some(finding.map_or(id, |kept| kept.finding.title.get(reader.lang).to_owned()));
    }
    let networks = detail.get("networks").and_then(Json::as_array);
    if let Some(networks) = networks {
        return Some(networks.iter().filter_map(Json::as_str).collect::<Vec<_>>().join(", "));
    }
    ["name", "release", "agent", "job"].into_iter().find_map(text)
}

/// What a word of the log says; none for one that this program does not know.
fn sentence(word: &str) -> Option<Text> {
    let (de, en) = match word {
        "account.created" => ("Zugang angelegt", "Access set up"),
        "account.changed" => ("Zugang geändert", "Access changed"),
        "agent.enrolled" => ("Computer verbunden", "Computer connected"),
        "agent.renewed" => ("Zertifikat erneuert", "Certificate renewed"),
        "agent.revoked" => ("Verbindung eines Computers beendet", "Connection of a computer ended"),
        "enrolment.withdrawn" => ("Zeile zum Verbinden zurückgezogen", "Line for connecting withdrawn"),
        "enrolment.created" => ("Zeile zum Verbinden erzeugt", "Line for connecting made"),
        "finding.accepted" => ("Risiko bewusst akzeptiert", "Risk knowingly accepted"),
        "finding.assigned" => ("Zuständigkeit geändert", "Assignment changed"),
        "finding.withdrawn" => ("Akzeptanz beendet", "Acceptance ended"),
        "identity.unlinked" => ("Verbindung mit dem Anmeldedienst gelöst", "Link with the sign-in service removed"),
        "job.cancelled" => ("Vorgang abgebrochen", "Job stopped"),
        "link.issued" => ("Einmal-Link erzeugt", "One-time link made"),
        "membership.ended" => ("Rolle beendet", "Role ended"),
        "membership.granted" => ("Rolle gegeben", "Role given"),
        "membership.offered" => ("Rolle angeboten", "Role offered"),
        "membership.withdrawn" => ("Angebot einer Rolle zurückgezogen", "Offer of a role withdrawn"),
        "password.removed" => ("Passwort entfernt", "Password removed"),
        "practice.created" => ("Praxis angelegt", "Practice set up"),
        "practice.exported" => ("Praxis in eine Datei gepackt", "Practice packed into a file"),
        "practice.imported" => ("Praxis aus einer Datei übernommen", "Practice taken over from a file"),
        "practice.changed" => ("Angaben der Praxis geändert", "Statements of the practice changed"),
        "practice.renamed" => ("Praxis umbenannt", "Practice renamed"),
        "release.added" => ("Netz zur Untersuchung freigegeben", "Network released for examination"),
        "release.withdrawn" => ("Freigabe beendet", "Release ended"),
        "round.started" => ("Visite begonnen", "Round begun"),
        "scan.done" => ("Netz untersucht", "Network examined"),
        "scan.started" => ("Untersuchung des Netzes begonnen", "Examination of the network begun"),
        "settings.changed" => ("Einstellungen geändert", "Settings changed"),
        "site.added" => ("Ort angelegt", "Place added"),
        "token.created" => ("Zugang für ein Programm angelegt", "Access of a program made"),
        "token.withdrawn" => ("Zugang eines Programms beendet", "Access of a program ended"),
        "webhook.created" => ("Adresse für Benachrichtigungen angelegt", "Address for messages made"),
        "webhook.removed" => ("Adresse für Benachrichtigungen entfernt", "Address for messages removed"),
        _ => return None,
    };
    Some(Text::new(de, en))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_without_a_sentence_stays_a_word() {
        assert_eq!(sentence("round.started").unwrap().de, "Visite begonnen");
        assert_eq!(sentence("else.else"), None);
    }
}
