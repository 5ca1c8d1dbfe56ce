//! The network as the plan of a floor: zones are rooms, ways are doors to the corridor between them, and devices stand in
//! the rooms.
//!
//! Drawn by hand as SVG in three widths, of which the style sheet shows the one that fits, so that its text is always as
//! large as the text around it. Screen readers get one sentence, and the tables of [`super::network`] say the same.

use crate::network::{self, DoorState, RoomSeen};
use crate::overview::{self, Urgency};
use crate::texts::Texts;
use maud::{Markup, PreEscaped, html};
use std::fmt::Write as _;
use visite_facts::Assessment;
use visite_facts::facts::{DeviceClass, ZoneKind};
use visite_facts::scan::ScannedHost;

/// Width of a drawing in pixels, rooms on one floor, and the class that shows it.
const WIDTHS: [(i32, usize, &str); 3] = [(1120, 8, "wide"), (640, 4, "medium"), (340, 1, "narrow")];

/// Most devices that are drawn in one room.
const DEVICES: usize = 12;

const PAD: i32 = 16;
const TILE: (i32, i32) = (160, 40);
const HEAD: i32 = 54;
const BAND: i32 = 56;
const CORRIDOR: i32 = 36;
const DOOR: i32 = 34;

/// What a drawing shows besides rooms.
#[derive(Clone, Copy)]
pub struct Drawn<'a> {
    /// The reader's language.
    pub texts: &'a Texts,
    /// Whose findings mark devices.
    pub assessment: &'a Assessment,
    /// Devices in guest networks, which are counted and nothing more.
    pub guests: u32,
}

/// The drawing in all widths.
pub fn plan(drawn: &Drawn<'_>, rooms: &[RoomSeen<'_>]) -> Markup {
    html! {
        @for (width, rooms_a_floor, class) in WIDTHS {
            div class={ "plan " (class) } {
                @for floor in rooms.chunks(rooms_a_floor) { (PreEscaped(storey(drawn, floor, width))) }
            }
        }
    }
}

/// A room and where it is drawn.
struct Place<'a, 'b> {
    room: &'a RoomSeen<'b>,
    x: i32,
    width: i32,
}

/// One floor: rooms above and below a corridor.
fn storey(drawn: &Drawn<'_>, rooms: &[RoomSeen<'_>], width: i32) -> String {
    let above = rooms.len().div_ceil(2);
    let (above, below) = rooms.split_at(above);
    let rows = [places(above, width), places(below, width)];
    let heights = rows.each_ref().map(|row| row.iter().map(height).max().unwrap_or(0));
    let total = heights[0] + CORRIDOR + heights[1];
    let label = match rooms {
        [only] => format!("{}: {}", only.name, drawn.texts.say(look(only.door).1)),
        several => drawn.texts.fill("map-label", [("n", several.len().into())]),
    };
    let mut svg = String::new();
    write(
        &mut svg,
        format_args!(
            "<svg viewBox=\"-2 -2 {} {}\" role=\"img\" aria-label=\"{}\">",
            width + 4,
            total + 4,
            escaped(&label)
        ),
    );
    let corridor = heights[0];
    write(&mut svg, format_args!("<path class=\"corridor\" d=\"M0 {corridor}h{width}v{CORRIDOR}h-{width}z\"/>"));
    if below.is_empty() {
        write(&mut svg, format_args!("<path class=\"wall\" d=\"M0 {0}v{CORRIDOR}h{width}v-{CORRIDOR}\"/>", heights[0]));
    } else {
        write(
            &mut svg,
            format_args!("<path class=\"wall\" d=\"M0 {0}v{CORRIDOR}M{width} {0}v{CORRIDOR}\"/>", heights[0]),
        );
    }
    for place in &rows[0] {
        room(drawn, &mut svg, place, 0, heights[0], Side::Below);
    }
    for place in &rows[1] {
        room(drawn, &mut svg, place, heights[0] + CORRIDOR, heights[1], Side::Above);
    }
    svg.push_str("</svg>");
    svg
}

fn places<'a, 'b>(rooms: &'a [RoomSeen<'b>], width: i32) -> Vec<Place<'a, 'b>> {
    let count = i32::try_from(rooms.len()).unwrap_or(1).max(1);
    let place = |(index, room): (i32, &'a RoomSeen<'b>)| {
        let (begin, end) = (width * index / count, width * (index + 1) / count);
        Place { room, x: begin, width: end - begin }
    };
    (0..).zip(rooms).map(place).collect()
}

/// How many tiles stand side by side.
fn across(width: i32) -> i32 {
    ((width - 2 * PAD + 8) / (TILE.0 + 8)).max(1)
}

fn height(place: &Place<'_, '_>) -> i32 {
    let shown = place.room.hosts.len().min(DEVICES);
    let more = i32::from(place.room.hosts.len() > DEVICES || place.room.hosts.is_empty());
    let rows = (i32::try_from(shown).unwrap_or(0) + across(place.width) - 1) / across(place.width);
    HEAD + rows * (TILE.1 + 6) + more * 22 + BAND + 8
}

/// On which side of a room the corridor runs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Above,
    Below,
}

fn room(drawn: &Drawn<'_>, svg: &mut String, place: &Place<'_, '_>, top: i32, height: i32, corridor: Side) {
    let Place { room, x, width } = place;
    let state = look(room.door).0;
    write(svg, format_args!("<g class=\"room {state}\">"));
    write(svg, format_args!("<path class=\"floor\" d=\"M{x} {top}h{width}v{height}h-{width}z\"/>"));
    walls(svg, place, top, height, corridor);
    door(drawn, svg, place, if corridor == Side::Below { top + height } else { top }, corridor);
    let mut y = if corridor == Side::Below { top } else { top + BAND };
    let left = x + PAD;
    let letters = |pixels: i32, of: i32| usize::try_from(pixels / of).unwrap_or(4).max(4);
    let space = width - 2 * PAD;
    text(svg, "name", left, y + 26, &cut(&room.name, letters(space, 9)));
    text(svg, "net", left, y + 43, &cut(&room.networks, letters(space, 7)));
    y += HEAD;
    let columns = across(*width);
    let tile = (space - (columns - 1) * 8) / columns;
    for (index, host) in (0..).zip(room.hosts.iter().take(DEVICES)) {
        let (column, row) = (index % columns, index / columns);
        device(drawn, svg, host, left + column * (tile + 8), y + row * (TILE.1 + 6), tile);
    }
    let shown = i32::try_from(room.hosts.len().min(DEVICES)).unwrap_or(0);
    y += (shown + columns - 1) / columns * (TILE.1 + 6) + 14;
    if let Some(note) = note(drawn, room) {
        text(svg, "net", left, y, &cut(&note, letters(space, 7)));
    }
    svg.push_str("</g>");
}

/// What stands in a room besides its devices: how many more there are, or that none was seen.
fn note(drawn: &Drawn<'_>, room: &RoomSeen<'_>) -> Option<String> {
    if room.kind == Some(ZoneKind::Guest) && room.hosts.is_empty() && drawn.guests > 0 {
        return Some(drawn.texts.fill("map-guests", [("n", drawn.guests.into())]));
    }
    if room.hosts.is_empty() {
        return Some(drawn.texts.say("map-nobody"));
    }
    let more = room.hosts.len().checked_sub(DEVICES).filter(|more| *more > 0)?;
    Some(drawn.texts.fill("and-more", [("n", more.into())]))
}

/// The walls, with a gap for the door.
fn walls(svg: &mut String, place: &Place<'_, '_>, top: i32, height: i32, corridor: Side) {
    let Place { x, width, .. } = place;
    let (left, right, bottom) = (*x, x + width, top + height);
    let (near, far) = if corridor == Side::Below { (bottom, top) } else { (top, bottom) };
    let (hinge, lock) = (left + PAD, left + PAD + DOOR);
    write(svg, format_args!("<path class=\"wall\" d=\"M{lock} {near}H{right}V{far}H{left}V{near}H{hinge}\"/>"));
}

/// Class and text of a door.
pub fn look(door: DoorState) -> (&'static str, &'static str) {
    match door {
        DoorState::Here => ("here", "door-here"),
        DoorState::Forbidden => ("forbidden", "door-forbidden"),
        DoorState::Wanted => ("wanted", "door-wanted"),
        DoorState::Open => ("open", "door-open"),
        DoorState::Closed => ("closed", "door-closed"),
        DoorState::NotMeasured => ("unmeasured", "door-unmeasured"),
    }
}

/// How many services were seen through the door, and how many of them should not be.
pub fn services(texts: &Texts, room: &RoomSeen<'_>) -> Option<String> {
    if room.open == 0 || matches!(room.door, DoorState::Here | DoorState::NotMeasured) {
        return None;
    }
    let counts = [("n", room.witnesses.len().into()), ("all", room.open.into())];
    Some(match room.witnesses.len() {
        0 => texts.fill("door-services", [("n", room.open.into())]),
        _ => texts.fill("door-witnesses", counts),
    })
}

/// The door as architects draw it: the leaf, and the quarter circle in which it swings into the room.
fn door(drawn: &Drawn<'_>, svg: &mut String, place: &Place<'_, '_>, wall: i32, corridor: Side) {
    let (left, width) = (place.x + PAD, place.width - 2 * PAD);
    // Into the room: upwards where the corridor runs below it.
    let (into, sweep) = if corridor == Side::Below { (-DOOR, 1) } else { (DOOR, 0) };
    let leaf = match place.room.door {
        DoorState::Closed | DoorState::NotMeasured => format!("M{left} {wall}h{DOOR}"),
        _ => format!("M{left} {wall}v{into}A{DOOR} {DOOR} 0 0 {sweep} {} {wall}", left + DOOR),
    };
    write(svg, format_args!("<path class=\"leaf\" d=\"{leaf}\"/>"));
    if place.room.door == DoorState::NotMeasured {
        text(svg, "ask", left + DOOR / 2 - 4, wall + into / 2 + 5, "?");
    }
    let (class, word) = look(place.room.door);
    let (from, middle) = (left + DOOR + 12, wall + into / 2 + into / 8);
    let letters = usize::try_from((width - DOOR - 12) * 10 / 66).unwrap_or(8);
    let first = cut(&drawn.texts.say(word), letters);
    match services(drawn.texts, place.room) {
        Some(second) => {
            text(svg, &format!("door {class}"), from, middle - 3, &first);
            text(svg, "net", from, middle + 13, &cut(&second, letters));
        }
        None => text(svg, &format!("door {class}"), from, middle + 5, &first),
    }
}

fn device(drawn: &Drawn<'_>, svg: &mut String, host: &ScannedHost, x: i32, y: i32, width: i32) {
    let (name, class) = (network::name(host), network::class(drawn.texts, host.class));
    let urgency = urgency(drawn, host);
    let worry = urgency.map(|urgency| format!(", {}", drawn.texts.word("urgency", urgency))).unwrap_or_default();
    svg.push_str("<g>");
    write(svg, format_args!("<title>{}</title>", escaped(&format!("{name}, {}, {class}{worry}", host.address))));
    let (w, h) = (width, TILE.1);
    let kind = if host.class.is_none() { "tile strange" } else { "tile" };
    write(svg, format_args!("<rect class=\"{kind}\" x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" rx=\"6\"/>"));
    write(svg, format_args!("<g class=\"symbol\" transform=\"translate({} {})\">", x + 9, y + 11));
    svg.push_str(symbol(host.class));
    svg.push_str("</g>");
    let space = width - 36 - if urgency.is_some() { 28 } else { 8 };
    let letters = |of: i32| usize::try_from(space * 10 / of).unwrap_or(4).max(4);
    text(svg, "device", x + 36, y + 17, &cut(&name, letters(68)));
    text(svg, "net", x + 36, y + 32, &cut(&class, letters(62)));
    if let Some(urgency) = urgency {
        let at = (x + width - 22, y + 12);
        write(svg, format_args!("<g class=\"{urgency} symbol\" transform=\"translate({} {})\">", at.0, at.1));
        svg.push_str(mark(urgency));
        svg.push_str("</g>");
    }
    svg.push_str("</g>");
}

/// The most urgent open finding on a device.
fn urgency(drawn: &Drawn<'_>, host: &ScannedHost) -> Option<Urgency> {
    let own = drawn.assessment.findings.iter().filter(|finding| finding.subject == host.subject);
    own.filter(|finding| overview::is_open(finding)).map(|finding| Urgency::from(finding.effective_severity)).min()
}

fn mark(urgency: Urgency) -> &'static str {
    match urgency {
        Urgency::Urgent => "<path d=\"M5.2 1h5.6L15 5.2v5.6L10.8 15H5.2L1 10.8V5.2zM8 4.5v4.2M8 11.3v.2\"/>",
        Urgency::Act => "<path d=\"M8 1.8 15 14H1zM8 6.2v3.6M8 11.9v.2\"/>",
        Urgency::Occasion => "<path d=\"M8 1.5a6.5 6.5 0 1 0 .01 0zM8 7a1 1 0 1 0 .01 0z\"/>",
    }
}

/// A symbol of 18 pixels for a kind of device.
fn symbol(class: Option<DeviceClass>) -> &'static str {
    match class {
        Some(DeviceClass::Workplace) => "<path d=\"M1 2h16v10H1zM9 12v4M5 16h8\"/>",
        Some(DeviceClass::Server) => "<path d=\"M2 1h14v5H2zM2 6h14v5H2zM2 11h14v5H2zM5 3.5h.1M5 8.5h.1M5 13.5h.1\"/>",
        Some(DeviceClass::PvsServer) => "<path d=\"M2 1h14v16H2zM9 5v8M5 9h8\"/>",
        Some(DeviceClass::MedicalDevice) => "<path d=\"M1 9h4l2-6 4 12 2-6h4\"/>",
        Some(DeviceClass::DeviceConsole) => "<path d=\"M1 2h16v11H1zM4 8h2l2-3 2 5 1-2h3M5 16h8\"/>",
        Some(DeviceClass::Printer) => "<path d=\"M5 6V1h8v5M5 13H1V6h16v7h-4M5 10h8v7H5z\"/>",
        Some(DeviceClass::Telephone) => "<path d=\"M5 1 2 3c0 7 6 13 13 13l2-3-4-3-2 2c-2-1-4-3-5-5l2-2z\"/>",
        Some(DeviceClass::NetworkDevice) => "<path d=\"M1 10h16v6H1zM4 13h.1M8 13h.1M5 10V3M13 10V3M3 1h4M11 1h4\"/>",
        Some(DeviceClass::Connector) => "<path d=\"M9 1 2 3.5v5c0 4 3 7 7 8.5c4-1.5 7-4.5 7-8.5v-5zM6 9l2 2 4-4\"/>",
        Some(DeviceClass::CardTerminal) => "<path d=\"M3 1h12v10H3zM5 11v6h8v-6M6 4h6M6 7h.1M9 7h.1M12 7h.1\"/>",
        Some(DeviceClass::Nas) => {
            "<path d=\"M2 3c0-3 14-3 14 0v12c0 3-14 3-14 0zM2 3c0 3 14 3 14 0M2 9c0 3 14 3 14 0\"/>"
        }
        Some(DeviceClass::Controller) => "<path d=\"M3 1v16M9 1v16M15 1v16M1 5h4M7 12h4M13 7h4\"/>",
        Some(DeviceClass::Camera) => "<path d=\"M1 4h11v9H1zM12 7l5-3v9l-5-3\"/>",
        Some(DeviceClass::Mobile) => "<path d=\"M5 1h8v16H5zM8 14.5h2\"/>",
        Some(DeviceClass::Other) => "<path d=\"M2 2h14v14H2z\"/>",
        None => {
            "<path stroke-dasharray=\"2.6 2\" d=\"M9 1.5a7.5 7.5 0 1 0 .01 0z\"/><path d=\"M7 7a2.1 2.1 0 1 1 3 1.9c-.7.3-1 .7-1 1.3M9 12.8v.2\"/>"
        }
    }
}

fn text(svg: &mut String, class: &str, x: i32, y: i32, text: &str) {
    write(svg, format_args!("<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{}</text>", escaped(text)));
}

/// A text that has to fit.
fn cut(text: &str, letters: usize) -> String {
    if text.chars().count() <= letters {
        return text.to_owned();
    }
    text.chars().take(letters.saturating_sub(1)).chain(['…']).collect()
}

/// Text from outside between tags and in attributes.
fn escaped(text: &str) -> String {
    html! { (text) }.into_string().replace('"', "&quot;")
}

fn write(svg: &mut String, what: std::fmt::Arguments<'_>) {
    svg.write_fmt(what).expect("writing to a string cannot fail");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_cut() {
        assert_eq!(cut("empfang-1", 9), "empfang-1");
        assert_eq!(cut("kartenterminal-empfang", 9), "kartente…");
        assert_eq!(escaped("<a b=\"c\">&"), "&lt;a b=&quot;c&quot;&gt;&amp;");
    }

    #[test]
    fn rooms_share_the_width_without_a_gap() {
        let room = |name: &str| RoomSeen {
            name: name.into(),
            networks: String::new(),
            kind: None,
            hosts: Vec::new(),
            door: DoorState::Open,
            open: 0,
            witnesses: Vec::new(),
        };
        let rooms = ["a", "b", "c"].map(room);
        let places = places(&rooms, 1120);
        assert_eq!(
            places.iter().map(|place| (place.x, place.width)).collect::<Vec<_>>(),
            [(0, 373), (373, 373), (746, 374)]
        );
    }
}
