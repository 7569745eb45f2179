"""What a run over many repositories has read, made or asked, it doesn't read, make or ask again: counted."""

import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import ANSWERS, Run, commit_all, git

from issue_scaffold.files import bounded
from issue_scaffold.fleet.engine import InProcessEngine
from issue_scaffold.fleet.job import FleetJob, Verb
from issue_scaffold.fleet.outcome import FleetOutcome, Status
from issue_scaffold.git import command
from issue_scaffold.state.cache_store import CacheStore
from issue_scaffold.sync import formatting, refusals
from issue_scaffold.template import bundled
from issue_scaffold.validate import run as validation

FORM = ".github/ISSUE_TEMPLATE/infrastructure.yml"
TEXT = ".github/ISSUE_TEMPLATE/infrastructure.md"
Count = Callable[..., Counter[str]]


@pytest.fixture
def count(monkeypatch: pytest.MonkeyPatch) -> Count:
    """Count the calls of a function by what one of its arguments says."""

    def counting(owner: object, name: str, key: Callable[..., str]) -> Counter[str]:
        calls: Counter[str] = Counter()
        original = getattr(owner, name)

        def counted(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - as the original
            calls[key(*arguments, **named)] += 1
            return original(*arguments, **named)

        monkeypatch.setattr(owner, name, counted)
        return calls

    return counting


@pytest.fixture
def fleet(scaffold: Run, tmp_path: Path) -> list[Path]:
    """Return three repositories with the same answers to an older version, the last one in git."""
    first = tmp_path / "one" / "repo"
    first.mkdir(parents=True)
    tags = list(bundled.versions().tags)
    assert scaffold("init", "-l", "--ref", tags[tags.index("v1.3.0")], first).code == 0
    places = [first, *(tmp_path / name / "repo" for name in ("two", "three"))]
    for place in places[1:]:
        shutil.copytree(first, place)
    git(places[2], "init", "--quiet")
    commit_all(places[2])
    return places


def edit(place: Path, path: str, line: str) -> None:
    with (place / path).open("a") as file:
        file.write(line)


def outcomes(verb: Verb, places: list[Path]) -> list[FleetOutcome]:
    engine = InProcessEngine(FleetJob(verb=verb))
    engine.submit([str(place) for place in places])
    return list(engine.completed())


def test_a_drifted_repository_is_read_once(fleet: list[Path], count: Count) -> None:
    for number, place in enumerate(fleet):
        edit(place, FORM, f"# drift {number}\n")
    outcomes(Verb.CHECK, fleet)
    opened = count(bounded, "_open_stepwise", lambda root, parts, _: str(Path(root, *parts)))
    blobs = count(CacheStore, "read_blob", lambda _, digest: digest)
    processes = count(command, "_run", lambda arguments, **_: str(arguments[0]))
    assert [one.status for one in outcomes(Verb.CHECK, fleet)] == [Status.DRIFTED] * 3
    assert {opened[str(place / path)] for place in fleet for path in (FORM, TEXT)} == {1}
    assert set(blobs.values()) == {1}
    # What the answers were is what they are, which git's listing says.
    assert processes == {"log": 1}


def test_what_earlier_answers_were_is_asked_of_git(fleet: list[Path], count: Count) -> None:
    place = fleet[2]
    edit(place, ANSWERS, "\n# a remark\n")
    edit(place, FORM, "# drift\n")
    processes = count(command, "_run", lambda arguments, **_: str(arguments[0]))
    outcomes(Verb.CHECK, [place])
    assert (processes["log"], processes["cat-file"]) == (1, 1)


def test_an_update_is_prepared_once(fleet: list[Path], count: Count, tmp_path: Path) -> None:
    for place in fleet:
        edit(place, FORM, "# Our own\n")
        edit(place, TEXT, "Our own\n")
    again = shutil.copytree(tmp_path, tmp_path.with_name("again"))
    merges = count(command, "merge_text", lambda *_: "merge")
    documents = count(CacheStore, "read_document", lambda _, kind, key: f"{kind} {key}")
    assert [one.status for one in outcomes(Verb.UPDATE, fleet)] == [Status.UPDATED] * 3
    assert merges["merge"] <= 2
    assert {number for name, number in documents.items() if name.startswith("offers")} == {1}
    # Another run knows from the cache that the files are valid.
    refusals._remembered_findings.cache_clear()
    validated = count(validation, "errors_and_overlooked", lambda *_: "validated")
    others = [again / place.relative_to(tmp_path) for place in fleet]
    assert [one.status for one in outcomes(Verb.UPDATE, others)] == [Status.UPDATED] * 3
    assert not validated
    for place, other in zip(fleet, others, strict=True):
        for path in (FORM, TEXT, ANSWERS):
            assert (place / path).read_bytes() == (other / path).read_bytes()


def test_other_words_need_no_parser(fleet: list[Path], count: Count) -> None:
    for place in fleet:
        edit(place, TEXT, "Our own\n")
    formatting._remembered_meaning.cache_clear()
    parsed = count(formatting, "_read_meaning", lambda *_: "parsed")
    assert [one.status for one in outcomes(Verb.UPDATE, fleet)] == [Status.UPDATED] * 3
    assert not parsed
