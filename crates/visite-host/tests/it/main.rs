//! Collectors over scratch roots, recorded outputs and the running kernel.

mod accounts;
mod firewall;
mod os;
mod packages;
mod protection;
mod root_firewall;
mod scratch;
mod screen_lock;
mod sockets;
mod updates;
