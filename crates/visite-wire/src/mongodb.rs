//! MongoDB (MongoDB manual, "MongoDB Wire Protocol"; BSON specification 1.1). Unverified against a real server.
//!
//! `isMaster` and `buildInfo` need no login. With consent the list of databases is asked for, filtered down to none: it
//! is answered only where nobody has to log in. Deliberately absent: names of databases and collections, replica sets.

use crate::bytes::{Reader, clean};
use crate::dialogue::{Detail, Dialogue, Event, MAX_ANSWER_BYTES, Manner, Seen, Step};
use visite_facts::facts::{DeviceDatabase, NetworkService};
use visite_facts::{Known, Observed};

/// Operations: an answer and a question of old, and the message of today.
const OP_REPLY: u32 = 1;
const OP_QUERY: u32 = 2004;
const OP_MSG: u32 = 2013;
/// Number of our first question; the following ones count up.
const FIRST_ID: u32 = 0x5669_7369;
/// From this version of the protocol on (MongoDB 3.6) `OP_MSG` is spoken.
const WIRE_VERSION_OF_MESSAGES: u32 = 6;
/// The command needs a login. MongoDB manual, "Error Codes".
const UNAUTHORIZED: u32 = 13;

/// Asks a server who it is.
#[derive(Clone, Debug)]
pub struct Mongodb {
    logins: bool,
    encrypted: bool,
    state: State,
}

#[derive(Clone, Debug)]
enum State {
    Hello,
    BuildInfo { messages: bool },
    Databases(Box<Seen>),
}

impl Mongodb {
    /// No login; a command that needs one only if the manner allows logins.
    pub fn new(manner: &Manner) -> Self {
        Self { logins: manner.logins, encrypted: manner.encrypted, state: State::Hello }
    }

    fn seen(&self, version: Option<String>) -> Seen {
        let mut seen = Seen::new(NetworkService::Mongodb);
        seen.product = Some("MongoDB".to_owned());
        seen.version = version;
        seen.detail = Detail::Database(DeviceDatabase {
            service: Known(NetworkService::Mongodb),
            // TLS is spoken from the first byte, or never.
            // One and the same port may take both (`net.tls.mode: allowTLS`), which only an offer of TLS would tell.
            tls_offered: if self.encrypted { Known(true) } else { Observed::default() },
            ..DeviceDatabase::default()
        });
        seen
    }

    fn received(&mut self, bytes: &[u8]) -> Step<Seen> {
        match self.state.clone() {
            State::Hello => match answer(bytes, FIRST_ID) {
                Answer::Pieces => Step::More,
                Answer::Broken => Step::NotThis,
                Answer::Whole(document) => {
                    let Some(wire_version) = hello(document) else { return Step::NotThis };
                    let messages = wire_version >= WIRE_VERSION_OF_MESSAGES;
                    self.state = State::BuildInfo { messages };
                    Step::Send(question(FIRST_ID.wrapping_add(1), messages, "buildInfo", &[]))
                }
            },
            State::BuildInfo { messages } => match answer(bytes, FIRST_ID.wrapping_add(1)) {
                Answer::Pieces => Step::More,
                Answer::Broken => Step::Done(self.seen(None)),
                Answer::Whole(document) => {
                    let version = element(document, b"version").and_then(|value| match value {
                        Value::Text(text) => clean(text, 40),
                        _ => None,
                    });
                    let seen = self.seen(version);
                    if !self.logins {
                        return Step::Done(seen);
                    }
                    self.state = State::Databases(Box::new(seen));
                    // nameOnly: true; filter: { name: "" }.
                    let options = b"\x08nameOnly\0\x01\x03filter\0\x10\0\0\0\x02name\0\x01\0\0\0\0\0";
                    Step::Send(question(FIRST_ID.wrapping_add(2), messages, "listDatabases", options))
                }
            },
            State::Databases(mut seen) => match answer(bytes, FIRST_ID.wrapping_add(2)) {
                Answer::Pieces => Step::More,
                Answer::Broken => Step::Done(*seen),
                Answer::Whole(document) => {
                    if let Detail::Database(database) = &mut seen.detail {
                        database.without_password = match (ok(document), element(document, b"code")) {
                            (true, _) => Known(true),
                            (false, Some(Value::Whole(UNAUTHORIZED))) => Known(false),
                            _ => Observed::default(),
                        };
                    }
                    Step::Done(*seen)
                }
            },
        }
    }
}

impl Dialogue for Mongodb {
    type Answer = Seen;

    fn step(&mut self, event: Event<'_>) -> Step<Seen> {
        match (event, &self.state) {
            (Event::Connected, _) => Step::Send(question(FIRST_ID, false, "isMaster", &[])),
            (Event::Received(bytes), _) => self.received(bytes),
            (Event::Silence | Event::Closed, State::Hello) => Step::NotThis,
            (Event::Silence | Event::Closed, State::BuildInfo { .. }) => Step::Done(self.seen(None)),
            (Event::Silence | Event::Closed, State::Databases(seen)) => Step::Done(Seen::clone(seen)),
        }
    }
}

/// The command `name: 1` with further elements, to the database `admin`.
fn question(id: u32, message: bool, name: &str, options: &[u8]) -> Vec<u8> {
    let mut elements = [b"\x10".as_slice(), name.as_bytes(), b"\0\x01\0\0\0", options].concat();
    let mut body = Vec::new();
    if message {
        elements.extend(b"\x02$db\0\x06\0\0\0admin\0");
        // No flags; one section with one document.
        body.extend([0; 5]);
    } else {
        // No flags; the collection for commands; skip none, return one.
        body.extend(b"\0\0\0\0admin.$cmd\0\0\0\0\0\xff\xff\xff\xff");
    }
    body.extend(length_of(&elements, 5).to_le_bytes());
    body.extend(elements);
    body.push(0);
    let mut bytes = length_of(&body, 16).to_le_bytes().to_vec();
    for number in [id, 0, if message { OP_MSG } else { OP_QUERY }] {
        bytes.extend(number.to_le_bytes());
    }
    bytes.extend(body);
    bytes
}

fn length_of(bytes: &[u8], more: u32) -> u32 {
    u32::try_from(bytes.len()).unwrap_or_default().saturating_add(more)
}

enum Answer<'b> {
    /// The elements of the document that it holds.
    Whole(&'b [u8]),
    Pieces,
    Broken,
}

/// The one document of an answer to the question `id`.
fn answer(bytes: &[u8], id: u32) -> Answer<'_> {
    let mut reader = Reader::new(bytes);
    let Some(length) = reader.u32_le().and_then(|length| usize::try_from(length).ok()) else { return Answer::Pieces };
    if !(26..=MAX_ANSWER_BYTES).contains(&length) || bytes.len() > length {
        return Answer::Broken;
    }
    let (_, to, operation) = (reader.u32_le(), reader.u32_le(), reader.u32_le());
    let known = operation.is_none_or(|operation| matches!(operation, OP_REPLY | OP_MSG));
    if to.is_some_and(|to| to != id) || !known {
        return Answer::Broken;
    }
    if bytes.len() < length {
        return Answer::Pieces;
    }
    let mut document = || {
        if operation? == OP_REPLY {
            // Flags, cursor, where the documents start, how many there are.
            let (flags, cursor, start, count) =
                (reader.u32_le()?, reader.u64_le()?, reader.u32_le()?, reader.u32_le()?);
            if flags & !0b1000 != 0 || (cursor, start, count) != (0, 0, 1) {
                return None;
            }
        } else if reader.u32_le()? != 0 || reader.u8()? != 0 {
            return None;
        }
        elements(reader.rest())
    };
    document().map_or(Answer::Broken, Answer::Whole)
}

/// The wire version of an answer to `isMaster`; `None` if this is none.
fn hello(document: &[u8]) -> Option<u32> {
    let role = element(document, b"ismaster").or_else(|| element(document, b"isWritablePrimary"))?;
    let limit = element(document, b"maxBsonObjectSize")?;
    // Servers before 2.6 state no version.
    let version = match element(document, b"maxWireVersion") {
        Some(Value::Whole(version)) => version,
        Some(_) => return None,
        None => 0,
    };
    (ok(document) && role == Value::Boolean && matches!(limit, Value::Whole(16_777_216))).then_some(version)
}

/// Whether a command went well: `ok: 1.0`.
fn ok(document: &[u8]) -> bool {
    element(document, b"ok") == Some(Value::Double(1.0_f64.to_bits()))
}

/// The value of an element, as far as we need it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Value<'b> {
    Double(u64),
    Text(&'b [u8]),
    Boolean,
    Whole(u32),
    Other,
}

/// The elements of a document that is all there is, if they are well formed. BSON specification.
fn elements(document: &[u8]) -> Option<&[u8]> {
    let mut reader = Reader::new(document);
    let length = usize::try_from(reader.u32_le()?).ok()?;
    let elements = reader.rest().strip_suffix(b"\0").filter(|_| length == document.len())?;
    let mut rest = Reader::new(elements);
    while !rest.is_empty() {
        next(&mut rest)?;
    }
    Some(elements)
}

/// The element of this name.
fn element<'b>(elements: &'b [u8], name: &[u8]) -> Option<Value<'b>> {
    let mut reader = Reader::new(elements);
    while !reader.is_empty() {
        let (key, value) = next(&mut reader)?;
        if key == name {
            return Some(value);
        }
    }
    None
}

fn next<'b>(reader: &mut Reader<'b>) -> Option<(&'b [u8], Value<'b>)> {
    let kind = reader.u8()?;
    let name = text(reader)?;
    let mut skip = |count: usize| reader.take(count).map(|_| Value::Other);
    let value = match kind {
        0x01 => Value::Double(reader.u64_le()?),
        0x02 => {
            let length = usize::try_from(reader.u32_le()?).ok()?;
            Value::Text(reader.take(length)?.strip_suffix(b"\0")?)
        }
        // Documents and lists state a length that counts itself; binaries one that counts their contents.
        0x03 | 0x04 => {
            let length = usize::try_from(reader.u32_le()?).ok()?;
            reader.take(length.checked_sub(4)?)?;
            Value::Other
        }
        0x05 => {
            let length = usize::try_from(reader.u32_le()?).ok()?;
            reader.take(length.checked_add(1)?)?;
            Value::Other
        }
        0x06 | 0x0a | 0x7f | 0xff => Value::Other,
        0x07 => skip(12)?,
        0x08 => (reader.u8()? <= 1).then_some(Value::Boolean)?,
        0x09 | 0x11 | 0x12 => skip(8)?,
        0x0b => {
            text(reader)?;
            text(reader)?;
            Value::Other
        }
        0x10 => Value::Whole(reader.u32_le()?),
        0x13 => skip(16)?,
        _ => return None,
    };
    Some((name, value))
}

/// Text up to its zero byte.
fn text<'b>(reader: &mut Reader<'b>) -> Option<&'b [u8]> {
    let length = reader.rest().iter().position(|byte| *byte == 0)?;
    let text = reader.take(length)?;
    reader.take(1)?;
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::play;
    use crate::trials;
    use proptest::prelude::*;

    const HELLO: &[u8] = b"\x08ismaster\0\x01\x03topologyVersion\0\x05\0\0\0\0\x10maxBsonObjectSize\0\0\0\0\x01\
        \x09localTime\0\0\0\0\0\0\0\0\0\x10maxWireVersion\0\x0d\0\0\0\x01ok\0\0\0\0\0\0\0\xf0\x3f";
    const BUILD: &[u8] = b"\x02version\0\x07\0\0\x005.0.22\0\x01ok\0\0\0\0\0\0\0\xf0\x3f";
    const DATABASES: &[u8] = b"\x04databases\0\x05\0\0\0\0\x01ok\0\0\0\0\0\0\0\xf0\x3f";
    const DENIED: &[u8] = b"\x01ok\0\0\0\0\0\0\0\0\0\x10code\0\x0d\0\0\0";

    fn answered(nth: u32, message: bool, elements: &[u8]) -> Vec<u8> {
        let head: &[u8] = if message { &[0; 5] } else { b"\x08\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0" };
        let document = [&length_of(elements, 5).to_le_bytes(), elements, b"\0"].concat();
        let body = [head, &document].concat();
        let mut bytes = Vec::new();
        for number in [length_of(&body, 16), 7, FIRST_ID + nth, if message { OP_MSG } else { OP_REPLY }] {
            bytes.extend(number.to_le_bytes());
        }
        bytes.extend(body);
        bytes
    }

    fn mongodb(logins: bool) -> Mongodb {
        Mongodb::new(&Manner { logins, ..Manner::default() })
    }

    fn without_password(last: &[u8]) -> Observed<bool> {
        let arrivals = [answered(0, false, HELLO), answered(1, true, BUILD), answered(2, true, last)];
        let arrivals: Vec<&[u8]> = arrivals.iter().map(Vec::as_slice).collect();
        match play(&mut mongodb(true), &arrivals).0.expect("MongoDB").detail {
            Detail::Database(database) => database.without_password,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn documented_exchange() {
        let (seen, sent) = play(&mut mongodb(false), &[&answered(0, false, HELLO), &answered(1, true, BUILD)]);
        let seen = seen.expect("MongoDB");
        assert_eq!((seen.product.as_deref(), seen.version.as_deref()), (Some("MongoDB"), Some("5.0.22")));
        assert_eq!(sent.len(), 2);
        let expected = b"\x3a\0\0\0isiV\0\0\0\0\xd4\x07\0\0\0\0\0\0admin.$cmd\0\0\0\0\0\xff\xff\xff\xff\
            \x13\0\0\0\x10isMaster\0\x01\0\0\0\0";
        assert_eq!(sent[0], expected);
        assert_eq!(without_password(DATABASES), Known(true));
        assert_eq!(without_password(DENIED), Known(false));
        assert_eq!(without_password(b""), Observed::default());
    }

    #[test]
    fn questions_are_well_formed() {
        let sent = play(&mut mongodb(true), &[&answered(0, false, HELLO), &answered(1, true, BUILD)]).1;
        assert_eq!(sent.len(), 3);
        for bytes in &sent[1..] {
            assert!(elements(&bytes[21..]).is_some());
            assert_eq!(usize::try_from(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])), Ok(bytes.len()));
        }
    }

    #[test]
    fn pieces_and_others() {
        let (hello, build) = (answered(0, false, HELLO), answered(1, true, BUILD));
        trials::stream_proven_by(|| mongodb(false), &[&hello, &build], 0);
        trials::stream_proven_by(|| mongodb(true), &[&hello, &build, &answered(2, true, DENIED)], 0);
        trials::strangers(|| mongodb(true), b"");
        for (nth, document) in [(1, HELLO), (0, BUILD), (0, b"\x08ismaster\0\x02"), (0, b"")] {
            assert_eq!(play(&mut mongodb(false), &[&answered(nth, false, document)]).0, None);
        }
    }

    proptest! {
        #[test]
        fn any_bytes(bytes: Vec<u8>) {
            prop_assert_eq!(play(&mut mongodb(true), &[&bytes]).0, None);
            prop_assert_eq!(play(&mut mongodb(true), &[&answered(0, true, &bytes)]).0, None);
            play(&mut mongodb(true), &[&answered(0, false, HELLO), &answered(1, true, &bytes), &bytes]);
        }
    }
}
