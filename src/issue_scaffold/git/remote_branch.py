"""A branch of a repository on a server: looked at, built upon and pushed, without a work tree.

Nothing of the repository is checked out or run: commits are made of trees and blobs, in a bare
folder that is thrown away and that holds no file's contents but ours. What is to be pushed, and
whether, is for others.
"""

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from issue_scaffold.errors import UsageError
from issue_scaffold.files.scratch import Scratch, ScratchKind
from issue_scaffold.git import command as git
from issue_scaffold.git.environment import (
    sealed_environment,
    signing_environment,
    work_tree_environment,
)

_SECONDS: Final = 120.0
_MOST_BYTES: Final = 512 << 20
_BASE: Final = "refs/scaffold/base"
_BRANCH: Final = "refs/scaffold/branch"
_LONG_ID: Final = 64
_PUSH: Final = (
    # No pack is made as a difference to contents that are on the server only.
    "-c",
    "pack.window=0",
    "push",
    "--porcelain",
    "--no-verify",
    "--no-signed",
    "--recurse-submodules=no",
)


class PushRefusedError(git.GitError):
    """The server takes no commits for this branch."""


class ProtectedBranchError(PushRefusedError):
    """The server's rules keep this branch from everybody like us."""


class SigningError(git.GitError):
    """The user's git could not sign a commit."""


class BranchMovedError(git.GitError):
    """A branch isn't where it was when it was looked at."""


class BuiltFile(NamedTuple):
    """A file of a commit: its mode, and its contents; None for one that goes."""

    path: str
    mode: str
    content: bytes | None


class Built(NamedTuple):
    """A commit and its tree, by git's ids."""

    commit: str
    tree: str


class Signature(NamedTuple):
    """Who makes a commit, and when, in seconds since 1970."""

    name: str
    email: str
    when: int

    @property
    def is_nobodys(self) -> bool:
        """Whether git is not told who the user is."""
        return self.email == _TOOL.email


_AUTHOR: Final = re.compile(r"([^<>\n]+?) *<([^<>\s]+)>")
# https://git-scm.com/docs/git-check-ref-format
_NO_BRANCH: Final = re.compile(
    r"^[-/]|/$|//|\.$|\.\.|@\{|^@$|(^|/)\.|\.lock(/|$)|[\x00-\x20\x7f~^:?*\[\\]|^HEAD$|^$"
)


def parse_author(text: str) -> Signature:
    """Return who `NAME <MAIL>` is. Raises UsageError."""
    found = _AUTHOR.fullmatch(text.strip())
    if found is None:
        raise UsageError(f"{text!r} is no author", hint="give 'NAME <MAIL>'")
    return Signature(found[1], found[2], 0)


def parse_branch(text: str) -> str:
    """Return the name of a branch. Raises UsageError for what git takes for none."""
    if _NO_BRANCH.search(text):
        raise UsageError(f"{text!r} is no branch", hint="give a name that git takes, say a/b")
    return text


# Nobody's: https://www.rfc-editor.org/rfc/rfc2606#section-2
_TOOL: Final = Signature("scaffold", "scaffold@localhost.invalid", 0)


def own_signature() -> Signature:
    """Return who commits by the user's configuration of git, with no time; else this tool."""
    found = []
    for key in ("user.name", "user.email"):
        said = git.run(["config", "--get", key], ok=(0, 1), env=work_tree_environment())
        found.append(said.decode(errors="replace").strip())
    name, email = found
    if not name or not email:
        return _TOOL
    return Signature(re.sub(r"[<>\n]", "", name), re.sub(r"[<>\s]", "", email), 0)


class RemoteBranches:
    """The branches of one repository, by its URL. Methods raise GitError."""

    def __init__(self, url: str, environment: Mapping[str, str]) -> None:
        """`environment` is for the git that talks to the server."""
        self._url = url
        self._environment = environment
        # How many times git has talked to the server.
        self.exchanges = 0

    def heads(self, branches: Sequence[str]) -> dict[str, str]:
        """Return the commits of those branches that are there."""
        names = [f"refs/heads/{branch}" for branch in branches]
        said = self._talk(["ls-remote", "--", self._url, *names]).decode(errors="surrogateescape")
        found = {}
        for line in said.splitlines():
            commit, _, name = line.partition("\t")
            if name in names:
                found[name.removeprefix("refs/heads/")] = commit
        return found

    @contextmanager
    def fetched(self, heads: Mapping[str, str], base: str, branch: str) -> Iterator["Workshop"]:
        """Give a folder with the commits of a base and of a branch, if that is among the heads.

        Raises BranchMovedError when the base isn't at its head any more.
        """
        with Scratch(ScratchKind.PUSH) as folder:
            at = str(folder)
            kind = "sha256" if len(heads[base]) == _LONG_ID else "sha1"
            git.run(["init", "--quiet", "--bare", f"--object-format={kind}", at])
            wanted = [f"+refs/heads/{base}:{_BASE}"]
            if branch in heads:
                wanted.append(f"+refs/heads/{branch}:{_BRANCH}")
            options = ("--quiet", "--depth=1", "--filter=blob:none", "--no-tags")
            # Which also notes in the folder that the server has the contents that aren't here.
            self._talk(["--git-dir", at, "fetch", *options, "--", self._url, *wanted])
            workshop = Workshop(folder, heads[base])
            if workshop.ask("rev-parse", _BASE) != heads[base]:
                raise BranchMovedError(f"{base} moved in the meantime")
            yield workshop

    def push(self, workshop: "Workshop", commit: str, branch: str, known: str | None) -> None:
        """Let a branch be a commit, if it is still at the known one (None: not there).

        Raises PushRefusedError, and BranchMovedError where it is somewhere else.
        """
        lease = f"--force-with-lease=refs/heads/{branch}:{known or ''}"
        arguments = ["--git-dir", str(workshop.folder), *_PUSH, lease, "--", self._url]
        self.exchanges += 1
        arguments.append(f"{commit}:refs/heads/{branch}")
        done = git.exchange(
            arguments, env=self._environment, seconds=_SECONDS, max_bytes=_MOST_BYTES
        )
        if done.status != 0:
            raise _refused(branch, done) or git.failed_exchange(arguments, done)

    def _talk(self, arguments: Sequence[str]) -> bytes:
        self.exchanges += 1
        return git.talk(arguments, env=self._environment, seconds=_SECONDS, max_bytes=_MOST_BYTES)


def _refused(branch: str, done: git.Exchange) -> git.GitError | None:
    """Return what a push that said no means; None where git never came so far.

    Source of the lines: https://git-scm.com/docs/git-push#_output
    """
    line = re.search(r"^!\t[^\t]*\t(.*)$", done.out.decode(errors="replace"), re.MULTILINE)
    if line is None:
        return None
    told = [one for one in done.err.decode(errors="replace").splitlines() if one.startswith("remo")]
    said = " ".join([line[1], *(one.removeprefix("remote:").strip() for one in told)]).strip()
    if "stale info" in line[1] or "fetch first" in line[1] or "cannot lock ref" in said:
        return BranchMovedError(f"{branch} moved in the meantime")
    if "protected" in said.lower() or "rule violations" in said.lower():
        return ProtectedBranchError(f"{branch} is protected: {said}")
    return PushRefusedError(f"{branch} was refused: {said}")


@dataclass(frozen=True, slots=True)
class Workshop:
    """A bare folder with the commit of a base, and with a branch if there is one."""

    folder: Path
    base: str

    def ask(self, *arguments: str, data: bytes | None = None, index: str | None = None) -> str:
        """Return what git says of the folder, which reaches nobody."""
        environment = sealed_environment()
        if index is not None:
            environment["GIT_INDEX_FILE"] = index
        said = git.run(["--git-dir", str(self.folder), *arguments], data=data, env=environment)
        return said.decode(errors="surrogateescape").rstrip("\n")

    def base_tree(self) -> str:
        """Return the tree of the base's commit."""
        return self.ask("rev-parse", f"{self.base}^{{tree}}")

    def tree_and_message(self) -> tuple[str, str]:
        """Return the tree of the branch's commit, and what its message says."""
        said = self.ask("cat-file", "commit", _BRANCH)
        head, _, message = said.partition("\n\n")
        tree = head.partition("\n")[0].removeprefix("tree ")
        return tree, message

    def build(
        self,
        files: Sequence[BuiltFile],
        message: Callable[[str], str],
        signature: Signature,
        *,
        signs: bool = False,
    ) -> Built:
        """Make a commit upon the base; the same base, files, message and signature give the same.

        The message is made of the tree. With `signs` the user's git signs it, anew each time.
        Raises GitError, SigningError among them.
        """
        index = str(self.folder / "scaffold-index")
        self.ask("read-tree", self.base, index=index)
        entries = b"".join(self._entry(file) for file in files)
        self.ask("update-index", "-z", "--index-info", data=entries, index=index)
        tree = self.ask("write-tree", "--missing-ok", index=index)
        commit = self._signed if signs else self._commit
        return Built(commit(tree, message(tree), signature), tree)

    def _entry(self, file: BuiltFile) -> bytes:
        path = os.fsencode(file.path)
        if file.content is None:
            return b"0 %s\t%s\0" % (b"0" * len(self.base), path)
        blob = self.ask("hash-object", "-w", "--stdin", data=file.content)
        return b"%s %s\t%s\0" % (file.mode.encode(), blob.encode(), path)

    def _commit(self, tree: str, message: str, signature: Signature) -> str:
        """Return the commit, written as git has it: https://git-scm.com/docs/git-commit-tree."""
        who = f"{signature.name} <{signature.email}> {signature.when} +0000"
        text = f"tree {tree}\nparent {self.base}\nauthor {who}\ncommitter {who}\n\n{message}\n"
        return self.ask("hash-object", "-w", "-t", "commit", "--stdin", data=text.encode())

    def _signed(self, tree: str, message: str, signature: Signature) -> str:
        """Return the same commit as the user's git signs it: its key, its program, its format."""
        when = f"{signature.when} +0000"
        environment = signing_environment()
        for who in ("AUTHOR", "COMMITTER"):
            environment[f"GIT_{who}_NAME"] = signature.name
            environment[f"GIT_{who}_EMAIL"] = signature.email
            environment[f"GIT_{who}_DATE"] = when
        arguments = ["-c", "i18n.commitEncoding=UTF-8", "commit-tree", "-S", "-p", self.base, tree]
        folder = ["--git-dir", str(self.folder)]
        data = f"{message}\n".encode()
        try:
            return git.run([*folder, *arguments], data=data, env=environment).decode().strip()
        except git.GitError as error:
            raise SigningError(
                f"git could not sign the commit: {error.message}",
                hint="does `git commit -S` work for you? without --sign none is signed",
            ) from error
