//! Fills titles with names and figures, in the reader's format.

use crate::world::SubjectFacts;
use jiff::tz::TimeZone;
use visite_catalog::{Check, FieldPath};
use visite_facts::{Lang, Text, Value};

/// Where the values of a title come from.
pub struct TitleValues<'t> {
    /// The check whose title it is.
    pub check: &'t Check,
    /// The subject's facts.
    pub facts: &'t SubjectFacts,
    /// The practice's time zone.
    pub time_zone: &'t TimeZone,
}

impl TitleValues<'_> {
    /// The title, for one record or for the subject.
    pub fn title(&self, record: Option<usize>) -> Text {
        self.check.title.fill(|lang, path| match self.value(path, record) {
            Some(Value::Integer(number)) if is_name(path) => number.to_string(),
            Some(value) => self.written(lang, value),
            None => match lang {
                Lang::De => "unbekannt".to_owned(),
                Lang::En => "unknown".to_owned(),
            },
        })
    }

    fn value(&self, path: FieldPath, record: Option<usize>) -> Option<&Value> {
        let (fact, index, field) = match path {
            FieldPath::Single(fact, field) => (fact.name, 0, field),
            FieldPath::Record(field) => (self.check.for_each?.name, record?, field),
        };
        self.facts.facts.get(fact)?.records().get(index)?.get(field.name).ok()
    }

    fn written(&self, lang: Lang, value: &Value) -> String {
        match value {
            Value::Time(time) => {
                let day = time.to_zoned_datetime(self.time_zone.clone()).date();
                match lang {
                    Lang::De => day.strftime("%d.%m.%Y").to_string(),
                    Lang::En => day.strftime("%-d %B %Y").to_string(),
                }
            }
            Value::Integer(number) => grouped(*number, if lang == Lang::De { '.' } else { ',' }),
            Value::Boolean(yes) => match (lang, yes) {
                (Lang::De, true) => "ja".to_owned(),
                (Lang::De, false) => "nein".to_owned(),
                (Lang::En, true) => "yes".to_owned(),
                (Lang::En, false) => "no".to_owned(),
            },
            Value::Text(_) | Value::Word(_) | Value::Texts(_) => value.display(),
        }
    }
}

/// Whether a number names something instead of counting it: 5432 is a port, not five thousand of something.
fn is_name(path: FieldPath) -> bool {
    let (FieldPath::Single(_, field) | FieldPath::Record(field)) = path;
    field.name.ends_with("port") || matches!(field.name, "uid" | "gid")
}

/// A whole number with a separator between thousands.
fn grouped(number: i64, separator: char) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::from(if number < 0 { "-" } else { "" });
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(separator);
        }
        text.push(digit);
    }
    text
}
