//! Defaults of GSettings keys: schema files and the overrides of the distribution or the administrator.
//!
//! For the desktops whose settings are in dconf. Types, ranges and enumerations of a schema are deliberately not
//! read, because the keys of a screen lock and their types are known.

use super::gvdb::Scalar;
use super::keyfile::parse_key_file;
use super::seat::Seat;
use super::setting::Origin;
use super::xml::document;
use visite_facts::UnknownReason;

/// Where the schemas of packages are installed.
const DIR: &str = "/usr/share/glib-2.0/schemas";

/// The overrides of a computer, in the order in which glib-compile-schemas reads them.
#[derive(Debug)]
pub struct Schemas {
    overrides: Result<Vec<Override>, UnknownReason>,
}

/// One assignment of an override file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    /// Schema id.
    pub schema: String,
    /// The desktop it is for; `None` for all.
    pub desktop: Option<String>,
    /// Key.
    pub key: String,
    /// Value in the text format of GVariant.
    pub value: String,
}

impl Schemas {
    /// Reads the override files, by name; a later one wins.
    pub fn read(seat: &Seat<'_>) -> Self {
        let names = seat.machine.list(DIR).unwrap_or_default();
        let mut overrides = Ok(Vec::new());
        for name in names.iter().filter(|name| name.ends_with(".gschema.override")) {
            match (seat.system_file(&format!("{DIR}/{name}")), &mut overrides) {
                (Ok(text), Ok(overrides)) => overrides.extend(parse_override(&text.unwrap_or_default())),
                (Err(reason), _) => overrides = Err(reason),
                (Ok(_), Err(_)) => {}
            }
        }
        Self { overrides }
    }

    /// The default of a key in the person's session, and whether somebody has changed it on this computer.
    ///
    /// `None` if the schema is not installed or does not have the key.
    pub fn default(&self, seat: &Seat<'_>, schema: &str, key: &str) -> Result<Option<(Scalar, Origin)>, UnknownReason> {
        let overrides = self.overrides.as_ref().map_err(|reason| *reason)?;
        let of_key = |desktop: Option<&str>| {
            let mut matching = overrides.iter().filter(|one| one.schema == schema && one.key == key);
            matching.rfind(|one| one.desktop.as_deref() == desktop).map(|one| &one.value)
        };
        let names = seat.session.desktop_names.iter().map(|name| Some(name.as_str()));
        if let Some(text) = names.chain([None]).find_map(of_key) {
            let value =
                parse_gvariant_text(text).ok_or_else(|| seat.note_malformed(DIR, "an override has no value"))?;
            return Ok(Some((value, Origin::System)));
        }
        let path = format!("{DIR}/{schema}.gschema.xml");
        let Some(text) = seat.system_file(&path)? else { return Ok(None) };
        match parse_schema_default(&text, schema, key) {
            Ok(value) => Ok(value.map(|value| (value, Origin::Default))),
            Err(reason) => Err(seat.note_malformed(&path, reason)),
        }
    }
}

/// Reads an override file: `[schema]` or `[schema:desktop]`, then `key=value` (glib-compile-schemas(1)).
pub fn parse_override(text: &str) -> Vec<Override> {
    parse_key_file(text)
        .into_iter()
        .map(|entry| {
            let (schema, desktop) = match entry.group.split_once(':') {
                None => (entry.group.clone(), None),
                Some((schema, desktop)) => (schema.to_owned(), Some(desktop.to_owned())),
            };
            Override { schema, desktop, key: entry.key, value: entry.value }
        })
        .collect()
}

/// The default of `key` in the schema file `text`; an error says what is wrong with the file.
pub fn parse_schema_default(text: &str, schema: &str, key: &str) -> Result<Option<Scalar>, &'static str> {
    let document = document(text)?;
    let default = document
        .descendants()
        .find(|node| node.has_tag_name("schema") && node.attribute("id") == Some(schema))
        .and_then(|node| node.children().find(|node| node.has_tag_name("key") && node.attribute("name") == Some(key)))
        .and_then(|node| node.children().find(|node| node.has_tag_name("default")));
    match default {
        None => Ok(None),
        Some(node) => parse_gvariant_text(node.text().unwrap_or_default()).map(Some).ok_or("a default has no value"),
    }
}

/// Reads a boolean, a whole number or a text in the text format of GVariant; other values are [`Scalar::Other`].
pub fn parse_gvariant_text(text: &str) -> Option<Scalar> {
    let text = text.trim();
    let number =
        text.split_once(' ').filter(|(kind, _)| is_number_type(kind)).map_or(text, |(_, number)| number.trim());
    if text.is_empty() {
        return None;
    }
    if let Ok(number) = number.parse::<u64>() {
        return Some(Scalar::Unsigned(number));
    }
    if let Ok(number) = number.parse::<i64>() {
        return Some(Scalar::Signed(number));
    }
    let quoted = |quote: char| text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    Some(match text {
        "true" => Scalar::Boolean(true),
        "false" => Scalar::Boolean(false),
        _ => quoted('\'').or_else(|| quoted('"')).map_or(Scalar::Other, |text| Scalar::Text(text.to_owned())),
    })
}

fn is_number_type(word: &str) -> bool {
    matches!(
        word,
        "byte" | "int16" | "uint16" | "int32" | "uint32" | "int64" | "uint64" | "@i" | "@u" | "@n" | "@q" | "@x" | "@t"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const GNOME_SESSION: &str = include_str!("../../../tests/data/screen_lock/org.gnome.desktop.session.gschema.xml");

    #[test]
    fn defaults_are_read_from_the_schema_of_the_package() {
        let default = |key| parse_schema_default(GNOME_SESSION, "org.gnome.desktop.session", key);
        assert_eq!(default("idle-delay"), Ok(Some(Scalar::Unsigned(300))));
        assert_eq!(default("session-name"), Ok(Some(Scalar::Text("gnome".to_owned()))));
        assert_eq!(default("nothing"), Ok(None));
        assert!(parse_schema_default("<schemalist>", "a", "b").is_err());
    }

    #[test]
    fn overrides_may_be_for_one_desktop() {
        let overrides = parse_override("[org.gnome.desktop.session:ubuntu]\nidle-delay = uint32 600\n");
        assert_eq!(overrides[0].desktop.as_deref(), Some("ubuntu"));
        assert_eq!(parse_gvariant_text(&overrides[0].value), Some(Scalar::Unsigned(600)));
    }

    #[test]
    fn values_are_told_apart() {
        assert_eq!(parse_gvariant_text("-5"), Some(Scalar::Signed(-5)));
        assert_eq!(parse_gvariant_text("false"), Some(Scalar::Boolean(false)));
        assert_eq!(parse_gvariant_text("['a']"), Some(Scalar::Other));
        assert_eq!(parse_gvariant_text(" "), None);
    }

    #[test]
    fn deep_nesting_ends() {
        let deep = "<a>".repeat(30_000);
        assert!(parse_schema_default(&deep, "a", "b").is_err());
        let closed = format!("{}{}", "<a>".repeat(30_000), "</a>".repeat(30_000));
        assert!(parse_schema_default(&closed, "a", "b").is_ok_and(|value| value.is_none()));
    }

    proptest! {
        #[test]
        fn no_text_makes_them_panic(text: String) {
            parse_override(&text);
            parse_gvariant_text(&text);
            let _ = parse_schema_default(&text, "a", "b");
            let _ = parse_schema_default(&format!("<schemalist><schema id='a'>{text}"), "a", "b");
        }
    }
}
