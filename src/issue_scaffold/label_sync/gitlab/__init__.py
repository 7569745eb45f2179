"""GitLab's interface for labels: its endpoints, its answers, its words."""
