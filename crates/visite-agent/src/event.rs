//! What the agent tells while it runs, one line each, in both languages.

use jiff::Timestamp;
use visite_facts::Text;

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// It looked at the computer.
    Looked {
        /// How many snapshots.
        snapshots: usize,
    },
    /// The server has what was seen.
    Delivered {
        /// How many deliveries.
        deliveries: usize,
    },
    /// The server does not take anything at the moment.
    Waiting {
        /// Why.
        why: Text,
        /// How many deliveries wait.
        waiting: usize,
        /// Seconds until the next attempt.
        seconds: u64,
    },
    /// There is a new certificate.
    Renewed {
        /// Until when it is valid.
        until: Timestamp,
    },
    /// What the server sent held something that this version does not know.
    Dropped {
        /// How many fields, entries or requests.
        count: usize,
    },
    /// The server was restored from a copy; what it lacks comes again.
    Restored {
        /// How many deliveries go there once more.
        again: usize,
    },
    /// The spool was lost; numbers begin anew.
    Renumbered,
    /// A delivery that the server refuses to understand was given up.
    GivenUp {
        /// Its number.
        sequence: u64,
        /// What the server said.
        why: Text,
    },
    /// A collector saw more than fits into a message.
    TooMuch {
        /// Which.
        collector: String,
    },
    /// What was seen could not be kept.
    NotKept {
        /// Whether because the disk is full.
        full: bool,
        /// What the system says.
        why: String,
    },
}

impl Event {
    /// The line.
    pub fn text(&self) -> Text {
        match self {
            Self::Looked { snapshots } => Text::new(
                format!("Diesen Computer angesehen: {snapshots} Bereiche"),
                format!("looked at this computer: {snapshots} areas"),
            ),
            Self::Delivered { deliveries } => Text::new(
                format!("An den Server geliefert: {deliveries}"),
                format!("delivered to the server: {deliveries}"),
            ),
            Self::Waiting { why, waiting, seconds } => Text::new(
                format!("{}. Es warten {waiting} Lieferungen; nächster Versuch in {seconds} Sekunden", why.de),
                format!("{}. {waiting} deliveries wait; next attempt in {seconds} seconds", why.en),
            ),
            Self::Renewed { until } => Text::new(
                format!("Neues Zertifikat, gültig bis {until}"),
                format!("new certificate, valid until {until}"),
            ),
            Self::Dropped { count } => Text::new(
                format!("Der Server schickte {count} Angaben, die diese Version nicht kennt"),
                format!("the server sent {count} things that this version does not know"),
            ),
            Self::Restored { again } => Text::new(
                format!(
                    "Der Server wurde aus einer Sicherung wiederhergestellt; {again} Lieferungen gehen noch einmal hin"
                ),
                format!("the server was restored from a backup; {again} deliveries go there again"),
            ),
            Self::Renumbered => Text::new(
                "Der Ablageordner war verloren; die Lieferungen sind neu nummeriert",
                "the spool was lost; deliveries have new numbers",
            ),
            Self::GivenUp { sequence, why } => Text::new(
                format!("Lieferung {sequence} aufgegeben: {}", why.de),
                format!("gave up delivery {sequence}: {}", why.en),
            ),
            Self::TooMuch { collector } => Text::new(
                format!("`{collector}` hat mehr gesehen, als eine Lieferung fasst, und fehlt darin"),
                format!("`{collector}` saw more than a delivery holds and is missing in it"),
            ),
            Self::NotKept { full: true, why } => Text::new(
                format!("Die Festplatte ist voll; was gesehen wurde, ging verloren. Schaffen Sie Platz ({why})"),
                format!("the disk is full; what was seen is lost. Free some space ({why})"),
            ),
            Self::NotKept { full: false, why } => Text::new(
                format!("Was gesehen wurde, lässt sich nicht ablegen ({why})"),
                format!("what was seen cannot be kept ({why})"),
            ),
        }
    }
}
