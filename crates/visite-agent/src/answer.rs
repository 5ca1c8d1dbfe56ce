//! What an answer of the server means for what is kept: a pure function, so that every odd answer has its test.

use crate::protocol::{DeliveryAnswer, Hash};
use std::collections::BTreeSet;

/// What was sent.
#[derive(Clone, Debug)]
pub struct Sent {
    /// Under which epoch.
    pub epoch: u64,
    /// Number of the delivery.
    pub sequence: u64,
    /// Highest number that this agent has given.
    pub highest: u64,
    /// The contents it spoke of.
    pub hashes: BTreeSet<Hash>,
}

/// What follows from an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// The server has the delivery.
    Acknowledged,
    /// The server has it once these contents have come.
    Missing(BTreeSet<Hash>),
    /// The server was restored from a copy and has deliveries up to this number.
    Restored {
        /// Its new epoch.
        epoch: u64,
        /// The number.
        after: u64,
    },
    /// The server has counted numbers that this agent does not remember: its spool was lost. The next free number.
    Renumber(u64),
    /// The server's epoch is lower than before: it was set back without saying so, and what it says does not count.
    SetBack,
    /// It neither takes the delivery nor says why.
    Nothing,
}

/// Judges an answer. Nothing but a number within what was sent, under the epoch it was sent in, acknowledges a delivery.
pub fn meaning(sent: &Sent, answer: &DeliveryAnswer) -> Meaning {
    if answer.epoch > sent.epoch {
        return Meaning::Restored { epoch: answer.epoch, after: answer.acknowledged };
    }
    if answer.epoch < sent.epoch {
        return Meaning::SetBack;
    }
    if answer.acknowledged > sent.highest {
        return Meaning::Renumber(answer.acknowledged + 1);
    }
    if answer.acknowledged >= sent.sequence {
        return Meaning::Acknowledged;
    }
    let missing: BTreeSet<Hash> = answer.missing.iter().filter(|hash| sent.hashes.contains(hash)).copied().collect();
    if missing.is_empty() { Meaning::Nothing } else { Meaning::Missing(missing) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Schedule;

    fn meant(acknowledged: u64, epoch: u64, missing: &[&str]) -> Meaning {
        let hash = |text: &&str| Hash::of(text.as_bytes());
        let hashes = [hash(&"a"), hash(&"b")].into();
        let sent = Sent { epoch: 5, sequence: 40, highest: 42, hashes };
        let missing = missing.iter().map(hash).collect();
        let answer =
            DeliveryAnswer { acknowledged, epoch, schedule: Schedule::default(), requests: Vec::new(), missing };
        meaning(&sent, &answer)
    }

    #[test]
    fn only_an_answer_to_what_was_sent_acknowledges_it() {
        assert_eq!(meant(40, 5, &[]), Meaning::Acknowledged);
        assert_eq!(meant(42, 5, &[]), Meaning::Acknowledged, "a repeated one");
        assert_eq!(meant(39, 5, &[]), Meaning::Nothing, "an answer to an earlier one");
        assert_eq!(meant(0, 5, &[]), Meaning::Nothing);
        assert_eq!(meant(43, 5, &[]), Meaning::Renumber(44), "numbers that were never given");
        assert_eq!(meant(40, 4, &[]), Meaning::SetBack);
        assert_eq!(meant(43, 4, &["a"]), Meaning::SetBack);
        assert_eq!(meant(12, 6, &["a"]), Meaning::Restored { epoch: 6, after: 12 });
        assert_eq!(meant(39, 5, &["a", "stranger"]), Meaning::Missing([Hash::of(b"a")].into()));
        assert_eq!(meant(39, 5, &["stranger"]), Meaning::Nothing, "a content that was never spoken of");
    }
}
