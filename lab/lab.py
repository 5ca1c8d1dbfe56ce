"""The laboratory's command line. `lab/README.md` says how to use it.

`hosts.yaml` says which hosts there are and what runs on them, `practice.yaml` which ways the router leaves open,
`truth.yaml` what an examination has to find. All state is below one directory, `/tmp/visite-lab` or `$VISITE_LAB_DIR`.
"""

import argparse
import fcntl
import hashlib
import ipaddress
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

import yaml

import foreign
import network
import prepare
import services
import compare
import truth
from network import VARIANTS, Network, addresses, router_rules
from processes import Processes, listening, start_time

LAB = pathlib.Path(__file__).resolve().parent
DEFAULT = pathlib.Path("/tmp/visite-lab")
STATE = pathlib.Path(os.environ.get("VISITE_LAB_DIR", DEFAULT)).resolve()
# Laboratories in other directories have other namespaces, so that two can run side by side.
PREFIX = "vl-" if STATE == DEFAULT else f"vl{hashlib.sha256(bytes(STATE)).hexdigest()[:6]}-"
RUN = STATE / "run"


class Failure(Exception):
    """Something a person can act on: what failed, and what to do."""

    def __init__(self, text, hint=None):
        super().__init__(text)
        self.hint = hint


def load(name):
    return yaml.load((LAB / name).read_text(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


class Lab:
    """One variant of the laboratory: what services need to know about their surroundings."""

    def __init__(self, variant):
        data = load("hosts.yaml")
        self.variant, self.zones, self.hosts = variant, data["zones"], data["hosts"]
        self.router, self.holes, self.forwards = data["router"], data["holes"], data["forwards"]
        self.prefix, self.directory, self.prepared, self.sources = PREFIX, RUN, STATE / "prepared", LAB
        self.network = Network(PREFIX, variant, self.zones, self.hosts, data["telematics"])
        self.processes = Processes(RUN, PREFIX)
        self.own_servers, self.recorders = [], []

    def addresses(self, name):
        if name == "router":
            zone = "management"
            return addresses(self.variant, zone, self.zones[zone]["number"], 1)
        host = self.hosts[name]
        return addresses(self.variant, host["zone"], self.zones[host["zone"]]["number"], host["number"])

    def write_resolver(self, name):
        """Names are looked up at the router, by servers and by whoever examines them."""
        host = self.hosts.get(name)
        router = (
            addresses(self.variant, host["zone"], self.zones[host["zone"]]["number"], 1)[0] if host else "127.0.0.1"
        )
        written = f"nameserver {router}\nsearch musterpraxis.test\noptions timeout:1 attempts:1\n"
        (self.host_directory(name) / "resolv.conf").write_text(written)

    def host_directory(self, name):
        directory = self.directory / name
        directory.mkdir(exist_ok=True)
        return directory


def up(arguments):
    recording = "--without-recorder" not in arguments
    arguments = [argument for argument in arguments if argument != "--without-recorder"]
    if len(arguments) != 1 or arguments[0] not in VARIANTS:
        raise SystemExit(f"usage: lab/up {'|'.join(VARIANTS)} [--without-recorder]")
    begun = time.monotonic()
    for parent in STATE.parents:
        # Servers that do not run as root have to get to their data.
        if parent.stat().st_mode & 0o001 == 0:
            raise Failure(f"{STATE} lies below {parent}, which is closed to others", "choose another $VISITE_LAB_DIR")
    down([])
    prepare.prepare(STATE / "prepared", LAB)
    RUN.mkdir(parents=True)
    lab = Lab(arguments[0])
    (RUN / "variant").write_text(lab.variant)
    (STATE / "prefix").write_text(PREFIX)
    lab.network.build()
    forwards = [(entry["port"], f"{lab.addresses(entry['host'])[0]}:{entry['to']}") for entry in lab.forwards]
    lab.network.apply_rules("router", router_rules(lab.variant, load("practice.yaml")["conduits"], lab.holes, forwards))
    for name in ("router", *lab.hosts):
        lab.write_resolver(name)
    expected = services.start_all(lab, recording)
    wait_for(lab, expected)
    print(
        f"{lab.variant}: {len(lab.hosts)} hosts, {len(expected)} ports, {time.monotonic() - begun:.1f} s",
        file=sys.stderr,
    )


def wait_for(lab, expected):
    """Waits until everything listens that should: triples of host, transport and port."""
    missing, deadline = set(expected), time.monotonic() + 30
    while missing:
        for host in {host for host, _, _ in missing}:
            open_ports = listening(f"{PREFIX}{host}")
            missing -= {(host, *port) for port in open_ports}
        ended = [name for pid, started, name in lab.processes.recorded() if start_time(pid) != started]
        if missing and (ended or time.monotonic() > deadline):
            if ended:
                raise Failure(f"these servers have ended: {', '.join(ended)}", f"see {RUN}/{ended[0]}.log")
            listed = ", ".join(f"{host} {transport}/{port}" for host, transport, port in sorted(missing))
            raise Failure(f"these services do not listen: {listed}", f"see the logs below {RUN}; `lab/down` cleans up")
        time.sleep(0.05)


def down(arguments):
    processes = Processes(RUN, PREFIX)
    processes.stop_all()
    names = [path.name for path in processes.namespaces()]
    if names:
        lines = "".join(f"netns delete {name}\n" for name in names)
        subprocess.run(["ip", "-force", "-batch", "-"], input=lines, text=True, capture_output=True)
    if left := [path.name for path in processes.namespaces()]:
        raise Failure(f"these namespaces cannot be deleted: {', '.join(left)}", "see `ip netns`")
    shutil.rmtree(RUN, ignore_errors=True)


def running():
    """The variant that is up."""
    try:
        return Lab((RUN / "variant").read_text())
    except FileNotFoundError:
        raise Failure("the laboratory is not up", "run `lab/up flat`") from None


def execute(arguments):
    if len(arguments) < 2:
        raise SystemExit("usage: lab/exec HOST COMMAND [ARGUMENT ...]")
    lab, (host, *command) = running(), arguments
    if host not in lab.hosts and host not in ("router", "switch"):
        raise Failure(f"there is no host `{host}`", f"hosts: router, {', '.join(lab.hosts)}")
    # `ip netns exec` has made mounts private.
    resolver = RUN / host / "resolv.conf"
    script = f'[ ! -e {resolver} ] || mount --bind {resolver} /etc/resolv.conf; exec "$@"'
    os.execvp("ip", ["ip", "netns", "exec", f"{PREFIX}{host}", "sh", "-c", script, "sh", *command])


def status(arguments):
    lab = running()
    print(f"{lab.variant}, namespaces {PREFIX}*, state in {STATE}")
    for name in lab.hosts:
        ports = " ".join(f"{transport}/{port}" for transport, port in sorted(listening(f"{PREFIX}{name}")))
        print(f"{name:18} {lab.hosts[name]['zone']:11} {' '.join(lab.addresses(name)):34} {ports}")
    for pid, started, name in lab.processes.recorded():
        if start_time(pid) != started:
            print(f"ended: {name} (see {RUN}/{name}.log)")


# Logs of servers that must have nothing to write down, whatever the profile of an examination.
MUST_STAY_EMPTY = ("forbidden-packets", "print-jobs", "dicom-requests", "serial-received", "sip-calls", "calls")


def counters(arguments):
    """Prints as JSON what each laptop has sent, and what arrived where nothing may arrive; `reset` starts anew."""
    lab = running()
    laptops = [name for name in lab.hosts if name.startswith("laptop-")]
    if arguments == ["reset"]:
        requests = [RUN / name / "reset" for name in laptops]
        for request in requests:
            request.touch()
        for file in RUN.glob("*/*"):
            if file.name in (*MUST_STAY_EMPTY, "mllp-received"):
                file.unlink()
        network.run(["ip", "netns", "exec", f"{PREFIX}drucker", "nft", "reset", "counters"])
        deadline = time.monotonic() + 10
        while any(request.exists() for request in requests):
            if time.monotonic() > deadline:
                raise Failure("the recorder does not answer", f"see {RUN}/own/recorder.log")
            time.sleep(0.02)
        return
    if arguments:
        raise SystemExit("usage: lab/counters [reset]")
    if not (RUN / "own" / "recorder.log").exists():
        raise Failure("nothing is recorded", "run `lab/up` without `--without-recorder`")
    time.sleep(0.4)  # The recorder writes while nothing arrives.
    written = {}
    for file in sorted(RUN.glob("*/*")):
        if file.name in MUST_STAY_EMPTY or file.name == "mllp-received":
            written.setdefault(file.parent.name, {})[file.name] = file.read_text().splitlines()
    print(
        json.dumps(
            {
                "laptops": {name: json.loads((RUN / name / "rate.json").read_text()) for name in laptops},
                "forbidden_printer_packets": printer_packets(),
                "must_stay_empty": {
                    host: kept
                    for host, logs in written.items()
                    if (kept := {k: v for k, v in logs.items() if k in MUST_STAY_EMPTY})
                },
                "mllp_received": {
                    host: logs["mllp-received"] for host, logs in written.items() if "mllp-received" in logs
                },
            },
            indent=1,
        )
    )


def printer_packets():
    """What the printer's own packet filter has counted."""
    listed = network.run(["ip", "netns", "exec", f"{PREFIX}drucker", "nft", "-j", "list", "counters"])
    return sum(entry["counter"]["packets"] for entry in json.loads(listed)["nftables"] if "counter" in entry)


def extra_host(lab, name, number):
    """A host in the office that is there on request only. One that is there already is stopped first."""
    namespace = f"{PREFIX}{name}"
    if pathlib.Path(f"/run/netns/{namespace}").exists():
        lab.processes.stop_namespace(namespace)
        network.run(["ip", "netns", "delete", namespace])
        shutil.rmtree(RUN / name, ignore_errors=True)
    lab.network.add(name, {"zone": "office", "number": number, "mac": f"02:00:00:00:03:{number:02x}"})
    lab.write_resolver(name)


def on_request(name, number, plan):
    """Starts what `plan` lists on a host of its own, and prints where it is and what is there."""
    lab = running()
    extra_host(lab, name, number)
    listed = plan(lab)
    if lab.own_servers:
        file = RUN / f"{name}.json"
        file.write_text(json.dumps(lab.own_servers))
        lab.processes.start_outside(name, "servers", [sys.executable, "-B", LAB / "servers" / "main.py", file])
    wait_for(lab, [(name, "tcp", entry["port"]) for entry in listed])
    print(json.dumps({"addresses": lab.addresses(name), "services": listed}, indent=1))


def expect(arguments):
    """`lab/expect VARIANT ZONE`: what an examination from a zone's laptop has to find, as JSON."""
    lab = Lab(arguments[0]) if len(arguments) == 2 and arguments[0] in VARIANTS else None
    if lab is None or arguments[1] not in lab.zones:
        raise SystemExit("usage: lab/expect VARIANT ZONE")
    print(
        json.dumps(truth.expected(lab, arguments[1], load("truth.yaml"), load("practice.yaml")["conduits"]), indent=1)
    )


def compare_result(arguments):
    """`lab/compare`: a result of `visite scan` held against the truth."""
    parser = argparse.ArgumentParser("lab/compare")
    parser.add_argument("result")
    parser.add_argument("variant", choices=VARIANTS)
    parser.add_argument("zone")
    parser.add_argument("--logins", action="store_true", help="with consent to login attempts")
    parser.add_argument("--gentle", action="store_true", help="services may stay unexamined")
    parser.add_argument("--only-v4", action="store_true")
    parser.add_argument("--within", help="the only network that was examined")
    given = parser.parse_args(arguments)
    expected = truth.expected(Lab(given.variant), given.zone, load("truth.yaml"), load("practice.yaml")["conduits"])
    families = {"v4"} if given.only_v4 else {"v4", "v6"}
    result = compare.Result(given.result)
    lines = compare.compare(expected, result, given.logins, families, given.gentle, given.within)
    print("\n".join(lines))
    if lines:
        raise Failure(f"the result differs from the truth in {len(lines)} places")


def practice(arguments):
    """`lab/practice VARIANT`: the practice file as it stands in a variant, each device with its addresses there only."""
    if len(arguments) != 1 or arguments[0] not in VARIANTS:
        raise SystemExit("usage: lab/practice VARIANT")
    flat = {str(ipaddress.ip_network(network)) for network in ("10.77.0.0/24", "fd77::/64")}

    def there(written):
        address = ipaddress.ip_address(written.strip(' "'))
        in_flat = any(address in ipaddress.ip_network(network) for network in flat)
        return in_flat == (arguments[0] == "flat") or not address.is_private

    def chosen(match):
        return "addresses: [" + ", ".join(filter(there, match[1].split(", "))) + "]"

    print(re.sub(r"addresses: \[([^]]*)\]", chosen, (LAB / "practice.yaml").read_text()), end="")


def verify(arguments):
    """Compares `truth.yaml` with `hosts.yaml` and with what really answers; prints what differs."""
    lab = running()
    differences = truth.differences(lab, load("truth.yaml"))
    for line in differences:
        print(line)
    if differences:
        raise Failure(f"truth.yaml differs from what is up in {len(differences)} places")


def decoys(arguments):
    """`lab/decoys [NUMBER [SEED]]`"""
    number, seed = (*map(int, arguments), *(200, 1)[len(arguments) :])
    on_request("decoys", 240, lambda lab: foreign.decoys(lab, "decoys", number, seed))


def dialogues(arguments):
    on_request("dialogues", 241, lambda lab: foreign.dialogues(lab, "dialogues"))


COMMANDS = {
    "expect": expect,
    "compare": compare_result,
    "practice": practice,
    "verify": verify,
    "counters": counters,
    "decoys": decoys,
    "dialogues": dialogues,
    "up": up,
    "down": down,
    "exec": execute,
    "status": status,
}


# Commands that change what is up; one at a time.
CHANGING = {up, down, decoys, dialogues}


def main():
    command, *arguments = sys.argv[1:]
    try:
        if COMMANDS[command] in CHANGING:
            STATE.mkdir(mode=0o755, parents=True, exist_ok=True)
            lock = open(STATE / "lock", "w")
            fcntl.flock(lock, fcntl.LOCK_EX)
        COMMANDS[command](arguments)
    except (Failure, RuntimeError, OSError) as failure:
        print(f"error: {failure}", file=sys.stderr)
        if hint := getattr(failure, "hint", None):
            print(f"hint: {hint}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
