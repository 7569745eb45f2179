"""Why git couldn't reach a repository on a host, by what it said: reasons that programs read.

Git has no codes for that. It is started with plain English (`LC_ALL=C`), so its words are the same
everywhere; those of hosts come along, as they are sent over ssh and HTTP.
"""

import re
from typing import Final, NamedTuple

from issue_scaffold.fleet.outcome import Reason
from issue_scaffold.git.command import GitError, SlowGitError


class _Row(NamedTuple):
    words: str
    code: Reason


# The first that fits counts: what is more telling stands first.
_ROWS: Final = (
    _Row(r"No space left on device|Disk quota exceeded", Reason.DISK),
    _Row(r"File too large|died of signal 25", Reason.HOSTILE),
    _Row(r"returned error: 429|rate limit", Reason.RATE_LIMITED),
    _Row(r"Operation too slow|timed out", Reason.TIMEOUT),
    _Row(r"repository .*not found|does not exist|returned error: (404|410)", Reason.GONE),
    _Row(r"does not appear to be a git repository", Reason.GONE),
    _Row(r"could not read (Username|Password)|Authentication failed", Reason.FORBIDDEN),
    _Row(r"returned error: (401|403|451)|Permission denied|access denied", Reason.FORBIDDEN),
    _Row(r"Host key verification failed", Reason.FORBIDDEN),
    _Row(r"invalid path|malformed object name|bad tree", Reason.HOSTILE),
    _Row(r"transport '\w+' not allowed|git was not found|could not be started", Reason.CRASHED),
    _Row(r"out of memory|cannot allocate memory", Reason.MEMORY),
)
_LAST_WORDS: Final = "Could not read from remote repository."
_HINTS: Final = {
    Reason.FORBIDDEN: "log in to its host with git's credential helper, or set the host's token",
    Reason.RATE_LIMITED: "wait, and go on with --resume",
    Reason.GONE: "is it named rightly, and may you see it?",
}


def reason_of(error: GitError) -> Reason:
    """Return why git failed that talked to a host; what nobody knows is the network's."""
    if isinstance(error, SlowGitError):
        return Reason.TIMEOUT
    said = error.said or error.message
    found = next((row.code for row in _ROWS if re.search(row.words, said, re.IGNORECASE)), None)
    return found or Reason.NETWORK


def message_of(error: GitError) -> str:
    """Return what is said of it to people: over ssh, git's last words say less than the first."""
    first = next(iter(error.said.splitlines()), "").strip()
    if _LAST_WORDS not in error.message or not first or first in error.message:
        return error.message
    return error.message.replace(f"fatal: {_LAST_WORDS}", first)


def hint_for(code: Reason, error: GitError) -> str | None:
    """Return what to do about it."""
    return _HINTS.get(code, error.hint)
