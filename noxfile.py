"""Every check of this project: `nox` runs what a change must pass, `nox --list` shows all sessions."""

import re
import shutil
import signal
from pathlib import Path

import nox
from nox.command import CommandFailed

nox.needs_version = ">=2025.2.9"
# What `nox` alone runs, in this order; the tests come last, so that their summary is the last thing printed.
nox.options.sessions = ["lint", "docs", "wheel", "tests"]
nox.options.error_on_missing_interpreters = True

# Started in the background, a shell hands down that Ctrl-C is ignored; the tests send it to what they start.
signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = Path(__file__).parent
PROJECT = nox.project.load_toml("pyproject.toml")
CODE = ("src", "tests", "scripts", "benchmarks", "noxfile.py")


def install(session: nox.Session, *groups: str) -> None:
    """Install the project as its developers use it, with dependency groups."""
    session.install("--editable", ".", *nox.project.dependency_groups(PROJECT, *groups))


def scratch(session: nox.Session, name: str) -> Path:
    """Return a path beside the session's environment. Not `create_tmp`: that moves TMPDIR into this repository."""
    return Path(session.virtualenv.location, name).absolute()


@nox.session
def lint(session: nox.Session) -> None:
    """Check style, formatting and types."""
    install(session, "lint", "test")
    session.run("ruff", "check", *CODE)
    session.run("ruff", "format", "--check", *CODE)
    session.run("mypy")
    session.run("mypy", "noxfile.py", "scripts")
    session.run("mypy", "benchmarks", env={"MYPYPATH": "benchmarks"})


def install_node_tools(session: nox.Session) -> None:
    """Install what some tests run with Node.js; without npm those tests skip, but never in CI."""
    if shutil.which("npm"):
        for lock in sorted(Path("tests").rglob("package-lock.json")):
            if "node_modules" not in lock.parts:
                session.run("npm", "ci", "--no-audit", "--no-fund", "--prefix", str(lock.parent), external=True)


@nox.session
def tests(session: nox.Session) -> None:
    """Run the tests, two at a time; `nox -s tests -- ARGUMENTS` hands arguments to pytest."""
    install(session, "test")
    install_node_tools(session)
    session.run("pytest", *(session.posargs or ("-n", "2", "-q", "-rfEs")))


@nox.session
def minimums(session: nox.Session) -> None:
    """Run the tests on the lowest versions of the dependencies that pyproject.toml allows."""
    constraints = scratch(session, "minimums.txt")
    lowest = [re.sub(r">=\s*", "==", line) for line in PROJECT["project"]["dependencies"]]
    constraints.write_text("".join(f"{line}\n" for line in lowest), encoding="utf-8")
    groups = nox.project.dependency_groups(PROJECT, "test")
    session.install("--editable", ".", *groups, "--constraint", str(constraints))
    session.run("pytest", *(session.posargs or ("-n", "2", "-q", "-rfEs")))


@nox.session
def template(session: nox.Session) -> None:
    """Run the tests of the bundled template alone."""
    install(session, "test")
    session.run("pytest", "tests/template", *(session.posargs or ("-n", "2", "-q", "-rfEs")))


@nox.session
def docs(session: nox.Session) -> None:
    """Build the site, strictly, and compare the generated pages with the code; `-- --write` writes them anew."""
    install(session, "docs")
    session.run("python", "scripts/generate_reference.py", *(session.posargs or ("--check",)))
    session.run("mkdocs", "build", "--strict", "--site-dir", str(scratch(session, "site")))


@nox.session
def wheel(session: nox.Session) -> None:
    """Build the wheel and the sdist, and use the command as it was installed from each."""
    session.install("build")
    dist = scratch(session, "dist")
    shutil.rmtree(dist, ignore_errors=True)
    session.run("python", "-m", "build", "--outdir", str(dist), silent=True)
    (built,), (source,) = dist.glob("*.whl"), dist.glob("*.tar.gz")
    for package in (built, source):
        session.install("--force-reinstall", *(["--no-deps"] if package is source else []), str(package))
        session.run("python", "-I", "scripts/smoke_test.py")
    session.run("python", "-I", "scripts/first_command.py", str(source))


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
def peers(session: nox.Session) -> None:
    """Run what docs/explanation/peers.md shows of other tools, in their newest versions."""
    install(session, "test", "bench")
    session.run("pytest", "tests/docs/test_console.py", "-q", env={"SCAFFOLD_PEERS": "1"})


@nox.session(name="template-release")
def template_release(session: nox.Session) -> None:
    """Release the working tree's template: `nox -s template-release -- X.Y.Z`."""
    session.run("python", "scripts/release_template.py", *session.posargs)


@nox.session
def fuzz(session: nox.Session) -> None:
    """Feed the validator 20,000 mutated files."""
    install(session, "test")
    session.run("pytest", "tests/fuzz", "-q", *session.posargs, env={"SCAFFOLD_FUZZ_INPUTS": "20000"})


if __name__ == "__main__":
    nox.main()
