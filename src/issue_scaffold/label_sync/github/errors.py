"""What it means when GitHub's API says no, in words that tell what to do.

Needs no client, so that all may know it.
"""

import re
from collections.abc import Mapping
from typing import Final

from issue_scaffold.label_sync.github.answers import read_error_body
from issue_scaffold.label_sync.http.customs import Answer
from issue_scaffold.label_sync.http.errors import (
    AccessError,
    ApiError,
    EmptyRepositoryError,
    ExistsError,
    MissingError,
)
from issue_scaffold.label_sync.http.token import Token

_UNAUTHORISED: Final = 401
_FORBIDDEN: Final = 403
_NOT_FOUND: Final = 404
_CONFLICT: Final = 409
_INVALID: Final = 422
# As GitHub names permissions: `issues=write; pull_requests=write`.
_PERMISSIONS: Final = re.compile(r"[a-z_]+=[a-z]+(; ?[a-z_]+=[a-z]+){0,9}")


def refusal(answer: Answer, what: str, token: Token) -> ApiError:
    """Return the error that an answer means; `what` was asked for ("create label 'bug'")."""
    status, headers = answer.status, answer.headers
    problem = read_error_body(answer.data, token)
    said = problem.said
    if status == _UNAUTHORISED:
        return AccessError(
            f"the token in {token.source} is not valid: {said}",
            hint="set a new one, or: gh auth login",
        )
    if status == _FORBIDDEN and "archived" in said.lower():
        return AccessError(
            f"can't {what}: the repository is archived, so its labels can't be changed"
        )
    if status == _FORBIDDEN:
        return AccessError(f"not allowed to {what}: {said}", hint=_permission(headers, said, token))
    if status == _INVALID and "already_exists" in problem.codes:
        return ExistsError(f"can't {what}: that name is taken")
    return _of_state(status, what, said)


def _of_state(status: int, what: str, said: str) -> ApiError:
    """Return the error for something that isn't there, or not in the state that was expected."""
    if status == _NOT_FOUND:
        return MissingError(f"can't {what}: {said}")
    if status == _CONFLICT and "empty" in said.lower():
        return EmptyRepositoryError(f"can't {what}: {said}")
    return ApiError(f"can't {what}: {said} (status {status})")


def lacking(token: Token) -> str:
    """Return what to say when a token may not write labels, and the server doesn't tell why."""
    owner = f"the owner of the token in {token.source} needs write access"
    return f"{owner}, a fine-grained token issues: write"


def _permission(headers: Mapping[str, str], said: str, token: Token) -> str:
    """Return what the token lacks, as the answer's headers tell it."""
    accepted = headers.get("x-accepted-github-permissions", "")
    scopes = headers.get("x-accepted-oauth-scopes", "")
    if "saml" in said.lower() or headers.get("x-github-sso", "").startswith("required"):
        return f"authorise the token in {token.source} for the organisation's single sign-on"
    if _PERMISSIONS.fullmatch(accepted):
        permission = accepted.replace("=", ": ").replace(";", " or")
        return f"the token in {token.source} needs the permission {permission}"
    owned = headers.get("x-oauth-scopes")
    if scopes and owned is not None and not {"repo", "public_repo"} & _words(owned):
        scope = "repo (public_repo for a public repository)"
        return f"the token in {token.source} needs the scope {scope}"
    return lacking(token)


def _words(text: str) -> set[str]:
    return {word.strip() for word in text.split(",")}
