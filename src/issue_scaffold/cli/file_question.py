"""What to do with files that are there already and differ from the template's.

Owns how that is asked: a table of one line each first, then file by file, or for all at once.
"""

from collections.abc import Mapping, Sequence
from typing import Final, Literal

from issue_scaffold.cli.asking import tell
from issue_scaffold.cli.output.text import diff_lines
from issue_scaffold.cli.printing import page, read_line, say, style
from issue_scaffold.sync.drift import unified_diff
from issue_scaffold.sync.init import Decision
from issue_scaffold.sync.plan import FileStep

_OFFER: Final = "[k]eep mine / [t]ake the template's / [m]erge / [d]iff / [a]bort"
_OFFER_OF_KINDS: Final = _OFFER.replace(" / [m]erge", "")
_WORDS: Final[Mapping[str, Decision | Literal["diff"]]] = {
    "keep": "keep",
    "take": "replace",
    "replace": "replace",
    "merge": "merge",
    "abort": "abort",
    "diff": "diff",
}


def decide_on_files(steps: Sequence[FileStep]) -> dict[str, Decision]:
    """Return what a person decides for each of some files."""
    say("", style("There already, and not as the template has them:", bold=True))
    for step in steps:
        tell(_row(step), indent="  ", further="      ")
    decisions: dict[str, Decision] = {}
    for step in steps:
        decision, for_all = _decide(step, is_last=step is steps[-1])
        decisions[step.path] = decision
        if decision == "abort":
            return decisions
        if for_all:
            left = [other.path for other in steps if other.path not in decisions]
            return decisions | dict.fromkeys(left, decision)
    return decisions


def _row(step: FileStep) -> str:
    name = (step.adopted_as or step.stands_for).rpartition("/")[2]
    if step.stands_for:
        return f"{step.path}: the template has {name} for it, which takes its place or is left out"
    if name:
        return f"{step.path}: the template's {name}"
    return step.path


def _decide(step: FileStep, *, is_last: bool) -> tuple[Decision, bool]:
    """Return the decision on one file, and whether it is for all that are left too."""
    offer = _OFFER_OF_KINDS if step.stands_for else _OFFER
    while True:
        say("")
        tell(f"{step.path}: {offer}")
        if not is_last:
            tell("keep all, take all and merge all decide for the rest too.", indent="  ")
        typed = read_line("[keep]").lower()
        word, for_all = _word(typed)
        if word is None:
            tell(f"{typed!r} is not one of keep, take, merge, diff, abort; first letters do.")
        elif word == "diff":
            page(list(diff_lines(unified_diff(step.path, step.before, step.theirs))))
        else:
            return word, for_all


def _word(typed: str) -> tuple[Decision | Literal["diff"] | None, bool]:
    verb, _, rest = (typed.strip() or "keep").partition(" ")
    found = {means for word, means in _WORDS.items() if word.startswith(verb)}
    if len(found) != 1 or rest.strip() not in {"", "all"}:
        return None, False
    return found.pop(), bool(rest)
