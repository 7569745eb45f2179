"""The repositories of an owner by any forge's REST API: pages of them, and a request for each tree.

What is special about a forge is a row of `CUSTOMS`. Sources: https://docs.github.com/en/rest/repos,
https://docs.github.com/en/rest/git/trees, `routers/api/v1/repo/tree.go` in Gitea's source, and
https://docs.gitlab.com/api/repositories/
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import quote

from issue_scaffold.errors import UsageError
from issue_scaffold.fleet.listing import shapes
from issue_scaffold.fleet.listing.listing import Owner, OwnerKind, unreadable
from issue_scaffold.fleet.outcome import FleetOutcome
from issue_scaffold.fleet.remote import RemoteFile, RemoteRepository, Snapshot
from issue_scaffold.forge.remote import Repository
from issue_scaffold.label_sync.adapter import LabelsApi
from issue_scaffold.label_sync.http.calls import ApiCalls
from issue_scaffold.label_sync.http.customs import Answer
from issue_scaffold.label_sync.http.errors import ApiError, EmptyRepositoryError, MissingError
from issue_scaffold.label_sync.http.json_shapes import MalformedAnswerError
from issue_scaffold.label_sync.http.token import Token

if TYPE_CHECKING:
    from issue_scaffold.label_sync.http.client import ApiClient

_MOST_PAGES: Final = 10_000
# A tree that takes more pages is looked into by git.
_MOST_TREE_PAGES: Final = 5

ConnectLabels = Callable[[Repository], LabelsApi]
ReadRepository = Callable[[str, Mapping[str, Any]], RemoteRepository]


class ListedHost(NamedTuple):
    """A host as reports call it, and the address of its API."""

    name: str
    api_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingCustoms:
    """What one forge's API has of its own.

    `owners` are the paths of an owner's repositories, by the option that names the owner; `query`
    goes with them. `repository`, `tree` and `blob` are paths, with `{name}`, `{branch}` and `{oid}`
    in them. `items` is where a tree's entries are, None for a list itself; `key` is what their ids
    are called. `quotes_slash` says that a name is one segment of a path, `is_numbered` that pages
    are asked for by number.
    """

    owners: Mapping[OwnerKind, str]
    query: Mapping[str, str]
    repository: str
    tree: str
    blob: str
    read: ReadRepository
    tree_query: Mapping[str, str] = field(default_factory=dict)
    items: str | None = "tree"
    key: str = "sha"
    quotes_slash: bool = False
    is_numbered: bool = False


class RestListing:
    """An owner's repositories by REST. Methods raise ApiError."""

    def __init__(
        self,
        client: "ApiClient",
        host: ListedHost,
        owner: Owner,
        customs: ListingCustoms,
        connect: ConnectLabels,
    ) -> None:
        """Send nothing yet; `connect` opens the way to a repository's labels."""
        self._connect = connect
        self._api_url = host.api_url
        self._opened: list[LabelsApi] = []
        self.host = host.name
        self.owner = owner
        self._client = client
        self._calls = ApiCalls(client)
        self._customs = customs
        self._contents = 0

    @property
    def requests(self) -> Mapping[str, int]:
        """How many requests were sent, by their kind."""
        calls = self._client.calls + sum(api.calls for api in self._opened)
        return Counter(rest=calls - self._contents, content=self._contents)

    def repositories(self) -> Iterator[RemoteRepository | FleetOutcome]:
        """Yield the repositories, page by page.

        Raises what `HostListing.repositories` raises.
        """
        what = f"list the repositories of {self.owner}"
        path = self._customs.owners.get(self.owner.kind)
        if path is None:
            raise UsageError(
                f"{self.host} knows no {self.owner.kind}s",
                hint=f"name it by --{next(iter(self._customs.owners))}",
            )
        path = path.format(name=quote(self.owner.name, safe=""))
        try:
            yield from self._pages(path, self._customs.query, what)
        except MissingError as error:
            raise UsageError(
                f"there is no {self.owner} on {self.host}, "
                f"or the token in {self._client.token.source} may not see it",
                hint="check the name: --org names organisations, --user users, --group groups",
            ) from error

    def with_snapshot(self, repository: RemoteRepository) -> RemoteRepository:
        """Return a repository with the listing of its default branch, in one request mostly."""
        if repository.branch is None or repository.is_empty:
            return repository
        path = self._path(
            self._customs.tree, repository.name, branch=quote(repository.branch, safe="")
        )
        query = {
            name: value.replace("{branch}", repository.branch)
            for name, value in self._customs.tree_query.items()
        }
        try:
            snapshot = self._tree(path, query, f"list the files of {repository.name}")
        except EmptyRepositoryError:
            return replace(repository, is_empty=True)
        except MissingError:
            return repository
        return replace(repository, snapshot=snapshot)

    def labels_api(self, repository: RemoteRepository) -> LabelsApi:
        """Return the way to a repository's labels. Nothing is sent yet."""
        owner, _, name = repository.name.rpartition("/")
        api = self._connect(Repository(owner=owner, name=name, host=self.host))
        self._opened.append(api)
        return api

    def content(self, repository: RemoteRepository, oid: str) -> bytes | None:
        """Return the content of a file by git's id."""
        what = f"read a file of {repository.name}"
        calls = self._client.calls
        try:
            answer = self._calls.get(
                self._path(self._customs.blob, repository.name, oid=oid), None, what
            )
        finally:
            self._contents += self._client.calls - calls
        return self._calls.read(answer, _blob, what)

    def contents(self, wanted: Mapping[str, RemoteRepository]) -> Mapping[str, bytes]:
        """Return the contents of files by git's ids: a request for each."""
        found = {}
        for oid, repository in wanted.items():
            with suppress(MissingError):
                content = self.content(repository, oid)
                if content is not None:
                    found[oid] = content
        return found

    def clone_base(self, name: str) -> str | None:
        """Return what git's addresses of all repositories begin with, by that of one of them.

        None where that can't be told.
        """
        try:
            answer = self._calls.get(self._path(self._customs.repository, name), None, "read it")
            url = self._read(shapes.mapping(answer.data, "the answer")).clone_url
        except (ApiError, MalformedAnswerError):
            return None
        ending = f"/{name}.git"
        return url.removesuffix(ending) if url.endswith(ending) else None

    def _path(self, pattern: str, name: str, **more: str) -> str:
        safe = "" if self._customs.quotes_slash else "/"
        return pattern.format(name=quote(name, safe=safe), **more)

    def _pages(
        self, path: str, query: Mapping[str, str], what: str
    ) -> Iterator[RemoteRepository | FleetOutcome]:
        def read(
            data: Any,  # noqa: ANN401 - JSON
            _: Token,
        ) -> tuple[RemoteRepository | FleetOutcome, ...]:
            return tuple(map(self._told, shapes.rows(data, "the answer")))

        if self._customs.is_numbered:
            yield from self._calls.numbered_pages(path, query, what, read)
            return
        for answer in self._answers(path, query, what, _MOST_PAGES):
            yield from self._calls.read(answer, read, what)

    def _answers(
        self, path: str, query: Mapping[str, str], what: str, most: int
    ) -> Iterator[Answer]:
        """Yield pages, each of which names the next one in its headers."""
        answer = self._calls.get(path, query, what)
        yield answer
        for _ in range(most - 1):
            following = self._client.next_path(answer)
            if following is None:
                return
            answer = self._calls.get(following, None, what)
            yield answer

    def _tree(self, path: str, query: Mapping[str, str], what: str) -> Snapshot:
        files: dict[str, RemoteFile] = {}
        is_whole = True
        answer = None
        for answer in self._answers(path, query, what, _MOST_TREE_PAGES):
            found = self._calls.read(answer, self._tree_page, what)
            files.update(found.files)
            is_whole = is_whole and found.is_whole
        if answer is not None and answer.next_link is not None:
            is_whole = False
        return Snapshot(files, is_whole=is_whole)

    def _tree_page(self, data: Any, _: Token) -> Snapshot:  # noqa: ANN401 - JSON
        items, is_whole = data, True
        if self._customs.items is not None:
            row = shapes.mapping(data, "the answer")
            items, is_whole = row.get(self._customs.items), row.get("truncated") is not True
        entries = shapes.rows(items, "the tree", 1_000_000)
        return Snapshot(shapes.entries_of_a_tree(entries, self._customs.key), is_whole=is_whole)

    def _told(self, row: Any) -> RemoteRepository | FleetOutcome:  # noqa: ANN401 - JSON
        try:
            return self._read(shapes.mapping(row, "a repository"))
        except MalformedAnswerError as error:
            return unreadable(self.owner, self.host, error)

    def _read(self, row: Mapping[str, Any]) -> RemoteRepository:
        return self.located(self._customs.read(self.host, row))

    def located(self, repository: RemoteRepository) -> RemoteRepository:
        """Return a repository with the API that told of it."""
        return replace(repository, api_url=self._api_url)


def _blob(data: Any, _: Token) -> bytes | None:  # noqa: ANN401 - JSON
    return shapes.content_of_blob(data)


def _of_github(host: str, row: Mapping[str, Any]) -> RemoteRepository:
    """Return the repository that GitHub, Gitea or Forgejo tells of. Raises MalformedAnswerError."""
    rights = row.get("permissions")
    visibility = shapes.text(row.get("visibility"))
    if visibility is None and isinstance(row.get("private"), bool):
        visibility = "private" if row["private"] else "public"
    if row.get("internal") is True:
        visibility = "internal"
    return RemoteRepository(
        host=host,
        name=shapes.repository_name(row.get("full_name")),
        clone_url=shapes.address(row.get("clone_url")),
        branch=shapes.text(row.get("default_branch")),
        is_archived=row.get("archived") is True,
        is_fork=row.get("fork") is True,
        is_empty=row.get("empty") is True,
        is_disabled=row.get("disabled") is True,
        visibility=visibility,
        language=shapes.text(row.get("language")),
        topics=shapes.texts(row.get("topics")),
        may_push=rights.get("push") is True if isinstance(rights, dict) else None,
    )


# https://docs.gitlab.com/api/members/#roles
_DEVELOPER: Final = 30


def _of_gitlab(host: str, row: Mapping[str, Any]) -> RemoteRepository:
    """Return the project that GitLab tells of. Raises MalformedAnswerError."""
    return RemoteRepository(
        host=host,
        name=shapes.repository_name(row.get("path_with_namespace")),
        clone_url=shapes.address(row.get("http_url_to_repo")),
        branch=shapes.text(row.get("default_branch")),
        is_archived=row.get("archived") is True,
        is_fork=isinstance(row.get("forked_from_project"), dict),
        is_empty=row.get("empty_repo") is True,
        is_disabled=row.get("repository_access_level") == "disabled",
        visibility=shapes.text(row.get("visibility")),
        topics=shapes.texts(row.get("topics")),
        may_push=_gitlab_rights(row.get("permissions")),
    )


def _gitlab_rights(given: object) -> bool | None:
    if not isinstance(given, dict):
        return None
    levels = [one.get("access_level") for one in given.values() if isinstance(one, dict)]
    return any(isinstance(level, int) and level >= _DEVELOPER for level in levels)


_GITHUB: Final = ListingCustoms(
    owners={OwnerKind.ORG: "/orgs/{name}/repos", OwnerKind.USER: "/users/{name}/repos"},
    query={"per_page": "100", "sort": "full_name", "direction": "asc"},
    repository="/repos/{name}",
    tree="/repos/{name}/git/trees/{branch}",
    tree_query={"recursive": "1"},
    blob="/repos/{name}/git/blobs/{oid}",
    read=_of_github,
)
_GITEA: Final = replace(
    _GITHUB,
    query={"limit": "50"},
    tree_query={"recursive": "true", "per_page": "10000"},
    is_numbered=True,
)
_GITLAB: Final = ListingCustoms(
    owners={
        OwnerKind.GROUP: "/groups/{name}/projects",
        OwnerKind.ORG: "/groups/{name}/projects",
        OwnerKind.USER: "/users/{name}/projects",
    },
    query={"per_page": "100", "include_subgroups": "true", "order_by": "path", "sort": "asc"},
    repository="/projects/{name}",
    tree="/projects/{name}/repository/tree",
    tree_query={"recursive": "true", "per_page": "100", "ref": "{branch}"},
    blob="/projects/{name}/repository/blobs/{oid}",
    read=_of_gitlab,
    items=None,
    key="id",
    quotes_slash=True,
)
CUSTOMS: Final[Mapping[str, ListingCustoms]] = {
    "github": _GITHUB,
    "gitea": _GITEA,
    "forgejo": _GITEA,
    "gitlab": _GITLAB,
}
