"""A machine to install on: a clone of the project, an empty home, and an index that is a folder of wheels.

The installers are the real ones. What they would download comes from the environment that the tests run in: each
distribution that is needed is packed into a wheel again, so that nothing asks a network.
"""

import base64
import hashlib
import importlib.metadata
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
# What an installation reads; the rest of a clone has no part in it.
CLONED = ("src", "README.md", "LICENSE", "pyproject.toml", ".gitignore")
# What is installed besides the project and what it requires: its build backend, what that wants to build an editable
# installation, and the pip that pipx gives its environments.
BESIDE = ("hatchling", "editables", "pip")
_MADE_BY_INSTALLERS = frozenset({"RECORD", "INSTALLER", "REQUESTED", "direct_url.json"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """A clone, a home folder, and the environment variables of a fresh shell."""

    clone: Path
    home: Path
    env: dict[str, str]

    def run(self, *command: str | Path, cwd: Path | None = None, code: int = 0) -> str:
        """Run a program; return its output."""
        done = subprocess.run(
            [str(word) for word in command],
            cwd=cwd or self.clone,
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        assert done.returncode == code, f"{command} exited with {done.returncode}:\n{done.stdout}"
        return done.stdout


def _needed() -> Iterator[importlib.metadata.Distribution]:
    """Yield the installed distributions that the project, its extra and its build backend need."""
    waiting = [Requirement(name) for name in ("issue-scaffold[github]", *BESIDE)]
    seen = set()
    while waiting:
        requirement = waiting.pop()
        if str(requirement) in seen:
            continue
        seen.add(str(requirement))
        found = importlib.metadata.distribution(requirement.name)
        if canonicalize_name(found.name) != "issue-scaffold":
            yield found
        extras = ("", *requirement.extras)
        waiting.extend(wanted for wanted in map(Requirement, found.requires or ()) if _applies(wanted, extras))


def _applies(requirement: Requirement, extras: Iterable[str]) -> bool:
    if requirement.marker is None:
        return True
    return any(requirement.marker.evaluate({"extra": extra}) for extra in extras)


def _pack(found: importlib.metadata.Distribution, folder: Path) -> None:
    """Write the wheel that an installed distribution came from, but for scripts, which its entry points make anew.

    Source of the format: https://packaging.python.org/en/latest/specifications/binary-distribution-format/
    """
    described = found.read_text("WHEEL") or ""
    tags = [line.partition(": ")[2].split("-") for line in described.splitlines() if line.startswith("Tag: ")]
    tag = "-".join(".".join(sorted(set(part))) for part in zip(*tags, strict=True))
    name = canonicalize_name(found.name).replace("-", "_")
    record = []
    info = f"{name}-{found.version}.dist-info"
    with zipfile.ZipFile(folder / f"{name}-{found.version}-{tag}.whl", "w", zipfile.ZIP_STORED) as wheel:
        for file in found.files or ():
            in_info = file.parts[0].endswith(".dist-info")
            if file.parts[0] == ".." or file.suffix == ".pyc" or (in_info and file.name in _MADE_BY_INSTALLERS):
                continue
            content = Path(str(file.locate())).read_bytes()
            path = "/".join([info, *file.parts[1:]]) if in_info else file.as_posix()
            wheel.writestr(path, content)
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            record.append(f"{path},sha256={digest},{len(content)}\n")
        wheel.writestr(f"{info}/RECORD", "".join([*record, f"{info}/RECORD,,\n"]))


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a wheel of everything that an installation needs."""
    folder = tmp_path_factory.mktemp("wheels")
    for found in {distribution.name: distribution for distribution in _needed()}.values():
        _pack(found, folder)
    return folder


@pytest.fixture
def machine(tmp_path: Path, wheels: Path) -> Machine:
    """Return a machine on which nothing is installed but Python, git, pipx and uv."""
    clone, home, programs = tmp_path / "clone of it", tmp_path / "home", tmp_path / "programs"
    for folder in (clone, home, programs):
        folder.mkdir()
    for name in CLONED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, clone / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, clone / name)
    # The interpreter that the environment of the tests was made with, as a system has it.
    (programs / "python3").symlink_to(Path(getattr(sys, "_base_executable", sys.executable)).resolve())
    for name in ("pipx", "uv"):
        (programs / name).symlink_to(Path(sysconfig.get_path("scripts"), name))
    (home / ".gitconfig").write_text(
        "[user]\nname = You\nemail = you@example.invalid\n[init]\ndefaultBranch = main\n", encoding="utf-8"
    )
    env = {
        "HOME": str(home),
        "PATH": os.pathsep.join([str(programs), str(home / ".local/bin"), os.defpath, "/usr/local/bin"]),
        "LC_ALL": "C.UTF-8",
        "TMPDIR": str(tmp_path),
        "GIT_CONFIG_SYSTEM": os.devnull,
        "GIT_ALLOW_PROTOCOL": "file",
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(wheels),
        "PIPX_DEFAULT_BACKEND": "pip",
        "UV_NO_CONFIG": "1",
        "UV_OFFLINE": "1",
        "UV_NO_INDEX": "1",
        "UV_FIND_LINKS": str(wheels),
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_PYTHON": str(programs / "python3"),
    }
    made = Machine(clone=clone, home=home, env=env)
    made.run("git", "init", "--quiet")
    made.run("git", "add", "--all")
    made.run("git", "commit", "--quiet", "--message", "the project")
    return made
