//! `/etc/group`, group(5).
//!
//! For the collector of accounts and groups. Group passwords (gshadow(5)) are not looked at.

use super::lines::{Lines, is_name, parse_lines};

/// One group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupEntry {
    /// Name.
    pub name: String,
    /// Numeric group id.
    pub gid: u32,
    /// Login names of the members that are listed; those whose primary group it is are usually not among them.
    pub members: Vec<String>,
}

/// Reads `/etc/group`. Like glibc it does without the list of members.
pub fn parse_group(text: &str) -> Lines<GroupEntry> {
    parse_lines(text, |line| {
        let mut fields = line.splitn(4, ':');
        let name = fields.next().filter(|name| is_name(name))?;
        let gid = fields.nth(1)?.parse().ok()?;
        let members = fields.next().unwrap_or_default().split(',').map(str::trim);
        let members = members.filter(|member| is_name(member)).map(str::to_owned).collect();
        Some(GroupEntry { name: name.to_owned(), gid, members })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn members_and_broken_lines() {
        let lines = parse_group("sudo:x:27:anna,bert\nanna:x:1000:\nshort:x:5\nbad:x\nworse:x:many:\n");
        let groups: Vec<_> = lines.entries.iter().map(|group| (group.name.as_str(), group.members.len())).collect();
        assert_eq!(groups, [("sudo", 2), ("anna", 0), ("short", 0)]);
        assert_eq!(lines.malformed, [4, 5]);
    }

    proptest! {
        #[test]
        fn never_panics(text in "(?s).{0,400}", line in "[a-z:0-9,]{0,80}") {
            parse_group(&text);
            parse_group(&line);
        }
    }
}
