//! Everything that is generated, and comparing it with what lies on the disk.

use crate::{Outcome, files_below, write};
use std::collections::BTreeMap;
use std::path::Path;
use visite_catalog::{Catalog, Layer, docs, load};

/// Where generated files lie.
const REFERENCE: &str = "docs/reference";

/// `cargo xtask generate`: writes them all and removes those that are no longer generated.
pub fn run(root: &Path) -> Outcome<String> {
    let files = generated()?;
    for stale in files_below(&root.join(REFERENCE), &|_| true) {
        let name = stale.strip_prefix(root).unwrap_or(&stale).to_string_lossy().into_owned();
        if !files.contains_key(&name) {
            std::fs::remove_file(&stale).map_err(|error| format!("cannot remove `{name}`: {error}"))?;
        }
    }
    files.iter().try_for_each(|(name, text)| write(&root.join(name), text))?;
    Ok(format!("generated {} files below {REFERENCE}", files.len()))
}

/// Names of generated files that are missing, different or left over.
pub fn stale(root: &Path) -> Outcome<Vec<String>> {
    let files = generated()?;
    let mut stale: Vec<String> = files
        .iter()
        .filter(|(name, text)| std::fs::read_to_string(root.join(name)).ok().as_ref() != Some(text))
        .map(|(name, _)| name.clone())
        .collect();
    for path in files_below(&root.join(REFERENCE), &|_| true) {
        let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned();
        if !files.contains_key(&name) {
            stale.push(name);
        }
    }
    Ok(stale)
}

fn generated() -> Outcome<BTreeMap<String, String>> {
    let catalog = catalog()?;
    let mut files: BTreeMap<String, String> =
        docs::reference(&catalog).into_iter().map(|(name, text)| (format!("{REFERENCE}/{name}"), text)).collect();
    let schemas = [
        ("facts-1", visite_facts::json_schema::facts_schema()),
        ("practice-1", visite_target::practice_schema()),
        ("assessment-1", schemars::schema_for!(visite_facts::Assessment).to_value()),
        ("scan-1", schemars::schema_for!(visite_facts::scan::ScanFile).to_value()),
    ];
    for (name, schema) in schemas {
        files.insert(format!("{REFERENCE}/schemas/visite.{name}.schema.json"), format!("{schema:#}\n"));
    }
    Ok(files)
}

/// The embedded catalogue; its mistakes as one text.
pub fn catalog() -> Outcome<Catalog> {
    load(&[Layer::embedded()])
        .map_err(|mistakes| mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
}
