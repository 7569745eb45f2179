"""The way to a repository's labels on any forge: which adapter is asked, with which token.

The one place that knows all adapters. What a forge is and where its API lies: `forge.forges`.
"""

from collections.abc import Callable
from typing import Final

from issue_scaffold.forge.forges import forge_of_api
from issue_scaffold.forge.remote import Repository
from issue_scaffold.label_sync.adapter import LabelsApi
from issue_scaffold.label_sync.forge_token import find_forge_token
from issue_scaffold.label_sync.gitea.api import connect as connect_gitea
from issue_scaffold.label_sync.github.api import connect as connect_github
from issue_scaffold.label_sync.github.token import find_token as find_github_token
from issue_scaffold.label_sync.gitlab.api import connect as connect_gitlab
from issue_scaffold.label_sync.http.pacing import Clock, OnWait, Pacer
from issue_scaffold.label_sync.http.token import Token

Connect = Callable[..., LabelsApi]
_ADAPTERS: Final[dict[str, Connect]] = {
    "github": connect_github,
    "gitea": connect_gitea,
    "forgejo": connect_gitea,
    "gitlab": connect_gitlab,
}


def connect(
    repository: Repository,
    url: str,
    token: Token,
    *,
    on_wait: OnWait,
    clock: Clock | None = None,
    pacer: Pacer | None = None,
) -> LabelsApi:
    """Return the way to a repository's labels by the API at a URL. Nothing is sent yet.

    Raises UsageError for an address that the token must not go to.
    """
    adapter = _ADAPTERS[forge_of_api(url, repository.host).key]
    return adapter(repository, url, token, on_wait=on_wait, clock=clock, pacer=pacer)


def find_token(url: str, host: str, *, is_named: bool) -> Token:
    """Return the token for the API at a URL, whose host is `host`.

    Raises ScaffoldError if there is none. `is_named` tells that the user named the host.
    """
    forge = forge_of_api(url, host)
    if forge.tokens is None:
        return find_github_token(host, is_named=is_named)
    return find_forge_token(forge, forge.tokens, host, is_named=is_named)
