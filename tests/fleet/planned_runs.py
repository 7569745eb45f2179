"""Runs that have planned something, as `fleet update` leaves them, for what writes it."""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tests.fleet.fake_pulls import PullsServer
from tests.fleet.git_server import Content

from issue_scaffold.fleet import run_folder
from issue_scaffold.fleet.job import FleetJob, Verb
from issue_scaffold.fleet.outcome import FleetOutcome, Status
from issue_scaffold.fleet.remote import Base, ChangedFile, PlannedChange, RemoteRepository
from issue_scaffold.state.user_folders import fleet_folder

FORM = ".github/ISSUE_TEMPLATE/bug.yml"
BEFORE: Mapping[str, Content] = {"README.md": "# Mine\n", FORM: "name: old\n", ".github/ISSUE_TEMPLATE/gone.yml": "x\n"}
SOURCE = "https://forge.example/template.git"


def remote(server: PullsServer, name: str) -> RemoteRepository:
    return RemoteRepository(host="127.0.0.1", name=name, clone_url=server.url(name), branch="main")


def plan_of(
    server: PullsServer,
    name: str,
    *,
    content: str = "name: new\n",
    version: str = "v1.4.0",
    action: str = "merge",
    status: Status = Status.OUTDATED,
) -> FleetOutcome:
    """Return what an update plans for a repository: one file changes, one goes."""
    base = Base("main", server.backend.git(name, "rev-parse", "main"))
    digest = hashlib.sha256(content.encode()).hexdigest()
    files = (ChangedFile(FORM, "100644", digest), ChangedFile(".github/ISSUE_TEMPLATE/gone.yml", "100644", None))
    return FleetOutcome(
        repository=name,
        status=status,
        template={"source": SOURCE, "version": "v1.2.0", "latest": version},
        files=({"path": FORM, "action": action}, {"path": ".github/ISSUE_TEMPLATE/gone.yml", "action": "delete"}),
        is_plan=True,
        host="127.0.0.1",
        base=base,
        change=PlannedChange(base, files, {digest: content.encode()}),
    )


def planned_run(server: PullsServer, outcomes: Iterable[FleetOutcome], **options: Any) -> Path:  # noqa: ANN401
    """Return the folder of a run that has planned these."""
    outcomes = list(outcomes)
    repositories = [remote(server, one.repository) for one in outcomes]
    job = FleetJob(verb=Verb.UPDATE)
    recorded = {"command": "fleet update", "job": job.document, **options}
    with run_folder.start_run(fleet_folder(), recorded, repositories, synced=True) as run:
        for outcome in outcomes:
            run.record(outcome)
        return run.place
