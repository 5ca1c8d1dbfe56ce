"""Starts a program for each connection, as inetd does: for servers that talk on their standard input and output."""

import asyncio
import subprocess

from network import inside

AT_ONCE = 40


async def spawn(server):
    loop = asyncio.get_running_loop()

    async def accept(listener):
        running = []
        while True:
            connection, _ = await loop.sock_accept(listener)
            connection.setblocking(True)
            running = [process for process in running if process.poll() is None]
            if len(running) < AT_ONCE:
                with inside(server.namespace):
                    running.append(
                        subprocess.Popen(
                            server.options["command"], stdin=connection, stdout=connection, stderr=subprocess.DEVNULL
                        )
                    )
            connection.close()

    for listener in server.sockets():
        loop.create_task(accept(listener))


KINDS = {"spawn": spawn}
