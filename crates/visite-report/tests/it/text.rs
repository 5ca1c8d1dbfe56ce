//! The terminal's promises: width, colour, several subjects, and what it says when nothing is wrong.

use crate::golden::{assessment, options, rendered};
use unicode_width::UnicodeWidthStr;
use visite_facts::{Assessment, Lang, UnknownReason};
use visite_report::{Detail, Format, Options};

fn text(assessment: &Assessment, options: &Options<'_>) -> String {
    rendered(Format::Text, assessment, options)
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for (asked, width) in [(0, 60), (60, 60), (73, 73), (100, 100), (500, 100)] {
        for detail in [Detail::Quiet, Detail::Normal, Detail::Verbose] {
            for lang in [Lang::De, Lang::En] {
                let options = Options { width: asked, detail, ..options(lang) };
                for line in text(&assessment("sample"), &options).lines() {
                    assert!(line.width() <= width, "{} columns: {line}", line.width());
                    assert_eq!(line, line.trim_end());
                }
            }
        }
    }
}

#[test]
fn colour_adds_nothing_but_colour() {
    let plain = text(&assessment("sample"), &options(Lang::De));
    let colored = text(&assessment("sample"), &Options { color: true, ..options(Lang::De) });
    let mut stripped = String::new();
    let mut rest = colored.as_str();
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        stripped.push_str(before);
        rest = after.split_once('m').expect("a whole code").1;
    }
    stripped.push_str(rest);
    assert_ne!(plain, colored);
    assert_eq!(plain, stripped);
}

#[test]
fn an_administrator_is_not_told_to_become_one() {
    let privileged = Options { privileged: true, ..options(Lang::De) };
    assert!(text(&assessment("sample"), &options(Lang::De)).contains("sudo visite check"));
    let text = text(&assessment("sample"), &privileged);
    assert!(!text.contains("sudo visite check") && text.contains("auch mit Administratorrechten nicht lesen"));
}

#[test]
fn every_reason_for_not_checking_is_said() {
    let mut sample = assessment("sample");
    for (index, reason) in
        [UnknownReason::TimedOut, UnknownReason::Malformed, UnknownReason::NotLicensed].iter().enumerate()
    {
        sample.summary.unchecked.insert(*reason, u32::try_from(index).expect("small"));
    }
    let text = text(&sample, &options(Lang::En));
    assert!(text.contains("1 could not be understood") && text.contains("2 need a licence"));
    assert!(!text.contains("in time"), "nothing timed out");
}

#[test]
fn several_subjects_share_a_line_where_the_gap_is_the_same() {
    let mut several = assessment("sample");
    let mut other = several.subjects[0].clone();
    other.subject.id.0 = "host-two".into();
    other.subject.name = "labor-1".into();
    several.subjects.push(other);
    let mut finding = several.findings.iter().find(|f| f.check == "firewall-ipv6-open").expect("in the sample").clone();
    finding.id = "finding-two".into();
    finding.subject.0 = "host-two".into();
    several.findings.push(finding);
    let text = text(&several, &Options { width: 100, ..options(Lang::De) });
    assert!(text.starts_with("Visite · 2 Prüfobjekte · heute, 12:40\u{a0}Uhr\n"));
    assert!(text.contains("  Über IPv6 lässt dieser Computer jeden Zugriff herein (empfang-1, labor-1)\n"));
    assert!(text.contains("  Das Konto „praxis“ hat kein Passwort (empfang-1)\n"));
}

#[test]
fn long_groups_are_cut_unless_asked_for() {
    let mut many = assessment("sample");
    let pattern = many.findings.iter().find(|f| f.check == "screen-lock-missing").expect("in the sample").clone();
    for number in 0..7 {
        let mut finding = pattern.clone();
        finding.id = format!("finding-{number}");
        finding.title.de = format!("Der Bildschirm Nummer {number} sperrt sich nicht von selbst");
        many.findings.push(finding);
    }
    let short = text(&many, &options(Lang::De));
    assert!(short.contains("… und 5 weitere") && !short.contains("Nummer 6"));
    assert!(text(&many, &Options { detail: Detail::Verbose, ..options(Lang::De) }).contains("Nummer 6"));
}

#[test]
fn nothing_checked_is_not_a_clean_machine() {
    let mut nothing = assessment("clean");
    nothing.summary.checked = 0;
    let text = text(&nothing, &options(Lang::De));
    assert!(text.contains("Noch nichts geprüft.") && !text.contains("keine Lücke"));
}

#[test]
fn an_accepted_gap_is_no_clean_machine_either() {
    let mut accepted = assessment("sample");
    accepted.findings.retain(|finding| finding.acceptance.is_some());
    let text = text(&accepted, &options(Lang::De));
    assert!(text.contains("Bisher keine offene Lücke gefunden.") && text.contains("Bis 31.03.2027 · Dr. Beispiel"));
}

/// Words that promise more than was measured, or belong to patients.
#[test]
fn no_report_promises_more_than_was_measured() {
    for format in [Format::Text, Format::Sarif, Format::Junit, Format::Html] {
        for lang in [Lang::De, Lang::En] {
            let options = Options { detail: Detail::Verbose, ..options(lang) };
            let report = rendered(format, &assessment("sample"), &options).to_lowercase();
            for word in ["befund", "dsgvo-konform", "zertifiziert", "rechtssicher", "100 % sicher", "certified"] {
                assert!(!report.contains(word), "{format} says {word}");
            }
        }
    }
}
