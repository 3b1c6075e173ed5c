"""The page Tour: edit, save, share, print."""
