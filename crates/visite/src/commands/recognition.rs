//! By what `visite scan` recognises products: the fingerprints of the catalogue, and those of recog that a user names.

use crate::failure::{Failure, Kind};
use crate::input;
use std::path::{Path, PathBuf};
use visite_catalog::Catalog;
use visite_scan::prepare;
use visite_wire::fingerprints::{FingerprintProblem, Fingerprints};

/// The fingerprints of the catalogue; those of `recog`, files or directories of them, fill its gaps.
pub fn fingerprints(catalog: &Catalog, recog: &[PathBuf]) -> Result<Fingerprints, Failure> {
    let mut all = prepare::fingerprints(catalog).map_err(|problem| {
        let (de, en) = ("Ein Fingerabdruck des Katalogs ist fehlerhaft", "a fingerprint of the catalogue is wrong");
        Failure::new(Kind::Data, de, en).because(problem)
    })?;
    for path in recog {
        for file in input::files_of(path, "xml")? {
            add_recog(&mut all, &file)?;
        }
    }
    Ok(all)
}

fn add_recog(all: &mut Fingerprints, path: &Path) -> Result<(), Failure> {
    let failure = || {
        let name = path.display();
        let (de, en) = ("ist keine Datei mit Fingerabdrücken von recog", "is no file of recog’s fingerprints");
        Failure::new(Kind::Data, format!("`{name}` {de}"), format!("`{name}` {en}")).hint(
            "Gelesen werden die XML-Dateien von https://github.com/rapid7/recog, zum Beispiel xml/ssh_banners.xml.",
            "the XML files of https://github.com/rapid7/recog can be read, for example xml/ssh_banners.xml",
        )
    };
    let text = String::from_utf8(input::read(path)?).map_err(|error| failure().because(error.utf8_error()))?;
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    all.add_recog(&stem, &text).map(drop).map_err(|problem: FingerprintProblem| failure().because(problem))
}
