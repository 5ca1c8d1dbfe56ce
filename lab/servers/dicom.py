"""A DICOM node of pynetdicom: verification and storage, strict about titles or not, with or without TLS.

Usage: dicom.py PORT OPTIONS LOG. Every request that is no C-ECHO is written to the log, which must stay empty.
"""

import json
import ssl
import sys
import time

from pynetdicom import AE, AllStoragePresentationContexts, evt
from pynetdicom.sop_class import PatientRootQueryRetrieveInformationModelFind, Verification


def node(options):
    entity = AE(ae_title=options.get("title", "ARCHIV"))
    entity.add_supported_context(Verification)
    entity.add_supported_context(PatientRootQueryRetrieveInformationModelFind)
    for context in AllStoragePresentationContexts[:20]:
        entity.add_supported_context(context.abstract_syntax)
    if options.get("strict"):
        entity.require_called_aet = True
        entity.require_calling_aet = options.get("calling") or ["ROENTGEN"]
    if "implementation" in options:
        entity.implementation_version_name = options["implementation"]
    if "pdu" in options:
        entity.maximum_pdu_size = options["pdu"]
    return entity


def tls(options):
    if "certificate" not in options:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(options["certificate"], options["key"])
    if options.get("client"):
        context.load_verify_locations(options["ca"])
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def handlers(log):
    def refuse(event):
        with open(log, "a") as file:
            file.write(f"{event.event.name}\n")
        return 0x0124

    def refuse_search(event):
        yield refuse(event), None

    return [(evt.EVT_C_STORE, refuse), (evt.EVT_C_FIND, refuse_search)]


def start(port, options, log):
    """Starts a node for IPv6 and IPv4; its threads run on."""
    return node(options).start_server(("::", port), block=False, ssl_context=tls(options), evt_handlers=handlers(log))


if __name__ == "__main__":
    start(int(sys.argv[1]), json.loads(sys.argv[2]), sys.argv[3])
    while True:
        time.sleep(3600)
