"""Writing to `.github/scaffold.yml`: accepted deviations, with everything else of the file left as it is."""

import io
from typing import Any, Final

from issue_scaffold.errors import UsageError

_HEADER: Final = "# Settings of issue-scaffold for this repository.\n"


def with_accepted(text: str, *, path: str, sha256: str | None, reason: str) -> str:
    """Return the settings file's text with one accepted deviation added, or brought up to date.

    `sha256` None accepts that the file is deleted. Raises UsageError when the text isn't a settings file.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 4096
    yaml.indent(mapping=2, sequence=4, offset=2)
    # `sha256: null` reads better than an empty value.
    yaml.representer.add_representer(
        type(None), lambda dumper, _: dumper.represent_scalar("tag:yaml.org,2002:null", "null")
    )
    try:
        data: Any = yaml.load(text) if text.strip() else {}
    except YAMLError as error:
        raise UsageError(f".github/scaffold.yml is not valid YAML: {' '.join(str(error).split())}") from error
    data = {} if data is None else data
    rows = data.setdefault("accepted", []) if isinstance(data, dict) else None
    if not isinstance(rows, list):
        raise UsageError(".github/scaffold.yml: `accepted` must be a list", hint="entries have path, sha256 and reason")
    entry = {"path": path, "sha256": sha256, "reason": reason}
    for row in rows:
        if isinstance(row, dict) and row.get("path") == path:
            row.update(entry)
            break
    else:
        rows.append(entry)
    out = io.StringIO()
    yaml.dump(data, out)
    return out.getvalue() if text.strip() else _HEADER + out.getvalue()
