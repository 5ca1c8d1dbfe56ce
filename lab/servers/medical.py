"""Medical listeners of our own: HL7 over MLLP, card terminals. (DICOM is played by dcmtk and pynetdicom.)

Every byte that reaches an HL7 listener is written down as hex, one line a connection, so that a test can show that no
clinical message was ever sent.
"""

import asyncio
import datetime
import socket

from main import serve, serve_datagrams

START, END = b"\x0b", b"\x1c\x0d"


def acknowledgement(code, text, options):
    """An acknowledgement (HL7 v2, 2.13.9): `AA`, or `AE` and `AR` for what cannot be read."""
    now = datetime.datetime.now().strftime("%Y%m%d%H%M%S")
    version = options.get("version", "2.5.1")
    segments = [
        f"MSH|^~\\&|{options.get('application', 'LABOR')}|MUSTERPRAXIS|||{now}||ACK|{now}|P|{version}",
        f"MSA|{code}||{text}",
    ]
    if options.get("error_segment", True):
        segments.append(f"ERR||MSH^1|100^Segment sequence error^HL70357|E|||{text}")
    return START + "\r".join(segments).encode() + b"\r" + END


async def mllp(server):
    """Options: `code` of the answer to what is no message (`AE`, `AR`, or `close`), `only` for a listener that serves one
    connection at a time, as analysers do."""
    options = server.options
    busy = asyncio.Lock()

    async def talk(reader, writer):
        if options.get("only"):
            async with busy:
                await listen(reader, writer)
        else:
            await listen(reader, writer)

    async def listen(reader, writer):
        received = b""
        try:
            while data := await asyncio.wait_for(reader.read(4096), options.get("patience", 60)):
                received += data
                while END in received:
                    frame, _, received = received.partition(END)
                    server.note("mllp-received", (frame + END).hex())
                    code = options.get("code", "AE")
                    if START not in frame or code == "close":
                        return
                    message = frame.rpartition(START)[2]
                    known = message.startswith(b"MSH|")
                    writer.write(acknowledgement("AA" if known else code, "" if known else "no MSH segment", options))
                    await writer.drain()
                if len(received) > 65536:
                    return
        finally:
            if received:
                server.note("mllp-received", received.hex())

    await serve(server, talk)


def value(tag, contents):
    return bytes([tag, len(contents)]) + contents


async def sicct(server):
    """A card terminal (SICCT 1.21): commands over TCP inside TLS, and service discovery over UDP on the same port.

    Answers the status of the terminal, `GET STATUS` for the manufacturer's data object; refuses everything else. A slot
    must never be touched, so commands are written down.
    """
    name = server.options.get("name", "KT-LABOR-1").encode()
    mac = bytes.fromhex(server.options.get("mac", "020000000000").replace(":", ""))
    manufacturer = server.options.get("manufacturer", "LABORKT   3.9.0").encode().ljust(15)

    async def talk(reader, writer):
        while True:
            head = await reader.readexactly(10)
            length = int.from_bytes(head[6:10], "big")
            if head[0] != 0x6B or length > 4096:
                return
            command = await reader.readexactly(length)
            server.note("sicct-commands", command.hex())
            if command[:2] == b"\x80\x13" and command[3:4] == b"\x46":
                answer = value(0x46, manufacturer) + b"\x90\x00"
            else:
                answer = b"\x69\x00"
            writer.write(b"\x83" + head[1:5] + b"\x00" + len(answer).to_bytes(4, "big") + answer)
            await writer.drain()

    def discover(data, address):
        # Service request (tag A0) -> service description (tag A1), SICCT 6.2.3.
        if data[:1] != b"\xa0" or len(data) < 4 or data[1] != len(data) - 2:
            return None
        contents = value(0x80, b"\x01\x15") + value(0x81, socket.inet_aton(server.v4)) + value(0x83, mac)
        return value(0xA1, contents + value(0x84, name) + value(0x82, server.port.to_bytes(2, "big")))

    await serve(server, talk)
    server.transport = "udp"
    await serve_datagrams(server, discover)


KINDS = {"mllp": mllp, "sicct": sicct}
