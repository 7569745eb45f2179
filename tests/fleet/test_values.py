"""What a run knows of repositories on hosts goes into its folder, and comes back from there."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issue_scaffold.errors import ScaffoldError
from issue_scaffold.fleet import run_folder
from issue_scaffold.fleet.outcome import FleetOutcome, Reason, Status, failed, outcome_in
from issue_scaffold.fleet.remote import Base, ChangedFile, PlannedChange, RemoteFile, RemoteRepository, Snapshot
from issue_scaffold.state.locks import try_lock
from issue_scaffold.text.digests import sha256_of

API = RemoteRepository(
    host="example.org",
    name="acme/api",
    clone_url="https://example.org/acme/api.git",
    branch="trunk",
    commit="1" * 40,
    topics=frozenset({"b", "a"}),
    may_push=True,
    snapshot=Snapshot({"a": RemoteFile("100644", "2" * 40, "text")}),
)
BASE = Base("trunk", "1" * 40)
CONTENT = b"name: form\n"
CHANGE = PlannedChange(
    BASE,
    (ChangedFile(".github/a.yml", "100644", sha256_of(CONTENT)), ChangedFile("old", "100644", None)),
    {sha256_of(CONTENT): CONTENT},
)
OUTCOME = FleetOutcome(
    repository="acme/api",
    status=Status.OUTDATED,
    host="example.org",
    base=BASE,
    change=CHANGE,
    is_plan=True,
    pull_request={"number": 7, "url": "https://example.org/acme/api/pull/7"},
)


@given(st.sampled_from(Reason), st.booleans(), st.booleans())
def test_an_outcome_is_what_its_row_says(code: Reason, is_remote: bool, has_base: bool) -> None:
    outcome = failed(API if is_remote else "folder", code, "why")
    if is_remote and has_base:
        outcome = OUTCOME
    row = json.loads(json.dumps(outcome.document))
    assert outcome_in(row) == outcome
    assert row["kind"] == ("remote" if is_remote else "local")


def test_a_run_keeps_its_list_its_plans_and_their_contents(tmp_path: Path) -> None:
    with run_folder.start_run(tmp_path, {}, ["folder", API], synced=False) as run:
        run.record(OUTCOME)
        run.record(OUTCOME)
    listed = run_folder.repositories_of(run.place)
    assert listed == ["folder", replace(API, snapshot=None)]
    found = run_folder.outcomes_of(run.place)["acme/api"]
    assert found == OUTCOME
    assert found.change is not None
    assert run_folder.with_contents(run.place, found.change).contents == CHANGE.contents
    (kept,) = (run.place / "blobs").iterdir()
    for content in (b"other", None):
        kept.unlink()
        if content is not None:
            kept.write_bytes(content)
        with pytest.raises(ScaffoldError):
            run_folder.with_contents(run.place, found.change)


def test_a_run_is_gone_on_with_when_the_workers_of_the_killed_one_have_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with run_folder.start_run(tmp_path, {}, ["folder"], synced=False) as run:
        place = run.place
    left = os.open(run_folder.journal_of(place), os.O_RDONLY)  # as a worker has it from the process that was killed
    assert try_lock(left)
    monkeypatch.setattr(run_folder, "_PATIENCE_SECONDS", 0.0)
    with pytest.raises(ScaffoldError, match="is going on"):
        run_folder.resume_run(place, synced=False)
    monkeypatch.setattr(run_folder, "_PATIENCE_SECONDS", 60.0)
    monkeypatch.setattr("issue_scaffold.state.locks.time.sleep", lambda _: os.close(left))
    with run_folder.resume_run(place, synced=False) as resumed:
        assert resumed.place == place
