"""One module for each thing outside: Copier, git, YAML text, the file system, the cache."""
