//! The content of a snapshot apart from its time: what is hashed, sent once and kept once.
//!
//! It is a facts file with one snapshot whose time is the beginning of 1970, so that everything that reads facts files reads
//! it, and the same content always has the same hash. When it was seen stands beside it, in the delivery.

use super::MAX_BODY_BYTES;
use jiff::Timestamp;
use visite_facts::snapshot::FactsError;
use visite_facts::{FactsFile, FactsProblem, Snapshot};

/// Why a content means nothing.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    /// It is larger than any real one.
    #[error("larger than {MAX_BODY_BYTES} bytes")]
    TooLarge,
    /// It is no facts file.
    #[error(transparent)]
    Facts(#[from] FactsError),
    /// It holds none or several snapshots.
    #[error("not exactly one snapshot")]
    NotOne,
}

/// The content of a snapshot as text. Its SHA-256 is the snapshot's hash.
pub fn content_of(snapshot: &Snapshot) -> String {
    let timeless = Snapshot { observed_at: Timestamp::UNIX_EPOCH, received_at: None, ..snapshot.clone() };
    compact(&FactsFile { snapshots: vec![timeless] }.to_json())
}

/// Leaves out the white space between the parts of a JSON text.
fn compact(json: &str) -> String {
    let (mut inside, mut escaped) = (false, false);
    let keep = |character: &char| {
        let kept = inside || !character.is_ascii_whitespace();
        inside ^= *character == '"' && !escaped;
        escaped = inside && *character == '\\' && !escaped;
        kept
    };
    json.chars().filter(keep).collect()
}

/// Reads a content back, with the time at which it was seen and the one at which a server received it. What the schema does
/// not know was dropped and is listed.
pub fn parse_body(
    text: &str,
    observed_at: Timestamp,
    received_at: Option<Timestamp>,
) -> Result<(Snapshot, Vec<FactsProblem>), BodyError> {
    if text.len() > MAX_BODY_BYTES {
        return Err(BodyError::TooLarge);
    }
    let (file, problems) = FactsFile::from_json(text.as_bytes())?;
    let [snapshot] = <[Snapshot; 1]>::try_from(file.snapshots).map_err(|_| BodyError::NotOne)?;
    Ok((Snapshot { observed_at, received_at, ..snapshot }, problems))
}

#[cfg(test)]
mod tests {
    use super::*;
    use visite_facts::{Subject, SubjectKind};

    fn snapshot(name: &str, second: i64) -> Snapshot {
        Snapshot {
            collector: "linux.os".to_owned(),
            observed_at: Timestamp::constant(second, 0),
            received_at: None,
            subject: Subject {
                id: visite_facts::identity::derived_id(SubjectKind::Host, &[], name),
                kind: SubjectKind::Host,
                name: name.to_owned(),
            },
            identifiers: Vec::new(),
            facts: Default::default(),
            problems: Vec::new(),
        }
    }

    #[test]
    fn the_content_is_the_same_at_any_time_and_another_for_another_computer() {
        let text = content_of(&snapshot("empfang \"1\" \\", 1_000));
        assert_eq!(text, content_of(&snapshot("empfang \"1\" \\", 2_000)));
        assert_ne!(text, content_of(&snapshot("empfang  \"1\" \\", 1_000)));
        assert!(!text.contains('\n') && text.contains(r#""name":"empfang \"1\" \\"}"#), "{text}");
        let (read, problems) = parse_body(&text, Timestamp::constant(3_000, 0), None).expect("our own");
        assert_eq!((read, problems), (snapshot("empfang \"1\" \\", 3_000), Vec::new()));
    }

    #[test]
    fn what_is_no_content_is_refused() {
        let at = Timestamp::UNIX_EPOCH;
        let none = r#"{"schema":"visite.facts/1","snapshots":[]}"#;
        assert!(matches!(parse_body(none, at, None), Err(BodyError::NotOne)));
        assert!(matches!(parse_body("{}", at, None), Err(BodyError::Facts(_))));
        assert!(matches!(parse_body(&" ".repeat(MAX_BODY_BYTES + 1), at, None), Err(BodyError::TooLarge)));
    }
}
