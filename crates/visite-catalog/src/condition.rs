//! Conditions of checks: CEL, restricted so far that a mistake is found when the catalogue is loaded.
//!
//! Compiling checks every field path against the fact schema and every comparison for its types; there is no `has()`,
//! no `null`, no macro. Evaluating gives yes, no, or not known: a missing field makes the answer unknown unless
//! `&&` or `||` decide without it. What CEL itself would let pass silently (`n == "5"`) cannot get this far.

use crate::expression::{self, Checked};
use cel::objects::{Key, Map};
use cel::{Context, ExecutionError, Program, Value as CelValue};
use jiff::Timestamp;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use visite_facts::{FactSpec, FieldSpec, Value};

/// A field that a condition names.
#[derive(Clone, Copy, Debug)]
pub enum FieldPath {
    /// A field of a single fact, e.g. `host.os.family`.
    Single(&'static FactSpec, &'static FieldSpec),
    /// A field of the record that is being judged, e.g. `record.password`.
    Record(&'static FieldSpec),
}

impl PartialEq for FieldPath {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Single(fact, field), Self::Single(other_fact, other_field)) => {
                fact.name == other_fact.name && field.name == other_field.name
            }
            (Self::Record(field), Self::Record(other)) => field.name == other.name,
            _ => false,
        }
    }
}

/// A compiled condition.
#[derive(Debug)]
pub struct Condition {
    /// As it stands in the catalogue.
    pub text: String,
    /// Every field it names, in the order of the text, each once.
    pub fields: Vec<FieldPath>,
    program: Option<Program>,
}

/// What is wrong with a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConditionMistake {
    /// Where in the condition, in characters from its start.
    pub offset: usize,
    /// What is wrong.
    pub message: String,
    /// What may have been meant.
    pub hint: Option<String>,
}

impl Condition {
    /// Compiles `text`; `record` is the fact whose records it judges, if it judges any.
    pub fn compile(text: &str, record: Option<&'static FactSpec>) -> Result<Self, ConditionMistake> {
        if let Some(message) = too_much(text) {
            return Err(ConditionMistake { offset: 0, message: message.to_owned(), hint: None });
        }
        let program = Program::compile(text).map_err(|errors| expression::syntax_mistake(text, &errors))?;
        let Checked { fields } = expression::check(&program, record)?;
        Ok(Self { text: text.to_owned(), fields, program: Some(program) })
    }

    /// A condition as a text only; it names no field and never holds or fails.
    pub(crate) fn unread(text: String) -> Self {
        Self { text, fields: Vec::new(), program: None }
    }

    /// Whether the condition holds; `None` if a field that decides is not known.
    pub fn holds(&self, scope: &Scope<'_, '_>) -> Option<bool> {
        match self.program.as_ref()?.execute(&scope.context) {
            Ok(CelValue::Bool(answer)) => Some(answer),
            // The types are checked when the condition is compiled, so what is left is a missing field, or a
            // calculation without result such as an overflow; neither is a yes or a no.
            Ok(_) | Err(_) => None,
        }
    }
}

/// CEL's parser is recursive: what is longer or deeper than any condition would exhaust the stack.
fn too_much(text: &str) -> Option<&'static str> {
    const MAX_BYTES: usize = 1024;
    const MAX_DEPTH: usize = 16;
    let mut depth = 0_usize;
    let mut deepest = 0;
    for byte in text.bytes() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    if text.len() > MAX_BYTES {
        return Some("the condition is longer than 1024 bytes");
    }
    (deepest > MAX_DEPTH).then_some("the condition is nested too deeply")
}

/// The facts of one subject, ready for conditions.
pub struct Scope<'p, 'v> {
    context: Context<'p, 'v>,
}

impl Scope<'static, 'static> {
    /// Makes fields of single facts known to conditions: fact, field, value. `now` is the clock for `age_days` and `days_left`.
    pub fn new<'r>(fields: impl IntoIterator<Item = (&'static str, &'static str, &'r Value)>, now: Timestamp) -> Self {
        type Fields = HashMap<Key, CelValue>;
        let mut roots: BTreeMap<&str, BTreeMap<&str, Fields>> = BTreeMap::new();
        for (fact, field, value) in fields {
            let (root, rest) = fact.split_once('.').unwrap_or(("", fact));
            let (key, value) = entry(field, value);
            roots.entry(root).or_default().entry(rest).or_default().insert(key, value);
        }
        let mut context = Context::default();
        for root in expression::ROOTS {
            let facts = roots.remove(root).unwrap_or_default();
            let facts = facts.into_iter().map(|(fact, fields)| (key(fact), map(fields))).collect();
            context.add_variable_from_value(*root, map(facts));
        }
        let now = now.as_second();
        context
            .add_function(expression::DAYS_LEFT, move |then: i64| then.saturating_sub(now).div_euclid(86_400))
            .expect("the standard library has no function of this name");
        context
            .add_function(expression::AGE_DAYS, move |then: i64| age_days(now, then))
            .expect("the standard library has no function of this name");
        Self { context }
    }
}

/// Whole days from `then` to `now`. A day ahead may be a time zone; more than that is a wrong clock, and then nobody
/// knows how long ago it was.
fn age_days(now: i64, then: i64) -> Result<i64, ExecutionError> {
    match now.saturating_sub(then).div_euclid(86_400) {
        days @ -1.. => Ok(days),
        _ => Err(ExecutionError::function_error(expression::AGE_DAYS, "the time is still to come")),
    }
}

impl Scope<'_, '_> {
    /// The same facts, and the fields of one record.
    pub fn with_record<'s, 'r>(&'s self, fields: impl IntoIterator<Item = (&'static str, &'r Value)>) -> Scope<'s, 's> {
        let values = fields.into_iter().map(|(field, value)| entry(field, value)).collect();
        let mut context = self.context.new_inner_scope();
        context.add_variable_from_value(expression::RECORD, map(values));
        Scope { context }
    }
}

fn key(text: &str) -> Key {
    Key::String(Arc::new(text.to_owned()))
}

fn map(map: HashMap<Key, CelValue>) -> CelValue {
    CelValue::Map(Map { map: Arc::new(map) })
}

fn entry(name: &str, value: &Value) -> (Key, CelValue) {
    let text = |text: &str| CelValue::String(Arc::new(text.to_owned()));
    let value = match value {
        Value::Text(string) => text(string),
        Value::Word(word) => text(word),
        Value::Integer(number) => CelValue::Int(*number),
        Value::Boolean(yes) => CelValue::Bool(*yes),
        Value::Time(time) => CelValue::Int(time.as_second()),
        Value::Texts(texts) => CelValue::List(Arc::new(texts.iter().map(|item| text(item)).collect())),
    };
    (key(name), value)
}
