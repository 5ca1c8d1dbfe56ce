//! Collectors over scratch roots and the running computer.

mod firewall;
mod os;
mod packages;
mod scratch;
mod screen_lock;
mod updates;
