"""The labels of a repository on a forge: what is there, the plan, and carrying it out."""
