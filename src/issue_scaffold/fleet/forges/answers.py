"""What answers about pull requests and issues hold, by the names that each forge gives things.

Source of the shapes: https://docs.github.com/en/rest/pulls/pulls, `templates/swagger/v1_json.tmpl`
in Gitea's source, https://docs.gitlab.com/api/merge_requests/. JSON and shapes as such are
`label_sync/http/json_shapes`.
"""

from collections.abc import Callable
from typing import Any, Final

from issue_scaffold.fleet.forges.pull_request import FoundIssue, PullRequest, PullRequestState
from issue_scaffold.label_sync.http.json_shapes import (
    ListShape,
    ObjectShape,
    Shape,
    ValueShape,
    is_number,
    is_text,
)
from issue_scaffold.label_sync.http.label_shapes import BOOLEAN, OPTIONAL_TEXT, refuse_echo
from issue_scaffold.label_sync.http.token import Token

# What titles of drafts begin with where a forge has nothing else for them:
# https://docs.gitea.com/usage/pull-request and
# https://docs.gitlab.com/user/project/merge_requests/drafts/
GITEA_DRAFT: Final = "WIP: "
GITLAB_DRAFT: Final = "Draft: "
_NUMBER: Final = ValueShape(expected="a number above 0", holds=is_number)
_TEXT: Final = ValueShape(expected="a text", holds=is_text)
_BODY: Final = ValueShape(
    expected="a text or null", holds=lambda value: value is None or isinstance(value, str)
)
_OPTIONAL_NUMBER: Final = ValueShape(
    expected="a number or null", holds=lambda value: value is None or is_number(value)
)
_GITHUB_PULL: Final = ObjectShape(
    fields={
        "number": _NUMBER,
        "html_url": _TEXT,
        "state": _TEXT,
        "title": _TEXT,
        "body": _BODY,
        "merged_at": OPTIONAL_TEXT,
        "draft": BOOLEAN,
        "node_id": OPTIONAL_TEXT,
        "head": ObjectShape(fields={"sha": _TEXT, "ref": _TEXT}),
    },
    # Servers of Gitea's kind leave some out.
    optional=frozenset({"merged_at", "draft", "node_id"}),
)
_GITLAB_PULL: Final = ObjectShape(
    fields={
        "iid": _NUMBER,
        "web_url": _TEXT,
        "state": _TEXT,
        "title": _TEXT,
        "description": _BODY,
        "sha": OPTIONAL_TEXT,
        "source_branch": _TEXT,
        "source_project_id": _OPTIONAL_NUMBER,
        "target_project_id": _NUMBER,
    },
    optional=frozenset({"sha", "source_project_id"}),
)
_GITHUB_ISSUE: Final = ObjectShape(
    fields={"number": _NUMBER, "html_url": _TEXT, "title": _TEXT, "body": _BODY, "state": _TEXT}
)
_GITLAB_ISSUE: Final = ObjectShape(
    fields={"iid": _NUMBER, "web_url": _TEXT, "title": _TEXT, "description": _BODY, "state": _TEXT}
)
_GITHUB_COMMENTS: Final = ListShape(item=ObjectShape(fields={"body": _BODY}))
_GITLAB_USERS: Final = ListShape(item=ObjectShape(fields={"id": _NUMBER}))
_LIST: Final = ListShape(item=ObjectShape(fields={}))
_STATES: Final = {"merged": PullRequestState.MERGED, "closed": PullRequestState.CLOSED}


def read_github_pull(data: Any, token: Token) -> PullRequest:  # noqa: ANN401 - JSON
    """Return one pull request of GitHub's. Raises MalformedAnswerError."""
    return _pull(data, token, draft_sign="")


def read_gitea_pull(data: Any, token: Token) -> PullRequest:  # noqa: ANN401 - JSON
    """Return one pull request of Gitea's. Raises MalformedAnswerError."""
    return _pull(data, token, draft_sign=GITEA_DRAFT)


def _pull(data: Any, token: Token, draft_sign: str) -> PullRequest:  # noqa: ANN401 - JSON
    _GITHUB_PULL.check(data, "the answer")
    refuse_echo(token, data["html_url"], data["title"])
    title, is_draft = _without_sign(data["title"], draft_sign)
    state = PullRequestState.OPEN
    if data.get("merged_at"):
        state = PullRequestState.MERGED
    elif data["state"] == "closed":
        state = PullRequestState.CLOSED
    elif is_draft or data.get("draft"):
        state = PullRequestState.DRAFT
    return PullRequest(
        number=data["number"],
        url=data["html_url"],
        state=state,
        title=title,
        body=data["body"] or "",
        head=data["head"]["sha"],
        branch=_own_branch(data),
        key=data.get("node_id") or "",
    )


def read_gitlab_pull(data: Any, token: Token) -> PullRequest:  # noqa: ANN401 - JSON
    """Return one merge request. Raises MalformedAnswerError."""
    _GITLAB_PULL.check(data, "the answer")
    refuse_echo(token, data["web_url"], data["title"])
    title, is_draft = _without_sign(data["title"], GITLAB_DRAFT)
    branch = data["source_branch"]
    if data.get("source_project_id") != data["target_project_id"]:
        branch = ""
    state = _STATES.get(data["state"])
    if state is None:
        state = PullRequestState.DRAFT if is_draft else PullRequestState.OPEN
    return PullRequest(
        number=data["iid"],
        url=data["web_url"],
        state=state,
        title=title,
        body=data["description"] or "",
        head=data.get("sha") or "",
        branch=branch,
    )


def _without_sign(title: str, sign: str) -> tuple[str, bool]:
    """Return a title without the sign of a draft, and whether it had one."""
    if sign and title.lower().startswith(sign.lower()):
        return title[len(sign) :], True
    return title, False


def _own_branch(data: dict[str, Any]) -> str:
    """Return the branch of this repository that a pull request comes from; the fork may be gone."""
    own = _id_of(data.get("base"))
    if own is None or _id_of(data["head"]) != own:
        return ""
    return str(data["head"]["ref"])


def _id_of(side: Any) -> object:  # noqa: ANN401 - JSON
    """Return the number of the repository of one side of a pull request, None where it is gone."""
    repository = side.get("repo") if isinstance(side, dict) else None
    return repository.get("id") if isinstance(repository, dict) else None


def read_pulls(
    item: Callable[[Any, Token], PullRequest],
) -> Callable[[Any, Token], tuple[PullRequest, ...]]:
    """Return what reads a page of pull requests."""

    def read(data: Any, token: Token) -> tuple[PullRequest, ...]:  # noqa: ANN401 - JSON
        _LIST.check(data, "the answer")
        return tuple(item(row, token) for row in data)

    return read


def read_github_issue(data: Any, token: Token) -> FoundIssue:  # noqa: ANN401 - JSON
    """Return one issue of GitHub's or Gitea's. Raises MalformedAnswerError."""
    return _issue(data, token, _GITHUB_ISSUE, ("number", "html_url", "body"))


def read_gitlab_issue(data: Any, token: Token) -> FoundIssue:  # noqa: ANN401 - JSON
    """Return one issue of GitLab's. Raises MalformedAnswerError."""
    return _issue(data, token, _GITLAB_ISSUE, ("iid", "web_url", "description"))


def _issue(
    data: Any,  # noqa: ANN401 - JSON
    token: Token,
    shape: Shape,
    names: tuple[str, str, str],
) -> FoundIssue:
    shape.check(data, "the answer")
    number, url, body = (data[name] for name in names)
    refuse_echo(token, url, data["title"])
    return FoundIssue(number, url, data["title"], body or "", data["state"] != "closed")


def read_issues(
    item: Callable[[Any, Token], FoundIssue],
) -> Callable[[Any, Token], tuple[FoundIssue, ...]]:
    """Return what reads a page of issues; GitHub's API has pull requests among them."""

    def read(data: Any, token: Token) -> tuple[FoundIssue, ...]:  # noqa: ANN401 - JSON
        _LIST.check(data, "the answer")
        return tuple(item(row, token) for row in data if not row.get("pull_request"))

    return read


def read_comments(data: Any, _: Token) -> tuple[str, ...]:  # noqa: ANN401 - JSON
    """Return what a page of comments says. Raises MalformedAnswerError."""
    _GITHUB_COMMENTS.check(data, "the answer")
    return tuple(row["body"] or "" for row in data)


def read_gitlab_user(data: Any, _: Token) -> int | None:  # noqa: ANN401 - JSON
    """Return the number of the one user that a list has; None of an empty one."""
    _GITLAB_USERS.check(data, "the answer")
    return int(data[0]["id"]) if data else None
