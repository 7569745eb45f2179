"""The table of forges: each row is asked by everybody, and a new row is all that a new forge takes."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from jinja2 import Environment

from issue_scaffold.forge.forges import FORGES, GITHUB, Forge, forge_of_host, forge_of_path
from issue_scaffold.forge.layout import FORGE_FOLDERS, is_labels_config, is_run_by_ci, is_walked, template_folder
from issue_scaffold.forge.remote import api_url
from issue_scaffold.validate.run import validate_files

ROOT = Path(__file__).parents[2]
OWNERS = ROOT / "src" / "issue_scaffold"
FORM = (
    b"name: Bug\ndescription: A bug report\nbody:\n  - type: input\n    id: a\n    attributes: {label: Version}\n"
    b"    validations: {regex: x}\n    visible: [form]\n"
)
MADE_UP = """
import sys
from pathlib import Path
from issue_scaffold.forge import forges

forges.FORGES = (
    *forges.FORGES,
    forges.Forge(
        key="anvil", title="Anvil", folder=".anvil", templates=(".anvil/blanks",), install_folder=".anvil/blanks",
        keys=forges.GITHUB.keys._replace(
            form=(*forges.GITHUB.keys.form, "heat")),
        offered_labels=(".anvil/labels.yml",), signs=(".anvil",), ci="Anvil Sparks", workflows=(".anvil/sparks",),
        hosts=("anvil.example",),
    ),
)
from issue_scaffold.forge.detection import EVIDENCE, detect
from issue_scaffold.forge.layout import is_run_by_ci
from issue_scaffold.sync import structured_files
from issue_scaffold.validate.run import ValidateOptions, validate

assert ".anvil" in EVIDENCE and detect([".anvil"]).answers == {"platform": "anvil"}
assert detect([], "anvil.example").answers == {"platform": "anvil"}
assert detect([".anvil/sparks"]).systems == ("Anvil Sparks",) and not detect([".anvil/sparks"]).notes
assert is_run_by_ci(".anvil/sparks/check.yml")
assert structured_files.kind_of(".anvil/labels.yml") == "labels"
for place in sys.argv[1:]:
    for report in validate(ValidateOptions([place])):
        print(*(f"{finding.path} {finding.rule}" for finding in report.findings), sep="\\n")
"""


def test_a_new_forge_is_a_row(tmp_path: Path) -> None:
    folder = tmp_path / ".anvil" / "blanks"
    folder.mkdir(parents=True)
    (folder / "hot.yml").write_text("name: Bug\ndescription: A report\nheat: 3\ncold: 3\nbody: []\n")
    (folder / "config.yaml").write_text("blank_issues_enabled: true\n")
    (tmp_path / ".anvil" / "labels.yml").write_text("- {name: a, color: nothing}\n")
    ran = subprocess.run(
        [sys.executable, "-c", MADE_UP, ".", ".anvil/blanks/hot.yml"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.stderr == ""
    lines = ran.stdout.splitlines()
    assert lines.count(".anvil/blanks/hot.yml form/unpermitted-key") == 2  # `cold`, in each of two runs
    assert ".anvil/blanks/config.yaml files/config-name" in lines
    assert ".anvil/labels.yml labels/color" in lines


@pytest.mark.parametrize("forge", FORGES, ids=lambda forge: forge.title)
def test_what_a_row_names_is_found(forge: Forge) -> None:
    for folder in forge.templates:
        assert is_walked(f"{folder}/bug.md")
        assert bool(template_folder(f"{folder}/bug.md")) is forge.has_forms
    for path in forge.offered_labels:
        assert is_labels_config(path)
        assert is_walked(path)
    for folder in forge.workflows:
        assert is_run_by_ci(f"{folder}/check.yml")
    assert forge_of_path(f"{forge.folder}/x/y.yml").key == forge.key
    assert all(forge_of_host(host.removeprefix(".")) is forge for host in forge.hosts if not host.startswith("."))


def test_the_template_writes_where_the_rows_say() -> None:
    questions = yaml.safe_load((ROOT / "copier.yml").read_bytes())
    assert set(questions["platform"]["choices"].values()) == {forge.key for forge in FORGES}
    assert tuple(questions["labels_config"]["choices"]) == GITHUB.offered_labels
    folder = Environment(autoescape=True).from_string(questions["templates_folder"]["default"])
    for forge in FORGES:
        assert folder.render(platform=forge.key) == forge.install_folder
        assert forge.install_folder in forge.templates


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("github.com", "https://api.github.com"),
        ("acme.ghe.com", "https://api.acme.ghe.com"),
        ("github.example.com", "https://github.example.com/api/v3"),
        ("git.example.com", "https://git.example.com/api/v3"),
    ],
)
def test_an_api_is_where_the_row_says(host: str, url: str) -> None:
    assert api_url(host) == url


@pytest.mark.parametrize("folder", sorted(FORGE_FOLDERS))
def test_the_keys_of_a_form_are_those_of_its_forge(folder: str) -> None:
    found = {finding.rule for finding in validate_files({f"{folder}/ISSUE_TEMPLATE/bug.yml": FORM})}
    keys = forge_of_path(f"{folder}/x").keys
    assert ("form/unpermitted-key" in found or "body/unpermitted-key" in found) is ("visible" not in keys.element)


def test_nobody_else_names_a_forge() -> None:
    """Formats of output, help texts and the table itself may; code that decides may not."""
    found = {
        path.relative_to(OWNERS).as_posix()
        for path in OWNERS.rglob("*.py")
        # A dialect is called after the page that writes it.
        if "issue" not in path.parts and any(word in path.read_text().casefold() for word in ("gitea", "forgejo"))
    }
    its_rules = {f"validate/rules/{name}.py" for name in ("gitea", "registry", "stages")}
    # The client of its API; what tokens are called; help texts; the dialect of a previewed form.
    its_api = {"label_sync/gitea/__init__.py", "label_sync/gitea/answers.py", "label_sync/gitea/api.py"}
    its_api |= {f"fleet/{name}.py" for name in ("forges/answers", "forges/gitea", "forges/opening")}
    its_api |= {"fleet/forges/rest.py", "fleet/listing/rest.py"}
    others = {
        "validate/rules/labels.py",
        "label_sync/forges.py",
        "text/masking.py",
        "cli/labels.py",
        "preview/form_html.py",
    }
    assert found <= {"forge/forges.py", "cli/validate.py", *its_rules, *its_api, *others}
