"""The Train page: the form, presets, the queue, curves of what trains."""
