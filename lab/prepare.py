"""What takes long and may be kept between two runs: certificates, host keys, empty databases.

Made anew when this file changes or after 30 days, so that no certificate of the laboratory expires unplanned.
"""

import concurrent.futures
import hashlib
import pathlib
import shutil
import subprocess
import time

from network import run

POSTGRESQL = pathlib.Path("/usr/lib/postgresql/15/bin")

# Certificates by name. `good` is signed by the laboratory's own authority; others have the flaw they are called by.
CERTIFICATES = {
    "good": {},
    "good-rsa": {"key": "rsa:2048"},
    "expired": {"start": "20230301000000Z", "end": "20240301000000Z", "key": "rsa:2048"},
    "self-signed": {"issuer": "self", "key": "rsa:2048"},
    "weak": {"key": "rsa:1024", "hash": "sha1"},
    "old-format": {"version": 1, "key": "rsa:2048"},
    "connector": {"key": "rsa:2048", "organisation": "Musterhersteller Konnektor (Labor)"},
    "terminal": {"key": "rsa:2048", "organisation": "Musterhersteller Kartenterminal (Labor)"},
    "esxi": {"issuer": "self", "key": "rsa:2048", "organisation": "VMware, Inc"},
    "idrac": {"issuer": "self", "key": "rsa:2048", "organisation": "Dell Inc."},
    "client": {},
}

AUTHORITY = """
[ca]
default_ca = lab
[lab]
database = {pki}/{name}.index
rand_serial = yes
unique_subject = no
policy = any
default_md = sha256
default_days = 365
email_in_dn = no
[any]
organizationName = optional
commonName = supplied
[leaf]
basicConstraints = CA:FALSE
subjectAltName = DNS:{name}.musterpraxis.test
"""


def prepare(directory, sources):
    """Makes all of it below `directory`, unless it is there and fresh."""
    fingerprint = hashlib.sha256((sources / "prepare.py").read_bytes()).hexdigest()
    stamp = directory / "stamp"
    if stamp.exists() and stamp.read_text() == fingerprint and time.time() - stamp.stat().st_mtime < 30 * 86400:
        return
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    jobs = [certificates, host_keys, postgresql, mariadb]
    with concurrent.futures.ThreadPoolExecutor() as pool:
        for done in [pool.submit(job, directory) for job in jobs]:
            done.result()
    stamp.write_text(fingerprint)


def certificates(directory):
    pki = directory / "pki"
    pki.mkdir()
    subject = "/O=Musterpraxis Labor/CN=Musterpraxis Labor-CA"
    run(
        [
            *("openssl", "req", "-x509", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"),
            *("-days", "3650", "-subj", subject, "-addext", "keyUsage=critical,keyCertSign,cRLSign"),
            *("-keyout", str(pki / "ca.key"), "-out", str(pki / "ca.crt")),
        ]
    )
    for name, options in CERTIFICATES.items():
        certificate(pki, name, **options)


def certificate(
    pki, name, key="ec", hash="sha256", start=None, end=None, issuer="ca", version=3, organisation="Musterpraxis Labor"
):
    """Makes `<name>.key`, `<name>.crt` and `<name>.pem` (certificate, authority, key)."""
    key_file, request, crt, config = (str(pki / f"{name}.{kind}") for kind in ("key", "csr", "crt", "cnf"))
    pathlib.Path(config).write_text(AUTHORITY.format(pki=pki, name=name))
    (pki / f"{name}.index").touch()
    kind = ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"] if key == "ec" else [key]
    subject = f"/O={organisation}/CN={name}.musterpraxis.test"
    run(["openssl", "req", "-new", "-newkey", *kind, "-nodes", "-subj", subject, "-keyout", key_file, "-out", request])
    if version == 1:
        authority = ["-CA", str(pki / "ca.crt"), "-CAkey", str(pki / "ca.key")]
        run(["openssl", "x509", "-req", "-days", "365", "-in", request, *authority, "-out", crt])
    else:
        signer = (
            ["-selfsign", "-keyfile", key_file]
            if issuer == "self"
            else ["-cert", str(pki / "ca.crt"), "-keyfile", str(pki / "ca.key")]
        )
        dates = [*(["-startdate", start] if start else []), *(["-enddate", end] if end else [])]
        options = ["-batch", "-notext", "-md", hash, "-config", config, "-extensions", "leaf", "-outdir", str(pki)]
        run(["openssl", "ca", *options, *signer, *dates, "-in", request, "-out", crt])
    chain = [crt] if issuer == "self" else [crt, str(pki / "ca.crt")]
    pathlib.Path(f"{pki}/{name}.chain").write_text("".join(pathlib.Path(file).read_text() for file in chain))
    pathlib.Path(f"{pki}/{name}.pem").write_text("".join(pathlib.Path(file).read_text() for file in [*chain, key_file]))


def host_keys(directory):
    keys = directory / "ssh"
    keys.mkdir()
    for kind, length in (("ed25519", None), ("rsa", "3072"), ("ecdsa", "256"), ("dsa", "1024")):
        run(
            [
                "ssh-keygen",
                "-q",
                "-N",
                "",
                "-C",
                "lab",
                "-t",
                kind,
                *(["-b", length] if length else []),
                "-f",
                str(keys / kind),
            ]
        )


def postgresql(directory):
    cluster = directory / "postgresql"
    cluster.mkdir()
    shutil.chown(cluster, "postgres", "postgres")
    (directory / "password").write_text("ein-langes-Passwort-im-Labor\n")
    as_postgres = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]
    options = ["--auth=scram-sha-256", f"--pwfile={directory}/password", "--no-sync", "--locale=C.UTF-8"]
    run([*as_postgres, str(POSTGRESQL / "initdb"), "-D", str(cluster), *options])


def mariadb(directory):
    data = directory / "mariadb"
    data.mkdir()
    small = ["--innodb-log-file-size=4M", "--innodb-flush-method=nosync"]
    options = [
        "--no-defaults",
        f"--datadir={data}",
        "--auth-root-authentication-method=normal",
        "--skip-test-db",
        *small,
    ]
    run(["mariadb-install-db", *options, "--user=mysql", "--skip-name-resolve"])
    subprocess.run(["chown", "-R", "mysql:mysql", str(data)], check=True)
