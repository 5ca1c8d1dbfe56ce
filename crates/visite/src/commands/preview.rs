//! What a scan would do, for `--dry-run`: the plan, and whether the same call without it would be refused.

use super::permission::{Permission, days};
use crate::failure::Failure;
use crate::running::moment;
use ipnet::IpNet;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::fmt::Write;
use visite_facts::{Lang, Text, Word};
use visite_report::group;
use visite_scan::net::Connections;
use visite_scan::scan::Plan;

/// Everything that the preview shows.
#[derive(Debug)]
pub struct Preview<'a> {
    /// What would be done.
    pub plan: &'a Plan,
    /// How this computer is connected.
    pub connections: &'a Connections,
    /// Who allows it; `None` if somebody would be asked.
    pub permission: Option<&'a Permission>,
    /// What the releases of the practice file lack, where none of them allows it.
    pub lacking: &'a [Text],
    /// Why the call would be refused.
    pub refused: &'a [Failure],
    /// When sending would begin and end.
    pub window: Option<(Timestamp, Timestamp)>,
    /// The practice's time zone.
    pub zone: &'a TimeZone,
    /// The present moment.
    pub now: Timestamp,
    /// Language of the reader.
    pub lang: Lang,
}

impl Preview<'_> {
    /// The preview in lines.
    pub fn text(&self) -> String {
        let mut text = match self.lang {
            Lang::De => "Plan (es wird nichts gesendet)\n\n".to_owned(),
            Lang::En => "Plan (nothing is sent)\n\n".to_owned(),
        };
        text += &self.targets();
        let attached = self.connections.attached().iter().map(IpNet::to_string).collect::<Vec<_>>().join(", ");
        let (profile, pace) = (self.plan.policy.profile.word(), self.pace());
        let (knocks, udp) = (self.plan.knocks().len() as u64, self.plan.udp.len() as u64);
        let (tcp, udp) = (self.number(knocks), self.number(udp));
        let logins = match (self.plan.policy.logins, self.lang) {
            (true, Lang::De) => "ja",
            (false, Lang::De) => "nein",
            (true, Lang::En) => "yes",
            (false, Lang::En) => "no",
        };
        let rate = u64::from(self.plan.policy.rate()).max(1);
        let search = self.seconds(self.plan.targets.count().saturating_mul(4) / rate + 1);
        let device = self.seconds(knocks * 2 / rate + 1);
        text += &match self.lang {
            Lang::De => format!(
                "Dieser Computer steht in: {attached}\nProfil: {profile}, {pace}\nPorts je Gerät: {tcp} TCP, {udp} UDP; nie 515, 9100-9107, 9112-9116\nAnmeldeversuche: {logins}\nSuche nach Geräten: etwa {search}; danach je Gerät etwa {device}\n"
            ),
            Lang::En => format!(
                "This computer is in: {attached}\nProfile: {profile}, {pace}\nPorts a device: {tcp} TCP, {udp} UDP; never 515, 9100-9107, 9112-9116\nLogin attempts: {logins}\nLooking for devices: about {search}; then about {device} a device\n"
            ),
        };
        text += &self.window_line();
        text + &self.permission_lines()
    }

    /// Addresses that are tried one by one, and networks that are too wide for that.
    fn targets(&self) -> String {
        let mut text = String::new();
        let (targets, count) = (&self.plan.targets, self.number(self.plan.targets.count()));
        if targets.count() > 0 {
            text += &match self.lang {
                Lang::De => format!("Adressen: {count}\n"),
                Lang::En => format!("Addresses: {count}\n"),
            };
        }
        for (first, last) in targets.ranges() {
            // Writing to a `String` cannot fail.
            let _ = if first == last { writeln!(text, "  {first}") } else { writeln!(text, "  {first} – {last}") };
        }
        if !targets.wide().is_empty() {
            text += match self.lang {
                Lang::De => {
                    "Zu groß, um Adresse für Adresse zu suchen; dort melden sich die Geräte auf eine Frage an alle:\n"
                }
                Lang::En => "Too wide to try every address; devices there answer a question to everybody:\n",
            };
        }
        for network in targets.wide() {
            let _ = writeln!(text, "  {network}");
        }
        text
    }

    /// How many packets a second, up to the rate that may really be reached.
    fn pace(&self) -> String {
        let rate = self.number(u64::from(self.plan.policy.rate()));
        match (self.plan.policy.up_to().map(|most| self.number(u64::from(most))), self.lang) {
            (None, Lang::De) => format!("höchstens {rate} Pakete je Sekunde"),
            (None, Lang::En) => format!("at most {rate} packets a second"),
            (Some(most), Lang::De) => {
                format!("zuerst {rate} Pakete je Sekunde, dann so viele, wie das Netz verträgt, höchstens {most}")
            }
            (Some(most), Lang::En) => {
                format!("{rate} packets a second at first, then as many as the network takes, at most {most}")
            }
        }
    }

    fn window_line(&self) -> String {
        let Some((begin, end)) = self.window else { return String::new() };
        let say = |at| moment(at, self.now, self.zone, self.lang);
        let zone = self.zone.iana_name().unwrap_or("UTC");
        let (end, begin) = (say(end), (begin > self.now).then(|| say(begin)));
        match (begin, self.lang) {
            (Some(begin), Lang::De) => format!("Zeitfenster: öffnet {begin}, endet {end} ({zone})\n"),
            (None, Lang::De) => format!("Zeitfenster: jetzt offen, endet {end} ({zone})\n"),
            (Some(begin), Lang::En) => format!("Window: opens {begin}, ends {end} ({zone})\n"),
            (None, Lang::En) => format!("Window: open now, ends {end} ({zone})\n"),
        }
    }

    fn permission_lines(&self) -> String {
        let mut text = match (self.permission, self.lang) {
            (Some(Permission { by, release: Some((id, until)) }), Lang::De) => {
                format!("Freigabe: {id}, erlaubt von {by}, bis {}\n", days(*until).0)
            }
            (Some(Permission { by, release: Some((id, until)) }), Lang::En) => {
                format!("Permission (release): {id}, allowed by {by}, until {}\n", days(*until).1)
            }
            (Some(Permission { by, release: None }), Lang::De) => format!("Erlaubt von {by}\n"),
            (Some(Permission { by, release: None }), Lang::En) => format!("Allowed by {by}\n"),
            (None, _) if !self.refused.is_empty() => String::new(),
            (None, _) => self.question(),
        };
        if !self.refused.is_empty() {
            text += match self.lang {
                Lang::De => "\nOhne --dry-run lehnt Visite diesen Aufruf ab:\n",
                Lang::En => "\nWithout --dry-run Visite refuses this call:\n",
            };
        }
        text + &self.refused.iter().map(|failure| failure.text(self.lang)).collect::<String>()
    }

    /// That somebody will be asked, and why no release makes that needless.
    fn question(&self) -> String {
        let lacking: String = self.lacking.iter().map(|text| format!("  {}\n", text.get(self.lang))).collect();
        match self.lang {
            Lang::De => format!("Freigabe: Danach fragt Visite, bevor es etwas sendet.\n{lacking}"),
            Lang::En => format!("Permission (release): Visite asks for it before anything is sent.\n{lacking}"),
        }
    }

    fn number(&self, number: u64) -> String {
        group(self.lang, i64::try_from(number).unwrap_or(i64::MAX))
    }

    fn seconds(&self, seconds: u64) -> String {
        let unit = match (seconds, self.lang) {
            (1, Lang::De) => "Sekunde",
            (_, Lang::De) => "Sekunden",
            (1, Lang::En) => "second",
            (_, Lang::En) => "seconds",
        };
        format!("{} {unit}", self.number(seconds))
    }
}
