"""Opening the way to an owner's repositories: which forge's listing, at which address."""

from collections.abc import Iterator, Mapping
from typing import Final

from issue_scaffold.errors import UsageError
from issue_scaffold.fleet.listing.graphql import GraphQLListing, NoGraphQLError
from issue_scaffold.fleet.listing.listing import HostListing, Owner, OwnerKind
from issue_scaffold.fleet.listing.rest import CUSTOMS, ListedHost, RestListing
from issue_scaffold.fleet.outcome import FleetOutcome
from issue_scaffold.fleet.remote import RemoteRepository
from issue_scaffold.forge.forges import GITHUB, forge_of_api
from issue_scaffold.forge.remote import Repository, api_host, api_url, is_loopback
from issue_scaffold.label_sync.adapter import LabelsApi
from issue_scaffold.label_sync.forges import connect, customs_of, find_token
from issue_scaffold.label_sync.http.address import shown_place
from issue_scaffold.label_sync.http.opening import open_client
from issue_scaffold.label_sync.http.pacing import Clock, OnWait
from issue_scaffold.label_sync.place import graphql_api, named_api

_GITLAB_HOST: Final = "gitlab.com"


def open_listing(
    owner: Owner,
    url: str | None,
    *,
    answers_file: str,
    with_labels: bool = False,
    on_wait: OnWait,
    clock: Clock | None = None,
) -> HostListing:
    """Return the way to an owner's repositories. Nothing is sent yet.

    `url` is the API that the user names. Raises UsageError for an address that the token must not
    go to, and ScaffoldError without a token.
    """
    url = named_api(url) or _usual_api(owner)
    host = api_host(url)
    if host is None:
        raise UsageError(
            f"{shown_place(url)} is not the address of an API",
            hint="give it like https://github.example.com/api/v3",
        )
    forge = forge_of_api(url, host)
    token, customs = find_token(url, host, is_named=True), customs_of(url, host)
    client = open_client(url, token, customs, on_wait=on_wait, clock=clock)
    if is_loopback(url):  # where several hosts may be
        host = client.host

    def labels_of(repository: Repository) -> LabelsApi:
        return connect(repository, url, token, on_wait=on_wait, clock=clock)

    rest = RestListing(client, ListedHost(host, url), owner, CUSTOMS[forge.key], labels_of)
    if forge.key != GITHUB.key:
        return rest
    asked = open_client(graphql_api(url), token, customs, on_wait=on_wait, clock=clock)
    paged = GraphQLListing(asked, asked.prefix, rest, answers_file, with_labels=with_labels)
    return _GitHubListing(paged, rest)


def _usual_api(owner: Owner) -> str:
    host = GITHUB.hosts[0]
    if owner.kind is OwnerKind.GROUP:
        host = _GITLAB_HOST
    return api_url(host)


class _GitHubListing:
    """By GraphQL, and by REST where a host has none."""

    def __init__(self, paged: GraphQLListing, rest: RestListing) -> None:
        self._paged = paged
        self._rest = rest
        self._taken: HostListing = paged

    @property
    def host(self) -> str:
        return self._rest.host

    @property
    def requests(self) -> Mapping[str, int]:
        return self._paged.requests

    def repositories(self) -> Iterator[RemoteRepository | FleetOutcome]:
        try:
            yield from self._paged.repositories()
        except NoGraphQLError:
            self._taken = self._rest
            yield from self._rest.repositories()

    def with_snapshot(self, repository: RemoteRepository) -> RemoteRepository:
        return self._taken.with_snapshot(repository)

    def labels_api(self, repository: RemoteRepository) -> LabelsApi:
        return self._rest.labels_api(repository)

    def content(self, repository: RemoteRepository, oid: str) -> bytes | None:
        return self._rest.content(repository, oid)

    def contents(self, wanted: Mapping[str, RemoteRepository]) -> Mapping[str, bytes]:
        return self._taken.contents(wanted)
