"""What the tool knows, free of input and output: findings, renderings, merges, drift, GitHub's rules."""
