//! Titles with places for names and figures: `Das Konto „{name}“ hat kein Passwort`.

use crate::condition::FieldPath;
use visite_facts::{FactSpec, Lang, Shape, Text, fact_spec};
use visite_target::yaml::nearest;

/// A text in both languages, taken apart at its places.
#[derive(Clone, Debug, PartialEq)]
pub struct Template {
    de: Vec<Part>,
    en: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq)]
enum Part {
    Text(String),
    Field(FieldPath),
}

impl Template {
    /// Takes `text` apart. `{name}` is a field of the record, `{host.os.name}` one of a single fact.
    pub fn parse(text: &Text, record: Option<&'static FactSpec>) -> Result<Self, String> {
        Ok(Self { de: parts(&text.de, record)?, en: parts(&text.en, record)? })
    }

    /// Every field that has a place in it.
    pub fn fields(&self) -> impl Iterator<Item = FieldPath> {
        self.de.iter().chain(&self.en).filter_map(|part| match part {
            Part::Field(field) => Some(*field),
            Part::Text(_) => None,
        })
    }

    /// The text with its places filled by `value`.
    pub fn fill(&self, value: impl Fn(Lang, FieldPath) -> String) -> Text {
        let fill = |lang, parts: &[Part]| {
            parts
                .iter()
                .map(|part| match part {
                    Part::Text(text) => text.clone(),
                    Part::Field(field) => value(lang, *field),
                })
                .collect()
        };
        Text { de: fill(Lang::De, &self.de), en: fill(Lang::En, &self.en) }
    }
}

fn parts(text: &str, record: Option<&'static FactSpec>) -> Result<Vec<Part>, String> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').ok_or_else(|| format!("`{{` without `}}` in “{text}”"))?;
        if !before.is_empty() {
            parts.push(Part::Text(before.to_owned()));
        }
        parts.push(Part::Field(field(name, record)?));
        rest = after;
    }
    if !rest.is_empty() {
        parts.push(Part::Text(rest.to_owned()));
    }
    Ok(parts)
}

fn field(name: &str, record: Option<&'static FactSpec>) -> Result<FieldPath, String> {
    let (spec, field, is_record) = match name.rsplit_once('.') {
        None => (
            record.ok_or_else(|| format!("`{{{name}}}` needs `for_each`; a single fact is named in full"))?,
            name,
            true,
        ),
        Some((fact, field)) => {
            let spec = fact_spec(fact).filter(|spec| spec.shape == Shape::Single);
            (spec.ok_or_else(|| format!("`{{{name}}}`: there is no single fact `{fact}`"))?, field, false)
        }
    };
    let found = spec.field(field).ok_or_else(|| {
        let near = nearest(field, spec.fields.iter().map(|field| field.name));
        let hint = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        format!("`{}` has no field `{field}`{hint}", spec.name)
    })?;
    Ok(if is_record { FieldPath::Record(found) } else { FieldPath::Single(spec, found) })
}
