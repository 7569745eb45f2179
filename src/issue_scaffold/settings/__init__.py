"""`.github/scaffold.yml`: accepted deviations, suppressions."""
