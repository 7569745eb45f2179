"""`scaffold labels` and `check --labels` on Gitea, Forgejo and GitLab, as on GitHub."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import Result, Run, git, write_tree
from tests.labels.fake_gitea import FakeGitea
from tests.labels.fake_github import FakeServer, Fault
from tests.labels.fake_gitlab import FakeGitLab
from tests.labels.fake_numbered import FakeNumbered, NumberedRepository

from issue_scaffold.forge.remote import Repository, api_url, parse_remote, parse_repository
from issue_scaffold.label_sync import forges
from issue_scaffold.label_sync.drift import label_findings, plan_findings
from issue_scaffold.label_sync.matching import Policy, plan_labels
from issue_scaffold.label_sync.place import find_place
from issue_scaffold.label_sync.plan import LabelAction, LiveLabel
from issue_scaffold.labels.label import Label

FORGES: dict[str, Callable[[], FakeNumbered]] = {"gitea": FakeGitea, "gitlab": FakeGitLab}
VARIABLES = {"gitea": "GITEA_TOKEN", "gitlab": "GITLAB_TOKEN"}


class Place:
    """A forge's fake, the repository octo/demo on it, and the command with its address."""

    def __init__(self, kind: str, server: FakeServer, scaffold: Run) -> None:
        self.kind = kind
        self.fake = FORGES[kind]()
        server.github = self.fake
        server.prefix = self.fake.prefix
        server.public = server.address
        self.repository: NumberedRepository = self.fake.place()
        self.url = f"{server.address}{self.fake.prefix}"
        self._scaffold = scaffold

    def labels(self, command: str, *arguments: str | Path) -> Result:
        return self._scaffold("labels", command, "--repo", "octo/demo", "--api-url", self.url, *arguments)


@pytest.fixture(params=FORGES)
def place(
    request: pytest.FixtureRequest, server: FakeServer, monkeypatch: pytest.MonkeyPatch, folder: Path, scaffold: Run
) -> Iterator[Place]:
    """Return a forge with an empty repository, in a work tree; time passes only when somebody waits."""
    found = Place(request.param, server, scaffold)
    for name in (*VARIABLES.values(), "GITHUB_API_URL", "FORGEJO_TOKEN", "HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(VARIABLES[request.param], found.fake.token)

    def connect_in_virtual_time(*arguments: Any, **options: Any) -> Any:  # noqa: ANN401
        options["clock"] = options.get("clock") or found.fake.clock
        return forges.connect(*arguments, **options)

    monkeypatch.setattr("issue_scaffold.label_sync.run.connect", connect_in_virtual_time)
    assert folder.is_dir()
    yield found
    server.prefix = ""


def write(folder: Path, config: str) -> None:
    write_tree(folder, {".github/labels.yml": config})


def test_sixty_labels_and_two_hundred_issues(place: Place, folder: Path) -> None:
    repository = place.repository
    for number in range(60):
        repository.add(f"old {number}" if number < 18 else f"label {number}", f"{number:06d}", f"text {number}")
    for number in range(200):
        first, second = (f"old {one}" if one < 18 else f"label {one}" for one in (number % 55, (number * 7) % 55))
        repository.put(number + 1, first, second, state=("open", "closed")[number % 2], is_request=number % 3 == 0)
    before = {number: repository.on(number[1], is_request=number[0]) for number in repository.issues}
    rows = [{"name": f"new {number}", "aliases": [f"old {number}"]} for number in range(10)]
    rows += [{"name": f"label {number}"} for number in range(18, 55)]
    # Three labels take over two old ones and five keep their own.
    for number in range(10, 13):
        rows[number]["aliases"] = [f"old {number}"]
    rows += [{"name": f"old {number}"} for number in range(13, 18)]
    write(folder, json.dumps(rows))

    plan = place.labels("plan", "--prune")
    assert plan.code == 1, plan
    assert "10 to rename, 3 to merge, 5 to delete" in plan.out
    assert place.fake.count() <= 17
    applied = place.labels("apply", "--prune", "--yes")
    assert applied.code == 0, applied
    assert place.labels("plan", "--prune").code == 0
    heirs = {f"old {number}": f"new {number}" for number in range(10)}
    heirs |= {f"old {number}": f"label {number + 8}" for number in range(10, 13)}
    for (is_request, number), names in before.items():
        assert repository.on(number, is_request=is_request) == {heirs.get(name, name) for name in names}
    assert len(repository.rows) == 52


@pytest.mark.parametrize("command", ["plan", "apply", "export"])
def test_bad_tokens_and_missing_repositories_are_said(place: Place, folder: Path, command: str) -> None:
    write(folder, "- {name: bug, color: d73a4a}\n")
    extra = ["--yes"] if command == "apply" else []
    place.repository.visible = False
    result = place.labels(command, *extra)
    assert result.code == 3
    assert "octo/demo was not found" in result.err
    place.repository.visible = True
    place.fake.token = "another"  # noqa: S105 - no secret
    result = place.labels(command, *extra)
    assert result.code == 3
    assert f"the token in {VARIABLES[place.kind]} is not valid" in result.err
    assert "canary" not in result.err + result.out


def test_what_may_not_be_written_is_said(place: Place, folder: Path) -> None:
    write(folder, "- {name: bug, color: d73a4a}\n")
    place.repository.writable = False
    result = place.labels("apply", "--yes")
    assert result.code == 3
    assert "not allowed to create label 'bug'" in result.out + result.err
    place.repository.archived = True
    result = place.labels("apply", "--yes")
    assert result.code == 3
    assert "archived" in result.out + result.err


def test_export_then_plan_is_empty(place: Place, folder: Path) -> None:
    for name in (
        "bug",
        "Bug",
        "s::1",
        "t/2",
        "🐛 insect",
        "3rd party",
        "any",
        " lead",
        "trail ",
        "🐛",
        "👩‍👧",
        "x" * 90,
    ):
        place.repository.add(name, "d73a4a", f" about {name} " * 3)
    place.repository.add("bare", "000000")
    if place.kind == "gitlab":
        place.repository.add("of the group", "ffffff", group=True)
        place.repository.add("BUG", "ffffff", group=True)
    assert place.labels("export", "-o", ".github/labels.yml").code == 0
    written = (folder / ".github/labels.yml").read_text(encoding="utf-8")
    assert len(re.findall("(?i)name: bug", written)) == 1
    plan = place.labels("plan", "--prune")
    assert plan.code == 0, plan


def test_check_tells_what_the_forge_lacks(place: Place, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git(folder, "remote", "add", "origin", f"https://{place.kind}.example.com/octo/demo.git")
    write(folder, "- {name: bug, color: d73a4a}\n- {name: infra, color: d73a4a}\n")
    place.repository.add("bug", "000000")
    monkeypatch.setattr("issue_scaffold.label_sync.place.api_url", lambda *_: place.url)
    monkeypatch.setenv("GITLAB_HOST", "127.0.0.1")
    monkeypatch.setenv("GITEA_SERVER_URL", "http://127.0.0.1:3000/")
    found = label_findings(folder, on_wait=lambda seconds, why: None)  # noqa: ARG005
    where = f"{place.kind}.example.com/octo/demo: label"
    assert [finding.message for finding in found] == [
        f"{where} 'bug' has colour 000000, the config has d73a4a",
        f"{where} 'infra' is missing",
    ]


def test_a_lost_answer_makes_no_second_label(place: Place, folder: Path) -> None:
    write(folder, "- {name: bug, color: d73a4a}\n")
    place.fake.faults.append(Fault(drop="after", matches=lambda verb, _: verb == "POST"))
    result = place.labels("apply", "--yes")
    assert result.code == 0, result
    assert [row["name"] for row in place.repository.rows.values()] == ["bug"]


def test_a_name_that_was_taken_meanwhile_is_not_taken_twice(place: Place, folder: Path) -> None:
    place.repository.add("defect", "d73a4a")
    write(folder, "- {name: bug, color: d73a4a, aliases: [defect]}\n- {name: new, color: d73a4a}\n")

    def meanwhile(verb: str, path: str) -> None:
        del path
        looks = place.fake.count("GET")
        if verb == "GET" and looks == 2 and place.repository.number_of("bug") is None:
            place.repository.add("bug", "000000")

    place.fake.meanwhile = meanwhile
    result = place.labels("apply", "--yes")
    assert result.code == 3, result
    assert "can't rename label 'defect' to 'bug': that name is taken" in result.out
    assert sorted(row["name"] for row in place.repository.rows.values()) == ["bug", "defect", "new"]
    place.fake.meanwhile = lambda verb, path: None  # noqa: ARG005
    assert place.labels("apply", "--yes").code == 0
    assert place.labels("plan").code == 0


def test_a_label_that_is_gone_takes_nothing_from_others(place: Place, folder: Path) -> None:
    for name in ("a", "b", "c"):
        place.repository.add(name, "d73a4a")
    place.repository.put(1, "c")
    write(folder, "- {name: b, color: d73a4a, aliases: [a]}\n- {name: c, color: d73a4a}\n")
    plan = place.labels("plan")
    assert "1 to merge" in plan.out

    def meanwhile(verb: str, path: str) -> None:
        gone = place.repository.number_of("a")
        if verb == "GET" and path.endswith("/issues") and gone is not None:
            place.repository.remove(gone)

    place.fake.meanwhile = meanwhile
    assert place.labels("apply", "--yes").code == 0
    assert place.repository.on(1) == {"c"}


def test_what_belongs_to_a_group_is_used_and_left(server: FakeServer, place: Place, folder: Path) -> None:
    if place.kind != "gitlab":
        return
    repository = place.repository
    repository.add("bug", "000000", group=True)
    repository.add("kind", "d73a4a", group=True)
    repository.add("defect", "d73a4a", priority=3)
    repository.put(1, "defect", is_request=True)
    write(folder, "- {name: bug, color: d73a4a, aliases: [defect]}\n- {name: kind, color: d73a4a}\n")
    plan = place.labels("plan", "--prune")
    assert plan.code == 1
    assert re.search(r"refused +bug +.*it belongs to a group; change it there", plan.out), plan.out
    assert place.labels("apply", "--prune", "--yes").code == 1
    assert repository.on(1, is_request=True) == {"bug"}
    assert repository.state() == {"bug": ("000000", ""), "kind": ("d73a4a", "")}
    assert server.github is place.fake


def test_what_belongs_to_an_organisation_is_known_used_and_left(place: Place, folder: Path) -> None:
    if not isinstance(place.fake, FakeGitea):
        return
    repository = place.repository
    repository.add("bug", "d73a4a", group=True)
    repository.add("kind", "000000", group=True)
    repository.add("theirs", "000000", group=True)
    repository.add("defect", "d73a4a")
    repository.put(1, "defect", "theirs")
    write(folder, "- {name: bug, color: d73a4a, aliases: [defect]}\n- {name: kind, color: d73a4a}\n")
    plan = place.labels("plan", "--prune")
    assert plan.code == 1
    assert re.search(r"refused +kind +.*it belongs to an organisation; change it there", plan.out), plan.out
    assert "1 to merge" in plan.out
    assert place.labels("apply", "--prune", "--yes").code == 1
    assert repository.on(1) == {"bug", "theirs"}
    assert sorted(row["name"] for row in repository.rows.values()) == ["bug", "kind", "theirs"]
    assert place.labels("export", "-o", ".github/labels.yml", "--yes").code == 0
    assert place.labels("plan", "--prune").code == 0


@pytest.mark.parametrize("status", [401, 403, 404])
def test_an_owner_without_labels_that_can_be_seen_is_asked_once(place: Place, folder: Path, status: int) -> None:
    if not isinstance(place.fake, FakeGitea):
        return
    write(folder, "- {name: bug, color: d73a4a}\n")
    place.fake.faults.append(Fault(status, {}, {"message": "no"}, matches=lambda _, path: path.startswith("/orgs/")))
    result = place.labels("apply", "--yes")
    assert result.code == 0, result
    assert sum(path.startswith("/orgs/") for _, path in place.fake.calls) == 1


def test_a_server_that_counts_nothing_is_read(place: Place, folder: Path) -> None:
    if not isinstance(place.fake, FakeGitLab):
        return
    place.fake.has_counts = place.fake.has_graphql = False
    write(folder, "- {name: bug, color: d73a4a}\n")
    for name in ("bug", "used", "requested", "free", "any"):
        place.repository.add(name, "d73a4a")
    place.repository.put(1, "used", state="closed")
    place.repository.put(2, "requested", "any", state="merged", is_request=True)
    plan = place.labels("plan", "--prune", "--format", "json")
    steps = json.loads(plan.out)["targets"][0]["steps"]
    numbers = {step["name"]: step.get("issues") for step in steps}
    assert numbers == {"bug": None, "used": 1, "requested": 1, "free": 0, "any": 1}
    assert place.labels("apply", "--prune", "--yes").code == 1
    assert set(place.repository.state()) == {"bug", "used", "requested", "any"}


@pytest.mark.parametrize("has_graphql", [True, False])
def test_the_numbers_of_a_large_project_take_few_requests(place: Place, folder: Path, has_graphql: bool) -> None:
    if not isinstance(place.fake, FakeGitLab):
        return
    place.fake.has_graphql = has_graphql
    repository = place.repository
    write(folder, "- {name: bug, color: d73a4a}\n")
    for number in range(60):
        repository.add(f"label {number}")
    for number in range(1, 1201):
        names = (f"label {number % 50}",)
        repository.put(number, *names, state=("open", "closed")[number % 2], is_request=number % 2 == 0)
    plan = place.labels("plan", "--prune", "--format", "json")
    steps = json.loads(plan.out)["targets"][0]["steps"]
    found = {step["name"]: step.get("issues") for step in steps}
    assert found == {"bug": None, **{f"label {number}": 24 if number < 50 else 0 for number in range(60)}}
    assert place.fake.count() <= (7 if has_graphql else 11)


REMOTES = [
    ("https://gitlab.com/group/sub/project.git", "group/sub", "https://gitlab.com/api/v4"),
    ("git@gitlab.example.com:group/project.git", "group", "https://gitlab.example.com/api/v4"),
    ("https://codeberg.org/group/project", "group", "https://codeberg.org/api/v1"),
    ("ssh://git@gitea.example.com:2222/group/project.git", "group", "https://gitea.example.com/api/v1"),
    ("https://forgejo.example.com/group/project", "group", "https://forgejo.example.com/api/v1"),
    ("https://github.com/group/project", "group", "https://api.github.com"),
]


@pytest.mark.parametrize(("url", "owner", "api"), REMOTES)
def test_where_the_api_of_a_remote_is(url: str, owner: str, api: str) -> None:
    found = parse_remote(url)
    assert found is not None
    assert (found.owner, found.name) == (owner, "project")
    assert api_url(found.host) == api
    assert parse_repository(f"{found.host}/{owner}/project") == found


@pytest.mark.parametrize("url", ["https://codeberg.org/a/b/c", "https://gitlab.com/a//b", "https://gitlab.com/a/../b"])
def test_what_is_no_repository(url: str) -> None:
    assert parse_remote(url) is None


def test_a_subgroup_is_part_of_the_owner() -> None:
    assert str(Repository(owner="a/b", name="c", host="gitlab.com")) == "gitlab.com/a/b/c"


@pytest.mark.parametrize(
    ("sign", "api"), [(".gitlab-ci.yml", "/api/v4"), (".forgejo/x", "/api/v1"), (".github/labels.yml", "/api/v3")]
)
def test_a_host_whose_name_tells_nothing_runs_what_the_files_are_for(folder: Path, sign: str, api: str) -> None:
    git(folder, "remote", "add", "origin", "https://code.example.com/group/project.git")
    write_tree(folder, {sign: "x\n"})
    assert find_place(None, None, folder).url == f"https://code.example.com{api}"


def test_a_label_of_a_group_that_differs_is_drift() -> None:
    live = [LiveLabel(name="Bug", color="000000", is_inherited=True), LiveLabel(name="kind", color="d73a4a")]
    wanted = [Label(name="bug", color="d73a4a"), Label(name="kind", color="d73a4a")]
    (finding,) = plan_findings(plan_labels(wanted, live, Policy(today=date(2026, 6, 1))), "octo/demo")
    assert finding.message == (
        "octo/demo: label 'Bug' of a group is to be called 'bug'; has colour 000000, the config has d73a4a"
    )


@pytest.mark.parametrize("prune", [False, True])
def test_of_several_labels_of_a_name_one_counts_and_no_other_is_touched(prune: bool) -> None:
    live = [LiveLabel(name=name, color="000000") for name in ("BUG", "bug", "Bug", "bug")]
    live.append(LiveLabel(name="bug", color="ffffff", is_inherited=True))
    plan = plan_labels([Label(name="Bug", color="d73a4a")], live, Policy(today=date(2026, 6, 1), prune=prune))
    assert [(step.action, step.name) for step in plan.steps] == [
        (LabelAction.EDIT, "Bug"),
        *((LabelAction.UNMANAGED, name) for name in ("BUG", "bug", "bug", "bug")),
    ]
