"""What a plan of labels says of each step, and what it weighs: found by breaking the code in small ways."""

from datetime import date

import pytest

from issue_scaffold.label_sync.matching import Policy, plan_labels
from issue_scaffold.label_sync.plan import (
    Force,
    LabelAction,
    LabelPlan,
    LabelStep,
    LiveLabel,
    temporary_name,
    weigh,
)
from issue_scaffold.labels.label import Label

TODAY = date(2026, 6, 1)


def live(name: str, color: str = "ededed", description: str = "") -> LiveLabel:
    return LiveLabel(name=name, color=color, description=description)


def step(action: LabelAction, name: str = "a", to: str | None = None) -> LabelStep:
    return LabelStep(action=action, name=name, to=to)


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        (Label(name="a", description="b", describes=True), LabelAction.EDIT),
        (Label(name="a", color="000000"), LabelAction.EDIT),
        (Label(name="a", color="000000", description="b", describes=True), LabelAction.EDIT),
        (Label(name="a", color="ededed"), LabelAction.UNCHANGED),
    ],
)
def test_one_field_that_differs_is_an_edit(label: Label, expected: LabelAction) -> None:
    (planned,) = plan_labels([label], [live("a")], Policy(today=TODAY)).steps
    assert planned.action is expected


@pytest.mark.parametrize(
    ("day", "prune", "reason"),
    [
        (date.min, True, "to be deleted"),
        (date.min, False, "to be deleted; --prune does it"),
        (date(2026, 5, 1), True, "to be deleted since 2026-05-01"),
    ],
)
def test_why_a_label_goes(day: date, prune: bool, reason: str) -> None:
    (planned,) = plan_labels([Label(name="a", delete_after=day)], [live("a")], Policy(today=TODAY, prune=prune)).steps
    assert planned.reason == reason


def test_a_name_is_made_free_by_the_first_former_name_alone() -> None:
    """By the second, a run that was cut off after the first rename would be taken for one that has yet to begin."""
    wanted = [Label(name="x", former=("n",)), Label(name="n", former=("first", "second"))]
    found = plan_labels(wanted, [live("n"), live("second")], Policy(today=TODAY)).steps
    assert [(one.action, one.name, one.to) for one in found] == [
        (LabelAction.CREATE, "x", None),
        (LabelAction.MERGE, "second", "n"),
        (LabelAction.UNCHANGED, "n", None),
    ]


def test_each_rename_of_a_ring_needs_the_one_before() -> None:
    """Else, after one that failed, the next would be tried into a name that is taken."""
    wanted = [Label(name=new, former=(old,), color=f"00000{old}") for new, old in ("ba", "cb", "dc", "ad")]
    labels = [live(name, f"00000{name}") for name in "abcd"]
    steps = plan_labels(wanted, labels, Policy(today=TODAY)).steps
    assert [one.needs for one in steps] == [(), (0,), (1,), (2,), (3,)]


def test_the_name_of_an_interrupted_swap_is_known_to_every_version() -> None:
    assert temporary_name("Bug") == temporary_name("bug") == "scaffold-rename-ecb53f367b35"


@pytest.mark.parametrize("action", LabelAction)
def test_what_is_left_to_do(action: LabelAction) -> None:
    plan = LabelPlan(steps=(step(action), step(LabelAction.UNCHANGED)))
    done = {LabelAction.UNCHANGED, LabelAction.UNMANAGED}
    assert plan.is_clean == (action in done)
    for other in LabelAction:
        assert plan.count(other) == [one.action for one in plan.steps].count(other)


@pytest.mark.parametrize(
    ("number", "why"),
    [
        (1, "1 issue or pull request has it; --force-in-use deletes it nevertheless"),
        (2, "2 issues or pull requests have it; --force-in-use deletes it nevertheless"),
    ],
)
def test_only_a_deletion_is_refused_for_its_issues(number: int, why: str) -> None:
    plan = LabelPlan(
        steps=(
            step(LabelAction.EDIT, "edited"),
            step(LabelAction.MERGE, "merged", "edited"),
            step(LabelAction.DELETE, "deleted"),
        )
    )
    names = ("edited", "merged", "deleted")
    found = weigh(plan, dict.fromkeys(names, number), Force()).steps
    assert [(one.action, one.name, one.issues) for one in found] == [
        (LabelAction.EDIT, "edited", None),
        (LabelAction.MERGE, "merged", number),
        (LabelAction.REFUSED, "deleted", number),
    ]
    assert found[2].reason == why
