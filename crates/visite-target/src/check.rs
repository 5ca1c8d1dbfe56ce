//! What no JSON Schema can say about a practice file: ids that stand there twice, references to what is not there,
//! ends before beginnings, statements that contradict each other.
//!
//! For [`Practice::from_yaml`], which lists all of it at once. One function for each section of the file. Deliberately
//! absent: judging whether what the practice says is wise.

use crate::calendar::Hours;
use crate::device::{DeviceOwner, StatedIdentifier};
use crate::equipment::{Equipment, TelematicsMode};
use crate::network::INTERNET;
use crate::people::PersonRole;
use crate::practice::Practice;
use crate::release::is_too_wide;
use crate::shape::{Node, Step};
use crate::wording::{keep_one, word_hint};
use crate::yaml::{MAX_MISTAKES, Mistake, Source};
use jiff::civil::Date;
use std::collections::{BTreeMap, HashMap};
use visite_facts::Text;

/// Everything that contradicts itself or refers to nothing.
pub(crate) fn contradictions(practice: &Practice, root: &Node, source: &Source<'_>) -> Vec<Mistake> {
    let mut check = Check { practice, root, source, mistakes: Vec::new() };
    check.size();
    check.telematics();
    check.opening_hours();
    check.change_freeze();
    check.people();
    check.zones();
    check.conduits();
    check.devices();
    check.releases();
    check.exemptions();
    check.mistakes
}

struct Check<'a> {
    practice: &'a Practice,
    root: &'a Node,
    source: &'a Source<'a>,
    mistakes: Vec<Mistake>,
}

/// Builds a path of keys and positions.
macro_rules! path {
    ($($step:expr),+) => { &[$(Step::from($step)),+] };
}

impl Check<'_> {
    fn add(&mut self, path: &[Step], message: Text, hint: Option<Text>) {
        if self.mistakes.len() < MAX_MISTAKES {
            self.mistakes.push(self.source.at(self.root.find(path), message, hint));
        }
    }

    fn size(&mut self) {
        let Some(size) = &self.practice.size else { return };
        if size.overridden.is_some() && size.reason.is_none() {
            let message = Text::new(
                "Die von Hand festgelegte Größe braucht eine Begründung",
                "a size that counts instead needs a reason",
            );
            self.add(path!["size", "override"], message, Some(add_key("reason")));
        }
    }

    fn telematics(&mut self) {
        let Some(mode) = self.practice.telematics.as_ref().map(|telematics| telematics.mode) else { return };
        let Some(equipment) = &self.practice.equipment else { return };
        let parts = [
            ("telematics", Equipment::Telematics),
            ("connector", Equipment::Connector),
            ("hosted_connector", Equipment::HostedConnector),
            ("ti_gateway", Equipment::TiGateway),
        ];
        for (key, part) in parts {
            let contradicts = match (mode, part, equipment.stated(part)) {
                (TelematicsMode::None, _, Some(true)) => true,
                (mode, Equipment::Telematics, Some(false)) => mode != TelematicsMode::None,
                (TelematicsMode::Gateway, Equipment::TiGateway, Some(false)) => true,
                _ => false,
            };
            if contradicts {
                let message = Text::new(
                    format!("`{key}` widerspricht dem Wert `{mode}` unter `telematics`"),
                    format!("`{key}` contradicts the mode `{mode}` under `telematics`"),
                );
                let hint = Text::new("Berichtigen Sie eine der beiden Angaben.", "correct one of them");
                self.add(path!["equipment", key], message, Some(hint));
            }
        }
    }

    fn opening_hours(&mut self) {
        let Some(week) = &self.practice.opening_hours else { return };
        let days = [
            ("monday", &week.monday),
            ("tuesday", &week.tuesday),
            ("wednesday", &week.wednesday),
            ("thursday", &week.thursday),
            ("friday", &week.friday),
            ("saturday", &week.saturday),
            ("sunday", &week.sunday),
        ];
        for (day, hours) in days {
            let hours: &[Hours] = hours.as_deref().unwrap_or_default();
            for (index, pair) in hours.windows(2).enumerate() {
                if pair[1].from < pair[0].until {
                    let message = Text::new(
                        format!("`{}` beginnt, bevor `{}` vorbei ist", pair[1], pair[0]),
                        format!("`{}` begins before `{}` is over", pair[1], pair[0]),
                    );
                    self.add(path!["opening_hours", day, index + 1], message, None);
                }
            }
        }
    }

    fn change_freeze(&mut self) {
        let periods = self.practice.change_freeze.as_ref().and_then(|freeze| freeze.periods.as_ref());
        for (index, period) in periods.into_iter().flatten().enumerate() {
            let path = path!["change_freeze", "periods", index, "until"];
            self.order(path, Some(period.from), Some(period.until));
        }
    }

    fn people(&mut self) {
        let people = self.practice.people.as_deref().unwrap_or_default();
        self.unique("people", people.iter().map(|person| person.id.as_str()));
        for (index, person) in people.iter().enumerate() {
            self.order(path!["people", index, "until"], person.since, person.until);
            if person.roles.contains(&PersonRole::External) && person.organisation.is_none() {
                let message = Text::new(
                    format!("`{}` ist extern (`external`), aber von welcher Firma?", person.id),
                    format!("`{}` is external, but of which organisation?", person.id),
                );
                self.add(path!["people", index, "roles"], message, Some(add_key("organisation")));
            }
        }
    }

    fn zones(&mut self) {
        let zones = self.practice.zones.as_deref().unwrap_or_default();
        self.unique("zones", zones.iter().map(|zone| zone.id.as_str()));
        let mut owners = HashMap::new();
        for (index, zone) in zones.iter().enumerate() {
            if zone.id.as_str() == INTERNET {
                let message = Text::new(
                    "`internet` steht für alles außerhalb der Praxis",
                    "`internet` stands for everything outside",
                );
                let hint = Text::new(
                    "Wählen Sie eine andere Kennung; die Zone `internet` gibt es immer.",
                    "choose another id; the zone `internet` is always there",
                );
                self.add(path!["zones", index, "id"], message, Some(hint));
            }
            for (position, network) in zone.networks.iter().flatten().enumerate() {
                if let Some(other) = owners.insert(*network, &zone.id) {
                    let message = Text::new(
                        format!("`{network}` gehört schon zur Zone `{other}`"),
                        format!("`{network}` belongs to the zone `{other}` already"),
                    );
                    self.add(path!["zones", index, "networks", position], message, None);
                }
            }
        }
    }

    fn conduits(&mut self) {
        let conduits = self.practice.conduits.as_deref().unwrap_or_default();
        self.unique("conduits", conduits.iter().map(|conduit| conduit.id.as_str()));
        for (index, conduit) in conduits.iter().enumerate() {
            self.zone_exists(path!["conduits", index, "from"], conduit.from.as_str(), true);
            self.zone_exists(path!["conduits", index, "to"], conduit.to.as_str(), true);
            if conduit.from == conduit.to {
                let message = Text::new(
                    format!("Der Weg führt von `{}` zu sich selbst", conduit.from),
                    format!("the conduit leads from `{}` to itself", conduit.from),
                );
                self.add(path!["conduits", index, "to"], message, None);
            }
            if let Some(owner) = &conduit.owner {
                self.person_exists(path!["conduits", index, "owner"], owner.as_str());
            }
        }
    }

    fn devices(&mut self) {
        let devices = self.practice.devices.as_deref().unwrap_or_default();
        self.unique("devices", devices.iter().map(|device| device.id.as_str()));
        let mut owners = BTreeMap::new();
        let mut holders = HashMap::new();
        for (index, device) in devices.iter().enumerate() {
            if let Some(zone) = &device.zone {
                self.zone_exists(path!["devices", index, "zone"], zone.as_str(), false);
            }
            if let Some(approval) = &device.manufacturer_approval {
                let path = path!["devices", index, "manufacturer_approval", "until"];
                self.order(path, Some(approval.date), approval.until);
            }
            for (position, address) in device.addresses.iter().flatten().enumerate() {
                if let Some(other) = holders.insert(*address, &device.id) {
                    let message = Text::new(
                        format!("Die Adresse `{address}` gehört schon zu `{other}`"),
                        format!("the address `{address}` belongs to `{other}` already"),
                    );
                    let hint = Text::new(
                        "Nennen Sie jede Adresse nur einmal, und nur solche, die sich nicht ändern.",
                        "state each address once, and only such as do not change",
                    );
                    self.add(path!["devices", index, "addresses", position], message, Some(hint));
                }
            }
            for (position, stated) in device.identifiers.iter().flatten().enumerate() {
                let path = path!["devices", index, "identifiers", position, "value"];
                self.identifier(path, stated);
                if let Some(other) = stated.identifier().and_then(|known| owners.insert(known, &device.id)) {
                    let message = Text::new(
                        format!("`{other}` hat dasselbe Merkmal (`{}`)", stated.kind),
                        format!("`{other}` has the same {}", stated.kind),
                    );
                    self.add(path, message, None);
                }
            }
        }
    }

    fn identifier(&mut self, path: &[Step], stated: &StatedIdentifier) {
        if stated.identifier().is_none() {
            let message = Text::new(
                format!(
                    "Daran ist das Gerät nicht zu erkennen: Hersteller lassen diesen Wert so stehen, oder er passt nicht \
                     zu `{}`",
                    stated.kind
                ),
                format!("this {} says nothing: makers leave it so, or it is no {0}", stated.kind),
            );
            self.add(path, message, Some(Text::new("Lassen Sie dieses Merkmal weg.", "leave it out")));
        }
    }

    fn releases(&mut self) {
        let releases = self.practice.releases.as_deref().unwrap_or_default();
        self.unique("releases", releases.iter().map(|release| release.id.as_str()));
        for (index, release) in releases.iter().enumerate() {
            self.person_exists(path!["releases", index, "allowed_by"], release.allowed_by.as_str());
            self.order(path!["releases", index, "until"], Some(release.allowed_on), Some(release.until));
            for (position, range) in release.ranges.iter().enumerate().filter(|(_, range)| is_too_wide(range.0)) {
                let message = Text::new(
                    format!("`{range}` ist mehr als das Netz einer Praxis"),
                    format!("`{range}` is more than one practice's network"),
                );
                let hint = Text::new(
                    "Nennen Sie die Netze der Praxis: höchstens /16, bei IPv6 höchstens /48.",
                    "name the networks of the practice; at most /16, for IPv6 /48",
                );
                self.add(path!["releases", index, "ranges", position], message, Some(hint));
            }
            let foreign = release.device_owners.iter().any(|owner| *owner != DeviceOwner::Practice);
            if foreign && release.named_owners.as_ref().is_none_or(Vec::is_empty) {
                let message = Text::new(
                    "In diesen Netzen stehen fremde Geräte, aber es ist nicht genannt, wem sie gehören",
                    "devices of others are in these networks, but nobody is named",
                );
                let hint = Text::new(
                    "Ergänzen Sie `named_owners:` mit einer Zeile für jeden Eigentümer.",
                    "add `named_owners:` with a line for each",
                );
                self.add(path!["releases", index, "device_owners"], message, Some(hint));
            }
        }
    }

    fn exemptions(&mut self) {
        let exemptions = self.practice.exemptions.as_deref().unwrap_or_default();
        self.unique("exemptions", exemptions.iter().map(|exemption| exemption.id.as_str()));
        for (index, exemption) in exemptions.iter().enumerate() {
            if exemption.check.is_some() == exemption.requirement.is_some() {
                let message = Text::new(
                    format!("`{}` braucht entweder `check` oder `requirement`", exemption.id),
                    format!("`{}` needs either `check` or `requirement`", exemption.id),
                );
                self.add(path!["exemptions", index], message, None);
            }
            if exemption.device.is_some() && exemption.subject.is_some() {
                let message = Text::new(
                    format!("`{}` nennt sowohl `device` als auch `subject`", exemption.id),
                    format!("`{}` names both a `device` and a `subject`", exemption.id),
                );
                self.add(path!["exemptions", index, "subject"], message, Some(keep_one()));
            }
            self.person_exists(path!["exemptions", index, "by"], exemption.by.as_str());
            if let Some(device) = &exemption.device {
                let ids: Vec<&str> = self.practice.devices.iter().flatten().map(|device| device.id.as_str()).collect();
                self.exists(path!["exemptions", index, "device"], device.as_str(), NO_DEVICE, "devices", &ids);
            }
        }
    }

    fn unique<'i>(&mut self, section: &'static str, ids: impl Iterator<Item = &'i str>) {
        let mut seen = HashMap::new();
        for (index, id) in ids.enumerate() {
            if let Some(first) = seen.get(id) {
                let line = self.root.find(path![section, *first, "id"]).line();
                let message = Text::new(
                    format!("Die Kennung `{id}` steht schon in Zeile {line}"),
                    format!("the id `{id}` stands in line {line} already"),
                );
                let hint = Text::new("Wählen Sie eine andere Kennung.", "choose another id");
                self.add(path![section, index, "id"], message, Some(hint));
            } else {
                seen.insert(id, index);
            }
        }
    }

    fn person_exists(&mut self, path: &[Step], id: &str) {
        let ids: Vec<&str> = self.practice.people.iter().flatten().map(|person| person.id.as_str()).collect();
        self.exists(path, id, NO_PERSON, "people", &ids);
    }

    fn zone_exists(&mut self, path: &[Step], id: &str, internet_too: bool) {
        let mut ids: Vec<&str> = self.practice.zones.iter().flatten().map(|zone| zone.id.as_str()).collect();
        if internet_too {
            ids.push(INTERNET);
        }
        self.exists(path, id, NO_ZONE, "zones", &ids);
    }

    fn exists(&mut self, path: &[Step], id: &str, nothing: Nothing, section: &str, ids: &[&str]) {
        // The nearest word is searched for only as long as it will be shown: a broken file may refer to nothing in
        // thousands of places.
        if !ids.contains(&id) && self.mistakes.len() < MAX_MISTAKES {
            let missing = || {
                Text::new(format!("Tragen Sie den Eintrag unter `{section}` ein."), format!("add it under `{section}`"))
            };
            let message =
                Text::new(format!("Es gibt {} `{id}`", nothing.de), format!("there is {} `{id}`", nothing.en));
            self.add(path, message, Some(word_hint(id, ids).unwrap_or_else(missing)));
        }
    }

    fn order(&mut self, path: &[Step], first: Option<Date>, last: Option<Date>) {
        if let (Some(first), Some(last)) = (first, last)
            && last < first
        {
            let message = Text::new(format!("`{last}` liegt vor `{first}`"), format!("`{last}` lies before `{first}`"));
            let hint = Text::new("Vertauschen oder berichtigen Sie die beiden Tage.", "exchange or correct the days");
            self.add(path, message, Some(hint));
        }
    }
}

/// What is not there, with its article.
#[derive(Clone, Copy)]
struct Nothing {
    de: &'static str,
    en: &'static str,
}

const NO_PERSON: Nothing = Nothing { de: "keine Person", en: "no person" };
const NO_ZONE: Nothing = Nothing { de: "keine Zone", en: "no zone" };
const NO_DEVICE: Nothing = Nothing { de: "kein Gerät", en: "no device" };

fn add_key(key: &str) -> Text {
    Text::new(format!("Ergänzen Sie `{key}:`."), format!("add `{key}:`"))
}
