"""What a file of a repository is to a forge. How that is told by its path is `repository_layout`'s."""

from enum import StrEnum


class FileKind(StrEnum):
    """What a file is to GitHub, or to the forge whose folder it lies in."""

    FORM = "form"
    TEMPLATE = "template"
    CHOOSER = "chooser"
    LABELS = "labels"
    LEGACY = "legacy"
    SETTINGS = "settings"
    TEXT = "text"
    STRAY = "stray"
