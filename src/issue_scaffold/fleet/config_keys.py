"""What `fleet.yml` may say, as data: its sections, their keys, and the option that each stands for.

The reader, the JSON Schema and the page about it are made from this. What names a host to talk to,
or a program to start, is no key: the file may have come with a repository.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, NamedTuple

from issue_scaffold.text.wording import listing

VERSION: Final = 1
_LARGEST: Final = 999_999_999


class KeyKind(StrEnum):
    """What a key's value is, as people are told."""

    TEXT = "text"
    TEXTS = "a text, or a list of texts"
    FLAG = "true or false"
    NUMBER = "a number, at least 1"
    FILE = "a path, from this file's folder"
    WORD = "one of some words"


class ConfigKey(NamedTuple):
    """A key: its name, what its value is, and what it is for.

    `parameter` is what a command calls the option, where that isn't the key's name; `words` are
    what may stand there, and a number is `most` at most.
    """

    name: str
    kind: KeyKind
    said: str
    words: tuple[str, ...] = ()
    parameter: str | None = None
    most: int = _LARGEST

    @property
    def expected(self) -> str:
        """What people are told that the value must be."""
        if self.words:
            said = listing(self.words).replace(" and ", " or ")
            return f"{said}, or a list of these" if self.kind is KeyKind.TEXTS else said
        if self.kind is KeyKind.NUMBER and self.most != _LARGEST:
            return f"a number, from 1 to {self.most}"
        return str(self.kind)

    @property
    def option(self) -> str:
        """What commands call the option that this key is the default of."""
        return self.parameter or self.name


VISIBILITIES: Final = ("public", "private", "internal")
MOST_JOBS: Final = 256
_YES_NO_ONLY: Final = ("no", "yes", "only")

SECTIONS: Final[Mapping[str, tuple[ConfigKey, ...]]] = {
    "template": (
        ConfigKey(
            "source", KeyKind.TEXT, "The template of all; else each one's own.", (), "template"
        ),
        ConfigKey("ref", KeyKind.TEXT, "The version to go to; else the newest."),
    ),
    "select": (
        ConfigKey("org", KeyKind.TEXTS, "All repositories of an organisation, or of several."),
        ConfigKey("user", KeyKind.TEXTS, "All repositories of a user."),
        ConfigKey("group", KeyKind.TEXTS, "All repositories of a group of GitLab's."),
        ConfigKey("from", KeyKind.FILE, "A list of repositories, one a line.", (), "list_file"),
        ConfigKey("topics", KeyKind.TEXTS, "Only those with all of these topics."),
        ConfigKey("language", KeyKind.TEXTS, "Only those mostly in one of these languages."),
        ConfigKey("visibility", KeyKind.TEXTS, "Only ones that are so visible.", VISIBILITIES),
        ConfigKey("match", KeyKind.TEXT, "Only those with this regular expression in the name."),
        ConfigKey("exclude", KeyKind.TEXT, "None with this regular expression in the name."),
        ConfigKey("archived", KeyKind.WORD, "Whether archived ones belong to it.", _YES_NO_ONLY),
        ConfigKey("forks", KeyKind.WORD, "Whether forks belong to it.", ("no", "yes")),
        ConfigKey("where", KeyKind.TEXTS, "Only those in this state, as with `--where`."),
    ),
    "pull_request": (
        ConfigKey("branch", KeyKind.TEXT, "The branch that is pushed."),
        ConfigKey("title", KeyKind.TEXT, "The title; {version} is the template's."),
        ConfigKey("labels", KeyKind.TEXTS, "Labels of the pull request."),
        ConfigKey("reviewers", KeyKind.TEXTS, "Who is asked for a review."),
        ConfigKey("draft", KeyKind.FLAG, "Open it as a draft."),
        ConfigKey("auto_merge", KeyKind.FLAG, "Let the forge merge it when its checks are green."),
        ConfigKey(
            "on_conflict",
            KeyKind.WORD,
            "What becomes of one with conflicts.",
            ("draft", "issue", "skip"),
            "conflicts_as",
        ),
        ConfigKey("body", KeyKind.FILE, "A Markdown file that the description begins with."),
    ),
    "commit": (
        ConfigKey("message", KeyKind.TEXT, "The commit's message; {version} is the template's."),
        ConfigKey("author", KeyKind.TEXT, "The author, as NAME <ADDRESS>."),
        ConfigKey("sign_off", KeyKind.FLAG, "End the message with Signed-off-by."),
        ConfigKey("sign", KeyKind.FLAG, "Sign the commit, as git is set up to."),
    ),
    "limits": (
        ConfigKey(
            "jobs", KeyKind.NUMBER, "How many repositories are worked on at a time.", most=MOST_JOBS
        ),
        ConfigKey("timeout", KeyKind.TEXT, "How long one may take, say 60s."),
        ConfigKey("memory", KeyKind.TEXT, "How much memory a worker may use, say 1G."),
        ConfigKey("max_failures", KeyKind.TEXT, "Stop after so many failures: 10, or 20%."),
        ConfigKey("until", KeyKind.TEXT, "Stop after this time, say 5h30m."),
        ConfigKey("prs_per_hour", KeyKind.NUMBER, "How many pull requests to open in an hour."),
        ConfigKey("open_prs", KeyKind.NUMBER, "How many may be open at a time."),
        ConfigKey("window", KeyKind.TEXT, "When to write, say mon-fri 08:00-18:00 Europe/Berlin."),
    ),
}
# Where a run's repositories come from: what the command line names takes the place of all of these.
SOURCES: Final = ("org", "user", "group", "list_file")
GROUP_KEYS: Final = ("repositories", "match", "data")
REPOSITORY_KEYS: Final = ("skip", "data")
TOP_KEYS: Final = ("version", *SECTIONS, "groups", "repositories")
