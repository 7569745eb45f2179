"""What others do to a repository between the look at its labels and each write: no issue may lose its label.

The fake answers over HTTP on a loopback port; before any request somebody may put labels on issues, create, recolour,
rename and delete them. One exception: nobody gives an issue a label that no config knows between the look at it and its
deletion by `--prune`. No API deletes on a condition, and such a label has no other to be merged into.
"""

import json
import os
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from typing import Literal, NamedTuple

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.labels.fake_github import FakeGitHub, FakeIssue, FakeRepository, FakeServer, Fault, key

from issue_scaffold.forge.remote import Repository
from issue_scaffold.label_sync.forges import connect
from issue_scaffold.label_sync.http.exchange import Connection, Received
from issue_scaffold.label_sync.http.token import Token
from issue_scaffold.label_sync.matching import Policy
from issue_scaffold.label_sync.plan import LabelPlan, merging_name, temporary_name
from issue_scaffold.label_sync.run import LabelOutcome, Session, StepResult, execute, make_plan
from issue_scaffold.labels.label import Label

NAMES = ("a", "b", "c", "d", "e")
COLORS = ("ededed", "d73a4a", "000000")
Row = tuple[str, str]
# `nox -s fuzz` tries more.
CASES = int(os.environ.get("SCAFFOLD_ADVERSARY_CASES", "150"))


class Meddling(NamedTuple):
    """What somebody does before the request of that number."""

    moment: int
    act: Literal["put", "create", "delete", "recolour", "rename", "archive"]
    name: str
    number: int = 1


class Adversary:
    """Somebody else who works on the repository, and what every issue may expect of it."""

    def __init__(self, repository: FakeRepository, meddling: list[Meddling], wanted: list[Label]) -> None:
        self.repository = repository
        self.meddling = meddling
        self.heirs = {name: _heirs(name, wanted) for name in NAMES}
        self.managed = managed(wanted)
        # By issue, the labels that it was given and that nobody took away.
        self.claims = {number: set(found.labels) for number, found in repository.issues.items()}
        self.requests = 0

    def __call__(self, verb: str, path: str) -> None:
        """Act before a request."""
        del path
        self.requests += 1
        for each in self.meddling:
            if each.moment == self.requests and (verb != "DELETE" or each.name in self.managed):
                self._act(each)

    def _act(self, each: Meddling) -> None:
        labels = self.repository.labels
        if each.act == "put" and each.name in labels:
            self.repository.issues.setdefault(each.number, FakeIssue()).labels.add(each.name)
            self.claims.setdefault(each.number, set()).add(each.name)
        elif each.act == "create" and each.name not in labels:
            self.repository.add(each.name)
        elif each.act == "recolour" and each.name in labels:
            labels[each.name]["color"] = "123456"
        elif each.act in {"delete", "rename"} and each.name in labels:
            self._take_away(each.name, f"new {each.name}" if each.act == "rename" else "")
        elif each.act == "archive":
            self.repository.archived = True

    def _take_away(self, name: str, new: str) -> None:
        """Delete a label, or give it another name, which only issues that had it have then."""
        old = self.repository.labels.pop(name)
        if new and new not in self.repository.labels:
            self.repository.add(new, old["color"])
        for number, found in self.repository.issues.items():
            if name in found.labels:
                found.labels.discard(name)
                self.claims[number] = {each for each in self.claims[number] if name not in self.heirs.get(each, {each})}
                if new:
                    found.labels.add(new)
                    self.claims[number].add(new)

    def lost(self) -> list[str]:
        """Return what an issue had and has no more, neither by its name nor as what takes its place."""
        return [
            f"#{number} lost {name}"
            for number, names in self.claims.items()
            for name in names
            if not self.heirs.get(name, {name}) & self.repository.issues[number].labels
        ]


def _heirs(name: str, wanted: list[Label]) -> set[str]:
    """Return the names under which a label may go on, while names are changed in a ring too."""
    found = {name}
    while more := {label.key for label in wanted if found & set(label.former)} - found:
        found |= more
    return found | {temporary_name(name) for name in found} | {merging_name(name, to) for name in found for to in found}


class Witness:
    """Sees what a run asks for, and whether it asks for a name that it has to know is taken."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.taken: set[str] = set()
        self.asked_in_vain: list[str] = []
        exchange = Connection.exchange

        def watched(
            connection: Connection,
            verb: str,
            target: str,
            headers: dict[str, str],
            body: bytes | None,
            *,
            seconds: float,
        ) -> Received:
            old = key(target.rpartition("/")[2])
            new = key(json.loads(body).get("new_name", old)) if verb == "PATCH" and body else old
            if verb == "PATCH" and new != old and new in self.taken:
                self.asked_in_vain.append(f"{old} > {new}")
            received = exchange(connection, verb, target, headers, body, seconds=seconds)
            if received.status < 300 and verb == "PATCH":
                self.taken = self.taken - {old} | {new}
            return received

        monkeypatch.setattr(Connection, "exchange", watched)


@pytest.fixture(scope="module", autouse=True)
def _no_proxy() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            patch.delenv(name, raising=False)
            patch.delenv(name.lower(), raising=False)
        yield


@pytest.fixture(scope="module")
def witness() -> Iterator[Witness]:
    """Watch every exchange."""
    with pytest.MonkeyPatch.context() as patch:
        yield Witness(patch)


def session(server: FakeServer, wanted: list[Label], *, prune: bool = False) -> Session:
    github = server.github
    api = connect(
        Repository(owner="octo", name="demo"),
        server.address,
        Token("GH_TOKEN", github.token),
        on_wait=lambda seconds, why: None,  # noqa: ARG005
        clock=github.clock,
    )
    policy = Policy(today=date(2026, 6, 1), prune=prune)
    return Session(api=api, files=("f",), wanted=tuple(wanted), policy=policy)


def managed(wanted: list[Label]) -> set[str]:
    """Return the keys of the labels that a config speaks of, by any of their names."""
    return {label.key for label in wanted} | {key(name) for label in wanted for name in label.former}


def fresh(server: FakeServer, live: dict[str, str], issues: list[list[str]]) -> FakeRepository:
    server.github = FakeGitHub()
    repository = server.github.repository()
    for name, color in live.items():
        repository.add(name, color)
    for number, names in enumerate(issues, 1):
        repository.put(number, *(name for name in names if name in live))
    return repository


def undisturbed(verb: str, path: str) -> None:
    """Do nothing meanwhile."""


def run(session: Session) -> tuple[LabelPlan, list[StepResult]]:
    plan = make_plan(session)
    return plan, list(execute(session, plan))


names = st.sampled_from(NAMES)
meddling = st.builds(
    Meddling,
    st.integers(1, 16),
    st.sampled_from(["put", "put", "put", "create", "delete", "recolour", "rename", "archive"]),
    names,
    st.integers(1, 4),
)
wanted_labels = st.lists(
    st.builds(
        lambda name, former, color: Label(name=name, former=tuple(former), color=color),
        names,
        st.lists(names, max_size=3, unique=True),
        st.none() | st.sampled_from(COLORS),
    ),
    max_size=4,
    unique_by=lambda label: label.key,
)


class Scene(NamedTuple):
    """A repository, what it is to be, and what others do meanwhile."""

    live: dict[str, str]
    wanted: list[Label]
    issues: list[list[str]]
    meddling: list[Meddling]
    prune: bool = False
    has_graphql: bool = True


scenes = st.builds(
    Scene,
    st.dictionaries(names, st.sampled_from(COLORS)),
    wanted_labels,
    st.lists(st.lists(names, max_size=3), max_size=3),
    st.lists(meddling, max_size=6),
    st.booleans(),
    st.booleans(),
)
SWAP = [
    Label(name="a", former=("b",), color="d73a4a"),
    Label(name="b", former=("a",), color="000000"),
]
MERGE = Scene({"a": "ededed", "b": "ededed"}, [Label(name="b", former=("a",))], [["a"]], [])


@settings(deadline=None, max_examples=CASES)
@given(scenes)
# While one issue is relabelled, another gets the old label.
@example(MERGE._replace(meddling=[Meddling(4, "put", "a", 2)]))
# Just before the deletion another one gets it, or would.
@example(MERGE._replace(meddling=[Meddling(number, "put", "a", number) for number in range(5, 12)]))
@example(
    MERGE._replace(meddling=[Meddling(each, act, "a", each) for each in range(6, 12) for act in ("create", "put")])
)
# A label comes into use after the plan was made.
@example(Scene({"a": "ededed"}, [], [], [Meddling(4, "put", "a")], prune=True))
# A swap finds its second name taken.
@example(Scene({"a": "000000", "b": "d73a4a"}, SWAP, [["a"], ["b"]], [Meddling(3, "create", "a")]))
def test_whatever_others_do_no_issue_loses_its_label_and_the_next_runs_end_it(
    server: FakeServer, witness: Witness, scene: Scene
) -> None:
    repository = fresh(server, scene.live, scene.issues)
    server.github.has_graphql = scene.has_graphql
    others = {name: dict(row) for name, row in repository.labels.items() if name not in managed(scene.wanted)}
    adversary = Adversary(repository, scene.meddling, scene.wanted)
    server.github.meanwhile = adversary
    disturbed = session(server, scene.wanted, prune=scene.prune)
    plan = make_plan(disturbed)
    witness.taken = {key(step.before.name) for step in plan.steps if step.before is not None}
    witness.asked_in_vain.clear()
    results = list(execute(disturbed, plan))
    assert not witness.asked_in_vain
    assert len(results) == len(plan.writes)
    assert not adversary.lost()

    if not scene.prune:
        deleted = {each.name for each in scene.meddling if each.act in {"delete", "rename", "recolour"}}
        assert all(repository.labels[name] == row for name, row in others.items() if name not in deleted)

    server.github.meanwhile = undisturbed
    repository.archived = False
    for _ in range(2):
        witness.taken = set()
        _, results = run(session(server, scene.wanted, prune=scene.prune))
        assert all(result.outcome is LabelOutcome.DONE for result in results)
        assert not adversary.lost()
    assert not make_plan(session(server, scene.wanted, prune=scene.prune)).writes
    assert {label.key for label in scene.wanted} <= set(repository.labels)
    assert not any(name.startswith("scaffold-") for name in repository.labels)


def test_after_a_failed_rename_the_next_of_the_chain_is_not_tried(server: FakeServer) -> None:
    repository = fresh(server, {"a": "ededed", "b": "ededed"}, [["a"], ["b"]])
    wanted = [Label(name="b", former=("a",)), Label(name="c", former=("b",))]

    def matches(verb: str, path: str) -> bool:
        return verb == "PATCH" and path.endswith("/labels/b")

    server.github.faults.append(Fault(422, {}, {"message": "Validation Failed"}, matches=matches))
    _, results = run(session(server, wanted))
    assert [(result.step.name, result.outcome) for result in results] == [
        ("b", LabelOutcome.FAILED),
        ("a", LabelOutcome.SKIPPED),
    ]
    assert server.github.count("PATCH") == 1
    assert (repository.on(1), repository.on(2)) == ({"a"}, {"b"})


def test_a_merge_that_others_never_let_end_deletes_nothing_and_says_so(server: FakeServer) -> None:
    repository = fresh(server, {"a": "ededed", "b": "ededed"}, [["a"]])

    def busy(verb: str, path: str) -> None:
        if verb == "POST" and "/issues/" in path:
            repository.put(len(repository.issues) + 1, "a")

    server.github.meanwhile = busy
    _, results = run(session(server, [Label(name="b", former=("a",))]))
    assert [(result.outcome, result.error) for result in results] == [
        (LabelOutcome.FAILED, "new issues keep getting label 'a', so it was not deleted")
    ]
    assert "a" in repository.labels
    server.github.meanwhile = undisturbed
    _, results = run(session(server, [Label(name="b", former=("a",))]))
    assert "a" not in repository.labels
    assert all(repository.on(number) == {"b"} for number in repository.issues)


def test_a_label_that_comes_into_use_after_the_plan_is_not_deleted(server: FakeServer) -> None:
    repository = fresh(server, {"a": "ededed"}, [])
    run_ = session(server, [], prune=True)
    plan = make_plan(run_)
    repository.put(1, "a", state="closed")
    (result,) = execute(run_, plan)
    assert result.outcome is LabelOutcome.FAILED
    assert repository.on(1) == {"a"}


def test_the_wait_for_the_limit_comes_before_the_last_look_not_after_it(server: FakeServer) -> None:
    fresh(server, dict.fromkeys(NAMES, "ededed"), [["a"], ["b"], ["b"]])
    github = server.github
    moments: list[tuple[str, float]] = []
    github.meanwhile = lambda verb, path: moments.append((verb, github.clock.now()))  # noqa: ARG005
    _, results = run(session(server, [Label(name="c", former=("a", "b"))], prune=True))
    assert all(result.outcome is LabelOutcome.DONE for result in results)
    looks = [(look, moment) for look, moment in pairwise(moments) if moment[0] == "DELETE"]
    assert len(looks) == 4
    assert all(look[1] == moment[1] for look, moment in looks)
    assert github.clock.slept


def test_a_merge_that_fails_at_its_end_gives_the_label_its_name_back(server: FakeServer) -> None:
    repository = fresh(server, {"a": "ededed", "b": "ededed"}, [["a"]])

    def late(verb: str, path: str) -> None:
        if verb == "PATCH" and path.endswith("/labels/a"):
            repository.put(7, "a")

    server.github.meanwhile = late
    refused = Fault(422, {}, {"message": "no"}, matches=lambda _, path: path.endswith("/issues/7/labels"))
    server.github.faults.append(refused)
    _, results = run(session(server, [Label(name="b", former=("a",))]))
    assert [(result.outcome, result.error) for result in results] == [
        (LabelOutcome.FAILED, "can't put label 'b' on #7: no (status 422)")
    ]
    assert (repository.on(1), repository.on(7)) == ({"a", "b"}, {"a"})
    server.github.meanwhile = undisturbed
    run(session(server, [Label(name="b", former=("a",))]))
    assert (repository.on(1), repository.on(7)) == ({"b"}, {"b"})


def test_what_a_merge_that_was_cut_off_has_left_is_merged_first(server: FakeServer) -> None:
    left = merging_name("a", "b")
    repository = fresh(server, {"a": "ededed", "b": "ededed", left: "ededed"}, [["a"], [left]])
    _, results = run(session(server, [Label(name="b", former=("a",))]))
    assert [(result.step.name, result.outcome) for result in results] == [
        (left, LabelOutcome.DONE),
        ("a", LabelOutcome.DONE),
    ]
    assert (repository.on(1), repository.on(2), set(repository.labels)) == ({"b"}, {"b"}, {"b"})
