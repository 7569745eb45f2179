"""Templates: where they come from, their versions, and what they render."""
