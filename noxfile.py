"""Every check of this project: `nox` runs what a change must pass, `nox --list` shows all sessions.

The sessions that `nox` alone runs share one environment, the one that nox is in: it holds what the lock file pins, and
from there on no index is asked. The others have environments of their own, with what the day offers.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
from contextlib import ExitStack
from pathlib import Path

import nox
from nox.command import CommandFailed

nox.needs_version = ">=2025.2.9"
# What `nox` alone runs, in this order; the tests come last, so that their summary is the last thing printed.
nox.options.sessions = ["checks", "tests"]
# What `checks` runs: each row beside the others, its sessions one after the other. One alone leaves a processor idle.
BESIDE = (("lint",), ("docs", "wheel"), ("node-tools",))
# Set for sessions that run beside others: the project is installed already, which only one may do at a time.
INSTALLED = "NOX_PROJECT_IS_INSTALLED"
nox.options.error_on_missing_interpreters = True

# Started in the background, a shell hands down that Ctrl-C is ignored, and nohup that hanging up is; the tests send
# both to what they start.
signal.signal(signal.SIGINT, signal.default_int_handler)
if hasattr(signal, "SIGHUP"):
    signal.signal(signal.SIGHUP, signal.SIG_DFL)

ROOT = Path(__file__).parent
PROJECT = nox.project.load_toml("pyproject.toml")
CODE = ("src", "tests", "scripts", "benchmarks", "noxfile.py")
LOCK = "requirements-dev.txt"
# What the lock file covers; the other groups are wanted in their newest versions.
LOCKED = ("lint", "test", "docs", "build")
PYTEST = ("-m", "pytest")
# Some wait for other processes: a third worker uses that time of two processors.
ALL_TESTS = ("-n", "3", "--dist", "worksteal", "-q", "-rfEs")


def install(session: nox.Session, *groups: str) -> None:
    """Install the project as its developers use it, with dependency groups, in the newest versions of the day."""
    session.install("--editable", ".", *nox.project.dependency_groups(PROJECT, *groups))


def python(session: nox.Session, *arguments: str, **environment: str) -> None:
    """Run the interpreter of the locked environment, whose programs come first."""
    path = f"{sysconfig.get_path('scripts')}{os.pathsep}{os.environ['PATH']}"
    session.run(sys.executable, *arguments, env={"PATH": path, **environment})


def locked(session: nox.Session) -> None:
    """Refuse an environment that differs from the lock file, install the project in it, and shut the index.

    What a session or a test installs after that comes from this machine, or the session fails.
    """
    session.env["PIP_NO_INDEX"] = "1"
    python(session, "scripts/locked.py", LOCK)
    if INSTALLED not in os.environ:
        project = ("--no-deps", "--no-build-isolation", "--editable", ".")
        python(session, "-m", "pip", "install", "--quiet", *project)


def scratch(session: str, name: str) -> Path:
    """Return a path for what a session makes. Not `create_tmp`: that moves TMPDIR into this repository."""
    return ROOT / ".nox" / session / name


@nox.session(python=False)
def checks(session: nox.Session) -> None:
    """Run `lint` beside `docs` and `wheel`, and install what the tests need; each one's output is shown as a whole."""
    locked(session)
    with ExitStack() as stack:
        running = []
        for names in BESIDE:
            said = stack.enter_context(tempfile.TemporaryFile())
            command = [sys.executable, "-m", "nox", "--sessions", *names]
            environment = {**os.environ, INSTALLED: "1"}
            process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=said, stderr=subprocess.STDOUT)
            running.append((names, said, stack.enter_context(process)))
        failed: list[str] = []
        for names, said, process in running:
            failed += names if process.wait() else ()
            said.seek(0)
            print(said.read().decode(errors="replace"), flush=True)  # noqa: T201 - as nox shows what it runs
    if failed:
        session.error(f"failed: {', '.join(failed)}")


@nox.session(python=False)
def lint(session: nox.Session) -> None:
    """Check style, formatting and types."""
    locked(session)
    python(session, "-m", "ruff", "check", *CODE)
    python(session, "-m", "ruff", "format", "--check", *CODE)
    python(session, "scripts/check_complexity.py")
    python(session, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()")
    python(session, "-m", "mypy")
    python(session, "-m", "mypy", "noxfile.py", "scripts", MYPYPATH="scripts")
    python(session, "-m", "mypy", "benchmarks", MYPYPATH="benchmarks")


def are_node_tools_there(lock: Path) -> bool:
    """Tell whether npm has installed what a lock file pins: it writes down what it has."""
    done = lock.parent / "node_modules" / ".package-lock.json"
    return done.is_file() and done.stat().st_mtime > lock.stat().st_mtime


def install_node_tools(session: nox.Session) -> None:
    """Install what some tests run with Node.js; without npm those tests skip, but never in CI."""
    if shutil.which("npm"):
        for lock in sorted(Path("tests").rglob("package-lock.json")):
            if "node_modules" not in lock.parts and not are_node_tools_there(lock):
                session.run("npm", "ci", "--no-audit", "--no-fund", "--prefix", str(lock.parent), external=True)


@nox.session(name="node-tools", python=False)
def node_tools(session: nox.Session) -> None:
    """Install what some tests run with Node.js, which `tests` else does first."""
    locked(session)
    install_node_tools(session)


@nox.session(python=False)
def tests(session: nox.Session) -> None:
    """Run the tests, three at a time; `nox -s tests -- ARGUMENTS` hands arguments to pytest."""
    locked(session)
    install_node_tools(session)
    python(session, *PYTEST, *(session.posargs or ALL_TESTS))


@nox.session(python=False)
def fast(session: nox.Session) -> None:
    """Run the tests that give the first answer, in under a minute."""
    locked(session)
    python(session, *PYTEST, "-m", "fast", *(session.posargs or ("-n", "2", "-q", "-rfE")))


@nox.session(python=False)
def shuffled(session: nox.Session) -> None:
    """Run the tests in another order and with other examples than ever before; what fails is news."""
    locked(session)
    install_node_tools(session)
    python(session, *PYTEST, "-p", "randomly", "--hypothesis-profile=news", *(session.posargs or ALL_TESTS))


@nox.session(python=False)
def template(session: nox.Session) -> None:
    """Run the tests of the bundled template alone."""
    locked(session)
    python(session, *PYTEST, "tests/template", *(session.posargs or ALL_TESTS))


@nox.session(python=False)
def fuzz(session: nox.Session) -> None:
    """Feed `validate`, `check` and `labels` 20,000 mutated inputs each, and meddle with 5,000 runs of `labels`."""
    locked(session)
    python(session, *PYTEST, "tests/fuzz", "-q", *session.posargs, SCAFFOLD_FUZZ_INPUTS="20000")
    adversary = (
        "tests/labels/test_adversary.py",
        "tests/labels/test_other_forges_adversary.py",
        "-q",
        *session.posargs,
    )
    python(session, *PYTEST, *adversary, SCAFFOLD_ADVERSARY_CASES="5000")


@nox.session(python=False)
def docs(session: nox.Session) -> None:
    """Build the site, strictly, and compare the generated pages with the code; `-- --write` writes them anew."""
    locked(session)
    python(session, "scripts/generate_reference.py", *(session.posargs or ("--check",)))
    python(session, "-m", "mkdocs", "build", "--strict", "--site-dir", str(scratch("docs", "site")))


@nox.session(python=False)
def wheel(session: nox.Session) -> None:
    """Build the wheel and the sdist, and use the command as it was installed from each."""
    locked(session)
    dist, wheels, place = (scratch("wheel", name) for name in ("dist", "wheels", "venv"))
    for folder in (dist, wheels):
        shutil.rmtree(folder, ignore_errors=True)
    python(session, "-m", "build", "--no-isolation", "--outdir", str(dist))
    python(session, "scripts/installed_wheels.py", str(wheels))
    # As an address: pip takes a blank in this variable for the end of a path.
    session.env["PIP_FIND_LINKS"] = wheels.absolute().as_uri()
    (built,), (source,) = dist.glob("*.whl"), dist.glob("*.tar.gz")
    for package in (built, source):
        python(session, "-m", "venv", "--clear", str(place))
        installed = str(place / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))
        session.run(installed, "-m", "pip", "install", "--quiet", str(package))
        session.run(installed, "-I", "scripts/smoke_test.py")
    python(session, "-I", "scripts/first_command.py", str(source))


@nox.session
def lock(session: nox.Session) -> None:
    """Pin everything anew in its newest version; `-- --no-upgrade` keeps what is pinned and adds what is missing."""
    session.install(*nox.project.dependency_groups(PROJECT, "lock"))
    groups = [part for group in LOCKED for part in ("--group", group)]
    # One file for every system and Python, of wheels alone: building one would take tools that nothing pins.
    form = ("--universal", "--python-version", "3.11", "--generate-hashes", "--no-build", "--emit-build-options")
    session.run(
        "uv", "pip", "compile", "pyproject.toml", "--all-extras", *groups, *form, "--no-annotate", "--quiet",
        "--custom-compile-command", "nox -s lock", "--output-file", LOCK, *(session.posargs or ("--upgrade",)),
    )  # fmt: skip


@nox.session
def newest(session: nox.Session) -> None:
    """Run the tests on the newest versions of all dependencies, and the README's first command on them."""
    install(session, *LOCKED)
    install_node_tools(session)
    session.run("python", *PYTEST, *(session.posargs or ALL_TESTS))
    dist = scratch("newest", "dist")
    shutil.rmtree(dist, ignore_errors=True)
    session.run("python", "-m", "build", "--sdist", "--outdir", str(dist))
    (source,) = dist.glob("*.tar.gz")
    session.run("python", "-I", "scripts/first_command.py", str(source))


@nox.session
def minimums(session: nox.Session) -> None:
    """Run the tests on the lowest versions of the dependencies that pyproject.toml allows."""
    extras = [line for lines in PROJECT["project"]["optional-dependencies"].values() for line in lines]
    lowest = [re.sub(r">=\s*", "==", line) for line in (*PROJECT["project"]["dependencies"], *extras)]
    session.install(*nox.project.dependency_groups(PROJECT, "lock"))
    # uv, because pip takes minutes to find what goes together with these.
    groups = nox.project.dependency_groups(PROJECT, *LOCKED)
    session.run_install("uv", "pip", "install", "--quiet", "--editable", ".", *groups, *lowest)
    install_node_tools(session)
    session.run("python", *PYTEST, *(session.posargs or ALL_TESTS))


@nox.session
def bench(session: nox.Session) -> None:
    """Time the command beside its peers; prints tables of medians and ratios, and fails when a target is missed."""
    install(session, "bench")
    missed = []
    for script in sorted(Path("benchmarks").glob("*.py")):
        if 'if __name__ == "__main__"' in script.read_text(encoding="utf-8"):
            try:
                session.run("python", str(script), *session.posargs)
            except CommandFailed:
                missed.append(script.name)
    if missed:
        session.error(f"a target was missed, or the benchmark broke: {', '.join(missed)}")


@nox.session
def mutation(session: nox.Session) -> None:
    """Break the code in small ways, and list what no test notices; `-- merge drift` for some areas, no CI."""
    install(session, "test", "mutation")
    session.run("python", "scripts/mutation.py", *session.posargs)


@nox.session
def peers(session: nox.Session) -> None:
    """Run what docs/explanation/peers.md shows of other tools, in their newest versions."""
    install(session, "test", "bench")
    session.run("pytest", "tests/docs/test_console.py", "-q", env={"SCAFFOLD_PEERS": "1"})


@nox.session(name="parse-peers", python=False)
def parse_peers(session: nox.Session) -> None:
    """Run other readers of issue bodies on a folder of cases: `nox -s parse-peers -- FOLDER`. Needs npm and node."""
    session.chdir("benchmarks/parse")
    session.run("npm", "install", "--ignore-scripts", "--no-save", "--no-package-lock", external=True)
    session.run("node", "peers.mjs", *session.posargs, external=True)


@nox.session(name="template-release")
def template_release(session: nox.Session) -> None:
    """Release the working tree's template: `nox -s template-release -- X.Y.Z`."""
    session.run("python", "scripts/release_template.py", *session.posargs)


if __name__ == "__main__":
    nox.main()
