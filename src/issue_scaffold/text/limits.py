"""How much of a file is read before it is refused, in numbers of our own, with the reason for each.

Owns the numbers. Whoever reads a file checks them itself, before any limit of a parser: those
differ by version. Limits that a forge sets for what it takes stand with that forge's rules.
"""

from typing import Final

# A file's size. The largest of some 600 templates and labels configs from public repositories has
# 13 KB; a mebibyte is read and examined in about a second, and what is larger was put there by
# mistake.
MAX_BYTES: Final = 1024 * 1024

# Collections in collections. The deepest of the same files has seven. Every reader walks its tree
# by recursion somewhere, and Python allows about 1,000 calls, several of which a level takes.
MAX_DEPTH: Final = 100

# Values of one text, counting what aliases repeat. The largest of the same files has 632; a
# thousand bytes of aliases can stand for a billion values, which any reader of the data would
# build.
MAX_NODES: Final = 50_000

# One file that a template keeps up to date: no larger than everything that a rendering may hold.
MAX_MANAGED_BYTES: Final = 64 * 1024 * 1024

# Digits and signs of one number, date or time without quotation marks. Python reads a decimal
# number of 4,300 digits in a moment and refuses longer ones; one in base 60 (`1:2:3`) it would read
# for minutes.
MAX_NUMBER: Final = 1_000

# Characters of a file that is edited in place by its meaning. A second reader, written in Python,
# has to read it before and after; what is larger is merged as text.
MAX_EDITED: Final = 256 * 1024
