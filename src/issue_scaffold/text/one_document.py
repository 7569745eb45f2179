"""The one document of a text that is to be compared or edited by its meaning.

On the path of `check`: nothing here writes, and the readers of JSON and TOML are loaded for those
only.
"""

from issue_scaffold.text.by_meaning import NotUnderstoodError
from issue_scaffold.text.tree import Value
from issue_scaffold.text.yaml_nodes import LimitFailure, SyntaxFailure, YamlStream, parse_yaml


def suffix_of(path: str) -> str:
    """Return what tells a file's format: `.json`, `.toml`, or anything else for YAML."""
    return f".{path.rpartition('.')[2].lower()}"


def parse(text: str, suffix: str) -> YamlStream:
    """Parse a text in the format that a suffix tells; never raises for what the text holds."""
    if suffix == ".json":
        from issue_scaffold.text.json_nodes import parse_json

        return parse_json(text)
    if suffix == ".toml":
        from issue_scaffold.text.toml_nodes import parse_toml

        return parse_toml(text)
    return parse_yaml(text)


def read_document(text: str, suffix: str = ".yml") -> Value | None:
    """Return the root of the one document in `text`, None when there is none.

    Raises NotUnderstoodError for what can't be read, asks for too much, or is several documents.
    """
    stream = parse(text, suffix)
    failure = stream.failure
    if isinstance(failure, SyntaxFailure):
        raise NotUnderstoodError(f"{failure.context} {failure.problem}".strip(), failure.offset)
    if isinstance(failure, LimitFailure):
        raise NotUnderstoodError(failure.message, failure.offset)
    if len(stream.documents) > 1:
        raise NotUnderstoodError("more than one document", stream.separators[0])
    if stream.documents:
        return stream.documents[0]
    return None
