"""The one document of a text that is to be compared or edited by its meaning.

On the path of `check`: nothing here writes, and JSON's reader is loaded for JSON only.
"""

from issue_scaffold.text.by_meaning import NotUnderstoodError
from issue_scaffold.text.tree import Value
from issue_scaffold.text.yaml_nodes import LimitFailure, SyntaxFailure, parse_yaml


def read_document(text: str, *, is_json: bool) -> Value | None:
    """Return the root of the one document in `text`, None when there is none.

    Raises NotUnderstoodError for what can't be read, asks for too much, or is several documents.
    """
    if is_json:
        from issue_scaffold.text.json_nodes import parse_json

        stream = parse_json(text)
    else:
        stream = parse_yaml(text)
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
