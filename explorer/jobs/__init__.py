"""Work that takes long, done by processes beside the app."""
