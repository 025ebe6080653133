"""A copy of this machine that runs systemd as its first process, and is thrown away.

    with Machine() as machine:
        machine.run("systemctl", "start", "nadi")

Its file system is laid over this one in namespaces of its own; the network is this machine's. Nothing outside changes.
It needs root and Linux: `why_not()` says what is missing.
"""

import os
import signal
import subprocess
import tempfile
from pathlib import Path

from report import require, wait_until
from tansu import die_with_parent

START_SECONDS_MAX = 30
COMMAND_SECONDS_MAX = 120

# $0 is an empty directory and $1 the script for the inside, which becomes the first process there. Its control groups
# lie below one that is made for it, and go with it.
OUTSIDE = """
set -eu
mount -t tmpfs nadi-machine "$0"
mkdir "$0"/changes "$0"/work "$0"/root "$0"/groups
mount -t overlay nadi-machine -o lowerdir=/,upperdir="$0"/changes,workdir="$0"/work "$0"/root
mount -t cgroup2 none "$0"/groups
groups=$0/groups$(sed -n 's/^0:://p' /proc/self/cgroup)/nadi-machine-$$
mkdir "$groups"
trap 'find "$groups" -depth -type d -exec rmdir {} +' EXIT
(
  echo "$BASHPID" >"$groups"/cgroup.procs
  exec setpriv --pdeathsig KILL \\
    unshare --mount --pid --fork --cgroup --uts --ipc --kill-child bash -c "$1" "$0"/root
) || true
"""

INSIDE = """
set -eu
# Asked of the old /proc, this is the number by which the outside knows it.
read -r number _ </proc/self/stat
cd "$0"
mount -t proc proc proc
mount --bind proc/sys proc/sys
mount -o remount,bind,ro proc/sys
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs -o mode=755 dev dev
mknod -m 666 dev/null c 1 3
mknod -m 666 dev/zero c 1 5
mknod -m 666 dev/full c 1 7
mknod -m 666 dev/random c 1 8
mknod -m 666 dev/urandom c 1 9
mknod -m 666 dev/tty c 5 0
ln -s /proc/self/fd dev/fd
ln -s pts/ptmx dev/ptmx
mkdir -m 1777 dev/shm dev/mqueue dev/pts
mount -t devpts -o newinstance,ptmxmode=666 devpts dev/pts
mount -t tmpfs -o mode=755 run run
mount -t tmpfs -o mode=1777 tmp tmp
# Of the services of this machine none is wanted there but the journal, which is to leave the kernel alone.
rm -rf usr/lib/systemd/system/*.wants usr/lib/systemd/system/systemd-journald-audit.socket
rm -rf etc/systemd/system etc/fstab usr/sbin/policy-rc.d etc/nadi var/lib/nadi var/lib/private/nadi*
mkdir -p etc/systemd/system etc/systemd/journald.conf.d
printf '[Journal]\\nStorage=volatile\\nAudit=no\\nReadKMsg=no\\n' >etc/systemd/journald.conf.d/machine.conf
printf '[Unit]\\nRequires=basic.target systemd-journald.service\\n' >etc/systemd/system/machine.target
echo "$number"
# With another root than that of its namespace a process may have no users of its own.
mkdir outside
pivot_root . outside
umount --lazy /outside
rmdir /outside
# What is mounted for a service, its credentials for one, is mounted in a namespace beside this one.
mount --make-rshared /
exec env -i container=nadi PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 /lib/systemd/systemd --unit=machine.target
"""


def why_not():
    """Why there can be no such machine here; None when there can."""
    if os.geteuid() != 0:
        return "that needs root"
    if not Path("/lib/systemd/systemd").exists():
        return "there is no systemd"
    if subprocess.run(["unshare", "--mount", "--pid", "--fork", "true"], capture_output=True).returncode:
        return "namespaces are not allowed"
    return None


class Machine:
    """A context manager; everything in it ends with its first process."""

    def __enter__(self):
        self.directory = tempfile.TemporaryDirectory()
        self.log = tempfile.TemporaryFile()
        self.outside = subprocess.Popen(
            ["unshare", "--mount", "bash", "-c", OUTSIDE, self.directory.name, INSIDE],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.log, text=True,
            start_new_session=True, preexec_fn=die_with_parent,
        )  # fmt: skip
        self.process = None
        try:
            line = self.outside.stdout.readline()
            require(line, f"the machine does not start: {self.said()}")
            self.process = int(line)
            wait_until(self.is_running, START_SECONDS_MAX, "systemd does not come up")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.process is not None:
            os.kill(self.process, signal.SIGKILL)
        self.outside.wait()
        self.outside.stdout.close()
        self.log.close()
        self.directory.cleanup()

    def said(self):
        self.log.seek(0)
        return self.log.read().decode(errors="replace")

    def is_running(self):
        require(self.outside.poll() is None, f"the machine ended: {self.said()}")
        return self.run("systemctl", "is-system-running", code=None).stdout.strip() in ("running", "degraded")

    def path(self, name):
        """Where a file of the machine is seen from outside."""
        return Path(f"/proc/{self.process}/root{name}")

    def run(self, *command, code=0):
        """Runs a command in the machine; it must end with the code unless that is None."""
        done = subprocess.run(
            ["nsenter", "--target", str(self.process), "--all", "--root", "--wd", *map(str, command)],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=COMMAND_SECONDS_MAX,
        )  # fmt: skip
        said = f"{' '.join(map(str, command))} ended with {done.returncode}: {done.stdout}{done.stderr}"
        require(code is None or done.returncode == code, said[-2000:])
        return done

    def show(self, unit, *properties):
        """Properties of a unit, as systemd has them."""
        names = ",".join(properties)
        text = self.run("systemctl", "show", unit, f"--property={names}").stdout
        return dict(line.split("=", 1) for line in text.splitlines())
