//! Who allows a scan: a release of the practice file, the name on the command line, or whoever answers the question on the
//! terminal. Nothing is sent without.

use super::aims::Written;
use crate::cli::ScanArgs;
use crate::failure::{Failure, Kind};
use ipnet::IpNet;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::io::{BufRead, IsTerminal, Write};
use visite_facts::scan::Profile;
use visite_facts::{Lang, Text};
use visite_scan::targets::Targets;
use visite_target::{Practice, Release};

/// Most targets that one sentence names.
const NAMED: usize = 5;

/// What allows a scan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permission {
    /// Who gave it.
    pub by: String,
    /// Id of the release in the practice file and its last day, if one gave it.
    pub release: Option<(String, Date)>,
}

/// The permission that stands in the practice file or on the command line; `None` if nobody is named. A release that lacks
/// the permission for login attempts refuses them, whoever else is named.
pub fn stated(
    arguments: &ScanArgs,
    practice: Option<&Practice>,
    targets: &Targets,
    today: Date,
) -> Result<Option<Permission>, Failure> {
    let networks = targets.networks();
    if let Some(practice) = practice {
        let covers = |release: &&Release| networks.iter().all(|network| release.covers(*network, today));
        let covering: Vec<&Release> = practice.releases.iter().flatten().filter(covers).collect();
        let suits = |release: &&&Release| !arguments.allow_logins || release.allows_login_attempts();
        if let Some(release) = covering.iter().find(suits) {
            let by = visite_scan::permission::allowed_by(practice, release);
            return Ok(Some(Permission { by, release: Some((release.id.to_string(), release.until)) }));
        }
        if let Some(release) = covering.first() {
            return Err(no_logins(release));
        }
    }
    let named = arguments.authorised_by.as_deref().map(tidied).filter(|name| !name.is_empty());
    Ok(named.map(|by| Permission { by, release: None }))
}

/// A name on one line, no longer than names are.
fn tidied(name: &str) -> String {
    name.trim().chars().filter(|c| !c.is_control()).take(120).collect()
}

fn no_logins(release: &Release) -> Failure {
    let id = &release.id;
    Failure::new(
        Kind::Permission,
        format!("Die Freigabe `{id}` in der Praxisdatei erlaubt keine Anmeldeversuche"),
        format!("the permission (release) `{id}` in the practice file does not allow login attempts"),
    )
    .because_of(Text::new("dort fehlt `login_attempts: true`", "it lacks `login_attempts: true`"))
    .hint(
        "Lassen Sie --allow-logins weg. Wurden Anmeldeversuche erlaubt, dann tragen Sie bei der Freigabe `login_attempts: true` ein.",
        "leave out --allow-logins; if login attempts were allowed, enter `login_attempts: true` in the release",
    )
}

/// Why a scan that nobody allowed is refused: what each release of the practice file lacks, and what to do.
pub fn missing(practice: Option<&Practice>, written: &Written, today: Date) -> Failure {
    let failure = Failure::new(
        Kind::Permission,
        "Ohne Freigabe untersucht Visite kein Netz",
        "without a permission (release) Visite examines no network",
    );
    let releases: Vec<&Release> =
        practice.into_iter().flat_map(|practice| practice.releases.iter().flatten()).collect();
    if releases.is_empty() {
        let failure = failure.because_of(Text::new(
            "Wer für das Netz verantwortlich ist, muss die Untersuchung erlauben.",
            "whoever is responsible for the network has to allow it",
        ));
        let each = written.each();
        let private = each.iter().flat_map(|(_, networks)| networks).all(is_private);
        let failure = if private {
            failure.because_of(Text::new(
                "Ein privater Adressbereich ist keine Erlaubnis.",
                "a private address range is no permission",
            ))
        } else {
            failure
        };
        return failure.hint(
            "Nennen Sie, wer es erlaubt hat: --authorised-by \"Name\", oder tragen Sie eine Freigabe unter `releases` in die Praxisdatei ein.",
            "say who allowed it: --authorised-by \"name\", or enter a release under `releases` in the practice file",
        );
    }
    let reasons = reasons(&releases, written, today);
    reasons.into_iter().fold(failure, Failure::because_of).hint(
        "Ergänzen Sie die Freigabe (`until`, und unter `ranges` jedes Netz, auch mit seinen IPv6-Adressen), lassen Sie Ziele mit --exclude aus, oder nennen Sie, wer es erlaubt hat: --authorised-by \"Name\".",
        "complete the release (`until`, and under `ranges` every network, that of IPv6 as well), leave targets out with --exclude, or say who allowed it: --authorised-by \"name\"",
    )
}

/// What each release of the practice file lacks to allow the scan.
pub fn lacking(practice: Option<&Practice>, written: &Written, today: Date) -> Vec<Text> {
    let releases: Vec<&Release> =
        practice.into_iter().flat_map(|practice| practice.releases.iter().flatten()).collect();
    reasons(&releases, written, today)
}

/// What each of `releases` lacks.
fn reasons(releases: &[&Release], written: &Written, today: Date) -> Vec<Text> {
    let each = written.each();
    let reason = |release: &&Release| {
        let id = &release.id;
        if release.until < today {
            let (de, en) = days(release.until);
            return Text::new(
                format!("Die Freigabe `{id}` ist abgelaufen am {de}."),
                format!("the release `{id}` expired on {en}"),
            );
        }
        if today < release.allowed_on {
            let (de, en) = days(release.allowed_on);
            return Text::new(
                format!("Die Freigabe `{id}` gilt erst ab {de}."),
                format!("the release `{id}` counts from {en} on only"),
            );
        }
        let is_open = |networks: &[IpNet]| networks.iter().any(|network| !release.covers(*network, today));
        let open: Vec<&str> =
            each.iter().filter(|(_, networks)| is_open(networks)).map(|(target, _)| *target).collect();
        let more = open.len().saturating_sub(NAMED);
        let shown = open[..open.len() - more].iter().map(|target| target.escape_debug().to_string());
        let shown = shown.collect::<Vec<_>>().join(", ");
        let (de, en) = match more {
            0 => (String::new(), String::new()),
            more => (format!(" und {more} weitere"), format!(" and {more} more")),
        };
        let ranges = release.ranges.iter().map(|range| range.0.to_string()).collect::<Vec<_>>().join(", ");
        Text::new(
            format!("Die Freigabe `{id}` gilt für {ranges}. Nicht dabei: {shown}{de}."),
            format!("the release `{id}` is for {ranges}; not among them: {shown}{en}"),
        )
    };
    releases.iter().map(reason).collect()
}

/// A day as both languages write it.
pub fn days(day: Date) -> (String, String) {
    (day.strftime("%d.%m.%Y").to_string(), day.strftime("%-d %B %Y").to_string())
}

/// Whether a network is one of those that anybody may use at home: RFC 1918, RFC 3927, RFC 4193 and RFC 4291, 2.5.6.
fn is_private(network: &IpNet) -> bool {
    const PRIVATE: [&str; 6] =
        ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "fc00::/7", "fe80::/10"];
    PRIVATE.iter().filter_map(|private| private.parse::<IpNet>().ok()).any(|private| private.contains(network))
}

/// Whether somebody can be asked.
pub fn can_ask() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Asks on the terminal who allows it, and says before why no release of the practice file does.
pub fn ask(practice: Option<&Practice>, written: &Written, today: Date, lang: Lang) -> Result<Permission, Failure> {
    let mut question: String =
        lacking(practice, written, today).iter().map(|reason| format!("{}\n", reason.get(lang))).collect();
    let shown = written.targets.iter().take(8).map(|target| target.escape_debug().to_string());
    let list = shown.collect::<Vec<_>>().join(", ");
    question += &match lang {
        Lang::De => format!(
            "Visite schickt gleich Anfragen an {list}.\nDas darf nur, wer für dieses Netz und die Geräte darin verantwortlich ist oder die Erlaubnis dazu hat.\nWer hat es erlaubt? Name (leer bricht ab): "
        ),
        Lang::En => format!(
            "Visite is about to send requests to {list}.\nOnly those responsible for this network and its devices may do that, or whoever has their permission.\nWho allowed it? Name (empty cancels): "
        ),
    };
    eprint!("{question}");
    let _ = std::io::stderr().flush();
    let mut name = String::new();
    let read = std::io::stdin().lock().read_line(&mut name);
    let by = tidied(&name);
    if read.is_err() || by.is_empty() {
        return Err(Failure::new(
            Kind::Permission,
            "Abgebrochen: Es wurde nichts gesendet",
            "cancelled: nothing was sent",
        ));
    }
    Ok(Permission { by, release: None })
}

/// Refuses the fast profile while patients are treated.
pub fn refuse_opening_hours(
    profile: Profile,
    begin: Timestamp,
    practice: Option<&Practice>,
    zone: &TimeZone,
) -> Result<(), Failure> {
    let hours = practice.and_then(|practice| practice.opening_hours.as_ref());
    if profile == Profile::Practice || !hours.is_some_and(|hours| hours.is_open(zone.to_datetime(begin))) {
        return Ok(());
    }
    Err(Failure::new(
        Kind::Permission,
        "Die Praxis hat zu dieser Zeit geöffnet, und das Profil `fast` ist nicht für die Sprechzeit",
        "the practice is open at that time, and the profile `fast` is not for opening hours",
    )
    .hint(
        "Lassen Sie --profile weg, oder nennen Sie ein Zeitfenster: --window 22:00-05:00",
        "leave out --profile, or name a window: --window 22:00-05:00",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_release_says_what_it_lacks() {
        let file = "schema: visite.practice/1\nname: x\npeople: [{ id: ada, roles: [owner] }]\nreleases:\n\
            \x20 - { id: alt, allowed_by: ada, allowed_on: 2024-01-01, until: 2024-12-31, ranges: [192.0.2.0/24], device_owners: [practice] }\n\
            \x20 - { id: bald, allowed_by: ada, allowed_on: 2027-01-01, until: 2027-12-31, ranges: [192.0.2.0/24], device_owners: [practice] }\n\
            \x20 - { id: neu, allowed_by: ada, allowed_on: 2026-01-01, until: 2026-12-31, ranges: [192.0.2.0/24], device_owners: [practice] }\n";
        let practice = Practice::from_yaml(file, "p.yaml").expect("a practice file");
        let targets = ["192.0.2.7"].into_iter().map(str::to_owned);
        let written = Written {
            targets: targets.chain((1..=7).map(|n| format!("fd00::{n}"))).collect(),
            excluded: Vec::new(),
            attached: Vec::new(),
        };
        let today = Date::new(2026, 11, 26).expect("a day");
        let lacking = lacking(Some(&practice), &written, today);
        let german: Vec<&str> = lacking.iter().map(|text| text.de.as_str()).collect();
        assert_eq!(
            german,
            [
                "Die Freigabe `alt` ist abgelaufen am 31.12.2024.",
                "Die Freigabe `bald` gilt erst ab 01.01.2027.",
                "Die Freigabe `neu` gilt für 192.0.2.0/24. Nicht dabei: fd00::1, fd00::2, fd00::3, fd00::4, fd00::5 und 2 weitere.",
            ]
        );
        assert!(reasons(&[], &written, today).is_empty());
    }
}
