"""Holds what `visite scan` saw against what it has to find: every service, every flaw, and nothing that is not there."""

import ipaddress
import json
import pathlib


# Ports of serial adapters and label printers, at which nobody knocks in a running practice.
FRAGILE = {"tcp/4001", "tcp/6101", "tcp/10001"}


def shown(address, port):
    transport, number = port.split("/")
    return f"{transport} [{address}]:{number}" if ":" in address else f"{transport} {address}:{number}"


class Result:
    """A result of `visite scan --format json`, by address and port."""

    def __init__(self, path):
        self.document = json.loads(pathlib.Path(path).read_text())
        self.hosts, self.services = {}, {}
        for host in self.document["hosts"]:
            for address in host["addresses"]:
                self.hosts[address] = host
            for service in host["services"]:
                address = service.get("address", host["address"])
                self.services[shown(address, f"{service['transport']}/{service['port']}")] = service
        open_states = ("open", "reopened")
        self.findings = [finding for finding in self.document["findings"] if finding["state"] in open_states]

    def text(self):
        return json.dumps(self.document, ensure_ascii=False)


def wrong_service(expected, seen, gentle):
    """What is wrong with how a service was recognised; None if nothing is."""
    words = [expected.get("service"), *expected.get("alternatives", [])]
    if seen.get("service") not in words:
        return f"recognised as {seen.get('service')} ({seen.get('not_examined', '')}), expected {' or '.join(map(str, words))}"
    for key in ("product", "version"):
        if gentle and not seen.get(key):
            continue  # Some name their product only to whoever logs in.
        if key in expected and not (seen.get(key) or "").startswith(str(expected[key])):
            return f"{key} {seen.get(key)!r}, expected {expected[key]!r}"
    if expected.get("tls") and not seen.get("tls"):
        return "TLS was not seen"
    return None


def family(address, families):
    return ("v6" if ":" in address else "v4") in families


def compare(expected, result, logins, families, gentle, within=None):
    """Lines that say what differs. `gentle`: services may stay unexamined, and so may their flaws. `within`: a network;
    only its addresses were examined."""
    lines, ports, claims = [], set(), set()
    for host in expected["hosts"]:
        addresses = [
            address
            for address in host["addresses"]
            if family(address, families)
            and (within is None or ipaddress.ip_address(address) in ipaddress.ip_network(within))
        ]
        for service in host["services"]:
            for address in addresses:
                if ":" in address and service.get("v6") is False:
                    continue
                at = shown(address, service["port"])
                ports.add(at)
                seen = result.services.get(at)
                if service.get("untouched") or service.get("optional") and not seen:
                    continue
                if gentle and seen is None and service["port"] in FRAGILE:
                    continue
                if seen is None:
                    lines.append(f"missed: {host['name']} {at} ({service.get('service')})")
                elif "service" not in seen and gentle:
                    pass
                elif problem := wrong_service(service, seen, gentle):
                    lines.append(f"wrong: {host['name']} {at}: {problem}")
        for flaw in host["flaws"]:
            ids = [flaw["check"], *flaw.get("alternatives", [])]
            places = [shown(address, flaw["at"]) for address in addresses] if "at" in flaw else [None]
            subjects = {result.hosts[address]["subject"] for address in addresses if address in result.hosts}
            if host["name"] == "router" and "at" in flaw:
                # The same flaw at another of its addresses.
                elsewhere = {shown(address, flaw["at"]) for address in expected["router_addresses"]}
                claims |= {
                    finding["id"]
                    for finding in result.findings
                    if finding["check"] in ids and any(place in finding.get("record", "") for place in elsewhere)
                }
            for place in places:
                if place is not None and place not in ports:
                    continue
                fitting = [
                    finding
                    for finding in result.findings
                    if finding["check"] in ids
                    and finding["subject"] in subjects
                    and (place is None or place in finding.get("record", ""))
                ]
                claims.update(finding["id"] for finding in fitting)
                if not fitting and not gentle and (logins or not flaw.get("logins")) and not flaw.get("optional"):
                    lines.append(f"missed: {host['name']} {flaw['check']} at {place}")
    for flaw in expected["zones"]:
        fitting = [finding for finding in result.findings if finding["check"] == flaw["check"]]
        claims.update(finding["id"] for finding in fitting)
        if not fitting and not gentle:
            lines.append(f"missed: {flaw['check']}")
    for device in expected["of_devices"].values():
        subjects = {result.hosts[address]["subject"] for address in device["addresses"] if address in result.hosts}
        claims |= {
            finding["id"]
            for finding in result.findings
            if finding["subject"] in subjects and finding["check"] in device["checks"]
        }
    # The router is one device with an address in each network; what it offers at one it offers at the others.
    offered = {service["port"] for host in expected["hosts"] if host["name"] == "router" for service in host["services"]}
    ports |= {shown(address, port) for address in expected["router_addresses"] for port in offered}
    strangers = {at for at in set(result.services) - ports if ("v6" if "[" in at else "v4") in families}
    lines += [f"invented: {at} {result.services[at].get('service')}" for at in sorted(strangers)]
    for finding in result.findings:
        if finding["id"] not in claims:
            lines.append(f"false alarm: {finding['check']} {finding.get('record', '')} {finding['title']['en']}")
    text = result.text()
    hidden = expected["never_stored"] + (expected["never_stored_of_guests"] if expected["variant"] != "flat" else [])
    lines += [f"stored: {secret!r}" for secret in hidden if secret in text]
    return lines
