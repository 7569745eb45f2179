"""The labels domain: which edits a three-way merge asks for, what it keeps, and what counts as a deviation."""

import pytest

from issue_scaffold.labels.label import Label, compare, normalise_color
from issue_scaffold.labels.merge import (
    AddLabel,
    LabelEdit,
    RemoveLabel,
    SetField,
    apply_edits,
    restoration,
    three_way,
)

BUG = Label(name="bug", color="d73a4a", description="Broken")
DEVOPS = Label(name="devops", color="0e8a16", description="Pipelines")
MINE = Label(name="mine", color="000000")
RED_BUG = Label(name="bug", color="ff0000", description="Broken")


@pytest.mark.parametrize(
    ("raw", "color"),
    [
        ("d73a4a", "d73a4a"),
        ("D73A4A", "d73a4a"),
        ("#D73a4a", "d73a4a"),
        ("fff", "ffffff"),
        ("#1A2", "11aa22"),
        ("000000", "000000"),
        ("190:20:30", "190:20:30"),
        (" Red ", "red"),
        ("#", ""),
    ],
)
def test_colours_are_compared_as_six_lower_case_digits(raw: str, color: str) -> None:
    assert normalise_color(raw) == color


MERGES: list[tuple[str, list[Label] | None, list[Label], list[Label], list[LabelEdit], list[str]]] = [
    ("adds at the end, in the template's order", None, [MINE], [BUG, DEVOPS],
     [AddLabel(label=BUG, after=None), AddLabel(label=DEVOPS, after=None)], []),
    ("adds after the last managed label", [BUG], [BUG, MINE], [BUG, DEVOPS],
     [AddLabel(label=DEVOPS, after=0)], []),
    ("adopts an equal label", None, [BUG], [BUG], [], []),
    ("keeps a different label that was there before", None, [RED_BUG], [BUG], [],
     ["label 'bug': your colour ff0000 is kept (the template has d73a4a)"]),
    ("keeps a label that lacks a field", None, [Label(name="bug", color="d73a4a")], [BUG], [],
     ["label 'bug': it stays without description (the template has 'Broken')"]),
    ("updates a field that only the template changed", [BUG], [MINE, BUG], [RED_BUG],
     [SetField(index=1, key="color", value="ff0000")], []),
    ("both changed the same way", [BUG], [RED_BUG], [RED_BUG], [], []),
    ("keeps a field that the user changed", [BUG], [RED_BUG], [BUG], [],
     ["label 'bug': your colour ff0000 is kept (the template has d73a4a)"]),
    ("keeps a field that both changed, updates the other", [BUG],
     [Label(name="bug", color="ff0000", description="Broken")], [Label(name="bug", color="00ff00", description="New")],
     [SetField(index=0, key="description", value="New")],
     ["label 'bug': your colour ff0000 is kept (the template has 00ff00)"]),
    ("takes away a field that the template dropped", [BUG], [BUG], [Label(name="bug", color="d73a4a")],
     [SetField(index=0, key="description", value=None)], []),
    ("keeps a changed field that the template dropped", [BUG],
     [Label(name="bug", color="d73a4a", description="Mine")], [Label(name="bug", color="d73a4a")], [],
     ["label 'bug': your description 'Mine' is kept (the template has no description)"]),
    ("leaves a field alone that the template never had", [Label(name="bug", color="d73a4a")], [BUG],
     [Label(name="bug", color="d73a4a")], [], []),
    ("a deleted label stays deleted", [BUG, DEVOPS], [BUG], [BUG, DEVOPS], [],
     ["label 'devops' was deleted here and stays deleted"]),
    ("removes what the template dropped", [BUG, DEVOPS], [DEVOPS, MINE, BUG], [BUG], [RemoveLabel(index=0)], []),
    ("adds after a managed label that stays", [BUG, DEVOPS], [BUG, DEVOPS, MINE], [BUG, RED_BUG, Label(name="new")],
     [RemoveLabel(index=1), AddLabel(label=Label(name="new"), after=0)], []),
    ("keeps a changed label that the template dropped", [BUG], [RED_BUG], [], [],
     ["label 'bug' is no longer in the template; yours is kept, you changed it"]),
    ("keeps a label with a field of the user's own that the template dropped", [BUG],
     [Label(name="bug", color="d73a4a", description="Broken", extras=(("aliases", '["defect"]'),))], [], [],
     ["label 'bug' is no longer in the template; yours is kept, you changed it"]),
    ("nothing to remove", [BUG], [], [], [], []),
    ("keeps the user's spelling", [BUG], [Label(name="Bug", color="d73a4a", description="Broken")], [BUG], [],
     ["label 'Bug': your spelling is kept (the template has 'bug')"]),
    ("updates under the user's spelling", [BUG], [Label(name="BUG", color="d73a4a", description="Broken")], [RED_BUG],
     [SetField(index=0, key="color", value="ff0000")],
     ["label 'BUG': your spelling is kept (the template has 'bug')"]),
    ("a label that the user renamed counts as there", [BUG],
     [Label(name="defect", color="123456", former=("Bug",))], [RED_BUG], [],
     ["label 'bug' is here as 'defect'; your name is kept"]),
    ("one label of the user's may stand for two", None, [Label(name="ops", former=("devops", "bug"))], [BUG, DEVOPS],
     [], ["label 'bug' is here as 'ops'; your name is kept", "label 'devops' is here as 'ops'; your name is kept"]),
    ("a label under its former name counts as there", None, [DEVOPS],
     [Label(name="platform", color="0e8a16", description="Pipelines", former=("DevOps",))], [],
     ["label 'platform' is here under its former name 'devops', which is kept"]),
    ("the template's own rename follows", [DEVOPS], [MINE, DEVOPS],
     [Label(name="platform", color="0e8a16", description="Pipelines", former=("devops",))],
     [SetField(index=1, key="name", value="platform")], []),
    ("a new label of the template that the user had first", [], [RED_BUG], [BUG], [],
     ["label 'bug': your colour ff0000 is kept (the template has d73a4a)"]),
    ("the first of the user's duplicates is updated", [BUG], [BUG, RED_BUG, BUG],
     [Label(name="bug", color="00ff00", description="Broken")],
     [SetField(index=0, key="color", value="00ff00")], []),
    ("all untouched duplicates go", [BUG], [BUG, RED_BUG, BUG], [], [RemoveLabel(index=0), RemoveLabel(index=2)],
     ["label 'bug' is no longer in the template; yours is kept, you changed it"]),
    ("a duplicate of the template's is one label", None, [], [BUG, RED_BUG], [AddLabel(label=BUG, after=None)], []),
    ("other fields merge as well", [Label(name="bug", extras=(("delete", "false"),))],
     [Label(name="bug", extras=(("delete", "false"),))], [Label(name="bug", extras=(("delete", "true"),))],
     [SetField(index=0, key="delete", value="true")], []),
]  # fmt: skip


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "edits", "notes"), [row[1:] for row in MERGES], ids=[row[0] for row in MERGES]
)
def test_three_way(
    base: list[Label] | None, ours: list[Label], theirs: list[Label], edits: list[LabelEdit], notes: list[str]
) -> None:
    merged = three_way(base, ours, theirs)
    assert (list(merged.edits), list(merged.notes)) == (edits, notes)


@pytest.mark.parametrize(("base", "ours", "theirs"), [row[1:4] for row in MERGES], ids=[row[0] for row in MERGES])
def test_a_second_merge_changes_nothing(base: list[Label] | None, ours: list[Label], theirs: list[Label]) -> None:
    once = apply_edits(ours, three_way(base, ours, theirs).edits)
    assert three_way(base, once, theirs).edits == ()


def test_apply_edits_writes_additions_where_they_belong() -> None:
    edits: list[LabelEdit] = [
        SetField(index=0, key="color", value="ff0000"),
        SetField(index=0, key="x", value="1"),
        AddLabel(label=DEVOPS, after=0),
        RemoveLabel(index=1),
        AddLabel(label=MINE, after=None),
    ]
    changed = Label(name="bug", color="ff0000", description="Broken", extras=(("x", "1"),))
    assert apply_edits([BUG, DEVOPS], edits) == [changed, DEVOPS, MINE]


@pytest.mark.parametrize(
    ("ours", "messages"),
    [
        ([BUG, DEVOPS, MINE], []),
        ([Label(name="BUG", color="d73a4a", description="Broken"), DEVOPS], []),
        ([BUG], ["label 'devops' is missing"]),
        ([RED_BUG, DEVOPS], ["label 'bug' has colour ff0000, the template has d73a4a"]),
        ([Label(name="bug"), DEVOPS], [
            "label 'bug' has no colour, the template has d73a4a",
            "label 'bug' has no description, the template has 'Broken'",
        ]),
        ([Label(name="bug", color="d73a4a", description="Oh"), DEVOPS],
         ["label 'bug' has description 'Oh', the template has 'Broken'"]),
        ([Label(name="defect", former=("bug",)), DEVOPS], []),
    ],
)  # fmt: skip
def test_compare(ours: list[Label], messages: list[str]) -> None:
    assert [difference.message for difference in compare([BUG, DEVOPS], ours)] == messages


@pytest.mark.parametrize("ours", [row[2] for row in MERGES], ids=[row[0] for row in MERGES])
def test_nothing_differs_after_a_restoration(ours: list[Label]) -> None:
    restored = apply_edits(ours, restoration(ours, [BUG, DEVOPS]))
    assert compare([BUG, DEVOPS], restored) == []
    own = [label for label in ours if label.key not in {"bug", "devops"}]
    assert [label for label in restored if label.key not in {"bug", "devops"}] == own
