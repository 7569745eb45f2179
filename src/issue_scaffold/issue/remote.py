"""The body of an issue on a forge: by `gh` where it is, else through the API.

Owns what an issue's address is.
"""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, NamedTuple

from issue_scaffold.errors import ScaffoldError, UsageError
from issue_scaffold.forge.forges import GITHUB, forge_of_host
from issue_scaffold.forge.git_remote import repository_of
from issue_scaffold.forge.remote import Repository, parse_repository
from issue_scaffold.issue.gh import ask_gh, has_gh
from issue_scaffold.label_sync.github.answers import read_issue_body
from issue_scaffold.label_sync.http.json_shapes import MalformedAnswerError
from issue_scaffold.label_sync.http.pacing import OnWait
from issue_scaffold.label_sync.run import LabelOptions, Surroundings, open_api

_ADDRESS: Final = re.compile(
    r"(?P<repository>https?://[^/\s]+(?:/[^/\s]+){2,}?)"
    r"(?:/(?:issues|pulls?)|/-/(?:issues|work_items))/(?P<number>[0-9]+)(?:[/?#].*)?"
)
_NUMBER: Final = re.compile(r"#?([0-9]{1,12})")


class IssuePlace(NamedTuple):
    """An issue on a forge.

    `folder` is the work tree whose remote says which repository it is in; None where the user named
    the repository: only to a host that they named goes a token that is for no host in particular.
    """

    repository: Repository
    number: int
    folder: Path | None = None

    @property
    def options(self) -> LabelOptions:
        """What finds the way to the repository."""
        if self.folder is None:
            return LabelOptions(repo=str(self.repository))
        return LabelOptions(folder=self.folder)


def place_of(text: str, folder: Path) -> IssuePlace | None:
    """Return the issue that an address or a number means; None for other texts.

    A number is one of the repository that the folder's work tree has as remote. Raises UsageError
    for another address, and if there is no such remote.
    """
    number = _NUMBER.fullmatch(text)
    if number is not None:
        try:
            return IssuePlace(repository_of(folder), int(number[1]), folder)
        except UsageError as error:
            raise UsageError(error.message, hint="give the issue's address") from error
    if "://" not in text:
        return None
    address = _ADDRESS.fullmatch(text)
    repository = parse_repository(address["repository"]) if address else None
    if address is None or repository is None:
        raise UsageError(
            f"{text} is not the address of an issue",
            hint="give it like https://github.com/OWNER/NAME/issues/1",
        )
    return IssuePlace(repository, int(address["number"]))


def read_body(place: IssuePlace, *, api_url: str | None, on_wait: OnWait) -> str:
    """Return the body of an issue. Raises ScaffoldError."""
    repository = place.repository
    forge = forge_of_host(repository.host) or GITHUB
    if api_url is None and forge is GITHUB and has_gh():
        path = f"repos/{repository.owner}/{repository.name}/issues/{place.number}"
        answer = ask_gh(repository.host, path)
        if answer is not None and answer.is_done:
            return _body(answer.data, place)
    options = replace(place.options, api_url=api_url)
    return open_api(options, Surroundings(on_wait=on_wait)).issue_body(place.number)


def _body(data: Any, place: IssuePlace) -> str:  # noqa: ANN401 - JSON
    try:
        return read_issue_body(data)
    except MalformedAnswerError as error:
        raise ScaffoldError(
            f"gh gets no issue for {place.number} of {place.repository}: {error}",
            hint="try again later",
        ) from error
