"""Values out of the answers of forges' listings: each is looked at before it is believed."""

import base64
import binascii
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from issue_scaffold.fleet.remote import RemoteFile
from issue_scaffold.label_sync.http.json_shapes import MalformedAnswerError, is_text

_NAME: Final = re.compile(r"[A-Za-z0-9_.][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_.][A-Za-z0-9_.-]*)+")
_OID: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_MODE: Final = re.compile(r"(?:100644|100664|100755|120000|160000|040000)")
_ADDRESS: Final = re.compile(r"https?://[!-~]+")
FOLDER_MODE: Final = "040000"


def mapping(value: Any, where: str) -> Mapping[str, Any]:  # noqa: ANN401 - JSON
    """Return an object. Raises MalformedAnswerError for anything else."""
    if not isinstance(value, dict):
        raise MalformedAnswerError(f"{where} is no object")
    return value


def rows(value: Any, where: str, most: int = 100_000) -> list[Any]:  # noqa: ANN401 - JSON
    """Return a list. Raises MalformedAnswerError for anything else, and for too long a one."""
    if not isinstance(value, list) or len(value) > most:
        raise MalformedAnswerError(f"{where} is no list of {most:,} items at most")
    return value


def repository_name(value: Any) -> str:  # noqa: ANN401 - JSON
    """Return OWNER/NAME. Raises MalformedAnswerError for what is none, or could be an option."""
    if (
        not isinstance(value, str)
        or not _NAME.fullmatch(value)
        or {".", ".."} & {*value.split("/")}
    ):
        raise MalformedAnswerError("the name of a repository is not OWNER/NAME")
    return value


def address(value: Any) -> str:  # noqa: ANN401 - JSON
    """Return the address of a repository. Raises MalformedAnswerError."""
    if not isinstance(value, str) or not _ADDRESS.fullmatch(value) or "@" in value:
        raise MalformedAnswerError("the address of a repository is no address without credentials")
    return value


def text(value: Any) -> str | None:  # noqa: ANN401 - JSON
    """Return a short text, None for anything else that stands for none."""
    return value if is_text(value) and value else None


def oid(value: Any) -> str | None:  # noqa: ANN401 - JSON
    """Return an object id of git's, None for anything else."""
    return value if isinstance(value, str) and _OID.fullmatch(value) else None


def texts(value: Any) -> frozenset[str]:  # noqa: ANN401 - JSON
    """Return the short texts of a list; none of anything else."""
    found = value if isinstance(value, list) else []
    return frozenset(filter(None, map(text, found)))


def entry(mode: Any, given: Any) -> RemoteFile:  # noqa: ANN401 - JSON
    """Return an entry of a listing. Raises MalformedAnswerError."""
    shown = mode
    if isinstance(mode, int):
        shown = f"{mode:06o}"
    found = oid(given)
    if found is None or not isinstance(shown, str) or not _MODE.fullmatch(shown):
        raise MalformedAnswerError("an entry of a folder has no mode and id of git's")
    return RemoteFile(shown, found)


def entries_of_a_tree(items: Iterable[Any], key: str) -> dict[str, RemoteFile]:
    """Return the files, links and submodules of a whole tree, whose ids are under `key`."""
    found = {}
    for item in items:
        row = mapping(item, "an entry of the tree")
        path, mode = row.get("path"), row.get("mode")
        if not isinstance(path, str) or not path:
            raise MalformedAnswerError("an entry of the tree has no path")
        if mode != FOLDER_MODE:
            found[path] = entry(mode, row.get(key))
    return found


def content_of_blob(data: Any) -> bytes | None:  # noqa: ANN401 - JSON
    """Return the content of a blob, None where none came. Raises MalformedAnswerError."""
    row = mapping(data, "the answer")
    content = row.get("content")
    if not isinstance(content, str):
        return None
    if row.get("encoding") != "base64":
        return content.encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode(content)
    except (binascii.Error, ValueError) as error:
        raise MalformedAnswerError("the content of a file is no base64") from error
