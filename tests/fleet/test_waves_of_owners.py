"""An organisation rolled out in waves, and one that a cluster works on: the listing, git and pull requests are real."""

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.conftest import Run, read_tree
from tests.fleet.cluster import cluster
from tests.fleet.fake_pulls import TOKEN, PullsServer
from tests.fleet.test_apply import clock  # noqa: F401 - a fixture
from tests.fleet.test_organisations import FORM, Rows, fleet, made, reasons, statuses  # noqa: F401 - fixtures
from tests.fleet.whole_github import WholeGitHub

from issue_scaffold.cli.main import main

CONFIG = """
version: 1
select: {org: acme}
groups:
  canary: {repositories: [acme/c1, acme/C2]}
  rest: {match: '.', data: {title_prefix: '[Infra] '}}
repositories: {acme/frozen: {skip: frozen until spring}}
"""


@pytest.fixture
def github(forge: PullsServer, made: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> WholeGitHub:  # noqa: F811
    """Return a whole host; the environment names it, and the working directory is an empty one."""
    shutil.copytree(made / "cache", os.environ["SCAFFOLD_CACHE_DIR"])
    whole = WholeGitHub(forge.backend.root, forge.address)
    forge.backend = forge.pulls = whole
    monkeypatch.setenv("GIT_ALLOW_PROTOCOL", "http")
    monkeypatch.setenv("GITHUB_API_URL", forge.api("github"))
    monkeypatch.setenv("GH_TOKEN", TOKEN)
    monkeypatch.delenv("GITHUB_GRAPHQL_URL", raising=False)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return whole


def host_all(github: WholeGitHub, made: Path, versions: dict[str, str]) -> None:  # noqa: F811
    """Host repositories, each as one of the `made` ones is."""
    for name, version in versions.items():
        files = read_tree(made / version)
        github.make(name, {path: text for path, text in files.items() if not path.startswith(".git/")})
        github.host.host(name)


def test_an_owner_is_rolled_out_wave_by_wave(
    github: WholeGitHub,
    made: Path,  # noqa: F811
    scaffold: Run,
    fleet: Callable[..., tuple[int, Rows]],  # noqa: F811
) -> None:
    versions = dict.fromkeys(("acme/a", "acme/c1", "acme/c2", "acme/frozen"), "old")
    host_all(github, made, {**versions, "acme/new": "new", "acme/still": "new"})
    Path("fleet.yml").write_text(CONFIG, encoding="utf-8")
    code, rows = fleet("check")
    assert (code, reasons(rows)) == (1, {"acme/frozen": "opted-out"})
    code, rows = fleet("update")
    found = statuses(rows)
    # What is of the newest version gets the answers of its wave all the same.
    assert (code, found.pop("acme/frozen")) == (1, "skipped")
    assert found == dict.fromkeys(("acme/a", "acme/c1", "acme/c2", "acme/new", "acme/still"), "outdated")

    def opened() -> set[str]:
        return {name for name in github.host.hosted if github.of(name).open()}

    done = scaffold("fleet", "apply")
    assert (done.code, opened()) == (1, {"acme/c1", "acme/c2"})
    assert "3 repositories of a later wave" in done.err
    github.merge("acme/c1", 1)
    assert main(["fleet", "apply"]) == 1
    assert opened() == {"acme/c2"}
    github.merge("acme/c2", 1)
    assert main(["fleet", "apply"]) == 0
    assert opened() == {"acme/a", "acme/new", "acme/still"}
    assert "[Infra] " in github.read("acme/new", FORM, "scaffold/update")
    assert "[Infra] " not in github.read("acme/c1", FORM)
    for name in opened():
        github.merge(name, 1)
    assert statuses(fleet("update")[1]) == dict.fromkeys(github.host.hosted, "clean") | {"acme/frozen": "skipped"}


@pytest.mark.skipif(sys.platform == "win32", reason="as the other tests of clusters")
def test_a_cluster_works_on_what_an_owner_has(
    github: WholeGitHub,
    made: Path,  # noqa: F811
    tmp_path: Path,
    fleet: Callable[..., tuple[int, Rows]],  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    host_all(github, made, {f"acme/r{number}": "old" if number % 2 else "new" for number in range(4)})
    github.make("acme/site", {"README.md": "Hello\n"})
    github.host.host("acme/site")
    monkeypatch.setattr("issue_scaffold.fleet.listing.graphql._PAGE", 3)
    Path("fleet.yml").write_text(CONFIG, encoding="utf-8")
    (tmp_path / "cluster").mkdir()
    with cluster(tmp_path / "cluster", 2, deaths=0) as scheduler:
        for verb in ("validate", "update"):
            code, here = fleet(verb)
            code_there, there = fleet(verb, "--scheduler", scheduler)
            assert code_there == code
            for row in (*there.values(), *here.values()):
                row["seconds"] = row["started"] = row["run"] = 0
            assert {name: there[name] for name in there if name} == {name: here[name] for name in here if name}
            assert there[""]["requests"] == here[""]["requests"]
    assert main(["fleet", "apply"]) == 0
    assert len(github.of("acme/r1").open()) == 1
