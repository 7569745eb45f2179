"""Where installed workflows and hooks may get this tool from: where this one came from.

Owns the answers that are suggested for `tool_source` and `tool_version`. They are for a person to
look at, never taken without being shown.
"""

import re
from typing import Final

from issue_scaffold.errors import ScaffoldError
from issue_scaffold.template.installation import Origin, OriginKind, installation

_RELEASE: Final = re.compile(r"v?\d[\w.+-]*")


def suggested_tool() -> dict[str, str]:
    """Return the answers that name the place of the running tool, none where nothing tells."""
    origin = installation().source
    if origin is None:
        return {}
    if origin.kind is OriginKind.REPOSITORY and origin.vcs == "git":
        version = origin.commit
        if origin.revision is not None and _RELEASE.fullmatch(origin.revision):
            version = origin.revision  # a branch would mean another commit each day
        return _answers(origin.address, version)
    return _of_folder(origin)


def _of_folder(origin: Origin) -> dict[str, str]:
    """Return the repository that an installed folder is a clone of, with its commit."""
    from issue_scaffold.forge.git_remote import repository_of
    from issue_scaffold.git import command as git

    if origin.path is None or not origin.path.is_dir():
        return {}
    try:
        commit = git.find_commit(origin.path, "HEAD")
    except ScaffoldError:
        return {}
    if commit is None:
        return {}
    try:
        found = repository_of(origin.path)
    except ScaffoldError:  # no remote, say: the folder itself is a repository
        return _answers(origin.address, commit)
    return _answers(f"https://{found.host}/{found.owner}/{found.name}", commit)


def _answers(source: str, version: str | None) -> dict[str, str]:
    if version is None:
        return {"tool_source": source}
    return {"tool_source": source, "tool_version": version}
