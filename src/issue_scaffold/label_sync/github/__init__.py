"""GitHub's interface for labels, and the exchanges that it takes."""
