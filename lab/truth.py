"""What an examination has to find: `truth.yaml` as seen from one zone, and whether it agrees with what is up."""

import socket

from network import INTERNET, addresses, inside, prefixes
from processes import listening


def seen(entry, variant, zone):
    """Whether an entry of a host's services or flaws counts in a variant, seen from a zone."""
    return variant in entry.get("variants", [variant]) and zone in entry.get("seen_from", [zone])


def reachable(lab, zone, host, port, conduits):
    """Whether a packet from a zone's laptop arrives at a port (`tcp/22`) of a host."""
    home = "management" if host == "router" else lab.hosts[host]["zone"]
    if zone == INTERNET:
        # The router is the only one to be seen from outside, if at all.
        return home == INTERNET or (host == "router" and lab.variant != "segmented")
    if home == zone:
        return True
    if host == "router":
        return lab.variant != "segmented" or port in ("tcp/53", "udp/53") or zone == "management"
    if lab.variant == "flat":
        return True
    for conduit in [*conduits, *(lab.holes if lab.variant == "leaky" else [])]:
        ends = {(conduit["from"], conduit["to"])}
        if conduit.get("direction") == "both":
            ends.add((conduit["to"], conduit["from"]))
        allowed = any(service in ("any", port, port.split("/")[0]) for service in conduit["services"])
        if (zone, home) in ends and allowed:
            return True
    return False


def address(lab, zone, host, data):
    """The addresses at which a zone's laptop meets a host. The router is met in the zone's own network."""
    if host != "router":
        return list(lab.addresses(host))
    near4, near6 = prefixes(lab.variant, zone, lab.zones[zone]["number"])
    return [f"{near4}.1", f"{near6}::1"]


def router_addresses(lab):
    """The router's addresses, one of each family in each network."""
    return [address for zone in lab.zones for address in addresses(lab.variant, zone, lab.zones[zone]["number"], 1)]


def expected(lab, zone, truth, conduits):
    hosts = []
    # Whoever answers at all shows these, wherever its services can be reached from.
    of_devices = {
        name: {
            "addresses": address(lab, zone, name, data),
            "checks": [flaw["check"] for flaw in data["flaws"] if "at" not in flaw and seen(flaw, lab.variant, zone)],
        }
        for name, data in truth["hosts"].items()
    }
    for name, data in truth["hosts"].items():
        home = "management" if name == "router" else data["zone"]
        if home == INTERNET and zone != INTERNET:
            continue
        if home == "guest" and lab.variant != "flat":
            continue  # Guests are counted, and nothing else.
        services = [
            entry
            for entry in data["services"]
            if seen(entry, lab.variant, zone) and reachable(lab, zone, name, entry["port"], conduits)
        ]
        ports = {entry["port"] for entry in services}
        flaws = [
            entry
            for entry in data["flaws"]
            if seen(entry, lab.variant, zone) and (entry["at"] in ports if "at" in entry else services)
        ]
        local = name == "router" or lab.network.bridge(home) == lab.network.bridge(zone)
        if services or local:
            entry = {"name": name, "class": data["class"], "addresses": address(lab, zone, name, data), "local": local}
            entry |= {"mac": data["mac"]} if local and "mac" in data else {}
            hosts.append(entry | {"services": services, "flaws": flaws})
    bystanders = [
        {"name": name, "addresses": list(lab.addresses(name)), "mac": data["mac"]}
        for name, data in lab.hosts.items()
        if name.startswith("laptop-") and lab.network.bridge(data["zone"]) == lab.network.bridge(zone)
    ]
    return {
        "bystanders": bystanders,
        "router_addresses": router_addresses(lab),
        "of_devices": of_devices,
        "variant": lab.variant,
        "zone": zone,
        "hosts": hosts,
        "zones": [entry for entry in truth["zones"] if seen(entry, lab.variant, zone)],
        **{key: truth[key] for key in ("never_stored", "never_stored_of_guests", "never_sent", "not_reported")},
    }


# Listens beside what is stated: datagrams of NetBIOS, and ports from which a forwarder asks (ip_local_port_range).
BESIDE = {"udp/138", *(f"udp/{port}" for port in range(32768, 61000))}


def differences(lab, truth):
    found = []
    stated_hosts = {name for name in truth["hosts"] if name != "router"}
    there = {name for name in lab.hosts if not name.startswith("laptop-")}
    found += [f"{name}: in truth.yaml only" for name in sorted(stated_hosts - there)]
    found += [f"{name}: in hosts.yaml only" for name in sorted(there - stated_hosts)]
    for name, data in truth["hosts"].items():
        if name not in there | {"router"}:
            continue
        if name != "router" and data["mac"] != lab.hosts[name]["mac"]:
            found.append(f"{name}: the hardware address is {lab.hosts[name]['mac']}")
        stated = data["addresses"]["flat" if lab.variant == "flat" else "zones"]
        if stated != list(lab.addresses(name)) and name != "router":
            found.append(f"{name}: the addresses are {lab.addresses(name)}")
        ports = {entry["port"]: entry for entry in data["services"] if "seen_from" not in entry}
        listens = {f"{transport}/{port}" for transport, port in listening(f"{lab.prefix}{name}")} - BESIDE
        found += [f"{name}: {port} does not listen" for port in sorted(set(ports) - listens)]
        found += [f"{name}: {port} listens and is not in truth.yaml" for port in sorted(listens - set(ports))]
        for port, entry in ports.items():
            if port in listens and port.startswith("tcp/") and not entry.get("untouched"):
                found += connects(lab, name, int(port[4:]), entry)
        found += [
            f"{name}: flaw at {flaw['at']}, where nothing is stated"
            for flaw in data["flaws"]
            if "at" in flaw and not any(flaw["at"] == entry["port"] for entry in data["services"])
        ]
    return found


def connects(lab, name, port, entry):
    """Connects from inside the host to its own addresses: IPv4 must work, IPv6 unless it is said not to."""
    for family, text, wanted in zip(
        (socket.AF_INET, socket.AF_INET6), lab.addresses(name), (True, entry.get("v6", True))
    ):
        if name == "router" and lab.variant == "flat":
            text = {socket.AF_INET: "10.77.0.1", socket.AF_INET6: "fd77::1"}[family]
        with inside(f"{lab.prefix}{name}"):
            opened = socket.socket(family)
        with opened:
            opened.settimeout(2)
            answered = opened.connect_ex((text, port)) == 0
        if answered != wanted:
            yield f"{name}: tcp/{port} {'answers' if answered else 'does not answer'} at {text}"
