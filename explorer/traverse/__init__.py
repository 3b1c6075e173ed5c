"""The Traverse page: a slider for each latent dimension."""
