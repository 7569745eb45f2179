"""Whether a newer release of this tool is out than the one that a repository's workflows install.

Goes by the answers `tool_source` and `tool_version`. A server is asked only for `--refresh`; else
this goes by what is running, and by what was known last.
"""

from collections.abc import Mapping
from typing import Any

from issue_scaffold import __version__
from issue_scaffold.errors import UsageError
from issue_scaffold.sync.target import SyncTarget
from issue_scaffold.template.source_text import recorded_source
from issue_scaffold.template.sources import SourceReader
from issue_scaffold.template.versions import KnownVersions, is_commit_id, parse


def newer_tool(target: SyncTarget, sources: SourceReader, *, refresh: bool) -> str | None:
    """Return a remark on a newer release, or None where there is none, or nobody knows."""
    version = _word(target.answers, "tool_version")
    source = _word(target.answers, "tool_source")
    if not version or not source:
        return None
    known = _known(source, target, sources, refresh=refresh)
    running = _running(version)
    current = version if version == running else _release(version, known)
    if current is None:
        return None
    newest = current
    for candidate in (running, known.latest):
        if candidate is not None and known.is_newer(candidate, newest):
            newest = candidate
    if newest == current:
        return None
    return (
        f"issue-scaffold {newest} is out, and this repository installs {current}: "
        f"with {newest} installed, run: scaffold update -d tool_version={newest}"
    )


def _word(answers: Mapping[str, Any], name: str) -> str:
    value = answers.get(name)
    return value if isinstance(value, str) else ""


def _known(text: str, target: SyncTarget, sources: SourceReader, *, refresh: bool) -> KnownVersions:
    """Return what is known of the tool's releases.

    A repository may not name a folder on this machine, so that one is not looked at.
    """
    try:
        source = recorded_source(
            text, work_tree=target.root, base=target.root, where=target.answers_file
        )
    except UsageError:
        return KnownVersions()
    if source.is_local or source.is_bundled:
        return KnownVersions()
    versions = sources.of(source)
    if refresh:
        return versions.ask(max_age=0.0) or versions.known
    return versions.known


def _release(version: str, known: KnownVersions) -> str | None:
    """Return the release that is installed; None for a branch, or for a commit of no release."""
    if version not in known.tags and is_commit_id(version):
        return max((tag for tag, commit in known.tags.items() if commit == version), default=None)
    return version if parse(version) is not None else None


def _running(like: str) -> str:
    """Return the version that is running, as a tag that is written like another."""
    return f"v{__version__}" if like.startswith("v") else __version__
