"""Make wheels again of what is installed and this project needs: `installed_wheels.py FOLDER [NAME…]`.

With `PIP_NO_INDEX=1` and `PIP_FIND_LINKS=FOLDER` pip then installs the project as anywhere else, with its dependencies,
its extras and its build backend, but in the versions that are here, from no index. Each NAME is packed besides. Reads
the environment of the interpreter that runs it, and writes into the folder alone.
"""

import base64
import csv
import hashlib
import io
import sys
import tomllib
import zipfile
from email.parser import HeaderParser
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.tags import sys_tags
from packaging.utils import canonicalize_name

PROJECT = Path(__file__).resolve().parents[1] / "pyproject.toml"
# What an installer adds; pip writes them anew.
INSTALLERS = frozenset({"INSTALLER", "REQUESTED", "direct_url.json", "uv_cache.json", "RECORD"})


def roots() -> list[str]:
    """Return what pyproject.toml asks for: to build the project, to run it, and for its extras."""
    read = tomllib.loads(PROJECT.read_text(encoding="utf-8"))
    project = read["project"]
    extras = [line for lines in project["optional-dependencies"].values() for line in lines]
    return [*read["build-system"]["requires"], *project["dependencies"], *extras]


def needed(requirements: list[str]) -> dict[str, Distribution]:
    """Return the installed distributions that requirements name, and those that these need in turn."""
    found: dict[str, Distribution] = {}
    waiting = [(Requirement(line), "") for line in requirements]
    done = set()
    while waiting:
        requirement, extra = waiting.pop()
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": extra}):
            continue
        name = canonicalize_name(requirement.name)
        installed = found.setdefault(name, distribution(name))
        for wanted in ("", *requirement.extras):
            if (name, wanted) not in done:
                done.add((name, wanted))
                waiting += [(Requirement(line), wanted) for line in installed.requires or ()]
    return found


def contents(installed: Distribution) -> dict[str, bytes]:
    """Return the files that belong into the wheel: no programs (pip makes them), nothing that came with installing."""
    files = {}
    for path in installed.files or ():
        outside = path.parts[0] == ".." or Path(path).is_absolute()
        added = path.suffix == ".pyc" or (path.parts[0].endswith(".dist-info") and path.name in INSTALLERS)
        if not outside and not added:
            files[path.as_posix()] = Path(str(installed.locate_file(path))).read_bytes()
    return files


def record(files: dict[str, bytes], name: str) -> str:
    """Return the list of a wheel's files with their digests; `name` is the list's own."""
    rows = io.StringIO()
    writer = csv.writer(rows, lineterminator="\n")
    for path, content in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        writer.writerow((path, f"sha256={digest}", len(content)))
    writer.writerow((name, "", ""))
    return rows.getvalue()


def tag_of(wheel: str) -> str:
    """Return one of the tags in a WHEEL file that suits this interpreter."""
    supported = {str(tag) for tag in sys_tags()}
    tags: list[str] = HeaderParser().parsestr(wheel).get_all("Tag", [])
    return next(tag for tag in tags if tag in supported)


def write_wheel(installed: Distribution, folder: Path) -> Path:
    """Write the wheel of one installed distribution; return its path."""
    files = contents(installed)
    (information,) = {path.partition("/")[0] for path in files if path.endswith(".dist-info/WHEEL")}
    tag = tag_of(files[f"{information}/WHEEL"].decode())
    wheel = folder / f"{information.removesuffix('.dist-info')}-{tag}.whl"
    listed = f"{information}/RECORD"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, content in files.items():
            archive.writestr(path, content)
        archive.writestr(listed, record(files, listed))
    return wheel


def main(folder: str, *names: str) -> None:
    """Write a wheel for each distribution that an installation takes, and for others by name."""
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    for installed in needed([*roots(), *names]).values():
        write_wheel(installed, place)


if __name__ == "__main__":
    main(*sys.argv[1:])
