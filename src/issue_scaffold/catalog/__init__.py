"""A template repository of an organisation's own: its entries, its layout, and how it is checked. Pure."""
