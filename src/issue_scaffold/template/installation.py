"""How this tool was installed: where it lies, which program put it there, and what from.

Reads the metadata that installers leave. Imports no installer, starts no process and asks no index;
nothing here may name an installation by the project's bare name, which nobody holds on an index.
Credentials in the address of a source never leave this module.
"""

import os
import sys
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import SplitResult, quote, unquote, urlsplit

PROJECT: Final = "issue-scaffold"
PACKAGE: Final = Path(__file__).parent.parent
_METADATA: Final = "issue_scaffold-*.dist-info"


class Installer(StrEnum):
    """The program that an installation belongs to, and has to be changed with."""

    PIP = "pip"
    UV = "uv"
    PIPX = "pipx"
    UV_TOOL = "uv tool"


class OriginKind(StrEnum):
    """What an installation was made from."""

    FOLDER = "folder"
    EDITABLE = "editable folder"
    REPOSITORY = "repository"
    ARCHIVE = "archive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What an installation was made from.

    `address` is a URL without credentials. For a repository, `vcs` says of which kind, `revision`
    what was asked for (None: the default branch), and `commit` what that was.
    """

    kind: OriginKind
    address: str
    vcs: str | None = None
    revision: str | None = None
    commit: str | None = None

    @property
    def path(self) -> Path | None:
        """The folder or file on this machine, or None."""
        parts = urlsplit(self.address)
        if parts.scheme != "file" or self.kind is OriginKind.REPOSITORY:
            return None
        path = _local_path(parts)
        if not str(path).isprintable():
            return None
        return path

    def __str__(self) -> str:
        """Return what people read: a path, or an address with the commit."""
        if self.path is not None:
            return str(self.path)
        if self.kind is OriginKind.REPOSITORY:
            return f"{self.vcs}+{self.address}@{self.commit or 'an unknown commit'}"
        return self.address


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """One installation.

    `source` is None where no metadata tells: from an index, or from a folder of wheels.

    `installer` is None for a copy that runs without having been installed.
    """

    place: Path
    python: Path
    installer: Installer | None
    source: Origin | None


@cache
def installation() -> Installation:
    """Return how the running tool was installed."""
    info = _find_metadata()
    installer = source = None
    if info is not None:
        installer = _installer(info, Path(sys.prefix))
        source = read_origin(info)
    return Installation(
        place=PACKAGE, python=Path(sys.executable), installer=installer, source=source
    )


def read_origin(info: Path) -> Origin | None:
    """Return what an installation was made from, by its metadata; None where that doesn't tell.

    Origin of the format:
    https://packaging.python.org/en/latest/specifications/direct-url-data-structure/
    """
    import json

    try:
        data = json.loads((info / "direct_url.json").read_bytes())
    except (OSError, ValueError):
        return None
    if not isinstance(data, dict) or not isinstance(data.get("url"), str):
        return None
    try:
        address = _without_secrets(data["url"])
    except ValueError:
        return None
    repository = _mapping(data, "vcs_info")
    return Origin(
        kind=_kind(data),
        address=address,
        vcs=_text(repository, "vcs"),
        revision=_text(repository, "requested_revision"),
        commit=_text(repository, "commit_id"),
    )


def _kind(data: dict[str, Any]) -> OriginKind:
    if "vcs_info" in data:
        return OriginKind.REPOSITORY
    if "dir_info" in data:
        is_editable = _mapping(data, "dir_info").get("editable") is True
        return OriginKind.EDITABLE if is_editable else OriginKind.FOLDER
    return OriginKind.ARCHIVE


def _mapping(data: dict[str, Any], key: str) -> dict[str, Any]:
    value = data.get(key)
    return value if isinstance(value, dict) else {}


def _text(data: dict[str, Any], key: str) -> str | None:
    value = data.get(key)
    return value if isinstance(value, str) and value.isprintable() else None


def _without_secrets(url: str) -> str:
    """Return an address without what may be secret.

    A name alone in front of an ssh host is no secret, and git needs it. Raises ValueError for what
    is no URL.
    """
    parts = urlsplit(url)
    if not parts.scheme or not url.isprintable():
        raise ValueError("no URL")
    user, _, host = parts.netloc.rpartition("@")
    is_name = bool(user) and parts.scheme.endswith("ssh") and ":" not in user
    netloc = parts.netloc if is_name else host
    # pip writes the blanks of a local repository's path as they are; a requirement would end there.
    path = quote(parts.path, safe="/%:@!$&'()*+,;=~")
    public = SplitResult(scheme=parts.scheme, netloc=netloc, path=path, query="", fragment="")
    if parts.scheme == "file":  # `geturl` drops the empty host of `file:///path`
        return f"file://{netloc}{path}"
    return public.geturl()


def _local_path(parts: SplitResult) -> Path:
    path = unquote(parts.path)
    if os.name == "nt":
        if parts.netloc:  # a share: `//host/share/folder`
            return Path(f"//{parts.netloc}{path}")
        return Path(path.removeprefix("/"))  # `/C:/folder`
    return Path(path)


def _find_metadata() -> Path | None:
    """Return the metadata of the code that runs: beside it, or of its editable installation."""
    for info in PACKAGE.parent.glob(_METADATA):
        return info
    for folder in filter(None, sys.path):
        for info in Path(folder).glob(_METADATA):
            source = read_origin(info)
            if source is None or source.kind is not OriginKind.EDITABLE:
                continue
            if source.path in PACKAGE.parents:
                return info
    return None


def _installer(info: Path, environment: Path) -> Installer:
    """Return what made an installation.

    pipx and `uv tool` leave a file in the environment that they own.
    """
    if (environment / "pipx_metadata.json").is_file():
        return Installer.PIPX
    if (environment / "uv-receipt.toml").is_file():
        return Installer.UV_TOOL
    # https://packaging.python.org/en/latest/specifications/recording-installed-packages/
    file = info / "INSTALLER"
    if file.is_file() and file.read_bytes().strip() == b"uv":
        return Installer.UV
    return Installer.PIP
