//! From the file of a check, and its pattern if it has one, to the check itself.

use crate::condition::Condition;
use crate::files::{CheckFile, ParameterKind, PatternFile};
use crate::model::{Check, CheckStatus, Origin};
use crate::template::Template;
use crate::untranslated;
use jiff::SignedDuration;
use serde_saphyr::Spanned;
use std::collections::BTreeMap;
use visite_facts::{Area, FactSpec, Shape, SubjectKind, Text, fact_spec, facts};
use visite_target::yaml::{MAX_MISTAKES, Mistake, nearest};

/// Patterns by id, each with its origin and text.
pub type Patterns<'l> = BTreeMap<String, (PatternFile, Origin, &'l str)>;

/// A value, and the file in which it stands.
struct Placed<'f, T> {
    value: &'f Spanned<T>,
    file: &'f str,
    text: &'f str,
}

/// Builds a check, or lists everything that is wrong with it; without `compiles` its conditions are left as texts.
pub fn build_check(
    id: &str,
    area: Option<Area>,
    file: &CheckFile,
    origin: &Origin,
    text: &str,
    patterns: &Patterns<'_>,
    compiles: bool,
) -> Result<Check, Vec<Mistake>> {
    let mut builder = Builder { file, origin, text, pattern: None, mistakes: Vec::new(), compiles };
    builder.take_pattern(patterns);
    let check = builder.check(id, area);
    match check {
        Some(check) if builder.mistakes.is_empty() => Ok(check),
        _ => Err(builder.mistakes),
    }
}

struct Builder<'f> {
    file: &'f CheckFile,
    origin: &'f Origin,
    text: &'f str,
    pattern: Option<(&'f PatternFile, &'f Origin, &'f str)>,
    mistakes: Vec<Mistake>,
    compiles: bool,
}

impl<'f> Builder<'f> {
    fn take_pattern(&mut self, patterns: &'f Patterns<'_>) {
        let Some(named) = &self.file.pattern else {
            if !self.file.with.is_empty() {
                self.whole("`with` needs a `pattern`");
            }
            return;
        };
        let Some((pattern, origin, text)) = patterns.get(&named.value) else {
            let hint = nearest(&named.value, patterns.keys().map(String::as_str));
            self.at(
                named,
                format!("there is no pattern `{}`", named.value),
                hint.map(|near| format!("did you mean `{near}`?")),
            );
            return;
        };
        for (name, value) in &self.file.with {
            if self.mistakes.len() >= MAX_MISTAKES {
                break;
            }
            let fits = |kind: ParameterKind| {
                kind == value.kind() || (value.literal() == "[]" && matches!(kind, ParameterKind::Texts))
            };
            match pattern.parameters.get(name) {
                None => {
                    let hint = nearest(name, pattern.parameters.keys().map(String::as_str));
                    let hint = hint.map(|near| format!("did you mean `{near}`?"));
                    self.at(named, format!("the pattern `{}` has no parameter `{name}`", named.value), hint);
                }
                Some(kind) if !fits(*kind) => {
                    self.at(named, format!("the parameter `{name}` is {kind:?}, this is {:?}", value.kind()), None);
                }
                Some(_) => {}
            }
        }
        let missing = pattern.parameters.keys().filter(|name| !self.file.with.contains_key(*name));
        for name in missing.take(MAX_MISTAKES) {
            self.at(named, format!("the parameter `{name}` of the pattern `{}` is not given", named.value), None);
        }
        self.pattern = Some((pattern, origin, text));
    }

    fn check(&mut self, id: &str, area: Option<Area>) -> Option<Check> {
        let file = self.file;
        match &file.id {
            None => self.whole("`id` is missing"),
            Some(own) if own.value != id => {
                self.at(own, format!("the id is `{}`, the folder says `{id}`", own.value), None);
            }
            Some(_) => {}
        }
        if area.is_none() {
            let areas = <Area as visite_facts::Word>::ALL.join(", ");
            self.whole(format!("the folder above `{id}` is no area; areas are: {areas}"));
        }
        let for_each = match self.placed(|file| file.for_each.as_ref()) {
            None => None,
            // Without the collection, everything else that could be said about the check would be wrong.
            Some(named) => Some(self.collection(&named)?),
        };
        let applies = self.placed(|file| file.applies.as_ref()).and_then(|text| self.condition(&text, for_each));
        let fails_when = self.placed(|file| file.fails_when.as_ref());
        let fails_when = match fails_when {
            None => self.missing("fails_when"),
            Some(text) => self.condition(&text, for_each),
        };
        let title = match self.placed(|file| file.title.as_ref()) {
            None => self.missing("title"),
            Some(title) => self.title(&title, for_each),
        };
        let max_age = match self.placed(|file| file.max_age.as_ref()) {
            None => Some(SignedDuration::from_hours(30 * 24)),
            Some(age) => self.age(&age),
        };
        let topic = self.text("topic", |file| file.topic.as_ref());
        let why = self.text("why", |file| file.why.as_ref());
        let severity = self.plain(|file| file.severity).or_else(|| self.missing("severity"));
        let confidence = self.plain(|file| file.confidence).or_else(|| self.missing("confidence"));
        let status = self.plain(|file| file.status).unwrap_or(CheckStatus::Experimental);
        let measure = self.placed(|file| file.measure.as_ref()).map(|id| id.value.value.clone());
        let measure = measure.or_else(|| self.missing("measure"));
        let sources = self.plain(|file| file.sources.clone()).unwrap_or_default();
        Some(Check {
            id: id.to_owned(),
            area: area?,
            topic: topic?,
            title: title?,
            why: why?,
            status,
            severity: severity?,
            confidence: confidence?,
            subject: self.plain(|file| file.subject).unwrap_or(SubjectKind::Host),
            for_each,
            applies,
            fails_when: fails_when?,
            max_age: max_age?,
            measure: measure?,
            sources: sources.into_iter().map(|source| source.value).collect(),
            origin: self.origin.clone(),
        })
    }

    /// The check's own value, else the pattern's.
    fn plain<T>(&self, field: impl Fn(&CheckFile) -> Option<T>) -> Option<T> {
        field(self.file).or_else(|| self.pattern.and_then(|(pattern, _, _)| field(&pattern.check)))
    }

    fn placed<T>(&self, field: impl Fn(&'f CheckFile) -> Option<&'f Spanned<T>>) -> Option<Placed<'f, T>> {
        let own = field(self.file).map(|value| Placed { value, file: &self.origin.file, text: self.text });
        own.or_else(|| {
            let (pattern, origin, text) = self.pattern?;
            Some(Placed { value: field(&pattern.check)?, file: &origin.file, text })
        })
    }

    fn text(&mut self, name: &str, field: impl Fn(&CheckFile) -> Option<&Text>) -> Option<Text> {
        let own = field(self.file).or_else(|| self.pattern.and_then(|(pattern, _, _)| field(&pattern.check)));
        match own.cloned() {
            None => self.missing(name),
            Some(text) if text.de.trim().is_empty() || text.en.trim().is_empty() => {
                self.whole(format!("`{name}` is empty in one language"));
                None
            }
            Some(text) => Some(text),
        }
    }

    fn collection(&mut self, named: &Placed<'f, String>) -> Option<&'static FactSpec> {
        let name = &named.value.value;
        let found = fact_spec(name).filter(|spec| spec.shape != Shape::Single);
        if found.is_none() {
            let collections = facts::ALL.iter().filter(|spec| spec.shape != Shape::Single).map(|spec| spec.name);
            let hint = nearest(name, collections).map(|near| format!("did you mean `{near}`?"));
            self.placed_mistake(named, 0, format!("there is no collection `{name}`"), hint);
        }
        found
    }

    fn condition(&mut self, placed: &Placed<'f, String>, record: Option<&'static FactSpec>) -> Option<Condition> {
        let text = self.fill_parameters(placed)?;
        if !self.compiles {
            return Some(Condition::unread(text));
        }
        Condition::compile(&text, record)
            .map_err(|mistake| self.placed_mistake(placed, mistake.offset, mistake.message, mistake.hint))
            .ok()
    }

    /// Puts the values of `with` into the places `${name}`.
    fn fill_parameters(&mut self, placed: &Placed<'f, String>) -> Option<String> {
        let mut filled = String::new();
        let mut rest = placed.value.value.as_str();
        while let Some((before, after)) = rest.split_once("${") {
            let Some((name, after)) = after.split_once('}') else {
                self.placed_mistake(placed, 0, "`${` without `}`".to_owned(), None);
                return None;
            };
            let Some(value) = self.file.with.get(name) else {
                self.placed_mistake(placed, 0, format!("there is no parameter `{name}`"), None);
                return None;
            };
            filled.push_str(before);
            filled.push_str(&value.literal());
            rest = after;
        }
        filled.push_str(rest);
        Some(filled)
    }

    fn title(&mut self, placed: &Placed<'f, Text>, record: Option<&'static FactSpec>) -> Option<Template> {
        let text = &placed.value.value;
        if text.de.trim().is_empty() || text.en.trim().is_empty() {
            self.placed_mistake(placed, 0, "`title` is empty in one language".to_owned(), None);
            return None;
        }
        Template::parse(text, record).map_err(|message| self.placed_mistake(placed, 0, message, None)).ok()
    }

    fn age(&mut self, placed: &Placed<'f, String>) -> Option<SignedDuration> {
        let text = placed.value.value.as_str();
        let split = text.len().checked_sub(1).and_then(|at| text.split_at_checked(at));
        let hours = split.and_then(|(number, unit)| {
            let number: i64 = number.parse().ok().filter(|number| (1..=10_000).contains(number))?;
            match unit {
                "d" => Some(number * 24),
                "h" => Some(number),
                _ => None,
            }
        });
        if hours.is_none() {
            self.placed_mistake(placed, 0, format!("`{text}` is no age; write `7d` or `12h`"), None);
        }
        hours.map(SignedDuration::from_hours)
    }

    fn missing<T>(&mut self, name: &str) -> Option<T> {
        self.whole(format!("`{name}` is missing"));
        None
    }

    fn whole(&mut self, message: impl Into<String>) {
        self.mistakes.push(Mistake {
            file: self.origin.file.clone(),
            line: 0,
            column: 0,
            message: untranslated(message),
            hint: None,
            snippet: String::new(),
        });
    }

    fn at<T>(&mut self, value: &'f Spanned<T>, message: String, hint: Option<String>) {
        let placed = Placed { value, file: &self.origin.file, text: self.text };
        self.placed_mistake(&placed, 0, message, hint);
    }

    fn placed_mistake<T>(&mut self, placed: &Placed<'f, T>, offset: usize, message: String, hint: Option<String>) {
        let location = placed.value.referenced;
        let (line, start) = (location.line(), location.column());
        let snippet = placed.text.lines().nth(usize::try_from(line.max(1) - 1).unwrap_or(0)).unwrap_or_default();
        // An offset into a one-line plain scalar is an offset on that line; quotes and folded lines shift it, and
        // then the start of the value is the honest place.
        let plain =
            snippet.chars().nth(usize::try_from(start.max(1) - 1).unwrap_or(0)).is_some_and(|c| !"\"'|>".contains(c));
        let column = if plain { start + offset as u64 } else { start };
        self.mistakes.push(Mistake {
            file: placed.file.to_owned(),
            line,
            column,
            message: untranslated(message),
            hint: hint.map(untranslated),
            snippet: snippet.trim_end().to_owned(),
        });
    }
}
