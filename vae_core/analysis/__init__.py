"""What can be seen in a trained model: codes, maps, traversals, paths, reconstructions, numbers."""

from .anomaly import LEVELS, ODDITIES, Noisy, Roc, noise_sweep, oddities, roc, strangers, threshold_at
from .cache import cache_path
from .coding import SOURCES, coded_of
from .diagnosis import Finding, diagnose
from .evaluation import EvaluateConfig, evaluate
from .generation import NETWORK_NAMES, generation_quality, known_quality
from .interpolation import INTERPOLATIONS, walk
from .keyframes import Keyframe, keyframe, rows_named
from .latents import ALL, LIMIT, Latents, encode_images, latents_file, latents_of
from .layouts import Stopped
from .maps import PROJECTIONS, MapConfig, codes_limit, map_file, map_of, pca_axes
from .matching import Match, match_dimensions
from .neighbours import place
from .rates import IMAGES, RateCurve, at_nearest, beta_steps, codes_along, nearest_step, rate_curve, rate_point
from .reconstruction import Reconstruction, denoise, reconstruct
from .sampling import MAX_SAMPLES, Samples, around, draw, nearest, to_npz, to_zip
from .scores import dci_importance, known_scores, mig_matrix, names_of, scores_of_run
from .traversal import decode, manifold, traverse, traverse_all
from .unsupervised import WITHOUT_FACTORS, scores_without_factors, smoothness

__all__ = [
    "ALL",
    "IMAGES",
    "INTERPOLATIONS",
    "LEVELS",
    "LIMIT",
    "MAX_SAMPLES",
    "NETWORK_NAMES",
    "ODDITIES",
    "PROJECTIONS",
    "SOURCES",
    "WITHOUT_FACTORS",
    "EvaluateConfig",
    "Finding",
    "Keyframe",
    "Latents",
    "MapConfig",
    "Match",
    "Noisy",
    "RateCurve",
    "Reconstruction",
    "Roc",
    "Samples",
    "Stopped",
    "around",
    "at_nearest",
    "beta_steps",
    "cache_path",
    "coded_of",
    "codes_along",
    "codes_limit",
    "dci_importance",
    "decode",
    "denoise",
    "diagnose",
    "draw",
    "encode_images",
    "evaluate",
    "generation_quality",
    "keyframe",
    "known_quality",
    "known_scores",
    "latents_file",
    "latents_of",
    "manifold",
    "map_file",
    "map_of",
    "match_dimensions",
    "mig_matrix",
    "names_of",
    "nearest",
    "nearest_step",
    "noise_sweep",
    "oddities",
    "pca_axes",
    "place",
    "rate_curve",
    "rate_point",
    "reconstruct",
    "roc",
    "rows_named",
    "scores_of_run",
    "scores_without_factors",
    "smoothness",
    "strangers",
    "threshold_at",
    "to_npz",
    "to_zip",
    "traverse",
    "traverse_all",
    "walk",
]
