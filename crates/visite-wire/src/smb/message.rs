//! Messages of SMB: framing, headers, negotiation, and the session of SMB 1.

use super::session::Opened;
use crate::TextPlace;
use crate::bytes::{Reader, Reading, clean};
use visite_facts::facts::SmbSigning;
use visite_facts::{Known, Unknown, UnknownReason};

/// Longest message that is waited for.
const MAX_FRAME: usize = 60 * 1024;
/// Most names or texts of one answer, each so many characters.
const MAX_TEXT: usize = 128;

const SMB1: &[u8; 4] = b"\xffSMB";
const SMB2: &[u8; 4] = b"\xfeSMB";
const HEADER1: usize = 32;
pub(super) const HEADER2: usize = 64;

const NEGOTIATE1: u8 = 0x72;
const SETUP1: u8 = 0x73;
/// What connects a question of SMB 1 with its answer: number of the process and of the message.
const PROCESS1: u16 = 0x5653;
const MESSAGE1: u16 = 0x4954;

pub(super) const NEGOTIATE: u16 = 0;
pub(super) const SESSION_SETUP: u16 = 1;
pub(super) const TREE_CONNECT: u16 = 3;
pub(super) const CREATE: u16 = 5;
pub(super) const IOCTL: u16 = 11;

/// The call may go on, or is still being worked on (MS-ERREF 2.3).
pub(super) const MORE_PROCESSING: u32 = 0xc000_0016;
const PENDING: u32 = 0x0000_0103;
const SIGNING_REQUIRED_2: u16 = 2;
const SIGNING_REQUIRED_1: u8 = 8;
const UNICODE_1: u16 = 0x8000;

/// An answer to a question for dialects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Negotiated {
    /// SMB 1.
    Smb1 { security: u8, names: Vec<String> },
    /// SMB 2 or 3, with the number of the dialect, the moment and the security mode that it stated.
    Smb2 { dialect: u16, security: u16, time: [u8; 8] },
}

impl Negotiated {
    /// Whether the server insists on signatures.
    pub(super) fn signing(&self) -> SmbSigning {
        let required = match self {
            Self::Smb1 { security, .. } => security & SIGNING_REQUIRED_1 != 0,
            Self::Smb2 { security, .. } => security & SIGNING_REQUIRED_2 != 0,
        };
        if required { SmbSigning::Required } else { SmbSigning::Optional }
    }

    /// The dialect of SMB 2 or 3; none if the server only said that it speaks some.
    pub(super) fn dialect(&self) -> Option<u16> {
        match self {
            Self::Smb1 { .. } => None,
            Self::Smb2 { dialect, .. } => (*dialect != ANY_SMB2).then_some(*dialect),
        }
    }
}

/// "Some dialect from 2.1 on": the answer to the text `SMB 2.???` (MS-SMB2 2.2.4).
const ANY_SMB2: u16 = 0x02ff;

/// A message of SMB 2 or 3, apart.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame<'b> {
    pub(super) status: u32,
    pub(super) message: u64,
    pub(super) tree: u32,
    pub(super) session: u64,
    /// Header and body; offsets in bodies count from the beginning of the header.
    pub(super) whole: &'b [u8],
    pub(super) body: &'b [u8],
}

/// Asks for any dialect, in the form of SMB 1 that newer servers understand too (MS-SMB2 3.2.4.2.1).
pub(super) fn negotiate_any() -> Vec<u8> {
    // Unicode, status codes of NT, extended security, long names.
    negotiate_1(0xc853, &["NT LM 0.12", "SMB 2.002", "SMB 2.???"])
}

/// Asks for SMB 1 alone. Without extended security the answer names the server.
pub(super) fn negotiate1() -> Vec<u8> {
    negotiate_1(0xc001, &["NT LM 0.12"])
}

fn negotiate_1(flags: u16, dialects: &[&str]) -> Vec<u8> {
    let mut body = Vec::new();
    for dialect in dialects {
        body.push(2);
        body.extend(dialect.as_bytes());
        body.push(0);
    }
    message1(NEGOTIATE1, flags, &[], &body)
}

fn message1(command: u8, flags: u16, words: &[u8], bytes: &[u8]) -> Vec<u8> {
    let mut message = SMB1.to_vec();
    message.push(command);
    message.extend([0; 4]);
    message.push(0x18);
    message.extend(flags.to_le_bytes());
    message.extend([0; 12]);
    message.extend([0xff, 0xff]);
    message.extend(PROCESS1.to_le_bytes());
    message.extend([0; 2]);
    message.extend(MESSAGE1.to_le_bytes());
    message.push(u8::try_from(words.len() / 2).unwrap_or_default());
    message.extend(words);
    message.extend(u16::try_from(bytes.len()).unwrap_or_default().to_le_bytes());
    message.extend(bytes);
    framed(&message)
}

/// Opens a session of SMB 1 without a name (MS-CIFS 2.2.4.53). The answer names system and file server.
pub(super) fn setup1() -> Vec<u8> {
    let mut words = vec![0xff, 0, 0, 0];
    words.extend(16_384_u16.to_le_bytes());
    // Two requests at once, one connection, no session key, no passwords.
    words.extend([2, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    // Unicode, status codes of NT, large files.
    words.extend(0x5c_u32.to_le_bytes());
    // Behind a byte that aligns them: no name, no domain, and what we are.
    let mut bytes = vec![0, 0, 0, 0, 0];
    for text in ["Visite", "Visite"] {
        bytes.extend(utf16(text));
        bytes.extend([0, 0]);
    }
    message1(SETUP1, 0xc001, &words, &bytes)
}

/// Asks for the newest of `dialects` of SMB 2 and 3 (MS-SMB2 2.2.3).
pub(super) fn negotiate2(dialects: &[u16]) -> Vec<u8> {
    let mut body = vec![36, 0];
    body.extend(u16::try_from(dialects.len()).unwrap_or_default().to_le_bytes());
    // Signing is possible, not required.
    body.extend([1, 0, 0, 0]);
    body.extend([0x7f, 0, 0, 0]);
    body.extend(b"visite-smb-asks!");
    let newest = dialects.contains(&0x0311);
    let list_ends = HEADER2 + 36 + dialects.len() * 2;
    let contexts_begin = list_ends.next_multiple_of(8);
    if newest {
        body.extend(u32::try_from(contexts_begin).unwrap_or_default().to_le_bytes());
        body.extend([2, 0, 0, 0]);
    } else {
        body.extend([0; 8]);
    }
    body.extend(dialects.iter().flat_map(|dialect| dialect.to_le_bytes()));
    if newest {
        body.resize(contexts_begin - HEADER2, 0);
        // Integrity before authentication: SHA-512, with a salt that guards nothing here (2.2.3.1.1).
        body.extend([1, 0, 38, 0, 0, 0, 0, 0, 1, 0, 32, 0, 1, 0]);
        body.extend([0x56; 32]);
        body.extend([0; 2]);
        // Ciphers: AES-128-GCM and AES-128-CCM (2.2.3.1.2).
        body.extend([2, 0, 6, 0, 0, 0, 0, 0, 2, 0, 2, 0, 1, 0]);
    }
    message2(Head { command: NEGOTIATE, message: 0, tree: 0, session: 0 }, &body)
}

/// What varies in the header of a message of SMB 2.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head {
    pub(super) command: u16,
    pub(super) message: u64,
    pub(super) tree: u32,
    pub(super) session: u64,
}

/// Builds a message of SMB 2 or 3 (MS-SMB2 2.2.1.2), with its frame.
pub(super) fn message2(head: Head, body: &[u8]) -> Vec<u8> {
    let mut message = SMB2.to_vec();
    message.extend([64, 0]);
    // One credit is paid, from the second message on; some are asked for.
    message.extend([u8::from(head.message > 0), 0, 0, 0, 0, 0]);
    message.extend(head.command.to_le_bytes());
    message.extend([31, 0]);
    message.extend([0; 8]);
    message.extend(head.message.to_le_bytes());
    message.extend([0xff, 0xfe, 0, 0]);
    message.extend(head.tree.to_le_bytes());
    message.extend(head.session.to_le_bytes());
    message.extend([0; 16]);
    message.extend(body);
    framed(&message)
}

/// Direct TCP transport (MS-SMB2 2.1): a zero byte and three bytes of length.
fn framed(message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).unwrap_or_default();
    let mut frame = length.to_be_bytes().to_vec();
    frame.extend(message);
    frame
}

pub(super) fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// Text in UTF-16 from a device, tame.
pub(super) fn text16(bytes: &[u8], limit: usize) -> Option<String> {
    let units = bytes.chunks_exact(2).filter_map(|pair| pair.try_into().ok().map(u16::from_le_bytes));
    let text: String = char::decode_utf16(units).map(|c| c.unwrap_or(' ')).take(limit * 2).collect();
    clean(text.as_bytes(), limit)
}

/// The first frame, and what follows it.
fn frame(bytes: &[u8]) -> Reading<(&[u8], &[u8])> {
    let start = bytes.iter().zip([0, 0]).all(|(byte, wanted)| *byte == wanted);
    let mut reader = Reader::new(bytes);
    let length = match (start, reader.u32()) {
        (true, Some(length)) => usize::try_from(length).unwrap_or(usize::MAX),
        (true, None) => return Reading::Begun,
        (false, _) => return Reading::Bad,
    };
    let magic = reader.rest().iter().skip(1).zip(b"SMB").all(|(byte, wanted)| byte == wanted);
    let version = reader.rest().first().is_none_or(|byte| matches!(byte, 0xfe | 0xff));
    if !(HEADER1..=MAX_FRAME).contains(&length) || !magic || !version {
        return Reading::Bad;
    }
    match reader.take(length) {
        Some(frame) => Reading::Whole((frame, reader.rest())),
        None => Reading::Begun,
    }
}

/// Takes the answer to a message of SMB 2 apart, and says what follows it. Notes that an answer takes longer are left out.
pub(super) fn frame2(mut bytes: &[u8], command: u16) -> Reading<(Frame<'_>, &[u8])> {
    loop {
        let (whole, rest) = match frame(bytes) {
            Reading::Whole(found) => found,
            Reading::Begun => return Reading::Begun,
            Reading::Bad => return Reading::Bad,
        };
        match parse2(whole, command) {
            Some(frame) if frame.status == PENDING => {}
            Some(frame) => return Reading::Whole((frame, rest)),
            None => return Reading::Bad,
        }
        bytes = rest;
    }
}

fn parse2(whole: &[u8], command: u16) -> Option<Frame<'_>> {
    let mut reader = Reader::new(whole);
    let right = reader.take(4)? == SMB2 && reader.u16_le()? == 64;
    reader.u16_le()?;
    let status = reader.u32_le()?;
    let answered = reader.u16_le()?;
    reader.u16_le()?;
    let flags = reader.u32_le()?;
    reader.u32_le()?;
    let message = reader.u64_le()?;
    reader.u32_le()?;
    let tree = reader.u32_le()?;
    let session = reader.u64_le()?;
    reader.take(16)?;
    // The first flag says that this is an answer; an echo lacks it.
    let answer = right && answered == command && flags & 1 == 1;
    answer.then_some(Frame { status, message, tree, session, whole, body: reader.rest() })
}

/// Reads the answer to a question for dialects; `None` inside if the server refuses all of them.
pub(super) fn negotiated(bytes: &[u8]) -> Reading<Option<Negotiated>> {
    let (whole, _) = match frame(bytes) {
        Reading::Whole(found) => found,
        Reading::Begun => return Reading::Begun,
        Reading::Bad => return Reading::Bad,
    };
    let answer = if whole.starts_with(SMB1) { negotiated1(whole) } else { negotiated2(whole) };
    answer.map_or(Reading::Bad, Reading::Whole)
}

fn negotiated2(whole: &[u8]) -> Option<Option<Negotiated>> {
    let frame = parse2(whole, NEGOTIATE)?;
    let mut reader = Reader::new(frame.body);
    let size = reader.u16_le()?;
    if frame.status != 0 {
        // MS-SMB2 2.2.2: an error has a body of its own.
        return (size == 9 && frame.status >> 30 == 3).then_some(None);
    }
    let (security, dialect) = (reader.u16_le()?, reader.u16_le()?);
    reader.u16_le()?;
    reader.take(16)?;
    reader.u32_le()?;
    let sizes = [reader.u32_le()?, reader.u32_le()?, reader.u32_le()?];
    let time: [u8; 8] = reader.take(8)?.try_into().ok()?;
    reader.take(8)?;
    let (offset, length) = (usize::from(reader.u16_le()?), usize::from(reader.u16_le()?));
    let known = dialect == ANY_SMB2 || super::DIALECTS.iter().any(|(number, _)| *number == dialect);
    let inside = length == 0 || whole.get(offset..).is_some_and(|rest| offset > HEADER2 && rest.len() >= length);
    let sane = size == 65 && security & !3 == 0 && known && inside && sizes.iter().all(|size| *size >= 4096);
    sane.then_some(Some(Negotiated::Smb2 { dialect, security, time }))
}

/// The parts of a message of SMB 1: flags, words, bytes.
fn parse1(whole: &[u8], command: u8) -> Option<(u32, u16, &[u8], &[u8])> {
    let mut reader = Reader::new(whole);
    let right = reader.take(4)? == SMB1 && reader.u8()? == command;
    let status = reader.u32_le()?;
    let answer = reader.u8()? & 0x80 != 0;
    let flags = reader.u16_le()?;
    reader.take(14)?;
    let process = reader.u16_le()?;
    reader.u16_le()?;
    let message = reader.u16_le()?;
    let words = usize::from(reader.u8()?) * 2;
    let words = reader.take(words)?;
    let count = usize::from(reader.u16_le()?);
    let bytes = reader.take(count)?;
    let ours = process == PROCESS1 && message == MESSAGE1;
    (right && answer && ours).then_some((status, flags, words, bytes))
}

fn negotiated1(whole: &[u8]) -> Option<Option<Negotiated>> {
    let (status, flags, words, bytes) = parse1(whole, NEGOTIATE1)?;
    let mut reader = Reader::new(words);
    let index = reader.u16_le();
    match (words.len(), index) {
        (0, _) if status != 0 => return Some(None),
        (2.., Some(0xffff)) => return Some(None),
        (34, Some(0)) if status == 0 => {}
        _ => return None,
    }
    let security = reader.u8()?;
    let (requests, connections) = (reader.u16_le()?, reader.u16_le()?);
    let buffer = reader.u32_le()?;
    reader.take(8)?;
    let capabilities = reader.u32_le()?;
    reader.take(10)?;
    let challenge = usize::from(reader.u8()?);
    // With extended security (the highest capability), 16 bytes of the server's GUID stand in place of the names.
    let extended = capabilities >> 31 == 1;
    let sane = security & !0x0f == 0 && requests > 0 && connections < 64 && buffer >= 1024;
    let length = if extended { 16 } else { challenge };
    if !sane || !matches!(challenge, 0 | 8) {
        return None;
    }
    let rest = bytes.get(length..)?;
    let mut names = Vec::new();
    if !extended && flags & UNICODE_1 != 0 {
        // Domain and server. Only the second is the device's own name.
        names.extend(texts16(rest).into_iter().nth(1).flatten());
    }
    Some(Some(Negotiated::Smb1 { security, names }))
}

/// Texts in UTF-16 that end with a zero each.
fn texts16(bytes: &[u8]) -> Vec<Option<String>> {
    let mut texts = Vec::new();
    let mut start = 0;
    for (place, pair) in bytes.chunks_exact(2).enumerate().take(1024) {
        if pair == [0, 0] {
            let end = place * 2;
            texts.push(bytes.get(start..end).and_then(|text| text16(text, MAX_TEXT)));
            start = end + 2;
        }
    }
    texts.push(bytes.get(start..).and_then(|text| text16(text, MAX_TEXT)));
    texts
}

/// Reads the answer to [`setup1`].
pub(super) fn session1(bytes: &[u8]) -> Reading<Opened> {
    let (whole, _) = match frame(bytes) {
        Reading::Whole(found) => found,
        Reading::Begun => return Reading::Begun,
        Reading::Bad => return Reading::Bad,
    };
    let Some((status, flags, words, bytes)) = parse1(whole, SETUP1) else { return Reading::Bad };
    let mut opened = Opened::refused();
    if status != 0 {
        opened.opened = super::session::refusal(status);
        return Reading::Whole(opened);
    }
    if words.len() < 6 {
        return Reading::Bad;
    }
    opened.opened = Known(true);
    // Shares are asked for over SMB 2 only.
    opened.shares = Unknown(UnknownReason::NotSupported);
    let texts = if flags & UNICODE_1 != 0 {
        // An odd beginning is made even by one byte; header, count of words, words and count of bytes come before.
        let odd = (HEADER1 + 1 + words.len() + 2) % 2;
        texts16(bytes.get(odd..).unwrap_or_default())
    } else {
        bytes.split(|byte| *byte == 0).take(4).map(|text| clean(text, MAX_TEXT)).collect()
    };
    for (text, place) in texts.into_iter().zip([TextPlace::SmbNativeOs, TextPlace::SmbNativeLm]) {
        opened.texts.extend(text.map(|text| (place, text)));
    }
    Reading::Whole(opened)
}
