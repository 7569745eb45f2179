"""Trees of one document with every byte's place, for edits that leave all else as it is."""
