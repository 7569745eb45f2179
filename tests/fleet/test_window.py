"""When a fleet may write: by days and hours of some place."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issue_scaffold.errors import UsageError
from issue_scaffold.fleet.window import parse_window

BERLIN = ZoneInfo("Europe/Berlin")
FRIDAY = datetime(2026, 11, 27, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("text", "hours", "is_open"),
    [
        ("mon-fri 08:00-18:00 Europe/Berlin", 8, True),
        ("mon-fri 08:00-18:00 Europe/Berlin", 18, False),
        ("mon-thu,sat 08:00-18:00 Europe/Berlin", 9, False),
        ("sat-mon 00:00-24:00 Europe/Berlin", 9, False),
        ("sat-mon 00:00-24:00 Europe/Berlin", 24, True),
        ("08:00-18:00", 8, False),
        ("08:00-18:00", 9, True),
        ("fri 22:00-06:00 Europe/Berlin", 23, True),
        ("fri 22:00-06:00 Europe/Berlin", 29, True),
        ("fri 22:00-06:00 Europe/Berlin", 5, False),
        ("FRI 8:00-9:30 Europe/Berlin", 9, True),
    ],
)
def test_a_window(text: str, hours: int, *, is_open: bool) -> None:
    assert parse_window(text).is_open((FRIDAY + timedelta(hours=hours)).timestamp()) == is_open


@given(st.datetimes(datetime(2026, 3, 20), datetime(2026, 11, 10), timezones=st.just(UTC)))  # noqa: DTZ001 - by `timezones`
def test_it_opens_when_it_says(moment: datetime) -> None:
    window = parse_window("tue,sat 02:00-03:30 Europe/Berlin")
    now = moment.timestamp()
    wait = window.seconds_until_open(now)
    assert window.is_open(now + wait)
    assert (wait == 0) == window.is_open(now)
    assert wait < 8 * 86400
    if wait:
        assert not window.is_open(now + wait - 1)


@pytest.mark.parametrize(
    "text", ["", "mon", "8-18", "mon-fri 08:00", "xyz 08:00-09:00", "08:00-25:00", "08:00-09:00 Mars/Base"]
)
def test_what_is_no_window_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse_window(text)
