"""`--format json`: one document on standard output, whatever happens, as docs/reference describes it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from tests.conftest import ANSWERS, Result, Run, Template, commit_all, write_tree

REFERENCE = Path(__file__).parents[2] / "docs/reference"
BASE = "one\n\ntwo\n\nthree\n"


def document(done: Result, command: str) -> dict[str, Any]:
    """Return the document of a run, after holding it to its schema and to the exit code."""
    schema = json.loads((REFERENCE / f"scaffold.{command}-1.schema.json").read_text())
    parsed: dict[str, Any] = json.loads(done.out)
    jsonschema.validate(parsed, schema)
    assert parsed["schema"] == f"scaffold.{command}/1"
    assert parsed["exit_code"] == done.code
    return parsed


@pytest.fixture
def installed(scaffold: Run, template: Template, repo: Path) -> Path:
    """Return a target of version 1, with version 2 out."""
    template.release("v1.0.0", {"copier.yml": "q: x\n", "a.md": BASE, "b.md.jinja": "{{ q }}\n", "c.md": "c\n"})
    assert scaffold("init", repo, "-t", template).code == 0
    commit_all(repo)
    template.release("v2.0.0", {"a.md": BASE + "four\n", "c.md": None, "d.md": "d\n"})
    return repo


Files = Mapping[str, str | None]


@pytest.mark.parametrize(
    ("user", "options", "code", "status"),
    [
        ({}, (), 0, "changed"),
        ({}, ("--dry-run", "--diff"), 0, "changed"),
        ({"a.md": "one\n\ntwo\n\nthree\nfour\n"}, ("--ref", "v1.0.0"), 0, "unchanged"),
        ({"a.md": BASE + "4\n"}, (), 1, "conflicts"),
        ({"a.md": BASE + "4\n"}, ("--dry-run",), 1, "conflicts"),
        ({"a.md": BASE + "4\n"}, ("--on-conflict", "abort"), 1, "refused"),
        ({}, ("--ref", "v9"), 2, "failed"),
        ({}, ("-d", "zzz=1"), 2, "failed"),
        ({}, ("--restore=zzz",), 2, "failed"),
        ({ANSWERS: "a: ["}, (), 2, "failed"),
        ({}, ("-t", "/gone/away"), 3, "failed"),
    ],
)
def test_update(user: Files, options: tuple[str, ...], code: int, status: str, scaffold: Run, installed: Path) -> None:
    write_tree(installed, user)
    done = scaffold("update", installed, "--format", "json", *options)
    assert done.code == code, done
    target = document(done, "update")["targets"][0]
    assert (target["target"], target["status"]) == (str(installed), status)
    if status in {"refused", "failed"}:
        assert target["error"].splitlines()[0] in done.err
    if status != "failed":
        assert [row["path"] for row in target["files"]] == sorted(row["path"] for row in target["files"])


@pytest.mark.parametrize(
    ("files", "options", "ends"),
    [
        ({}, (), (0, "changed")),
        ({"a.md": "mine\n"}, (), (1, "refused")),
        ({"a.md": "mine\n"}, ("--on-conflict", "merge"), (1, "conflicts")),
        ({"a.md": "mine\n"}, ("--on-conflict", "keep"), (0, "changed")),
        ({ANSWERS: "x: y\n"}, (), (2, "failed")),
        ({}, ("-d", "q"), (2, None)),
        ({}, ("--ref", "v9"), (2, "failed")),
    ],
)
def test_init(
    files: Files, options: tuple[str, ...], ends: tuple[int, str | None], scaffold: Run, template: Template, repo: Path
) -> None:
    code, status = ends
    template.release("v1.0.0", {"copier.yml": "q: x\n", "a.md": BASE})
    write_tree(repo, files)
    done = scaffold("init", repo, "-t", template, "--format", "json", *options)
    assert done.code == code, done
    if status is None:  # a usage error is Click's: on standard error alone
        assert done.out == ""
        return
    assert document(done, "init")["targets"][0]["status"] == status


def test_check(scaffold: Run, installed: Path, tmp_path: Path) -> None:
    write_tree(installed, {"a.md": "mine\n", "b.md": None})
    done = scaffold("check", installed, tmp_path / "missing", "--diff", "--format", "json")
    assert done.code == 2
    first, second = document(done, "check")["targets"]
    assert {row["kind"] for row in first["findings"]} >= {"modified", "missing"}
    assert second["status"] == "failed"
    assert "does not exist" in second["error"]


def test_paths_that_are_no_unicode(scaffold: Run, repo: Path) -> None:
    """Odd names beside the template's files don't matter."""
    assert scaffold("init", repo).code == 0
    (repo / ".github").joinpath(b"\xff\xfe.yml".decode("utf-8", "surrogateescape")).write_text("x: [\n")
    done = scaffold("check", repo, "--format", "json")
    assert done.code in {0, 1}
    document(done, "check")
