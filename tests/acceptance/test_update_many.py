"""Many targets in one run: a row each, in their order, none of which costs another anything."""

import io
import json
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import ANSWERS, GIT_IDENTITY, Result, Run, Template, read_tree, write_tree

from issue_scaffold.cli.main import main
from issue_scaffold.errors import TemplateError
from issue_scaffold.sync import update as one_update
from issue_scaffold.sync import update_many
from issue_scaffold.template import mirrors, sealed_process
from issue_scaffold.template.repository import TemplateRepository

NAMES = ("behind", "conflict", "edited", "none", "newest", "broken", "last")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return a folder with a template's repository, targets in every state, and a cache that knows them."""
    folder = tmp_path_factory.mktemp("world")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**GIT_IDENTITY, "GIT_ALLOW_PROTOCOL": "file"}.items():
            patch.setenv(name, value)
        patch.setenv("SCAFFOLD_CACHE_DIR", str(folder / "cache"))
        template = Template(folder / "template")
        template.release("v1.0.0", {"copier.yml": "team: x\n", "a.md.jinja": "a {{ team }}\n", "b.md": "b\n"})
        fleet = folder / "fleet"
        for name in ("behind", "last"):
            assert main(["init", str(fleet / name), "-t", str(template), "-d", f"team={name}"]) == 0
        for name in ("conflict", "edited", "newest", "broken"):
            shutil.copytree(fleet / "behind", fleet / name)
        template.release("v1.1.0", {"b.md": "b2\n", "a.md.jinja": "a {{ team }}\nmore\n"})
        write_tree(fleet, {"conflict/b.md": "mine\n", "edited/own.md": "own\n", f"broken/{ANSWERS}": "a: [\n"})
        assert main(["update", str(fleet / "newest")]) == 0
        (fleet / "none").mkdir()
    yield folder
    sealed_process.end()


@pytest.fixture
def fleet(world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the targets, to be written to."""
    monkeypatch.setenv("SCAFFOLD_CACHE_DIR", str(world / "cache"))
    return Path(shutil.copytree(world / "fleet", tmp_path / "fleet"))


def rows(done: Result) -> dict[str, Any]:
    """Return the rows of a JSON report by the last part of their target."""
    document = json.loads(done.out)
    assert document["exit_code"] == done.code
    assert document["schema"] == "scaffold.update/1"
    return {Path(row["target"]).name: row for row in document["targets"]}


@pytest.mark.parametrize("jobs", [1, 3])
def test_each_target_has_its_row(jobs: int, fleet: Path, scaffold: Run) -> None:
    untouched = read_tree(fleet / "broken")
    done = scaffold("update", *(fleet / name for name in NAMES), "--jobs", jobs, "--format", "json")
    found = rows(done)
    assert done.code == 2
    assert tuple(found) == NAMES
    assert [row["status"] for row in found.values()] == [
        "changed",
        "conflicts",
        "changed",
        "failed",
        "unchanged",
        "failed",
        "changed",
    ]
    for name in ("behind", "edited", "newest", "last"):
        team = "last" if name == "last" else "behind"
        assert read_tree(fleet / name)["a.md"] == f"a {team}\nmore\n".encode()
        assert found[name]["template"]["version"] == "v1.1.0"
    assert read_tree(fleet / "edited")["own.md"] == b"own\n"
    assert b"<<<<<<<" in read_tree(fleet / "conflict")["b.md"]
    assert read_tree(fleet / "broken") == untouched
    assert "is not initialised" in found["none"]["error"]
    again = scaffold("update", fleet / "behind", fleet / "last", "--jobs", jobs)
    assert (again.code, again.out.count("is up to date with template v1.1.0")) == (0, 2)


@pytest.mark.parametrize(
    ("names", "error", "code"),
    [
        (("behind", "last"), None, 0),
        (("behind", "conflict"), None, 1),
        (("conflict", "none"), None, 2),
        (("conflict", "none", "last"), TemplateError("gone"), 3),
        (("behind", "last"), ZeroDivisionError("a bug"), 3),
    ],
)
def test_the_worst_decides_the_exit_code(
    names: tuple[str, ...],
    error: Exception | None,
    code: int,
    fleet: Path,
    scaffold: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def failing(options: one_update.UpdateOptions, *more: Any) -> Any:  # noqa: ANN401 - as the original
        if error is not None and options.target.endswith("last"):
            raise error
        return one_update.update(options, *more)

    monkeypatch.setattr("tempfile.tempdir", str(fleet))
    monkeypatch.setattr(update_many, "update", failing)
    done = scaffold("update", *(fleet / name for name in names))
    assert done.code == code
    assert f"Updated {fleet / names[0]} from template v1.0.0 to v1.1.0: 3 files" in done.out
    assert "Traceback" not in done.err


def test_people_see_a_line_each_and_what_needs_them(fleet: Path, scaffold: Run) -> None:
    done = scaffold("update", fleet / "behind", fleet / "conflict", fleet / "none", "--on-conflict", "inline")
    assert done.out.splitlines() == [
        f"Updated {fleet / 'behind'} from template v1.0.0 to v1.1.0: 3 files",
        f"Updated {fleet / 'conflict'} from template v1.0.0 to v1.1.0: 3 files, 1 conflict",
        "  conflict  b.md  (both sides changed the same lines)",
        "To take one back: scaffold undo TARGET",
    ]
    assert f"error: {fleet / 'none'} is not initialised" in done.err
    refused = scaffold("update", fleet / "edited", fleet / "conflict", "--restore", "nothing")
    assert (refused.code, refused.out) == (2, "")
    for name in ("edited", "conflict"):
        assert f"error: {fleet / name}: the template has no file nothing" in refused.err


@pytest.mark.parametrize("jobs", [1, 4])
@pytest.mark.parametrize("reaches", [True, False])
def test_the_source_is_asked_once(
    reaches: bool, jobs: int, fleet: Path, scaffold: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many follow it, and when it can't be reached, too: each question may take half a minute."""
    asked: dict[str, int] = {"versions": 0, "fetches": 0}
    fetch = TemplateRepository.fetch

    def counted(what: str, original: Callable[..., Any]) -> Callable[..., Any]:
        def asking(*given: Any, **named: Any) -> Any:  # noqa: ANN401 - as the original
            asked[what] += 1
            if not reaches:
                raise TemplateError("it can't be reached")
            return original(*given, **named)

        return asking

    monkeypatch.setattr(mirrors, "list_versions", counted("versions", mirrors.list_versions))
    monkeypatch.setattr(TemplateRepository, "fetch", counted("fetches", fetch))
    names = ("behind", "edited", "newest", "last")
    done = scaffold("update", *(fleet / name for name in names), "--jobs", jobs)
    assert done.code == (0 if reaches else 3)
    assert asked == {"versions": int(reaches), "fetches": 1}
    if not reaches:
        assert done.err.count("it can't be reached") == len(names)


@pytest.mark.parametrize("command", ["check", "update"])
def test_targets_from_a_list(command: str, fleet: Path, scaffold: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ["newest", "two words", "edited"]
    (fleet / "last").rename(fleet / "two words")
    monkeypatch.chdir(fleet)
    for ending, options in (("\n", []), ("\r\n", []), ("\0", ["-0"])):
        listed = "".join(f"{name}{ending}" for name in names).encode()
        (fleet / "list").write_bytes(listed)
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(listed)))
        for source in ("-", "list"):
            done = scaffold(command, "--from", source, *options, "--format", "json")
            assert [row["target"] for row in json.loads(done.out)["targets"]] == names
            assert done.code == int(command == "check")


@pytest.mark.parametrize("command", ["update", "check"])
def test_lists_that_say_nothing(command: str, fleet: Path, scaffold: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tree(fleet, {"list": "behind\n", "empty": "\n\n"})
    monkeypatch.chdir(fleet)
    for arguments, said in (
        (("--from", "empty"), "there is no target in it"),
        (("--from", "list", "behind"), "not both"),
        (("--from", "nowhere"), "nowhere"),
        (("-0", "behind"), "needs --from"),
    ):
        done = scaffold(command, *arguments)
        assert (done.code, said in done.err) == (2, True), done


def test_nobody_is_asked_about_several(fleet: Path, scaffold: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("issue_scaffold.cli.update.can_ask", lambda: True)
    done = scaffold("update", fleet / "behind", fleet / "last", "--ask")
    assert (done.code, "one target" in done.err) == (2, True)
    assert scaffold("update", fleet / "behind", fleet / "last").code == 0


@pytest.mark.parametrize("jobs", [1, 2])
def test_ctrl_c_shows_what_is_finished_and_begins_nothing_more(
    jobs: int, fleet: Path, scaffold: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[str] = []
    threads = threading.active_count()
    real = one_update.update

    def counted(options: one_update.UpdateOptions, *more: Any) -> Any:  # noqa: ANN401 - as the original
        begun.append(Path(options.target).name)
        return real(options, *more)

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(update_many, "update", counted)
    monkeypatch.setattr("issue_scaffold.cli.output.display.Display._show", interrupted)
    done = scaffold("update", *(fleet / name for name in ("behind", "edited", "last", "newest")), "--jobs", jobs)
    assert done.code == 130
    assert threading.active_count() <= threads
    assert begun[0] == "behind"
    assert jobs > 1 or len(begun) == 1
    for name in begun:
        assert read_tree(fleet / name)["b.md"] == b"b2\n"
