"""Git, as a program: the only module that starts a process of ours.

Variables that point git at another repository are taken out of its environment (a hook runs with them set); the
user's own configuration, credentials helpers and proxies stay.
"""

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from issue_scaffold.adapters.bounded_files import read_file as read_bounded
from issue_scaffold.domain.versions import KnownVersions, latest_tag
from issue_scaffold.errors import ScaffoldError

if TYPE_CHECKING:
    from subprocess import CompletedProcess

# `git rev-parse --local-env-vars`, less the configuration that users pass on purpose.
REPOSITORY_VARIABLES = (
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_DIR",
    "GIT_GRAFT_FILE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
)
ANSWER_SECONDS = 30.0
_CREDENTIALS = re.compile(r"(\w+://)[^/@\s]+@")


class GitError(ScaffoldError):
    """Git could not be started, or said no."""


class UnmergedFile(NamedTuple):
    """A file to mark unmerged: its path below the target, and the three contents that git shows as its stages."""

    path: str
    base: bytes | None
    ours: bytes | None
    theirs: bytes | None
    executable: bool = False


def environment() -> dict[str, str]:
    """Return the environment for git: the user's, never tied to another repository, never asking on a terminal."""
    env = {name: value for name, value in os.environ.items() if name not in REPOSITORY_VARIABLES}
    return env | {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}


def instead_of(url: str, local: str, env: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that make git read `local` wherever `url` is meant, after those that `env` already has."""
    try:
        count = int(env.get("GIT_CONFIG_COUNT") or 0)
    except ValueError:
        count = 0
    return {
        "GIT_CONFIG_COUNT": str(count + 1),
        f"GIT_CONFIG_KEY_{count}": f"url.{local}.insteadOf",
        f"GIT_CONFIG_VALUE_{count}": url,
    }


def require() -> None:
    """Raise GitError when git is missing, for those who start it by other ways."""
    import shutil

    if shutil.which("git") is None:
        raise _missing()


def _missing() -> GitError:
    return GitError("git was not found", hint="install git and make sure that it is on PATH")


def run(
    arguments: Sequence[str],
    *,
    cwd: Path | None = None,
    data: bytes | None = None,
    ok: Iterable[int] = (0,),
    timeout: float | None = None,
    index_file: str | None = None,
) -> bytes:
    """Run git for at most `timeout` seconds; return what it printed. `index_file` is another index than its own.

    Raises GitError when git is missing or ends with a status that isn't in `ok`; credentials in URLs are masked.
    """
    return _run(arguments, cwd=cwd, data=data, ok=ok, timeout=timeout, index_file=index_file).stdout


def _run(
    arguments: Sequence[str],
    *,
    cwd: Path | None,
    data: bytes | None,
    ok: Iterable[int],
    timeout: float | None = None,
    index_file: str | None = None,
) -> "CompletedProcess[bytes]":
    import subprocess

    env = environment()
    if index_file is not None:
        env["GIT_INDEX_FILE"] = index_file

    try:
        done = subprocess.run(
            ["git", *arguments],
            cwd=cwd,
            input=data,
            capture_output=True,
            check=False,
            env=env,
            timeout=timeout,
        )
    except subprocess.TimeoutExpired as error:
        raise GitError(f"git {arguments[0]} gave no answer for {timeout:.0f} seconds") from error
    except FileNotFoundError as error:
        if cwd is not None and not cwd.is_dir():
            raise GitError(f"{cwd} is not a folder") from error
        raise _missing() from error
    except OSError as error:
        raise GitError(f"git could not be started: {error.strerror}") from error
    if done.returncode not in ok:
        said = _CREDENTIALS.sub(r"\1", done.stderr.decode(errors="replace")).strip().splitlines()
        telling = next((line for line in said if line.startswith(("fatal:", "error:"))), said[-1] if said else "")
        raise GitError(f"git {arguments[0]} failed: {telling or f'exit status {done.returncode}'}")
    return done


def top_level(folder: Path) -> Path | None:
    """Return the root of the work tree that a folder lies in, without starting git; None outside of any."""
    folder = folder.absolute()
    return next((place for place in (folder, *folder.parents) if (place / ".git").exists()), None)


def remote_versions(url: str) -> KnownVersions:
    """Ask a repository (a URL or a path) for its tags and its default branch. Raises GitError."""
    tags: dict[str, str] = {}
    head = None
    said = run(["ls-remote", "--", url, "HEAD", "refs/tags/*"], timeout=ANSWER_SECONDS)
    for line in said.decode(errors="surrogateescape").split("\n"):
        commit, _, name = line.partition("\t")
        if name == "HEAD":
            head = commit
        elif name.startswith("refs/tags/"):
            # An annotated tag is listed twice; the peeled line, which is the commit, comes second.
            tags[name.removeprefix("refs/tags/").removesuffix("^{}")] = commit
    return KnownVersions(tags=tags, head=head, latest=latest_tag(tags) or head)


def clone_mirror(url: str, folder: Path) -> None:
    """Make a bare mirror of a repository. Raises GitError."""
    run(["clone", "--quiet", "--mirror", "--", url, str(folder)])


def fetch_mirror(folder: Path) -> None:
    """Bring a bare mirror up to date. Raises GitError."""
    run(["--git-dir", str(folder), "remote", "update", "--prune"])


def git_dir_of(repository: Path) -> list[str]:
    """Return the arguments that make git use a repository, bare or not."""
    return ["--git-dir", str(repository / ".git" if (repository / ".git").exists() else repository)]


def resolve(repository: Path, ref: str) -> str | None:
    """Return the commit that a branch, tag or commit names in a local repository, or None."""
    # Through standard input, so that a ref can never be read as an option.
    if not ref or "\n" in ref:
        return None
    asked = f"{ref}^{{commit}}\nrefs/remotes/origin/{ref}^{{commit}}\n".encode()
    for line in (
        run([*git_dir_of(repository), "cat-file", "--batch-check=%(objectname)"], data=asked).decode().split("\n")
    ):
        if re.fullmatch(r"[0-9a-f]{40,64}", line):
            return line
    return None


def find_commit(folder: Path, revision: str) -> str | None:
    """Return the commit that a revision names in the repository around a folder, or None. Raises GitError."""
    if not revision or "\n" in revision:
        return None
    asked = f"{revision}^{{commit}}\n".encode()  # through standard input it is never an option
    said = run(["cat-file", "--batch-check=%(objectname)"], cwd=folder, data=asked).decode().strip()
    return said if re.fullmatch(r"[0-9a-f]{40,64}", said) else None


def ignored_paths(folder: Path, paths: Sequence[str]) -> set[str]:
    """Return which of the paths git leaves out: untracked and matched by a rule of an ignore file. Raises GitError."""
    asked = b"".join(os.fsencode(path) + b"\0" for path in paths)
    said = run(["check-ignore", "-z", "--stdin"], cwd=folder, data=asked, ok=(0, 1))
    return {os.fsdecode(path) for path in said.split(b"\0") if path}


def read_file(repository: Path, commit: str, path: str) -> bytes | None:
    """Return a file's content at a commit, or None when the commit has no such file. Raises GitError."""
    said = run([*git_dir_of(repository), "cat-file", "--batch"], data=f"{commit}:{path}\n".encode())
    header, _, body = said.partition(b"\n")
    fields = header.split(b" ")
    return body[: int(fields[2])] if len(fields) == 3 and fields[1] == b"blob" else None  # noqa: PLR2004


def mentions(repository: Path, commit: str, pattern: str) -> bool:
    """Return whether any file of a commit, binary ones too, matches an extended regular expression. Raises GitError."""
    return bool(run([*git_dir_of(repository), "grep", "-a", "-l", "-E", pattern, commit], ok=(0, 1)))


def is_dirty(folder: Path) -> bool:
    """Return whether a work tree has changes that are not committed, untracked files too. Raises GitError."""
    return bool(run(["status", "--porcelain", "-z"], cwd=folder))


def merge_text(base: bytes, ours: bytes, theirs: bytes, labels: tuple[str, str, str]) -> tuple[bytes, bool]:
    """Merge three texts line by line; return the text and whether it has conflict markers.

    `labels` name ours, base and theirs in the markers. Raises GitError.
    """
    import tempfile

    with tempfile.TemporaryDirectory(prefix="scaffold-merge-") as folder:
        paths = []
        for name, content in (("ours", ours), ("base", base), ("theirs", theirs)):
            path = Path(folder, name)
            path.write_bytes(content)
            paths.append(str(path))
        named = [part for label in labels for part in ("-L", label)]
        # The exit status is the number of conflicts, at most 127; above that it is a failure.
        done = _run(["merge-file", "-p", *named, *paths], cwd=None, data=None, ok=range(128))
    return done.stdout, done.returncode > 0


def merge_in_progress(root: Path) -> str | None:
    """Return what git is in the middle of in a work tree (merge, rebase, cherry-pick), or None. Starts no process."""
    git_dir = root / ".git"
    if git_dir.is_file():  # a linked work tree or a submodule
        pointer = read_bounded(git_dir).decode(errors="replace").removeprefix("gitdir:").strip()
        if "\0" in pointer:
            return None
        git_dir = (root / pointer).resolve()
    states = {
        "MERGE_HEAD": "merge",
        "rebase-merge": "rebase",
        "rebase-apply": "rebase",
        "CHERRY_PICK_HEAD": "cherry-pick",
        "REVERT_HEAD": "revert",
    }
    return next((what for name, what in states.items() if (git_dir / name).exists()), None)


def unmerged_index_info(target: Path, files: Sequence[UnmergedFile]) -> dict[str, str]:
    """Return, by path, the index entries that mark files unmerged: git refuses a commit until they are resolved.

    The contents are put into the object store; the index is left as it is. Raises GitError.
    """
    if not files:
        return {}
    prefix = run(["rev-parse", "--show-prefix"], cwd=target).decode().rstrip("\n")
    entries = {}
    for file in files:
        path = prefix + file.path
        mode = "100755" if file.executable else "100644"
        lines = [f"0 {'0' * 40}\t{path}"]
        for stage, content in enumerate((file.base, file.ours, file.theirs), start=1):
            if content is not None:
                blob = run(["hash-object", "-w", "--stdin"], cwd=target, data=content).decode().strip()
                lines.append(f"{mode} {blob} {stage}\t{path}")
        entries[file.path] = "".join(f"{line}\0" for line in lines)
    return entries


def enter_index(target: Path, index_info: str) -> None:
    """Enter what `unmerged_index_info` returned into the index. Raises GitError."""
    run(["update-index", "-z", "--index-info"], cwd=target, data=index_info.encode())


def unmerged_paths(target: Path) -> tuple[str, ...]:
    """Return the paths below a folder that the index has as unmerged. Raises GitError."""
    said = run(["diff", "--name-only", "--diff-filter=U", "--relative", "-z"], cwd=target).decode()
    return tuple(path for path in said.split("\0") if path)
