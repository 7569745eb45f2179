"""How plans adopt the templates that a target has: which stand for the template's, and the record.

Where adopted files lie is read by `adopted`, which a check needs too.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from issue_scaffold.files.rendering import Rendering
from issue_scaffold.sync.plan import FilePlan
from issue_scaffold.sync.same_template import Recognised


def adoptable(
    recognised: tuple[Recognised, ...], rendering: Rendering, existing: Mapping[str, bytes]
) -> dict[str, str]:
    """Return which existing templates can be the template's files, by the path that those have.

    A file that is there under the template's own name is that file already.
    """
    from issue_scaffold.settings.adopted import may_stand_for

    pairs: dict[str, str] = {}
    for one in recognised:
        taken = {*pairs, *existing}
        is_own = one.existing not in rendering.files and one.catalog not in taken
        if is_own and may_stand_for(one.existing, one.catalog):
            pairs[one.catalog] = one.existing
    return pairs


def relocated_again(names: Mapping[str, str], pairs: Mapping[str, str]) -> dict[str, str]:
    """Return where files lie that had these names and were moved once more, by their first path."""
    moved = {path: pairs.get(name, name) for path, name in names.items()}
    return {**{path: own for path, own in pairs.items() if path not in names.values()}, **moved}


def marked(plan: FilePlan, pairs: Mapping[str, str]) -> FilePlan:
    """Return a plan whose steps say which file of the template they are about."""
    names = {own: name for name, own in pairs.items()}
    steps = tuple(replace(step, adopted_as=names.get(step.path, "")) for step in plan.steps)
    return replace(plan, steps=steps)


def record_places(root: Path, plan: FilePlan, pairs: Mapping[str, str], new_path: str) -> FilePlan:
    """Return a plan that also records where the template's files lie, and what is in their place.

    Raises UsageError where the settings have a mistake: without the record, the next update would
    write the files beside the target's own.
    """
    stand_ins = [step for step in plan.steps if step.stands_for and step.after is not None]
    if not pairs and not stand_ins:
        return plan
    from issue_scaffold.sync.planned_settings import planned_settings, with_settings
    from issue_scaffold.sync.stand_ins import accept_stand_ins

    settings = planned_settings(plan, root, new_path)
    settings.adopt(pairs)
    accept_stand_ins(settings, stand_ins)
    return with_settings(plan, settings, "how files of the template are called here")
