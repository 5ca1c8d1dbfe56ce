//! Whose registry is loaded, and what the people are called.

use super::recording::Recording;
use super::wanted::{Wanted, is_person};
use visite_facts::UnknownReason;

const PROFILES: &str = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList";

/// What has to be read. Names are the folders of the profiles: those of accounts may be asked for far away.
pub const WANTED: &[Wanted] = &[
    Wanted::Keys("HKU"),
    Wanted::Values(r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList\*", &["ProfileImagePath"]),
];

/// A person with a profile on this computer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Security identifier.
    pub sid: String,
    /// Name of the profile's folder, which is that of the account when it was made.
    pub name: String,
    /// Whether the registry of the person is loaded, so that their settings can be read.
    pub loaded: bool,
}

/// Everybody with a profile.
///
/// # Errors
///
/// Why they cannot be told.
pub fn people(recording: &Recording) -> Result<Vec<Person>, UnknownReason> {
    let loaded: Vec<&String> = recording.keys("HKU")?.iter().filter(|sid| is_person(sid)).collect();
    let mut people = Vec::new();
    for sid in recording.keys(PROFILES)?.iter().filter(|sid| is_person(sid)) {
        let path = recording.text(&format!("{PROFILES}\\{sid}"), "ProfileImagePath")?.unwrap_or_default();
        let name = path.rsplit(['\\', '/']).next().filter(|name| !name.is_empty()).unwrap_or(sid);
        people.push(Person {
            sid: sid.clone(),
            name: name.to_owned(),
            loaded: loaded.iter().any(|other| other.eq_ignore_ascii_case(sid)),
        });
    }
    // A registry without a profile: made by hand, or by a program that imitates Windows.
    for sid in loaded {
        if !people.iter().any(|person| person.sid.eq_ignore_ascii_case(sid)) {
            people.push(Person { sid: sid.clone(), name: sid.clone(), loaded: true });
        }
    }
    Ok(people)
}
