//! Texts of pages: both languages say the same, and every text is said.

use super::*;
use crate::api::scope::Scope;
use crate::hooks::HookEvent;
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use visite_catalog::model::Modality;
use visite_facts::{Acceptance, Area, Assessment, FindingState, Severity, UnknownReason, Word};
use visite_report::moment::Calendar;
use visite_report::overview;
use visite_report::texts::messages;

#[test]
fn both_languages_have_the_same_keys_and_placeholders() {
    assert_eq!(messages(GERMAN), messages(ENGLISH));
    texts(Lang::De);
    texts(Lang::En);
}

/// Keys that are made of words.
fn made() -> BTreeSet<String> {
    let list =
        |list: &'static str, words: &'static [&'static str]| words.iter().map(move |word| format!("{list}-{word}"));
    list("help", UnknownReason::ALL)
        .chain(list("done", frame::DONE))
        .chain(list("modality", Modality::ALL))
        .chain(Scope::ALL.iter().map(|word| programs::key(word)))
        .chain(HookEvent::ALL.iter().map(|word| hooks::key(word)))
        .collect()
}

#[test]
fn every_key_that_is_made_of_words_is_there() {
    let there = messages(GERMAN);
    let missing: Vec<_> = made().into_iter().filter(|key| !there.contains_key(key.as_str())).collect();
    assert!(missing.is_empty(), "add these to texts/pages.*.ftl: {missing:#?}");
}

#[test]
fn every_key_is_said() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src/pages"));
    let mut source = String::new();
    for entry in fs::read_dir(folder).expect("the folder of the pages") {
        source.push_str(&fs::read_to_string(entry.expect("an entry").path()).expect("a source file"));
    }
    let made = made();
    let unused: Vec<_> = messages(GERMAN)
        .into_keys()
        .filter(|key| !made.contains(*key) && !source.contains(&format!("\"{key}\"")))
        .collect();
    assert!(unused.is_empty(), "nothing says these: {unused:#?}");
}

/// Words that promise more than was measured, or belong to patients, stand in no text.
#[test]
fn no_text_promises_more_than_was_measured() {
    for source in [GERMAN, ENGLISH] {
        let source = source.to_lowercase();
        for word in
            ["befund", "dsgvo-konform", "rechtssicher", "100 % sicher", "certified", "gdpr-compliant", "legally secure"]
        {
            assert!(!source.contains(word), "„{word}“ must not appear");
        }
    }
}

#[test]
fn a_redirect_says_what_was_done_and_nothing_else() {
    let german = texts(Lang::De);
    for word in frame::DONE {
        let message = Message::done(german, word).expect("a message");
        assert!(message.good && !message.text.starts_with("done-"), "{word}");
    }
    assert!(Message::done(german, "<script>").is_none());
}

/// The assessment that the reports are tested with.
fn sample() -> Assessment {
    serde_json::from_str(include_str!("../../../visite-report/tests/data/sample.json")).expect("an assessment")
}

/// Calls `f` with a frame for a reader called Kim.
fn framed<T>(f: impl Fn(&Frame<'_>) -> T) -> T {
    let texts = texts(Lang::De);
    let now: Timestamp = "2026-11-25T08:00:00Z".parse().expect("a time");
    let calendar = Calendar::new(texts, "Europe/Berlin", now);
    f(&Frame {
        texts,
        calendar: &calendar,
        practice: Some(Here { id: "p/1", name: "Praxis", open: None }),
        account: Some(Account { name: "Kim" }),
        may: May::default(),
        csrf: "token",
        message: None,
        search: "",
        brand: None,
        demo: false,
        version: "0",
    })
}

#[test]
fn addresses_stay_in_their_practice() {
    framed(|frame| assert_eq!(frame.to(&["findings", "../x"]), "/p/p%2F1/findings/..%2Fx"));
}

#[test]
fn the_list_of_findings_can_be_narrowed() {
    let mut sample = sample();
    sample.findings[0].state = FindingState::Accepted;
    let open: Vec<_> = sample.findings.iter().filter(|finding| overview::is_open(finding)).collect();
    let assigned = std::collections::BTreeMap::from([(open[0].id.clone(), "Kim".to_owned())]);
    let chosen = |filter: findings::Filter| {
        framed(|frame| {
            let view = findings::View { assessment: &sample, assigned: &assigned, filter: &filter };
            findings::selected(frame, &view).into_iter().map(|finding| finding.id.clone()).collect::<Vec<_>>()
        })
    };
    let filter = findings::Filter::default;
    assert_eq!(chosen(filter()).len(), open.len());
    assert_eq!(chosen(findings::Filter { state: "all".into(), ..filter() }).len(), sample.findings.len());
    let accepted = sample.findings.iter().filter(|finding| finding.state == FindingState::Accepted);
    let accepted: BTreeSet<String> = accepted.map(|finding| finding.id.clone()).collect();
    let filter_accepted = findings::Filter { state: "accepted".into(), ..filter() };
    assert_eq!(chosen(filter_accepted).into_iter().collect::<BTreeSet<_>>(), accepted);
    assert_eq!(chosen(findings::Filter { assigned: "mine".into(), ..filter() }), [open[0].id.clone()]);
    assert_eq!(chosen(findings::Filter { assigned: "nobody".into(), ..filter() }).len(), open.len() - 1);
    let accounts = open.iter().filter(|finding| finding.area == Area::Accounts).count();
    assert!(accounts > 0 && accounts < open.len());
    assert_eq!(chosen(findings::Filter { area: "accounts".into(), ..filter() }).len(), accounts);
    // What is not understood counts as not said.
    assert_eq!(chosen(findings::Filter { area: "nowhere".into(), sort: "x".into(), ..filter() }).len(), open.len());
    assert!(chosen(findings::Filter { q: "gibt es nicht".into(), ..filter() }).is_empty());
    let title = open[0].title.get(Lang::De).to_uppercase();
    assert!(chosen(findings::Filter { q: title, ..filter() }).contains(&open[0].id));
}

#[test]
fn the_list_of_findings_has_as_many_pages_as_it_needs() {
    let mut sample = sample();
    let open: Vec<_> = sample.findings.iter().filter(|finding| overview::is_open(finding)).cloned().collect();
    sample.findings = (0..201)
        .map(|number| {
            let mut finding = open[0].clone();
            finding.id = format!("f{number}");
            finding
        })
        .collect();
    let assigned = Default::default();
    let shown = |page: usize| {
        framed(|frame| {
            let filter = findings::Filter { page, ..Default::default() };
            let view = findings::View { assessment: &sample, assigned: &assigned, filter: &filter };
            frame.render(findings::page(frame, &view))
        })
    };
    assert!(shown(0).contains("Seite 1 von 3") && !shown(0).contains("rel=\"prev\""));
    assert!(shown(3).contains("Seite 3 von 3") && !shown(3).contains("rel=\"next\""));
    assert!(shown(usize::MAX).contains("Seite 3 von 3"));
}

#[test]
fn two_rounds_differ_by_what_was_seen() {
    let before = sample();
    let mut now = sample();
    let open = |assessment: &Assessment| -> Vec<usize> {
        let all = assessment.findings.iter().enumerate();
        all.filter(|(_, finding)| overview::is_open(finding)).map(|(index, _)| index).collect()
    };
    let gaps = open(&now);
    assert!(gaps.len() >= 6, "the sample has enough gaps");
    assert_eq!(compare::compare(&before, &now).unchanged, gaps.len());
    now.findings[gaps[0]].state = FindingState::Fixed;
    now.findings[gaps[1]].state = FindingState::Accepted;
    now.findings[gaps[1]].acceptance = Some(Acceptance {
        finding: now.findings[gaps[1]].id.clone(),
        reason: "bis Januar".to_owned(),
        by: "Kim".to_owned(),
        until: jiff::civil::Date::constant(2027, 1, 31),
    });
    now.findings[gaps[2]].not_seen_again = Some(UnknownReason::NoPermission);
    now.findings[gaps[3]].effective_severity = Severity::Low;
    let mut new = now.findings[gaps[4]].clone();
    new.id = "new".to_owned();
    now.findings.push(new);
    // Gone without a trace is not closed.
    let gone = now.findings.remove(gaps[5]).id;
    let comparison = compare::compare(&before, &now);
    let ids = |findings: &[&visite_facts::Finding]| findings.iter().map(|it| it.id.clone()).collect::<Vec<_>>();
    assert_eq!(ids(&comparison.new), ["new"]);
    assert_eq!(ids(&comparison.fixed), [before.findings[gaps[0]].id.clone()]);
    assert_eq!(ids(&comparison.accepted), [before.findings[gaps[1]].id.clone()]);
    assert_eq!(ids(&comparison.not_measured), [before.findings[gaps[2]].id.clone(), gone]);
    assert_eq!(comparison.changed.len(), 1);
    assert_eq!(comparison.changed[0].1.id, before.findings[gaps[3]].id);
    assert_eq!(comparison.unchanged, gaps.len() - 5);
}

/// The sheet is read on other days than it is printed.
#[test]
fn an_order_never_says_today() {
    let mut sample = sample();
    sample.round.at = "2026-11-25T07:00:00Z".parse().expect("a time");
    let planned = &sample.measures[0];
    let sheet = framed(|frame| frame.render(order::page(frame, &order::View { assessment: &sample, planned })));
    assert!(sheet.contains("25.11.2026, 08:00") && !sheet.contains("heute"));
}
