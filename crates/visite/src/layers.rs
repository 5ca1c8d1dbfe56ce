//! Reads the catalogue: what is embedded, and the directories laid over it.

use crate::failure::{Failure, Kind};
use std::fs;
use std::path::{Path, PathBuf};
use visite_catalog::{Catalog, Layer, Part};

/// Largest file of a catalogue, and most files of a layer: far above any real one.
const MAX_FILE_BYTES: u64 = 4 * 1024 * 1024;
const MAX_FILES: usize = 50_000;

/// Loads parts of the embedded catalogue and `directories` over it, the first lowest.
pub fn load(directories: &[PathBuf], parts: &[Part]) -> Result<Catalog, Failure> {
    let mut layers = vec![Layer::embedded()];
    for directory in directories {
        let mut files = Vec::new();
        collect(directory, directory, &mut files)?;
        layers.push(Layer::from_files(directory.display().to_string(), files));
    }
    visite_catalog::load_parts(&layers, parts)
        .map_err(|mistakes| Failure::mistakes("Der Katalog", "the catalogue", mistakes))
}

fn collect(root: &Path, directory: &Path, files: &mut Vec<(String, String)>) -> Result<(), Failure> {
    let entries = fs::read_dir(directory).map_err(|error| Failure::reading(directory, &error))?;
    for entry in entries {
        let path = entry.map_err(|error| Failure::reading(directory, &error))?.path();
        let kind = fs::symlink_metadata(&path).map_err(|error| Failure::reading(&path, &error))?;
        // Links are not followed: a circle of them would never end, and a catalogue needs none.
        if kind.is_dir() {
            collect(root, &path, files)?;
        } else if kind.is_file() && path.extension().is_some_and(|extension| extension == "yaml") {
            let too_many = files.len() >= MAX_FILES;
            if too_many || kind.len() > MAX_FILE_BYTES {
                return Err(Failure::new(
                    Kind::Data,
                    format!("`{}` ist zu groß für einen Katalog", path.display()),
                    format!("`{}` is too large for a catalogue", path.display()),
                ));
            }
            let text = fs::read_to_string(&path).map_err(|error| Failure::reading(&path, &error))?;
            let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            files.push((name, text));
        }
    }
    Ok(())
}
