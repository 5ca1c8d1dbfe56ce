//! Files that are there whole or not at all, also after the power failed; readable for their owner only.
//!
//! For everything that the agent keeps. What differs between operating systems about owners and folders is in here.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;

/// How a file looks that was being written when the program ended.
pub const PARTIAL: &str = ".partial";

/// Makes a folder that only its owner may enter, with those above it; one that exists is closed to others.
pub fn private_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)?;
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
    Ok(())
}

/// Writes a file beside its place, waits until it is on the disk, moves it there, and waits for that, too.
pub fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let partial = folder.join(format!("{name}{PARTIAL}"));
    let written = create(&partial).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&partial, path)
    });
    if let Err(error) = written {
        // It may never have been created; on a full disk its place is needed.
        let _ = fs::remove_file(&partial);
        return Err(error);
    }
    sync_folder(folder)
}

/// Waits until what was moved into a folder or out of it is on the disk.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    File::open(folder)?.sync_all()?;
    // Elsewhere a folder cannot be opened like a file, and the file system keeps the order of moves by itself.
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
}

/// Reads a file of at most `limit` bytes; a larger one is an error.
pub fn read_bounded(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(limit + 1).read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > limit {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "larger than any real one"));
    }
    Ok(bytes)
}

/// Removes a file; one that is gone already is no failure.
pub fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    // What a program left that was killed is written over; nobody else may write into the folder.
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
