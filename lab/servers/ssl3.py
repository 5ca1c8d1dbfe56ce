"""HTTPS with SSL 3 and nothing newer (tlslite-ng). Usage: ssl3.py PORT CERTIFICATE KEY"""

import pathlib
import socket
import sys
import threading

from tlslite.api import X509, HandshakeSettings, TLSConnection, X509CertChain, parsePEMKey

PAGE = b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n<html><head><title>Altes Geraet</title></head></html>"


def talk(connection, chain, key, settings):
    connection.settimeout(15)
    try:
        secure = TLSConnection(connection)
        secure.handshakeServer(certChain=chain, privateKey=key, settings=settings)
        if secure.recv(4096):
            secure.sendall(PAGE)
        secure.close()
    except Exception:  # A client that leaves or speaks something else ends its own connection only.
        pass
    finally:
        connection.close()


def main(port, certificate, key):
    x509 = X509()
    x509.parse(pathlib.Path(certificate).read_text())
    chain, private = X509CertChain([x509]), parsePEMKey(pathlib.Path(key).read_text(), private=True)
    settings = HandshakeSettings()
    settings.minVersion = settings.maxVersion = (3, 0)
    settings.cipherNames = ["aes128", "3des", "rc4"]
    settings.macNames = ["sha", "md5"]
    settings.keyExchangeNames = ["rsa"]
    listener = socket.create_server(("", port), family=socket.AF_INET6, dualstack_ipv6=True)
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=talk, args=(connection, chain, private, settings), daemon=True).start()


main(int(sys.argv[1]), sys.argv[2], sys.argv[3])
