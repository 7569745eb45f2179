"""A key of a form at any wrong level is moved to where it belongs, with all that it holds, or it stays."""

import copy
import os
import random
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from issue_scaffold.forge.forges import GITHUB
from issue_scaffold.validate.engine import run_rules
from issue_scaffold.validate.fixer import fix_files

FORM = ".github/ISSUE_TEMPLATE/crash.yml"
KEYS = GITHUB.keys
VALUES: dict[str, Any] = {
    "required": True,
    "accept": ".zip",
    "render": "shell",
    "label": "Which one",
    "multiple": True,
    "default": 1,
    "value": "first\n  second\n\nthird\n",
    "description": "One: two, three",
    "placeholder": "# no comment",
    "id": "which-one",
    "labels": ["bug", "kind: crash"],
    "assignees": ["octocat"],
    "projects": ["octo-org/1"],
    "title": "[Crash]: ",
}
SECTIONS = ("attributes", "validations")


def sound_form(kind: str) -> dict[str, Any]:
    """Return a form with all that itself and its first element can have."""
    keys = KEYS.elements[kind]
    options: list[Any] = ["one", "two", "three"]
    if kind == "checkboxes":
        options = [{"label": "one", "required": True}, {"label": "two"}]
    element: dict[str, Any] = {"type": kind, "id": VALUES["id"]}
    element["attributes"] = {key: options if key == "options" else VALUES[key] for key in keys.attributes}
    if keys.validations and kind != "checkboxes":
        element["validations"] = {key: VALUES[key] for key in keys.validations}
    form = {"name": "Crash report", "description": "Tell us", "title": VALUES["title"], "labels": VALUES["labels"]}
    form |= {key: VALUES[key] for key in ("assignees", "projects")}
    asked = {"type": "input", "id": "last", "attributes": {"label": "Anything else?"}}
    return {**form, "body": [element, asked]}


def level_of(form: dict[str, Any], level: str) -> dict[str, Any]:
    element: dict[str, Any] = form["body"][0]
    return {"form": form, "element": element}.get(level) or element[level]


def moves() -> Iterator[tuple[str, str, str, str]]:
    """Every key of every type from its own level to each of the others that has something in it."""
    for kind in ("input", "textarea", "dropdown", "checkboxes", "upload"):
        form = sound_form(kind)
        levels = ["element", *(section for section in SECTIONS if section in form["body"][0])]
        for level in levels:
            for key in level_of(form, level):
                for wrong in levels:
                    if wrong != level and key not in {"type", "attributes", *([] if level == "element" else ["id"])}:
                        yield kind, key, level, wrong
        for wrong in levels:
            for key in ("title", "labels", "assignees", "projects"):
                yield kind, key, "form", wrong


def dump(form: dict[str, Any], *, flow: bool | None) -> str:
    return yaml.safe_dump(form, sort_keys=False, allow_unicode=True, default_flow_style=flow, width=1000)


def fixed(text: str) -> tuple[str, tuple[object, ...]]:
    found = fix_files({FORM: text.encode()}, [FORM], unsafe=True, together=True).get(FORM)
    return (text, ()) if found is None else (found.content.decode(), found.removed)


def errors(text: str) -> list[str]:
    found = run_rules({FORM: text.encode()}).diagnostics
    return [item.rule.id for item in found if item.severity.name == "ERROR"]


@pytest.mark.parametrize(("kind", "key", "level", "wrong"), list(moves()))
def test_a_key_at_a_wrong_level_is_moved_home(kind: str, key: str, level: str, wrong: str) -> None:
    sound = sound_form(kind)
    assert errors(dump(sound, flow=False)) == []
    broken = copy.deepcopy(sound)
    value = level_of(broken, level).pop(key)
    if key in SECTIONS and wrong == key:
        return
    level_of(broken, wrong)[key] = value
    broken["body"][0] = {name: inside for name, inside in broken["body"][0].items() if inside != {}}
    # A list that is written line by line can't stand between braces.
    in_lines = kind == "checkboxes" and key == "options"
    for flow in (False,) if in_lines else (False, None):
        text = dump(broken, flow=flow)
        assert f"`{key}`" in "".join(item.problem.message for item in run_rules({FORM: text.encode()}).diagnostics)
        content, removed = fixed(text)
        assert (yaml.safe_load(content), removed) == (sound, ()), text


ELEMENT = "- type: input\n  attributes:\n    label: {}\n"
HEAD = "name: Crash report\ndescription: Tell us\n"


def placed(columns: int, *labels: str) -> str:
    lines = "".join(ELEMENT.format(label) for label in labels).splitlines(keepends=True)
    return "".join(" " * columns + line for line in lines)


A, B, C = (placed(2, name) for name in "ABC")
NESTED = {
    "body in body": (f"body:\n  body:\n{placed(4, 'A', 'B')}", "AB"),
    "body in body, with a comment": (f"body:\n  body: # all\n    # first\n{placed(4, 'A', 'B')}", "AB"),
    "body in body in body": (f"body:\n  body:\n    body:\n{placed(6, 'A', 'B')}", "AB"),
    "beside another key": (f"body:\n  title: T\n  body:\n{placed(4, 'A')}", "A"),
    "an entry of the list": (f"body:\n  - body:\n{placed(6, 'A', 'B')}{C}", "ABC"),
    "in the middle of the list": (f"body:\n{A}  - body:\n{placed(6, 'B')}{C}", "ABC"),
    "at the end of the list": (f"body:\n{A}  - body:\n{placed(6, 'B', 'C')}", "ABC"),
    "in an element": (f"body:\n{A}    body:\n{placed(6, 'B')}{C}", "ABC"),
    "before an element's type": (
        f"body:\n  - body:\n{placed(6, 'B')}    type: input\n    attributes:\n      label: A\n",
        "AB",
    ),
    "under attributes": (f"body:\n{A}      body:\n{placed(8, 'B')}{C}", "ABC"),
    "alone under attributes": (f"body:\n{A}  - attributes:\n      body:\n{placed(8, 'B')}{C}", "ABC"),
    "under validations": (f"body:\n{A}    validations:\n      required: true\n      body:\n{placed(8, 'B')}", "AB"),
    "a list in the list": (f"body:\n  - {placed(4, 'A', 'B').lstrip()}{C}", "ABC"),
    "a list below a dash": (f"body:\n  -\n{placed(4, 'A', 'B')}{C}", "ABC"),
    "lists in lists": (f"body:\n  - - {placed(6, 'A', 'B').lstrip()}", "AB"),
    "under another key": (f"attributes:\n  body:\n{placed(4, 'A', 'B')}", "AB"),
    "under two other keys": (f"form:\n  fields:\n    body:\n{placed(6, 'A')}labels: [bug]\n", "A"),
    "under another key, beside its own": (f"body:\n{A}about:\n  body:\n{placed(4, 'B')}", "AB"),
    "under another key, its own empty": (f"body:\nform:\n  body:\n{placed(4, 'A')}", "A"),
    "without a dash": ("body:\n  type: input\n  attributes:\n    label: A\n", "A"),
}


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("name", NESTED)
def test_elements_that_stand_too_deep_come_to_the_list(name: str, ending: str) -> None:
    text, labels = NESTED[name]
    assert errors(HEAD + text)
    content, removed = fixed((HEAD + text).replace("\n", ending))
    form = yaml.safe_load(content)
    assert [element["attributes"]["label"] for element in form["body"]] == list(labels)
    assert (errors(content), removed) == ([], ())
    assert content.count("\n") == content.count(ending)
    for word in ("# all", "# first"):
        assert (word in text) == (word in content)


STAYS = {
    "in a list of something else": f"labels:\n  - body:\n{placed(6, 'A')}",
    "between braces": "body: {body: [{type: input, attributes: {label: A}}]}\n",
    "a comment that would go": "body:\n  - # why\n    - type: input\n      attributes:\n        label: A\n",
    "keys that are there already": f"labels: [bug]\nbody:\n{A}    labels: [crash]\n",
    "a title that may be a label": "body:\n  - type: input\n    title: Version\n",
}


@pytest.mark.parametrize("name", STAYS)
def test_what_cannot_be_moved_whole_stays(name: str) -> None:
    text = HEAD + STAYS[name]
    content, removed = fixed(text)
    assert errors(text)
    for word in ("label: A", "# why", "crash", "title: Version"):
        assert (word in text) == (word in content)
    assert removed == ()


def test_what_is_doubled_spills_into_its_place() -> None:
    text = f"{HEAD}body:\n  - type: input\n    attributes:\n      attributes:\n        label: A\n      value: x\n"
    assert yaml.safe_load(fixed(text)[0])["body"][0]["attributes"] == {"label": "A", "value": "x"}
    box = (
        f"{HEAD}body:\n  - type: checkboxes\n    attributes:\n      label: A\n      options:\n"
        "        - label: X\n          validations:\n            required: true\n"
    )
    assert yaml.safe_load(fixed(box)[0])["body"][0]["attributes"]["options"] == [{"label": "X", "required": True}]


def nodes(value: object) -> Iterator[Any]:
    """Yield a value and all that is in it."""
    yield value
    inside: list[Any] = []
    if isinstance(value, dict | list):
        inside = list(value.values() if isinstance(value, dict) else value)
    for item in inside:
        yield from nodes(item)


def said(value: object) -> list[str]:
    """Return the scalars of a value, the blanks in them aside."""
    scalars = [item for item in nodes(value) if not isinstance(item, dict | list)]
    return ["".join(str(item).split()) for item in scalars if item is not None and item not in (True, False)]


def moved_somewhere(form: dict[str, Any], choice: random.Random) -> None:
    """Put a key from anywhere in a form into another mapping or list."""
    mappings = [item for item in nodes(form) if isinstance(item, dict) and item]
    owner = choice.choice(mappings)
    key = choice.choice(list(owner))
    value = owner.pop(key)
    target = choice.choice([item for item in nodes(form) if isinstance(item, dict | list)])
    if isinstance(target, dict):
        target.setdefault(key, value)
    else:
        target.insert(choice.randint(0, len(target)), choice.choice([value, {key: value}]))


# `MISPLACED_EXAMPLES=20000` looks longer.
EXAMPLES = range(int(os.environ.get("MISPLACED_EXAMPLES", "60")))


def test_no_value_is_lost_wherever_keys_stand() -> None:
    for seed in EXAMPLES:
        choice = random.Random(seed)
        form = copy.deepcopy(sound_form(choice.choice(["input", "textarea", "dropdown", "checkboxes", "upload"])))
        for _ in range(choice.randint(1, 3)):
            moved_somewhere(form, choice)
        text = dump(form, flow=choice.choice([False, False, None]))
        content, removed = fixed(text)
        lost = [word for word in said(form) if word not in "".join(content.split()).replace("\\n", "")]
        assert [word for word in lost if word not in said(yaml.safe_load(content))] == [], text
        assert removed == () or all(not item.value for item in removed if hasattr(item, "value")), text


def test_an_element_without_any_key_is_no_place_for_one() -> None:
    text = f"{HEAD}body:\n{A}  - {{}}\nattributes:\n  label: B\nid: b\n"
    assert "label: B" in fixed(text)[0]
