//! Who this agent is: what it got when it was enrolled, in one file that only its owner may read.
//!
//! Key, certificate and the server's CA stand in one file, so that a renewal replaces all of them or nothing. The folder and
//! its lock are here, too: two agents in one folder would answer for each other.

use crate::address::ServerUrl;
use crate::files;
use crate::protocol::{AgentName, Hash, MedicalDevice, Schedule, parse_agent_name};
use serde_json::{Map, Value, json};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// Largest file that is read.
const MAX_BYTES: u64 = 256 * 1024;
const SCHEMA: &str = "visite.agent/1";

/// What an agent keeps about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Where the server is.
    pub server: ServerUrl,
    /// A relay to which the connection is made instead, as `host:port`; it sees encrypted bytes only.
    pub relay: Option<String>,
    /// Who it is.
    pub name: AgentName,
    /// Its key and certificate.
    pub credentials: Credentials,
    /// The server's epoch.
    pub epoch: u64,
    /// When to look.
    pub schedule: Schedule,
    /// Whether the computer belongs to a medical device.
    pub medical_device: MedicalDevice,
}

/// Key, certificate and CA, PEM.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The private key.
    pub key: String,
    /// The certificate for it.
    pub certificate: String,
    /// Certificates of the CA.
    pub ca: String,
}

/// Without the key, so that it reaches no log by accident.
impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials")
            .field("certificate", &Hash::of(self.certificate.as_bytes()))
            .finish_non_exhaustive()
    }
}

/// Why the agent's own file was not read or written.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// This computer is not enrolled.
    #[error("not enrolled: there is no `{}`", .0.display())]
    NotEnrolled(PathBuf),
    /// The file or its folder could not be read or written.
    #[error("`{}`", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file is not what an agent writes.
    #[error("`{}` is damaged at `{field}`", path.display())]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// Where in it.
        field: &'static str,
    },
    /// Another agent works in the folder.
    #[error("another agent is running in `{}`", .0.display())]
    Busy(PathBuf),
}

/// The folder in which an agent keeps everything.
#[derive(Clone, Debug)]
pub struct Home {
    folder: PathBuf,
}

/// Holds the folder for one agent as long as it exists.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Home {
    /// A folder; nothing is made yet.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// Where it is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where what was seen is kept.
    pub fn spool(&self) -> PathBuf {
        self.folder.join("spool")
    }

    /// Where the agent tells how it is.
    pub fn status(&self) -> PathBuf {
        self.folder.join("status.json")
    }

    fn file(&self) -> PathBuf {
        self.folder.join("agent.json")
    }

    /// Makes the folder and holds it. The operating system gives it free when the program ends, however it ends.
    pub fn lock(&self) -> Result<Lock, IdentityError> {
        let path = self.folder.join("lock");
        let failed = |path: &Path, source| IdentityError::File { path: path.to_owned(), source };
        files::private_folder(&self.folder).map_err(|error| failed(&self.folder, error))?;
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path).map_err(|error| failed(&path, error))?;
        match file.try_lock() {
            Ok(()) => Ok(Lock { _file: file }),
            Err(TryLockError::WouldBlock) => Err(IdentityError::Busy(self.folder.clone())),
            Err(TryLockError::Error(error)) => Err(failed(&path, error)),
        }
    }

    /// Reads who the agent is.
    pub fn read(&self) -> Result<Identity, IdentityError> {
        let path = self.file();
        let bytes = files::read_bounded(&path, MAX_BYTES).map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => IdentityError::NotEnrolled(path.clone()),
            _ => IdentityError::File { path: path.clone(), source },
        })?;
        from_json(&bytes).map_err(|field| IdentityError::Damaged { path, field })
    }

    /// Writes who the agent is.
    pub fn write(&self, identity: &Identity) -> Result<(), IdentityError> {
        let path = self.file();
        files::write_whole(&path, &to_json(identity)).map_err(|source| IdentityError::File { path, source })
    }

    /// Deletes what was seen and how the agent was.
    pub fn clear(&self) -> Result<(), IdentityError> {
        gone(self.spool(), fs::remove_dir_all(self.spool()))?;
        gone(self.status(), fs::remove_file(self.status()))
    }

    /// Deletes who the agent was, and everything that it kept.
    pub fn forget(&self) -> Result<(), IdentityError> {
        gone(self.file(), fs::remove_file(self.file()))?;
        self.clear()
    }
}

/// What is gone already need not be removed.
fn gone(path: PathBuf, result: io::Result<()>) -> Result<(), IdentityError> {
    match result {
        Err(source) if source.kind() != io::ErrorKind::NotFound => Err(IdentityError::File { path, source }),
        _ => Ok(()),
    }
}

fn to_json(identity: &Identity) -> Vec<u8> {
    let Identity { server, relay, name, credentials, epoch, schedule, medical_device } = identity;
    let Credentials { key, certificate, ca } = credentials;
    let file = json!({
        "schema": SCHEMA,
        "server": server.to_string(),
        "relay": relay,
        "name": name.to_string(),
        "epoch": epoch,
        "schedule": schedule.to_json(),
        "medical_device": medical_device.to_json(),
        "key": key,
        "certificate": certificate,
        "ca": ca,
    });
    format!("{file:#}\n").into_bytes()
}

fn from_json(bytes: &[u8]) -> Result<Identity, &'static str> {
    let mut map: Map<String, Value> = serde_json::from_slice(bytes).map_err(|_| "file")?;
    let mut text = |field: &'static str| match map.remove(field) {
        Some(Value::String(text)) => Ok(text),
        _ => Err(field),
    };
    if text("schema")? != SCHEMA {
        return Err("schema");
    }
    let server = text("server")?.parse().map_err(|_| "server")?;
    let name = parse_agent_name(&text("name")?).ok_or("name")?;
    let credentials = Credentials { key: text("key")?, certificate: text("certificate")?, ca: text("ca")? };
    let relay = text("relay").ok();
    let epoch = map.get("epoch").and_then(Value::as_u64).ok_or("epoch")?;
    let mut object = |field: &'static str| map.remove(field).ok_or(field);
    let schedule = Schedule::from_json(object("schedule")?).map_err(|_| "schedule")?;
    let medical_device = MedicalDevice::from_json(object("medical_device")?).map_err(|_| "medical_device")?;
    Ok(Identity { server, relay, name, credentials, epoch, schedule, medical_device })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity() -> Identity {
        Identity {
            server: "https://server.praxis.example:8444".parse().expect("an URL"),
            relay: Some("10.0.0.1:8444".to_owned()),
            name: parse_agent_name("agent:p/a").expect("a name"),
            credentials: Credentials { key: "k".into(), certificate: "c".into(), ca: "a".into() },
            epoch: 3,
            schedule: Schedule::default(),
            medical_device: MedicalDevice::Approved { approval: "Hersteller, 1.11.2026".to_owned() },
        }
    }

    #[test]
    fn what_was_written_is_read_and_nobody_else_may_read_it() {
        let scratch = tempfile::tempdir().expect("a folder");
        let home = Home::new(scratch.path().join("visite"));
        assert!(matches!(home.read(), Err(IdentityError::NotEnrolled(_))));
        let lock = home.lock().expect("free");
        assert!(matches!(home.lock(), Err(IdentityError::Busy(_))));
        drop(lock);
        home.lock().expect("free again");
        home.write(&identity()).expect("written");
        assert_eq!(home.read().expect("read"), identity());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
            assert_eq!((mode(home.folder()), mode(&home.file())), (0o700, 0o600));
        }
        assert!(!format!("{:?}", identity()).contains("\"k\""));
        home.forget().expect("forgotten");
        assert!(matches!(home.read(), Err(IdentityError::NotEnrolled(_))));
    }

    #[test]
    fn a_damaged_file_is_told_by_its_place() {
        assert_eq!(from_json(b"{"), Err("file"));
        assert_eq!(from_json(br#"{"schema":"visite.agent/2"}"#), Err("schema"));
        let mut file: Value = serde_json::from_slice(&to_json(&identity())).expect("our own");
        file["name"] = json!("agent:p");
        assert_eq!(from_json(file.to_string().as_bytes()), Err("name"));
    }
}
