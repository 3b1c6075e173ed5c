"""What can be seen in a trained model: codes, maps, traversals, paths, reconstructions, numbers."""

from .evaluation import EvaluateConfig, evaluate
from .interpolation import INTERPOLATIONS, path
from .latents import Latents, encode_images, latents_of
from .maps import PROJECTIONS, MapConfig, map_is_cached, map_of, pca_axes
from .reconstruction import Reconstruction, reconstruct
from .traversal import decode, manifold, traverse, traverse_all

__all__ = [
    "INTERPOLATIONS",
    "PROJECTIONS",
    "EvaluateConfig",
    "Latents",
    "MapConfig",
    "Reconstruction",
    "decode",
    "encode_images",
    "evaluate",
    "latents_of",
    "manifold",
    "map_is_cached",
    "map_of",
    "path",
    "pca_axes",
    "reconstruct",
    "traverse",
    "traverse_all",
]
