//! A small Debian workplace in a scratch root, with real databases and a real package source.
//!
//! For the tests that judge another root. It holds one administrator, one person, GNOME with a policy that locks the
//! screen, two packages and a security source; everything that can be seen without a kernel is in order. Its version is one
//! that no catalogue knows, so that no end of support comes near.

use crate::program::{Call, Verdicts, shared_folder, visite};
use std::fs::{self, OpenOptions, Permissions};
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// The file of the policy that the workplace's screen lock follows.
pub const POLICY: &str = "/etc/dconf/db/praxis";

const FILES: &[(&str, &str)] = &[
    (
        "/etc/os-release",
        "PRETTY_NAME=\"Debian GNU/Linux 99 (beispiel)\"\nNAME=\"Debian GNU/Linux\"\nVERSION_ID=\"99\"\n\
         VERSION_CODENAME=beispiel\nID=debian\n",
    ),
    ("/etc/hostname", "empfang-1\n"),
    ("/etc/machine-id", "3f9c01a27b44d1e2a5b60718293a4b5c\n"),
    (
        "/etc/passwd",
        "root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n\
         technik:x:1000:1000::/home/technik:/bin/bash\nanna:x:1001:1001:Anna Beispiel:/home/anna:/bin/bash\n\
         nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n",
    ),
    (
        "/etc/shadow",
        "root:*:20000:0:99999:7:::\ndaemon:*:20000:0:99999:7:::\ntechnik:$y$j9T$invented$invented:20000:0:99999:7:::\n\
         anna:$y$j9T$invented$invented:20000:0:99999:7:::\nnobody:*:20000:0:99999:7:::\n",
    ),
    ("/etc/group", "root:x:0:\ndaemon:x:1:\nsudo:x:27:technik\ntechnik:x:1000:\nanna:x:1001:\nnogroup:x:65534:\n"),
    ("/etc/nsswitch.conf", "passwd: files\ngroup: files\nshadow: files\n"),
    ("/etc/login.defs", "UID_MIN 1000\nUID_MAX 60000\nENCRYPT_METHOD YESCRYPT\n"),
    (
        "/etc/sudoers",
        "Defaults env_reset\nroot ALL=(ALL:ALL) ALL\n%sudo ALL=(ALL:ALL) ALL\n@includedir /etc/sudoers.d\n",
    ),
    ("/etc/sudoers.d/README", "# nothing here\n"),
    ("/usr/bin/sudo", ""),
    (
        "/etc/pam.d/common-auth",
        "auth required pam_faillock.so preauth\nauth [success=1 default=ignore] pam_unix.so nullok\n\
         auth [default=die] pam_faillock.so authfail\nauth requisite pam_deny.so\nauth required pam_permit.so\n",
    ),
    (
        "/etc/pam.d/common-password",
        "password requisite pam_pwquality.so retry=3\n\
         password [success=1 default=ignore] pam_unix.so obscure use_authtok try_first_pass yescrypt\n\
         password requisite pam_deny.so\npassword required pam_permit.so\n",
    ),
    ("/etc/pam.d/login", "auth include common-auth\npassword include common-password\n"),
    ("/etc/pam.d/passwd", "@include common-password\n"),
    ("/etc/pam.d/gdm-password", "@include common-auth\n@include common-password\n"),
    ("/etc/security/pwquality.conf", "minlen = 12\n"),
    ("/etc/security/faillock.conf", "deny = 10\nunlock_time = 600\n"),
    ("/etc/profile", "export TMOUT=600\nreadonly TMOUT\n"),
    ("/etc/systemd/logind.conf", "[Login]\n"),
    ("/usr/lib/systemd/systemd-logind", ""),
    ("/usr/lib/systemd/systemd", ""),
    ("/etc/gdm3/daemon.conf", "[daemon]\n#AutomaticLogin = user1\n"),
    ("/usr/sbin/gdm3", ""),
    ("/etc/X11/default-display-manager", "/usr/sbin/gdm3\n"),
    ("/usr/bin/gnome-shell", ""),
    (
        "/usr/share/wayland-sessions/gnome.desktop",
        "[Desktop Entry]\nName=GNOME\nExec=gnome-session\nDesktopNames=GNOME\n",
    ),
    ("/home/anna/.profile", ""),
    ("/home/technik/.profile", ""),
    ("/etc/dconf/profile/user", "user-db:user\nsystem-db:praxis\n"),
    (AUTO_UPGRADES, "APT::Periodic::Update-Package-Lists \"1\";\nAPT::Periodic::Unattended-Upgrade \"1\";\n"),
    (
        "/etc/apt/apt.conf.d/50unattended-upgrades",
        "Unattended-Upgrade::Origins-Pattern { \"origin=Debian,codename=${distro_codename}-security,label=Debian-Security\"; };\n",
    ),
    ("/etc/apt/sources.list", "deb [trusted=yes] file:/srv/security ./\n"),
    ("/etc/apt/preferences.d/.keep", ""),
    ("/var/lib/apt/lists/partial/.keep", ""),
    (
        "/var/lib/apt/lists/_srv_security_._Release",
        "Origin: Debian\nLabel: Debian-Security\nSuite: stable\nCodename: beispiel\nArchitectures: amd64\n",
    ),
    (
        "/var/lib/apt/lists/_srv_security_._Packages",
        "Package: dpkg\nArchitecture: amd64\nVersion: 1.21.22\nFilename: ./dpkg.deb\nSize: 1\n\
         SHA256: 0000000000000000000000000000000000000000000000000000000000000000\nDescription: x\n\n",
    ),
    ("/var/lib/apt/periodic/unattended-upgrades-stamp", ""),
    ("/var/cache/apt/archives/partial/.keep", ""),
    (
        "/var/lib/dpkg/status",
        "Package: dpkg\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.21.22\nDescription: x\n\n\
         Package: unattended-upgrades\nStatus: install ok installed\nArchitecture: all\nVersion: 2.9.1\nDescription: x\n\n",
    ),
    ("/var/lib/dpkg/available", ""),
    ("/var/lib/dpkg/info/.keep", ""),
    ("/var/lib/dpkg/updates/.keep", ""),
    ("/var/lib/dpkg/triggers/.keep", ""),
    ("/var/log/dpkg.log", ""),
    ("/usr/sbin/clamd", ""),
];
/// The file that switches automatic updates on.
pub const AUTO_UPGRADES: &str = "/etc/apt/apt.conf.d/20auto-upgrades";
/// The link that makes them run, and what it points to.
pub const TIMER: (&str, &str) = (
    "/etc/systemd/system/timers.target.wants/apt-daily-upgrade.timer",
    "/usr/lib/systemd/system/apt-daily-upgrade.timer",
);

/// The directory; removed when the test is over.
pub struct Scratch {
    folder: TempDir,
}

impl Scratch {
    /// An empty directory.
    pub fn empty() -> Self {
        Self { folder: shared_folder() }
    }

    /// A small workplace in which nothing is wrong.
    pub fn workplace() -> Self {
        let scratch = Self::empty();
        for (path, text) in FILES {
            scratch.write(path, text);
        }
        scratch.link("/etc/systemd/system/display-manager.service", "/usr/lib/systemd/system/gdm3.service");
        scratch.link(TIMER.0, TIMER.1);
        scratch.write(TIMER.1, "[Timer]\nOnCalendar=*-*-* 6:00\n");
        scratch.lock_policy(true);
        scratch
    }

    pub fn root(&self) -> &Path {
        self.folder.path()
    }

    /// Where `path` of the examined system really is.
    pub fn path(&self, path: &str) -> PathBuf {
        self.root().join(path.trim_start_matches('/'))
    }

    pub fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        self.folder_of(path);
        fs::write(self.path(path), text).expect("the scratch root can be written");
    }

    pub fn append(&self, path: &str, text: &str) {
        let mut file = OpenOptions::new().append(true).open(self.path(path)).expect("the file is there");
        file.write_all(text.as_bytes()).expect("the scratch root can be written");
    }

    /// Replaces a text in a file; it must be there once.
    pub fn replace(&self, path: &str, old: &str, new: &str) {
        let text = fs::read_to_string(self.path(path)).expect("the file is there");
        assert_eq!(text.matches(old).count(), 1, "{path}: {old}");
        self.write(path, text.replace(old, new));
    }

    pub fn remove(&self, path: &str) {
        let path = self.path(path);
        if path.is_dir() && !path.is_symlink() {
            fs::remove_dir_all(path).expect("it is there");
        } else {
            fs::remove_file(path).expect("it is there");
        }
    }

    pub fn link(&self, path: &str, target: impl AsRef<Path>) {
        self.folder_of(path);
        symlink(target, self.path(path)).expect("the scratch root can be written");
    }

    pub fn mode(&self, path: &str, mode: u32) {
        fs::set_permissions(self.path(path), Permissions::from_mode(mode)).expect("it is there");
    }

    fn folder_of(&self, path: &str) {
        fs::create_dir_all(self.path(path).parent().expect("a path below the root")).expect("it can be written");
    }

    /// Compiles the policy anew with the real `dconf`: the screen locks after five minutes, held fast or not.
    pub fn lock_policy(&self, locked: bool) {
        let keys = "[org/gnome/desktop/session]\nidle-delay=uint32 300\n\
                    [org/gnome/desktop/screensaver]\nlock-enabled=true\nlock-delay=uint32 0\n";
        let locks = "/org/gnome/desktop/session/idle-delay\n/org/gnome/desktop/screensaver/lock-enabled\n\
                     /org/gnome/desktop/screensaver/lock-delay\n";
        self.dconf(POLICY, keys, if locked { locks } else { "" });
    }

    /// Makes the database `path` from key files and locks.
    pub fn dconf(&self, path: &str, keys: &str, locks: &str) {
        let sources = tempfile::tempdir().expect("a temporary directory can be made");
        fs::create_dir(sources.path().join("locks")).expect("it is ours");
        fs::write(sources.path().join("10-praxis"), keys).expect("it is ours");
        fs::write(sources.path().join("locks/10-praxis"), locks).expect("it is ours");
        self.folder_of(path);
        let mut compile = Command::new("dconf");
        run(compile.arg("compile").arg(self.path(path)).arg(sources.path()));
    }

    /// Calls `visite check` for this root.
    pub fn check<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Call {
        let root = self.root().display().to_string();
        let arguments =
            ["check".to_owned(), "--root".to_owned(), root].into_iter().chain(arguments.into_iter().map(str::to_owned));
        visite(arguments).hide(self.root(), "[ROOT]")
    }

    /// The verdicts about this root.
    pub fn verdicts(&self) -> Verdicts {
        self.check(["--format", "json"]).run().succeeded().verdicts()
    }
}

/// Runs a tool that has to succeed.
pub fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}
