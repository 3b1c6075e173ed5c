"""What may be wrong: diagnosis of a model, anomalous images, noise."""
