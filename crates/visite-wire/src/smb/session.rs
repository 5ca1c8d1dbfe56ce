//! A session without a name or with one that does not exist, and how many file shares it may open.
//!
//! Only with consent. Names of shares are used to try them and forgotten with the conversation.

use super::message::{
    CREATE, Frame, HEADER2, Head, IOCTL, MORE_PROCESSING, Negotiated, SESSION_SETUP, TREE_CONNECT, frame2, message2,
    negotiate2, negotiated, utf16,
};
use super::{Heard, Outcome, ntlm};
use crate::bytes::{Reader, Reading};
use crate::{Dialogue, Event, Manner, Step, TextPlace, msrpc};
use visite_facts::{Known, Observed, Unknown, UnknownReason};

/// Most file shares that are tried. A server with more leaves the number unknown.
const MAX_SHARES: usize = 16;
/// Shares that are tried at once.
const AT_ONCE: usize = 4;
/// Most characters of a share's name; more are no share (MS-SRVS 2.2.2.3).
const MAX_NAME: usize = 80;
/// Most entries of a list of shares.
const MAX_ENTRIES: u32 = 512;

/// The server service, 4b324fc8-1670-01d3-1278-5a47bf6ee188, version 3 (MS-SRVS 1.9).
const SERVER_SERVICE: msrpc::Interface =
    ([0xc8, 0x4f, 0x32, 0x4b, 0x70, 0x16, 0xd3, 0x01, 0x12, 0x78, 0x5a, 0x47, 0xbf, 0x6e, 0xe1, 0x88], 3);
/// NetrShareEnum (MS-SRVS 3.1.4.8).
const SHARE_ENUM: u16 = 15;
/// FSCTL_PIPE_TRANSCEIVE: write to a pipe and read its answer (MS-FSCC 2.3).
const TRANSCEIVE: u32 = 0x0011_c017;

/// Who wants in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SessionKind {
    /// Nobody: a null session.
    Null,
    /// A name that does not exist; a server may take it for a guest.
    Guest,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Opened {
    pub(super) opened: Observed<bool>,
    /// File shares that the session may open.
    pub(super) shares: Observed<i64>,
    pub(super) names: Vec<String>,
    pub(super) texts: Vec<(TextPlace, String)>,
    pub(super) system: Option<String>,
}

impl Opened {
    /// A session that was not opened, and so opens no share.
    pub(super) fn refused() -> Self {
        Self { opened: Known(false), shares: Known(0), names: Vec::new(), texts: Vec::new(), system: None }
    }
}

/// What the status of a refused login says: no, or that the server could not tell (MS-ERREF 2.3.1).
pub(super) fn refusal(status: u32) -> Observed<bool> {
    match status {
        // Access denied; no such user, wrong password, logon failure, account restricted; disabled; kind of logon not
        // granted, not supported; expired, locked; firewall of authentication, NTLM blocked.
        0xc000_0022
        | 0xc000_0064
        | 0xc000_006a
        | 0xc000_006d..=0xc000_0072
        | 0xc000_00bb
        | 0xc000_015b
        | 0xc000_0193
        | 0xc000_0224
        | 0xc000_0234
        | 0xc000_0413
        | 0xc000_0418 => Known(false),
        _ => Unknown(UnknownReason::NotSupported),
    }
}

/// Opens a session and tries the file shares.
#[derive(Clone, Debug)]
pub(super) struct Session {
    kind: SessionKind,
    /// How the server is called in paths.
    host: String,
    stage: Stage,
    time: [u8; 8],
    message: u64,
    session: u64,
    opened: Opened,
    /// Shares that have not been tried yet.
    names: Vec<Vec<u8>>,
    open: i64,
}

/// What was asked last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Negotiate,
    Hello,
    Login,
    Pipes,
    Open { tree: u32 },
    Bind { tree: u32, file: [u8; 16] },
    List,
    Shares { asked: usize },
}

impl Session {
    pub(super) fn new(kind: SessionKind, manner: &Manner) -> Self {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-';
        let named = !manner.host.is_empty() && manner.host.len() <= MAX_NAME && manner.host.chars().all(plain);
        Self {
            kind,
            host: if named { manner.host.clone() } else { "localhost".to_owned() },
            stage: Stage::Negotiate,
            time: [0; 8],
            message: 0,
            session: 0,
            opened: Opened::refused(),
            names: Vec::new(),
            open: 0,
        }
    }

    fn ask(&mut self, stage: Stage, command: u16, tree: u32, body: &[u8]) -> Step<Heard> {
        self.stage = stage;
        Step::Send(self.build(command, tree, body))
    }

    fn build(&mut self, command: u16, tree: u32, body: &[u8]) -> Vec<u8> {
        self.message = self.message.saturating_add(1);
        message2(Head { command, message: self.message, tree, session: self.session }, body)
    }

    fn setup(&mut self, stage: Stage, token: &[u8]) -> Step<Heard> {
        let mut body = vec![25, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0];
        body.extend(u16::try_from(HEADER2 + 24).unwrap_or_default().to_le_bytes());
        body.extend(u16::try_from(token.len()).unwrap_or_default().to_le_bytes());
        body.extend([0; 8]);
        body.extend(token);
        self.ask(stage, SESSION_SETUP, 0, &body)
    }

    fn tree_connect(&mut self, share: &[u8]) -> Vec<u8> {
        let mut path = utf16(&format!("\\\\{}\\", self.host));
        path.extend(share);
        let mut body = vec![9, 0, 0, 0];
        body.extend(u16::try_from(HEADER2 + 8).unwrap_or_default().to_le_bytes());
        body.extend(u16::try_from(path.len()).unwrap_or_default().to_le_bytes());
        body.extend(path);
        self.build(TREE_CONNECT, 0, &body)
    }

    fn open_pipe(&mut self, tree: u32) -> Step<Heard> {
        let name = utf16("srvsvc");
        // Nothing held, impersonation allowed; read and write, shared with all, opened if it exists.
        let mut body = vec![57, 0, 0, 0, 2, 0, 0, 0];
        body.extend([0; 16]);
        body.extend([0x9f, 0x01, 0x12, 0, 0, 0, 0, 0, 7, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]);
        body.extend(u16::try_from(HEADER2 + 56).unwrap_or_default().to_le_bytes());
        body.extend(u16::try_from(name.len()).unwrap_or_default().to_le_bytes());
        body.extend([0; 8]);
        body.extend(name);
        self.ask(Stage::Open { tree }, CREATE, tree, &body)
    }

    fn transceive(&mut self, stage: Stage, tree: u32, file: [u8; 16], packet: &[u8]) -> Step<Heard> {
        let mut body = vec![57, 0, 0, 0];
        body.extend(TRANSCEIVE.to_le_bytes());
        body.extend(file);
        body.extend(u32::try_from(HEADER2 + 56).unwrap_or_default().to_le_bytes());
        body.extend(u32::try_from(packet.len()).unwrap_or_default().to_le_bytes());
        body.extend([0; 12]);
        body.extend(8192_u32.to_le_bytes());
        body.extend([1, 0, 0, 0, 0, 0, 0, 0]);
        body.extend(packet);
        self.ask(stage, IOCTL, tree, &body)
    }

    fn done(&mut self) -> Step<Heard> {
        Step::Done(Heard(Outcome::Session(self.opened.clone())))
    }

    /// The session stands, the shares cannot be counted.
    fn uncounted(&mut self, reason: UnknownReason) -> Step<Heard> {
        self.opened.shares = Unknown(reason);
        self.done()
    }

    fn answered(&mut self, bytes: &[u8]) -> Step<Heard> {
        let command = match self.stage {
            Stage::Negotiate => {
                return match negotiated(bytes) {
                    Reading::Whole(Some(Negotiated::Smb2 { time, .. })) => {
                        self.time = time;
                        self.setup(Stage::Hello, &ntlm::hello())
                    }
                    Reading::Begun => Step::More,
                    Reading::Whole(_) | Reading::Bad => Step::NotThis,
                };
            }
            Stage::Shares { asked } => return self.shares(bytes, asked),
            Stage::Hello | Stage::Login => SESSION_SETUP,
            Stage::Pipes => TREE_CONNECT,
            Stage::Open { .. } => CREATE,
            Stage::Bind { .. } | Stage::List => IOCTL,
        };
        let frame = match frame2(bytes, command) {
            Reading::Whole((frame, _)) if frame.message == self.message => frame,
            Reading::Begun => return Step::More,
            Reading::Whole(_) | Reading::Bad => return self.broken(UnknownReason::Malformed),
        };
        match self.stage {
            Stage::Hello => self.challenged(frame),
            Stage::Login => self.logged_in(frame),
            Stage::Pipes if frame.status == 0 => self.open_pipe(frame.tree),
            Stage::Open { tree } if frame.status == 0 => match opened_file(frame.body) {
                Some(file) => {
                    let bind = msrpc::bind(SERVER_SERVICE, 1);
                    self.transceive(Stage::Bind { tree, file }, tree, file, &bind)
                }
                None => self.uncounted(UnknownReason::Malformed),
            },
            Stage::Bind { tree, file } if frame.status == 0 => {
                let bound = pipe_answer(&frame).map(|packet| msrpc::bound(packet, 1));
                if bound != Some(Reading::Whole(true)) {
                    return self.uncounted(UnknownReason::NotSupported);
                }
                self.transceive(Stage::List, tree, file, &msrpc::request(SHARE_ENUM, 2, &question_for_shares()))
            }
            Stage::List if frame.status == 0 => self.listed(&frame),
            // More than fits into one answer.
            Stage::List if frame.status == 0x8000_0005 => self.uncounted(UnknownReason::Incomplete),
            _ => self.uncounted(UnknownReason::NoPermission),
        }
    }

    fn challenged(&mut self, frame: Frame<'_>) -> Step<Heard> {
        if frame.status != MORE_PROCESSING {
            self.opened.opened = refusal(frame.status);
            return self.done();
        }
        let Some(challenge) = token(&frame).and_then(ntlm::challenge) else { return Step::NotThis };
        self.session = frame.session;
        self.opened.names.clone_from(&challenge.names);
        self.opened.system.clone_from(&challenge.system);
        let login = match self.kind {
            SessionKind::Null => ntlm::nobody_at_all(),
            SessionKind::Guest => ntlm::unknown_name(&challenge, self.time),
        };
        self.setup(Stage::Login, &login)
    }

    fn logged_in(&mut self, frame: Frame<'_>) -> Step<Heard> {
        if frame.status != 0 {
            self.opened.opened = refusal(frame.status);
            if self.opened.opened.known().is_none() {
                self.opened.shares = Unknown(UnknownReason::NotSupported);
            }
            return self.done();
        }
        self.opened.opened = Known(true);
        self.opened.shares = Unknown(UnknownReason::TimedOut);
        let connect = self.tree_connect(&utf16("IPC$"));
        self.stage = Stage::Pipes;
        Step::Send(connect)
    }

    fn listed(&mut self, frame: &Frame<'_>) -> Step<Heard> {
        let data = pipe_answer(frame).map(|packet| msrpc::response(packet, 2));
        let Some(Reading::Whole(data)) = data else { return self.uncounted(UnknownReason::Malformed) };
        match file_shares(data) {
            Ok(names) if names.len() > MAX_SHARES => self.uncounted(UnknownReason::Incomplete),
            Ok(names) => {
                self.names = names;
                self.try_shares()
            }
            Err(reason) => self.uncounted(reason),
        }
    }

    fn try_shares(&mut self) -> Step<Heard> {
        let names: Vec<_> = self.names.drain(..self.names.len().min(AT_ONCE)).collect();
        if names.is_empty() {
            self.opened.shares = Known(self.open);
            return self.done();
        }
        self.stage = Stage::Shares { asked: names.len() };
        Step::Send(names.iter().flat_map(|name| self.tree_connect(name)).collect())
    }

    fn shares(&mut self, mut bytes: &[u8], asked: usize) -> Step<Heard> {
        let mut open = 0;
        for _ in 0..asked {
            match frame2(bytes, TREE_CONNECT) {
                Reading::Whole((frame, rest)) => {
                    open += i64::from(frame.status == 0);
                    bytes = rest;
                }
                Reading::Begun => return Step::More,
                Reading::Bad => return self.broken(UnknownReason::Malformed),
            }
        }
        self.open += open;
        self.try_shares()
    }

    /// The conversation ends early: what is known by then counts.
    fn broken(&mut self, reason: UnknownReason) -> Step<Heard> {
        match self.stage {
            Stage::Negotiate | Stage::Hello | Stage::Login => Step::NotThis,
            _ => self.uncounted(reason),
        }
    }
}

impl Dialogue for Session {
    type Answer = Heard;

    fn step(&mut self, event: Event<'_>) -> Step<Heard> {
        match event {
            Event::Connected => Step::Send(negotiate2(&super::DIALECTS.map(|(number, _)| number))),
            Event::Received(bytes) => self.answered(bytes),
            Event::Silence => self.broken(UnknownReason::TimedOut),
            Event::Closed => self.broken(UnknownReason::Incomplete),
        }
    }
}

/// The token in an answer to a login (MS-SMB2 2.2.6).
fn token<'b>(frame: &Frame<'b>) -> Option<&'b [u8]> {
    let mut reader = Reader::new(frame.body);
    (reader.u16_le()? == 9).then_some(())?;
    reader.u16_le()?;
    let (offset, length) = (usize::from(reader.u16_le()?), usize::from(reader.u16_le()?));
    frame.whole.get(offset..)?.get(..length)
}

/// The number of an opened file (MS-SMB2 2.2.14).
fn opened_file(body: &[u8]) -> Option<[u8; 16]> {
    let mut reader = Reader::new(body);
    (reader.u16_le()? == 89).then_some(())?;
    reader.take(62)?;
    reader.take(16)?.try_into().ok()
}

/// What a pipe answered (MS-SMB2 2.2.32).
fn pipe_answer<'b>(frame: &Frame<'b>) -> Option<&'b [u8]> {
    let mut reader = Reader::new(frame.body);
    (reader.u16_le()? == 49).then_some(())?;
    reader.take(30)?;
    let (offset, length) = (reader.u32_le()?, reader.u32_le()?);
    frame.whole.get(usize::try_from(offset).ok()?..)?.get(..usize::try_from(length).ok()?)
}

/// All shares with their kinds (level 1), as much as there is.
fn question_for_shares() -> Vec<u8> {
    let mut data = vec![0; 4];
    // Level and kind of structure; a list with no entries yet; as many bytes as there are; no place to go on from.
    for number in [1, 1, 0x0002_0000, 0, 0, u32::MAX, 0] {
        data.extend(u32::to_le_bytes(number));
    }
    data
}

/// Names of the file shares in the answer of NetrShareEnum, in UTF-16.
fn file_shares(data: &[u8]) -> Result<Vec<Vec<u8>>, UnknownReason> {
    const ACCESS_DENIED: u32 = 5;
    if let Some((rest, code)) = data.split_last_chunk().map(|(rest, code)| (rest, u32::from_le_bytes(*code)))
        && code != 0
    {
        let denied = code == ACCESS_DENIED && rest.len() < 64;
        return Err(if denied { UnknownReason::NoPermission } else { UnknownReason::NotSupported });
    }
    parse_shares(data).ok_or(UnknownReason::Malformed)
}

fn parse_shares(data: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut reader = Reader::new(data);
    let (level, kind, list) = (reader.u32_le()?, reader.u32_le()?, reader.u32_le()?);
    let (entries, buffer) = (reader.u32_le()?, reader.u32_le()?);
    if level != 1 || kind != 1 || list == 0 || entries > MAX_ENTRIES {
        return None;
    }
    if buffer == 0 || entries == 0 {
        return Some(Vec::new());
    }
    (reader.u32_le()? == entries).then_some(())?;
    let mut kinds = Vec::new();
    for _ in 0..entries {
        kinds.push((reader.u32_le()?, reader.u32_le()?, reader.u32_le()?));
    }
    let mut names = Vec::new();
    for (name, kind, remark) in kinds {
        let name = if name == 0 { &[] } else { text(&mut reader)? };
        if remark != 0 {
            text(&mut reader)?;
        }
        // The low byte 0 stands for files; the highest bit for shares of the administrators, which are left alone.
        let long = name.len() / 2 > MAX_NAME;
        if kind & 0x8000_00ff == 0 && !name.is_empty() && !long {
            names.push(name.to_vec());
        }
    }
    Some(names)
}

/// A text in NDR: three counts, then the characters with a zero, made a multiple of four.
fn text<'b>(reader: &mut Reader<'b>) -> Option<&'b [u8]> {
    let (_most, _offset, count) = (reader.u32_le()?, reader.u32_le()?, reader.u32_le()?);
    let length = usize::try_from(count).ok()?.checked_mul(2)?;
    let text = reader.take(length)?;
    reader.take((4 - length % 4) % 4)?;
    Some(text.strip_suffix(&[0, 0]).unwrap_or(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_list_of_shares_is_taken(data: Vec<u8>) {
            let _ = file_shares(&data);
            let mut listed = vec![1, 0, 0, 0, 1, 0, 0, 0, 4, 0, 2, 0];
            listed.extend(data);
            let _ = parse_shares(&listed);
        }
    }

    #[test]
    fn a_list_that_is_refused_has_a_reason() {
        let mut refused = [1_u32, 1, 0x0002_0004, 0, 0, 0, 0].map(u32::to_le_bytes).concat();
        refused.extend(5_u32.to_le_bytes());
        assert_eq!(file_shares(&refused), Err(UnknownReason::NoPermission));
        assert_eq!(file_shares(&[1, 0, 0, 0]), Err(UnknownReason::NotSupported));
        assert_eq!(file_shares(&[]), Err(UnknownReason::Malformed));
    }
}
