//! Linux: one module a subject.

use crate::collectors::Collector;

pub mod accounts;
pub mod backup;
pub mod dpkg;
pub mod firewall;
pub mod identity;
pub mod machine_kind;
pub mod malware_protection;
pub mod os;
pub mod os_release;
pub mod packages;
pub mod processes;
pub mod rpm;
pub mod screen_lock;
pub mod sockets;
pub mod updates;

/// All collectors for Linux, in the order in which their snapshots are listed.
pub static COLLECTORS: &[&dyn Collector] = &[
    &os::OsCollector,
    &packages::PackagesCollector,
    &updates::UpdatesCollector,
    &screen_lock::ScreenLockCollector,
    &accounts::AccountsCollector,
    &firewall::FirewallCollector,
    &sockets::SocketsCollector,
    &malware_protection::MalwareProtectionCollector,
    &backup::BackupCollector,
];
