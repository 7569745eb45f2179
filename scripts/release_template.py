"""Append the working tree's template to the bundled history as one more release: `release_template.py X.Y.Z`.

The commit is deterministic (fixed author and dates), so that the same template on the same history gives the same
commit id on every machine. Nothing else touches the bundle.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "src" / "issue_scaffold" / "data"
BUNDLE = DATA / "template.bundle"
RELEASES = DATA / "template-releases.txt"
CHANGELOG = "CHANGELOG.md"
FIRST_DAY = 1_767_225_600  # 2026-01-01T00:00:00Z, in seconds; each release is dated one day after the one before
DAY = 86_400
NAME, EMAIL = "issue-scaffold", "template@issue-scaffold.invalid"


def git(repository: Path, *arguments: str, **variables: str) -> str:
    """Run git on the scratch repository, apart from anyone's configuration; return what it printed."""
    env = {
        "PATH": os.environ["PATH"],
        "GIT_DIR": str(repository),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        **variables,
    }
    done = subprocess.run(["git", *arguments], env=env, cwd=ROOT, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def changelog(version: str) -> str:
    """Return what `CHANGELOG.md` says of the template's versions. Raises SystemExit if it is silent on this one."""
    text = (ROOT / CHANGELOG).read_text(encoding="utf-8")
    versions = re.split(r"^## ", text.partition("\n## Template versions\n")[2], maxsplit=1, flags=re.MULTILINE)[0]
    if f"### [{version}]" not in versions:
        raise SystemExit(f'CHANGELOG.md has no heading [{version}] under "Template versions"')
    return re.sub(r"^###", "##", f"# Changelog of the template\n{versions.rstrip()}\n", flags=re.MULTILINE)


def add_file(repository: Path, path: str, content: str) -> None:
    """Add a file that the working tree doesn't have as it is to the index."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "content")
        file.write_text(content, encoding="utf-8", newline="\n")
        blob = git(repository, "hash-object", "-w", "--no-filters", str(file))
    git(repository, "update-index", "--add", "--cacheinfo", f"100644,{blob},{path}")


def release(version: str) -> str:
    """Release the working tree's template as `version`; return the new commit id. Raises SystemExit."""
    tag = f"v{version}"
    rows = [line.split() for line in RELEASES.read_text(encoding="ascii").splitlines()] if RELEASES.exists() else []
    if rows and tuple(map(int, version.split("."))) <= tuple(map(int, rows[-1][0][1:].split("."))):
        raise SystemExit(f"{version} is not newer than {rows[-1][0]}")
    with tempfile.TemporaryDirectory() as folder:
        repository = Path(folder, "template.git")
        git(repository, "init", "--quiet", "--bare", "--initial-branch=main")
        if rows:
            refs = ("refs/heads/main:refs/heads/main", "refs/tags/*:refs/tags/*")
            git(repository, "fetch", "--quiet", str(BUNDLE), *refs)
        plain = ("-c", "core.autocrlf=false", "-c", "core.fileMode=false", f"--work-tree={ROOT}")
        git(repository, *plain, "add", "copier.yml", "template")
        if rows and not git(repository, "diff", "--cached", "--name-only", rows[-1][1], "--", "copier.yml", "template"):
            raise SystemExit(f"the template is the one released as {rows[-1][0]}")
        add_file(repository, CHANGELOG, changelog(version))
        tree = git(repository, "write-tree")
        date = f"{FIRST_DAY + len(rows) * DAY} +0000"
        identity = {
            f"GIT_{role}_{field}": value
            for role in ("AUTHOR", "COMMITTER")
            for field, value in (("NAME", NAME), ("EMAIL", EMAIL), ("DATE", date))
        }
        parents = ["-p", rows[-1][1]] if rows else []
        commit = git(repository, "commit-tree", tree, *parents, "-m", f"Template {tag}", **identity)
        git(repository, "update-ref", "refs/heads/main", commit)
        git(repository, "update-ref", f"refs/tags/{tag}", commit)
        git(repository, "-c", "pack.threads=1", "bundle", "create", str(BUNDLE), "HEAD", "main", "--tags")
    RELEASES.write_text("".join(f"{name} {sha}\n" for name, sha in [*rows, (tag, commit)]), encoding="ascii")
    return commit


if __name__ == "__main__":
    match sys.argv[1:]:
        case [wanted] if re.fullmatch(r"\d+\.\d+\.\d+", wanted):
            print(release(wanted))
        case _:
            raise SystemExit("usage: release_template.py X.Y.Z")
