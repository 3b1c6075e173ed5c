"""What can be seen in a trained model: codes, maps, traversals, paths, reconstructions, numbers."""

from .evaluation import EvaluateConfig, evaluate
from .interpolation import INTERPOLATIONS, walk
from .keyframes import Keyframe, keyframe, rows_named
from .latents import ALL, LIMIT, Latents, encode_images, latents_file, latents_of
from .maps import PROJECTIONS, MapConfig, codes_limit, map_file, map_of, pca_axes
from .matching import Match, match_dimensions
from .reconstruction import Reconstruction, denoise, reconstruct
from .traversal import decode, manifold, traverse, traverse_all

__all__ = [
    "ALL",
    "INTERPOLATIONS",
    "LIMIT",
    "PROJECTIONS",
    "EvaluateConfig",
    "Keyframe",
    "Latents",
    "MapConfig",
    "Match",
    "Reconstruction",
    "codes_limit",
    "decode",
    "denoise",
    "encode_images",
    "evaluate",
    "keyframe",
    "latents_file",
    "latents_of",
    "manifold",
    "map_file",
    "map_of",
    "match_dimensions",
    "pca_axes",
    "reconstruct",
    "rows_named",
    "traverse",
    "traverse_all",
    "walk",
]
