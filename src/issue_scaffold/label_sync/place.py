"""Which repository is meant, and where its API is: by an option, else by the host of its remote.

The one place that reads `GITHUB_API_URL` and `GITHUB_GRAPHQL_URL`, which workflows set. What they
name counts only where it is the API of the host that is meant: nothing is asked of one host about a
repository on another.
"""

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from issue_scaffold.errors import UsageError
from issue_scaffold.forge.detection import EVIDENCE, detect
from issue_scaffold.forge.forges import GITHUB, Forge, forge_of_host
from issue_scaffold.forge.git_remote import named_repository, repository_of
from issue_scaffold.forge.remote import (
    Repository,
    api_host,
    api_url,
    is_loopback,
    names_host,
)
from issue_scaffold.git.folder import top_level
from issue_scaffold.label_sync.http.address import parse_api_address

if TYPE_CHECKING:
    from issue_scaffold.label_sync.http.client import ApiClient

_VARIABLE = "GITHUB_API_URL"
_GRAPHQL_VARIABLE = "GITHUB_GRAPHQL_URL"


def named_api(url: str | None) -> str | None:
    """Return the address of the API that the user names: by an option, else by the environment."""
    return url or os.environ.get(_VARIABLE) or None


def graphql_api(url: str) -> str:
    """Return where GraphQL is beside the REST API at an address, or where the environment says.

    What the environment says is taken for the host of that API alone. Source:
    https://docs.github.com/en/enterprise-server/graphql/guides/forming-calls-with-graphql
    """
    given = os.environ.get(_GRAPHQL_VARIABLE)
    if given and api_host(given) == api_host(url):
        return given
    place = url.rstrip("/")
    if place.endswith("/api/v3"):
        return f"{place.removesuffix('/v3')}/graphql"
    return f"{place}/graphql"


def graphql_target(client: "ApiClient") -> str:
    """Return the path of GraphQL for a client of a REST API of GitHub's kind.

    One at another port than the API's is a client of its own, and isn't taken here.
    """
    beside = f"{client.prefix.removesuffix('/v3')}/graphql"
    try:
        place = parse_api_address(graphql_api(client.url))
    except ValueError:
        return beside
    return place.prefix if place.origin == parse_api_address(client.url).origin else beside


class ApiPlace(NamedTuple):
    """A repository, the address of its API, and whether the user named the host."""

    repository: Repository
    url: str
    is_named: bool


class HostApi(NamedTuple):
    """The address of a host's API, and whether the user named it."""

    url: str
    is_named: bool


def api_of(host: str, url: str | None) -> HostApi:
    """Return the API of a host: the one that the user named, if it is this host's, else its usual.

    Of several hosts a user may name one's API only.
    """
    for given in (url, os.environ.get(_VARIABLE)):
        if given and _is_api_of(given, host):
            return HostApi(given, is_named=True)
    return HostApi(api_url(host), is_named=False)


def find_place(repo: str | None, url: str | None, folder: Path) -> ApiPlace:
    """Return what `--repo` and `--api-url` mean; where they are None, the remote of a folder says.

    Raises UsageError if that can't be told.
    """
    given = os.environ.get(_VARIABLE) or None
    if repo is None:
        return _of_remote(repository_of(folder), folder, url, given)
    repository = named_repository(repo)
    if repository is None:
        raise UsageError("--repo must be OWNER/NAME, HOST/OWNER/NAME or the repository's address")
    if given is not None and names_host(repo) and not _is_api_of(given, repository.host):
        given = None  # the host in --repo was meant
    return ApiPlace(repository, url or given or api_url(repository.host), is_named=True)


def _of_remote(
    repository: Repository, folder: Path, url: str | None, given: str | None
) -> ApiPlace:
    if url is not None:
        return ApiPlace(repository, url, is_named=True)
    if given is None:
        url = api_url(repository.host, _probable_forge(folder))
        return ApiPlace(repository, url, is_named=False)
    if _is_api_of(given, repository.host):
        return ApiPlace(repository, given, is_named=True)
    raise UsageError(
        f"the git remote is on {repository.host}, but {_VARIABLE} is the API of "
        f"{api_host(given) or 'no host'}, so nothing was asked",
        hint=f"name the repository: --repo {repository.host}/{repository.owner}/{repository.name}"
        " or the API: --api-url URL",
    )


def _probable_forge(folder: Path) -> Forge | None:
    """Return the forge that a work tree has the files of, for a host whose name tells nothing."""
    root = top_level(folder) or folder
    return detect([path for path in EVIDENCE if (root / path).exists()]).forge


def _is_api_of(url: str, host: str) -> bool:
    """Return whether an address is that of a host's API.

    This machine may stand in for a host of GitHub's kind, as a proxy does.
    """
    if api_host(url) == host:
        return True
    forge = forge_of_host(host)
    return is_loopback(url) and (forge is None or forge.key == GITHUB.key)
