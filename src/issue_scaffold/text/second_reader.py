"""A second, independent YAML reader, which an edited file must still be whole to: ruamel.yaml, which reads YAML 1.2."""

from ruamel.yaml import YAML


def breaks(before: str, after: str) -> bool:
    """Return whether a text that the second reader understood is one that it no longer understands."""
    return _reads(before) and not _reads(after)


def _reads(text: str) -> bool:
    reader = YAML(typ="safe", pure=True)
    try:
        reader.load(text)
    except Exception:  # noqa: BLE001 - its constructors raise whatever comes, for `!!timestamp x` say
        return False
    return True
