//! Channels of Xfconf, where Xfce keeps its settings: one XML file of the person over those of the system.
//!
//! For the lockers of Xfce. A property locked in a system file hides the person's value, and a locked channel hides
//! them all; a lock on a parent does not reach its children, and `*` names nobody (both tried with Xfconf 4.18).
//! Properties of a session that are not written to disk are deliberately absent.

use super::people::Person;
use super::seat::Seat;
use super::setting::{Origin, Setting};
use super::xml::document;
use visite_facts::UnknownReason;
use visite_facts::value::{Known, Unknown};

/// System directories from the least to the most important.
const SYSTEM_DIRS: &[&str] = &["/usr/etc/xdg", "/etc/xdg", "/etc/xdg/xdg-xfce", "/etc/xdg/xdg-xubuntu"];
/// Most levels of properties in properties.
const MAX_DEPTH: usize = 32;
/// Longest path of a property, in bytes; it is repeated with each property below it.
const MAX_PATH: usize = 512;

/// A channel as it stands in one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Channel {
    /// Who may not change anything in it.
    pub lock: LockList,
    /// Its properties with a value.
    pub properties: Vec<Property>,
}

/// A property as it stands in one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Property {
    /// Full path, e.g. `/lock/enabled`.
    pub path: String,
    /// Its value as text.
    pub value: String,
    /// Who may not change it.
    pub lock: LockList,
}

/// The attributes `locked` and `unlocked`: names of accounts, and of groups after `@`, separated by `;`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LockList {
    /// For these it is locked.
    pub locked: String,
    /// For all but these it is locked; counts before the other.
    pub unlocked: String,
}

impl LockList {
    fn applies_to(&self, person: &Person) -> bool {
        let listed = |list: &str| {
            list.split(';').any(|entry| match entry.strip_prefix('@') {
                Some(group) => person.groups.iter().any(|own| own == group),
                None => entry == person.name,
            })
        };
        if self.unlocked.is_empty() { listed(&self.locked) } else { !listed(&self.unlocked) }
    }
}

/// The files of one channel for one person.
#[derive(Debug)]
pub struct Channels {
    system: Vec<Result<Channel, UnknownReason>>,
    user: Result<Channel, UnknownReason>,
    person: Person,
}

impl Channels {
    /// Reads the channel `name`.
    pub fn read(seat: &Seat<'_>, name: &str) -> Self {
        let below = format!("xfce4/xfconf/xfce-perchannel-xml/{name}.xml");
        let parsed = |source: &str, text: Option<String>| match text {
            None => Ok(Channel::default()),
            Some(text) => parse_channel(&text).map_err(|what| seat.note_malformed(source, what)),
        };
        let system = SYSTEM_DIRS
            .iter()
            .map(|dir| format!("{dir}/{below}"))
            .map(|path| seat.system_file(&path).and_then(|text| parsed(&path, text)))
            .collect();
        let own = format!(".config/{below}");
        let user = seat.home_file(&own).and_then(|text| parsed(&format!("~/{own}"), text));
        Self { system, user, person: seat.person.clone() }
    }

    /// A property, with the default of the program.
    pub fn setting<T>(&self, path: &str, default: T, parse: impl Fn(&str) -> Option<T>) -> Setting<T> {
        let mut preset = Setting::known(default, Origin::Default);
        let mut locked = false;
        for file in &self.system {
            let channel = match file {
                Ok(channel) => channel,
                // It might lock the property.
                Err(reason) => return Setting { locked: Unknown(*reason), ..Setting::unread(*reason) },
            };
            locked |= channel.lock.applies_to(&self.person);
            if let Some(property) = channel.find(path) {
                preset = setting(property, Origin::System, &parse);
                locked |= property.lock.applies_to(&self.person);
            }
        }
        if locked {
            return Setting { origin: Known(Origin::Policy), locked: Known(true), ..preset };
        }
        match &self.user {
            Ok(channel) => channel.find(path).map_or(preset, |property| setting(property, Origin::User, &parse)),
            Err(reason) => Setting::unread(*reason),
        }
    }

    /// A property that is true or false.
    pub fn boolean(&self, path: &str, default: bool) -> Setting<bool> {
        self.setting(path, default, |text| match text {
            "true" | "TRUE" => Some(true),
            "false" | "FALSE" => Some(false),
            _ => None,
        })
    }

    /// A property that is a whole number.
    pub fn number(&self, path: &str, default: i64) -> Setting<i64> {
        self.setting(path, default, |text| text.trim().parse().ok())
    }
}

impl Channel {
    fn find(&self, path: &str) -> Option<&Property> {
        self.properties.iter().rev().find(|property| property.path == path)
    }
}

fn setting<T>(property: &Property, origin: Origin, parse: impl Fn(&str) -> Option<T>) -> Setting<T> {
    let value = parse(&property.value).ok_or(UnknownReason::Malformed);
    Setting { value: value.into(), origin: Known(origin), locked: Known(false) }
}

/// Reads a channel file; an error says what is wrong with it.
pub fn parse_channel(text: &str) -> Result<Channel, &'static str> {
    let document = document(text)?;
    let root = document.root_element();
    if !root.has_tag_name("channel") {
        return Err("no Xfconf channel");
    }
    let mut channel = Channel { lock: lock_list(root), properties: Vec::new() };
    // Pairs of a node and the path of its parent; a list instead of recursion, so that depth costs no stack.
    let mut pending: Vec<(roxmltree::Node<'_, '_>, String, usize)> =
        root.children().map(|child| (child, String::new(), 0)).collect();
    pending.reverse();
    while let Some((node, parent, depth)) = pending.pop() {
        let Some(name) = node.attribute("name").filter(|_| node.has_tag_name("property")) else { continue };
        if depth >= MAX_DEPTH {
            return Err("properties are nested too deeply");
        }
        if parent.len() + name.len() >= MAX_PATH {
            return Err("a property has a longer name than any real one");
        }
        let path = format!("{parent}/{name}");
        if let Some(value) = node.attribute("value").filter(|_| node.attribute("type") != Some("empty")) {
            channel.properties.push(Property { path: path.clone(), value: value.to_owned(), lock: lock_list(node) });
        }
        pending.extend(
            node.children().rev().filter(|child| child.is_element()).map(|child| (child, path.clone(), depth + 1)),
        );
    }
    Ok(channel)
}

fn lock_list(node: roxmltree::Node<'_, '_>) -> LockList {
    let list = |name| node.attribute(name).unwrap_or_default().to_owned();
    LockList { locked: list("locked"), unlocked: list("unlocked") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SYSTEM: &str = include_str!("../../../tests/data/screen_lock/xfconf-system.xml");
    const USER: &str = include_str!("../../../tests/data/screen_lock/xfconf-user.xml");

    fn number(system: &str, user: &str, path: &str) -> Setting<i64> {
        let parsed = |text| parse_channel(text).map_err(|_| UnknownReason::Malformed);
        let person = Person {
            name: "anna".to_owned(),
            uid: 1000,
            home: "/home/anna".to_owned(),
            groups: vec!["praxis".to_owned()],
        };
        Channels { system: vec![parsed(system)], user: parsed(user), person }.number(path, 0)
    }

    #[test]
    fn locks_hide_the_value_of_the_person_they_name() {
        let value = |path| number(SYSTEM, USER, path);
        assert_eq!(value("/for-anna"), Setting::known(1, Origin::Policy));
        assert_eq!(value("/for-group"), Setting::known(1, Origin::Policy));
        assert_eq!(value("/for-all-but-root"), Setting::known(1, Origin::Policy));
        assert_eq!(value("/for-root"), Setting::known(2, Origin::User));
        assert_eq!(value("/star"), Setting::known(2, Origin::User));
        assert_eq!(value("/parent/child"), Setting::known(2, Origin::User));
        assert_eq!(value("/system-only"), Setting::known(1, Origin::System));
        assert_eq!(value("/nowhere"), Setting::known(0, Origin::Default));
    }

    #[test]
    fn a_locked_channel_hides_everything_of_the_person() {
        let system = SYSTEM.replace("version=\"1.0\">", "version=\"1.0\" locked=\"anna\">");
        assert_eq!(number(&system, USER, "/plain"), Setting::known(1, Origin::Policy));
    }

    #[test]
    fn a_file_that_is_no_channel_is_malformed() {
        assert_eq!(number(SYSTEM, "<html/>", "/plain").value, Unknown(UnknownReason::Malformed));
        assert_eq!(number(SYSTEM, "", "/for-anna"), Setting::known(1, Origin::Policy));
    }

    #[test]
    fn deep_nesting_is_refused() {
        let deep = format!(
            "<channel name='a'>{}{}</channel>",
            "<property name='p'>".repeat(5_000),
            "</property>".repeat(5_000)
        );
        assert_eq!(parse_channel(&deep), Err("properties are nested too deeply"));
    }

    #[test]
    fn a_long_name_is_not_repeated_with_every_property_below_it() {
        let below = "<property name='a' value='1'/>".repeat(1000);
        let long = format!("<channel name='a'><property name='{}'>{below}</property></channel>", "x".repeat(10_000));
        assert_eq!(parse_channel(&long), Err("a property has a longer name than any real one"));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text: String) {
            let _ = parse_channel(&text);
            let _ = parse_channel(&format!("<channel name='a'>{text}"));
        }
    }
}
