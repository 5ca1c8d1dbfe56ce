//! A small catalogue on which one fuzzed file is laid, and values for every field that conditions may name.
//!
//! The real catalogue would cost more time to load than the fuzzed file; of it only the tables, the patterns and one
//! measure are taken.

use std::borrow::Cow;
use std::sync::LazyLock;
use visite_catalog::{Layer, docs, load};
use visite_facts::{FactSpec, FieldKind, Shape, Value, facts};

const CHECK: &str = "checks/accounts/account-empty-password/check.yaml";

/// The tables, the patterns, one measure.
static BASE: LazyLock<Layer> = LazyLock::new(|| {
    let mut base = Layer::embedded();
    base.name = "base".to_owned();
    base.files.retain(|path, _| path.starts_with("patterns/") || path == "measures/account-set-password.yaml");
    base
});

/// Loads `text` as the file that `path` makes of its id, above the small catalogue; what is accepted can be shown.
pub fn load_with(path: impl Fn(&str) -> String, text: &str) {
    let layer = Layer::from_files("own", [(path(id(text)), text.to_owned())]);
    let has_tables = layer.files.keys().any(|path| !path.contains('/'));
    let layers = if has_tables { vec![layer] } else { vec![BASE.clone(), layer] };
    load_and_show(&layers);
}

/// Loads `text` as the cases of a check.
pub fn load_cases(text: &str) {
    let check = Layer::embedded().files.remove(CHECK).expect("the check is embedded");
    let mut base = BASE.clone();
    base.files.insert(Cow::Borrowed(CHECK), check);
    base.files.insert(Cow::Owned(CHECK.replace("check.yaml", "cases.yaml")), Cow::Owned(text.to_owned()));
    load_and_show(&[base]);
}

fn load_and_show(layers: &[Layer]) {
    match load(layers) {
        Err(mistakes) => assert!(!mistakes.is_empty()),
        Ok(catalog) => {
            let _ = docs::reference(&catalog);
        }
    }
}

/// What stands behind `id:` in the file, so that its place can be made to fit.
fn id(text: &str) -> &str {
    let id = text.lines().find_map(|line| line.strip_prefix("id: ")).unwrap_or_default().trim();
    if id.is_empty() || id.contains('/') { "fuzzed" } else { id }
}

type Singles = Vec<(&'static str, &'static str, Value)>;
type Fields = Vec<(&'static str, Value)>;

/// A value for every field of every single fact, and for every field of `record`.
pub fn values(record: &'static FactSpec) -> (Singles, Fields) {
    let fields = |spec: &'static FactSpec| spec.fields.iter().map(|field| (field.name, value(field.kind)));
    let singles = facts::ALL.iter().filter(|spec| spec.shape == Shape::Single);
    let singles = singles.flat_map(|spec| fields(spec).map(|(field, value)| (spec.name, field, value))).collect();
    (singles, fields(record).collect())
}

fn value(kind: FieldKind) -> Value {
    match kind {
        FieldKind::Text => Value::Text("anna".to_owned()),
        FieldKind::Word(words) => Value::Word(words[0]),
        FieldKind::Integer => Value::Integer(i64::MAX),
        FieldKind::Boolean => Value::Boolean(true),
        FieldKind::Time => Value::Time(jiff::Timestamp::MIN),
        FieldKind::Texts => Value::Texts(vec!["sudo".to_owned()]),
    }
}
