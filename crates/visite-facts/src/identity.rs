//! Which subject a snapshot belongs to: identifiers and the resolver.
//!
//! Practices clone computers, swap network cards and re-install systems. So the resolver never merges on a
//! doubt: contradictory or ambiguous identifiers give a *possible duplicate* that a person decides about.
//! It is a pure function; where decisions are kept is the store's business.

use crate::words;
use crate::words::{SubjectKind, Word};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;

/// Names one subject for good, e.g. `host-3f9c01a27b44`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub struct SubjectId(pub String);

impl fmt::Display for SubjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

words! {
    /// What an identifier is. The order is the order in which a subject's id is derived from them: first what
    /// was given to this very installation, then what every account of the computer can read, so that an
    /// ordinary user and an administrator arrive at the same id.
    pub enum IdentifierKind {
        /// Hash of the public key that an agent received when it was enrolled.
        AgentKey = "agent_key",
        /// Security identifier of the computer account in Active Directory (MS-DTYP 2.4.2).
        AdSid = "ad_sid",
        /// Hash of `/etc/machine-id` or of Windows' MachineGuid, made for Visite only (machine-id(5)).
        MachineId = "machine_id",
        /// System UUID of the firmware (SMBIOS 3, type 1).
        SmbiosUuid = "smbios_uuid",
        /// Serial number of the device.
        Serial = "serial",
        /// SHA-256 fingerprint of a certificate the device shows.
        Certificate = "certificate",
        /// SHA-256 fingerprint of an SSH host key (RFC 4253).
        SshHostKey = "ssh_host_key",
        /// Hardware address of a network card.
        Mac = "mac",
    }
}

words! {
    /// How much an identifier is worth.
    pub enum Strength {
        /// Shared by docking stations, adapters or images; never enough alone.
        Weak = "weak",
        /// Unique unless a disk was copied.
        Medium = "medium",
        /// Belongs to this hardware or this enrolment.
        Strong = "strong",
    }
}

impl IdentifierKind {
    /// How much this kind is worth.
    pub fn strength(self) -> Strength {
        match self {
            Self::AgentKey | Self::AdSid | Self::SmbiosUuid | Self::Serial => Strength::Strong,
            Self::MachineId | Self::Certificate | Self::SshHostKey => Strength::Medium,
            Self::Mac => Strength::Weak,
        }
    }

    /// Whether a subject has exactly one of it, so that two different values contradict each other.
    fn is_exclusive(self) -> bool {
        matches!(self, Self::AdSid | Self::MachineId | Self::SmbiosUuid | Self::Serial)
    }

    /// Whether a copy of the disk leaves it unchanged; if such a one agrees and hardware contradicts, it is a clone.
    fn is_hardware(self) -> bool {
        matches!(self, Self::SmbiosUuid | Self::Serial)
    }
}

/// Something by which a subject can be recognised.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Identifier {
    /// What it is.
    pub kind: IdentifierKind,
    /// Its value, lower case.
    pub value: String,
    /// How much it is worth.
    pub strength: Strength,
}

impl Identifier {
    /// An identifier; `None` if the value is one that makers leave unfilled, and so says nothing.
    pub fn new(kind: IdentifierKind, value: &str) -> Option<Self> {
        let value = value.trim().to_ascii_lowercase();
        (!is_filler(kind, &value)).then(|| Self { kind, strength: kind.strength(), value })
    }

    /// Visite's own hash of a machine id. machine-id(5) asks never to show the id itself.
    pub fn machine_id(id: &str) -> Option<Self> {
        let id = id.trim();
        if id.len() != 32 || !id.bytes().all(|byte| byte.is_ascii_hexdigit()) || id.bytes().all(|byte| byte == b'0') {
            return None;
        }
        Self::new(IdentifierKind::MachineId, &short_hash(&["visite machine id", id], 32))
    }
}

/// Values that firmware and drivers carry when nobody filled them in.
fn is_filler(kind: IdentifierKind, value: &str) -> bool {
    let plain: String = value.chars().filter(char::is_ascii_alphanumeric).collect();
    let all_same = plain.bytes().all(|byte| Some(byte) == plain.bytes().next());
    match kind {
        _ if plain.is_empty() || all_same => true,
        IdentifierKind::SmbiosUuid => {
            plain.len() != 32
                || plain.starts_with("0300020004000500")
                || plain.starts_with("1234567812345678")
                || plain.starts_with("0001020304050607")
                || plain.starts_with("fefefefefefe")
        }
        IdentifierKind::Serial => {
            plain.len() < 4
                || [
                    "default",
                    "tobefilled",
                    "systemserial",
                    "none",
                    "notspecified",
                    "notapplicable",
                    "serialnumber",
                    "123456789",
                    "0123456789",
                    "oem",
                    "invalid",
                    "unknown",
                ]
                .iter()
                .any(|filler| plain.starts_with(filler))
        }
        IdentifierKind::Mac => plain.len() != 12,
        _ => false,
    }
}

fn short_hash(parts: &[&str], characters: usize) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let mut hex: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    hex.truncate(characters);
    hex
}

/// The id that follows from identifiers alone: the same on every run for the same computer.
///
/// Without any identifier it follows from `name`, which is weak and said so by the caller.
pub fn derived_id(kind: SubjectKind, identifiers: &[Identifier], name: &str) -> SubjectId {
    let strongest = identifiers.iter().min_by_key(|identifier| match kind {
        SubjectKind::Device => (lasting(identifier), identifier.value.as_str()),
        _ => (identifier.kind as u8, identifier.value.as_str()),
    });
    let hash = match strongest {
        Some(identifier) => short_hash(&[kind.word(), identifier.kind.word(), &identifier.value], 12),
        None => short_hash(&[kind.word(), "name", name], 12),
    };
    SubjectId(format!("{}-{hash}", kind.word()))
}

/// In which order the id of a device in the network follows from what it shows: the same has to come out on the next run,
/// also when a service is switched off or not asked then. What the maker gave to the hardware is seen whenever the device
/// is; a host key lasts as long as an installation; a hardware address that software made up may be another after each
/// start; a certificate is renewed.
fn lasting(identifier: &Identifier) -> u8 {
    match identifier.kind {
        IdentifierKind::Mac if !is_assigned_by_software(identifier) => 0,
        IdentifierKind::SshHostKey => 1,
        IdentifierKind::Mac => 2,
        _ => 3,
    }
}

/// A subject that is known already.
#[derive(Clone, Debug)]
pub struct KnownSubject {
    /// Its id.
    pub id: SubjectId,
    /// Everything by which it was recognised so far.
    pub identifiers: Vec<Identifier>,
}

/// What a person decided about two subjects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// They are one; `kept` lives on and stands for `merged`.
    Same {
        /// The id that lives on.
        kept: SubjectId,
        /// The id that is replaced by it.
        merged: SubjectId,
    },
    /// They are two, however alike they look.
    Different(SubjectId, SubjectId),
}

/// Where a snapshot belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// To this subject.
    Known(SubjectId),
    /// To a subject not seen before.
    New(SubjectId),
    /// To a new subject that may be the same as others; a person should look.
    PossibleDuplicate {
        /// The id it gets until then.
        id: SubjectId,
        /// The subjects it may be the same as, sorted.
        of: Vec<SubjectId>,
    },
}

impl Resolution {
    /// The id in any case.
    pub fn id(&self) -> &SubjectId {
        match self {
            Self::Known(id) | Self::New(id) | Self::PossibleDuplicate { id, .. } => id,
        }
    }
}

/// Maps what was seen to a subject.
///
/// One known subject that agrees and does not contradict is that subject. Several, or one that agrees on what a
/// copied disk carries along while the hardware contradicts, give a possible duplicate. So does one of which only
/// such things agree and no network card is the same: an ordinary user cannot read the firmware's ids, and clones
/// would become one. Weak identifiers alone never decide.
pub fn resolve(
    kind: SubjectKind,
    seen: &[Identifier],
    name: &str,
    known: &[KnownSubject],
    decisions: &[Decision],
) -> Resolution {
    let mut matching = Vec::new();
    let mut doubtful = Vec::new();
    for subject in known {
        match compare(seen, &subject.identifiers) {
            Likeness::Same => matching.push(kept(&subject.id, decisions)),
            Likeness::Contradictory => doubtful.push(kept(&subject.id, decisions)),
            Likeness::Unrelated => {}
        }
    }
    for list in [&mut matching, &mut doubtful] {
        list.sort();
        list.dedup();
    }
    if let [only] = matching.as_slice() {
        return Resolution::Known(only.clone());
    }
    let id = fresh_id(kind, seen, name, known);
    doubtful.append(&mut matching);
    doubtful.sort();
    doubtful.dedup();
    doubtful.retain(|other| *other != id && !decided_different(&id, other, decisions));
    if doubtful.is_empty() { Resolution::New(id) } else { Resolution::PossibleDuplicate { id, of: doubtful } }
}

/// The derived id, or one that also counts the hardware if another subject has that already.
fn fresh_id(kind: SubjectKind, seen: &[Identifier], name: &str, known: &[KnownSubject]) -> SubjectId {
    let plain = derived_id(kind, seen, name);
    if known.iter().all(|subject| subject.id != plain) {
        return plain;
    }
    let mut all: Vec<String> =
        seen.iter().map(|identifier| format!("{}={}", identifier.kind, identifier.value)).collect();
    all.sort();
    SubjectId(format!("{}-{}", kind.word(), short_hash(&[kind.word(), "all", &all.join(" ")], 12)))
}

enum Likeness {
    Same,
    Contradictory,
    Unrelated,
}

fn compare(seen: &[Identifier], known: &[Identifier]) -> Likeness {
    let mut agrees = false;
    let mut hardware_agrees = false;
    let mut hardware_contradicts = false;
    let mut cards_contradict = false;
    for kind in seen.iter().map(|identifier| identifier.kind) {
        let mine =
            || seen.iter().filter(move |identifier| identifier.kind == kind && !is_assigned_by_software(identifier));
        let theirs =
            || known.iter().filter(move |identifier| identifier.kind == kind && !is_assigned_by_software(identifier));
        if mine().next().is_none() || theirs().next().is_none() {
            continue;
        }
        let overlap = theirs().any(|other| mine().any(|own| own.value == other.value));
        agrees |= overlap && kind.strength() >= Strength::Medium;
        hardware_agrees |= overlap && (kind.is_hardware() || kind == IdentifierKind::Mac);
        hardware_contradicts |= !overlap && kind.is_exclusive() && kind.is_hardware();
        cards_contradict |= !overlap && kind == IdentifierKind::Mac;
    }
    match (agrees, hardware_contradicts || cards_contradict && !hardware_agrees) {
        (true, false) => Likeness::Same,
        (true, true) => Likeness::Contradictory,
        (false, _) => Likeness::Unrelated,
    }
}

/// Whether a hardware address was made up by software, as phones and laptops do for every wireless network: its bit
/// "locally administered" is set (IEEE 802, clause 8.4). Such an address changes and contradicts nothing.
fn is_assigned_by_software(identifier: &Identifier) -> bool {
    let first_octet = identifier.value.get(..2).and_then(|octet| u8::from_str_radix(octet, 16).ok());
    identifier.kind == IdentifierKind::Mac && first_octet.is_some_and(|octet| octet & 0b10 != 0)
}

fn kept(id: &SubjectId, decisions: &[Decision]) -> SubjectId {
    let mut current = id;
    // Bounded: a chain of merges is at most as long as the list of decisions.
    for _ in 0..decisions.len() {
        let next = decisions.iter().find_map(|decision| match decision {
            Decision::Same { kept, merged } if merged == current => Some(kept),
            _ => None,
        });
        match next {
            Some(next) => current = next,
            None => break,
        }
    }
    current.clone()
}

fn decided_different(a: &SubjectId, b: &SubjectId, decisions: &[Decision]) -> bool {
    decisions
        .iter()
        .any(|decision| matches!(decision, Decision::Different(x, y) if (x == a && y == b) || (x == b && y == a)))
}
