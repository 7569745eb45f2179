"""Situations of Gitea's own tests of issue templates, as data.

Each is what a case of `TestValidate` tries, written anew: its name there, the form, and the rule of
ours that finds what Gitea refuses (none: Gitea takes it). Forgejo, a fork, has the same cases.

Source: https://github.com/go-gitea/gitea/blob/main/modules/issue/template/template_test.go and, of
the contact links, `GetTemplateConfig` in services/issue/template.go (MIT licence, The Gitea Authors).
"""

HEAD = "name: test\nabout: this is about\n"
FIELD = "body:\n- type: {type}\n  id: one\n"
LABEL = FIELD + "  attributes:\n    label: a\n"
OPTIONS = LABEL + "    options: [x, y, z]\n"


def field(kind: str, below: str = "") -> str:
    options = "    options: [x]\n" if kind == "dropdown" else ""
    options = "    options: [{label: x}]\n" if kind == "checkboxes" else options
    return HEAD + LABEL.format(type=kind) + (options if "options" not in below else "") + below


VALID = (
    f"{HEAD}title: Title\nlabels: [one, two]\nassignees: [user]\nref: Ref\nbody:\n"
    "- {type: markdown, id: id1, attributes: {value: Some text}}\n"
    "- {type: textarea, id: id2, attributes: {label: A, description: B, placeholder: C, value: D, render: bash}}\n"
    "- {type: input, id: id3, attributes: {label: E}, validations: {is_number: true, regex: '[a-z]+'}}\n"
    "- {type: dropdown, id: id4, attributes: {label: F, list: true, options: [a, b], default: 1},"
    " validations: {required: true}}\n"
    "- {type: checkboxes, id: id5, attributes: {label: G, options: [{label: a, required: true},"
    " {label: b, visible: [content]}, {label: c, required: true, visible: [form]}]}}\n"
)
FORMS: dict[str, tuple[str, str | None]] = {
    "miss name": ("", "form/missing-key"),
    "miss about": ("name: test\n", "form/missing-key"),
    "miss body": (HEAD, "form/missing-key"),
    "markdown miss value": (HEAD + "body:\n- type: markdown\n", "body/missing-attribute"),
    "markdown empty value": (HEAD + 'body:\n- type: markdown\n  attributes: {value: ""}\n', "body/missing-attribute"),
    "textarea invalid id": (field("textarea").replace("id: one", 'id: "?"'), "body/id-format"),
    "textarea miss label": (HEAD + FIELD.format(type="textarea"), "body/missing-attribute"),
    "textarea conflict id": (field("textarea") + LABEL.format(type="textarea")[6:], "form/duplicate-id"),
    "textarea invalid description": (field("textarea", "    description: true\n"), "body/attribute-type"),
    "textarea invalid required": (field("textarea", "  validations: {required: 'on'}\n"), "body/not-a-boolean"),
    "input invalid description": (field("input", "    description: true\n"), "body/attribute-type"),
    "input invalid is_number": (field("input", "  validations: {is_number: 'yes'}\n"), "body/not-a-boolean"),
    "input invalid regex": (field("input", "  validations: {regex: true}\n"), "body/attribute-type"),
    "dropdown invalid description": (field("dropdown", "    description: true\n"), "body/attribute-type"),
    "dropdown invalid multiple": (field("dropdown", "    multiple: 'on'\n"), "body/not-a-boolean"),
    "dropdown invalid list": (field("dropdown", "    list: 'on'\n"), "body/not-a-boolean"),
    "checkboxes invalid description": (field("checkboxes", "    description: true\n"), "body/attribute-type"),
    "invalid type": (field("video"), "body/unknown-type"),
    "dropdown miss options": (HEAD + LABEL.format(type="dropdown"), "body/missing-attribute"),
    "dropdown invalid options": (field("dropdown", "    options: [a, true]\n"), "body/boolean-option"),
    "checkboxes invalid options": (field("checkboxes", "    options: [a, true]\n"), "body/options-type"),
    "checkboxes option miss label": (field("checkboxes", "    options: [{required: true}]\n"), "body/options-type"),
    "checkboxes option invalid required": (
        field("checkboxes", "    options: [{label: a, required: 'on'}]\n"),
        "body/not-a-boolean",
    ),
    "field is required but hidden": (
        field("input", "  validations: {required: true}\n  visible: [content]\n"),
        "body/hidden-required",
    ),
    "checkboxes is required but hidden": (
        field("checkboxes", "    options: [{label: a, required: true, visible: [content]}]\n"),
        "body/hidden-required",
    ),
    "dropdown default is not an integer": (
        HEAD + OPTIONS.format(type="dropdown") + "    default: def\n",
        "body/default-range",
    ),
    "dropdown default is out of range": (
        HEAD + OPTIONS.format(type="dropdown") + "    default: 3\n",
        "body/default-range",
    ),
    "dropdown without default is valid": (
        HEAD + OPTIONS.format(type="dropdown") + "    multiple: true\n  validations: {required: true}\n",
        None,
    ),
    "valid": (VALID, None),
    "single label": (f"{HEAD}labels: one\nref: Ref\nbody:\n- {{type: markdown, attributes: {{value: Text}}}}\n", None),
    "comma-delimited labels": (field("input") + "labels: one,two,,three ,,\n", None),
    "empty string as labels": (field("input") + "labels: ''\n", None),
    # What it doesn't ask for: its test says nothing of these, and no line of its code either.
    "name of two letters": (field("input").replace("name: test", "name: QA"), None),
    "empty title and assignees": (field("input") + 'title: ""\nassignees: ""\n', None),
    "None as an option": (field("dropdown", "    options: [one, None]\n"), None),
    "equal options": (field("dropdown", "    options: [one, one]\n"), None),
    "a password": (field("input").replace("label: a", "label: Password"), None),
    "a plain Yes": (field("dropdown", "    options: [Yes, No]\n"), None),
}

# What the same code does with values of each type, and what Go's YAML reader makes of them. Of a key behind one that
# is absent it says nothing: `placeholder` counts only beside a `description`.
TYPES: dict[str, tuple[str, str | None]] = {
    "required: yes": (field("input", "  validations: {required: yes}\n"), "body/not-a-boolean"),
    "required: on": (field("dropdown", "  validations: {required: on}\n"), "body/not-a-boolean"),
    "required null": (field("input", "  validations:\n    required:\n"), "body/attribute-type"),
    "required checkboxes quoted": (field("checkboxes", "  validations: {required: 'on'}\n"), None),
    "required markdown": (
        HEAD + "body:\n- type: markdown\n  attributes: {value: x}\n  validations: {required: 'x'}\n",
        None,
    ),
    "multiple yes": (field("dropdown", "    multiple: yes\n"), "body/not-a-boolean"),
    "multiple null": (field("dropdown", "    multiple:\n"), "body/attribute-type"),
    "list yes": (field("dropdown", "    list: yes\n"), "body/not-a-boolean"),
    "description null": (field("input", "    description:\n"), "body/attribute-type"),
    "placeholder num without description": (field("input", "    placeholder: 1.0\n"), None),
    "placeholder num with description": (
        field("input", "    description: a\n    placeholder: 1.0\n"),
        "body/attribute-type",
    ),
    "value num with all": (
        field("input", "    description: a\n    placeholder: b\n    value: 3\n"),
        "body/attribute-type",
    ),
    "value num without": (field("input", "    value: 3\n"), None),
    "render bool all": (
        field("textarea", "    description: a\n    placeholder: b\n    value: c\n    render: true\n"),
        "body/attribute-type",
    ),
    "render bool": (field("textarea", "    render: true\n"), None),
    "regex on textarea": (field("textarea", "  validations: {regex: true}\n"), None),
    "is_number textarea": (field("textarea", "  validations: {is_number: 'x'}\n"), None),
    "description date": (field("input", "    description: 2024-01-01\n"), "body/attribute-type"),
    "description yes": (field("input", "    description: yes\n"), None),
    "description octal": (field("input", "    description: 0o17\n"), "body/attribute-type"),
    "label number": (HEAD + "body:\n- type: input\n  attributes: {label: 3}\n", "body/label-type"),
    "label yes": (HEAD + "body:\n- type: input\n  attributes: {label: yes}\n", None),
    "name number": ("name: 2024\nabout: a\nbody:\n- type: input\n  attributes: {label: a}\n", None),
    "name bool": ("name: true\nabout: a\nbody:\n- type: input\n  attributes: {label: a}\n", None),
    "about number": ("name: aaaa\nabout: 5\nbody:\n- type: input\n  attributes: {label: a}\n", None),
    "name list": ("name: [a]\nabout: a\nbody:\n- type: input\n  attributes: {label: a}\n", "form/not-a-string"),
    "title list": ("title: [a]\n" + field("input"), "form/not-a-string"),
    "title num": ("title: 5\n" + field("input"), None),
    "labels num": ("labels: [1, 2]\n" + field("input"), None),
    "labels mapping": ("labels: {a: b}\n" + field("input"), "form/labels-type"),
    "labels nested": ("labels: [{a: b}]\n" + field("input"), "form/labels-type"),
    "id number": (field("input").replace("id: one", "id: 5"), None),
    "id bool": (field("input").replace("id: one", "id: true"), None),
    "id leading dash": (field("input").replace("id: one", "id: -x"), None),
    "id like index": (
        HEAD + "body:\n- type: input\n  id: '1'\n  attributes: {label: a}\n- type: input\n  attributes: {label: b}\n",
        "form/duplicate-id",
    ),
    "option int": (field("dropdown", "    options: [1, 2]\n"), "body/attribute-type"),
    "option date": (field("dropdown", "    options: [a, 2024-01-01]\n"), "body/attribute-type"),
    "option null": (field("dropdown", "    options: [a, null]\n"), "body/attribute-type"),
    "option yes": (field("dropdown", "    options: [yes, no]\n"), None),
    "option blank": (field("dropdown", "    options: [a, '']\n"), None),
    "checkbox label number": (field("checkboxes", "    options: [{label: 1}]\n"), "body/label-type"),
    "checkbox label empty": (field("checkboxes", "    options: [{label: ''}]\n"), "body/label-type"),
    "checkbox required yes": (field("checkboxes", "    options: [{label: a, required: yes}]\n"), "body/not-a-boolean"),
    "checkbox required null": (field("checkboxes", "    options: [{label: a, required: }]\n"), "body/attribute-type"),
    "option visible text": (field("checkboxes", "    options: [{label: a, visible: form}]\n"), "body/visible-type"),
    "option visible unknown": (
        field("checkboxes", "    options: [{label: a, visible: [forms]}]\n"),
        "body/visible-type",
    ),
    "option required false hidden": (
        field("checkboxes", "    options: [{label: a, required: false, visible: [content]}]\n"),
        "body/hidden-required",
    ),
    "element visible text": (field("input", "  visible: form\n"), "body/visible-type"),
    "element visible unknown": (field("input", "  visible: [forms]\n"), None),
    "element visible null": (field("input", "  visible:\n"), None),
    "default quoted": (HEAD + OPTIONS.format(type="dropdown") + "    default: '1'\n", "body/default-range"),
    "default null": (HEAD + OPTIONS.format(type="dropdown") + "    default:\n", "body/default-range"),
    "default -1": (HEAD + OPTIONS.format(type="dropdown") + "    default: -1\n", "body/default-range"),
    "hide_label": (field("input", "    hide_label: true\n"), None),
    "hide_label text": (field("input", "    hide_label: 'x'\n"), None),
    "upload": (field("upload"), "body/unknown-type"),
    "body mapping": (HEAD + "body: {type: input}\n", "form/body-type"),
    "about blank, description": (field("input").replace("about: this is about", "about: ''\ndescription: x"), None),
    "unknown top key": ("foo: 1\n" + field("input"), None),
    "attributes missing": (HEAD + "body:\n- type: input\n  id: x\n", "body/missing-attribute"),
    "attributes list": (HEAD + "body:\n- type: input\n  attributes: [a]\n", "body/missing-attribute"),
    "markdown blank value": (HEAD + "body:\n- type: markdown\n  attributes: {value: ' '}\n", "body/missing-attribute"),
    "markdown only": (HEAD + "body:\n- type: markdown\n  attributes: {value: x}\n", None),
    "type upper": (field("input").replace("type: input", "type: Input"), "body/unknown-type"),
}

LINK = "contact_links:\n- name: Forum\n  url: https://example.com\n  about: Ask here\n"
CHOOSERS: dict[str, tuple[str, str | None]] = {
    "valid": (LINK, None),
    "missing name": (LINK.replace("name: Forum\n  ", ""), "chooser/missing-key"),
    "missing url": (LINK.replace("  url: https://example.com\n", ""), "chooser/missing-key"),
    "missing about": (LINK.replace("  about: Ask here\n", ""), "chooser/missing-key"),
    "no valid URL": (LINK.replace("https://example.com", "example"), "chooser/url-scheme"),
}
