//! Screen locks whose settings are in GSettings: GNOME, GNOME Flashback, Budgie, Cinnamon and MATE.
//!
//! Keys, units and defaults are those of the schemas in Debian 12; which of them a locker heeds was looked up in its
//! source. What a session does by hand (inhibiting, extensions, presentation mode) is deliberately absent.

use super::autostart::started_command;
use super::dconf::Layers;
use super::gschema::Schemas;
use super::gvdb::Scalar;
use super::seat::Seat;
use super::sessions::Flavour;
use super::setting::{Lock, Origin, Rules, Setting};
use crate::machine::ReadFailure;
use visite_facts::UnknownReason;
use visite_facts::value::{Known, Observed, Unknown};

/// A GSettings key: schema, path in dconf, and the default where the schema is not installed.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// Schema id.
    pub schema: &'static str,
    /// Path in dconf.
    pub path: &'static str,
    /// Default of the schema.
    pub default: Fallback,
}

/// The built-in default of a key, with its type.
#[derive(Clone, Copy, Debug)]
pub enum Fallback {
    /// Type `b`.
    Boolean(bool),
    /// Type `u`.
    Unsigned(u64),
    /// Type `i`.
    Signed(i64),
}

/// The keys of one desktop.
struct Keys {
    mechanism: &'static str,
    idle_delay: Key,
    lock_enabled: Key,
    lock_delay: Key,
    /// Where the locker heeds it.
    idle_activation: Option<Key>,
    lock_disabled: Key,
    /// Seconds of one unit of the two delays.
    unit_seconds: i64,
}

const fn key(schema: &'static str, path: &'static str, default: Fallback) -> Key {
    Key { schema, path, default }
}

/// `idle-activation-enabled` is there too, but documented as ignored.
const GNOME: Keys = Keys {
    mechanism: "gnome-shell",
    idle_delay: key("org.gnome.desktop.session", "/org/gnome/desktop/session/idle-delay", Fallback::Unsigned(300)),
    lock_enabled: key(
        "org.gnome.desktop.screensaver",
        "/org/gnome/desktop/screensaver/lock-enabled",
        Fallback::Boolean(true),
    ),
    lock_delay: key(
        "org.gnome.desktop.screensaver",
        "/org/gnome/desktop/screensaver/lock-delay",
        Fallback::Unsigned(0),
    ),
    idle_activation: None,
    lock_disabled: key(
        "org.gnome.desktop.lockdown",
        "/org/gnome/desktop/lockdown/disable-lock-screen",
        Fallback::Boolean(false),
    ),
    unit_seconds: 1,
};

/// gnome-screensaver and its descendant budgie-screensaver still heed `idle-activation-enabled`.
const BUDGIE: Keys = Keys {
    mechanism: "gnome-screensaver",
    idle_activation: Some(key(
        "org.gnome.desktop.screensaver",
        "/org/gnome/desktop/screensaver/idle-activation-enabled",
        Fallback::Boolean(true),
    )),
    ..GNOME
};

const CINNAMON: Keys = Keys {
    mechanism: "cinnamon-screensaver",
    idle_delay: key(
        "org.cinnamon.desktop.session",
        "/org/cinnamon/desktop/session/idle-delay",
        Fallback::Unsigned(900),
    ),
    lock_enabled: key(
        "org.cinnamon.desktop.screensaver",
        "/org/cinnamon/desktop/screensaver/lock-enabled",
        Fallback::Boolean(true),
    ),
    lock_delay: key(
        "org.cinnamon.desktop.screensaver",
        "/org/cinnamon/desktop/screensaver/lock-delay",
        Fallback::Unsigned(0),
    ),
    idle_activation: Some(key(
        "org.cinnamon.desktop.screensaver",
        "/org/cinnamon/desktop/screensaver/idle-activation-enabled",
        Fallback::Boolean(true),
    )),
    lock_disabled: key(
        "org.cinnamon.desktop.lockdown",
        "/org/cinnamon/desktop/lockdown/disable-lock-screen",
        Fallback::Boolean(false),
    ),
    unit_seconds: 1,
};

/// The schema `org.mate.session` has its path below `/org/mate/desktop`, `org.mate.screensaver` has not.
const MATE: Keys = Keys {
    mechanism: "mate-screensaver",
    idle_delay: key("org.mate.session", "/org/mate/desktop/session/idle-delay", Fallback::Signed(5)),
    lock_enabled: key("org.mate.screensaver", "/org/mate/screensaver/lock-enabled", Fallback::Boolean(true)),
    lock_delay: key("org.mate.screensaver", "/org/mate/screensaver/lock-delay", Fallback::Signed(0)),
    idle_activation: Some(key(
        "org.mate.screensaver",
        "/org/mate/screensaver/idle-activation-enabled",
        Fallback::Boolean(true),
    )),
    lock_disabled: key("org.mate.lockdown", "/org/mate/desktop/lockdown/disable-lock-screen", Fallback::Boolean(false)),
    unit_seconds: 60,
};

/// The lock of a desktop that keeps its settings in GSettings.
pub fn lock(seat: &Seat<'_>) -> Lock {
    match seat.session.flavour {
        Flavour::Gnome => gnome_shell(seat),
        Flavour::GnomeFlashback => {
            if seat.has_program("gnome-flashback") {
                from_keys(seat, &Keys { mechanism: "gnome-flashback", ..GNOME })
            } else {
                Lock::none()
            }
        }
        Flavour::Budgie => budgie(seat),
        Flavour::Cinnamon => cinnamon(seat),
        Flavour::Mate => mate(seat),
        _ => Lock::unknown(Observed::default(), UnknownReason::NotSupported),
    }
}

/// GNOME Shell shows a lock screen only where GDM runs: it asks for GDM on the bus and otherwise never locks
/// (`canLock` in `js/misc/loginManager.js`).
fn gnome_shell(seat: &Seat<'_>) -> Lock {
    if !seat.has_program("gnome-shell") {
        return Lock::none();
    }
    match display_manager_is_gdm(seat) {
        Known(true) => from_keys(seat, &GNOME),
        Known(false) => Lock { mechanism: Known(GNOME.mechanism.to_owned()), ..Lock::none() },
        Unknown(reason) => Lock::unknown(Known(GNOME.mechanism.to_owned()), reason),
    }
}

/// systemd starts the display manager through a link; without systemd, the presence of GDM has to do.
fn display_manager_is_gdm(seat: &Seat<'_>) -> Observed<bool> {
    match seat.machine.read_link("/etc/systemd/system/display-manager.service") {
        Ok(target) => {
            let unit = target.rsplit('/').next().unwrap_or_default();
            // A link to itself names nothing that could be started.
            if unit.starts_with("display-manager") {
                return Unknown(UnknownReason::Malformed);
            }
            Known(unit.starts_with("gdm"))
        }
        Err(ReadFailure::Denied) => Unknown(UnknownReason::NoPermission),
        Err(_) => Known(seat.has_program("gdm3") || seat.has_program("gdm")),
    }
}

fn budgie(seat: &Seat<'_>) -> Lock {
    for program in ["budgie-screensaver", "gnome-screensaver"] {
        if seat.has_program(program) {
            return from_keys(seat, &Keys { mechanism: program, ..BUDGIE });
        }
    }
    // Newer versions bring other lockers; which of them runs cannot be told from its files.
    Lock::unknown(Observed::default(), UnknownReason::NotSupported)
}

/// Cinnamon never locks members of `nopasswdlogin` (`user_can_lock` in cinnamon-screensaver), and it does not heed
/// its key `disable-lock-screen`; what a future version makes of the latter is not known.
fn cinnamon(seat: &Seat<'_>) -> Lock {
    let built_in = seat.machine.exists("/usr/share/cinnamon/js/ui/screensaver") == Ok(true);
    if !built_in && !seat.has_program("cinnamon-screensaver") {
        return Lock::none();
    }
    if seat.person.groups.iter().any(|group| group == "nopasswdlogin") {
        let source = Known("system".to_owned());
        return Lock { mechanism: Known(CINNAMON.mechanism.to_owned()), source, ..Lock::none() };
    }
    from_keys(seat, &CINNAMON)
}

fn mate(seat: &Seat<'_>) -> Lock {
    if !seat.has_program(MATE.mechanism) {
        return Lock::none();
    }
    match started_command(seat, "mate-screensaver.desktop") {
        Ok(Some(_)) => from_keys(seat, &MATE),
        Ok(None) => Lock { mechanism: Known(MATE.mechanism.to_owned()), ..Lock::none() },
        Err(reason) => Lock::unknown(Known(MATE.mechanism.to_owned()), reason),
    }
}

fn from_keys(seat: &Seat<'_>, keys: &Keys) -> Lock {
    let store = Store::read(seat);
    let seconds = |key| store.number(seat, key).map(|units| units.saturating_mul(keys.unit_seconds));
    let idle = seconds(keys.idle_delay);
    let mut guards = vec![store.boolean(seat, keys.lock_enabled), idle.clone().map(|seconds| seconds > 0)];
    guards.extend(keys.idle_activation.map(|key| store.boolean(seat, key)));
    let mut allowed = store.boolean(seat, keys.lock_disabled).map(|disabled| !disabled);
    if seat.session.flavour == Flavour::Cinnamon && allowed.value == Known(false) {
        allowed.value = Unknown(UnknownReason::NotSupported);
    }
    let lock_delay = seconds(keys.lock_delay).map(|seconds| seconds.max(0));
    Lock::from_rules(keys.mechanism, &Rules { guards, conditions: vec![allowed], delays: vec![idle, lock_delay] })
}

/// All settings of one person: databases, and defaults for what stands in none.
#[derive(Debug)]
pub struct Store {
    layers: Layers,
    schemas: Schemas,
}

impl Store {
    /// Reads the settings of the person.
    pub fn read(seat: &Seat<'_>) -> Self {
        Self { layers: Layers::read(seat), schemas: Schemas::read(seat) }
    }

    /// A boolean key.
    pub fn boolean(&self, seat: &Seat<'_>, key: Key) -> Setting<bool> {
        self.setting(seat, key, |scalar| match scalar {
            Scalar::Boolean(yes) => Some(*yes),
            _ => None,
        })
    }

    /// A key that is a whole number.
    pub fn number(&self, seat: &Seat<'_>, key: Key) -> Setting<i64> {
        self.setting(seat, key, |scalar| match scalar {
            Scalar::Unsigned(number) => i64::try_from(*number).ok(),
            Scalar::Signed(number) => Some(*number),
            _ => None,
        })
    }

    /// A value of the wrong type counts as not set, as in GSettings: the default of the schema takes its place.
    fn setting<T>(&self, seat: &Seat<'_>, key: Key, convert: impl Fn(&Scalar) -> Option<T>) -> Setting<T> {
        let found = self.layers.find(key.path);
        let value = match found.value {
            Unknown(reason) => {
                return Setting { value: Unknown(reason), origin: found.origin, locked: found.locked };
            }
            Known(value) => value.filter(|scalar| has_type(scalar, key.default)),
        };
        if let Some(value) = value.as_ref().and_then(&convert) {
            return Setting { value: Known(value), origin: found.origin, locked: found.locked };
        }
        let name = key.path.rsplit('/').next().unwrap_or_default();
        let (value, origin) = match self.schemas.default(seat, key.schema, name) {
            Err(reason) => (Unknown(reason), Unknown(reason)),
            Ok(None) => (converted(&key.default.scalar(), &convert), Known(Origin::Default)),
            Ok(Some((scalar, origin))) => (converted(&scalar, &convert), Known(origin)),
        };
        let origin = if found.locked == Known(true) { Known(Origin::Policy) } else { origin };
        Setting { value, origin, locked: found.locked }
    }
}

impl Fallback {
    fn scalar(self) -> Scalar {
        match self {
            Self::Boolean(yes) => Scalar::Boolean(yes),
            Self::Unsigned(number) => Scalar::Unsigned(number),
            Self::Signed(number) => Scalar::Signed(number),
        }
    }
}

fn converted<T>(scalar: &Scalar, convert: impl Fn(&Scalar) -> Option<T>) -> Observed<T> {
    convert(scalar).ok_or(UnknownReason::Malformed).into()
}

fn has_type(scalar: &Scalar, default: Fallback) -> bool {
    matches!(
        (scalar, default),
        (Scalar::Boolean(_), Fallback::Boolean(_))
            | (Scalar::Unsigned(_), Fallback::Unsigned(_))
            | (Scalar::Signed(_), Fallback::Signed(_))
    )
}
