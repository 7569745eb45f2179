"""`scaffold validate` as people run it: paths, standard input, exit codes, formats, bad input."""

import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import pytest

FOLDER = Path(".github/ISSUE_TEMPLATE")
GOOD = "name: Crash report\ndescription: Tell us\nbody:\n  - type: input\n    attributes:\n      label: Version\n"
BAD = GOOD.replace("description:", "about:")
Run = Callable[..., Any]
COMMAND = Path(sys.executable).parent / "scaffold"


def put(root: Path, name: str, content: str | bytes) -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def findings(result: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - the fixture's result
    return [finding for target in json.loads(result.out)["targets"] for finding in target["findings"]]


# Seconds of processor time. No benchmark: what grows with the square of a file's size, or faster, takes minutes.
HANGING = 20.0


def peak_kibibytes(folder: Path, *arguments: str) -> int:
    """Return the most memory that a run of the command held which had findings.

    A process begins with the peak of the one that started it, and that of the tests is large: so a small one starts it.
    """
    code = (
        "import resource, subprocess, sys\n"
        "done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)\n"
        "assert done.returncode == 1, done\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    command = [sys.executable, "-c", code, str(COMMAND), *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    return int(done.stdout)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "repo"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def test_folder_is_a_repository(here: Path, scaffold: Run) -> None:
    put(here, f"{FOLDER}/a.yml", BAD)
    put(here, f"{FOLDER}/b.md", "---\nname: Question\nabout: Ask us\n---\n")
    put(here, "src/ISSUE.yml", "name: [")
    result = scaffold("validate")
    assert result.code == 1
    assert result.out.startswith(".github/ISSUE_TEMPLATE/a.yml:2:1: error: `about` is not a permitted key")
    assert "1 error in 1 file" in result.out


@pytest.mark.parametrize("target", [".github", ".github/ISSUE_TEMPLATE", ".github/ISSUE_TEMPLATE/a.yml", "."])
def test_paths_are_shown_as_given(here: Path, scaffold: Run, target: str) -> None:
    put(here, f"{FOLDER}/a.yml", BAD)
    (found,) = findings(scaffold("validate", target, "--format", "json"))
    assert found["path"] == ".github/ISSUE_TEMPLATE/a.yml"
    absolute = findings(scaffold("validate", here / target, "--format", "json"))
    assert [row["path"] for row in absolute] == [str(here / FOLDER / "a.yml")]


def test_nothing_to_look_at_is_said(here: Path, scaffold: Run) -> None:
    result = scaffold("validate")
    assert result.code == 0
    assert "no issue templates, forms or labels config found" in result.out
    assert not list(here.iterdir())


def test_clean_repository(here: Path, scaffold: Run) -> None:
    put(here, f"{FOLDER}/a.yml", GOOD)
    result = scaffold("validate")
    assert (result.code, result.out) == (0, "no problems found\n")


def test_standard_input(scaffold: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(BAD.encode())))
    result = scaffold("validate", "-")
    assert result.code == 1
    assert result.out.startswith("-:2:1: error:")


def test_fix_does_not_go_with_standard_input(scaffold: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(BAD.encode())))
    result = scaffold("validate", "--fix", "-")
    assert result.code == 2
    assert "--diff" in result.err


def test_diff_of_standard_input(scaffold: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(BAD.encode())))
    assert "+description: Tell us" in scaffold("validate", "--diff", "-").out


def test_missing_path_is_a_usage_error_and_the_rest_is_done(here: Path, scaffold: Run) -> None:
    put(here, "a.yml", BAD)
    result = scaffold("validate", "nowhere.yml", "a.yml")
    assert result.code == 2
    assert result.err.startswith("error: nowhere.yml: no such file or folder")
    assert "a.yml:2:1: error" in result.out


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="no permissions like these on this system")
def test_folder_without_permission_can_not_be_done(here: Path, scaffold: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    put(here, f"{FOLDER}/a.yml", BAD)
    real = os.scandir

    def scandir(path: str) -> Any:  # noqa: ANN401 - os.scandir's own
        if str(path).endswith("ISSUE_TEMPLATE"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    # Tests may run as root, whom no mode keeps out.
    monkeypatch.setattr(os, "scandir", scandir)
    result = scaffold("validate")
    assert result.code == 3
    assert "can't be read: permission denied" in result.err
    assert "Traceback" not in result.err


def test_strict_and_exit_zero(here: Path, scaffold: Run) -> None:
    put(here, "a.yml", GOOD + "projects: [Roadmap]\n")
    assert scaffold("validate", "a.yml").code == 0
    assert scaffold("validate", "a.yml", "--strict").code == 1
    assert scaffold("validate", "a.yml", "--strict", "--exit-zero").code == 0
    assert scaffold("validate", "gone.yml", "--exit-zero").code == 2


def test_several_formats_at_once(here: Path, scaffold: Run) -> None:
    put(here, "a.yml", BAD)
    result = scaffold(
        "validate", "a.yml", "--format", "text", "--format", "sarif=out/x.sarif", "--format", "json=x.json"
    )
    assert result.out.startswith("a.yml:2:1: error:")
    assert json.loads((here / "out/x.sarif").read_text(encoding="utf-8"))["version"] == "2.1.0"
    assert json.loads((here / "x.json").read_text(encoding="utf-8"))["exit_code"] == 1


def test_unknown_format_is_a_usage_error(scaffold: Run) -> None:
    assert scaffold("validate", "--format", "xml").code == 2


def test_same_tree_same_bytes(here: Path) -> None:
    put(here, f"{FOLDER}/a.yml", BAD + "labels: [x, y]\nlabelz: 1\n")
    put(here, f"{FOLDER}/b.yml", BAD)
    outputs = set()
    for seed in ("1", "2", "3"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        command = [
            sys.executable,
            "-c",
            "from issue_scaffold.cli.entry import run; run()",
            "validate",
            "--format",
            "json",
        ]
        outputs.add(subprocess.run(command, cwd=here, env=environment, capture_output=True, check=False).stdout)
    assert len(outputs) == 1


class TestAcrossFiles:
    """What only several files together show."""

    def test_label_is_looked_up_even_when_one_file_is_named(self, here: Path, scaffold: Run) -> None:
        put(here, f"{FOLDER}/a.yml", GOOD + "labels: [bug, zebra, Triage]\n")
        put(here, ".github/labels.yml", '- name: triage\n  color: "ededed"\n')
        (found,) = findings(scaffold("validate", FOLDER / "a.yml", "--format", "json"))
        assert (found["rule"], found["severity"], found["line"]) == ("labels/not-in-config", "warning", 7)
        assert "`zebra`" in found["message"]

    def test_without_a_labels_config_it_is_a_remark(self, here: Path, scaffold: Run) -> None:
        put(here, f"{FOLDER}/a.yml", GOOD + "labels: zebra, good first issue\n")
        (found,) = findings(scaffold("validate", "--format", "json"))
        assert (found["rule"], found["severity"]) == ("labels/not-in-config", "info")

    def test_settings_name_known_labels(self, here: Path, scaffold: Run) -> None:
        put(here, f"{FOLDER}/a.yml", GOOD + "labels: [zebra]\n")
        put(here, ".github/scaffold.yml", "labels:\n  known: [Zebra]\n")
        assert findings(scaffold("validate", "--format", "json")) == []

    def test_markdown_front_matter_is_looked_up_too(self, here: Path, scaffold: Run) -> None:
        put(here, f"{FOLDER}/a.md", "---\nname: Question\nabout: Ask us\nlabels: bug, zebra\n---\n")
        put(here, ".github/settings.yml", 'labels:\n  - name: lion\n    color: "ededed"\n')
        (found,) = findings(scaffold("validate", "--format", "json"))
        assert (found["rule"], found["line"], found["column"]) == ("labels/not-in-config", 4, 14)

    def test_no_front_matter_beside_a_chooser_is_an_error(self, here: Path, scaffold: Run) -> None:
        put(here, f"{FOLDER}/a.md", "## What happened\n")
        (before,) = findings(scaffold("validate", "--format", "json"))
        put(here, f"{FOLDER}/config.yml", "blank_issues_enabled: false\n")
        (after,) = findings(scaffold("validate", "--format", "json"))
        assert (before["severity"], after["severity"]) == ("warning", "error")

    def test_equal_names(self, here: Path, scaffold: Run) -> None:
        put(here, f"{FOLDER}/a.yml", GOOD)
        put(here, f"{FOLDER}/b.md", "---\nname: Crash report\nabout: Tell us\n---\n")
        (found,) = findings(scaffold("validate", "--format", "json"))
        assert (found["rule"], Path(found["path"]).name) == ("cross/duplicate-name", "b.md")

    def test_twins(self, here: Path, scaffold: Run) -> None:
        put(here, f"{FOLDER}/crash_report.yml", GOOD + "labels: [bug]\n")
        put(here, f"{FOLDER}/crash-report.md", "---\nname: Crash (Markdown)\nabout: Tell us\n---\n**Version:**\n")
        (found,) = findings(scaffold("validate", "--format", "json"))
        assert found["rule"] == "cross/twin-differs"
        assert "only the form has label `bug`" in found["message"]


def test_workflow_in_the_template_folder_is_one_finding(here: Path, scaffold: Run) -> None:
    put(here, f"{FOLDER}/ci.yml", "name: CI\non: push\njobs:\n  a:\n    runs-on: x\n    steps: []\n")
    (found,) = findings(scaffold("validate", "--format", "json"))
    assert found["rule"] == "files/not-picked-up"


def test_gitea_forms_know_more(here: Path, scaffold: Run) -> None:
    more = GOOD.replace("description:", "about:") + "    visible: [form]\n    validations:\n      regex: x\n"
    put(here, ".gitea/ISSUE_TEMPLATE/a.yaml", more)
    put(here, ".forgejo/issue_template/config.yaml", "blank_issues_enabled: true\n")
    assert findings(scaffold("validate", "--format", "json")) == []


def test_gitlab_templates_need_no_front_matter(here: Path, scaffold: Run) -> None:
    put(here, ".gitlab/issue_templates/Default.md", "## Donâ€™t panic\n")
    (found,) = findings(scaffold("validate", "--format", "json"))
    assert found["rule"] == "text/broken-emoji"


def test_links_out_of_the_repository_are_not_followed(here: Path, tmp_path: Path, scaffold: Run) -> None:
    outside = put(tmp_path, "outside.yml", BAD)
    put(here, f"{FOLDER}/b.yml", GOOD)
    (here / FOLDER / "a.yml").symlink_to(outside)
    (found,) = findings(scaffold("validate", "--format", "json"))
    assert (found["path"], found["rule"]) == (f"{FOLDER}/a.yml", "yaml/limits")
    assert "leads out of" in found["message"]


def test_picture_or_other_binary_beside_templates_is_no_finding(here: Path, scaffold: Run) -> None:
    put(here, f"{FOLDER}/a.yml", GOOD)
    put(here, f"{FOLDER}/.DS_Store", bytes(range(256)))
    put(here, f"{FOLDER}/shot.png", b"\x89PNG")
    put(here, "SECURITY.md", b"caf\xe9")
    assert findings(scaffold("validate", "--format", "json")) == []


def test_repository_may_be_called_github(here: Path, scaffold: Run) -> None:
    put(here, f".github/{FOLDER}/a.yml", BAD)
    (found,) = findings(scaffold("validate", ".github", "--format", "json"))
    assert found["path"] == ".github/.github/ISSUE_TEMPLATE/a.yml"


def test_pipe_is_no_file(here: Path, scaffold: Run) -> None:
    os.mkfifo(here / "pipe.yml")
    result = scaffold("validate", "pipe.yml")
    assert result.code == 2
    assert "not a regular file" in result.err


class TestBadInput:
    """A finding or one line of error; no traceback, no endless work, no 200 MiB."""

    BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    )
    CONTENTS: ClassVar = {
        "binary": (bytes(range(256)) * 20, "yaml/encoding"),
        "zeros": (b"name: a\0b\n", "yaml/encoding"),
        "utf-16": (GOOD.encode("utf-16"), "yaml/encoding"),
        "latin-1": ("name: café\n".encode("latin-1"), "yaml/encoding"),
        "10,000 levels of lists": (b"[" * 10_000, "yaml/limits"),
        "10,000 levels of dashes": (b"- " * 10_000, "yaml/limits"),
        "100,000 levels of mappings": (b"{a: " * 100_000, "yaml/limits"),
        "alias bomb": (BOMB.encode(), "yaml/limits"),
        "wide": (b"a: [" + b"x, " * 300_000 + b"]\n", "yaml/limits"),
        "20,000 keys": (GOOD.encode() + b"".join(b"k%d: v\n" % n for n in range(20_000)), "form/unpermitted-key"),
        "40,000 suppressions": (b"# scaffold: ignore[x]\n" * 40_000, "form/missing-key"),
        "a mebibyte of Cyrillic": (("имя: " + "привет в мире " * 35_000).encode(), "form/unpermitted-key"),
        "an unclosed quotation": (b"name: '" + b"x\n" * 400_000, "yaml/syntax"),
        "empty": (b"", "form/missing-key"),
    }  # fmt: skip

    @pytest.mark.parametrize("name", CONTENTS)
    def test_content(self, here: Path, scaffold: Run, name: str) -> None:
        content, rule = self.CONTENTS[name]
        put(here, f"{FOLDER}/a.yml", content)
        begin = time.process_time()
        result = scaffold("validate", "--format", "json")
        assert time.process_time() - begin < HANGING
        assert result.code == 1
        assert rule in {finding["rule"] for finding in findings(result)}

    def test_hundred_mebibytes(self, here: Path, scaffold: Run) -> None:
        path = put(here, f"{FOLDER}/a.yml", b"")
        with path.open("r+b") as file:
            file.truncate(100 * 1024 * 1024)
        begin = time.process_time()
        result = scaffold("validate", "--format", "json")
        assert time.process_time() - begin < HANGING
        assert [finding["rule"] for finding in findings(result)] == ["yaml/limits"]

    def test_memory(self, here: Path) -> None:
        for number, (content, _) in enumerate(self.CONTENTS.values()):
            put(here, f"{FOLDER}/{number}.yml", content)
        assert peak_kibibytes(here, "validate", "--format", "json=out.json") < 200 * 1024

    @pytest.mark.parametrize(
        "text", ["a: [1", "- x\n", "accepted: 1\n", "ignore:\n  - path: x\n", "labels: [a]\n", "x: 1\n"]
    )
    def test_settings_with_mistakes(self, here: Path, scaffold: Run, text: str) -> None:
        put(here, f"{FOLDER}/a.yml", GOOD)
        put(here, ".github/scaffold.yml", text)
        result = scaffold("validate", "--format", "json")
        assert {finding["rule"] for finding in findings(result)} == {"settings/invalid"}
        assert result.code == 1


def test_a_folder_without_anything_stands_for_its_repository(
    scaffold: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".git").mkdir()
    put(tmp_path, f"{FOLDER}/crash.yml", BAD)
    inner = tmp_path / "src" / "deep"
    inner.mkdir(parents=True)
    monkeypatch.chdir(inner)
    result = scaffold("validate")
    assert result.code == 1
    assert "the whole repository was: ../.." in result.err + result.out
    assert "../../.github/ISSUE_TEMPLATE/crash.yml" in result.out


@pytest.mark.parametrize(
    "case",
    [
        ("true", False, (".",), 2),
        ("true", False, (), 2),  # the job started in a wrong folder
        ("true", True, (".",), 2),
        ("true", True, (), 0),  # the same job in every repository of an organisation
        ("", False, (), 0),
        ("", False, (".",), 0),
        ("", True, ("--strict",), 2),
    ],
)
def test_a_path_with_nothing_in_it_fails_in_ci(
    case: tuple[str, bool, tuple[str, ...], int], scaffold: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_ci, is_root, arguments, code = case
    if is_root:
        (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CI", in_ci)
    done = scaffold("validate", *arguments)
    assert done.code == code
    assert "no issue templates, forms or labels config found" in done.out + done.err


@pytest.mark.parametrize("folder", ["ISSUE_TEMPLATE", "docs/ISSUE_TEMPLATE", ".github/ISSUE_TEMPLATE"])
@pytest.mark.parametrize("named", ["below", "absolute"])
def test_a_named_file_belongs_to_the_repository_of_its_template_folder(
    named: str, folder: str, scaffold: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that what its settings say holds for the file, however it is named."""
    file = put(tmp_path, f"{folder}/bug.yml", BAD)
    monkeypatch.chdir(tmp_path)
    argument = {"below": f"{folder}/bug.yml", "absolute": str(file)}[named]
    assert scaffold("validate", argument).code == 1
    entry = f"{{path: {folder}/bug.yml, rule: form/unpermitted-key, reason: so it is}}"
    put(tmp_path, ".github/scaffold.yml", f"ignore: [{entry}]\n")
    assert scaffold("validate", argument).code == 0
