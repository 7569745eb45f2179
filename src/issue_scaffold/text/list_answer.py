"""A list as people write it: `API, CDN`, or in YAML's brackets. Pure."""

import csv


def list_answer(text: str) -> str | list[str]:
    """Return what a text says in answer to a question for a list: its items, or a YAML list.

    What begins as a list of YAML is left as it is, a single mapping becomes a list of one. Anything
    else is items with commas between them; an item in quotation marks may hold some.
    """
    stripped = text.strip()
    if stripped.startswith(("[", "- ")):
        return text
    if stripped.startswith("{"):
        return f"[{stripped}]"
    rows = csv.reader([" ".join(stripped.split())], skipinitialspace=True)
    return [item.strip() for row in rows for item in row if item.strip()]
