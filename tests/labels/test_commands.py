"""`scaffold labels` as people and workflows use it: options, files, formats, questions, interruptions."""

import json
from pathlib import Path
from typing import Any

import click
import jsonschema
import pytest
import yaml
from tests.conftest import Result, Run, git, write_tree
from tests.labels.fake_github import FakeGitHub, Fault

from issue_scaffold.cli import labels as command_module
from issue_scaffold.cli.labels_progress import duration
from issue_scaffold.forge.remote import (
    Repository,
    api_host,
    api_url,
    parse_remote,
    parse_repository,
)
from issue_scaffold.label_sync.choice import LIMITS
from issue_scaffold.label_sync.github.api import GitHubLabels
from issue_scaffold.validate.rules.registry import RULES

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
CONFIG = ".github/labels.yml"
BUG = "- {name: bug, color: d73a4a}\n"


@pytest.fixture
def run(github: FakeGitHub, folder: Path, scaffold: Run) -> Run:
    """Return `scaffold labels` in a work tree of octo/demo, whose config has one label."""
    git(folder, "remote", "add", "origin", "https://github.com/octo/demo.git")
    github.repository()
    write_tree(folder, {CONFIG: BUG})

    def labels(*arguments: str | Path) -> Result:
        return scaffold("labels", *arguments)

    return labels


# Where Prism would add nothing.
once = pytest.mark.parametrize("github", ["direct"], indirect=True)


def test_a_plan_in_full(run: Run, github: FakeGitHub, folder: Path) -> None:
    repository = github.repository()
    for name in ("defect", "Docs", "old docs", "plain", "gone", "used", "kept"):
        repository.add(name, "ffffff", "text")
    repository.put(1, "used")
    config = (
        "- {name: bug, color: d73a4a, aliases: [defect]}\n- {name: docs, color: '0075ca', aliases: [old docs]}\n"
        "- {name: plain, color: ffffff}\n- {name: new, color: '000000', description: hello}\n"
    )
    write_tree(folder, {CONFIG: config})
    result = run("plan", "--prune", "--protect", "ke*")
    assert result.out.splitlines() == [
        "Labels of octo/demo, by .github/labels.yml:",
        "  rename       defect → bug  colour ffffff → d73a4a",
        "  rename       Docs → docs  colour ffffff → 0075ca",
        "  create       new  colour 000000; description 'hello'",
        "  merge        old docs → docs  what has it (0 issues) gets the other label first, then it is deleted",
        "  delete       gone  not in the config",
        "  refused      used  1 issue or pull request has it; --force-in-use deletes it nevertheless",
        "  unmanaged    kept  protected by 'ke*'",
        "2 to rename, 1 to create, 1 to merge, 1 to delete, 1 refused, 1 unchanged, 1 unmanaged",
    ]
    assert (result.code, result.err) == (1, "")


@once
@pytest.mark.usefixtures("run")
def test_swatches_on_a_terminal(scaffold: Run) -> None:
    result = scaffold("--color", "always", "labels", "plan")
    assert "\x1b[48;2;215;58;74m  \x1b[0m bug" in result.out


@pytest.mark.parametrize(
    "arguments", [("plan",), ("plan", "--prune"), ("apply", "--yes"), ("apply", "--yes", "--prune")]
)
def test_json_conforms_to_its_schema(run: Run, github: FakeGitHub, folder: Path, arguments: tuple[str, ...]) -> None:
    repository = github.repository()
    for name in ("defect", "fault", "gone", "used"):
        repository.add(name)
    repository.put(1, "used", "fault")
    write_tree(folder, {CONFIG: "- {name: bug, color: d73a4a, aliases: [defect, fault]}\n- {name: x, color: ededed}\n"})
    if "--prune" in arguments:
        github.faults.append(Fault(422, {}, {"message": "no"}, matches=lambda verb, _: verb == "POST"))
    result = run(*arguments, "--format", "json")
    document = json.loads(result.out)
    schema = json.loads((REFERENCE / f"scaffold.labels-{arguments[0]}-1.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(document, schema)
    assert document["exit_code"] == result.code
    assert document["targets"][0]["target"] == "octo/demo"
    assert ("results" in document["targets"][0]) == (arguments[0] == "apply")


def test_annotations_and_the_step_summary(
    run: Run, github: FakeGitHub, folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    summary = tmp_path / "summary.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    github.repository().add("a|b <x>")
    rows = "".join(f"- {{name: label {number}, color: '000000'}}\n" for number in range(12))
    write_tree(folder, {CONFIG: rows})
    result = run("plan", "--prune", "--format", "github")
    lines = result.out.splitlines()
    first = "::notice file=.github/labels.yml,line=1,title=scaffold labels plan::create label 0: colour 000000"
    assert first in lines
    assert sum(line.startswith("::notice") for line in lines) == 10
    assert "::notice title=scaffold labels plan::and 3 notices more: see the step summary or the log" in lines
    assert "::warning file=.github/labels.yml,title=scaffold labels plan::delete a|b <x>: not in the config" in lines
    text = summary.read_text(encoding="utf-8")
    assert "## scaffold labels plan: `octo/demo`" in text
    assert "| create | `label 11` | colour 000000 |" in text
    assert "| delete | `a\\|b <x>` | not in the config |" in text
    assert run("apply", "--yes", "--format", "github").code == 0
    assert "| done | `create label 11` |  |" in summary.read_text(encoding="utf-8")


@once
def test_a_plan_that_only_informs(run: Run, github: FakeGitHub, folder: Path) -> None:
    assert run("plan", "--exit-zero").code == 0
    assert github.calls
    write_tree(folder, {CONFIG: "- {name: bug, color: red}\n"})
    assert run("plan", "--exit-zero").code == 1


@once
def test_a_plan_as_findings_for_code_scanning_and_code_quality(run: Run) -> None:
    sarif = json.loads(run("plan", "--format", "sarif").out)
    (found,) = sarif["runs"][0]["results"]
    assert found["message"]["text"].startswith("octo/demo: label 'bug' is missing")
    assert found["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == CONFIG
    (row,) = json.loads(run("plan", "--format", "gitlab").out)
    assert (row["location"]["path"], row["location"]["lines"]["begin"]) == (CONFIG, 1)
    assert run("apply", "--yes", "--format", "gitlab").code == 0
    assert json.loads(run("plan", "--format", "gitlab").out) == []


def test_several_formats_at_once(run: Run, tmp_path: Path) -> None:
    result = run("plan", "--format", "text", "--format", f"json={tmp_path / 'plan.json'}")
    assert "1 to create" in result.out
    assert json.loads((tmp_path / "plan.json").read_text())["exit_code"] == 1
    run("apply", "--yes", "--format", f"text={tmp_path / 'out.txt'}", "--format", f"markdown={tmp_path / 'out.md'}")
    assert "done      create bug" in (tmp_path / "out.txt").read_text()
    assert "| done | `create bug` |" in (tmp_path / "out.md").read_text()


@once
def test_apply_asks_and_takes_no_for_an_answer(run: Run, github: FakeGitHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command_module, "can_ask", lambda: True)
    monkeypatch.setattr(click, "confirm", lambda *_, **__: False)
    result = run("apply")
    assert result.code == 1
    assert "nothing was changed" in result.err
    assert github.count("POST") == 0
    monkeypatch.setattr(click, "confirm", lambda *_, **__: True)
    assert run("apply").code == 0
    assert github.count("POST") == 1


@once
def test_apply_without_a_terminal_needs_yes(run: Run, github: FakeGitHub) -> None:
    result = run("apply")
    assert result.code == 2
    assert "add --yes" in result.err
    assert not github.calls


def test_the_plan_that_was_shown_is_the_one_that_is_done(
    run: Run, github: FakeGitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    def meanwhile(*_: object, **__: object) -> bool:
        github.repository().add("bystander")
        return True

    monkeypatch.setattr(command_module, "can_ask", lambda: True)
    monkeypatch.setattr(click, "confirm", meanwhile)
    github.repository().add("gone")
    result = run("apply", "--prune")
    assert set(github.repository().state()) == {"bug", "bystander"}
    assert result.code == 1
    assert "left to do: 1 to delete" in result.out


@once
def test_interrupted_in_the_middle(run: Run, github: FakeGitHub, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tree(folder, {CONFIG: "".join(f"- {{name: l{number}, color: '000000'}}\n" for number in range(4))})
    create = GitHubLabels.create

    def cut_off(api: GitHubLabels, name: str, color: str, description: str) -> None:
        if name == "l2":
            raise KeyboardInterrupt
        create(api, name, color, description)

    with monkeypatch.context() as patch:
        patch.setattr(GitHubLabels, "create", cut_off)
        result = run("apply", "--yes")
    assert result.code == 130
    assert "2 of 4 steps were done; running the same command again does the rest" in result.err
    assert run("apply", "--yes").code == 0
    assert len(github.repository().state()) == 4


def test_export_and_back(run: Run, github: FakeGitHub, folder: Path) -> None:
    repository = github.repository()
    rows = {"bug": 'it\'s: "broken"', "yes": "", "#1 - ü 🐛": "a", "null": "-", "Zero": "é", " lead": " x ", "🐛": "🎉"}
    for name, text in rows.items():
        repository.add(name, "001122", text)
    exported = run("export")
    assert exported.code == 0
    assert {row["name"]: (row["color"], row.get("description", "")) for row in yaml.safe_load(exported.out)} == (
        repository.state()
    )
    for name, arguments in {"out.yml": (), "out.json": (), "as.yml": ("--format", "json")}.items():
        assert run("export", "-o", folder / name, *arguments).code == 0
        assert run("plan", "--prune", "--file", folder / name).code == 0
    refused = run("export", "-o", folder / "out.yml")
    assert (refused.code, "exists" in refused.err) == (2, True)
    assert run("export", "-o", folder / "out.yml", "--yes").code == 0
    assert json.loads((folder / "out.json").read_text(encoding="utf-8"))[0]["color"] == "001122"
    assert (run("export", "-o", folder / "out.toml").code, (folder / "out.toml").exists()) == (2, False)


def test_a_name_that_github_has_but_no_more_takes_is_an_error_only_where_it_is_new(
    run: Run, github: FakeGitHub, folder: Path
) -> None:
    github.repository().add("🐛", "001122")
    write_tree(folder, {CONFIG: '- {name: "🐛", color: "001122"}\n'})
    assert run("plan").code == 0
    write_tree(folder, {CONFIG: '- {name: "🐛", color: "001122"}\n- {name: "🎉", color: "001122"}\n'})
    refused = run("plan")
    assert refused.code == 1
    assert refused.out.count("nothing but emoji") == 1
    github.calls.clear()
    write_tree(folder, {CONFIG: f'- {{name: "{"x" * 51}", color: "001122"}}\n'})
    assert run("plan").code == 1
    assert not github.calls


def test_the_limits_have_rules() -> None:
    assert RULES.keys() >= LIMITS


@once
def test_nothing_to_export(run: Run) -> None:
    assert run("export").out == "[]\n"


def test_layers(run: Run, github: FakeGitHub, folder: Path) -> None:
    repository = github.repository()
    repository.add("defect")
    write_tree(
        folder,
        {
            "org.yml": "- {name: bug, color: '111111', description: org's, aliases: [defect]}\n"
            "- {name: o, color: '222222'}\n",
            CONFIG: "- {name: Bug, color: '333333'}\n- {name: r, color: '444444'}\n",
        },
    )
    result = run("apply", "--yes", "--file", "org.yml", "--file", CONFIG)
    assert result.code == 0
    assert repository.state() == {"Bug": ("333333", "org's"), "o": ("222222", ""), "r": ("444444", "")}


FORMATS = {
    "labels.yml": "- name: bug\n  color: '#D73A4A'\n  description: text\n  aliases: [defect]\n",
    "labels.json": '[{"name": "bug", "color": "d73a4a", "description": "text", "from_name": "defect"}]',
    "labels.toml": '[bug]\ncolor = "d73a4a"\ndescription = "text"\nname = "bug"\naliases = ["defect"]\n',
    "settings.yml": "labels:\n  - name: defect\n    new_name: bug\n    color: d73a4a\n    description: text\n",
    "safe.yml": "labels:\n  include:\n    - {name: bug, oldname: defect, color: d73a4a, description: text}\n",
    "map.yml": "bug: {color: d73a4a, description: text, previously: [{name: defect}]}\n",
}


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_read_where_it_is(run: Run, github: FakeGitHub, folder: Path, name: str) -> None:
    repository = github.repository()
    repository.add("defect")
    repository.put(1, "defect")
    write_tree(folder, {name: FORMATS[name]})
    result = run("apply", "--yes", "--file", name)
    assert result.code == 0, result
    assert repository.state() == {"bug": ("d73a4a", "text")}
    assert repository.on(1) == {"bug"}


@once
@pytest.mark.parametrize(
    ("config", "message"),
    [
        (f"- name: {'x' * 51}\n  color: d73a4a\n", "label name has 51 characters"),
        ("- {name: bug, color: red}\n", "is not six hex digits"),
        ("- name: bug\n color: x\n", "[yaml/syntax]"),
        (f"- {{name: a, new_name: {'x' * 51}}}\n", "label name has 51 characters"),
        ("- {name: a, color: ededed, deleteAfter: soon}\n", "deleteAfter of `a` is `soon`, which is no date"),
        ("- {name: bug, color: d73a4a}\n- {name: Bug, color: d73a4a}\n", "[labels/duplicate]"),
    ],
)
def test_errors_in_the_config_are_shown_before_any_call(
    run: Run, github: FakeGitHub, folder: Path, config: str, message: str
) -> None:
    write_tree(folder, {CONFIG: config})
    for arguments in (("plan",), ("apply", "--yes")):
        result = run(*arguments)
        assert result.code == 1
        assert f"{CONFIG}:" in result.out
        assert message in result.out
        assert "nothing was asked of the forge" in result.err
    assert json.loads(run("plan", "--format", "json").out)["schema"] == "scaffold.validate/1"
    assert not github.calls


@once
@pytest.mark.parametrize(
    ("files", "arguments", "message"),
    [
        ({CONFIG: None}, ("plan",), "no labels config was found"),
        ({"labels.json": '[{"name": "x", "color": "ededed"}]'}, ("plan",), "there are several labels configs"),
        ({}, ("plan", "--file", "nowhere.yml"), "no such file"),
        ({"a.md": "x"}, ("plan", "--file", "a.md"), "a.md is not a labels config"),
        ({"r.yml": "- {label: x, title: y}\n"}, ("plan", "--file", "r.yml"), "says when labels are put on"),
        ({}, ("plan", "--repo", "nonsense"), "--repo must be OWNER/NAME"),
        ({}, ("plan", "--force-in-use"), "means something only with --prune"),
        ({}, ("plan", "--api-url", "ftp://x"), "ftp://x is not the address of an API"),
        ({}, ("plan", "--api-url", "http://github.example"), "is not https"),
    ],
)
def test_what_can_mean_nothing(
    run: Run, github: FakeGitHub, folder: Path, files: dict[str, str | None], arguments: tuple[str, ...], message: str
) -> None:
    write_tree(folder, files)
    result = run(*arguments)
    assert result.code == 2
    assert message in result.err
    assert not github.calls


@once
def test_the_recorded_config_is_the_one_that_counts(run: Run, github: FakeGitHub, folder: Path) -> None:
    write_tree(
        folder,
        {
            ".copier-answers.scaffold.yml": "labels_config: .github/labels.json\n",
            ".github/labels.json": '[{"name": "from json", "color": "ededed"}]',
        },
    )
    assert "from json" in run("plan").out
    assert github.calls


SETTINGS = ".github/settings.yml"
INCLUDED = "labels:\n  include:\n    - {name: outage, color: b60205}\n"


@once
def test_what_a_config_leaves_to_others_is_not_pruned(run: Run, github: FakeGitHub, folder: Path) -> None:
    """safe-settings' `exclude` names labels of other tools, by patterns that are found anywhere in a name."""
    for name in ("outage", "bot/stale", "Bot/other", "needs-release", "junk"):
        github.repository().add(name)
    write_tree(folder, {SETTINGS: f"{INCLUDED}  exclude:\n    - name: ^bot/\n    - name: 'release'\n"})
    result = run("plan", "--prune", "--file", SETTINGS)
    assert "protected by '^bot/'" in result.out
    assert run("apply", "--yes", "--prune", "--file", SETTINGS).code == 0
    assert set(github.repository().state()) == {"outage", "bot/stale", "needs-release"}


UNREADABLE = {
    "another key": "  replace: true\n",
    "a text": "  exclude: ^bot/\n",
    "an entry without a name": "  exclude: [{color: b60205}]\n",
    "no pattern": "  exclude: [{name: '['}]\n",
    "a pattern that means another thing to Python": "  exclude: [{name: '\\Abot'}]\n",
    "a named group": "  exclude: [{name: '(?<bot>bot)'}]\n",
    "a pattern that takes for ever": "  exclude: [{name: '(a+)+$'}]\n",
    "another pattern that takes for ever": "  exclude: [{name: '((a|a)*)*$'}]\n",
}


@once
@pytest.mark.parametrize("case", UNREADABLE)
@pytest.mark.parametrize("command", [("plan",), ("apply", "--yes")])
def test_nothing_is_pruned_by_a_config_that_cannot_be_honoured(
    run: Run, github: FakeGitHub, folder: Path, command: tuple[str, ...], case: str
) -> None:
    for name in ("outage", "bot/stale", "junk"):
        github.repository().add(name)
    write_tree(folder, {SETTINGS: INCLUDED + UNREADABLE[case]})
    result = run(*command, "--prune", "--file", SETTINGS)
    assert (result.code, "which --prune can't honour" in result.err) == (2, True)
    assert set(github.repository().state()) == {"outage", "bot/stale", "junk"}
    assert run("apply", "--yes", "--file", SETTINGS).code == 0


@once
@pytest.mark.parametrize("key", ["alias", "Alias", "previousNames", "previous_names"])
def test_a_key_that_is_meant_as_a_former_name_makes_no_second_label(
    run: Run, github: FakeGitHub, folder: Path, key: str
) -> None:
    github.repository().add("defect")
    write_tree(folder, {".github/labels.yml": f"- name: fault\n  color: d73a4a\n  {key}: defect\n"})
    assert run("apply", "--yes").code == 0
    assert set(github.repository().state()) == {"fault"}


@once
def test_known_labels_of_the_settings_are_never_pruned(run: Run, github: FakeGitHub, folder: Path) -> None:
    github.repository().add("Area/CI")
    github.repository().add("gone")
    write_tree(folder, {".github/scaffold.yml": "labels:\n  known: [area/*]\n"})
    result = run("plan", "--prune")
    assert "unmanaged    Area/CI  protected by 'area/*'" in result.out
    assert "delete       gone" in result.out


@once
def test_remotes_that_do_not_tell(run: Run, github: FakeGitHub, folder: Path, scaffold: Run, tmp_path: Path) -> None:
    git(folder, "remote", "set-url", "origin", str(tmp_path))
    assert "the git remote origin is no repository" in run("plan").err
    git(folder, "remote", "rename", "origin", "one")
    git(folder, "remote", "add", "two", "https://user:secret@github.com/octo/demo")
    result = run("plan")
    assert (result.code, "several remotes (one, two)" in result.err, "secret" in result.err) == (2, True, False)
    git(folder, "remote", "remove", "one")
    assert run("plan").code == 1
    git(folder, "remote", "remove", "two")
    assert "this git repository has no remote" in run("plan").err
    assert scaffold("labels", "plan", "--repo", "octo/demo").code == 1
    assert github.calls


@once
def test_outside_of_any_repository(github: FakeGitHub, scaffold: Run, tmp_path: Path, monkeypatch: Any) -> None:  # noqa: ANN401
    write_tree(tmp_path / "plain", {"labels.yml": BUG})
    monkeypatch.chdir(tmp_path / "plain")
    assert "is not in a git repository" in scaffold("labels", "plan").err
    assert not github.calls
    github.repository()
    assert scaffold("labels", "plan", "--repo", "octo/demo").code == 1


@once
def test_github_enterprise_server(run: Run, github: FakeGitHub, server: Any, monkeypatch: Any) -> None:  # noqa: ANN401
    monkeypatch.delenv("GITHUB_API_URL")
    server.prefix = "/api/v3"
    for number in range(120):
        github.repository().add(f"label {number}")
    result = run("apply", "--yes", "--api-url", f"{server.address}/api/v3/")
    assert result.code == 0, result
    assert len(github.repository().state()) == 121


ADDRESSES = [
    "https://github.com/octo/demo",
    "https://github.com/octo/demo.git/",
    "https://user:secret@github.com/octo/demo.git",
    "https://www.github.com/octo/demo",
    "git@github.com:octo/demo.git",
    "github.com:octo/demo",
    "ssh://git@github.com/octo/demo.git",
    "ssh://git@ssh.github.com:443/octo/demo.git",
    "git://github.com/octo/demo",
    "GIT@GITHUB.COM:octo/demo",
]


@pytest.mark.parametrize("url", ADDRESSES)
def test_forms_of_a_remote(url: str) -> None:
    assert parse_remote(url) == Repository(owner="octo", name="demo")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/srv/git/demo.git",
        "../demo",
        "file:///srv/demo.git",
        "C:/demo/x",
        "https://github.com/octo",
        "https://[x/a/b",
        "https://github.com/a/b/c",
        "git@github.com:octo",
        "https://github.com/../demo",
        "https://github.com/o o/demo",
    ],
)
def test_what_is_no_remote(url: str) -> None:
    assert parse_remote(url) is None


@pytest.mark.parametrize(
    ("text", "expected", "api"),
    [
        ("octo/demo", "octo/demo", "https://api.github.com"),
        ("ghes.example/octo/demo", "ghes.example/octo/demo", "https://ghes.example/api/v3"),
        ("https://ghes.example/octo/demo", "ghes.example/octo/demo", "https://ghes.example/api/v3"),
        ("git@acme.ghe.com:octo/demo.git", "acme.ghe.com/octo/demo", "https://api.acme.ghe.com"),
    ],
)
def test_hosts_and_their_api(text: str, expected: str, api: str) -> None:
    found = parse_repository(text)
    assert found is not None
    assert str(found) == expected
    assert api_url(found.host) == api
    assert api_host(api) == found.host


@pytest.mark.parametrize(("seconds", "text"), [(0.2, "1 s"), (90, "90 s"), (300, "5 min"), (9000, "2.5 h")])
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@once
@pytest.mark.parametrize(
    ("named", "target"),
    [
        ("octo/demo", "octo/demo"),
        ("user:s3cret@github.com:octo/demo.git", "octo/demo"),
        ("https://user:s3cret@github.com/octo/demo", "octo/demo"),
        ("user:s3cret@github.com", "github.com"),
        ("https://user:s3cret@github.com/a/b/c", "github.com/a/b/c"),
    ],
)
def test_no_report_of_a_failure_has_the_credentials_of_an_address(
    run: Run, monkeypatch: pytest.MonkeyPatch, named: str, target: str
) -> None:
    for name in ("GH_TOKEN", "GITHUB_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    result = run("plan", "--repo", named, "--format", "json")
    assert result.code in {2, 3}
    assert json.loads(result.out)["targets"][0]["target"] == target
    assert "s3cret" not in result.out + result.err
