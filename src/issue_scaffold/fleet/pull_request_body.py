"""What a pull request of a fleet says: its title, its body, and the mark in it that we read again.

Everything that comes from a repository or a template is shown so that it is no Markdown: a body
goes to many repositories, and what mentions somebody in one mentions them in all. Pure.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final, NamedTuple

from issue_scaffold.sync.plan import FileAction
from issue_scaffold.template.release_notes import NO_NEWS, News
from issue_scaffold.text.masking import masked
from issue_scaffold.text.plain_markdown import code_span, fence_for, plain, unlinked

# GitHub takes 65,536.
MOST_CHARACTERS: Final = 60_000
_MOST_OF_A_PART: Final = 15_000
MOST_OF_A_LEAD: Final = 15_000
_LONGEST_NAME: Final = 300
_MARK: Final = re.compile(r"<!-- scaffold-fleet: (\{[^\n]{0,4000}\}) -->")
_TWO_HYPHENS: Final = r"-\u002d"
_EDITED: Final = "<!-- scaffold-fleet: edited -->"
_HUNK: Final = re.compile(r"^<{7}[^\n]*\n.*?^>{7}[^\n]*$", re.MULTILINE | re.DOTALL)
_CLASSES: Final = {
    FileAction.NEW: "added",
    FileAction.CLEAN: "updated; you had not changed it",
    FileAction.MERGE: "merged with your edits",
    FileAction.CONFLICT: "**conflict**: see below",
    FileAction.DELETE: "removed",
    FileAction.KEPT: "kept as it is",
}
_FOOTER: Final = """\
<details><summary>How to keep your own, and how to opt out</summary>

- To keep your own version of a file: `scaffold accept PATH` in a clone, and commit what it writes.
- Commits that you add to this branch are never overwritten.
- To be left alone until the template's next version: close this pull request.
- To opt out for good, put this into `.github/scaffold.yml`:

  ```yaml
  fleet: {skip: true, reason: we keep our own}
  ```

</details>
"""


class Mark(NamedTuple):
    """What a body says of the pull request to us: what it was made from, and what was pushed.

    `files` is the digest of what it changes, `tree` and `commit` are git's ids of what was pushed;
    `is_draft` says that we made it a draft.
    """

    template: str
    version: str
    files: str
    tree: str
    commit: str
    is_draft: bool = False


class ListedFile(NamedTuple):
    """A file that changes, and the word for how."""

    path: str
    action: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What is proposed to a repository's people.

    `before` is the version that they have, None where the template is installed. `conflicts` are
    the contents of files, with markers, by their path.
    """

    template: str
    before: str | None
    version: str
    files: tuple[ListedFile, ...]
    conflicts: tuple[tuple[str, str], ...] = ()
    changes: News = NO_NEWS

    @property
    def title(self) -> str:
        """The title of a pull request, or of an issue."""
        version = _name(self.version)
        if self.before is None:
            return f"Install issue templates {version}"
        if self.before == self.version:
            return f"Bring issue templates back to {version}"
        return f"Update issue templates to {version}"


def body_of(proposal: Proposal, mark: Mark, lead: str = "") -> str:
    """Return the body of a pull request, of `MOST_CHARACTERS` at most.

    `lead` is the user's own Markdown, of `MOST_OF_A_LEAD` characters at most.
    """
    head = [written_mark(mark), "", *([lead, ""] if lead else []), _sentence(proposal), ""]
    rest = [*_conflicts(proposal.conflicts), *_changes(proposal.changes), _FOOTER]
    room = MOST_CHARACTERS - sum(len(line) + 1 for line in [*head, *rest])
    return "\n".join([*head, *_table(proposal.files, room), *rest])


def issue_body_of(proposal: Proposal, mark: Mark) -> str:
    """Return the body of an issue about conflicts, which say what a pull request can't."""
    how = "Run `scaffold update` in a clone: it marks the places, to be decided by you."
    head = [written_mark(mark), "", _sentence(proposal), "", how, ""]
    rest = [*_conflicts(proposal.conflicts), *_changes(proposal.changes)]
    room = MOST_CHARACTERS - sum(len(line) + 1 for line in [*head, *rest])
    return "\n".join([*head, *_table(proposal.files, room), *rest])


def edited_comment(proposal: Proposal) -> str:
    """Return the comment on a branch that is theirs now; `is_edited_comment` knows it again."""
    return (
        f"{_EDITED}\nThere are commits on this branch that scaffold has not made, so it leaves the "
        f"branch alone. {plain(_name(proposal.version))} of the template is out: run "
        "`scaffold update` on the branch to take it, or close this pull request to get another one."
    )


def is_edited_comment(text: str) -> bool:
    """Tell whether a comment is one that `edited_comment` made, for whatever version."""
    return _EDITED in text


def written_mark(mark: Mark) -> str:
    """Return the comment that nobody sees."""
    text = json.dumps(mark._asdict(), sort_keys=True)
    # Two hyphens would end the comment: https://html.spec.whatwg.org/multipage/syntax.html#comments
    return f"<!-- scaffold-fleet: {text.replace('--', _TWO_HYPHENS)} -->"


def mark_in(body: str) -> Mark | None:
    """Return the mark of a body, None where there is none that is whole."""
    found = _MARK.search(body)
    if found is None:
        return None
    try:
        document = json.loads(found[1])
        return Mark(
            template=str(document["template"]),
            version=str(document["version"]),
            files=str(document["files"]),
            tree=str(document["tree"]),
            commit=str(document["commit"]),
            is_draft=document.get("is_draft") is True,
        )
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _sentence(proposal: Proposal) -> str:
    template = code_span(_name(masked(proposal.template)))
    version = plain(_name(proposal.version))
    if proposal.before is None:
        return f"This installs the issue templates of {template}, {version}."
    before = plain(_name(proposal.before))
    if before == version:
        return f"This brings the issue templates back to what {template} makes of them, {version}."
    return f"This updates the issue templates of {template} from {before} to {version}."


def _name(text: str) -> str:
    flat = " ".join(text.split())
    if len(flat) > _LONGEST_NAME:
        return f"{flat[: _LONGEST_NAME - 1]}…"
    return flat


def _table(files: Sequence[ListedFile], room: int) -> Iterator[str]:
    """Yield the rows that there is room for, and how many there was none for."""
    yield from ("| file | change |", "|---|---|")
    room -= 100
    for number, file in enumerate(files):
        action = _CLASSES.get(FileAction(file.action), file.action)
        row = f"| {code_span(_name(file.path))} | {action} |"
        room -= len(row) + 1
        if room < 0:
            yield f"| … and {len(files) - number} more | |"
            break
        yield row
    yield ""


def _changes(changes: News) -> Iterator[str]:
    """Yield what changed in the template, folded."""
    if not changes.releases:
        return
    yield from ("<details><summary>What changed in the template</summary>", "")
    lines = []
    for release in changes.releases:
        lines += [f"**{plain(release.version)}**", "", *map(_point, release.lines), ""]
    more = changes.left_out
    room = _MOST_OF_A_PART
    for number, line in enumerate(lines):
        room -= len(line) + 1
        if room < 0:
            more += sum(1 for left in lines[number:] if left.startswith("- "))
            break
        yield line
    if more:
        yield from ("", f"… and {more} more", "")
    yield from ("</details>", "")


def _point(line: str) -> str:
    return f"- {plain(line)}"


def _conflicts(conflicts: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Yield the places that contradict each other, both sides, folded by file."""
    if not conflicts:
        return
    yield from ("### Conflicts", "")
    yield from ("Your edits and the template's contradict each other here; decide which stay.", "")
    room = _MOST_OF_A_PART
    for number, (path, text) in enumerate(conflicts):
        hunks = "\n".join(_HUNK.findall(text)) or "binary, or no text"
        fence = fence_for(hunks)
        lines = [_summary(path), "", f"{fence}text", hunks, fence, "", "</details>", ""]
        room -= sum(len(line) + 1 for line in lines)
        if room < 0:
            yield from (f"… and {len(conflicts) - number} more: run `scaffold update`", "")
            return
        yield from lines


def _summary(path: str) -> str:
    # A line that begins with HTML holds no Markdown.
    return f"<details><summary>{unlinked(escape(_name(path)))}</summary>"
