"""Medical services of other people's libraries in one process: pynetdicom, hl7apy, python-hl7.

Usage: dialogues.py PLAN
"""

import asyncio
import json
import pathlib
import socketserver
import sys
import threading

import dicom
import hl7
import hl7.mllp
from hl7apy.core import Message
from hl7apy.mllp import AbstractErrorHandler, MLLPServer


def acknowledgement(code):
    return f"MSH|^~\\&|LABOR|MUSTERPRAXIS|||20260504080000||ACK|1|P|2.5\rMSA|{code}|1\r"


class DualStack(MLLPServer):
    """hl7apy's server, for IPv6 and IPv4."""

    address_family = 10


def hl7apy_server(entry):
    class Refusal(AbstractErrorHandler):
        def reply(self):
            answer = Message("ACK", version="2.5")
            answer.msa.msa_1 = entry["code"]
            answer.msa.msa_2 = "1"
            return answer.to_mllp()

    server = DualStack("::", entry["port"], {"ERR": (Refusal,)})
    threading.Thread(target=server.serve_forever, daemon=True).start()


async def hl7_server(entry):
    async def talk(reader, writer):
        try:
            while True:
                try:
                    message = await reader.readmessage()
                    writer.writemessage(message.create_ack(entry["code"]))
                except (hl7.ParseException, hl7.HL7Exception, IndexError, KeyError):
                    writer.writemessage(hl7.parse(acknowledgement(entry["code"])))
                await writer.drain()
        except (asyncio.IncompleteReadError, hl7.mllp.InvalidBlockError, OSError):
            writer.close()

    for address in ("0.0.0.0", "::"):
        await hl7.mllp.start_hl7_server(talk, address, port=entry["port"])


async def main(plan):
    socketserver.TCPServer.allow_reuse_address = True
    for entry in json.loads(pathlib.Path(plan).read_text()):
        if entry["kind"] == "dicom":
            dicom.start(entry["port"], entry["options"], entry["log"])
        elif entry["kind"] == "hl7apy":
            hl7apy_server(entry)
        else:
            await hl7_server(entry)
    await asyncio.Event().wait()


asyncio.run(main(sys.argv[1]))
