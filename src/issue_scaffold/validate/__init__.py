"""The rules for forms, templates, choosers and labels configs, and what runs them."""
