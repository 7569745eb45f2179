"""Answers that GitHub, pip or git would refuse are refused where they are given, with a reason."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from copier import run_copy
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from issue_scaffold.validate.ask import option_breach
from issue_scaffold.validate.run import validate_files

if TYPE_CHECKING:
    from pathlib import Path

    from jinja2.sandbox import SandboxedEnvironment
    from tests.renderings import Renderer

NOT_LISTS: list[Any] = ["API Gateway", "a, b", {"a": "b"}, None, True, 3]
BAD_TEXTS = ["", "  ", "\n", "two\nlines", "bell\x07", "nel\x85", "line\u2028end", "bom\ufeff", "half\ud83d", "del\x7f"]
NOT_TEXTS: list[Any] = [True, 3, 1.5, None, ["a"], {"a": "b"}]
BAD_OPTIONS = [*([text] for text in [*BAD_TEXTS, *NOT_TEXTS]), ["None"], ["a", " NONE "], ["CDN", "cdn"], ["a", " a "]]
BAD_URLS = [
    "mailto:a@example.com",
    "example.com",
    "https://",
    "https:///x",
    "http://a b",
    "javascript:x",
    "https://u@h/",
]
OPTION_LISTS = [
    "task_type",
    "primary_goals",
    "model_serving",
    "data_pipeline",
    "security_measures",
    "metrics_to_track",
    "alerting",
    "rollout_plan",
    "dependencies",
    "testing_required",
    "implementation_checklist",
    "documentation_updates",
]
LINK = {"name": "Chat", "url": "https://example.com", "about": "Ask"}

BAD: dict[str, list[Any]] = {
    "issue_types": [[]],
    "sections": [[]],
    "components": [*NOT_LISTS, *BAD_OPTIONS],
    "environments": [*NOT_LISTS, *BAD_OPTIONS],
    "compliance": [*NOT_LISTS, *BAD_OPTIONS],
    **{name: [["CDN", "cdn"]] for name in OPTION_LISTS},
    "title_prefix": [text for text in BAD_TEXTS if text],
    "labels": [
        *NOT_LISTS,
        *([text] for text in [*BAD_TEXTS, *NOT_TEXTS]),
        *(["x" * 51], ["a, b"], ["🔧"], ["🔧 ⏱\ufe0f"], ["👩\u200d💻"], ["Bug", "bug"], ["a", "a "]),
    ],
    "runner": [*BAD_TEXTS, "my runner", "-x", "x'", "${{ x }}", "[self-hosted, x]", "x\n"],
    "assignees": [
        *NOT_LISTS,
        *([text] for text in [*BAD_TEXTS, *NOT_TEXTS]),
        *(["@octocat"], ["-a"], ["a.b"], ["a b"], ["org/team"], ["x" * 40], ["Octocat", "octocat"]),
        [f"user{number}" for number in range(11)],
    ],
    "contact_links": [
        *NOT_LISTS,
        *([item] for item in [*NOT_TEXTS, "https://example.com", {}]),
        *([{key: value for key, value in LINK.items() if key != gone}] for gone in LINK),
        *([{**LINK, key: bad}] for key in LINK for bad in [*BAD_TEXTS, *NOT_TEXTS]),
        *([{**LINK, "url": url}] for url in BAD_URLS),
        [{**LINK, "icon": "x"}],
    ],
    "security_contact_url": [*BAD_URLS, *(text for text in BAD_TEXTS if text)],
    "tool_source": [
        *BAD_TEXTS,
        *(
            "o/r",
            "gh:o/r",
            "http://example.com/o/r",
            "https://example.com",
            "https:///o/r",
            "file://host",
            "../r",
            "/r",
        ),
        *("https://user:secret@example.com/o/r", "https://token@example.com/o/r", "ssh://git:pw@example.com/o/r"),
        *("https://example.com/o r", "https://example.com/o/r#x", "https://example.com/'o'", 'https://example.com/"'),
        *("https://example.com/$(id)", "https://example.com/o/r@v1", "git@example.com", "ext::sh -c id", "-uo/r"),
        *("https://example.com/${{ x }}", "https://example.com/o/r\n", "git+https://example.com/o/r"),
    ],
    "tool_version": [
        *BAD_TEXTS,
        "-x",
        "v 1",
        "v1;id",
        "$(id)",
        "a..b",
        "v1@x",
        "v1\n",
        "'v1'",
        "${{ x }}",
        ".hidden",
        "~1",
    ],
}
GOOD: dict[str, list[Any]] = {
    "issue_types": [["documentation"]],
    "sections": [["task"]],
    "components": [[], ["a"], ["Yes"], ["nothing"], ["中文", "{{ x }}", "🔧", "a\u00a0b"]],
    "environments": [[], ["None of these", "n/a"]],
    "compliance": [[], ["SOC 2"]],
    **{name: [[], ["SOC 2"]] for name in OPTION_LISTS},
    "title_prefix": ["", "[INFRA] ", "🔧: "],
    "labels": [[], ["x" * 50], ["🔧 tools"], ["c++"], ["???"], ["kind/bug"], [":bug: bug"], ["1"], ["中文"]],
    "runner": ["docker", "ubuntu-22.04", "self-hosted:host", "org/runner_1"],
    "assignees": [
        [],
        ["octocat"],
        ["a-b"],
        ["user_corp"],
        ["123"],
        ["x" * 39],
        [f"user{number}" for number in range(10)],
    ],
    "contact_links": [[], [LINK], [{**LINK, "url": "http://localhost:8000/ü?q=1&r=%20#f"}]],
    "security_contact_url": ["", "https://example.com/security/policy"],
    "tool_source": [
        *(
            "https://example.com/o/r",
            "https://example.com:8443/o/r.git",
            "ssh://git@example.com/o/r",
            "ssh://host:22/r",
        ),
        *("git@example.com:o/r.git", "file:///srv/git/r", "https://example.com/~user/r", "https://example.com/a%20b"),
    ],
    "tool_version": ["v1.0.0", "1.0", "0123abc", "release/1.0+build-2", "a" * 40],
}


def _rows(table: dict[str, list[Any]]) -> list[Any]:
    return [pytest.param(name, answer, id=f"{name}-{n}") for name in table for n, answer in enumerate(table[name])]


def _problem(jinja: SandboxedEnvironment, questions: dict[str, Any], name: str, answer: object) -> str:
    others = {"platform": "github", "needs_tool": True}
    return jinja.from_string(questions[name]["validator"]).render({**others, name: answer}).strip()


@pytest.mark.parametrize(("name", "answer"), _rows(BAD))
def test_bad_answer_is_refused_in_words(
    jinja: SandboxedEnvironment, questions: dict[str, Any], name: str, answer: object
) -> None:
    problem = _problem(jinja, questions, name, answer)
    assert re.search("expected|GitHub|twice|write it|choose|is missing", problem)
    assert "\n" not in problem
    assert "secret" not in problem


@pytest.mark.parametrize(("name", "answer"), _rows(GOOD))
def test_good_answer_is_taken(
    jinja: SandboxedEnvironment, questions: dict[str, Any], name: str, answer: object
) -> None:
    assert _problem(jinja, questions, name, answer) == ""


def test_every_problem_is_named_at_once(jinja: SandboxedEnvironment, questions: dict[str, Any]) -> None:
    problem = _problem(jinja, questions, "labels", ["a,b", True, "x" * 51])
    assert [part in problem for part in ('"a,b" has a comma', "True isn't a text", "has 51 characters")] == [True] * 3


def test_every_question_explains_itself(questions: dict[str, Any]) -> None:
    asked = {name: details for name, details in questions.items() if details.get("when") is not False}
    assert all(details["help"] for details in asked.values())
    assert {name for name, details in asked.items() if "default" not in details} == {"tool_version"}
    assert "UNSET" in questions["tool_source"]["default"]
    free = {name for name, details in asked.items() if details["type"] != "bool" and "choices" not in details}
    assert {name for name in free if "validator" not in asked[name]} == set()
    assert free <= BAD.keys()
    assert BAD.keys() == GOOD.keys()


NEEDED = {
    "tool_source": "https://example.com/o/r",
    "tool_version": "v1",
    "chooser": True,
    "drift_check_workflow": True,
}


@pytest.mark.parametrize("name", BAD)
def test_copier_asks_the_validator(render: Renderer, name: str) -> None:
    platform = {"platform": "forgejo"} if name == "runner" else {}
    with pytest.raises(ValueError, match=f"'{name}'"):
        render.anew(**NEEDED | platform | {name: BAD[name][0]})


@pytest.mark.parametrize(
    ("name", "answer", "platform"),
    [
        ("labels", ['say "hi"'], "gitlab"),
        ("assignees", ["@me"], "forgejo"),
        ("assignees", ["-a"], "gitlab"),
        ("assignees", ["a.b"], "github"),
    ],
)
def test_answer_must_suit_the_platform(render: Renderer, name: str, answer: list[str], platform: str) -> None:
    with pytest.raises(ValueError, match=f"'{name}'.*expected"):
        render.anew(**{"platform": platform, name: answer})


def test_other_forges_have_other_user_names(render: Renderer) -> None:
    repo = render(platform="gitlab", assignees=["a.b", "_1"], labels=[])
    file = repo / ".gitlab/issue_templates/infrastructure.md"
    assert file.read_text(encoding="utf-8").endswith("\n\n/assign @a.b @_1\n")


def _recorded(repo: Path) -> dict[str, Any]:
    answers: dict[str, Any] = yaml.safe_load((repo / ".copier-answers.scaffold.yml").read_bytes())
    return answers


def test_a_list_of_options_that_is_given_is_kept_and_recorded(render: Renderer) -> None:
    """Without a question more; a list that nobody changed is not recorded, and stays the template's."""
    given: dict[str, Any] = {name: [f"{name} one", "Two: 'b'"] for name in OPTION_LISTS}
    repo = render(**given)
    recorded = _recorded(repo)
    assert {name: recorded[name] for name in OPTION_LISTS} == given
    assert not _recorded(render()).keys() & set(OPTION_LISTS)
    fields = yaml.safe_load((repo / ".github/ISSUE_TEMPLATE/infrastructure.yml").read_bytes())["body"]
    options = {field["id"]: field["attributes"].get("options", []) for field in fields if "id" in field}
    assert {name: [one["label"] for one in options[name]] for name in OPTION_LISTS} == given


def test_lists_of_options_are_all_asked_for_when_one_wants_to_change_them(render: Renderer) -> None:
    assert _recorded(render(change_options=True)).keys() >= set(OPTION_LISTS)


def test_a_field_without_options_is_left_out_and_a_section_without_fields_too(render: Renderer) -> None:
    lists: dict[str, list[str]] = {name: [] for name in [*OPTION_LISTS, "components", "environments", "compliance"]}
    repo = render(**lists)
    body = yaml.safe_load((repo / ".github/ISSUE_TEMPLATE/infrastructure.yml").read_bytes())["body"]
    assert {element["type"] for element in body} == {"markdown", "textarea", "input"}
    headings = [element["attributes"]["value"] for element in body if element["type"] == "markdown"]
    assert len(headings) == 1 + 13 - 5
    text = (repo / ".github/ISSUE_TEMPLATE/infrastructure.md").read_text(encoding="utf-8")
    assert "- [ ]" not in text
    assert text.count("\n## ") == 13 - 5


def test_a_form_has_a_field_at_least(render: Renderer) -> None:
    repo = render(sections=["checklist"], implementation_checklist=[])
    body = yaml.safe_load((repo / ".github/ISSUE_TEMPLATE/infrastructure.yml").read_bytes())["body"]
    assert "description" in [element.get("id") for element in body]


def test_labels_alone_need_no_place_of_the_tool(render: Renderer) -> None:
    repo = render(label_sync_workflow=True)
    assert "gh label create" in (repo / ".github/workflows/sync-labels.yml").read_text(encoding="utf-8")
    assert yaml.safe_load((repo / ".copier-answers.scaffold.yml").read_bytes())["tool_source"] == ""


@pytest.mark.parametrize("name", ["tool_source", "tool_version"])
@pytest.mark.parametrize("on", ["drift_check_workflow", "update_workflow", "pre_commit"])
def test_tool_has_no_default_place(render: Renderer, name: str, on: str) -> None:
    answers = {"tool_source": "https://example.com/o/r", "tool_version": "v1"}
    del answers[name]
    with pytest.raises(ValueError, match=f'"{name}" is required'):
        render.anew(**answers, **{on: True})


@pytest.mark.parametrize(
    "unasked",
    [
        {
            "issue_types": ["bug_report"],
            "sections": ["task"],
            "title_prefix": "x",
            "labels": ["y"],
            "components": ["z"],
        },
        {"chooser": False, "contact_links": [LINK], "security_contact_url": "https://example.com"},
        {"sections": ["cost"], "components": ["z"], "environments": ["y"], "compliance": ["x"]},
        {"labels_config": ".github/settings.yml", "label_sync_workflow": True},
        {"tool_source": "https://example.com/o/r", "tool_version": "v1"},
        {
            "platform": "gitlab",
            "format": "form",
            "title_prefix": "x",
            "chooser": True,
            "contact_links": [LINK],
            "labels_config": ".github/labels.json",
        },
        {"platform": "gitea", "runner": "x"},
        {"format": "markdown", "choices": "dropdowns"},
        {"sections": ["cost"], "task_type": ["x"], "alerting": []},
    ],
    ids=["infrastructure", "chooser", "sections", "labels_config", "tool", "gitlab", "gitea", "choices", "options"],
)
def test_answer_to_a_question_that_is_not_asked_changes_nothing(render: Renderer, unasked: dict[str, Any]) -> None:
    asked = {name: unasked[name] for name in unasked if name in {"issue_types", "labels_config", "platform"}}
    if "chooser" in unasked and "platform" not in unasked:
        asked["chooser"] = unasked["chooser"]
    if unasked.get("format") == "markdown":
        asked["format"] = "markdown"
    if "cost" in unasked.get("sections", ()):
        asked["sections"] = unasked["sections"]
    given, plain = render(**unasked), render(**asked)
    files = [file.relative_to(plain) for file in plain.rglob("*") if file.is_file()]
    assert files == [file.relative_to(given) for file in given.rglob("*") if file.is_file()]
    assert all((given / file).read_bytes() == (plain / file).read_bytes() for file in files)


def test_answers_as_text_are_cast(render: Renderer) -> None:
    repo = render(components="[A, 'Yes']", issue_types="[bug_report, infrastructure]", emoji="no", assignees="['1']")
    recorded = yaml.safe_load((repo / ".copier-answers.scaffold.yml").read_bytes())
    assert recorded["components"] == ["A", "Yes"]
    assert recorded["issue_types"] == ["infrastructure", "bug_report"]
    assert recorded["emoji"] is False
    assert recorded["assignees"] == ["1"]


def test_unquoted_yes_is_refused_not_turned_into_true(template: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="True isn't a text: write it in quotes"):
        run_copy(str(template), tmp_path / "repo", data={"components": "[Yes, No]"}, defaults=True, quiet=True)


@given(text=st.text(max_size=30))
def test_text_that_passes_reads_back_the_same(jinja: SandboxedEnvironment, text: str) -> None:
    validate: Any = jinja.get_template("template/macros/validate.jinja").make_module()
    to_yaml: Any = jinja.get_template("template/macros/yaml.jinja").make_module()
    if validate.text_problem(text):
        return
    document = f"key: {to_yaml.quoted(text)}\nlist: {to_yaml.quoted_list([text])}\n"
    assert yaml.safe_load(document) == {"key": text, "list": [text.strip()]}
    assert YAML(typ="safe", pure=True).load(document) == yaml.safe_load(document)


NAMES = [
    *("bug", "a, b", "a,b", ",", "x" * 50, "x" * 51, f" {'x' * 50} ", "é" * 51, "#", "1", "虫", "ä"),
    *("🐛 bug", "bug 🐛", "🔧", "🔧 ⏱\ufe0f", "👩\u200d💻", "❤\ufe0f", "⭐", "👍🏽", "🇨🇭", "🔧!", "🔧1"),
    *("none", "None", " NONE ", "n/a", "nonesuch"),
]


@pytest.mark.parametrize("name", NAMES)
def test_the_template_and_the_validator_judge_a_label_alike(jinja: SandboxedEnvironment, name: str) -> None:
    macros: Any = jinja.get_template("template/macros/validate.jinja").make_module()
    config = json.dumps([{"name": name, "color": "d73a4a"}]).encode()
    refused = {finding.rule for finding in validate_files({".github/labels.json": config})}
    assert bool(macros.label_problem(name)) == bool(refused)


@pytest.mark.parametrize("option", NAMES)
def test_the_template_and_the_validator_judge_an_option_alike(jinja: SandboxedEnvironment, option: str) -> None:
    macros: Any = jinja.get_template("template/macros/validate.jinja").make_module()
    assert bool(macros.option_problem(option)) == (option_breach(option) is not None)


@pytest.mark.parametrize("url", [*BAD_URLS, "https://example.com", "HTTPS://example.com", "http://example.com/a?b#c"])
def test_the_template_refuses_each_address_that_the_validator_refuses(jinja: SandboxedEnvironment, url: str) -> None:
    macros: Any = jinja.get_template("template/macros/validate.jinja").make_module()
    chooser = json.dumps({"contact_links": [{**LINK, "url": url}]}).encode()
    if validate_files({".github/ISSUE_TEMPLATE/config.yml": chooser}):
        assert macros.url_problem(url)
