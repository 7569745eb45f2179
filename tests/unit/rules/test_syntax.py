"""Files that aren't YAML: the message says what a person did, and where."""

import pytest

from issue_scaffold.validate.run import validate_files

PATH = ".github/ISSUE_TEMPLATE/a.yml"
SLIPS = {
    "a: b: c\n": (1, 4, "an unquoted value with a colon"),
    "- a\n- b: c: d\n": (2, 6, "an unquoted value with a colon"),
    "a: b\n  c: d\n": (2, 3, "this line is indented too far"),
    "a:\n\t- b\n": (2, 1, "a tab in the indentation"),
    "a: @b\n": (1, 4, "a value can't begin with `@`"),
    "a: `b`\n": (1, 4, "a value can't begin with a backtick"),
    "a: %b\n": (1, 4, "a value can't begin with `%`"),
    "a: **b** c\n": (1, 4, "a value that begins with `*` is an alias"),
    "a: }b\n": (1, 4, "a value can't begin with `}`"),
    "a: - b\n": (1, 4, "a list can't begin on the line of its key"),
    "a: |x\n  b\n": (1, 4, "a value that begins with `|` is a block of text"),
    "a: 'don't'\n": (1, 9, "text after the closing '"),
    'a: "b" c\n': (1, 8, 'text after the closing "'),
    "a: 'b', 'c'\n": (1, 4, "several quoted texts"),
    "a: 'b\nc: d\n": (1, 4, "the quotation that begins here is never closed"),
    'a: "\\d"\n': (1, 5, "a backslash that means nothing"),
    "a: [b, c\nd: e\n": (1, 4, "the list that begins here is never closed"),
    "a: [b],\n": (1, 7, "text after the closing ]"),
    "a: b\nc d\ne: f\n": (2, 1, "this line is neither `key: value` nor"),
    "a: >\n b\nc\n": (3, 1, "this line is neither `key: value` nor"),
    "a:\n  - b\n c: d\n": (3, 2, "this line's indentation fits nothing"),
    "a: b\n- c\n": (2, 1, "a list entry where a key is expected"),
    "- a\nb: c\n": (2, 1, "a key between the entries of a list"),
    "a: b\n<<<<<<< HEAD\nc: d\n=======\n": (2, 1, "a merge conflict was left"),
    "a: \x07b\n": (1, 4, "control character U+0007"),
    "a: *b\n": (1, 4, "a value that begins with `*` is an alias"),
    "a: [Bug] b\n": (1, 10, "text after the closing ]"),
}


@pytest.mark.parametrize(("text", "expected"), SLIPS.items(), ids=[repr(text) for text in SLIPS])
def test_slip_is_named(text: str, expected: tuple[int, int, str]) -> None:
    (finding,) = validate_files({PATH: text.encode()})
    assert finding.rule == "yaml/syntax"
    assert finding.hint
    assert (finding.line, finding.column) == expected[:2]
    assert finding.message.startswith(expected[2])


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("labels.json", '[{"name": "a",}]', "JSON: "),
        ("labels.json", "[" * 200, "nested deeper"),
        ("labels.toml", "[a]\nb = \n", "TOML: invalid value"),
    ],
)
def test_other_formats(name: str, text: str, message: str) -> None:
    (finding,) = validate_files({f".github/{name}": text.encode()})
    assert finding.message.startswith(message)
