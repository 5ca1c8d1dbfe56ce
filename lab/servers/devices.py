"""Devices without a server in Debian: telephones (SIP), cameras (RTSP), serial adapters."""

import asyncio

from main import serve, serve_datagrams


def sip_reply(data, options):
    """The answer to a SIP request (RFC 3261); None if it is none."""
    head, _, _ = data.decode("utf-8", "replace").partition("\r\n\r\n")
    first, *lines = head.split("\r\n")
    parts = first.split(" ")
    if len(parts) != 3 or parts[2] != "SIP/2.0":
        return None
    kept = [line for line in lines if line.lower().startswith(("via:", "v:", "from:", "f:", "call-id:", "i:", "cseq:"))]
    to = [f"{line};tag=labor" for line in lines if line.lower().startswith(("to:", "t:"))]
    status = "200 OK" if parts[0] == "OPTIONS" else "403 Forbidden"
    own = [f"Server: {options['product']}", f"User-Agent: {options['product']}"] if "product" in options else []
    extra = ["Allow: INVITE, ACK, CANCEL, OPTIONS, BYE, NOTIFY", "Accept: application/sdp", "Content-Length: 0"]
    return ("\r\n".join([f"SIP/2.0 {status}", *kept, *to, *own, *extra]) + "\r\n\r\n").encode()


async def sip(server):
    """SIP over UDP and TCP. Everything but OPTIONS is refused and written down: a telephone must never ring."""

    def noted(data):
        reply = sip_reply(data, server.options)
        if reply and not data.startswith(b"OPTIONS "):
            server.note("sip-calls", data[:60].decode("latin-1").split("\r\n")[0])
        return reply

    async def talk(reader, writer):
        while data := await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 30):
            reply = noted(data)
            if reply is None:
                return
            writer.write(reply)
            await writer.drain()

    server.transport = "tcp"
    await serve(server, talk)
    server.transport = "udp"
    await serve_datagrams(server, lambda data, address: noted(data))


async def rtsp(server):
    """A camera (RFC 2326): OPTIONS is answered, a picture wants a password."""
    options = server.options

    async def talk(reader, writer):
        while True:
            head = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 30)).decode("latin-1")
            first, *lines = head.split("\r\n")
            if not first.endswith("RTSP/1.0"):
                writer.write(b"RTSP/1.0 400 Bad Request\r\n\r\n")
                return
            number = next((line.partition(":")[2].strip() for line in lines if line.lower().startswith("cseq:")), "0")
            if first.startswith("OPTIONS "):
                answer = f"RTSP/1.0 200 OK\r\nCSeq: {number}\r\nPublic: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN\r\n"
            else:
                answer = f'RTSP/1.0 401 Unauthorized\r\nCSeq: {number}\r\nWWW-Authenticate: Digest realm="{options.get("realm", "camera")}", nonce="0"\r\n'
            writer.write(f"{answer}Server: {options.get('product', 'Labor-Kamera')}\r\n\r\n".encode())
            await writer.drain()

    await serve(server, talk)


async def serial(server):
    """A serial adapter: takes one connection, says nothing, and writes down what would have gone to the device."""
    busy = asyncio.Lock()

    async def talk(reader, writer):
        server.note("serial-connections", str(writer.get_extra_info("peername")[0]))
        async with busy:
            while data := await reader.read(4096):
                server.note("serial-received", data.hex())

    await serve(server, talk)


KINDS = {"sip": sip, "rtsp": rtsp, "serial": serial}
