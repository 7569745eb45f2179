"""Which of a repository's labels stands for which wanted one, and what happens to the rest.

A label is known by its name, else by a former name. A former name that is itself wanted counts only
where its own label moves on too (a chain), or where colours and descriptions show that two labels
have yet to change names (a ring): by names alone, a swap that is done and one that isn't look the
same, and no plan may undo what it has done.

`labels.label.find` answers a smaller question, about two files: there a name is free when its label
is taken away, each label is looked up alone, and the user may have named the template's label as an
alias. Here names are those of one repository, which has each only once, so that labels compete for
them, and a live label has no aliases. Neither can be had from the other without its other half
being switched off.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fnmatch import fnmatchcase
from typing import Final

from issue_scaffold.label_sync.plan import (
    LabelAction,
    LabelPlan,
    LabelStep,
    LiveLabel,
    Rename,
    changed_fields,
    is_temporary_name,
    merging_name,
    order,
    temporary_name,
)
from issue_scaffold.label_sync.population import (
    Population,
    aside_step,
    held_step,
    sort_labels,
)
from issue_scaffold.labels.label import Label, fold


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What a plan may do.

    `protected` are globs of unmanaged labels that stay whatever else is asked for; `excluded` are
    patterns of the config for the same, one of which need only be found in a name.
    """

    today: date
    prune: bool = False
    protected: tuple[str, ...] = ()
    excluded: tuple[re.Pattern[str], ...] = ()


_UNKNOWN: Final[Mapping[str, int]] = {}


def plan_labels(
    wanted: Iterable[Label],
    live: Iterable[LiveLabel],
    policy: Policy,
    used: Mapping[str, int] = _UNKNOWN,
) -> LabelPlan:
    """Return what has to be done so that `live` becomes what `wanted` asks for.

    `used` counts by a label's name what has it, as far as that is known: of several former names
    the most used one is renamed. Deletions still need a look at use.
    """
    everything = list({label.key: label for label in wanted}.values())
    due = {label.key: label for label in everything if label.is_due(policy.today)}
    standing = [label for label in everything if label.key not in due]
    found = sort_labels(live, standing)
    matching = _Matching(standing, found, used)
    matching.run()
    taken = {match.live.key for match in [*matching.matches, *matching.merges]}
    rest = [label for key, label in matching.live.items() if key not in taken]
    others = [_leftover(label, due.get(label.key), policy) for label in rest]
    others += [
        held_step(found.held[label.key], label) for label in standing if label.key in found.held
    ]
    others += map(aside_step, found.aside)
    return order(matching.matches, matching.creates, matching.merges, others)


def _leftover(live: LiveLabel, due: Label | None, policy: Policy) -> LabelStep:
    """Return what happens to a live label that stands for no wanted one."""
    action = LabelAction.DELETE if policy.prune else LabelAction.UNMANAGED
    reason: str | None
    if due is not None:
        reason = _deletion_reason(due)
        if not policy.prune:
            reason += "; --prune does it"
    elif guard := _guard(live, policy):
        action, reason = LabelAction.UNMANAGED, f"protected by '{guard}'"
    else:
        reason = "not in the config" if policy.prune else None
    return LabelStep(action=action, name=live.name, before=live, wanted=due, reason=reason)


def _deletion_reason(due: Label) -> str:
    if due.delete_after == date.min:
        return "to be deleted"
    return f"to be deleted since {due.delete_after}"


def _guard(live: LiveLabel, policy: Policy) -> str | None:
    """Return the first glob or pattern that protects a label."""
    for glob in policy.protected:
        pattern = fold(glob)
        if live.key == pattern or fnmatchcase(live.key, pattern):
            return glob
    found = (pattern.pattern for pattern in policy.excluded if pattern.search(live.name))
    return next(found, None)


class _Matching:
    """The assignment as it grows: `source` tells for a wanted key which live key it is now."""

    def __init__(self, wanted: Sequence[Label], found: Population, used: Mapping[str, int]) -> None:
        self._used = used
        self.wanted = {label.key: label for label in wanted}
        # What a group has is there already, under the group's spelling, and takes part in nothing
        # but merges.
        self.held = found.held
        for key, held in self.held.items():
            self.wanted[key] = replace(self.wanted[key], name=held.name)
        self.live = found.own
        self.source = {key: key for key in self.wanted if key in self.live}
        # Whose former name a name is. Of two labels that claim one the first has it, as in other
        # tools.
        self.heir: dict[str, str] = {}
        for key, label in self.wanted.items():
            for name in map(fold, label.former):
                self.heir.setdefault(name, key)
        self.matches: list[Rename] = []
        self.merges: list[Rename] = []
        self.creates: list[Label] = []

    def run(self) -> None:
        """Fill in what is renamed, merged and created."""
        # What an interrupted swap has left comes first, or another former name would take its
        # place.
        temporary = {fold(temporary_name(label.name)) for label in self.wanted.values()}
        self._find_sources(temporary & self.live.keys())
        self._find_sources(self.live.keys() - self.wanted.keys())
        for key in self.wanted:
            self._turn_ring(key)
        for key, label in self.wanted.items():
            if key in self.held:
                continue
            if key in self.source:
                self.matches.append(Rename(live=self.live[self.source[key]], wanted=label))
            else:
                self.creates.append(label)
        self._merge_the_rest()

    def _find_sources(self, begin: Collection[str]) -> None:
        """Look for every wanted label that has no source yet among its former names."""
        for key in [key for key in self.wanted if key not in self.held]:
            if key not in self.live and key not in self.source:
                self._find_source(key, list(self._former(key)), begin)

    def _merge_the_rest(self) -> None:
        """Let each wanted label take over its former names that nobody became."""
        used = {*self.wanted, *self.source.values()}
        for key, label in self.wanted.items():
            for name in self._former(key):
                if name in self.live and name not in used:
                    used.add(name)
                    self.merges.append(Rename(live=self.live[name], wanted=label))

    def _former(self, key: str) -> Iterator[str]:
        """Yield the names that a label may still have.

        First comes the one that an interrupted swap has left it with, last those of merges.
        """
        label = self.wanted[key]
        yield fold(temporary_name(label.name))
        for name in map(fold, label.former):
            if name != key and self.heir[name] == key:
                yield name
        for name in map(fold, label.former):
            yield merging_name(name, key)

    def _find_source(self, key: str, former: Sequence[str], begin: Collection[str]) -> bool:
        """Give a wanted label one of its former names, if one is free or can be made so.

        `begin` are the live labels with which a chain of names may begin. Returns whether it got
        one.
        """
        taken = set(self.source.values())
        free = [name for name in former if name in begin and name not in taken]
        if free:
            self.source[key] = self._most_used(free)
            return True
        # A name that is wanted itself can be had only if its own label moves on from there.
        for name in former:
            if self._is_made_free(name, begin):
                self.source[key] = name
                return True
        return False

    def _most_used(self, names: Sequence[str]) -> str:
        """Return the label whose merge would cost the most requests, one for each issue.

        What an interrupted swap has left is on its way already.
        """
        if is_temporary_name(names[0]):
            return names[0]
        return max(names, key=lambda name: self._used.get(self.live[name].name, 0))

    def _is_made_free(self, name: str, begin: Collection[str]) -> bool:
        if name not in self.wanted or self.source.get(name) != name:
            return False
        del self.source[name]
        own = list(self._former(name))
        # Of several former names only the first one, or a run that was cut off after it had renamed
        # that one would be taken for one that has yet to move on.
        if self._find_source(name, own[:2], begin):
            return True
        self.source[name] = name
        return False

    def _turn_ring(self, start: str) -> None:
        """Let the labels of a ring of names change places, if that leaves less to mend.

        A ring of k labels costs k + 1 requests over a temporary name. Without it a swap of two
        names could be had only by relabelling every issue, one request each, of which GitHub takes
        500 an hour: two hours for a thousand issues.
        """
        ring = self._ring(start)
        if all(map(self._is_aside, ring)):
            return
        moved = {self.heir[name]: name for name in ring}
        staying = sum(self._cost(name, name) for name in ring)
        if sum(self._cost(key, name) for key, name in moved.items()) < staying:
            self.source.update(moved)

    def _ring(self, start: str) -> list[str]:
        """Return the labels that would come to bear each other's names; none if it is no ring."""
        ring: list[str] = []
        key: str | None = start
        while key is not None and key not in ring and self.source.get(key) == key:
            ring.append(key)
            key = self.heir.get(key)
        return ring if key == start else []

    def _is_aside(self, key: str) -> bool:
        """Return whether a swap that was interrupted has left a label on its way to this name."""
        return fold(temporary_name(self.wanted[key].name)) in self.live

    def _cost(self, key: str, name: str) -> int:
        return changed_fields(self.live[name], self.wanted[key]).number
