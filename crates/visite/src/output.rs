//! Where results go: standard output or a file that is there whole or not at all.

use crate::failure::{Failure, Kind};
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// Writes to standard output. A reader that stops early, such as `head`, is no failure.
pub fn to_stdout(bytes: &[u8]) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::new(Kind::Write, "Die Ausgabe lässt sich nicht schreiben", "cannot write to standard output")
                .because(error))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Writes a file whole: first beside its place, then moved there. Only its owner may read it, for facts and reports
/// name accounts and gaps. A pipe or a device that stands there is written to and stays what it is.
pub fn to_file(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let kind = fs::symlink_metadata(path).map(|there| there.file_type());
    match kind {
        Ok(kind) if kind.is_symlink() => Err(linked(path)),
        Ok(kind) if kind.is_file() || kind.is_dir() => replace(path, bytes),
        Ok(_) => {
            let opened = OpenOptions::new().write(true).open(path);
            opened.and_then(|mut there| there.write_all(bytes)).map_err(|error| Failure::writing(path, &error))
        }
        Err(_) => replace(path, bytes),
    }
}

/// Whoever may set a link could choose which file is overwritten.
fn linked(path: &Path) -> Failure {
    let name = path.display();
    Failure::new(
        Kind::CannotCreate,
        format!("`{name}` ist eine Verknüpfung und wird nicht überschrieben"),
        format!("`{name}` is a link and is not overwritten"),
    )
    .hint(
        "Nennen Sie die Datei selbst. Ohne --output erscheint der Bericht auf dem Bildschirm.",
        "name the file itself; without --output the report goes to standard output",
    )
}

fn replace(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let partial = path.with_file_name(format!(".{name}.{}.partial", std::process::id()));
    let mut file = create(&partial).map_err(|error| Failure::writing(path, &error))?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all()).and_then(|()| fs::rename(&partial, path));
    written.map_err(|error| {
        // It is ours, and nothing whole.
        let _ = fs::remove_file(&partial);
        Failure::writing(path, &error)
    })
}

/// Refuses a call whose results would overwrite each other, or what it was to read.
pub fn distinct(written: &[Option<&Path>], read: &[&Path]) -> Result<(), Failure> {
    let place = |path: &Path| {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        (fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned()), path.file_name().map(ToOwned::to_owned))
    };
    let written: Vec<&Path> = written.iter().copied().flatten().collect();
    let twice = written.iter().enumerate().find_map(|(at, path)| {
        let others = written.iter().skip(at + 1).chain(read).filter(|other| place(other) == place(path));
        others.copied().next().filter(|_| fs::metadata(path).map_or(true, |there| there.is_file()))
    });
    let Some(path) = twice else { return Ok(()) };
    let name = path.display();
    Err(Failure::new(
        Kind::Data,
        format!("`{name}` ist zweimal genannt: Ein Ergebnis überschriebe, was noch gebraucht wird"),
        format!("`{name}` is named twice: a result would overwrite what is still needed"),
    )
    .hint("Nennen Sie für jedes Ergebnis eine eigene, neue Datei.", "name a new file of its own for each result"))
}

fn create(path: &Path) -> io::Result<fs::File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
