"""Folders of our own: the cache, locks, what a run remembers."""
