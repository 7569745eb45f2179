"""The template that comes with the package: a git bundle with every released version.

`template-releases.txt` beside it lists `tag commit` lines, oldest first, so that its versions are
known without starting git.
"""

from functools import cache
from pathlib import Path
from typing import Final

from issue_scaffold.template.versions import KnownVersions

# `.invalid` can never be registered (RFC 2606); `.git` makes plain Copier treat it as a git
# repository.
SOURCE: Final = "https://issue-scaffold.invalid/template.git"
DATA: Final = Path(__file__).parent.parent / "data"
BUNDLE: Final = DATA / "template.bundle"
RELEASES: Final = DATA / "template-releases.txt"


@cache
def versions() -> KnownVersions:
    """Return the released versions of the bundled template."""
    rows = [line.split() for line in RELEASES.read_text(encoding="utf-8").splitlines()]
    newest_tag, newest_commit = rows[-1]
    return KnownVersions(tags=dict(rows), head=newest_commit, latest=newest_tag)
