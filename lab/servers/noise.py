"""Services that are none: silent, echoing, endless, slow, closing, random. For decoys and for the unknown device."""

import asyncio
import random

from main import serve


async def silent(server):
    async def talk(reader, writer):
        while await reader.read(4096):
            pass

    await serve(server, talk)


async def echo(server):
    async def talk(reader, writer):
        while data := await reader.read(4096):
            writer.write(data)
            await writer.drain()

    await serve(server, talk)


async def closer(server):
    """Closes at once; with `after`, when the first byte has come."""

    async def talk(reader, writer):
        if server.options.get("after"):
            await reader.read(1)

    await serve(server, talk)


async def banner(server):
    """Sends a text, then waits; with `endless`, never stops sending it."""
    text = (
        bytes.fromhex(server.options["hex"])
        if "hex" in server.options
        else server.options.get("text", "hello\r\n").encode()
    )

    async def talk(reader, writer):
        writer.write(text)
        await writer.drain()
        while server.options.get("endless"):
            writer.write(text)
            await writer.drain()
            await asyncio.sleep(0.001)
        while await reader.read(4096):
            pass

    await serve(server, talk)


async def tarpit(server):
    """One byte every second, for ever."""

    async def talk(reader, writer):
        made = random.Random(server.port)
        while True:
            writer.write(bytes([made.choice(server.options.get("text", "SSH-").encode())]))
            await writer.drain()
            await asyncio.sleep(1)

    await serve(server, talk)


async def noise(server):
    """Answers whatever comes with random bytes, always the same for a port; with `first`, before it was asked."""

    async def talk(reader, writer):
        made = random.Random(server.port)
        if server.options.get("first"):
            writer.write(made.randbytes(made.randrange(1, 400)))
            await writer.drain()
        while await reader.read(4096):
            writer.write(made.randbytes(made.randrange(1, 4000)))
            await writer.drain()

    await serve(server, talk)


async def fixed(server):
    """Answers whatever comes with the same bytes."""
    answer = bytes.fromhex(server.options["hex"])

    async def talk(reader, writer):
        while await reader.read(4096):
            writer.write(answer)
            await writer.drain()

    await serve(server, talk)


KINDS = {f.__name__: f for f in (silent, echo, closer, banner, tarpit, noise, fixed)}
