"""Bare mirrors of template repositories: made, brought up to date, asked.

Only what is ours is ever read here.

Somebody's repository, on a server or on this machine, is reached in two ways alone: listing its
branches and tags, and fetching them into a mirror. A mirror holds `refs/heads/*` and `refs/tags/*`,
so no pull request of anybody's.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from issue_scaffold.git import command as git
from issue_scaffold.git.environment import sealed_environment, transport_environment
from issue_scaffold.template.versions import KnownVersions, described, is_commit_id, latest_tag

# Limits on a whole exchange, however it goes on.
LIST_SECONDS: Final = 30.0
FETCH_SECONDS: Final = 120.0
LIST_BYTES: Final = 64 * 1024 * 1024
MIRROR_BYTES: Final = 1024 * 1024 * 1024
_REFSPECS: Final = ("+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")
_OBJECT: Final = re.compile(r"[0-9a-f]{40,64}")


class Address(NamedTuple):
    """Where a repository is: what git is given, and the protocols that it may use to get there.

    Without protocols it is a path on this machine, which is read sealed off.
    """

    url: str
    protocols: tuple[str, ...] = ()

    @property
    def environment(self) -> dict[str, str]:
        """What git is started with to read it."""
        if self.protocols:
            return transport_environment(self.protocols)
        return sealed_environment()


def users_protocols() -> Mapping[str, str]:
    """Return what the user's git configuration says of protocols, by the setting's name.

    Raises GitError.
    """
    said = git.run(
        ["config", "--null", "--get-regexp", r"^protocol\."],
        ok=(0, 1),
        env=transport_environment(()) | {"GIT_DIR": "/dev/null"},
    )
    rows = (row.partition("\n") for row in said.decode(errors="replace").split("\0") if row)
    return {name.lower(): value for name, _, value in rows}


def trusted_folders() -> tuple[str, ...]:
    """Return the folders that the user's git trusts whoever owns them: `safe.directory`.

    Raises GitError.
    """
    said = git.run(
        ["config", "--null", "--type=path", "--get-all", "safe.directory"],
        ok=(0, 1),
        env=transport_environment(()) | {"GIT_DIR": "/dev/null"},
    )
    folders = said.decode(errors="surrogateescape").split("\0")[:-1]
    while "" in folders:  # an empty value takes back those before it
        folders = folders[folders.index("") + 1 :]
    return tuple(folders)


def list_versions(address: Address) -> KnownVersions:
    """Ask a repository for its tags and its default branch. Raises GitError."""
    said = git.talk(
        ["ls-remote", "--", address.url, "HEAD", "refs/tags/*"],
        env=address.environment,
        seconds=LIST_SECONDS,
        max_bytes=LIST_BYTES,
    )
    tags: dict[str, str] = {}
    head = None
    for line in said.decode(errors="surrogateescape").split("\n"):
        commit, _, name = line.partition("\t")
        if not _OBJECT.fullmatch(commit):
            continue
        if name == "HEAD":
            head = commit
        elif name.startswith("refs/tags/"):
            # An annotated tag is listed twice; the peeled line, which is the commit, comes second.
            tags[name.removeprefix("refs/tags/").removesuffix("^{}")] = commit
    return KnownVersions(tags=tags, head=head, latest=latest_tag(tags) or head)


def make(address: Address, folder: Path) -> None:
    """Make a mirror in a folder that is empty or not there. Raises GitError."""
    # Never by copying a repository's files, however near it is: git's own protocol carries objects
    # and nothing else.
    arguments = ["clone", "--quiet", "--bare", "--no-local", "--", address.url, str(folder)]
    git.talk(arguments, env=address.environment, seconds=FETCH_SECONDS, max_bytes=MIRROR_BYTES)


def bring_up_to_date(address: Address, folder: Path) -> None:
    """Fetch what has changed into a mirror, and drop what is gone. Raises GitError."""
    arguments = [
        "--git-dir",
        str(folder),
        "fetch",
        "--quiet",
        "--prune",
        "--no-write-fetch-head",
        "--no-tags",
    ]
    git.talk(
        [*arguments, "--", address.url, *_REFSPECS],
        env=address.environment,
        seconds=FETCH_SECONDS,
        max_bytes=MIRROR_BYTES,
    )


def resolve(mirror: Path, names: Sequence[str]) -> list[str | None]:
    """Return the commit that each name stands for in a mirror, None for one that stands for none.

    Raises GitError.
    """
    # Through standard input, so that a name can never be read as an option.
    asked = "".join(f"{name}^{{commit}}\n" for name in names).encode(errors="surrogateescape")
    said = git.run([*_in(mirror), "cat-file", "--batch-check=%(objectname)"], data=asked).decode(
        errors="replace"
    )
    lines = said.split("\n")
    return [line if _OBJECT.fullmatch(line) else None for line in lines[: len(names)]]


def commit_of(mirror: Path, version: str) -> str | None:
    """Return the commit of a version in a mirror, or None. Raises GitError.

    A tag, a branch, `HEAD`, a described commit, or the id of one that a branch or a tag holds.
    """
    if version == "HEAD":
        return resolve(mirror, ["HEAD"])[0]
    name = described(version)
    refs = [f"refs/tags/{version}", f"refs/heads/{version}"]
    if name is not None:
        refs.append(f"refs/tags/{name.tag}")
    tag, branch, *base = _resolve_refs(mirror, refs)
    if tag is not None or branch is not None:
        return tag or branch
    if name is None:
        return _held_commit(mirror, version)
    commit = _held_commit(mirror, name.commit)
    if commit is None or base[0] is None or _distance(mirror, base[0], commit) != name.distance:
        return None
    return commit


def _held_commit(mirror: Path, abbreviated: str) -> str | None:
    """Return the commit of an id, perhaps abbreviated, that a branch or a tag holds, or None."""
    if not is_commit_id(abbreviated):
        return None
    commit = resolve(mirror, [abbreviated])[0]
    # A branch may be called as a commit is abbreviated; git then takes that.
    if commit is None or not commit.startswith(abbreviated):
        return None
    said = git.run(
        [*_in(mirror), "for-each-ref", "--count=1", "--format=%(refname)", "--contains", commit]
    )
    return commit if said.strip() else None


def _resolve_refs(mirror: Path, refs: Sequence[str]) -> list[str | None]:
    """Return the commit of each full name of a branch or tag, None where there is no such one."""
    # Git reads `refs/tags/v9-1-gabc1234` as the commit abc1234 where there is no tag of that name
    # (https://git-scm.com/docs/gitrevisions, "<describeOutput>"). So it is asked for names first.
    said = git.run([*_in(mirror), "for-each-ref", "--format=%(refname)", "--", *refs])
    there = set(said.decode(errors="surrogateescape").split("\n"))
    found = iter(resolve(mirror, [ref for ref in refs if ref in there]))
    return [next(found) if ref in there else None for ref in refs]


def _distance(mirror: Path, base: str, commit: str) -> int | None:
    """Return how many commits lie between a commit and an ancestor of it; None for no ancestor."""
    said = git.run([*_in(mirror), "rev-list", "--count", "--left-right", f"{base}...{commit}"])
    behind, ahead = map(int, said.split())
    return ahead if behind == 0 else None


def describe(mirror: Path, commit: str, ignored_tags: Iterable[str]) -> str:
    """Return the name by which a commit is recorded: after the nearest tag, or its abbreviated id.

    Raises GitError.
    """
    excluded = [f"--exclude={tag}" for tag in ignored_tags]
    return (
        git.run([*_in(mirror), "describe", "--tags", "--always", *excluded, commit])
        .decode()
        .strip()
    )


def archive(mirror: Path, version: str) -> bytes:
    """Return a commit's files as a tar archive. Raises GitError."""
    return git.run([*_in(mirror), "archive", "--format=tar", version])


def root_file(mirror: Path, commit: str, name: str, max_bytes: int) -> bytes | None:
    """Return a file at the root of a commit, by its name in any case.

    None where there is none, or more than `max_bytes`. Raises GitError.
    """
    said = git.run([*_in(mirror), "ls-tree", "-z", "--long", commit])
    for row in said.decode(errors="surrogateescape").split("\0"):
        details, _, path = row.partition("\t")
        if path.lower() != name.lower():
            continue
        mode, _, blob, size = details.split()
        if mode.startswith("100") and int(size) <= max_bytes:
            return git.run([*_in(mirror), "cat-file", "blob", blob])
    return None


def tag_messages(mirror: Path) -> list[tuple[str, str]]:
    """Return the annotated tags of a mirror with their messages. Raises GitError."""
    fields = "%(objecttype)%00%(refname:strip=2)%00%(contents)%00"
    said = git.run([*_in(mirror), "for-each-ref", f"--format={fields}", "refs/tags"])
    words = said.decode(errors="replace").split("\0")
    rows = zip(words[0::3], words[1::3], words[2::3], strict=False)
    return [(tag, message) for kind, tag, message in rows if kind.strip() == "tag"]


def differs_from(mirror: Path, commit: str, work_tree: Path, excludes: Path, index: Path) -> bool:
    """Return whether a work tree has other files than a commit, but for those in `excludes`.

    Untracked files count too.

    The work tree's own repository takes no part: whatever its settings name, nothing of it runs.
    `index` is a path for a temporary file. Raises GitError.
    """
    env = sealed_environment() | {"GIT_INDEX_FILE": str(index)}
    git.run([*_in(mirror), "read-tree", commit], env=env)
    settings = [
        f"core.excludesFile={excludes}",
        "core.bare=false",
        "core.autocrlf=input",
        "core.safecrlf=false",
    ]
    options = [part for setting in settings for part in ("-c", setting)]
    place = ["--git-dir", str(mirror), "--work-tree", str(work_tree)]
    return bool(git.run([*place, *options, "add", "--all", "--dry-run"], cwd=work_tree, env=env))


def excludes_file() -> Path | None:
    """Return the file that says what the user's git ignores everywhere, if there is one.

    Raises GitError.
    """
    env = transport_environment(())
    said = git.run(
        ["config", "--null", "--type=path", "--get", "core.excludesFile"],
        ok=(0, 1),
        env=env | {"GIT_DIR": "/dev/null"},
    )
    home = env.get("XDG_CONFIG_HOME") or str(Path(env.get("HOME", "/")) / ".config")
    named = said.decode(errors="surrogateescape").rstrip("\0")
    path = Path(named or Path(home) / "git" / "ignore")
    return path if path.is_file() else None


def _in(mirror: Path) -> list[str]:
    return ["--git-dir", str(mirror)]
