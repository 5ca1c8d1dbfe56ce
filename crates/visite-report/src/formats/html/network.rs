//! What a scan adds to the page: what changed, the plan of the network with its doors, the devices, what was not looked at,
//! and the record.

use super::icons::{Icon, icon};
use super::{Page, plan};
use crate::Surroundings;
use crate::network::{self, DoorState, RoomSeen};
use crate::texts::Texts;
use maud::{Markup, html};
use visite_facts::facts::ZoneKind;
use visite_facts::scan::{ScanSection, ScannedHost};

/// Most changes that stand open.
const CHANGES: usize = 8;

/// What changed since an earlier scan.
pub fn news(page: &Page<'_>) -> Markup {
    let Some(changes) = page.options.surroundings.and_then(|around: &Surroundings| around.changes.as_ref()) else {
        return html! {};
    };
    let lines = network::change_lines(page.texts, changes);
    let list = html! {
        ul .plain {
            @for (label, what) in &lines {
                li { @if !label.is_empty() { strong { (label) ": " } } (what) }
            }
        }
    };
    html! {
        section .news aria-labelledby="news" {
            h2 #news { (network::changed(page.texts, changes, &page.calendar.when(changes.since))) }
            @if lines.len() > CHANGES {
                details { summary { (page.texts.say("html-details")) } div .body { (list) } }
            } @else if !lines.is_empty() {
                (list)
            }
        }
    }
}

/// Rooms and doors, as a drawing and as a table.
pub fn map(page: &Page<'_>) -> Markup {
    let Some(scan) = page.options.scan else { return html! {} };
    let rooms = rooms(page, scan);
    if rooms.is_empty() {
        return html! {};
    }
    let say = |key| page.texts.say(key);
    let drawn = plan::Drawn { texts: page.texts, assessment: page.assessment, guests: scan.guests };
    html! {
        section #network .part aria-labelledby="network-title" {
            h2 #network-title { (say("map-title")) }
            p .lead { (say("map-lead")) " " a .see href="#devices" { (say("map-see-devices")) } }
            (plan::plan(&drawn, &rooms))
            @for counted in network::only_counted(page.texts, scan) { p .note { (counted) } }
            (doors(page.texts, &rooms, scan.guests))
        }
    }
}

fn rooms<'a>(page: &Page<'a>, scan: &'a ScanSection) -> Vec<RoomSeen<'a>> {
    let nothing = Surroundings::default();
    network::rooms(page.texts, page.assessment, scan, page.options.surroundings.unwrap_or(&nothing))
}

/// The plan as a table, which says the same and more. `guests`: devices in guest networks, which are only counted.
pub fn doors(texts: &Texts, rooms: &[RoomSeen<'_>], guests: u32) -> Markup {
    html! {
        table .doors.stack {
            thead { tr {
                th scope="col" { (texts.say("map-room")) }
                th scope="col" { (texts.say("map-door")) }
                th scope="col" { (texts.say("map-seen")) }
            } }
            tbody { @for room in rooms { (door(texts, room, guests)) } }
        }
    }
}

fn door(texts: &Texts, room: &RoomSeen<'_>, guests: u32) -> Markup {
    let (class, symbol) = match room.door {
        DoorState::Here => ("occasion", Icon::Occasion),
        DoorState::Forbidden => ("urgent", Icon::Urgent),
        DoorState::Wanted | DoorState::Closed => ("good", Icon::Good),
        DoorState::Open => ("act", Icon::Act),
        DoorState::NotMeasured => ("unknown", Icon::Unknown),
    };
    // Guests are counted and nothing more, in the plan as here.
    let devices = match room.hosts.len() {
        0 if room.kind == Some(ZoneKind::Guest) && guests > 0 => texts.fill("map-guests", [("n", guests.into())]),
        n => texts.fill("scan-devices", [("n", n.into())]),
    };
    html! {
        tr {
            th scope="row" { (room.name) span .small { @if !room.networks.is_empty() { (room.networks) " · " } (devices) } }
            td { span class={ "state " (class) } { (icon(symbol)) span { (texts.say(plan::look(room.door).1)) } } }
            td {
                @if let Some(services) = plan::services(texts, room) { (services) }
                @if !room.witnesses.is_empty() {
                    ul .witnesses {
                        @for (host, service) in room.witnesses.iter().take(6) {
                            li { (network::name(host)) ": " (network::service(texts, service)) }
                        }
                        @if room.witnesses.len() > 6 {
                            li { (texts.fill("and-more", [("n", (room.witnesses.len() - 6).into())])) }
                        }
                    }
                }
            }
        }
    }
}

/// Every device with its services, by room; then what was not looked at, and the record.
pub fn devices(page: &Page<'_>) -> Markup {
    let Some(scan) = page.options.scan else { return html! {} };
    let rooms = rooms(page, scan);
    let say = |key| page.texts.say(key);
    html! {
        section #devices .part aria-labelledby="devices-title" {
            h2 #devices-title { (say("html-devices")) }
            p .lead { (network::extent(page.texts, scan)) "." }
            @if scan.record.interrupted { p .note { (say("scan-interrupted")) } }
            @if scan.hosts.is_empty() { p .note { (say("scan-no-devices")) } }
            @for room in rooms.iter().filter(|room| !room.hosts.is_empty()) {
                div .group {
                    h3 { (room.name) @if !room.networks.is_empty() { " " span .net { (room.networks) } } }
                    table .devices.stack {
                        thead { tr {
                            th scope="col" { (say("html-device")) }
                            th scope="col" { (say("html-device-kind")) }
                            th scope="col" { (say("html-device-services")) }
                        } }
                        tbody { @for host in &room.hosts { (device(page, host)) } }
                    }
                }
            }
            (left_out(page, scan))
            (record(page, scan))
        }
    }
}

fn device(page: &Page<'_>, host: &ScannedHost) -> Markup {
    let others: Vec<String> =
        host.addresses.iter().filter(|address| **address != host.address).map(ToString::to_string).collect();
    let make = network::make(host);
    html! {
        tr {
            th scope="row" {
                (network::name(host))
                @if network::called(host).is_some() { span .small { (host.address) } }
                @for address in &others { span .small { (address) } }
                @if let Some(mac) = &host.mac { span .small { (mac) } }
            }
            td {
                (network::class(page.texts, host.class))
                @if !make.is_empty() { span .small { (make.join(" · ")) } }
                @if !host.finished { span .small { (page.texts.say("scan-unfinished")) } }
            }
            td { ul .services { @for service in network::services(page.texts, host) { li { (service) } } } }
        }
    }
}

fn left_out(page: &Page<'_>, scan: &ScanSection) -> Markup {
    let (reasons, unanswered) = (network::not_examined(page.texts, scan), network::unanswered(page.texts, scan));
    html! {
        @if !reasons.is_empty() || unanswered.is_some() {
            div .group {
                h3 { (page.texts.say("html-left-out")) }
                ul .plain {
                    @for (what, how) in reasons { li { (what) span .small { (how) } } }
                    @if let Some(unanswered) = unanswered { li { (unanswered) } }
                }
            }
        }
    }
}

/// Who allowed it and what was sent: the proof for the practice's files.
fn record(page: &Page<'_>, scan: &ScanSection) -> Markup {
    html! {
        div .group {
            h3 { (page.texts.say("html-record")) }
            p .meta { (network::record(page.texts, scan).join(" · ")) }
            dl .facts {
                @for (label, value) in network::record_details(page.texts, scan) { dt { (label) } dd { (value) } }
            }
        }
    }
}
