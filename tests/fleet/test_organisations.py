"""A whole organisation in one run: what its host tells is enough, and what goes wrong is one row."""

import json
import os
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from tests.conftest import ANSWERS, Run, read_tree
from tests.fleet.fake_github import FakeHost, HiddenError, git_tree
from tests.fleet.git_server import Content, GitBackend, GitServer, Link
from tests.labels.fake_github import FakeServer, Fault

from issue_scaffold.cli.main import main
from issue_scaffold.label_sync.http.opening import open_client

SCHEMA = jsonschema.Draft202012Validator(
    json.loads((Path(__file__).parents[2] / "docs/reference/scaffold.fleet-1.schema.json").read_text(encoding="utf-8"))
)
FORM = ".github/ISSUE_TEMPLATE/infrastructure.yml"
Rows = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a clean repository of each version, and one with the cache that knows them."""
    home = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SCAFFOLD_CACHE_DIR", str(home / "cache"))
        for name, more in {"new": (), "old": ("--ref", "v1.3.0")}.items():
            assert main(["init", "-l", *more, str(home / name)]) == 0
            main(["check", str(home / name)])
    return home


@pytest.fixture
def files(made: Path) -> Mapping[str, Content]:
    """Return the files of a clean repository, which the cache knows."""
    shutil.copytree(made / "cache", os.environ["SCAFFOLD_CACHE_DIR"])
    return {**read_tree(made / "new"), "README.md": "Hello\n", "src/main.c": "int main;\n", "docs/a.md": "A\n"}


class Organisation:
    """An organisation on a fake of GitHub, whose branches are bare repositories."""

    def __init__(self, home: Path, clone_url: Callable[[str], str] = "https://git.invalid/{}.git".format) -> None:
        self.backend = GitBackend(home)
        self.trees: dict[str, Any] = {}
        self.made: dict[frozenset[tuple[str, Content]] | None, str] = {}
        self.host = FakeHost(self.tree, clone_url)

    def tree(self, name: str) -> Any:  # noqa: ANN401 - of the fake
        if name not in self.trees:
            self.trees[name] = git_tree(self.backend, name)
        return self.trees[name]

    def add(self, name: str, files: Mapping[str, Content] | None, **said: Any) -> None:  # noqa: ANN401
        key = None if files is None else frozenset(files.items())
        like = self.made.setdefault(key, name)
        if like == name:
            self.backend.make(name, files)
        else:  # the same commit
            shutil.copytree(self.backend.folder(like), self.backend.folder(name))
            self.trees[name] = self.tree(like)
        self.host.host(name, **said)


@pytest.fixture
def acme(host: GitServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Organisation]:
    """Return an organisation without a repository; the environment names its host."""
    made = Organisation(host.backend.root, host.url)
    host.users[made.host.token] = "bot"
    monkeypatch.setenv("GIT_ALLOW_PROTOCOL", "http")
    server = FakeServer(made.host)
    monkeypatch.setenv("GITHUB_API_URL", server.address)
    monkeypatch.setenv("GH_TOKEN", made.host.token)
    monkeypatch.delenv("GITHUB_GRAPHQL_URL", raising=False)

    def in_virtual_time(*arguments: Any, **options: Any) -> Any:  # noqa: ANN401
        return open_client(*arguments, **{**options, "clock": made.host.clock})

    monkeypatch.setattr("issue_scaffold.fleet.listing.opening.open_client", in_virtual_time)
    yield made
    server.close()


@pytest.fixture
def fleet(scaffold: Run) -> Callable[..., tuple[int, Rows]]:
    """Run a command of a fleet; return its exit code and its rows by their names, "" for the summary."""

    def run(verb: str, *arguments: str) -> tuple[int, Rows]:
        jobs = [] if verb == "report" else ["--jobs", "1"]
        done = scaffold("fleet", verb, "--format", "json", *jobs, *arguments)
        assert done.out, done.err
        document = json.loads(done.out)
        problem = jsonschema.exceptions.best_match(SCHEMA.iter_errors(document))
        assert problem is None, problem.message
        return done.code, {"": document, **{row["repository"]: row for row in document["repositories"]}}

    return run


def statuses(rows: Rows) -> dict[str, str]:
    return {name: row["status"] for name, row in rows.items() if name}


def reasons(rows: Rows) -> dict[str, str]:
    return {name: row["reason"]["code"] for name, row in rows.items() if "reason" in row}


def test_a_clean_organisation_costs_a_page(
    acme: Organisation, files: Mapping[str, Content], made: Path, fleet: Callable[..., tuple[int, Rows]]
) -> None:
    for number in range(30):
        acme.add(f"acme/api-{number:02}", files)
    acme.add("acme/site", {"README.md": "Hello\n"})
    acme.add("acme/old", {**read_tree(made / "old"), ".github/CODEOWNERS": "* @a\n"})
    code, rows = fleet("check", "--org", "acme")
    assert code == 1
    found = statuses(rows)
    assert {found.pop("acme/site"), found.pop("acme/old")} == {"not-initialised", "outdated"}
    assert set(found.values()) == {"clean"}
    assert rows[""]["requests"] == {"graphql": 1, "rest": 1}
    assert acme.host.kinds() == {"graphql": 1, "rest": 1}
    row = rows["acme/api-00"]
    assert row["base"] == {"branch": "main", "commit": acme.tree("acme/api-00").commit}
    assert (row["kind"], row["host"]) == ("remote", os.environ["GITHUB_API_URL"].removeprefix("http://"))
    code, again = fleet("update", "--org", "acme", "--exclude", "old|site")
    assert (code, set(statuses(again).values())) == (0, {"clean"})


def test_what_differs_is_fetched(
    acme: Organisation, files: Mapping[str, Content], fleet: Callable[..., tuple[int, Rows]], host: GitServer
) -> None:
    acme.add("acme/api", files)
    acme.add("acme/edited", {**files, FORM: "name: mine\n"})
    acme.add("acme/bot", {**files, ".github/dependabot.yml": "version: 2\n"})
    acme.add("acme/broken", {**files, ANSWERS: "a: [\n"})
    host.private |= {"acme/edited"}
    code, rows = fleet("check", "--org", "acme")
    expected = {"acme/api": "clean", "acme/edited": "drifted", "acme/bot": "clean", "acme/broken": "failed"}
    assert (code, statuses(rows)) == (3, expected)
    assert rows["acme/broken"]["reason"]["code"] == "invalid-answers"
    assert {one["path"] for one in rows["acme/edited"]["findings"]} == {FORM}
    fetched = {name for name, row in rows.items() if name and "requests" in row}
    assert fetched == {"acme/edited", "acme/broken"}
    assert rows[""]["requests"] == {"graphql": 1, "rest": 1, "git": len(host.log)}
    # Named by its address, too, it is the same one.
    code, rows = fleet("check", "--org", "acme", host.url("acme/api"), "--match", "acme/api")
    assert (code, len(statuses(rows))) == (0, 1)


def test_what_is_nothing_to_look_at_is_skipped(
    acme: Organisation, files: Mapping[str, Content], fleet: Callable[..., tuple[int, Rows]]
) -> None:
    acme.add("acme/api", files)
    acme.add("acme/gone", files, archived=True)
    acme.add("acme/fork", files, fork=True)
    acme.add("acme/off", files, disabled=True)
    acme.add("acme/out", files, topics=("scaffold-skip",))
    acme.add("acme/opted", {**files, ".github/scaffold.yml": "fleet:\n  skip: true\n  reason: frozen\n"})
    acme.add("acme/empty", None)
    code, rows = fleet("check", "--org", "acme")
    assert (code, rows["acme/api"]["status"]) == (0, "clean")
    assert reasons(rows) == {
        "acme/gone": "archived",
        "acme/fork": "fork",
        "acme/off": "disabled",
        "acme/out": "opted-out",
        "acme/opted": "opted-out",
        "acme/empty": "empty",
    }
    assert rows["acme/opted"]["reason"]["message"] == "frozen"
    _, rows = fleet("check", "--org", "acme", "--archived", "yes", "--forks", "yes")
    assert (rows["acme/gone"]["status"], rows["acme/fork"]["status"]) == ("clean", "clean")
    _, rows = fleet("check", "--org", "acme", "--archived", "only")
    assert statuses(rows) == {"acme/gone": "clean"}
    acme.host.has_graphql = False
    code, by_rest = fleet("check", "--org", "acme")
    assert (code, by_rest["acme/api"]["status"]) == (0, "clean")
    assert reasons(by_rest)["acme/empty"] == "empty"


def test_workers_begin_while_the_listing_goes_on(
    acme: Organisation,
    files: Mapping[str, Content],
    fleet: Callable[..., tuple[int, Rows]],
    host: GitServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("issue_scaffold.fleet.listing.graphql._PAGE", 3)
    for number in range(9):
        own = {FORM: f"name: mine {number}\n"} if number % 3 == 0 else {}
        acme.add(f"acme/r{number}", {**files, **own})
    fetched = threading.Event()
    host.faults = lambda _method, _address: fetched.set()
    pages: list[bool] = []

    def look(_: str, path: str) -> None:
        if path.endswith("/graphql"):
            pages.append(not pages or fetched.wait(120))  # the first page brings the first to be fetched

    acme.host.meanwhile = look
    code, rows = fleet("check", "--org", "acme")
    found = statuses(rows)
    assert (code, pages) == (1, [True] * 3)
    assert {name for name, status in found.items() if status == "drifted"} == {"acme/r0", "acme/r3", "acme/r6"}
    assert (len(found), rows[""]["left"]) == (9, 0)


@pytest.mark.parametrize("has_graphql", [True, False])
def test_an_organisation_is_validated_by_its_listing(
    acme: Organisation,
    files: Mapping[str, Content],
    fleet: Callable[..., tuple[int, Rows]],
    host: GitServer,
    *,
    has_graphql: bool,
) -> None:
    acme.host.has_graphql = has_graphql
    wrong = {FORM: "name: mine\n"}
    for number in range(20):
        acme.add(f"acme/r{number:02}", files)
    acme.add("acme/wrong", {**files, **wrong})
    acme.add("acme/wrong-too", {**files, **wrong, "src/main.c": "int other;\n"})
    acme.add("acme/plain", {"README.md": "Hello\n"})
    acme.add("acme/latin", {**files, FORM: b"name: \xe9\n"})
    acme.add("acme/link", {".github/ISSUE_TEMPLATE/a.yml": Link("../../b.yml"), "b.yml": "name: x\n"})
    labels = "- {name: bug, color: nonsense}\n"
    acme.add(
        "acme/recorded", {"meta/labels.yml": labels, ".copier-answers.scaffold.yml": "labels_config: meta/labels.yml\n"}
    )
    acme.add("acme/out", {**files, ".github/scaffold.yml": "fleet:\n  skip: true\n"})
    code, rows = fleet("validate", "--org", "acme")
    assert code == 1
    found = statuses(rows)
    assert {name for name, status in found.items() if status == "clean"} >= {f"acme/r{n:02}" for n in range(20)}
    assert (found["acme/wrong"], found["acme/out"], len(found)) == ("drifted", "skipped", 27)
    fetched = {name for name, row in rows.items() if name and row.get("requests")}
    # What is no text comes by REST; where only a listing of its folder would tell what is there, git says it.
    assert fetched == {"acme/link"} | ({"acme/latin", "acme/recorded"} if has_graphql else set())
    contents = len({FORM, "its Markdown", "its labels", "the answers", "wrong", "recorded", "out"}) + 2
    expected = {"graphql": 2, "rest": 1} if has_graphql else {"graphql": 1, "content": contents}
    assert rows[""]["requests"].items() >= expected.items()
    clones = ["acme/r00", *(name for name in acme.host.hosted if "/r0" not in name and "/r1" not in name)]
    clones.remove("acme/out")
    _, by_git = fleet("validate", *(host.url(name) for name in clones))
    for name in clones:
        one, other = rows[name], by_git[host.url(name)]
        assert (one["status"], one.get("notes")) == (other["status"], other.get("notes")), name
        assert json.dumps(one.get("findings")).replace(name, "") == json.dumps(other.get("findings")).replace(
            host.url(name), ""
        ), name


def test_what_is_known_of_files_is_forgotten_before_it_is_too_much(
    acme: Organisation,
    files: Mapping[str, Content],
    fleet: Callable[..., tuple[int, Rows]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("issue_scaffold.sync.listed_tree._MOST_BYTES", 0)
    monkeypatch.setattr("issue_scaffold.fleet.judging._LISTED_AT_ONCE", 2)
    for number in range(6):
        acme.add(f"acme/r{number}", {**files, ".github/ISSUE_TEMPLATE/own.yml": f"name: mine {number}\n"})
    code, rows = fleet("validate", "--org", "acme")
    assert (code, set(statuses(rows).values())) == (1, {"drifted"})
    assert rows[""]["requests"] == {"graphql": 4, "rest": 1}  # two of them with a question
    code, rows = fleet("check", "--org", "acme")
    assert (code, set(statuses(rows).values())) == (0, {"clean"})


def test_filters_say_which(
    acme: Organisation, files: Mapping[str, Content], made: Path, fleet: Callable[..., tuple[int, Rows]], scaffold: Run
) -> None:
    acme.add("acme/a", files, topics=("service", "go"), language="Go")
    acme.add("acme/b", files, topics=("service",), language="Python", visibility="private")
    acme.add("acme/c", {"README.md": ""}, language="Go")
    acme.add("acme/old", read_tree(made / "old"))
    chosen = {
        ("--topic", "service"): {"acme/a", "acme/b"},
        ("--topic", "service", "--topic", "GO"): {"acme/a"},
        ("--language", "go"): {"acme/a", "acme/c"},
        ("--language", "go", "--language", "python"): {"acme/a", "acme/b", "acme/c"},
        ("--visibility", "private"): {"acme/b"},
        ("--match", "/[ab]$"): {"acme/a", "acme/b"},
        ("--exclude", "a$", "--language", "go"): {"acme/c"},
        ("--where", "initialised"): {"acme/a", "acme/b", "acme/old"},
        ("--where", "not-initialised"): {"acme/c"},
        ("--where", "outdated"): {"acme/old"},
        ("--where", "version<1.4"): {"acme/old"},
        ("--where", "version>=1.3", "--where", "version != v1.3.0"): {"acme/a", "acme/b"},
        ("--where", "source=https://example.invalid/x", "--allow-empty"): set(),
        ("--limit", "2"): {"acme/a", "acme/b"},
        ("--shard", "2/2"): {"acme/b", "acme/old"},
    }
    for options, names in chosen.items():
        _, rows = fleet("check", "--org", "acme", *options)
        assert set(statuses(rows)) == names, options
    _, rows = fleet("check", "--org", "acme", "--sample", "2")
    assert len(statuses(rows)) == 2
    for wrong in ("version<x", "source<1", "younger"):
        assert scaffold("fleet", "check", "--org", "acme", "--where", wrong).code == 2


def test_an_owner_that_is_not_there_is_a_mistake(
    acme: Organisation, files: Mapping[str, Content], scaffold: Run, fleet: Callable[..., tuple[int, Rows]]
) -> None:
    acme.add("acme/api", files)
    acme.add("jo/api", files)
    acme.host.users = {"jo"}
    for has_graphql in (True, False):
        acme.host.has_graphql = has_graphql
        for arguments in (("--org", "acne"), ("--user", "acme"), ("--org", "jo")):
            done = scaffold("fleet", "check", *arguments)
            assert done.code == 2
            assert f"{arguments[1]} on" in done.err
        assert fleet("check", "--user", "jo")[0] == 0
    assert scaffold("fleet", "check", "--org", "acme", "--match", "nothing").code == 2
    assert scaffold("fleet", "check", "--org", "acme", "--match", "nothing", "--allow-empty").code == 0
    assert scaffold("fleet", "check", "--group", "acme", "--api-url", os.environ["GITHUB_API_URL"]).code == 2
    assert scaffold("fleet", "check", "--org", "acme", "--shard", "2/2").code == 0


def test_a_host_that_takes_too_long_is_asked_for_less(
    acme: Organisation, files: Mapping[str, Content], fleet: Callable[..., tuple[int, Rows]]
) -> None:
    for number in range(40):
        acme.add(f"acme/r{number:02}", files)
    acme.host.most = 12
    code, rows = fleet("check", "--org", "acme")
    assert (code, len(statuses(rows))) == (0, 40)
    assert set(statuses(rows).values()) == {"clean"}
    # 50, 25: refused; 12 each, and 24 after four of them
    assert rows[""]["requests"]["graphql"] <= 8
    acme.host.most = 0
    code, rows = fleet("check", "--org", "acme")
    assert (code, reasons(rows)) == (3, {"acme/*": "network"})


def test_rest_is_enough(
    acme: Organisation, files: Mapping[str, Content], made: Path, fleet: Callable[..., tuple[int, Rows]]
) -> None:
    for number in range(5):
        acme.add(f"acme/r{number}", files)
    acme.add("acme/old", read_tree(made / "old"))
    acme.add("acme/site", {"README.md": "Hello\n"})
    acme.host.has_graphql = False
    code, rows = fleet("check", "--org", "acme")
    found = statuses(rows)
    assert (code, found.pop("acme/old"), found.pop("acme/site")) == (1, "outdated", "not-initialised")
    assert set(found.values()) == {"clean"}
    # The list, a tree each, and the answers that nobody had seen.
    assert rows[""]["requests"] == {"graphql": 1, "rest": 8, "content": 2}
    acme.host.hosted["acme/r0"].truncated = True
    _, rows = fleet("check", "--org", "acme", "--match", "r0")
    assert (rows["acme/r0"]["status"], rows["acme/r0"]["requests"]) == ("clean", {"git": 5})


def test_what_a_page_hides_is_found_otherwise_or_told(
    acme: Organisation, files: Mapping[str, Content], fleet: Callable[..., tuple[int, Rows]]
) -> None:
    for number in range(6):
        acme.add(f"acme/r{number}", files)
    for number in (1, 3, 5):
        acme.host.hosted[f"acme/r{number}"].hidden = HiddenError("FORBIDDEN", "not for you")
    acme.host.hosted["acme/r5"].unlisted = True
    code, rows = fleet("check", "--org", "acme")
    assert code == 3
    clean = {name for name, status in statuses(rows).items() if status == "clean"}
    assert clean == {f"acme/r{number}" for number in range(5)}
    assert rows["acme/r0"].keys() & {"requests"} == set()
    assert rows["acme/r1"]["requests"] == {"git": 5}
    assert rows["acme/*"]["reason"]["code"] == "forbidden"
    assert "hides 1 of its repositories: not for you" in rows["acme/*"]["reason"]["message"]


def on_graphql(number: int, **fault: Any) -> Fault:  # noqa: ANN401
    """Return a fault of the so manieth question."""
    left = [number]

    def matches(verb: str, path: str) -> bool:
        del verb
        left[0] -= path.endswith("/graphql")
        return left[0] < 1

    return Fault(**fault, matches=matches)


@pytest.mark.parametrize(
    "breach",
    [
        ({"status": 401, "body": {"message": "Bad credentials"}}, "forbidden", "token in GH_TOKEN is not valid"),
        (
            {
                "status": 403,
                "headers": {"X-GitHub-SSO": "required; url=https://github.com/orgs/acme/sso"},
                "body": {"message": "Resource protected"},
            },
            "forbidden",
            "single sign-on",
        ),
        ({"status": 200, "body": "<html>", "html": True}, "network", "HTML where JSON belongs"),
    ],
    ids=["expired", "sso", "login page"],
)
def test_a_listing_that_breaks_off_is_one_row_and_goes_on_later(
    acme: Organisation,
    files: Mapping[str, Content],
    fleet: Callable[..., tuple[int, Rows]],
    monkeypatch: pytest.MonkeyPatch,
    breach: tuple[dict[str, Any], str, str],
) -> None:
    fault, code, words = breach
    monkeypatch.setattr("issue_scaffold.fleet.listing.graphql._PAGE", 3)
    for number in range(8):
        acme.add(f"acme/r{number}", files)
    acme.host.faults.extend([on_graphql(2, **fault)] + [Fault(**fault)] * (9 * ("html" in fault)))
    exit_code, rows = fleet("check", "--org", "acme")
    assert exit_code == 3
    assert set(statuses(rows)) == {"acme/r0", "acme/r1", "acme/r2", "acme/*"}
    reason = rows["acme/*"]["reason"]
    assert reason["code"] == code
    assert words in f"{reason['message']} {reason.get('hint')}"
    acme.host.faults.clear()
    exit_code, rows = fleet("check", "--resume")
    assert (exit_code, set(statuses(rows))) == (0, {f"acme/r{number}" for number in range(3, 8)})
    exit_code, rows = fleet("report")
    assert (exit_code, len(statuses(rows))) == (0, 8)


def test_limits_are_waited_for(
    acme: Organisation, files: Mapping[str, Content], fleet: Callable[..., tuple[int, Rows]]
) -> None:
    acme.add("acme/api", files)
    limited = {"data": None, "errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded"}]}
    secondary = {"message": "You have exceeded a secondary rate limit."}
    acme.host.faults.extend([Fault(200, body=limited), Fault(403, body=secondary), Fault(502, body="<p>", html=True)])
    code, rows = fleet("check", "--org", "acme")
    assert (code, statuses(rows)) == (0, {"acme/api": "clean"})
    assert acme.host.clock.slept[:2] == [60.0, 120.0]


def test_nothing_is_waited_for_beyond_the_end_of_a_run(
    acme: Organisation,
    files: Mapping[str, Content],
    fleet: Callable[..., tuple[int, Rows]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("issue_scaffold.fleet.listing.graphql._PAGE", 2)
    for number in range(5):
        own = {FORM: f"name: mine {number}\n"} if number == 1 else {}
        acme.add(f"acme/r{number}", {**files, **own})
    slow = {"status": 403, "headers": {"Retry-After": "3600"}, "body": {"message": "secondary rate limit"}}
    for page, done in {1: {}, 2: {"acme/r0": "clean", "acme/r1": "drifted"}}.items():
        acme.host.faults.append(on_graphql(page, **slow))
        code, rows = fleet("check", "--org", "acme", "--until", "10m")
        assert (code, statuses(rows)) == (75, done)
        assert not acme.host.clock.slept
        assert fleet("report")[0] == 75
        acme.host.faults.clear()
        code, rows = fleet("check", "--resume", "--until", "10m")
        assert {*done, *statuses(rows)} == {f"acme/r{number}" for number in range(5)}
        assert statuses(rows).keys().isdisjoint(done)


def test_one_repository_counts_once(
    acme: Organisation, files: Mapping[str, Content], fleet: Callable[..., tuple[int, Rows]]
) -> None:
    acme.add("acme/api", files)
    code, rows = fleet("check", "--org", "acme", "--org", "acme")
    assert (code, statuses(rows)) == (0, {"acme/api": "clean"})
    assert rows[""]["counts"]["clean"] == 1


def test_an_answers_file_of_another_name(
    acme: Organisation, files: Mapping[str, Content], fleet: Callable[..., tuple[int, Rows]]
) -> None:
    acme.add("acme/api", {path: content for path, content in files.items() if path != ANSWERS})
    code, rows = fleet("check", "--org", "acme", "-a", ".copier-answers.yml")
    assert (code, statuses(rows)) == (1, {"acme/api": "not-initialised"})


def test_labels_come_with_the_page(
    acme: Organisation, files: Mapping[str, Content], fleet: Callable[..., tuple[int, Rows]]
) -> None:
    config = "- name: bug\n  color: ff0000\n- name: idea\n  color: 00ff00\n  description: x\n"
    bug = {"name": "bug", "color": "ff0000", "description": None}
    idea = {"name": "idea", "color": "00ff00", "description": "x"}
    for number in range(6):
        acme.add(f"acme/r{number}", {**files, ".github/labels.yml": config}, labels=[bug, idea])
    acme.host.hosted["acme/r1"].labels = [bug]
    acme.host.hosted["acme/r2"].labels = [bug, {**idea, "color": "0000ff"}]
    acme.add("acme/none", {"README.md": ""})
    acme.add("acme/off", {**files, ".github/scaffold.yml": "fleet:\n  skip: true\n"})
    away = {"config/x.yml": config, ".github/scaffold.yml": "labels_config: config/x.yml\n"}
    acme.add("acme/away", away, labels=[bug])
    code, rows = fleet("labels", "--org", "acme")
    assert code == 1
    found = statuses(rows)
    drifted = {name for name, status in found.items() if status == "drifted"}
    assert drifted == {"acme/r1", "acme/r2", "acme/away"}
    assert found["acme/none"] == "not-initialised"
    assert rows["acme/none"]["reason"]["code"] == "no-labels-config"
    assert (found["acme/off"], found["acme/r0"]) == ("skipped", "clean")
    assert rows["acme/r1"]["findings"][0]["message"] == "acme/r1: label 'idea' is missing"
    # A content is asked for once, whoever has it.
    assert rows[""]["requests"] == {"graphql": 1, "rest": 1, "content": 1}
    acme.host.has_graphql = False
    for repository in acme.host.hosted:
        for label in acme.host.hosted[repository].labels:
            acme.host.repositories[repository].add(label["name"], label["color"], label["description"] or "")
    _, by_rest = fleet("labels", "--org", "acme")
    assert statuses(by_rest) == found


@pytest.mark.parametrize("has_graphql", [True, False])
def test_a_repository_that_cannot_be_is_one_row(
    acme: Organisation,
    files: Mapping[str, Content],
    fleet: Callable[..., tuple[int, Rows]],
    *,
    has_graphql: bool,
) -> None:
    acme.host.has_graphql = has_graphql
    acme.add("acme/api", files)
    for name in ("-x", "a b", "..", "a/../../b", "a\nb"):
        acme.host.host(f"acme/{name}")
        acme.trees[f"acme/{name}"] = acme.tree("acme/api")
    code, rows = fleet("check", "--org", "acme")
    assert (code, statuses(rows)) == (3, {"acme/api": "clean", "acme/*": "failed"})
    assert rows["acme/*"]["reason"]["code"] == "hostile"
    assert rows[""]["counts"]["failed"] == 5
