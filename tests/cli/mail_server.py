"""A mail server (aiosmtpd) for one test: on loopback, it wants a name and password over TLS, and prints what it takes.

    mail_server.py tls|starttls|plain CERTIFICATE KEY

The first line is its port; each message follows as one line of JSON, and each attempt to sign in. It ends with its input.
"""

import asyncio
import json
import logging
import ssl
import sys
import warnings

from aiosmtpd.smtp import SMTP, AuthResult


# What it finds unwise is what is tested here.
warnings.simplefilter("ignore")
logging.getLogger("mail.log").setLevel(logging.ERROR)


def say(**what):
    print(json.dumps(what), flush=True)


class Printer:
    async def handle_DATA(self, server, session, envelope):
        say(message=envelope.content.decode("utf-8"), to=envelope.rcpt_tos)
        return "250 OK"


def sign_in(server, session, envelope, mechanism, data):
    name, password = data.login.decode(), data.password.decode()
    say(name=name, password=password)
    # "Not handled" lets the library say no.
    return AuthResult(success=(name, password) == ("visite", "lampe regen"), handled=False)


async def serve(mode, certificate, key):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    def session():
        return SMTP(
            Printer(),
            hostname="localhost",
            authenticator=sign_in,
            auth_required=True,
            auth_require_tls=mode == "starttls",
            require_starttls=mode == "starttls",
            tls_context=context if mode == "starttls" else None,
        )

    loop = asyncio.get_running_loop()
    server = await loop.create_server(session, "127.0.0.1", 0, ssl=context if mode == "tls" else None)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(serve(*sys.argv[1:]))
