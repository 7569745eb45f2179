"""The command line: the only place that knows Click, standard output and exit codes."""
