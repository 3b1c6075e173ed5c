"""Learn: short chapters, each with one question and one thing to move on a real model."""
