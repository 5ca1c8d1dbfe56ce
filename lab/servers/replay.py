"""Replays services that have no server here, from files below `replay/` that follow the vendors' documentation.

A file lists exchanges. The first one whose `request` (a regular expression over bytes, from the first on) matches what
has come so far is answered with its `reply`; `copy` puts parts of the request into the reply, such as the number by
which a client recognises its answer: `[from, length, to]` each. `greeting` is sent first. What matches nothing stays
unanswered.
"""

import asyncio
import pathlib
import re

import yaml
from main import serve, serve_datagrams

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "replay"
LIMIT = 16 * 1024


def load(name):
    data = yaml.safe_load((FOLDER / f"{name}.yaml").read_text())
    exchanges = [
        (re.compile(entry["request"].encode("latin-1"), re.DOTALL), entry) for entry in data.get("exchanges", [])
    ]
    return bytes.fromhex(data.get("greeting", "")), exchanges


def answer(exchanges, request):
    for pattern, entry in exchanges:
        if pattern.match(request):
            reply = bytearray(bytes.fromhex(entry["reply"]))
            for start, length, target in entry.get("copy", []):
                part = request[start : start + length]
                reply[target : target + len(part)] = part
            return bytes(reply)
    return None


async def replay(server):
    greeting, exchanges = load(server.options["file"])
    if server.transport == "udp":
        await serve_datagrams(server, lambda data, address: answer(exchanges, data))
        return

    async def talk(reader, writer):
        writer.write(greeting)
        received = b""
        while data := await asyncio.wait_for(reader.read(4096), 60):
            received += data
            if (reply := answer(exchanges, received)) is not None:
                writer.write(reply)
                await writer.drain()
                received = b""
            if len(received) > LIMIT:
                return

    await serve(server, talk)


KINDS = {"replay": replay}
