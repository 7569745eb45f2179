"""Which versions of what are at work, and where they lie: for `scaffold --version`.

Imports none of what it names.
"""

import sys
from dataclasses import dataclass

from issue_scaffold import __version__
from issue_scaffold.template import bundled
from issue_scaffold.template.copier_release import copier_version
from issue_scaffold.template.installation import Installation, OriginKind, installation


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    """The versions of the tool and of what it stands on.

    `copier` is None where Copier is missing.
    """

    tool: str
    template: str
    copier: str | None
    python: str
    python_place: str
    place: str
    origin: str


def read_versions() -> Versions:
    """Return what is at work here."""
    made = installation()
    try:
        copier = copier_version()
    except ImportError:
        copier = None
    return Versions(
        tool=__version__,
        template=bundled.versions().latest or "without version",
        copier=copier,
        python=sys.version.split(maxsplit=1)[0],
        python_place=str(made.python),
        place=str(made.place),
        origin=_origin(made),
    )


def _origin(made: Installation) -> str:
    """Return how the tool came to where it is."""
    if made.installer is None:
        return "not installed"
    if made.source is None:
        return f"installed by {made.installer}"
    origin = f"installed by {made.installer} from {made.source}"
    if made.source.kind is OriginKind.EDITABLE:
        return f"{origin}, editable"
    return origin
