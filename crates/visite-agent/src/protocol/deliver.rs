//! Delivering: what an agent saw, and what the server answers.

use super::reading::{Fields, Malformed, Read, malformed};
use super::{Hash, MAX_ANSWER_BYTES, MAX_BODY_BYTES, MAX_MESSAGE_BYTES};
use jiff::Timestamp;
use serde_json::{Value, json};
use visite_facts::{Word, words};

/// When an agent looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule {
    every_minutes: u32,
    /// Whether it looks at once when the computer starts.
    pub at_start: bool,
}

impl Schedule {
    /// Shortest and longest distance of two looks in minutes: whatever a server says, no computer is kept busy, and none
    /// falls silent for more than a week.
    pub const MINUTES: std::ops::RangeInclusive<u32> = 5..=7 * 24 * 60;

    /// A schedule; a distance outside of [`Self::MINUTES`] becomes the nearest permitted one.
    pub fn new(every_minutes: u64, at_start: bool) -> Self {
        let every_minutes = u32::try_from(every_minutes).unwrap_or(u32::MAX);
        Self { every_minutes: every_minutes.clamp(*Self::MINUTES.start(), *Self::MINUTES.end()), at_start }
    }

    /// How many minutes lie between two looks.
    pub fn every_minutes(self) -> u32 {
        self.every_minutes
    }

    pub(crate) fn to_json(self) -> Value {
        json!({ "every_minutes": self.every_minutes, "at_start": self.at_start })
    }

    pub(super) fn read(mut fields: Fields) -> Result<Read<Self>, Malformed> {
        let schedule = Self::new(fields.number("every_minutes")?, fields.flag("at_start")?);
        Ok(fields.done(schedule))
    }

    pub(crate) fn from_json(value: Value) -> Result<Self, Malformed> {
        Self::read(Fields::of_value(value, "schedule")?).map(|read| read.value)
    }
}

/// Hourly, and at start: what changes in a practice is seen within the hour. What a day costs stands in
/// `benches/README.md`.
impl Default for Schedule {
    fn default() -> Self {
        Self { every_minutes: 60, at_start: true }
    }
}

words! {
    /// What a server may ask of an agent. There is nothing else, and no way to send a command.
    pub enum Request {
        /// Look now instead of at the next time.
        LookNow = "look_now",
        /// Get another certificate now.
        RenewCertificate = "renew_certificate",
        /// Delete keys and what is kept, and end.
        Leave = "leave",
    }
}

/// One snapshot of a delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Hash of its content.
    pub hash: Hash,
    /// When it was seen, by the agent's clock.
    pub observed_at: Timestamp,
    /// Id of what was looked at.
    pub subject: String,
    /// Which collector looked.
    pub collector: String,
    /// Its content, unless the server has it.
    pub body: Option<String>,
}

impl Entry {
    pub(crate) fn to_json(&self) -> Value {
        let mut entry = json!({
            "hash": self.hash.to_string(),
            "observed_at": self.observed_at,
            "subject": self.subject,
            "collector": self.collector,
        });
        if let (Some(body), Some(fields)) = (&self.body, entry.as_object_mut()) {
            fields.insert("body".to_owned(), json!(body));
        }
        entry
    }

    fn read(value: Value) -> Result<Read<Self>, Malformed> {
        let mut fields = Fields::of_value(value, "snapshots")?;
        let hash: Hash = fields.text("hash", 64)?.parse().map_err(|()| malformed("hash", "a SHA-256"))?;
        // The content is JSON text and has its own reader; foul characters are escaped in it.
        let body = fields.optional_text("body", MAX_BODY_BYTES)?;
        if body.as_ref().is_some_and(|body| Hash::of(body.as_bytes()) != hash) {
            return Err(malformed("body", "the content that belongs to its hash"));
        }
        let entry = Self {
            hash,
            observed_at: fields.time("observed_at")?,
            subject: named(&mut fields, "subject", 200)?,
            collector: named(&mut fields, "collector", 100)?,
            body,
        };
        Ok(fields.done(entry))
    }
}

/// A text that is a name within the protocol: not empty, one line.
fn named(fields: &mut Fields, field: &'static str, limit: usize) -> Result<String, Malformed> {
    let text = fields.text(field, limit)?;
    let is_name = !text.is_empty() && !text.chars().any(char::is_control);
    if is_name { Ok(text) } else { Err(malformed(field, "a name")) }
}

/// Reads the entries of a list; each collector looks at a subject once in a delivery.
pub(crate) fn read_entries(list: Vec<Value>) -> Result<Read<Vec<Entry>>, Malformed> {
    let (mut entries, mut dropped) = (Vec::with_capacity(list.len()), 0);
    let mut seen = std::collections::BTreeSet::new();
    for value in list {
        let entry = Entry::read(value)?;
        dropped += entry.dropped;
        if !seen.insert((entry.value.subject.clone(), entry.value.collector.clone())) {
            return Err(malformed("snapshots", "a list in which each collector looks at a subject once"));
        }
        entries.push(entry.value);
    }
    Ok(Read { value: entries, dropped })
}

/// `POST /agent/v1/deliver`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Version of the program.
    pub version: String,
    /// The server's epoch as the agent knows it.
    pub epoch: u64,
    /// Number of the delivery; grows by at least one with each, never 0.
    pub sequence: u64,
    /// When it was sent, by the agent's clock.
    pub sent_at: Timestamp,
    /// Whether it lists everything that the agent knows about this computer, so that earlier deliveries are not needed.
    pub full: bool,
    /// Whether something that was seen before it will never come.
    pub gap: bool,
    /// The snapshots.
    pub snapshots: Vec<Entry>,
}

impl Delivery {
    /// The message's bytes.
    pub fn to_json(&self) -> Vec<u8> {
        let snapshots: Vec<Value> = self.snapshots.iter().map(Entry::to_json).collect();
        json!({
            "version": self.version,
            "epoch": self.epoch,
            "sequence": self.sequence,
            "sent_at": self.sent_at,
            "full": self.full,
            "gap": self.gap,
            "snapshots": snapshots,
        })
        .to_string()
        .into_bytes()
    }
}

/// Reads a delivery. Every content that came belongs to its hash.
pub fn parse_delivery(bytes: &[u8]) -> Result<Read<Delivery>, Malformed> {
    let mut fields = Fields::of_message(bytes, MAX_MESSAGE_BYTES)?;
    let snapshots = read_entries(fields.list("snapshots")?)?;
    fields.drop_also(snapshots.dropped);
    let delivery = Delivery {
        version: fields.text("version", 64)?,
        epoch: fields.number("epoch")?,
        sequence: fields.number("sequence")?,
        sent_at: fields.time("sent_at")?,
        full: fields.flag("full")?,
        gap: fields.flag("gap")?,
        snapshots: snapshots.value,
    };
    if delivery.sequence == 0 {
        return Err(malformed("sequence", "a number above 0"));
    }
    Ok(fields.done(delivery))
}

/// The answer to [`Delivery`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryAnswer {
    /// Number of the latest delivery of this agent that is counted and safe; 0 if there is none.
    pub acknowledged: u64,
    /// The server's epoch. It grows when a server was restored from a copy.
    pub epoch: u64,
    /// When to look.
    pub schedule: Schedule,
    /// What else is asked.
    pub requests: Vec<Request>,
    /// Contents that the server lacks; the delivery counts when they have come. Those that came with it are kept already.
    pub missing: Vec<Hash>,
}

impl DeliveryAnswer {
    /// The message's bytes.
    pub fn to_json(&self) -> Vec<u8> {
        let requests: Vec<_> = self.requests.iter().map(|request| request.word()).collect();
        let missing: Vec<_> = self.missing.iter().map(Hash::to_string).collect();
        json!({
            "acknowledged": self.acknowledged,
            "epoch": self.epoch,
            "schedule": self.schedule.to_json(),
            "requests": requests,
            "missing": missing,
        })
        .to_string()
        .into_bytes()
    }
}

/// Reads the answer to a delivery. Requests that are not in the closed list are dropped and counted.
pub fn parse_delivery_answer(bytes: &[u8]) -> Result<Read<DeliveryAnswer>, Malformed> {
    let mut fields = Fields::of_message(bytes, MAX_ANSWER_BYTES)?;
    let schedule = Schedule::read(fields.object("schedule")?)?;
    let asked = fields.list("requests")?;
    let requests: Vec<_> = asked.iter().filter_map(|word| word.as_str().and_then(Request::from_word)).collect();
    fields.drop_also(schedule.dropped + asked.len() - requests.len());
    let missing = fields.list("missing")?;
    let hash = |value: &Value| value.as_str().and_then(|text| text.parse().ok());
    let missing: Option<Vec<Hash>> = missing.iter().map(hash).collect();
    let answer = DeliveryAnswer {
        acknowledged: fields.number("acknowledged")?,
        epoch: fields.number("epoch")?,
        schedule: schedule.value,
        requests,
        missing: missing.ok_or(malformed("missing", "a list of SHA-256"))?,
    };
    Ok(fields.done(answer))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delivery() -> Delivery {
        let entry = |collector: &str, body: Option<&str>| Entry {
            hash: Hash::of(body.unwrap_or("elsewhere").as_bytes()),
            observed_at: Timestamp::constant(1_795_521_600, 0),
            subject: "host-1".to_owned(),
            collector: collector.to_owned(),
            body: body.map(str::to_owned),
        };
        Delivery {
            version: "0.1.0".to_owned(),
            epoch: 1,
            sequence: 42,
            sent_at: Timestamp::constant(1_795_521_601, 0),
            full: false,
            gap: true,
            snapshots: vec![entry("linux.os", Some("{\"a\":1}")), entry("linux.packages", None)],
        }
    }

    fn changed(change: impl FnOnce(&mut Value)) -> Result<Read<Delivery>, Malformed> {
        let mut value: Value = serde_json::from_slice(&delivery().to_json()).expect("our own");
        change(&mut value);
        parse_delivery(value.to_string().as_bytes())
    }

    #[test]
    fn a_delivery_is_read_as_it_was_written() {
        assert_eq!(changed(|_| {}), Ok(Read { value: delivery(), dropped: 0 }));
    }

    #[test]
    fn unknown_fields_are_dropped_and_counted() {
        let read = changed(|value| {
            value["new"] = json!({ "deep": [1] });
            value["snapshots"][0]["also"] = json!(1);
            value["snapshots"][1]["body"] = Value::Null;
        });
        assert_eq!(read, Ok(Read { value: delivery(), dropped: 2 }));
    }

    #[test]
    fn what_has_no_meaning_is_refused() {
        let fields = ["version", "epoch", "sequence", "sent_at", "full", "gap"];
        for field in fields {
            for wrong in [Value::Null, json!([]), json!("\u{1b}[2J"), json!(-1), json!(1.5), json!(1e300)] {
                let refused = changed(|value| value[field] = wrong.clone()).map_err(|error| error.field);
                assert_eq!(refused, Err(field), "{wrong}");
            }
        }
        assert!(changed(|value| value["sequence"] = json!(0)).is_err());
        assert!(changed(|value| value["snapshots"][0]["body"] = json!("another content")).is_err());
        assert!(changed(|value| value["snapshots"][1]["collector"] = json!("linux.os")).is_err());
        assert!(changed(|value| value["snapshots"][1]["collector"] = json!("")).is_err());
        assert!(changed(|value| value["snapshots"] = json!(vec![1; 257])).is_err());
        for bytes in [&b""[..], b"null", b"[]", b"{", b"{}", &[0xff; 9], &b"[".repeat(100_000)] {
            assert!(parse_delivery(bytes).is_err());
        }
        assert!(parse_delivery(&vec![b' '; MAX_MESSAGE_BYTES + 1]).is_err());
    }

    #[test]
    fn an_answer_holds_requests_of_the_closed_list_only() {
        let answer = DeliveryAnswer {
            acknowledged: 42,
            epoch: 2,
            schedule: Schedule::default(),
            requests: vec![Request::LookNow],
            missing: vec![Hash::of(b"x")],
        };
        assert_eq!(parse_delivery_answer(&answer.to_json()), Ok(Read { value: answer.clone(), dropped: 0 }));
        let mut value: Value = serde_json::from_slice(&answer.to_json()).expect("our own");
        value["requests"] = json!(["look_now", "run", { "command": "rm" }]);
        assert_eq!(parse_delivery_answer(value.to_string().as_bytes()), Ok(Read { value: answer, dropped: 2 }));
        value["missing"] = json!(["../../etc/passwd"]);
        assert!(parse_delivery_answer(value.to_string().as_bytes()).is_err());
    }

    #[test]
    fn no_schedule_keeps_a_computer_busy_or_silent() {
        assert_eq!(Schedule::new(0, true).every_minutes(), 5);
        assert_eq!(Schedule::new(u64::MAX, true).every_minutes(), 10_080);
        assert_eq!(Schedule::new(15, false).every_minutes(), 15);
    }
}
