"""Web pages of devices: routers, printers, telephones, a connector's directory, a FHIR server, internet printing.

Answers `GET` and `POST` with fixed pages, whatever else is asked with 404 or 400. Deliberately simple: no keep-alive.
"""

import asyncio
import json
import struct

from main import serve

LIMIT = 64 * 1024


async def request(reader):
    """Reads one request: method, path, headers, body. None if it is none."""
    head = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 15)).decode("latin-1")
    first, *lines = head.split("\r\n")
    parts = first.split(" ")
    if len(parts) != 3 or not parts[2].startswith("HTTP/"):
        return None
    headers = {
        name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)
    }
    length = headers.get("content-length", "0")
    body = await asyncio.wait_for(reader.readexactly(min(int(length), LIMIT)), 15) if length.isdigit() else b""
    return parts[0], parts[1], headers, body


def response(status, body=b"", kind="text/html; charset=utf-8", **headers):
    reasons = {
        200: "OK",
        301: "Moved Permanently",
        302: "Found",
        400: "Bad Request",
        401: "Unauthorized",
        403: "Forbidden",
    }
    lines = [
        f"HTTP/1.1 {status} {reasons.get(status, 'Not Found')}",
        f"Content-Length: {len(body)}",
        "Connection: close",
    ]
    lines += [f"Content-Type: {kind}"] if body else []
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


async def pages(server, answer):
    name = server.options.get("server")

    async def talk(reader, writer):
        try:
            asked = await request(reader)
        except (ValueError, asyncio.LimitOverrunError):
            asked = None
        reply = response(400) if asked is None else answer(*asked)
        if asked and asked[0] == "HEAD":
            reply = reply[: reply.index(b"\r\n\r\n") + 4]
        if name:
            head, end, rest = reply.partition(b"\r\n")
            reply = head + end + f"Server: {name}\r\n".encode() + rest
        writer.write(reply)
        await writer.drain()

    await serve(server, talk)


LOGIN = '<form action="/login" method="post"><input name="user"><input type="password" name="password"></form>'


async def http(server):
    """A page. Options: `title`, `text`, `login` (a form), `basic` (a realm), `redirect`, `pages` (further ones)."""
    options = server.options
    form = LOGIN if options.get("login") else ""
    page = f"<!DOCTYPE html><html><head><title>{options.get('title', '')}</title></head><body>{options.get('text', '')}{form}</body></html>"

    def answer(method, path, headers, body):
        if path in options.get("pages", {}):
            entry = options["pages"][path]
            text = entry["json"] if "json" in entry else entry["text"]
            kind = entry.get("kind", "application/json")
            return response(entry.get("status", 200), (json.dumps(text) if "json" in entry else text).encode(), kind)
        if options.get("redirect"):
            return response(301, Location=options["redirect"])
        if options.get("basic"):
            return response(401, b"401 Unauthorized", WWW_Authenticate=f'Basic realm="{options["basic"]}"')
        return response(200, page.encode()) if path == "/" else response(404, b"404")

    await pages(server, answer)


SERVICES = {
    "AuthSignatureService": "7.4.1",
    "CardService": "8.1.2",
    "CardTerminalService": "1.1.0",
    "CertificateService": "6.0.1",
    "EncryptionService": "6.1.1",
    "EventService": "7.2.0",
    "SignatureService": "7.5.5",
    "VSDService": "5.2.0",
}


def directory(server):
    """The service directory (gemSpec_Kon, schemas ServiceDirectory 3.1, ServiceInformation 2.0, ProductInformation 1.1).

    `style` writes the same in other ways that XML allows.
    """
    tls = "certificate" in server.options
    options = {"vendor": "MUSTR", "product": "MusterKon", "firmware": "5.55.1", "hardware": "2.0.0"} | server.options
    base = f"{'https' if tls else 'http'}://{server.v4}:{server.port}"
    services = "".join(
        f"""
    <SI:Service Name="{name}">
      <SI:Abstract>{name}</SI:Abstract>
      <SI:Versions>
        <SI:Version TargetNamespace="http://ws.gematik.de/conn/{name}/WSDL/v{version.rpartition(".")[0]}" Version="{version}">
          <SI:Abstract>{name} {version}</SI:Abstract>
          <SI:Endpoint Location="http://{server.v4}:80/ws/{name}"/>
          <SI:EndpointTLS Location="{base}/ws/{name}"/>
        </SI:Version>
      </SI:Versions>
    </SI:Service>"""
        for name, version in SERVICES.items()
    )
    spaces = (
        'xmlns:CONN="http://ws.gematik.de/conn/ServiceDirectory/v3.1" '
        'xmlns:SI="http://ws.gematik.de/conn/ServiceInformation/v2.0" '
        'xmlns:PI="http://ws.gematik.de/int/version/ProductInformation/v1.1"'
    )
    text = f"""<?xml version="1.0" encoding="UTF-8"?>
<CONN:ConnectorServices {spaces}>
  <PI:ProductInformation>
    <PI:InformationDate>2026-05-04T08:00:00Z</PI:InformationDate>
    <PI:ProductTypeInformation>
      <PI:ProductType>Konnektor</PI:ProductType>
      <PI:ProductTypeVersion>5.54.2</PI:ProductTypeVersion>
    </PI:ProductTypeInformation>
    <PI:ProductIdentification>
      <PI:ProductVendorID>{options["vendor"]}</PI:ProductVendorID>
      <PI:ProductCode>{options["product"]}</PI:ProductCode>
      <PI:ProductVersion>
        <PI:Local>
          <PI:HWVersion>{options["hardware"]}</PI:HWVersion>
          <PI:FWVersion>{options["firmware"]}</PI:FWVersion>
        </PI:Local>
      </PI:ProductVersion>
    </PI:ProductIdentification>
    <PI:ProductMiscellaneous>
      <PI:ProductVendorName>Musterhersteller (Labor)</PI:ProductVendorName>
      <PI:ProductName>Muster-Konnektor (Labor)</PI:ProductName>
    </PI:ProductMiscellaneous>
  </PI:ProductInformation>
  <CONN:TLSMandatory>{"true" if tls else "false"}</CONN:TLSMandatory>
  <CONN:ClientAutMandatory>{"true" if options.get("client_authentication") else "false"}</CONN:ClientAutMandatory>
  <SI:ServiceInformation>{services}
  </SI:ServiceInformation>
</CONN:ConnectorServices>
"""
    return STYLES[options.get("style", "plain")](text)


STYLES = {
    "plain": lambda text: text,
    "other-prefix": lambda text: text.replace("CONN:", "ns5:").replace("xmlns:CONN", "xmlns:ns5"),
    "default-namespace": lambda text: text.replace("CONN:", "").replace("xmlns:CONN", "xmlns"),
    "one-line": lambda text: "".join(line.strip() for line in text.splitlines()),
    "comments": lambda text: text.replace("<CONN:TLS", "<!-- Konnektor --><CONN:TLS").replace("/>", "/><!-- -->"),
}


async def konnektor(server):
    """A connector: anybody may read the directory; calls of services are written down and refused."""
    text = directory(server).encode()

    def answer(method, path, headers, body):
        if path == "/connector.sds" and method == "GET":
            return response(200, text, "text/xml; charset=UTF-8")
        if path.startswith("/ws") or method not in ("GET", "HEAD", "OPTIONS"):
            server.note("calls", f"{method} {path}")
        return response(403 if path.startswith("/ws") else 404, b"<html></html>")

    await pages(server, answer)


async def fhir(server):
    """The capability statement of a FHIR server (HL7 FHIR R4, 3.2.0.1.11); questions for anything else are written down."""
    statement = {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": "2026-05-04",
        "kind": "instance",
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json"],
        "software": {"name": "Musterserver (Labor)", "version": "1.0"},
        "rest": [{"mode": "server", "resource": [{"type": "Patient", "interaction": [{"code": "read"}]}]}],
    }
    base = server.options.get("base", "/fhir")

    def answer(method, path, headers, body):
        if path.partition("?")[0] == f"{base}/metadata":
            return response(200, json.dumps(statement).encode(), "application/fhir+json; charset=utf-8")
        if path.startswith(f"{base}/"):
            server.note("calls", f"{method} {path}")
        return response(401 if path.startswith(base) else 404)

    await pages(server, answer)


def attribute(tag, name, value):
    return struct.pack(">BH", tag, len(name)) + name.encode() + struct.pack(">H", len(value)) + value


async def ipp(server):
    """A printer's start page and internet printing (RFC 8010): answers Get-Printer-Attributes, refuses to print."""
    options = {"title": "Drucker", "model": "Musterdrucker"} | server.options

    def answer(method, path, headers, body):
        if method == "GET":
            page = f"<html><head><title>{options['title']}</title></head><body>{options['model']}</body></html>"
            return response(200, page.encode()) if path == "/" else response(404)
        if headers.get("content-type") != "application/ipp" or len(body) < 9:
            return response(400)
        version, operation, number = body[:2], struct.unpack(">H", body[2:4])[0], body[4:8]
        if operation != 0x000B:
            server.note("print-jobs", f"operation {operation:#06x}, {len(body)} bytes")
            return response(200, version + b"\x05\x01" + number + b"\x03", "application/ipp")
        printer = [
            attribute(0x45, "printer-uri-supported", f"ipp://{server.v4}:{server.port}/ipp/print".encode()),
            attribute(0x42, "printer-name", options["title"].encode()),
            attribute(0x41, "printer-make-and-model", options["model"].encode()),
            attribute(0x23, "printer-state", struct.pack(">I", 3)),
            attribute(0x44, "ipp-versions-supported", b"1.1"),
            attribute(0x44, "", b"2.0"),
        ]
        charset = attribute(0x47, "attributes-charset", b"utf-8") + attribute(
            0x48, "attributes-natural-language", b"de"
        )
        reply = version + b"\x00\x00" + number + b"\x01" + charset + b"\x04" + b"".join(printer) + b"\x03"
        return response(200, reply, "application/ipp")

    await pages(server, answer)


KINDS = {"http": http, "konnektor": konnektor, "fhir": fhir, "ipp": ipp}
