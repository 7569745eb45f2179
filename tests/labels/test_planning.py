"""Plans, as values: what is matched with what, in which order, and that carrying a plan out leaves nothing to do."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.labels.fake_github import FakeGitHub, FakeRepository, key

from issue_scaffold.cli.labels_report import as_yaml
from issue_scaffold.cli.printing import json_text
from issue_scaffold.forge.remote import Repository
from issue_scaffold.label_sync.choice import read_configs
from issue_scaffold.label_sync.github.api import GitHubLabels
from issue_scaffold.label_sync.github.errors import refusal
from issue_scaffold.label_sync.http.customs import Answer
from issue_scaffold.label_sync.http.token import Token
from issue_scaffold.label_sync.matching import Policy, plan_labels
from issue_scaffold.label_sync.plan import (
    LabelAction,
    LabelPlan,
    LabelStep,
    LiveLabel,
    temporary_name,
)
from issue_scaffold.label_sync.run import LabelOutcome, Session, execute, export_document, make_plan
from issue_scaffold.labels.label import Label

TODAY = date(2026, 6, 1)
NAMES = ("a", "B", "bug", "Bug", "type: x", "c,d", "é", "e/f")
COLORS = ("ededed", "d73a4a", "000000")


class Direct:
    """What `ApiClient` is to `GitHubLabels`, without HTTP: a thousand runs in seconds."""

    def __init__(self, github: FakeGitHub) -> None:
        self.github = github
        self.token = Token("GH_TOKEN", github.token)
        self.calls = 0
        self.prefix, self.url = "", "http://h"

    def wait_for_turn(self) -> None:
        pass

    def ask(self, target: str, question: Any) -> Answer:  # noqa: ANN401
        return self.send("POST", target, body=question)

    def send(self, verb: str, path: str, *, query: Any = None, body: Any = None) -> Answer:  # noqa: ANN401
        from urllib.parse import urlencode

        target = f"{path}?{urlencode(query)}" if query else path
        reply = self.github.answer(verb, target, {"authorization": f"token {self.github.token}"}, body, "http://h")
        return Answer(reply.status, {name.lower(): value for name, value in reply.headers.items()}, reply.body)

    def refused(self, answer: Answer, what: str) -> Exception:
        return refusal(answer, what, self.token)

    def next_path(self, answer: Answer) -> str | None:
        return None if answer.next_link is None else answer.next_link.removeprefix("http://h")


def plan(wanted: list[Label], live: list[str], **policy: Any) -> LabelPlan:  # noqa: ANN401
    labels = [LiveLabel(name=name, color="ededed") for name in live]
    return plan_labels(wanted, labels, Policy(today=TODAY, **policy))


def brief(plan: LabelPlan) -> list[str]:
    return [f"{step.action} {step.name}" + (f" > {step.to}" if step.to else "") for step in plan.steps]


def want(name: str, *former: str, **fields: Any) -> Label:  # noqa: ANN401
    return Label(name=name, former=former, **fields)


@pytest.mark.parametrize(
    ("wanted", "live", "expected"),
    [
        ([want("a")], [], ["create a"]),
        ([want("a")], ["a"], ["unchanged a"]),
        ([want("a")], ["A"], ["rename A > a"]),
        ([want("b", "a")], ["a"], ["rename a > b"]),
        ([want("b", "a")], ["b"], ["unchanged b"]),
        ([want("b", "a")], ["a", "b"], ["merge a > b", "unchanged b"]),
        ([want("c", "a", "b")], ["a", "b"], ["rename a > c", "merge b > c"]),
        ([want("b", "a"), want("c", "b")], ["a", "b"], ["rename b > c", "rename a > b"]),
        (
            [want("b", "a"), want("c", "b"), want("d", "c")],
            ["a", "b", "c"],
            ["rename c > d", "rename b > c", "rename a > b"],
        ),
        ([want("b", "a"), want("c", "b")], ["b", "c"], ["unchanged b", "unchanged c"]),
        ([want("b", "a"), want("c", "b")], ["b"], ["create c", "unchanged b"]),
        ([want("a", color="000000")], ["a", "z"], ["edit a", "unmanaged z"]),
        # Of two labels that claim one former name the first in the config has it, whatever their names.
        ([want("b", "a"), want("c", "a")], ["a"], ["rename a > b", "create c"]),
        ([want("c", "a"), want("b", "a")], ["a"], ["rename a > c", "create b"]),
        ([want("c", "a"), want("b", "a")], ["a", "c"], ["create b", "merge a > c", "unchanged c"]),
    ],
)
def test_steps(wanted: list[Label], live: list[str], expected: list[str]) -> None:
    assert brief(plan(wanted, live)) == expected


def test_a_swap_goes_over_a_third_name_and_is_known_to_be_done_by_its_colours() -> None:
    wanted = [want("a", "b", color="111111"), want("b", "a", color="222222")]
    before = [LiveLabel(name="a", color="222222"), LiveLabel(name="b", color="111111")]
    steps = plan_labels(wanted, before, Policy(today=TODAY)).steps
    aside = temporary_name("b")
    assert [(step.name, step.to, step.needs) for step in steps] == [
        ("a", aside, ()),
        ("b", "a", (0,)),
        (aside, "b", (1,)),
    ]
    after = [LiveLabel(name="b", color="222222"), LiveLabel(name="a", color="111111")]
    assert plan_labels(wanted, after, Policy(today=TODAY)).is_clean


def test_a_swap_that_was_interrupted_is_finished() -> None:
    wanted = [want("a", "b", color="111111"), want("b", "a", color="222222")]
    left = [LiveLabel(name=temporary_name("b"), color="222222"), LiveLabel(name="b", color="111111")]
    steps = plan_labels(wanted, left, Policy(today=TODAY)).steps
    assert [(step.name, step.to) for step in steps] == [("b", "a"), (temporary_name("b"), "b")]


@pytest.mark.parametrize("left", ["a", "b"])
def test_a_swap_takes_the_other_temporary_name_when_one_is_taken(left: str) -> None:
    wanted = [want("a", "b", color="111111"), want("b", "a", color="222222")]
    live = [LiveLabel(name=name, color=color) for name, color in (("a", "222222"), ("b", "111111"))]
    other = "b" if left == "a" else "a"
    live.append(LiveLabel(name=temporary_name(left), color="ededed"))
    steps = plan_labels(wanted, live, Policy(today=TODAY)).steps
    assert [(step.action, step.name, step.to) for step in steps] == [
        ("rename", left, temporary_name(other)),
        ("rename", other, left),
        ("rename", temporary_name(other), other),
        ("merge", temporary_name(left), left),
    ]


def test_a_swap_whose_temporary_names_are_all_taken_waits_until_they_are_merged() -> None:
    wanted = [want("a", "b", color="111111"), want("b", "a", color="222222")]
    colors = {"a": "222222", "b": "111111", temporary_name("a"): "ededed", temporary_name("b"): "ededed"}
    live = [LiveLabel(name=name, color=color) for name, color in colors.items()]
    steps = plan_labels(wanted, live, Policy(today=TODAY)).steps
    assert not [step for step in steps if step.action == "rename"]
    assert {step.to for step in steps if step.action == "merge"} == {"a", "b"}


def test_three_names_in_a_ring() -> None:
    wanted = [want("b", "a", color="00000a"), want("c", "b", color="00000b"), want("a", "c", color="00000c")]
    live = [LiveLabel(name=name, color=f"00000{name}") for name in "abc"]
    steps = plan_labels(wanted, live, Policy(today=TODAY)).steps
    aside = temporary_name("b")
    assert [(step.name, step.to) for step in steps] == [("a", aside), ("c", "a"), ("b", "c"), (aside, "b")]


def test_what_prune_does() -> None:
    live = ["a", "gone", "keep/me", "kept"]
    wanted = [want("a")]
    assert brief(plan(wanted, live)) == ["unchanged a", "unmanaged gone", "unmanaged keep/me", "unmanaged kept"]
    steps = brief(plan(wanted, live, prune=True, protected=("keep/*", "KEPT")))
    assert steps == ["delete gone", "unchanged a", "unmanaged keep/me", "unmanaged kept"]


@pytest.mark.parametrize(
    ("day", "prune", "expected"),
    [
        (date(2026, 6, 2), True, "unchanged old"),
        (date(2026, 6, 1), False, "unmanaged old"),
        (date(2026, 6, 1), True, "delete old"),
    ],
)
def test_a_label_with_a_date_is_deleted_from_that_day_on_and_only_with_prune(
    day: date, prune: bool, expected: str
) -> None:
    assert brief(plan([want("old", delete_after=day)], ["old"], prune=prune)) == [expected]


def test_a_label_that_is_due_is_not_created() -> None:
    assert not plan([want("old", delete_after=date.min)], []).steps


names = st.sampled_from(NAMES)
live_labels = st.lists(st.tuples(names, st.sampled_from(COLORS), st.sampled_from(["", "text"])), max_size=6)
wanted_labels = st.lists(
    st.builds(
        lambda name, former, color, description: want(name, *former, color=color, description=description),
        names,
        st.lists(names, max_size=3),
        st.none() | st.sampled_from(COLORS),
        st.none() | st.sampled_from(["", "text"]),
    ),
    max_size=5,
    unique_by=lambda label: label.key,
)
issue_labels = st.lists(st.lists(names, max_size=4), max_size=5)


def service(live: list[tuple[str, str, str]], on_issues: list[list[str]]) -> tuple[FakeGitHub, FakeRepository]:
    github = FakeGitHub()
    repository = github.repository()
    for name, color, description in live:
        if key(name) not in repository.labels:
            repository.add(name, color, description)
    for number, labels in enumerate(on_issues, 1):
        state = "closed" if number % 2 else "open"
        repository.put(number, *(name for name in labels if key(name) in repository.labels), state=state)
    return github, repository


def session(github: FakeGitHub, wanted: list[Label], *, prune: bool = False) -> Session:
    api = GitHubLabels(Repository(owner="octo", name="demo"), Direct(github))  # type: ignore[arg-type]
    policy = Policy(today=TODAY, prune=prune)
    return Session(api=api, files=("f",), wanted=tuple(wanted), policy=policy)


def carry_out(run: Session, plan: LabelPlan, most: int = 1000) -> None:
    for _, result in zip(range(most), execute(run, plan), strict=False):
        assert result.outcome is LabelOutcome.DONE, result


@settings(max_examples=300)
@given(live_labels, wanted_labels, issue_labels, st.booleans())
def test_applied_once_nothing_is_left_and_nothing_is_lost(
    live: list[tuple[str, str, str]], wanted: list[Label], on_issues: list[list[str]], prune: bool
) -> None:
    github, repository = service(live, on_issues)
    before = {name: dict(row) for name, row in repository.labels.items()}
    issues = {number: set(found.labels) for number, found in repository.issues.items()}
    managed = {label.key for label in wanted} | {key(name) for label in wanted for name in label.former}

    run = session(github, wanted, prune=prune)
    carry_out(run, make_plan(run))
    again = make_plan(run)

    assert not again.writes
    for label in wanted:
        assert repository.labels[label.key]["name"] == label.name
    for name, row in before.items():
        if name not in managed and name in repository.labels:
            assert repository.labels[name] == row
        if name not in managed and not prune:
            assert name in repository.labels
    for number, labels in issues.items():
        for name in labels:
            heirs = {name} | {label.key for label in wanted if name in map(key, label.former)}
            assert heirs & repository.issues[number].labels


@settings(max_examples=300)
@given(live_labels, wanted_labels, issue_labels, st.integers(0, 6))
def test_a_run_that_was_cut_off_is_completed_by_the_next(
    live: list[tuple[str, str, str]], wanted: list[Label], on_issues: list[list[str]], done: int
) -> None:
    github, whole = service(live, on_issues)
    run = session(github, wanted)
    carry_out(run, make_plan(run))

    github, cut = service(live, on_issues)
    run = session(github, wanted)
    carry_out(run, make_plan(run), most=done)
    carry_out(run, make_plan(run))

    assert cut.state() == whole.state()
    assert {number: cut.on(number) for number in cut.issues} == {number: whole.on(number) for number in whole.issues}


few = st.sampled_from("abcd")


@settings(max_examples=300)
@given(
    st.lists(st.tuples(few, st.sampled_from(COLORS)), min_size=2, max_size=4, unique_by=lambda row: row[0]),
    st.lists(st.tuples(few, few, st.sampled_from(COLORS)), min_size=2, max_size=4, unique_by=lambda row: row[0]),
    st.integers(0, 6),
)
def test_rings_and_chains_of_names_can_be_cut_off_anywhere(
    live: list[tuple[str, str]], moves: list[tuple[str, str, str]], done: int
) -> None:
    wanted = [want(name, former, color=color) for name, former, color in moves]
    rows = [(name, color, "") for name, color in live]
    on_issues = [[name] for name, _ in live]
    test_a_run_that_was_cut_off_is_completed_by_the_next.hypothesis.inner_test(rows, wanted, on_issues, done)  # type: ignore[attr-defined]


@settings(max_examples=200)
@given(live_labels, wanted_labels)
def test_every_step_comes_after_what_it_needs_and_deletions_come_last(
    live: list[tuple[str, str, str]], wanted: list[Label]
) -> None:
    labels = {key(name): LiveLabel(name=name, color=color, description=text) for name, color, text in live}
    steps = plan_labels(wanted, labels.values(), Policy(today=TODAY, prune=True)).steps
    assert all(need < place for place, step in enumerate(steps) for need in step.needs)
    writes = [step for step in steps if step.writes]
    assert list(steps[: len(writes)]) == writes
    order = [LabelAction.RENAME, LabelAction.EDIT, LabelAction.CREATE, LabelAction.MERGE, LabelAction.DELETE]
    places = [order.index(step.action) for step in writes]
    assert places == sorted(places)


def test_a_label_in_use_is_refused_and_no_place_changes() -> None:
    github, repository = service([("used", "ededed", ""), ("free", "ededed", ""), ("old", "ededed", "")], [["used"]])
    run = session(github, [want("new", "old")], prune=True)
    steps: list[LabelStep] = list(make_plan(run).steps)
    assert [(step.action, step.name) for step in steps] == [
        (LabelAction.RENAME, "old"),
        (LabelAction.DELETE, "free"),
        (LabelAction.REFUSED, "used"),
    ]
    carry_out(run, make_plan(run))
    assert set(repository.state()) == {"used", "new"}


texts = st.text(st.characters(exclude_categories=("Cs", "Cc"), include_characters="\t\n\x85\u2028 "), max_size=30) | (
    st.sampled_from(
        [" lead", "trail ", "\u3000", "\U0001f41b", "bug \U0001f41b", "#x", "- x", "yes", "~", "1e3", "a: b", "'"]
    )
)
rows = st.tuples(
    texts.filter(lambda name: any(map(str.isalnum, name)) and name.strip() not in {".", ".."}),
    st.sampled_from(COLORS),
    texts,
)


@pytest.mark.parametrize("suffix", [".yml", ".json"])
@settings(deadline=None, max_examples=60)
@given(st.lists(rows, max_size=5, unique_by=lambda row: key(row[0])))
def test_what_was_exported_is_what_there_is(
    tmp_path_factory: pytest.TempPathFactory, suffix: str, rows: list[tuple[str, str, str]]
) -> None:
    live = [LiveLabel(name=name, color=color, description=text) for name, color, text in rows]
    live = list({label.key: label for label in live}.values())
    document = export_document(tuple(live))
    place = tmp_path_factory.mktemp("export") / f"labels{suffix}"
    text = as_yaml(document) if suffix == ".yml" else json_text(document, is_product=True)
    place.write_bytes(text.encode())
    wanted = read_configs((str(place),), place.parent).labels
    steps = plan_labels(wanted, live, Policy(today=TODAY, prune=True)).steps
    assert [step.action for step in steps] == [LabelAction.UNCHANGED] * len(live)


def test_of_several_old_names_the_most_used_is_renamed_and_the_rest_merged() -> None:
    github = FakeGitHub()
    repository = github.repository()
    for name in ("old", "older", "oldest"):
        repository.add(name)
    for number in range(1, 41):
        repository.put(number, "older" if number % 4 else "oldest")
    wanted = [Label(name="new", former=("old", "older", "oldest"))]
    run_ = session(github, wanted)
    plan = make_plan(run_)
    assert [(step.action, step.name, step.issues) for step in plan.writes] == [
        ("rename", "older", None),
        ("merge", "old", 0),
        ("merge", "oldest", 10),
    ]
    github.calls.clear()
    assert all(result.outcome is LabelOutcome.DONE for result in execute(run_, plan))
    assert github.count("POST") - sum("graphql" in path for _, path in github.calls) == 10
    assert all(repository.on(number) == {"new"} for number in repository.issues)
    assert make_plan(session(github, wanted)).is_clean
