"""The pull requests of each forge, behind one interface."""
