"""Files that others supply, read within limits and never through a link; a file as a value."""
