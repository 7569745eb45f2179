"""No fix deletes what somebody wrote: a key at a wrong place is moved or renamed, or it stays.

Each form of the corpus gets a key at a level where it can't be, or a word that no key is; then every fix is made.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from issue_scaffold.validate.fixer import fix_files

SHARED = os.environ.get("SCAFFOLD_CORPUS")
pytestmark = pytest.mark.skipif(SHARED is None, reason="SCAFFOLD_CORPUS names no folder")
FORM = ".github/ISSUE_TEMPLATE/form.yml"


def forms() -> Iterator[Path]:
    folder = Path(SHARED or "", "corpus", "forms")
    yield from sorted(path for path in folder.iterdir() if path.is_file())[::3]


def below_attributes(form: dict[str, Any]) -> None:
    for element in form["body"]:
        if element.get("attributes") and "validations" in element:
            element["attributes"]["validations"] = element.pop("validations")


def beside_attributes(form: dict[str, Any]) -> None:
    for element in form["body"]:
        if element.get("attributes"):
            element.update(element.pop("attributes"))


def body_too_deep(form: dict[str, Any]) -> None:
    form["about"] = {"body": form.pop("body")}


def unknown_keys(form: dict[str, Any]) -> None:
    form["reviewers"] = ["@somebody"]
    for number, element in enumerate(form["body"]):
        element["remark"] = f"remark {number}"
        if isinstance(element.get("attributes"), dict):
            element["attributes"]["tooltip"] = {"text": f"tip {number}"}


def forbidden_keys(form: dict[str, Any]) -> None:
    form["on"] = {"push": ["main"]}


CHANGES = (below_attributes, beside_attributes, body_too_deep, unknown_keys, forbidden_keys)


def scalars(value: object) -> Iterator[str]:
    """Yield what a value says, as text that no quoting changes."""
    if isinstance(value, dict):
        for item in value.values():
            yield from scalars(item)
    elif isinstance(value, list):
        for item in value:
            yield from scalars(item)
    elif value is not None and str(value).strip():
        # A doubled parenthesis of a link is repaired by a rule of its own.
        yield str(value).strip().lower().replace("((", "(").replace("))", ")")


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_every_value_is_still_there(change: Callable[[dict[str, Any]], None]) -> None:
    lost = []
    for path in forms():
        try:
            form = yaml.safe_load(path.read_text("utf-8", errors="replace"))
        except yaml.YAMLError:
            continue
        if not isinstance(form, dict) or not isinstance(form.get("body"), list):
            continue
        change(form)
        text = yaml.safe_dump(form, sort_keys=False, allow_unicode=True)
        before = sorted(scalars(yaml.safe_load(text)))
        fixed = fix_files({FORM: text.encode()}, [FORM], unsafe=True, together=True)
        content = fixed[FORM].content if FORM in fixed else text.encode()
        removed = fixed[FORM].removed if FORM in fixed else ()
        assert [item for item in removed if item.value] == []
        there = list(scalars(yaml.safe_load(content)))
        for said in before:
            if said in there:
                there.remove(said)
            else:
                lost.append((path.name, said))
    assert lost == []
