//! What was read of a Windows computer before anybody makes sense of it: keys of the registry, rows of WMI.
//!
//! Reading and understanding are apart. [`crate::windows::live`] reads on Windows what [`crate::windows::wanted`] lists; a
//! script can do the same; files like these replay on any system. What was not asked is not in here, what was asked and is
//! not there is here as absent, and what could not be read says why.
//!
//! Names of keys and values are compared without regard to case, as Windows does.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use visite_facts::{Observed, Unknown, UnknownReason};

/// The schema name that recordings carry.
pub const SCHEMA: &str = "visite.windows/1";
/// Largest recording, in bytes.
pub const MAX_BYTES: usize = 64 * 1024 * 1024;

/// What was read of one Windows computer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recording {
    /// [`SCHEMA`].
    pub schema: String,
    /// When it was read, by the clock of the computer.
    pub recorded_at: Timestamp,
    /// Whether it was read with the rights of an administrator.
    #[serde(default)]
    pub elevated: bool,
    /// Keys by their whole path, e.g. `HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion`.
    #[serde(default)]
    pub registry: BTreeMap<String, Asked<Key>>,
    /// Rows by the class that was asked, e.g. `root\cimv2:Win32_Service`.
    #[serde(default)]
    pub wmi: BTreeMap<String, Asked<Vec<Row>>>,
}

/// The answer to a question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asked<T> {
    /// It is there.
    Found(T),
    /// There is none.
    Absent,
    /// It could not be told: why.
    Failed(UnknownReason),
}

/// A key of the registry.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Key {
    /// The values that were asked for, by name; the standard value has the empty name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, Data>,
    /// Names of the keys below, where they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keys: Option<Vec<String>>,
}

/// A row of WMI: properties by name; one that has no value is not in here.
pub type Row = BTreeMap<String, Data>;

/// A value of the registry or of WMI.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Data {
    /// Yes or no (WMI).
    Flag(bool),
    /// `REG_DWORD`, `REG_QWORD`, whole numbers of WMI.
    Number(i64),
    /// `REG_SZ`, `REG_EXPAND_SZ` as it is written, text and times of WMI.
    Text(String),
    /// `REG_MULTI_SZ`, lists of WMI.
    List(Vec<Data>),
    /// `REG_BINARY` and everything else.
    Bytes {
        /// Hexadecimal digits.
        hex: String,
    },
}

impl Data {
    /// The number; a text that is one counts, for programs and people write both.
    pub fn number(&self) -> Option<i64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Flag(flag) => Some((*flag).into()),
            Self::Text(text) => {
                let text = text.trim();
                match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
                    Some(hex) => i64::from_str_radix(hex, 16).ok(),
                    None => text.parse().ok(),
                }
            }
            Self::List(_) | Self::Bytes { .. } => None,
        }
    }

    /// The text, without white space around it.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text.trim_matches(|sign: char| sign.is_whitespace() || sign == '\0')),
            _ => None,
        }
    }
}

/// Why a recording is none.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    /// It is larger than any real one.
    #[error("the recording has more than 64 MiB")]
    TooLarge,
    /// It is not written as recordings are.
    #[error("the recording cannot be read: {0}")]
    Malformed(#[from] serde_json::Error),
    /// It is of another schema.
    #[error("this is no recording of a Windows computer: its schema is `{0}`")]
    OtherSchema(String),
}

impl Recording {
    /// An empty one of this moment, to be filled.
    pub fn new(recorded_at: Timestamp) -> Self {
        Self { schema: SCHEMA.to_owned(), recorded_at, ..Self::default() }
    }

    /// Whether bytes are meant to be a recording, and not another JSON file of Visite.
    pub fn is_meant(bytes: &[u8]) -> bool {
        #[derive(Deserialize)]
        struct Named {
            schema: String,
        }
        let named = serde_json::from_slice::<Named>(without_mark(bytes));
        named.is_ok_and(|named| named.schema.starts_with("visite.windows/"))
    }

    /// Reads a recording; a mark of UTF-8 at its beginning, as PowerShell writes it, is no harm.
    ///
    /// # Errors
    ///
    /// [`RecordingError`].
    pub fn from_json(bytes: &[u8]) -> Result<Self, RecordingError> {
        if bytes.len() > MAX_BYTES {
            return Err(RecordingError::TooLarge);
        }
        let read: Self = serde_json::from_slice(without_mark(bytes))?;
        if read.schema != SCHEMA {
            return Err(RecordingError::OtherSchema(read.schema));
        }
        Ok(read.tidied())
    }

    /// Names of keys and classes as they are compared.
    fn tidied(self) -> Self {
        let registry = self.registry.into_iter().map(|(path, key)| (folded(&path), key)).collect();
        let wmi = self.wmi.into_iter().map(|(class, rows)| (folded(&class), rows)).collect();
        Self { registry, wmi, ..self }
    }

    /// Notes what was read of a key.
    pub fn put_key(&mut self, path: &str, key: Asked<Key>) {
        self.registry.insert(folded(path), key);
    }

    /// Notes what was read of a class.
    pub fn put_rows(&mut self, class: &str, rows: Asked<Vec<Row>>) {
        self.wmi.insert(folded(class), rows);
    }

    /// A key: `None` if there is none.
    ///
    /// # Errors
    ///
    /// Why it cannot be told.
    pub fn key(&self, path: &str) -> Result<Option<&Key>, UnknownReason> {
        match self.registry.get(&folded(path)) {
            Some(Asked::Found(key)) => Ok(Some(key)),
            Some(Asked::Absent) => Ok(None),
            Some(Asked::Failed(reason)) => Err(*reason),
            None => Err(UnknownReason::NotCollected),
        }
    }

    /// A value; `None` if there is none, or its key is not there.
    ///
    /// # Errors
    ///
    /// Why it cannot be told.
    pub fn value(&self, path: &str, name: &str) -> Result<Option<&Data>, UnknownReason> {
        Ok(self.key(path)?.and_then(|key| key.value(name)))
    }

    /// A number. A value that is none is malformed.
    ///
    /// # Errors
    ///
    /// Why it cannot be told.
    pub fn number(&self, path: &str, name: &str) -> Result<Option<i64>, UnknownReason> {
        self.value(path, name)?.map(|data| data.number().ok_or(UnknownReason::Malformed)).transpose()
    }

    /// A text. A value that is none is malformed.
    ///
    /// # Errors
    ///
    /// Why it cannot be told.
    pub fn text(&self, path: &str, name: &str) -> Result<Option<&str>, UnknownReason> {
        self.value(path, name)?.map(|data| data.text().ok_or(UnknownReason::Malformed)).transpose()
    }

    /// Names of the keys below a key; none if it is not there.
    ///
    /// # Errors
    ///
    /// Why it cannot be told.
    pub fn keys(&self, path: &str) -> Result<&[String], UnknownReason> {
        let Some(key) = self.key(path)? else { return Ok(&[]) };
        key.keys.as_deref().ok_or(UnknownReason::NotCollected)
    }

    /// Rows of a class.
    ///
    /// # Errors
    ///
    /// Why there are none; a class that this computer does not have is [`UnknownReason::NotSupported`].
    pub fn rows(&self, class: &str) -> Result<&[Row], UnknownReason> {
        match self.wmi.get(&folded(class)) {
            Some(Asked::Found(rows)) => Ok(rows),
            Some(Asked::Absent) => Err(UnknownReason::NotSupported),
            Some(Asked::Failed(reason)) => Err(*reason),
            None => Err(UnknownReason::NotCollected),
        }
    }
}

impl Key {
    /// A value by its name.
    pub fn value(&self, name: &str) -> Option<&Data> {
        self.values.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, data)| data)
    }
}

/// A property of a row.
pub fn property<'r>(row: &'r Row, name: &str) -> Option<&'r Data> {
    row.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, data)| data)
}

/// What was found, or `default` where nothing stands: for settings whose absence has a meaning.
pub fn or_default<T>(found: Result<Option<T>, UnknownReason>, default: T) -> Observed<T> {
    match found {
        Ok(found) => Observed::Known(found.unwrap_or(default)),
        Err(reason) => Unknown(reason),
    }
}

/// Without the mark of UTF-8 at the beginning.
fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

fn folded(name: &str) -> String {
    name.to_ascii_lowercase()
}
