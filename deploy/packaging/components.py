#!/usr/bin/env python3
"""Prints what is in the package as CycloneDX 1.5: the Swift packages linked in, and the Debian libraries it needs.

    components.py VERSION EXECUTABLE
"""

import json
import os
import re
import subprocess
import sys
import time
import uuid


def say(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def swift_packages():
    """Every package that Swift resolved, each once."""
    found = {}

    def visit(node):
        for inner in node.get("dependencies", []):
            found[inner["identity"]] = inner
            visit(inner)

    # What Swift prints before the document goes to standard error, or in front of the first brace.
    text = say("swift", "package", "show-dependencies", "--format", "json")
    visit(json.loads(text[text.index("{") :]))
    for identity, node in sorted(found.items()):
        name = re.sub(r"^https?://|\.git$", "", node["url"])
        yield {
            "type": "library",
            "bom-ref": f"swift:{identity}@{node['version']}",
            "name": node["name"],
            "version": node["version"],
            "purl": f"pkg:swift/{name}@{node['version']}",
        }


def toolchain():
    found = re.search(r"Swift version (\S+)", say("swift", "--version"))
    version = found[1] if found else "unknown"
    return {
        "type": "library",
        "bom-ref": f"swift-stdlib@{version}",
        "name": "swift-standard-libraries",
        "version": version,
    }


def debian_libraries(executable):
    """The packages whose libraries the executable loads, at the versions it was linked with."""
    files = sorted(set(re.findall(r"=> (/\S+)", say("ldd", executable))))
    owners = set()
    for file in files:
        for path in (file, os.path.realpath(file), "/usr" + file):
            done = subprocess.run(["dpkg-query", "-S", path], capture_output=True, text=True)
            if done.returncode == 0:
                owners.add(done.stdout.split(":")[0])
                break
    for owner in sorted(owners):
        version, source = say("dpkg-query", "-W", "-f", "${Version} ${source:Package}\n", owner).split()[:2]
        yield {
            "type": "library",
            "bom-ref": f"deb:{owner}@{version}",
            "name": owner,
            "version": version,
            "purl": f"pkg:deb/debian/{owner}@{version}",
            "properties": [{"name": "debian:source", "value": source}],
        }


def main():
    version, executable = sys.argv[1:3]
    parts = [*swift_packages(), toolchain(), *debian_libraries(executable)]
    seconds = int(os.environ.get("SOURCE_DATE_EPOCH", time.time()))
    reference = f"nadi@{version}"
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(parts) + reference)}",
        "version": 1,
        "metadata": {
            "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds)),
            "component": {
                "type": "application",
                "bom-ref": reference,
                "name": "nadi",
                "version": version,
                "licenses": [{"license": {"id": "Apache-2.0"}}],
            },
        },
        "components": parts,
        "dependencies": [{"ref": reference, "dependsOn": [part["bom-ref"] for part in parts]}],
    }
    json.dump(document, sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()
