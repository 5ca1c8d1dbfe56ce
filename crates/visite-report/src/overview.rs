//! The assessment in the order in which people read it: open findings by urgency, what was not checked, areas.
//!
//! Shared by the formats for people. It sorts and counts what assess decided; it judges nothing.

use crate::Options;
use crate::texts::{Place, Texts};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use visite_facts::{
    Area, AssessedSubject, Assessment, CheckResult, CostClass, Doer, Finding, FindingState, Measure, PlannedMeasure,
    RequirementResult, RequirementStatus, Severity, SubjectId, UnknownReason, Verdict, Word, words,
};

words! {
    /// How soon something wants to be done.
    pub enum Urgency {
        /// Today or in the next days: severity critical and high.
        Urgent = "urgent",
        /// In the next weeks: severity medium.
        Act = "act",
        /// When someone is there anyway: severity low.
        Occasion = "occasion",
    }
}

/// Every urgency, most urgent first.
pub const URGENCIES: [Urgency; 3] = [Urgency::Urgent, Urgency::Act, Urgency::Occasion];

/// How long a closed gap is still mentioned.
const FIXED_IS_NEWS_HOURS: i64 = 30 * 24;

impl From<Severity> for Urgency {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Critical | Severity::High => Urgency::Urgent,
            Severity::Medium => Urgency::Act,
            Severity::Low => Urgency::Occasion,
        }
    }
}

/// Open findings of one check that are equally urgent: four accounts without a password are one entry.
pub struct Group<'a> {
    /// How soon.
    pub urgency: Urgency,
    /// The findings; at least one.
    pub findings: Vec<&'a Finding>,
}

impl<'a> Group<'a> {
    /// The finding that speaks for all: the first, for they are sorted worst first.
    pub fn first(&self) -> &'a Finding {
        self.findings[0]
    }
}

/// Whether the finding is a gap that nobody has accepted.
pub fn is_open(finding: &Finding) -> bool {
    match finding.state {
        FindingState::Open | FindingState::Reopened => true,
        FindingState::Accepted | FindingState::Fixed => false,
    }
}

/// Open findings, put together by check, most urgent first and otherwise in the order of the assessment.
pub fn groups(assessment: &Assessment) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut places: BTreeMap<(Urgency, &str, &str), usize> = BTreeMap::new();
    for finding in assessment.findings.iter().filter(|finding| is_open(finding)) {
        let urgency = Urgency::from(finding.effective_severity);
        let place = places.entry((urgency, &finding.check, &finding.measure)).or_insert_with(|| {
            groups.push(Group { urgency, findings: Vec::new() });
            groups.len() - 1
        });
        groups[*place].findings.push(finding);
    }
    groups.sort_by_key(|group| group.urgency);
    groups
}

/// How many open findings are of that urgency.
pub fn open_count(assessment: &Assessment, urgency: Urgency) -> usize {
    let is_counted = |finding: &&Finding| is_open(finding) && Urgency::from(finding.effective_severity) == urgency;
    assessment.findings.iter().filter(is_counted).count()
}

/// Findings in that state.
pub fn in_state(assessment: &Assessment, state: FindingState) -> impl Iterator<Item = &Finding> {
    assessment.findings.iter().filter(move |finding| finding.state == state)
}

/// Gaps closed lately, as seen from the clock of the round.
pub fn lately_fixed(assessment: &Assessment) -> impl Iterator<Item = &Finding> {
    let news =
        assessment.round.at.checked_sub(SignedDuration::from_hours(FIXED_IS_NEWS_HOURS)).unwrap_or(Timestamp::MIN);
    in_state(assessment, FindingState::Fixed).filter(move |finding| finding.fixed_at.is_none_or(|at| at >= news))
}

/// The measure that closes the finding.
pub fn measure_of<'a>(assessment: &'a Assessment, finding: &Finding) -> Option<&'a PlannedMeasure> {
    assessment.measures.iter().find(|planned| planned.measure.id == finding.measure)
}

/// What the measure costs. Work of the provider is not free of charge, even if nothing has to be bought.
pub fn cost(texts: &Texts, measure: &Measure) -> String {
    match (measure.who, measure.cost) {
        (Doer::Provider, CostClass::Free) => texts.say("cost-nothing-to-buy"),
        (_, cost) => texts.word("cost", cost),
    }
}

/// How many measures close how many open findings, in a sentence; nothing where each measure closes one.
pub fn to_do(assessment: &Assessment, texts: &Texts) -> Option<String> {
    let closing = assessment.measures.iter().map(|planned| closed_by(assessment, planned).len());
    let (measures, findings) = closing.filter(|n| *n > 0).fold((0_usize, 0), |(all, sum), n| (all + 1, sum + n));
    let counts = [("n", measures.into()), ("findings", findings.into())];
    (findings > measures).then(|| texts.fill("measures-line", counts))
}

/// The open findings that a measure closes.
pub fn closed_by<'a>(assessment: &'a Assessment, planned: &PlannedMeasure) -> Vec<&'a Finding> {
    let is_closed = |finding: &&Finding| is_open(finding) && planned.findings.contains(&finding.id);
    assessment.findings.iter().filter(is_closed).collect()
}

/// The subject with that id.
pub fn subject<'a>(assessment: &'a Assessment, id: &SubjectId) -> Option<&'a AssessedSubject> {
    assessment.subjects.iter().find(|assessed| assessed.subject.id == *id)
}

/// The name of a subject; its id if the assessment does not describe it.
pub fn subject_name<'a>(assessment: &'a Assessment, id: &'a SubjectId) -> &'a str {
    subject(assessment, id).map_or(id.0.as_str(), |assessed| assessed.subject.name.as_str())
}

/// A title, and where it applies.
pub struct Heading<'a> {
    /// What is wrong.
    pub title: &'a str,
    /// Subjects it is about; none if there is only one subject at all, or if there are `places`.
    names: Vec<&'a str>,
    /// Places in several subjects, e.g. `bildarchiv (tcp 192.168.10.6:11112)`.
    pub places: Vec<String>,
}

/// Different titles of some findings, with the subjects and places they are about. Where there are many subjects, a title
/// that ends with its place in brackets stands once for all places.
pub fn headings<'a>(
    assessment: &'a Assessment,
    findings: &[&'a Finding],
    lang: visite_facts::Lang,
) -> Vec<Heading<'a>> {
    let named = assessment.subjects.len() > 1;
    let mut headings: Vec<Heading<'_>> = Vec::new();
    for finding in findings {
        let whole = finding.title.get(lang);
        let (title, place) = if named { without_place(whole, finding.record.as_deref()) } else { (whole, None) };
        let index = headings.iter().position(|known| known.title == title).unwrap_or_else(|| {
            headings.push(Heading { title, names: Vec::new(), places: Vec::new() });
            headings.len() - 1
        });
        let name = subject_name(assessment, &finding.subject);
        let heading = &mut headings[index];
        match place {
            Some(place) if place.contains(name) => heading.places.push(place.to_owned()),
            Some(place) => heading.places.push(format!("{name} ({place})")),
            None if named && !heading.names.contains(&name) => heading.names.push(name),
            None => {}
        }
    }
    for heading in &mut headings {
        if heading.names.len() > TITLE_NAMES || !heading.places.is_empty() {
            heading.places.extend(heading.names.drain(..).map(str::to_owned));
        }
    }
    headings
}

/// A title without the place in brackets at its end, if that is (a part of) the record.
fn without_place<'a>(title: &'a str, record: Option<&str>) -> (&'a str, Option<&'a str>) {
    let split = title.strip_suffix(')').and_then(|title| title.rsplit_once(" ("));
    match (split, record) {
        (Some((title, place)), Some(record)) if !place.is_empty() && record.contains(place) => (title, Some(place)),
        _ => (title, None),
    }
}

/// Most subjects that a title names; more stand below it.
const TITLE_NAMES: usize = 4;

impl Heading<'_> {
    /// The title with the subjects it is about, as far as they do not stand below it.
    pub fn titled(&self) -> String {
        if self.names.is_empty() {
            self.title.to_owned()
        } else {
            format!("{} ({})", self.title, self.names.join(", "))
        }
    }

    /// All in one line, of many places the first few.
    pub fn line(&self, texts: &Texts) -> String {
        if self.places.is_empty() {
            return self.titled();
        }
        let places: Vec<&str> = self.places.iter().map(String::as_str).collect();
        format!("{} ({})", self.title, some_names(texts, &places, 2))
    }
}

/// The first names of a list, and how many more there are.
pub fn some_names(texts: &Texts, names: &[&str], most: usize) -> String {
    if names.len() <= most + 1 {
        return names.join(", ");
    }
    let more = texts.fill("and-more", [("n", (names.len() - most).into())]);
    format!("{} {more}", names[..most].join(", "))
}

/// From where everything was looked at: over the network if there is no other subject.
pub fn place(assessment: &Assessment) -> Place {
    let is_remote = |assessed: &AssessedSubject| Place::from(assessed.subject.kind) == Place::Network;
    let remote = !assessment.subjects.is_empty() && assessment.subjects.iter().all(is_remote);
    if remote { Place::Network } else { Place::Inside }
}

/// From where a subject was looked at.
pub fn place_of(assessment: &Assessment, id: &SubjectId) -> Place {
    subject(assessment, id).map_or(Place::Inside, |assessed| Place::from(assessed.subject.kind))
}

/// The reasons for not checking, most frequent first.
pub fn unchecked(assessment: &Assessment) -> Vec<(UnknownReason, u32)> {
    let mut reasons: Vec<_> =
        assessment.summary.unchecked.iter().map(|(reason, count)| (*reason, *count)).filter(|(_, n)| *n > 0).collect();
    reasons.sort_by_key(|(reason, count)| (std::cmp::Reverse(*count), *reason));
    reasons
}

/// The reasons for not checking in words, each with what helps.
pub fn unchecked_lines(assessment: &Assessment, texts: &Texts, options: &Options<'_>) -> Vec<String> {
    let place = place(assessment);
    let line = |(reason, count): (UnknownReason, u32)| {
        let key = match reason {
            UnknownReason::NoPermission if place == Place::Network => "unchecked-no_permission-remote".to_owned(),
            UnknownReason::NotSupported if place == Place::Network => "unchecked-not_supported-remote".to_owned(),
            UnknownReason::NotCollected if place == Place::Network => "unchecked-not_collected-remote".to_owned(),
            UnknownReason::NoPermission if options.privileged => "unchecked-no_permission-privileged".to_owned(),
            _ => format!("unchecked-{reason}"),
        };
        texts.fill(&key, [("n", count.into()), ("command", options.command.into())])
    };
    unchecked(assessment).into_iter().map(line).collect()
}

/// Results with that verdict.
pub fn with_verdict(assessment: &Assessment, verdict: Verdict) -> impl Iterator<Item = &CheckResult> {
    assessment.results.iter().filter(move |result| result.verdict == verdict)
}

/// How an area stands.
pub struct AreaState {
    /// The area.
    pub area: Area,
    /// Points that belong to it.
    pub points: usize,
    /// Of these, how many were judged.
    pub checked: usize,
    /// Results that do not apply.
    pub not_applicable: usize,
    /// Open findings.
    pub open: usize,
    /// Accepted findings.
    pub accepted: usize,
    /// The most urgent open finding.
    pub urgency: Option<Urgency>,
}

/// Every area, in the order of the start page.
pub fn areas(assessment: &Assessment) -> Vec<AreaState> {
    Area::ALL.iter().filter_map(|word| Area::from_word(word)).map(|area| area_state(assessment, area)).collect()
}

fn area_state(assessment: &Assessment, area: Area) -> AreaState {
    let mut state = AreaState { area, points: 0, checked: 0, not_applicable: 0, open: 0, accepted: 0, urgency: None };
    for result in assessment.results.iter().filter(|result| result.area == area) {
        match result.verdict {
            Verdict::NotApplicable => state.not_applicable += 1,
            Verdict::Unknown => state.points += 1,
            Verdict::Pass | Verdict::Fail => {
                state.points += 1;
                state.checked += 1;
            }
        }
    }
    for finding in assessment.findings.iter().filter(|finding| finding.area == area) {
        if is_open(finding) {
            let urgency = Urgency::from(finding.effective_severity);
            state.open += 1;
            state.urgency = Some(state.urgency.map_or(urgency, |known| known.min(urgency)));
        } else if finding.state == FindingState::Accepted {
            state.accepted += 1;
        }
    }
    state
}

/// Requirements about which something was judged, by framework.
pub fn touched_requirements(assessment: &Assessment) -> BTreeMap<&str, Vec<&RequirementResult>> {
    let mut frameworks: BTreeMap<&str, Vec<&RequirementResult>> = BTreeMap::new();
    let is_touched =
        |result: &&RequirementResult| result.judged > 0 && result.status != RequirementStatus::NotApplicable;
    for requirement in assessment.requirements.iter().filter(is_touched) {
        frameworks.entry(framework(&requirement.requirement)).or_default().push(requirement);
    }
    frameworks
}

/// The framework to which the requirement with that id belongs.
fn framework(id: &str) -> &str {
    const FRAMEWORKS: [&str; 3] = ["KBV-390", "DIN-27076", "DSGVO"];
    let known = FRAMEWORKS.into_iter().find(|name| id.strip_prefix(name).is_some_and(|rest| rest.starts_with('-')));
    known.unwrap_or_else(|| id.split('-').next().unwrap_or(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requirements_know_their_framework() {
        assert_eq!(framework("KBV-390-A1-14"), "KBV-390");
        assert_eq!(framework("DIN-27076-09"), "DIN-27076");
        assert_eq!(framework("DSGVO-32-1-b"), "DSGVO");
        assert_eq!(framework("HAUS-7"), "HAUS");
    }

    #[test]
    fn high_and_critical_are_urgent() {
        assert_eq!(Urgency::from(Severity::Critical), Urgency::Urgent);
        assert_eq!(Urgency::from(Severity::High), Urgency::Urgent);
        assert_eq!(Urgency::from(Severity::Medium), Urgency::Act);
        assert_eq!(Urgency::from(Severity::Low), Urgency::Occasion);
    }
}
