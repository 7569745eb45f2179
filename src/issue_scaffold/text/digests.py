"""SHA-256 of contents.

Python's own module is enough for the little that a check hashes. `hashlib` loads OpenSSL first,
which costs more than all of it; `random` in the standard library does without for the same reason.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hashlib import sha256
else:
    try:
        from _sha2 import sha256  # from Python 3.12 on
    except ImportError:
        try:
            from _sha256 import sha256
        except ImportError:  # a Python that was built without
            from hashlib import sha256


def sha256_of(content: bytes) -> str:
    """Return the SHA-256 of a content, in hex."""
    return sha256(content).hexdigest()
