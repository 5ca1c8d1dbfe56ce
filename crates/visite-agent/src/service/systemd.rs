//! systemd: the unit, and telling systemd about it.

use super::{Plan, ServiceError};
use crate::files;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

const UNIT: &str = "visite-agent.service";
const FOLDER: &str = "etc/systemd/system";

/// The unit. What it does not restrict is explained in it, so that nobody tightens it until collectors fall silent.
fn unit(plan: &Plan) -> Result<String, ServiceError> {
    let (program, data) = (argument(&plan.program)?, argument(&plan.data)?);
    let state = match plan.data.strip_prefix("/var/lib").ok().and_then(Path::to_str) {
        Some(name) if !name.is_empty() && !name.contains([' ', '%', '"', '\\']) => {
            format!("StateDirectory={name}\nStateDirectoryMode=0700")
        }
        _ => format!("ReadWritePaths={data}"),
    };
    Ok(format!(
        "[Unit]
Description=Visite: examines this computer and reports to the practice's server
Wants=network-online.target
After=network-online.target

[Service]
Type=exec
ExecStart={program} agent run --data {data}
Restart=on-failure
RestartSec=60
# Wrong arguments, not enrolled, access ended: another start would change nothing.
RestartPreventExitStatus=64 66 77

# root, but with three of its forty capabilities: some collectors look at what only root may see, and the package manager
# of some systems refuses to show others which updates wait. Another user's files are read (DAC_READ_SEARCH), the programs
# behind open ports are found (SYS_PTRACE), firewall rules are shown (NET_ADMIN). Nothing can be written but {data}.
User=root
CapabilityBoundingSet=CAP_DAC_READ_SEARCH CAP_SYS_PTRACE CAP_NET_ADMIN
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=read-only
{state}
UMask=0077
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelTunables=yes
# Not ProtectKernelModules, ProtectProc or PrivateUsers: collectors compare the kernel's modules, and see who listens.
LockPersonality=yes
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
# Netlink is how the firewall's rules are read, Unix sockets how the system is asked about sessions and services.
RestrictAddressFamilies=AF_INET AF_INET6 AF_NETLINK AF_UNIX
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM

# Whoever works at this computer comes first.
Nice=10
CPUWeight=20
IOWeight=20
IOSchedulingClass=idle
MemoryHigh=256M
MemoryMax=512M
TasksMax=64
OOMScoreAdjust=500

[Install]
WantedBy=multi-user.target
"
    ))
}

/// A path as an argument in a unit.
fn argument(path: &Path) -> Result<String, ServiceError> {
    let refused = || ServiceError::Path(path.to_owned());
    let text = path.to_str().filter(|_| path.is_absolute()).ok_or_else(refused)?;
    if text.chars().any(char::is_control) {
        return Err(refused());
    }
    let escaped = text.replace('\\', r"\\").replace('"', r#"\""#).replace('%', "%%").replace('$', "$$");
    Ok(if escaped == text && !text.contains([' ', '\'', ';']) { escaped } else { format!("\"{escaped}\"") })
}

pub(super) fn is_running() -> bool {
    Path::new("/run/systemd/system").is_dir()
}

pub(super) fn install(plan: &Plan) -> Result<PathBuf, ServiceError> {
    let text = unit(plan)?;
    if plan.is_this_computer() {
        only_the_administrator_changes(&plan.program)?;
    }
    let folder = plan.root.join(FOLDER);
    let path = folder.join(UNIT);
    let failed = |source| ServiceError::File { path: path.clone(), source };
    fs::create_dir_all(&folder).map_err(failed)?;
    files::write_whole(&path, text.as_bytes()).map_err(failed)?;
    // Everybody may read how the service is restricted; there is nothing secret in it.
    #[cfg(unix)]
    fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o644)).map_err(failed)?;
    if plan.is_this_computer() {
        systemctl(&["daemon-reload"])?;
        systemctl(&["enable", "--now", UNIT])?;
    }
    Ok(path)
}

pub(super) fn uninstall(root: &Path) -> Result<PathBuf, ServiceError> {
    let path = root.join(FOLDER).join(UNIT);
    let this_computer = root == Path::new("/") && is_running();
    if this_computer && path.exists() {
        systemctl(&["disable", "--now", UNIT])?;
    }
    fs::remove_file(&path).map_err(|source| ServiceError::File { path: path.clone(), source })?;
    if this_computer {
        systemctl(&["daemon-reload"])?;
    }
    Ok(path)
}

fn systemctl(arguments: &[&str]) -> Result<(), ServiceError> {
    let command = format!("systemctl {}", arguments.join(" "));
    let refused = |said: String| ServiceError::Refused { command: command.clone(), said };
    let output = Command::new("systemctl")
        .args(arguments)
        .env_clear()
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
        .output()
        .map_err(|error| refused(error.to_string()))?;
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    if output.status.success() { Ok(()) } else { Err(refused(said)) }
}

/// Whoever may change the program, or a folder above it, would be root with the next start.
#[cfg(unix)]
fn only_the_administrator_changes(program: &Path) -> Result<(), ServiceError> {
    use std::os::unix::fs::MetadataExt;
    let failed = |path: &Path, source: io::Error| ServiceError::File { path: path.to_owned(), source };
    let program = program.canonicalize().map_err(|error| failed(program, error))?;
    for path in program.ancestors() {
        let found = fs::metadata(path).map_err(|error| failed(path, error))?;
        // In a folder with the sticky bit others cannot replace what is not theirs.
        let others_write = found.mode() & 0o022 != 0 && found.mode() & 0o1000 == 0;
        if found.uid() != 0 || others_write {
            return Err(ServiceError::Exposed(path.to_owned()));
        }
    }
    Ok(())
}

#[cfg(not(unix))]
fn only_the_administrator_changes(_: &Path) -> Result<(), ServiceError> {
    Err(ServiceError::Unsupported)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(root: &Path, program: &str, data: &str) -> Plan {
        Plan { root: root.to_owned(), program: program.into(), data: data.into() }
    }

    #[test]
    fn systemd_accepts_the_unit() {
        let scratch = tempfile::tempdir().expect("a folder");
        let root = scratch.path();
        let path = super::super::install(&plan(root, "/usr/bin/true", "/var/lib/visite")).expect("written");
        let text = fs::read_to_string(&path).expect("there");
        for line in ["StateDirectory=visite", "ProtectSystem=strict", "NoNewPrivileges=yes", "Nice=10"] {
            assert!(text.lines().any(|found| found == line), "{line}");
        }
        let verify =
            Command::new("systemd-analyze").args(["verify", "--man=no", "--recursive-errors=no"]).arg(&path).output();
        let output = verify.expect("systemd is installed");
        let said = String::from_utf8_lossy(&output.stderr);
        // Other units of the computer may have mistakes; ours has none.
        let ours: Vec<_> = said.lines().filter(|line| line.contains("visite")).collect();
        assert!(ours.is_empty(), "{ours:?}");
        let removed = super::super::uninstall(root).expect("removed");
        assert_eq!((removed.exists(), removed), (false, path));
        assert!(matches!(super::super::uninstall(root), Err(ServiceError::File { .. })));
    }

    #[test]
    fn odd_paths_are_quoted_or_refused() {
        let text = unit(&plan(Path::new("/x"), "/opt/100% a/visite", "/srv/o\"k")).expect("absolute");
        assert!(text.contains("ExecStart=\"/opt/100%% a/visite\" agent run --data \"/srv/o\\\"k\"\n"), "{text}");
        assert!(text.contains("ReadWritePaths=\"/srv/o\\\"k\"\n"));
        for (program, data) in [("visite", "/var/lib/visite"), ("/bin/visite", "data"), ("/bin/vi\nsite", "/a")] {
            assert!(matches!(unit(&plan(Path::new("/x"), program, data)), Err(ServiceError::Path(_))));
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_program_that_others_may_change_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let scratch = tempfile::tempdir().expect("a folder");
        let program = scratch.path().join("visite");
        fs::write(&program, b"").expect("written");
        fs::set_permissions(&program, fs::Permissions::from_mode(0o777)).expect("ours");
        assert!(matches!(only_the_administrator_changes(&program), Err(ServiceError::Exposed(_))));
        assert!(only_the_administrator_changes(Path::new("/usr/bin/env")).is_ok());
    }
}
