"""On Gitea and GitLab too no issue loses a label, whatever others do, and the next runs end it.

Names that differ by their case alone, the labels of a group, scopes and requests with numbers of their own are what
these forges have and GitHub hasn't.
"""

import os
from collections.abc import Callable, Iterator
from datetime import date
from itertools import pairwise
from typing import Literal, NamedTuple

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.labels.fake_gitea import FakeGitea
from tests.labels.fake_github import FakeServer, key
from tests.labels.fake_gitlab import FakeGitLab
from tests.labels.fake_numbered import FakeNumbered, NumberedIssue, NumberedRepository, Row

from issue_scaffold.forge.remote import Repository
from issue_scaffold.label_sync.forges import connect
from issue_scaffold.label_sync.http.token import Token
from issue_scaffold.label_sync.matching import Policy
from issue_scaffold.label_sync.plan import LabelAction, merging_name, temporary_name
from issue_scaffold.label_sync.run import LabelOutcome, Session, StepResult, execute, make_plan
from issue_scaffold.labels.label import Label

CASES = int(os.environ.get("SCAFFOLD_ADVERSARY_CASES", "40"))
FORGES: dict[str, Callable[[], FakeNumbered]] = {"gitea": FakeGitea, "gitlab": FakeGitLab}
NAMES = ("a", "A", "b", "c", "s::1", "s::2", "t/1", "t/2", "3rd", "none")
COLORS = ("ededed", "d73a4a", "000000")


class Meddling(NamedTuple):
    """What somebody does before the request of that number."""

    moment: int
    act: Literal["put", "create", "delete", "recolour", "rename"]
    name: str
    number: int = 1


class Scene(NamedTuple):
    """A repository, what it is to be, and what others do meanwhile."""

    live: list[str]
    group: list[str]
    wanted: list[Label]
    issues: list[list[str]]
    meddling: list[Meddling]
    prune: bool = False


names = st.sampled_from(NAMES)
scenes = st.builds(
    Scene,
    st.lists(names, unique=True, max_size=6),
    st.lists(st.sampled_from(("a", "b", "g", "G")), unique=True, max_size=2),
    st.lists(
        st.builds(
            lambda name, former, color: Label(name=name, former=tuple(former), color=color),
            names,
            st.lists(names, max_size=3, unique=True),
            st.none() | st.sampled_from(COLORS),
        ),
        max_size=4,
        unique_by=lambda label: label.key,
    ),
    st.lists(st.lists(names, max_size=3), max_size=4),
    st.lists(
        st.builds(
            Meddling,
            st.integers(1, 24),
            st.sampled_from(["put", "put", "create", "delete", "recolour", "rename"]),
            names,
            st.integers(1, 5),
        ),
        max_size=5,
    ),
    st.booleans(),
)


class Adversary:
    """Somebody else who works on the repository, and what every issue may expect of it: by label, not by name."""

    def __init__(self, place: NumberedRepository, scene: Scene, forge: str) -> None:
        self.place = place
        # GitLab alone counts requests by themselves.
        self.shares_numbers = forge != "gitlab"
        self.meddling = scene.meddling
        self.heirs = {key(name): _heirs(name, scene.wanted) for name in (*NAMES, "z")}
        self.managed = {key(name) for label in scene.wanted for name in (label.name, *label.former)}
        # By issue, the names of the labels that it was given and that nobody else took away.
        self.claims = {number: set(self._names(issue)) for number, issue in place.issues.items()}
        self.requests = 0

    def _names(self, issue: NumberedIssue) -> set[str]:
        return {key(self.place.rows[label]["name"]) for label in issue.labels}

    def __call__(self, verb: str, path: str) -> None:
        """Act before a request; before a deletion only on labels that the config knows."""
        del path
        self.requests += 1
        for each in self.meddling:
            if each.moment == self.requests and (verb != "DELETE" or key(each.name) in self.managed):
                self._act(each)

    def _act(self, each: Meddling) -> None:
        number = self.place.number_of(each.name)
        if each.act == "create" and number is None:
            self.place.add(each.name)
        if number is None or self.place.rows[number].get("group"):
            return
        if each.act == "put":
            where = (self.shares_numbers and (True, each.number) in self.place.issues, each.number)
            found = self.place.issues.setdefault(where, NumberedIssue(is_request=where[0]))
            if _fits(each.name, self._names(found)):
                found.labels.add(number)
                self.claims.setdefault(where, set()).add(key(each.name))
        elif each.act == "recolour":
            self.place.rows[number]["color"] = "123456"
        elif each.act == "rename":
            self._rename(number, key(each.name), f"new {each.name}")
        elif each.act == "delete":
            for place, issue in self.place.issues.items():
                if number in issue.labels:
                    self._give_up(place, key(each.name))
            self.place.remove(number)

    def _rename(self, label: int, name: str, new: str) -> None:
        """Give a label another name, by which alone it may be asked for on the issues that have it."""
        if self.place.number_of(new) is not None:
            return
        self.place.rows[label]["name"] = new
        # Labels have numbers: whoever names the same one later has the last word.
        self.heirs[key(new)] = {key(new)} | self.heirs[name]
        for place, issue in self.place.issues.items():
            if label in issue.labels:
                self._give_up(place, name)
                self.claims[place].add(key(new))

    def _give_up(self, place: tuple[bool, int], name: str) -> None:
        """Expect of an issue no more what was taken away, by its name or another that it went on under."""
        self.claims[place] = {each for each in self.claims[place] if name not in self.heirs.get(each, {each})}

    def lost(self) -> list[str]:
        """Return what an issue had and has no more, neither by its name nor as what takes its place."""
        return [
            f"{place} lost {name}"
            for place, names in self.claims.items()
            for name in names
            if not self.heirs.get(name, {name}) & self._names(self.place.issues[place])
        ]


def _heirs(name: str, wanted: list[Label]) -> set[str]:
    found = {key(name)}
    while more := {label.key for label in wanted if found & set(map(key, label.former))} - found:
        found |= more
    return found | {temporary_name(each) for each in found} | {merging_name(each, to) for each in found for to in found}


def _fits(name: str, has: set[str]) -> bool:
    """Return whether an issue with these labels can get another one: of a scope it has one."""
    scope = key(name).rpartition("::")[0] or key(name).rpartition("/")[0]
    return not scope or not any(other != key(name) and other.startswith(scope) for other in has)


def fresh(server: FakeServer, forge: str, scene: Scene) -> NumberedRepository:
    fake = FORGES[forge]()
    server.github = fake
    server.prefix = fake.prefix
    place = fake.place()
    taken = set(scene.group)
    for name in sorted(taken):
        place.add(name, group=True)
    for name in scene.live:
        if name not in taken:
            place.add(name, "ededed", "", exclusive="/" in name, priority=7, is_archived=name == "c")
    for number, given_names in enumerate(scene.issues, 1):
        has: set[str] = set()
        for name in given_names:
            if place.number_of(name) is not None and _fits(name, has):
                has.add(name)
        place.put(number, *has, state="closed" if number % 2 else "open", is_request=number % 3 == 0)
    return place


def session(server: FakeServer, wanted: list[Label], *, prune: bool = False) -> Session:
    api = connect(
        Repository(owner="octo", name="demo", host="forge.example"),
        f"{server.address}{server.prefix}",
        Token("TOKEN", server.github.token),
        on_wait=lambda seconds, why: None,  # noqa: ARG005
        clock=server.github.clock,
    )
    policy = Policy(today=date(2026, 6, 1), prune=prune)
    return Session(api=api, files=("f",), wanted=tuple(wanted), policy=policy)


def undisturbed(verb: str, path: str) -> None:
    """Do nothing meanwhile."""


def is_choice(result: StepResult) -> bool:
    """Return whether a step is left to people: two labels of a scope on one issue."""
    return "whose place" in (result.error or "")


@pytest.fixture(scope="module", autouse=True)
def _no_proxy() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            patch.delenv(name, raising=False)
            patch.delenv(name.lower(), raising=False)
        yield


MERGE = Scene(["a", "b"], [], [Label(name="b", former=("a",))], [["a"]], [])


@pytest.mark.parametrize("forge", FORGES)
@settings(deadline=None, max_examples=CASES)
@given(scene=scenes)
@example(scene=MERGE._replace(meddling=[Meddling(3, "put", "a", 2)]))
# A merge would take a third label of the scope from the issue.
@example(scene=Scene(["s::1", "s::2", "c"], [], [Label(name="s::1", former=("c",))], [["s::2", "c"]], []))
@example(scene=Scene(["t/1", "t/2", "c"], [], [Label(name="t/1", former=("c",))], [["t/2", "c"]], []))
# On Gitea a pull request has a number that no issue has.
@example(scene=MERGE._replace(issues=[[], [], ["a"]], meddling=[Meddling(1, "put", "b", 3)]))
# Somebody else renames the very label that is being renamed.
@example(
    scene=Scene(
        ["b"], [], [Label(name="a", former=("b",))], [["b"]], [Meddling(4, "rename", "b"), Meddling(3, "put", "b")]
    )
)
# What is left of the old label is on a closed merge request.
@example(scene=MERGE._replace(issues=[["c"], ["c"], ["a"]]))
# A name that means something else in a question, and one that begins like a number.
@example(scene=Scene(["b", "none"], [], [Label(name="b", former=("none",))], [["none"]], [], prune=True))
@example(scene=Scene(["b", "3rd"], [], [Label(name="c", former=("3rd",))], [["3rd"], ["b"]], []))
# What is wanted is a group's, and takes over what the project has.
@example(scene=Scene(["c"], ["b"], [Label(name="b", former=("c",))], [["c"]], [], prune=True))
# The group's has the very name, the project's another case.
@example(scene=Scene(["A"], ["a"], [Label(name="a")], [["A"]], []))
# Two names that differ by their case.
@example(scene=Scene(["a", "A"], [], [Label(name="A", color="000000")], [["a"], ["A"]], [], prune=True))
def test_whatever_others_do_no_issue_loses_its_label_and_the_next_runs_end_it(
    server: FakeServer, forge: str, scene: Scene
) -> None:
    place = fresh(server, forge, scene)
    adversary = Adversary(place, scene, forge)
    server.github.meanwhile = adversary
    kept = {label: dict(row) for label, row in place.rows.items() if row.get("group")}
    marks = {label: (row["exclusive"], row["is_archived"], row["priority"]) for label, row in own(place).items()}
    before = untouched(place, scene)
    disturbed = session(server, scene.wanted, prune=scene.prune)
    plan = make_plan(disturbed)
    results = list(execute(disturbed, plan))
    assert len(results) == len(plan.writes)
    assert not adversary.lost()

    server.github.meanwhile = undisturbed
    for _ in range(2):
        again = session(server, scene.wanted, prune=scene.prune)
        results = list(execute(again, make_plan(again)))
        assert all(result.outcome is LabelOutcome.DONE or is_choice(result) for result in results)
        assert not adversary.lost()
    left = make_plan(session(server, scene.wanted, prune=scene.prune))
    assert len(left.writes) == sum(map(is_choice, results))
    assert {label.key for label in scene.wanted} <= {key(row["name"]) for row in place.rows.values()}
    assert {label: row for label, row in place.rows.items() if row.get("group")} == kept
    if not scene.prune:
        assert left.count(LabelAction.DELETE) == 0
    assert {label: (row["exclusive"], row["is_archived"], row["priority"]) for label, row in own(place).items()} == {
        label: marks[label] for label in own(place)
    }
    if not scene.meddling:
        assert untouched(place, scene) == before


PRUNE = Scene(["a", "b"], [], [Label(name="b")], [["b"]], [], prune=True)


@pytest.mark.parametrize("moment", range(1, 14))
@pytest.mark.parametrize("scene", [MERGE, PRUNE], ids=["merge", "prune"])
@pytest.mark.parametrize("forge", FORGES)
def test_at_no_moment_of_a_run_a_label_is_given_that_is_lost(
    server: FakeServer, forge: str, scene: Scene, moment: int
) -> None:
    place = fresh(server, forge, scene)
    adversary = Adversary(place, scene._replace(meddling=[Meddling(moment, "put", "a", 5)]), forge)
    server.github.meanwhile = adversary
    disturbed = session(server, scene.wanted, prune=scene.prune)
    list(execute(disturbed, make_plan(disturbed)))
    assert not adversary.lost()


def own(place: NumberedRepository) -> dict[int, Row]:
    """Return the labels of the repository that were there at first."""
    return {label: row for label, row in place.rows.items() if "exclusive" in row and "priority" in row}


def untouched(place: NumberedRepository, scene: Scene) -> list[Row]:
    """Return the labels that no config names and that something has: nothing may happen to them."""
    named = {key(name) for label in scene.wanted for name in (label.name, *label.former)}
    used = {label for issue in place.issues.values() for label in issue.labels}
    return [
        dict(row)
        for label, row in place.rows.items()
        if key(row["name"]) not in named and (label in used or not scene.prune)
    ]


@pytest.mark.parametrize("forge", FORGES)
def test_the_wait_for_the_limit_comes_before_the_last_look_not_after_it(server: FakeServer, forge: str) -> None:
    wanted = [Label(name="b", former=("a",))]
    fresh(server, forge, Scene(["a", "b", "c", "3rd", "t/1", "t/2", "none"], [], wanted, [["a"], ["b"]], []))
    fake = server.github
    moments: list[tuple[str, float]] = []

    def note(verb: str, path: str) -> None:
        del path
        fake.clock.seconds += 0.001  # no two writes are at one moment
        moments.append((verb, fake.clock.now()))

    fake.meanwhile = note
    run = session(server, wanted, prune=True)
    assert all(result.outcome is LabelOutcome.DONE for result in execute(run, make_plan(run)))
    looks = [(look, moment) for look, moment in pairwise(moments) if moment[0] == "DELETE"]
    assert len(looks) == 6
    assert all(moment[1] - look[1] < 0.01 for look, moment in looks)
    assert fake.clock.slept
