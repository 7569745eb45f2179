"""The way to a host's pull requests: which adapter, by which API, with which token.

The one place of a fleet that knows all adapters. One client serves all repositories of a host, so
that they share its connection and its limits.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from issue_scaffold.errors import ScaffoldError
from issue_scaffold.fleet.forges.gitea import GITEA_PULLS, GiteaPullRequests
from issue_scaffold.fleet.forges.github import GITHUB_PULLS, GitHubPullRequests
from issue_scaffold.fleet.forges.gitlab import GITLAB_PULLS, GitLabMergeRequests
from issue_scaffold.fleet.forges.pull_request import PullRequestsApi
from issue_scaffold.fleet.remote import RemoteRepository
from issue_scaffold.forge.forges import forge_of_api
from issue_scaffold.forge.remote import Repository, parse_remote, parse_repository
from issue_scaffold.label_sync.forges import find_token
from issue_scaffold.label_sync.http.customs import ApiCustoms
from issue_scaffold.label_sync.http.opening import open_client
from issue_scaffold.label_sync.http.pacing import OnWait
from issue_scaffold.label_sync.http.token import Token
from issue_scaffold.label_sync.place import api_of

if TYPE_CHECKING:
    from issue_scaffold.label_sync.http.client import ApiClient

Adapter = Callable[["ApiClient", str, str], PullRequestsApi]
_ADAPTERS: Final[dict[str, tuple[ApiCustoms, Adapter]]] = {
    "github": (GITHUB_PULLS, GitHubPullRequests),
    "gitea": (GITEA_PULLS, GiteaPullRequests),
    "forgejo": (GITEA_PULLS, GiteaPullRequests),
    "gitlab": (GITLAB_PULLS, GitLabMergeRequests),
}


@dataclass(frozen=True, slots=True)
class PullRequestHost:
    """A host that pull requests are made on: its client, and its token."""

    client: "ApiClient"
    token: Token
    _key: str

    def of(self, repository: RemoteRepository) -> PullRequestsApi:
        """Return the pull requests of a repository.

        Raises ScaffoldError for one that has no name on a forge.
        """
        named = forge_name(repository)
        path = f"/repos/{quote(named.owner, safe='')}/{quote(named.name, safe='')}"
        if self._key == "gitlab":
            path = f"/projects/{quote(f'{named.owner}/{named.name}', safe='')}"
        return _ADAPTERS[self._key][1](self.client, path, repository.name)


def forge_name(repository: RemoteRepository) -> Repository:
    """Return owner and name of a repository. Raises ScaffoldError where its address has none."""
    found = None
    if "://" not in repository.name:
        found = parse_repository(f"{repository.host.partition(':')[0]}/{repository.name}")
    found = found or parse_remote(repository.clone_url)
    if found is None:
        raise ScaffoldError(f"{repository.name} names no owner, so no forge can be asked about it")
    return found


def open_host(host: str, url: str | None, *, on_wait: OnWait) -> PullRequestHost:
    """Return the way to a host. Nothing is sent yet.

    `url` is the API that the user named, which counts where it is this host's. Raises ScaffoldError
    where there is no token, UsageError for an address that the token must not go to.
    """
    place = api_of(host, url)
    token = find_token(place.url, host, is_named=place.is_named)
    key = forge_of_api(place.url, host).key
    client = open_client(place.url, token, _ADAPTERS[key][0], on_wait=on_wait)
    return PullRequestHost(client, token, key)
