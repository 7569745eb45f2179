"""Between Markdown templates and issue forms: what becomes what. Pure; parsing and writing are the adapters'."""
