"""A repository and its template: init, update, check, accept."""
