"""The Map page: where the test images lie in latent space."""
