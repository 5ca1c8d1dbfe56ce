//! Text for a person at a terminal: what is wrong, why, what to do, and what was not looked at.
//!
//! The width follows the terminal and nothing depends on colour. It shows what assess decided, most urgent first;
//! every point with all evidence stands in [`verbose`], which `-v` adds.

mod page;
mod scan;
mod verbose;

use crate::evidence;
use crate::moment::{Calendar, work};
use crate::network;
use crate::overview::{self, Group, URGENCIES, Urgency};
use crate::texts::{Texts, group};
use crate::{Detail, Options};
use page::{Page, Style};
use std::io;
use std::io::Write;
use visite_facts::{Assessment, Finding, FindingState};

/// Most titles and pieces of evidence of one group that are shown without `-v`.
const GROUP_LINES: usize = 5;

/// Most pieces of evidence of one group over several subjects that are shown without `-v`; they say the same.
const GROUP_PROOFS: usize = 2;

/// Most places of one title that are shown without `-v`.
const PLACES: usize = 12;

/// Writes the assessment for a terminal.
pub fn render(assessment: &Assessment, options: &Options<'_>, out: &mut dyn Write) -> io::Result<()> {
    let texts = Texts::new(options.lang);
    let report = Report {
        assessment,
        options,
        calendar: Calendar::new(&texts, &assessment.round.time_zone, options.now),
        texts: &texts,
        groups: overview::groups(assessment),
    };
    let mut page = Page::new(options.width, options.color);
    report.write(&mut page);
    out.write_all(page.into_text().as_bytes())
}

/// A call without its arguments: `visite scan`.
fn short(call: &str) -> &str {
    call.match_indices(' ').nth(1).map_or(call, |(end, _)| &call[..end])
}

struct Report<'a> {
    assessment: &'a Assessment,
    options: &'a Options<'a>,
    texts: &'a Texts,
    calendar: Calendar<'a>,
    groups: Vec<Group<'a>>,
}

impl Report<'_> {
    fn write(&self, page: &mut Page) {
        if self.options.detail == Detail::Quiet && self.groups.is_empty() {
            self.quiet(page);
            return;
        }
        self.header(page);
        self.interrupted(page);
        self.extent(page);
        if self.options.detail == Detail::Quiet {
            self.finding_lines(page);
            return;
        }
        scan::news(self, page);
        for urgency in URGENCIES {
            self.group_section(page, urgency);
        }
        self.accepted(page);
        self.fixed(page);
        if let Some(section) = self.options.scan {
            scan::write(self, page, section);
        }
        self.closing(page);
        if self.options.detail == Detail::Verbose {
            verbose::write(self, page);
        }
    }

    /// Who was looked at, and when.
    fn header(&self, page: &mut Page) {
        let mut items = vec![self.texts.say("visite")];
        items.extend(self.assessment.round.practice.clone());
        match self.assessment.subjects.as_slice() {
            _ if self.options.scan.is_some() => {
                let scan = self.options.scan.into_iter();
                items.extend(scan.flat_map(|scan| [network::aim(self.texts, scan), network::extent(self.texts, scan)]));
            }
            [] => {}
            [only] => {
                let named = [only.subject.name.as_str(), only.description.as_str()];
                let what = named.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
                items.push(match self.options.this_computer {
                    true => self.texts.fill("this-computer", [("what", what.into())]),
                    false => what,
                });
            }
            several => items.push(self.texts.fill("subjects-many", [("n", several.len().into())])),
        }
        items.push(self.calendar.when(self.assessment.round.at));
        page.items(Style::Bold, 0, &items);
    }

    /// Where nothing is open, nothing is said unless something was not looked at.
    fn quiet(&self, page: &mut Page) {
        self.interrupted(page);
        let summary = &self.assessment.summary;
        if summary.checked == 0 {
            page.paragraph(Style::Plain, 0, &self.texts.say("nothing-checked"));
        } else if summary.checked < summary.points {
            page.paragraph(Style::Plain, 0, &self.clean_line());
        }
    }

    /// That a scan was stopped before it was through.
    fn interrupted(&self, page: &mut Page) {
        if self.options.scan.is_some_and(|scan| scan.record.interrupted) {
            page.paragraph(Style::Bold, 0, &self.texts.say("scan-interrupted"));
        }
    }

    /// That nothing is open, and how much was checked.
    fn clean_line(&self) -> String {
        let accepted = overview::in_state(self.assessment, FindingState::Accepted).next().is_some();
        self.counted(if accepted { "clean-line-accepted" } else { "clean-line" })
    }

    fn counted(&self, key: &str) -> String {
        let summary = &self.assessment.summary;
        self.texts.fill(key, [("checked", summary.checked.into()), ("points", summary.points.into())])
    }

    /// How much was checked and how to get the rest. Where nothing is open, this is already the answer.
    fn extent(&self, page: &mut Page) {
        let summary = &self.assessment.summary;
        let unchecked = overview::unchecked_lines(self.assessment, self.texts, self.options);
        if !self.groups.is_empty() {
            let items: Vec<String> = std::iter::once(self.counted("checked-of")).chain(unchecked).collect();
            page.items(Style::Plain, 0, &items);
            if self.options.scan.is_some()
                && let Some(to_do) = overview::to_do(self.assessment, self.texts)
            {
                page.paragraph(Style::Plain, 0, &to_do);
            }
            return;
        }
        page.blank();
        if summary.checked == 0 {
            page.paragraph(Style::Bold, 0, &self.texts.say("nothing-checked"));
        } else {
            page.paragraph(Style::Bold, 0, &self.clean_line());
        }
        if !unchecked.is_empty() {
            page.paragraph(
                Style::Plain,
                0,
                &self.texts.fill("unchecked-list", [("list", unchecked.join(" · ").into())]),
            );
        }
    }

    /// One line a finding.
    fn finding_lines(&self, page: &mut Page) {
        for group in &self.groups {
            let urgency = self.texts.word("urgency", group.urgency);
            for heading in overview::headings(self.assessment, &group.findings, self.options.lang) {
                page.paragraph(Style::Plain, 0, &format!("{urgency}: {}", heading.line(self.texts)));
                page.id_at_end(&group.first().check);
            }
        }
    }

    fn group_section(&self, page: &mut Page, urgency: Urgency) {
        let mut groups = self.groups.iter().filter(|group| group.urgency == urgency).peekable();
        if groups.peek().is_none() {
            return;
        }
        let style = match urgency {
            Urgency::Urgent => Style::Urgent,
            Urgency::Act => Style::Act,
            Urgency::Occasion => Style::Bold,
        };
        page.blank();
        page.paragraph(style, 0, &self.texts.word("group", urgency));
        for (index, group) in groups.enumerate() {
            if index > 0 {
                page.blank();
            }
            self.group(page, group);
        }
    }

    fn group(&self, page: &mut Page, group: &Group<'_>) {
        let limit = if self.options.detail == Detail::Verbose { usize::MAX } else { GROUP_LINES };
        let headings = overview::headings(self.assessment, &group.findings, self.options.lang);
        for heading in headings.iter().take(limit) {
            page.paragraph(Style::Bold, 2, &heading.titled());
            self.places(page, &heading.places);
        }
        if headings.len() > limit {
            let more = self.texts.fill("and-more", [("n", (headings.len() - limit).into())]);
            page.paragraph(Style::Bold, 2, &format!("… {more}"));
        }
        page.labelled_text(4, &self.texts.say("label-why"), &self.why(group));
        self.life(page, group);
        self.action(page, group);
        let several = self.assessment.subjects.len() > 1 && self.options.detail != Detail::Verbose;
        self.evidence(page, group, if several { limit.min(GROUP_PROOFS) } else { limit });
        page.id_at_end(&group.first().check);
    }

    /// Where else the same was seen.
    fn places(&self, page: &mut Page, places: &[String]) {
        if places.is_empty() {
            return;
        }
        let limit = if self.options.detail == Detail::Verbose { usize::MAX } else { PLACES };
        let mut items: Vec<String> = places.iter().take(limit).cloned().collect();
        if places.len() > limit {
            items.push(format!("… {}", self.texts.fill("and-more", [("n", (places.len() - limit).into())])));
        }
        page.labelled(4, &self.texts.say("label-where"), &items);
    }

    /// What was seen, one line a finding. When it was seen stands once if it was the same for all.
    fn evidence(&self, page: &mut Page, group: &Group<'_>, limit: usize) {
        let origin = |finding: &Finding| evidence::origins(self.texts, &self.calendar, &finding.evidence);
        let common = origin(group.first());
        let is_common = !common.is_empty() && group.findings.iter().all(|finding| origin(finding) == common);
        let label = self.texts.say("label-evidence");
        let mut lines: Vec<String> =
            group.findings.iter().take(limit).map(|finding| self.evidence_line(finding, !is_common)).collect();
        if group.findings.len() > limit {
            lines.push(format!("… {}", self.texts.fill("and-more", [("n", (group.findings.len() - limit).into())])));
        }
        if let Some(last) = lines.last_mut().filter(|_| is_common) {
            last.push_str(&format!(" ({common})"));
        }
        for (index, line) in lines.iter().enumerate() {
            page.labelled_text(4, if index == 0 { &label } else { "" }, line);
        }
    }

    fn evidence_line(&self, finding: &Finding, with_origin: bool) -> String {
        let line = if with_origin { evidence::brief } else { evidence::observations };
        let line = line(self.texts, &self.calendar, &finding.evidence);
        if self.assessment.subjects.len() < 2 {
            return line;
        }
        format!("{}: {line}", overview::subject_name(self.assessment, &finding.subject))
    }

    /// The reason of the first finding. Where the others' differ only in names, repeating it says nothing new.
    fn why(&self, group: &Group<'_>) -> String {
        let why = group.first().why.get(self.options.lang);
        if group.findings.iter().all(|finding| finding.why.get(self.options.lang) == why) {
            return why.to_owned();
        }
        format!("{why} {}", self.texts.say("same-for-others"))
    }

    /// What happened to the finding before, where that matters.
    fn life(&self, page: &mut Page, group: &Group<'_>) {
        if group.findings.iter().any(|finding| finding.state == FindingState::Reopened) {
            page.labelled_text(4, "", &self.texts.say("reopened-line"));
        }
        if let Some((finding, reason)) =
            group.findings.iter().find_map(|finding| finding.not_seen_again.map(|reason| (finding, reason)))
        {
            let reason = self.texts.reason(overview::place_of(self.assessment, &finding.subject), reason);
            let when = self.calendar.when(finding.last_seen);
            let line = self.texts.fill("not-seen-again-line", [("reason", reason.into()), ("when", when.into())]);
            page.labelled_text(4, "", &line);
        }
    }

    fn action(&self, page: &mut Page, group: &Group<'_>) {
        let Some(planned) = overview::measure_of(self.assessment, group.first()) else { return };
        let measure = &planned.measure;
        let action = measure.action.get(self.options.lang).trim().trim_end_matches('.').to_owned();
        let mut items = vec![action, self.texts.word("doer", measure.who)];
        if measure.effort_minutes > 0 {
            items.push(work(self.texts, measure.effort_minutes));
        }
        items.push(overview::cost(self.texts, measure));
        page.labelled(4, &self.texts.say("label-do"), &items);
    }

    fn accepted(&self, page: &mut Page) {
        let mut findings = overview::in_state(self.assessment, FindingState::Accepted).peekable();
        if findings.peek().is_none() {
            return;
        }
        page.blank();
        page.paragraph(Style::Bold, 0, &self.texts.say("group-accepted"));
        for finding in findings {
            page.paragraph(Style::Plain, 2, &self.title(finding));
            if let Some(acceptance) = &finding.acceptance {
                let until = self.calendar.day(acceptance.until);
                let (by, reason) = (acceptance.by.as_str().into(), acceptance.reason.as_str().into());
                let line = self.texts.fill("accepted-line", [("until", until.into()), ("by", by), ("reason", reason)]);
                page.paragraph(Style::Plain, 4, &line);
            }
            page.id_at_end(&finding.check);
        }
    }

    fn fixed(&self, page: &mut Page) {
        let mut findings = overview::lately_fixed(self.assessment).peekable();
        if findings.peek().is_none() {
            return;
        }
        page.blank();
        page.paragraph(Style::Bold, 0, &self.texts.say("group-fixed"));
        for finding in findings {
            let when = self.calendar.when(finding.fixed_at.unwrap_or(self.assessment.round.at));
            let line = self.texts.fill("fixed-line", [("when", when.into())]);
            page.paragraph(Style::Plain, 2, &self.title(finding));
            page.paragraph(Style::Plain, 4, &line);
            page.id_at_end(&finding.check);
        }
    }

    fn title(&self, finding: &Finding) -> String {
        overview::headings(self.assessment, &[finding], self.options.lang)
            .iter()
            .map(|heading| heading.line(self.texts))
            .collect()
    }

    /// How many points are in order, and what to do next.
    fn closing(&self, page: &mut Page) {
        let summary = &self.assessment.summary;
        let mut items = Vec::new();
        if summary.passed > 0 && self.options.detail == Detail::Verbose {
            items.push(self.texts.fill("good-line", [("n", summary.passed.into())]));
        } else if summary.passed > 0 {
            let command = short(self.options.command).into();
            items.push(self.texts.fill("good-line-more", [("n", summary.passed.into()), ("command", command)]));
        }
        if summary.not_applicable > 0 {
            items.push(self.texts.fill("not-applicable-line", [("n", summary.not_applicable.into())]));
        }
        if !items.is_empty() {
            page.blank();
            page.items(Style::Plain, 0, &items);
        }
        let next =
            self.assessment.measures.iter().find(|planned| !overview::closed_by(self.assessment, planned).is_empty());
        if let Some(planned) = next {
            let step = planned.measure.title.get(self.options.lang).trim().trim_end_matches('.');
            // A call with arguments is there to be copied: it stands by itself.
            let by_itself = short(self.options.command) != self.options.command;
            let command = if by_itself { "" } else { self.options.command };
            let next = self.texts.fill("next-step", [("step", step.into()), ("command", command.into())]);
            page.paragraph(Style::Plain, 0, next.trim_end());
            if by_itself {
                page.call(2, self.options.command);
            }
        }
        if self.options.scan.is_some() && !self.groups.is_empty() {
            page.paragraph(Style::Plain, 0, &self.texts.say("scan-terms"));
        }
    }

    /// A count for a table or list.
    fn count(&self, number: usize) -> String {
        group(self.options.lang, i64::try_from(number).unwrap_or(i64::MAX))
    }
}
