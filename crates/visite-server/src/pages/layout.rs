//! The frame around every page: header with practice, search and account, navigation, message, content, footer.

use super::assets;
use super::forms::guard;
use super::frame::{Frame, Page, Section};
use maud::{DOCTYPE, Markup, html};
use visite_facts::Lang;
use visite_report::html::{Icon, icon};

/// htmx evaluates nothing, brings no style of its own, and speaks only to us.
const HTMX: &str = r#"{"allowEval":false,"includeIndicatorStyles":false,"selfRequestsOnly":true,"historyCacheSize":0,"scrollIntoViewOnBoost":false}"#;

/// The whole document.
pub fn document(frame: &Frame<'_>, page: Page) -> Markup {
    let name = frame.practice.map_or("Visite", |practice| practice.name);
    let title = if page.title == name { format!("{name} · Visite") } else { format!("{} · {name}", page.title) };
    html! {
        (DOCTYPE)
        html lang=(frame.lang()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                // Not `no-referrer`: browsers then hide from us that a form is our own.
                meta name="referrer" content="same-origin";
                meta name="robots" content="noindex";
                meta name="color-scheme" content="light dark";
                meta name="htmx-config" content=(HTMX);
                title { (title) }
                link rel="icon" type="image/svg+xml" href=(assets::address("icon.svg"));
                link rel="stylesheet" href=(assets::address("app.css"));
                script defer src=(assets::address("htmx.js")) {}
                script defer src=(assets::address("htmx-sse.js")) {}
                script defer src=(assets::address("app.js")) {}
            }
            body .app {
                a .skip href="#content" { (frame.say("html-skip")) }
                (header(frame))
                div .columns {
                    (navigation(frame, page.section))
                    main #content tabindex="-1" {
                        @if frame.demo { p .demo { (icon(Icon::Occasion)) span { (frame.say("demo")) } } }
                        (message(frame))
                        (heading(frame, &page))
                        (page.content)
                    }
                }
                (footer(frame))
                div #live .unseen role="status" aria-live="polite" {}
            }
        }
    }
}

fn header(frame: &Frame<'_>) -> Markup {
    let home = if frame.practice.is_some() { frame.to(&[]) } else { "/".to_owned() };
    html! {
        header .bar {
            a .home href=(home) {
                @if frame.brand.is_some_and(|brand| brand.logo) {
                    img .logo src="/logo" alt=(frame.brand.map_or("", |brand| brand.name.as_str())) height="28";
                } @else {
                    svg .mark viewBox="0 0 32 32" aria-hidden="true" focusable="false" {
                        rect width="32" height="32" rx="7" {}
                        path d="M7 10l7 14 4-8 2 4h5" {}
                    }
                }
                span { (frame.practice.map_or("Visite", |practice| practice.name)) }
            }
            @if frame.practice.is_some() {
                form .search method="get" action=(frame.to(&["search"])) role="search" aria-label=(frame.say("search-label")) {
                    label .unseen for="search" { (frame.say("search-label")) }
                    input #search type="search" name="q" value=(frame.search) maxlength="100" autocomplete="off"
                        placeholder=(frame.say("search-hint")) aria-keyshortcuts="/";
                }
            }
            @if let Some(account) = frame.account {
                div .who {
                    a href="/account" { span .unseen { (frame.say("account")) ": " } (account.name) }
                    form method="post" action="/logout" { (guard(frame)) button .plainly type="submit" { (frame.say("logout")) } }
                }
            }
            // A panel on small screens, opened without any script; the style sheet shows it in place on larger ones.
            button .menu-button.quiet type="button" popovertarget="menu" { (frame.say("menu")) }
        }
    }
}

fn navigation(frame: &Frame<'_>, here: Section) -> Markup {
    let entry = |section: Section, address: String, key: &str, count: Option<usize>| {
        html! {
            li {
                a href=(address) aria-current=[(section == here).then_some("page")] {
                    span { (frame.say(key)) }
                    @if let Some(count) = count.filter(|count| *count > 0) {
                        span .count { (count) span .unseen { " " (frame.say("nav-open")) } }
                    }
                }
            }
        }
    };
    let may = frame.may;
    html! {
        nav #menu popover aria-label=(frame.say("nav-label")) {
            @if let Some(practice) = frame.practice {
                ul {
                    (entry(Section::Start, frame.to(&[]), "nav-start", None))
                    (entry(Section::Findings, frame.to(&["findings"]), "html-findings", practice.open))
                    (entry(Section::Measures, frame.to(&["measures"]), "nav-measures", None))
                }
                p .part-name { (frame.say("nav-practice")) }
                ul {
                    (entry(Section::Devices, frame.to(&["devices"]), "html-devices", None))
                    (entry(Section::Network, frame.to(&["network"]), "map-title", None))
                    (entry(Section::Sockets, frame.to(&["sockets"]), "nav-sockets", None))
                }
                p .part-name { (frame.say("nav-proof")) }
                ul {
                    (entry(Section::Rounds, frame.to(&["rounds"]), "nav-rounds", None))
                    (entry(Section::Checks, frame.to(&["checks"]), "nav-checks", None))
                    (entry(Section::Requirements, frame.to(&["requirements"]), "nav-requirements", None))
                }
                p .part-name { (frame.say("nav-work")) }
                ul {
                    (entry(Section::Agents, frame.to(&["agents"]), "nav-agents", None))
                    (entry(Section::Jobs, frame.to(&["jobs"]), "nav-jobs", None))
                    (entry(Section::People, frame.to(&["people"]), "nav-people", None))
                    @if may.govern {
                        (entry(Section::Settings, frame.to(&["settings"]), "nav-settings", None))
                    }
                    @if may.oversee {
                        (entry(Section::Audit, frame.to(&["audit"]), "nav-audit", None))
                    }
                }
            }
            @if may.provide || may.administer {
                p .part-name { (frame.say("nav-provider")) }
                ul {
                    (entry(Section::Practices, "/practices".to_owned(), "nav-practices", None))
                    @if may.administer {
                        (entry(Section::Import, "/practices/import".to_owned(), "nav-import", None))
                        (entry(Section::Policies, "/policies".to_owned(), "nav-policies", None))
                        (entry(Section::Team, "/team".to_owned(), "nav-team", None))
                        (entry(Section::Branding, "/branding".to_owned(), "nav-branding", None))
                        (entry(Section::Programs, "/programs".to_owned(), "programs-title", None))
                    }
                }
            }
            @if may.install {
                p .part-name { (frame.say("nav-server")) }
                ul {
                    (entry(Section::Certificate, "/certificate".to_owned(), "nav-certificate", None))
                    (entry(Section::Mail, "/mail".to_owned(), "nav-mail", None))
                    (entry(Section::Service, "/sign-in-service".to_owned(), "nav-service", None))
                }
            }
            // On small screens the header has no room for it.
            @if let Some(account) = frame.account {
                ul .account {
                    li { a href="/account" { (account.name) } }
                    li { form method="post" action="/logout" { (guard(frame)) button .plainly type="submit" { (frame.say("logout")) } } }
                }
            }
            @if frame.practice.is_none() && !may.provide && !may.administer {
                ul { (entry(Section::Start, "/".to_owned(), "nav-start", None)) }
            }
        }
    }
}

fn message(frame: &Frame<'_>) -> Markup {
    html! {
        @if let Some(message) = &frame.message {
            @let (class, symbol) = if message.good { ("good", Icon::Good) } else { ("act", Icon::Act) };
            // Read out at once when something failed, and in its turn when it went well.
            p class={ "message " (class) "-message" } role=(if message.good { "status" } else { "alert" }) {
                span class=(class) { (icon(symbol)) }
                span { (message.text) }
            }
        }
    }
}

fn heading(frame: &Frame<'_>, page: &Page) -> Markup {
    html! {
        @if !page.above.is_empty() {
            nav .above aria-label=(frame.say("above-label")) {
                @for (address, name) in &page.above { a href=(address) { (name) } }
            }
        }
        @if let Some(heading) = &page.heading {
            (heading)
        } @else {
            div .title { h1 { (page.title) } (page.beside) }
        }
    }
}

fn footer(frame: &Frame<'_>) -> Markup {
    let (other, word) = match frame.lang() {
        Lang::De => (Lang::En, "English"),
        Lang::En => (Lang::De, "Deutsch"),
    };
    html! {
        footer .foot {
            p {
                (frame.say("html-confidential")) " · Visite " (frame.version)
                @if let Some(brand) = frame.brand {
                    " · " (brand.name)
                    @if !brand.phone.is_empty() { ", " a href={ "tel:" (brand.phone.replace(' ', "")) } { (brand.phone) } }
                    @if !brand.mail.is_empty() { ", " a href={ "mailto:" (brand.mail) } { (brand.mail) } }
                }
            }
            form method="post" action="/language" {
                (guard(frame))
                button .plainly type="submit" name="lang" value=(other) lang=(other) { (word) }
            }
        }
    }
}
