"""A stand-in for GitHub's `gh`: pull requests and issues in a JSON file, for the commands that our scripts use.

Runs as a program. FAKE_GH names the file; every call is kept there too. `--jq` is handed to jq, as the real one has it
built in. FAKE_GH_REFUSES makes one command fail as GitHub would refuse it.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any


def main(arguments: list[str]) -> int:
    """Run one command of gh on the file; return its exit code."""
    store = Path(os.environ["FAKE_GH"])
    state: dict[str, Any] = (
        json.loads(store.read_text(encoding="utf-8")) if store.exists() else {"items": [], "calls": []}
    )
    kind, verb, options = parse(arguments)
    state["calls"].append([kind, verb])
    code = 0
    if os.environ.get("FAKE_GH_REFUSES") == f"{kind} {verb}":
        sys.stderr.write(f"gh: GitHub Actions is not permitted to {verb} a {kind}\n")
        code = 1
    elif verb == "list":
        show(listed(state["items"], kind, options), options)
    else:
        change(state["items"], kind, verb, options)
    store.write_text(json.dumps(state), encoding="utf-8")
    return code


def parse(arguments: list[str]) -> tuple[str, str, argparse.Namespace]:
    """Return the noun, the verb and the options of a call; unknown options end the program, as gh does."""
    kind, verb, *rest = arguments
    parser = argparse.ArgumentParser()
    known = {
        ("pr", "list"): ("--head", "--state", "--limit", "--json", "--jq"),
        ("pr", "create"): ("--base", "--head", "--title", "--body-file"),
        ("pr", "edit"): ("--title", "--body-file"),
        ("issue", "list"): ("--state", "--search", "--json", "--jq"),
        ("issue", "create"): ("--title", "--body-file"),
        ("issue", "edit"): ("--body-file",),
    }[kind, verb]
    for option in known:
        parser.add_argument(option, required=option != "--limit")
    if verb == "edit":
        parser.add_argument("number", type=int)
    return kind, verb, parser.parse_args(rest)


def listed(items: list[dict[str, Any]], kind: str, options: argparse.Namespace) -> list[dict[str, Any]]:
    """Return the items that a list command finds, the newest first. Searching finds more than was asked for."""
    found = [item for item in items if item["kind"] == kind]
    if kind == "pr":
        found = [item for item in found if item["head"] == options.head]
    if options.state != "all":
        found = [item for item in found if item["state"] == options.state.upper()]
    return [{name: item[name] for name in options.json.split(",")} for item in reversed(found)]


def show(rows: list[dict[str, Any]], options: argparse.Namespace) -> None:
    """Print rows through jq."""
    done = subprocess.run(["jq", "--raw-output", options.jq], input=json.dumps(rows).encode(), check=True)
    assert done.returncode == 0


def change(items: list[dict[str, Any]], kind: str, verb: str, options: argparse.Namespace) -> None:
    """Create or edit one item."""
    body = Path(options.body_file).read_text(encoding="utf-8")
    if verb == "edit":
        (item,) = [item for item in items if item["number"] == options.number and item["kind"] == kind]
        item["body"] = body
        if kind == "pr":
            item["title"] = options.title
        return
    item = {"kind": kind, "number": len(items) + 1, "title": options.title, "state": "OPEN", "body": body}
    if kind == "pr":
        item |= {"head": options.head, "base": options.base, "isCrossRepository": False}
    items.append(item)
    sys.stdout.write(f"https://git.example.com/o/r/{kind}/{item['number']}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
