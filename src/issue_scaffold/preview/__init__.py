"""What people will see of a repository's templates, as one page: forms, chooser, labels."""
