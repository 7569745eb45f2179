"""SHA-256 of contents.

Python's own module is enough for the little that a check hashes. `hashlib` loads OpenSSL first,
which costs more than all of it; `random` in the standard library does without for the same reason.
OpenSSL's takes a sixth of the time for each byte, though, so that whoever hashes much gets it.
"""

import sys
from typing import TYPE_CHECKING, ClassVar, Final

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

# Hashing so many bytes takes as long as loading OpenSSL.
LITTLE_BYTES: Final = 512 * 1024


class _Hasher:
    """Which SHA-256 this process uses, and for how many bytes more it is Python's own."""

    new: ClassVar = staticmethod(sha256)
    left: ClassVar[int] = LITTLE_BYTES

    @classmethod
    def spend(cls, size: int) -> None:
        """Count bytes that are hashed; after many, take OpenSSL's from now on."""
        cls.left -= size
        if cls.left < 0:
            import hashlib

            cls.new, cls.left = staticmethod(hashlib.sha256), sys.maxsize


def sha256_of(content: bytes) -> str:
    """Return the SHA-256 of a content, in hex."""
    _Hasher.spend(len(content))
    return _Hasher.new(content).hexdigest()
