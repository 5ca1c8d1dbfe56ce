//! Texts with a form: ids, days, addresses, networks, services, hours, time zones; one function each that takes them apart.
//!
//! For the types that hold them and for [`crate::shape`], which calls the same functions by the name that stands under
//! `format` in the JSON Schema. Every function is pure and total. Deliberately absent: guessing what was meant.

use crate::calendar::Hours;
use crate::network::{Address, Network, Service};
use crate::time::TimeZoneName;
use crate::wording::{printable, write_instead};
use jiff::civil::Date;
use std::str::FromStr;
use visite_facts::Text;

/// Why a text has not the form it should have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// What is wrong, with the offending text.
    pub message: Text,
    /// What to write instead.
    pub hint: Option<Text>,
}

impl std::error::Error for Complaint {}

impl Complaint {
    pub(crate) fn new(message: Text, hint: Text) -> Self {
        Self { message, hint: Some(hint) }
    }
}

impl std::fmt::Display for Complaint {
    /// The English text.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message.en)?;
        self.hint.iter().try_for_each(|hint| write!(f, " ({})", hint.en))
    }
}

/// Whether `text` has the form called `format`; `None` if there is no form of that name.
pub(crate) fn check(format: &str, text: &str) -> Option<Result<(), Complaint>> {
    let result = match format {
        "date" => parse_date(text).map(drop),
        "id" => parse_id(text).map(drop),
        "address" => Address::from_str(text).map(drop),
        "network" => Network::from_str(text).map(drop),
        "service" => Service::from_str(text).map(drop),
        "hours" => Hours::from_str(text).map(drop),
        "time-zone" => TimeZoneName::from_str(text).map(drop),
        _ => return None,
    };
    Some(result)
}

/// Longest id, in characters.
const MAX_ID_CHARACTERS: usize = 64;

/// An id: lower-case letters, digits and single hyphens between them.
pub(crate) fn parse_id(text: &str) -> Result<String, Complaint> {
    let part_is_good =
        |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    if text.len() <= MAX_ID_CHARACTERS && text.split('-').all(part_is_good) {
        return Ok(text.to_owned());
    }
    let shown = printable(text);
    Err(Complaint::new(
        Text::new(format!("`{shown}` ist keine Kennung"), format!("`{shown}` is not an id")),
        Text::new(
            "Eine Kennung besteht aus Kleinbuchstaben a-z, Ziffern und einzelnen Bindestrichen, zum Beispiel \
             `pc-empfang-1`, höchstens 64 Zeichen.",
            "an id has lower-case letters a-z, digits and single hyphens, e.g. `pc-empfang-1`, at most 64 characters",
        ),
    ))
}

/// A day: `2026-12-31`. The German `31.12.2026` is refused, with the right spelling as hint.
pub(crate) fn parse_date(text: &str) -> Result<Date, Complaint> {
    let shape_is_right = text.len() == 10
        && text
            .bytes()
            .enumerate()
            .all(|(at, byte)| if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() });
    if shape_is_right && let Ok(date) = text.parse::<Date>() {
        return Ok(date);
    }
    let shown = printable(text);
    let message =
        Text::new(format!("`{shown}` ist hier kein gültiges Datum"), format!("`{shown}` is not a day of the calendar"));
    let hint = german_date(text).map_or(
        Text::new(
            "Schreiben Sie Jahr-Monat-Tag, zum Beispiel `2026-12-31`.",
            "write year-month-day, e.g. `2026-12-31`",
        ),
        |date| write_instead(&date.to_string()),
    );
    Err(Complaint::new(message, hint))
}

fn german_date(text: &str) -> Option<Date> {
    let mut parts = text.split('.').map(|part| part.trim().parse::<i16>().ok());
    let (day, month, year) = (parts.next()??, parts.next()??, parts.next()??);
    let date = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    (parts.next().is_none() && (1000..=9999).contains(&year)).then_some(date)
}

/// Gives a type that is parsed from text its serde and its JSON Schema; the type has `FromStr` and `Display`.
macro_rules! text_form {
    ($type:ty, $name:literal, $format:literal, $description:literal) => {
        impl TryFrom<String> for $type {
            type Error = $crate::formats::Complaint;
            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse()
            }
        }
        impl From<$type> for String {
            fn from(value: $type) -> String {
                value.to_string()
            }
        }
        impl schemars::JsonSchema for $type {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                $name.into()
            }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "format": $format, "description": $description })
            }
        }
    };
}
pub(crate) use text_form;

/// The JSON Schema of a day, for fields of the type [`Date`].
pub(crate) struct DateText;

impl schemars::JsonSchema for DateText {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Date".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "date" })
    }
}

/// The JSON Schema of a free text, for fields of the type `String`.
pub(crate) struct FreeText;

impl schemars::JsonSchema for FreeText {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "FreeText".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "minLength": 1, "maxLength": 2000 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hint(text: &str) -> String {
        parse_date(text).expect_err("not a day").hint.expect("a hint").en
    }

    #[test]
    fn days_are_written_in_one_way() {
        assert_eq!(parse_date("2028-02-29").expect("a leap day").to_string(), "2028-02-29");
        for wrong in
            ["2026-02-29", "2026-13-01", "26-12-31", "2026-1-1", "20261231", "+002026-12-31", "2026-12-31T10:00", ""]
        {
            assert!(parse_date(wrong).is_err(), "{wrong}");
        }
        assert_eq!(hint("31.12.2026"), "write `2026-12-31`");
        assert_eq!(hint("1. 2. 2026"), "write `2026-02-01`");
        assert_eq!(hint("31.2.2026"), "write year-month-day, e.g. `2026-12-31`");
        assert_eq!(hint("31.12.26"), "write year-month-day, e.g. `2026-12-31`");
    }

    #[test]
    fn ids_are_kebab_case() {
        for right in ["a", "pc-1", "0", &"x".repeat(64)] {
            assert!(parse_id(right).is_ok(), "{right}");
        }
        for wrong in ["", "-", "a-", "-a", "a--b", "A", "ä", "a b", "a_b", &"x".repeat(65)] {
            assert!(parse_id(wrong).is_err(), "{wrong}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_a_form_panic(text in "\\PC{0,80}") {
            for format in ["date", "id", "address", "network", "service", "hours", "time-zone"] {
                let _ = check(format, &text);
            }
        }

        #[test]
        fn no_near_miss_makes_a_form_panic(text in "[0-9a-z:./\\-]{0,24}") {
            for format in ["date", "id", "address", "network", "service", "hours", "time-zone"] {
                let _ = check(format, &text);
            }
        }
    }
}
