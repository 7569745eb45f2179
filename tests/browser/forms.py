"""Forms of every kind and malice, and answers that are filled in by a page and by `body()`."""

import random
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from tests.unit.issue.forms import SNIPPETS

from issue_scaffold.forge.forges import forge_of_path
from issue_scaffold.issue.answers import Upload
from issue_scaffold.issue.form import Field, FieldKind, Form
from issue_scaffold.preview.contents import ShownRepository, ShownTemplate

FOLDER = ".github/ISSUE_TEMPLATE"
PIECES = (
    *SNIPPETS,
    "  \n",
    "word ",
    "\u00a0",
    "\x1c",
    "\u200b",
    "&amp;",
    "</textarea>",
    '"',
    "\U0001f6e0",
    "~~~",
    "#1",
)
FILES = ("log.txt", "a b.zip", "picture.PNG", "é(1).zip", "clip.mp4")
MARKDOWN = """\
# First
### Third
Text with **bold**, `code`, [a link](https://example.com), [another](javascript:alert), https://example.com
and <kbd>Ctrl</kbd> <sub>low</sub> <sup>high</sup><br>next <!-- a comment --> ![a picture](https://example.com/p.png)

> [!WARNING]
> Take care.

> Plain

| a | |
|:-:|---|
| 1 | 2 |

<details>
<summary>More</summary>

```sh
run
```
</details>
"""


def text_block(text: str, indent: int) -> str:
    return "".join(f"{' ' * indent}{line}\n" for line in text.splitlines())


EVERY_KIND = f"""\
name: Everything
description: Each kind of element
title: "[Bug]: "
labels: [bug, absent]
assignees: [somebody]
body:
  - type: markdown
    attributes:
      value: |
{text_block(MARKDOWN, 8)}
  - type: input
    id: version
    attributes: {{label: Version, description: "Which **one**?", placeholder: 1.0.0}}
    validations: {{required: true}}
  - type: textarea
    id: logs
    attributes: {{label: Logs, render: Shell, value: none}}
  - type: textarea
    id: steps
    attributes: {{label: Steps, value: "1. "}}
  - type: dropdown
    id: os
    attributes: {{label: System, options: [Linux, macOS], default: 1}}
  - type: dropdown
    id: areas
    attributes: {{label: Areas, multiple: true, options: [one, "two, three", four]}}
  - type: checkboxes
    id: terms
    attributes:
      label: Terms
      description: All of them
      options: [{{label: "I read [it](https://example.com)", required: true}}, {{label: Other}}]
  - type: upload
    id: files
    attributes: {{label: Files}}
"""
EVERYTHING = {
    f"{FOLDER}/everything.yml": EVERY_KIND,
    f"{FOLDER}/broken.yml": "name: Broken\ndescription: Nothing to fill in\nbody: []\n",
    f"{FOLDER}/task.md": f"---\nname: Task\nabout: Some task\nlabels: bug\n---\n\n{MARKDOWN}",
    f"{FOLDER}/hidden.md": "---\nname: Hidden\n---\nText\n",
    f"{FOLDER}/config.yml": (
        "blank_issues_enabled: false\ncontact_links:\n"
        "  - {name: Forum, url: 'https://example.com/forum', about: Ask here.}\n"
        "  - {name: Mail, url: 'mailto:a@example.com', about: Write.}\n"
    ),
    ".github/labels.yml": '- {name: bug, color: "d73a4a", description: Broken}\n- {name: new, color: "a2eeef"}\n',
    "SECURITY.md": "Write to us.\n",
}

EVIL = (
    '<script>window.hit=1</script><img src=x onerror="window.hit=1"></textarea></option></select>'
    '<svg onload="window.hit=1">[j](javascript:window.hit=1)[d](data:text/html,<script>window.hit=1</script>)'
    "![p](https://example.com/p.png)</style></title>"
)


def hostile_form() -> str:
    """Return a form with code in every string, ids of JavaScript's own, long texts and many options."""
    evil = EVIL.replace("'", "''")
    options = "".join(f"        - '{number} {evil}'\n" for number in range(500))
    boxes = "".join(f"        - label: '{number} {evil}'\n" for number in range(20))
    return f"""\
name: '{evil}'
description: '{evil}'
title: '{evil}'
labels: ['{evil}']
assignees: ['{evil}']
body:
  - type: markdown
    attributes:
      value: |
        {EVIL}
        <details><kbd>

        {EVIL}
  - type: input
    id: __proto__
    attributes: {{label: '1{evil}', description: '{evil}', value: '{evil}'}}
  - type: textarea
    id: constructor
    attributes: {{label: '2{evil}', placeholder: '{evil}', render: '{evil}', value: '{"x" * 100_000}'}}
  - type: dropdown
    id: toString
    attributes:
      label: '3{evil}'
      options:
{options}
  - type: checkboxes
    attributes:
      label: '4{evil}'
      options:
{boxes}"""


def shown(forms: Sequence[Form], name: str = "forms") -> ShownRepository:
    """Return forms as a page shows them, without findings."""
    templates = tuple(
        ShownTemplate(
            path=form.path, forge=forge_of_path(form.path), name=form.name, description="", form=form, text=None,
            title="", labels=(), absent_labels=(), assignees=(), findings={}, hidden=None,
        )
        for form in forms
    )  # fmt: skip
    return ShownRepository(
        name=name, templates=templates, links=(), has_blank=True, has_policy=False, chooser_findings=(), labels=None,
        new_issue=None,
    )  # fmt: skip


def random_text(chance: random.Random) -> str:
    return "".join(chance.choice(PIECES) for _ in range(chance.randrange(7)))


def uploaded(name: str) -> Upload:
    """Return what the page makes of a file: nobody knows its address before it is uploaded."""
    if name.lower().endswith((".png", ".mp4")):
        return Upload(name, "https://github.com/user-attachments/assets/1")
    return Upload(name, f"https://github.com/user-attachments/files/1/{quote(name, safe='!*()' + chr(39))}")


def random_answer(field: Field, chance: random.Random) -> Any:  # noqa: ANN401
    """Return what somebody fills in, as `FILL` takes it: texts, numbers of options, names of files."""
    match field.kind:
        case FieldKind.TEXTAREA:
            return random_text(chance)
        case FieldKind.INPUT:
            return random_text(chance).replace("\n", " ").replace("\r", " ")
        case FieldKind.UPLOAD:
            return chance.sample(FILES, chance.randrange(3))
    count = len(field.options)
    most = min(count, 1 if field.is_single_choice else 4)
    return chance.sample(range(count), chance.randrange(most + 1))


def answer_of(field: Field, filled: Any) -> Any:  # noqa: ANN401
    """Return the same as `body()` takes it."""
    match field.kind:
        case FieldKind.TEXTAREA | FieldKind.INPUT:
            return filled
        case FieldKind.UPLOAD:
            return [uploaded(name) for name in filled]
    labels = [field.options[index].label for index in filled]
    if field.is_single_choice:
        return labels[0] if labels else None
    return labels


# Fills in the forms of a page, each several times; returns the bodies that it shows.
FILL = """fills => {
  const sections = [...document.querySelectorAll(".template")];
  return fills.map((ofForm, place) => ofForm.map(answers => {
    const section = sections[place];
    const fields = [...section.querySelectorAll("form .field")];
    fields.forEach((field, index) => {
      const answer = answers[index];
      const control = field.querySelector("input, textarea, select");
      if (field.tagName === "FIELDSET") {
        [...field.querySelectorAll("input")].forEach((box, at) => { box.checked = answer.includes(at); });
      } else if (control.tagName === "SELECT") {
        const first = control.multiple ? 0 : 1;
        [...control.options].forEach((option, at) => { option.selected = answer.includes(at - first); });
        if (!control.multiple && answer.length === 0) { control.selectedIndex = 0; }
      } else if (control.type === "file") {
        const files = new DataTransfer();
        answer.forEach(name => files.items.add(new File(["x"], name)));
        control.files = files.files;
      } else {
        control.value = answer;
      }
    });
    section.querySelector("form").dispatchEvent(new Event("input", {bubbles: true}));
    return section.querySelector(".body").value;
  }));
}"""
