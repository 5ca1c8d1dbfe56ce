"""Starts servers in namespaces, and stops them again: by recorded process ids, and by the namespaces they are in.

A recorded process is stopped only if it still is the one that was started (same start time), so a number that was given
to another program in the meantime stays untouched.
"""

import contextlib
import os
import pathlib
import shlex
import signal
import subprocess
import time

from network import inside


def start_time(pid):
    """When a process started, in clock ticks since boot; None if there is none."""
    try:
        text = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    state, *fields = text[text.rindex(")") + 2 :].split()
    return None if state in "ZX" else int(fields[18])


class Processes:
    """Processes of a running laboratory. Those of each host write their output to `<host>/<name>.log`."""

    def __init__(self, directory, prefix):
        self.directory, self.prefix = pathlib.Path(directory), prefix
        self.record = self.directory / "pids"

    def start(self, host, name, arguments, user=None, environment=None, prepare=None, own_run=True):
        """Starts a program in a host's namespace, in the foreground of a session of its own.

        `own_run` gives it an empty /run of its own, so that nothing of the machine's is found or changed. `prepare` is
        a line of shell that runs before it, in the same place.
        """
        steps = ["mount -t tmpfs -o mode=755 tmpfs /run"] if own_run else []
        resolver = self.directory / host / "resolv.conf"
        steps += [f"mount --bind {resolver} /etc/resolv.conf"] if resolver.exists() else []
        steps += [prepare] if prepare else []
        command = list(map(str, arguments))
        if user:
            command = ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups", *command]
        # A name of its own too, or servers would tell the name of this machine.
        steps.insert(0, f"echo {host} >/proc/sys/kernel/hostname")
        command = ["unshare", "--mount", "--uts", "sh", "-ec", "; ".join([*steps, f"exec {shlex.join(command)}"])]
        command = ["nsenter", f"--net=/run/netns/{self.prefix}{host}", *command]
        return self.start_outside(host, name, command, environment)

    def start_outside(self, host, name, command, environment=None):
        """Starts a program that finds its own way into namespaces."""
        directory = self.directory / host
        directory.mkdir(exist_ok=True)
        with open(directory / f"{name}.log", "ab") as log:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=directory,
                start_new_session=True,
                env={
                    "PATH": os.environ.get("PATH", ""),
                    "LC_ALL": "C.UTF-8",
                    "HOME": str(directory),
                    **(environment or {}),
                },
            )
        with open(self.record, "a") as record:
            record.write(f"{process.pid} {start_time(process.pid)} {host}/{name}\n")
        return process

    def recorded(self):
        """Recorded processes: number, start time, name."""
        with contextlib.suppress(FileNotFoundError):
            for line in self.record.read_text().splitlines():
                pid, started, name = line.split()
                yield int(pid), None if started == "None" else int(started), name

    def stop_all(self):
        """Stops every recorded process with its session, and whatever else lives in the namespaces."""
        sessions = {pid for pid, started, _ in self.recorded() if started is not None and start_time(pid) == started}
        self._stop(sessions, {name.stat().st_ino for name in self.namespaces()})

    def stop_namespace(self, namespace):
        """Stops whatever lives in one namespace, and what serves it from outside: processes recorded for its host."""
        host = namespace.removeprefix(self.prefix)
        sessions = {
            pid
            for pid, started, name in self.recorded()
            if name.startswith(f"{host}/") and started is not None and start_time(pid) == started
        }
        self._stop(sessions, {pathlib.Path(f"/run/netns/{namespace}").stat().st_ino})
        kept = [line for line in self.record.read_text().splitlines() if f" {host}/" not in line]
        self.record.write_text("".join(f"{line}\n" for line in kept))

    def _stop(self, sessions, namespaces):
        deadline = time.monotonic() + 2
        while targets := self._targets(sessions, namespaces):
            for pid in targets:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            if time.monotonic() > deadline:
                raise RuntimeError(f"processes {sorted(targets)} do not end")
            time.sleep(0.02)

    def _targets(self, sessions, namespaces):
        found = set()
        for entry in os.listdir("/proc"):
            if not entry.isdigit() or int(entry) == os.getpid():
                continue
            pid = int(entry)
            with contextlib.suppress(OSError):
                alive = start_time(pid) is not None
                if alive and (os.getsid(pid) in sessions or os.stat(f"/proc/{pid}/ns/net").st_ino in namespaces):
                    found.add(pid)
        return found

    def namespaces(self):
        """Namespaces of the laboratory, as files."""
        return sorted(pathlib.Path("/run/netns").glob(f"{self.prefix}*"))


def listening(namespace):
    """What listens in a namespace: pairs such as `("tcp", 22)`."""
    found = set()
    with inside(namespace):
        for table, transport, state in (
            ("tcp", "tcp", "0A"),
            ("tcp6", "tcp", "0A"),
            ("udp", "udp", "07"),
            ("udp6", "udp", "07"),
        ):
            with contextlib.suppress(FileNotFoundError), open(f"/proc/thread-self/net/{table}") as file:
                for line in file.readlines()[1:]:
                    fields = line.split()
                    if fields[3] == state:
                        found.add((transport, int(fields[1].rsplit(":", 1)[1], 16)))
    return found
