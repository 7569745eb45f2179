"""What was found, as values that every format shows."""
