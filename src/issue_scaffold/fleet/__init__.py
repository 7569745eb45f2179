"""Many repositories in one run: selection, workers, journal, and what came of each."""
