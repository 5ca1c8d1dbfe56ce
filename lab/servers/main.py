"""Servers of our own, all hosts in one process.

A socket belongs to the namespace it was made in, so one process can serve every host: it enters a namespace, opens the
sockets there and comes back. Each kind of server is a function `kind(server)` in one of the modules beside this one.
"""

import asyncio
import contextlib
import importlib
import json
import pathlib
import socket
import ssl
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from network import inside  # noqa: E402

MODULES = ["devices", "discovery", "medical", "noise", "replay", "spawn", "web"]


class Server:
    """One entry of the plan: where it listens, its options, and its logs."""

    def __init__(self, entry):
        self.__dict__.update(entry)

    def sockets(self, port=None, transport=None):
        """Sockets of this server for IPv4 and IPv6, made in the host's namespace."""
        kind = socket.SOCK_STREAM if (transport or self.transport) == "tcp" else socket.SOCK_DGRAM
        made = []
        with inside(self.namespace):
            for family, address in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
                opened = socket.socket(family, kind)
                opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                if family == socket.AF_INET6:
                    opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                opened.bind((address, port or self.port))
                if kind == socket.SOCK_STREAM:
                    opened.listen(128)
                opened.setblocking(False)
                made.append(opened)
        return made

    def tls(self):
        """The TLS settings its options ask for: `certificate`, and `client` for a certificate of the client."""
        if not (name := self.options.get("certificate")):
            return None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(f"{self.pki}/{name}.chain", f"{self.pki}/{name}.key")
        if client := self.options.get("client"):
            context.load_verify_locations(f"{self.pki}/ca.crt")
            context.verify_mode = ssl.CERT_REQUIRED if client == "required" else ssl.CERT_OPTIONAL
        return context

    def note(self, name, text):
        """Appends a line to a log of the host; tests read it."""
        with open(f"{self.log}/{name}", "a") as file:
            file.write(text + "\n")


async def serve(server, talk):
    """Runs `talk(reader, writer)` for each connection, inside TLS if the options name a certificate."""
    context = server.tls()

    async def guarded(reader, writer):
        try:
            await talk(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError):
            pass
        finally:
            with contextlib.suppress(OSError, RuntimeError):
                writer.close()

    for listener in server.sockets():
        await asyncio.start_server(guarded, sock=listener, ssl=context)


async def serve_datagrams(server, answer):
    """Sends what `answer(data, address)` returns, if anything."""

    class Protocol(asyncio.DatagramProtocol):
        def connection_made(self, transport):
            self.transport = transport

        def datagram_received(self, data, address):
            if reply := answer(data, address):
                self.transport.sendto(reply, address)

    loop = asyncio.get_running_loop()
    for opened in server.sockets():
        await loop.create_datagram_endpoint(Protocol, sock=opened)


async def main(plan):
    kinds = {}
    for name in MODULES:
        kinds |= importlib.import_module(name).KINDS
    for entry in json.loads(pathlib.Path(plan).read_text()):
        if entry["kind"] not in kinds:
            raise SystemExit(f"{entry['host']}: there is no server of kind `{entry['kind']}`")
        await kinds[entry["kind"]](Server(entry))
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: None)
    await asyncio.Event().wait()


if __name__ == "__main__":
    sys.modules["main"] = sys.modules["__main__"]
    asyncio.run(main(sys.argv[1]))
