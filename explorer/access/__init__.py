"""Who may do what: modes, identity, limits, headers."""
