"""Where forges look for templates, forms, choosers and labels configs, and what a path therefore is.

Sources: GitHub's "About issue and pull request templates" and "Configuring issue templates for your repository",
Gitea's and Forgejo's "Issue and pull request templates", GitLab's "Description templates".
"""

from typing import Final

from issue_scaffold.forge.file_kind import FileKind

SETTINGS_PATH: Final = ".github/scaffold.yml"
YAML_SUFFIXES: Final = frozenset({".yml", ".yaml"})

# The folders that are walked; `.github` and the root are listed, and entered where `is_wanted` says so.
FOLDERS: Final = ("", ".github", "docs", ".gitea", ".forgejo", ".gitlab")
_TEMPLATE_FOLDER: Final = "issue_template"
_OWNERS: Final = frozenset({"", ".github", "docs", ".gitea", ".forgejo", ".gitlab"})
_GITEA: Final = frozenset({".gitea", ".forgejo"})
_SECURITY: Final = frozenset({"security.md"})
_LABEL_STEMS: Final = frozenset(
    {"labels", "label-sync", "labels-sync", "label", "labelsettings", "github-labels"}
)
LABELS_SUFFIXES: Final = frozenset({".yml", ".yaml", ".json", ".toml"})
_PICTURES: Final = frozenset({".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".mp4", ".mov"})


def template_folder(path: str) -> tuple[str, str] | None:
    """Return the template folder that a path lies in and the rest of the path, or None."""
    parts = path.split("/")
    for index, part in enumerate(parts[:-1]):
        if part.lower() == _TEMPLATE_FOLDER:
            return "/".join(parts[: index + 1]), "/".join(parts[index + 1 :])
    return None


def is_gitea(path: str) -> bool:
    """Tell whether a file is for Gitea or Forgejo, whose forms know more keys."""
    return bool(_GITEA & set(path.lower().split("/")[:-1]))


def is_gitlab(path: str) -> bool:
    """Tell whether a file is one of GitLab's description templates."""
    return ".gitlab/issue_templates/" in f"/{path.lower()}"


def is_wanted(path: str, *, folder: bool = False) -> bool:
    """Tell whether the walk over a repository takes (or enters) this path."""
    lower = path.lower()
    parent, _, name = lower.rpartition("/")
    if template_folder(f"{path}/x" if folder else path):
        return folder or f".{name.rpartition('.')[2]}" not in _PICTURES
    if is_gitlab(f"{lower}/x" if folder else lower):
        return True
    if folder:
        return parent in _OWNERS and name == "labels" and parent == ".github"
    if lower == SETTINGS_PATH:
        return True
    if parent in _OWNERS and (is_legacy(name) or name in _SECURITY):
        return True
    return is_labels_config(path)


def is_walked(path: str) -> bool:
    """Tell whether the walk over a repository comes by this file and takes it."""
    parent = path.rpartition("/")[0]
    while parent not in FOLDERS:
        if not is_wanted(parent, folder=True):
            return False
        parent = parent.rpartition("/")[0]
    return is_wanted(path)


def is_legacy(name: str) -> bool:
    """Tell whether a file name is that of the single template that came before the chooser."""
    return name.lower() in {"issue_template.md", "issue_template", "issue_template.txt"}


def is_labels_config(path: str) -> bool:
    """Tell whether a path is a usual place of a labels config."""
    parent, _, name = path.lower().rpartition("/")
    stem, dot, suffix = name.rpartition(".")
    if f"{dot}{suffix}" not in LABELS_SUFFIXES:
        return False
    if parent == ".github/labels":
        return True
    if stem == "settings":
        return parent == ".github" and suffix in {"yml", "yaml"}
    return parent in {"", ".github", ".gitea", ".forgejo", ".gitlab"} and stem in _LABEL_STEMS


def is_security_policy(path: str) -> bool:
    """Tell whether a path is a security policy that makes GitHub add its own chooser entry."""
    parent, _, name = path.lower().rpartition("/")
    return name in _SECURITY and parent in {"", ".github", "docs"}


def kind_by_path(path: str) -> FileKind | None:  # noqa: PLR0911 - one case each
    """Return what a path makes of its file, or None where only the content can tell."""
    lower = path.lower()
    name = lower.rpartition("/")[2]
    if lower == SETTINGS_PATH or lower.endswith(f"/{SETTINGS_PATH}"):
        return FileKind.SETTINGS
    if is_gitlab(path) or is_security_policy(path):
        return FileKind.TEXT
    inside = template_folder(path)
    if inside:
        return _kind_in_folder(inside[1].lower())
    if is_legacy(name):
        return FileKind.LEGACY
    if is_labels_config(path) or name.endswith(".toml"):
        return FileKind.LABELS
    if name.endswith((".md", ".markdown")):
        return FileKind.TEMPLATE
    return None


def _kind_in_folder(rest: str) -> FileKind:
    stem, _, suffix = rest.rpartition(".")
    if "/" in rest:
        return FileKind.STRAY
    if stem == "config" and suffix in {"yml", "yaml"}:
        return FileKind.CHOOSER
    if suffix in {"yml", "yaml"} and stem:
        return FileKind.FORM
    return FileKind.TEMPLATE if suffix == "md" and stem else FileKind.STRAY
