//! The network as the plan of a floor: zones are rooms, ways are doors. The same drawing as in the report.

use super::forms::{empty, guard};
use super::frame::{Frame, Page, Section};
use jiff::civil::Date;
use maud::{Markup, html};
use visite_facts::Assessment;
use visite_facts::scan::ScanSection;
use visite_report::html::{Drawn, doors, plan};
use visite_report::{Surroundings, network};

/// What the page shows.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// The newest judgement.
    pub assessment: Option<&'a Assessment>,
    /// The newest scan, if there was one.
    pub scan: Option<&'a ScanSection>,
    /// Zones of the practice, and what changed since the scan before.
    pub around: &'a Surroundings,
    /// What may be examined today.
    pub releases: &'a [Release],
}

/// A release in force.
#[derive(Clone, Debug)]
pub struct Release {
    /// Its id.
    pub id: String,
    /// Its networks, parted by commas.
    pub networks: String,
    /// Its last day.
    pub until: Date,
    /// The job that examines them just now.
    pub running: Option<String>,
}

/// The page.
pub fn page(frame: &Frame<'_>, view: &View<'_>) -> Page {
    let content = match (view.assessment, view.scan) {
        (Some(assessment), Some(scan)) => seen(frame, view, assessment, scan),
        _ => nothing(frame, view.releases),
    };
    Page::new(Section::Network, frame.say("map-title"), content)
}

fn nothing(frame: &Frame<'_>, allowed: &[Release]) -> Markup {
    if !allowed.is_empty() {
        return html! {
            p .lead { (frame.say("network-none")) }
            (releases(frame, allowed))
        };
    }
    let (address, action) = (frame.to(&["settings"]) + "#release", frame.say("network-release"));
    let action = frame.may.govern.then_some((address.as_str(), action.as_str()));
    empty(&frame.say("network-none"), &frame.say("network-none-text"), action)
}

/// What may be examined, and the way to begin.
fn releases(frame: &Frame<'_>, allowed: &[Release]) -> Markup {
    html! {
        section .block aria-labelledby="releases" {
            h2 #releases { (frame.say("network-releases")) }
            p .sub { (frame.say("network-releases-text")) }
            @if allowed.is_empty() { p { (frame.say("network-releases-none")) } }
            ul .plain {
                @for release in allowed {
                    li .row {
                        span {
                            strong { (release.networks) }
                            span .small { (frame.texts.fill("until", [("day", frame.calendar.day(release.until).into())])) }
                        }
                        @if let Some(job) = &release.running {
                            a .button.quiet href=(frame.to(&["jobs", job])) { (frame.say("network-running")) span .unseen { ": " (release.networks) } }
                        } @else if frame.may.connect {
                            form method="post" action=(frame.to(&["network", "scan"])) {
                                (guard(frame))
                                button type="submit" name="release" value=(release.id) { (frame.say("network-scan")) span .unseen { ": " (release.networks) } }
                            }
                        }
                    }
                }
            }
            @if frame.may.govern {
                p .buttons { a .button.quiet href={ (frame.to(&["settings"])) "#release" } { (frame.say("network-release")) } }
            }
        }
    }
}

fn seen(frame: &Frame<'_>, view: &View<'_>, assessment: &Assessment, scan: &ScanSection) -> Markup {
    let (texts, around) = (frame.texts, view.around);
    let rooms = network::rooms(texts, assessment, scan, around);
    let drawn = Drawn { texts, assessment, guests: scan.guests };
    html! {
        p .lead { (frame.say("map-lead")) " " a href=(frame.to(&["devices"])) { (frame.say("map-see-devices")) } }
        p .note { (texts.fill("network-when", [("when", frame.calendar.when(scan.record.finished_at).into())])) }
        @if let Some(changes) = &around.changes {
            p .note { (network::changed(texts, changes, &frame.calendar.when(changes.since))) }
        }
        (plan(&drawn, &rooms))
        @for counted in network::only_counted(texts, scan) { p .note { (counted) } }
        section .block.below-trend aria-labelledby="zones" {
            h2 #zones { (frame.say("network-zones")) }
            (doors(texts, &rooms, scan.guests))
        }
        (left_out(frame, scan))
        (releases(frame, view.releases))
        section .block aria-labelledby="record" {
            h2 #record { (frame.say("html-record")) }
            p { (network::record(texts, scan).join(" · ")) }
        }
    }
}

fn left_out(frame: &Frame<'_>, scan: &ScanSection) -> Markup {
    let (reasons, silent) = (network::not_examined(frame.texts, scan), network::unanswered(frame.texts, scan));
    html! {
        @if !reasons.is_empty() || silent.is_some() {
            section .block aria-labelledby="left-out" {
                h2 #left-out { (frame.say("html-left-out")) }
                ul .plain {
                    @for (what, how) in reasons { li { (what) span .small { (how) } } }
                    @if let Some(silent) = silent { li { (silent) } }
                }
            }
        }
    }
}
