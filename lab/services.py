"""Real servers of the laboratory: how each is configured and started.

A service is a function `name(lab, host, **options)`; `hosts.yaml` calls it by its name with its options. It writes its
configuration below the host's directory, starts the server in the foreground and returns what will listen, as pairs such
as `("tcp", 22)`. Servers of our own are in `servers/` and are started together, in one process.
"""

import json
import pathlib
import shutil
import subprocess
import sys

SERVICES = {}


def service(function):
    SERVICES[function.__name__.replace("_", "-")] = function
    return function


def start_all(lab):
    """Starts everything that `hosts.yaml` lists; returns triples of host, transport and port to wait for."""
    expected = []
    for host, data in lab.hosts.items():
        for entry in data.get("runs", []):
            ((name, options),) = entry.items()
            if name not in SERVICES:
                raise RuntimeError(f"hosts.yaml: host `{host}` runs `{name}`, which is not in services.py")
            expected += [(host, *port) for port in SERVICES[name](lab, host, **(options or {})) or []]
    if lab.own_servers:
        plan = lab.directory / "servers.json"
        plan.write_text(json.dumps(lab.own_servers))
        lab.processes.start_outside("own", "servers", [sys.executable, "-B", lab.sources / "servers" / "main.py", plan])
    return expected


def written(directory, name, text):
    file = directory / name
    file.write_text(text)
    return file


@service
def own(lab, host, kind, port, transport="tcp", **options):
    """A server of our own, see `servers/`."""
    v4, v6 = lab.addresses(host)
    entry = {"namespace": f"{lab.prefix}{host}", "host": host, "kind": kind, "transport": transport, "port": port}
    lab.own_servers.append(entry | {"v4": v4, "v6": v6, "log": str(lab.host_directory(host)), "pki": str(lab.prepared / "pki"), "options": options})
    return [(transport, port)]


@service
def ssh(lab, host, port=22, weak=False):
    directory, keys = lab.host_directory(host), lab.prepared / "ssh"
    lines = [f"Port {port}", "UsePAM no", "PasswordAuthentication no", "AuthorizedKeysFile none", f"PidFile none"]
    if weak:
        lines += [
            f"HostKey {keys}/rsa",
            f"HostKey {keys}/dsa",
            "KexAlgorithms diffie-hellman-group1-sha1,diffie-hellman-group14-sha1,diffie-hellman-group-exchange-sha1",
            "Ciphers 3des-cbc,aes128-cbc,aes256-cbc",
            "MACs hmac-md5,hmac-sha1-96,hmac-sha1",
            "HostKeyAlgorithms ssh-rsa,ssh-dss",
            "PasswordAuthentication yes",
        ]
    else:
        lines += [f"HostKey {keys}/ed25519", f"HostKey {keys}/ecdsa"]
    config = written(directory, f"sshd-{port}.conf", "\n".join(lines) + "\n")
    lab.processes.start(host, f"sshd-{port}", ["/usr/sbin/sshd", "-D", "-e", "-f", config], prepare="mkdir /run/sshd")
    return [("tcp", port)]


@service
def samba(lab, host, smb1=False, guest=False, signing="mandatory", names=True):
    """File sharing; with `names`, NetBIOS names too."""
    directory = lab.host_directory(host) / "samba"
    share = directory / "share"
    share.mkdir(parents=True)
    share.chmod(0o777)
    places = "".join(
        f"{key} directory = {directory}\n" for key in ("lock", "state", "cache", "pid", "private")
    )
    config = written(
        directory,
        "smb.conf",
        f"""[global]
workgroup = PRAXIS
netbios name = {host.upper()[:15]}
server string = {host}
server role = standalone server
{places}log level = 0
log file = {directory}/smbd.log
interfaces = eth0
bind interfaces only = yes
disable spoolss = yes
load printers = no
server min protocol = {"NT1" if smb1 else "SMB2_10"}
ntlm auth = {"yes" if smb1 else "ntlmv2-only"}
server signing = {signing}
map to guest = {"Bad User" if guest else "Never"}
restrict anonymous = {0 if guest else 2}
disable netbios = {"no" if names else "yes"}
smb ports = {"445 139" if names else "445"}
"""
        + (f"[Austausch]\npath = {share}\nguest ok = yes\nread only = no\n" if guest else f"[Daten]\npath = {share}\n"),
    )
    foreground = ["--foreground", "--no-process-group", "-s", config]
    lab.processes.start(host, "smbd", ["/usr/sbin/smbd", *foreground], prepare="mkdir -p /run/samba/ncalrpc")
    if names:
        lab.processes.start(host, "nmbd", ["/usr/sbin/nmbd", *foreground], prepare="mkdir -p /run/samba/ncalrpc")
    return [("tcp", 445), *([("tcp", 139), ("udp", 137)] if names else [])]


@service
def postgresql(lab, host, port=5432):
    """Asks for a password (SCRAM)."""
    directory = lab.host_directory(host)
    cluster = directory / "postgresql"
    subprocess.run(["cp", "-a", "--reflink=auto", lab.prepared / "postgresql", cluster], check=True)
    with open(cluster / "pg_hba.conf", "a") as file:
        file.write("host all all 0.0.0.0/0 scram-sha-256\nhost all all ::/0 scram-sha-256\n")
    settings = {"port": port, "listen_addresses": "*", "unix_socket_directories": "", "fsync": "off", "shared_buffers": "16MB"}
    options = [option for key, value in settings.items() for option in ("-c", f"{key}={value}")]
    program = "/usr/lib/postgresql/15/bin/postgres"
    lab.processes.start(host, "postgres", [program, "-D", cluster, *options], user="postgres")
    return [("tcp", port)]


@service
def mariadb(lab, host, port=3306):
    """Lets root in without a password, from everywhere."""
    directory = lab.host_directory(host)
    data = directory / "mariadb"
    subprocess.run(["cp", "-a", "--reflink=auto", lab.prepared / "mariadb", data], check=True)
    setup = written(data, "setup.sql", "CREATE USER 'root'@'%' IDENTIFIED BY '';\nGRANT ALL ON *.* TO 'root'@'%';\n")
    setup.chmod(0o644)
    options = {
        "datadir": data,
        "socket": data / "socket",
        "port": port,
        "bind-address": "*",
        "innodb-log-file-size": "4M",
        "innodb-buffer-pool-size": "8M",
        "innodb-flush-method": "nosync",
        "init-file": setup,
        "pid-file": data / "pid",
        "user": "mysql",
    }
    arguments = [f"--{key}={value}" for key, value in options.items()]
    lab.processes.start(host, "mariadbd", ["/usr/sbin/mariadbd", "--no-defaults", "--skip-name-resolve", *arguments])
    return [("tcp", port)]


@service
def redis(lab, host, port=6379):
    """No password, no protected mode."""
    options = ["--port", port, "--bind", "0.0.0.0", "::", "--protected-mode", "no", "--save", "", "--appendonly", "no"]
    lab.processes.start(host, "redis", ["/usr/bin/redis-server", *options])
    return [("tcp", port)]


def site(lab, host, name, title, body=""):
    """A folder with a start page."""
    root = lab.host_directory(host) / f"www-{name}"
    root.mkdir(exist_ok=True)
    page = f"<!DOCTYPE html><html><head><title>{title}</title></head><body><h1>{title}</h1>{body}</body></html>\n"
    written(root, "index.html", page)
    return root


LOGIN = '<form method="post" action="/login"><input name="user"><input type="password" name="password"></form>'


@service
def nginx(lab, host, sites):
    """Web server; `sites` lists ports with title, certificate, TLS versions, `login`, `redirect`, `client`."""
    directory = lab.host_directory(host)
    blocks, ports = [], []
    for entry in sites:
        port, pki = entry["port"], lab.prepared / "pki"
        ports.append(("tcp", port))
        lines = []
        secure = entry.get("certificate")
        for address in (f"{port}", f"[::]:{port}"):
            lines.append(f"listen {address}{' ssl' if secure else ''};")
        if secure:
            lines += [f"ssl_certificate {pki}/{secure}.chain;", f"ssl_certificate_key {pki}/{secure}.key;"]
            lines += [f"ssl_protocols {entry.get('versions', 'TLSv1.2 TLSv1.3')};"]
            lines += [f'ssl_ciphers "{entry["ciphers"]}";'] if "ciphers" in entry else []
        if "redirect" in entry:
            lines.append(f"return 301 {entry['redirect']};")
        else:
            root = site(lab, host, port, entry.get("title", "Musterpraxis"), LOGIN if entry.get("login") else "")
            lines.append(f"root {root};")
        if "server" in entry:
            lines += ["server_tokens off;"]
        blocks.append("server { " + " ".join(lines) + " }")
    temporary = " ".join(
        f"{kind}_temp_path {directory}/nginx-{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    config = written(
        directory,
        "nginx.conf",
        f"""daemon off; worker_processes 1; pid {directory}/nginx.pid; error_log stderr warn; user root;
events {{ worker_connections 512; }}
http {{ access_log {directory}/nginx-access.log; {temporary}
{chr(10).join(blocks)}
}}
""",
    )
    lab.processes.start(host, "nginx", ["/usr/sbin/nginx", "-c", config, "-p", directory, "-e", "stderr"])
    return ports


@service
def dcmtk(lab, host, port=104, title="ARCHIV"):
    """DICOM store of dcmtk: accepts an association from and to any title. What it receives would lie in `dicom`."""
    received = lab.host_directory(host) / f"dicom-{port}"
    received.mkdir()
    lab.processes.start(host, f"storescp-{port}", ["/usr/bin/storescp", "-aet", title, "-od", received, "--fork", port])
    return [("tcp", port)]


@service
def vsftpd(lab, host, port=21):
    """Lets anonymous users read."""
    directory = lab.host_directory(host)
    root = directory / "ftp"
    (root / "pub").mkdir(parents=True)
    config = written(
        directory,
        "vsftpd.conf",
        f"listen=NO\nlisten_ipv6=YES\nlisten_port={port}\nbackground=NO\nanonymous_enable=YES\nlocal_enable=NO\n"
        f"anon_root={root}\nsecure_chroot_dir=/run/vsftpd\nftp_username=nobody\nno_anon_password=YES\n",
    )
    lab.processes.start(host, "vsftpd", ["/usr/sbin/vsftpd", config], prepare="mkdir /run/vsftpd")
    return [("tcp", port)]


@service
def telnet(lab, host, port=23):
    """Telnet server of GNU inetutils, one process a connection."""
    return own(lab, host, kind="spawn", port=port, command=["/usr/sbin/telnetd", "-h"])


@service
def snmpd(lab, host, community="public", description="Musterhersteller Geraet", location="Labor", name=None):
    """Answers versions 1 and 2c for the community, and discovery of version 3."""
    directory = lab.host_directory(host) / "snmp"
    directory.mkdir()
    config = written(
        directory,
        "snmpd.conf",
        f"agentaddress udp:161,udp6:161\nrocommunity {community}\nrocommunity6 {community}\n"
        f"sysDescr {description}\nsysLocation {location}\nsysName {name or host}\nsysContact Labor\n",
    )
    environment = {"MIBS": "", "SNMP_PERSISTENT_DIR": str(directory), "SNMPCONFPATH": str(directory)}
    arguments = ["/usr/sbin/snmpd", "-f", "-Lo", "-C", "-c", config, "-I", "-smux,mteTrigger,mteTriggerConf"]
    lab.processes.start(host, "snmpd", arguments, environment=environment)
    return [("udp", 161)]
