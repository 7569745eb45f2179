"""Which of a repository's labels stands for which wanted one, and what happens to the rest.

A label is known by its name, else by a former name. A former name that is itself wanted counts only where its own label
moves on too (a chain), or where colours and descriptions show that two labels have yet to change names (a ring): by
names alone, a swap that is done and one that isn't look the same, and no plan may undo what it has done.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase

from issue_scaffold.label_sync.plan import (
    LabelAction,
    LabelPlan,
    LabelStep,
    LiveLabel,
    Rename,
    WantedLabel,
    changed_fields,
    order,
    temporary_name,
)
from issue_scaffold.labels.label import fold


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What a plan may do. `protected` are globs of unmanaged labels that stay whatever else is asked for."""

    today: date
    prune: bool = False
    protected: tuple[str, ...] = ()


def plan_labels(
    wanted: Iterable[WantedLabel], live: Iterable[LiveLabel], policy: Policy
) -> LabelPlan:
    """Return what has to be done so that `live` becomes what `wanted` asks for. Deletions still need a look at use."""
    everything = list({label.key: label for label in wanted}.values())
    due = {
        label.key: label
        for label in everything
        if label.delete_after and label.delete_after <= policy.today
    }
    matching = _Matching([label for label in everything if label.key not in due], live)
    matching.run()
    taken = {match.live.key for match in [*matching.matches, *matching.merges]}
    rest = [label for key, label in matching.live.items() if key not in taken]
    others = [_leftover(label, due.get(label.key), policy) for label in rest]
    return order(matching.matches, matching.creates, matching.merges, others)


def _leftover(live: LiveLabel, due: WantedLabel | None, policy: Policy) -> LabelStep:
    since = (
        f"to be deleted since {due.delete_after}"
        if due and due.delete_after != date.min
        else "to be deleted"
    )
    guard = next((glob for glob in policy.protected if _protects(glob, live)), None)
    if due is None and guard is not None:
        return LabelStep(
            action=LabelAction.UNMANAGED,
            name=live.name,
            before=live,
            reason=f"protected by '{guard}'",
        )
    if not policy.prune:
        reason = f"{since}; --prune does it" if due else None
        return LabelStep(
            action=LabelAction.UNMANAGED, name=live.name, before=live, wanted=due, reason=reason
        )
    reason = since if due else "not in the config"
    return LabelStep(
        action=LabelAction.DELETE, name=live.name, before=live, wanted=due, reason=reason
    )


def _protects(glob: str, live: LiveLabel) -> bool:
    pattern = fold(glob)
    return live.key == pattern or fnmatchcase(live.key, pattern)


class _Matching:
    """The assignment as it grows: `source` tells for a wanted key which live key it is now."""

    def __init__(self, wanted: Sequence[WantedLabel], live: Iterable[LiveLabel]) -> None:
        self.wanted = {label.key: label for label in wanted}
        self.live = {label.key: label for label in live}
        self.source = {key: key for key in self.wanted if key in self.live}
        # Whose former name a name is. Of two labels that claim one the first has it, as in other tools.
        self.heir: dict[str, str] = {}
        for key, label in self.wanted.items():
            for name in map(fold, label.former):
                self.heir.setdefault(name, key)
        self.matches: list[Rename] = []
        self.merges: list[Rename] = []
        self.creates: list[WantedLabel] = []

    def run(self) -> None:
        """Fill in what is renamed, merged and created."""
        missing = [key for key in self.wanted if key not in self.live]
        # What an interrupted swap has left comes first, or another former name would take its place.
        aside = {
            fold(temporary_name(label.name)) for label in self.wanted.values()
        } & self.live.keys()
        for begin in (aside, self.live.keys() - self.wanted.keys()):
            for key in missing:
                if key not in self.source:
                    self._find_source(key, list(self._former(key)), begin)
        for key in self.wanted:
            self._turn_ring(key)
        used = set(self.source.values())
        for key, label in self.wanted.items():
            if key in self.source:
                self.matches.append(Rename(live=self.live[self.source[key]], wanted=label))
            else:
                self.creates.append(label)
            for name in self._former(key):
                if name in self.live and name not in self.wanted and name not in used:
                    used.add(name)
                    self.merges.append(Rename(live=self.live[name], wanted=label))

    def _former(self, key: str) -> Iterator[str]:
        """Yield the names that a label may still have; first the one that an interrupted swap has left it with."""
        label = self.wanted[key]
        yield fold(temporary_name(label.name))
        for name in map(fold, label.former):
            if name != key and self.heir[name] == key:
                yield name

    def _find_source(self, key: str, former: Sequence[str], begin: Collection[str]) -> bool:
        """Give a wanted label one of its former names, if one is free or can be made so. Returns whether it got one.

        `begin` are the live labels with which a chain of names may begin.
        """
        taken = set(self.source.values())
        free = (name for name in former if name in begin and name not in taken)
        # The label of another name is wanted too: that can be had only if its own label moves on from there.
        found = next(free, None) or next(
            (name for name in former if self._is_made_free(name, begin)), None
        )
        if found is not None:
            self.source[key] = found
        return found is not None

    def _is_made_free(self, name: str, begin: Collection[str]) -> bool:
        if name not in self.wanted or self.source.get(name) != name:
            return False
        del self.source[name]
        own = list(self._former(name))
        # Of several former names only the first one, or a run that was cut off after it had renamed that one would be
        # taken for one that has yet to move on.
        if self._find_source(name, own[:2], begin):
            return True
        self.source[name] = name
        return False

    def _turn_ring(self, start: str) -> None:
        """Let the labels of a ring of names change places, if that leaves fewer fields to mend than staying does."""
        ring: list[str] = []
        key: str | None = start
        while key is not None and key not in ring and self.source.get(key) == key:
            ring.append(key)
            key = self.heir.get(key)
        if key != start or len(ring) == 1:
            return
        moved = {self.heir[name]: name for name in ring}
        staying = sum(self._cost(name, name) for name in ring)
        if sum(self._cost(key, name) for key, name in moved.items()) < staying:
            self.source.update(moved)

    def _cost(self, key: str, name: str) -> int:
        return changed_fields(self.live[name], self.wanted[key]).number
