"""Install issue templates, labels and issue forms in any repository, and keep them right."""

__version__ = "0.1.0"
