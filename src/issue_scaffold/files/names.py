"""Names of files that are dangerous somewhere: for git, for Windows, for macOS, or for the eye.

The spellings of `.git` and of the files that git reads are those of git's own `verify_path`:
`is_hfs_dotgit` in `utf8.c`, `is_ntfs_dotgit` and `is_ntfs_dot_generic` in `path.c`
(https://github.com/git/git).
"""

import re
from typing import Final

from issue_scaffold.text.late_patterns import late_pattern

MAX_NAME_BYTES: Final = 255
# What macOS takes (PATH_MAX); Linux takes more, Windows less.
MAX_PATH_BYTES: Final = 1024

# HFS+ leaves these out when it compares names.
_IGNORED_BY_HFS: Final = late_pattern("[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]")
# NTFS drops blanks and dots at the end, and takes what follows a colon for a stream of the file.
_NTFS_END: Final = r"[ .]*(?::.*)?"
_GIT_FOLDER: Final = late_pattern(rf"(?:\.git|git~[0-9]+){_NTFS_END}", re.IGNORECASE | re.DOTALL)
# With their short names on NTFS: the first six letters, or git's hash of the name.
_GIT_FILE: Final = late_pattern(
    r"(?:\.gitmodules|\.gitattributes|\.gitignore|\.mailmap"
    r"|(?:gitmod|gitatt|gitign|mailma)~[1-4]"
    rf"|(?:gi7eba|gi7d29|gi250a|maba30|gi[0-9a-f]{{4}})~[0-9]+){_NTFS_END}",
    re.IGNORECASE | re.DOTALL,
)
# On Windows `\` parts folders, and `:` names a drive or writes behind a file of another name. Other
# characters are only refused there, which harms nobody.
_MISREAD_BY_WINDOWS: Final = frozenset(":\\")
# https://learn.microsoft.com/en-us/windows/win32/fileio/naming-a-file
_DEVICE: Final = late_pattern(
    r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])", re.IGNORECASE
)
# Shown as nothing, though they are no formatting characters by category.
_BLANK_LETTERS: Final = late_pattern(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\uffa0\U000e0100-\U000e01ef]"
)
# Folders and files of ours: one of an earlier version, and those that stand beside a file for a
# moment.
_OURS: Final = late_pattern(r"\.scaffold-(?:staging|[0-9a-f]{16}-[0-9]+)", re.IGNORECASE)


def is_git_folder(name: str) -> bool:
    """Return whether some file system takes a name for git's own folder."""
    return any(_GIT_FOLDER.fullmatch(_IGNORED_BY_HFS.sub("", part)) for part in name.split("\\"))


def is_git_file(name: str) -> bool:
    """Return whether some file system takes a name for one that git reads: `.gitmodules`."""
    return any(_GIT_FILE.fullmatch(_IGNORED_BY_HFS.sub("", part)) for part in name.split("\\"))


def twin_key(name: str) -> str:
    """Return what two names share that are one where case, or the form of accents, is folded."""
    import unicodedata

    return unicodedata.normalize("NFD", unicodedata.normalize("NFD", name).casefold())


def why_refused(name: str) -> str | None:
    """Return why no template may write a file or folder of this name, as the end of a sentence.

    None for a fine one.
    """
    import unicodedata

    categories = {unicodedata.category(character) for character in name}
    if _BLANK_LETTERS.search(name):
        categories.add("Cf")
    reason = None
    if categories & {"Cc", "Zl", "Zp"}:
        reason = "holds control characters"
    elif "Cs" in categories:
        reason = "is not UTF-8"
    elif "Cf" in categories:
        reason = "holds invisible characters"
    elif len(name.encode("utf-8")) > MAX_NAME_BYTES:
        reason = f"is longer than {MAX_NAME_BYTES} bytes"
    elif _OURS.fullmatch(name):
        reason = "is one that scaffold itself uses"
    else:
        reason = _why_not_on_windows(name)
    return reason


def _why_not_on_windows(name: str) -> str | None:
    if not _MISREAD_BY_WINDOWS.isdisjoint(name):
        return "holds characters that Windows reads as parts of a path"
    if name.endswith((".", " ")):
        return "ends in a dot or a blank, which Windows drops"
    if _DEVICE.fullmatch(name.partition(".")[0].rstrip(" ")):
        return "is a device on Windows"
    return None
