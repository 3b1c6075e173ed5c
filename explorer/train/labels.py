"""Titles of settings and of their choices, and which settings belong together."""

from __future__ import annotations

from collections.abc import Collection

from vae_core.likelihoods import LIKELIHOODS
from vae_core.networks import NETWORKS
from vae_core.runs.trackers import TRACKERS

LABELS = {
    "latent_dim": "Latent dimensions",
    "lr": "Learning rate",
    "lr_schedule": "Learning rate over time",
    "schedule": "β over time",
    "warmup_steps": "Steps to the full weight",
    "target_rate": "Target rate (nats)",
    "free_bits": "Free nats",
    "free_bits_group": "Free nats for each",
    "alpha": "α",
    "gamma": "γ",
    "off_diagonal": "λ off the diagonal",
    "diagonal": "λ on the diagonal",
    "mmd_weight": "λ of the MMD",
    "critic_weight": "λ of the critic",
    "labels": "Labelled images",
    "labelled_share": "Share of labelled images",
    "label_seed": "Seed of the labelled images",
    "classifier_weight": "α of the classifier",
    "importance_samples": "Importance samples K",
    "hidden": "Layer widths",
    "sigma": "σ of the likelihood",
    "size": "Number of images",
    "image_size": "Image side in pixels",
    "fit": "Made square",
    "colour": "Channels",
    "split": "Test images",
    "test_share": "Share for testing",
    "skip_unreadable": "Leave out unreadable files",
    "image_column": "Column of images",
    "augment_shift": "Shift (share of the side)",
    "augment_rotate": "Rotate (degrees)",
    "augment_scale": "Scale (share)",
    "augment_flip": "Mirror left to right",
    "augment_brightness": "Brightness (share)",
    "augment_noise": "Noise (σ)",
    "label": "Column with the class",
    "kinds": "Kinds of columns",
    "min_rating": "Lowest rating that counts",
    "min_events": "Fewest events of a user",
    "leave_out": "Class to leave out of training",
    "clip_norm": "Largest gradient norm",
    "log": "Also log to",
}
#: Setting → choice → title; other choices are shown by their names.
TITLES: dict[str, dict[str, str]] = {
    "network": {name: network.title for name, network in NETWORKS.items()},
    "likelihood": {name: likelihood.title for name, likelihood in LIKELIHOODS.items()},
    "schedule": {
        "falling": "Falling from 10 times β",
        "capacity": "Growing capacity",
        "controlled": "Controlled to a target rate",
    },
    "fit": {"crop": "Crop", "pad": "Pad"},
    "colour": {"auto": "As the files", "grey": "Grey", "colour": "Colour"},
    "split": {"auto": "Automatic", "random": "At random", "folders": "Folder test"},
    "log": {name: tracker.title for name, tracker in TRACKERS.items()},
    "activity": {"l1": "Sum of |z|", "kl": "Mean activation beside a target"},
    "covariance": {"i": "I: of the means", "ii": "II: of the codes"},
}
#: Settings that take effect only with certain values of another: name → (the other setting, its values).
ONLY_WITH: dict[str, tuple[str, Collection[str]]] = {
    "warmup_steps": ("schedule", ("linear", "cyclical", "falling", "capacity")),
    "target_rate": ("schedule", ("capacity", "controlled")),
    "free_bits": ("schedule", ("constant", "linear", "cyclical", "falling", "controlled")),
    "free_bits_group": ("schedule", ("constant", "linear", "cyclical", "falling", "controlled")),
    "target_activation": ("activity", ("kl",)),
    "sigma": ("likelihood", ("gaussian", "gaussian_learned")),
    "channels": ("network", ("conv", "broadcast", "resnet")),
    "norm": ("network", ("resnet",)),
}


def label_of(name: str) -> str:
    """The label of a setting's widget."""
    return LABELS.get(name) or name.replace("_", " ").capitalize()


def plain(name: str) -> str:
    """`gaussian_learned` → "Gaussian learned"."""
    return name.replace("_", " ").capitalize()
