"""What can be seen in a trained model: codes, maps, traversals, paths, reconstructions, numbers."""

from .anomaly import (
    ANOMALY_SCORES,
    LEVELS,
    NoiseSweep,
    Roc,
    anomaly_scores,
    noise_sweep,
    other_images,
    roc,
    threshold_at,
)
from .cache import cache_path
from .coding import SOURCES, coded_of
from .diagnosis import Finding, diagnose
from .evaluation import EvaluateConfig, evaluate
from .generation import NETWORK_NAMES, cached_quality, generation_quality
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
from .scores import cached_scores, dci_importance, mig_matrix, names_of, scores_of_run
from .traversal import decode, manifold, traverse, traverse_all
from .unsupervised import WITHOUT_FACTORS, scores_without_factors, smoothness

__all__ = [
    "ALL",
    "ANOMALY_SCORES",
    "IMAGES",
    "INTERPOLATIONS",
    "LEVELS",
    "LIMIT",
    "MAX_SAMPLES",
    "NETWORK_NAMES",
    "PROJECTIONS",
    "SOURCES",
    "WITHOUT_FACTORS",
    "EvaluateConfig",
    "Finding",
    "Keyframe",
    "Latents",
    "MapConfig",
    "Match",
    "NoiseSweep",
    "RateCurve",
    "Reconstruction",
    "Roc",
    "Samples",
    "Stopped",
    "anomaly_scores",
    "around",
    "at_nearest",
    "beta_steps",
    "cache_path",
    "cached_quality",
    "cached_scores",
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
    "other_images",
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
    "threshold_at",
    "to_npz",
    "to_zip",
    "traverse",
    "traverse_all",
    "walk",
]
