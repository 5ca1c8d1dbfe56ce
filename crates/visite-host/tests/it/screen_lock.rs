//! `host.screen_locks` and `host.console` of scratch roots. Databases are made by the real `dconf compile`.

use crate::scratch::{Scratch, collect, records, single};
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use visite_facts::facts::{Console, Desktop, IdleAction, ScreenLock};
use visite_facts::schema::Fact;
use visite_facts::{Completeness, FactType, Known, Observed, Snapshot, Unknown, UnknownReason};
use visite_host::Machine;

const COLLECTOR: &str = "linux.screen_lock";
const PASSWD: &str = "root:x:0:0:root:/root:/bin/bash\n\
    daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n\
    anna:x:1000:1000:Anna Beispiel,,,:/home/anna:/bin/bash\n\
    scanner:x:1001:1001::/home/scanner:/usr/sbin/nologin\n\
    nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n";
const USER_DB: &[u8] = include_bytes!("../data/screen_lock/dconf-user");

/// A computer with one person, Anna, and one desktop.
struct Desk {
    scratch: Scratch,
}

impl Desk {
    fn new(session_file: &str, desktop_names: &str, programs: &[&str]) -> Self {
        let scratch = Scratch::new();
        scratch.write("/etc/passwd", PASSWD);
        scratch.write("/home/anna/.profile", "");
        scratch.write(session_file, &format!("[Desktop Entry]\nExec=x\nDesktopNames={desktop_names}\n"));
        let desk = Self { scratch };
        for program in programs {
            desk.program(program);
        }
        desk
    }

    fn gnome() -> Self {
        let desk = Self::new("/usr/share/wayland-sessions/gnome.desktop", "GNOME", &["gnome-shell"]);
        desk.scratch.write("/usr/sbin/gdm3", "");
        desk
    }

    fn xfce(programs: &[&str]) -> Self {
        Self::new("/usr/share/xsessions/xfce.desktop", "XFCE", programs)
    }

    fn program(&self, name: &str) {
        self.scratch.write(&format!("/usr/bin/{name}"), "");
    }

    fn autostart(&self, name: &str) {
        let text = format!("[Desktop Entry]\nType=Application\nExec={name}\n");
        self.scratch.write(&format!("/etc/xdg/autostart/{name}.desktop"), &text);
    }

    fn home(&self, below_home: &str, text: &str) {
        self.scratch.write(&format!("/home/anna/{below_home}"), text);
    }

    /// Makes `database` from key files, as an administrator or a user would have it.
    fn dconf(&self, database: &str, keys: &str, locks: &[&str]) {
        let sources = format!("{database}.d");
        let _ = fs::remove_dir_all(self.scratch.path(&sources));
        self.scratch.write(&format!("{sources}/00-praxis"), keys);
        self.scratch.write(&format!("{sources}/locks/00-praxis"), &format!("{}\n", locks.join("\n")));
        let status = Command::new("dconf")
            .arg("compile")
            .args([self.scratch.path(database), self.scratch.path(&sources)])
            .status()
            .expect("this test needs the program `dconf` (Debian package dconf-cli)");
        assert!(status.success(), "dconf compile could not make {database}");
    }

    fn user_dconf(&self, keys: &str) {
        self.dconf("/home/anna/.config/dconf/user", keys, &[]);
    }

    fn snapshot(&self) -> Snapshot {
        self.scratch.collect(COLLECTOR)
    }

    fn lock(&self) -> ScreenLock {
        let snapshot = self.snapshot();
        let records = records::<ScreenLock>(&snapshot);
        assert_eq!(records.len(), 1, "{records:?}");
        ScreenLock::from_record(&records[0])
    }

    fn console(&self) -> Console {
        single(&self.snapshot())
    }
}

fn text(value: &str) -> Observed<String> {
    Known(value.to_owned())
}

/// What a lock says: whether, when, whether held by a policy, and from where.
fn says(lock: &ScreenLock) -> (Observed<bool>, Observed<i64>, Observed<bool>, Observed<String>) {
    (lock.lock_enabled.clone(), lock.locks_after_seconds.clone(), lock.enforced.clone(), lock.source.clone())
}

fn completeness(snapshot: &Snapshot) -> Completeness {
    match snapshot.facts.get("host.screen_locks") {
        Some(Fact::Collection { completeness, .. }) => *completeness,
        other => panic!("{other:?}"),
    }
}

const ABSENT: Observed<i64> = Unknown(UnknownReason::NotCollected);
const POLICY: &str = "[org/gnome/desktop/session]\nidle-delay=uint32 300\n\
    [org/gnome/desktop/screensaver]\nlock-enabled=true\nlock-delay=uint32 0\n";
const POLICY_LOCKS: &[&str] = &[
    "/org/gnome/desktop/session/idle-delay",
    "/org/gnome/desktop/screensaver/lock-enabled",
    "/org/gnome/desktop/screensaver/lock-delay",
];

#[test]
fn gnome_locks_by_default_and_every_person_is_named() {
    let desk = Desk::gnome();
    let lock = desk.lock();
    assert_eq!((lock.session.clone(), lock.user.clone()), (text("anna (gnome)"), text("anna")));
    assert_eq!((lock.desktop.clone(), lock.mechanism.clone()), (Known(Desktop::Gnome), text("gnome-shell")));
    assert_eq!(says(&lock), (Known(true), Known(300), Known(false), text("default")));
    assert_eq!(completeness(&desk.snapshot()), Completeness::Complete);
}

#[test]
fn a_policy_changes_the_lock_and_taking_it_away_changes_it_back() {
    let desk = Desk::gnome();
    desk.scratch.write("/etc/dconf/profile/user", "user-db:user\nsystem-db:praxis\n");
    desk.user_dconf(
        "[org/gnome/desktop/session]\nidle-delay=uint32 1800\n\
         [org/gnome/desktop/screensaver]\nlock-enabled=false\nlock-delay=uint32 60\n",
    );
    let before = desk.lock();
    assert_eq!(says(&before), (Known(false), ABSENT, Known(false), text("user")));

    desk.dconf("/etc/dconf/db/praxis", POLICY, POLICY_LOCKS);
    let with_policy = desk.lock();
    assert_eq!(says(&with_policy), (Known(true), Known(300), Known(true), text("policy")));
    let unchanged = ScreenLock {
        lock_enabled: Known(false),
        locks_after_seconds: ABSENT,
        enforced: Known(false),
        source: text("user"),
        ..with_policy
    };
    assert_eq!(unchanged, before);

    // The same values without locks are a preset that the person has changed.
    desk.dconf("/etc/dconf/db/praxis", POLICY, &[]);
    assert_eq!(desk.lock(), before);
    desk.dconf("/etc/dconf/db/praxis", POLICY, POLICY_LOCKS);
    fs::remove_file(desk.scratch.path("/etc/dconf/db/praxis")).expect("it was just made");
    assert_eq!(desk.lock(), before);
}

#[test]
fn a_lock_on_half_of_the_keys_is_not_enforced() {
    let desk = Desk::gnome();
    desk.scratch.write("/etc/dconf/profile/user", "user-db:user\nsystem-db:praxis\n");
    desk.dconf("/etc/dconf/db/praxis", POLICY, &POLICY_LOCKS[1..2]);
    assert_eq!(says(&desk.lock()), (Known(true), Known(300), Known(false), text("policy+system")));
}

#[test]
fn key_files_that_nobody_compiled_have_no_effect() {
    let desk = Desk::gnome();
    desk.scratch.write("/etc/dconf/profile/user", "user-db:user\nsystem-db:praxis\n");
    desk.scratch.write("/etc/dconf/db/praxis.d/00-praxis", "[org/gnome/desktop/screensaver]\nlock-enabled=false\n");
    assert_eq!(desk.lock().lock_enabled, Known(true));
}

#[test]
fn a_system_database_that_no_profile_names_has_no_effect() {
    let desk = Desk::gnome();
    desk.dconf("/etc/dconf/db/praxis", "[org/gnome/desktop/screensaver]\nlock-enabled=false\n", &[]);
    assert_eq!(desk.lock().lock_enabled, Known(true));
}

#[test]
fn the_database_that_gsettings_writes_is_read() {
    let desk = Desk::gnome();
    desk.home(".config/dconf/user", "");
    fs::write(desk.scratch.path("/home/anna/.config/dconf/user"), USER_DB).expect("the scratch root can be written");
    assert_eq!(says(&desk.lock()), (Known(false), ABSENT, Known(false), text("user+default")));
}

#[test]
fn a_value_of_the_wrong_type_counts_as_not_set() {
    let desk = Desk::gnome();
    // `dconf write ... 3600` without `uint32` is a common mistake; gsettings then answers with the default.
    desk.user_dconf("[org/gnome/desktop/session]\nidle-delay=3600\n");
    assert_eq!(desk.lock().locks_after_seconds, Known(300));
}

#[test]
fn zero_means_never_and_the_lockdown_key_ends_locking() {
    let desk = Desk::gnome();
    desk.user_dconf("[org/gnome/desktop/session]\nidle-delay=uint32 0\n");
    assert_eq!(desk.lock().lock_enabled, Known(false));
    desk.user_dconf("[org/gnome/desktop/lockdown]\ndisable-lock-screen=true\n");
    assert_eq!(says(&desk.lock()), (Known(false), ABSENT, Known(false), text("user+default")));
}

#[test]
fn overrides_of_schemas_are_a_preset_of_the_system() {
    let desk = Desk::gnome();
    let dir = "/usr/share/glib-2.0/schemas";
    desk.scratch.write(
        &format!("{dir}/org.gnome.desktop.session.gschema.xml"),
        &include_str!("../data/screen_lock/org.gnome.desktop.session.gschema.xml").replace("300", "480"),
    );
    assert_eq!(desk.lock().locks_after_seconds, Known(480));
    desk.scratch.write(&format!("{dir}/10_a.gschema.override"), "[org.gnome.desktop.session]\nidle-delay=uint32 900\n");
    desk.scratch.write(&format!("{dir}/20_b.gschema.override"), "[org.gnome.desktop.session]\nidle-delay=600\n");
    desk.scratch.write(&format!("{dir}/30_c.gschema.override"), "[org.gnome.desktop.session:KDE]\nidle-delay=60\n");
    assert_eq!(says(&desk.lock()), (Known(true), Known(600), Known(false), text("system+default")));
    desk.scratch.write(&format!("{dir}/05_d.gschema.override"), "[org.gnome.desktop.session:GNOME]\nidle-delay=120\n");
    assert_eq!(desk.lock().locks_after_seconds, Known(120));
}

#[test]
fn a_damaged_user_database_is_unknown_but_what_the_policy_holds_is_known() {
    let desk = Desk::gnome();
    desk.home(".config/dconf/user", "GVariant and then rubbish");
    let malformed = UnknownReason::Malformed;
    let lock = desk.lock();
    assert_eq!(says(&lock), (Unknown(malformed), Unknown(malformed), Known(false), Unknown(malformed)));
    assert_eq!(desk.snapshot().problems[0].source, "~/.config/dconf/user");

    desk.scratch.write("/etc/dconf/profile/user", "user-db:user\nsystem-db:praxis\n");
    desk.dconf(
        "/etc/dconf/db/praxis",
        POLICY,
        &[POLICY_LOCKS, &["/org/gnome/desktop/lockdown/disable-lock-screen"]].concat(),
    );
    assert_eq!(says(&desk.lock()), (Known(true), Known(300), Known(true), text("policy")));
}

#[test]
fn a_home_that_we_may_not_read_is_unknown() {
    let desk = Desk::gnome();
    desk.user_dconf("[org/gnome/desktop/screensaver]\nlock-enabled=false\n");
    let home = desk.scratch.path("/home/anna");
    fs::set_permissions(&home, Permissions::from_mode(0o000)).expect("the test made it");
    let lock = desk.lock();
    fs::set_permissions(&home, Permissions::from_mode(0o700)).expect("the test made it");
    // An administrator may read it all the same.
    let no_permission = Unknown(UnknownReason::NoPermission);
    let expected = if Machine::live().is_administrator() { Known(false) } else { no_permission };
    assert_eq!(lock.lock_enabled, expected);
    assert_eq!(lock.session, text("anna (gnome)"));
}

#[test]
fn a_home_that_is_not_mounted_is_unknown() {
    let desk = Desk::gnome();
    fs::remove_dir_all(desk.scratch.path("/home/anna")).expect("the test made it");
    let lock = desk.lock();
    assert_eq!(lock.lock_enabled, Unknown(UnknownReason::Incomplete));
    let problems = desk.snapshot().problems;
    assert!(problems.iter().all(|problem| !format!("{problem:?}").contains("anna")), "{problems:?}");
}

#[test]
fn gnome_without_gdm_never_locks() {
    let desk = Desk::gnome();
    desk.scratch.link("/etc/systemd/system/display-manager.service", "/lib/systemd/system/lightdm.service");
    assert_eq!(says(&desk.lock()), (Known(false), ABSENT, Known(false), text("default")));
}

#[test]
fn cinnamon_and_mate_have_keys_and_units_of_their_own() {
    let desk = Desk::new("/usr/share/xsessions/cinnamon.desktop", "", &["cinnamon-screensaver"]);
    assert_eq!(desk.lock().locks_after_seconds, Known(900));
    desk.user_dconf("[org/cinnamon/desktop/session]\nidle-delay=uint32 300\n[org/cinnamon/desktop/screensaver]\nlock-delay=uint32 30\n");
    assert_eq!(says(&desk.lock()), (Known(true), Known(330), Known(false), text("user+default")));
    desk.scratch.write("/etc/group", "nopasswdlogin:x:120:anna\n");
    assert_eq!(desk.lock().lock_enabled, Known(false));

    let desk = Desk::new("/usr/share/xsessions/mate.desktop", "MATE", &["mate-screensaver"]);
    assert_eq!(desk.lock().lock_enabled, Known(false), "nothing starts it");
    desk.autostart("mate-screensaver");
    assert_eq!(says(&desk.lock()), (Known(true), Known(300), Known(false), text("default")));
    desk.user_dconf("[org/mate/desktop/session]\nidle-delay=10\n[org/mate/screensaver]\nlock-delay=2\n");
    assert_eq!(desk.lock().locks_after_seconds, Known(720));
    desk.user_dconf("[org/mate/screensaver]\nidle-activation-enabled=false\n");
    assert_eq!(desk.lock().lock_enabled, Known(false));
}

#[test]
fn kde_follows_marks_of_immutability() {
    let desk = Desk::new("/usr/share/xsessions/plasma.desktop", "KDE", &[]);
    assert_eq!(says(&desk.lock()), (Known(false), ABSENT, Known(false), text("default")));
    desk.scratch.write("/usr/lib/x86_64-linux-gnu/libexec/kscreenlocker_greet", "");
    assert_eq!(says(&desk.lock()), (Known(true), Known(305), Known(false), text("default")));
    desk.home(".config/kscreenlockerrc", "[Daemon]\nAutolock=false\nTimeout=30\nLockGrace=0\n");
    let before = desk.lock();
    assert_eq!(says(&before), (Known(false), ABSENT, Known(false), text("user")));
    desk.scratch.write("/etc/xdg/kscreenlockerrc", "[Daemon][$i]\nAutolock=true\nTimeout=4\nLockGrace=10\n");
    assert_eq!(says(&desk.lock()), (Known(true), Known(250), Known(true), text("policy")));
    desk.scratch.write("/etc/xdg/kscreenlockerrc", "[Daemon]\nAutolock=true\nTimeout=4\nLockGrace=10\n");
    assert_eq!(desk.lock(), before);
    desk.home(".config/kscreenlockerrc", "[Daemon]\nRequirePassword=false\n");
    assert_eq!(desk.lock().lock_enabled, Known(false));
}

#[test]
fn xfce_has_three_lockers() {
    let desk = Desk::xfce(&[]);
    assert_eq!(says(&desk.lock()), (Known(false), ABSENT, Known(false), text("default")));

    let desk = Desk::xfce(&["xfce4-screensaver"]);
    desk.autostart("xfce4-screensaver");
    assert_eq!(says(&desk.lock()), (Known(true), Known(300), Known(false), text("default")));
    let channel = |lock: &str, attribute: &str| {
        format!(
            "<?xml version=\"1.0\"?><channel name=\"xfce4-screensaver\" version=\"1.0\"{attribute}>\
             <property name=\"saver\" type=\"empty\"><property name=\"enabled\" type=\"bool\" value=\"true\"/>\
             <property name=\"idle-activation\" type=\"empty\"><property name=\"delay\" type=\"int\" value=\"7\"/></property>\
             </property><property name=\"lock\" type=\"empty\"><property name=\"enabled\" type=\"bool\" value=\"{lock}\"/>\
             </property></channel>"
        )
    };
    let file = "xfce4/xfconf/xfce-perchannel-xml/xfce4-screensaver.xml";
    desk.home(&format!(".config/{file}"), &channel("false", ""));
    let before = desk.lock();
    assert_eq!(says(&before), (Known(false), ABSENT, Known(false), text("user+default")));
    desk.scratch.write(&format!("/etc/xdg/{file}"), &channel("true", " locked=\"anna\""));
    assert_eq!(says(&desk.lock()), (Known(true), Known(420), Known(true), text("policy")));
    desk.scratch.write(&format!("/etc/xdg/{file}"), &channel("true", ""));
    assert_eq!(desk.lock(), before);
}

#[test]
fn light_locker_starts_to_count_when_the_screen_is_blanked() {
    let desk = Desk::xfce(&["light-locker"]);
    desk.autostart("light-locker");
    let unsure = Unknown(UnknownReason::NotSupported);
    assert_eq!(desk.lock().lock_enabled, unsure, "nobody tells when the screen is blanked");
    desk.program("xfce4-power-manager");
    desk.autostart("xfce4-power-manager");
    assert_eq!(says(&desk.lock()), (Known(true), Known(605), Known(false), text("default")));
    desk.user_dconf("[apps/light-locker]\nlock-after-screensaver=uint32 0\n");
    assert_eq!(desk.lock().lock_enabled, Known(false));
    desk.user_dconf("[apps/light-locker]\nlock-after-screensaver=uint32 60\n");
    assert_eq!(desk.lock().locks_after_seconds, Known(660));
    let power = "<channel name=\"xfce4-power-manager\" version=\"1.0\"><property name=\"xfce4-power-manager\" type=\"empty\">\
                 <property name=\"presentation-mode\" type=\"bool\" value=\"true\"/></property></channel>";
    desk.home(".config/xfce4/xfconf/xfce-perchannel-xml/xfce4-power-manager.xml", power);
    assert_eq!(desk.lock().lock_enabled, Known(false));
    desk.home(".config/autostart/light-locker.desktop", "[Desktop Entry]\nExec=light-locker\nHidden=true\n");
    assert_eq!(says(&desk.lock()), (Known(false), ABSENT, Known(false), text("default")));
}

#[test]
fn a_settings_file_larger_than_any_real_one_is_unknown() {
    let desk = Desk::xfce(&["xscreensaver"]);
    desk.autostart("xscreensaver");
    let settings = "lock:\tTrue\n";
    desk.home(".xscreensaver", settings);
    assert_eq!(desk.lock().lock_enabled, Known(true));
    desk.home(".xscreensaver", &format!("{settings}{}", "!\n".repeat(1024 * 1024)));
    assert_eq!(desk.lock().lock_enabled, Unknown(UnknownReason::Malformed));
    assert_eq!(desk.snapshot().problems[0].source, "~/.xscreensaver");
}

#[test]
fn xscreensaver_is_off_until_somebody_switches_it_on() {
    let desk = Desk::xfce(&["xscreensaver"]);
    desk.autostart("xscreensaver");
    desk.scratch
        .write("/etc/X11/app-defaults/XScreenSaver-nogl", include_str!("../data/screen_lock/XScreenSaver-nogl"));
    assert_eq!(says(&desk.lock()), (Known(false), ABSENT, Known(false), text("system")));
    desk.home(".xscreensaver", "timeout:\t0:05:00\nlock:\tTrue\nlockTimeout:\t0:01:00\nmode:\tblank\n");
    let lock = desk.lock();
    assert_eq!(
        (lock.mechanism.clone(), says(&lock)),
        (text("xscreensaver"), (Known(true), Known(360), Known(false), text("user")))
    );
    desk.home(".xscreensaver", "lock:\tTrue\nmode:\toff\n");
    assert_eq!(desk.lock().lock_enabled, Known(false));
}

#[test]
fn the_idleness_watcher_of_lxqt_needs_a_program_that_locks() {
    let desk = Desk::new("/usr/share/xsessions/lxqt.desktop", "LXQt", &["lxqt-powermanagement"]);
    desk.autostart("lxqt-powermanagement");
    desk.home(
        ".config/lxqt/lxqt-powermanagement.conf",
        "[General]\nenableIdlenessWatcher=true\nidlenessACAction=-2\nidlenessACTime=@Variant(\\0\\0\\0\\xf\\0\\r\\xbb\\xa0)\n",
    );
    assert_eq!(desk.lock().lock_enabled, Known(false));
    desk.program("i3lock");
    assert_eq!(says(&desk.lock()), (Known(true), Known(900), Known(false), text("user")));
    desk.home(".config/lxqt/lxqt-powermanagement.conf", "[General]\nenableIdlenessWatcher=false\n");
    assert_eq!(desk.lock().lock_enabled, Known(false));
}

#[test]
fn sway_locks_what_its_configuration_says_for_certain() {
    let desk = Desk::new("/usr/share/wayland-sessions/sway.desktop", "", &["swayidle", "swaylock"]);
    desk.scratch.write("/etc/sway/config", "# exec swayidle timeout 300 swaylock\ninclude /etc/sway/config.d/*\n");
    assert_eq!(says(&desk.lock()), (Known(false), ABSENT, Known(false), text("system")));
    desk.scratch.write("/etc/sway/config.d/90-praxis.conf", "exec swayidle -w timeout 300 'swaylock -f'\n");
    assert_eq!(says(&desk.lock()), (Known(true), Known(300), Known(false), text("system")));
    desk.home(".config/sway/config", "exec swayidle -w\n");
    desk.home(".config/swayidle/config", "timeout 120 'swaylock -f'\n");
    assert_eq!(says(&desk.lock()), (Known(true), Known(120), Known(false), text("user")));
    desk.home(".config/swayidle/config", "timeout 120 '~/lock.sh'\n");
    assert_eq!(desk.lock().lock_enabled, Unknown(UnknownReason::NotSupported));
}

#[test]
fn a_window_manager_needs_a_line_that_leaves_no_doubt() {
    let desk = Desk::new("/usr/share/xsessions/i3.desktop", "i3", &[]);
    assert_eq!(says(&desk.lock()), (Known(false), ABSENT, Known(false), text("default")));
    desk.program("xautolock");
    desk.program("i3lock");
    assert_eq!(desk.lock().lock_enabled, Unknown(UnknownReason::NotSupported));
    desk.home(".xsession", "xautolock -time 5 -locker 'i3lock -c 000000' &\nexec i3\n");
    let lock = desk.lock();
    assert_eq!((lock.desktop.clone(), lock.mechanism.clone()), (Known(Desktop::X11), text("xautolock")));
    assert_eq!(says(&lock), (Known(true), Known(300), Known(false), text("user")));
}

#[test]
fn a_desktop_that_is_not_known_here_is_no_pass_and_no_fail() {
    let desk = Desk::new("/usr/share/xsessions/deepin.desktop", "Deepin", &[]);
    let lock = desk.lock();
    assert_eq!(lock.session, text("anna (deepin)"));
    assert_eq!(lock.lock_enabled, Unknown(UnknownReason::NotSupported));
    assert_eq!(lock.desktop, Unknown(UnknownReason::NotSupported));
}

#[test]
fn without_a_desktop_there_is_nothing_to_lock() {
    let scratch = Scratch::new();
    scratch.write("/etc/passwd", PASSWD);
    let snapshot = scratch.collect(COLLECTOR);
    assert!(records::<ScreenLock>(&snapshot).is_empty());
    assert_eq!(completeness(&snapshot), Completeness::Complete);
}

#[test]
fn accounts_of_a_domain_make_the_list_incomplete() {
    let desk = Desk::gnome();
    // Fedora names SSSD on every computer; only where it is set up do accounts come from a domain.
    desk.scratch.write("/etc/nsswitch.conf", "passwd: files sss systemd\n");
    assert_eq!(completeness(&desk.snapshot()), Completeness::Complete);
    desk.scratch.write("/etc/sssd/sssd.conf", "[sssd]\ndomains = praxis.example\n");
    assert_eq!(completeness(&desk.snapshot()), Completeness::Incomplete(UnknownReason::NotSupported));
}

#[test]
fn drop_ins_of_logind_are_merged_by_name() {
    let desk = Desk::gnome();
    assert_eq!(desk.console().idle_action, Unknown(UnknownReason::NotSupported), "there is no logind");
    desk.scratch.write("/etc/systemd/logind.conf", "[Login]\n#IdleAction=ignore\n");
    let idle = || {
        let console = desk.console();
        (console.idle_action, console.idle_action_seconds)
    };
    assert_eq!(idle(), (Known(IdleAction::Ignore), Known(1800)));
    desk.scratch.write("/usr/lib/systemd/logind.conf.d/50-vendor.conf", "[Login]\nIdleAction=suspend\n");
    assert_eq!(idle(), (Known(IdleAction::Sleep), Known(1800)));
    desk.scratch.write("/etc/systemd/logind.conf.d/40-own.conf", "[Login]\nIdleAction=lock\nIdleActionSec=10min\n");
    assert_eq!(idle(), (Known(IdleAction::Sleep), Known(600)), "names decide, not directories");
    desk.scratch.link("/etc/systemd/logind.conf.d/50-vendor.conf", "/dev/null");
    assert_eq!(idle(), (Known(IdleAction::Lock), Known(600)));
}

#[test]
fn the_time_limit_of_shells_is_read_from_shared_files_only() {
    let desk = Desk::gnome();
    desk.home(".bashrc", "TMOUT=5\n");
    desk.scratch.write("/etc/profile", include_str!("../data/screen_lock/profile-debian-12"));
    let limit = || {
        let console = desk.console();
        (console.shell_timeout_seconds, console.shell_timeout_enforced)
    };
    assert_eq!(limit(), (Known(0), Known(false)));
    desk.scratch.write("/etc/profile.d/praxis.sh", "readonly TMOUT=900 ; export TMOUT\n");
    assert_eq!(limit(), (Known(900), Known(true)));
    desk.scratch.write("/etc/profile.d/praxis.sh", "if tty -s; then\n  TMOUT=900\nfi\n");
    assert_eq!(limit().0, Unknown(UnknownReason::Malformed));
}

#[test]
fn nothing_private_gets_into_the_snapshot() {
    let desk = Desk::gnome();
    let patient = "Erika Mustermann";
    desk.user_dconf(&format!("[org/gnome/desktop/screensaver]\npicture-uri='file:///home/anna/{patient}.png'\n"));
    desk.home(".xsession", &format!("# {patient}\n"));
    desk.home(".config/autostart/light-locker.desktop", &format!("[Desktop Entry]\nExec={patient}\n"));
    desk.scratch.write("/etc/profile", &format!("TMOUT={patient}\n"));
    let seen = format!("{:?}", desk.snapshot());
    assert!(!seen.contains("Mustermann") && !seen.contains("Beispiel") && !seen.contains("/home/anna"), "{seen}");
}

#[test]
fn the_running_computer_is_observed_without_a_failure() {
    let snapshot = collect(&Machine::live(), COLLECTOR);
    assert!(snapshot.facts.contains_key("host.screen_locks") && snapshot.facts.contains_key("host.console"));
}
