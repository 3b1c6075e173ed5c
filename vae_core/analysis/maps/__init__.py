"""Maps of codes: projections, layouts, nearest neighbours."""
