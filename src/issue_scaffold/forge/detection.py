"""Which forge hosts a repository and which CI it runs, by its files and its remote's address.

Pure: whoever calls says which of `EVIDENCE` exist. Only what is certain is suggested; where two
forges are as likely, or nothing tells, the template's own default stays.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from issue_scaffold.forge.forges import (
    FORGES,
    GITHUB,
    Forge,
    forge_of_files,
    forge_of_host,
    parent_of,
)

# For these the template writes a workflow itself.
_FORGE_CI: Final = {forge.ci: (forge.ci_file or forge.workflows[0],) for forge in FORGES}
_OTHER_CI: Final = {
    "Azure Pipelines": ("azure-pipelines.yml", "azure-pipelines.yaml", ".azure-pipelines"),
    "CircleCI": (".circleci/config.yml",),
    "Woodpecker": (".woodpecker.yml", ".woodpecker.yaml", ".woodpecker"),
    "Drone": (".drone.yml",),
    "Jenkins": ("Jenkinsfile",),
    "Travis CI": (".travis.yml",),
    "Bitbucket Pipelines": ("bitbucket-pipelines.yml",),
}
_CI: Final = _FORGE_CI | _OTHER_CI

EVIDENCE: Final = tuple(
    sorted({sign for forge in FORGES for sign in forge.signs}.union(*_CI.values()))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """What was found out: the forge (None: nobody can tell) and the CI systems by usual names."""

    forge: Forge | None
    systems: tuple[str, ...]

    @property
    def answers(self) -> dict[str, str]:
        """Answers that are better than the template's defaults."""
        if self.forge is None or self.forge.key == GITHUB.key:
            return {}
        return {"platform": self.forge.key}

    @property
    def notes(self) -> tuple[str, ...]:
        """Remarks on CI systems for which the template has no workflow to install."""
        return tuple(
            f"this repository runs {system}: add a step there that installs this tool and runs "
            "scaffold check --diff"
            for system in self.systems
            if system in _OTHER_CI
        )


def detect(existing: Collection[str], remote_host: str | None = None) -> Detection:
    """Return what the existing paths among `EVIDENCE`, and the git remote's host name, tell."""
    systems = tuple(name for name, signs in _CI.items() if not set(signs).isdisjoint(existing))
    forge = forge_of_host(remote_host or "") or forge_of_files(existing)
    if forge:
        forge = _whose_folder(forge, existing)
    return Detection(forge=forge, systems=systems)


def _whose_folder(forge: Forge, existing: Collection[str]) -> Forge:
    """Return what a forge is a fork of, if the repository has the folder of that alone.

    What lies there is read as it is; a folder of the fork's own would be a second one, and hide the
    workflows of the first.
    """
    parent = parent_of(forge)
    if parent is None:
        return forge
    pairs = ((parent.workflows[0], forge.workflows[0]), (parent.folder, forge.folder))
    if any(theirs in existing and own not in existing for theirs, own in pairs):
        return parent
    return forge


def hidden_workflows(existing: Collection[str], written: Collection[str]) -> tuple[str, ...]:
    """Return remarks on workflows that won't run any more once the paths in `written` are there.

    A forge that looks into several folders runs the workflows of one: the first that exists.
    """
    notes = []
    for new, *others in (forge.workflows for forge in FORGES):
        hidden = [folder for folder in others if folder in existing]
        begins = new not in existing and any(path.startswith(f"{new}/") for path in written)
        if begins and hidden:
            notes.append(
                f"once {new} exists, the forge no longer runs the workflows in {hidden[0]}; "
                "move them there"
            )
    return tuple(notes)
