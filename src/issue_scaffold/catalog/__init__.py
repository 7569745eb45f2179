"""A template repository of an organisation's own: how it is made, extended and checked."""
