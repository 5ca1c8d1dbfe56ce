//! Every fact that Visite knows, declared once.
//!
//! Facts say what was seen, never whether it is good: "too old" and "insecure" are the catalogue's business.
//! Nothing here holds contents, names or paths of files of users, arguments of programs, titles of windows,
//! names of print jobs or hashes of passwords, and nothing of the kind may be added.

use crate::words;
use jiff::Timestamp;

words! {
    /// Family of an operating system.
    pub enum OsFamily {
        /// Linux.
        Linux = "linux",
        /// Microsoft Windows.
        Windows = "windows",
        /// Apple macOS.
        Macos = "macos",
    }
}
words! {
    /// What kind of machine runs the system.
    pub enum MachineKind {
        /// A machine of its own.
        Physical = "physical",
        /// A virtual machine.
        Virtual = "virtual",
        /// A container that shares the kernel of its host.
        Container = "container",
    }
}
words! {
    /// The program that installs packages.
    pub enum PackageManager {
        /// Debian, Ubuntu, Linux Mint.
        Apt = "apt",
        /// Fedora, Red Hat, Alma, Rocky.
        Dnf = "dnf",
        /// openSUSE and SUSE Linux Enterprise.
        Zypper = "zypper",
        /// Windows.
        WindowsUpdate = "windows-update",
    }
}
words! {
    /// State of an installed package.
    pub enum PackageState {
        /// Installed and configured.
        Installed = "installed",
        /// Installation or configuration was interrupted.
        Broken = "broken",
    }
}
words! {
    /// Whom an account is for.
    pub enum AccountKind {
        /// Has user id 0, so it may do everything.
        Root = "root",
        /// Made by the system or for a program.
        System = "system",
        /// Made for people; user ids from `UID_MIN` of `/etc/login.defs` on.
        Person = "person",
    }
}
words! {
    /// Whether an account has a password. The password itself and its hash are never read into a fact.
    pub enum PasswordState {
        /// Empty: anyone may log in without typing one.
        None = "none",
        /// Set.
        Set = "set",
        /// Login with a password is impossible.
        Locked = "locked",
    }
}
words! {
    /// Whom a sudo rule is for.
    pub enum SudoSubject {
        /// One account.
        User = "user",
        /// A group of accounts.
        Group = "group",
        /// Every account (`ALL`).
        Everyone = "everyone",
        /// A network group or something else that cannot be resolved here.
        Unresolved = "unresolved",
    }
}
words! {
    /// The desktop whose screen lock is described.
    pub enum Desktop {
        /// GNOME and its relatives that use `org.gnome.desktop.screensaver`.
        Gnome = "gnome",
        /// Cinnamon.
        Cinnamon = "cinnamon",
        /// MATE.
        Mate = "mate",
        /// KDE Plasma.
        Kde = "kde",
        /// Xfce.
        Xfce = "xfce",
        /// LXQt or LXDE.
        Lxqt = "lxqt",
        /// Sway or another Wayland compositor with swayidle.
        Sway = "sway",
        /// A plain X session with xautolock, xscreensaver or light-locker.
        X11 = "x11",
        /// Windows.
        Windows = "windows",
    }
}
words! {
    /// What the system does by itself when nobody has used it for a while (logind `IdleAction=`).
    pub enum IdleAction {
        /// Nothing.
        Ignore = "ignore",
        /// Lock the sessions.
        Lock = "lock",
        /// Suspend or hibernate; whether that locks depends on the desktop.
        Sleep = "sleep",
        /// Switch off.
        Poweroff = "poweroff",
    }
}
words! {
    /// What Windows asks an administrator for before a program gets all rights (UAC).
    pub enum ElevationPrompt {
        /// Nothing: the program gets them without a question.
        Nothing = "nothing",
        /// Agreeing with a click.
        Consent = "consent",
        /// The password.
        Password = "password",
    }
}
words! {
    /// Whom an installed program is there for.
    pub enum ProgramScope {
        /// Everybody who uses the computer.
        Machine = "machine",
        /// One person, who installed it without an administrator.
        Person = "person",
    }
}
words! {
    /// The packet filter that is loaded in the kernel.
    pub enum FirewallBackend {
        /// nftables, also when filled through `iptables-nft`.
        Nftables = "nftables",
        /// The older iptables tables.
        Iptables = "iptables",
        /// No rule at all is loaded.
        None = "none",
    }
}
words! {
    /// What happens to an incoming connection that no rule names.
    pub enum DefaultAction {
        /// It is let in.
        Accept = "accept",
        /// It is dropped or rejected.
        Block = "block",
    }
}
words! {
    /// Version of the Internet Protocol.
    pub enum IpFamily {
        /// IPv4.
        Ipv4 = "ipv4",
        /// IPv6.
        Ipv6 = "ipv6",
        /// Both.
        Both = "both",
    }
}
words! {
    /// Transport protocol of a rule or socket.
    pub enum Transport {
        /// TCP.
        Tcp = "tcp",
        /// UDP.
        Udp = "udp",
        /// Any protocol.
        Any = "any",
    }
}
words! {
    /// From how far away a listening socket can be addressed, going by its address alone (not by the firewall).
    pub enum Reach {
        /// From this computer only.
        Loopback = "loopback",
        /// From the local network.
        Lan = "lan",
        /// From the internet: the socket listens on a public address.
        World = "world",
    }
}
words! {
    /// The kind of room a device stands in; decides how soon its screen has to lock.
    pub enum Room {
        /// Patients are treated or examined here.
        Treatment = "treatment",
        /// Reception and waiting room.
        Reception = "reception",
        /// Office, closed to patients.
        Office = "office",
        /// Server room or cabinet.
        Server = "server",
        /// At home or on the way.
        Mobile = "mobile",
    }
}

words! {
    /// What a device is. Decides how carefully it is treated.
    pub enum DeviceClass {
        /// A computer people work at.
        Workplace = "workplace",
        /// A server, except that of the practice software.
        Server = "server",
        /// The server of the practice software (PVS).
        PvsServer = "pvs_server",
        /// A medical device.
        MedicalDevice = "medical_device",
        /// A computer that belongs to a medical device.
        DeviceConsole = "device_console",
        /// A printer, scanner or copier.
        Printer = "printer",
        /// A telephone, or the telephone system.
        Telephone = "telephone",
        /// A router, switch, firewall or access point.
        NetworkDevice = "network_device",
        /// A connector or gateway of the telematics infrastructure.
        Connector = "connector",
        /// A card terminal of the telematics infrastructure.
        CardTerminal = "card_terminal",
        /// Network storage (NAS).
        Nas = "nas",
        /// A control of a building or a machine, or an adapter for serial lines.
        Controller = "controller",
        /// A camera.
        Camera = "camera",
        /// A smartphone, tablet or other device that is carried around.
        Mobile = "mobile",
        /// Something else.
        Other = "other",
    }
}
words! {
    /// A service that listens in a network, by the protocol it speaks. `catalog/services.yaml` describes each.
    pub enum NetworkService {
        /// Hypertext (RFC 9110), also inside TLS.
        Http = "http",
        /// TLS (RFC 8446), where the service inside could not be told.
        Tls = "tls",
        /// Secure Shell (RFC 4253).
        Ssh = "ssh",
        /// Windows file sharing (MS-SMB, MS-SMB2).
        Smb = "smb",
        /// Windows Remote Desktop (MS-RDPBCGR).
        Rdp = "rdp",
        /// Remote frame buffer, VNC (RFC 6143).
        Vnc = "vnc",
        /// Telnet (RFC 854).
        Telnet = "telnet",
        /// File transfer (RFC 959).
        Ftp = "ftp",
        /// Trivial file transfer (RFC 1350).
        Tftp = "tftp",
        /// Network management (RFC 3411).
        Snmp = "snmp",
        /// Directory access (RFC 4511).
        Ldap = "ldap",
        /// Kerberos (RFC 4120).
        Kerberos = "kerberos",
        /// Network time (RFC 5905).
        Ntp = "ntp",
        /// Domain names (RFC 1035).
        Dns = "dns",
        /// Multicast DNS (RFC 6762).
        Mdns = "mdns",
        /// Link-local multicast name resolution (RFC 4795).
        Llmnr = "llmnr",
        /// Simple service discovery of UPnP.
        Ssdp = "ssdp",
        /// Telephony (RFC 3261).
        Sip = "sip",
        /// Internet printing (RFC 8011).
        Ipp = "ipp",
        /// Messages of things (MQTT 3.1.1 and 5).
        Mqtt = "mqtt",
        /// Video streams (RFC 7826).
        Rtsp = "rtsp",
        /// Modbus over TCP.
        Modbus = "modbus",
        /// NetBIOS names and sessions (RFC 1002).
        Netbios = "netbios",
        /// Windows remote procedure calls (MS-RPCE).
        Msrpc = "msrpc",
        /// Sun remote procedure calls (RFC 1833).
        Rpcbind = "rpcbind",
        /// Remote management of a server's hardware (IPMI 2.0).
        Ipmi = "ipmi",
        /// File synchronisation (rsync daemon).
        Rsync = "rsync",
        /// X Window System.
        X11 = "x11",
        /// Microsoft SQL Server (MS-TDS).
        Mssql = "mssql",
        /// PostgreSQL.
        Postgresql = "postgresql",
        /// MySQL and MariaDB.
        Mysql = "mysql",
        /// MongoDB.
        Mongodb = "mongodb",
        /// Redis.
        Redis = "redis",
        /// Elasticsearch and OpenSearch.
        Elasticsearch = "elasticsearch",
        /// Firebird.
        Firebird = "firebird",
        /// Oracle Database (TNS).
        Oracle = "oracle",
        /// Images of medical devices (DICOM PS3.8).
        Dicom = "dicom",
        /// Messages of medical systems (HL7 v2 over MLLP).
        Mllp = "mllp",
        /// Service directory of a connector of the telematics infrastructure (gemSpec_Kon).
        Konnektor = "konnektor",
        /// Card terminal (SICCT).
        Sicct = "sicct",
        /// Medical resources over HTTP (HL7 FHIR).
        Fhir = "fhir",
        /// Mail transfer (RFC 5321).
        Smtp = "smtp",
        /// Mailboxes (RFC 9051).
        Imap = "imap",
        /// Mailboxes (RFC 1939).
        Pop3 = "pop3",
    }
}
words! {
    /// Whether an SMB server insists on signed messages (MS-SMB2 2.2.4).
    pub enum SmbSigning {
        /// Messages may go unsigned.
        Optional = "optional",
        /// Only signed messages are taken.
        Required = "required",
    }
}
words! {
    /// What a network zone is for.
    pub enum ZoneKind {
        /// Servers.
        Server = "server",
        /// Administration and reception.
        Office = "office",
        /// Rooms in which patients are treated.
        Treatment = "treatment",
        /// Medical devices and their consoles.
        Medical = "medical",
        /// Telematics infrastructure: connector and card terminals.
        Telematics = "telematics",
        /// Telephones.
        Telephony = "telephony",
        /// Patients and visitors. Its devices are counted, nothing about them is kept.
        Guest = "guest",
        /// Management of network devices.
        Management = "management",
        /// Printers, cameras, building control.
        Peripherals = "peripherals",
    }
}

crate::facts! {
    /// The operating system of a computer.
    "host.os" => struct OperatingSystem {
        /// Family: Linux, Windows or macOS.
        Technical family: OsFamily,
        /// Short name of the product, e.g. `debian` (`ID` of os-release(5)).
        Technical id: String,
        /// Name for people, e.g. `Debian GNU/Linux 12 (bookworm)`.
        Technical name: String,
        /// Version of the product, e.g. `12` or `22.04` (`VERSION_ID` of os-release(5)).
        Technical version: String,
        /// Edition, e.g. `server` or `workstation` (`VARIANT_ID` of os-release(5)).
        Technical edition: String,
        /// Release of the running kernel, as `uname -r` prints it.
        Technical kernel: String,
        /// Processor architecture, e.g. `x86_64`.
        Technical architecture: String,
        /// When the system was started last.
        Technical boot_time: Timestamp,
        /// Name of the computer in the network. May contain a person's name.
        Personal host_name: String,
        /// Physical, virtual, or a container.
        Technical machine_kind: MachineKind,
        /// Whether systemd is process 1.
        Technical systemd: bool,
        /// Whether a graphical desktop is installed.
        Technical desktop_installed: bool,
    }

    /// How long the maker of the operating system supplies security updates. Compared with the clock by assess;
    /// the dates come from `catalog/lifecycles/`.
    "host.support", derived => struct OsSupport {
        /// Product and version as the lifecycle names them, e.g. `Debian 12`.
        Technical product: String,
        /// Last day with security updates.
        Technical ends_at: Timestamp,
        /// Days until then; negative after it.
        Technical days_left: i64,
        /// Whether that day is over.
        Technical ended: bool,
    }

    /// State of updates of the operating system and its packages.
    "host.updates" => struct Updates {
        /// The program that installs packages.
        Technical package_manager: PackageManager,
        /// How many packages have a newer version in the configured sources.
        Technical pending: i64,
        /// How many of them come from a security source.
        Technical security_pending: i64,
        /// When the list of available packages was fetched last, as far as that can be told; it may have been later.
        Technical index_refreshed_at: Timestamp,
        /// When packages were last installed or upgraded.
        Technical last_success_at: Timestamp,
        /// Whether security updates are set to install by themselves.
        Technical automatic_enabled: bool,
        /// Whether the service or timer that does this is active.
        Technical automatic_running: bool,
        /// When automatic installation ran last.
        Technical automatic_last_run_at: Timestamp,
        /// What installs updates by itself, e.g. `unattended-upgrades` or `dnf-automatic`; absent if nothing does.
        Technical automatic_mechanism: String,
        /// Whether installed updates wait for a restart.
        Technical reboot_needed: bool,
    }

    /// Packages installed by the package manager.
    "host.packages" each name in Linux => struct Package {
        /// Name, with `:arch` where two architectures of it are installed, and with the version where several
        /// versions of it are (kernels under rpm).
        Technical name: String,
        /// Version in the package manager's own notation.
        Technical version: String,
        /// Architecture.
        Technical architecture: String,
        /// Name of the source package it was built from.
        Technical source: String,
        /// Version of the source package.
        Technical source_version: String,
        /// Installed, or left half-way.
        Technical state: PackageState,
        /// Whether an administrator has excluded it from updates.
        Technical held: bool,
    }

    /// Local accounts.
    "host.accounts" each name => struct Account {
        /// Login name.
        Personal name: String,
        /// Numeric user id.
        Technical uid: i64,
        /// Whom it is for.
        Technical kind: AccountKind,
        /// Login program, e.g. `/bin/bash`.
        Technical shell: String,
        /// Whether its login program allows a session and the account has not expired.
        Technical login_allowed: bool,
        /// Whether it has a password.
        Technical password: PasswordState,
        /// When the password was changed last (day, UTC).
        Technical password_changed_at: Timestamp,
        /// Whether the password is valid forever.
        Technical password_never_expires: bool,
        /// Days after which the password must be changed; only where it expires.
        Technical password_max_age_days: i64,
        /// Whether the account ends on a fixed day.
        Technical account_expires: bool,
        /// Names of the groups it belongs to, sorted.
        Technical groups: Vec<String>,
        /// Whether it may do everything: user id 0, an administrators' group, or a sudo rule for all commands.
        Technical administrator: bool,
    }

    /// Local groups.
    "host.groups" each name => struct Group {
        /// Name.
        Technical name: String,
        /// Numeric group id.
        Technical gid: i64,
        /// Login names of its members, sorted, including those whose primary group it is.
        Personal members: Vec<String>,
    }

    /// Rules that let accounts run commands as another account (sudo).
    "host.sudo_rules" each rule in Linux => struct SudoRule {
        /// File below `/etc` and number of the rule in it, e.g. `sudoers.d/praxis#1`.
        Technical rule: String,
        /// Whom it is for.
        Technical subject_kind: SudoSubject,
        /// Name of the account or group.
        Personal subject: String,
        /// Whether it allows every command.
        Technical all_commands: bool,
        /// Whether it allows acting as root.
        Technical as_root: bool,
        /// Whether sudo asks for a password.
        Technical password_required: bool,
        /// Whether the password asked for is that of the account acted as, or root's, not the caller's own
        /// (`targetpw`, `rootpw`, `runaspw`). Then the rule gives nothing to those who do not know it already.
        Technical target_password: bool,
    }

    /// Rules for passwords and failed logins.
    "host.password_policy" => struct PasswordPolicy {
        /// Whether the quality of a new password is checked (pam_pwquality, pam_passwdqc or pam_cracklib).
        Technical quality_checked: bool,
        /// Shortest password accepted, in characters.
        Technical min_length: i64,
        /// How many earlier passwords may not be used again; 0 for none.
        Technical remembered: i64,
        /// Method in which new passwords are stored, lower case: `yescrypt`, `sha512`, `md5`, `des` ...
        Technical hash_method: String,
        /// Whether an account is blocked for a while after failed logins (pam_faillock or pam_tally2).
        Technical lockout_enabled: bool,
        /// Failed logins until then.
        Technical lockout_attempts: i64,
        /// Seconds it stays blocked; 0 until an administrator unblocks it.
        Technical lockout_seconds: i64,
    }

    /// Accounts that are logged in at start without being asked.
    "host.autologins" each source => struct Autologin {
        /// The program and the file that say so, e.g. `gdm3/daemon.conf`.
        Technical source: String,
        /// The account.
        Personal user: String,
    }

    /// Screen lock of each person's account as it takes effect, from user setting, system default and policy.
    "host.screen_locks" each session => struct ScreenLock {
        /// Account and desktop, e.g. `anna (gnome)`.
        Personal session: String,
        /// The account.
        Personal user: String,
        /// The desktop.
        Technical desktop: Desktop,
        /// What locks the screen, e.g. `gnome-shell` or `xscreensaver`.
        Technical mechanism: String,
        /// Whether the screen locks by itself when nobody uses the computer.
        Technical lock_enabled: bool,
        /// Seconds without use until the screen is locked, with all delays; only where it locks by itself.
        Technical locks_after_seconds: i64,
        /// Whether a policy keeps the user from switching it off.
        Technical enforced: bool,
        /// Where the values come from: `policy`, `user`, `system` or `default`, joined by `+`.
        Technical source: String,
    }

    /// Text console and shell sessions left alone.
    "host.console" in Linux => struct Console {
        /// Seconds without input after which a shell ends (`TMOUT`); 0 for never.
        Technical shell_timeout_seconds: i64,
        /// Whether users cannot change that (`readonly TMOUT`).
        Technical shell_timeout_enforced: bool,
        /// What logind does with an unused computer.
        Technical idle_action: IdleAction,
        /// Seconds until then.
        Technical idle_action_seconds: i64,
    }

    /// How Windows lets people in, and how it guards what they prove themselves with. Defaults of the installed version count
    /// where nothing is set.
    "host.windows_sign_in" in Windows => struct WindowsSignIn {
        /// Whether programs of an administrator run with few rights until somebody agrees (UAC, `EnableLUA`).
        Technical uac_enabled: bool,
        /// What an administrator is asked for then (`ConsentPromptBehaviorAdmin`).
        Technical uac_asks_for: ElevationPrompt,
        /// Whether the question appears where no other program can press the button (`PromptOnSecureDesktop`).
        Technical uac_secure_desktop: bool,
        /// Whether passwords are also kept in the old, weak form of LAN Manager (`NoLMHash`).
        Technical lan_manager_hash_kept: bool,
        /// Which old proofs are sent and taken, 0 to 5; 5 takes NTLMv2 only (`LmCompatibilityLevel`).
        Technical lan_manager_level: i64,
        /// Whether passwords lie readable in memory for WDigest (`UseLogonCredential`).
        Technical wdigest_keeps_passwords: bool,
        /// Whether the process that knows the passwords is protected from others (`RunAsPPL`).
        Technical lsa_protected: bool,
        /// Whether an account with an empty password may be used over the network (`LimitBlankPasswordUse`).
        Technical empty_password_over_network: bool,
        /// Whether anybody gets the list of accounts without signing in (`RestrictAnonymousSAM`).
        Technical accounts_listed_to_anybody: bool,
        /// How many earlier sign-ins of the domain are kept for when it cannot be reached (`CachedLogonsCount`).
        Technical cached_logons: i64,
        /// Whether the name of whoever signed in last stays hidden (`DontDisplayLastUserName`).
        Technical last_user_hidden: bool,
    }

    /// Sharing of files and printers by Windows (SMB).
    "host.file_sharing" in Windows => struct FileSharing {
        /// Whether the server takes the first version of the protocol.
        Technical smb1_server: bool,
        /// Whether the client speaks the first version of the protocol.
        Technical smb1_client: bool,
        /// Whether the server insists on signed messages.
        Technical server_signing_required: bool,
        /// Whether the client insists on signed messages.
        Technical client_signing_required: bool,
        /// Whether the client goes on as a guest where a server does not ask who it is.
        Technical client_guest_allowed: bool,
        /// Whether anybody may list shares without signing in (`RestrictNullSessAccess` is 0).
        Technical anonymous_shares: bool,
    }

    /// Working at this computer from elsewhere with what Windows brings along.
    "host.remote_desktop" in Windows => struct RemoteDesktop {
        /// Whether Remote Desktop takes connections.
        Technical enabled: bool,
        /// Whether people prove who they are before they get a screen (Network Level Authentication).
        Technical login_first: bool,
        /// Whether connections have to be encrypted with TLS.
        Technical tls_required: bool,
        /// TCP port.
        Technical port: i64,
        /// Whether invitations to help at this computer are possible (Remote Assistance).
        Technical assistance_enabled: bool,
        /// Whether WinRM takes commands from other computers.
        Technical winrm_enabled: bool,
        /// Whether WinRM takes passwords without encryption.
        Technical winrm_unencrypted: bool,
    }

    /// How Windows asks its neighbours for names that no server knows. Anybody in the network can answer.
    "host.name_resolution" in Windows => struct NameResolution {
        /// Whether it asks by LLMNR.
        Technical llmnr: bool,
        /// Whether it asks by multicast DNS.
        Technical multicast_dns: bool,
        /// How many network connections ask by NetBIOS.
        Technical netbios_connections: i64,
    }

    /// What happens when a medium is plugged in, and what PowerShell notes and allows.
    "host.windows_execution" in Windows => struct WindowsExecution {
        /// Whether programs on media start by themselves (`NoDriveTypeAutoRun` leaves kinds of drives out).
        Technical autorun: bool,
        /// Whether storage on USB can be used (`USBSTOR`, or a policy against it).
        Technical usb_storage_usable: bool,
        /// Whether PowerShell notes what scripts do (script block logging).
        Technical powershell_logged: bool,
        /// Whether PowerShell 2.0 is installed, which notes nothing.
        Technical powershell_2_installed: bool,
        /// Whether scripts run that nobody signed, wherever they come from (`Unrestricted`, `Bypass`).
        Technical powershell_unrestricted: bool,
        /// Whether old scripts of the Windows Script Host run (`.vbs`, `.js`).
        Technical script_host_enabled: bool,
    }

    /// Firewall of Windows, for each kind of network.
    "host.firewall_profiles" each profile in Windows => struct FirewallProfile {
        /// `domain`, `private` or `public`.
        Technical profile: String,
        /// Whether it is on.
        Technical enabled: bool,
        /// What happens to an incoming connection that no rule names.
        Technical incoming: DefaultAction,
        /// Whether a policy sets it, so that people at the computer cannot switch it off.
        Technical by_policy: bool,
    }

    /// Programs that are installed with an entry of their own, as the list of Windows shows them.
    "host.programs" each program in Windows => struct Program {
        /// Name and version, and for a person's own program its number among those of that name.
        Technical program: String,
        /// Name.
        Technical name: String,
        /// Version in the maker's own notation.
        Technical version: String,
        /// Maker.
        Technical publisher: String,
        /// Whom it is there for.
        Technical scope: ProgramScope,
    }

    /// Protection against malware: the programs that look for it, and what they do.
    "host.malware_protection" => struct MalwareProtection {
        /// Names of the programs that are installed to watch this computer, sorted.
        Technical programs: Vec<String>,
        /// Whether one of them runs.
        Technical running: bool,
        /// Whether one of them looks at files at the moment they are opened.
        Technical real_time: bool,
        /// When the newest signatures were made that a running one knows.
        Technical signatures_at: Timestamp,
    }

    /// Products that have registered with the security centre of Windows as virus protection. Servers have none.
    "host.security_center" each product in Windows => struct SecurityCenterProduct {
        /// Name.
        Technical product: String,
        /// Whether it says that it is on.
        Technical enabled: bool,
        /// Whether it says that its signatures are current.
        Technical current: bool,
    }

    /// How Microsoft Defender Antivirus is set, which every Windows has.
    "host.defender" in Windows => struct Defender {
        /// Whether it protects this computer; another product puts it to rest.
        Technical active: bool,
        /// Whether malware and people are kept from changing its settings (tamper protection).
        Technical tamper_protected: bool,
        /// Whether it asks Microsoft about files that it does not know (cloud-delivered protection).
        Technical cloud_protection: bool,
        /// Whether it stops programs that are unwanted though not harmful themselves.
        Technical unwanted_programs_blocked: bool,
        /// Whether it checks files that are downloaded and attachments.
        Technical downloads_checked: bool,
        /// What is left out and covers much: whole drives, folders of Windows and of all programs or people, and endings of
        /// programs. Other exclusions are not kept.
        Technical broad_exclusions: Vec<String>,
        /// How many rules that reduce the attack surface block (not only note).
        Technical attack_surface_rules: i64,
    }

    /// Fixed volumes and whether what lies on them is encrypted.
    "host.disk_encryption" each volume in Windows => struct DiskEncryption {
        /// Drive letter, e.g. `C:`, or where it is mounted.
        Technical volume: String,
        /// Whether the operating system lies on it.
        Technical system: bool,
        /// Whether all of it is encrypted.
        Technical encrypted: bool,
        /// Whether the key is protected: while protection is suspended it lies readable on the volume itself.
        Technical key_protected: bool,
    }

    /// What guards the start of the computer and the secrets in its memory.
    "host.platform_security" in Windows => struct PlatformSecurity {
        /// Whether only signed systems start (Secure Boot).
        Technical secure_boot: bool,
        /// Whether a TPM is there and ready.
        Technical tpm_ready: bool,
        /// Whether the keys of sign-ins are kept apart from the system (Credential Guard).
        Technical credential_guard: bool,
        /// Whether only verified code runs in the kernel (memory integrity, HVCI).
        Technical memory_integrity: bool,
    }

    /// How Windows fetches updates.
    "host.windows_update" in Windows => struct WindowsUpdate {
        /// Whether the service that installs updates is switched off.
        Technical service_disabled: bool,
        /// Whether a policy forbids it to install by itself (`NoAutoUpdate`, or only telling).
        Technical automatic_forbidden: bool,
        /// Whether somebody has paused updates, and the pause is not over.
        Technical paused: bool,
        /// Days by which security updates are held back by a policy.
        Technical deferred_days: i64,
        /// Whether they come from a server of one's own over an unencrypted connection (WSUS by `http://`).
        Technical server_unencrypted: bool,
        /// Whether updates of other products of Microsoft come along.
        Technical other_products: bool,
    }

    /// Logs of Windows and how much they can hold.
    "host.event_logs" each log in Windows => struct EventLog {
        /// `Application`, `Security` or `System`.
        Technical log: String,
        /// Largest size in KiB; the oldest entries go when it is reached.
        Technical max_kib: i64,
    }

    /// How the clock of the computer is set.
    "host.time_synchronisation" in Windows => struct TimeSynchronisation {
        /// Whether it is set by itself.
        Technical enabled: bool,
        /// Where the time comes from: `domain`, or names of servers joined by a space.
        Technical source: String,
    }

    /// How printers and packages are installed.
    "host.windows_installation" in Windows => struct WindowsInstallation {
        /// Whether packages of anybody are installed with all rights (`AlwaysInstallElevated`).
        Technical installer_elevated: bool,
        /// Whether anybody may install drivers of printers (Point and Print).
        Technical printer_drivers_by_anybody: bool,
        /// Whether Windows warns of unknown programs from the internet (SmartScreen).
        Technical smartscreen: bool,
    }

    /// Backups of this computer that it makes itself. What another computer fetches from it is not seen here.
    "host.backup" => struct Backup {
        /// Names of the backup programs that are installed or have left their notes here, sorted.
        Technical programs: Vec<String>,
        /// When one of them last finished a backup, by the notes that it keeps on this computer.
        Technical last_success_at: Timestamp,
    }

    /// The packet filter as it is loaded in the kernel, not as some program says it is configured.
    "host.firewall" in Linux => struct Firewall {
        /// Which packet filter is loaded.
        Technical backend: FirewallBackend,
        /// What fills it, e.g. `ufw` or `firewalld`; absent if nobody claims to.
        Technical manager: String,
        /// Whether any rule or policy limits what may come in.
        Technical filters_input: bool,
        /// What happens to an incoming IPv4 connection that no rule names.
        Technical ipv4_default: DefaultAction,
        /// What happens to an incoming IPv6 connection that no rule names.
        Technical ipv6_default: DefaultAction,
        /// Whether the computer has an IPv6 address beyond loopback.
        Technical ipv6_active: bool,
        /// How many rules the input path has.
        Technical rules: i64,
    }

    /// What the packet filter lets in from other computers, a default of `accept` included: a port can be reached if
    /// and only if an opening covers it.
    "host.firewall_openings" each rule => struct FirewallOpening {
        /// Where the rule stands: table, chain and number, e.g. `inet filter input #7`; for a default
        /// `inet filter input policy`, or `no rule` where none is loaded.
        Technical rule: String,
        /// IPv4, IPv6 or both.
        Technical family: IpFamily,
        /// Transport protocol.
        Technical transport: Transport,
        /// First port; 0 if all ports are open.
        Technical first_port: i64,
        /// Last port; 65535 if all ports are open.
        Technical last_port: i64,
        /// Whether only certain addresses may use it.
        Technical source_restricted: bool,
        /// Network interface it is limited to; absent if none.
        Technical interface: String,
    }

    /// Sockets on which programs wait for connections or datagrams.
    "host.listening_sockets" each socket => struct ListeningSocket {
        /// Protocol, address and port, e.g. `tcp 0.0.0.0:22`.
        Technical socket: String,
        /// TCP or UDP.
        Technical transport: Transport,
        /// IPv4, IPv6, or both for an IPv6 socket that also takes IPv4.
        Technical family: IpFamily,
        /// Address it listens on.
        Technical address: String,
        /// Port.
        Technical port: i64,
        /// From how far away the address can be reached.
        Technical reach: Reach,
        /// File name of the program, never its arguments.
        Technical process: String,
        /// Account it runs under.
        Personal user: String,
    }

    /// Listening sockets that other computers can really reach: address and packet filter taken together.
    "host.reachable_services" each socket, derived => struct ReachableService {
        /// Protocol, address and port.
        Technical socket: String,
        /// TCP or UDP.
        Technical transport: Transport,
        /// IPv4, IPv6 or both.
        Technical family: IpFamily,
        /// Port.
        Technical port: i64,
        /// From how far away.
        Technical reach: Reach,
        /// File name of the program.
        Technical process: String,
        /// Whether the packet filter lets other computers in.
        Technical open: bool,
        /// Whether it does so for certain addresses only.
        Technical source_restricted: bool,
    }

    /// Who works on this computer, counted.
    "host.workplace", derived => struct Workplace {
        /// Whether a graphical desktop is installed.
        Technical desktop_installed: bool,
        /// Accounts of people that may log in.
        Technical people: i64,
        /// How many of these are administrators.
        Technical administrators: i64,
    }

    /// The computer's clock beside the server's.
    "host.clock", derived => struct Clock {
        /// By how many seconds it is behind the server's; negative if it is ahead. Known only to a server.
        Technical behind_seconds: i64,
    }

    /// What the practice file and the catalogue say about the place of this computer.
    "host.place", derived => struct Place {
        /// The room it stands in, from the practice file.
        Technical room: Room,
        /// Seconds after which an unused screen should be locked in this room.
        Technical lock_within_seconds: i64,
    }

    /// A device as it shows itself in the network.
    "device.network" => struct DeviceNetwork {
        /// Address at which it was examined.
        Technical address: String,
        /// All its addresses that were seen, sorted.
        Technical addresses: Vec<String>,
        /// Hardware address, `aa:bb:cc:dd:ee:ff`; only from the same network segment.
        Technical mac: String,
        /// To whom the IEEE gave the first part of the hardware address.
        Technical vendor: String,
        /// Names it gives itself or that others know it by, sorted. May contain a person's name.
        Personal names: Vec<String>,
        /// What it is, as far as its answers tell.
        Technical class: DeviceClass,
        /// Operating system or firmware, as far as its answers tell, e.g. `Windows Server 2008 R2`.
        Technical system: String,
        /// Network in which the examining computer stood, e.g. `192.168.10.0/24`.
        Technical seen_from: String,
        /// What was asked of it and from where: network, protocol, address and ports, e.g.
        /// `192.168.10.0/24 > tcp 192.168.10.5 1-1023,3389`.
        Technical asked: Vec<String>,
        /// How many ports were asked.
        Technical asked_ports: i64,
        /// How many of them did not answer at all, so that nothing can be said about them.
        Technical unanswered_ports: i64,
    }

    /// Services of a device over TCP. Complete if all usual ports were asked and each port that was asked gave an answer.
    "device.services" each endpoint => struct DeviceService {
        /// Protocol, address and port, e.g. `tcp 192.168.10.5:445`.
        Technical endpoint: String,
        /// TCP or UDP.
        Technical transport: Transport,
        /// Port.
        Technical port: i64,
        /// The protocol it speaks, told by a dialogue and never by the port.
        Technical service: NetworkService,
        /// Whether it speaks inside TLS from the first byte on.
        Technical encrypted: bool,
        /// Product, as far as its answers tell.
        Technical product: String,
        /// Version of the product, as far as its answers tell.
        Technical version: String,
        /// Vendor of the product, as far as its answers tell.
        Technical vendor: String,
    }

    /// Services of a device over UDP. Complete if every service that can be asked over UDP was asked and gave an answer; a port
    /// that says nothing may be open.
    "device.udp_services" each endpoint => struct DeviceUdpService {
        /// Protocol, address and port, e.g. `udp 192.168.10.5:161`.
        Technical endpoint: String,
        /// Port.
        Technical port: i64,
        /// The protocol it speaks, told by a dialogue and never by the port.
        Technical service: NetworkService,
        /// Product, as far as its answers tell.
        Technical product: String,
        /// Version of the product, as far as its answers tell.
        Technical version: String,
        /// Vendor of the product, as far as its answers tell.
        Technical vendor: String,
    }

    /// Ways that were seen to be open: from the network of the examining computer to a service.
    "device.ways" each way => struct DeviceWay {
        /// From where to what, e.g. `192.168.30.0/24 > tcp 192.168.10.5:445`.
        Technical way: String,
        /// Network of the examining computer.
        Technical from_network: String,
        /// The service's protocol, address and port.
        Technical endpoint: String,
        /// Address.
        Technical address: String,
        /// TCP or UDP.
        Technical transport: Transport,
        /// Port.
        Technical port: i64,
        /// The protocol it speaks.
        Technical service: NetworkService,
        /// Whether the service is a page or a protocol for managing the device.
        Technical management: bool,
    }

    /// Services that speak TLS, at once or after asking for it (STARTTLS).
    "device.tls" each endpoint => struct DeviceTls {
        /// Protocol, address and port.
        Technical endpoint: String,
        /// The service inside, as far as it could be told.
        Technical service: NetworkService,
        /// Whether the connection begins unencrypted and changes over (STARTTLS).
        Technical starttls: bool,
        /// Versions it accepts, oldest first: `ssl3`, `tls1.0`, `tls1.1`, `tls1.2`, `tls1.3`.
        Technical versions: Vec<String>,
        /// Kinds of cipher suites it accepts: `null`, `anonymous`, `export`, `rc4`, `des`, `3des`, `cbc`, `aead`.
        Technical cipher_kinds: Vec<String>,
        /// Whether it asks the client for a certificate.
        Technical client_certificate_requested: bool,
        /// Common name of the certificate. May be a person's or a computer's name.
        Personal certificate_subject: String,
        /// Common name or organisation of its issuer.
        Technical certificate_issuer: String,
        /// Whether issuer and subject are the same.
        Technical certificate_self_signed: bool,
        /// First moment at which it is valid.
        Technical certificate_not_before: Timestamp,
        /// Last moment at which it is valid.
        Technical certificate_not_after: Timestamp,
        /// Kind of its key: `rsa`, `dsa`, `ec`, `ed25519`, `ed448`.
        Technical certificate_key: String,
        /// Length of its key in bits.
        Technical certificate_key_bits: i64,
        /// Hash of its signature: `md5`, `sha1`, `sha256` ...
        Technical certificate_hash: String,
        /// Version of X.509: 1, 2 or 3.
        Technical certificate_version: i64,
    }

    /// SSH servers, by what they offer (RFC 4253, 7.1).
    "device.ssh" each endpoint => struct DeviceSsh {
        /// Protocol, address and port.
        Technical endpoint: String,
        /// Version of the protocol, `2.0` or `1.99`.
        Technical protocol: String,
        /// Methods of key exchange, sorted.
        Technical key_exchanges: Vec<String>,
        /// Kinds of host keys, sorted.
        Technical host_keys: Vec<String>,
        /// Ciphers from server to client, sorted.
        Technical ciphers: Vec<String>,
        /// Message authentication codes from server to client, sorted.
        Technical macs: Vec<String>,
    }

    /// Windows file sharing.
    "device.smb" each endpoint => struct DeviceSmb {
        /// Protocol, address and port.
        Technical endpoint: String,
        /// Dialects it accepts: `1.0`, `2.0.2`, `2.1`, `3.0`, `3.0.2`, `3.1.1`.
        Technical dialects: Vec<String>,
        /// Whether it accepts SMB 1.
        Technical smb1: bool,
        /// Whether it insists on signed messages.
        Technical signing: SmbSigning,
        /// Whether it opens a session as guest for a name that does not exist. Asked only with consent.
        Technical guest_session: bool,
        /// Whether it opens a session without any name. Asked only with consent.
        Technical null_session: bool,
        /// How many file shares such a session may open. Asked only with consent.
        Technical open_shares: i64,
    }

    /// Remote desktops (MS-RDPBCGR 2.2.1.2).
    "device.rdp" each endpoint => struct DeviceRdp {
        /// Protocol, address and port.
        Technical endpoint: String,
        /// Whether it insists on a login before the desktop is shown (network level authentication).
        Technical nla_required: bool,
        /// Whether it accepts the old encryption of RDP itself, without TLS.
        Technical rdp_security: bool,
    }

    /// Screen sharing with VNC (RFC 6143, 7.1.2).
    "device.vnc" each endpoint => struct DeviceVnc {
        /// Protocol, address and port.
        Technical endpoint: String,
        /// Version of the protocol, e.g. `3.8`.
        Technical protocol: String,
        /// Whether it shows its screen without a password.
        Technical without_password: bool,
        /// Whether it offers a kind of connection that is encrypted.
        Technical encrypted: bool,
    }

    /// File transfer.
    "device.ftp" each endpoint => struct DeviceFtp {
        /// Protocol, address and port.
        Technical endpoint: String,
        /// Whether it lets in the user `anonymous`. Asked only with consent.
        Technical anonymous: bool,
        /// Whether it can change over to TLS.
        Technical tls_offered: bool,
    }

    /// Directories.
    "device.ldap" each endpoint => struct DeviceLdap {
        /// Protocol, address and port.
        Technical endpoint: String,
        /// Whether it is a domain controller of Active Directory.
        Technical domain_controller: bool,
        /// Whether it shows entries of the directory to anybody. Asked only with consent.
        Technical anonymous_read: bool,
    }

    /// Network management. Identified without a community (engine discovery of version 3).
    "device.snmp" each endpoint => struct DeviceSnmp {
        /// Protocol, address and port.
        Technical endpoint: String,
        /// Versions it answers: `1`, `2c`, `3`. The first two are asked only with consent.
        Technical versions: Vec<String>,
        /// Whether it answers to the community `public`. Asked only with consent.
        Technical default_community: bool,
        /// Name of the product in its description, without names of places or people.
        Technical product: String,
    }

    /// Databases.
    "device.databases" each endpoint => struct DeviceDatabase {
        /// Protocol, address and port.
        Technical endpoint: String,
        /// Which one.
        Technical service: NetworkService,
        /// Whether it lets anyone in without a password. Asked only with consent.
        Technical without_password: bool,
        /// Whether it offers encryption.
        Technical tls_offered: bool,
    }

    /// Name servers.
    "device.dns" each endpoint => struct DeviceDns {
        /// Protocol, address and port.
        Technical endpoint: String,
        /// Whether it looks up names of the internet for the examining computer.
        Technical recursive: bool,
        /// Whether it hands out a whole zone.
        Technical zone_transfer: bool,
    }

    /// Brokers for messages of devices (MQTT 3.1.1 and 5).
    "device.mqtt" each endpoint => struct DeviceMqtt {
        /// Protocol, address and port.
        Technical endpoint: String,
        /// Whether it is encrypted.
        Technical encrypted: bool,
        /// Whether it lets anyone in without name and password. Asked only with consent.
        Technical without_password: bool,
    }

    /// Screens that programs of other computers may use (X Window System).
    "device.x11" each endpoint => struct DeviceX11 {
        /// Protocol, address and port.
        Technical endpoint: String,
        /// Whether anybody may open the screen. Asked only with consent.
        Technical open_to_anybody: bool,
    }

    /// Management controllers of computers (IPMI 2.0), by the ways of logging in that they state before any login.
    "device.ipmi" each endpoint => struct DeviceIpmi {
        /// Protocol, address and port.
        Technical endpoint: String,
        /// Whether it offers sessions without any proof of who asks (authentication type `none`).
        Technical without_proof: bool,
        /// Whether there is an account without name and password.
        Technical anonymous: bool,
        /// Whether there are accounts without a name, but with a password.
        Technical without_name: bool,
        /// Whether it offers sessions of version 2.0.
        Technical version_2: bool,
    }

    /// Web servers: pages for people and for programs.
    "device.web" each endpoint => struct DeviceWeb {
        /// Protocol, address and port.
        Technical endpoint: String,
        /// Whether the start page belongs to the management of a device.
        Technical management: bool,
        /// Whether its start page asks for a password.
        Technical password_asked: bool,
        /// Whether it asks for a password without encryption.
        Technical login_unencrypted: bool,
        /// Whether it sends visitors on to an encrypted page.
        Technical redirects_to_tls: bool,
    }

    /// Services of imaging devices and archives (DICOM PS3.8).
    "device.dicom" each endpoint => struct DeviceDicom {
        /// Protocol, address and port.
        Technical endpoint: String,
        /// Whether it is encrypted.
        Technical encrypted: bool,
        /// Whether it accepts an association from and to names (AE titles) that nobody gave it.
        Technical accepts_any_title: bool,
        /// Name of its implementation, as it states it.
        Technical implementation: String,
    }

    /// Listeners for messages of medical systems (HL7 over MLLP).
    "device.mllp" each endpoint => struct DeviceMllp {
        /// Protocol, address and port.
        Technical endpoint: String,
        /// Whether it is encrypted.
        Technical encrypted: bool,
    }

    /// Connectors of the telematics infrastructure (gemSpec_Kon, service directory).
    "device.konnektor" each endpoint => struct DeviceKonnektor {
        /// Protocol, address and port.
        Technical endpoint: String,
        /// Whether the service directory is encrypted.
        Technical encrypted: bool,
        /// Whether it asks the client for a certificate or a password.
        Technical client_authentication: bool,
        /// Vendor, as it states it.
        Technical vendor: String,
        /// Product, as it states it.
        Technical product: String,
        /// Version of the firmware, as it states it.
        Technical firmware: String,
    }

    /// What the practice file says about a device, and what follows from its class.
    "device.place", derived => struct DevicePlace {
        /// Name of the zone in which its address lies.
        Technical zone: String,
        /// What that zone is for.
        Technical zone_kind: ZoneKind,
        /// What the practice says that it is, or else what its answers tell.
        Technical class: DeviceClass,
        /// Whether the practice file names it; known only where the file lists the devices.
        Technical listed: bool,
    }

    /// How long the maker supplies security updates for the system that a device shows. By the catalogue's dates.
    "device.support", derived => struct DeviceSupport {
        /// Product and version as the lifecycle names them.
        Technical product: String,
        /// Last day with security updates.
        Technical ends_at: Timestamp,
        /// Days until then; negative after it.
        Technical days_left: i64,
        /// Whether that day is over.
        Technical ended: bool,
    }

    /// Open ways beside what the practice file allows.
    "device.crossings" each way, derived => struct DeviceCrossing {
        /// From where to what.
        Technical way: String,
        /// The service's protocol, address and port.
        Technical endpoint: String,
        /// Port.
        Technical port: i64,
        /// The protocol it speaks.
        Technical service: NetworkService,
        /// Whether it is for managing the device.
        Technical management: bool,
        /// What the device is.
        Technical class: DeviceClass,
        /// Name of the zone from which it was reached; its network where the practice file names no zone.
        Technical from_zone: String,
        /// What that zone is for.
        Technical from_kind: ZoneKind,
        /// Name of the zone in which it lies.
        Technical to_zone: String,
        /// Whether both lie in the same zone.
        Technical same_zone: bool,
        /// Whether a conduit of the practice file allows it; known only where the file has zones and conduits.
        Technical allowed: bool,
    }

    /// A network segment: who is in it, counted.
    "zone.survey" => struct ZoneSurvey {
        /// The network, e.g. `192.168.10.0/24`.
        Technical network: String,
        /// Devices that answered.
        Technical devices: i64,
        /// Computers people work at.
        Technical workplaces: i64,
        /// Servers and network storage.
        Technical servers: i64,
        /// Medical devices and their consoles.
        Technical medical_devices: i64,
        /// Connectors and card terminals.
        Technical telematics: i64,
        /// Telephones, printers, cameras, controls.
        Technical peripherals: i64,
        /// Phones and tablets.
        Technical mobiles: i64,
        /// Devices whose class could not be told.
        Technical unidentified: i64,
        /// Devices that announce themselves as router over IPv6.
        Technical ipv6_routers: i64,
    }

    /// What the practice file says about a network segment.
    "zone.place", derived => struct ZonePlace {
        /// Name of the zone.
        Technical zone: String,
        /// What it is for.
        Technical kind: ZoneKind,
        /// Different kinds of devices in it that should not meet: office, servers, medical devices, telematics.
        Technical mixed_kinds: i64,
    }
}
