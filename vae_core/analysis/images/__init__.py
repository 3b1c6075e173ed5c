"""Images decoded from codes: traversals, reconstructions, samples."""
