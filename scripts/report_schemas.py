"""The JSON Schemas of what `--format json` prints: one a command, of parts that they share.

`generate_reference.py` writes them; tests hold what every command prints to them.
"""

from typing import Any, Final

from issue_scaffold.fleet.outcome import Reason

Schema = dict[str, Any]

TEXT: Final[Schema] = {"type": "string"}
FLAG: Final[Schema] = {"type": "boolean"}
PLACE: Final[Schema] = {"type": "integer", "minimum": 1}
COUNT: Final[Schema] = {"type": "integer", "minimum": 0}
COUNTS: Final[Schema] = {"type": "object", "additionalProperties": COUNT}
COLOUR: Final[Schema] = {"type": "string", "pattern": "^[0-9a-f]{6}$"}


def said(description: str, schema: Schema = TEXT) -> Schema:
    """Return a schema with a description."""
    return {"description": description, **schema}


def one_of(*words: str) -> Schema:
    """Return the schema of one of some words."""
    return {"enum": list(words)}


def maybe(schema: Schema) -> Schema:
    """Return the schema of something that may be null."""
    return {"type": [schema["type"], "null"]}


def list_of(schema: Schema) -> Schema:
    """Return the schema of a list."""
    return {"type": "array", "items": schema}


def fields(required: Schema, optional: Schema | None = None) -> Schema:
    """Return the schema of an object that has just these fields."""
    return {
        "type": "object",
        "required": list(required),
        "additionalProperties": False,
        "properties": {**required, **(optional or {})},
    }


NOTES: Final = said("Remarks that never fail.", list_of(TEXT))
FAILURE: Final[Schema] = {
    "error": said("Why it could not be done."),
    "hint": said("What to do about the error."),
}
FINDING: Final[Schema] = {
    "severity": one_of("error", "warning", "info"),
    "message": TEXT,
    "fixable": said("Whether `scaffold validate --fix` mends it.", FLAG),
}
PLACES: Final = said(
    "Every place of which the same is to be said, in order. The first is that of the finding itself.",
    {**list_of(fields({"path": TEXT}, {"line": PLACE, "column": PLACE})), "minItems": 1},
)
HINT: Final = said("What was expected, and what to do.")
URL: Final = said("Where to read about the rule: an https address, or the command `scaffold rules ID`.")


def envelope(command: str, codes: tuple[int, ...], more: Schema) -> Schema:
    """Return the schema of a document: what every command has, and what this one adds."""
    name = command.replace(" ", "-")
    required = {
        "schema": said("The command and the version of this shape.", {"const": f"scaffold.{name}/1"}),
        "command": said("The command as it is typed.", {"const": command}),
        "exit_code": said("What the process ended with; 130 when it was interrupted.", {"enum": list(codes)}),
    }
    shape = fields(required)
    shape["required"] += more["required"]
    shape["properties"] |= more["properties"]
    shape |= {key: value for key, value in more.items() if key in {"if", "then", "else"}}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"scaffold.{name}-1.schema.json",
        "title": f"Output of scaffold {command} --format json",
        **shape,
    }


def of_targets(command: str, what: str, codes: tuple[int, ...], target: Schema) -> Schema:
    """Return the schema of a document about targets."""
    return envelope(command, codes, fields({"targets": said(what, list_of(target))}))


def subject(what: str, states: dict[str, str], done: Schema, always: Schema | None = None) -> Schema:
    """Return the schema of a target, or of what stands in its place.

    It has the fields of `done` unless it failed; then it has an error.
    """
    told = "; ".join(f"{state}: {text}" for state, text in states.items() if text)
    first = {"target": said(what), "status": said(told, one_of(*states))}
    shape = fields({**first, **(always or {})}, {**done, **FAILURE})
    failing = [state for state in states if state in {"failed", "refused"}]
    shape["if"] = {"properties": {"status": {"enum": failing}}}
    shape["then"] = {"required": ["error"]}
    shape["else"] = {"required": list(done)}
    return shape


FAILED: Final = "it could not be done, and `error` says why"
CODES: Final = (0, 1, 2, 3, 130)
CHANGES: Final[Schema] = {
    "changes": said(
        "What the template changed between the two versions, by its changelog or the messages of its tags; "
        "the newest version first, at most 30 lines in all.",
        list_of(
            fields(
                {"version": TEXT, "lines": list_of(TEXT)},
                {"left_out": said("On the last one: how many lines there are beside these.", PLACE)},
            )
        ),
    )
}


def check() -> Schema:
    """Return the schema of `scaffold check`."""
    kinds = ("outdated", "modified", "missing", "conflict", "invalid", "invalid-foreign", "untracked", "reformatted")
    overlooked = ("accepted", "own", "ignored")
    finding = fields(
        {
            "kind": said(
                "invalid: an error in a file that the template manages, or in the tool's own settings; "
                "invalid-foreign: in any other file, a warning unless --fail-on names it. "
                "reformatted: the formatting alone differs, a warning unless --fail-on names it. "
                "accepted, own, ignored: what the repository told the check to overlook; with --trusted-ref a "
                "warning for what only the change says.",
                one_of(*kinds, *overlooked),
            ),
            "path": said("The file, relative to the target."),
            "places": PLACES,
            **FINDING,
        },
        {
            "rule": said("With kind invalid or invalid-foreign: a rule's id; `scaffold rules` lists them."),
            "line": PLACE,
            "column": said("1-based, in code points.", PLACE),
            "hint": HINT,
            "url": URL,
            "diff": said("With --diff: from the template's content to the target's."),
        },
    )
    template = fields(
        {
            "source": TEXT,
            "version": said("The version that the target follows.", maybe(TEXT)),
            "latest": said("null: nobody could be asked.", maybe(TEXT)),
        }
    )
    return of_targets(
        "check",
        "One entry for each TARGET, in the order given.",
        CODES,
        examined("TARGET", finding, {"template": template, **CHANGES}),
    )


def validate() -> Schema:
    """Return the schema of `scaffold validate`."""
    finding = fields(
        {
            "kind": {"const": "invalid"},
            "rule": said("A rule's id; `scaffold rules` lists them.", {**TEXT, "pattern": "^[a-z]+/[a-z-]+$"}),
            "path": said("The file, as seen from where the command ran."),
            "places": PLACES,
            "line": PLACE,
            "column": said("1-based, in code points.", PLACE),
            "url": URL,
            **FINDING,
        },
        {"hint": HINT, "diff": said("With --diff, on the first finding of a file: what would be mended in its files.")},
    )
    removal = fields(
        {
            "path": said("The file, as seen from where the command ran."),
            "line": said("1-based, in the file as it was.", PLACE),
            "key": said("Null for text outside keys and values.", {"type": ["string", "null"]}),
            "value": said("Empty where the key had none."),
            "reason": said("What was found there, and the rule's id."),
        }
    )
    removed = said("With --fix or --diff: what the fixes take out and put nowhere else.", list_of(removal))
    return of_targets(
        "validate",
        "One entry for each PATH, in the order given.",
        CODES,
        examined("PATH", finding, {"removed": removed}),
    )


def examined(argument: str, finding: Schema, more: Schema) -> Schema:
    """Return the schema of a target with findings."""
    return fields(
        {
            "target": said(f"The {argument} as given on the command line."),
            "status": said(
                "failed: it, or a file of it, could not be looked at, and `error` says why.",
                one_of("clean", "findings", "failed"),
            ),
            "findings": said("Sorted by path, line, column, rule.", list_of(finding)),
        },
        {**more, **FAILURE, "notes": NOTES},
    )


def planned(command: str) -> Schema:
    """Return the schema of `scaffold init` and `scaffold update`."""
    actions = ("new", "clean", "merge", "conflict", "delete", "kept", "unchanged")
    file = fields(
        {"path": said("Relative to the target."), "action": one_of(*actions)},
        {
            "reason": TEXT,
            "notes": said("What of the user's was kept.", list_of(TEXT)),
            "diff": said("With --diff: a unified diff."),
        },
    )
    template = fields(
        {
            "source": TEXT,
            "version": said("The version that the target follows now."),
            "previous": said("The version before; null for a first installation.", maybe(TEXT)),
        }
    )
    done = {
        "template": template,
        "dry_run": FLAG,
        "resumed": said("An interrupted run was completed instead.", FLAG),
        "files": said("Every file of the old and the new version, sorted by path.", list_of(file)),
        "notes": NOTES,
    }
    states = {
        "changed": "",
        "unchanged": "done, or with dry_run what would be done",
        "conflicts": "done, and some files wait for a person",
        "refused": "files stand in the way, nothing was written",
        "failed": f"{FAILED}; nothing was written",
    }
    target = subject("The TARGET as given on the command line.", states, done)
    target["properties"] |= CHANGES
    return of_targets(command, "The one target.", CODES[:4], target)


def undo() -> Schema:
    """Return the schema of `scaffold undo`."""
    run = fields(
        {
            "command": said("As it is typed, without `scaffold`."),
            "time": said("When it ended, in UTC.", {**TEXT, "format": "date-time"}),
        }
    )
    file = fields(
        {"path": said("Relative to `folder`."), "action": one_of("restore", "delete", "left", "unchanged")},
        {"reason": said("Why it was left."), "diff": said("With --diff: a unified diff.")},
    )
    done = {
        "folder": said("The folder whose run it was: TARGET or one above it."),
        "run": said("The run that was taken back.", run),
        "before": said("The run that the next `scaffold undo` takes back, or null.", maybe(run)),
        "dry_run": FLAG,
        "resumed": said("An interrupted undo was completed instead.", FLAG),
        "files": said("Every file that the run wrote, sorted by path.", list_of(file)),
        "notes": NOTES,
    }
    states = {
        "done": "",
        "left": "some files were edited since, and left as they are",
        "failed": f"{FAILED}; nothing was written",
    }
    target = subject("The TARGET as given on the command line.", states, done)
    return of_targets("undo", "The one target.", CODES[:4], target)


def labels(command: str) -> Schema:
    """Return the schema of `scaffold labels plan` and `scaffold labels apply`."""
    writes = ("rename", "edit", "create", "merge", "delete")
    before = fields({"color": TEXT, "description": TEXT})
    step = fields(
        {
            "action": one_of(*writes, "refused", "unchanged", "unmanaged"),
            "name": said("The label as it is, or the one to create."),
        },
        {
            "to": said("Its new name, or the label that takes over its issues."),
            "color": said("The colour to write.", COLOUR),
            "description": said("The description to write."),
            "before": said("What the repository has.", before),
            "reason": said("Why it is refused, deleted or left alone."),
            "issues": said("How many issues and pull requests have a label that is merged or deleted.", COUNT),
            "path": said("The config that asks for it."),
            "line": PLACE,
            "column": PLACE,
        },
    )
    result = fields(
        {"action": one_of(*writes), "name": TEXT, "outcome": one_of("done", "failed", "skipped")},
        {
            "to": TEXT,
            "moved": said("How many issues and pull requests got the other label.", PLACE),
            "message": said("Why it isn't done."),
            "hint": TEXT,
            "note": said("What others have done meanwhile."),
        },
    )
    done = {
        "files": said("The labels configs that were read, later ones laid over earlier ones.", list_of(TEXT)),
        "steps": said(
            "Every label's part in the plan; those that change something first, in the order in which they run.",
            list_of(step),
        ),
    }
    if command == "labels apply":
        done["results"] = said("The executed steps, in order.", list_of(result))
        done["verified"] = said("Whether a fresh read found nothing left to do.", FLAG)
    states = {"clean": "", "findings": "something is left to do", "failed": "a step failed, or `error` says why"}
    what = "OWNER/NAME, with HOST/ in front for other hosts than github.com."
    target = subject(what, states, done)
    target["properties"]["archived"] = said("Where true, nothing of this can be done.", FLAG)
    # A step that failed says so itself.
    target["then"] = {"anyOf": [{"required": ["error"]}, {"required": list(done)}]}
    return of_targets(command, "One entry: the repository.", CODES[:4], target)


def single(command: str, what: str, done: Schema) -> Schema:
    """Return the schema of a document about one thing."""
    return envelope(command, CODES[:4], subject(what, {"done": "", "failed": FAILED}, done))


REMARK: Final[Schema] = {
    "kind": one_of("left out", "changed", "added", "repaired", "broken"),
    "message": TEXT,
}
WAS: Final[Schema] = {"text": said("What it was in the source.")}


def accept() -> Schema:
    """Return the schema of `scaffold accept`."""
    entry = fields(
        {
            "path": said("The file, relative to the target; with `own` maybe a glob."),
            "unit": said("A label or a hook of the file; null for all of it.", maybe(TEXT)),
            "own": said("Whether the files are the repository's own for good.", FLAG),
            "reason": TEXT,
        }
    )
    done = {
        "settings_file": said("Where it was recorded."),
        "notes": NOTES,
        "accepted": said("What is accepted now, or with --list what is at all.", list_of(entry)),
        "removed": said("With --remove: what no longer is.", list_of(entry)),
    }
    return single("accept", "The target.", done)


def listing() -> Schema:
    """Return the schema of `scaffold list`."""
    new_in = {"new_in": said("The newer version that has it; the installed one hasn't.")}
    value: Schema = {"description": "What is recorded when it is chosen."}
    issue_type = fields({"value": value, "title": TEXT, "installed": FLAG}, new_in)
    choice = fields({"value": value, "title": TEXT, "chosen": FLAG}, new_in)
    question = fields(
        {
            "name": TEXT,
            "kind": said("Copier's word for its type: str, bool, int, float, yaml, json, path."),
            "several": said("Whether several choices may be chosen.", FLAG),
            "help": TEXT,
            "asked": said("Whether it is asked with the answers that there are.", FLAG),
            "answer": {"description": "The recorded answer, or else the template's default."},
            "choices": said("Empty: any answer of its type.", list_of(choice)),
        }
    )
    version = fields(
        {
            "version": TEXT,
            "installed": FLAG,
            "newer": said("Whether it is newer than what is installed.", FLAG),
            "lines": said("What it changed.", list_of(TEXT)),
        }
    )
    template = fields(
        {
            "source": TEXT,
            "version": said("The version that the target follows; null: it isn't set up yet.", maybe(TEXT)),
            "latest": said("null: nobody could be asked.", maybe(TEXT)),
        }
    )
    done = {
        "template": template,
        "issue_types": said("The choices of the question `issue_types`.", list_of(issue_type)),
        "questions": said("In the order in which they are asked.", list_of(question)),
        "versions": said("The newest first.", list_of(version)),
    }
    schema = single("list", "TARGET as given on the command line.", done)
    schema["properties"]["notes"] = NOTES
    return schema


def rules() -> Schema:
    """Return the schema of `scaffold rules`."""
    files = said("Paths and contents.", {"type": "object", "additionalProperties": TEXT})
    rule = fields(
        {
            "id": TEXT,
            "severity": one_of("error", "warning", "info"),
            "fix": said("How it can be mended; empty where only by hand."),
            "summary": TEXT,
            "grade": said("What its best evidence is worth.", one_of("DOC", "ERR", "FIX", "LIVE", "1", "OWN")),
        },
        {
            "why": TEXT,
            "evidence": list_of(TEXT),
            "lived": said("A file in use that broke it, how long it did, and what people saw of it; or empty."),
            "url": said("The page that it comes from, or empty."),
            "bad": said("Files that break it. Paths and contents.", files),
            "good": said("Files that don't. Paths and contents.", files),
        },
    )
    done = {"rules": said("All rules, or the one that was asked for with all there is to say of it.", list_of(rule))}
    return single("rules", "The rule that was asked for, or `all`.", done)


def convert() -> Schema:
    """Return the schema of `scaffold convert`."""
    element = fields({"type": TEXT, "id": maybe(TEXT), "label": maybe(TEXT)}, {"options": list_of(TEXT)})
    done = {
        "source": said("FILE as given on the command line, or `standard input`."),
        "to": one_of("form", "markdown"),
        "output": said("The file that was written, or null.", maybe(TEXT)),
        "content": said("The outcome."),
        "fields": list_of(element),
        "remarks": said("What could not be carried over as it was.", list_of(fields(REMARK, WAS))),
    }
    return single("convert", "FILE as given on the command line, or `standard input`.", done)


def catalog(command: str) -> Schema:
    """Return the schema of `scaffold catalog new` and `scaffold catalog add`."""
    issue_type = fields({"slug": TEXT, "name": TEXT, "path": TEXT, "labels": list_of(TEXT)})
    done = {
        "catalog": said("The folder as given on the command line."),
        "files": said("The files that were written.", list_of(TEXT)),
        "issue_types": list_of(issue_type),
        "remarks": said("What could not be carried over as it was.", list_of(fields({"path": TEXT, **REMARK}, WAS))),
    }
    return single(command, "The folder as given on the command line.", done)


def parse() -> Schema:
    """Return the schema of `scaffold parse`."""
    upload = fields({"name": TEXT, "url": TEXT})
    value: Schema = {
        "anyOf": [
            maybe(TEXT),
            list_of({"anyOf": [TEXT, upload]}),
            {"type": "object", "additionalProperties": FLAG},
        ]
    }
    kinds = ("ambiguous", "missing-section", "repeated-section", "unknown-section")
    problem = fields(
        {
            "kind": one_of(*kinds, "missing-option", "unknown-option", "unknown-text"),
            "line": said("1-based, in the body; of what is missing, where it was expected.", PLACE),
        },
        {
            "key": said("The field's."),
            "text": said("What stands there, or the name of the option that is missing."),
            "readings": said("Both answers; the first was taken.", {**list_of(value), "minItems": 2, "maxItems": 2}),
        },
    )
    finding = fields({"kind": one_of("required", "option", "line"), "key": said("The field's."), "message": TEXT})
    done = {
        "form": said("The form's path, with @ and a revision if it is not as it is today."),
        "certainty": said(
            "likely: not all of the body is from this form; guess: it fits others as well.",
            one_of("certain", "likely", "guess"),
        ),
        "values": said(
            "The answers by the fields' ids, by label where there is none; null for none and for a missing section.",
            {"type": "object", "additionalProperties": value},
        ),
        "problems": said("What can be read in two ways, is missing, or isn't from the form.", list_of(problem)),
    }
    more = {"findings": said("With --check: what the form demands and isn't there.", list_of(finding))}
    return envelope("parse", CODES[:4], done_or_failed(fields(done, more)))


def done_or_failed(done: Schema) -> Schema:
    """Return the schema of what a command says without a status: all of `done`, or an error."""
    shape = fields({}, {**done["properties"], **FAILURE})
    shape["if"] = {"required": ["error"]}
    shape["then"] = {"properties": {"exit_code": {"enum": [2, 3]}}}
    shape["else"] = {"required": done["required"]}
    return shape


def issue_new() -> Schema:
    """Return the schema of `scaffold issue new`."""
    done = {
        "form": said("The form's path."),
        "title": TEXT,
        "body": said("As the page would store it."),
        "labels": said("What the issue gets: with --create, those that the repository has.", list_of(TEXT)),
        "assignees": list_of(TEXT),
        "type": said("The organisation's type of issue.", maybe(TEXT)),
        "lacking_labels": said(
            "Labels that the repository lacks, as far as that is known: by its labels config, with --create by itself.",
            list_of(TEXT),
        ),
        "notes": NOTES,
    }
    more = {
        "link": said("With --web: the page, filled in as far as a link can."),
        "number": said("With --create: the issue's.", PLACE),
        "url": said("With --create: the issue's page."),
    }
    return envelope("issue new", CODES[:4], done_or_failed(fields(done, more)))


def fleet() -> Schema:
    """Return the schema of a row of `scaffold fleet`: an outcome, or the summary that comes last.

    With `--format json` there is one document: the summary's fields, and the outcomes under `repositories`.
    """
    statuses = ("clean", "drifted", "outdated", "updated", "conflict", "not-initialised", "skipped", "failed")
    base = fields({"branch": TEXT, "commit": TEXT})
    file = fields({"path": TEXT, "mode": TEXT, "digest": said("SHA-256 of its content; null: it goes.", maybe(TEXT))})
    change = fields({"files": list_of(file)})
    reason = fields(
        {
            "code": one_of(*sorted(map(str, Reason))),
            "message": TEXT,
            "retry": said("Whether the same may go better another time.", FLAG),
        },
        {"hint": HINT},
    )
    outcome = {
        "repository": said("Its name: the folder as it was named, or found; on a host OWNER/NAME, or the address."),
        "kind": one_of("local", "remote"),
        "status": one_of(*statuses),
        "findings": said("As of `scaffold check` and `scaffold validate`.", list_of({"type": "object"})),
        "files": said("What an update or an installation does.", list_of(fields({"path": TEXT, "action": TEXT}))),
        "attempts": PLACE,
        "seconds": {"type": "number", "minimum": 0},
        "event": {"const": "outcome"},
    }
    template = {name: maybe(TEXT) for name in ("source", "version", "latest")}
    pull = fields(
        {
            "action": one_of(
                *("created", "updated", "unchanged", "pushed", "closed", "left-closed", "left-edited"),
            ),
        },
        {
            "number": PLACE,
            "issue": said("The number of the issue in the place of a pull request.", PLACE),
            "url": TEXT,
            "state": one_of("open", "draft", "merged", "closed"),
        },
    )
    more: Schema = {
        "schema": {"const": "scaffold.fleet/1"},
        "reason": said("Why it was skipped, or failed.", reason),
        "template": fields(template),
        "notes": NOTES,
        "plan": said("The files would be changed, and weren't.", FLAG),
        "host": said("The host that it is on, if it isn't a folder."),
        "base": said("The branch that was looked at, and its commit.", base),
        "change": said("What scaffold fleet apply is to push.", change),
        "requests": said("How often its host was asked, by the kind of request.", COUNTS),
        "pull_request": said("The pull request with the change, or the issue in its place.", pull),
    }
    row = fields(outcome, more)
    number: Schema = {"type": "integer", "minimum": 0}
    total = {
        "schema": {"const": "scaffold.fleet/1"},
        "command": TEXT,
        "exit_code": {"enum": [0, 1, 2, 3, 75, 130]},
        "counts": fields(dict.fromkeys(statuses, number)),
        "left": said("How many repositories have no outcome yet.", number),
    }
    ended = {
        "stopped": said("Why the run ended early.", one_of("until", "max-failures", "budget")),
        "run": said("The name of the run, for --resume."),
        "requests": said(
            "How many requests were sent to hosts, by kind: graphql, rest, content, git.",
            {"type": "object", "additionalProperties": number},
        ),
        "started": said("When the run began, as ISO 8601 has it."),
    }
    summary = fields({**total, "event": {"const": "summary"}, "failed": list_of(TEXT)}, ended)
    document = fields({**total, "repositories": list_of(row)}, ended)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "scaffold.fleet-1.schema.json",
        "title": "Output of scaffold fleet: a row of --format jsonl, or the document of --format json",
        "oneOf": [row, summary, document],
    }


def labels_export() -> Schema:
    """Return the schema of `scaffold labels export`, whose outcome is a labels config."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "scaffold.labels-export-1.schema.json",
        "title": "Output of scaffold labels export --format json: a labels config",
        **list_of(fields({"name": TEXT, "color": COLOUR}, {"description": TEXT})),
    }


def schemas() -> dict[str, Schema]:
    """Return all schemas by the names of their files."""
    every = [check(), validate(), planned("init"), planned("update"), accept(), undo()]
    every += [listing(), rules(), convert()]
    every += [catalog("catalog new"), catalog("catalog add"), labels("labels plan"), labels("labels apply")]
    every += [parse(), issue_new()]
    return {schema["$id"]: schema for schema in [*every, fleet(), labels_export()]}
