"""What holds for every labels config and every `.pre-commit-config.yaml`, in whatever style it is written."""

import json
from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from issue_scaffold.sync import structured_files

YML = ".github/labels.yml"
JSON = ".github/labels.json"
PRECOMMIT = ".pre-commit-config.yaml"
URL = "https://example.invalid/scaffold"

Fields = dict[str, str]

_MANAGED = ("bug", "infra 🔧", "kind: ci", "docs")
_COMMENTS = ("# plain", "#\ttab", "# - name: bug", "# 🔧 done: yes", "#")


def _labels(names: st.SearchStrategy[str]) -> st.SearchStrategy[list[Fields]]:
    label = st.fixed_dictionaries(
        {"name": names, "color": st.sampled_from(("000000", "d73a4a", "1e3000", "ffffff"))},
        optional={"description": st.sampled_from(("Short", "With: colon # and hash", 'It\'s "so"', "- é 🎯"))},
    )
    return st.lists(label, max_size=4, unique_by=lambda fields: fields["name"].casefold())


MANAGED = _labels(st.sampled_from(_MANAGED))
OWN = _labels(st.sampled_from(("mine", "my: own", "Eigenes ü", "x")))


def _value(draw: st.DrawFn, value: str, *, plain: bool) -> str:
    if plain and value.isalnum() and not value[0].isdigit():
        return value
    return draw(st.sampled_from((json.dumps(value, ensure_ascii=False), "'" + value.replace("'", "''") + "'")))


def _comments(draw: st.DrawFn, indent: str) -> list[str]:
    rows = draw(st.lists(st.sampled_from(("", *_COMMENTS)), max_size=2))
    return [indent + row if row else "" for row in rows]


@st.composite
def _written(draw: st.DrawFn, labels: list[Fields]) -> str:
    """Write a labels config that holds these labels, in some style."""
    key = draw(st.sampled_from(("", "labels:\n", "x: [1]\nlabels: # c\n")))
    indent = draw(st.sampled_from(("", "  ")))
    gap = draw(st.sampled_from((" ", "   ")))
    form = draw(st.sampled_from(("block", "braces", "mapping", "brackets")))
    plain = draw(st.booleans())
    indent = "  " if form == "mapping" and key else indent
    rows = _comments(draw, indent)
    for fields in labels:
        pairs = [f"{key}: {_value(draw, value, plain=plain)}" for key, value in sorted(fields.items(), reverse=True)]
        name = _value(draw, fields["name"], plain=plain)
        if form == "block":
            rows.append(f"{indent}-{gap}{pairs[0]}")
            rows += [f"{indent} {' ' * len(gap)}{pair}{draw(st.sampled_from(('', '  # c')))}" for pair in pairs[1:]]
        elif form == "mapping":
            rows += [f"{indent}{name}:", *(f"{indent}{gap}{pair}" for pair in pairs if not pair.startswith("name"))]
        else:
            rows.append(f"{indent}{'-' if form == 'braces' else ''} {{{', '.join(pairs)}}}")
            rows[-1] += "," if form == "brackets" else ""
        rows += [] if form == "brackets" else _comments(draw, indent)
    if form == "brackets":
        rows = ["[", *(row if row.lstrip().startswith("#") else f" {row}" for row in rows), " ]"]
        key = key.replace("# c\n", "").replace("labels:\n", "labels: ")
        rows = [row for row in rows if not row.lstrip().startswith("#")]
    text = key + "\n".join(rows) + "\n" * draw(st.integers(0, 2))
    return text.replace("\n", draw(st.sampled_from(("\n", "\r\n"))))


def _json(labels: list[Fields]) -> str:
    return json.dumps(labels, ensure_ascii=False)


@st.composite
def _sides(draw: st.DrawFn) -> tuple[list[Fields] | None, list[Fields], str, list[Fields]]:
    """Draw the template before, the user's labels and the text that holds them, and the template now."""
    base = draw(st.one_of(st.none(), MANAGED))
    kept = [fields for fields in base or draw(MANAGED) if draw(st.integers(0, 3))]
    touched = [{**fields, "color": "123456"} if not draw(st.integers(0, 3)) else fields for fields in kept]
    ours = draw(st.permutations(touched + draw(OWN)))
    return base, ours, draw(_written(ours)), draw(MANAGED)


def _plain(path: str, text: str) -> list[Fields]:
    """Return the labels as an independent reader sees them."""
    found: Any = json.loads(text) if path == JSON else yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - strings only
    if isinstance(found, dict):
        found = found.get("labels", found)
    if isinstance(found, dict):
        return [{"name": name, **fields} for name, fields in found.items()]
    return found or []


def _merge(path: str, base: list[Fields] | None, ours: str, theirs: list[Fields]) -> str:
    merged = structured_files.merge(path, None if base is None else _json(base), ours, _json(theirs))
    assert merged is not None
    again = structured_files.merge(path, None if base is None else _json(base), merged.text, _json(theirs))
    assert again is not None
    assert again.text == merged.text
    return merged.text


def _names(labels: list[Fields]) -> set[str]:
    return {fields["name"].casefold() for fields in labels}


@given(_sides())
def test_no_label_of_the_users_own_is_touched(
    sides: tuple[list[Fields] | None, list[Fields], str, list[Fields]],
) -> None:
    base, ours, text, theirs = sides
    if not ours:
        return
    managed = _names(theirs) | _names(base or [])
    after = _plain(YML, _merge(YML, base, text, theirs))
    assert [one for one in after if one["name"] not in managed] == [one for one in ours if one["name"] not in managed]


@given(_sides())
def test_each_label_ends_as_the_three_sides_say(
    sides: tuple[list[Fields] | None, list[Fields], str, list[Fields]],
) -> None:
    base, ours, text, theirs = sides
    if not ours:
        return
    after = {one["name"]: one for one in _plain(YML, _merge(YML, base, text, theirs))}
    had = {one["name"]: one for one in base or []}
    has = {one["name"]: one for one in ours}
    for label in theirs:
        name = label["name"]
        if name in had and name not in has:
            assert name not in after
        elif name not in has or has[name] in (label, had.get(name)):
            assert after[name] == label
        elif had.get(name, {}).get("color") != has[name]["color"]:
            assert after[name]["color"] == has[name]["color"]
    for name in had.keys() - {label["name"] for label in theirs}:
        assert (name in after) == (name in has and has[name] != had[name])


@given(_sides())
def test_taking_the_additions_away_gives_the_same_bytes(
    sides: tuple[list[Fields] | None, list[Fields], str, list[Fields]],
) -> None:
    _, ours, text, theirs = sides
    theirs = [label for label in theirs if label["name"] not in _names(ours)]
    if ours:
        assert _merge(YML, theirs, _merge(YML, None, text, theirs), []) == text


@given(_sides())
def test_a_merge_ends_with_no_difference_unless_the_user_deviates(
    sides: tuple[list[Fields] | None, list[Fields], str, list[Fields]],
) -> None:
    base, ours, text, theirs = sides
    deviates = any(one not in (base or theirs) for one in ours if one["name"] in _names([*theirs, *(base or [])]))
    deleted = _names(base or []) - _names(ours)
    clash = base is None and any(one not in theirs for one in ours if one["name"] in _names(theirs))
    clash |= base is not None and any(one not in base and one["name"] in _names(theirs) for one in ours)
    if not ours or deviates or deleted or clash:
        return
    after = _merge(YML, base, text, theirs)
    assert structured_files.differences(YML, _json(theirs), after) == ()


@given(MANAGED, MANAGED, st.sampled_from((None, 2, "\t")))
def test_an_untouched_json_file_gets_the_templates_meaning(
    base: list[Fields], theirs: list[Fields], indent: int | str | None
) -> None:
    ours = json.dumps(base, indent=indent, ensure_ascii=indent is None) + "\n"
    after = _merge(JSON, base, ours, theirs)
    assert structured_files.differences(JSON, _json(theirs), after) == ()
    assert {json.dumps(one, sort_keys=True) for one in _plain(JSON, after)} == {
        json.dumps(one, sort_keys=True) for one in theirs
    }


HOOKS = st.lists(st.sampled_from(("a", "b", "c: d", "é")), min_size=1, max_size=3, unique=True)


@st.composite
def _config(draw: st.DrawFn, own: list[str], rev: str, hooks: list[str]) -> str:
    indent, gap = draw(st.sampled_from(("", "  "))), draw(st.sampled_from((" ", "   ")))
    nested = draw(st.sampled_from(("", "  ")))
    rows = ["repos:", *_comments(draw, indent)]
    entries = draw(
        st.permutations([(f"https://example.invalid/{name}", "v0", [name]) for name in own] + [(URL, rev, hooks)])
    )
    for repo, at, ids in entries:
        inside = f"{indent} {' ' * len(gap)}"
        rows += [f"{indent}-{gap}repo: {repo}", f"{inside}rev: {at}  # c", f"{inside}hooks:"]
        for one in ids:
            rows += [f"{inside}{nested}-{gap}id: {json.dumps(one)}", f"{inside}{nested} {' ' * len(gap)}args: [-x]"]
        rows += _comments(draw, indent)
    text = "\n".join([*rows, "ci: {}"]) + "\n" * draw(st.integers(0, 1))
    return text.replace("\n", draw(st.sampled_from(("\n", "\r\n"))))


def _template(rev: str, hooks: list[str]) -> str:
    body = [{"repo": URL, "rev": rev, "hooks": [{"id": one, "args": ["-x"]} for one in hooks]}] if hooks else []
    return yaml.safe_dump({"repos": body}, sort_keys=False)


@given(st.data(), st.lists(st.sampled_from(("p", "q")), unique=True), HOOKS, st.one_of(st.just([]), HOOKS))
def test_a_pre_commit_config_follows_the_template_and_keeps_the_rest(
    data: st.DataObject, own: list[str], before: list[str], now: list[str]
) -> None:
    ours = data.draw(_config(own, "v1", before))
    merged = structured_files.merge(PRECOMMIT, _template("v1", before), ours, _template("v2", now))
    assert merged is not None
    assert merged.notes == ()
    assert structured_files.differences(PRECOMMIT, _template("v2", now), merged.text) == ()
    assert structured_files.merge(PRECOMMIT, _template("v1", before), merged.text, _template("v2", now)) == merged
    found = {entry["repo"]: entry for entry in yaml.safe_load(merged.text)["repos"]}
    managed = found.pop(URL, {"rev": "v2", "hooks": []})
    assert managed["rev"] == "v2"
    assert {hook["id"] for hook in managed["hooks"]} == set(now)
    assert {entry["hooks"][0]["id"] for entry in found.values()} == set(own)
    if not now and own:
        assert structured_files.merge(PRECOMMIT, _template("v1", before), merged.text, _template("v2", [])) == merged


@given(st.data(), st.lists(st.sampled_from(("p", "q")), min_size=1, unique=True), HOOKS)
def test_taking_an_added_entry_away_gives_the_same_bytes(data: st.DataObject, own: list[str], hooks: list[str]) -> None:
    both = data.draw(_config(own, "v1", hooks))
    without = structured_files.merge(PRECOMMIT, _template("v1", hooks), both, _template("v1", []))
    assert without is not None
    added = structured_files.merge(PRECOMMIT, None, without.text, _template("v1", hooks))
    assert added is not None
    again = structured_files.merge(PRECOMMIT, _template("v1", hooks), added.text, _template("v1", []))
    assert again == without


@given(
    st.sampled_from((YML, JSON, PRECOMMIT, ".github/settings.yml")),
    st.text(),
    st.text("-[]{}:,'\"#&*!|>\n a", max_size=40),
)
def test_no_text_makes_it_raise(path: str, one: str, other: str) -> None:
    for ours, theirs in ((one, other), (other, one)):
        structured_files.differences(path, theirs, ours)
        structured_files.merge(path, None, ours, theirs)
        structured_files.merge(path, theirs, ours, one)
