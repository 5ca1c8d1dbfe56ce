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
    "host.packages" each name => struct Package {
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
    "host.sudo_rules" each rule => struct SudoRule {
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
    "host.console" => struct Console {
        /// Seconds without input after which a shell ends (`TMOUT`); 0 for never.
        Technical shell_timeout_seconds: i64,
        /// Whether users cannot change that (`readonly TMOUT`).
        Technical shell_timeout_enforced: bool,
        /// What logind does with an unused computer.
        Technical idle_action: IdleAction,
        /// Seconds until then.
        Technical idle_action_seconds: i64,
    }

    /// The packet filter as it is loaded in the kernel, not as some program says it is configured.
    "host.firewall" => struct Firewall {
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
}
