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
/// name accounts and gaps.
pub fn to_file(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let partial = path.with_file_name(format!(".{name}.{}.partial", std::process::id()));
    let written = create(&partial).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&partial, path)
    });
    written.map_err(|error| {
        // It may never have been created.
        let _ = fs::remove_file(&partial);
        Failure::writing(path, &error)
    })
}

fn create(path: &Path) -> io::Result<fs::File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
