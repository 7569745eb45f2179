"""The repository behind a template source, fetched into a mirror of ours.

Only the mirror is ever read.

Mirrors lie in the cache folder, so that what was seen once works without a network. Which source
may be read at all, by whose word and over which protocol, is decided here and in `source_text`;
what git is asked of a mirror is `mirrors`'.
"""

import os
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from functools import cached_property
from pathlib import Path
from typing import Final

from issue_scaffold.errors import TemplateError, UsageError
from issue_scaffold.files.bounded import read_file
from issue_scaffold.files.scratch import Scratch, ScratchKind
from issue_scaffold.git import command as git
from issue_scaffold.state import locks
from issue_scaffold.template import bundled, checkout, mirrors
from issue_scaffold.template.mirrors import Address
from issue_scaffold.template.release_notes import (
    ReleaseNotes,
    notes_in_changelog,
    notes_in_tags,
)
from issue_scaffold.template.source_text import TemplateSource
from issue_scaffold.template.versions import KnownVersions, is_ref_name

# The user's own detours (insteadOf) may lead to a path.
_REMOTE_PROTOCOLS: Final = ("https", "ssh", "git", "file")
_CHANGELOG: Final = "CHANGELOG.md"
_MOST_CHANGELOG_BYTES: Final = 1024**2
_ALLOWING: Final = "allow it, or name the template by a URL of another kind"


class TemplateRepository:
    """The repository of one source, whose mirror is found or made once."""

    def __init__(
        self,
        source: TemplateSource,
        cache: Path,
        scratch: Callable[[], Path],
        on_miss: Callable[[], None],
        *,
        offline: bool = False,
    ) -> None:
        """`cache` holds the mirrors, `scratch` makes a temporary folder.

        `on_miss` is called before a clone, `offline` says that no server may be asked anything.
        """
        self._source = source
        self._name = source.recorded
        self._key = source.key
        self._is_bundled = source.is_bundled
        # Where it is, if it is on this machine.
        self._place = source.path if source.is_local else None
        self._is_remote = self._place is None and not source.is_bundled
        self._cache = cache
        self._scratch = scratch
        self._on_miss = on_miss
        self._offline = offline
        self._mirror: Path | None = None
        self._is_fetched = False
        self._present: set[str] = set()

    def mirror(self) -> Path:
        """Return the mirror, made if there is none. Raises TemplateError when it can't be had."""
        if self._mirror is None:
            self._mirror = self._find_mirror()
        return self._mirror

    def mirror_with(self, commit: str) -> Path:
        """Return the mirror, up to date enough to hold a commit.

        Raises TemplateError when it can't be.
        """
        if self._has(commit) or (self._try_fetch() and self._has(commit)):
            return self.mirror()
        raise TemplateError(
            f"the template {self._name} doesn't have the commit {commit[:12]} any more",
            hint="its author should give a changed template a new version; "
            "scaffold check --refresh looks anew",
        )

    def _has(self, commit: str) -> bool:
        if commit not in self._present:
            try:
                # HEAD makes git read the refs too, so that a mirror damaged there is found out.
                found = mirrors.resolve(self.mirror(), [commit, "HEAD"])[0]
            except git.GitError:
                return False  # a damaged mirror, which the next fetch makes anew
            if found != commit:
                return False
            self._present.add(commit)
        return True

    def ask_versions(self) -> KnownVersions:
        """Return the versions that there are now.

        Raises GitError, TemplateError for a source that can't be asked.
        """
        if self._offline and self._is_remote:
            raise self._not_asked()
        return mirrors.list_versions(self._address)

    def commit_of(self, version: str) -> str | None:
        """Return the full id of the commit that a version is; None where there is no such version.

        A tag, a branch, a described commit (`v1.0.0-2-gabc1234`) or a commit id, perhaps
        abbreviated; always one that a branch or a tag holds. Fetches once when the mirror doesn't
        know it. Raises TemplateError when the source can't be reached then.
        """
        if not is_ref_name(version):
            return None
        found = self._commit_here(version)
        if found is not None or self._is_bundled:
            return found
        if self._try_fetch():
            return self._commit_here(version)
        if self._offline:
            raise self._not_asked()
        raise self._unreachable()

    def _commit_here(self, version: str) -> str | None:
        try:
            return mirrors.commit_of(self.mirror(), version)
        except git.GitError:
            return None  # a damaged mirror, which the next fetch makes anew

    def fetch(self) -> bool:
        """Bring the mirror up to date; return whether it is, False when nobody can be reached.

        Raises TemplateError when there is no mirror at all.
        """
        self.mirror()
        return self._try_fetch()

    def last_versions(self) -> KnownVersions:
        """Return the versions that the mirror holds, as it was last fetched. Raises GitError."""
        return mirrors.list_versions(Address(str(self.mirror())))

    def name_of(self, commit: str, known: KnownVersions) -> str:
        """Return the name that is recorded for a commit that no tag was asked for."""
        return mirrors.describe(self.mirror_with(commit), commit, known.overshadowed)

    def release_notes(self, commit: str) -> tuple[ReleaseNotes, ...]:
        """Return what a commit's changelog says of its versions, or else the messages of the tags.

        Raises TemplateError when it can't be had, GitError.
        """
        mirror = self.mirror_with(commit)
        changelog = mirrors.root_file(mirror, commit, _CHANGELOG, _MOST_CHANGELOG_BYTES)
        if changelog is not None:
            notes = notes_in_changelog(changelog.decode(errors="replace"))
            if notes:
                return notes
        return notes_in_tags(mirrors.tag_messages(mirror))

    def is_dirty(self) -> bool:
        """Return whether a local source has changes that aren't committed, untracked files too.

        Raises UnsupportedTemplateError when it has submodules.
        """
        place = self._place
        if place is None or not (place / ".git").exists():
            return False
        head = self.ask_versions().head
        if head is None:
            return True
        scratch = self._scratch()
        excludes = scratch / "excludes"
        ignoring = [mirrors.excludes_file(), place / ".git" / "info" / "exclude"]
        rules = [read_file(file) for file in ignoring if file is not None and file.is_file()]
        excludes.write_bytes(b"\n".join(rules))
        mirror = self.mirror_with(head)
        checkout.refuse_submodules(mirror, head, self._name)
        return mirrors.differs_from(mirror, head, place, excludes=excludes, index=scratch / "index")

    def _find_mirror(self) -> Path:
        if self._is_bundled:
            return self._new_mirror(self._scratch() / "mirror.git")
        if self._place is not None:
            self._refuse_local(self._place)
        with self._lock():
            mirror = self._cache / "mirrors" / f"{self._key}.git"
            return mirror if _is_ours(mirror / "HEAD") else self._new_mirror(mirror)

    def _lock(self) -> AbstractContextManager[None]:
        return locks.hold(self._cache, f"git-{self._key}", what=f"the mirror of {self._name}")

    def _refuse_local(self, path: Path) -> None:
        """Refuse what is no repository, and one that only data names and may be anybody's."""
        if not os.path.exists(path):  # noqa: PTH110 - never raises
            raise TemplateError(
                f"the template {path} does not exist",
                hint="name a folder that is a git repository, a git URL, or gh:OWNER/NAME",
            )
        if path.is_dir() and not (path / ".git").exists() and not (path / "objects").is_dir():
            raise TemplateError(
                f"the template {path} is not a git repository",
                hint="updates need the template's history: git init, git add --all, git commit",
            )
        if not self._source.is_named and not _is_trusted(path):
            raise UsageError(
                f"the template {path} belongs to another user, and only the answers file names it",
                hint=f"if you trust it: git config --global --add safe.directory {path}",
            )

    def _new_mirror(self, mirror: Path) -> Path:
        address = self._address
        if self._offline and address.protocols:
            raise self._not_asked()
        self._on_miss()
        held: Scratch | None = None
        try:
            mirror.parent.mkdir(parents=True, exist_ok=True)
            held = Scratch(ScratchKind.MIRROR, mirror.parent)
            staging = held.path
        except OSError:  # no cache folder to write to: this process keeps its own
            mirror = staging = self._scratch() / "mirror.git"
        try:
            mirrors.make(address, staging)
            if held is not None:
                shutil.rmtree(mirror, ignore_errors=True)
                staging = staging.replace(mirror)
                held.let_go()
        except git.GitError as error:
            _removed(staging, held)
            raise self._unreachable(error) from error
        except OSError:  # something stands there that isn't ours to move
            mirror = staging
        except BaseException:
            _removed(staging, held)
            raise
        self._is_fetched = True
        return staging

    def _try_fetch(self) -> bool:
        """Fetch once in this process; return whether a fetch went through."""
        if self._is_bundled:
            return False
        mirror = self.mirror()
        if self._is_fetched:
            return True
        if self._offline and self._is_remote:
            return False
        with self._lock():
            try:
                mirrors.bring_up_to_date(self._address, mirror)
            except git.GitError:
                try:
                    self.ask_versions()
                except git.GitError:
                    return False
                # The source answers, so it is the mirror that is damaged.
                shutil.rmtree(mirror, ignore_errors=True)
                self._mirror = self._new_mirror(mirror)
        self._is_fetched = True
        return True

    @cached_property
    def _address(self) -> Address:
        if self._is_bundled:
            return Address(str(bundled.BUNDLE))
        if self._place is not None:
            forbidding = _forbidding(["file"])
            if forbidding:
                raise TemplateError(
                    f"the template {self._name} is a local path, which your git may not read: "
                    f"{forbidding['file']}",
                    hint=_ALLOWING,
                )
            return Address(str(self._place))
        protocol = self._source.protocol
        wanted = dict.fromkeys((protocol, *_REMOTE_PROTOCOLS))
        forbidding = _forbidding(wanted)
        allowed = tuple(name for name in wanted if name not in forbidding)
        if not allowed:
            raise TemplateError(
                f"the template {self._name} can't be read: your git allows no way to it "
                f"({forbidding[protocol]})",
                hint=_ALLOWING,
            )
        return Address(self._source.url, allowed)

    def _unreachable(self, error: git.GitError | None = None) -> TemplateError:
        why, hint = "", None
        if error is not None:
            why, hint = f": {error.message}", error.hint
        if self._is_remote:
            hint = hint or "check the URL, your access to it, and the network"
            return TemplateError(f"the template {self._name} can't be reached{why}", hint=hint)
        return TemplateError(f"the template {self._name} can't be read{why}", hint=hint)

    def _not_asked(self) -> TemplateError:
        return TemplateError(
            f"the template {self._name} is not in the cache, and --offline asks nobody",
            hint="run this once without --offline",
        )


def _forbidding(protocols: Iterable[str]) -> Mapping[str, str]:
    """Return the user's setting that forbids their git each protocol, of those that it may not use.

    Raises GitError.
    """
    allowed = os.environ.get("GIT_ALLOW_PROTOCOL")
    if allowed is not None:
        forbidden = set(protocols).difference(allowed.split(":"))
        return dict.fromkeys(forbidden, f"GIT_ALLOW_PROTOCOL={allowed}")
    settings = mirrors.users_protocols()
    found = {}
    for protocol in protocols:
        names = (f"protocol.{protocol}.allow", "protocol.allow")
        name = next((name for name in names if name in settings), None)
        if name is not None and settings[name] == "never":
            found[protocol] = f"{name}=never"
    return found


def _is_ours(path: Path) -> bool:
    """Tell whether there is such a file and it is this user's: git reads no other's repository."""
    try:
        return path.stat().st_uid in _our_ids()
    except OSError:
        return False


def _is_trusted(path: Path) -> bool:
    """Return whether a repository is the user's own, or their git trusts it whoever owns it.

    Raises GitError.
    """
    owned = [place for place in (path, path / ".git") if place.exists()]
    if all(map(_is_ours, owned)):
        return True
    return any(_covers(folder, str(path)) for folder in mirrors.trusted_folders())


def _covers(folder: str, path: str) -> bool:
    """Tell whether a value of `safe.directory` means a path."""
    return folder in {"*", path} or (folder.endswith("/*") and path.startswith(folder[:-1]))


def _our_ids() -> set[int]:
    if sys.platform == "win32":
        return {0}
    ids = {os.geteuid()}
    # As git: who became root by sudo is still who they were.
    sudo = os.environ.get("SUDO_UID", "")
    return ids | {int(sudo)} if ids == {0} and sudo.isdecimal() else ids


def _removed(staging: Path, held: Scratch | None) -> None:
    shutil.rmtree(staging, ignore_errors=True)
    if held is not None:
        held.let_go()
