//! Computers made of network name spaces; each ends with the process that holds it.

use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::os::fd::AsFd;
use std::process::{Child, Command, Stdio};

/// A computer without any cable.
pub struct Computer {
    holder: Child,
}

impl Computer {
    pub fn new() -> Self {
        assert!(rustix::process::geteuid().is_root(), "tests named root_ need an administrator");
        let mut holder = Command::new("unshare")
            .args(["--net", "sh", "-c", "echo ready; exec sleep 600"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(holder.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "ready\n", "the kernel gives no network name space");
        let computer = Self { holder };
        computer.run("ip link set lo up");
        // Addresses are there at once.
        computer.run("sysctl -q -w net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0");
        computer
    }

    fn command(&self) -> Command {
        let mut command = Command::new("nsenter");
        command.arg(format!("--net=/proc/{}/ns/net", self.holder.id()));
        command
    }

    /// Runs a command that has to succeed; what it printed.
    pub fn run(&self, line: &str) -> String {
        let output = self.command().args(line.split(' ')).output().unwrap();
        assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Loads packet filter rules.
    pub fn nft(&self, rules: &str) {
        let mut child = self.command().args(["nft", "-f", "-"]).stdin(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(rules.as_bytes()).unwrap();
        assert!(child.wait().unwrap().success(), "{rules}");
    }

    /// Lays a cable from `card` to the `far` one of another computer; both get their addresses, in CIDR notation.
    pub fn cable(&self, card: &str, addresses: &[&str], other: &Self, far: &str, far_addresses: &[&str]) {
        let (here, there) = (self.holder.id(), other.holder.id());
        self.run(&format!("ip link add {card} netns {here} type veth peer name {far} netns {there}"));
        for (computer, card, addresses) in [(self, card, addresses), (other, far, far_addresses)] {
            for address in addresses {
                let nodad = if address.contains(':') { " nodad" } else { "" };
                computer.run(&format!("ip addr add {address} dev {card}{nodad}"));
            }
            computer.run(&format!("ip link set {card} up"));
        }
        for (computer, card) in [(self, card), (other, far)] {
            let is_up = || computer.run(&format!("ip -br link show {card}")).contains(" UP ");
            assert!((0..500).any(|_| is_up() || pause()), "{card} does not come up");
        }
    }

    /// Does `work` on a thread that lives in it, as do the threads that this one starts.
    pub fn inside<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        let file = File::open(format!("/proc/{}/ns/net", self.holder.id())).unwrap();
        std::thread::scope(|scope| {
            let thread = scope.spawn(|| {
                move_into_link_name_space(file.as_fd(), Some(LinkNameSpaceType::Network)).unwrap();
                work()
            });
            thread.join().unwrap()
        })
    }
}

impl Drop for Computer {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}

/// A runtime on the present thread.
pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

/// Waits for a moment; always false.
fn pause() -> bool {
    std::thread::sleep(std::time::Duration::from_millis(10));
    false
}
