"""Which repository a work tree belongs to, by its git remotes, and what an address is to ssh.

Credentials in their URLs never leave this module.
"""

import re
from dataclasses import replace
from pathlib import Path

from issue_scaffold.errors import UsageError
from issue_scaffold.forge.forges import is_known_host
from issue_scaffold.forge.remote import (
    Repository,
    canonical_host,
    parse_remote,
    parse_repository,
    ssh_host,
)
from issue_scaffold.git import command as git
from issue_scaffold.git.folder import top_level


class NoRemoteError(UsageError):
    """Nothing says which repository on a host a folder belongs to."""


_HINT = "name the repository: --repo OWNER/NAME"


def repository_of(folder: Path) -> Repository:
    """Return the repository of `origin`, or of the only remote.

    Raises NoRemoteError if that can't be told.
    """
    if top_level(folder) is None:
        raise NoRemoteError(
            f"{folder} is not in a git repository, so nothing says which repository is meant",
            hint=_HINT,
        )
    names = git.run_in_work_tree(folder, ["remote"]).decode().split()
    if not names:
        raise NoRemoteError("this git repository has no remote", hint=_HINT)
    if "origin" not in names and len(names) > 1:
        raise NoRemoteError(
            f"this git repository has several remotes ({', '.join(names)}), none called origin",
            hint=_HINT,
        )
    name = names[0]
    if "origin" in names:
        name = "origin"
    url = git.run_in_work_tree(folder, ["remote", "get-url", "--", name]).decode().strip()
    found = _resolved(parse_remote(url), url)
    if found is None:
        raise NoRemoteError(
            f"the git remote {name} is no repository on a host of GitHub's kind", hint=_HINT
        )
    return found


def named_repository(text: str) -> Repository | None:
    """Return the repository that a user names: `OWNER/NAME`, `HOST/OWNER/NAME` or an address.

    Returns None for anything else.
    """
    return _resolved(parse_repository(text), text)


def _resolved(found: Repository | None, url: str) -> Repository | None:
    """Return a repository with its host's real name, where ssh knows that host by another."""
    alias = ssh_host(url)
    if found is None or alias is None or is_known_host(found.host):
        return found
    return replace(found, host=_without_alias(alias, found.host))


def _without_alias(alias: str, host: str) -> str:
    """Return the host that ssh connects to by an alias, the alias' own where nothing else is known.

    An address in numbers is kept out: an API has a name. Like `gh`, this asks ssh itself
    (https://man.openbsd.org/ssh#G), which reads the user's configuration and connects to nothing.
    """
    named = git.ssh_hostname(alias)
    if named is None or re.fullmatch(r"[0-9.]+|.*:.*", named):
        return host
    return canonical_host(named)
