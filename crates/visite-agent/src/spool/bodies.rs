//! Contents of snapshots on disk, each once, named by its hash and packed.

use crate::files::{self, PARTIAL};
use crate::protocol::{Hash, MAX_BODY_BYTES, MAX_PACKED_BYTES, pack, unpack};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::PathBuf;

const ENDING: &str = ".json.gz";

/// The contents that are there.
#[derive(Debug)]
pub struct Bodies {
    folder: PathBuf,
    /// Size on disk in bytes.
    sizes: BTreeMap<Hash, u64>,
}

impl Bodies {
    /// Opens a folder; what a program left that was killed is removed.
    pub fn open(folder: PathBuf) -> io::Result<Self> {
        files::private_folder(&folder)?;
        let mut sizes = BTreeMap::new();
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.ends_with(PARTIAL) {
                files::remove(&entry.path())?;
            } else if let Some(hash) = name.strip_suffix(ENDING).and_then(|name| name.parse().ok()) {
                sizes.insert(hash, entry.metadata()?.len());
            }
        }
        Ok(Self { folder, sizes })
    }

    fn path(&self, hash: Hash) -> PathBuf {
        self.folder.join(format!("{hash}{ENDING}"))
    }

    /// Keeps a content, unless it is there.
    pub fn put(&mut self, hash: Hash, body: &str) -> io::Result<()> {
        if self.sizes.contains_key(&hash) {
            return Ok(());
        }
        let packed = pack(body.as_bytes());
        files::write_whole(&self.path(hash), &packed)?;
        self.sizes.insert(hash, u64::try_from(packed.len()).unwrap_or(u64::MAX));
        Ok(())
    }

    /// Reads a content; `None` if it is gone, or no longer what its name says.
    pub fn read(&self, hash: Hash) -> Option<String> {
        let limit = u64::try_from(MAX_PACKED_BYTES).unwrap_or(u64::MAX);
        let packed = files::read_bounded(&self.path(hash), limit).ok()?;
        let body = unpack(&packed, MAX_BODY_BYTES).ok().filter(|body| Hash::of(body) == hash)?;
        String::from_utf8(body).ok()
    }

    /// Removes a content that cannot be read, so that it is written anew when it is seen again.
    pub fn discard(&mut self, hash: Hash) {
        self.sizes.remove(&hash);
        // If it cannot be removed, it is written over.
        let _ = files::remove(&self.path(hash));
    }

    /// Removes what nothing speaks of any more.
    pub fn retain(&mut self, used: &BTreeSet<Hash>) -> io::Result<()> {
        let unused: Vec<Hash> = self.sizes.keys().filter(|hash| !used.contains(hash)).copied().collect();
        for hash in unused {
            files::remove(&self.path(hash))?;
            self.sizes.remove(&hash);
        }
        Ok(())
    }

    /// Size of some contents on disk in bytes.
    pub fn size<'a>(&self, hashes: impl IntoIterator<Item = &'a Hash>) -> u64 {
        hashes.into_iter().filter_map(|hash| self.sizes.get(hash)).sum()
    }
}
