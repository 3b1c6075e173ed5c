"""Long computations, in processes beside the app."""
