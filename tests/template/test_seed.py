"""With default answers, the infrastructure template is the seed that this project was made for, word for word."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

if TYPE_CHECKING:
    from tests.renderings import Renderer

GOLDEN = Path(__file__).parents[1] / "data" / "restored-seed.md"
EMOJI = {
    "\u011f\u0178\u201d\u00a7": "🔧",
    "\u011f\u0178\u00af": "🎯",
    "\u011f\u0178\u2014\u00ef\u00b8": "🏗\ufe0f",
    "\u011f\u0178\u00a4\u2013": "🤖",
    "\u011f\u0178\u201d\u2019": "🔒",
    "\u011f\u0178\u201c\u0160": "📊",
    "\u011f\u0178\u0161\u20ac": "🚀",
    "\u011f\u0178\u2019\u00b0": "💰",
    "\u00e2\u00b1\u00ef\u00b8": "⏱\ufe0f",
    "\u011f\u0178\u00a7\u00aa": "🧪",
    "\u011f\u0178\u201c\u2039": "📋",
    "\u011f\u0178\u201c\u0161": "📚",
    "\u011f\u0178\u201d\u201e": "🔄",
}


def _split(text: str) -> tuple[dict[str, Any], list[str]]:
    _, front_matter, body = text.split("---\n", 2)
    return yaml.safe_load(front_matter), [line for line in body.splitlines() if line]


@pytest.fixture
def markdown(render: Renderer) -> str:
    return (render() / ".github/ISSUE_TEMPLATE/infrastructure.md").read_text(encoding="utf-8")


@pytest.fixture
def form(render: Renderer) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((render() / ".github/ISSUE_TEMPLATE/infrastructure.yml").read_bytes())
    return loaded


def test_markdown_equals_the_restored_seed(markdown: str) -> None:
    assert _split(markdown) == _split(GOLDEN.read_text(encoding="utf-8"))


@pytest.mark.skipif("SCAFFOLD_CORPUS" not in os.environ, reason="needs the seed as it was received")
def test_golden_file_is_the_seed_with_its_emoji_restored() -> None:
    seed = Path(os.environ["SCAFFOLD_CORPUS"], "seed-infrastructure-template.md").read_text(encoding="utf-8")
    for broken, emoji in EMOJI.items():
        assert broken in seed
        seed = seed.replace(broken, emoji)
    assert GOLDEN.read_text(encoding="utf-8").split() == seed.split()


@pytest.mark.parametrize(
    ("pattern", "count"),
    [(r"^## ", 13), (r"^\*\*.+:\*\*", 24), (r"^- \[ \] ", 80)],
    ids=["headings", "labels", "boxes"],
)
def test_markdown_has_everything_of_the_seed(markdown: str, pattern: str, count: int) -> None:
    assert len(re.findall(pattern, markdown, re.MULTILINE)) == count


def test_form_has_everything_of_the_seed(form: dict[str, Any]) -> None:
    fields = [element for element in form["body"] if element["type"] != "markdown"]
    assert (
        sum(element["attributes"]["value"].startswith("## ") for element in form["body"] if element not in fields) == 13
    )
    assert len(fields) == 25
    assert sum(len(field["attributes"].get("options", ())) for field in fields) == 80
    assert {field["id"] for field in fields if field["type"] == "input"} == {"estimated_effort"}
    assert all(field["attributes"].get("placeholder") for field in fields if field["type"] != "checkboxes")


def test_field_ids_are_a_contract_with_links_that_prefill_them(form: dict[str, Any]) -> None:
    assert [element["id"] for element in form["body"] if "id" in element] == [
        "task_type",
        "description",
        "primary_goals",
        "success_criteria",
        "components_affected",
        "changes_required",
        "model_serving",
        "data_pipeline",
        "security_measures",
        "compliance",
        "metrics_to_track",
        "alerting",
        "environment_path",
        "rollout_plan",
        "rollback_strategy",
        "resource_impact",
        "estimated_effort",
        "dependencies",
        "blocked_by",
        "testing_required",
        "test_environment",
        "implementation_checklist",
        "documentation_updates",
        "monitoring_period",
        "follow_up_tasks",
    ]


def test_form_and_markdown_are_told_apart_by_name(form: dict[str, Any], markdown: str) -> None:
    assert form["name"] == "🔧 Infrastructure/DevOps (with fields to fill in)"
    assert _split(markdown)[0]["name"] == "🔧 Infrastructure/DevOps"


@pytest.mark.parametrize(("only", "suffix"), [("form", "yml"), ("markdown", "md")])
def test_one_format_alone_has_the_plain_name(render: Renderer, only: str, suffix: str) -> None:
    (file,) = (render(format=only) / ".github/ISSUE_TEMPLATE").iterdir()
    assert file.name == f"infrastructure.{suffix}"
    assert re.search(r'^name: "🔧 Infrastructure/DevOps"$', file.read_text(encoding="utf-8"), re.MULTILINE)


def test_dropdowns_write_only_what_was_chosen(render: Renderer) -> None:
    folder = render(choices="dropdowns") / ".github/ISSUE_TEMPLATE"
    form = yaml.safe_load((folder / "infrastructure.yml").read_bytes())
    several = [field["attributes"] for field in form["body"] if "options" in field["attributes"]]
    assert len(several) == 15
    assert all(field["multiple"] is True for field in several)
    assert sum(len(field["options"]) for field in several) == 80
    assert {field["type"] for field in form["body"]} == {"markdown", "textarea", "input", "dropdown"}
    plain = render() / ".github/ISSUE_TEMPLATE/infrastructure.md"
    assert (folder / "infrastructure.md").read_bytes() == plain.read_bytes()


@pytest.mark.parametrize("choices", ["checkboxes", "dropdowns"])
def test_form_introduces_itself_and_explains_its_fields(render: Renderer, choices: str) -> None:
    file = render(choices=choices) / ".github/ISSUE_TEMPLATE/infrastructure.yml"
    first, *others = yaml.safe_load(file.read_bytes())["body"]
    assert first["attributes"] == {"value": "Fill in what applies, and leave out the rest."}
    fields = [element["attributes"] for element in others if element["type"] != "markdown"]
    assert len(fields) == len({field["description"] for field in fields}) == 25
