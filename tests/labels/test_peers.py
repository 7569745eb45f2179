"""One test for each thing that other label tools get wrong: `facts-peers.md`, "Labels"."""

from pathlib import Path

import pytest
from tests.conftest import Result, Run, git, write_tree
from tests.labels.fake_github import FakeGitHub, Fault

from issue_scaffold.label_sync.drift import label_findings
from issue_scaffold.report.finding import Kind


@pytest.fixture
def run(github: FakeGitHub, folder: Path, scaffold: Run) -> Run:
    """Return `scaffold labels` in a work tree of octo/demo."""
    git(folder, "remote", "add", "origin", "https://github.com/octo/demo.git")
    github.repository()

    def labels(*arguments: str | Path) -> Result:
        return scaffold("labels", *arguments)

    return labels


def write(folder: Path, config: str, path: str = ".github/labels.yml") -> None:
    write_tree(folder, {path: config})


def test_seven_of_ten_delete_unlisted_labels_unless_told_not_to(run: Run, github: FakeGitHub, folder: Path) -> None:
    github.repository().add("mine")
    write(folder, "- {name: bug, color: d73a4a}\n")
    assert run("apply", "--yes").code == 0
    assert set(github.repository().state()) == {"mine", "bug"}
    assert not github.count("DELETE")


def test_the_settings_app_deletes_the_label_that_it_renamed_on_its_second_run(
    run: Run, github: FakeGitHub, folder: Path
) -> None:
    repository = github.repository()
    repository.add("bug", "d73a4a")
    repository.put(1, "bug")
    write(folder, "labels:\n- {name: bug, new_name: defect, color: d73a4a}\n", ".github/settings.yml")
    for _ in range(3):
        assert run("apply", "--yes", "--prune").code == 0
        assert set(repository.state()) == {"defect"}
        assert repository.on(1) == {"defect"}


def test_the_settings_app_deletes_bug_when_the_config_says_bug_with_a_capital(
    run: Run, github: FakeGitHub, folder: Path
) -> None:
    repository = github.repository()
    repository.add("bug", "d73a4a")
    repository.put(1, "bug")
    write(folder, "- {name: Bug, color: d73a4a}\n")
    assert run("apply", "--yes", "--prune").code == 0
    assert set(repository.state()) == {"Bug"}
    assert repository.on(1) == {"Bug"}
    assert (github.count("PATCH"), github.count("POST", "DELETE")) == (1, 0)


@pytest.mark.parametrize("color", ["D73A4A", "#d73a4a", "#D73A4A"])
def test_github_label_sync_never_converges_on_upper_case_colours(
    run: Run, github: FakeGitHub, folder: Path, color: str
) -> None:
    github.repository().add("bug", "d73a4a")
    write(folder, f"- {{name: bug, color: '{color}'}}\n")
    assert run("plan").code == 0


def test_colours_of_three_digits_are_six(run: Run, github: FakeGitHub, folder: Path) -> None:
    write(folder, "- {name: bug, color: '#F0a'}\n")
    assert run("apply", "--yes").code == 0
    assert github.repository().state() == {"bug": ("ff00aa", "")}
    assert run("plan").code == 0


@pytest.mark.parametrize("color", ["000000", "001122", "190:20:30"])
def test_unquoted_colours_are_never_corrupted(run: Run, github: FakeGitHub, folder: Path, color: str) -> None:
    write(folder, f"- name: bug\n  color: {color}\n")
    result = run("apply", "--yes")
    assert result.code in {0, 1}
    assert set(github.repository().state().values()) <= {(color, "")}
    if result.code:
        assert not github.calls


def test_crazy_max_compares_case_sensitively(run: Run, github: FakeGitHub, folder: Path) -> None:
    github.repository().add("Good First Issue", "7057ff")
    write(folder, "- {name: good first issue, color: 7057ff}\n")
    assert run("apply", "--yes").code == 0
    assert set(github.repository().state()) == {"good first issue"}
    assert not github.count("POST")


def test_crazy_max_lets_a_later_success_hide_an_earlier_failure(run: Run, github: FakeGitHub, folder: Path) -> None:
    write(folder, "- {name: a, color: d73a4a}\n- {name: b, color: d73a4a}\n")
    github.faults.append(Fault(422, {}, {"message": "no"}, matches=lambda verb, _: verb == "POST"))
    result = run("apply", "--yes")
    assert result.code == 3
    assert "failed    create a" in result.out
    assert "done      create b" in result.out


def test_k8s_label_sync_moves_only_open_issues_before_it_deletes(run: Run, github: FakeGitHub, folder: Path) -> None:
    repository = github.repository()
    for name in ("bug", "defect", "fault"):
        repository.add(name, "d73a4a")
    numbers = range(1, 131)
    for number in numbers:
        state, pull = ("open" if number % 2 else "closed"), number % 3 == 0
        repository.put(number, ("defect", "fault")[number % 5 == 0], state=state, pull=pull)
    write(folder, "- {name: bug, color: d73a4a, previously: [{name: defect}, {name: fault}]}\n")
    result = run("apply", "--yes")
    assert result.code == 0, result
    assert set(repository.state()) == {"bug"}
    assert all(repository.on(number) == {"bug"} for number in numbers)


def test_none_signals_drift_by_exit_code_in_a_dry_run(run: Run, github: FakeGitHub, folder: Path) -> None:
    write(folder, "- {name: bug, color: d73a4a}\n")
    assert run("plan").code == 1
    github.repository().add("bug", "d73a4a")
    assert run("plan").code == 0


def test_a_rename_without_the_tool_knowing_loses_assignments(run: Run, github: FakeGitHub, folder: Path) -> None:
    repository = github.repository()
    repository.add("defect")
    repository.put(1, "defect", state="closed")
    write(folder, "- {name: bug, color: ededed, from_name: defect}\n")
    assert run("apply", "--yes").code == 0
    assert repository.on(1) == {"bug"}
    assert github.count("DELETE") == 0


def test_nobody_cross_checks_the_config_and_the_live_repository(github: FakeGitHub, folder: Path) -> None:
    git(folder, "remote", "add", "origin", "git@github.com:octo/demo.git")
    github.repository().add("bug", "000000", "old")
    github.repository().add("Docs", "ffffff")
    bug = "- name: bug\n  color: d73a4a\n  description: new\n"
    write(folder, bug + "- name: docs\n  color: ffffff\n- name: infra\n  color: ffffff\n")
    found = label_findings(folder, on_wait=lambda seconds, why: None)  # noqa: ARG005
    colour = "has colour 000000, the config has d73a4a"
    assert {finding.path for finding in found} == {".github/labels.yml"}
    assert [(finding.kind, finding.line, finding.message.removeprefix("octo/demo: label ")) for finding in found] == [
        (Kind.MODIFIED, 4, "'Docs' is to be called 'docs'"),
        (Kind.MODIFIED, 1, f"'bug' {colour}; has description 'old', the config has 'new'"),
        (Kind.MISSING, 6, "'infra' is missing"),
    ]


def test_labels_in_use_are_not_deleted(run: Run, github: FakeGitHub, folder: Path) -> None:
    repository = github.repository()
    for name in ("bug", "used", "unused"):
        repository.add(name, "d73a4a")
    repository.put(1, "used", state="closed", pull=True)
    write(folder, "- {name: bug, color: d73a4a}\n")
    result = run("apply", "--yes", "--prune")
    assert result.code == 1
    assert "used  1 issue or pull request has it; --force-in-use deletes it nevertheless" in result.out
    assert set(repository.state()) == {"bug", "used"}
    assert run("apply", "--yes", "--prune", "--force-in-use").code == 0
    assert set(repository.state()) == {"bug"}


def test_a_label_that_comes_into_use_after_the_plan_is_not_deleted(run: Run, github: FakeGitHub, folder: Path) -> None:
    repository = github.repository()
    repository.add("rare")
    write(folder, "- {name: bug, color: d73a4a}\n")

    def created(verb: str, path: str) -> bool:
        if verb == "POST" and path.endswith("/labels"):
            repository.put(9, "rare")
        return False

    github.faults.append(Fault(matches=created))
    result = run("apply", "--yes", "--prune")
    assert result.code == 3
    assert "label 'rare' has come into use since the plan was made" in result.out
    assert set(repository.state()) == {"bug", "rare"}


def test_an_empty_config_does_not_prune_everything(run: Run, github: FakeGitHub, folder: Path) -> None:
    github.repository().add("bug")
    write(folder, "labels: []\n")
    result = run("apply", "--yes", "--prune", "--file", ".github/labels.yml")
    assert result.code == 2
    assert "defines no labels; --prune would delete all that there are" in result.err
    assert not github.calls


def test_a_description_that_the_config_leaves_open_is_kept(run: Run, github: FakeGitHub, folder: Path) -> None:
    github.repository().add("bug", "d73a4a", "mine")
    write(folder, "- {name: bug, color: d73a4a}\n")
    assert run("plan").code == 0
    write(folder, "- {name: bug, color: d73a4a, description: ''}\n")
    assert run("apply", "--yes").code == 0
    assert github.repository().state() == {"bug": ("d73a4a", "")}
