//! Who an agent is: the ids of its practice and of itself, as they stand in its certificate.

use std::fmt;
use std::str::FromStr;

/// The id of a practice or of an agent: 1 to 40 characters of `a-z`, `0-9`, `-` and `_`.
///
/// So narrow that an id is the same in an URL, a file name, a certificate and a log, and that none can be taken for two.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(String);

impl Id {
    const MAX: usize = 40;

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Id {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let permitted = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_';
        let fits = (1..=Self::MAX).contains(&text.len()) && text.bytes().all(permitted);
        if fits { Ok(Self(text.to_owned())) } else { Err(()) }
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An agent of a practice; written `agent:<practice>/<agent>` as the common name of its certificate.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AgentName {
    /// The practice to which it belongs.
    pub practice: Id,
    /// The agent within the practice.
    pub agent: Id,
}

impl fmt::Display for AgentName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "agent:{}/{}", self.practice, self.agent)
    }
}

/// Reads a common name; only what [`AgentName`] would write itself is one.
pub fn parse_agent_name(common_name: &str) -> Option<AgentName> {
    let (practice, agent) = common_name.strip_prefix("agent:")?.split_once('/')?;
    Some(AgentName { practice: practice.parse().ok()?, agent: agent.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_common_name_is_read_strictly() {
        let name = parse_agent_name("agent:praxis-1/empfang_2").expect("a name");
        assert_eq!((name.practice.as_str(), name.agent.as_str()), ("praxis-1", "empfang_2"));
        assert_eq!(name.to_string(), "agent:praxis-1/empfang_2");
        let long = "a".repeat(41);
        for wrong in [
            "",
            "agent:",
            "agent:/",
            "agent:a/",
            "agent:/b",
            "agent:a/b/c",
            "agent:a",
            "Agent:a/b",
            "agent:A/b",
            " agent:a/b",
            "agent:a/b ",
            "agent:a/b\0",
            "agent:a/../b",
            "agent:ä/b",
            "agent:a b/c",
            "server:a/b",
            &format!("agent:{long}/b"),
        ] {
            assert_eq!(parse_agent_name(wrong), None, "{wrong:?}");
        }
    }
}
