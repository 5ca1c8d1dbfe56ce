//! Settings of a practice: what it says about itself, when rounds run, what may be examined, who gets alerts, and what
//! access the provider has.

use super::forms::{Field, field, guard, radios};
use super::frame::{Frame, Page, Section};
use super::setup::{CARE, SIZES, TELEMATICS};
use jiff::civil::Date;
use maud::{Markup, html};

/// What the page shows. Words are those of the practice file.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// Name of the practice.
    pub name: String,
    /// `small`, `medium`, `large`; empty if nobody said so.
    pub size: String,
    /// `none`, `series`, `parallel`, `gateway`; empty if nobody said so.
    pub telematics: String,
    /// `provider`, `practice`, `both`; empty if nobody said so.
    pub care: String,
    /// When the round in the lunch break begins: `12:30`.
    pub lunch: String,
    /// When servers are looked at in the night: `02:00`.
    pub night: String,
    /// Where alerts go, one address or more, parted by commas.
    pub alerts: String,
    /// Networks that may be examined.
    pub releases: Vec<Release>,
    /// The provider's access, if it has one.
    pub access: Option<Access>,
}

/// A network that may be examined.
#[derive(Clone, Debug)]
pub struct Release {
    /// Its id.
    pub id: String,
    /// The networks, as written.
    pub networks: String,
    /// Who allowed it.
    pub by: String,
    /// Last day, if there is one.
    pub until: Option<Date>,
}

/// Access of a provider.
#[derive(Clone, Debug)]
pub struct Access {
    /// Name of the provider.
    pub name: String,
    /// Last day.
    pub until: Date,
}

/// The page.
pub fn page(frame: &Frame<'_>, view: &View) -> Page {
    let content = html! {
        nav .jumps aria-label=(frame.say("settings-parts")) {
            @for (id, key) in [("practice", "settings-practice"), ("times", "settings-times"), ("release", "settings-release"), ("alerts", "settings-alerts"), ("access", "settings-access")] {
                a href={ "#" (id) } { (frame.say(key)) }
            }
        }
        (practice(frame, view))
        (times(frame, view))
        (releases(frame, view))
        (alerts(frame, view))
        (access(frame, view))
        section .block aria-labelledby="programs-title" {
            h2 #programs-title { (frame.say("programs-title")) }
            p .sub { (frame.say("settings-programs-text")) }
            p { a href=(frame.to(&["programs"])) { (frame.say("settings-programs-do")) } }
        }
    };
    Page::new(Section::Settings, frame.say("nav-settings"), content)
}

/// A part with its form, which posts to the settings.
fn part(frame: &Frame<'_>, id: &str, title: &str, text: &str, fields: &Markup) -> Markup {
    html! {
        section .block aria-labelledby={ (id) "-title" } #(id) {
            h2 #{ (id) "-title" } { (frame.say(title)) }
            p .sub { (frame.say(text)) }
            form .narrow-form method="post" action=(frame.to(&["settings"])) {
                (guard(frame))
                input type="hidden" name="section" value=(id);
                (fields)
                p .buttons { button type="submit" { (frame.say("save")) } }
            }
        }
    }
}

fn practice(frame: &Frame<'_>, view: &View) -> Markup {
    let fields = html! {
        (field(&Field { name: "name", label: frame.say("setup-name"), help: None, kind: "text", value: &view.name, required: true, id: None }))
        (radios(frame, "size", &frame.say("setup-size"), &view.size, &SIZES))
        (radios(frame, "telematics", &frame.say("setup-telematics"), &view.telematics, &TELEMATICS))
        (radios(frame, "care", &frame.say("setup-care"), &view.care, &CARE))
    };
    part(frame, "practice", "settings-practice", "settings-practice-text", &fields)
}

fn times(frame: &Frame<'_>, view: &View) -> Markup {
    let fields = html! {
        (field(&Field { name: "lunch", label: frame.say("settings-lunch"), help: Some(frame.say("settings-lunch-help")), kind: "time", value: &view.lunch, required: true, id: None }))
        (field(&Field { name: "night", label: frame.say("settings-night"), help: Some(frame.say("settings-night-help")), kind: "time", value: &view.night, required: true, id: None }))
    };
    part(frame, "times", "settings-times", "settings-times-text", &fields)
}

fn alerts(frame: &Frame<'_>, view: &View) -> Markup {
    let help = Some(frame.say("settings-mail-help"));
    let fields = html! {
        (field(&Field { name: "mail", label: frame.say("settings-mail"), help, kind: "text", value: &view.alerts, required: false, id: None }))
    };
    part(frame, "alerts", "settings-alerts", "settings-alerts-text", &fields)
}

fn releases(frame: &Frame<'_>, view: &View) -> Markup {
    html! {
        section #release .block aria-labelledby="release-title" {
            h2 #release-title { (frame.say("settings-release")) }
            p .sub { (frame.say("settings-release-text")) }
            @if !view.releases.is_empty() {
                ul .plain {
                    @for release in &view.releases {
                        li .row {
                            span {
                                strong { (release.networks) }
                                span .small {
                                    (frame.texts.fill("scan-allowed-by", [("name", release.by.as_str().into())]))
                                    @if let Some(until) = release.until { " · " (frame.texts.fill("until", [("day", frame.calendar.day(until).into())])) }
                                }
                            }
                            form method="post" action=(frame.to(&["settings", "release", "withdraw"])) {
                                (guard(frame))
                                button .quiet.danger type="submit" name="release" value=(release.id) { (frame.say("revoke-do")) span .unseen { ": " (release.networks) } }
                            }
                        }
                    }
                }
            }
            form .narrow-form method="post" action=(frame.to(&["settings", "release"])) {
                (guard(frame))
                (release_fields(frame))
                p .buttons { button type="submit" { (frame.say("release-do")) } }
            }
        }
    }
}

/// What has to be said before a network may be examined.
pub(super) fn release_fields(frame: &Frame<'_>) -> Markup {
    html! {
        (field(&Field { name: "networks", label: frame.say("release-networks"), help: Some(frame.say("release-networks-help")), kind: "text", value: "", required: true, id: None }))
        (field(&Field { name: "owner", label: frame.say("release-owner"), help: Some(frame.say("release-owner-help")), kind: "text", value: "", required: true, id: None }))
        (super::forms::tick("confirmed", &frame.say("release-confirm"), Some(&frame.say("release-confirm-help")), false))
    }
}

fn access(frame: &Frame<'_>, view: &View) -> Markup {
    html! {
        section #access .block aria-labelledby="access-title" {
            h2 #access-title { (frame.say("settings-access")) }
            p .sub { (frame.say("settings-access-text")) }
            @match &view.access {
                Some(access) => {
                    p .row {
                        span {
                            strong { (access.name) }
                            span .small { (frame.texts.fill("until", [("day", frame.calendar.day(access.until).into())])) }
                        }
                    }
                    form method="post" action=(frame.to(&["settings"])) {
                        (guard(frame))
                        button .quiet.danger type="submit" name="section" value="access" { (frame.say("access-end")) }
                    }
                },
                None => { p { (frame.say("access-none")) } },
            }
        }
    }
}
