"""Linear separability: how well a linear probe predicts labels from codes (Alain & Bengio 2017)."""

from __future__ import annotations

import numpy as np

from .coded import Floats, Ints, MetricError


def separability(codes: Floats, labels: Ints, seed: int = 0) -> dict[str, float]:
    """probe_accuracy: of a logistic regression on standardised codes, trained on two thirds and tested on the rest.

    Raises:
        MetricError: fewer than two classes, or a class of fewer than three images.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import train_test_split

    values, counts = np.unique(labels, return_counts=True)
    if len(values) < 2:
        raise MetricError("The images have one label, so there is nothing to separate.")
    if counts.min() < 3:
        raise MetricError(f"The class {values[counts.argmin()]} has {counts.min()} images; a probe needs at least 3.")
    spread = codes.std(0)
    standard = (codes - codes.mean(0)) / np.where(spread > 0, spread, 1)
    train, test, train_labels, test_labels = train_test_split(
        standard, labels, test_size=1 / 3, random_state=seed, stratify=labels
    )
    model = LogisticRegression(max_iter=1000).fit(train, train_labels)
    return {"probe_accuracy": float(model.score(test, test_labels))}
