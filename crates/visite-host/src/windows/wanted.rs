//! What a collector wants to have read, said in data: whoever reads for it, here or with a script elsewhere, reads this and
//! nothing else.

/// A question to the registry or to WMI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Some values of the keys at a path. A part `*` stands for every key at that place; below `HKU` it stands for the
    /// people whose registry is loaded.
    Values(&'static str, &'static [&'static str]),
    /// Names of the keys below the keys at a path.
    Keys(&'static str),
    /// Properties of all rows of a class of WMI.
    Rows {
        /// Namespace, e.g. `root\cimv2`.
        namespace: &'static str,
        /// Class, e.g. `Win32_Service`.
        class: &'static str,
        /// Properties.
        properties: &'static [&'static str],
        /// Condition in WQL, or nothing.
        condition: &'static str,
    },
}

impl Wanted {
    /// Under which name a recording keeps the rows of a class.
    pub fn rows_name(namespace: &str, class: &str) -> String {
        format!("{namespace}:{class}")
    }
}

/// Where the registries of people begin: their identifiers, and neither services nor the default.
pub fn is_person(sid: &str) -> bool {
    let sid = sid.to_ascii_uppercase();
    (sid.starts_with("S-1-5-21-") || sid.starts_with("S-1-12-1-")) && !sid.ends_with("_CLASSES")
}
