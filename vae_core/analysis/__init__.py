"""Analysis of trained models: codes, maps, images, scores and checks."""

from .cache import cache_path
from .checks.anomaly import ANOMALY_SCORES, Roc, anomaly_scores, other_images, roc, threshold_at
from .checks.diagnosis import Finding, diagnose
from .checks.noise import LEVELS, NoiseSweep, noise_sweep
from .codes.differences import Difference, Differences, differences
from .codes.interpolation import INTERPOLATIONS, walk
from .codes.keyframes import Keyframe, keyframe, rows_named
from .codes.latents import ALL, LIMIT, Latents, encode_images, latents_file, latents_of
from .codes.matching import Match, match_dimensions
from .codes.samplers import DRAWN_FROM, PRIOR, sampler_of
from .images.reconstruction import Reconstruction, denoise, reconstruct
from .images.sampling import MAX_SAMPLES, Samples, around, draw, nearest, to_npz, to_zip
from .images.strips import ANCHOR, ends, strips, traversals, what_is_shown
from .images.traversal import decode, manifold, traverse, traverse_all
from .maps.flow import flow_of
from .maps.layouts import Stopped
from .maps.neighbours import place
from .maps.projections import PROJECTIONS, MapConfig, codes_limit, map_file, map_of, pca_axes
from .scores.classification import ACCURACIES, class_probabilities
from .scores.evaluation import EvaluateConfig, evaluate
from .scores.generation import NETWORK_NAMES, cached_quality, generation_quality
from .scores.labels import Label, best_dimensions, labels_of
from .scores.rates import IMAGES, RateCurve, at_nearest, beta_steps, codes_along, nearest_step, rate_curve, rate_point
from .scores.reproducibility import SEEDS, Reproducibility, reproducibility, seed_groups
from .scores.sources import SOURCES, coded_of
from .scores.supervised import cached_scores, dci_importance, mig_matrix, names_of, scores_of_run
from .scores.unsupervised import WITHOUT_FACTORS, scores_without_factors, smoothness

__all__ = [
    "ACCURACIES",
    "ALL",
    "ANCHOR",
    "ANOMALY_SCORES",
    "DRAWN_FROM",
    "IMAGES",
    "INTERPOLATIONS",
    "LEVELS",
    "LIMIT",
    "MAX_SAMPLES",
    "NETWORK_NAMES",
    "PRIOR",
    "PROJECTIONS",
    "SEEDS",
    "SOURCES",
    "WITHOUT_FACTORS",
    "Difference",
    "Differences",
    "EvaluateConfig",
    "Finding",
    "Keyframe",
    "Label",
    "Latents",
    "MapConfig",
    "Match",
    "NoiseSweep",
    "RateCurve",
    "Reconstruction",
    "Reproducibility",
    "Roc",
    "Samples",
    "Stopped",
    "anomaly_scores",
    "around",
    "at_nearest",
    "best_dimensions",
    "beta_steps",
    "cache_path",
    "cached_quality",
    "cached_scores",
    "class_probabilities",
    "coded_of",
    "codes_along",
    "codes_limit",
    "dci_importance",
    "decode",
    "denoise",
    "diagnose",
    "differences",
    "draw",
    "encode_images",
    "ends",
    "evaluate",
    "flow_of",
    "generation_quality",
    "keyframe",
    "labels_of",
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
    "reproducibility",
    "roc",
    "rows_named",
    "sampler_of",
    "scores_of_run",
    "scores_without_factors",
    "seed_groups",
    "smoothness",
    "strips",
    "threshold_at",
    "to_npz",
    "to_zip",
    "traversals",
    "traverse",
    "traverse_all",
    "walk",
    "what_is_shown",
]
