"""The Interpolate page: a path between keyframes."""
