"""Git as a program: how it is started, and what its folders say."""
