"""The network of the laboratory: one namespace for each host, one for the switch, one for the router.

Everything lies in namespaces whose names begin with the laboratory's prefix; the machine's own network gets no device,
no address and no rule. A host has one veth, `eth0`; its other end is a port of a bridge inside the switch's namespace.
`flat` has one bridge and one /24 for all zones but the internet, the others have one of each for every zone.
"""

import contextlib
import ctypes
import os
import subprocess

# `flat`: one network for all. `segmented`: one a zone, and the ways between them that practice.yaml allows. `leaky`:
# the same, with the router's mistakes that hosts.yaml lists.
VARIANTS = ("flat", "segmented", "leaky")
INTERNET = "internet"

# The same on every machine. The internet is played by the networks for documentation (RFC 5737, RFC 3849).
FLAT = ("10.77.0", "fd77")
PLAYED_INTERNET = ("198.51.100", "2001:db8:0:100")


def prefixes(variant, zone, number):
    """First parts of the IPv4 and IPv6 addresses in a zone: `10.77.20` and `fd77:0:0:20`."""
    if zone == INTERNET:
        return PLAYED_INTERNET
    return FLAT if variant == "flat" else (f"10.77.{number}", f"fd77:0:0:{number}")


def addresses(variant, zone, zone_number, host_number):
    """IPv4 and IPv6 address of a host. Its last part is the same in both variants."""
    v4, v6 = prefixes(variant, zone, zone_number)
    return f"{v4}.{host_number}", f"{v6}::{host_number}"


def run(arguments, text=None):
    """Runs a program that must succeed; what it printed is part of the error if it does not."""
    done = subprocess.run(arguments, input=text, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"`{' '.join(arguments)}` failed: {(done.stderr or done.stdout).strip()}")
    return done.stdout


libc = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNET = 0x40000000


@contextlib.contextmanager
def inside(namespace):
    """Runs the block inside a namespace. Sockets made in the block stay there for good; only this thread moves."""
    home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    there = os.open(f"/run/netns/{namespace}", os.O_RDONLY)
    try:
        if libc.setns(there, CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), f"cannot enter namespace {namespace}")
        yield
    finally:
        if libc.setns(home, CLONE_NEWNET) != 0:
            os._exit(70)  # A thread lost in a foreign network must not go on.
        os.close(home)
        os.close(there)


class Network:
    """Builds the network of one variant from what `hosts.yaml` lists."""

    def __init__(self, prefix, variant, zones, hosts, telematics):
        self.prefix, self.variant, self.zones, self.hosts, self.telematics = prefix, variant, zones, hosts, telematics

    def namespace(self, name):
        return f"{self.prefix}{name}"

    def bridge(self, zone):
        """Bridge of a zone; also the name of the router's device there."""
        return "lan" if self.variant == "flat" and zone != INTERNET else zone

    def bridges(self):
        """Each bridge with the first parts of its addresses."""
        return {self.bridge(zone): prefixes(self.variant, zone, data["number"]) for zone, data in self.zones.items()}

    def build(self):
        names = ["switch", "router", *self.hosts]
        run(["ip", "-batch", "-"], "".join(f"netns add {self.namespace(name)}\n" for name in names))
        for name in names:
            with inside(self.namespace(name)):
                self._settings(forwarding=name == "router")
        switch, router = self.namespace("switch"), self.namespace("router")

        lines = [f"link add {bridge} up type bridge forward_delay 0 mcast_snooping 0\n" for bridge in self.bridges()]
        lines += [
            f"link add port{index} up master {bridge} type veth peer name {bridge} netns {router}\n"
            for index, bridge in enumerate(self.bridges())
        ]
        lines += [self._port(name) for name in self.hosts]
        run(["ip", "-n", switch, "-batch", "-"], "".join(lines))

        lines = ["link set lo up\n"]
        for index, (bridge, (v4, v6)) in enumerate(self.bridges().items()):
            lines += [
                f"link set {bridge} address bc:05:43:00:00:{index + 1:02x}\n",
                f"address add {v4}.1/24 dev {bridge}\n",
                f"address add {v6}::1/64 dev {bridge} nodad\n",
                f"link set {bridge} up\n",
            ]
        lines.append(self._telematics_route())
        run(["ip", "-n", router, "-batch", "-"], "".join(lines))

        for name in self.hosts:
            self._join(name)

    def add(self, name, host):
        """Adds a host to a network that is up."""
        self.hosts[name] = host
        run(["ip", "netns", "add", self.namespace(name)])
        with inside(self.namespace(name)):
            self._settings(forwarding=False)
        run(["ip", "-n", self.namespace("switch"), "-batch", "-"], self._port(name))
        self._join(name)

    def _port(self, name):
        """The host's cable to the switch."""
        host = self.hosts[name]
        return (
            f"link add {name[:15]} up master {self.bridge(host['zone'])} type veth "
            f"peer name eth0 address {host['mac']} netns {self.namespace(name)}\n"
        )

    def _join(self, name):
        """The host's addresses and routes."""
        host = self.hosts[name]
        near4, near6 = prefixes(self.variant, host["zone"], self.zones[host["zone"]]["number"])
        lines = [
            "link set lo up\n",
            f"address add {near4}.{host['number']}/24 dev eth0\n",
            f"address add {near6}::{host['number']}/64 dev eth0 nodad\n",
            "link set eth0 up\n",
        ]
        # The internet knows no way to private addresses.
        if host["zone"] != INTERNET:
            lines += [f"route add default via {near4}.1\n", f"route add default via {near6}::1\n"]
            # In one network everybody has the way into the telematics infrastructure himself, but its devices.
            lines += [self._telematics_route()] if self.variant == "flat" and host["zone"] != "ti" else []
        run(["ip", "-n", self.namespace(name), "-batch", "-"], "".join(lines))

    def _telematics_route(self):
        host = self.hosts[self.telematics["via"]]
        near4, _ = prefixes(self.variant, host["zone"], self.zones[host["zone"]]["number"])
        return f"route add {self.telematics['network']} via {near4}.{host['number']}\n"

    def _settings(self, forwarding):
        def write(path, value):
            with contextlib.suppress(FileNotFoundError), open(f"/proc/sys/net/{path}", "w") as file:
                file.write(value)

        # A link-local address that is still being checked cannot be bound, and the check takes a second.
        for scope in ("all", "default"):
            write(f"ipv6/conf/{scope}/disable_ipv6", "0")
            write(f"ipv6/conf/{scope}/accept_dad", "0")
            write(f"ipv6/conf/{scope}/accept_ra", "0")
            write(f"ipv6/conf/{scope}/forwarding", "1" if forwarding else "0")
        write("ipv4/ip_forward", "1" if forwarding else "0")
        write("ipv4/ping_group_range", "0 2147483647")

    def apply_rules(self, name, rules):
        """Loads nftables rules into the namespace of a host or of the router."""
        run(["ip", "netns", "exec", self.namespace(name), "nft", "-f", "-"], rules)


def router_rules(variant, conduits, holes, forwards):
    """The router's packet filter: what `conduits` allow, in `leaky` also `holes`; `flat` filters nothing."""
    lines = ["table inet router {"]
    if variant == "leaky":
        conduits = [*conduits, *holes]
    if variant != "flat":
        lines += [
            "  chain forward {",
            "    type filter hook forward priority filter; policy drop;",
            "    ct state established,related accept",
            *(f"    {rule}" for conduit in conduits for rule in conduit_rules(conduit)),
            *([] if variant == "segmented" else ["    ct status dnat accept"]),
            "  }",
        ]
    if variant == "segmented":
        lines += [
            "  chain input {",
            "    type filter hook input priority filter; policy drop;",
            "    ct state established,related accept",
            '    iifname { "lo", "management" } accept',
            "    meta l4proto { icmp, icmpv6 } accept",
            '    iifname != "internet" meta l4proto { tcp, udp } th dport 53 accept',
            '    iifname != "internet" udp dport 123 accept',
            "  }",
        ]
    lines += [
        "  chain outgoing {",
        "    type nat hook postrouting priority srcnat;",
        '    oifname "internet" masquerade',
        "  }",
    ]
    if variant != "segmented":
        lines += [
            "  chain incoming {",
            "    type nat hook prerouting priority dstnat;",
            *(f'    iifname "internet" tcp dport {port} dnat ip to {target}' for port, target in forwards),
            "  }",
        ]
    return "\n".join([*lines, "}", ""])


def conduit_rules(conduit):
    ends = [(conduit["from"], conduit["to"])]
    if conduit.get("direction") == "both":
        ends.append((conduit["to"], conduit["from"]))
    for source, target in ends:
        for service in conduit["services"]:
            protocol, _, port = service.partition("/")
            match = "" if protocol == "any" else f"{protocol} dport {port} " if port else f"meta l4proto {protocol} "
            yield f'iifname "{source}" oifname "{target}" {match}accept'
