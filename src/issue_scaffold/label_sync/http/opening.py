"""Opening the way to an API: the one place that decides whether an address may have the token.

What sends requests is imported when a client is opened, and only then.
"""

from typing import TYPE_CHECKING

from issue_scaffold.errors import UsageError
from issue_scaffold.forge.remote import is_loopback
from issue_scaffold.label_sync.http.address import parse_api_address
from issue_scaffold.label_sync.http.customs import ApiCustoms
from issue_scaffold.label_sync.http.pacing import Clock, OnWait, Pacer, SystemClock
from issue_scaffold.label_sync.http.token import Token
from issue_scaffold.state.write_log import WriteLog

if TYPE_CHECKING:
    from issue_scaffold.label_sync.http.client import ApiClient


def open_client(
    url: str,
    token: Token,
    customs: ApiCustoms,
    *,
    on_wait: OnWait,
    clock: Clock | None = None,
    pacer: Pacer | None = None,
) -> "ApiClient":
    """Return the client for the API at a URL. Nothing is sent yet.

    Without a pacer it keeps to the customs' limits for writes together with all processes that
    write there with this token. Raises UsageError for an address that the token must not go to.
    """
    try:
        address = parse_api_address(url)
    except ValueError as error:
        hint = f"give it like {customs.example_url}"
        raise UsageError(f"the address of the API {error}", hint=hint) from error
    if address.scheme != "https" and not is_loopback(str(address)):
        raise UsageError(f"{address} is not https: the token would be readable on its way")
    # With what only it needs, which takes as long to import as the rest of a command.
    from issue_scaffold.label_sync.http.client import ApiClient

    clock = clock or SystemClock()
    if pacer is None:
        log = WriteLog(address.place, token.reveal())
        pacer = Pacer(clock, customs.write_limits, log)
    return ApiClient(address, token, customs, on_wait=on_wait, clock=clock, pacer=pacer)
