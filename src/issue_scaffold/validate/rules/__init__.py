"""GitHub's rules, one function each, and the registry that names them. The ids are a contract."""
