"""What it means when a forge's API says no, as far as all forges mean the same by a status.

Each forge's adapter turns what it says first; what is left comes here.
"""

from typing import Any, Final

from issue_scaffold.label_sync.http.customs import Answer
from issue_scaffold.label_sync.http.errors import AccessError, ApiError, ExistsError, MissingError
from issue_scaffold.label_sync.http.token import Token

UNAUTHORISED: Final = 401
FORBIDDEN: Final = 403
NOT_FOUND: Final = 404
CONFLICT: Final = 409
_LONGEST_MESSAGE: Final = 300
_MOST_WORDS: Final = 100


def usual_refusal(answer: Answer, what: str, token: Token, hint: str) -> ApiError:
    """Return the error that an answer means; `hint` is what a token needs that isn't enough."""
    said = said_in(answer.data, token)
    if answer.status == UNAUTHORISED:
        return AccessError(f"the token in {token.source} is not valid: {said}", hint=hint)
    if answer.status == FORBIDDEN:
        return AccessError(f"not allowed to {what}: {said}", hint=hint)
    if answer.status == NOT_FOUND:
        return MissingError(f"can't {what}: {said}")
    if answer.status == CONFLICT:
        return ExistsError(f"can't {what}: that name is taken")
    return ApiError(f"can't {what}: {said} (status {answer.status})")


def missing_repository(name: str, token: Token) -> AccessError:
    """Return the error for a repository that the token doesn't see."""
    return AccessError(
        f"{name} was not found: there is no such repository, "
        f"or the token in {token.source} may not see it",
        hint="check the name; a private repository needs a token with access to it",
    )


def said_in(data: Any, token: Token) -> str:  # noqa: ANN401 - JSON
    """Return what an error says, in one line, without the token."""
    found: list[str] = []
    if isinstance(data, dict):
        for key in ("message", "error", "error_description", "errors"):
            _collect(data.get(key), found)
    # The token first: cut through the middle, it wouldn't be found.
    text = token.masked("; ".join(dict.fromkeys(found)) or "no reason given")
    return " ".join(text.encode("utf-8", "replace").decode("utf-8").split())[:_LONGEST_MESSAGE]


def _collect(value: Any, found: list[str], lead: str = "") -> None:  # noqa: ANN401 - JSON
    """Add the texts in a value, which GitLab nests as `{field: [text]}`."""
    if len(found) >= _MOST_WORDS:
        return
    if isinstance(value, str) and value:
        found.append(f"{lead}{value}")
    elif isinstance(value, list):
        texts = [item for item in value[:_MOST_WORDS] if isinstance(item, str)]
        found += [f"{lead}{text}" for text in texts]
    elif isinstance(value, dict):
        for name, item in list(value.items())[:_MOST_WORDS]:
            if not isinstance(item, dict):
                _collect(item, found, f"{name} ")
