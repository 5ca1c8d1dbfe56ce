//! By what `visite scan` recognises: ports of the catalogue, its fingerprints, and those of recog that a user names.

use crate::failure::{Failure, Kind};
use crate::input;
use std::path::{Path, PathBuf};
use visite_catalog::Catalog;
use visite_facts::Word;
use visite_scan::examine::Book;
use visite_wire::fingerprints::{FingerprintProblem, Fingerprints, Own};

/// Which services may be expected at which port.
pub fn book(catalog: &Catalog) -> Book {
    let mut book = Book::default();
    for (service, rule) in &catalog.services.services {
        rule.tcp.iter().for_each(|port| book.tcp.entry(*port).or_default().push(*service));
        rule.udp.iter().for_each(|port| book.udp.entry(*port).or_default().push(*service));
        if rule.management {
            book.management.insert(*service);
        }
    }
    book
}

/// The fingerprints of the catalogue; those of `recog`, files or directories of them, fill its gaps.
pub fn fingerprints(catalog: &Catalog, recog: &[PathBuf]) -> Result<Fingerprints, Failure> {
    let mut all = Fingerprints::default();
    for fingerprint in catalog.fingerprints.values().flat_map(|file| &file.fingerprints) {
        let own = Own {
            id: &fingerprint.id,
            place: fingerprint.place.word(),
            pattern: &fingerprint.pattern,
            vendor: fingerprint.vendor.as_deref(),
            product: fingerprint.product.as_deref(),
            version: fingerprint.version.as_deref(),
            system: fingerprint.system.as_deref(),
            class: fingerprint.class,
        };
        all.add_own(&own).map_err(|problem| {
            let (de, en) = ("Ein Fingerabdruck des Katalogs ist fehlerhaft", "a fingerprint of the catalogue is wrong");
            Failure::new(Kind::Data, de, en).because(problem)
        })?;
    }
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
