"""From an issue form to the body of an issue, and back."""
