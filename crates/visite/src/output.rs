//! Where results go: standard output or a file that is there whole or not at all.

use crate::failure::{self, Failure, Kind};
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// Writes to standard output. A reader that stops early, such as `head`, is no failure.
pub fn to_stdout(bytes: &[u8]) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::new(Kind::Write, "Die Ausgabe lässt sich nicht schreiben", "cannot write to standard output")
                .because_of(failure::system(&error)))
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

/// Refuses to write over a file that the same call reads, or to write two things to one file: a record of what was sent
/// would be lost. Both lists name the argument with each file.
pub fn distinct(read: &[(&str, &Path)], written: &[(&str, Option<&Path>)]) -> Result<(), Failure> {
    let mut taken = read.to_vec();
    for (name, path) in written {
        let Some(path) = path else { continue };
        if let Some((other, _)) = taken.iter().find(|(_, other)| is_same(other, path)) {
            let shown = path.display();
            return Err(Failure::new(
                Kind::Usage,
                format!("`{other}` und `{name}` nennen dieselbe Datei `{shown}`"),
                format!("`{other}` and `{name}` name the same file `{shown}`"),
            )
            .hint(
                "Geben Sie dem, was geschrieben wird, einen neuen Namen. Sonst ginge die andere Datei verloren.",
                "give what is written a new name; else the other file would be lost",
            ));
        }
        taken.push((name, path));
    }
    Ok(())
}

/// Whether two paths lead to the same file, whether it is there yet or not.
fn is_same(one: &Path, other: &Path) -> bool {
    let place = |path: &Path| {
        path.canonicalize().or_else(|_| {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
            folder.canonicalize().map(|folder| folder.join(path.file_name().unwrap_or_default()))
        })
    };
    one == other || matches!((place(one), place(other)), (Ok(one), Ok(other)) if one == other)
}

fn create(path: &Path) -> io::Result<fs::File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_spellings_of_one_file_are_the_same() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("a.json"), "").expect("ours");
        let (plain, winding) = (folder.path().join("a.json"), folder.path().join(".").join("a.json"));
        assert!(is_same(&plain, &winding));
        assert!(is_same(&folder.path().join("new.json"), &folder.path().join("./new.json")));
        assert!(!is_same(&plain, &folder.path().join("b.json")));
    }
}
