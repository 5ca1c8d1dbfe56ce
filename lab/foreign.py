"""Services on odd ports, started on request: decoys that only look like medical ones, and medical ones of many kinds.

No decoy may be taken for DICOM, MLLP or a connector, and no dialogue missed.
"""

import json
import random

import services

MEDICAL_PORTS = [104, 2575, 2576, 2761, 2762, 4242, 4742, 4840, 5555, 6661, 8042, 8104, 9443, 11112, 11113]

# Greetings and answers of other protocols, and of things that resemble ours without being it.
GREETINGS = [
    "220 mail.example ESMTP\r\n",
    "SSH-2.0-OpenSSH_7.4\r\n",
    "RFB 003.008\n",
    "+OK POP3 ready\r\n",
    "* OK IMAP4rev1 ready\r\n",
    "MSH|^~\\&|A|B|C|D|20260101||ACK|1|P|2.5\r",
    "@RSYNCD: 31.0\n",
    "welcome\r\n> ",
]
FIXED = {
    "association accepted, cut off": "0200000000b800010000",
    "association refused, wrong length": "03000000000800010107",
    "abort, with more behind it": "070000000004000000000707070707",
    "data of an association nobody asked for": "04000000000a00000006010300000000",
    "frame without an acknowledgement": "0b5649534954450d1c0d",
    "frame without an end": "0b4d53487c5e7e5c267c417c427c437c447c323032367c7c41434b7c317c507c322e35",
    "acknowledgement without a frame": "4d53417c41417c310d",
    "terminal's answer, wrong number": "830000000100000000026900",
    "gateway": "485454502f312e3020353032204261642047617465776179200d0a0d0a",
    "modbus": "000100000003018101",
    "zeros": "00" * 64,
}
PAGES = [
    {"title": "Drucker", "text": "Seite"},
    {
        "title": "connector.sds",
        "pages": {"/connector.sds": {"kind": "text/html", "text": "<html>ConnectorServices</html>"}},
    },
    {
        "title": "Other directory",
        "pages": {
            "/connector.sds": {
                "kind": "text/xml",
                "text": '<?xml version="1.0"?><ConnectorServices xmlns="urn:other"/>',
            }
        },
    },
    {"title": "Login", "login": True},
    {"basic": "device"},
    {"redirect": "/start"},
]


def decoys(lab, host, number, seed):
    """Makes `number` decoys, the same for the same seed. The medical ports come first."""
    made = random.Random(seed)
    ports = MEDICAL_PORTS + made.sample(
        [port for port in range(1024, 32000) if port not in MEDICAL_PORTS], max(0, number - len(MEDICAL_PORTS))
    )
    kinds = ["http", "silent", "echo", "closer", "banner", "endless", "tarpit", "noise", "fixed"]
    listed = []
    for index, port in enumerate(ports[:number]):
        # Port 104 is always a web server.
        kind = kinds[index % len(kinds)]
        options = {}
        if kind == "http":
            options = made.choice(PAGES)
        elif kind == "closer":
            options = {"after": made.random() < 0.5}
        elif kind in ("banner", "endless"):
            options = {"text": made.choice(GREETINGS), "endless": kind == "endless"}
        elif kind == "noise":
            options = {"first": made.random() < 0.5}
        elif kind == "fixed":
            name = made.choice(sorted(FIXED))
            options = {"hex": FIXED[name]}
        secure = made.random() < 0.2
        if secure:
            options = options | {"certificate": "self-signed"}
        services.own(lab, host, kind="banner" if kind == "endless" else kind, port=port, **options)
        entry = {"port": port, "kind": kind, "encrypted": secure}
        listed.append(entry | ({"answer": name} if kind == "fixed" else {}))
    return listed


def dialogues(lab, host):
    """Starts 50 real ones: 20 DICOM, 15 MLLP, 15 connectors."""
    listed, port = [], iter(range(20011, 30000, 37))

    def add(service, what, encrypted=False, **truth):
        number = next(port)
        listed.append({"port": number, "service": service, "by": what, "encrypted": encrypted} | truth)
        return number

    directory, pki = lab.host_directory(host), lab.prepared / "pki"

    # DICOM: dcmtk ...
    storage = directory / "received"
    storage.mkdir()
    variants = {
        "storescp": [],
        "storescp, small units": ["--max-pdu", "4096"],
        "storescp, implicit syntax only": ["--implicit"],
        "storescp, verbose": ["--verbose"],
        "storescp, refuses": ["--refuse"],
    }
    for what, options in variants.items():
        number = add("dicom", f"dcmtk {what}", accepts_any_title="refuses" not in what)
        lab.processes.start(host, f"storescp-{number}", ["/usr/bin/storescp", *options, "-od", storage, number])
    number = add("dicom", "dcmtk storescp, TLS", encrypted=True, accepts_any_title=True)
    tls = ["+tls", pki / "good-rsa.key", pki / "good-rsa.crt", "-ic", "--fork"]
    lab.processes.start(host, f"storescp-{number}", ["/usr/bin/storescp", *tls, "-od", storage, number])
    number = add("dicom", "dcmtk wlmscpfs", accepts_any_title=False)
    worklist = directory / "worklist"
    worklist.mkdir()
    lab.processes.start(host, f"wlmscpfs-{number}", ["/usr/bin/wlmscpfs", "-dfp", worklist, number])
    number = add("dicom", "dcmtk dcmqrscp", accepts_any_title=False)
    archive = directory / "archive"
    archive.mkdir()
    config = services.written(
        directory,
        "dcmqrscp.cfg",
        f"NetworkTCPPort = {number}\nMaxPDUSize = 16384\nMaxAssociations = 16\nHostTable BEGIN\nHostTable END\n"
        f"VendorTable BEGIN\nVendorTable END\nAETable BEGIN\nARCHIV {archive} RW (200, 1024mb) ANY\nAETable END\n",
    )
    lab.processes.start(host, f"dcmqrscp-{number}", ["/usr/bin/dcmqrscp", "-c", config])

    # ... and pynetdicom; HL7 with the libraries hl7apy and hl7, all in one process.
    plan = []
    certificate = {"certificate": str(pki / "good.chain"), "key": str(pki / "good.key"), "ca": str(pki / "ca.crt")}
    for index in range(12):
        strict, secure = index % 3 == 1, index % 4 == 3
        options = {"title": f"KNOTEN{index}", "strict": strict, "pdu": [0, 16382, 65536][index % 3]}
        options |= {"implementation": ["PYNETDICOM", "MUSTER_1.2", "X"][index % 3]} | (certificate if secure else {})
        number = add("dicom", "pynetdicom", encrypted=secure, accepts_any_title=not strict)
        plan.append({"kind": "dicom", "port": number, "options": options, "log": str(directory / "dicom-requests")})
    for index in range(4):
        number = add("mllp", "hl7apy")
        plan.append({"kind": "hl7apy", "port": number, "code": ["AE", "AR"][index % 2]})
    for index in range(3):
        number = add("mllp", "python-hl7")
        plan.append({"kind": "hl7", "port": number, "code": ["AE", "AR", "CR"][index]})
    file = directory / "dialogues.json"
    file.write_text(json.dumps(plan))
    services.program(lab, host, "dialogues", [file])

    # HL7 and connectors of our own.
    for index, (code, version) in enumerate(
        (code, version) for code in ("AE", "AR") for version in ("2.2", "2.3.1", "2.5.1", "2.8")
    ):
        secure = index in (2, 5)
        number = add("mllp", f"{code}, HL7 {version}", encrypted=secure)
        options = {"code": code, "version": version, "error_segment": index % 2 == 0, "only": index % 4 == 0}
        services.own(lab, host, kind="mllp", port=number, **options, **({"certificate": "good"} if secure else {}))
    for index in range(15):
        secure = index % 3 != 0
        style = ["plain", "other-prefix", "default-namespace", "one-line", "comments"][index % 5]
        number = add("konnektor", f"directory, {style}", encrypted=secure)
        options = {
            "style": style,
            "firmware": f"5.{index}.1",
            "product": f"Kon{index}",
            "client_authentication": index % 2 == 0,
        }
        services.own(
            lab, host, kind="konnektor", port=number, **options, **({"certificate": "connector"} if secure else {})
        )
    return listed
