"""Which version of a template first had a question, for somebody who comes from an earlier one."""

from issue_scaffold.errors import ScaffoldError
from issue_scaffold.template.renderer import Renderer, Request
from issue_scaffold.template.versions import KnownVersions, parse


def introduced_in(question: str, before: Request, after: Request, renderer: Renderer) -> str:
    """Return the first release between two requests that has a question.

    It is the version of `after` where nobody can tell: of another template, or of what isn't a
    release. That one is taken to have it, and no release to drop it again.
    """
    new = after.revision
    if before.revision.source != new.source:
        return new.version
    versions = renderer.sources.of(new.source)
    candidates = _between(versions.known, before.revision.version, new.version)
    first, last = 0, len(candidates)
    try:
        while first < last:
            middle = (first + last) // 2
            revision = versions.revision(candidates[middle])
            if question in renderer.offer(after._replace(revision=revision)):
                last = middle
            else:
                first = middle + 1
    except ScaffoldError:
        return new.version
    return [*candidates, new.version][first]


def _between(known: KnownVersions, old: str, new: str) -> list[str]:
    """Return the releases after one version and before another, the oldest first."""
    releases = []
    for tag in set(known.tags) - set(known.overshadowed):
        release = parse(tag)
        if release is None or release.is_prerelease:
            continue
        if known.is_newer(tag, old) and known.is_newer(new, tag):
            releases.append((release, tag))
    return [tag for _, tag in sorted(releases)]
