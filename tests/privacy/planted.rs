//! The places in which a patient's name stands in a practice.

use super::PATIENT;
use crate::scratch::Scratch;
use std::fs::{self, File};
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// Settings in which someone left a note about the patient.
pub const SETTINGS: &[&str] = &[
    "/etc/apt/apt.conf.d/20auto-upgrades",
    "/etc/apt/sources.list",
    "/etc/doas.conf",
    "/etc/environment",
    "/etc/gdm3/daemon.conf",
    "/etc/group",
    "/etc/login.defs",
    "/etc/nsswitch.conf",
    "/etc/os-release",
    "/etc/pam.d/common-auth",
    "/etc/pam.d/common-password",
    "/etc/passwd",
    "/etc/profile",
    "/etc/security/faillock.conf",
    "/etc/security/pwquality.conf",
    "/etc/shadow",
    "/etc/sudoers",
    "/etc/sudoers.d/README",
    "/etc/systemd/logind.conf",
    "/home/anna/.config/autostart/erinnerung.desktop",
    "/home/anna/.profile",
    "/usr/share/wayland-sessions/gnome.desktop",
    "/var/lib/dpkg/status",
    "/var/log/dpkg.log",
];

/// Files that are about the patient.
const FILES: &[&str] = &[
    "/home/anna/.bash_history",
    "/home/anna/.local/share/recently-used.xbel",
    "/home/anna/.mozilla/firefox/profiles.ini",
    "/home/anna/.config/Quastenflosser Xaver.conf",
    "/home/anna/.config/autostart/Quastenflosser.desktop",
    "/home/anna/Dokumente/Quastenflosser, Xaver/Befund Quastenflosser.pdf",
    "/home/Quastenflosser/brief.odt",
    "/srv/praxis/Q/Quastenflosser/labor.ldt",
    "/var/spool/cups/c00042",
    "/var/spool/cups/d00042-001 Quastenflosser.pdf",
    "/var/spool/cron/crontabs/anna",
    "/var/log/auth.log",
    "/var/log/syslog",
    "/var/log/cups/page_log",
    "/var/log/apt/history.log",
    "/var/mail/anna",
    "/var/tmp-files/Quastenflosser.tmp",
    "/run/user/1001/Quastenflosser.sock.txt",
    "/tmp/Quastenflosser.txt",
    "/etc/sudoers.d/Quastenflosser.bak",
    "/etc/motd",
];

/// Puts the name everywhere.
pub fn plant(scratch: &Scratch) {
    for path in FILES {
        scratch.write(path, format!("drucke --patient '{PATIENT}' && TMOUT={PATIENT}\n"));
    }
    for path in SETTINGS {
        if !scratch.path(path).exists() {
            scratch.write(path, "");
        }
        scratch.append(path, &format!("# Bitte an {PATIENT} denken\n"));
    }
    scratch.replace("/etc/passwd", "Anna Beispiel", PATIENT);
    let recent = format!(
        "[org/gnome/shell]\ncommand-history=['{PATIENT}']\n\
         [org/gnome/desktop/screensaver]\npicture-uri='file:///home/anna/{PATIENT}.jpg'\nlock-enabled=true\n\
         [org/gnome/evince]\ndocument-directory='/home/anna/{PATIENT}'\n"
    );
    scratch.dconf("/home/anna/.config/dconf/user", &recent, "");
}

/// A program that waits with the name in its arguments, its environment, its folder and its open files, and a socket
/// beside an open file of that name, so that whoever looks for the socket's holder passes it.
pub struct Waiting {
    program: Child,
    _socket: TcpListener,
    _document: File,
    _folder: TempDir,
}

impl Waiting {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary directory can be made");
        let place = folder.path().join(PATIENT);
        fs::create_dir(&place).expect("it is ours");
        let document = File::create(place.join("Befund Quastenflosser.pdf")).expect("it is ours");
        let program = Command::new("sh")
            .arg0(PATIENT)
            .args(["-c", "read line", PATIENT, "--patient", PATIENT])
            .env("PATIENT", PATIENT)
            .current_dir(&place)
            .stdin(Stdio::piped())
            .stdout(document.try_clone().expect("it is open"))
            .spawn()
            .expect("there is a shell");
        let socket = TcpListener::bind("0.0.0.0:0").expect("a port is free");
        Self { program, _socket: socket, _document: document, _folder: folder }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}
