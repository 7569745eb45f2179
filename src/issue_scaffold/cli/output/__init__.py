"""Reports as text: one renderer a format, the same for every command."""
