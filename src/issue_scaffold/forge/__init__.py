"""What each forge looks for in a repository, and what a file of it is."""
