#!/usr/bin/env python3
"""Builds the Debian package and takes it through its life in a copy of this machine that is thrown away.

    check_package.py --nadi PATH [--keep DIR]

Without root there is no such copy; then only what can be seen from outside is checked, and it is said. What systemd
does with the package is checked by check_service.py.
"""

import argparse
import json
import shutil
import subprocess
import tempfile
from pathlib import Path

from machine import Machine, why_not
from report import Report, require

PROJECT = Path(__file__).resolve().parents[2]
SECONDS_MAX = 400

# Runs in the copy; $1 and $2 are the packages. Each line that begins with "saw" is looked for below.
LIFE = """
set -eu
export DEBIAN_FRONTEND=noninteractive
saw() { echo "saw $*"; }
dpkg -i "$1" >/dev/null
nadi --version | sed 's/^/saw version /'
nadi validate --config /etc/nadi/nadi.yaml | sed 's/^/saw /'
[ "$(stat -c %a /etc/nadi/credentials)" = 700 ] && saw closed credentials
[ "$(stat -c %U:%a /usr/bin/nadi)" = root:755 ] && saw program
cmp -s /lib/systemd/system/nadi.service /lib/systemd/system/nadi@.service && saw both units
systemd-analyze verify --man=no /lib/systemd/system/nadi.service 2>&1 | grep nadi || saw quiet unit
man -l /usr/share/man/man1/nadi.1.gz 2>man.err | grep -q 'EXIT STATUS' && saw manual 1
man -l /usr/share/man/man5/nadi.yaml.5.gz 2>>man.err | grep -q 'fiscal_year_starts' && saw manual 5
[ -s man.err ] || saw no complaint of man
bash -n /usr/share/bash-completion/completions/nadi && saw bash
grep -q '^#compdef nadi' /usr/share/zsh/vendor-completions/_nadi && saw zsh
grep -q 'complete -c' /usr/share/fish/vendor_completions.d/nadi.fish && saw fish
head -n 1 /etc/nadi/nadi.yaml | grep -q "schema=/usr/share/nadi/configuration.schema.json$" &&
  nadi config schema | cmp -s - /usr/share/nadi/configuration.schema.json && saw schema
echo '# changed by the operator' >> /etc/nadi/nadi.yaml
echo secret > /etc/nadi/credentials/password
mkdir -p /var/lib/private/nadi/nadi-state && touch /var/lib/private/nadi/nadi-state/snapshot
dpkg -i "$2" >/dev/null
dpkg-query -W -f 'saw upgraded to ${Version}\\n' nadi
grep -q '^# changed by the operator' /etc/nadi/nadi.yaml && saw kept configuration
[ -e /var/lib/private/nadi/nadi-state/snapshot ] && saw kept state
dpkg --verify nadi | grep -v ' c /etc/nadi/nadi.yaml$' || saw whole files
dpkg -r nadi >/dev/null
[ ! -e /usr/bin/nadi ] && [ ! -e /lib/systemd/system/nadi.service ] && saw removed program
[ -e /etc/nadi/nadi.yaml ] && [ -e /var/lib/private/nadi/nadi-state/snapshot ] && saw configuration and state after
dpkg -i "$1" >/dev/null
grep -q '^# changed by the operator' /etc/nadi/nadi.yaml && saw configuration again
dpkg -P nadi >/dev/null
[ ! -e /etc/nadi ] && [ ! -e /var/lib/private/nadi ] && saw purged
"""

EXPECTED = [
    "version", "/etc/nadi/nadi.yaml: good", "closed credentials", "program", "both units", "quiet unit",
    "manual 1", "manual 5", "no complaint of man", "bash", "zsh", "fish", "schema", "upgraded to",
    "kept configuration", "kept state", "whole files", "removed program", "configuration and state after",
    "configuration again", "purged",
]  # fmt: skip


def build(nadi, directory, revision=None):
    command = ["deploy/package", "--binary", nadi, "--output", directory, "--level", "1"]
    if revision:
        command += ["--revision", revision]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=SECONDS_MAX)
    require(done.returncode == 0, f"deploy/package ended with {done.returncode}: {done.stderr[-1500:]}")
    return Path(done.stdout.strip().splitlines()[-1])


def check_contents(package):
    done = subprocess.run(["dpkg-deb", "--info", package], capture_output=True, text=True, check=True)
    for name in ("librdkafka1", "libc6", "conffiles"):
        require(name in done.stdout, f"{name} is not in:\n{done.stdout}")
    parts = package.with_suffix(".cdx.json")
    document = json.loads(parts.read_text())
    require(document["bomFormat"] == "CycloneDX" and document["specVersion"] == "1.5", "it is no CycloneDX")
    names = {part["name"] for part in document["components"]}
    for name in ("swift-log", "Yams", "swift-argument-parser", "librdkafka1", "libc6"):
        require(name in names, f"{name} is not among the components: {sorted(names)}")
    require(all(part["version"] not in ("", "unspecified") for part in document["components"]), "no version")
    sums = subprocess.run(
        ["sha256sum", "--check", "--quiet", package.with_suffix(".sha256").name], cwd=package.parent
    )
    require(sums.returncode == 0, "the checksums are wrong")


def check_reproducible(nadi, package):
    with tempfile.TemporaryDirectory() as directory:
        again = build(nadi, directory)
        require(again.read_bytes() == package.read_bytes(), "the same input gave other bytes")


def check_lintian(package):
    done = subprocess.run(
        ["lintian", "--allow-root", "--fail-on", "error,warning", "--no-tag-display-limit", package],
        capture_output=True,
        text=True,
    )
    said = [line for line in done.stdout.splitlines() if line[:2] in ("E:", "W:")]
    require(done.returncode == 0 and not said, "\n".join(said) or done.stderr)


def check_life(packages):
    with Machine() as machine:
        for package, name in zip(packages, ("old.deb", "new.deb"), strict=True):
            shutil.copy(package, machine.path(f"/{name}"))
        done = machine.run("bash", "-c", LIFE, "life", "/old.deb", "/new.deb", code=None)
    seen = [line[4:] for line in done.stdout.splitlines() if line.startswith("saw ")]
    missing = [words for words in EXPECTED if not any(line.startswith(words) for line in seen)]
    require(
        done.returncode == 0 and not missing,
        f"ended with {done.returncode}, not seen: {missing}\n{done.stdout[-1000:]}{done.stderr[-1500:]}",
    )


def main():
    parser = argparse.ArgumentParser(description="The Debian package and its life.")
    parser.add_argument("--nadi", type=Path, required=True, metavar="PATH")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="copies the package and its list there")
    options = parser.parse_args()
    nadi = options.nadi.resolve()
    report = Report()
    if shutil.which("dpkg-deb") is None:
        print("  the package was not built: there is no dpkg-deb")
        report.exit()
    with tempfile.TemporaryDirectory() as directory:
        package = None
        with report.check("the package is built, with its list of components and checksums"):
            package = build(nadi, directory)
            check_contents(package)
        if package is None:
            report.exit()
        if options.keep is not None:
            shutil.copytree(directory, options.keep, dirs_exist_ok=True)
        with report.check("the same input gives the same package"):
            check_reproducible(nadi, package)
        with report.check("lintian has no error and no warning"):
            check_lintian(package)
        if reason := why_not():
            print(f"  the package's life was not tested: {reason}")
            report.exit()
        with report.check("the package is installed, upgraded, removed and purged"):
            check_life([package, build(nadi, directory, "+next")])
    report.exit()


if __name__ == "__main__":
    main()
