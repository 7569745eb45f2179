"""Every renderer, from hand-made findings: what is shown, how it is escaped, that the same report is the same bytes."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wcwidth import wcswidth

from issue_scaffold.cli.options import OutputTarget
from issue_scaffold.cli.output import text
from issue_scaffold.cli.output.display import render, write_report
from issue_scaffold.cli.output.excerpt import as_shown, columns
from issue_scaffold.cli.output.formats import FORMATS
from issue_scaffold.errors import ScaffoldError
from issue_scaffold.report.finding import Excerpt, Finding, Kind, Severity
from issue_scaffold.report.report import COMPARED, Report, TargetReport, TemplateState

DOCS = Path(__file__).parents[3] / "docs/reference"
FOUND = Finding(
    kind=Kind.INVALID,
    severity=Severity.ERROR,
    path=".github/ISSUE_TEMPLATE/a.yml",
    line=3,
    column=1,
    rule="form/unpermitted-key",
    message="`about` is not a permitted key",
    hint="call it `description`",
    url="https://docs.github.com/en/x",
    fixable=True,
    excerpt=Excerpt(text="about: File a bug", start=0, end=5),
)
DRIFT = Finding(
    kind=Kind.MISSING,
    severity=Severity.ERROR,
    path="SECURITY.md",
    message="the template has this file, the target doesn't",
    hint="take it: scaffold update",
    diff="--- a/SECURITY.md\n+++ /dev/null\n@@ -1 +0,0 @@\n-Report it.\n",
)
NASTY = FOUND._replace(
    severity=Severity.WARNING,
    path="a,b:c%/\x1b[31m|`x`.yml",
    message="50% | <b>\n`x`\x1b[31m @octocat",
    hint="a, b: c\r",
    excerpt=Excerpt(text="\x1b]0;title\x07 x", start=0, end=3),
)
VALIDATE = Report(
    command="validate", exit_code=1, targets=(TargetReport(target=".", status="findings", findings=(FOUND,)),)
)
STATE = TemplateState(source="https://example.invalid/t.git", version="v1.0.0", latest="v1.1.0")
CHECK = Report(
    command="check",
    layout=COMPARED,
    exit_code=3,
    targets=(
        TargetReport(target="repo/", status="findings", findings=(FOUND, DRIFT), template=STATE, notes=("offline",)),
        TargetReport(target="gone", status="failed", error="gone: no such folder", hint="check the path"),
        TargetReport(
            target="fine",
            status="clean",
            template=TemplateState(source=STATE.source, version="v1.1.0", latest="v1.1.0"),
        ),
    ),
)


def report_of(*findings: Finding) -> Report:
    target = TargetReport(target=".", status="findings", findings=findings)
    return Report(command="validate", exit_code=1, targets=(target,))


def text_of(report: Report) -> list[str]:
    return click.unstyle(text.render(report, color=True)).splitlines()


def test_text_of_a_finding() -> None:
    assert text_of(VALIDATE) == [
        ".github/ISSUE_TEMPLATE/a.yml:3:1: error: `about` is not a permitted key [form/unpermitted-key]",
        "    3 | about: File a bug",
        "      | ^^^^^",
        "  hint: call it `description`",
        "  see: https://docs.github.com/en/x",
        "1 error in 1 file; 1 can be mended with --fix",
    ]


def test_text_of_a_check_names_target_template_kind_and_diff() -> None:
    assert text_of(CHECK) == [
        "repo/: not in sync with the template https://example.invalid/t.git v1.0.0, latest is v1.1.0",
        *text_of(VALIDATE)[:-1],
        "SECURITY.md: error: the template has this file, the target doesn't [missing]",
        "  hint: take it: scaffold update",
        "  --- a/SECURITY.md",
        "  +++ /dev/null",
        "  @@ -1 +0,0 @@",
        "  -Report it.",
        "note: repo/: offline",
        "fine: in sync with the template https://example.invalid/t.git v1.1.0",
        "2 errors in 2 files",
    ]


def test_a_rules_page_is_named_once() -> None:
    lines = text_of(report_of(FOUND, FOUND._replace(line=9)))
    assert sum(line.startswith("  see:") for line in lines) == 1


@pytest.mark.parametrize(
    ("text", "start", "end", "underline"),
    [
        ("name: 日本語 x", 6, 9, "      | " + " " * 6 + "^" * 6),
        ("\tkey: value", 1, 4, "      | " + " " * 4 + "^" * 3),
        ("ab\tkey: value", 3, 6, "      | " + " " * 4 + "^" * 3),
        ("e\u0301e\u0301: x", 6, 7, "      | " + " " * 4 + "^"),
        ("🔧 x", 2, 3, "      | " + " " * 3 + "^"),
        ("👩\u200d💻 x", 4, 5, "      | " + " " * 3 + "^"),
        ("empty", 5, 5, "      | " + " " * 5 + "^"),
        ("한국어: x", 0, 3, "      | " + "^" * 6),
        ("🏗️ x", 3, 4, "      | " + " " * 3 + "^"),
        ("⏱️ x", 3, 4, "      | " + " " * 3 + "^"),
        ("❤️\u200d🔥 x", 5, 6, "      | " + " " * 3 + "^"),
        ("👍🏽 bug", 3, 6, "      | " + " " * 3 + "^" * 3),
        ("🇩🇪\t日本 x", 3, 5, "      | " + " " * 4 + "^" * 4),
        ("a: ❤️\u200d🔥", 3, 7, "      | " + " " * 3 + "^" * 2),
    ],
)
def test_underline_is_below_what_is_meant(text: str, start: int, end: int, underline: str) -> None:
    found = FOUND._replace(excerpt=Excerpt(text=text, start=start, end=end))
    assert text_of(report_of(found))[2] == underline


PIECES = ("a", "b ", "\t", "\x1b", "日本", "e\u0301", "🏗️", "⏱️", "❤️\u200d🔥", "👍🏽", "🇩🇪", "\u00ad", "ü")
TEXTS = st.lists(st.sampled_from(PIECES)).map("".join)


@settings(deadline=None)
@given(before=TEXTS, marked=TEXTS)
def test_columns_are_those_of_what_is_shown(before: str, marked: str) -> None:
    shown = as_shown(before + marked)
    assert "\t" not in shown
    assert columns(before + marked) == wcswidth(shown) >= 0
    assert columns(f"{before}\t") % 4 == 0


def test_a_line_of_ascii_needs_no_tables() -> None:
    code = (
        "import sys; from issue_scaffold.cli.output.excerpt import columns; columns('a\tb\x1b');"
        "print('wcwidth' in sys.modules); columns('日'); print('wcwidth' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]


def test_long_line_is_cut_around_what_is_meant() -> None:
    found = FOUND._replace(excerpt=Excerpt(text="x" * 500 + "HERE" + "y" * 500, start=500, end=504))
    source, underline = text_of(report_of(found))[1:3]
    assert len(source) <= 160
    assert source[underline.index("^") : underline.rindex("^") + 1] == "HERE"


def test_text_keeps_control_characters_from_the_terminal() -> None:
    text = "\n".join(text_of(report_of(NASTY)))
    assert "\x1b" not in text
    assert "\x07" not in text


@pytest.mark.parametrize("format_", FORMATS)
def test_same_report_same_bytes(format_: str) -> None:
    assert render(CHECK, format_) == render(CHECK, format_)


@pytest.mark.parametrize("report", [VALIDATE, CHECK, report_of(NASTY)], ids=["validate", "check", "nasty"])
def test_json_is_what_its_schema_says(report: Report) -> None:
    schema = json.loads((DOCS / f"scaffold.{report.command}-1.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(render(report, "json")), schema)


def test_json_of_a_finding() -> None:
    document = json.loads(render(VALIDATE, "json"))
    assert document == {
        "schema": "scaffold.validate/1",
        "command": "validate",
        "exit_code": 1,
        "targets": [
            {
                "target": ".",
                "status": "findings",
                "findings": [
                    {
                        "kind": "invalid",
                        "rule": "form/unpermitted-key",
                        "severity": "error",
                        "path": ".github/ISSUE_TEMPLATE/a.yml",
                        "line": 3,
                        "column": 1,
                        "places": [{"path": ".github/ISSUE_TEMPLATE/a.yml", "line": 3, "column": 1}],
                        "message": "`about` is not a permitted key",
                        "hint": "call it `description`",
                        "url": "https://docs.github.com/en/x",
                        "fixable": True,
                    }
                ],
            }
        ],
    }


def test_github_annotation() -> None:
    assert render(VALIDATE, "github") == (
        "::error file=.github/ISSUE_TEMPLATE/a.yml,line=3,endLine=3,endColumn=6,col=1,"
        "title=scaffold%3A form/unpermitted-key::`about` is not a permitted key%0Ahint: call it `description`%0A"
        "see: https://docs.github.com/en/x\n"
    )


def test_github_escapes_data_and_properties() -> None:
    (line,) = render(report_of(NASTY), "github").splitlines()
    assert line.startswith("::warning file=a%2Cb%3Ac%25/")
    assert "50%25 | <b>%0A" in line
    assert "a, b: c\\r%0A" in line


def test_github_paths_are_seen_from_the_workspace() -> None:
    assert "file=repo/SECURITY.md" in render(CHECK, "github")


@pytest.mark.parametrize(
    ("number", "lines", "more"), [(10, 10, ""), (11, 10, "and 2 errors more"), (40, 10, "and 31 errors more")]
)
def test_github_stops_at_ten_of_a_level(number: int, lines: int, more: str) -> None:
    findings = tuple(FOUND._replace(line=line) for line in range(1, number + 1))
    text = render(report_of(*findings, FOUND._replace(severity=Severity.INFO)), "github")
    assert text.count("::error ") == lines
    assert text.count("::notice ") == 1
    assert more in text


def test_step_summary_has_them_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("before\n", encoding="utf-8")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    findings = tuple(FOUND._replace(line=line) for line in range(1, 41))
    write_report(report_of(*findings), [OutputTarget("github")])
    assert capsys.readouterr().out.count("::error ") == 10
    text = summary.read_text(encoding="utf-8")
    assert text.startswith("before\n## scaffold validate")
    assert text.count("| ❌ error |") == 40


def test_markdown_of_a_finding() -> None:
    assert render(VALIDATE, "markdown").splitlines()[6] == (
        "| ❌ error | `.github/ISSUE_TEMPLATE/a.yml:3:1` | `about` is not a permitted key<br>call it `description` "
        "| [`form/unpermitted-key`](https://docs.github.com/en/x) |"
    )


def test_markdown_can_not_be_broken_out_of() -> None:
    (row,) = [line for line in render(report_of(NASTY), "markdown").splitlines() if "warning |" in line]
    assert "<b>" not in row
    assert "@octocat" not in row
    assert row.replace("\\|", "").count("|") == 5


def sarif_schema() -> Any:  # noqa: ANN401 - JSON
    shared = os.environ.get("SCAFFOLD_CORPUS")
    if not shared:
        pytest.skip("SCAFFOLD_CORPUS isn't set")
    return json.loads(Path(shared, "schemas/sarif-2.1.0.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "report", [VALIDATE, CHECK, report_of(NASTY), report_of()], ids=["validate", "check", "nasty", "none"]
)
def test_sarif_is_what_the_oasis_schema_says(report: Report) -> None:
    jsonschema.Draft4Validator(sarif_schema()).validate(json.loads(render(report, "sarif")))


def test_sarif_of_a_finding() -> None:
    (run,) = json.loads(render(VALIDATE, "sarif"))["runs"]
    (result,) = run["results"]
    assert result["ruleId"] == run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == "form/unpermitted-key"
    assert result["level"] == "error"
    location = result["locations"][0]["physicalLocation"]
    assert location["artifactLocation"]["uri"] == ".github/ISSUE_TEMPLATE/a.yml"
    assert location["region"]["startLine"] == 3
    assert location["region"]["endColumn"] == 6


def test_fingerprints_survive_moved_lines_and_tell_equals_apart() -> None:
    def prints(report: Report, format_: str) -> list[str]:
        data = json.loads(render(report, format_))
        if format_ == "gitlab":
            return [row["fingerprint"] for row in data]
        return [result["partialFingerprints"]["scaffold/v1"] for result in data["runs"][0]["results"]]

    for format_ in ("gitlab", "sarif"):
        once = prints(VALIDATE, format_)
        assert prints(report_of(FOUND._replace(line=30)), format_) == once
        assert len(set(prints(report_of(FOUND, FOUND._replace(line=30)), format_))) == 2


def test_gitlab_of_a_finding() -> None:
    (row,) = json.loads(render(VALIDATE, "gitlab"))
    assert row["check_name"] == "form/unpermitted-key"
    assert row["severity"] == "major"
    assert row["location"] == {"path": ".github/ISSUE_TEMPLATE/a.yml", "lines": {"begin": 3}}


def test_files_are_written_whole_with_their_mode(tmp_path: Path) -> None:
    file = tmp_path / "new" / "report.json"
    write_report(VALIDATE, [OutputTarget("json", file)])
    file.chmod(0o640)
    write_report(CHECK, [OutputTarget("json", file)])
    assert json.loads(file.read_text(encoding="utf-8"))["exit_code"] == 3
    assert file.stat().st_mode & 0o777 == 0o640
    assert list(file.parent.iterdir()) == [file]


def test_file_that_can_not_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(ScaffoldError, match="can't be written"):
        write_report(VALIDATE, [OutputTarget("json", tmp_path / "file" / "x.json")])


def test_what_failed_is_said_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    write_report(CHECK, [OutputTarget("sarif")])
    assert "error: gone: no such folder\n  hint: check the path\n" in capsys.readouterr().err


def test_colour_is_for_terminals_only(capsys: pytest.CaptureFixture[str]) -> None:
    write_report(VALIDATE, [OutputTarget("text")])
    assert "\x1b" not in capsys.readouterr().out
    assert "\x1b" in text.render(VALIDATE, color=True)
