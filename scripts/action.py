"""What action.yml runs: installs issue-scaffold, runs one command of it, and tells later steps how it went.

Owns nothing of what is checked: it hands the action's inputs (environment variables named INPUT_*) to `scaffold` and
its exit code on. Findings don't end the step, so that the next one can upload SARIF; action.yml's last step fails.
Needs only the standard library: it runs before anything is installed.
"""

import base64
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn

COMMANDS: Final = ("check", "validate", "labels-plan", "update")
FAILURE: Final = 3
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


def main(environment: Mapping[str, str]) -> int:
    """Run the action; return 0 unless its inputs are wrong or the installation failed."""
    inputs = read_inputs(environment)
    temporary = Path(environment["RUNNER_TEMP"])
    programs = install(inputs.source, temporary / "issue-scaffold")
    path = f"{programs}{os.pathsep}{environment['PATH']}"
    run = {**environment, "PATH": path, "PYTHONUTF8": "1"}
    if inputs.command == "update":
        return update(inputs, run)
    results = Path(tempfile.mkdtemp(prefix="scaffold-", dir=temporary))
    write_outputs(report(inputs, programs, results, run), Path(environment["GITHUB_OUTPUT"]))
    return 0


def read_inputs(environment: Mapping[str, str]) -> Inputs:
    """Return the inputs. Exits with an annotation for what can't be meant."""
    command = environment["INPUT_COMMAND"]
    sarif, fail_on = environment["INPUT_SARIF"], environment["INPUT_FAIL_ON"]
    if command not in COMMANDS:
        stop(f"input command: {command!r} is not one of {', '.join(COMMANDS)}")
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


def install(requirement: str, folder: Path) -> Path:
    """Install what pip understands into a virtual environment, once a job; return the folder of its programs."""
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    installed = folder / "installed.txt"
    # With -P, since a pull request's files lie in the working directory: its `venv.py` is not what is meant.
    if not installed.is_file() or installed.read_text(encoding="utf-8") != requirement:
        # Emptied: pip leaves what is there when another commit of the project has the same version.
        call([sys.executable, "-P", "-m", "venv", str(folder), "--clear"])
        python = programs / "python"
        call([str(python), "-P", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", requirement])
        installed.write_text(requirement, encoding="utf-8")
    return programs


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
    if subprocess.run(fetch, env=with_token(environment), check=False).returncode:
        stop(
            f"the pull request's base {commit} can't be fetched, and it decides what may silence the check; "
            "give actions/checkout `fetch-depth: 2`, or this action a token that may read the repository"
        )
    return commit


def with_token(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment in which git sends the token to this server, and to no other."""
    token = base64.b64encode(f"x-access-token:{environment['GH_TOKEN']}".encode()).decode()
    return {
        **environment,
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"http.{environment['GITHUB_SERVER_URL']}/.extraheader",
        "GIT_CONFIG_VALUE_0": f"AUTHORIZATION: basic {token}",
    }


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


def update(inputs: Inputs, environment: Mapping[str, str]) -> int:
    """Open or refresh a pull request for a newer template version; its script writes the outputs itself."""
    if inputs.args:
        stop("input args: the command update takes none")
    script = Path(environment["ACTION_PATH"], "template", "workflows", "update.sh")
    # Windows itself would take the one of its Linux subsystem, whatever PATH says.
    bash = shutil.which("bash", path=environment["PATH"]) or "bash"
    done = subprocess.run([bash, script.as_posix()], env=environment, cwd=inputs.folder, check=False)
    return done.returncode


def write_outputs(outputs: Outputs, file: Path) -> None:
    """Append the outputs as GitHub reads them."""
    rows = {
        "status": outputs.status,
        "findings": outputs.findings,
        "exit-code": outputs.exit_code,
        "report": outputs.report,
        "sarif": outputs.sarif,
    }
    with file.open("a", encoding="utf-8", newline="\n") as stream:
        stream.write("".join(f"{name}={value}\n" for name, value in rows.items()))


def call(command: Sequence[str]) -> None:
    """Run a program. Exits with an annotation if it fails."""
    done = subprocess.run(command, check=False)
    if done.returncode:
        stop(f"issue-scaffold can't be installed: {shlex.join(command)} failed; the log above says why")


def stop(message: str) -> NoReturn:
    """Annotate the run with an error, and end it."""
    data = message.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    sys.stdout.write(f"::error title=scaffold::{data}\n")
    sys.exit(FAILURE)


if __name__ == "__main__":
    sys.exit(main(os.environ))
