//! The pages of a practice with a store that holds what real computers told, judged by the whole catalogue.

mod findings;
mod jobs;
pub mod links;
mod practices;
mod provider;
mod rounds;
mod settings;

use crate::server::{Browser, CATALOG, Reach, Server};
use jiff::Timestamp;
use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;
use visite_assess::{Input, assess};
use visite_facts::{AssessedSubject, Assessment, FactsFile, Finding, Snapshot};
use visite_report::overview;
use visite_store::{AccountId, PracticeId, PracticeStore, Role};

/// The morning after the recordings.
const NOW: &str = "2026-11-25T08:00:00Z";

pub fn repository(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests").join(path)
}

fn facts(host: &str) -> Vec<Snapshot> {
    let bytes = fs::read(repository(&format!("hosts/{host}/facts.json"))).unwrap();
    FactsFile::from_json(&bytes).unwrap().0.snapshots
}

fn judged(snapshots: &[Snapshot], previous: &[Finding], now: &str) -> Assessment {
    let now = now.parse().unwrap();
    assess(&Input { catalog: &CATALOG, practice: None, snapshots, acceptances: &[], previous, now })
}

/// Two rounds: in the second one there is a computer more.
static ROUNDS: LazyLock<[Assessment; 2]> = LazyLock::new(|| {
    let mut snapshots = facts("debian-12-workstation-gnome");
    let first = judged(&snapshots, &[], "2026-11-24T12:00:00Z");
    snapshots.extend(facts("debian-12-server"));
    let second = judged(&snapshots, &first.findings, "2026-11-25T07:00:00Z");
    [first, second]
});

/// The newest assessment of a filled practice.
pub fn newest() -> &'static Assessment {
    &ROUNDS[1]
}

/// The name of the computer that only the newest assessment knows.
pub fn new_computer() -> &'static str {
    let is_new = |assessed: &&AssessedSubject| overview::subject(&ROUNDS[0], &assessed.subject.id).is_none();
    &newest().subjects.iter().find(is_new).unwrap().subject.name
}

/// An open finding of the newest assessment.
pub fn open_finding() -> &'static Finding {
    newest().findings.iter().find(|finding| overview::is_open(finding)).unwrap()
}

/// A server on the morning after the recordings, with a practice that had two rounds, and its owner.
pub async fn filled() -> (Server, PracticeStore, AccountId) {
    let server = Server::new(Reach::Beyond).await;
    let now: Timestamp = NOW.parse().unwrap();
    server.wait(now.duration_since(server.now()));
    let id = server.practice("linde").await;
    let practice = fill(&server, &id).await;
    let owner = server.person("anna", &id, Role::PracticeOwner).await;
    (server, practice, owner)
}

/// Gives a practice its two rounds.
pub async fn fill(server: &Server, id: &PracticeId) -> PracticeStore {
    let practice = server.store.practice(id.clone());
    for round in ROUNDS.iter() {
        practice.save_round(round).await.unwrap();
    }
    practice
}

/// Somebody with that role, signed in.
pub async fn visitor<'s>(server: &'s Server, practice: &PracticeStore, name: &str, role: Role) -> Browser<'s> {
    let id = server.person(name, practice.id(), role).await;
    server.signed_in(&id).await
}

/// The rows of a file: fields by line, without the head.
pub fn rows(csv: &str) -> Vec<Vec<String>> {
    let text = csv.strip_prefix('\u{feff}').unwrap();
    let mut rows = Vec::new();
    let (mut row, mut field, mut quoted) = (Vec::new(), String::new(), false);
    let mut signs = text.chars().peekable();
    while let Some(sign) = signs.next() {
        match sign {
            '"' if quoted && signs.peek() == Some(&'"') => field.extend(signs.next()),
            '"' => quoted = !quoted,
            ';' if !quoted => row.push(std::mem::take(&mut field)),
            '\n' if !quoted => {
                row.push(std::mem::take(&mut field));
                rows.push(std::mem::take(&mut row));
            }
            '\r' if !quoted => {}
            sign => field.push(sign),
        }
    }
    rows.remove(0);
    rows
}

/// What stands between tags, as a reader sees it.
pub fn plain(html: &str) -> String {
    let text: Vec<&str> = html.split('<').filter_map(|rest| rest.split_once('>')).map(|(_, text)| text).collect();
    text.concat().replace("&amp;", "&").replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">")
}
