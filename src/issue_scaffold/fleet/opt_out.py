"""Repositories that are left alone: by a setting of their own, by a topic, or by the run's file.

Owns how that is said. Nothing overrides it: whoever owns a repository has the last word.
"""

import os
from pathlib import Path
from typing import Final

from issue_scaffold.fleet.outcome import FleetOutcome, Reason, Status, Why, without_treatment
from issue_scaffold.fleet.remote import FleetRepository, name_of
from issue_scaffold.fleet.rollout import Rollout
from issue_scaffold.forge.layout import SETTINGS_PATHS
from issue_scaffold.settings.file import Settings, parse_settings, read_settings
from issue_scaffold.settings.place import read_settings_file

# A repository on a host opts out by this topic too.
SKIP_TOPIC: Final = "scaffold-skip"


def opted_out_folder(repository: str, *, is_written: bool) -> FleetOutcome | None:
    """Return the outcome of a folder whose settings take it out of fleets; None for any other.

    Settings with a mistake say what could be understood of them, which a check or a validation
    tells with its findings. Raises ScaffoldError for them where something `is_written`, and for
    what can't be read.
    """
    # Most have none, and a check of thousands feels every file that is opened.
    if not any(os.path.lexists(f"{repository}/{path}") for path in SETTINGS_PATHS):
        return None
    path, content = read_settings_file(Path(repository))
    if content is None:
        return None
    settings = parse_settings(content, path) if is_written else read_settings(content, path)[0]
    return opted_out(repository, settings, path)


def opted_out(repository: FleetRepository, settings: Settings, path: str) -> FleetOutcome | None:
    """Return the outcome of a repository whose settings, at `path`, take it out of fleets."""
    if settings.opted_out is None:
        return None
    return _skipped(repository, settings.opted_out or f"{path} says so", path)


def opted_out_by_topic(repository: FleetRepository) -> FleetOutcome:
    """Return the outcome of a repository that has the topic."""
    return _skipped(repository, f"it has the topic {SKIP_TOPIC}", "its topics")


def left_out_by(rollout: Rollout, repository: FleetRepository) -> FleetOutcome | None:
    """Return the outcome of a repository that the run's `fleet.yml` leaves out."""
    reason = rollout.skip_of(name_of(repository))
    if reason is None:
        return None
    return without_treatment(repository, Status.SKIPPED, Why(Reason.OPTED_OUT, reason))


def _skipped(repository: FleetRepository, reason: str, where: str) -> FleetOutcome:
    why = Why(Reason.OPTED_OUT, reason, f"its people decide: {where}")
    return without_treatment(repository, Status.SKIPPED, why)
