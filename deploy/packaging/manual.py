#!/usr/bin/env python3
"""Fills a manual page with what the program itself says: its commands and options, and its sample configuration.

manual.py NADI TEMPLATE
"""

import json
import subprocess
import sys
from pathlib import Path


def say(nadi, *arguments):
    return subprocess.run([nadi, *arguments], check=True, capture_output=True, text=True).stdout


def escape(text):
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\n".join("\\&" + line if line[:1] in (".", "'") else line for line in text.splitlines())


def names(argument):
    prefix = {"short": "-", "long": "--", "longWithSingleDash": "-"}
    spelled = [prefix[name["kind"]] + name["name"] for name in argument.get("names", [])]
    value = f" <{argument['valueName']}>" if argument["kind"] == "option" else ""
    return ", ".join(spelled) + value if spelled else f"<{argument['valueName']}>"


def command_lines(command, path):
    lines = [f".SS {escape(' '.join(path))}", escape(command.get("abstract", ""))]
    if command.get("discussion"):
        lines += [".PP", escape(command["discussion"])]
    for argument in command.get("arguments", []):
        if not argument.get("shouldDisplay", True) or argument.get("valueName") in ("help", "version"):
            continue
        text = argument.get("abstract", "")
        if argument.get("allValues") and "," not in text:
            text += f" One of {', '.join(argument['allValues'])}."
        if argument.get("defaultValue"):
            text += f" Default: {argument['defaultValue']}."
        lines += [".TP", f"\\fB{escape(names(argument))}\\fR", escape(text)]
    for inner in command.get("subcommands", []):
        if inner["commandName"] != "help" and inner.get("shouldDisplay", True):
            lines += command_lines(inner, [*path, inner["commandName"]])
    return lines


def main():
    nadi, template = sys.argv[1:3]
    text = Path(template).read_text()
    version = say(nadi, "--version").strip()
    if "@COMMANDS@" in text:
        dump = json.loads(say(nadi, "--experimental-dump-help"))["command"]
        inner = [each for each in dump["subcommands"] if each["commandName"] != "help"]
        lines = [line for each in inner for line in command_lines(each, ["nadi", each["commandName"]])]
        text = text.replace("@COMMANDS@", "\n".join(lines))
    if "@SAMPLE@" in text:
        text = text.replace("@SAMPLE@", escape(say(nadi, "config", "sample").rstrip("\n")))
    sys.stdout.write(text.replace("@VERSION@", version))


if __name__ == "__main__":
    main()
