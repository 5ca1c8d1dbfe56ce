//! Which value of a dconf key takes effect: profile, user database, system databases and their locks.
//!
//! For the desktops that keep their settings in GSettings. It follows dconf's own engine: a lock in a later database
//! hides every earlier one, then the first value wins. Key files in `<database>.d` that nobody has compiled yet have
//! no effect and are deliberately not read.

use super::gvdb::{Gvdb, Malformed, Scalar, parse_gvdb};
use super::seat::Seat;
use super::setting::Origin;
use visite_facts::UnknownReason;
use visite_facts::value::{Known, Observed, Unknown};

/// Most databases of a profile.
const MAX_SOURCES: usize = 64;

/// One line of a dconf profile, dconf(7).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// `user-db:NAME`: `~/.config/dconf/NAME`.
    User(String),
    /// `system-db:NAME`: `/etc/dconf/db/NAME`.
    System(String),
    /// `file-db:PATH`.
    File(String),
    /// `service-db:...`: kept by a service while the person is logged in; its file is not read here.
    Service,
}

/// The databases of one person, in the order of the profile.
#[derive(Debug)]
pub struct Layers {
    layers: Vec<Layer>,
}

/// A database: whether the person may write it, and its bytes; empty where it does not exist.
#[derive(Debug)]
struct Layer {
    writable: bool,
    bytes: Result<Vec<u8>, UnknownReason>,
}

/// What dconf says about one key.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The value, or that no database has one.
    pub value: Observed<Option<Scalar>>,
    /// Where it comes from; the default if no database has one.
    pub origin: Observed<Origin>,
    /// Whether the person cannot change it.
    pub locked: Observed<bool>,
}

impl Layers {
    /// Reads the profile and the databases of the person.
    pub fn read(seat: &Seat<'_>) -> Self {
        let layers = match profile(seat) {
            Err(reason) => vec![Layer { writable: true, bytes: Err(reason) }],
            Ok(sources) => sources.iter().map(|source| Layer::read(seat, source)).collect(),
        };
        Self { layers }
    }

    /// The value of `key` that takes effect, e.g. of `/org/gnome/desktop/session/idle-delay`.
    pub fn find(&self, key: &str) -> Found {
        let (first_visible, locked) = match self.lock_level(key) {
            Ok(level) => level,
            Err(reason) => {
                return Found { value: Unknown(reason), origin: Unknown(reason), locked: Unknown(reason) };
            }
        };
        let mut value = Known(None);
        let mut origin = if locked { Origin::Policy } else { Origin::Default };
        for layer in &self.layers[first_visible..] {
            match layer.value(key) {
                Ok(None) => {}
                Ok(found) => {
                    value = Known(found);
                    origin = match (locked, layer.writable) {
                        (true, _) => Origin::Policy,
                        (false, true) => Origin::User,
                        (false, false) => Origin::System,
                    };
                    break;
                }
                Err(reason) => {
                    return Found { value: Unknown(reason), origin: Unknown(reason), locked: Known(locked) };
                }
            }
        }
        Found { value, origin: Known(origin), locked: Known(locked) }
    }

    /// The first database that is looked at, and whether the key cannot be written.
    ///
    /// Locks of the first database never count; without a database of the user nothing can be written at all.
    fn lock_level(&self, key: &str) -> Result<(usize, bool), UnknownReason> {
        for (level, layer) in self.layers.iter().enumerate().skip(1).rev() {
            if layer.locks(key)? {
                return Ok((level, true));
            }
        }
        Ok((0, self.layers.first().is_none_or(|layer| !layer.writable)))
    }
}

impl Layer {
    fn read(seat: &Seat<'_>, source: &Source) -> Self {
        let (writable, shown, bytes) = match source {
            Source::User(name) => {
                let path = format!(".config/dconf/{name}");
                (true, format!("~/{path}"), seat.home_bytes(&path))
            }
            Source::System(name) => {
                let path = format!("/etc/dconf/db/{name}");
                (false, path.clone(), seat.system_bytes(&path))
            }
            Source::File(path) => (false, path.clone(), seat.system_bytes(path)),
            Source::Service => (true, "dconf service-db".to_owned(), Err(UnknownReason::NotSupported)),
        };
        let bytes = bytes.map(Option::unwrap_or_default).and_then(|bytes| {
            // dconf too takes an empty file for an empty database.
            if bytes.is_empty() || parse_gvdb(&bytes).is_ok() {
                Ok(bytes)
            } else {
                Err(seat.note_malformed(&shown, "no dconf database"))
            }
        });
        Self { writable, bytes }
    }

    fn value(&self, key: &str) -> Result<Option<Scalar>, UnknownReason> {
        self.ask(|file| file.value(key)).map(Option::flatten)
    }

    /// Locks are kept in a table of their own, under the full path of each key.
    fn locks(&self, key: &str) -> Result<bool, UnknownReason> {
        let answer = self.ask(|file| match file.table(".locks")? {
            None => Ok(false),
            Some(locks) => locks.contains(key),
        });
        // The user's own database cannot hold locks that count.
        if self.writable { Ok(false) } else { answer.map(|locked| locked == Some(true)) }
    }

    fn ask<T>(&self, question: impl FnOnce(Gvdb<'_>) -> Result<T, Malformed>) -> Result<Option<T>, UnknownReason> {
        let bytes = self.bytes.as_ref().map_err(|reason| *reason)?;
        if bytes.is_empty() {
            return Ok(None);
        }
        parse_gvdb(bytes).and_then(question).map(Some).map_err(|Malformed| UnknownReason::Malformed)
    }
}

/// The profile of the person, where dconf looks for it; `DCONF_PROFILE` of a single session is not seen from here.
fn profile(seat: &Seat<'_>) -> Result<Vec<Source>, UnknownReason> {
    let mandatory = format!("/run/dconf/user/{}", seat.person.uid);
    let paths =
        [&mandatory, "/etc/dconf/profile/user", "/usr/local/share/dconf/profile/user", "/usr/share/dconf/profile/user"];
    for path in paths {
        if let Some(text) = seat.system_file(path)? {
            return Ok(parse_profile(&text));
        }
    }
    Ok(vec![Source::User("user".to_owned())])
}

/// Reads a dconf profile, dconf(7): one database a line, `#` starts a comment. Other lines are skipped, as dconf does.
pub fn parse_profile(text: &str) -> Vec<Source> {
    text.lines()
        .map(|line| line.split('#').next().unwrap_or_default().trim())
        .filter_map(|line| {
            let (kind, name) = line.split_once(':')?;
            let name = name.to_owned();
            match kind {
                "user-db" => Some(Source::User(name)),
                "system-db" => Some(Source::System(name)),
                "file-db" => Some(Source::File(name)),
                "service-db" => Some(Source::Service),
                _ => None,
            }
        })
        .take(MAX_SOURCES)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const USER: &[u8] = include_bytes!("../../../tests/data/screen_lock/dconf-user");
    const SYSTEM: &[u8] = include_bytes!("../../../tests/data/screen_lock/dconf-praxis");
    const LOCK_ENABLED: &str = "/org/gnome/desktop/screensaver/lock-enabled";
    const CLOCK_FORMAT: &str = "/org/gnome/desktop/interface/clock-format";

    fn layer(writable: bool, bytes: &[u8]) -> Layer {
        Layer { writable, bytes: Ok(bytes.to_vec()) }
    }

    #[test]
    fn profiles_of_distributions_are_read() {
        let fedora = "user-db:user\nsystem-db:local # site\n\nsystem-db:distro\nnonsense\n";
        let [local, distro] = ["local", "distro"].map(|name| Source::System(name.to_owned()));
        assert_eq!(parse_profile(fedora), [Source::User("user".to_owned()), local, distro]);
    }

    #[test]
    fn a_lock_hides_the_value_of_the_user() {
        let layers = Layers { layers: vec![layer(true, USER), layer(false, SYSTEM)] };
        let value = Known(Some(Scalar::Boolean(true)));
        assert_eq!(layers.find(LOCK_ENABLED), Found { value, origin: Known(Origin::Policy), locked: Known(true) });
    }

    #[test]
    fn without_a_lock_the_user_wins() {
        let layers = Layers { layers: vec![layer(true, USER), layer(false, &[])] };
        let value = Known(Some(Scalar::Boolean(false)));
        assert_eq!(layers.find(LOCK_ENABLED), Found { value, origin: Known(Origin::User), locked: Known(false) });
    }

    #[test]
    fn a_locked_key_is_known_although_the_user_database_is_not() {
        let unread = Layer { writable: true, bytes: Err(UnknownReason::NoPermission) };
        let layers = Layers { layers: vec![unread, layer(false, SYSTEM)] };
        assert_eq!(layers.find(LOCK_ENABLED).value, Known(Some(Scalar::Boolean(true))));
        let other = layers.find(CLOCK_FORMAT);
        assert_eq!((other.value, other.locked), (Unknown(UnknownReason::NoPermission), Known(false)));
    }

    #[test]
    fn an_unread_system_database_might_lock_everything() {
        let unread = Layer { writable: false, bytes: Err(UnknownReason::NoPermission) };
        let layers = Layers { layers: vec![layer(true, USER), unread] };
        assert_eq!(layers.find(LOCK_ENABLED).locked, Unknown(UnknownReason::NoPermission));
    }

    #[test]
    fn without_a_user_database_nothing_can_be_changed() {
        let layers = Layers { layers: vec![layer(false, SYSTEM)] };
        assert_eq!(layers.find(CLOCK_FORMAT).locked, Known(true));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text: String) {
            parse_profile(&text);
        }
    }
}
