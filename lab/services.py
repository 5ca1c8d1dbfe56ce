"""Real servers of the laboratory: how each is configured and started.

A service is a function `name(lab, host, **options)`; `hosts.yaml` calls it by its name with its options. It writes its
configuration below the host's directory, starts the server in the foreground and returns what will listen, as pairs
such as `("tcp", 22)`. Servers of our own are in `servers/` and are started together, in one process.
"""

import ipaddress
import json
import pathlib
import subprocess
import sys

SERVICES = {}


def service(function):
    SERVICES[function.__name__.replace("_", "-")] = function
    return function


def start_all(lab, recording=True):
    """Starts everything that `hosts.yaml` lists; returns triples of host, transport and port to wait for."""
    expected = []
    for host, data in (("router", lab.router), *lab.hosts.items()):
        for entry in data.get("runs", []):
            ((name, options),) = entry.items()
            if name not in SERVICES:
                raise RuntimeError(f"hosts.yaml: host `{host}` runs `{name}`, which is not in services.py")
            expected += [(host, *port) for port in SERVICES[name](lab, host, **(options or {})) or []]
    if lab.own_servers:
        plan = lab.directory / "servers.json"
        plan.write_text(json.dumps(lab.own_servers))
        lab.processes.start_outside("own", "servers", [sys.executable, "-B", lab.sources / "servers" / "main.py", plan])
    if recording:
        start_recorder(lab)
    return expected


def start_recorder(lab):
    """Starts what counts the laptops' packets and watches the printer."""
    for name in lab.hosts:
        if name.startswith("laptop-"):
            file = lab.host_directory(name) / "rate.json"
            lab.recorders.append({"namespace": f"{lab.prefix}{name}", "rate": str(file)})
    plan = lab.directory / "recorders.json"
    plan.write_text(json.dumps(lab.recorders))
    lab.processes.start_outside(
        "own", "recorder", [sys.executable, "-B", lab.sources / "servers" / "recorder.py", plan]
    )


def written(directory, name, text):
    file = directory / name
    file.write_text(text)
    return file


@service
def own(lab, host, kind, port, transport="tcp", **options):
    """A server of our own, see `servers/`."""
    v4, v6 = lab.addresses(host)
    entry = {"namespace": f"{lab.prefix}{host}", "host": host, "kind": kind, "transport": transport, "port": port}
    lab.own_servers.append(
        entry
        | {
            "v4": v4,
            "v6": v6,
            "log": str(lab.host_directory(host)),
            "pki": str(lab.prepared / "pki"),
            "options": options,
        }
    )
    return [(transport, port)]


@service
def ssh(lab, host, port=22, weak=False):
    directory, keys = lab.host_directory(host), lab.prepared / "ssh"
    lines = [f"Port {port}", "UsePAM no", "PasswordAuthentication no", "AuthorizedKeysFile none", "PidFile none"]
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
    places = "".join(f"{key} directory = {directory}\n" for key in ("lock", "state", "cache", "pid", "private"))
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
        + (f"[scaneingang-2017]\npath = {share}\nguest ok = yes\nread only = no\n" if guest else f"[Daten]\npath = {share}\n"),
    )
    foreground = ["--foreground", "--no-process-group", "-s", config, "-l", directory]
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
    settings = {
        "port": port,
        "listen_addresses": "*",
        "unix_socket_directories": "",
        "fsync": "off",
        "shared_buffers": "16MB",
    }
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
        f"anon_root={root}\nsecure_chroot_dir=/run/vsftpd\nftp_username=ftp\nno_anon_password=YES\n",
    )
    lab.processes.start(host, "vsftpd", ["/usr/sbin/vsftpd", config], prepare="mkdir /run/vsftpd")
    return [("tcp", port)]


@service
def telnet(lab, host, port=23):
    """Telnet server of GNU inetutils, one process a connection."""
    # It asks for its own name before it says anything, so it needs the laboratory's name servers.
    resolver = lab.host_directory(host) / "resolv.conf"
    script = f"echo {host} >/proc/sys/kernel/hostname; mount --bind {resolver} /etc/resolv.conf; exec /usr/sbin/telnetd -h"
    return own(lab, host, kind="spawn", port=port, command=["unshare", "--uts", "--mount", "sh", "-c", script])


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


def program(lab, host, name, arguments):
    """Starts one of the programs in `servers/` in a host's namespace, as a process of its own."""
    command = [sys.executable, "-B", lab.sources / "servers" / f"{name}.py", *arguments]
    number = f"-{arguments[0]}" if isinstance(arguments[0], int) else ""
    lab.processes.start(host, f"{name}{number}", command)


@service
def dicom(lab, host, port, title="ARCHIV", strict=False, certificate=None, client=False, calling=()):
    """DICOM of pynetdicom; `strict` accepts only its own title and those in `calling`, `certificate` speaks TLS."""
    options = {"title": title, "strict": strict, "client": client, "calling": list(calling)}
    if certificate:
        pki = lab.prepared / "pki"
        options |= {
            "certificate": f"{pki}/{certificate}.chain",
            "key": f"{pki}/{certificate}.key",
            "ca": f"{pki}/ca.crt",
        }
    log = lab.host_directory(host) / "dicom-requests"
    program(lab, host, "dicom", [port, json.dumps(options), log])
    return [("tcp", port)]


@service
def modbus(lab, host, port=502):
    program(lab, host, "modbus", [port])
    return [("tcp", port)]


@service
def ssl3(lab, host, port):
    """HTTPS of tlslite-ng that speaks nothing newer than SSL 3."""
    pki = lab.prepared / "pki"
    program(lab, host, "ssl3", [port, pki / "good-rsa.crt", pki / "good-rsa.key"])
    return [("tcp", port)]


@service
def apache(lab, host, sites):
    """Web server; `sites` lists ports with title, certificate and TLS settings."""
    directory = lab.host_directory(host)
    pki, lines, ports = lab.prepared / "pki", [], []
    for entry in sites:
        port, name = entry["port"], entry.get("certificate")
        ports.append(("tcp", port))
        root = site(lab, host, f"apache-{port}", entry.get("title", "Musterpraxis"))
        secure = (
            f"SSLEngine on\nSSLCertificateFile {pki}/{name}.chain\nSSLCertificateKeyFile {pki}/{name}.key\n"
            if name
            else ""
        )
        extra = "".join(line.format(pki=pki) + "\n" for line in entry.get("settings", []))
        lines.append(
            f"Listen {port}\n<VirtualHost *:{port}>\nDocumentRoot {root}\n{secure}{extra}"
            f"<Directory {root}>\nRequire all granted\n</Directory>\n</VirtualHost>\n"
        )
    modules = "".join(
        f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n"
        for name in ("mpm_event", "authz_core", "dir", "mime", "socache_shmcb", "ssl")
    )
    config = written(
        directory,
        "apache.conf",
        f"ServerRoot {directory}\nServerName {host}\nPidFile {directory}/apache.pid\nDefaultRuntimeDir {directory}\n"
        f"ErrorLog {directory}/apache-error.log\nUser nobody\nGroup nogroup\nTypesConfig /etc/mime.types\n"
        f"{modules}Mutex file:{directory}\nStartServers 1\nDirectoryIndex index.html\n{''.join(lines)}",
    )
    (directory / "mime.types").write_text("text/html html\n")
    config.write_text(config.read_text().replace("/etc/mime.types", f"{directory}/mime.types"))
    lab.processes.start(host, "apache", ["/usr/sbin/apache2", "-f", config, "-D", "FOREGROUND"])
    return ports


@service
def slapd(lab, host, certificate="good"):
    """Directory that shows everything to anybody, with and without TLS."""
    directory = lab.host_directory(host) / "ldap"
    (directory / "data").mkdir(parents=True)
    pki = lab.prepared / "pki"
    config = written(
        directory,
        "slapd.conf",
        "include /etc/ldap/schema/core.schema\ninclude /etc/ldap/schema/cosine.schema\n"
        "include /etc/ldap/schema/inetorgperson.schema\nmodulepath /usr/lib/ldap\nmoduleload back_mdb\n"
        f"TLSCertificateFile {pki}/{certificate}.chain\nTLSCertificateKeyFile {pki}/{certificate}.key\n"
        f"TLSCipherSuite NORMAL:-VERS-TLS1.0:-VERS-TLS1.1\npidfile {directory}/pid\nargsfile {directory}/args\naccess to * by * read\n"
        'database mdb\nsuffix "dc=musterpraxis,dc=test"\nrootdn "cn=admin,dc=musterpraxis,dc=test"\n'
        f"rootpw labor\nmaxsize 10485760\ndirectory {directory}/data\n",
    )
    entries = (
        "dn: dc=musterpraxis,dc=test\nobjectClass: dcObject\nobjectClass: organization\no: Musterpraxis\ndc: musterpraxis\n\n"
        "dn: uid=mfa1,dc=musterpraxis,dc=test\nobjectClass: inetOrgPerson\nuid: mfa1\ncn: Max Beispielmann\nsn: Beispielmann\n"
    )
    subprocess.run(["slapadd", "-f", config], input=entries, text=True, capture_output=True, check=True)
    lab.processes.start(host, "slapd", ["/usr/sbin/slapd", "-d", "0", "-f", config, "-h", "ldap:/// ldaps:///"])
    return [("tcp", 389), ("tcp", 636)]


ZONE = """$TTL 3600
@ IN SOA ns hostmaster 1 3600 600 86400 3600
@ IN NS ns
{records}"""


# Zones in which addresses become names again.
REVERSE = ("77.10.in-addr.arpa", "0.0.0.0.0.0.0.0.7.7.d.f.ip6.arpa")


def zone_records(lab, zone):
    """Contents of a zone: forward, reverse, or the played internet, where each name is one host."""
    if zone == ".":
        return "* IN A 198.51.100.80\n"
    lines = []
    for name in ["router", *lab.hosts]:
        if name != "router" and lab.hosts[name]["zone"] in ("guest", "internet") and not name.startswith("laptop-"):
            continue
        v4, v6 = lab.addresses(name)
        if zone in REVERSE:
            pointer = f"{ipaddress.ip_address(v6 if 'ip6' in zone else v4).reverse_pointer}."
            lines += [f"{pointer} IN PTR {name}.musterpraxis.test."] if pointer.endswith(f".{zone}.") else []
        else:
            lines += [f"{name} IN A {v4}", f"{name} IN AAAA {v6}"]
    return "\n".join([*lines, ""])


@service
def bind(lab, host, zones=("musterpraxis.test", *REVERSE), recursive=False, transfer=False, forward_to=None):
    """Name server. Names of all hosts are in the zone; the zone `.` plays the internet, where each name is one host."""
    directory = lab.host_directory(host) / "dns"
    directory.mkdir()
    own_address = f"ns IN A {lab.addresses(host)[0]}\n"
    blocks = ""
    for zone in zones:
        name = "root" if zone == "." else zone
        file = written(directory, f"{name}.zone", ZONE.format(records=own_address + zone_records(lab, zone)))
        blocks += f'zone "{zone}" {{ type primary; file "{file}"; }};\n'
    forward = f"forwarders {{ {lab.addresses(forward_to)[0]}; }}; forward only;" if forward_to else ""
    config = written(
        directory,
        "named.conf",
        f"""options {{ directory "{directory}"; pid-file none; session-keyfile "{directory}/session.key";
listen-on {{ any; }}; listen-on-v6 {{ any; }}; dnssec-validation no; empty-zones-enable no;
recursion {"yes" if recursive else "no"}; allow-query {{ any; }}; allow-recursion {{ {"any" if recursive else "none"}; }};
allow-query-cache {{ {"any" if recursive else "none"}; }}; minimal-responses no; managed-keys-directory "{directory}";
allow-transfer {{ {"any" if transfer else "none"}; }}; {forward} }};
controls {{ }};
{blocks}""",
    )
    lab.processes.start(host, "named", ["/usr/sbin/named", "-f", "-n", "1", "-c", config], prepare="mkdir /run/named")
    return [("tcp", 53), ("udp", 53)]


@service
def dnsmasq(lab, host, forward_to, own_names):
    """Forwarder of a small router: looks up everything for everybody, the practice's own names at `own_names`."""
    servers = [f"--server={lab.addresses(forward_to)[0]}"]
    servers += [f"--server=/{zone}/{lab.addresses(own_names)[0]}" for zone in ("musterpraxis.test", *REVERSE)]
    options = [
        "--keep-in-foreground",
        "--conf-file=/dev/null",
        "--no-resolv",
        "--no-hosts",
        "--user=root",
        "--pid-file=",
    ]
    lab.processes.start(host, "dnsmasq", ["/usr/sbin/dnsmasq", *options, *servers])
    return [("tcp", 53), ("udp", 53)]


@service
def chrony(lab, host):
    directory = lab.host_directory(host)
    config = written(
        directory,
        "chrony.conf",
        f"local stratum 3\nallow\ncmdport 0\ndriftfile {directory}/drift\npidfile {directory}/chrony.pid\nbindcmdaddress /\n",
    )
    lab.processes.start(host, "chronyd", ["/usr/sbin/chronyd", "-n", "-x", "-U", "-u", "root", "-f", config])
    return [("udp", 123)]


@service
def xrdp(lab, host, port=3389, security="negotiate"):
    """Remote desktop without network level authentication, which xrdp does not know."""
    directory = lab.host_directory(host)
    pki = lab.prepared / "pki"
    text = pathlib.Path("/etc/xrdp/xrdp.ini").read_text()
    settings = {
        "port": f"tcp6://:{port}",
        "certificate": f"{pki}/self-signed.crt",
        "key_file": f"{pki}/self-signed.key",
    }
    settings |= {"security_layer": security, "LogFile": f"{directory}/xrdp-server.log", "EnableSyslog": "false"}
    lines = []
    for line in text.splitlines():
        key = line.partition("=")[0].strip()
        lines.append(f"{key}={settings[key]}" if key in settings else line)
    config = written(directory, "xrdp.ini", "\n".join(lines) + "\n")
    arguments = ["/usr/sbin/xrdp", "--nodaemon", "--config", config]
    lab.processes.start(host, "xrdp", arguments, prepare="mkdir -p /run/xrdp/sockdir")
    return [("tcp", port)]


def screen(lab, host):
    """A display without a screen. Its socket is an abstract one, which belongs to the namespace."""
    number = lab.hosts[host]["number"]
    arguments = [
        "/usr/bin/Xvfb",
        f":{number}",
        "-screen",
        "0",
        "640x480x24",
        "-nolock",
        "-noreset",
        "-ac",
        "-nolisten",
        "unix",
        "-nolisten",
        "tcp",
    ]
    lab.processes.start(host, "xvfb", arguments)
    return f":{number}"


@service
def freerdp(lab, host, port=3389):
    """Remote desktop with network level authentication (CredSSP)."""
    directory = lab.host_directory(host)
    display = screen(lab, host)
    sam = written(directory, "sam", "labor:::8846f7eaee8fb117ad06bdd830b7586c:::\n")
    arguments = [f"/port:{port}", f"/sam-file:{sam}", "/sec:nla", "+auth"]
    wait = f"for i in $(seq 100); do grep -q ' 00010000 .*@/tmp/.X11-unix/X{display[1:]}$' /proc/net/unix && break; sleep 0.05; done"
    lab.processes.start(
        host,
        "freerdp-shadow",
        ["/usr/bin/freerdp-shadow-cli", *arguments],
        environment={"DISPLAY": display},
        prepare=wait,
    )
    return [("tcp", port)]


@service
def vnc(lab, host, port=5900, password=False):
    """Screen sharing of TigerVNC; without a password, or with one."""
    directory = lab.host_directory(host)
    number = lab.hosts[host]["number"]
    options = [
        "-rfbport",
        port,
        "-geometry",
        "640x480",
        "-nolock",
        "-noreset",
        "-ac",
        "-nolisten",
        "unix",
        "-nolisten",
        "tcp",
    ]
    if password:
        file = directory / "vnc-password"
        file.write_bytes(bytes.fromhex("dbd83cfd727a1458"))
        options += ["-SecurityTypes", "VncAuth", "-PasswordFile", file]
    else:
        options += ["-SecurityTypes", "None", "-AcceptSetDesktopSize=0"]
    lab.processes.start(host, "xvnc", ["/usr/bin/Xvnc", f":{number}", *options])
    return [("tcp", port)]


@service
def cups(lab, host, port=631):
    """Print server with its pages open to everybody, and without a printer."""
    directory = lab.host_directory(host) / "cups"
    for name in ("state", "requests", "cache", "tmp"):
        (directory / name).mkdir(parents=True)
    written(
        directory,
        "cupsd.conf",
        f"Listen 0.0.0.0:{port}\nListen [::]:{port}\nListen {directory}/socket\nLogLevel warn\nBrowsing No\nServerAlias *\n"
        "DefaultEncryption Never\nWebInterface Yes\nServerTokens Full\n"
        "<Location />\nOrder allow,deny\nAllow all\n</Location>\n<Location /admin>\nRequire user nobody\n</Location>\n",
    )
    files = written(
        directory,
        "cups-files.conf",
        f"ServerRoot {directory}\nStateDir {directory}/state\nRequestRoot {directory}/requests\nCacheDir {directory}/cache\n"
        f"TempDir {directory}/tmp\nAccessLog {directory}/access.log\nErrorLog stderr\nPageLog {directory}/page.log\n"
        "DocumentRoot /usr/share/cups/doc-root\nUser nobody\nGroup nogroup\nSystemGroup root\n",
    )
    lab.processes.start(host, "cupsd", ["/usr/sbin/cupsd", "-f", "-c", directory / "cupsd.conf", "-s", files])
    return [("tcp", port)]


@service
def mosquitto(lab, host, port=1883):
    """MQTT broker that lets anybody in."""
    config = written(
        lab.host_directory(host), "mosquitto.conf", f"listener {port}\nallow_anonymous true\npersistence false\n"
    )
    lab.processes.start(host, "mosquitto", ["/usr/sbin/mosquitto", "-c", config])
    return [("tcp", port)]


@service
def dovecot(lab, host):
    """Mailboxes: IMAP and POP3, plain with STARTTLS and inside TLS."""
    directory = lab.host_directory(host) / "mail"
    directory.mkdir()
    pki = lab.prepared / "pki"
    config = written(
        directory,
        "dovecot.conf",
        f"base_dir = {directory}/run\nstate_dir = {directory}/run\ninstance_name = labor\nprotocols = imap pop3\nlisten = *, ::\n"
        f"ssl = yes\nssl_cert = <{pki}/good-rsa.chain\nssl_key = <{pki}/good-rsa.key\nlog_path = /dev/stderr\n"
        f"disable_plaintext_auth = yes\nmail_location = maildir:{directory}/%u\ndefault_internal_user = nobody\n"
        "default_internal_group = nogroup\ndefault_login_user = nobody\n"
        f"passdb {{\n driver = static\n args = password=labor\n}}\nuserdb {{\n driver = static\n args = uid=65534 gid=65534 home={directory}\n}}\n",
    )
    lab.processes.start(host, "dovecot", ["/usr/sbin/dovecot", "-F", "-c", config])
    return [("tcp", port) for port in (110, 143, 993, 995)]


@service
def rsync(lab, host, port=873):
    """Lists and gives out its module to anybody."""
    directory = lab.host_directory(host)
    share = directory / "rsync"
    share.mkdir()
    config = written(
        directory,
        "rsyncd.conf",
        f"use chroot = no\nuid = nobody\ngid = nogroup\n[tresor-2017]\npath = {share}\nread only = yes\n",
    )
    arguments = [
        "/usr/bin/rsync",
        "--daemon",
        "--no-detach",
        f"--config={config}",
        f"--port={port}",
        "--log-file=/dev/stderr",
    ]
    lab.processes.start(host, "rsync", arguments)
    return [("tcp", port)]


@service
def tftp(lab, host):
    directory = lab.host_directory(host) / "tftp"
    directory.mkdir()
    written(directory, "telefon.cfg", "# Labor\n")
    arguments = [
        "/usr/sbin/in.tftpd",
        "--foreground",
        "--listen",
        "--address",
        ":69",
        "--user",
        "nobody",
        "--secure",
        directory,
    ]
    lab.processes.start(host, "tftpd", arguments)
    return [("udp", 69)]


@service
def radvd(lab, host):
    """Announces the router's networks over IPv6."""
    blocks = "".join(
        f"interface {bridge} {{ AdvSendAdvert on; MinRtrAdvInterval 30; MaxRtrAdvInterval 60; prefix {v6}::/64 {{ AdvAutonomous off; }}; }};\n"
        for bridge, (_, v6) in lab.network.bridges().items()
        if bridge != "internet"
    )
    directory = lab.host_directory(host)
    config = written(directory, "radvd.conf", blocks)
    config.chmod(0o644)
    lab.processes.start(
        host, "radvd", ["/usr/sbin/radvd", "-n", "-m", "stderr", "-C", config, "-p", directory / "radvd.pid"]
    )
    return []


@service
def printer_guard(lab, host):
    """Counts and writes down every packet to the ports where a printer would print it. Must stay empty."""
    ports = "515, 9100-9107, 9112-9116"
    lab.network.apply_rules(
        host,
        "table inet guard {\n  counter forbidden { }\n  chain input {\n    type filter hook input priority filter;\n"
        f"    meta l4proto {{ tcp, udp }} th dport {{ {ports} }} counter name forbidden\n  }}\n}}\n",
    )
    lab.recorders.append(
        {"host": host, "namespace": f"{lab.prefix}{host}", "log": str(lab.host_directory(host) / "forbidden-packets")}
    )
    return []
