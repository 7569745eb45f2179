"""The repositories behind template sources: each is fetched into a mirror of ours, and only the mirror is ever read.

Mirrors lie in the cache folder, so that what was seen once works without a network. Which source may be read at all, by
whose word and over which protocol, is decided here and in `sources`; what git is asked of a mirror is `mirrors`'.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from issue_scaffold.errors import TemplateError, UsageError
from issue_scaffold.files.bounded import read_file
from issue_scaffold.git import command as git
from issue_scaffold.state import locks
from issue_scaffold.template import bundled, checkout, mirrors
from issue_scaffold.template.mirrors import Address
from issue_scaffold.template.source_text import Source
from issue_scaffold.template.versions import KnownVersions, described, is_commit_id, is_ref_name

_REMOTE_PROTOCOLS: Final = (
    "https",
    "ssh",
    "git",
    "file",
)  # the user's own detours (insteadOf) may lead to a path
_ALLOWING: Final = "allow it, or name the template by a URL of another kind"


class Repositories:
    """Mirrors of sources, each found or made once. `offline` says that no server may be asked anything."""

    def __init__(
        self,
        cache: Path,
        scratch: Callable[[], Path],
        on_miss: Callable[[], None],
        *,
        offline: bool = False,
    ) -> None:
        """`cache` holds the mirrors, `scratch` makes a temporary folder, `on_miss` is called before a clone."""
        self._cache = cache
        self._scratch = scratch
        self._on_miss = on_miss
        self._offline = offline
        self._found: dict[str, Path] = {}
        self._fetched: set[str] = set()
        self._present: set[tuple[str, str]] = set()
        self._addresses: dict[str, Address] = {}

    def mirror(self, source: Source) -> Path:
        """Return the mirror of a source, made if there is none. Raises TemplateError when it can't be had."""
        if source.key not in self._found:
            self._found[source.key] = self._find(source)
        return self._found[source.key]

    def mirror_with(self, source: Source, commit: str) -> Path:
        """Return the mirror of a source, up to date enough to hold a commit. Raises TemplateError when it can't be."""
        if self._in_mirror(source, commit) or (
            self._try_fetch(source) and self._in_mirror(source, commit)
        ):
            return self.mirror(source)
        raise TemplateError(
            f"the template {source.recorded} doesn't have the commit {commit[:12]} any more",
            hint="its author should give a changed template a new version; scaffold check --refresh looks anew",
        )

    def _in_mirror(self, source: Source, commit: str) -> bool:
        if (source.key, commit) not in self._present:
            try:
                # HEAD makes git read the refs too, so that a mirror which is damaged there is found out.
                found = mirrors.resolve(self.mirror(source), [commit, "HEAD"])[0]
            except git.GitError:
                return False  # a damaged mirror, which the next fetch makes anew
            if found != commit:
                return False
            self._present.add((source.key, commit))
        return True

    def ask_versions(self, source: Source) -> KnownVersions:
        """Return the versions that the source has now. Raises GitError, TemplateError for one that can't be asked."""
        if self._offline and not (source.is_local or source.is_bundled):
            raise _not_asked(source)
        return mirrors.list_versions(self._address(source))

    def resolve(self, source: Source, version: str) -> str | None:
        """Return the full id of the commit that a version of a source is; None when it has no such version.

        A tag, a branch, a described commit (`v1.0.0-2-gabc1234`) or a commit id, perhaps abbreviated; always one that a
        branch or a tag holds. Fetches once when the mirror doesn't know it. Raises TemplateError when the source can't
        be reached then.
        """
        if not is_ref_name(version):
            return None
        found = self._resolve_here(source, version)
        if found is not None or source.is_bundled:
            return found
        if not self._try_fetch(source):
            raise _not_asked(source) if self._offline else _unreachable(source)
        return self._resolve_here(source, version)

    def _resolve_here(self, source: Source, version: str) -> str | None:
        try:
            return _resolve(self.mirror(source), version)
        except git.GitError:
            return None  # a damaged mirror, which the next fetch makes anew

    def fetch(self, source: Source) -> bool:
        """Bring a source's mirror up to date; return whether it is, False when the source can't be reached.

        Raises TemplateError when there is no mirror at all.
        """
        self.mirror(source)
        return self._try_fetch(source)

    def last_versions(self, source: Source) -> KnownVersions:
        """Return the versions that the mirror holds, as it was last fetched. Raises GitError."""
        return mirrors.list_versions(Address(str(self.mirror(source))))

    def name_of(self, source: Source, commit: str, known: KnownVersions) -> str:
        """Return the name by which a commit is recorded that was asked for by another word than a tag."""
        return mirrors.describe(self.mirror_with(source, commit), commit, known.overshadowed)

    def is_dirty(self, source: Source) -> bool:
        """Return whether a local source's work tree has changes that are not committed, untracked files too.

        Raises UnsupportedTemplateError when it has submodules.
        """
        git_dir = source.path / ".git"
        if not git_dir.exists():
            return False
        head = self.ask_versions(source).head
        if head is None:
            return True
        scratch = self._scratch()
        excludes = scratch / "excludes"
        own = git_dir / "info" / "exclude"
        rules = [
            read_file(place)
            for place in (mirrors.excludes_file(), own)
            if place is not None and place.is_file()
        ]
        excludes.write_bytes(b"\n".join(rules))
        mirror = self.mirror_with(source, head)
        checkout.refuse_submodules(mirror, head, source.recorded)
        return mirrors.differs_from(
            mirror, head, source.path, excludes=excludes, index=scratch / "index"
        )

    def _find(self, source: Source) -> Path:
        if source.is_bundled:
            return self._new_mirror(source, self._scratch() / "mirror.git")
        if source.is_local:
            self._refuse_local(source)
        with locks.hold(self._cache, f"git-{source.key}", what=f"the mirror of {source.recorded}"):
            mirror = self._cache / "mirrors" / f"{source.key}.git"
            return mirror if _is_ours(mirror / "HEAD") else self._new_mirror(source, mirror)

    def _refuse_local(self, source: Source) -> None:
        """Refuse what is no repository, and one that only data names and that may be anybody's."""
        path = source.path
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
        if not source.is_named and not _is_trusted(path):
            raise UsageError(
                f"the template {path} belongs to another user, and only the answers file names it",
                hint=f"if you trust it: git config --global --add safe.directory {path}",
            )

    def _new_mirror(self, source: Source, mirror: Path) -> Path:
        address = self._address(source)
        if self._offline and address.protocols:
            raise _not_asked(source)
        self._on_miss()
        try:
            mirror.parent.mkdir(parents=True, exist_ok=True)
            staging = Path(tempfile.mkdtemp(prefix="new-", dir=mirror.parent))
        except OSError:  # no cache folder to write to: this process keeps its own
            mirror = staging = self._scratch() / "mirror.git"
        try:
            mirrors.make(address, staging)
            if staging != mirror:
                shutil.rmtree(mirror, ignore_errors=True)
                staging = staging.replace(mirror)
        except git.GitError as error:
            shutil.rmtree(staging, ignore_errors=True)
            raise _unreachable(source, error) from error
        except OSError:  # something stands there that isn't ours to move
            mirror = staging
        except BaseException:
            shutil.rmtree(staging, ignore_errors=True)
            raise
        self._fetched.add(source.key)
        return staging

    def _try_fetch(self, source: Source) -> bool:
        """Fetch once in this process; return whether a fetch went through."""
        if source.is_bundled:
            return False
        mirror = self.mirror(source)
        if source.key in self._fetched:
            return True
        if self._offline and not source.is_local:
            return False
        with locks.hold(self._cache, f"git-{source.key}", what=f"the mirror of {source.recorded}"):
            try:
                mirrors.bring_up_to_date(self._address(source), mirror)
            except git.GitError:
                try:
                    self.ask_versions(source)
                except git.GitError:
                    return False
                shutil.rmtree(
                    mirror, ignore_errors=True
                )  # the source answers, so it is the mirror that is damaged
                self._found[source.key] = self._new_mirror(source, mirror)
        self._fetched.add(source.key)
        return True

    def _address(self, source: Source) -> Address:
        if source.key not in self._addresses:
            self._addresses[source.key] = self._find_address(source)
        return self._addresses[source.key]

    def _find_address(self, source: Source) -> Address:
        if source.is_bundled:
            return Address(str(bundled.BUNDLE))
        protocol = source.protocol
        if source.is_local:
            setting = _forbidding(protocol)
            if setting is not None:
                raise TemplateError(
                    f"the template {source.recorded} is a local path, which your git may not read: {setting}",
                    hint=_ALLOWING,
                )
            return Address(str(source.path))
        wanted = dict.fromkeys((protocol, *_REMOTE_PROTOCOLS))
        allowed = tuple(name for name in wanted if _forbidding(name) is None)
        if not allowed:
            why = _forbidding(protocol)
            raise TemplateError(
                f"the template {source.recorded} can't be read: your git allows no way to it ({why})",
                hint=_ALLOWING,
            )
        return Address(source.url, allowed)


def _resolve(mirror: Path, version: str) -> str | None:
    """Return the commit of a version in a mirror, or None. Raises GitError."""
    if version == "HEAD":
        return mirrors.resolve(mirror, ["HEAD"])[0]
    name = described(version)
    abbreviated = name.commit if name else version
    refs = [f"refs/tags/{version}", f"refs/heads/{version}"]
    refs += [f"refs/tags/{name.tag}"] if name else []
    tag, branch, *base = mirrors.resolve_refs(mirror, refs)
    if tag is not None or branch is not None:
        return tag or branch
    commit = mirrors.resolve(mirror, [abbreviated])[0] if is_commit_id(abbreviated) else None
    # A branch may be called as a commit is abbreviated; git then takes that.
    if commit is None or not commit.startswith(abbreviated) or not mirrors.is_held(mirror, commit):
        return None
    if name is None:
        return commit
    return (
        commit if base[0] and mirrors.distance(mirror, base[0], commit) == name.distance else None
    )


def _forbidding(protocol: str) -> str | None:
    """Return the user's setting that forbids their git a protocol, or None. Raises GitError."""
    allowed = os.environ.get("GIT_ALLOW_PROTOCOL")
    if allowed is not None:
        return None if protocol in allowed.split(":") else f"GIT_ALLOW_PROTOCOL={allowed}"
    settings = mirrors.users_protocols()
    for name in (f"protocol.{protocol}.allow", "protocol.allow"):
        if name in settings:
            return f"{name}={settings[name]}" if settings[name] == "never" else None
    return None


def _is_ours(path: Path) -> bool:
    """Return whether there is such a file and it is this user's: git reads no repository of another one."""
    try:
        return path.stat().st_uid in _our_ids()
    except OSError:
        return False


def _is_trusted(path: Path) -> bool:
    """Return whether a repository is the user's own, or their git trusts it whoever owns it. Raises GitError."""
    owned = [place for place in (path, path / ".git") if place.exists()]
    if all(_is_ours(place) for place in owned):
        return True
    trusted = mirrors.trusted_folders()
    return any(
        folder == "*"
        or folder == str(path)
        or (folder.endswith("/*") and str(path).startswith(folder[:-1]))
        for folder in trusted
    )


def _our_ids() -> set[int]:
    if sys.platform == "win32":
        return {0}
    ids = {os.geteuid()}
    # As git: who became root by sudo is still who they were.
    sudo = os.environ.get("SUDO_UID", "")
    return ids | {int(sudo)} if ids == {0} and sudo.isdecimal() else ids


def _unreachable(source: Source, error: git.GitError | None = None) -> TemplateError:
    if source.is_bundled or source.is_local:
        why = f": {error.message}" if error else ""
        return TemplateError(
            f"the template {source.recorded} can't be read{why}", hint=error.hint if error else None
        )
    return TemplateError(
        f"the template {source.recorded} can't be reached"
        + (f": {error.message}" if error else ""),
        hint=(error and error.hint) or "check the URL, your access to it, and the network",
    )


def _not_asked(source: Source) -> TemplateError:
    return TemplateError(
        f"the template {source.recorded} is not in the cache, and --offline asks nobody",
        hint="run this once without --offline",
    )
