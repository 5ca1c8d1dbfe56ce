//! The Windows computer on which this program runs.

use super::live;

/// The computer.
#[derive(Clone, Debug, Default)]
pub struct Machine(());

impl Machine {
    /// This computer.
    pub fn live() -> Self {
        Self::default()
    }

    /// The same; nothing on Windows is so dear to read that it is remembered.
    pub fn remembering(self) -> Self {
        self
    }

    /// Whether we have the rights of an administrator.
    pub fn is_administrator(&self) -> bool {
        live::is_elevated()
    }
}
