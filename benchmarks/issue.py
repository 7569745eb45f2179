"""How fast `scaffold preview` shows forms and `parse` reads bodies, and how large the page is.

Usage: `python benchmarks/issue.py FOLDER OF FORMS`. Prints the median of several warm runs, in processor time, and
exits 1 if a bound is broken: a page of 50 forms at most 250 KiB and 0.6 s, that of the default catalog at most 60 KiB;
a body of a megabyte that is made of a form's own headings at most 0.1 s.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from validate import measure

from issue_scaffold.forge.documents import load
from issue_scaffold.issue.form import Form, form_of
from issue_scaffold.issue.parse import parse

FORMS, RUNS, BYTES = 50, 9, 1_000_000
PAGE_KIB, PAGE_SECONDS, CATALOG_KIB, BODY_SECONDS = 250, 0.6, 60, 0.1


def preview(scratch: Path, name: str) -> tuple[float, float]:
    """Return the KiB of a folder's page, and the seconds that it takes once all is warm."""
    page = scratch / f"{name}.html"
    arguments = [str(Path(sys.executable).parent / "scaffold"), "preview", str(scratch / name), "-o", str(page)]
    subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL)
    ((seconds, _),) = measure([arguments], RUNS)
    return page.stat().st_size / 1024, seconds


def bodies(form: Form) -> dict[str, str]:
    """Return bodies of a megabyte that hold the form's own headings and little else."""
    headings = [f"### {field.label}\n\n" for field in form.fields]
    units = {
        "in order": "".join(heading + "x\n\n" for heading in headings),
        "backwards": "".join(heading + "x\n\n" for heading in reversed(headings)),
        "without answers": "".join(headings),
        "the last one again": headings[-1],
        "with CRLF": "".join(headings).replace("\n", "\r\n"),
    }
    return {name: (unit * (BYTES // len(unit) + 1))[:BYTES] for name, unit in units.items()}


def main() -> int:
    """Print the figures; return whether one is out of bounds."""
    paths = sorted(Path(sys.argv[1]).iterdir())
    is_good = True

    def tell(what: str, value: float, bound: float, unit: str) -> None:
        nonlocal is_good
        is_good &= value <= bound
        print(f"{what}: {value:.3g} {unit} (at most {bound:g})")

    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        forms = scratch / "forms" / ".github" / "ISSUE_TEMPLATE"
        forms.mkdir(parents=True)
        for path in paths[:FORMS]:
            (forms / path.name).write_bytes(path.read_bytes())
        size, seconds = preview(scratch, "forms")
        tell(f"preview of {FORMS} forms, page", size, PAGE_KIB, "KiB")
        tell(f"preview of {FORMS} forms, command", seconds, PAGE_SECONDS, "s")
        catalog = [str(Path(sys.executable).parent / "scaffold"), "init", "--defaults", str(scratch / "catalog")]
        if subprocess.run(catalog, check=False, capture_output=True).returncode == 0:
            tell("preview of the default catalog, page", preview(scratch, "catalog")[0], CATALOG_KIB, "KiB")
    form = form_of(load(".github/ISSUE_TEMPLATE/form.yml", paths[0].read_bytes()))
    for kind, body in bodies(form).items():
        times = []
        for _ in range(RUNS):
            start = time.process_time()
            parse(form, body)
            times.append(time.process_time() - start)
        tell(f"parse of 1 MB, headings {kind}", statistics.median(times), BODY_SECONDS, "s")
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
