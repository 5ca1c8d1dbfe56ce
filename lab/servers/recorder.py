"""Watches the packets of many hosts from one process (AF_PACKET).

Usage: recorder.py PLAN. For a host with a `log`: each packet to a port where a printer would print it, one line each.
For a laptop (`rate`): how many packets it sent, to whom, and how many in the fullest 100 ms and the fullest second.
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

    def see(self, frame, outgoing, length):
        found = ports(frame)
        if not outgoing and found and found[1] in FORBIDDEN:
            with open(self.log, "a") as file:
                file.write(f"{time.time():.3f} {found[0]}/{found[1]} {frame[:60].hex()}\n")


def destination(frame):
    """Where a packet goes: an address, or the number of a protocol without addresses of its own, such as ARP."""
    kind = frame[12:14]
    if kind == b"\x08\x00" and len(frame) >= 34:
        return socket.inet_ntop(socket.AF_INET, frame[30:34])
    if kind == b"\x86\xdd" and len(frame) >= 54:
        return socket.inet_ntop(socket.AF_INET6, frame[38:54])
    return "arp" if kind == b"\x08\x06" else f"ethertype {kind.hex()}"


class Rate:
    """Packets that a laptop sends, by destination and by moments of 100 ms. ARP and neighbour discovery count too.

    A file called `reset` beside the result starts the count anew.
    """

    def __init__(self, entry):
        self.file = pathlib.Path(entry["rate"])
        self.reset()

    def reset(self):
        self.total, self.bytes, self.destinations = 0, 0, {}
        self.moments, self.peak, self.peak_second, self.missed = [], 0, 0, 0
        self.changed, self.written_at = True, 0.0

    def see(self, frame, outgoing, length):
        if not outgoing:
            return
        self.total += 1
        self.bytes += length
        counts = self.destinations.setdefault(destination(frame), [0, 0])
        counts[0] += 1
        counts[1] += length
        moment = int(time.monotonic() * 10)
        if self.moments and self.moments[-1][0] == moment:
            self.moments[-1][1] += 1
        else:
            self.moments = [entry for entry in self.moments if entry[0] > moment - 10] + [[moment, 1]]
        self.peak = max(self.peak, self.moments[-1][1])
        self.peak_second = max(self.peak_second, sum(count for _, count in self.moments))
        self.changed = True

    def rest(self, opened):
        """Called while nothing arrives, or every two seconds."""
        request = self.file.with_name("reset")
        if request.exists():
            self.reset()
        if self.changed:
            # PACKET_STATISTICS (packet(7)) starts anew each time it is read.
            self.missed += struct.unpack("II", opened.getsockopt(263, 6, 8))[1]
            values = {"packets": self.total, "bytes": self.bytes, "missed": self.missed}
            values |= {
                "peak_per_100_ms": self.peak,
                "peak_per_second": self.peak_second,
                "destinations": self.destinations,
            }
            fresh = self.file.with_suffix(".new")
            fresh.write_text(json.dumps(values))
            os.replace(fresh, self.file)
            self.changed = False
        request.unlink(missing_ok=True)


def main(plan):
    selector = selectors.DefaultSelector()
    rates = []
    for entry in json.loads(pathlib.Path(plan).read_text()):
        opened = packet_socket(entry["namespace"])
        watcher = Rate(entry) if "rate" in entry else Guard(entry)
        if "rate" in entry:
            rates.append((watcher, opened))
        selector.register(opened, selectors.EVENT_READ, watcher)
    rested = 0.0
    while True:
        events = selector.select(0.1)
        for key, _ in events:
            for _ in range(1000):
                try:
                    length, _, _, address = key.fileobj.recvmsg_into([frame := bytearray(128)], 0, socket.MSG_TRUNC)
                except BlockingIOError:
                    break
                key.data.see(bytes(frame[: min(length, 128)]), address[2] == socket.PACKET_OUTGOING, length)
        now = time.monotonic()
        if now - rested > (2 if events else 0.1):
            rested = now
            for rate, opened in rates:
                rate.rest(opened)


main(sys.argv[1])
