"""A machine to install on: a clone of the project, an empty home, and an index that is a folder of wheels.

The installers are the real ones. What they would download comes from the environment that the tests run in: each
distribution that is needed is packed into a wheel again, so that nothing asks a network.
"""

import os
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.packing import copy_project

ROOT = Path(__file__).resolve().parents[2]


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


@pytest.fixture
def machine(tmp_path: Path, wheels: Path) -> Machine:
    """Return a machine on which nothing is installed but Python, git, pipx and uv."""
    clone, home, programs = tmp_path / "clone of it", tmp_path / "home", tmp_path / "programs"
    copy_project(clone)
    for folder in (home, programs):
        folder.mkdir()
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
        "PIP_NO_COMPILE": "1",  # Python compiles what it imports, which is a small part
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": wheels.as_uri(),
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
