"""Which forge hosts a repository and which CI it runs, by the names of its files and the address of its remote.

Pure: whoever calls says which of `EVIDENCE` exist. Only what is certain is suggested; where two forges are as likely,
or nothing tells, the template's own default stays.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

# What a forge alone reads; each is a file or a folder, relative to the root.
_FORGE_PATHS: Final = {
    "github": (
        ".github/ISSUE_TEMPLATE",
        ".github/workflows",
        ".github/labels.yml",
        ".github/CODEOWNERS",
    ),
    "forgejo": (".forgejo",),
    "gitea": (".gitea",),
    "gitlab": (".gitlab-ci.yml", ".gitlab"),
}
_CI_PATHS: Final = {
    "GitHub Actions": (".github/workflows",),
    "Forgejo Actions": (".forgejo/workflows",),
    "Gitea Actions": (".gitea/workflows",),
    "GitLab CI": (".gitlab-ci.yml",),
    "Azure Pipelines": ("azure-pipelines.yml", "azure-pipelines.yaml", ".azure-pipelines"),
    "CircleCI": (".circleci/config.yml",),
    "Woodpecker": (".woodpecker.yml", ".woodpecker.yaml", ".woodpecker"),
    "Drone": (".drone.yml",),
    "Jenkins": ("Jenkinsfile",),
    "Travis CI": (".travis.yml",),
    "Bitbucket Pipelines": ("bitbucket-pipelines.yml",),
}
# For these the template writes a workflow itself.
_INSTALLED: Final = frozenset({"GitHub Actions", "Forgejo Actions", "Gitea Actions", "GitLab CI"})
_HOSTS: Final = {
    "github.com": "github",
    "gitlab.com": "gitlab",
    "codeberg.org": "forgejo",
    "code.forgejo.org": "forgejo",
    "gitea.com": "gitea",
}
_SELF_HOSTED: Final = ("github", "gitlab", "forgejo", "gitea")

EVIDENCE: Final = tuple(
    sorted(
        {path for table in (_FORGE_PATHS, _CI_PATHS) for paths in table.values() for path in paths}
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """What was found out: the forge (None: nobody can tell) and the CI systems in use, by their usual names."""

    platform: str | None
    systems: tuple[str, ...]

    @property
    def answers(self) -> dict[str, str]:
        """Answers that are better than the template's defaults."""
        return {"platform": self.platform} if self.platform not in {None, "github"} else {}

    @property
    def notes(self) -> tuple[str, ...]:
        """Remarks on CI systems for which the template has no workflow to install."""
        others = [system for system in self.systems if system not in _INSTALLED]
        return tuple(
            f"this repository runs {system}: add a step there that installs this tool and runs scaffold check --diff"
            for system in others
        )


def detect(existing: Collection[str], remote_host: str | None = None) -> Detection:
    """Return what the existing paths among `EVIDENCE`, and the host name of the git remote, tell."""
    systems = tuple(
        name for name, paths in _CI_PATHS.items() if any(path in existing for path in paths)
    )
    platform = (_forge_of_host(remote_host) if remote_host else None) or _forge_of_paths(existing)
    if (
        platform == "forgejo"
        and ".gitea/workflows" in existing
        and ".forgejo/workflows" not in existing
    ):
        # Forgejo runs these as they are; a folder of its own would hide them.
        platform = "gitea"
    return Detection(platform=platform, systems=systems)


def hidden_workflows(existing: Collection[str], written: Collection[str]) -> tuple[str, ...]:
    """Return remarks on workflows that won't run any more once the paths in `written` are there.

    Forgejo and Gitea run the workflows of one folder: the first that exists.
    """
    folders = (".forgejo/workflows", ".gitea/workflows", ".github/workflows")
    notes = []
    for index, new in enumerate(folders[:2]):
        if new not in existing and any(path.startswith(f"{new}/") for path in written):
            hidden = next((folder for folder in folders[index + 1 :] if folder in existing), None)
            if hidden:
                notes.append(
                    f"once {new} exists, the forge no longer runs the workflows in {hidden}; move them there"
                )
    return tuple(notes)


def _forge_of_host(host: str) -> str | None:
    """Return the forge of a host: a known one, or one that is called after it (gitlab.example.com)."""
    name = host.lower()
    return _HOSTS.get(name) or next(
        (forge for forge in _SELF_HOSTED if name.split(".", 1)[0] == forge), None
    )


def _forge_of_paths(existing: Collection[str]) -> str | None:
    found = [
        forge for forge, paths in _FORGE_PATHS.items() if any(path in existing for path in paths)
    ]
    # Forgejo reads Gitea's folder too, so a repository that moved from one to the other has both.
    if found == ["forgejo", "gitea"]:
        return "forgejo"
    return found[0] if len(found) == 1 else None
