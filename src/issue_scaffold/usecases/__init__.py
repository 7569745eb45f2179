"""What the tool does, one plain function a command; each returns a frozen result and prints nothing."""
