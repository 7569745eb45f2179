"""How fast `scaffold validate` is beside check-jsonschema, and how much memory it takes.

Usage: `python benchmarks/validate.py [FOLDER OF FORMS]`. Without a folder a form is made up. Prints the median of
several runs, in processor time, and exits 1 if a bound is broken: one form at most 0.35 of check-jsonschema's time,
1,000 forms in one call at least five times as fast and at most three times the time in which PyYAML's C parser loads
them in one process, at most 80 MiB.
"""

import os
import statistics
import subprocess
import sys
import tempfile
from itertools import cycle, islice
from pathlib import Path

FORMS = 1000
ONE_FORM_SHARE, MANY_FORMS_FACTOR, C_PARSE_RATIO, MAX_MIB = 0.35, 5, 3, 80
C_PARSE = """
import sys, yaml
for path in sys.argv[1:]:
    with open(path, "rb") as file:
        try:
            yaml.load(file, Loader=yaml.CSafeLoader)
        except yaml.YAMLError:
            pass
"""
MADE_UP = "name: Bug report\ndescription: Something is broken\nbody:\n" + "".join(
    f"  - type: textarea\n    id: field-{number}\n    attributes:\n      label: Field {number}\n"
    f"      description: Say what happened, in as many words as it takes.\n    validations:\n      required: true\n"
    for number in range(10)
)


def measure(commands: list[list[str]], runs: int) -> list[tuple[float, float]]:
    """Return the median seconds of processor time and the peak MiB of each command, run in turn."""
    seconds: list[list[float]] = [[] for _ in commands]
    mib = [0.0] * len(commands)
    for number, arguments in [*enumerate(commands)] * runs:
        process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, _, usage = os.wait4(process.pid, 0)
        seconds[number].append(usage.ru_utime + usage.ru_stime)
        mib[number] = max(mib[number], usage.ru_maxrss / 1024)
    return [(statistics.median(taken), peak) for taken, peak in zip(seconds, mib, strict=True)]


def main() -> int:
    """Print the figures; return whether one is out of bounds."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    contents = [file.read_bytes() for file in sorted(folder.iterdir())] if folder else [MADE_UP.encode()]
    bin_ = Path(sys.executable).parent
    ours = [str(bin_ / "scaffold"), "validate"]
    theirs = [str(bin_ / "check-jsonschema"), "--builtin-schema", "vendor.github-issue-forms"]
    with tempfile.TemporaryDirectory() as scratch:
        forms = Path(scratch, ".github", "ISSUE_TEMPLATE")
        forms.mkdir(parents=True)
        for number, content in enumerate(islice(cycle(contents), FORMS)):
            (forms / f"form-{number:04}.yml").write_bytes(content)
        files = sorted(str(file) for file in forms.iterdir())
        alone = Path(scratch, "alone.yml")
        alone.write_bytes(contents[0])
        (one, one_mib), (one_theirs, _) = measure([[*ours, str(alone)], [*theirs, str(alone)]], 15)
        c_parsing = [sys.executable, "-c", C_PARSE, *files]
        (many, many_mib), (folder_seconds, folder_mib), (c_parse, _) = measure(
            [[*ours, *files], [*ours, scratch], c_parsing], 7
        )
        [(many_theirs, theirs_mib)] = measure([[*theirs, *files]], 1)
    print(f"one form:     {one:6.3f} s  check-jsonschema {one_theirs:6.3f} s  share {one / one_theirs:.2f}")
    print(f"{FORMS} forms:   {many:6.3f} s  check-jsonschema {many_theirs:6.3f} s  factor {many_theirs / many:.1f}")
    print(f"as a folder:  {folder_seconds:6.3f} s  C parse {c_parse:6.3f} s  ratio {folder_seconds / c_parse:.2f}")
    print(f"peak MiB:     {one_mib:.0f} one, {many_mib:.0f} many, {folder_mib:.0f} folder; theirs {theirs_mib:.0f}")
    good = one <= ONE_FORM_SHARE * one_theirs and many * MANY_FORMS_FACTOR <= many_theirs
    good = good and folder_seconds <= C_PARSE_RATIO * c_parse
    return not (good and max(many_mib, folder_mib) <= MAX_MIB)


if __name__ == "__main__":
    sys.exit(main())
