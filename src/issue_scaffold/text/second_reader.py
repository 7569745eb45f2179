"""A second YAML reader, which an edited file must still be whole to: ruamel.yaml, for YAML 1.2."""

from ruamel.yaml import YAML


def breaks(before: str, after: str) -> bool:
    """Return whether the second reader no longer understands what it did before."""
    return _reads(before) and not _reads(after)


def _reads(text: str) -> bool:
    reader = YAML(typ="safe", pure=True)
    try:
        reader.load(text)
    except Exception:  # noqa: BLE001 - of `!!timestamp x`, say, whatever comes
        return False
    return True
