//! DICOM upper layer (PS3.8) and C-ECHO (PS3.7), the question of service engineers whether a node is alive.
//!
//! Asks for an association with nothing but the Verification SOP class, sends one C-ECHO and takes its leave. No query,
//! no image, no patient. Deliberately absent: every other SOP class, and transfer syntaxes beyond the one that all have to
//! understand (implicit VR little endian).

use crate::bytes::{Reader, clean};
use crate::{Detail, Dialogue, Event, Manner, Seen, Step, TextPlace};
use visite_facts::Known;
use visite_facts::facts::{DeviceDicom, NetworkService};

/// Name (AE title) that is called if the caller gives none. Nobody names a device so: who accepts it, accepts any.
pub const CALLED: &str = "VISITE-PROBE";
/// Name (AE title) under which Visite calls.
pub const CALLING: &str = "VISITE";

const APPLICATION_CONTEXT: &[u8] = b"1.2.840.10008.3.1.1.1";
const VERIFICATION: &[u8] = b"1.2.840.10008.1.1";
const IMPLICIT_LITTLE_ENDIAN: &[u8] = b"1.2.840.10008.1.2";
/// Derived from a random UUID (PS3.5, B.2), as everyone may do.
const OUR_CLASS: &[u8] = b"2.25.174119687799642580662224835658594455642";
const OUR_VERSION: &[u8] = b"VISITE";
/// The only presentation context that is offered; the number must come back.
const CONTEXT: u8 = 0x4d;
/// Number of the C-ECHO; must come back.
const MESSAGE: u16 = 0x5649;
/// Longest P-DATA-TF that is taken, as PS3.8 has it.
const MAX_PDU: u32 = 16 * 1024;
/// Longest answer to a C-ECHO that is read; the usual one has 84 bytes.
const MAX_ECHO_BYTES: usize = 4 * 1024;

const ASSOCIATE_RQ: u8 = 1;
const ASSOCIATE_AC: u8 = 2;
const ASSOCIATE_RJ: u8 = 3;
const DATA: u8 = 4;
const RELEASE_RQ: u8 = 5;
const ABORT: u8 = 7;

/// What the peer answered to the wish for an association (PS3.8, 9.3.3, 9.3.4 and 9.3.8).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Association {
    /// Accepted (A-ASSOCIATE-AC).
    Accepted {
        /// Whether it also accepts a C-ECHO in it.
        verification: bool,
        /// Name of the implementation (user information 0x55), e.g. `OFFIS_DCMTK_367`.
        implementation: Option<String>,
    },
    /// Rejected (A-ASSOCIATE-RJ).
    Rejected {
        /// Because of the called or of the calling AE title.
        for_title: bool,
    },
    /// Broken off (A-ABORT).
    Aborted,
}

/// Asks whether DICOM is spoken, and whether names matter.
#[derive(Clone, Debug)]
pub struct Dicom {
    called: String,
    encrypted: bool,
    state: State,
}

#[derive(Clone, Debug)]
enum State {
    Associating,
    Echoing(Seen),
    /// Said goodbye; what comes now no longer counts.
    Leaving(Option<Seen>),
}

impl Dicom {
    /// Calls [`CALLED`].
    pub fn new(manner: &Manner) -> Self {
        Self { called: CALLED.to_owned(), encrypted: manner.encrypted, state: State::Associating }
    }

    /// Calls the AE title that is given, of which the first 16 characters count. Whether the peer accepts any title is then
    /// not known.
    pub fn called(mut self, title: &str) -> Self {
        self.called = title.to_owned();
        self
    }

    fn seen(&self, association: &Association) -> Seen {
        let mut detail = DeviceDicom { encrypted: Known(self.encrypted), ..DeviceDicom::default() };
        let mut seen = Seen::new(NetworkService::Dicom);
        match association {
            Association::Accepted { implementation, .. } => {
                if self.called == CALLED {
                    detail.accepts_any_title = Known(true);
                }
                if let Some(name) = implementation {
                    detail.implementation = Known(name.clone());
                    seen.texts.push((TextPlace::DicomImplementation, name.clone()));
                }
            }
            Association::Rejected { for_title: true } if self.called == CALLED => {
                detail.accepts_any_title = Known(false);
            }
            Association::Rejected { .. } | Association::Aborted => {}
        }
        seen.detail = Detail::Dicom(detail);
        seen
    }

    fn associated(&mut self, bytes: &[u8]) -> Step<Seen> {
        let pdu = match whole(bytes) {
            Pdu::Whole(pdu) => pdu,
            Pdu::Partial => return Step::More,
            Pdu::Foreign => return Step::NotThis,
        };
        let Some(association) = parse_association(pdu) else { return Step::NotThis };
        let seen = self.seen(&association);
        match association {
            Association::Accepted { verification: true, .. } => {
                self.state = State::Echoing(seen);
                Step::Send(echo())
            }
            Association::Accepted { verification: false, .. } => self.leave(Some(seen), release()),
            Association::Rejected { .. } | Association::Aborted => Step::Done(seen),
        }
    }

    fn echoed(&mut self, bytes: &[u8], seen: Seen) -> Step<Seen> {
        match parse_echo(bytes) {
            Echo::Answered => self.leave(Some(seen), release()),
            Echo::Partial => {
                self.state = State::Echoing(seen);
                Step::More
            }
            // Who takes leave first still is what it showed itself to be.
            Echo::Ended => Step::Done(seen),
            Echo::Foreign => self.leave(None, abort()),
        }
    }

    fn leave(&mut self, seen: Option<Seen>, goodbye: Vec<u8>) -> Step<Seen> {
        self.state = State::Leaving(seen);
        Step::Send(goodbye)
    }
}

impl Dialogue for Dicom {
    type Answer = Seen;

    fn step(&mut self, event: Event<'_>) -> Step<Seen> {
        match (std::mem::replace(&mut self.state, State::Leaving(None)), event) {
            (State::Associating, Event::Connected) => {
                self.state = State::Associating;
                Step::Send(associate(&self.called))
            }
            (State::Associating, Event::Received(bytes)) => {
                self.state = State::Associating;
                self.associated(bytes)
            }
            (State::Associating, Event::Silence | Event::Closed) => Step::NotThis,
            (State::Echoing(seen), Event::Received(bytes)) => self.echoed(bytes, seen),
            // The accepted association was proof already. It is not left hanging.
            (State::Echoing(seen), Event::Silence) => self.leave(Some(seen), abort()),
            (State::Echoing(seen), Event::Closed | Event::Connected) => Step::Done(seen),
            (State::Leaving(seen), _) => seen.map_or(Step::NotThis, Step::Done),
        }
    }
}

enum Pdu<'b> {
    Whole(&'b [u8]),
    Partial,
    Foreign,
}

/// The one PDU that `bytes` hold. More than one is no answer to an A-ASSOCIATE-RQ.
fn whole(bytes: &[u8]) -> Pdu<'_> {
    let mut reader = Reader::new(bytes);
    let Some(kind) = reader.u8() else { return Pdu::Partial };
    if !matches!(kind, ASSOCIATE_AC | ASSOCIATE_RJ | ABORT) {
        return Pdu::Foreign;
    }
    match reader.u8() {
        None => return Pdu::Partial,
        Some(0) => {}
        Some(_) => return Pdu::Foreign,
    }
    let Some(length) = reader.u32() else { return Pdu::Partial };
    let fits = match kind {
        // 68 fixed bytes, and no item of ours can make the answer long.
        ASSOCIATE_AC => (68..4096).contains(&length),
        _ => length == 4,
    };
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    match reader.rest().len().cmp(&length) {
        _ if !fits => Pdu::Foreign,
        std::cmp::Ordering::Less => Pdu::Partial,
        std::cmp::Ordering::Equal => Pdu::Whole(bytes),
        std::cmp::Ordering::Greater => Pdu::Foreign,
    }
}

/// Reads an answer to our A-ASSOCIATE-RQ: one PDU, whole, with nothing behind it. `None` unless everything that PS3.8
/// fixes is as it says, and the answer is one to what we asked.
pub fn parse_association(bytes: &[u8]) -> Option<Association> {
    let mut reader = Reader::new(bytes);
    let kind = reader.u8()?;
    (reader.u8()? == 0).then_some(())?;
    let length = usize::try_from(reader.u32()?).ok()?;
    (reader.rest().len() == length).then_some(())?;
    match kind {
        ASSOCIATE_AC => parse_accepted(reader),
        ASSOCIATE_RJ => match reader.rest() {
            // Result 1 (for good) or 2 (for now); source and reason from the tables of 9.3.4.
            [0, 1 | 2, source, reason] => match (source, reason) {
                (1, 3 | 7) => Some(Association::Rejected { for_title: true }),
                (1, 1 | 2) | (2, 1 | 2) | (3, 1 | 2) => Some(Association::Rejected { for_title: false }),
                _ => None,
            },
            _ => None,
        },
        ABORT => match reader.rest() {
            // From the application (which gives no reason) or from the layer below.
            [0, 0, 0, 0] | [0, 0, 2, 0 | 1 | 2 | 4 | 5 | 6] => Some(Association::Aborted),
            _ => None,
        },
        _ => None,
    }
}

fn parse_accepted(mut reader: Reader<'_>) -> Option<Association> {
    // Bit 0 is version 1; the two reserved bytes and the titles behind it are not to be tested (table 9-17).
    (reader.u16()? & 1 == 1).then_some(())?;
    reader.take(2 + 16 + 16 + 32)?;
    let (mut application, mut verification, mut user) = (false, None, None);
    while !reader.is_empty() {
        let (kind, item) = next_item(&mut reader)?;
        match kind {
            0x10 if !application => application = uid(item) == APPLICATION_CONTEXT,
            0x21 if verification.is_none() => verification = Some(parse_context(item)?),
            0x50 if user.is_none() => user = Some(parse_user_information(item)?),
            _ => return None,
        }
    }
    let (true, Some(verification), Some(implementation)) = (application, verification, user) else { return None };
    Some(Association::Accepted { verification, implementation })
}

/// An item of the variable part, and of user information: kind, a zero, length, contents.
fn next_item<'b>(reader: &mut Reader<'b>) -> Option<(u8, &'b [u8])> {
    let kind = reader.u8()?;
    (reader.u8()? == 0).then_some(())?;
    Some((kind, reader.prefixed16()?))
}

/// Whether the context that we offered was accepted (table 9-18).
fn parse_context(item: &[u8]) -> Option<bool> {
    let mut reader = Reader::new(item);
    let (context, _, result, _) = (reader.u8()?, reader.u8()?, reader.u8()?, reader.u8()?);
    (context == CONTEXT && result <= 4).then_some(())?;
    if result != 0 {
        // What stands there then is "not significant".
        return Some(false);
    }
    let (kind, syntax) = next_item(&mut reader)?;
    (kind == 0x40 && uid(syntax) == IMPLICIT_LITTLE_ENDIAN && reader.is_empty()).then_some(true)
}

/// The name of the implementation. The maximum length (0x51) and the class of the implementation (0x52) are mandatory.
fn parse_user_information(item: &[u8]) -> Option<Option<String>> {
    let mut reader = Reader::new(item);
    let (mut length, mut class, mut name) = (false, false, None);
    while !reader.is_empty() {
        let (kind, value) = next_item(&mut reader)?;
        match kind {
            0x51 => length = value.len() == 4,
            0x52 => class = !uid(value).is_empty() && uid(value).iter().all(|b| b.is_ascii_digit() || *b == b'.'),
            0x55 if value.len() <= 16 => name = clean(value, 16),
            0x53..=0x5f => {}
            _ => return None,
        }
    }
    (length && class).then_some(name)
}

/// A UID without the padding that some append against the rules.
fn uid(bytes: &[u8]) -> &[u8] {
    bytes.strip_suffix(b"\0").unwrap_or(bytes)
}

enum Echo {
    Answered,
    Partial,
    Ended,
    Foreign,
}

/// Looks for the answer to our C-ECHO, which may come in several fragments (PS3.8, annex E).
fn parse_echo(bytes: &[u8]) -> Echo {
    let mut reader = Reader::new(bytes.get(..MAX_ECHO_BYTES).unwrap_or(bytes));
    let mut command = Vec::new();
    loop {
        let (Some(kind), reserved) = (reader.u8(), reader.u8()) else { return Echo::Partial };
        let known = matches!(kind, DATA | RELEASE_RQ | ABORT);
        if !known || reserved.is_some_and(|byte| byte != 0) {
            return Echo::Foreign;
        }
        let Some(length) = reader.u32() else { return Echo::Partial };
        let fits = if kind == DATA { (6..=MAX_PDU).contains(&length) } else { length == 4 };
        if !fits {
            return Echo::Foreign;
        }
        let body = usize::try_from(length).ok().and_then(|length| reader.take(length));
        let Some(body) = body else {
            return if bytes.len() < MAX_ECHO_BYTES { Echo::Partial } else { Echo::Foreign };
        };
        if kind != DATA {
            return Echo::Ended;
        }
        let mut values = Reader::new(body);
        while !values.is_empty() {
            let fragment = values.u32().and_then(|length| values.take(usize::try_from(length).ok()?));
            match fragment {
                // Bit 0: command, not data; bit 1: the last fragment.
                Some([CONTEXT, header @ (1 | 3), part @ ..]) => {
                    command.extend_from_slice(part);
                    if *header == 3 {
                        let whole = values.is_empty() && reader.is_empty();
                        return if whole && is_echo_answer(&command) { Echo::Answered } else { Echo::Foreign };
                    }
                }
                _ => return Echo::Foreign,
            }
        }
    }
}

/// Whether a command set is the C-ECHO-RSP to our C-ECHO-RQ (PS3.7, 9.3.5.2).
fn is_echo_answer(command: &[u8]) -> bool {
    let mut reader = Reader::new(command);
    let (mut length, mut kind, mut message, mut dataset, mut status) = (None, None, None, None, None);
    while !reader.is_empty() {
        let (Some(group), Some(element), Some(count)) = (reader.u16_le(), reader.u16_le(), reader.u32_le()) else {
            return false;
        };
        let value = usize::try_from(count).ok().and_then(|count| reader.take(count));
        let Some(value) = value.filter(|_| group == 0) else { return false };
        match (element, value) {
            (0x0000, &[a, b, c, d]) => {
                let follows = u32::try_from(reader.rest().len()).unwrap_or(u32::MAX);
                length = Some(u32::from_le_bytes([a, b, c, d]) == follows);
            }
            (0x0002, class) if uid(class) != VERIFICATION => return false,
            (0x0100, &[a, b]) => kind = Some(u16::from_le_bytes([a, b])),
            (0x0120, &[a, b]) => message = Some(u16::from_le_bytes([a, b])),
            (0x0800, &[a, b]) => dataset = Some(u16::from_le_bytes([a, b])),
            (0x0900, &[a, b]) => status = Some(u16::from_le_bytes([a, b])),
            (0x0000 | 0x0100 | 0x0120 | 0x0800 | 0x0900, _) => return false,
            _ => {}
        }
    }
    length == Some(true)
        && kind == Some(0x8030)
        && message == Some(MESSAGE)
        && dataset == Some(0x0101)
        && status.is_some()
}

fn pdu(kind: u8, body: &[u8]) -> Vec<u8> {
    let mut pdu = vec![kind, 0];
    pdu.extend_from_slice(&u32::try_from(body.len()).unwrap_or_default().to_be_bytes());
    pdu.extend_from_slice(body);
    pdu
}

fn item(kind: u8, body: &[u8]) -> Vec<u8> {
    let mut item = vec![kind, 0];
    item.extend_from_slice(&u16::try_from(body.len()).unwrap_or_default().to_be_bytes());
    item.extend_from_slice(body);
    item
}

/// An AE title: 16 characters, filled up with spaces; anything but printable ASCII and `\` becomes a space.
fn title(name: &str) -> Vec<u8> {
    let usable = |c: char| if (c.is_ascii_graphic() && c != '\\') || c == ' ' { c as u8 } else { b' ' };
    name.chars().map(usable).chain(std::iter::repeat(b' ')).take(16).collect()
}

/// A-ASSOCIATE-RQ (PS3.8, 9.3.2).
fn associate(called: &str) -> Vec<u8> {
    let mut body = vec![0, 1, 0, 0];
    body.extend(title(called));
    body.extend(title(CALLING));
    body.extend([0; 32]);
    body.extend(item(0x10, APPLICATION_CONTEXT));
    let mut context = vec![CONTEXT, 0, 0, 0];
    context.extend(item(0x30, VERIFICATION));
    context.extend(item(0x40, IMPLICIT_LITTLE_ENDIAN));
    body.extend(item(0x20, &context));
    let mut user = item(0x51, &MAX_PDU.to_be_bytes());
    user.extend(item(0x52, OUR_CLASS));
    user.extend(item(0x55, OUR_VERSION));
    body.extend(item(0x50, &user));
    pdu(ASSOCIATE_RQ, &body)
}

/// C-ECHO-RQ (PS3.7, 9.3.5.1) in one fragment.
fn echo() -> Vec<u8> {
    let mut elements = Vec::new();
    let mut element = |number: u16, value: &[u8]| {
        elements.extend([0, 0]);
        elements.extend(number.to_le_bytes());
        elements.extend(u32::try_from(value.len()).unwrap_or_default().to_le_bytes());
        elements.extend_from_slice(value);
    };
    let mut class = VERIFICATION.to_vec();
    class.push(0);
    element(0x0002, &class);
    element(0x0100, &0x0030_u16.to_le_bytes());
    element(0x0110, &MESSAGE.to_le_bytes());
    element(0x0800, &0x0101_u16.to_le_bytes());
    let mut command = vec![0, 0, 0, 0, 4, 0, 0, 0];
    command.extend(u32::try_from(elements.len()).unwrap_or_default().to_le_bytes());
    command.extend(elements);
    let mut body = u32::try_from(command.len() + 2).unwrap_or_default().to_be_bytes().to_vec();
    body.extend([CONTEXT, 3]);
    body.extend(command);
    pdu(DATA, &body)
}

fn release() -> Vec<u8> {
    pdu(RELEASE_RQ, &[0; 4])
}

fn abort() -> Vec<u8> {
    pdu(ABORT, &[0; 4])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trials::{self, hex};
    use crate::{MAX_ANSWER_BYTES, play};
    use proptest::prelude::*;
    use visite_facts::Unknown;

    // Answers to the bytes of `associate(CALLED)` and `echo()`, recorded on loopback from dcmtk 3.6.7 (Debian 12,
    // `storescp 21104`), which accepts any title, and from pynetdicom 3.0.4 (Python 3.11). Orthanc 1.10.1 gives the same bytes as
    // storescp, and with `DicomCheckCalledAet` the rejection of pynetdicom, as does dcmqrscp 3.6.7.
    const DCMTK_AC: &str = "0200000000b8000100005649534954452d50524f424520202020564953495445202020202020202020200000000000000000\
        00000000000000000000000000000000000000000000000010000015312e322e3834302e31303030382e332e312e312e3121\
        0000194d00000040000011312e322e3834302e31303030382e312e325000003a51000004000040005200001b312e322e3237\
        362e302e373233303031302e332e302e332e362e375500000f4f464649535f44434d544b5f333637";
    const DCMTK_ECHO: [&str; 2] = [
        "040000000054000000504d03",
        "0000000004000000420000000000020012000000312e322e3834302e31303030382e312e310000000001020000003080000020010200000049560000\
        000802000000010100000009020000000000",
    ];
    const PYNETDICOM_AC: &str = "0200000000bc000100005649534954452d50524f424520202020564953495445202020202020202020200000000000000000\
        00000000000000000000000000000000000000000000000010000015312e322e3834302e31303030382e332e312e312e3121\
        0000194d00000040000011312e322e3834302e31303030382e312e325000003e5100000400003ffe52000020312e322e3832\
        362e302e312e333638303034332e392e333831312e332e302e345500000e50594e45544449434f4d5f333034";
    /// `require_called_aet = True`.
    const PYNETDICOM_CALLED_RJ: &str = "03000000000400010107";
    /// `require_calling_aet = ["MODALITY"]`.
    const PYNETDICOM_CALLING_RJ: &str = "03000000000400010103";
    const RELEASED: &str = "06000000000400000000";

    fn detail(seen: &Seen) -> &DeviceDicom {
        match &seen.detail {
            Detail::Dicom(detail) => detail,
            other => panic!("{other:?}"),
        }
    }

    fn probe(arrivals: &[&[u8]]) -> (Option<Seen>, Vec<Vec<u8>>) {
        play(&mut Dicom::new(&Manner::default()), arrivals)
    }

    #[test]
    fn the_echo_of_dcmtk_is_answered_and_the_association_released() {
        let (ac, echo_a, echo_b) = (hex(DCMTK_AC), hex(DCMTK_ECHO[0]), hex(DCMTK_ECHO[1]));
        let (seen, sent) = probe(&[&ac, &echo_a, &echo_b, &hex(RELEASED)]);
        trials::is_taken_by_nobody_else(seen.as_ref(), &[&ac, &echo_a, &echo_b, &hex(RELEASED)]);
        let seen = seen.expect("as recorded");
        assert_eq!(seen.service, NetworkService::Dicom);
        assert_eq!(seen.texts, [(TextPlace::DicomImplementation, "OFFIS_DCMTK_367".to_owned())]);
        assert_eq!(detail(&seen).accepts_any_title, Known(true));
        assert_eq!(detail(&seen).encrypted, Known(false));
        assert_eq!(sent, [associate(CALLED), echo(), release()]);
        assert!(sent.iter().all(|bytes| bytes.len() < 300));
    }

    #[test]
    fn titles_that_matter_are_told_from_those_that_do_not() {
        for answer in [PYNETDICOM_CALLED_RJ, PYNETDICOM_CALLING_RJ] {
            let (seen, sent) = probe(&[&hex(answer)]);
            trials::is_taken_by_nobody_else(seen.as_ref(), &[&hex(answer)]);
            assert_eq!(detail(&seen.expect("as recorded")).accepts_any_title, Known(false));
            assert_eq!(sent.len(), 1);
        }
        // Too many associations at the moment (3, 2), and a title that was given to us: nothing is known.
        let (seen, _) = probe(&[&hex("03000000000400020302")]);
        assert!(matches!(detail(&seen.expect("as recorded")).accepts_any_title, Unknown(_)));
        let mut known = Dicom::new(&Manner { encrypted: true, ..Manner::default() }).called("ARCHIV");
        let (seen, sent) = play(&mut known, &[&hex(PYNETDICOM_AC), &hex(DCMTK_ECHO.concat().as_str()), &[]]);
        let seen = seen.expect("as recorded");
        assert!(matches!(detail(&seen).accepts_any_title, Unknown(_)));
        assert_eq!(detail(&seen).encrypted, Known(true));
        assert_eq!(detail(&seen).implementation, Known("PYNETDICOM_304".to_owned()));
        assert_eq!(&sent[0][10..26], b"ARCHIV          ");
    }

    #[test]
    fn nobody_is_left_hanging() {
        let ac = hex(DCMTK_AC);
        // No answer to the echo: aborted, and DICOM all the same.
        let (seen, sent) = probe(&[&ac, &[], &[]]);
        assert!(seen.is_some());
        assert_eq!(sent.last(), Some(&abort()));
        // Nonsense for an answer: aborted, and no DICOM.
        let (seen, sent) = probe(&[&ac, b"HTTP/1.1 400 Bad Request\r\n\r\n", &[]]);
        assert_eq!((seen, sent.last()), (None, Some(&abort())));
        // Echo accepted by nobody (abstract syntax not supported): released without one.
        let mut refused = ac.clone();
        let at = refused.windows(8).position(|w| w == [0x21, 0, 0, 0x19, CONTEXT, 0, 0, 0]).expect("as recorded");
        refused[at + 6] = 3;
        let (seen, sent) = probe(&[&refused, &hex(RELEASED)]);
        assert!(seen.is_some());
        assert_eq!(sent, [associate(CALLED), release()]);
        // The peer takes its leave first.
        let (seen, sent) = probe(&[&ac, &hex("07000000000400000200")]);
        assert!(seen.is_some());
        assert_eq!(sent.len(), 2);
        assert!(probe(&[&ac]).0.is_some());
    }

    #[test]
    fn bytes_may_come_one_by_one() {
        let mut dicom = Dicom::new(&Manner::default());
        assert!(matches!(dicom.step(Event::Connected), Step::Send(_)));
        for answer in [hex(DCMTK_AC), hex(&DCMTK_ECHO.concat())] {
            for end in 1..answer.len() {
                assert_eq!(dicom.step(Event::Received(&answer[..end])), Step::More, "{end} of {}", answer.len());
            }
            assert!(matches!(dicom.step(Event::Received(&answer)), Step::Send(_)));
        }
        assert!(matches!(dicom.step(Event::Received(&[6])), Step::Done(_)));
    }

    #[test]
    fn what_is_cut_off_is_no_dicom() {
        for answer in [DCMTK_AC, PYNETDICOM_AC, PYNETDICOM_CALLED_RJ].map(hex) {
            for end in 0..answer.len() {
                assert_eq!(probe(&[&answer[..end]]).0, None);
                assert_eq!(parse_association(&answer[..end]), None);
            }
            assert_eq!(probe(&[&[answer.as_slice(), &[0]].concat()]).0, None);
        }
    }

    #[test]
    fn other_services_are_no_dicom() {
        let endless = [b'x'; MAX_ANSWER_BYTES];
        let foreign: [&[u8]; 8] = [
            b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n",
            b"SSH-2.0-OpenSSH_9.2p1\r\n",
            b"\x15\x03\x03\x00\x02\x02\x46",
            b"\x02\x00\x00\x00",
            b"\x02\x00\x00\x00\x00\x00",
            b"\x07\x00\x00\x00\x00\x04\x00\x00\x01\x00",
            b"\x03\x00\x00\x00\x00\x04\x00\x01\x04\x01",
            &endless,
        ];
        for bytes in foreign {
            assert_eq!(probe(&[bytes]).0, None);
        }
        assert_eq!(probe(&[&associate(CALLED)]).0, None, "an echo service");
        assert_eq!(probe(&[&[]]).0, None);
        // An accepted association that is not ours: another context, another application.
        let ac = hex(DCMTK_AC);
        for from in [b"1.2.840.10008.3.1.1.1".as_slice(), &[CONTEXT, 0, 0, 0], b"1.2.840.10008.1.2"] {
            let at = ac.windows(from.len()).position(|w| w == from).expect("as recorded");
            let mut other = ac.clone();
            other[at] ^= 2;
            assert_eq!(probe(&[&other]).0, None);
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(first: Vec<u8>, second: Vec<u8>) {
            let _ = probe(&[&first, &second]);
            let ac = hex(DCMTK_AC);
            let _ = probe(&[&ac, &first, &second]);
            prop_assert!(parse_association(&first).is_none() || first.len() >= 10);
        }

        #[test]
        fn one_wrong_byte_never_panics(at in 0usize..190, by in 1u8.., in_echo: bool) {
            let (mut ac, mut echoed) = (hex(DCMTK_AC), hex(&DCMTK_ECHO.concat()));
            let bytes = if in_echo { &mut echoed } else { &mut ac };
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= by;
            }
            let _ = probe(&[&ac, &echoed, &[]]);
        }
    }
}
