"""Tags that were moved: what the recorded version was when it was recorded, and what it is now.

A template's author may put a tag on another commit. What the target holds is then judged by the
commit that the answers file remembers, so that nothing is taken for the user's change that isn't.
"""

from typing import NamedTuple

from issue_scaffold.errors import TemplateError
from issue_scaffold.sync.target import SyncTarget
from issue_scaffold.template.sources import TemplateVersions


class Move(NamedTuple):
    """A version that was another commit once.

    `is_held` says that a branch or a tag still holds that one, `is_moved_tag` that the version is a
    tag that moved; else the answers file's two lines don't belong together.
    """

    version: str
    is_moved_tag: bool
    before: str
    now: str
    is_held: bool

    @property
    def message(self) -> str:
        """What has happened, as users read it."""
        if self.is_moved_tag:
            commits = f"from {self.before[:7]} to {self.now[:7]}"
            return f"the template's tag {self.version} has moved {commits}"
        return (
            f"the template's version {self.version} is commit {self.now[:7]}, "
            f"but the answers file remembers {self.before[:7]} for it"
        )

    def refuse_lost_base(self, opened: SyncTarget) -> None:
        """Raise TemplateError when the commit is gone: nobody can say then who changed what."""
        if self.is_held:
            return
        raise TemplateError(
            f"{self.message}, and none of its branches and tags holds {self.before[:7]} any more, "
            "so your changes can't be told from the template's; nothing was written",
            hint=f"ask the template's author to tag {self.before[:7]} again; or start anew: "
            f"rm {opened.answers_file}; scaffold init -t {opened.source.recorded} --on-conflict "
            "merge",
        )


def find_move(opened: SyncTarget, versions: TemplateVersions) -> Move | None:
    """Return what became of the recorded version; None when it is what it was, or that is unknown.

    `versions` are those of its source. Raises what `TemplateVersions.revision` raises.
    """
    if opened.commit_id is None:
        return None
    now = versions.revision(opened.version).commit
    if now == opened.commit_id:
        return None
    return Move(
        version=opened.version,
        is_moved_tag=versions.known.may_have_moved(opened.version, opened.commit_id),
        before=opened.commit_id,
        now=now,
        is_held=versions.holds(opened.commit_id),
    )
