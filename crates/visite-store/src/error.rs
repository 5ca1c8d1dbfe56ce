//! What can go wrong, in words that name the next step.

use sea_orm::{ConnAcquireErr, DbErr, RuntimeErr, SqlErr, SqlxError};
use visite_facts::Text;

/// The cause as the database states it.
type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why the store could not do something.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The text names no place where a store can be.
    #[error("`{scheme}` is no kind of database that the store knows")]
    Location {
        /// What stands before the colon.
        scheme: String,
    },
    /// Something is not there, or not in this practice.
    #[error("there is no {what} `{id}`")]
    NotFound {
        /// What it is.
        what: &'static str,
        /// Its id.
        id: String,
    },
    /// Something is there already.
    #[error("the {what} `{id}` is there already")]
    AlreadyThere {
        /// What it is.
        what: &'static str,
        /// Its id.
        id: String,
    },
    /// A value cannot be kept.
    #[error("the {what} is not usable: {}", why.en)]
    Invalid {
        /// What it is.
        what: &'static str,
        /// What it should be, for people.
        why: Text,
    },
    /// The agent's access has ended.
    #[error("the agent `{agent}` is revoked")]
    Revoked {
        /// The agent.
        agent: String,
    },
    /// There is no room left where the database lies.
    #[error("no room left for the database")]
    Full(#[source] Cause),
    /// The database does not answer.
    #[error("the database cannot be reached")]
    Unreachable(#[source] Cause),
    /// Another program keeps the database busy for too long, or two changes met.
    #[error("the database is busy")]
    Busy(#[source] Cause),
    /// The database may not be opened or written.
    #[error("no right to use the database")]
    Denied(#[source] Cause),
    /// The database is damaged.
    #[error("the database is damaged: {detail}")]
    Damaged {
        /// What the database says about it.
        detail: String,
    },
    /// A newer program has used this database.
    #[error("the database has schema {found}, this program knows schema {known}")]
    Newer {
        /// The database's schema.
        found: i64,
        /// The newest one that this program knows.
        known: i64,
    },
    /// A change of the schema did not succeed; everything is as it was before.
    #[error("the change of schema `{name}` failed; the database is as it was")]
    Migration {
        /// Which one.
        name: String,
        /// Why.
        #[source]
        cause: Cause,
    },
    /// Data can only be restored where nothing is.
    #[error("the store is not empty")]
    NotEmpty,
    /// A file is no backup or no practice, or was changed or cut off.
    #[error("the file cannot be used: {}", why.en)]
    File {
        /// What is the matter with it, for people.
        why: Text,
    },
    /// A file could not be read or written.
    #[error("reading or writing the file failed")]
    Io(#[from] std::io::Error),
    /// A row holds something that this program does not understand.
    #[error("a stored {what} is not understood: {why}")]
    Stored {
        /// What it is.
        what: &'static str,
        /// What is the matter with it.
        why: String,
    },
    /// The store was closed.
    #[error("the store is closed")]
    Closed,
    /// Something else, as the database states it.
    #[error("the database refused")]
    Database(#[source] Cause),
}

impl StoreError {
    pub(crate) fn not_found(what: &'static str, id: impl std::fmt::Display) -> Self {
        Self::NotFound { what, id: id.to_string() }
    }

    pub(crate) fn already_there(what: &'static str, id: impl std::fmt::Display) -> Self {
        Self::AlreadyThere { what, id: id.to_string() }
    }

    pub(crate) fn invalid(what: &'static str, de: impl Into<String>, en: impl Into<String>) -> Self {
        Self::Invalid { what, why: Text::new(de, en) }
    }

    /// A time or a number that is out of every range.
    pub(crate) fn out_of_range(what: &'static str) -> Self {
        Self::invalid(what, "die Zahl ist zu groß", "the number is too large")
    }

    pub(crate) fn id(what: &'static str, text: &str) -> Self {
        let shown: String = text.chars().take(40).collect();
        Self::invalid(
            what,
            format!("`{shown}` hat andere Zeichen als Kleinbuchstaben, Ziffern, `-`, `_` und `.`, oder mehr als 64"),
            format!("`{shown}` has other characters than small letters, digits, `-`, `_` and `.`, or more than 64"),
        )
    }

    pub(crate) fn stored(what: &'static str, why: impl std::fmt::Display) -> Self {
        Self::Stored { what, why: why.to_string() }
    }

    pub(crate) fn file(de: impl Into<String>, en: impl Into<String>) -> Self {
        Self::File { why: Text::new(de, en) }
    }

    /// The same, but "it is there already" if the row's key was taken.
    pub(crate) fn or_there(error: DbErr, what: &'static str, id: impl std::fmt::Display) -> Self {
        match error.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(_)) => Self::already_there(what, id),
            _ => error.into(),
        }
    }

    /// Whether the same may succeed when it is tried again, because nothing is wrong with the data.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Full(_) | Self::Unreachable(_) | Self::Busy(_) | Self::Closed)
    }

    /// What failed and what to do next, for people.
    pub fn text(&self) -> Text {
        let (de, en) = match self {
            Self::Location { scheme } => (
                format!(
                    "`{scheme}` ist keine bekannte Art von Datenbank. Bitte eine Datei oder postgres://... angeben."
                ),
                format!("`{scheme}` is no known kind of database. Please give a file or postgres://..."),
            ),
            Self::NotFound { id, .. } => (
                format!("`{id}` gibt es nicht (mehr). Bitte die Seite neu laden."),
                format!("`{id}` is not there (any more). Please load the page again."),
            ),
            Self::AlreadyThere { id, .. } => (
                format!("`{id}` gibt es schon."),
                format!("`{id}` is there already."),
            ),
            Self::Invalid { why, .. } => (
                format!("Diese Angabe lässt sich nicht speichern: {}. Bitte prüfen und neu eingeben.", why.de),
                format!("This cannot be kept: {}. Please check and enter it again.", why.en),
            ),
            Self::Revoked { agent } => (
                format!("Der Zugang des Agenten `{agent}` ist beendet. Zum Weiterarbeiten den Agenten neu anmelden."),
                format!("The access of agent `{agent}` has ended. To go on, enrol the agent again."),
            ),
            Self::Full(_) => (
                "Der Speicherplatz ist voll. Bitte Platz schaffen, danach geht es von selbst weiter.".to_owned(),
                "The disk is full. Please make room; then it goes on by itself.".to_owned(),
            ),
            Self::Unreachable(_) => (
                "Die Datenbank antwortet nicht. Bitte prüfen, ob sie läuft. Ein laufender Server macht danach von selbst weiter."
                    .to_owned(),
                "The database does not answer. Please see whether it runs. A running server then goes on by itself.".to_owned(),
            ),
            Self::Busy(_) => (
                "Die Datenbank ist gerade beschäftigt. Bitte gleich noch einmal versuchen.".to_owned(),
                "The database is busy. Please try again in a moment.".to_owned(),
            ),
            Self::Denied(_) => (
                "Die Datenbank lässt sich nicht öffnen. Bitte prüfen, ob der Ordner da ist und die Rechte stimmen."
                    .to_owned(),
                "The database cannot be opened. Please see whether the folder is there and the rights are set."
                    .to_owned(),
            ),
            Self::Damaged { .. } => (
                "Die Datenbank ist beschädigt. Bitte die Datei aufheben und die letzte Sicherung mit `visite restore` \
                 einspielen."
                    .to_owned(),
                "The database is damaged. Please keep the file and put back the last backup with `visite restore`."
                    .to_owned(),
            ),
            Self::Newer { found, known } => (
                format!(
                    "Eine neuere Version von Visite hat diese Datenbank benutzt (Schema {found}, dieses Programm kennt \
                     {known}). Bitte die neuere Version starten, oder eine Sicherung dieser Version in eine leere \
                     Datenbank einspielen."
                ),
                format!(
                    "A newer version of Visite has used this database (schema {found}, this program knows {known}). \
                     Please start the newer version, or restore a backup of this version into an empty database."
                ),
            ),
            Self::Migration { name, .. } => (
                format!(
                    "Die Datenbank ließ sich nicht auf den neuen Stand bringen (`{name}`). Sie ist unverändert: Die \
                     bisherige Version von Visite läuft damit weiter. Bitte den Grund beheben und erneut starten."
                ),
                format!(
                    "The database could not be brought to the new version (`{name}`). It is unchanged: the version of \
                     Visite used so far goes on with it. Please mend the cause and start again."
                ),
            ),
            Self::NotEmpty => (
                "Hier sind schon Daten. Bitte in ein leeres Verzeichnis oder eine leere Datenbank einspielen."
                    .to_owned(),
                "There are data already. Please restore into an empty folder or an empty database.".to_owned(),
            ),
            Self::File { why } => (
                format!(
                    "Diese Datei lässt sich nicht verwenden: {}. Sonst bitte eine andere Sicherung nehmen.",
                    why.de
                ),
                format!("This file cannot be used: {}. Otherwise please take another backup.", why.en),
            ),
            Self::Io(error) => (
                format!("Die Datei ließ sich nicht lesen oder schreiben ({error}). Bitte Ort und Rechte prüfen."),
                format!("The file could not be read or written ({error}). Please check place and rights."),
            ),
            Self::Stored { .. } | Self::Database(_) => (
                "Die Datenbank hat eine Anfrage abgelehnt. Bitte das Protokoll sichern und melden.".to_owned(),
                "The database refused a request. Please keep the log and report it.".to_owned(),
            ),
            Self::Closed => (
                "Visite wird gerade beendet. Bitte nach dem Neustart noch einmal versuchen.".to_owned(),
                "Visite is just being stopped. Please try again after the restart.".to_owned(),
            ),
        };
        Text::new(de, en)
    }

    /// The cause chain in one line, for logs.
    pub fn chain(&self) -> String {
        let mut text = self.to_string();
        let mut source = std::error::Error::source(self);
        // Bounded: a chain of causes is a few links long.
        while let Some(cause) = source {
            let told = cause.to_string();
            if !text.contains(&told) {
                text = format!("{text}: {told}");
            }
            source = cause.source();
        }
        text
    }
}

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        let sqlx = match &error {
            DbErr::Conn(RuntimeErr::SqlxError(cause))
            | DbErr::Exec(RuntimeErr::SqlxError(cause))
            | DbErr::Query(RuntimeErr::SqlxError(cause)) => cause.as_ref(),
            DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed) => return Self::Closed,
            DbErr::ConnectionAcquire(ConnAcquireErr::Timeout) => return Self::Unreachable(error.into()),
            _ => return Self::Database(error.into()),
        };
        match sqlx {
            SqlxError::Database(cause) => match cause.code().as_deref() {
                Some(code) => by_code(code, error.clone(), cause.message()),
                None => Self::Database(error.into()),
            },
            SqlxError::PoolClosed => Self::Closed,
            SqlxError::Io(_) | SqlxError::Tls(_) | SqlxError::PoolTimedOut | SqlxError::WorkerCrashed => {
                Self::Unreachable(error.into())
            }
            _ => Self::Database(error.into()),
        }
    }
}

/// SQLite states whole numbers (sqlite.org/rescode.html; the low byte is the kind), PostgreSQL five characters
/// (its appendix A).
fn by_code(code: &str, error: DbErr, message: &str) -> StoreError {
    if code.len() == 5 {
        return match code {
            "53100" => StoreError::Full(error.into()),
            "40001" | "40P01" | "55P03" => StoreError::Busy(error.into()),
            "XX001" | "XX002" => StoreError::Damaged { detail: message.to_owned() },
            "42501" | "25006" => StoreError::Denied(error.into()),
            // PostgreSQL keeps no sign zero in a text.
            "22021" | "22P05" => StoreError::invalid(
                "text",
                "er enthält ein Zeichen, das in keinem Text steht",
                "it contains a character that stands in no text",
            ),
            _ if code.starts_with("08") || code.starts_with("57P") || code.starts_with("53") || code == "3D000" => {
                StoreError::Unreachable(error.into())
            }
            _ if code.starts_with("28") => StoreError::Denied(error.into()),
            _ => StoreError::Database(error.into()),
        };
    }
    // SQLITE_IOERR_SHMSIZE: the index of the log cannot grow, which a full disk is the usual reason for.
    if code == "4874" {
        return StoreError::Full(error.into());
    }
    match code.parse::<u32>().map(|number| number & 0xff) {
        Ok(13) => StoreError::Full(error.into()),
        Ok(5 | 6) => StoreError::Busy(error.into()),
        Ok(11 | 26) => StoreError::Damaged { detail: message.to_owned() },
        Ok(3 | 8 | 14 | 23) => StoreError::Denied(error.into()),
        Ok(10) => StoreError::Unreachable(error.into()),
        _ => StoreError::Database(error.into()),
    }
}
