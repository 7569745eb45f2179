"""A file's text that knows its places: trees of YAML, JSON and TOML, edits, reading within limits."""
