//! Starting the agent with the computer: what a service manager has to be told. One file a service manager.

mod systemd;

use std::io;
use std::path::{Path, PathBuf};

/// What is to be started, and where its description goes.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Below which the description is written; `/` is this computer, where the service is started, too.
    pub root: PathBuf,
    /// The program, as the computer sees it.
    pub program: PathBuf,
    /// Where the agent keeps everything, as the computer sees it.
    pub data: PathBuf,
}

/// Why the service could not be installed or removed.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// A file could not be read or written.
    #[error("`{}`", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A path that a service cannot have.
    #[error("`{}` is not an absolute path in plain characters", .0.display())]
    Path(PathBuf),
    /// Somebody else than the administrator could replace the program that is started with many rights.
    #[error("`{}` can be changed by others than the administrator", .0.display())]
    Exposed(PathBuf),
    /// This computer has no service manager that is known here.
    #[error("no known service manager is running")]
    Unsupported,
    /// The service manager refuses.
    #[error("`{command}` failed: {said}")]
    Refused {
        /// What was called.
        command: String,
        /// What it said.
        said: String,
    },
}

impl Plan {
    fn is_this_computer(&self) -> bool {
        self.root == Path::new("/")
    }
}

/// Describes the service, and starts it if the root is this computer. Gives the file that was written.
pub fn install(plan: &Plan) -> Result<PathBuf, ServiceError> {
    if plan.is_this_computer() && !systemd::is_running() {
        return Err(ServiceError::Unsupported);
    }
    systemd::install(plan)
}

/// Stops the service and removes its description. What the agent keeps stays. Gives the file that was removed.
pub fn uninstall(root: &Path) -> Result<PathBuf, ServiceError> {
    systemd::uninstall(root)
}
