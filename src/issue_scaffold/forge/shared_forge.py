"""Which forge reads the folders that several read: `.github`, `docs`, the repository's root.

A path doesn't tell. Owns whether a repository is on a GitHub Enterprise Server, by the environment
and its remote's address. Starts no process.
"""

import os
import re
from collections.abc import Container, Mapping
from pathlib import Path
from typing import Final

from issue_scaffold.forge.forges import (
    FORGES,
    GITHUB,
    GITHUB_ENTERPRISE,
    Forge,
    SharedForges,
    forge_named,
    forge_of_host,
)
from issue_scaffold.git.folder import remote_urls
from issue_scaffold.text.late_patterns import late_pattern

# What most repositories have needs no reader of addresses.
_AT_GITHUB: Final = late_pattern(
    rf"(?:https://|git@)(?:[^/@]+@)?{re.escape(GITHUB.hosts[0])}[:/].*"
)
# https://cli.github.com/manual/gh_help_environment, and what runners set.
_HOST: Final = "GH_HOST"
_SERVER: Final = "GITHUB_SERVER_URL"
_IN_ACTIONS: Final = GITHUB.runner or ""
# These call their server GitHub's, too.
_OTHER_RUNNERS: Final = frozenset(forge.runner or "" for forge in FORGES) - {_IN_ACTIONS, ""}


def probable_forge(root: Path | None, environment: Mapping[str, str]) -> Forge:
    """Return GitHub Enterprise Server for a repository that is on one, else GitHub.

    `root` is None where the files are in no repository. A host is one of them by its name
    (`github.example.com`), or where the environment names it as one of GitHub's kind. A job knows
    its server, a repository without a remote nothing.
    """
    url = ""
    if root is not None:
        url = _remote_of(root)
    return _forge_at(url, environment)


def _forge_at(url: str, environment: Mapping[str, str]) -> Forge:
    """Return which of GitHub's kinds a repository is on, by its address, empty without one."""
    is_job = environment.get(_IN_ACTIONS) == "true"
    if _AT_GITHUB.fullmatch(url) or not (url or is_job):
        return GITHUB
    server = _server(environment)
    host = _host_of(url) or (server if is_job else None)
    if host is not None and _is_server(host, {server, _named(environment)}):
        return GITHUB_ENTERPRISE
    return GITHUB


def _is_server(host: str, named: Container[str | None]) -> bool:
    forge = forge_of_host(host)
    return forge is GITHUB_ENTERPRISE or (forge is None and host in named)


def _remote_of(root: Path) -> str:
    """Return the address of `origin`, or of another remote, empty where there is none."""
    urls = remote_urls(root)
    return urls.get("origin") or next(iter(urls.values()), "")


def _host_of(url: str) -> str | None:
    from issue_scaffold.forge.remote import parse_remote

    repository = parse_remote(url)
    return None if repository is None else repository.host


def _server(environment: Mapping[str, str]) -> str | None:
    """Return the host that a job's server is on, unless it is one that only calls itself GitHub."""
    from issue_scaffold.forge.remote import api_host

    if any(environment.get(name) for name in _OTHER_RUNNERS):
        return None
    return api_host(environment.get(_SERVER, "").strip())


def _named(environment: Mapping[str, str]) -> str | None:
    """Return the host that the user has named to GitHub's own command."""
    return environment.get(_HOST, "").strip().lower() or None


def forges_of(address: str) -> SharedForges:
    """Return what is known of a repository by its address, as `shared_forges` does of its clone."""
    return SharedForges(forge_named(""), _forge_at(address, os.environ))


def shared_forges(root: Path | None, named: str | None = None) -> SharedForges:
    """Return what is known of a repository here; `named` is a forge's name as the user gave it."""
    return SharedForges(forge_named(named or ""), probable_forge(root, os.environ))
