"""Numbers of a run: evaluation, scores with and without factors, rate-distortion curves."""
