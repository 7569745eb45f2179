"""What action.yml runs: installs issue-scaffold, runs one command of it, and tells later steps how it went.

Owns nothing of what is checked: it hands the action's inputs (environment variables named INPUT_*) to `scaffold` and
its exit code on. Findings don't end the step, so that the next one can upload SARIF; action.yml's last step fails.
Needs only the standard library: it runs before anything is installed. The command update is `update_request`'s.
"""

import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from update_request import FAILURE, install, stop, update, with_token

COMMANDS: Final = ("check", "validate", "labels-plan", "parse", "preview", "update")
_NO_FINDINGS: Final = frozenset({"accepted", "own", "ignored", "unchanged", "unmanaged"})
COMMIT: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """The action's inputs. `folder` is the working directory as given, `source` what pip installs."""

    command: str
    source: str
    args: tuple[str, ...]
    fail_on: str
    trusted_ref: str
    folder: str
    sarif: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Outputs:
    """What later steps get to know. `report` and `sarif` are files, empty where there is none."""

    status: str
    findings: int
    exit_code: int
    report: str = ""
    sarif: str = ""
    values: str = ""
    preview: str = ""


def main(environment: Mapping[str, str]) -> int:
    """Run the action; return 0 unless its inputs are wrong or the installation failed."""
    inputs = read_inputs(environment)
    temporary = Path(environment["RUNNER_TEMP"])
    if inputs.command == "update":
        return update(Path(inputs.folder), inputs.source, temporary, environment)
    programs = install(inputs.source, temporary / "issue-scaffold")
    path = f"{programs}{os.pathsep}{environment['PATH']}"
    run = {**environment, "PATH": path, "PYTHONUTF8": "1"}
    results = Path(tempfile.mkdtemp(prefix="scaffold-", dir=temporary))
    runner = {"parse": parse, "preview": preview}.get(inputs.command, report)
    write_outputs(runner(inputs, programs, results, run), Path(environment["GITHUB_OUTPUT"]))
    return 0


def read_inputs(environment: Mapping[str, str]) -> Inputs:
    """Return the inputs. Exits with an annotation for what can't be meant."""
    command = environment["INPUT_COMMAND"]
    sarif, fail_on = environment["INPUT_SARIF"], environment["INPUT_FAIL_ON"]
    if command not in COMMANDS:
        stop(f"input command: {command!r} is not one of {', '.join(COMMANDS)}")
    if command == "update" and environment["INPUT_ARGS"]:
        stop("input args: the command update takes none")
    if sarif not in {"true", "false"}:
        stop(f"input sarif: {sarif!r} is not true or false")
    if fail_on and command != "check":
        stop(f"input fail-on: only the command check knows kinds of drift, not {command}")
    if sarif == "true" and command not in {"check", "validate"}:
        stop(f"input sarif: {command} writes no SARIF")
    try:
        args = tuple(shlex.split(environment["INPUT_ARGS"]))
    except ValueError as error:
        stop(f"input args: {error}")
    trusted_ref = environment["INPUT_TRUSTED_REF"]
    if trusted_ref and command != "check":
        stop(f"input trusted-ref: only the command check takes one, not {command}")
    return Inputs(
        command=command,
        source=source(environment),
        args=args,
        fail_on=fail_on,
        trusted_ref=trusted_ref,
        folder=environment["INPUT_WORKING_DIRECTORY"] or ".",
        sarif=sarif == "true",
    )


def source(environment: Mapping[str, str]) -> str:
    """Return what pip is to install: the action's own checkout, or another version of the same repository."""
    version, checkout = environment["INPUT_VERSION"], Path(environment["ACTION_PATH"])
    if not version:
        return str(checkout)
    # GitHub doesn't promise the repository's name to composite actions, but keeps them in _actions/OWNER/NAME/REF.
    repository = environment.get("ACTION_REPOSITORY") or "/".join(checkout.parts[-3:-1])
    return f"issue-scaffold @ git+{environment['GITHUB_SERVER_URL']}/{repository}@{version}"


def report(inputs: Inputs, programs: Path, results: Path, environment: Mapping[str, str]) -> Outputs:
    """Run a command that ends in a report; return what it said."""
    found, sarif = results / "report.json", results / "report.sarif" if inputs.sarif else None
    options = ["--format", "github", "--format", f"json={found}"]
    if sarif is not None:
        options += ["--format", f"sarif={sarif}"]
    words, folder = [*inputs.command.split("-"), *options], None
    if inputs.command == "labels-plan":
        words, folder = [*words, *inputs.args], inputs.folder
    else:
        # From the workspace's root, so that annotations name the files as GitHub knows them.
        words += ["--diff"] if inputs.command == "check" else []
        words += ["--fail-on", inputs.fail_on] if inputs.fail_on else []
        if inputs.command == "check" and (trusted := inputs.trusted_ref or base(environment)):
            words += ["--trusted-ref", trusted]
        words += [*inputs.args, inputs.folder]
    command = [str(programs / "scaffold"), *words]
    code = subprocess.run(command, env=environment, cwd=folder, check=False).returncode
    if not found.is_file():
        return Outputs(status="failed", findings=0, exit_code=code or FAILURE)
    return Outputs(
        status=status(found),
        findings=count(found),
        exit_code=code,
        report=str(found),
        sarif=str(sarif) if sarif is not None and sarif.is_file() else "",
    )


def parse(inputs: Inputs, programs: Path, results: Path, environment: Mapping[str, str]) -> Outputs:
    """Read the body of the event's issue, or the one that the arguments name; return its answers."""
    found, body = results / "report.json", results / "body.md"
    event = environment.get("GITHUB_EVENT_PATH", "")
    issue = (json.loads(Path(event).read_bytes()) if event else {}).get("issue")
    words = ["parse", "--format", "json", *inputs.args]
    if issue is not None:
        body.write_text(issue.get("body") or "", encoding="utf-8", newline="")
        words.append(str(body))
    command = [str(programs / "scaffold"), *words]
    done = subprocess.run(
        command, env=environment, cwd=inputs.folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=False
    )
    if not done.stdout:
        return Outputs(status="failed", findings=0, exit_code=done.returncode or FAILURE)
    found.write_bytes(done.stdout)
    document = json.loads(done.stdout)
    findings = len(document.get("findings", ()))
    return Outputs(
        status="findings" if findings else "clean",
        findings=findings,
        exit_code=done.returncode,
        report=str(found),
        values=json.dumps(document["values"]),
    )


def preview(inputs: Inputs, programs: Path, results: Path, environment: Mapping[str, str]) -> Outputs:
    """Make the page of the templates, and a picture of it where there is a browser; return their folder."""
    command = [str(programs / "scaffold"), "preview", *inputs.args]
    page, picture = results / "issue-preview.html", results / "issue-preview.png"
    code = subprocess.run([*command, "--output", str(page)], env=environment, cwd=inputs.folder, check=False).returncode
    if code:
        return Outputs(status="failed", findings=0, exit_code=code)
    drawing = [*command, "--format", "png", "--output", str(picture)]
    if subprocess.run(drawing, env=environment, cwd=inputs.folder, check=False, capture_output=True).returncode:
        print("No browser of this runner made a picture of the page.")
    return Outputs(status="clean", findings=0, exit_code=0, preview=str(results))


def base(environment: Mapping[str, str]) -> str:
    """Return the commit that a pull request, or a group of them in the merge queue, is to be merged into.

    It is fetched if need be. Empty for another event.

    Exits with an annotation when it can't be had: without it a pull request could silence its own check.
    """
    event = environment.get("GITHUB_EVENT_PATH", "")
    payload = json.loads(Path(event).read_bytes()) if event else {}
    if "pull_request" in payload:  # of a review too, say
        commit = str(payload["pull_request"]["base"]["sha"])
    elif "merge_group" in payload:
        commit = str(payload["merge_group"]["base_sha"])
    else:
        return ""
    if COMMIT.fullmatch(commit) is None:
        stop(f"the event names no commit as the pull request's base: {commit!r}")
    known = ["git", "cat-file", "-e", f"{commit}^{{commit}}"]
    if subprocess.run(known, check=False, capture_output=True).returncode == 0:
        return commit
    fetch = ["git", "fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--depth=1", "origin", commit]
    if subprocess.run(fetch, env=with_token(environment, environment["GITHUB_SERVER_URL"]), check=False).returncode:
        stop(
            f"the pull request's base {commit} can't be fetched, and it decides what may silence the check; "
            "give actions/checkout `fetch-depth: 2`, or this action a token that may read the repository"
        )
    return commit


def status(found: Path) -> str:
    """Return the worst status of a report's targets: failed, findings or clean."""
    said = {target["status"] for target in json.loads(found.read_bytes())["targets"]}
    return next((word for word in ("failed", "findings") if word in said), "clean")


def count(found: Path) -> int:
    """Return how many findings, or steps that a label plan would do, a report has; what was accepted is none."""
    rows = [
        row
        for target in json.loads(found.read_bytes())["targets"]
        for row in (*target.get("findings", ()), *target.get("steps", ()))
    ]
    return sum(row.get("kind", row.get("action")) not in _NO_FINDINGS for row in rows)


def write_outputs(outputs: Outputs, file: Path) -> None:
    """Append the outputs as GitHub reads them."""
    rows = {
        "status": outputs.status,
        "findings": outputs.findings,
        "exit-code": outputs.exit_code,
        "report": outputs.report,
        "sarif": outputs.sarif,
        "values": outputs.values,
        "preview": outputs.preview,
    }
    with file.open("a", encoding="utf-8", newline="\n") as stream:
        stream.write("".join(f"{name}={value}\n" for name, value in rows.items()))


if __name__ == "__main__":
    sys.exit(main(os.environ))
