"""What can go wrong with a request to an API, in kinds that callers tell apart.

Needs no client, so that all may know them. Which answer means which is each forge's.
"""

from issue_scaffold.errors import ScaffoldError


class ApiError(ScaffoldError):
    """The API refused one request; others may still do."""


class AccessError(ApiError):
    """The API would refuse every request like this.

    The token is bad or lacks a permission, the repository is archived or not there.
    """


class UnreachableError(AccessError):
    """There was no answer that could be understood."""


class RateLimitError(AccessError):
    """The limit lasts longer than anyone should wait."""


class MissingError(ApiError):
    """What the request is about isn't there."""


class EmptyRepositoryError(ApiError):
    """The repository has no commit."""


class ExistsError(ApiError):
    """A label of that name is there already."""
