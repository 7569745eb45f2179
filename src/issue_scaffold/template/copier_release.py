"""Which Copier is installed, found without importing it."""

from functools import cache
from importlib.machinery import PathFinder
from pathlib import Path


@cache
def copier_version() -> str:
    """Return the installed Copier's version, without importing it."""
    spec = PathFinder.find_spec("copier")
    if spec is not None and spec.origin:
        # As importlib.metadata would find it, which takes as long to import as the rest of a check.
        for info in Path(spec.origin).parent.parent.glob("copier-*.dist-info"):
            return info.name.removeprefix("copier-").removesuffix(".dist-info")
    from importlib.metadata import version

    return version("copier")
