"""A text that knows its places: one tree of YAML, JSON and TOML, edits, limits."""
