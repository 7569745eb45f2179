"""Which version of a template first had a question, for somebody who comes from an earlier one."""

from collections.abc import Collection

from issue_scaffold.errors import ScaffoldError
from issue_scaffold.template.renderer import Renderer, Request
from issue_scaffold.template.versions import KnownVersions, parse


def new_questions(
    before: Request, after: Request, known: Collection[str], renderer: Renderer
) -> dict[str, str]:
    """Return the questions of `after` that aren't known, with the release that first had each.

    Where nobody can tell, that is the version of `after`; the same where nothing but another
    template is compared with. No release is taken to have dropped a question and asked it again.
    """
    try:
        offered = renderer.offer(after)
    except ScaffoldError:  # whatever it is, rendering will say so
        return {}
    names = [one.name for one in offered.values() if one.name not in known and not one.is_internal]
    new, candidates = after.revision, []
    if names and before.revision.source == new.source:
        versions = renderer.sources.of(new.source).known
        candidates = _between(versions, before.revision.version, new.version)
    try:
        return {name: _first_with(name, candidates, after, renderer) for name in names}
    except ScaffoldError:
        return dict.fromkeys(names, new.version)


def _first_with(name: str, candidates: list[str], after: Request, renderer: Renderer) -> str:
    """Return the first of some releases, the oldest first, that has a question."""
    versions = renderer.sources.of(after.revision.source)
    first, last = 0, len(candidates)
    while first < last:
        middle = (first + last) // 2
        revision = versions.revision(candidates[middle])
        if name in renderer.offer(after._replace(revision=revision)):
            last = middle
        else:
            first = middle + 1
    return [*candidates, after.revision.version][first]


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
