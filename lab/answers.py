"""Asks each service that `lab/dialogues` has started, as its protocol wants it, and prints which do not answer.

Usage: answers.py FILE, inside a laptop; the file is what `lab/dialogues` printed. A check of the laboratory itself: it
knows just enough of the protocols, and nothing of Visite.
"""

import json
import socket
import ssl
import sys


def item(kind, contents):
    return bytes([kind, 0]) + len(contents).to_bytes(2, "big") + contents


def association():
    """A request to associate for verification (DICOM PS3.8, 9.3.2)."""
    syntaxes = item(0x30, b"1.2.840.10008.1.1") + item(0x40, b"1.2.840.10008.1.2")
    user = item(0x51, (16384).to_bytes(4, "big")) + item(0x52, b"1.2.3.4")
    items = item(0x10, b"1.2.840.10008.3.1.1.1") + item(0x20, bytes([1, 0, 0, 0]) + syntaxes) + item(0x50, user)
    body = b"\x00\x01\x00\x00" + b"ANY-SCP".ljust(16) + b"ANY-SCU".ljust(16) + bytes(32) + items
    return b"\x01\x00" + len(body).to_bytes(4, "big") + body


QUESTIONS = {
    "dicom": association(),
    "mllp": b"\x0bVISITE\r\x1c\r",
    "konnektor": b"GET /connector.sds HTTP/1.1\r\nHost: konnektor\r\n\r\n",
}


def right(service, answer, any_title):
    if service == "dicom":
        return answer[0] == (2 if any_title else 3)
    if service == "mllp":
        return answer.startswith(b"\x0bMSH|") and answer.endswith(b"\x1c\r") and b"\rMSA|" in answer
    return answer.startswith(b"HTTP/1.1 200") and b"ConnectorServices" in answer


def ask(address, entry):
    with socket.create_connection((address, entry["port"]), 5) as connection:
        connection.settimeout(5)
        if entry["encrypted"]:
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            connection = context.wrap_socket(connection)
        connection.sendall(QUESTIONS[entry["service"]])
        answer = b""
        while len(answer) < 16000 and not (answer and right(entry["service"], answer, entry.get("accepts_any_title"))):
            more = connection.recv(16000)
            if not more:
                break
            answer += more
        return bool(answer) and right(entry["service"], answer, entry.get("accepts_any_title"))


def main(file):
    with open(file) as opened:
        started = json.load(opened)
    wrong = []
    for entry in started["services"]:
        try:
            answered = ask(started["addresses"][0], entry)
        except OSError as error:
            answered, entry = False, entry | {"error": str(error)}
        wrong += [] if answered else [entry]
    for entry in wrong:
        print(f"does not answer: {entry}")
    print(f"{len(started['services']) - len(wrong)} of {len(started['services'])} dialogues answer")
    sys.exit(1 if wrong else 0)


main(sys.argv[1])
