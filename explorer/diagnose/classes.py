"""How well a model that classifies does, and where it errs."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from vae_core.analysis import Latents, class_probabilities
from vae_core.runs import Run

from .. import library
from ..figures.style import PLAIN
from ..images.originals import show_pairs, without_images
from .figures import confusion_figure

SHOWN = 12


@st.cache_data(max_entries=16, show_spinner="Classifying the test images …", hash_funcs=library.BY_PATH)
def _probabilities(run: Run, version: str) -> NDArray[np.float32]:
    data, _ = library.test_data(run)
    assert data is not None, "called for runs whose images are available"
    return class_probabilities(library.model_of(run), data.test.images).numpy()


def classes(run: Run, codes: Latents) -> None:
    """Accuracies, the matrix of confusions, and the most confident errors."""
    accuracies(run)
    data, why = library.test_data(run)
    if data is None or data.test.labels is None:
        without_images(run, why, "Classes are predicted from images.")
        return
    probabilities, labels = _probabilities(run, run.weights_hash()), data.test.labels.numpy()
    predicted = probabilities.argmax(1)
    left, right = st.columns([2, 3], gap="large")
    with left:
        figure = confusion_figure(labels, predicted, codes.class_names)
        st.plotly_chart(figure, key="diagnose.confusion", config=PLAIN, alt="Predicted classes of each class")
        st.caption("Test images by class and predicted class; correct ones, on the diagonal, are not coloured.")
    with right:
        wrong = np.flatnonzero(predicted[: len(codes)] != labels[: len(codes)])
        rows = wrong[np.argsort(-probabilities[wrong].max(1), kind="stable")][:SHOWN].tolist()
        if rows:
            st.header("Most confident errors")
            show_pairs(run, rows, columns=SHOWN // 2)
            names = ", ".join(f"{codes.class_names[predicted[row]]} ({probabilities[row].max():.0%})" for row in rows)
            st.caption(f"Predicted: {names}. Below each image its reconstruction.")


def accuracies(run: Run) -> None:
    """The accuracy on the whole test split beside those of classifiers that saw the labelled images alone."""
    numbers = library.numbers(run)
    if "accuracy" not in numbers:
        st.caption("The accuracy on the whole test split is measured when the training is done.")
        return
    shown = {
        "This model": "accuracy",
        "The network alone": "accuracy_network",
        "Logistic regression": "accuracy_logistic",
    }
    for column, (title, name) in zip(st.columns([1, 1, 1, 2]), shown.items(), strict=False):
        if name in numbers:
            column.metric(title, f"{numbers[name]:.1%}")
    st.caption(
        f"Accuracy on the whole test split. The other two learned from the same {numbers.get('label_count', 0):,} labelled images "
        f"and from nothing else. {verdict(numbers)}",
        help="The network alone: the layers of this model's classifier, trained with cross-entropy. Logistic regression on pixels.",
    )


def verdict(numbers: dict[str, float]) -> str:
    """One sentence on whether the images without a label helped; "" where there is nothing to compare with."""
    alone = [numbers[name] for name in ("accuracy_network", "accuracy_logistic") if name in numbers]
    if not alone:
        return ""
    if numbers["accuracy"] > max(alone):
        return "The images without a label helped."
    return "The images without a label did not help here: try fewer latent dimensions, smaller images, or a longer training."
