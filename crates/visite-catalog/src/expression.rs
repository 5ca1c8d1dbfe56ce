//! The type check of conditions: walks the syntax tree of CEL once, against the fact schema.
//!
//! It knows what may stand in a condition and nothing else; everything it does not know is a mistake, with the place
//! and, where one is near, the word that was probably meant. It evaluates nothing.

use crate::condition::{ConditionMistake, FieldPath};
use cel::common::ast::{CallExpr, Expr, IdedExpr, LiteralValue, SelectExpr, SourceInfo, operators};
use cel::{ParseErrors, Program};
use visite_facts::{FactSpec, FieldKind, Shape, facts};
use visite_target::yaml::nearest;

/// First parts of the names of facts.
pub const ROOTS: &[&str] = &["host", "device", "zone"];
/// The name of the record that is being judged.
pub const RECORD: &str = "record";
/// The function that turns a time into whole days before now.
pub const AGE_DAYS: &str = "age_days";
/// The function that turns a time into whole days from now until then; negative once it is over.
pub const DAYS_LEFT: &str = "days_left";
/// Deepest nesting of a condition.
const MAX_DEPTH: usize = 64;

/// What the check yields besides "it is right".
pub struct Checked {
    /// The fields that are named, in the order of the text, each once.
    pub fields: Vec<FieldPath>,
}

/// Checks a whole condition.
pub fn check(program: &Program, record: Option<&'static FactSpec>) -> Result<Checked, ConditionMistake> {
    let mut checker = Checker { record, source: program.source_info(), fields: Vec::new(), depth: 0 };
    let root = program.expression();
    match checker.kind(root)? {
        Kind::Boolean => Ok(Checked { fields: checker.fields }),
        other => Err(checker.mistake(root, format!("a condition is yes or no, this is {}", other.name()))),
    }
}

/// Turns the parser's complaint into ours.
pub fn syntax_mistake(text: &str, errors: &ParseErrors) -> ConditionMistake {
    let first = errors.errors.first();
    let (line, column) = first.map_or((1, 1), |error| error.pos);
    let before: usize =
        text.split_inclusive('\n').take(usize::try_from(line - 1).unwrap_or(0)).map(|line| line.chars().count()).sum();
    ConditionMistake {
        offset: before + usize::try_from(column - 1).unwrap_or(0),
        message: format!("not a condition: {}", first.map_or("it cannot be read", |error| short(&error.msg))),
        hint: None,
    }
}

/// The parser lists every token it could have gone on with; that helps nobody.
fn short(message: &str) -> &str {
    let message = message.strip_prefix("Syntax error: ").unwrap_or(message);
    message.split(" expecting ").next().unwrap_or(message)
}

#[derive(Clone, Debug, PartialEq)]
enum Kind {
    Boolean,
    Integer,
    Text,
    Word(&'static [&'static str]),
    Time,
    Texts,
    Integers,
    /// A list literal without entries.
    EmptyList,
}

impl Kind {
    fn of(kind: FieldKind) -> Self {
        match kind {
            FieldKind::Text => Self::Text,
            FieldKind::Word(words) => Self::Word(words),
            FieldKind::Integer => Self::Integer,
            FieldKind::Boolean => Self::Boolean,
            FieldKind::Time => Self::Time,
            FieldKind::Texts => Self::Texts,
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Boolean => "yes or no",
            Self::Integer => "a number",
            Self::Text => "a text",
            Self::Word(_) => "a word of a closed list",
            Self::Time => "a time",
            Self::Texts => "a list of texts",
            Self::Integers => "a list of numbers",
            Self::EmptyList => "an empty list",
        }
    }
}

struct Checker<'p> {
    record: Option<&'static FactSpec>,
    source: &'p SourceInfo,
    fields: Vec<FieldPath>,
    depth: usize,
}

type Outcome<T> = Result<T, ConditionMistake>;

impl Checker<'_> {
    fn kind(&mut self, node: &IdedExpr) -> Outcome<Kind> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.mistake(node, "the condition is nested too deeply"));
        }
        let kind = match &node.expr {
            Expr::Literal(literal) => self.literal(node, literal),
            Expr::Ident(name) => Err(self.bare_name(node, name)),
            Expr::Select(select) => self.field(node, select),
            Expr::Call(call) => self.call(node, call),
            Expr::List(list) => self.list(node, &list.elements),
            Expr::Comprehension(_) => Err(self
                .mistake(node, "`exists`, `all`, `map` and `filter` are not for conditions")
                .hint("`for_each` judges every record of a collection; `in` looks into a list")),
            Expr::Map(_) | Expr::Struct(_) | Expr::Unspecified => {
                Err(self.mistake(node, "this does not belong into a condition"))
            }
        };
        self.depth -= 1;
        kind
    }

    fn literal(&self, node: &IdedExpr, literal: &LiteralValue) -> Outcome<Kind> {
        match literal {
            LiteralValue::Boolean(_) => Ok(Kind::Boolean),
            LiteralValue::Int(_) => Ok(Kind::Integer),
            LiteralValue::String(_) => Ok(Kind::Text),
            LiteralValue::Null => {
                Err(self.mistake(node, "there is no `null`: an unknown value is absent, and makes the verdict unknown"))
            }
            LiteralValue::Bytes(_) | LiteralValue::Double(_) | LiteralValue::UInt(_) => {
                Err(self.mistake(node, "facts know whole numbers, texts, yes and no only"))
            }
        }
    }

    fn list(&mut self, node: &IdedExpr, elements: &[IdedExpr]) -> Outcome<Kind> {
        let mut common: Option<Kind> = None;
        for element in elements {
            let kind = self.kind(element)?;
            match &common {
                Some(first) if *first != kind => {
                    return Err(
                        self.mistake(element, format!("{} in a list that starts with {}", kind.name(), first.name()))
                    );
                }
                _ => common = Some(kind),
            }
        }
        match common {
            None => Ok(Kind::EmptyList),
            Some(Kind::Text) => Ok(Kind::Texts),
            Some(Kind::Integer) => Ok(Kind::Integers),
            Some(other) => Err(self.mistake(node, format!("a list holds texts or numbers, not {}", other.name()))),
        }
    }

    fn bare_name(&self, node: &IdedExpr, name: &str) -> ConditionMistake {
        if name == RECORD || ROOTS.contains(&name) {
            return self.mistake(node, format!("`{name}` alone is no value; name a field of it"));
        }
        let known = ROOTS.iter().chain([RECORD].iter().filter(|_| self.record.is_some())).copied();
        self.mistake(node, format!("`{name}` is not known here")).maybe(nearest(name, known))
    }

    fn field(&mut self, node: &IdedExpr, select: &SelectExpr) -> Outcome<Kind> {
        let Some(path) = segments(node) else {
            if select.test {
                return Err(
                    self.mistake(node, "there is no `has()`: a missing field makes the verdict unknown by itself")
                );
            }
            return Err(self.mistake(node, "only fields of facts have a dot"));
        };
        let found = match path.as_slice() {
            [RECORD, field] => {
                let Some(spec) = self.record else {
                    return Err(self.mistake(node, "there is no `record` without `for_each`"));
                };
                let field = self.field_of(node, spec, field)?;
                (FieldPath::Record(field), field)
            }
            [root, fact, field] if ROOTS.contains(root) => {
                let name = format!("{root}.{fact}");
                let singles = || facts::ALL.iter().filter(|spec| spec.shape == Shape::Single).map(|spec| spec.name);
                let Some(spec) = visite_facts::fact_spec(&name) else {
                    return Err(self
                        .mistake(node, format!("there is no fact `{name}`"))
                        .maybe(nearest(&name, singles())));
                };
                if spec.shape != Shape::Single {
                    return Err(self
                        .mistake(node, format!("`{name}` is a collection"))
                        .hint(format!("say `for_each: {name}` and judge `record.{field}`")));
                }
                let field = self.field_of(node, spec, field)?;
                (FieldPath::Single(spec, field), field)
            }
            _ => {
                let message =
                    format!("`{}` is no field; a field is `host.<fact>.<field>` or `record.<field>`", path.join("."));
                let known = ROOTS.iter().chain([&RECORD]).copied();
                return Err(self.mistake(node, message).maybe(path.first().and_then(|root| nearest(root, known))));
            }
        };
        if !self.fields.contains(&found.0) {
            self.fields.push(found.0);
        }
        Ok(Kind::of(found.1.kind))
    }

    fn field_of(
        &self,
        node: &IdedExpr,
        spec: &'static FactSpec,
        name: &str,
    ) -> Outcome<&'static visite_facts::FieldSpec> {
        spec.field(name).ok_or_else(|| {
            self.mistake(node, format!("`{}` has no field `{name}`", spec.name))
                .maybe(nearest(name, spec.fields.iter().map(|field| field.name)))
        })
    }

    fn call(&mut self, node: &IdedExpr, call: &CallExpr) -> Outcome<Kind> {
        if let Some(target) = &call.target {
            return self.method(node, call, target);
        }
        match (call.func_name.as_str(), call.args.as_slice()) {
            (operators::LOGICAL_AND | operators::LOGICAL_OR, [left, right]) => {
                self.expect(left, &Kind::Boolean)?;
                self.expect(right, &Kind::Boolean)
            }
            (operators::LOGICAL_NOT, [inner]) => self.expect(inner, &Kind::Boolean),
            (operators::ADD | operators::SUBSTRACT | operators::MULTIPLY, [left, right]) => {
                self.expect(left, &Kind::Integer)?;
                self.expect(right, &Kind::Integer)
            }
            (operators::NEGATE, [inner]) => self.expect(inner, &Kind::Integer),
            (operators::EQUALS | operators::NOT_EQUALS, [left, right]) => self.equality(node, left, right),
            (
                operators::LESS | operators::LESS_EQUALS | operators::GREATER | operators::GREATER_EQUALS,
                [left, right],
            ) => {
                self.expect(left, &Kind::Integer)?;
                self.expect(right, &Kind::Integer)?;
                Ok(Kind::Boolean)
            }
            (operators::IN, [item, list]) => self.membership(node, item, list),
            (AGE_DAYS | DAYS_LEFT, [time]) => {
                self.expect(time, &Kind::Time)?;
                Ok(Kind::Integer)
            }
            ("size", [list]) => {
                self.expect(list, &Kind::Texts)?;
                Ok(Kind::Integer)
            }
            (name, _) => {
                Err(self.mistake(node, format!("`{}` is not for conditions", name.trim_matches(['_', '@']))).maybe(
                    nearest(name, [AGE_DAYS, DAYS_LEFT, "size", "has"].into_iter().filter(|known| *known != "has")),
                ))
            }
        }
    }

    fn method(&mut self, node: &IdedExpr, call: &CallExpr, target: &IdedExpr) -> Outcome<Kind> {
        const METHODS: [&str; 4] = ["startsWith", "endsWith", "contains", "matches"];
        let [argument] = call.args.as_slice() else {
            return Err(self.mistake(node, format!("`{}` takes one text", call.func_name)));
        };
        if !METHODS.contains(&call.func_name.as_str()) {
            return Err(self
                .mistake(node, format!("`{}` is not for conditions", call.func_name))
                .maybe(nearest(&call.func_name, METHODS)));
        }
        self.expect(target, &Kind::Text)?;
        let Expr::Literal(LiteralValue::String(pattern)) = &argument.expr else {
            return Err(self.mistake(argument, format!("`{}` takes a text in quotes", call.func_name)));
        };
        if call.func_name == "matches"
            && let Err(error) = regex::Regex::new(pattern.inner())
        {
            let reason = error.to_string().lines().last().unwrap_or_default().to_owned();
            return Err(self.mistake(argument, format!("not a regular expression: {reason}")));
        }
        Ok(Kind::Boolean)
    }

    fn equality(&mut self, node: &IdedExpr, left: &IdedExpr, right: &IdedExpr) -> Outcome<Kind> {
        let kinds = (self.kind(left)?, self.kind(right)?);
        match &kinds {
            (Kind::Word(words), Kind::Text) => self.word_literal(right, words)?,
            (Kind::Text, Kind::Word(words)) => self.word_literal(left, words)?,
            (Kind::Boolean | Kind::Integer | Kind::Text | Kind::Word(_), _) if kinds.0 == kinds.1 => {}
            _ => {
                let message = format!("{} cannot be compared with {}", kinds.0.name(), kinds.1.name());
                return Err(self.mistake(node, message));
            }
        }
        Ok(Kind::Boolean)
    }

    fn membership(&mut self, node: &IdedExpr, item: &IdedExpr, list: &IdedExpr) -> Outcome<Kind> {
        match (self.kind(item)?, self.kind(list)?) {
            (_, Kind::EmptyList) => Err(self.mistake(list, "an empty list has nothing in it")),
            (Kind::Integer, Kind::Integers) | (Kind::Text, Kind::Texts) => Ok(Kind::Boolean),
            (Kind::Word(words), Kind::Texts) => {
                let Expr::List(literals) = &list.expr else {
                    return Err(self.mistake(list, "a word is looked for in a list of words"));
                };
                for literal in &literals.elements {
                    self.word_literal(literal, words)?;
                }
                Ok(Kind::Boolean)
            }
            (item, list) => Err(self.mistake(node, format!("{} cannot be in {}", item.name(), list.name()))),
        }
    }

    fn word_literal(&self, node: &IdedExpr, words: &'static [&'static str]) -> Outcome<()> {
        let Expr::Literal(LiteralValue::String(text)) = &node.expr else {
            return Err(self.mistake(node, "a word is compared with one of its list, in quotes"));
        };
        if words.contains(&text.inner()) {
            return Ok(());
        }
        let mistake = self.mistake(node, format!("`{}` is not one of: {}", text.inner(), words.join(", ")));
        Err(mistake.maybe(nearest(text.inner(), words.iter().copied())))
    }

    fn expect(&mut self, node: &IdedExpr, wanted: &Kind) -> Outcome<Kind> {
        let kind = self.kind(node)?;
        if kind == *wanted {
            return Ok(kind);
        }
        let mistake = self.mistake(node, format!("this is {}, expected {}", kind.name(), wanted.name()));
        Err(if kind == Kind::Time { mistake.hint("use `age_days(...)`: whole days before now") } else { mistake })
    }

    fn mistake(&self, node: &IdedExpr, message: impl Into<String>) -> ConditionMistake {
        let offset = start(self.source, node);
        ConditionMistake { offset, message: message.into(), hint: None }
    }
}

/// Where a node starts. For `a.b` and `a == b` the parser notes the operator; the text starts at its left side.
fn start(source: &SourceInfo, node: &IdedExpr) -> usize {
    let own = source.offset_for(node.id).map_or(usize::MAX, |(start, _)| start as usize);
    let left = match &node.expr {
        Expr::Select(select) => start(source, &select.operand),
        Expr::Call(CallExpr { target: Some(target), .. }) => start(source, target),
        Expr::Call(call) if call.func_name.starts_with('_') || call.func_name == operators::IN => {
            call.args.first().map_or(own, |first| start(source, first))
        }
        _ => own,
    };
    let offset = own.min(left);
    if offset == usize::MAX { 0 } else { offset }
}

/// `a.b.c` as its parts; `None` for anything else.
fn segments(node: &IdedExpr) -> Option<Vec<&str>> {
    let mut parts = Vec::new();
    let mut current = &node.expr;
    loop {
        match current {
            Expr::Ident(name) => {
                parts.push(name.as_str());
                parts.reverse();
                return Some(parts);
            }
            Expr::Select(select) if !select.test => {
                parts.push(select.field.as_str());
                current = &select.operand.expr;
            }
            _ => return None,
        }
    }
}

impl ConditionMistake {
    fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    fn maybe(mut self, near: Option<&str>) -> Self {
        self.hint = near.map(|near| format!("did you mean `{near}`?"));
        self
    }
}
