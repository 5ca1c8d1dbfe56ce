//! Files that leave the server: backups, with the keys or without, and whole practices.
//!
//! What is encrypted is a file of age (age-encryption.org/v1) with a passphrase, so that other programs open it, too. In it,
//! or without encryption, lies the file of [`visite_store`]; before that, if keys are in it, one line of JSON with them.

use crate::agents::authority;
use crate::start::KEY_FILE;
use age::secrecy::SecretString;
use age::{DecryptError, Decryptor, Encryptor, scrypt};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use visite_agent::files;
use visite_facts::Text;
use visite_store::{AuditEvent, BackupHeader, PracticeId, Store, StoreError};

/// Fewest characters of a passphrase: whoever has the file may try as often as they like.
pub const MIN_PASSPHRASE: usize = 12;

/// The schema name of the line with keys.
const KEYS_SCHEMA: &str = "visite.keys/1";
/// How a file of age begins.
const AGE: &[u8] = b"age-encryption.org/";
/// Work that each try at a passphrase takes, as a power of two: half a second and 128 MiB, which small machines have, too.
const WORK: u8 = 17;
/// Work that is done for a passphrase at most: 1 GiB of memory, so that a file from elsewhere does not take all there is.
const MOST_WORK: u8 = 20;
/// Longest line with keys, and longest key file.
const MAX_KEYS: u64 = 256 * 1024;

/// A passphrase that a person chose.
#[derive(Clone)]
pub struct Passphrase(SecretString);

/// A passphrase is too short.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a passphrase has at least {MIN_PASSPHRASE} characters")]
pub struct TooShort;

impl Passphrase {
    /// A passphrase for a new file.
    ///
    /// # Errors
    ///
    /// If it has fewer than [`MIN_PASSPHRASE`] characters.
    pub fn chosen(text: String) -> Result<Self, TooShort> {
        if text.chars().count() < MIN_PASSPHRASE { Err(TooShort) } else { Ok(Self::typed(text)) }
    }

    /// A passphrase for a file that is there.
    pub fn typed(text: String) -> Self {
        Self(SecretString::from(text))
    }
}

/// Why a file could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// A key file could not be read or written.
    #[error("cannot use `{}`", path.display())]
    Key {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file is encrypted, and no passphrase was given.
    #[error("the file needs its passphrase")]
    PassphraseMissing,
    /// The passphrase is not that of the file, or the file was changed.
    #[error("the passphrase does not open the file")]
    PassphraseWrong,
    /// The file is encrypted in a way that this program does not open.
    #[error("the file is encrypted in another way")]
    OtherEncryption,
    /// The line with the keys is not what this program writes.
    #[error("the keys in the file cannot be used")]
    Keys,
    /// Reading or writing the file failed.
    #[error("the file broke off")]
    Io(#[from] io::Error),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl VaultError {
    /// What failed and what to do next, for people.
    pub fn text(&self) -> Text {
        match self {
            Self::Key { path, .. } => Text::new(
                format!("Die Schlüsseldatei `{}` lässt sich nicht benutzen", path.display()),
                format!("cannot use the key file `{}`", path.display()),
            ),
            Self::PassphraseMissing => {
                Text::new("Die Datei ist verschlüsselt. Es fehlt ihr Passwort", "the file needs its passphrase")
            }
            Self::PassphraseWrong => Text::new(
                "Das Passwort passt nicht zu dieser Datei, oder sie wurde verändert",
                "the passphrase does not open this file, or the file was changed",
            ),
            Self::OtherEncryption => Text::new(
                "Die Datei ist anders verschlüsselt, als Visite es tut",
                "the file is encrypted in another way than Visite does",
            ),
            Self::Keys => Text::new(
                "Die Schlüssel in der Datei lassen sich nicht verwenden. Bitte eine andere Sicherung nehmen",
                "the keys in the file cannot be used; please take another backup",
            ),
            Self::Io(_) => {
                Text::new("Die Datei ließ sich nicht lesen oder schreiben", "the file could not be read or written")
            }
            Self::Store(error) => error.text(),
        }
    }
}

/// The keys of a server, as they lie beside its store.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    schema: String,
    /// The key of the installation.
    key: String,
    /// The authority that agents know the server by, with its key (PEM).
    authority: String,
}

impl Keys {
    fn places(data: &Path) -> (PathBuf, PathBuf) {
        (data.join(KEY_FILE), data.join("authority").join(authority::FILE))
    }

    /// Reads the keys of the server whose folder is `data`.
    ///
    /// # Errors
    ///
    /// If one of the files cannot be read.
    pub fn read(data: &Path) -> Result<Self, VaultError> {
        let (key, authority) = Self::places(data);
        let read = |path: PathBuf| {
            let text = files::read_bounded(&path, MAX_KEYS).and_then(|bytes| {
                String::from_utf8(bytes).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
            });
            text.map_err(|source| VaultError::Key { path, source })
        };
        Ok(Self { schema: KEYS_SCHEMA.to_owned(), key: read(key)?, authority: read(authority)? })
    }

    /// Puts them into the folder of a server.
    ///
    /// # Errors
    ///
    /// If one of the files cannot be written.
    pub fn write(&self, data: &Path) -> Result<(), VaultError> {
        let (key, authority) = Self::places(data);
        for (path, text) in [(key, &self.key), (authority, &self.authority)] {
            let folder = path.parent().map_or(Ok(()), files::private_folder);
            let written = folder.and_then(|()| files::write_whole(&path, text.as_bytes()));
            written.map_err(|source| VaultError::Key { path, source })?;
        }
        Ok(())
    }
}

/// Encrypts for whoever knows the passphrase, with the same work on every machine.
fn sealer(passphrase: &Passphrase) -> io::Result<Encryptor> {
    let mut recipient = scrypt::Recipient::new(passphrase.0.clone());
    recipient.set_work_factor(WORK);
    Encryptor::with_recipients(std::iter::once(&recipient as &dyn age::Recipient)).map_err(io::Error::other)
}

/// Writes everything that the store keeps; with `keys` only if there is a passphrase, too.
///
/// # Errors
///
/// See [`VaultError`]; what was written until then is of no use.
pub async fn back_up<W: Write + Send>(
    store: &Store,
    sealing: Option<(&Passphrase, Option<&Keys>)>,
    mut out: W,
    now: Timestamp,
) -> Result<BackupHeader, VaultError> {
    let Some((passphrase, keys)) = sealing else { return Ok(store.backup(out, now).await?) };
    let mut sealed = sealer(passphrase)?.wrap_output(&mut out)?;
    if let Some(keys) = keys {
        let line = serde_json::to_string(keys).map_err(|_| VaultError::Keys)?;
        sealed.write_all(line.as_bytes())?;
        sealed.write_all(b"\n")?;
    }
    let header = store.backup(&mut sealed, now).await?;
    sealed.finish()?;
    Ok(header)
}

/// Writes a practice, encrypted.
///
/// # Errors
///
/// See [`VaultError`]; what was written until then is of no use.
pub async fn export<W: Write + Send>(
    store: &Store,
    practice: &PracticeId,
    passphrase: &Passphrase,
    mut out: W,
    now: Timestamp,
) -> Result<BackupHeader, VaultError> {
    let mut sealed = sealer(passphrase)?.wrap_output(&mut out)?;
    let header = store.practice(practice.clone()).export(&mut sealed, now).await?;
    sealed.finish()?;
    Ok(header)
}

/// A file that was opened: its keys, if it has some, and the rest of it.
pub struct Opened {
    /// The keys.
    pub keys: Option<Keys>,
    rest: Box<dyn BufRead + Send>,
}

/// Whether the file begins as an encrypted one.
///
/// # Errors
///
/// If it cannot be read.
pub fn is_encrypted(file: &mut impl BufRead) -> io::Result<bool> {
    Ok(file.fill_buf()?.starts_with(AGE))
}

/// Opens a file, with its passphrase if it needs one.
///
/// # Errors
///
/// If the passphrase is missing or wrong, or the file is damaged.
pub fn open(mut file: impl BufRead + Send + 'static, passphrase: Option<&Passphrase>) -> Result<Opened, VaultError> {
    if !is_encrypted(&mut file)? {
        return Ok(Opened { keys: None, rest: Box::new(file) });
    }
    let passphrase = passphrase.ok_or(VaultError::PassphraseMissing)?;
    let decryptor = Decryptor::new_buffered(file).map_err(refusal)?;
    if !decryptor.is_scrypt() {
        return Err(VaultError::OtherEncryption);
    }
    let mut identity = scrypt::Identity::new(passphrase.0.clone());
    identity.set_max_work_factor(MOST_WORK);
    let opened = decryptor.decrypt(std::iter::once(&identity as &dyn age::Identity)).map_err(refusal)?;
    let mut rest = BufReader::new(opened);
    let first = rest.fill_buf().map_err(|_| VaultError::PassphraseWrong)?.first().copied();
    let mut keys = None;
    if first == Some(b'{') {
        let mut line = Vec::new();
        rest.by_ref().take(MAX_KEYS).read_until(b'\n', &mut line)?;
        let read: Keys = serde_json::from_slice(&line).map_err(|_| VaultError::Keys)?;
        if read.schema != KEYS_SCHEMA {
            return Err(VaultError::Keys);
        }
        keys = Some(read);
    }
    Ok(Opened { keys, rest: Box::new(rest) })
}

fn refusal(error: DecryptError) -> VaultError {
    match error {
        DecryptError::Io(error) if error.kind() != io::ErrorKind::InvalidData => VaultError::Io(error),
        DecryptError::UnknownFormat | DecryptError::ExcessiveWork { .. } => VaultError::OtherEncryption,
        _ => VaultError::PassphraseWrong,
    }
}

impl Opened {
    /// Puts a backup into a store, which has to be empty.
    ///
    /// # Errors
    ///
    /// See [`Store::restore`]; the store is as it was then.
    pub async fn restore(self, store: &Store, event: &AuditEvent) -> Result<BackupHeader, VaultError> {
        Ok(store.restore(self.rest, event).await?)
    }

    /// Puts a practice into a store.
    ///
    /// # Errors
    ///
    /// See [`Store::import`]; the store is as it was then.
    pub async fn import(self, store: &Store, event: &AuditEvent) -> Result<PracticeId, VaultError> {
        Ok(store.import(self.rest, event).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;
    use visite_store::{Location, NewPractice};

    const NOW: &str = "2026-03-02T08:00:00Z";

    async fn store(folder: &Path) -> Store {
        Store::open(&Location::file(folder.join("visite.db"))).await.unwrap()
    }

    fn event() -> AuditEvent {
        AuditEvent::new(NOW.parse().unwrap(), "visite", None, "test")
    }

    async fn filled(folder: &Path) -> Store {
        let store = store(folder).await;
        let new = NewPractice {
            id: PracticeId::new("linde").unwrap(),
            name: "Praxis Linde".into(),
            time_zone: "Europe/Berlin".into(),
        };
        store.create_practice(&event(), &new).await.unwrap();
        store
    }

    fn keys() -> Keys {
        Keys { schema: KEYS_SCHEMA.into(), key: "00\n".into(), authority: "PEM".into() }
    }

    fn passphrase() -> Passphrase {
        Passphrase::chosen("lampe regen sofa".into()).unwrap()
    }

    #[tokio::test]
    async fn keys_and_store_come_back_with_the_passphrase_only() {
        let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let store = filled(from.path()).await;
        let mut file = Vec::new();
        back_up(&store, Some((&passphrase(), Some(&keys()))), &mut file, event().at).await.unwrap();
        assert!(file.starts_with(AGE) && !file.windows(3).any(|part| part == b"PEM"));
        assert!(matches!(open(Cursor::new(file.clone()), None), Err(VaultError::PassphraseMissing)));
        let wrong = Passphrase::typed("lampe regen sofb".into());
        assert!(matches!(open(Cursor::new(file.clone()), Some(&wrong)), Err(VaultError::PassphraseWrong)));
        let opened = open(Cursor::new(file), Some(&passphrase())).unwrap();
        assert_eq!(opened.keys.as_ref().unwrap().authority, "PEM");
        opened.keys.as_ref().unwrap().write(to.path()).unwrap();
        let other = self::store(to.path()).await;
        opened.restore(&other, &event()).await.unwrap();
        assert_eq!(other.practices().await.unwrap()[0].name, "Praxis Linde");
        assert_eq!(Keys::read(to.path()).unwrap().authority, "PEM");
    }

    #[tokio::test]
    async fn a_file_that_was_changed_or_cut_off_is_refused_and_nothing_is_kept() {
        let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let store = filled(from.path()).await;
        let mut file = Vec::new();
        export(&store, &PracticeId::new("linde").unwrap(), &passphrase(), &mut file, event().at).await.unwrap();
        let other = self::store(to.path()).await;
        let mut changed = file.clone();
        let middle = file.len() - 40;
        changed[middle] ^= 1;
        for bad in [changed, file[..file.len() - 20].to_vec()] {
            match open(Cursor::new(bad), Some(&passphrase())) {
                Ok(opened) => assert!(opened.import(&other, &event()).await.is_err()),
                Err(error) => assert!(matches!(error, VaultError::PassphraseWrong), "{error}"),
            }
        }
        assert!(other.practices().await.unwrap().is_empty());
        let practice = open(Cursor::new(file), Some(&passphrase())).unwrap();
        assert_eq!(practice.import(&other, &event()).await.unwrap().as_str(), "linde");
    }

    /// With keys in it, wherever it is changed or cut off: nothing comes out of it.
    #[tokio::test]
    async fn every_change_is_noticed() {
        let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let store = filled(from.path()).await;
        let mut file = Vec::new();
        back_up(&store, Some((&passphrase(), Some(&keys()))), &mut file, event().at).await.unwrap();
        assert!(file.starts_with(b"age-encryption.org/v1\n-> scrypt "));
        let other = self::store(to.path()).await;
        // The format's name, salt, key and sum of the head; the nonce; the keys; the store's part.
        let places = [3, 35, 70, 120, 150, 185, 220, 300, file.len() - 20, file.len() - 1];
        let changed = places.map(|place| {
            let mut changed = file.clone();
            changed[place] ^= 4;
            changed
        });
        let lengths = [1, 30, 100, 160, 190, 230, 300, file.len() - 1];
        for (number, bad) in changed.into_iter().chain(lengths.map(|length| file[..length].to_vec())).enumerate() {
            if let Ok(opened) = open(Cursor::new(bad), Some(&passphrase())) {
                assert!(opened.restore(&other, &event()).await.is_err(), "{number}");
            }
        }
        assert!(other.practices().await.unwrap().is_empty());
        open(Cursor::new(file), Some(&passphrase())).unwrap().restore(&other, &event()).await.unwrap();
    }

    /// A file from elsewhere may ask for more work, and with it memory, than a machine has.
    #[test]
    fn no_file_takes_all_memory() {
        for (work, opens) in [(2, true), (30, false)] {
            let mut recipient = scrypt::Recipient::new(passphrase().0);
            recipient.set_work_factor(2);
            let sealer = Encryptor::with_recipients(std::iter::once(&recipient as &dyn age::Recipient)).unwrap();
            let mut file = Vec::new();
            let mut sealed = sealer.wrap_output(&mut file).unwrap();
            sealed.write_all(b"x").unwrap();
            sealed.finish().unwrap();
            let head = String::from_utf8_lossy(&file).lines().nth(1).unwrap().to_owned();
            let asked = head.strip_suffix(" 2").map(|head| format!("{head} {work}")).unwrap();
            let start = AGE.len() + "v1\n".len();
            file.splice(start..start + head.len(), asked.bytes());
            match open(Cursor::new(file), Some(&passphrase())) {
                Ok(_) => assert!(opens),
                Err(error) => assert!(!opens && matches!(error, VaultError::OtherEncryption), "{error}"),
            }
        }
    }

    #[test]
    fn a_passphrase_is_long() {
        assert!(Passphrase::chosen("kurz".into()).is_err());
    }
}
