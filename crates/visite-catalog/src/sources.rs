//! Where the catalogue comes from: layers of files, the embedded one at the bottom.
//!
//! A layer is a set of file names and texts; reading them from a disk is the caller's business, so that everything
//! here stays pure. Which unit of which layer counts is decided in [`crate::load`].

use std::borrow::Cow;
use std::collections::BTreeMap;

/// Every file below `catalog/`, put into the binary when it was built.
static EMBEDDED: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// Files of one layer, by their path below the layer's root, with `/` between the parts.
#[derive(Clone, Debug)]
pub struct Layer {
    /// What reports call it: `embedded`, or the directory it was read from.
    pub name: String,
    /// Path and text of each file.
    pub files: BTreeMap<Cow<'static, str>, Cow<'static, str>>,
}

impl Layer {
    /// What Visite brings along.
    pub fn embedded() -> Self {
        let files = EMBEDDED.iter().map(|(path, text)| (Cow::Borrowed(*path), Cow::Borrowed(*text))).collect();
        Self { name: "embedded".to_owned(), files }
    }

    /// A layer from files that someone has read.
    pub fn from_files(name: impl Into<String>, files: impl IntoIterator<Item = (String, String)>) -> Self {
        let files = files.into_iter().map(|(path, text)| (Cow::Owned(path), Cow::Owned(text))).collect();
        Self { name: name.into(), files }
    }
}
