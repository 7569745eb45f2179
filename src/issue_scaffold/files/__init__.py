"""Files that others supply: read within limits, never through a link that leads away; and what a file is as a value."""
