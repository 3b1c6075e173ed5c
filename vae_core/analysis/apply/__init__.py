"""What a trained model is used for: repair of images, mixing, compression, more training images for a classifier."""
