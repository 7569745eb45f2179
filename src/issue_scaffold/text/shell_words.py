"""Words as a shell takes them, for the commands that hints name."""


def quote(word: str) -> str:
    """Return a word as it is written on a command line."""
    import shlex

    return shlex.quote(word)
