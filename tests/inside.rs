//! A running system made of a scratch root: its settings, this computer's programs, and name spaces of its own.
//!
//! For tests named `root_`. What is examined is not another root but `/` itself, with a kernel, processes and a network of its
//! own; of the computer that runs the tests only the processes are seen. Mounts and networks end with the processes that hold
//! them.

use crate::program::{Call, Verdicts, assert_root};
use crate::scratch::{Scratch, run};
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Mounts what a system needs over the scratch root `$1`, then starts the program `$2` in it. What `$PROC` and `$BIND`
/// say is done before; `$CHROOT` holds options of chroot(1).
const ENTER: &str = r#"
set -e
root=$1 program=$2
shift 2
mount --rbind /usr "$root/usr"
mount --rbind /dev "$root/dev"
[ -z "$PROC" ] || mount -t proc proc "$root/proc"
touch "$root/visite"
mount --bind "$program" "$root/visite"
for bind in $BIND; do mount --bind "${bind%%:*}" "$root${bind#*:}"; done
exec chroot $CHROOT "$root" /visite "$@"
"#;

/// The system; its network is closed when it is dropped.
pub struct System {
    pub scratch: Scratch,
    pub network: Network,
    proc: bool,
    binds: Vec<String>,
}

impl System {
    /// The small workplace, running.
    pub fn new() -> Self {
        assert_root();
        let scratch = Scratch::workplace();
        for folder in ["/dev", "/proc", "/usr", "/run", "/tmp", "/sys"] {
            fs::create_dir_all(scratch.path(folder)).expect("the scratch root can be written");
        }
        // Where they are links into /usr, as on every merged system, the same links do here.
        for folder in ["bin", "sbin", "lib", "lib64"] {
            if let Ok(target) = fs::read_link(Path::new("/").join(folder)) {
                symlink(target, scratch.path(folder)).expect("the scratch root can be written");
            }
        }
        Self { scratch, network: Network::new(), proc: true, binds: Vec::new() }
    }

    /// Leaves `/proc` empty.
    pub fn without_proc(mut self) -> Self {
        self.proc = false;
        self
    }

    /// Puts a script of ours in the place of a program, given by its whole path.
    pub fn with_program(mut self, program: &str, script: &str) -> Self {
        let path = format!("/var/tmp{program}");
        self.scratch.write(&path, format!("#!/bin/sh\n{script}\n"));
        fs::set_permissions(self.scratch.path(&path), fs::Permissions::from_mode(0o755)).expect("it is ours");
        self.binds.push(format!("{}:{program}", self.scratch.path(&path).display()));
        self
    }

    /// Calls `visite check` in it.
    pub fn check<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Call {
        let mut command = Command::new("nsenter");
        command.arg(format!("--net=/proc/{}/ns/net", self.network.holder.id()));
        command.args(["unshare", "--mount", "--uts", "sh", "-c", ENTER, "sh"]);
        command.arg(self.scratch.root()).arg(env!("CARGO_BIN_EXE_visite")).arg("check").args(arguments);
        let call = Call::new(command, None).env("BIND", &self.binds.join(" "));
        if self.proc { call.env("PROC", "1") } else { call }
    }

    /// The verdicts about it.
    pub fn verdicts(&self) -> Verdicts {
        self.check(["--format", "json"]).run().succeeded().verdicts()
    }
}

/// A network name space with one card whose cable leads nowhere.
pub struct Network {
    holder: Child,
}

impl Network {
    fn new() -> Self {
        let mut holder = Command::new("unshare")
            .args(["--net", "sh", "-c", "echo ready; exec sleep 600"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("unshare is installed");
        let mut line = String::new();
        BufReader::new(holder.stdout.take().expect("it is piped")).read_line(&mut line).expect("it answers");
        assert_eq!(line, "ready\n", "the kernel gives no network name space");
        let network = Self { holder };
        for line in [
            "ip link set lo up",
            "ip link add eth0 type veth peer name cable",
            "ip addr add 192.168.10.5/24 dev eth0",
            "ip -6 addr add 2003:e8::5/64 dev eth0 nodad",
            "ip link set eth0 up",
            "ip link set cable up",
        ] {
            run(network.command().args(line.split(' ')));
        }
        network
    }

    fn command(&self) -> Command {
        let mut command = Command::new("nsenter");
        command.arg(format!("--net=/proc/{}/ns/net", self.holder.id()));
        command
    }

    /// Loads packet filter rules in the place of all others.
    pub fn nft(&self, rules: &str) {
        let mut child = self.command().args(["nft", "-f", "-"]).stdin(Stdio::piped()).spawn().expect("nsenter starts");
        let rules = format!("flush ruleset\n{rules}");
        child.stdin.take().expect("it is piped").write_all(rules.as_bytes()).expect("nft reads");
        assert!(child.wait().expect("it ends").success(), "{rules}");
    }

    /// Does `work` on a thread that lives in the network.
    pub fn inside<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        let file = File::open(format!("/proc/{}/ns/net", self.holder.id())).expect("the holder lives");
        std::thread::scope(|scope| {
            let thread = scope.spawn(|| {
                move_into_link_name_space(file.as_fd(), Some(LinkNameSpaceType::Network)).expect("we are root");
                work()
            });
            thread.join().expect("the work does not panic")
        })
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}
