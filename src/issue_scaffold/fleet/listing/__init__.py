"""What is on a host: the repositories of an owner, and what a forge tells of each without git."""
