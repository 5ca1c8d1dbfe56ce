//! Windows file sharing (MS-SMB, MS-SMB2): which dialects, signed or not, and with consent who gets in without a name.
//!
//! [`Smb`] recognises the protocol in one question that old and new servers understand, [`Smb2`] those that have
//! forgotten the old form. [`Audit`] plans the connections that learn the rest, at most nine. Deliberately absent:
//! names and passwords of people, names of shares, files.

mod message;
mod ntlm;
#[cfg(test)]
mod recorded;
mod session;

use crate::bytes::Reading;
use crate::{Detail, Dialogue, Event, Manner, Seen, Step};
use message::Negotiated;
use session::{Opened, SessionKind};
use visite_facts::facts::{DeviceSmb, NetworkService, SmbSigning};
use visite_facts::{Known, Observed, Unknown, UnknownReason};

/// Dialects of SMB 2 and 3, newest first: number in the protocol, and what a fact says.
const DIALECTS: [(u16, &str); 5] =
    [(0x0311, "3.1.1"), (0x0302, "3.0.2"), (0x0300, "3.0"), (0x0210, "2.1"), (0x0202, "2.0.2")];

/// Recognises SMB of any version.
#[derive(Clone, Debug)]
pub struct Smb {}

/// Recognises SMB 2 and 3 on servers that do not understand the question of [`Smb`].
#[derive(Clone, Debug)]
pub struct Smb2 {}

impl Smb {
    /// A new conversation.
    pub fn new(_manner: &Manner) -> Self {
        Self {}
    }
}

impl Smb2 {
    /// A new conversation.
    pub fn new(_manner: &Manner) -> Self {
        Self {}
    }
}

impl Dialogue for Smb {
    type Answer = Seen;

    fn step(&mut self, event: Event<'_>) -> Step<Seen> {
        recognise(event, message::negotiate_any)
    }
}

impl Dialogue for Smb2 {
    type Answer = Seen;

    fn step(&mut self, event: Event<'_>) -> Step<Seen> {
        recognise(event, || message::negotiate2(&DIALECTS.map(|(number, _)| number)))
    }
}

fn recognise(event: Event<'_>, question: impl Fn() -> Vec<u8>) -> Step<Seen> {
    let bytes = match event {
        Event::Connected => return Step::Send(question()),
        Event::Received(bytes) => bytes,
        Event::Silence | Event::Closed => return Step::NotThis,
    };
    match message::negotiated(bytes) {
        Reading::Whole(Some(answer)) => Step::Done(seen(&answer)),
        // A refusal is too short a thing to prove the protocol by it.
        Reading::Whole(None) | Reading::Bad => Step::NotThis,
        Reading::Begun => Step::More,
    }
}

fn seen(answer: &Negotiated) -> Seen {
    let mut smb = DeviceSmb::unknown(UnknownReason::NotCollected);
    smb.signing = Known(answer.signing());
    let mut seen = Seen::new(NetworkService::Smb);
    if let Negotiated::Smb1 { names, .. } = answer {
        smb.smb1 = Known(true);
        seen.names.clone_from(names);
    }
    seen.detail = Detail::Smb(smb);
    seen
}

/// What came out of one connection of an [`Audit`].
#[derive(Clone, Debug, PartialEq)]
pub struct Heard(Outcome);

#[derive(Clone, Debug, PartialEq)]
enum Outcome {
    Accepted(Negotiated, Option<Opened>),
    Refused,
    Session(Opened),
}

/// Plans the connections to a server that is known to speak SMB, and sums up what they brought.
///
/// ```
/// use visite_wire::{Manner, smb};
/// let mut audit = smb::Audit::new(&Manner::default());
/// let mut connections = 0;
/// while let Some(_dialogue) = audit.next() {
///     connections += 1; // lend it a connection of its own, then:
///     audit.told(None);
/// }
/// assert!(connections <= 9);
/// ```
#[derive(Clone, Debug)]
pub struct Audit {
    manner: Manner,
    /// What the dialogue that was handed out last asks.
    asked: Option<Question>,
    /// What is still to be asked, the next one last.
    planned: Vec<Question>,
    answers: Vec<(Question, Option<Outcome>)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Question {
    /// SMB 1 alone.
    Smb1,
    /// The newest of the dialects from this place of [`DIALECTS`] on.
    Newest(usize),
    /// A session.
    Session(SessionKind),
}

impl Audit {
    /// Plans for a server that speaks SMB.
    pub fn new(manner: &Manner) -> Self {
        let planned = vec![Question::Newest(0), Question::Smb1];
        Self { manner: manner.clone(), asked: None, planned, answers: Vec::new() }
    }

    /// The dialogue of the next connection; `None` when everything was asked.
    #[expect(clippy::should_implement_trait, reason = "what comes next depends on what was told")]
    pub fn next(&mut self) -> Option<Box<dyn Dialogue<Answer = Heard> + Send>> {
        self.asked = self.planned.pop();
        match self.asked? {
            Question::Smb1 => Some(Box::new(Ask::new(message::negotiate1(), self.manner.logins))),
            Question::Newest(from) => {
                let dialects: Vec<u16> = DIALECTS.iter().skip(from).map(|(number, _)| *number).collect();
                Some(Box::new(Ask::new(message::negotiate2(&dialects), false)))
            }
            Question::Session(kind) => Some(Box::new(session::Session::new(kind, &self.manner))),
        }
    }

    /// Tells what the last dialogue brought; `None` if it brought nothing, or had no connection.
    pub fn told(&mut self, heard: Option<Heard>) {
        let Some(asked) = self.asked.take() else { return };
        let outcome = heard.map(|Heard(outcome)| outcome);
        if let (Question::Newest(_), Some(Outcome::Accepted(answer, _))) = (asked, &outcome) {
            let place = DIALECTS.iter().position(|(number, _)| Some(*number) == answer.dialect());
            let older = place.map(|place| place + 1).filter(|older| *older < DIALECTS.len());
            // The one that was accepted is known now; what is older has still to be asked for.
            self.planned.extend(older.map(Question::Newest));
            if self.manner.logins && asked == Question::Newest(0) {
                // Before the dialects, so that a server that has had enough is asked what matters most.
                self.planned.extend([SessionKind::Guest, SessionKind::Null].map(Question::Session));
            }
        }
        self.answers.push((asked, outcome));
    }

    /// Adds what was learned to what is known of the service.
    pub fn finish(self, seen: &mut Seen) {
        let mut smb = DeviceSmb::unknown(UnknownReason::NotCollected);
        let negotiated = || self.answers.iter().filter_map(|(_, outcome)| accepted(outcome.as_ref()));
        let refused = |question| self.answers.contains(&(question, Some(Outcome::Refused)));

        let smb1_names = negotiated().find_map(|(answer, _)| match answer {
            Negotiated::Smb1 { names, .. } => Some(names),
            Negotiated::Smb2 { .. } => None,
        });
        smb.smb1 = match (smb1_names, refused(Question::Smb1)) {
            (Some(_), _) => Known(true),
            (None, true) => Known(false),
            (None, false) => Unknown(UnknownReason::TimedOut),
        };
        smb.dialects = self.dialects(smb.smb1.known() == Some(&true));
        let required = |(answer, _): (&Negotiated, _)| answer.signing() == SmbSigning::Required;
        smb.signing = match negotiated().count() {
            0 => Unknown(UnknownReason::TimedOut),
            _ if negotiated().all(required) => Known(SmbSigning::Required),
            _ => Known(SmbSigning::Optional),
        };
        if self.manner.logins {
            self.sessions(&mut smb);
        }

        let opened = negotiated().filter_map(|(_, opened)| opened).chain(self.answers.iter().filter_map(session_of));
        for opened in opened {
            seen.names.extend(opened.names.iter().cloned());
            seen.texts.extend(opened.texts.iter().cloned());
            seen.system = seen.system.take().or_else(|| opened.system.clone());
        }
        seen.names.extend(smb1_names.into_iter().flatten().cloned());
        seen.names.sort_unstable();
        seen.names.dedup();
        seen.texts.dedup();
        seen.detail = Detail::Smb(smb);
    }

    /// All dialects, oldest first; unknown if any question was left without an answer.
    fn dialects(&self, smb1: bool) -> Observed<Vec<String>> {
        if self.answers.iter().any(|(asked, outcome)| !matches!(asked, Question::Session(_)) && outcome.is_none()) {
            return Unknown(UnknownReason::TimedOut);
        }
        if !self.planned.is_empty() || self.answers.is_empty() {
            return Unknown(UnknownReason::Incomplete);
        }
        let heard = self.answers.iter().filter_map(|(_, outcome)| accepted(outcome.as_ref())?.0.dialect());
        let mut numbers: Vec<u16> = heard.collect();
        numbers.sort_unstable();
        let spoken = |number| DIALECTS.iter().find(|(known, _)| *known == number).map(|(_, name)| *name);
        let names = smb1.then_some("1.0").into_iter().chain(numbers.into_iter().filter_map(spoken));
        Known(names.map(str::to_owned).collect())
    }

    fn sessions(&self, smb: &mut DeviceSmb) {
        let of = |kind| {
            let asked = self.answers.iter().find(|(asked, _)| *asked == Question::Session(kind));
            asked.and_then(session_of)
        };
        let smb1 = self.answers.iter().find_map(|(_, outcome)| accepted(outcome.as_ref())?.1);
        let (null, guest) = (of(SessionKind::Null).or(smb1), of(SessionKind::Guest));
        let opened = |session: Option<&Opened>| session.map_or(Unknown(UnknownReason::TimedOut), |s| s.opened.clone());
        smb.null_session = opened(null);
        smb.guest_session = match (smb1, guest) {
            // A server that speaks nothing newer is not asked for a guest: over SMB 1 everything goes in the clear.
            (Some(_), None) if null == smb1 => Unknown(UnknownReason::NotSupported),
            _ => opened(guest),
        };
        let counts = [null, guest].map(|session| session.map(|session| session.shares.clone()));
        smb.open_shares = match counts {
            [Some(Known(null)), Some(Known(guest))] => Known(null.max(guest)),
            // What one session may open is seen; the other one could open more.
            [Some(Known(count)), _] | [_, Some(Known(count))] if count > 0 => Known(count),
            [Some(Unknown(reason)), _] | [_, Some(Unknown(reason))] => Unknown(reason),
            _ => Unknown(UnknownReason::TimedOut),
        };
    }
}

fn accepted(outcome: Option<&Outcome>) -> Option<(&Negotiated, Option<&Opened>)> {
    match outcome {
        Some(Outcome::Accepted(answer, opened)) => Some((answer, opened.as_ref())),
        _ => None,
    }
}

fn session_of((_, outcome): &(Question, Option<Outcome>)) -> Option<&Opened> {
    match outcome {
        Some(Outcome::Session(opened)) => Some(opened),
        _ => None,
    }
}

/// One question about dialects to a server that is known to speak SMB; with consent, a session of SMB 1 behind it.
#[derive(Clone, Debug)]
struct Ask {
    question: Vec<u8>,
    login: bool,
    accepted: Option<Negotiated>,
}

impl Ask {
    fn new(question: Vec<u8>, login: bool) -> Self {
        Self { question, login, accepted: None }
    }
}

impl Dialogue for Ask {
    type Answer = Heard;

    fn step(&mut self, event: Event<'_>) -> Step<Heard> {
        if let Some(accepted) = &self.accepted {
            let opened = match event {
                Event::Received(bytes) => match message::session1(bytes) {
                    Reading::Whole(opened) => Some(opened),
                    Reading::Begun => return Step::More,
                    Reading::Bad => None,
                },
                Event::Connected | Event::Silence | Event::Closed => None,
            };
            return Step::Done(Heard(Outcome::Accepted(accepted.clone(), opened)));
        }
        match event {
            Event::Connected => Step::Send(std::mem::take(&mut self.question)),
            Event::Received(bytes) => match message::negotiated(bytes) {
                Reading::Whole(Some(answer @ Negotiated::Smb1 { .. })) if self.login => {
                    self.accepted = Some(answer);
                    Step::Send(message::setup1())
                }
                Reading::Whole(Some(answer)) => Step::Done(Heard(Outcome::Accepted(answer, None))),
                Reading::Whole(None) => Step::Done(Heard(Outcome::Refused)),
                Reading::Begun => Step::More,
                Reading::Bad => Step::NotThis,
            },
            // Windows ends the connection without a word where it has no dialect in common.
            Event::Closed => Step::Done(Heard(Outcome::Refused)),
            Event::Silence => Step::NotThis,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TextPlace;
    use crate::play;
    use crate::trials;
    use proptest::prelude::*;
    use recorded::*;

    fn manner(logins: bool) -> Manner {
        Manner { host: "192.168.10.5".to_owned(), logins, ..Manner::default() }
    }

    /// Plays a whole audit; `answers` says what each connection brings.
    fn audited<'a>(logins: bool, answers: impl Fn(Question) -> Vec<&'a [u8]>) -> (Seen, usize) {
        let mut seen = Seen::new(NetworkService::Smb);
        let mut audit = Audit::new(&manner(logins));
        let mut connections = 0;
        while let Some(mut dialogue) = audit.next() {
            connections += 1;
            let asked = audit.asked.expect("something was asked");
            let heard = play(&mut *dialogue, &answers(asked)).0;
            audit.told(heard);
        }
        audit.finish(&mut seen);
        (seen, connections)
    }

    fn samba(asked: Question) -> Vec<&'static [u8]> {
        match asked {
            Question::Smb1 => vec![SMB1_ANSWER, SMB1_SESSION],
            Question::Newest(place) => NEWEST.get(place).copied().into_iter().collect(),
            Question::Session(SessionKind::Null) => NULL_SESSION.to_vec(),
            // The list of shares and what they answer are the same for both.
            Question::Session(SessionKind::Guest) => {
                [GUEST_SESSION, NULL_SESSION.get(3..).unwrap_or_default()].concat()
            }
        }
    }

    fn detail(seen: &Seen) -> &DeviceSmb {
        let Detail::Smb(smb) = &seen.detail else { panic!("no SMB: {seen:?}") };
        smb
    }

    #[test]
    fn any_version_is_recognised() {
        let (seen, sent) = play(&mut Smb::new(&manner(false)), &[ANY]);
        assert_eq!(sent.len(), 1);
        let seen = seen.expect("Samba speaks SMB");
        assert_eq!(seen.service, NetworkService::Smb);
        assert_eq!(detail(&seen).signing, Known(SmbSigning::Required));
        assert_eq!(detail(&seen).smb1, Unknown(UnknownReason::NotCollected));

        let old = play(&mut Smb::new(&manner(false)), &[SMB1_ANSWER]).0.expect("SMB 1 is SMB");
        assert_eq!((&detail(&old).smb1, old.names.as_slice()), (&Known(true), ["MUSTER".to_owned()].as_slice()));
        assert!(play(&mut Smb2::new(&manner(false)), &NEWEST[..1]).0.is_some());
    }

    #[test]
    fn an_audit_learns_all_dialects() {
        let (seen, connections) = audited(false, samba);
        let smb = detail(&seen);
        let dialects = ["1.0", "2.0.2", "2.1", "3.0", "3.0.2", "3.1.1"].map(str::to_owned).to_vec();
        assert_eq!((&smb.dialects, &smb.smb1), (&Known(dialects), &Known(true)));
        assert_eq!(smb.signing, Known(SmbSigning::Optional));
        for unasked in [&smb.guest_session, &smb.null_session] {
            assert_eq!(*unasked, Unknown(UnknownReason::NotCollected));
        }
        assert_eq!(smb.open_shares, Unknown(UnknownReason::NotCollected));
        assert_eq!((connections, seen.names), (6, vec!["MUSTER".to_owned()]));
    }

    #[test]
    fn with_consent_it_tries_to_get_in() {
        let (seen, connections) = audited(true, samba);
        let smb = detail(&seen);
        assert_eq!((&smb.guest_session, &smb.null_session), (&Known(true), &Known(true)));
        assert_eq!((&smb.open_shares, connections), (&Known(1), 8));
        let texts = [(TextPlace::SmbNativeOs, "Windows 6.1"), (TextPlace::SmbNativeLm, "Samba 4.17.12-Debian")];
        assert_eq!(seen.texts, texts.map(|(place, text)| (place, text.to_owned())));
        // Names of shares are forgotten.
        assert!(!format!("{seen:?}").contains("patienten"));
    }

    #[test]
    fn a_refusal_is_no_and_silence_is_unknown() {
        let newest_only = |asked| match asked {
            Question::Smb1 => vec![],
            Question::Newest(0) => NEWEST[..1].to_vec(),
            Question::Newest(_) => vec![REFUSED],
            Question::Session(_) => panic!("nobody allowed a login"),
        };
        let (seen, connections) = audited(false, newest_only);
        assert_eq!(detail(&seen).dialects, Known(vec!["3.1.1".to_owned()]));
        assert_eq!((&detail(&seen).smb1, connections), (&Known(false), 3));

        let (seen, _) = audited(true, |_| vec![b"".as_slice()]);
        let mut unknown = DeviceSmb::unknown(UnknownReason::TimedOut);
        unknown.endpoint = Observed::default();
        assert_eq!(detail(&seen), &unknown);

        let old_only = |asked| match asked {
            Question::Smb1 => vec![SMB1_ANSWER, SMB1_SESSION],
            _ => vec![],
        };
        let (seen, _) = audited(true, old_only);
        let smb = detail(&seen);
        assert_eq!((&smb.dialects, &smb.null_session), (&Known(vec!["1.0".to_owned()]), &Known(true)));
        assert_eq!(smb.guest_session, Unknown(UnknownReason::NotSupported));
    }

    #[test]
    fn without_consent_nothing_is_a_login() {
        let mut audit = Audit::new(&manner(false));
        while let Some(mut dialogue) = audit.next() {
            let asked = audit.asked.expect("something was asked");
            let (heard, sent) = play(&mut *dialogue, &samba(asked));
            for message in sent {
                // SMB 1: the command stands behind the magic; SMB 2: twelve bytes into the header.
                let negotiates = message.get(8) == Some(&0x72) || message.get(16..18) == Some(&[0, 0]);
                assert!(negotiates, "{message:02x?}");
            }
            audit.told(heard);
        }
    }

    #[test]
    fn holds_against_pieces_and_strangers() {
        let smb = || Smb::new(&manner(false));
        trials::stream(smb, &[ANY]);
        trials::stream(smb, &[SMB1_ANSWER]);
        trials::strangers(smb, b"");
        trials::strangers(|| Smb2::new(&manner(false)), b"");
        trials::strangers(|| session::Session::new(SessionKind::Null, &manner(true)), b"");
        for recorded in [NULL_SESSION, GUEST_SESSION] {
            for kind in [SessionKind::Null, SessionKind::Guest] {
                let session = || session::Session::new(kind, &manner(true));
                assert_eq!(trials::play_in_pieces(&mut session(), recorded, 1), play(&mut session(), recorded).0);
            }
        }
        // A refusal alone proves nothing.
        assert_eq!(play(&mut smb(), &[REFUSED]).0, None);
    }

    #[test]
    fn a_session_that_breaks_off_says_what_it_knows() {
        for end in 0..NULL_SESSION.len() {
            let mut session = session::Session::new(SessionKind::Null, &manner(true));
            let heard = play(&mut session, NULL_SESSION.get(..end).unwrap_or_default()).0;
            let Some(Heard(Outcome::Session(opened))) = heard else {
                assert!(end < 3, "nothing after {end} answers");
                continue;
            };
            assert!(end >= 3);
            assert_eq!((&opened.opened, &opened.shares), (&Known(true), &Unknown(UnknownReason::Incomplete)));
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken(bytes: Vec<u8>, place in 0_usize..8, spot in 0_usize..300, byte: u8) {
            prop_assert_eq!(play(&mut Smb::new(&manner(false)), &[&bytes]).0, None);
            // One answer of a session is spoiled, or replaced.
            for spoiled in [Some(bytes), NULL_SESSION.get(place).map(|answer| answer.to_vec())].into_iter().flatten() {
                let mut spoiled = spoiled;
                if let Some(at) = spoiled.get_mut(spot) {
                    *at = byte;
                }
                let mut session = NULL_SESSION.to_vec();
                if let Some(answer) = session.get_mut(place) {
                    *answer = &spoiled;
                }
                let _ = play(&mut session::Session::new(SessionKind::Null, &manner(true)), &session);
                let _ = play(&mut Ask::new(message::negotiate1(), true), &[SMB1_ANSWER, &spoiled]);
                let _ = play(&mut Smb::new(&manner(false)), &[&spoiled]);
            }
        }
    }
}
