"""Devices that say who they are when asked by multicast: mDNS (RFC 6762, 6763) and SSDP (UPnP Device Architecture)."""

import asyncio
import socket
import struct

from network import inside

PTR, TXT, A, SRV = 12, 16, 1, 33


def labels(name):
    return b"".join(bytes([len(part)]) + part.encode() for part in name.split(".")) + b"\x00"


def instance(name, kind):
    """A service's name; the first label may contain dots."""
    first = name.encode()
    return bytes([len(first)]) + first + labels(kind)


def record(name, kind, data, ttl=120):
    return name + struct.pack(">HHIH", kind, 0x8001 if kind != PTR else 1, ttl, len(data)) + data


def question(data):
    """First question of a query: name as text, type, and whether it wants a direct answer. None if it is no query."""
    if len(data) < 17 or data[2] & 0x80 or data[4:6] == b"\x00\x00":
        return None
    position, parts = 12, []
    while position < len(data) and data[position]:
        length = data[position]
        parts.append(data[position + 1 : position + 1 + length].decode("utf-8", "replace"))
        position += 1 + length
    if position + 5 > len(data):
        return None
    kind, klass = struct.unpack(">HH", data[position + 1 : position + 5])
    return ".".join(parts).lower(), kind, bool(klass & 0x8000)


def multicast_socket(server, group, port):
    with inside(server.namespace):
        opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind(("0.0.0.0", port))
        opened.setsockopt(
            socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton(group) + socket.inet_aton(server.v4)
        )
        opened.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(server.v4))
        opened.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 255)
        opened.setblocking(False)
        return opened


async def listen(opened, answer):
    class Protocol(asyncio.DatagramProtocol):
        def connection_made(self, transport):
            self.transport = transport

        def datagram_received(self, data, address):
            for reply, target in answer(data, address) or []:
                self.transport.sendto(reply, target)

    await asyncio.get_running_loop().create_datagram_endpoint(Protocol, sock=opened)


async def mdns(server):
    """Options: `name`, `services` (kind to port), `texts`."""
    options = server.options
    name, texts = options["name"], options.get("texts", {})
    host = labels(f"{options.get('host_name', server.host)}.local")
    services = {kind + ".local": port for kind, port in options.get("services", {}).items()}
    address = record(host, A, socket.inet_aton(server.v4))

    def describe(kind, port):
        own = instance(name, kind)
        text = b"".join(
            bytes([len(entry)]) + entry for entry in (f"{key}={value}".encode() for key, value in texts.items())
        )
        return [record(own, SRV, struct.pack(">HHH", 0, 0, port) + host), record(own, TXT, text or b"\x00"), address]

    def answer(data, sender):
        asked = question(data)
        if asked is None:
            return None
        wanted, kind, direct = asked
        if wanted == "_services._dns-sd._udp.local":
            answers = [record(labels(wanted), PTR, labels(service), 4500) for service in services]
            more = []
        elif wanted in services:
            answers, more = (
                [record(labels(wanted), PTR, instance(name, wanted), 4500)],
                describe(wanted, services[wanted]),
            )
        elif wanted == f"{options.get('host_name', server.host)}.local" and kind in (A, 255):
            answers, more = [address], []
        else:
            return None
        legacy = sender[1] != 5353
        head = (data[:2] if legacy else b"\x00\x00") + struct.pack(">HHHHH", 0x8400, 0, len(answers), 0, len(more))
        target = sender if legacy or direct else ("224.0.0.251", 5353)
        return [(head + b"".join(answers + more), target)]

    await listen(multicast_socket(server, "224.0.0.251", 5353), answer)


async def ssdp(server):
    """Options: `product` (the SERVER header), `device` (type), `location` (path of the description)."""
    options = server.options
    device = options.get("device", "urn:schemas-upnp-org:device:Basic:1")

    def answer(data, sender):
        if not data.startswith(b"M-SEARCH * HTTP/1.1\r\n"):
            return None
        wanted = next(
            (line[3:].strip() for line in data.decode("latin-1").split("\r\n") if line[:3].upper() == "ST:"), ""
        )
        if wanted not in ("ssdp:all", "upnp:rootdevice", device):
            return None
        target = "upnp:rootdevice" if wanted == "ssdp:all" else wanted
        lines = [
            "HTTP/1.1 200 OK",
            "CACHE-CONTROL: max-age=1800",
            "EXT:",
            f"LOCATION: http://{server.v4}:{options.get('http', 80)}{options.get('location', '/description.xml')}",
            f"SERVER: {options['product']}",
            f"ST: {target}",
            f"USN: uuid:00000000-0000-4000-8000-{int(server.v4.split('.')[3]):012x}::{target}",
        ]
        return [(("\r\n".join(lines) + "\r\n\r\n").encode(), sender)]

    await listen(multicast_socket(server, "239.255.255.250", 1900), answer)


KINDS = {"mdns": mdns, "ssdp": ssdp}
