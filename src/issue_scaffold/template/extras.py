"""What to do where an extra of this tool isn't installed: by the way in which this copy was.

Names no installation of the tool by its bare name, which nobody holds on an index.
"""

import shlex
from collections.abc import Mapping
from typing import Final

from issue_scaffold.errors import ScaffoldError
from issue_scaffold.template.installation import (
    PROJECT,
    Installation,
    Installer,
    OriginKind,
    installation,
)

_COMMANDS: Final[Mapping[Installer, str]] = {
    Installer.PIP: "{python} -m pip install {what}",
    Installer.UV: "uv pip install --python {python} {what}",
    Installer.PIPX: "pipx install --force {what}",
    Installer.UV_TOOL: "uv tool install --force {what}",
}


def missing_extra(extra: str, package: str, needed_for: str) -> ScaffoldError:
    """Return the error of what needs an extra: what is missing, and the command that adds it."""
    made = installation()
    way = f"this copy was installed by {made.installer}" if made.installer else "it isn't installed"
    message = f"{needed_for} needs {package}, which is the extra {extra} of {PROJECT}; {way}"
    what = _requirement(made, extra)
    if made.installer is None or what is None:
        return ScaffoldError(message, hint=f"install {package} where {made.place} lies")
    python = shlex.quote(str(made.python))
    return ScaffoldError(message, hint=_COMMANDS[made.installer].format(python=python, what=what))


def _requirement(made: Installation, extra: str) -> str | None:
    """Return what an installer is to be given, as it stands in a shell; None where nobody knows."""
    source = made.source
    if source is None:
        return None
    if source.kind is OriginKind.EDITABLE:
        return f"-e {shlex.quote(f'{source}[{extra}]')}"
    if source.kind is OriginKind.FOLDER:
        return shlex.quote(f"{source}[{extra}]")
    address = source.address if source.kind is OriginKind.ARCHIVE else str(source)
    return shlex.quote(f"{PROJECT}[{extra}] @ {address}")
