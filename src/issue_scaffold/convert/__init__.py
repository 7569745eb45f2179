"""Between Markdown templates and issue forms: what becomes what."""
