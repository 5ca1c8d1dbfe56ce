//! The screen lock of each person on each desktop, and what becomes of a console that is left alone.
//!
//! The facts say what takes effect, from policy, user setting, system default and built-in default; whether that is
//! soon enough is judged elsewhere. Sessions that run at the moment, and locking by hand, are deliberately absent.

use crate::collectors::Collector;
use crate::machine::Machine;
use jiff::Timestamp;
use std::cell::RefCell;
use visite_facts::facts::{Console, ScreenLock};
use visite_facts::value::{Collection, Completeness, Observed};
use visite_facts::{Problem, Snapshot, UnknownReason};

pub mod autostart;
pub mod dconf;
pub mod gschema;
pub mod gsettings;
pub mod gvdb;
pub mod kde;
pub mod keyfile;
pub mod light_locker;
pub mod logind;
pub mod lxqt;
pub mod people;
pub mod seat;
pub mod sessions;
pub mod setting;
pub mod shell;
pub mod sway;
pub mod words;
pub mod x11;
pub mod xfce;
pub mod xfconf;
mod xml;
pub mod xscreensaver;

use seat::Seat;
use sessions::Flavour;
use setting::Lock;

/// The collector `linux.screen_lock`.
#[derive(Debug)]
pub struct ScreenLockCollector;

impl Collector for ScreenLockCollector {
    fn name(&self) -> &'static str {
        "linux.screen_lock"
    }

    fn collect(&self, machine: &Machine, _now: Timestamp, snapshot: &mut Snapshot) {
        let (locks, problems) = screen_locks(machine);
        snapshot.put_all(&locks);
        snapshot.problems.extend(problems);
        let console = console(machine, &mut snapshot.problems);
        snapshot.put(&console);
    }
}

fn screen_locks(machine: &Machine) -> (Collection<ScreenLock>, Vec<Problem>) {
    let (people, people_known, mut problems) = people::people(machine);
    let (sessions, sessions_known, session_problems) = sessions::sessions(machine);
    problems.extend(session_problems);
    // Without a desktop there is no screen to lock, whoever else has an account.
    let completeness: Completeness =
        if sessions.is_empty() { sessions_known } else { people_known.and(sessions_known) };
    let problems = RefCell::new(problems);
    let mut records = Vec::new();
    for person in &people {
        for session in &sessions {
            let seat = Seat::new(machine, person, session, &problems);
            let lock = lock(&seat);
            let lock = match seat.doubt() {
                Some(reason) => Lock::unknown(lock.mechanism, reason),
                None => lock,
            };
            records.push(lock.into_record(&person.name, session.flavour.desktop(), &session.name));
        }
    }
    (Collection { records, completeness }, problems.into_inner())
}

fn lock(seat: &Seat<'_>) -> Lock {
    match seat.session.flavour {
        Flavour::Gnome | Flavour::GnomeFlashback | Flavour::Budgie | Flavour::Cinnamon | Flavour::Mate => {
            gsettings::lock(seat)
        }
        Flavour::Kde => kde::lock(seat),
        Flavour::Xfce => xfce::lock(seat),
        Flavour::Lxqt => lxqt::lxqt(seat),
        Flavour::Lxde => lxqt::lxde(seat),
        Flavour::Sway => sway::lock(seat),
        Flavour::X11 => x11::lock(seat),
        Flavour::OtherWayland | Flavour::Other => Lock::unknown(Observed::default(), UnknownReason::NotSupported),
    }
}

fn console(machine: &Machine, problems: &mut Vec<Problem>) -> Console {
    let (shell_timeout_seconds, shell_timeout_enforced) = shell::timeout(machine, problems);
    let (idle_action, idle_action_seconds) = logind::idle(machine, problems);
    Console { shell_timeout_seconds, shell_timeout_enforced, idle_action, idle_action_seconds }
}
