//! JUnit XML, for build servers and monitoring: one suite a subject, one case a point.
//!
//! A gap is a failure; what could not be told, does not apply or is knowingly accepted is skipped, with the reason.
//! There is no official schema; this is the common subset that Jenkins, GitLab and Azure read. Times are left out,
//! for a check takes none that would mean anything.

use super::xml::{attribute, escape};
use crate::Options;
use crate::evidence;
use crate::moment::Calendar;
use crate::overview;
use crate::texts::Texts;
use std::fmt::Write as _;
use std::io;
use std::io::Write;
use visite_facts::{Assessment, CheckResult, Finding, FindingState, SubjectId, Verdict};

/// Writes the assessment as JUnit XML.
pub fn render(assessment: &Assessment, options: &Options<'_>, out: &mut dyn Write) -> io::Result<()> {
    let texts = Texts::new(options.lang);
    let calendar = Calendar::for_files(&texts, &assessment.round.time_zone);
    let writer = Writer { assessment, options, texts: &texts, calendar };
    out.write_all(writer.write().as_bytes())
}

struct Writer<'a> {
    assessment: &'a Assessment,
    options: &'a Options<'a>,
    texts: &'a Texts,
    calendar: Calendar<'a>,
}

/// How a case ends.
enum Outcome<'a> {
    Passed,
    Failed(Vec<&'a Finding>),
    Skipped(String),
}

#[derive(Default)]
struct Counts {
    tests: usize,
    failures: usize,
    skipped: usize,
}

impl Writer<'_> {
    fn write(&self) -> String {
        let mut suites = String::new();
        let mut total = Counts::default();
        for subject in self.subjects() {
            self.suite(subject, &mut suites, &mut total);
        }
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"Visite\"{}>\n{suites}</testsuites>\n",
            total.attributes()
        )
    }

    /// Subjects that the assessment describes, and those that only results name.
    fn subjects(&self) -> Vec<&SubjectId> {
        let mut ids: Vec<&SubjectId> = self.assessment.subjects.iter().map(|assessed| &assessed.subject.id).collect();
        for result in &self.assessment.results {
            if !ids.contains(&&result.subject) {
                ids.push(&result.subject);
            }
        }
        ids
    }

    fn suite(&self, id: &SubjectId, suites: &mut String, total: &mut Counts) {
        let mut cases = String::new();
        let mut counts = Counts::default();
        for result in self.assessment.results.iter().filter(|result| result.subject == *id) {
            counts.tests += 1;
            match self.outcome(result) {
                Outcome::Passed => push_line(&mut cases, format_args!("    <testcase{}/>", self.names(result))),
                Outcome::Failed(findings) => {
                    counts.failures += 1;
                    self.failure(&mut cases, result, &findings);
                }
                Outcome::Skipped(message) => {
                    counts.skipped += 1;
                    let names = self.names(result);
                    let message = attribute("message", &message);
                    push_line(&mut cases, format_args!("    <testcase{names}><skipped{message}/></testcase>"));
                }
            }
        }
        let name = overview::subject_name(self.assessment, id);
        let seen = overview::subject(self.assessment, id)
            .map(|assessed| assessed.observed_at)
            .unwrap_or(self.assessment.round.at);
        let attributes = [
            attribute("name", name),
            counts.attributes(),
            attribute("timestamp", &seen.strftime("%Y-%m-%dT%H:%M:%S").to_string()),
            attribute("hostname", name),
        ];
        push_line(suites, format_args!("  <testsuite{}>", attributes.concat()));
        suites.push_str(&cases);
        suites.push_str("  </testsuite>\n");
        total.add(&counts);
    }

    fn names(&self, result: &CheckResult) -> String {
        let name = format!("{}: {}", result.check, result.topic.get(self.options.lang));
        attribute("classname", &format!("visite.{}", result.area)) + &attribute("name", &name)
    }

    fn outcome(&self, result: &CheckResult) -> Outcome<'_> {
        match result.verdict {
            Verdict::Pass => Outcome::Passed,
            Verdict::NotApplicable => Outcome::Skipped(self.texts.word("verdict", result.verdict)),
            Verdict::Unknown => Outcome::Skipped(match result.reason {
                Some(reason) => format!(
                    "{reason}: {}",
                    self.texts.reason(overview::place_of(self.assessment, &result.subject), reason)
                ),
                None => self.texts.word("verdict", result.verdict),
            }),
            Verdict::Fail => {
                let here = |finding: &&Finding| finding.check == result.check && finding.subject == result.subject;
                let (open, settled): (Vec<&Finding>, Vec<&Finding>) =
                    self.assessment.findings.iter().filter(here).partition(|finding| overview::is_open(finding));
                match settled.iter().find(|finding| finding.state == FindingState::Accepted) {
                    Some(accepted) if open.is_empty() => Outcome::Skipped(self.accepted(accepted)),
                    _ => Outcome::Failed(open),
                }
            }
        }
    }

    fn accepted(&self, finding: &Finding) -> String {
        let word = self.texts.word("status", visite_facts::RequirementStatus::Accepted);
        match &finding.acceptance {
            None => word,
            Some(acceptance) => {
                let until = self.calendar.day(acceptance.until);
                let (by, reason) = (acceptance.by.as_str().into(), acceptance.reason.as_str().into());
                let line = self.texts.fill("accepted-line", [("until", until.into()), ("by", by), ("reason", reason)]);
                format!("{word}. {line}")
            }
        }
    }

    fn failure(&self, cases: &mut String, result: &CheckResult, findings: &[&Finding]) {
        let lang = self.options.lang;
        let titles: Vec<&str> = findings.iter().map(|finding| finding.title.get(lang)).collect();
        let message = if titles.is_empty() { result.topic.get(lang).to_owned() } else { titles.join(" · ") };
        let message =
            attribute("message", &message) + &attribute("type", result.effective_severity.to_string().as_str());
        push_line(cases, format_args!("    <testcase{}><failure{message}>", self.names(result)));
        for finding in findings {
            let brief = evidence::brief(self.texts, &self.calendar, &finding.evidence);
            let lines = [
                finding.title.get(lang).to_owned(),
                format!("{}: {}", self.texts.say("label-why"), finding.why.get(lang)),
                format!("{}: {brief}", self.texts.say("label-evidence")),
            ];
            for line in lines {
                push_line(cases, format_args!("{}", escape(&line)));
            }
        }
        if let Some(planned) = findings.first().and_then(|finding| overview::measure_of(self.assessment, finding)) {
            let action = escape(planned.measure.action.get(lang));
            push_line(cases, format_args!("{}: {action}", self.texts.say("label-do")));
        }
        cases.push_str("    </failure></testcase>\n");
    }
}

impl Counts {
    fn add(&mut self, other: &Counts) {
        self.tests += other.tests;
        self.failures += other.failures;
        self.skipped += other.skipped;
    }

    fn attributes(&self) -> String {
        format!(" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\"", self.tests, self.failures, self.skipped)
    }
}

fn push_line(text: &mut String, line: std::fmt::Arguments<'_>) {
    writeln!(text, "{line}").expect("writing to a string cannot fail");
}
