"""The Generate page: samples of the prior, variations, nearest training images."""
