"""Which repositories a run is about: folders, globs, addresses, lists, and this run's part.

Owns the order, which is that in which they were named, and that each counts once.
"""

import os
import random
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from glob import has_magic, iglob
from typing import Final, NamedTuple, TypeVar

from issue_scaffold.errors import UsageError
from issue_scaffold.files.resolved import ResolvedFolders
from issue_scaffold.fleet.address import place_of, remote_named
from issue_scaffold.fleet.remote import FleetRepository, name_of
from issue_scaffold.template.answers_file import ANSWERS_FILE

# Nothing depends on who guesses it: the same run has the same sample.
SAMPLE_SEED: Final = 0


_Listed = TypeVar("_Listed")


class Shard(NamedTuple):
    """One of several parts of a list, counted from 1; `origin` says who chose it."""

    number: int
    total: int
    origin: str = "--shard"

    def part_of(self, listed: Sequence[_Listed]) -> list[_Listed]:
        """Return what of a list is in this part; the parts together are the list."""
        return list(listed[self.number - 1 :: self.total])


class _IndexVariables(NamedTuple):
    """Where a CI or batch system says which of its jobs this is: index, first index, and total."""

    variable: str
    first: int
    total: str


# https://docs.gitlab.com/ci/variables/predefined_variables/
# https://docs.aws.amazon.com/batch/latest/userguide/job_env_vars.html
# https://slurm.schedmd.com/job_array.html
# https://kubernetes.io/docs/concepts/workloads/controllers/job/ which tells no total
# https://circleci.com/docs/variables/
# https://buildkite.com/docs/pipelines/configure/environment-variables
_VARIABLES: Final = (
    _IndexVariables("CI_NODE_INDEX", 1, "CI_NODE_TOTAL"),
    _IndexVariables("CIRCLE_NODE_INDEX", 0, "CIRCLE_NODE_TOTAL"),
    _IndexVariables("BUILDKITE_PARALLEL_JOB", 0, "BUILDKITE_PARALLEL_JOB_COUNT"),
    _IndexVariables("AWS_BATCH_JOB_ARRAY_INDEX", 0, "AWS_BATCH_JOB_ARRAY_SIZE"),
    _IndexVariables("SLURM_ARRAY_TASK_ID", 0, "SLURM_ARRAY_TASK_COUNT"),
    _IndexVariables("JOB_COMPLETION_INDEX", 0, "JOB_COMPLETIONS"),
)


class NothingSelectedError(UsageError):
    """There is no repository that a run could be about."""


def nothing_selected() -> NothingSelectedError:
    """Return the error for a list without a repository."""
    return NothingSelectedError(
        "there is no repository to look at", hint="--allow-empty if that is right"
    )


def parse_shard(text: str) -> Shard:
    """Return the part that `I/N` names. Raises UsageError."""
    found = re.fullmatch(r"(\d{1,6})/(\d{1,6})", text)
    if found is None or not 1 <= int(found[1]) <= int(found[2]):
        raise UsageError(
            f"{text!r} is no part of a list", hint="give --shard I/N, say 1/4 for the first of four"
        )
    return Shard(int(found[1]), int(found[2]))


def shard_of_environment(environment: Mapping[str, str]) -> Shard | None:
    """Return the part that a CI or batch system has given this job; None where it has one job.

    Raises UsageError for a part that there can't be: whoever takes the whole list then does so in
    each job.
    """
    for row in _VARIABLES:
        index, total = environment.get(row.variable, ""), environment.get(row.total, "")
        if not (index.isdecimal() and total.isdecimal()):
            continue
        first = row.first
        if row.variable.startswith("SLURM"):  # whose users choose where to begin
            first = int(environment.get("SLURM_ARRAY_TASK_MIN") or first)
        number = int(index) - first + 1
        if not 1 <= number <= int(total):
            raise UsageError(
                f"{row.variable}={index} is no part of {row.total}={total}",
                hint="mend the variables, or give --shard I/N",
            )
        if int(total) > 1:
            return Shard(number, int(total), row.variable)
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectOptions:
    """What the user asked for: patterns that names must or must not match, and how many.

    `sample` takes that many at random, `limit` the first ones.
    """

    match: str | None = None
    exclude: str | None = None
    limit: int | None = None
    sample: int | None = None
    only: frozenset[str] | None = None


class RunPart(NamedTuple):
    """Which names, which part of them, and what of that is done and passed over.

    `named` are the places of those that are named besides: `place_of` them.
    """

    names: SelectOptions
    shard: Shard | None = None
    done: frozenset[str] = frozenset()
    named: frozenset[str] = frozenset()


def select(named: Iterable[str], options: SelectOptions) -> list[FleetRepository]:
    """Return the repositories that a run is about.

    Raises UsageError for a pattern that is none.
    """
    found = list(_matching(_once(_expanded(named)), options))
    if options.only is not None:
        found = [one for one in found if name_of(one) in options.only]
    if options.sample is not None and options.sample < len(found):
        numbers = range(len(found))
        chosen = set(random.Random(SAMPLE_SEED).sample(numbers, options.sample))  # noqa: S311
        found = [one for number, one in enumerate(found) if number in chosen]
    return found[: options.limit]


def _expanded(named: Iterable[str]) -> Iterator[FleetRepository]:
    for text in named:
        remote = remote_named(text)
        if remote is not None:
            yield remote
        elif has_magic(text) and not os.path.lexists(text):
            found = iglob(text, recursive=True)  # noqa: PTH207 - as the user wrote it
            for place in sorted(filter(os.path.isdir, found)):  # as if a shell had found them
                yield from _repositories_in(place)
        else:
            yield from _repositories_in(text)


def _repositories_in(text: str) -> list[str]:
    """Return the folder itself, or those in it where it only holds repositories."""
    if _is_repository(text) or not os.path.isdir(text):  # noqa: PTH112 - a text of the user's
        return [text]
    with os.scandir(text) as entries:
        names = sorted(entry.name for entry in entries if entry.is_dir())
    below = [os.path.join(text, name) for name in names]  # noqa: PTH118 - as the user wrote it
    return list(filter(_is_repository, below)) or [text]


def _is_repository(folder: str) -> bool:
    return any(os.path.lexists(f"{folder}/{name}") for name in (ANSWERS_FILE, ".git"))


def _once(repositories: Iterable[FleetRepository]) -> Iterator[FleetRepository]:
    """Yield each repository once, however often and by whatever ways it is named."""
    seen: set[str] = set()
    folders = ResolvedFolders()
    for repository in repositories:
        place = place_of(repository, folders.resolved)
        if place not in seen:
            seen.add(place)
            yield repository


def patterns_of(options: SelectOptions) -> tuple[re.Pattern[str] | None, re.Pattern[str] | None]:
    """Return what names must have in them, and what they must not. Raises UsageError."""
    return _pattern(options.match), _pattern(options.exclude)


def _matching(
    repositories: Iterable[FleetRepository], options: SelectOptions
) -> Iterator[FleetRepository]:
    wanted, unwanted = patterns_of(options)
    for repository in repositories:
        name = name_of(repository)
        if wanted is not None and not wanted.search(name):
            continue
        if unwanted is None or not unwanted.search(name):
            yield repository


def _pattern(text: str | None) -> re.Pattern[str] | None:
    if text is None:
        return None
    try:
        return re.compile(text)
    except re.error as error:
        raise UsageError(
            f"{text!r} is no regular expression: {error}", hint="quote what is meant literally"
        ) from None
