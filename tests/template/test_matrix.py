"""Whatever is answered, the rendered files are what GitHub accepts and read back as what was answered.

Every pair of values of any two questions is rendered together at least once. Rules that a schema can't state are
checked here in the words of GitHub's documentation.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from ruamel.yaml import YAML

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tests.renderings import Renderer

ANSWERS_FILE = ".copier-answers.scaffold.yml"
FOLDERS = {
    "github": Path(".github/ISSUE_TEMPLATE"),
    "forgejo": Path(".forgejo/issue_template"),
    "gitea": Path(".gitea/issue_template"),
    "gitlab": Path(".gitlab/issue_templates"),
}


@pytest.fixture
def repo(render: Renderer, answers: dict[str, Any]) -> Path:
    return render(**answers)


def _yaml_files(repo: Path) -> Iterator[Path]:
    for file in sorted(repo.rglob("*")):
        # GitHub reads the key `on` of a workflow as text, YAML 1.1 doesn't. The answers file is Copier's own.
        if file.suffix in {".yml", ".yaml", ".json"} and file.parent.name != "workflows" and file.name != ANSWERS_FILE:
            yield file


@cache
def _loaded(text: str) -> Any:  # noqa: ANN401 - what YAML says
    """Return what a text says. Many answers make the same files, and nobody changes what is returned."""
    return yaml.safe_load(text)


@cache
def _loaded_purely(text: str) -> Any:  # noqa: ANN401 - what YAML says
    """Return what a text says to another reader."""
    return YAML(typ="safe", pure=True).load(text)


@cache
def _aliases(text: str) -> list[yaml.Event]:
    """Return where a text refers to an anchor."""
    return [event for event in yaml.parse(text) if isinstance(event, yaml.AliasEvent)]


def _forms(repo: Path) -> dict[str, dict[str, Any]]:
    files = [file for folder in FOLDERS.values() for file in (repo / folder).glob("*.yml")]
    return {file.stem: _loaded(file.read_text(encoding="utf-8")) for file in files if file.stem != "config"}


def _markdown(repo: Path) -> dict[str, tuple[dict[str, Any], str]]:
    result = {}
    files = [file for name in ("github", "forgejo", "gitea") for file in (repo / FOLDERS[name]).glob("*.md")]
    for file in files:
        before, front_matter, body = file.read_text(encoding="utf-8").split("---\n", 2)
        assert before == ""
        result[file.stem] = _loaded(front_matter), body
    return result


def _gitlab(repo: Path) -> dict[str, tuple[str, dict[str, str]]]:
    """Return each GitLab template's text and the arguments of its quick actions."""
    result = {}
    for file in (repo / FOLDERS["gitlab"]).glob("*.md"):
        text, *actions = re.split(r"^/(label|assign) ", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
        result[file.stem] = text, dict(zip(actions[::2], map(str.strip, actions[1::2]), strict=True))
    return result


def _labels_path(answers: dict[str, Any]) -> str:
    platform = answers.get("platform", "github")
    return answers["labels_config"] if platform == "github" else f".{platform}/labels.yml"


def _labels(repo: Path, answers: dict[str, Any]) -> list[dict[str, Any]]:
    file = repo / _labels_path(answers)
    if not file.exists():
        return []
    loaded = _loaded(file.read_text(encoding="utf-8"))
    labels: list[dict[str, Any]] = loaded["labels"] if file.name == "settings.yml" else loaded
    return labels


def test_cases_stay_few(cases: list[dict[str, Any]]) -> None:
    assert 30 <= len(cases) <= 60


def test_every_reader_of_yaml_sees_the_same_and_no_anchors(repo: Path) -> None:
    for file in _yaml_files(repo):
        text = file.read_text(encoding="utf-8")
        assert _loaded(text) == _loaded_purely(text), file.name
        assert not _aliases(text), file.name


def test_answers_are_recorded_as_given(repo: Path, answers: dict[str, Any]) -> None:
    recorded = yaml.safe_load((repo / ANSWERS_FILE).read_bytes())
    recorded["issue_types"].sort(key=answers["issue_types"].index)
    assert {name: answers[name] for name in recorded if name in answers} == {
        name: value for name, value in recorded.items() if name in answers
    }


def test_answers_arrive_in_the_form_as_given(repo: Path, answers: dict[str, Any]) -> None:
    form = _forms(repo).get("infrastructure")
    if form is None:
        return
    fields = {element["id"]: element["attributes"] for element in form["body"] if "id" in element}
    for name, field in [
        ("components", "components_affected"),
        ("environments", "environment_path"),
        ("compliance", "compliance"),
    ]:
        if field in fields and name in answers:
            assert [option["label"] for option in fields[field]["options"]] == [text.strip() for text in answers[name]]
    if "title_prefix" in answers:
        assert form.get("title", "") == answers["title_prefix"]
    if "labels" in answers:
        assert form.get("labels", []) == [text.strip() for text in answers["labels"]]
    assert form.get("assignees", []) == answers.get("assignees", [])


def test_files_are_those_that_were_asked_for(repo: Path, answers: dict[str, Any]) -> None:
    platform = answers.get("platform", "github")
    suffixes = {"both": ["md", "yml"], "form": ["yml"], "markdown": ["md"]}[answers["format"]]
    if platform == "gitlab":
        suffixes = ["md"]
    folder = FOLDERS[platform]
    on_github = platform == "github"
    expected = {f"{folder}/{type_}.{suffix}" for type_ in answers["issue_types"] for suffix in suffixes}
    has_labels = answers["issue_types"] != ["infrastructure"] or answers.get("labels") != []
    takes_sync = has_labels and not (on_github and answers["labels_config"].endswith("settings.yml"))
    sync = "scaffold-labels.yml" if platform == "gitlab" else "sync-labels.yml"
    jobs = ".gitlab/ci" if platform == "gitlab" else f".{platform}/workflows"
    optional = {
        f"{folder}/config.yml": answers["chooser"] and platform != "gitlab",
        _labels_path(answers): has_labels,
        f"{jobs}/scaffold-check.yml": answers["drift_check_workflow"],
        f"{jobs}/scaffold-update.yml": answers["update_workflow"],
        f"{jobs}/{sync}": answers["label_sync_workflow"] and takes_sync,
        ".pre-commit-config.yaml": answers["pre_commit"],
        ANSWERS_FILE: True,
    }
    expected |= {path for path, wanted in optional.items() if wanted}
    assert {file.relative_to(repo).as_posix() for file in repo.rglob("*") if file.is_file()} == expected
    assert not [folder for folder in repo.rglob("*") if folder.is_dir() and not any(folder.iterdir())]


def test_emoji_only_where_wanted(repo: Path, answers: dict[str, Any]) -> None:
    names = [form["name"] for form in _forms(repo).values()] + [front["name"] for front, _ in _markdown(repo).values()]
    assert len(set(names)) == len(names)
    assert all(name.isascii() != answers["emoji"] for name in names)
    assert all(len(name) > 3 for name in names)


def _parameterized(text: str) -> str:
    return re.sub(r"[^a-z0-9_-]+", "-", text.lower()).strip("-")


def _options(field: dict[str, Any]) -> list[str]:
    return [option if isinstance(option, str) else option["label"] for option in field["attributes"].get("options", ())]


def _broken_rules(form: dict[str, Any]) -> Iterator[str]:
    fields = [element for element in form["body"] if element["type"] != "markdown"]
    ids = [field["id"] for field in fields]
    labels = [field["attributes"]["label"] for field in fields]
    if not fields:
        yield "Body must contain at least one non-markdown field"
    if len(set(ids)) < len(ids):
        yield "Body must have unique ids"
    if len(set(labels)) < len(labels):
        yield "Body must have unique labels"
    similar = [_parameterized(label) for label in labels]
    if len(set(similar)) < len(similar) or any(
        name in ids and ids.index(name) != position for position, name in enumerate(similar)
    ):
        yield "Labels are too similar"
    for field in fields:
        options = _options(field)
        if len({option.casefold() for option in options}) < len(options):
            yield "options must be unique"
        if "none" in map(str.casefold, options):
            yield "options must not include the reserved word, none"
        if "password" in field["attributes"]["label"].lower():
            yield "label contains forbidden word"
        if field["type"] == "dropdown" and field.get("validations", {}).get("required"):
            yield "a required dropdown is sent with its first option unread"


def test_forms_keep_the_rules_that_no_schema_states(repo: Path) -> None:
    for name, form in _forms(repo).items():
        assert list(_broken_rules(form)) == [], name


def _outline_of_form(form: dict[str, Any]) -> Iterator[str]:
    heading = ""
    for element in form["body"]:
        if element["type"] == "markdown":
            heading = element["attributes"]["value"]
            if heading.startswith("#"):
                yield heading
            continue
        label = element["attributes"]["label"]
        if not heading.endswith(f" {label}"):
            yield label
        heading = ""
        yield from _options(element)


def _outline_of_markdown(body: str) -> Iterator[str]:
    for line in body.splitlines():
        if match := re.match(r"- \[ \] (.*)|(## .*)|\*\*(.*?):?\*\*", line):
            yield next(text for text in match.groups() if text is not None)


def test_markdown_and_form_are_twins(repo: Path) -> None:
    forms, templates = _forms(repo), _markdown(repo)
    for name in forms.keys() & templates.keys():
        front, body = templates[name]
        assert list(_outline_of_markdown(body)) == list(_outline_of_form(forms[name]))
        assert forms[name]["name"] == f"{front['name']} (with fields to fill in)"
        assert forms[name]["description"] == front["about"]
        for key in ("title", "labels", "assignees"):
            assert (front[key] or None) == forms[name].get(key)


def test_gitlab_gets_the_same_text_and_quick_actions(render: Renderer, repo: Path, answers: dict[str, Any]) -> None:
    if answers.get("platform") != "gitlab":
        return
    assert not list((repo / FOLDERS["gitlab"]).glob("*.yml"))
    twins = _markdown(render(**answers | {"platform": "gitea", "format": "markdown"}))
    assert _gitlab(repo).keys() == twins.keys()
    for name, (text, actions) in _gitlab(repo).items():
        front, body = twins[name]
        assert text.strip() == body.strip()
        wanted = {
            "label": " ".join(f'~"{label}"' for label in front["labels"] or ()),
            "assign": " ".join(f"@{login}" for login in front["assignees"] or ()),
        }
        assert actions == {action: names for action, names in wanted.items() if names}


def test_labels_config_has_exactly_the_labels_that_templates_name(repo: Path, answers: dict[str, Any]) -> None:
    headers = [*_forms(repo).values(), *(front for front, _ in _markdown(repo).values())]
    named = {label.casefold() for header in headers for label in header.get("labels") or ()}
    for _, actions in _gitlab(repo).values():
        named |= {label.casefold() for label in re.findall('~"([^"]+)"', actions.get("label", ""))}
    labels = _labels(repo, answers)
    assert {label["name"].casefold() for label in labels} == named
    assert len(labels) == len(named)
    for label in labels:
        assert list(label) == ["name", "color", "description"]
        assert 0 < len(label["name"]) <= 50
        assert re.fullmatch("[0-9a-f]{6}", label["color"])
        assert 0 < len(label["description"]) <= 100
        assert max(label["description"]) <= "\uffff"


def test_chooser_is_as_answered(repo: Path, answers: dict[str, Any]) -> None:
    platform = answers.get("platform", "github")
    file = repo / FOLDERS[platform] / "config.yml"
    if not answers["chooser"] or platform == "gitlab":
        return
    config = yaml.safe_load(file.read_bytes())
    assert config["blank_issues_enabled"] is answers["blank_issues_enabled"]
    links = config.get("contact_links", [])
    count = len(answers["contact_links"])
    assert links[:count] == answers["contact_links"]
    assert [link["url"] for link in links[count:]] == [url for url in [answers["security_contact_url"]] if url]


def test_pre_commit_entry_is_as_answered(repo: Path, answers: dict[str, Any]) -> None:
    if answers["pre_commit"]:
        config = yaml.safe_load((repo / ".pre-commit-config.yaml").read_bytes())
        hook = {"repo": answers["tool_source"], "rev": answers["tool_version"], "hooks": [{"id": "scaffold-check"}]}
        assert config == {"repos": [hook]}


def test_generated_files_say_who_wrote_them(repo: Path) -> None:
    for file in repo.rglob("*"):
        if file.suffix in {".yml", ".yaml"}:
            assert "issue-scaffold" in file.read_text(encoding="utf-8").splitlines()[0], file.name


@pytest.mark.parametrize(
    ("schema", "pattern"),
    [
        ("github-issue-forms", ".*/[Ii]*/[!c]*.yml"),
        ("github-issue-config", ".*/[Ii]*/config.yml"),
        ("github-workflows", ".*/workflows/*.yml"),
        ("gitlab-ci", ".gitlab/ci/*.yml"),
    ],
)
def test_schemas_take_every_file(
    render: Renderer,
    cases: list[dict[str, Any]],
    check_schema: Callable[[str, Iterable[Path]], None],
    schema: str,
    pattern: str,
) -> None:
    files = [file for case in cases for file in render(**case).glob(pattern)]
    assert len(files) > 1
    check_schema(schema, files)


def test_json_labels_are_json(repo: Path) -> None:
    for file in repo.glob(".github/*.json"):
        assert json.loads(file.read_bytes())
