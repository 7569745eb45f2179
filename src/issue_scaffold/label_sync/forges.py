"""The way to a repository's labels on any forge: which adapter is asked, with which token.

The one place that knows all adapters. What a forge is and where its API lies: `forge.forges`.
"""

from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from issue_scaffold.forge.forges import forge_of_api
from issue_scaffold.forge.remote import Repository
from issue_scaffold.label_sync.adapter import LabelsApi
from issue_scaffold.label_sync.forge_token import find_forge_token
from issue_scaffold.label_sync.gitea.api import GITEA_API, GiteaLabels
from issue_scaffold.label_sync.github.api import GITHUB_API, GitHubLabels
from issue_scaffold.label_sync.github.token import find_token as find_github_token
from issue_scaffold.label_sync.gitlab.api import GITLAB_API, GitLabLabels
from issue_scaffold.label_sync.http.customs import ApiCustoms
from issue_scaffold.label_sync.http.opening import open_client
from issue_scaffold.label_sync.http.pacing import Clock, OnWait, Pacer
from issue_scaffold.label_sync.http.token import Token

if TYPE_CHECKING:
    from issue_scaffold.label_sync.http.client import ApiClient


class Adapt(Protocol):
    """Makes a repository's labels of the way to an API."""

    def __call__(self, repository: Repository, client: "ApiClient") -> LabelsApi:
        """Return them. Nothing is sent yet."""


class Adapter(NamedTuple):
    """How a forge is asked: its API's customs, and what makes labels of it."""

    customs: ApiCustoms
    labels: Adapt


_ADAPTERS: Final = {
    "github": Adapter(GITHUB_API, GitHubLabels),
    "gitea": Adapter(GITEA_API, GiteaLabels),
    "forgejo": Adapter(GITEA_API, GiteaLabels),
    "gitlab": Adapter(GITLAB_API, GitLabLabels),
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
    customs = customs_of(url, repository.host)
    client = open_client(url, token, customs, on_wait=on_wait, clock=clock, pacer=pacer)
    return _ADAPTERS[forge_of_api(url, repository.host).key].labels(repository, client)


def customs_of(url: str, host: str) -> ApiCustoms:
    """Return what the API at a URL, whose host is `host`, has of its own."""
    forge = forge_of_api(url, host)
    return replace(_ADAPTERS[forge.key].customs, forge=forge.title)


def find_token(url: str, host: str, *, is_named: bool) -> Token:
    """Return the token for the API at a URL, whose host is `host`.

    Raises ScaffoldError if there is none. `is_named` tells that the user named the host.
    """
    forge = forge_of_api(url, host)
    if forge.tokens is None:
        return find_github_token(host, is_named=is_named)
    return find_forge_token(forge, forge.tokens, host, is_named=is_named)
