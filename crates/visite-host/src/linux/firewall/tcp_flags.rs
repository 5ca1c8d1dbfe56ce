//! Flags of TCP as rules ask for them, asked of the first packet of a connection.
//!
//! That packet carries SYN alone, or SYN with ECE and CWR when it negotiates congestion notices (RFC 3168, 6.1.1).

use super::ruleset::Condition;

const SYN: u8 = 0x02;
const SYN_WITH_ECN: u8 = 0xc2;

/// The bit of a flag by its name in nft and iptables (any case); `none` is 0, `all` are the six classic ones.
pub fn bit(name: &str) -> Option<u8> {
    Some(match name.to_ascii_lowercase().as_str() {
        "none" => 0,
        "fin" => 0x01,
        "syn" => SYN,
        "rst" => 0x04,
        "psh" => 0x08,
        "ack" => 0x10,
        "urg" => 0x20,
        "ecn" | "ece" => 0x40,
        "cwr" => 0x80,
        "all" => 0x3f,
        _ => return None,
    })
}

/// The flags under `mask` are exactly `wanted`.
pub fn equal(mask: u8, wanted: u8) -> Condition {
    condition(|flags| flags & mask == wanted)
}

/// One of the flags is set.
pub fn any_set(bits: u8) -> Condition {
    condition(|flags| flags & bits != 0)
}

fn condition(holds: impl Fn(u8) -> bool) -> Condition {
    match (holds(SYN), holds(SYN_WITH_ECN)) {
        (true, true) => Condition::Always,
        (false, false) => Condition::Never,
        _ => Condition::Sometimes,
    }
}

#[cfg(test)]
mod tests {
    use super::{Condition, any_set, bit, equal};

    #[test]
    fn the_first_packet_has_syn_only() {
        let bits = |names: &[&str]| names.iter().map(|name| bit(name).expect("a flag")).fold(0, |a, b| a | b);
        assert_eq!(equal(bits(&["FIN", "SYN", "RST", "ACK"]), bits(&["SYN"])), Condition::Always);
        assert_eq!(equal(0xff, bits(&["syn"])), Condition::Sometimes);
        assert_eq!(equal(bits(&["ALL"]), bits(&["NONE"])), Condition::Never);
        assert_eq!(any_set(bits(&["syn", "ack"])), Condition::Always);
        assert_eq!(any_set(bits(&["ack"])), Condition::Never);
        assert_eq!(bit("sin"), None);
    }
}
