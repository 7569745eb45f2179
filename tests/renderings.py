"""Renderings that tests share, each made once a run, whichever worker asks first.

Of the working tree's template, which is copied out of it: Copier would otherwise see a git repository and ask it for
tags. And of the bundled template, as a cache that knows them: what starts with it doesn't have to render.
"""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]


def make_once(place: Path, make: Callable[[Path], None]) -> Path:
    """Return a folder that `make` fills, at once or not at all; a worker that comes second waits for it."""
    with alone(place):
        if not place.exists():
            building = Path(tempfile.mkdtemp(prefix="new-", dir=place.parent))
            make(building)
            building.rename(place)
    return place


def make_once_there(place: Path, make: Callable[[Path], None]) -> Path:
    """Return a folder that `make` makes: one that can't be renamed, like an environment."""
    with alone(place):
        if not place.exists():
            try:
                make(place)
            except BaseException:
                shutil.rmtree(place, ignore_errors=True)
                raise
    return place


@contextmanager
def alone(place: Path) -> Iterator[None]:
    """Keep other workers away from a place."""
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.with_name(f"{place.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def copy_template(folder: Path) -> None:
    """Copy the working tree's template into a folder."""
    shutil.copy(ROOT / "copier.yml", folder)
    shutil.copytree(ROOT / "template", folder / "template")


def fill_cache(cache: Path) -> None:
    """Let a cache know the bundled template's first and newest version without any answer, and the way between them."""
    scaffold = str(Path(sys.executable).with_name("scaffold"))
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "SCAFFOLD_CACHE_DIR": f"{folder}/cache", "HOME": folder}
        for arguments in (
            ("init", f"{folder}/newest", "--defaults"),
            ("init", f"{folder}/first", "--defaults", "--ref", "v1.0.0"),
            ("update", f"{folder}/first", "--defaults"),
        ):
            subprocess.run([scaffold, *arguments], env=environment, check=True, capture_output=True)
        # What a rendering is, without what this user has seen or done.
        for name in ("renders", "blobs"):
            shutil.copytree(f"{folder}/cache/{name}", cache / name)


class Renderer:
    """Turns answers into the folder that they render to; tests share it and must not write to it."""

    def __init__(self, folder: Path) -> None:
        """`folder` is the same for all workers of a run."""
        self._folder = folder
        self.template = make_once(folder / "template", copy_template)

    def __call__(self, **answers: object) -> Path:
        """Return the folder for these answers, from an earlier call if there was one."""
        key = hashlib.sha256(json.dumps(answers, sort_keys=True).encode()).hexdigest()
        place = self._folder / f"rendered-{key[:32]}"
        return make_once(place, lambda folder: self._render(folder / "repo", answers)) / "repo"

    def anew(self, **answers: object) -> Path:
        """Render as for a user who trusts no template; Copier raises ValueError for an answer that it refuses."""
        target = Path(tempfile.mkdtemp(prefix="anew-", dir=self._folder)) / "repo"
        self._render(target, answers)
        return target

    def _render(self, target: Path, answers: dict[str, object]) -> None:
        from copier import Settings, run_copy

        run_copy(str(self.template), target, data=answers, defaults=True, quiet=True, settings=Settings())
