"""Which forge reads the folders that several read: `.github`, `docs`, the repository's root.

A path doesn't tell. Owns whether a repository is on a GitHub Enterprise Server, by the environment
and its remote's address. Starts no process.
"""

import os
import re
from collections.abc import Iterator, Mapping
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
from issue_scaffold.forge.remote import api_host, canonical_host, parse_remote
from issue_scaffold.git.folder import remote_urls

# https://cli.github.com/manual/gh_help_environment, and what runners set.
_HOST: Final = "GH_HOST"
_SERVER: Final = "GITHUB_SERVER_URL"
_IN_ACTIONS: Final = GITHUB.runner or ""
# These call their server GitHub's, too.
_OTHER_RUNNERS: Final = frozenset(forge.runner or "" for forge in FORGES) - {_IN_ACTIONS, ""}


def probable_forge(root: Path | None, environment: Mapping[str, str]) -> Forge:
    """Return GitHub Enterprise Server for a repository that is on one, else GitHub.

    `root` is None where the files are in no repository. A host is one of them by its name
    (`github.example.com`), or where the environment names it as one of GitHub's kind.
    """
    named = set(_named_hosts(environment))
    hosts = []
    if root is not None:
        hosts = _remote_hosts(root)
    if not hosts and environment.get(_IN_ACTIONS) == "true":
        hosts = sorted(named)
    for host in hosts[:1]:
        forge = forge_of_host(host)
        if forge is GITHUB_ENTERPRISE or (forge is None and host in named):
            return GITHUB_ENTERPRISE
    return GITHUB


def _named_hosts(environment: Mapping[str, str]) -> Iterator[str]:
    """Yield the hosts of GitHub's kind that the environment names."""
    host = environment.get(_HOST, "").strip()
    if re.fullmatch(r"[A-Za-z0-9.-]+", host):
        yield canonical_host(host)
    if not any(environment.get(name) for name in _OTHER_RUNNERS):
        server = api_host(environment.get(_SERVER, "").strip())
        if server:
            yield canonical_host(server)


def _remote_hosts(root: Path) -> list[str]:
    """Return the hosts of a repository's remotes, that of `origin` first."""
    urls = remote_urls(root)
    ordered = sorted(urls, key=lambda name: name != "origin")
    found = (parse_remote(urls[name]) for name in ordered)
    return [repository.host for repository in found if repository is not None]


def shared_forges(root: Path | None, named: str | None = None) -> SharedForges:
    """Return what is known of a repository here; `named` is a forge's name as the user gave it."""
    return SharedForges(forge_named(named or ""), probable_forge(root, os.environ))
