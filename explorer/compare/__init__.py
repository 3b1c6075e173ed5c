"""The Compare page: reconstructions, traversals and numbers of several runs."""
