"""Git, as a program: the only module that starts a process of ours.

It knows how git is started and stopped, how its failures read, and what is asked of git in a work
tree. Which environment it gets is `git_environment`'s; what is read of template repositories is
`mirrors`'.
"""

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, NamedTuple

from issue_scaffold.errors import ScaffoldError
from issue_scaffold.files.rendering import File
from issue_scaffold.git.environment import NOTHING, sealed_environment, work_tree_environment
from issue_scaffold.git.folder import enclosing_git_folder, git_dir_of, pipe_or_device
from issue_scaffold.text.late_patterns import late_pattern

if TYPE_CHECKING:
    from subprocess import CompletedProcess, Popen

# How long a git may take that reaches nobody.
LOCAL_SECONDS: Final = 60.0
# The hexadecimal digits of an object's id: https://git-scm.com/docs/hash-function-transition
_ID_DIGITS: Final = {"sha1": 40, "sha256": 64}
_CREDENTIALS = late_pattern(r"(\w+://)[^/@\s]+@")
_SECRET_QUERY = late_pattern(r"(\w+://[^\s?#]*)[?#][^\s']*")
# An entry of one side of a conflict.
_STAGES = late_pattern(r" [123]\t")
_UNTRUSTED = late_pattern(r"detected dubious ownership|unsafe repository")


class GitError(ScaffoldError):
    """Git could not be started, or said no: `said` is all that it said, without credentials."""

    said: str = ""


class SlowGitError(GitError):
    """Git, or whom it talked to, took too long."""


class UntrustedRepositoryError(GitError):
    """Git refuses to work in a repository that belongs to another user."""


class UnmergedFile(NamedTuple):
    """A file to mark unmerged: its path below the target, and its stages (None: no such)."""

    path: str
    base: File | None
    ours: File | None
    theirs: File | None


def _missing() -> GitError:
    return GitError("git was not found", hint="install git and make sure that it is on PATH")


def run(
    arguments: Sequence[str],
    *,
    cwd: Path | None = None,
    data: bytes | None = None,
    ok: Iterable[int] = (0,),
    env: Mapping[str, str] | None = None,
) -> bytes:
    """Run git where it reaches nobody; return what it printed.

    `env` is the sealed environment unless another is given. Raises GitError when git is missing,
    takes longer than `LOCAL_SECONDS`, or ends with a status that isn't in `ok`; credentials in URLs
    are masked.
    """
    return _run(arguments, cwd=cwd, data=data, ok=ok, env=env).stdout


def run_in_work_tree(
    folder: Path,
    arguments: Sequence[str],
    *,
    data: bytes | None = None,
    ok: Iterable[int] = (0,),
    index_file: str | None = None,
) -> bytes:
    """Run git in a folder of the user's; return what it printed.

    `index_file` is another index than its own.

    No hook, monitor or attribute of the user's takes part. Raises UntrustedRepositoryError when the
    repository belongs to somebody whom the user's git doesn't trust, GitError when the folder is
    laid out like a bare repository or git's folder holds a pipe or a device, and what `run` raises.
    """
    # A commit can hold such a folder, and git would take it for the repository, with its settings
    # and its branches.
    bare = enclosing_git_folder(folder)
    if bare is not None:
        raise GitError(
            f"{bare} is laid out like a git repository of its own, "
            "so git would not look at the one around it",
            hint="remove HEAD, objects and refs from that folder",
        )
    odd = pipe_or_device(folder)
    if odd is not None:
        raise GitError(
            f"{odd} is no regular file, and git would wait for it",
            hint="remove it, or clone the repository anew",
        )
    index = {} if index_file is None else {"GIT_INDEX_FILE": index_file}
    return run(arguments, cwd=folder, data=data, ok=ok, env=work_tree_environment() | index)


def _run(
    arguments: Sequence[str],
    *,
    cwd: Path | None = None,
    data: bytes | None = None,
    ok: Iterable[int] = (0,),
    env: Mapping[str, str] | None = None,
) -> "CompletedProcess[bytes]":
    import subprocess

    try:
        done = subprocess.run(
            ["git", *arguments],
            cwd=cwd,
            input=b"" if data is None else data,
            capture_output=True,
            check=False,
            env=sealed_environment() if env is None else env,
            timeout=LOCAL_SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        raise GitError(
            f"git {_command(arguments)} took longer than {LOCAL_SECONDS:.0f} seconds"
        ) from error
    except OSError as error:
        raise _not_started(error, cwd) from error
    if done.returncode not in ok:
        raise _failure(arguments, done.returncode, done.stderr)
    return done


def ssh_hostname(alias: str) -> str | None:
    """Return the host that ssh would connect to for a name; None where it can't be asked.

    The name is one that ssh doesn't take for an option. Nothing is connected to.
    """
    import subprocess

    try:
        done = subprocess.run(
            ["ssh", "-G", alias],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=LOCAL_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    for line in done.stdout.decode(errors="replace").splitlines():
        key, _, value = line.partition(" ")
        if key.lower() == "hostname" and value.strip():
            return value.strip()
    return None


class Exchange(NamedTuple):
    """What came of a git that has talked: its status, and what it printed."""

    status: int
    out: bytes
    err: bytes


def talk(
    arguments: Sequence[str],
    *,
    env: Mapping[str, str],
    seconds: float,
    max_bytes: int,
    data: bytes = b"",
) -> bytes:
    """Run a git that reads another repository, here or on a server; return what it printed.

    Runs it as `exchange` does. Raises GitError, also when it says no.
    """
    done = exchange(arguments, env=env, seconds=seconds, max_bytes=max_bytes, data=data)
    if done.status != 0:
        raise failed_exchange(arguments, done)
    return done.out


def failed_exchange(arguments: Sequence[str], done: Exchange) -> GitError:
    """Return the error for a git that said no; credentials in URLs are masked."""
    return _failure(arguments, done.status, done.err)


def exchange(
    arguments: Sequence[str],
    *,
    env: Mapping[str, str],
    seconds: float,
    max_bytes: int,
    data: bytes = b"",
) -> Exchange:
    """Run a git that talks to another repository, here or on a server; return what came of it.

    All of it, helpers and all, is ended after `seconds` or when we are interrupted, and where the
    system can, when a file that it writes grows beyond `max_bytes`. It belongs to no repository,
    wherever it is started, but for one that `arguments` name. Raises GitError when it can't be
    started, or gives no full answer in time.
    """
    import subprocess
    import tempfile

    # Files rather than pipes: nobody has to read along, and the limit on file sizes holds for them
    # too.
    with (
        tempfile.TemporaryFile() as given,
        tempfile.TemporaryFile() as out,
        tempfile.TemporaryFile() as err,
    ):
        given.write(data)
        given.seek(0)
        try:
            process = subprocess.Popen(
                ["git", *arguments],
                stdin=given,
                stdout=out,
                stderr=err,
                env={"GIT_DIR": NOTHING, **env},
                start_new_session=True,  # so that its helpers can be ended with it
            )
        except OSError as error:
            raise _not_started(error, None) from error
        with _ended(process):
            _limit_files(process.pid, max_bytes)
            try:
                status = process.wait(seconds)
            except subprocess.TimeoutExpired as error:
                raise SlowGitError(
                    f"git {_command(arguments)} gave no full answer within {seconds:.0f} seconds",
                    hint="check the network, the server and the size of the repository, "
                    "then run this again",
                ) from error
        return Exchange(status, _text_of(out), _text_of(err))


def _text_of(file: BinaryIO) -> bytes:
    file.seek(0)
    return file.read()


@contextmanager
def _ended(process: "Popen[bytes]") -> Iterator[None]:
    """End a process and everything that it started, when the block is left before it has ended."""
    try:
        yield
    finally:
        # What a finished one left running stays: the user's credential cache, say.
        if process.poll() is None:
            _kill_group(process)
            process.wait()


def _kill_group(process: "Popen[bytes]") -> None:
    import signal

    try:
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    except (ProcessLookupError, PermissionError):
        pass  # all of them have ended


def _limit_files(pid: int, max_bytes: int) -> None:
    try:
        from resource import RLIMIT_FSIZE, prlimit
    except ImportError:
        return  # only Linux can limit another process
    try:
        prlimit(pid, RLIMIT_FSIZE, (max_bytes, max_bytes))
    except (OSError, ValueError):
        return  # it has ended, or the user's own limit is lower


def _not_started(error: OSError, cwd: Path | None) -> GitError:
    if isinstance(error, FileNotFoundError):
        if cwd is not None and not cwd.is_dir():
            return GitError(f"{cwd} is not a folder")
        return _missing()
    return GitError(f"git could not be started: {error.strerror}")


def _failure(arguments: Sequence[str], status: int, stderr: bytes) -> GitError:
    said = _masked(stderr.decode(errors="replace")).strip().splitlines()
    last = said[-1] if said else ""
    telling = next((line for line in said if line.startswith(("fatal:", "error:"))), last)
    message = f"git {_command(arguments)} failed: {telling or f'exit status {status}'}"
    if _UNTRUSTED.search(message):
        return UntrustedRepositoryError(message, hint=_trusting(said))
    error = GitError(message)
    error.said = "\n".join(said)
    return error


def _masked(text: str) -> str:
    return _SECRET_QUERY.sub(r"\1", _CREDENTIALS.sub(r"\1", text))


def _trusting(said: Sequence[str]) -> str:
    command = next(
        (line.strip() for line in said if "safe.directory" in line),
        "git config --global safe.directory",
    )
    return f"if you trust it: {command}"


def _command(arguments: Sequence[str]) -> str:
    """Return the name of the command, without the options of git itself."""
    words = iter(arguments)
    for word in words:
        if word in {"--git-dir", "--work-tree", "-c", "-C"}:
            next(words, "")
        elif not word.startswith("-"):
            return word
    return ""


def find_commit(folder: Path, revision: str) -> str | None:
    """Return the commit that a revision names in the repository around a folder, or None.

    Raises GitError.
    """
    if not revision or "\n" in revision:
        return None
    asked = f"{revision}^{{commit}}\n".encode()  # through standard input it is never an option
    said = (
        run_in_work_tree(folder, ["cat-file", "--batch-check=%(objectname)"], data=asked)
        .decode()
        .strip()
    )
    if re.fullmatch(r"[0-9a-f]{40,64}", said):
        return said
    return None


def ignored_paths(folder: Path, paths: Sequence[str]) -> set[str]:
    """Return which of the paths git leaves out: untracked and matched by a rule of an ignore file.

    Raises GitError.
    """
    asked = b"".join(os.fsencode(path) + b"\0" for path in paths)
    said = run_in_work_tree(folder, ["check-ignore", "-z", "--stdin"], data=asked, ok=(0, 1))
    return {os.fsdecode(path) for path in said.split(b"\0") if path}


def merge_text(
    base: bytes, ours: bytes, theirs: bytes, labels: tuple[str, str, str]
) -> tuple[bytes, bool]:
    """Merge three texts line by line; return the text and whether it has conflict markers.

    `labels` name ours, base and theirs in the markers. Raises GitError.
    """
    from issue_scaffold.files.scratch import Scratch, ScratchKind

    with Scratch(ScratchKind.MERGE) as folder:
        paths = []
        for name, content in (("ours", ours), ("base", base), ("theirs", theirs)):
            path = folder / name
            path.write_bytes(content)
            paths.append(str(path))
        named = [part for label in labels for part in ("-L", label)]
        # The exit status is the number of conflicts, at most 127; above that it is a failure.
        done = _run(["merge-file", "-p", *named, *paths], ok=range(128))
    return done.stdout, done.returncode > 0


def merge_in_progress(root: Path) -> str | None:
    """Return what git is in the middle of in a work tree (merge, rebase, cherry-pick), or None.

    Starts no process.
    """
    git_dir = git_dir_of(root / ".git")
    states = {
        "MERGE_HEAD": "merge",
        "rebase-merge": "rebase",
        "rebase-apply": "rebase",
        "CHERRY_PICK_HEAD": "cherry-pick",
        "REVERT_HEAD": "revert",
    }
    return next((what for name, what in states.items() if (git_dir / name).exists()), None)


def unmerged_index_info(target: Path, files: Sequence[UnmergedFile]) -> dict[str, str]:
    """Return, by path, the index entries that mark files unmerged, so that git refuses a commit.

    The contents are put into the object store; the index is left as it is. Raises GitError.
    """
    entries: dict[str, list[str]] = {}
    for file in files:
        lines = entries.setdefault(file.path, [])
        for stage, content in enumerate((file.base, file.ours, file.theirs), start=1):
            if content is not None:
                mode, blob = _index_entry(target, content)
                lines.append(f"{mode} {blob} {stage}")
    return index_info(target, entries)


def _index_entry(target: Path, file: File) -> tuple[str, str]:
    """Return a file's mode in the index, and its content's id in the object store."""
    mode = "100755" if file.executable else "100644"
    data = file.content
    if file.link is not None:
        mode, data = "120000", os.fsencode(file.link)
    return mode, run_in_work_tree(
        target, ["hash-object", "-w", "--stdin"], data=data
    ).decode().strip()


def mode_index_info(target: Path, executable: Mapping[str, bool]) -> dict[str, str]:
    """Return, by path, the index entries that make files executable there, or not any more.

    There are some only where git doesn't look at the files' own modes (`core.fileMode` is false),
    so that nobody else would get them; contents stay as they were staged. Raises GitError.
    """
    if not executable:
        return {}
    said = run_in_work_tree(target, ["config", "--type=bool", "--get", "core.fileMode"], ok=(0, 1))
    if said.strip() != b"false":
        return {}
    listed = run_in_work_tree(
        target,
        ["--literal-pathspecs", "ls-files", "--stage", "--full-name", "-z", "--", *executable],
    )
    prefix = run_in_work_tree(target, ["rev-parse", "--show-prefix"]).decode().rstrip("\n")
    entries = {}
    for row in os.fsdecode(listed).split("\0")[:-1]:
        fields, _, path = row.partition("\t")
        mode, blob, stage = fields.split(" ")
        name = path.removeprefix(prefix)
        wanted = "100755" if executable.get(name) else "100644"
        if stage == "0" and mode in {"100644", "100755"} and mode != wanted:
            entries[name] = f"{wanted} {blob} 0\t{path}\0"
    return entries


def unmarked(error: GitError, index_info: str) -> str:
    """Return the remark for what the index was to be told and git didn't take."""
    what = (
        "git could not be told of the conflicts: the files are not marked as unmerged, "
        "so no commit is stopped"
    )
    if index_info and not _STAGES.search(index_info):
        what = "git could not be told which files are executable now (git update-index --chmod)"
    remark = f"{what}: {error.message}"
    if error.hint:
        return f"{remark}; {error.hint}"
    return remark


def index_stays(error: GitError) -> str:
    """Return the remark for an index that could not be brought back to what it was."""
    remark = f"git's index stays as it is, conflicts that it marks too: {error.message}"
    if error.hint:
        return f"{remark}; {error.hint}"
    return remark


def index_entries(target: Path, paths: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return what the index has of each path below a folder: `MODE BLOB STAGE`, empty for nothing.

    Raises GitError.
    """
    named = [f":(literal){path}" for path in paths]
    said = run_in_work_tree(target, ["ls-files", "--stage", "-z", "--", *named])
    found: dict[str, tuple[str, ...]] = dict.fromkeys(paths, ())
    for row in os.fsdecode(said).split("\0"):
        entry, _, path = row.partition("\t")
        if path in found:
            found[path] += (entry,)
    return found


def index_info(target: Path, entries: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return, by path below a folder, what gives the index these entries of it and no others.

    They are as `index_entries` returns them. Raises GitError.
    """
    if not entries:
        return {}
    said = run_in_work_tree(target, ["rev-parse", "--show-prefix", "--show-object-format"])
    prefix, _, algorithm = said.decode().rstrip("\n").rpartition("\n")
    # What the index has of the file goes first; the id of nothing is as long as the repository's
    # other ids.
    none = "0" * _ID_DIGITS.get(algorithm, 40)
    found = {}
    for path, lines in entries.items():
        records = (f"{line}\t{prefix}{path}\0" for line in (f"0 {none}", *lines))
        found[path] = "".join(records)
    return found


def entered_entries(info: str) -> set[str]:
    """Return the entries, as `index_entries` does, that `index_info` enters for one path."""
    entries = {record.partition("\t")[0] for record in info.split("\0") if record}
    return {entry for entry in entries if not entry.startswith("0 ")}


def enter_index(target: Path, index_info: str) -> None:
    """Enter what `unmerged_index_info` returned into the index. Raises GitError."""
    run_in_work_tree(target, ["update-index", "-z", "--index-info"], data=index_info.encode())


def unmerged_paths(target: Path) -> tuple[str, ...]:
    """Return the paths below a folder that the index has as unmerged. Raises GitError."""
    # Of the index alone: comparing contents may run what a repository's attributes name.
    said = run_in_work_tree(target, ["ls-files", "--unmerged", "-z"]).decode(
        errors="surrogateescape"
    )
    rows = (row.partition("\t") for row in said.split("\0") if row)
    return tuple(dict.fromkeys(path for _, _, path in rows))
