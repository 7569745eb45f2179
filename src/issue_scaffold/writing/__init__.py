"""Putting files in place: all of them or none, through no link, whatever stops it."""
