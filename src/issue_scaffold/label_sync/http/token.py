"""The token for an API: kept in memory, sent in one header, never shown.

Where tokens are found is each forge's; nothing here reads the environment.
"""

import re
from dataclasses import dataclass, field

from issue_scaffold.text.masking import MASK


@dataclass(frozen=True, slots=True)
class Token:
    """A secret and the place that it came from; only `reveal` gives the secret away."""

    source: str
    _secret: str = field(repr=False)

    def reveal(self) -> str:
        """Return the secret, for the one header that it belongs in."""
        return self._secret

    def masked(self, text: str) -> str:
        """Return a text without the secret, which a server or a proxy may have sent back."""
        # In any case: the name of a host is shown in lower case.
        return re.sub(re.escape(self._secret), MASK, text, flags=re.IGNORECASE)
