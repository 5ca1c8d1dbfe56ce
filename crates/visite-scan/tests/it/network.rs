//! Computers made of network name spaces; each ends with the process that holds it.

use nix::sys::socket::{ControlMessageOwned, MsgFlags, recvmsg, setsockopt, sockopt};
use nix::sys::time::TimeSpec;
use rustix::net::{AddressFamily, Protocol, SocketType};
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, IoSliceMut, Write};
use std::num::NonZero;
use std::os::fd::{AsFd, AsRawFd};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use visite_scan::net::Connections;

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

/// What left a computer.
pub struct Sent {
    /// Most packets within any second.
    pub most: usize,
    /// Of which kinds those are: the flags of TCP, or the type of the packet.
    pub kinds: BTreeMap<String, usize>,
    /// All packets.
    pub all: usize,
}

/// Does `work`, and counts meanwhile what leaves the computer.
pub fn counting<T: Send>(computer: &Computer, work: impl FnOnce() -> T + Send) -> (T, Sent) {
    let ended = AtomicBool::new(false);
    let (socket, own) = computer.inside(|| {
        // What goes in and out of every card (packet(7)).
        let all = Protocol::from_raw(NonZero::new(u32::from(3u16.to_be())).unwrap());
        let socket = rustix::net::socket(AddressFamily::PACKET, SocketType::RAW, Some(all)).unwrap();
        rustix::net::sockopt::set_socket_recv_buffer_size_force(&socket, 64 << 20).unwrap();
        let wait = Some(std::time::Duration::from_millis(50));
        rustix::net::sockopt::set_socket_timeout(&socket, rustix::net::sockopt::Timeout::Recv, wait).unwrap();
        setsockopt(&socket, sockopt::ReceiveTimestampns, &true).unwrap();
        let macs = Connections::read().unwrap().links.into_iter().filter_map(|link| link.mac).collect::<Vec<_>>();
        (socket, macs)
    });
    let (done, sent) = std::thread::scope(|scope| {
        let counter = scope.spawn(|| {
            let (mut sent, mut buffer) = (Vec::new(), [0; 64]);
            let mut control = nix::cmsg_space!(TimeSpec);
            while !ended.load(Ordering::Relaxed) {
                let mut parts = [IoSliceMut::new(&mut buffer)];
                let flags = MsgFlags::empty();
                let Ok(told) = recvmsg::<()>(socket.as_raw_fd(), &mut parts, Some(&mut control), flags) else {
                    continue;
                };
                let at = told.cmsgs().unwrap().find_map(|told| match told {
                    ControlMessageOwned::ScmTimestampns(at) => Some(std::time::Duration::from(at)),
                    _ => None,
                });
                if own.iter().any(|mac| buffer[6..12] == *mac) {
                    let kind = match (&buffer[12..14], buffer[23]) {
                        ([8, 0], 6) => format!("tcp {:#x}", buffer[47]),
                        (kind, _) => format!("{kind:x?}"),
                    };
                    sent.push((at.unwrap(), kind));
                }
            }
            sent
        });
        let done = work();
        ended.store(true, Ordering::Relaxed);
        (done, counter.join().unwrap())
    });
    let second = std::time::Duration::from_secs(1);
    let within = |from: &usize| sent[*from..].iter().take_while(|(at, _)| *at < sent[*from].0 + second).count();
    let fullest = (0..sent.len()).max_by_key(within).unwrap();
    let most = within(&fullest);
    let mut kinds = BTreeMap::new();
    for (_, kind) in &sent[fullest..fullest + most] {
        *kinds.entry(kind.clone()).or_default() += 1;
    }
    (done, Sent { most, kinds, all: sent.len() })
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
