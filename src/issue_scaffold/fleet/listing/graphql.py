"""The repositories of an owner on GitHub, by pages of one question each that say nearly everything.

A page has the listings of the folders that a check looks at, and the text of the answers and of the
settings. One that takes the host too long is asked for in halves. Source of the names:
https://docs.github.com/en/graphql/reference/objects#repository
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from issue_scaffold.errors import UsageError
from issue_scaffold.fleet.listing import shapes
from issue_scaffold.fleet.listing.listing import Owner, OwnerKind, unreadable
from issue_scaffold.fleet.listing.rest import RestListing
from issue_scaffold.fleet.outcome import FleetOutcome, Reason, Status, Why
from issue_scaffold.fleet.remote import RemoteFile, RemoteRepository, Snapshot
from issue_scaffold.forge.layout import SETTINGS_PATH
from issue_scaffold.label_sync.adapter import LabelsApi
from issue_scaffold.label_sync.github.answers import read_label
from issue_scaffold.label_sync.http.customs import Answer
from issue_scaffold.label_sync.http.errors import ApiError, UnreachableError
from issue_scaffold.label_sync.http.json_shapes import MalformedAnswerError

if TYPE_CHECKING:
    from issue_scaffold.label_sync.http.client import ApiClient

_PAGE: Final = 50
# After so many pages without a failure they grow again.
_CALM: Final = 4
_MOST_PAGES: Final = 100_000
# Files that a question asks for; a name in GraphQL begins with a letter.
_MOST_TEXTS: Final = 100
_OID_LEAD: Final = "f"
# Statuses of a host, or of a proxy before it, that has no such place.
_ABSENT: Final = frozenset({404, 405, 410, 501})
_ENTRIES: Final = "entries{name mode oid}"
# Of the forge's folder also the texts: what lies in it beside the template's files may be anything,
# and only its content tells.
_DEEP_ENTRIES: Final = (
    f"entries{{name mode oid object{{...on Tree{{{_ENTRIES}}}...on Blob{{text}}}}}}"
)
# Folders besides the root that the validator looks into, and whose names people use elsewhere.
_FOLDERS: Final = {"docs": "docs", "config": "config", "lib": "lib"}
_OPEN: Final = frozenset({"WRITE", "MAINTAIN", "ADMIN"})
_LABELS: Final = "labels(first:100){nodes{name color description}pageInfo{hasNextPage}}"


class NoGraphQLError(ApiError):
    """The host has no GraphQL."""


class _Page(NamedTuple):
    """A page as it came: its rows, of which some may be null, and where the next one begins."""

    nodes: list[Any]
    after: str | None


def page_query(kind: OwnerKind, answers_file: str, *, with_labels: bool) -> str:
    """Return the question for a page."""
    listed = [
        f'{alias}:object(expression:"HEAD:{folder}"){{...on Tree{{{_ENTRIES}}}}}'
        for alias, folder in {"root": "", **_FOLDERS}.items()
    ]
    read = [
        f"{alias}:object(expression:{json.dumps(f'HEAD:{path}')}){{...on Blob{{text}}}}"
        for alias, path in {"answers": answers_file, "settings": SETTINGS_PATH}.items()
    ]
    field = "organization" if kind is OwnerKind.ORG else "user"
    return "\n".join(
        [
            "query($owner:String!,$first:Int!,$after:String){rateLimit{cost remaining resetAt}",
            f"owner:{field}(login:$owner){{repositories(first:$first,after:$after,",
            "ownerAffiliations:[OWNER],orderBy:{field:NAME,direction:ASC}){",
            "pageInfo{hasNextPage endCursor} nodes{",
            "nameWithOwner url isArchived isFork isEmpty isDisabled visibility viewerPermission",
            "primaryLanguage{name} repositoryTopics(first:20){nodes{topic{name}}}",
            "defaultBranchRef{name target{oid}}",
            *read,
            *listed,
            f'github:object(expression:"HEAD:.github"){{...on Tree{{{_DEEP_ENTRIES}}}}}',
            _LABELS if with_labels else "",
            "}}}}",
        ]
    )


def texts_query(oids: Mapping[str, Sequence[str]]) -> str:
    """Return the question for files by git's ids, by the names of repositories that have them."""
    rows = []
    for number, (name, wanted) in enumerate(oids.items()):
        owner, _, short = name.partition("/")
        files = "".join(
            f'{_OID_LEAD}{oid}:object(oid:"{oid}"){{...on Blob{{text}}}}' for oid in wanted
        )
        place = f"owner:{json.dumps(owner)},name:{json.dumps(short)}"
        rows.append(f"r{number}:repository({place}){{{files}}}")
    return f"query{{{' '.join(rows)}}}"


class GraphQLListing:
    """An owner's repositories by GraphQL; what a page doesn't show is asked for by REST."""

    def __init__(
        self,
        client: "ApiClient",
        target: str,
        rest: RestListing,
        answers_file: str,
        *,
        with_labels: bool = False,
    ) -> None:
        """`target` is where GraphQL is on the client's host."""
        self._client = client
        self._target = target
        self._rest = rest
        self._owner: Owner = rest.owner
        self._answers_file = answers_file
        self._query = page_query(rest.owner.kind, answers_file, with_labels=with_labels)
        self._size = _PAGE
        self._calm = 0
        self._clone_base: str | None = None
        self._hidden: list[str] = []
        self._names: set[str] = set()

    @property
    def host(self) -> str:
        """What reports call the host."""
        return self._rest.host

    @property
    def requests(self) -> Mapping[str, int]:
        """How many requests were sent, by their kind."""
        return Counter(self._rest.requests) + Counter(graphql=self._client.calls)

    def repositories(self) -> Iterator[RemoteRepository | FleetOutcome]:
        """Yield the repositories, page by page.

        Raises NoGraphQLError before the first where the host has none, and what
        `HostListing.repositories` raises.
        """
        after: str | None = None
        for _ in range(_MOST_PAGES):
            page = self._page(after)
            for node in page.nodes:
                if node is not None:
                    yield self._told(node)
            after = page.after
            if after is None:
                break
        if self._hidden:
            yield from self._found_otherwise()

    def with_snapshot(self, repository: RemoteRepository) -> RemoteRepository:
        """Return the repository as it is: its page had everything."""
        return repository

    def labels_api(self, repository: RemoteRepository) -> LabelsApi:
        """Return the way to a repository's labels."""
        return self._rest.labels_api(repository)

    def content(self, repository: RemoteRepository, oid: str) -> bytes | None:
        """Return the content of a file by git's id."""
        return self._rest.content(repository, oid)

    def contents(self, wanted: Mapping[str, RemoteRepository]) -> Mapping[str, bytes]:
        """Return the contents of files by git's ids, those that are texts: many with a question."""
        found: dict[str, bytes] = {}
        wishes = list(wanted.items())
        for start in range(0, len(wishes), _MOST_TEXTS):
            found |= self._texts(dict(wishes[start : start + _MOST_TEXTS]))
        return found

    def _texts(self, wanted: Mapping[str, RemoteRepository]) -> dict[str, bytes]:
        by_name: dict[str, list[str]] = {}
        for oid, repository in wanted.items():
            by_name.setdefault(repository.name, []).append(oid)
        what = f"read files of {self._owner}'s repositories"
        answer = self._client.ask(self._target, {"query": texts_query(by_name)})
        if not answer.is_good:
            raise self._client.refused(answer, what)
        try:
            data = shapes.mapping(answer.data, "the answer").get("data")
            nodes = [node for node in shapes.mapping(data, "'data'").values() if node is not None]
            blobs = [item for node in nodes for item in shapes.mapping(node, "a file").items()]
        except MalformedAnswerError as error:
            raise self._client.unexpected(error, what) from error
        return {
            alias.removeprefix(_OID_LEAD): text.encode("utf-8", "surrogatepass")
            for alias, text in ((alias, (blob or {}).get("text")) for alias, blob in blobs)
            if isinstance(text, str)
        }

    def _page(self, after: str | None) -> _Page:
        while True:
            try:
                answer = self._ask(after)
            except UnreachableError:
                if self._size == 1:
                    raise
                self._halve()
                continue
            page = self._read(answer)
            if page is None and self._size > 1:
                self._halve()
                continue
            if page is None:
                raise self._client.refused(answer, f"list the repositories of {self._owner}")
            self._grow()
            return page

    def _ask(self, after: str | None) -> Answer:
        variables = {"owner": self._owner.name, "first": self._size, "after": after}
        question = {"query": self._query, "variables": variables}
        answer = self._client.ask(self._target, question, is_retried=self._size == 1)
        if answer.status in _ABSENT:
            raise NoGraphQLError(f"{self._client.host} has no GraphQL")
        if not answer.is_good:
            raise self._client.refused(answer, f"list the repositories of {self._owner}")
        return answer

    def _read(self, answer: Answer) -> _Page | None:
        """Return the page of an answer, None for one that may be had in smaller pieces."""
        try:
            data = shapes.mapping(answer.data, "the answer")
            errors = [one for one in data.get("errors") or () if isinstance(one, dict)]
            owner = (data.get("data") or {}).get("owner")
            if owner is None:
                self._refuse_owner(errors, answer)
                return None
            found = shapes.mapping(owner, "'owner'").get("repositories")
            if found is None:
                return None
            connection = shapes.mapping(found, "'repositories'")
            nodes = shapes.rows(connection.get("nodes"), "'nodes'", _PAGE)
            cursor = shapes.mapping(connection.get("pageInfo"), "'pageInfo'")
        except MalformedAnswerError as error:
            raise self._client.unexpected(error, f"list {self._owner}") from error
        self._note_hidden(nodes, errors)
        after = cursor.get("endCursor")
        if not cursor.get("hasNextPage") or not isinstance(after, str):
            after = None
        return _Page(nodes, after)

    def _refuse_owner(self, errors: list[dict[str, Any]], answer: Answer) -> None:
        """Raise for an owner that isn't there, or isn't shown; come back where it may be both."""
        kinds = {one.get("type") for one in errors}
        if "NOT_FOUND" in kinds or not errors:
            raise UsageError(
                f"there is no {self._owner} on {self._client.host}, "
                f"or the token in {self._client.token.source} may not see it",
                hint="check the name: --org names organisations, --user users",
            )
        if kinds & {"FORBIDDEN", "INSUFFICIENT_SCOPES"}:
            denied = Answer(403, answer.headers, {"message": _said(errors)}, answer.target)
            raise self._client.refused(denied, f"list the repositories of {self._owner}")

    def _note_hidden(self, nodes: list[Any], errors: list[dict[str, Any]]) -> None:
        number = nodes.count(None)
        if number:
            why = self._client.token.masked(_said(errors) or "no reason given")
            self._hidden += [why] * number

    def _halve(self) -> None:
        self._size = max(1, self._size // 2)
        self._calm = 0

    def _grow(self) -> None:
        self._calm += 1
        if self._calm >= _CALM and self._size < _PAGE:
            self._size = min(_PAGE, self._size * 2)
            self._calm = 0

    def _found_otherwise(self) -> Iterator[RemoteRepository | FleetOutcome]:
        """Yield what pages have hidden: by REST, which names it; git may show what is in it."""
        found = 0
        message = self._hidden[0]
        try:
            for one in self._rest.repositories():
                if isinstance(one, RemoteRepository) and one.name.lower() not in self._names:
                    found += 1
                    yield one
        except ApiError as error:
            message = error.message
        if found < len(self._hidden):
            number = len(self._hidden) - found
            why = Why(Reason.FORBIDDEN, f"the host hides {number} of its repositories: {message}")
            name, host = self._owner.row, self._rest.host
            yield FleetOutcome(repository=name, status=Status.FAILED, why=why, host=host)

    def _told(self, node: Any) -> RemoteRepository | FleetOutcome:  # noqa: ANN401 - JSON
        try:
            return self._repository(node)
        except (MalformedAnswerError, AttributeError, KeyError, TypeError) as error:
            return unreadable(self._owner, self.host, MalformedAnswerError(str(error)))

    def _repository(self, node: Any) -> RemoteRepository:  # noqa: ANN401 - JSON
        row = shapes.mapping(node, "a repository")
        name = shapes.repository_name(row.get("nameWithOwner"))
        head = row.get("defaultBranchRef") or {}
        found = RemoteRepository(
            host=self._rest.host,
            name=name,
            clone_url=self._clone_url(name, shapes.address(row.get("url"))),
            branch=shapes.text(head.get("name")),
            commit=shapes.oid((head.get("target") or {}).get("oid")),
            is_archived=row.get("isArchived") is True,
            is_fork=row.get("isFork") is True,
            is_empty=row.get("isEmpty") is True,
            is_disabled=row.get("isDisabled") is True,
            visibility=(shapes.text(row.get("visibility")) or "").lower() or None,
            language=shapes.text((row.get("primaryLanguage") or {}).get("name")),
            topics=_topics(row),
            may_push=_may_push(row.get("viewerPermission")),
        )
        snapshot = self._snapshot(row)
        self._names.add(name.lower())
        return replace(self._rest.located(found), snapshot=snapshot)

    def _clone_url(self, name: str, page: str) -> str:
        """Return git's address, as REST says it of the first repository and so of all."""
        if self._clone_base is None:
            self._clone_base = self._rest.clone_base(name) or page.removesuffix(f"/{name}")
        return f"{self._clone_base}/{name}.git"

    def _snapshot(self, row: Mapping[str, Any]) -> Snapshot | None:
        root = _entries(row.get("root"), "")
        if root is None:
            return None
        files = _with_folders(root, row)
        for alias, path in (("answers", self._answers_file), ("settings", SETTINGS_PATH)):
            _tell(files, path, row.get(alias))
        return Snapshot(files, labels=self._labels(row.get("labels")))

    def _labels(self, found: Any) -> tuple[Any, ...] | None:  # noqa: ANN401 - JSON
        """Return the labels of a page, None where it has only a part of them."""
        if not found or (found.get("pageInfo") or {}).get("hasNextPage") is not False:
            return None
        nodes = shapes.rows(found.get("nodes"), "'labels'", 100)
        return tuple(read_label(node, self._client.token) for node in nodes)


def _with_folders(root: dict[str, RemoteFile], row: Mapping[str, Any]) -> dict[str, RemoteFile]:
    """Return the entries of the root with those of its folders that a page has, in their place."""
    files = dict(root)
    for alias, folder in _FOLDERS.items():
        _put(files, folder, _entries(row.get(alias), f"{folder}/"))
    _put(files, ".github", _entries(row.get("github"), ".github/"))
    for item in (row.get("github") or {}).get("entries") or ():
        place = f".github/{item['name']}"
        _put(files, place, _entries(item.get("object"), f"{place}/"))
        _tell(files, place, item.get("object"))
    return files


def _tell(files: dict[str, RemoteFile], path: str, blob: Any) -> None:  # noqa: ANN401 - JSON
    """Add the text of a file, if it came."""
    text = blob.get("text") if isinstance(blob, dict) else None
    if path in files and isinstance(text, str):
        files[path] = files[path]._replace(text=text)


def _put(
    files: dict[str, RemoteFile], folder: str, inside: Mapping[str, RemoteFile] | None
) -> None:
    entry = files.get(folder)
    if inside is not None and entry is not None and entry.mode == shapes.FOLDER_MODE:
        del files[folder]
        files.update(inside)


def _entries(tree: Any, lead: str) -> dict[str, RemoteFile] | None:  # noqa: ANN401 - JSON
    """Return the entries of a folder by their paths, None where it isn't listed."""
    if not isinstance(tree, dict) or not isinstance(tree.get("entries"), list):
        return None
    return {
        f"{lead}{item['name']}": shapes.entry(item.get("mode"), item.get("oid"))
        for item in tree["entries"]
    }


def _topics(row: Mapping[str, Any]) -> frozenset[str]:
    nodes = (row.get("repositoryTopics") or {}).get("nodes") or []
    return shapes.texts([node["topic"]["name"] for node in nodes if node])


def _may_push(permission: object) -> bool | None:
    return None if permission is None else permission in _OPEN


def _said(errors: list[dict[str, Any]]) -> str:
    messages = [one["message"] for one in errors if isinstance(one.get("message"), str)]
    return "; ".join(dict.fromkeys(messages))[:300]
