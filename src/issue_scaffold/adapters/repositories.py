"""The repositories behind template sources: where git reads them, and what only git can answer.

A remote source is read through a bare mirror in the cache folder, so that what was seen once works without a network;
the bundled template is read from the bundle in the package; a local path is read where it is.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from issue_scaffold.adapters import bundled, git, locks
from issue_scaffold.adapters.sources import Source
from issue_scaffold.domain.versions import KnownVersions
from issue_scaffold.errors import TemplateError


class Repositories:
    """Local repositories for sources, each found or made once."""

    def __init__(self, cache: Path, scratch: Callable[[], Path], on_miss: Callable[[], None]) -> None:
        """`cache` holds the mirrors, `scratch` makes a temporary folder, `on_miss` is called before a clone."""
        self._cache = cache
        self._scratch = scratch
        self._on_miss = on_miss
        self._found: dict[str, Path] = {}
        self._fetched: set[str] = set()

    def origin(self, source: Source) -> str | None:
        """Return the local path that git is to read instead of the recorded source; None when it is that path."""
        if source.is_bundled:
            return str(bundled.BUNDLE)
        return None if source.is_local else str(self.repository(source))

    def repository(self, source: Source) -> Path:
        """Return a local repository that holds the source's commits. Raises TemplateError when it can't be had."""
        if source.key not in self._found:
            self._found[source.key] = self._find(source)
        return self._found[source.key]

    def ask_versions(self, source: Source) -> KnownVersions:
        """Return the versions that the source has now. Raises GitError when it can't be reached."""
        return git.remote_versions(_url(source))

    def resolve(self, source: Source, version: str, commit: str | None) -> str | None:
        """Return the full id of a version, or of the commit (perhaps abbreviated) that it stands for; None if unknown.

        Fetches once when the mirror doesn't know it. Raises TemplateError when the source can't be reached then.
        """
        found = self._resolve_here(source, version, commit)
        if found is not None or source.is_bundled or source.is_local:
            return found
        if not self._try_fetch(source):
            raise _unreachable(source)
        return self._resolve_here(source, version, commit)

    def _resolve_here(self, source: Source, version: str, commit: str | None) -> str | None:
        repository = self.repository(source)
        try:
            return git.resolve(repository, version) or (git.resolve(repository, commit) if commit else None)
        except git.GitError:
            if source.is_bundled or source.is_local:
                raise
            return None  # a damaged mirror, which the next fetch makes anew

    def holds(self, source: Source, version: str, commit: str) -> bool:
        """Return whether the repository has the version at that commit, after fetching if it hadn't."""
        repository = self.repository(source)
        found = git.resolve(repository, version)
        if found != commit and self._try_fetch(source):
            found = git.resolve(repository, version)
        return found in {None, commit}

    def fetch(self, source: Source) -> bool:
        """Bring a remote source's mirror up to date; return whether it is, False when the source can't be reached.

        Raises TemplateError when there is no repository at all.
        """
        self.repository(source)
        return source.is_local or self._try_fetch(source)

    def last_versions(self, source: Source) -> KnownVersions:
        """Return the versions that the mirror holds, as it was last fetched. Raises GitError."""
        return git.remote_versions(str(self.repository(source)))

    def config_files(self, source: Source, commit: str) -> Iterator[bytes]:
        """Yield the contents of Copier's config files at a commit. Raises GitError."""
        for name in ("copier.yml", "copier.yaml"):
            text = git.read_file(self.repository(source), commit, name)
            if text is not None:
                yield text
                return

    def mentions(self, source: Source, commit: str, pattern: str) -> bool:
        """Return whether any file of a commit matches an extended regular expression. Raises GitError."""
        return git.mentions(self.repository(source), commit, pattern)

    def _find(self, source: Source) -> Path:
        if source.is_bundled:
            return self._scratch_mirror(str(bundled.BUNDLE))
        if source.is_local:
            return self._local(Path(source.recorded))
        with locks.hold(self._cache, f"git-{source.key}", what=f"the mirror of {source.recorded}"):
            mirror = self._cache / "git" / f"{source.key}.git"
            return mirror if (mirror / "HEAD").is_file() else self._new_mirror(source, mirror)

    def _local(self, path: Path) -> Path:
        if path.is_file():
            return self._scratch_mirror(str(path))
        if not path.exists():
            raise TemplateError(
                f"the template {path} does not exist",
                hint="name a folder that is a git repository, a git URL, or gh:OWNER/NAME",
            )
        if not (path / ".git").exists() and not (path / "objects").is_dir():
            raise TemplateError(
                f"the template {path} is not a git repository",
                hint="updates need the template's history: git init, git add --all, git commit",
            )
        return path

    def _new_mirror(self, source: Source, mirror: Path) -> Path:
        self._on_miss()
        try:
            mirror.parent.mkdir(parents=True, exist_ok=True)
            staging = Path(tempfile.mkdtemp(prefix="new-", dir=mirror.parent))
        except OSError:  # no cache folder to write to: this process keeps its own
            mirror = staging = self._scratch() / "mirror.git"
        try:
            git.clone_mirror(_url(source), staging)
        except git.GitError as error:
            shutil.rmtree(staging, ignore_errors=True)
            raise TemplateError(
                f"the template {source.recorded} can't be reached: {error.message}",
                hint=error.hint or "check the URL, your access to it, and the network",
            ) from error
        self._fetched.add(source.key)
        return staging.replace(mirror)

    def _scratch_mirror(self, origin: str) -> Path:
        folder = self._scratch() / "origin.git"
        try:
            git.clone_mirror(origin, folder)
        except git.GitError as error:
            raise TemplateError(f"the template {origin} can't be read: {error.message}", hint=error.hint) from error
        return folder

    def _try_fetch(self, source: Source) -> bool:
        """Fetch once in this process; return whether a fetch went through."""
        if source.is_bundled or source.is_local:
            return False
        repository = self.repository(source)
        if source.key in self._fetched:
            return True
        with locks.hold(self._cache, f"git-{source.key}", what=f"the mirror of {source.recorded}"):
            try:
                git.fetch_mirror(repository)
            except git.GitError:
                try:
                    self.ask_versions(source)
                except git.GitError:
                    return False
                shutil.rmtree(repository, ignore_errors=True)  # the source answers, so it is the mirror that is damaged
                self._found[source.key] = self._new_mirror(source, repository)
        self._fetched.add(source.key)
        return True


def _unreachable(source: Source) -> TemplateError:
    return TemplateError(
        f"the template {source.recorded} can't be reached",
        hint="check the URL, your access to it, and the network",
    )


def _url(source: Source) -> str:
    return source.recorded.removeprefix("git+")
