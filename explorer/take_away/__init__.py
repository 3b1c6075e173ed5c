"""Models to take away: a page of components in one file, which needs neither a server nor a network."""
