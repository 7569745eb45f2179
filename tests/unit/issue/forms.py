"""Forms and answers for the tests of bodies: generated ones, and those of the corpus."""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from issue_scaffold.forge.documents import load
from issue_scaffold.issue.form import Field, FieldKind, FieldOption, Form, collapsed, form_of

SHARED = Path(os.environ.get("SCAFFOLD_CORPUS") or "nowhere")
# What makes bodies hard to read: headings, fences, boxes and words that stand for no answer.
SNIPPETS = (
    "x", " ", "\n", "\n\n", "### A\n\n", "### B\n\n", "\n\n### C\n\n", "```", "````", "```sh\n", "\n```", "- [x] a",
    "- [ ] b, c", "None", ", ", "a", "b, c", "<!-- -->", "\t", "\u2028", "\x85", "é", "🔧", "[n](u)", "###", "\\",
)  # fmt: skip
OPTIONS = ("a", "b", "a, b", "b, c", "c", "x\n\n### B\n\nx", "long option", "a\n", "N/A")


def field(key: str, kind: str, *, options: Sequence[str] = (), **more: object) -> Field:
    labels = tuple(FieldOption(label=label, name=collapsed(label)) for label in options)
    return replace(Field(key=key, label=key, kind=FieldKind(kind), options=labels), **more)  # type: ignore[arg-type]


def form(*fields: Field) -> Form:
    return Form(path="form.yml", name="Form", elements=fields)


def read_form(path: Path) -> Form:
    return form_of(load(".github/ISSUE_TEMPLATE/form.yml", path.read_bytes()))


def corpus_forms() -> list[Form]:
    return [read_form(path) for path in sorted((SHARED / "corpus" / "forms").glob("*.y*ml"))]


TEXTS = st.lists(st.sampled_from(SNIPPETS) | st.text(max_size=8), max_size=6).map("".join)
NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=8)
URLS = st.sampled_from(["u", "b](u", "https://h/user-attachments/assets/1", "https://h/user-attachments/files/1/a.zip"])


def answers_for(asked: Field) -> st.SearchStrategy[Any]:
    """Return answers that a page takes, for one field."""
    labels = list(dict.fromkeys(option.label for option in asked.options))
    match asked.kind:
        case FieldKind.INPUT:
            return st.none() | TEXTS.map(lambda text: " ".join(text.replace("\r", "\n").split("\n")))
        case FieldKind.TEXTAREA:
            return st.none() | TEXTS
        case FieldKind.DROPDOWN if asked.multiple:
            return st.lists(st.sampled_from(labels), unique=True)
        case FieldKind.DROPDOWN:
            return st.none() | st.sampled_from(labels)
        case FieldKind.CHECKBOXES:
            return st.lists(st.sampled_from(labels), unique=True)
    return st.lists(st.tuples(NAMES, URLS), max_size=3)


def filled(asked: Form) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({field.key: answers_for(field) for field in asked.fields})


@st.composite
def generated_forms(draw: st.DrawFn) -> Form:
    """Return small forms whose labels and options get into each other's way."""
    fields = []
    for number in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from(list(FieldKind)))
        options = draw(st.lists(st.sampled_from(OPTIONS), min_size=1, max_size=4, unique=True))
        fields.append(
            field(
                f"f{number}",
                kind,
                label=draw(st.sampled_from(["A", "B", "C", "A\n", "**B** 🔧"])),
                options=options if kind in {FieldKind.DROPDOWN, FieldKind.CHECKBOXES} else (),
                multiple=kind is FieldKind.DROPDOWN and draw(st.booleans()),
                render=draw(st.sampled_from(["", "sh"])) if kind is FieldKind.TEXTAREA else "",
                is_list=draw(st.booleans()),
                hides_label=draw(st.integers(0, 4)) == 0,
            )
        )
    return form(*fields)
