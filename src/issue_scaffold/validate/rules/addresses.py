"""Where a relative address in an issue leads on GitHub.

It is taken for one beside the page that shows it, `…/OWNER/REPOSITORY/issues/new`, as in
operate-first/support#45 and cloudfour/pwastats#136. Owns what of the addresses below a repository
GitHub has a page for; where that is in doubt, an address leads somewhere.
"""

import re
from typing import Final
from urllib.parse import urljoin, urlsplit

from issue_scaffold.text.late_patterns import late_pattern

_OWNER: Final = "OWNER"
_REPOSITORY: Final = "REPOSITORY"
_PAGE: Final = f"https://github.com/{_OWNER}/{_REPOSITORY}/issues/new"
_SCHEME: Final = late_pattern(r"[A-Za-z][A-Za-z0-9+.-]*:")
# What may stand for what people fill in.
_PLACEHOLDER: Final = late_pattern(r"path/to|\.\.\.|…|[{}<>$]|\byour?\b|example", re.IGNORECASE)
_DOCUMENT: Final = late_pattern(r"\.(?:md|markdown|rst|txt|adoc|pdf)$", re.IGNORECASE)
_IMAGE: Final = late_pattern(r"\.(?:png|jpe?g|gif|svg|webp|mp4|mov)$", re.IGNORECASE)
_FILES: Final = frozenset({"blob", "tree", "raw", "blame"})
_LISTS: Final = frozenset({"issues", "pull", "pulls", "releases", "wiki", "compare", "commits"})
_OTHERS: Final = """
actions activity archive assets attachments attestations branches commit community
contribute contributors dependabot deployments discussions edit files find forks graphs
invitations labels milestone milestones models network new packages projects pulse
rules runs search security settings sponsors stargazers subscription suites
tags topics upload user-attachments watchers
"""
_PAGES: Final = _FILES | _LISTS | frozenset(_OTHERS.split())
_BELOW_ISSUES: Final = frozenset({"new", "created_by", "assigned", "mentioned"})


def is_relative(address: str) -> bool:
    """Tell whether an address needs a page to start from, and leaves it."""
    return not address.startswith(("#", "?", "//", "(")) and _SCHEME.match(address) is None


def leads_nowhere(address: str, *, is_edited: bool) -> bool:
    """Tell whether GitHub certainly has no page at an address in an issue.

    `is_edited` says that people change the text first, so that the address may be a placeholder.
    """
    path = urlsplit(urljoin(_PAGE, address)).path
    names = [name for name in path.split("/") if name]
    if is_edited and _may_be_filled_in(address):
        return False
    if names[:3] == [_OWNER, _REPOSITORY, "issues"]:
        return _is_no_issue(address, names[3:])
    if names[:2] == [_OWNER, _REPOSITORY]:
        return _is_no_page(names[2:])
    return _is_no_repository(names)


def _may_be_filled_in(address: str) -> bool:
    if _PLACEHOLDER.search(address):
        return True
    if "/" in address and _IMAGE.search(address) is not None:
        return False
    return not address.startswith((".", "/")) and _DOCUMENT.search(address) is None


def _is_file(name: str) -> bool:
    return bool(_DOCUMENT.search(name) or _IMAGE.search(name))


def _is_no_issue(address: str, names: list[str]) -> bool:
    if not names or names[0].isdecimal() or names[0] in _BELOW_ISSUES:
        return False
    if "/" in address or address.startswith("www."):
        return True
    return names[0] in _PAGES or _is_file(names[0])


def _is_no_page(names: list[str]) -> bool:
    """Tell of what is below a repository; `..` alone is the repository."""
    if not names or names[0] in _PAGES:
        return False
    return names[0].startswith(".") or _is_file(names[-1])


def _is_no_repository(names: list[str]) -> bool:
    """Tell of what is beside a repository or beside its owner."""
    owner, below = names[:1], names[1:]
    if not _PAGES.isdisjoint(below[1:2]):
        return False
    if owner == [_OWNER]:
        names = below
        if not _LISTS.isdisjoint(names[:1]):
            return True
    if not names:
        return False
    return names[0] in _FILES or names[0].startswith(".") or _is_file(names[-1])
