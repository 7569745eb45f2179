"""The composite action: its steps, run on an emulated runner, on clean, drifted, outdated and invalid repositories."""

import json
import re
import shlex
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from tests.ci.conftest import ROOT, SCRIPTS, Runner, Step, check_schema, load, program, zizmor
from tests.ci.fake_forge import REPOSITORY, TOKEN, FakeForge
from tests.conftest import Template, commit_all, git, write_tree

ACTION = load(ROOT / "action.yml")
FILE = ".github/ISSUE_TEMPLATE/task.md"
CONTENT = "---\nname: Task\nabout: Work\n---\n\none\n"
EXPRESSION = re.compile(r"\$\{\{ ([\w.-]+) \}\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """How the action ended: the step that runs the command, what was uploaded, and the exit code of the whole."""

    code: int
    step: Step
    uploaded: str | None

    @property
    def report(self) -> dict[str, Any]:
        """The JSON report."""
        report: dict[str, Any] = json.loads(Path(self.step.outputs["report"]).read_bytes())
        return report


class Action:
    """The action as a workflow uses it, in a workspace."""

    def __init__(self, runner: Runner, workspace: Path) -> None:
        self.runner, self.workspace = runner, workspace

    def __call__(self, **inputs: str) -> Run:
        """Run the steps in order, as GitHub does: conditions, expressions, and the end at the first failure."""
        given = {name: details["default"] for name, details in ACTION["inputs"].items()}
        given |= {name.replace("_", "-"): value for name, value in inputs.items()}
        assert given.keys() == ACTION["inputs"].keys()
        values = {f"inputs.{name}": value for name, value in given.items()} | {
            "github.action_path": str(ROOT),
            "github.action_repository": "",
            "github.ref_name": "main",
            "github.repository": "octo-org/shop",
            "github.token": "secret",
        }
        values["inputs.token"] = expand(values["inputs.token"], values)
        first, upload, last = ACTION["runs"]["steps"]
        step = self.step(first, values)
        values |= {f"steps.run.outputs.{name}": value for name, value in step.outputs.items()}
        uploads = step.code == 0 and condition(upload["if"], values)
        code = step.code or (self.step(last, values).code if condition(last["if"], values) else 0)
        return Run(code=code, step=step, uploaded=expand(upload["with"]["sarif_file"], values) if uploads else None)

    def step(self, step: dict[str, Any], values: dict[str, str]) -> Step:
        """Run one step's script; nothing but its environment is expanded."""
        assert "${{" not in step["run"]
        variables = {name: expand(text, values) for name, text in step["env"].items()}
        return self.runner.run(step["run"], self.workspace, **variables)


def expand(text: str, values: dict[str, str]) -> str:
    """Return a text with its expressions replaced; what isn't known is empty."""
    return EXPRESSION.sub(lambda found: values.get(found[1], ""), text)


def condition(text: str, values: dict[str, str]) -> bool:
    """Tell whether a condition of comparisons holds."""
    pairs = [part.split(" != ") for part in text.split(" && ")]
    return all(values.get(name, "") != shlex.split(literal)[0] for name, literal in map(tuple, pairs))


@pytest.fixture
def action(runner: Runner, repo: Path, template: Template, scaffold: Callable[..., Any], installed: Path) -> Action:
    """Return the action in a repository made from version 1 of a template, in a job that has installed it before."""
    template.release("v1.0.0", {FILE: CONTENT})
    assert scaffold("init", repo, "-t", str(template)).code == 0
    commit_all(repo)
    (runner.programs / "scaffold").unlink()
    program(runner.programs, "python3", f'exec "{sys.executable}" "$@"')
    Path(runner.variables["RUNNER_TEMP"], "issue-scaffold").symlink_to(installed)
    return Action(runner, repo)


def mended_by_its_message(run: Run, workspace: Path) -> str:
    """Do what each finding's hint says first, and return what was run."""
    commands = [finding["hint"] for target in run.report["targets"] for finding in target["findings"]]
    found = [re.search(r"scaffold update[^;,()`\n]*", hint) for hint in commands]
    ran = [match[0].strip() for match in found if match]
    assert len(ran) == len(commands)
    for command in ran:
        words = [str(SCRIPTS / "scaffold"), *shlex.split(command)[1:]]
        subprocess.run(words, cwd=workspace, check=True, capture_output=True)
    git(workspace, "add", "--all")
    return "; ".join(ran)


def test_metadata_is_what_github_reads_and_pins_what_it_uses() -> None:
    check_schema("github-actions", ROOT / "action.yml")
    zizmor(ROOT / "action.yml")
    used = re.findall(r"uses: (.*)", (ROOT / "action.yml").read_text(encoding="utf-8"))
    assert used
    assert all(re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line) for line in used)
    assert {name: "description" in details for name, details in ACTION["inputs"].items()} == dict.fromkeys(
        ["command", "version", "args", "fail-on", "trusted-ref", "working-directory", "sarif", "token"], True
    )
    assert ACTION["outputs"].keys() == {"status", "findings", "report", "values", "preview"}


def test_clean_repository_passes(action: Action) -> None:
    run = action()
    assert run.code == 0, run.step.err
    assert (run.step.outputs["status"], run.step.outputs["findings"]) == ("clean", "0")
    assert run.report["schema"] == "scaffold.check/1"
    assert "::error" not in run.step.out
    assert "scaffold check" in run.step.summary
    assert run.uploaded is None


def test_drifted_repository_fails_and_its_message_suffices_to_mend_it(action: Action) -> None:
    write_tree(action.workspace, {FILE: CONTENT + "two\n"})
    run = action(sarif="true")
    assert run.code == 1
    assert (run.step.outputs["status"], run.step.outputs["findings"]) == ("findings", "1")
    assert f"::error file={FILE},line=" in run.step.out
    assert "<details>" in run.step.summary
    assert "scaffold update --restore" in run.step.summary
    assert run.uploaded is not None
    assert json.loads(Path(run.uploaded).read_bytes())["version"] == "2.1.0"
    commit_all(action.workspace)  # as a drift that CI finds is
    mended_by_its_message(run, action.workspace)
    assert action().code == 0


def test_missing_file_is_mended_by_its_message(action: Action) -> None:
    write_tree(action.workspace, {FILE: None})
    run = action()
    assert run.code == 1
    mended_by_its_message(run, action.workspace)
    assert action().code == 0


def test_outdated_repository_fails_or_passes_as_asked(action: Action, template: Template) -> None:
    template.release("v2.0.0", {FILE: CONTENT + "two\n"})
    run = action(args="--refresh")
    assert run.code == 1
    assert "v2.0.0" in run.step.out
    tolerant = action(fail_on="modified,missing,conflict,invalid")
    assert tolerant.code == 0
    assert (tolerant.step.outputs["status"], tolerant.step.outputs["findings"]) == ("findings", "1")
    assert "v2.0.0" in tolerant.step.summary
    mended_by_its_message(run, action.workspace)
    assert action().code == 0


def test_validate_names_the_line(action: Action) -> None:
    write_tree(action.workspace, {".github/ISSUE_TEMPLATE/broken.yml": "name: Broken\ndescription: x\nbody: []\n"})
    run = action(command="validate", sarif="true")
    assert run.code == 1
    assert "::error file=.github/ISSUE_TEMPLATE/broken.yml,line=3" in run.step.out
    assert run.report["schema"] == "scaffold.validate/1"
    assert run.uploaded


def test_folder_of_a_larger_repository_is_named_from_its_root(action: Action) -> None:
    shop = action.workspace / "packages/shop"
    shop.mkdir(parents=True)
    for path in (".github", ".copier-answers.scaffold.yml"):
        (action.workspace / path).rename(shop / path)
    write_tree(shop, {FILE: CONTENT + "two\n"})
    git(action.workspace, "add", "--all")
    run = action(working_directory="packages/shop")
    assert run.code == 1
    assert f"::error file=packages/shop/{FILE}," in run.step.out


def test_not_initialised_repository_fails_with_the_way_on(action: Action) -> None:
    write_tree(action.workspace, {".copier-answers.scaffold.yml": None})
    run = action()
    assert (run.code, run.step.outputs["status"]) == (2, "failed")
    assert "scaffold init" in run.step.out


def test_nothing_of_the_workspace_is_run(action: Action) -> None:
    """A pull request may bring files that are called as Python's own modules."""
    names = ("venv", "pip", "json", "subprocess", "sitecustomize", "issue_scaffold/__init__", "click/__init__")
    code = f"open({str(action.runner.folder / 'mark')!r}, 'a').write(__name__)\n"
    write_tree(action.workspace, {f"{name}.py": code for name in names})
    commit_all(action.workspace)
    with FakeForge("github") as api:
        action.runner.variables |= api.variables("file:///nowhere")
        for command in ("check", "validate", "update"):
            assert action(command=command).code == 0
    assert not (action.runner.folder / "mark").exists()


def test_old_python_is_refused_by_name(action: Action) -> None:
    program(action.runner.programs, "python3", "exit 1")
    program(action.runner.programs, "python", "exit 1")
    run = action()
    assert run.code == 3
    assert "Python 3.11" in run.step.out


def test_arguments_are_data(action: Action) -> None:
    write_tree(action.workspace, {FILE: CONTENT + "two\n"})
    assert action(args="--exit-zero").code == 0
    run = action(args="; touch injected; $(touch injected)", working_directory="$(touch injected)")
    assert run.code == 2
    assert not list(action.workspace.glob("injected"))


@pytest.mark.parametrize(
    "inputs",
    [
        {"command": "destroy"},
        {"sarif": "yes"},
        {"args": "'open"},
        {"command": "validate", "fail_on": "outdated"},
        {"command": "labels-plan", "sarif": "true"},
        {"command": "update", "args": "x"},
    ],
)
def test_wrong_input_is_named(action: Action, inputs: dict[str, str]) -> None:
    run = action(**inputs)
    assert run.code == 3
    assert "::error title=scaffold::input " in run.step.out


class Labels(BaseHTTPRequestHandler):
    """A repository with one label on GitHub's REST API."""

    def do_GET(self) -> None:
        """Answer every question with the labels."""
        found = "/labels" in self.path
        label = {"name": "task", "color": "ffffff", "description": ""}
        body = json.dumps([label] if found else {"full_name": "octo-org/shop", "archived": False}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the standard library's name
        """Say nothing."""


@pytest.fixture
def api() -> Iterator[str]:
    """Return the address of such an API."""
    server = HTTPServer(("127.0.0.1", 0), Labels)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_labels_plan_annotates_what_it_would_do(action: Action, api: str) -> None:
    labels = '- name: "task"\n  color: "bfd4f2"\n  description: "Work"\n- name: "new"\n  color: "000000"\n'
    write_tree(action.workspace, {".github/labels.yml": labels})
    run = action(command="labels-plan", args=f"--repo octo-org/shop --api-url {api}")
    assert run.code == 1, run.step.err
    assert (run.step.outputs["status"], run.step.outputs["findings"]) == ("findings", "2")
    assert "::notice file=.github/labels.yml" in run.step.out
    assert "| create |" in run.step.summary


def test_parse_gives_the_answers_of_the_events_issue(action: Action) -> None:
    asked = {"type": "input", "id": "version", "attributes": {"label": "Version"}, "validations": {"required": True}}
    form = {"name": "Bug", "description": "Something", "body": [asked]}
    write_tree(action.workspace, {".github/ISSUE_TEMPLATE/own.yml": json.dumps(form)})
    event = action.runner.folder / "event.json"
    action.runner.variables["GITHUB_EVENT_PATH"] = str(event)
    event.write_text(json.dumps({"issue": {"body": "### Version\r\n\r\n1.2"}}), encoding="utf-8")
    run = action(command="parse", args="--check --form .github/ISSUE_TEMPLATE/own.yml")
    assert (run.code, run.step.outputs["status"]) == (0, "clean"), run.step.err
    assert json.loads(run.step.outputs["values"]) == {"version": "1.2"}
    event.write_text(json.dumps({"issue": {"body": "### Version\n\n_No response_"}}), encoding="utf-8")
    run = action(command="parse", args="--check --form .github/ISSUE_TEMPLATE/own.yml")
    assert (run.code, run.step.outputs["findings"]) == (1, "1"), run.step.err
    assert run.report["findings"][0]["key"] == "version"


def test_preview_makes_a_page(action: Action) -> None:
    run = action(command="preview")
    assert (run.code, run.step.outputs["status"]) == (0, "clean"), run.step.err
    page = Path(run.step.outputs["preview"]) / "issue-preview.html"
    assert "Task" in page.read_text(encoding="utf-8")
    run = action(command="preview", args="missing")
    assert (run.code, run.step.outputs["status"]) == (2, "failed")


def test_update_opens_a_pull_request(action: Action, template: Template, tmp_path: Path) -> None:
    template.release("v2.0.0", {FILE: CONTENT + "two\n"})
    git(action.workspace, "clone", "--quiet", "--bare", ".", str(tmp_path / f"{REPOSITORY}.git"))
    with FakeForge("github") as api:
        action.runner.variables |= api.variables(f"file://{tmp_path}")
        run = action(command="update", token=TOKEN)
        assert (run.code, run.step.outputs["status"]) == (0, "changed"), run.step.out + run.step.err
        assert api.calls == ["GET pulls", "POST pulls"]
    assert "v2.0.0" in run.step.summary


@pytest.fixture
def change(action: Action, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the event of a pull request that edits a file and accepts that itself, checked out without its base."""
    base = git(action.workspace, "rev-parse", "HEAD")
    write_tree(action.workspace, {FILE: CONTENT + "two\n"})
    words = [str(SCRIPTS / "scaffold"), "accept", FILE, "--reason", "because"]
    subprocess.run(words, cwd=action.workspace, check=True, capture_output=True)
    commit_all(action.workspace)
    origin = action.runner.folder / "origin.git"
    git(action.workspace, "clone", "--quiet", "--bare", ".", str(origin))
    git(origin, "config", "uploadpack.allowAnySHA1InWant", "true")
    event = action.runner.folder / "event.json"
    event.write_text(json.dumps({"pull_request": {"base": {"sha": base}}}), encoding="utf-8")
    action.runner.variables |= {"GITHUB_EVENT_NAME": "pull_request", "GITHUB_EVENT_PATH": str(event)}
    action.workspace = action.runner.folder / "workspace"
    git(action.runner.folder, "clone", "--quiet", "--depth=1", f"file://{origin}", str(action.workspace))
    monkeypatch.setenv("GIT_ALLOW_PROTOCOL", "file")
    return event


def test_a_pull_request_cannot_silence_its_own_check(action: Action, change: Path) -> None:
    assert change.is_file()
    run = action()
    assert run.code == 1
    assert "not honoured before it is in" in run.step.out
    base = json.loads(change.read_bytes())["pull_request"]["base"]["sha"]
    for name, event in (
        ("pull_request_review", {"pull_request": {"base": {"sha": base}}}),
        ("merge_group", {"merge_group": {"base_sha": base}}),
    ):
        change.write_text(json.dumps(event), encoding="utf-8")
        action.runner.variables["GITHUB_EVENT_NAME"] = name
        assert action().code == 1
    change.write_text(json.dumps({"ref": "refs/heads/main"}), encoding="utf-8")
    action.runner.variables["GITHUB_EVENT_NAME"] = "push"
    assert action().code == 0
    assert action(trusted_ref="HEAD").code == 0


def test_a_base_that_cannot_be_had_fails(action: Action, change: Path) -> None:
    for sha, word in (("0" * 40, "can't be fetched"), ("--upload-pack=x", "names no commit")):
        change.write_text(json.dumps({"pull_request": {"base": {"sha": sha}}}), encoding="utf-8")
        run = action()
        assert run.code == 3
        assert word in run.step.out
