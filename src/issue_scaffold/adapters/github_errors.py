"""What it means when GitHub's API says no, in words that tell what to do. Needs no client, so that all may know it."""

from collections.abc import Mapping
from typing import Any, Final

from issue_scaffold.adapters.token import Token
from issue_scaffold.errors import ScaffoldError

_UNAUTHORISED: Final = 401
_FORBIDDEN: Final = 403
_NOT_FOUND: Final = 404
_INVALID: Final = 422
_LONGEST_MESSAGE: Final = 300


class GitHubError(ScaffoldError):
    """The API refused one request; others may still do."""


class AccessError(GitHubError):
    """The API would refuse every request like this: bad token, no permission, no such repository, archived."""


class UnreachableError(AccessError):
    """There was no answer that could be understood."""


class RateLimitError(AccessError):
    """The limit lasts longer than anyone should wait."""


class MissingError(GitHubError):
    """What the request is about isn't there."""


class ExistsError(GitHubError):
    """A label of that name is there already."""


def refusal(status: int, headers: Mapping[str, str], data: Any, what: str, token: Token) -> GitHubError:  # noqa: ANN401
    """Return the error that an answer means; `what` was asked for ("create label 'bug'")."""
    said = token.masked(_said(data))
    if status == _UNAUTHORISED:
        return AccessError(f"the token in {token.source} is not valid: {said}", hint="set a new one, or: gh auth login")
    if status == _FORBIDDEN and "archived" in said.lower():
        return AccessError(f"can't {what}: the repository is archived, so its labels can't be changed")
    if status == _FORBIDDEN:
        return AccessError(f"not allowed to {what}: {said}", hint=_permission(headers, said, token))
    if status == _NOT_FOUND:
        return MissingError(f"can't {what}: {said}")
    if status == _INVALID and _has_code(data, "already_exists"):
        return ExistsError(f"can't {what}: that name is taken")
    return GitHubError(f"can't {what}: {said} (status {status})")


def missing_repository(name: str, token: Token) -> AccessError:
    """Return the error for a repository that the token doesn't see."""
    return AccessError(
        f"{name} was not found: there is no such repository, or the token in {token.source} may not see it",
        hint="check the name; a private repository needs a token with access to it",
    )


def _permission(headers: Mapping[str, str], said: str, token: Token) -> str:
    """Return what the token lacks, as the answer's headers tell it."""
    accepted = headers.get("x-accepted-github-permissions", "")
    scopes = headers.get("x-accepted-oauth-scopes", "")
    if "saml" in said.lower():
        return f"authorise the token in {token.source} for the organisation's single sign-on"
    if accepted:
        return f"the token in {token.source} needs the permission {accepted.replace('=', ': ').replace(';', ' or')}"
    if scopes and "x-oauth-scopes" in headers and not {"repo", "public_repo"} & _words(headers["x-oauth-scopes"]):
        return f"the token in {token.source} needs the scope repo (public_repo for a public repository)"
    return token.lacks


def _words(text: str) -> set[str]:
    return {word.strip() for word in text.split(",")}


def _said(data: Any) -> str:  # noqa: ANN401 - JSON
    """Return the server's message, and its details, in one line."""
    if not isinstance(data, dict):
        return "no reason given"
    errors = data.get("errors")
    details = [_detail(item) for item in errors] if isinstance(errors, list) else []
    text = ": ".join(part for part in (str(data.get("message") or "no reason given"), "; ".join(details)) if part)
    return " ".join(text.split())[:_LONGEST_MESSAGE]


def _detail(item: Any) -> str:  # noqa: ANN401 - JSON
    if not isinstance(item, dict):
        return str(item)
    return str(item.get("message") or " ".join(str(item[key]) for key in ("field", "code") if key in item))


def _has_code(data: Any, code: str) -> bool:  # noqa: ANN401 - JSON
    errors = data.get("errors") if isinstance(data, dict) else None
    return isinstance(errors, list) and any(isinstance(item, dict) and item.get("code") == code for item in errors)
