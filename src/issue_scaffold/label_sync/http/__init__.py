"""The HTTP client that the APIs of all forges are asked with: one address, one token, bounded."""
