"""What a text may name as a template source, and by whose word.

It is the user's, or that of a file in the target.

Only texts are judged here, before git or anybody else sees them. No message repeats a credential.
"""

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from issue_scaffold.errors import UsageError
from issue_scaffold.forge.forges import ALIASES
from issue_scaffold.state.cache_store import digest_of
from issue_scaffold.template import bundled
from issue_scaffold.text.late_patterns import late_pattern

if TYPE_CHECKING:
    from urllib.parse import SplitResult

# What Copier itself takes for git without looking
# (https://copier.readthedocs.io/en/stable/generating/#templates-versions).
_KNOWN_HOSTS: Final = tuple(ALIASES.values())
_SCP_LIKE: Final = late_pattern(r"(?P<user>\w[\w.-]*)@(?P<host>\w[\w.-]*):(?!//)(?P<path>.+)")
_USER_BEFORE_HOST: Final = late_pattern(r"[^/]*:[^/]*@[^/]*:")
# `ext::sh -c …`, `fd::7`: git starts the program git-remote-ext with the rest
# (https://git-scm.com/docs/gitremote-helpers).
_REMOTE_HELPER: Final = late_pattern(r"[^/]*::")
_OPTION: Final = late_pattern(r"-|[^/]*@-")
_HOST: Final = late_pattern(r"\w[\w.-]*|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*")
_SCHEMES: Final = ("https", "ssh", "git", "http")
_LONGEST: Final = 4096
# What of a text messages quote.
_SHOWN: Final = 80
_WAYS: Final = (
    "a source is an https, ssh or git URL, gh:OWNER/NAME, gl:OWNER/NAME, a local path, or bundled"
)


class TemplateSource:
    """A template source; nothing changes in one, and two are equal whoever named them.

    `recorded` is what the answers file says, `is_local` whether it is a path, `is_bundled` whether
    it is the template that comes with the package. `is_named` says that the user named it, on the
    command line; else a file in the target did. `key` is a name for it in the cache, `url` what git
    is given.
    """

    __slots__ = ("is_bundled", "is_local", "is_named", "key", "recorded", "url")

    def __init__(self, recorded: str, *, is_local: bool, is_named: bool = False) -> None:
        self.recorded = recorded
        self.is_local = is_local
        self.is_named = is_named
        self.is_bundled = recorded == bundled.SOURCE
        self.key = digest_of(recorded)[:32]
        self.url = recorded.removeprefix("git+")

    def __repr__(self) -> str:
        return f"TemplateSource({self.recorded!r}, is_local={self.is_local})"

    def __eq__(self, other: object) -> bool:
        """Whether both are the same source."""
        if not isinstance(other, TemplateSource):
            return NotImplemented
        return (self.recorded, self.is_local) == (other.recorded, other.is_local)

    def __hash__(self) -> int:
        """Return what equal ones share."""
        return hash(self.recorded)

    @property
    def path(self) -> Path:
        """Where a local one is."""
        if not self.url.startswith("file://"):
            return Path(self.url)
        from urllib.parse import unquote_to_bytes

        return Path(os.fsdecode(unquote_to_bytes(self.url.removeprefix("file://"))))

    @property
    def protocol(self) -> str:
        """What git calls the way to one on a server: https, http, ssh, git."""
        scheme, found, _ = self.url.partition("://")
        return scheme if found else "ssh"


BUNDLED: Final = TemplateSource(bundled.SOURCE, is_local=False)
# What users call it on the command line; a folder of that name is ./bundled.
BUNDLED_WORD: Final = "bundled"


def title_of(recorded: str) -> str:
    """Return what messages call a template, by the source that answers files record."""
    if recorded == bundled.SOURCE:
        return "the bundled template"
    return f"the template {recorded}"


def parse_source(text: str, *, relative_to: Path) -> TemplateSource:
    """Return the source that a user names.

    `gh:` and `gl:` become full `https://` URLs and paths become absolute, so that the record means
    the same everywhere. Raises UsageError for what is no source, or would let git start a program
    or send a password in the clear.
    """
    _refuse_odd(text)
    if text in {bundled.SOURCE, BUNDLED_WORD}:
        return BUNDLED
    return _remote(text) or _local(_path_of(text, relative_to))


def recorded_source(
    text: str, *, work_tree: Path, base: Path, where: str, named: TemplateSource | None = None
) -> TemplateSource:
    """Return the source that an answers file records.

    `work_tree` is what it lies in, `base` the target's folder, and `where` how messages call the
    file.

    A file in a repository is data: it may not name a path in its own work tree, nor one that means
    something else elsewhere. `named` is what the user has named themselves. Raises UsageError.
    """
    try:
        _refuse_odd(text)
        if text == bundled.SOURCE:
            return BUNDLED
        remote = _remote(text)
        if remote is not None:
            return remote
        source = _local(_path_of(text, base), is_named=False)
        refuse_inside(source, work_tree)
    except UsageError as error:
        raise UsageError(f"{where}: {error.message}", hint=error.hint) from error
    if source == named:
        return named
    path = text.removeprefix("git+").removeprefix("file://")
    if not os.path.isabs(path):  # noqa: PTH117 - a text, not a place
        raise UsageError(
            f"{where} records the relative path {text!r} as its template, "
            "which is only taken from you",
            hint=f"name it yourself once: scaffold update -t {source.recorded}",
        )
    return source


def refuse_inside(source: TemplateSource, work_tree: Path) -> None:
    """Raise UsageError for a source that lies in the target's own work tree.

    There the target's files would decide on it.
    """
    if not source.is_local:
        return
    place, root = os.path.realpath(source.path), os.path.realpath(work_tree)
    if Path(place).is_relative_to(root):
        raise UsageError(
            f"the template {place!r} lies in the work tree of its own target, {root}",
            hint="keep the template in a repository of its own, outside of the target",
        )


def parse_address(text: str, *, what: str = "template source") -> TemplateSource | None:
    """Return the repository on a server that a text names; None when it is a path.

    `what` it is goes into messages. Raises UsageError as `parse_source` does.
    """
    _refuse_odd(text, what)
    return _remote(text, what)


def _refuse_odd(text: str, what: str = "template source") -> None:
    """Refuse what no source holds, before anything reads it."""
    if not text:
        raise UsageError(f"the {what} is empty", hint=_WAYS)
    if len(text) > _LONGEST:
        raise UsageError(f"the {what} is longer than {_LONGEST} characters", hint=_WAYS)
    try:
        os.fsencode(text)
    except UnicodeEncodeError:
        raise UsageError(
            f"the {what} {text!r} is no text that a path or a URL can hold", hint=_WAYS
        ) from None
    if any(character < " " or character == "\x7f" for character in text):
        raise UsageError(f"the {what} {_shown(text)} has a control character in it", hint=_WAYS)
    if _OPTION.match(text.removeprefix("git+")):
        raise UsageError(
            f"the {what} {_shown(text)} reads as an option",
            hint=f"for a path, write ./{text.lstrip()}",
        )
    if _REMOTE_HELPER.match(text.removeprefix("git+")):
        raise UsageError(
            f"the {what} {_shown(text)} names a program for git to run, which scaffold never does",
            hint=_WAYS,
        )


def _remote(text: str, what: str = "template source") -> TemplateSource | None:
    """Return the source on a server that a text names; None when it is a path.

    Raises UsageError.
    """
    for alias, host in ALIASES.items():
        if text.startswith(alias):
            text = host + text.removeprefix(alias).lstrip("/")
    address = text.removeprefix("git+")
    if _scheme_of(address):
        return _by_url(address, what)
    found = _SCP_LIKE.fullmatch(address)
    if found is not None and not found["path"].startswith("-"):
        return TemplateSource(address, is_local=False)
    if _USER_BEFORE_HOST.match(address):
        raise UsageError(f"the {what} looks like an ssh address with a password in it", hint=_WAYS)
    return None


def _scheme_of(address: str) -> str | None:
    """Return the scheme of a URL, in small letters, None for what has none and for a local file."""
    scheme, found, _ = address.partition("://")
    scheme = scheme.lower()
    if not found or "/" in scheme or scheme == "file":
        return None
    return scheme


def _by_url(address: str, what: str) -> TemplateSource:
    from urllib.parse import urlsplit

    from issue_scaffold.forge.remote import is_loopback

    scheme, _, rest = address.partition("://")
    scheme = scheme.lower()
    if scheme not in _SCHEMES:
        raise UsageError(
            f"the {what} begins with {_shown(scheme + '://')}, which is not supported",
            hint=_WAYS,
        )
    try:
        parts = urlsplit(f"{scheme}://{rest}")
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        raise UsageError(f"the {what} is no valid URL for {scheme}", hint=_WAYS) from None
    _refuse_credentials(parts, host, what)
    if not _HOST.fullmatch(host):
        raise UsageError(f"the {what} names no host that could be one", hint=_WAYS)
    url = f"{scheme}://{rest}"
    if scheme == "http" and not is_loopback(url):
        raise UsageError(
            f"the {what} for {host} is plain http, over which anybody on the way could change it",
            hint="use https; plain http is only for this machine (localhost)",
        )
    if url.startswith(_KNOWN_HOSTS) and not url.endswith(".git"):
        url = url.rstrip("/").removesuffix(".git") + ".git"
    if not url.endswith(".git"):
        url = f"git+{url}"
    return TemplateSource(url, is_local=False)


def _refuse_credentials(parts: "SplitResult", host: str, what: str) -> None:
    hint = "leave them out; git asks its credential helper, or use an ssh URL"
    shown = "a host"
    if _HOST.fullmatch(host):
        shown = host
    if parts.password is not None or (parts.username is not None and parts.scheme != "ssh"):
        raise UsageError(
            f"the {what} for {shown} has credentials in it, which would be recorded",
            hint=hint,
        )
    if parts.query or parts.fragment:
        raise UsageError(
            f"the {what} for {shown} has more behind ? or #, where credentials may be, "
            "which would be recorded",
            hint=hint,
        )


def _path_of(text: str, relative_to: Path) -> str:
    """Return the absolute path that a text names, links on the way resolved. Raises UsageError."""
    address = text.removeprefix("git+")
    if address.lower().startswith("file://"):
        text = _path_of_url(address)
    try:
        place = Path(text).expanduser()
    except RuntimeError:
        raise UsageError(
            f"the template source {_shown(text)}: there is no such user", hint=_WAYS
        ) from None
    return os.path.realpath(relative_to / place)


def _path_of_url(address: str) -> str:
    from urllib.parse import unquote_to_bytes, urlsplit

    try:
        parts = urlsplit(address)
    except ValueError:
        raise UsageError("the template source is no valid file URL", hint=_WAYS) from None
    path = os.fsdecode(unquote_to_bytes(parts.path))
    if (
        parts.netloc not in {"", "localhost"}
        or parts.query
        or parts.fragment
        or not path.startswith("/")
    ):
        raise UsageError(
            "a file URL for a template has three slashes and a path: file:///PATH", hint=_WAYS
        )
    _refuse_odd(path)
    return path


def _local(path: str, *, is_named: bool = True) -> TemplateSource:
    # Copier takes a path for git only when it is the root of a work tree, a bundle, or says so.
    is_bare = (
        (Path(path) / "objects").is_dir()
        and not (Path(path) / ".git").exists()
        and not path.endswith(".git")
    )
    if not is_bare:
        return TemplateSource(path, is_local=True, is_named=is_named)
    from urllib.parse import quote

    return TemplateSource(
        f"git+file://{quote(os.fsencode(path))}", is_local=True, is_named=is_named
    )


def _shown(text: str) -> str:
    """Return a text as messages quote it: escaped, shortened, without what may be a credential."""
    without = re.sub(r"(://)[^/@]*@", r"\1", text)
    without = re.sub(r"[?#].*", "", without, flags=re.DOTALL)
    if len(without) > _SHOWN:
        without = without[: _SHOWN - 3] + "..."
    return repr(without)
