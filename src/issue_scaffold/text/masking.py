"""Taking secrets out of a text that is shown or kept: those of URLs and of the environment.

Pure. No URL with credentials should come so far; this is for the one that does.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from issue_scaffold.text.late_patterns import late_pattern

MASK: Final = "***"
# Where a token for a forge may lie, by the names that gh and GitHub's workflows give it.
GITHUB_TOKENS: Final = ("GH_TOKEN", "GITHUB_TOKEN")
ENTERPRISE_TOKENS: Final = ("GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN")
# As glab calls them, and as Gitea's and Forgejo's tools and runners do.
GITLAB_TOKENS: Final = ("GITLAB_TOKEN", "GITLAB_ACCESS_TOKEN", "OAUTH_TOKEN")
GITEA_TOKENS: Final = ("GITEA_TOKEN",)
FORGEJO_TOKENS: Final = ("FORGEJO_TOKEN",)
TOKENS: Final = (
    *(*GITHUB_TOKENS, *ENTERPRISE_TOKENS),
    *(*GITLAB_TOKENS, *GITEA_TOKENS, *FORGEJO_TOKENS),
    *("CI_JOB_TOKEN", "SCAFFOLD_TOKEN"),
)

# A shorter value is more likely a word that stands elsewhere too.
_SHORTEST: Final = 8
# RFC 3986, section 3.2.1; up to the last @ before the path, since a password may hold one that
# isn't escaped.
_USERINFO: Final = late_pattern(r":/{1,2}([^/?#\s<>\"`\[\]]+)@")
_SCHEME: Final = late_pattern(r"[A-Za-z0-9+.-]{1,20}$")
_WORDS: Final = "token|secret|passw|pwd|key|auth|sig|credential|session|jwt"
_QUERY: Final = late_pattern(
    rf"([?&;#][\w.-]{{0,40}}?(?:{_WORDS})[\w.-]{{0,40}}=)[^&;#\s<>\"`\[\])]+",
    re.IGNORECASE | re.ASCII,
)


def secrets_of(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return the tokens that an environment holds."""
    values = (environment.get(name, "").strip() for name in TOKENS)
    return tuple(value for value in values if len(value) >= _SHORTEST)


def masked(text: str, secrets: Iterable[str] = ()) -> str:
    """Return a text without the credentials in its URLs, and without these secrets."""
    for secret in secrets:
        text = text.replace(secret, MASK)
    if ":/" in text:
        text = _USERINFO.sub(_without_credentials, text)
    if "=" in text:
        text = _QUERY.sub(rf"\1{MASK}", text)
    return text


def _without_credentials(found: re.Match[str]) -> str:
    scheme = _SCHEME.search(found.string[max(0, found.start() - 20) : found.start()])
    user, colon, _ = found[1].partition(":")
    slashes = "//" if found[0].startswith("://") else "/"  # a path library takes two for one
    # The user of an ssh URL is no secret, and mostly `git`; that of an http URL may be a token.
    is_http = scheme is not None and scheme[0].lower().endswith(("http", "https"))
    if is_http or not scheme:
        return f":{slashes}{MASK}@"
    if colon:
        return f":{slashes}{user}:{MASK}@"
    return found[0]
