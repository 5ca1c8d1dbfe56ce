//! `visite scan --import`: what other scanners saw, alone or beside a scan of our own.

use crate::cli::ScanArgs;
use crate::failure::{Failure, Kind};
use crate::input;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use visite_facts::scan::{Profile, ScanRecord};
use visite_scan::import::{ImportedHost, parse_import};

/// Hosts of each file.
pub fn read(paths: &[PathBuf]) -> Result<Vec<Vec<ImportedHost>>, Failure> {
    paths.iter().map(|path| read_one(path)).collect()
}

fn read_one(path: &Path) -> Result<Vec<ImportedHost>, Failure> {
    parse_import(&input::read(path)?).map_err(|error| {
        let name = path.display();
        Failure::new(Kind::Data, format!("`{name}` lässt sich nicht übernehmen"), format!("cannot import `{name}`"))
            .because_of(error.text())
            .hint(
                "Gelesen werden XML von nmap (nmap -oX DATEI) und Berichte von Greenbone im Format XML.",
                "XML of nmap (nmap -oX FILE) and reports of Greenbone in XML can be read",
            )
    })
}

/// Whether only files are judged, so that nothing is sent.
pub fn alone(arguments: &ScanArgs) -> bool {
    let named = !arguments.targets.is_empty() || !arguments.targets_from.is_empty() || arguments.resume.is_some();
    !arguments.import.is_empty() && !named
}

/// The record of a round in which nothing was sent.
pub fn record(now: Timestamp) -> ScanRecord {
    ScanRecord {
        authorised_by: String::new(),
        release: None,
        logins: false,
        profile: Profile::Practice,
        targets: Vec::new(),
        excluded: Vec::new(),
        seen_from: Vec::new(),
        ports: String::new(),
        started_at: now,
        finished_at: now,
        interrupted: false,
        packets: BTreeMap::new(),
        dialogues: BTreeMap::new(),
        packets_per_second: 0,
    }
}
