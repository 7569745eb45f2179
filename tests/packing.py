"""What tests that install the project as users do start from: its files as in a clone, and wheels of what it needs."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
# What an installation reads; the rest of a clone has no part in it.
CLONED: Final = ("src", "scripts", "README.md", "LICENSE", "pyproject.toml", ".gitignore")


def copy_project(folder: Path) -> None:
    """Make a folder with the files of a clone; not yet a repository."""
    folder.mkdir()
    for name in CLONED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, folder / name)


def pack(folder: Path) -> None:
    """Make a wheel again of all that installers take: so that pip finds it where no network is."""
    # Besides what the project asks for: the pip that pipx gives its environments, and what hatchling wants for an
    # editable installation.
    names = ("pip", "editables")
    subprocess.run([sys.executable, ROOT / "scripts/installed_wheels.py", folder, *names], check=True)
