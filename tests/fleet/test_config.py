"""`fleet.yml`: defaults of options, waves, and rules for single repositories; every mistake has its place."""

import contextlib
import json
from pathlib import Path
from typing import Any

import click
import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conftest import ANSWERS, Run, git, write_tree
from tests.fleet.git_server import GitServer

from issue_scaffold.cli.fleet import command
from issue_scaffold.errors import UsageError
from issue_scaffold.fleet import run_folder
from issue_scaffold.fleet.config import DEFAULT_NAME, FleetConfig, parse_config
from issue_scaffold.fleet.config_keys import SECTIONS, KeyKind
from issue_scaffold.fleet.job import FleetJob, Verb, job_in
from issue_scaffold.fleet.rollout import Rollout, Wave
from issue_scaffold.state.user_folders import fleet_folder

SCHEMA = json.loads((Path(__file__).parents[2] / "docs/reference/fleet.schema.json").read_text(encoding="utf-8"))
WHOLE = """\
version: 1
template: {source: https://git.example.com/acme/template.git, ref: v1.4.0}
select: {org: acme, topics: [service], exclude: '-legacy$', archived: no, forks: no}
groups:
  canary: {repositories: [acme/api, acme/web]}
  rest: {match: '.*', data: {title_prefix: '[Infra] '}}
repositories: {acme/old: {skip: frozen until 2027}, acme/web: {data: {title_prefix: '[Web] '}}}
pull_request: {branch: scaffold/update, title: 'Update to {version}', labels: chore, draft: false, on_conflict: issue}
commit: {message: m, author: bot <bot@example.com>, sign_off: no, sign: false}
limits: {jobs: 8, prs_per_hour: 60, open_prs: 100, timeout: 60}
"""


def parse(text: str) -> FleetConfig:
    return parse_config(text.encode(), DEFAULT_NAME)


def test_a_whole_file_is_one_value() -> None:
    config = parse(WHOLE)
    assert config.options == {
        "template": "https://git.example.com/acme/template.git",
        "ref": "v1.4.0",
        "org": ("acme",),
        "topics": ("service",),
        "exclude": "-legacy$",
        "archived": "no",
        "forks": "no",
        "branch": "scaffold/update",
        "title": "Update to {version}",
        "labels": ("chore",),
        "draft": False,
        "conflicts_as": "issue",
        "message": "m",
        "author": "bot <bot@example.com>",
        "sign_off": False,
        "sign": False,
        "jobs": 8,
        "prs_per_hour": 60,
        "open_prs": 100,
        "timeout": "60",
    }
    rollout = config.rollout
    assert rollout.in_order(["x/y", "acme/old", "https://git.example.com/ACME/Web", "acme/api"]) == [
        "https://git.example.com/ACME/Web", "acme/api", "x/y", "acme/old",
    ]  # fmt: skip
    assert (rollout.skip_of("repos/acme/old"), rollout.skip_of("acme/older")) == ("frozen until 2027", None)
    for name in (
        "acme/web",
        "git@git.example.com:Acme/web.git",
        "repos/acme/web/",
        "https://x.example.com/acme/web.git",
    ):
        assert rollout.data_for(name) == {"title_prefix": "[Web] "}, name
    assert rollout.data_for("x/y") == {"title_prefix": "[Infra] "}
    assert rollout.data_for("acme/api") == {}
    job = FleetJob(verb=Verb.UPDATE, data={"title_prefix": "given"}, rollout=rollout)
    assert job_in(json.loads(json.dumps(job.document))) == job
    assert job.data_for("acme/web") == {"title_prefix": "given"}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", "1:1"),
        ("a: [\n", "1:4"),
        ("- 1\n", "1:1"),
        ("version: 2\n", "1:10"),
        ("defaultNamespace: x\n", "1:1"),
        ("version: 1\nselct: {}\n", "2:1"),
        ("version: 1\nselect: []\n", "2:9"),
        ("version: 1\nselect:\n  orgs: x\n", "3:3"),
        ("version: 1\nselect:\n  match: [x]\n", "3:10"),
        ("version: 1\nselect:\n  topics: [[x]]\n", "3:11"),
        ("version: 1\nselect:\n  archived: perhaps\n", "3:13"),
        ("version: 1\nselect:\n  match: '('\n", "3:10"),
        ("version: 1\nlimits:\n  jobs: 0\n", "3:9"),
        ("version: 1\nlimits:\n  until: 3y\n", "3:10"),
        ("version: 1\nlimits:\n  timeout: soon\n", "3:12"),
        ("version: 1\nlimits:\n  memory: much\n", "3:11"),
        ("version: 1\nlimits:\n  max_failures: 0\n", "3:17"),
        ("version: 1\nlimits:\n  window: at night\n", "3:11"),
        ("version: 1\nselect:\n  where: [outdated, broken]\n", "3:21"),
        ("version: 1\ncommit:\n  sign: maybe\n", "3:9"),
        ("version: 1\nselect:\n  visibility: [public, secret]\n", "3:15"),
        ("version: 1\nlimits:\n  jobs: 300\n", "3:9"),
        ("version: 1\ncommit:\n  author: bot\n", "3:11"),
        ("version: 1\npull_request:\n  branch: a..b\n", "3:11"),
        ("version: 1\ntemplate:\n  source: 'ext::sh -c x'\n", "3:11"),
        ("version: 1\nselect:\n  from: nowhere\n", "3:9"),
        ("version: 1\ngroups:\n  a: {}\n", "3:6"),
        ("version: 1\ngroups:\n  a: {match: [x]}\n", "3:14"),
        ("version: 1\ngroups:\n  a: {repositories: [[x]]}\n", "3:21"),
        ("version: 1\ngroups:\n  a: {match: '['}\n", "3:14"),
        ("version: 1\ngroups:\n  a: {match: x, data: []}\n", "3:23"),
        ("version: 1\nrepositories:\n  a/b: {skip: []}\n", "3:15"),
        ("version: 1\nrepositories: [a/b]\n", "2:15"),
        ("version: 1\nx: &x [*x]\n", "2:8"),
        ("version: 1\napi_url: https://elsewhere.example.com\n", "2:1"),
        ("version: 1\ncommit:\n  message: \xff\n", "1:1"),
    ],
)
def test_every_mistake_has_its_place(text: str, place: str, tmp_path: Path, scaffold: Run) -> None:
    encoding = "latin-1" if "\xff" in text else "utf-8"
    if "from:" not in text:  # which is missed when it is used
        with pytest.raises(UsageError, match=rf"^fleet\.yml:{place}: "):
            parse_config(text.encode(encoding), DEFAULT_NAME)
    file = tmp_path / "mine.yml"
    file.write_bytes(text.encode(encoding))
    done = scaffold("fleet", "check", *([] if "from:" in text else [tmp_path]), "--config", file)
    assert (done.code, done.out) == (2, "")
    assert f"{file}:{place}: " in done.err


def test_the_schema_takes_what_the_reader_takes() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(yaml.safe_load(WHOLE), SCHEMA)


VALUES = st.sampled_from([None, True, 0, 1, 8, "no", "only", "x", "(", [], ["x"], [["x"]], [1], {}, {"a": 1}])
KEYS = [(section, key.name) for section, keys in SECTIONS.items() for key in keys]


@given(st.dictionaries(st.sampled_from([*KEYS, ("select", "nothing"), ("commit", "org")]), VALUES, max_size=4))
@settings(deadline=None, max_examples=300)
def test_reader_and_schema_agree(chosen: dict[tuple[str, str], Any]) -> None:
    document: dict[str, Any] = {"version": 1}
    for (section, name), value in chosen.items():
        document.setdefault(section, {})[name] = value
    try:
        parse(json.dumps(document))
        problem = ""
    except UsageError as error:
        problem = error.message
    is_taken = jsonschema.Draft202012Validator(SCHEMA).is_valid(document)
    # What a schema can't tell is what the text of a pattern, a time or a condition means.
    is_form = any(words in problem for words in ("no regular expression", "' is no ", "' is neither ", "a source is"))
    assert is_form or is_taken == (not problem), problem


@given(st.binary(max_size=60))
@settings(deadline=None, max_examples=300)
def test_no_bytes_do_harm(content: bytes) -> None:
    with contextlib.suppress(UsageError):
        parse_config(b"version: 1\n" + content, DEFAULT_NAME)


def test_a_bomb_of_aliases_is_refused() -> None:
    rows = ["version: 1", "repositories:", "  a: &a {data: {x: [1, 1, 1, 1, 1, 1, 1, 1, 1]}}"]
    rows += [
        f"  {new}: &{new} {{data: {{x: [{', '.join([f'*{old}'] * 9)}]}}}}"
        for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    ]
    with pytest.raises(UsageError):
        parse("\n".join(rows))


def parameters(group: click.Group) -> dict[str, dict[str, click.Parameter]]:
    """Return the parameters of all commands, by their names."""
    return {name: {str(one.name): one for one in sub.params} for name, sub in group.commands.items()}


def test_every_key_is_an_option_of_the_same_form() -> None:
    options = {name: one for found in parameters(command).values() for name, one in found.items()}
    for key in (key for keys in SECTIONS.values() for key in keys):
        option = options[key.option]
        assert option.multiple == (key.kind is KeyKind.TEXTS), key
        if isinstance(option.type, click.Choice):
            assert set(key.words) == set(option.type.choices), key
        if isinstance(option.type, click.IntRange):
            assert (option.type.min, option.type.max or key.most) == (1, key.most), key


ANY = st.one_of(VALUES, st.integers(-2, 10**10), st.text(max_size=12), st.lists(st.text(max_size=8), max_size=3))


@given(st.sampled_from(KEYS), ANY)
@settings(deadline=None, max_examples=1000)
def test_what_the_reader_takes_the_option_takes(key: tuple[str, str], value: Any) -> None:  # noqa: ANN401 - as YAML has it
    """So that a mistake is told with its place, and not by the name of the option."""
    config, problem = FleetConfig(), "fleet.yml:1:"
    try:
        config = parse(json.dumps({"version": 1, key[0]: {key[1]: value}}))
    except UsageError as error:
        problem = error.message
    assert problem.startswith("fleet.yml:1:")
    options = {name: one for found in parameters(command).values() for name, one in found.items()}
    for name, taken in config.options.items():
        assert config.places[name].startswith("fleet.yml:1:")
        if not isinstance(options[name].type, click.File | click.Path):
            options[name].type_cast_value(click.Context(command), taken)


@pytest.fixture
def repos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with two empty repositories and a list of them, in which the command is run."""
    monkeypatch.chdir(tmp_path)
    for name in ("a", "b"):
        git(tmp_path, "init", "--quiet", f"acme/{name}")
    write_tree(tmp_path, {"list": "acme/a\nacme/b\n"})
    return tmp_path


def names(text: str) -> dict[str, str]:
    return {row["repository"]: row["status"] for row in json.loads(text)["repositories"]}


def test_the_file_gives_defaults_and_an_option_wins(repos: Path, scaffold: Run) -> None:
    write_tree(repos, {DEFAULT_NAME: "version: 1\nselect: {from: list, exclude: b$}\nlimits: {jobs: 1}\n"})
    report = ("--format", "json")
    assert names(scaffold("fleet", "check", *report).out) == {"acme/a": "not-initialised"}
    assert names(scaffold("fleet", "check", "--exclude", "a$", *report).out) == {"acme/b": "not-initialised"}
    assert names(scaffold("fleet", "check", "acme/a", *report).out) == {"acme/a": "not-initialised"}
    assert names(scaffold("fleet", "check", "acme/b", "--no-config", *report).out) == {"acme/b": "not-initialised"}
    assert scaffold("fleet", "check", "--no-config").code == 2
    assert scaffold("fleet", "check", "--config", "nowhere.yml").code == 2
    write_tree(repos, {"sub/mine.yml": "version: 1\nselect: {from: names}\n", "sub/names": f"{repos}/acme/b\n"})
    assert list(names(scaffold("fleet", "check", "--config", "sub/mine.yml", *report).out)) == [f"{repos}/acme/b"]


def test_answers_skips_and_waves_reach_each_repository(repos: Path, scaffold: Run) -> None:
    text = (
        "version: 1\nselect: {from: list}\nlimits: {jobs: 1}\n"
        "groups:\n  first: {repositories: [acme/b], data: {title_prefix: '[B] '}}\n  rest: {match: .}\n"
        "repositories:\n  acme/c: {skip: true}\n"
    )
    git(repos, "init", "--quiet", "acme/c")
    write_tree(repos, {DEFAULT_NAME: text, "list": "acme/a\nacme/b\nacme/c\n"})
    done = scaffold("fleet", "init", "--format", "jsonl")
    rows = [json.loads(line) for line in done.out.splitlines()]
    assert [(row["repository"], row["status"]) for row in rows[:-1]] == [
        ("acme/b", "updated"), ("acme/a", "updated"), ("acme/c", "skipped"),
    ]  # fmt: skip
    assert rows[2]["reason"]["code"] == "opted-out"
    assert done.code == 0
    recorded = [yaml.safe_load((repos / "acme" / name / ANSWERS).read_bytes()) for name in ("a", "b")]
    assert [one.get("title_prefix") == "[B] " for one in recorded] == [False, True]
    assert not (repos / "acme" / "c" / ANSWERS).exists()
    assert [one.name for one in (repos / "acme" / "c").iterdir()] == [".git"]


def test_a_wave_waits_for_the_one_before() -> None:
    rollout = Rollout((Wave("canary", frozenset({"a/1"})), Wave("next", match="^b/"), Wave("rest", match=".")))
    second = {f"b/{number}": True for number in range(9)}
    assert rollout.held_back({"a/1": False, "b/0": False, "c/1": False}) == {"b/0", "c/1"}
    assert rollout.held_back({"a/1": True, "b/0": False, "c/1": False}) == {"c/1"}
    assert rollout.held_back({"a/1": True, **second, "b/9": False, "c/1": False}) == frozenset()
    assert rollout.held_back({"c/1": False}) == frozenset()


def test_answers_and_skips_reach_repositories_on_hosts(
    host: GitServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scaffold: Run
) -> None:
    monkeypatch.chdir(tmp_path)
    host.backend.make("acme/api", {"README.md": "a\n"})
    host.backend.make("acme/web", {"README.md": "a\n"})
    host.backend.make("acme/old", {"README.md": "a\n"})
    host.backend.make("acme/out", {".github/scaffold.yml": "fleet: {skip: ours}\n"})
    text = (
        "version: 1\nselect: {from: list}\nlimits: {jobs: 1}\n"
        "groups:\n  first: {repositories: [acme/web], data: {title_prefix: '[W] '}}\n"
        "repositories:\n  acme/old: {skip: frozen}\n"
    )
    listed = "".join(f"{host.url(f'acme/{name}')}\n" for name in ("api", "web", "old", "out"))
    write_tree(tmp_path, {DEFAULT_NAME: text, "list": listed})
    done = scaffold("fleet", "init", "--format", "json")
    rows = {row["repository"].rpartition("/")[2]: row for row in json.loads(done.out)["repositories"]}
    told = {
        name.removesuffix(".git"): (row["status"], row.get("reason", {}).get("message")) for name, row in rows.items()
    }
    assert told == {
        "api": ("not-initialised", None),
        "web": ("not-initialised", None),
        "old": ("skipped", "frozen"),
        "out": ("skipped", "ours"),
    }
    assert not any("acme/old" in str(request) for request in host.log)
    place = run_folder.find_run(fleet_folder(), "")
    answers = {}
    for name, outcome in run_folder.outcomes_of(place).items():
        if outcome.change is not None:
            change = run_folder.with_contents(place, outcome.change)
            digest = next(file.digest for file in change.files if file.path == ANSWERS)
            answers[name.rpartition("/")[2].removesuffix(".git")] = yaml.safe_load(change.contents[str(digest)])
    assert {name: one.get("title_prefix") == "[W] " for name, one in answers.items()} == {"api": False, "web": True}


def test_a_body_that_is_not_there_is_told_where_it_is_named(repos: Path, scaffold: Run) -> None:
    write_tree(repos, {DEFAULT_NAME: "version: 1\npull_request:\n  body: why.md\n"})
    done = scaffold("fleet", "apply")
    assert (done.code, "fleet.yml:3:9: `body`: why.md is no file" in done.err) == (2, True)
    write_tree(repos, {"why.md": "Because.\n"})
    assert "why.md" not in scaffold("fleet", "apply").err
