//! The practice file as the wizard and the settings change it: what a person says becomes an entry, and everything else
//! stays as it is.
//!
//! A changed file is written anew and read again before it is kept, so that no contradiction gets in.

use super::load::Reader;
use crate::act::invalid;
use crate::web::refusal::Refusal;
use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::{Value as Json, json};
use std::fmt::Write;
use visite_facts::{Text, Word};
use visite_store::Role;
use visite_target::{
    DeviceOwner, Network, Person, PersonId, PersonRole, Practice, PracticeSchema, PracticeSize, Release, Size,
    Telematics, TelematicsMode,
};

/// What keeps a change from being made: something to tell, or a refusal.
pub enum Unusable {
    /// What the person wrote; the text says what and what to do.
    Said(Text),
    /// Something else.
    Refused(Refusal),
}

impl<R: Into<Refusal>> From<R> for Unusable {
    fn from(refusal: R) -> Self {
        Self::Refused(refusal.into())
    }
}

fn said(de: impl Into<String>, en: impl Into<String>) -> Unusable {
    Unusable::Said(Text::new(de, en))
}

/// The practice file, or the smallest one there can be.
///
/// # Errors
///
/// If there is one that cannot be read: nobody overwrites what they have not seen.
pub fn current(reader: &Reader) -> Result<Practice, Unusable> {
    if reader.info.file.is_some() {
        return reader.practice_file().ok_or_else(|| {
            said(
                "Die Praxisdatei enthält etwas, das dieses Programm nicht versteht. Berichtigen Sie sie zuerst.",
                "The practice file holds something that this program does not understand. Mend it first.",
            )
        });
    }
    Ok(Practice {
        schema: PracticeSchema::V1,
        name: reader.info.name.clone(),
        time_zone: reader.info.time_zone.parse().ok(),
        size: None,
        telematics: None,
        equipment: None,
        opening_hours: None,
        change_freeze: None,
        lock_after_minutes: None,
        provider: None,
        people: None,
        zones: None,
        conduits: None,
        devices: None,
        releases: None,
        exemptions: None,
    })
}

/// Keeps a changed file, if it is one that can be read.
///
/// # Errors
///
/// What contradicts itself in it.
pub async fn keep(reader: &Reader, practice: &Practice, what: &str, detail: Json) -> Result<(), Unusable> {
    let text = yaml(&serde_json::to_value(practice).map_err(Refusal::from)?);
    if let Err(mistakes) = Practice::from_yaml(&text, "practice.yaml") {
        let mistake = mistakes.into_iter().next();
        return Err(mistake.map_or(Unusable::Refused(Refusal::Failed), |mistake| {
            let hint = mistake.hint.unwrap_or_default();
            Unusable::Said(mistake.message.map(|lang, message| format!("{message}. {}", hint.get(lang))))
        }));
    }
    let before = reader.info.file.as_ref().map(|file| file.hash.as_str());
    if reader.practice.set_file(&reader.event(what, detail), before, &text).await? {
        return Ok(());
    }
    Err(said(
        "Die Angaben zur Praxis wurden gleichzeitig an anderer Stelle geändert. Sehen Sie nach, und versuchen Sie es noch einmal.",
        "What is known of the practice was changed elsewhere at the same time. Have a look, and try again.",
    ))
}

/// Changes the name, in the file and in the list of practices.
pub async fn rename(reader: &Reader, name: &str) -> Result<(), Unusable> {
    let name = name.trim();
    let event = reader.event("practice.renamed", json!({ "name": name }));
    if let Err(error) = reader.practice.rename(&event, name, &reader.info.time_zone).await {
        return Err(Unusable::Said(invalid(error)?));
    }
    let mut practice = current(reader)?;
    name.clone_into(&mut practice.name);
    keep(reader, &practice, "practice.changed", json!({ "part": "name" })).await
}

/// Says how large the practice is. A number that says the same already stays.
pub fn set_size(practice: &mut Practice, word: &str) -> Result<(), Unusable> {
    let size = Size::from_word(word).ok_or_else(choose)?;
    if practice.practice_size() != Some(size) {
        let reason = "In den Einstellungen von Visite gewählt".to_owned();
        let before = practice.size.take().unwrap_or_default();
        practice.size = Some(PracticeSize { overridden: Some(size), reason: Some(reason), ..before });
    }
    Ok(())
}

/// Says how the practice is connected to the telematics infrastructure.
pub fn set_telematics(practice: &mut Practice, word: &str) -> Result<(), Unusable> {
    let mode = TelematicsMode::from_word(word).ok_or_else(choose)?;
    practice.telematics = Some(Telematics { mode });
    Ok(())
}

/// Nothing was chosen, or something that is no choice.
pub fn choose() -> Unusable {
    said("Bitte wählen Sie eine der Möglichkeiten.", "Please choose one of the possibilities.")
}

/// What the form of a release says.
pub struct ReleaseWish<'a> {
    /// Networks, parted by commas.
    pub networks: &'a str,
    /// Whose network and devices it is.
    pub owner: &'a str,
    /// Last day; a year ahead if empty.
    pub until: &'a str,
    /// Whether the person may allow it.
    pub confirmed: bool,
}

/// Allows networks to be examined. The reader is the person who allowed it.
pub fn release(reader: &Reader, practice: &mut Practice, wish: &ReleaseWish<'_>) -> Result<Json, Unusable> {
    if !wish.confirmed {
        return Err(said(
            "Bitte bestätigen Sie, dass Sie diese Untersuchung erlauben dürfen.",
            "Please confirm that you may allow this examination.",
        ));
    }
    let owner: String = wish.owner.trim().chars().take(300).collect();
    if owner.is_empty() || owner.chars().any(char::is_control) {
        return Err(said(
            "Bitte nennen Sie, wem Netz und Geräte gehören.",
            "Please say whose network and devices these are.",
        ));
    }
    let ranges = networks(wish.networks)?;
    let today = reader.today();
    let latest = today.saturating_add(1.year());
    let until = match wish.until {
        "" => latest,
        text => text.parse::<Date>().ok().filter(|day| today <= *day && *day <= latest).ok_or_else(|| {
            said(
                "Bitte wählen Sie einen Tag ab heute und höchstens ein Jahr voraus.",
                "Please choose a day from today on, at most a year ahead.",
            )
        })?,
    };
    let allowed_by = person(reader, practice)?;
    let releases = practice.releases.get_or_insert_default();
    let id = (1..).map(|number| format!("freigabe-{today}-{number}"));
    let id = id.into_iter().find(|id| releases.iter().all(|release| release.id.as_str() != id)).unwrap_or_default();
    let detail = json!({ "release": id, "networks": ranges, "owner": owner, "until": until });
    releases.push(Release {
        id: id.parse().map_err(|_| Refusal::Failed)?,
        allowed_by,
        allowed_on: today,
        until,
        ranges,
        // The names say whose they are; others may be among them.
        device_owners: vec![DeviceOwner::Practice, DeviceOwner::Other],
        named_owners: Some(vec![owner]),
        login_attempts: None,
    });
    Ok(detail)
}

/// The networks of a release, as they are written.
pub fn networks_of(release: &Release) -> String {
    let networks: Vec<String> = release.ranges.iter().map(ToString::to_string).collect();
    networks.join(", ")
}

fn networks(text: &str) -> Result<Vec<Network>, Unusable> {
    let parts = text.split([',', ';', ' ', '\n']).map(str::trim).filter(|part| !part.is_empty());
    let ranges = parts.map(str::parse::<Network>).collect::<Result<Vec<_>, _>>().map_err(|complaint| {
        let hint = complaint.hint.unwrap_or_default();
        Unusable::Said(complaint.message.map(|lang, message| format!("{message}. {}", hint.get(lang))))
    })?;
    if ranges.is_empty() {
        return Err(said(
            "Bitte nennen Sie ein Netz, zum Beispiel 192.168.10.0/24.",
            "Please name a network, e.g. 192.168.10.0/24.",
        ));
    }
    Ok(ranges)
}

/// The reader as a person of the practice file, who is added if not there.
fn person(reader: &Reader, practice: &mut Practice) -> Result<PersonId, Unusable> {
    let account = &reader.visitor.account;
    let part: String = account.id.as_str().chars().filter(char::is_ascii_alphanumeric).take(32).collect();
    let id: PersonId = format!("konto-{part}").parse().map_err(|_| Refusal::Failed)?;
    let people = practice.people.get_or_insert_default();
    if people.iter().all(|person| person.id != id) {
        let role = match reader.membership.role {
            Role::PracticeOwner => PersonRole::Owner,
            Role::ProviderAdmin | Role::Technician | Role::Auditor => PersonRole::External,
            Role::DataProtectionOfficer => PersonRole::DataProtectionOfficer,
            Role::PracticeManager | Role::Staff => PersonRole::Office,
        };
        let name = Some(account.name.clone());
        people.push(Person { id: id.clone(), roles: vec![role], name, organisation: None, since: None, until: None });
    }
    Ok(id)
}

/// Ends a release. `false`: there is none of this id.
pub fn withdraw(practice: &mut Practice, id: &str) -> bool {
    let releases = practice.releases.get_or_insert_default();
    let before = releases.len();
    releases.retain(|release| release.id.as_str() != id);
    releases.len() != before
}

/// A value as YAML: keys and entries on lines of their own, texts in quotes, which JSON and YAML write alike.
pub fn yaml(value: &Json) -> String {
    let mut text = String::new();
    write_block(value, 0, &mut text);
    text
}

fn write_block(value: &Json, depth: usize, text: &mut String) {
    let indent = "  ".repeat(depth);
    match value {
        Json::Object(fields) if !fields.is_empty() => {
            for (key, value) in fields {
                // Writing to a `String` cannot fail, here and below.
                let _ = write!(text, "{indent}{key}:");
                write_entry(value, depth, text);
            }
        }
        Json::Array(entries) if !entries.is_empty() => {
            for entry in entries {
                let _ = write!(text, "{indent}-");
                write_entry(entry, depth, text);
            }
        }
        plain => {
            let _ = writeln!(text, "{indent}{}", scalar(plain));
        }
    }
}

fn write_entry(value: &Json, depth: usize, text: &mut String) {
    let is_block = match value {
        Json::Object(fields) => !fields.is_empty(),
        Json::Array(entries) => !entries.is_empty(),
        _ => false,
    };
    if is_block {
        text.push('\n');
        write_block(value, depth + 1, text);
    } else {
        let _ = writeln!(text, " {}", scalar(value));
    }
}

/// A value on one line. Signs that JSON lets stand and YAML does not are written by their number.
fn scalar(value: &Json) -> String {
    let is_odd = |sign: char| {
        sign.is_control() || matches!(sign, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
    };
    value.to_string().chars().fold(String::new(), |mut text, sign| {
        if is_odd(sign) {
            let _ = write!(text, "\\u{:04x}", u32::from(sign));
        } else {
            text.push(sign);
        }
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The longest example there is, with every kind of entry.
    #[test]
    fn what_is_written_reads_the_same() {
        let text = include_str!("../../../../tests/browser/scans/practice.yaml");
        let practice = Practice::from_yaml(text, "practice.yaml").unwrap();
        let written = yaml(&serde_json::to_value(&practice).unwrap());
        assert_eq!(Practice::from_yaml(&written, "written.yaml").unwrap(), practice);
        assert!(
            written.starts_with("schema: \"visite.practice/1\"\n")
                || written.contains("\nschema: \"visite.practice/1\"\n")
        );
    }

    #[test]
    fn odd_texts_stay_what_they_are() {
        let odd = json!({ "a": ["- x", "yes", "#", "ä\n\u{7f}\u{85}\u{2028}:", "", "1", []], "b": {}, "c": [{ "d": [null, 1.5, true] }] });
        let read: Json = visite_target::from_yaml(&yaml(&odd), "odd.yaml").unwrap();
        assert_eq!(read, odd);
    }
}
