//! The collectors `linux.firewall` and `linux.sockets` against a running kernel, in network namespaces of their own.
//!
//! Only as root: `./test` runs these by the start of their names, `root_`. They need nft, iptables and ip, and leave
//! nothing behind: a namespace ends with the process that holds it. What the collector says about each port is
//! compared with real connections from a neighbour.

use crate::sockets::{collection, empty_snapshot};
use jiff::Timestamp;
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::net::{IpAddr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::os::fd::AsFd;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use visite_facts::facts::{
    DefaultAction, Firewall, FirewallBackend, FirewallOpening, IpFamily, ListeningSocket, Reach, Transport,
};
use visite_facts::value::Completeness;
use visite_facts::{Fact, FactType, FactsFile, Known, Observed, Snapshot, Unknown, UnknownReason};
use visite_host::linux::firewall::{FirewallCollector, judge_packets, parse_nft_ruleset};
use visite_host::linux::sockets::SocketsCollector;
use visite_host::{Collector, Machine};

/// Set for the copy of this program that observes inside a namespace.
const OBSERVE: &str = "VISITE_TEST_OBSERVE";

/// A network namespace; it ends when this is dropped.
struct Namespace {
    holder: Child,
}

impl Namespace {
    fn new() -> Self {
        assert!(rustix::process::geteuid().is_root(), "tests named root_* make network namespaces: run them as root");
        let mut holder = Command::new("unshare")
            .args(["--net", "sh", "-c", "echo ready; exec sleep 300"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("unshare is installed");
        let mut line = String::new();
        BufReader::new(holder.stdout.take().expect("it is piped")).read_line(&mut line).expect("it answers");
        assert_eq!(line, "ready\n", "the kernel gives no network namespace");
        let namespace = Self { holder };
        namespace.run("ip link set lo up");
        namespace
    }

    fn pid(&self) -> String {
        self.holder.id().to_string()
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new("nsenter");
        command.args(["--net", "--target", &self.pid(), program]);
        command
    }

    /// Runs a line of words.
    fn run(&self, line: &str) {
        let words: Vec<&str> = line.split(' ').collect();
        let output = self.command(words[0]).args(&words[1..]).output().expect("nsenter is installed");
        assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// Runs a line of words with input.
    fn feed(&self, line: &str, input: &str) {
        let words: Vec<&str> = line.split(' ').collect();
        let mut child = self
            .command(words[0])
            .args(&words[1..])
            .stdin(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("nsenter is installed");
        child.stdin.take().expect("it is piped").write_all(input.as_bytes()).expect("it reads");
        let output = child.wait_with_output().expect("it ends");
        assert!(output.status.success(), "{line}: {}\n{input}", String::from_utf8_lossy(&output.stderr));
    }

    fn nft(&self, ruleset: &str) {
        self.feed("nft -f -", &format!("flush ruleset\n{ruleset}"));
    }

    /// Does `work` on a thread that lives in the namespace.
    fn inside<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        let file = File::open(format!("/proc/{}/ns/net", self.holder.id())).expect("the holder lives");
        std::thread::scope(|scope| {
            let thread = scope.spawn(|| {
                move_into_link_name_space(file.as_fd(), Some(LinkNameSpaceType::Network)).expect("we are root");
                work()
            });
            thread.join().expect("the work does not panic")
        })
    }

    /// What the collectors say in there, as the account `uid`.
    fn observe_as(&self, uid: &str) -> Snapshot {
        let program = std::env::current_exe().expect("the test has a path");
        let output = self
            .command("setpriv")
            .args([&format!("--reuid={uid}"), "--clear-groups"])
            .arg(program)
            .args(["--exact", "--nocapture", "root_firewall::root_observer_of_a_namespace"])
            .env(OBSERVE, "1")
            .output()
            .expect("nsenter is installed");
        let text = String::from_utf8_lossy(&output.stdout);
        let start = text.find('{').unwrap_or_else(|| panic!("{text}{}", String::from_utf8_lossy(&output.stderr)));
        let end = text.rfind('}').expect("the file ends");
        let (file, problems) = FactsFile::from_json(&text.as_bytes()[start..=end]).expect("a facts file");
        assert_eq!(problems, []);
        file.snapshots.into_iter().next().expect("one snapshot")
    }

    fn observe(&self) -> Observation {
        let snapshot = self.observe_as("0");
        let Some(Fact::Single(record)) = snapshot.facts.get(Firewall::SPEC.name) else { panic!("no host.firewall") };
        let (openings, completeness) = collection(&snapshot);
        Observation { firewall: Firewall::from_record(record), openings, completeness }
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}

struct Observation {
    firewall: Firewall,
    openings: Vec<FirewallOpening>,
    completeness: Completeness,
}

/// Runs inside a namespace, started by [`Namespace::observe_as`]; alone it has nothing to do.
#[test]
fn root_observer_of_a_namespace() {
    if std::env::var_os(OBSERVE).is_none() {
        return;
    }
    let mut snapshot = empty_snapshot();
    FirewallCollector.collect(&Machine::live(), Timestamp::UNIX_EPOCH, &mut snapshot);
    SocketsCollector.collect(&Machine::live(), Timestamp::UNIX_EPOCH, &mut snapshot);
    println!("\n{}", FactsFile { snapshots: vec![snapshot] }.to_json());
}

fn firewall(backend: FirewallBackend, filters: bool, default: DefaultAction, rules: i64) -> Firewall {
    Firewall {
        backend: Known(backend),
        manager: Observed::default(),
        filters_input: Known(filters),
        ipv4_default: Known(default),
        ipv6_default: Known(default),
        ipv6_active: Known(false),
        rules: Known(rules),
    }
}

fn opening(rule: &str, transport: Transport, ports: (i64, i64)) -> FirewallOpening {
    FirewallOpening {
        rule: Known(rule.to_owned()),
        family: Known(IpFamily::Both),
        transport: Known(transport),
        first_port: Known(ports.0),
        last_port: Known(ports.1),
        source_restricted: Known(false),
        interface: Observed::default(),
    }
}

#[test]
fn root_a_policy_is_seen_as_soon_as_it_is_loaded() {
    let namespace = Namespace::new();
    let unfiltered = firewall(FirewallBackend::None, false, DefaultAction::Accept, 0);
    let everything = opening("no rule", Transport::Any, (0, 65_535));
    let check = |expected: &Firewall, openings: &[FirewallOpening]| {
        let seen = namespace.observe();
        assert_eq!(seen.firewall, *expected);
        assert_eq!(seen.openings, openings);
        assert_eq!(seen.completeness, Completeness::Complete);
    };
    check(&unfiltered, std::slice::from_ref(&everything));

    let closed = "table inet t {\nchain input {\ntype filter hook input priority 0; policy drop;\n}\n}\n";
    namespace.nft(closed);
    check(&firewall(FirewallBackend::Nftables, true, DefaultAction::Block, 0), &[]);

    namespace.run("nft add rule inet t input tcp dport 22 accept");
    check(
        &firewall(FirewallBackend::Nftables, true, DefaultAction::Block, 1),
        &[opening("inet t input #1", Transport::Tcp, (22, 22))],
    );

    namespace.run("nft flush ruleset");
    check(&unfiltered, &[everything]);
}

#[test]
fn root_older_tables_are_seen_although_nft_shows_nothing() {
    let namespace = Namespace::new();
    namespace.feed("iptables-legacy-restore", include_str!("../data/firewall/legacy.iptables-save"));
    let seen = namespace.observe();
    assert_eq!(seen.firewall.backend, Known(FirewallBackend::Iptables));
    assert_eq!(seen.firewall.ipv4_default, Known(DefaultAction::Block));
    assert_eq!(seen.firewall.ipv6_default, Known(DefaultAction::Accept));
    // `-m mark` cannot be followed.
    assert_eq!(seen.completeness, Completeness::Incomplete(UnknownReason::NotSupported));
    namespace.feed("ip6tables-legacy-restore", include_str!("../data/firewall/legacy.ip6tables-save"));
    assert_eq!(namespace.observe().firewall.ipv6_default, Known(DefaultAction::Block));
}

#[test]
fn root_an_ordinary_account_sees_no_rules_but_says_so() {
    let namespace = Namespace::new();
    namespace.nft("table inet t {\nchain input {\ntype filter hook input priority 0; policy drop;\n}\n}\n");
    let snapshot = namespace.observe_as("65534");
    let Some(Fact::Single(record)) = snapshot.facts.get(Firewall::SPEC.name) else { panic!("no host.firewall") };
    let seen = Firewall::from_record(record);
    let expected = Firewall { ipv6_active: Known(false), ..Firewall::unknown(UnknownReason::NoPermission) };
    assert_eq!(seen, expected);
    let (openings, completeness) = collection::<FirewallOpening>(&snapshot);
    assert_eq!((openings, completeness), (vec![], Completeness::Incomplete(UnknownReason::NoPermission)));
}

/// Two namespaces joined by a cable: `host`, with interfaces `eth0` and `eth1`, and a `neighbour`.
///
/// The neighbour has an address of the office on each cable, and one of elsewhere on the first.
struct Cable {
    host: Namespace,
    neighbour: Namespace,
}

const HOST: [&str; 2] = ["192.168.10.5", "192.168.20.5"];
const OFFICE: &str = "192.168.10.9";
const ELSEWHERE: &str = "10.66.0.9";
const OTHER_CABLE: &str = "192.168.20.9";

impl Cable {
    fn new() -> Self {
        let (host, neighbour) = (Namespace::new(), Namespace::new());
        for (number, network) in ["192.168.10", "192.168.20"].iter().enumerate() {
            host.run(&format!("ip link add eth{number} type veth peer name eth{number} netns {}", neighbour.pid()));
            host.run(&format!("ip addr add {network}.5/24 dev eth{number}"));
            neighbour.run(&format!("ip addr add {network}.9/24 dev eth{number}"));
            host.run(&format!("ip -6 addr add 2003:e8:{number}::5/64 dev eth{number} nodad"));
            neighbour.run(&format!("ip -6 addr add 2003:e8:{number}::9/64 dev eth{number} nodad"));
            host.run(&format!("ip link set eth{number} up"));
            neighbour.run(&format!("ip link set eth{number} up"));
        }
        neighbour.run(&format!("ip addr add {ELSEWHERE}/32 dev eth0"));
        host.run(&format!("ip route add {ELSEWHERE}/32 dev eth0"));
        Self { host, neighbour }
    }

    fn listen(&self, ports: &[u16]) -> Vec<TcpListener> {
        self.host.inside(|| {
            let listen = |port: &u16| TcpListener::bind((Ipv6Addr::UNSPECIFIED, *port)).expect("the port is free");
            ports.iter().map(listen).collect()
        })
    }

    /// The ports of `target` that the neighbour reaches from the address `source`.
    fn reached(&self, source: &str, target: &str, ports: &[u16]) -> BTreeSet<u16> {
        let (source, target): (IpAddr, IpAddr) = (source.parse().expect("valid"), target.parse().expect("valid"));
        self.neighbour.inside(|| {
            std::thread::scope(|scope| {
                let tries: Vec<_> = ports
                    .iter()
                    .map(|port| (*port, scope.spawn(move || connects(source, SocketAddr::new(target, *port)))))
                    .collect();
                tries
                    .into_iter()
                    .filter_map(|(port, reached)| reached.join().expect("no panic").then_some(port))
                    .collect()
            })
        })
    }
}

/// Connects from a certain address: with socat, because the standard library cannot choose it.
fn connects(source: IpAddr, target: SocketAddr) -> bool {
    if source.is_ipv6() {
        return TcpStream::connect_timeout(&target, Duration::from_millis(400)).is_ok();
    }
    let status = Command::new("socat")
        .args(["/dev/null", &format!("TCP4:{target},bind={source},connect-timeout=0.4")])
        .stderr(Stdio::null())
        .status()
        .expect("socat is installed");
    status.success()
}

/// The ports that the openings let in, for everyone or also for certain sources.
fn let_in(
    openings: &[FirewallOpening],
    family: IpFamily,
    interface: &str,
    with_restricted: bool,
    ports: &[u16],
) -> BTreeSet<u16> {
    let covers = |opening: &FirewallOpening, port: i64| {
        let family_fits = [Some(&IpFamily::Both), Some(&family)].contains(&opening.family.known());
        let transport_fits = [Some(&Transport::Any), Some(&Transport::Tcp)].contains(&opening.transport.known());
        let interface_fits = opening.interface.known().is_none_or(|name| name == interface);
        let source_fits = with_restricted || opening.source_restricted == Known(false);
        let ports = opening.first_port.known().zip(opening.last_port.known());
        family_fits
            && transport_fits
            && interface_fits
            && source_fits
            && ports.is_some_and(|(first, last)| (*first..=*last).contains(&port))
    };
    let is_let_in = |port: &u16| openings.iter().any(|opening| covers(opening, i64::from(*port)));
    ports.iter().copied().filter(is_let_in).collect()
}

const PORTS: &[u16] = &[22, 23, 80, 443, 445, 2222, 3389, 4242, 8005, 8080, 8443];

/// Every port is tried from three places, over both families, and compared with the openings.
fn compare(cable: &Cable, name: &str) {
    let seen = cable.host.observe();
    assert_eq!(seen.completeness, Completeness::Complete, "{name}");
    for (source, target, interface, restricted) in
        [(OFFICE, HOST[0], "eth0", true), (ELSEWHERE, HOST[0], "eth0", false), (OTHER_CABLE, HOST[1], "eth1", false)]
    {
        let expected = let_in(&seen.openings, IpFamily::Ipv4, interface, restricted, PORTS);
        assert_eq!(cable.reached(source, target, PORTS), expected, "{name}: from {source}: {:#?}", seen.openings);
    }
    let expected = let_in(&seen.openings, IpFamily::Ipv6, "eth0", false, PORTS);
    assert_eq!(cable.reached("2003:e8::9", "2003:e8:0::5", PORTS), expected, "{name}: IPv6: {:#?}", seen.openings);
}

#[test]
fn root_openings_are_what_a_neighbour_reaches() {
    let cable = Cable::new();
    let _listening = cable.listen(PORTS);
    compare(&cable, "no rule");
    let head = "type filter hook input priority 0; policy";
    let neighbours = "meta l4proto ipv6-icmp accept\nct state established,related accept";
    for (name, ruleset) in [
        ("policy drop", format!("table inet t {{\nchain i {{\n{head} drop;\n{neighbours}\n}}\n}}")),
        (
            "by hand",
            format!(
                "table inet t {{\nset web {{\ntype inet_service; flags interval\nelements = {{ 80, 443, 8000-8100 }}\n}}\n\
                 map m {{\ntype inet_service : verdict\nelements = {{ 22 : accept, 23 : drop, 445 : jump office }}\n}}\n\
                 chain office {{\nip saddr 192.168.10.0/26 accept\n}}\n\
                 chain i {{\n{head} drop;\n{neighbours}\ntcp dport @web accept\ntcp dport vmap @m\n\
                 iifname eth1 tcp dport 3389 accept\ntcp dport 2222 ct state new limit rate 500/second accept\n\
                 ip saddr . tcp dport {{ 192.168.10.9 . 4242 }} accept\nreject\n}}\n}}"
            ),
        ),
        (
            "two tables",
            format!(
                "table ip a {{\nchain i {{\n{head} accept;\ntcp dport {{ 22, 23 }} drop\n}}\n}}\n\
                 table inet b {{\nchain i {{\ntype filter hook input priority 10; policy drop;\n{neighbours}\n\
                 tcp dport 22-443 accept\n}}\n}}"
            ),
        ),
        (
            "redirected",
            format!(
                "table inet t {{\nchain i {{\n{head} drop;\n{neighbours}\ntcp dport 443 accept\n}}\n\
                 chain p {{\ntype nat hook prerouting priority -100;\nmeta nfproto ipv4 tcp dport 8443 redirect to :443\n\
                 meta nfproto ipv4 tcp dport 8080 redirect to :22\n}}\n}}"
            ),
        ),
        (
            "only one cable closed",
            format!("table inet t {{\nchain i {{\n{head} accept;\niifname eth0 tcp dport != 22 drop\n}}\n}}"),
        ),
    ] {
        // IPv6 finds its neighbours by ICMPv6; "only one cable closed" touches TCP alone.
        cable.host.nft(&ruleset);
        compare(&cable, name);
    }
}

#[test]
fn root_ufw_openings_are_what_a_neighbour_reaches() {
    let cable = Cable::new();
    let _listening = cable.listen(PORTS);
    cable.host.feed("iptables-nft-restore", include_str!("../data/firewall/ufw.iptables-save"));
    cable.host.feed("ip6tables-nft-restore", include_str!("../data/firewall/ufw.ip6tables-save"));
    compare(&cable, "ufw");
    assert_eq!(cable.host.observe().firewall.manager, Known("ufw".to_owned()));
}

#[test]
fn root_sockets_are_seen_with_reach_and_family() {
    let cable = Cable::new();
    let listening = cable.listen(&[80]);
    let (only_ipv4, _local) = cable.host.inside(|| {
        (TcpListener::bind(("0.0.0.0", 81)).expect("free"), TcpListener::bind((HOST[0], 82)).expect("free"))
    });
    let snapshot = cable.host.observe_as("0");
    let (sockets, completeness) = collection::<ListeningSocket>(&snapshot);
    assert_eq!(completeness, Completeness::Complete);
    let program = std::env::current_exe().expect("a path").file_name().expect("a name").to_string_lossy().into_owned();
    let socket = |name: &str, family, address: &str, port, reach| ListeningSocket {
        socket: Known(name.to_owned()),
        transport: Known(Transport::Tcp),
        family: Known(family),
        address: Known(address.to_owned()),
        port: Known(port),
        reach: Known(reach),
        process: Known(program.clone()),
        user: Known("root".to_owned()),
    };
    assert_eq!(
        sockets,
        [
            socket("tcp 0.0.0.0:81", IpFamily::Ipv4, "0.0.0.0", 81, Reach::Lan),
            socket("tcp 192.168.10.5:82", IpFamily::Ipv4, "192.168.10.5", 82, Reach::Lan),
            socket("tcp [::]:80", IpFamily::Both, "::", 80, Reach::World),
        ]
    );
    drop((listening, only_ipv4));

    // An ordinary account sees the sockets, but not whose they are.
    let _listening = cable.listen(&[80]);
    let (sockets, completeness) = collection::<ListeningSocket>(&cable.host.observe_as("65534"));
    assert_eq!(completeness, Completeness::Complete);
    let shared = sockets.iter().find(|socket| socket.port == Known(80)).expect("it is listed");
    assert_eq!(shared.process, Unknown(UnknownReason::NoPermission));
}

/// Numbers that look random and are the same on every run (xorshift).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap_or(0) % limit
    }

    fn pick<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.below(words.len())]
    }

    /// A ruleset of some chains with some rules whose conditions can all be followed exactly.
    fn ruleset(&mut self) -> String {
        let mut text = String::new();
        for (table, priority) in [("a", 0), ("b", 5)].into_iter().take(1 + self.below(2)) {
            text.push_str(&format!("table {} {table} {{\n", self.pick(&["inet", "ip"])));
            for chain in ["deep", "middle", "i"] {
                text.push_str(&format!("chain {chain} {{\n"));
                if chain == "i" {
                    let policy = self.pick(&["accept", "drop"]);
                    text.push_str(&format!("type filter hook input priority {priority}; policy {policy};\n"));
                    text.push_str("ct state established,related accept\n");
                }
                for _ in 0..self.below(7) {
                    text.push_str(&self.rule(chain));
                }
                text.push_str("}\n");
            }
            text.push_str("}\n");
        }
        text
    }

    fn rule(&mut self, chain: &str) -> String {
        let interface = self.pick(&["", "", "", "iifname eth0", "iifname != eth0", "iifname { eth1, eth7 }", "iif lo"]);
        let ports = self.pick(&[
            "",
            "tcp dport 22",
            "tcp dport != 22",
            "tcp dport 22-443",
            "tcp dport { 23, 80, 8000-8100 }",
            "tcp dport != { 22, 445, 3389 }",
            "udp dport 445",
            "meta l4proto tcp",
            "meta l4proto . th dport { tcp . 23, udp . 80 }",
            "tcp flags & (fin | syn | rst | ack) == syn",
            "ct state new",
            "ct state != new",
            "th dport { 443, 8080 }",
        ]);
        let verdict = match chain {
            "deep" => self.pick(&["accept", "drop", "return", "continue", "reject"]),
            "middle" => self.pick(&["accept", "drop", "return", "jump deep", "goto deep"]),
            _ => self.pick(&["accept", "drop", "return", "jump deep", "goto middle", "jump middle", "counter"]),
        };
        format!("{interface} {ports} {verdict}\n")
    }
}

#[test]
fn root_random_rulesets_mean_the_same_to_the_kernel() {
    let cable = Cable::new();
    let _listening = cable.listen(PORTS);
    let interfaces = ["lo", "eth0", "eth1"].map(str::to_owned);
    let mut numbers = Numbers(0x005e_ed0f_5a1e_7e57);
    for round in 0..24 {
        let ruleset = numbers.ruleset();
        cable.host.nft(&ruleset);
        let printed = cable.host.command("nft").args(["-j", "list", "ruleset"]).output().expect("nft is installed");
        let read = parse_nft_ruleset(&String::from_utf8_lossy(&printed.stdout)).expect("nft printed it");
        let verdict = judge_packets(&[&read], &interfaces).expect("it is short");
        for (source, target, interface) in [(OFFICE, HOST[0], "eth0"), (OTHER_CABLE, HOST[1], "eth1")] {
            let expected: BTreeSet<u16> = PORTS
                .iter()
                .copied()
                .filter(|port| {
                    verdict.openings.iter().any(|opening| {
                        opening.family != IpFamily::Ipv6
                            && opening.transport != Transport::Udp
                            && opening.interface.as_ref().is_none_or(|name| name == interface)
                            && opening.ports.is_some_and(|(first, last)| (first..=last).contains(port))
                    })
                })
                .collect();
            assert_eq!(
                cable.reached(source, target, PORTS),
                expected,
                "round {round}, {interface}:\n{ruleset}\n{:#?}",
                verdict.openings
            );
        }
    }
}
