"""Say whether an environment holds what the lock file pins: `PYTHON locked.py LOCKFILE`.

Owns the reading of the lock file. Changes nothing and installs nothing.
"""

import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from packaging.requirements import Requirement

HASH = "--hash=sha256:"


def entries(text: str) -> list[str]:
    """Return the entries of a lock file, each on one line with its hashes; no comments, no options."""
    joined = text.replace("\\\n", " ")
    lines = [line.strip() for line in joined.splitlines()]
    return [line for line in lines if line and not line.startswith(("#", "--"))]


def pins(text: str) -> list[Requirement]:
    """Return what a lock file pins, for all systems and versions of Python."""
    return [Requirement(entry.partition(HASH)[0].strip()) for entry in entries(text)]


def differences(wanted: list[Requirement]) -> list[str]:
    """Return in words what this environment lacks, or has in another version."""
    found = []
    for pin in wanted:
        if pin.marker is not None and not pin.marker.evaluate():
            continue
        try:
            installed = version(pin.name)
        except PackageNotFoundError:
            found.append(f"{pin.name} is missing, expected {pin.specifier}")
            continue
        if not pin.specifier.contains(installed, prereleases=True):
            found.append(f"{pin.name} is {installed}, expected {pin.specifier}")
    return found


def main(lock: str) -> None:
    """Compare this environment with the lock file; raises SystemExit when it differs."""
    found = differences(pins(Path(lock).read_text(encoding="utf-8")))
    if found:
        listed = "".join(f"\n  {difference}" for difference in found)
        command = f"{sys.executable} -m pip install --require-hashes --requirement {lock}"
        raise SystemExit(f"{sys.prefix} isn't what {lock} says:{listed}\ninstall it first: {command}")


if __name__ == "__main__":
    main(sys.argv[1])
