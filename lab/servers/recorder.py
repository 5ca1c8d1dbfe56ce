"""Watches the packets of many hosts from one process (AF_PACKET).

Usage: recorder.py PLAN. For a host with a `log`: each packet to a port where a printer would print it, one line each.
For a laptop (`rate`): how many packets it sent in the fullest 100 ms and in the fullest second, and to how many addresses.
"""

import json
import os
import pathlib
import selectors
import socket
import struct
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from network import inside  # noqa: E402

FORBIDDEN = {515, *range(9100, 9108), *range(9112, 9117)}
ALL = 0x0003


def packet_socket(namespace):
    with inside(namespace):
        opened = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ALL))
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
        opened.bind(("eth0", ALL))
        opened.setblocking(False)
    return opened


def ports(frame):
    """Protocol and destination port of a TCP or UDP packet; None for anything else."""
    kind = frame[12:14]
    if kind == b"\x08\x00" and len(frame) >= 34:
        protocol, start = frame[23], 14 + (frame[14] & 15) * 4
    elif kind == b"\x86\xdd" and len(frame) >= 54:
        protocol, start = frame[20], 54
    else:
        return None
    if protocol not in (6, 17) or len(frame) < start + 4:
        return None
    return {6: "tcp", 17: "udp"}[protocol], struct.unpack(">H", frame[start + 2 : start + 4])[0]


class Guard:
    def __init__(self, entry):
        self.log = entry["log"]

    def see(self, frame, outgoing):
        found = ports(frame)
        if not outgoing and found and found[1] in FORBIDDEN:
            with open(self.log, "a") as file:
                file.write(f"{time.time():.3f} {found[0]}/{found[1]} {frame[:60].hex()}\n")


class Rate:
    """Packets that a laptop sends, by moments of 100 ms. ARP and neighbour discovery count too."""

    def __init__(self, entry):
        self.file, self.total, self.bytes = pathlib.Path(entry["rate"]), 0, 0
        self.moments, self.peak, self.peak_second, self.written = [], 0, 0, 0

    def see(self, frame, outgoing):
        if not outgoing:
            return
        self.total += 1
        self.bytes += len(frame)
        moment = int(time.monotonic() * 10)
        if self.moments and self.moments[-1][0] == moment:
            self.moments[-1][1] += 1
        else:
            self.moments.append([moment, 1])
        self.moments = [entry for entry in self.moments if entry[0] > moment - 10]
        self.peak = max(self.peak, self.moments[-1][1])
        self.peak_second = max(self.peak_second, sum(count for _, count in self.moments))

    def write(self):
        values = {"packets": self.total, "bytes": self.bytes, "peak_per_100_ms": self.peak, "peak_per_second": self.peak_second}
        fresh = self.file.with_suffix(".new")
        fresh.write_text(json.dumps(values))
        os.replace(fresh, self.file)
        self.written = self.total


def main(plan):
    selector = selectors.DefaultSelector()
    rates = []
    for entry in json.loads(pathlib.Path(plan).read_text()):
        watcher = Rate(entry) if "rate" in entry else Guard(entry)
        if "rate" in entry:
            rates.append(watcher)
        selector.register(packet_socket(entry["namespace"]), selectors.EVENT_READ, watcher)
    for rate in rates:
        rate.write()
    while True:
        for key, _ in selector.select(0.2):
            try:
                while True:
                    frame, address = key.fileobj.recvfrom(2048)
                    key.data.see(frame, address[2] == socket.PACKET_OUTGOING)
            except BlockingIOError:
                pass
        for rate in rates:
            if rate.total != rate.written:
                rate.write()


main(sys.argv[1])
