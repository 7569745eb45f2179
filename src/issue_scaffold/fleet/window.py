"""When a fleet may write: days of the week and hours of the day, by somebody's clock. Pure."""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from issue_scaffold.errors import UsageError

_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FORM: Final = re.compile(
    r"(?:(?P<days>[a-z]{3}(?:-[a-z]{3})?(?:,[a-z]{3}(?:-[a-z]{3})?)*) +)?"
    r"(?P<from>\d{1,2}:\d\d)-(?P<to>\d{1,2}:\d\d)(?: +(?P<zone>[A-Za-z0-9_+/-]+))?",
    re.IGNORECASE,
)
_EXAMPLE: Final = 'give say "mon-fri 08:00-18:00 Europe/Berlin"'
_STEP: Final = timedelta(minutes=1)
_WEEK_MINUTES: Final = 8 * 24 * 60


@dataclass(frozen=True, slots=True)
class Window:
    """Days, by their number from Monday, and hours; those that end before they begin go over night.

    Such a night belongs to the day on which it begins.
    """

    days: frozenset[int]
    begin: time
    end: time
    zone: ZoneInfo

    def is_open(self, moment: float) -> bool:
        """Tell whether it is open at a moment, in seconds since 1970."""
        return self._holds(datetime.fromtimestamp(moment, self.zone))

    def seconds_until_open(self, moment: float) -> float:
        """Return how long it is until it opens, 0 while it is open; by whole minutes."""
        here = datetime.fromtimestamp(moment, self.zone)
        if self._holds(here):
            return 0.0
        begin = moment - here.second - here.microsecond / 1e6
        for minutes in range(1, _WEEK_MINUTES):
            later = begin + minutes * _STEP.total_seconds()
            if self.is_open(later):
                return later - moment
        return float("inf")

    def _holds(self, here: datetime) -> bool:
        now, today = here.time(), here.weekday()
        if self.begin < self.end:
            return today in self.days and self.begin <= now < self.end
        yesterday = (today - 1) % len(_DAYS)
        if today in self.days and now >= self.begin:
            return True
        return yesterday in self.days and now < self.end


def parse_window(text: str) -> Window:
    """Return what `mon-fri 08:00-18:00 Europe/Berlin` means; without a zone it is UTC.

    Raises UsageError.
    """
    found = _FORM.fullmatch(text.strip())
    if found is None:
        raise UsageError(f"{text!r} is no time of the week", hint=_EXAMPLE)
    try:
        zone = ZoneInfo(found["zone"] or "UTC")
        begin, end = (_time(found[name]) for name in ("from", "to"))
        days = frozenset(_days(found["days"] or "mon-sun"))
    except (ValueError, OSError, ZoneInfoNotFoundError) as error:
        raise UsageError(f"{text!r} is no time of the week: {error}", hint=_EXAMPLE) from None
    return Window(days, begin, end, zone)


def _time(text: str) -> time:
    hour, _, minute = text.partition(":")
    if (int(hour), minute) == (24, "00"):
        return time(0, 0)
    return time(int(hour), int(minute))


def _days(text: str) -> set[int]:
    days: set[int] = set()
    for part in text.lower().split(","):
        first, _, last = part.partition("-")
        number, count = _DAYS.index(first), 1
        if last:
            count = (_DAYS.index(last) - number) % len(_DAYS) + 1
        days |= {(number + step) % len(_DAYS) for step in range(count)}
    return days
