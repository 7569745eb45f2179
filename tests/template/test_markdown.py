"""The macros that turn a form into a Markdown template know every element of GitHub's, not only this catalog's."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

if TYPE_CHECKING:
    from jinja2.sandbox import SandboxedEnvironment

FORM = """
name: "Everything: #1"
description: It's "all" here
type: Bug
projects: [octo-org/1]
body:
  - type: markdown
    attributes:
      value: |
        Thanks! --> Please read on.
  - type: markdown
    attributes:
      value: |
        ## 🔧 Details

        Only what you know.
  - type: input
    id: details
    attributes: {label: Details, description: In one line, placeholder: "[text]"}
  - type: input
    attributes: {label: Version, placeholder: "[1.2.3]", description: As printed}
  - type: input
    attributes: {label: "Where?"}
  - type: textarea
    attributes:
      label: Steps
      description: |
        One a line,
        please
      placeholder: |
        1. First
        2. Then
  - type: textarea
    attributes: {label: Filled in, value: "kept\\n\\n    indented", placeholder: not shown}
  - type: textarea
    attributes: {label: Logs, render: shell}
  - type: textarea
    attributes: {label: Source, render: markdown, value: "```py\\n1\\n```"}
  - type: dropdown
    attributes: {label: Kind, options: [null, A, "Yes", 3]}
    validations: {required: true}
  - type: dropdown
    attributes: {label: Kinds, options: [A, B], multiple: true}
  - type: checkboxes
    attributes:
      label: Consent
      options:
        - {label: I agree, required: true}
        - label: |
            Two
            lines
  - type: upload
    attributes: {label: Screenshot, description: What you see}
    validations: {accept: ".png,.jpg"}
  - type: upload
    attributes: {label: Anything else}
"""
MARKDOWN = """\
---
name: "Everything: #1"
about: 'It''s "all" here'
title: ""
labels: ""
assignees: ""
type: "Bug"
projects: ["octo-org/1"]
---

<!-- Thanks! --&gt; Please read on. -->

## 🔧 Details

<!-- Only what you know. -->

<!-- In one line -->

[text]

**Version:** [1.2.3]

<!-- As printed -->

**Where?**

**Steps:**

<!-- One a line,
please -->

1. First
2. Then

**Filled in:**

kept

    indented

**Logs:**

```shell

```

**Source:**

````markdown
```py
1
```
````

**Kind:**

<!-- Choose one. -->

- [ ] A
- [ ] Yes
- [ ] 3

**Kinds:**

- [ ] A
- [ ] B

**Consent:**

- [ ] I agree
- [ ] Two
  lines

**Screenshot:**

<!-- What you see -->

<!-- Drop files here: .png,.jpg -->

**Anything else:**

<!-- Drop files here -->
"""


def _issue_template(jinja: SandboxedEnvironment, form: dict[str, Any]) -> str:
    macros: Any = jinja.get_template("template/macros/markdown.jinja").make_module()
    return str(macros.issue_template(form))


def test_every_element_of_a_form(jinja: SandboxedEnvironment) -> None:
    assert _issue_template(jinja, yaml.safe_load(FORM)) == MARKDOWN


@pytest.mark.parametrize("key", ["labels", "assignees", "title"])
@pytest.mark.parametrize("value", ["a, b", ["a", "b: c"], None, "", []])
def test_front_matter_takes_what_a_form_takes(jinja: SandboxedEnvironment, key: str, value: object) -> None:
    text = _issue_template(jinja, {"name": "Form", "description": "Text", key: value, "body": []})
    assert yaml.safe_load(text.split("---\n")[1])[key] == (value or "")


def _corpus() -> list[Path]:
    folder = Path(os.environ.get("SCAFFOLD_CORPUS", "nowhere"), "corpus", "forms")
    return sorted(folder.iterdir()) if folder.exists() else []


@pytest.mark.skipif("SCAFFOLD_CORPUS" not in os.environ, reason="needs the forms of public repositories")
def test_forms_of_public_repositories(jinja: SandboxedEnvironment) -> None:
    assert len(_corpus()) > 100
    for file in _corpus():
        form = yaml.safe_load(file.read_bytes())
        lines = _issue_template(jinja, form).splitlines()
        assert lines.count("---") >= 2, file.name
        for element in form["body"]:
            for option in element["attributes"].get("options") or ():
                label = option["label"] if isinstance(option, dict) else option
                assert label is None or f"- [ ] {str(label).strip().splitlines()[0]}" in lines, file.name
