"""The published procedures written out plainly, each encoding its own images, for comparison in `bench.metrics`.

Batches that share a factor are encoded as they are drawn, mutual information is scikit-learn's, one pair at a time, and no
two scores share a code. `share` of the batches are drawn, for all of them take a quarter of an hour.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import mutual_info_score, roc_auc_score
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC
from torch import Tensor

from vae_core.metrics.coded import TEST, TRAIN, as_published
from vae_core.models import Model

BATCH = 64
#: Images that the library of the large study encodes at once.
ENCODED = 16
BINS = 20


class Plain:
    """A model, its images `(N, C, H, W)` uint8 and their factors `(N, F)`."""

    def __init__(self, model: Model, images: Tensor, factors: NDArray[np.int64], share: float) -> None:
        self.model, self.images, self.factors, self.share = model, images, factors, share
        self.random = np.random.RandomState(0)

    @torch.no_grad()
    def encode(self, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        parts = []
        for start in range(0, len(rows), ENCODED):
            x = self.images[torch.from_numpy(rows[start : start + ENCODED])].float() / 255
            parts.append(self.model.encode(x).mu)
        return torch.cat(parts).double().numpy()

    def sharing(self, factor: int, count: int) -> NDArray[np.int64]:
        """Rows that share one value of a factor."""
        value = self.factors[self.random.randint(len(self.factors)), factor]
        return self.random.choice(np.flatnonzero(self.factors[:, factor] == value), count)

    def split(self) -> tuple[NDArray, NDArray, NDArray, NDArray]:
        order = self.random.permutation(len(self.images))
        train, test = order[:TRAIN], order[TRAIN : TRAIN + TEST]
        return self.encode(train), self.factors[train], self.encode(test), self.factors[test]

    # -- the scores ----------------------------------------------------------------------------------------
    def beta_vae(self) -> float:
        def batches(count: int) -> tuple[NDArray, NDArray]:
            x, y = [], []
            for _ in range(count):
                factor = self.random.randint(self.factors.shape[1])
                # Each pair shares its own value of the factor.
                pairs = [self.sharing(factor, 2) for _ in range(BATCH)]
                first, second = (self.encode(np.array([pair[side] for pair in pairs])) for side in (0, 1))
                x.append(np.abs(first - second).mean(0))
                y.append(factor)
            return np.array(x), np.array(y)

        with as_published():
            model = LogisticRegression().fit(*batches(int(TRAIN * self.share)))
        return float(model.score(*batches(int(TEST * self.share))))

    def factor_vae(self) -> float:
        everywhere = self.encode(self.random.permutation(len(self.images))[:TRAIN]).var(0, ddof=1)
        active = np.sqrt(everywhere) >= 0.05
        votes = np.zeros((self.factors.shape[1], len(active)))
        right = total = 0
        for stage, count in (("train", int(TRAIN * self.share)), ("test", int(TEST * self.share))):
            for _ in range(count):
                factor = self.random.randint(self.factors.shape[1])
                ratio = self.encode(self.sharing(factor, BATCH)).var(0, ddof=1) / everywhere
                least = int(np.where(active, ratio, np.inf).argmin())
                if stage == "train":
                    votes[factor, least] += 1
                else:
                    right += votes[:, least].argmax() == factor
                    total += 1
        return right / total

    def information(self) -> tuple[NDArray, NDArray]:
        codes, factors, _, _ = self.split()
        binned = np.stack([np.digitize(column, np.histogram(column, BINS)[1][:-1]) for column in codes.T], axis=1)
        shared = np.array([[mutual_info_score(a, b) for b in factors.T] for a in binned.T])
        return shared, np.array([mutual_info_score(column, column) for column in factors.T])

    def mig(self) -> float:
        shared, entropies = self.information()
        ranked = np.sort(shared, axis=0)[::-1]
        return float(((ranked[0] - ranked[1]) / entropies).mean())

    def modularity(self) -> float:
        shared, _ = self.information()
        scores = []
        for row in shared:
            best = row.argmax()
            others = sum(value**2 for index, value in enumerate(row) if index != best)
            scores.append(1 - others / (row[best] ** 2 * (len(row) - 1)))
        return float(np.mean(scores))

    def sap(self) -> float:
        codes, labels, test_codes, test_labels = self.split()
        scores = np.zeros((codes.shape[1], labels.shape[1]))
        with as_published():
            for dim in range(codes.shape[1]):
                for factor in range(labels.shape[1]):
                    model = LinearSVC(C=0.01, class_weight="balanced").fit(codes[:, [dim]], labels[:, factor])
                    scores[dim, factor] = (model.predict(test_codes[:, [dim]]) == test_labels[:, factor]).mean()
        ranked = np.sort(scores, axis=0)[::-1]
        return float((ranked[0] - ranked[1]).mean())

    def explicitness(self) -> float:
        codes, labels, test_codes, test_labels = self.split()
        scale = StandardScaler().fit(codes)
        scores = []
        with as_published():
            for factor in range(labels.shape[1]):
                model = LogisticRegression().fit(scale.transform(codes), labels[:, factor])
                odds = model.predict_proba(scale.transform(test_codes))
                scores.append(np.mean([roc_auc_score(test_labels[:, factor] == value, odds[:, place]) for place, value in enumerate(model.classes_)]))  # fmt: skip
        return float(np.mean(scores))

    def irs(self) -> float:
        codes, factors, _, _ = self.split()
        largest = np.abs(codes - codes.mean(0)).max(0)
        scores = np.zeros((codes.shape[1], factors.shape[1]))
        for factor, column in enumerate(factors.T):
            if len(np.unique(column)) > BINS:
                column = np.digitize(column, np.histogram(column, BINS)[1][:-1])
            values = np.unique(column)
            for value in values:
                group = codes[column == value]
                scores[:, factor] += np.percentile(np.abs(group - group.mean(0)), 99, axis=0) / len(values)
        return float(np.average((1 - scores / largest[:, None]).max(1), weights=largest))

    def all(self) -> tuple[dict[str, float], dict[str, float]]:
        """Scores, and the seconds that each would take on all batches."""
        scores, seconds = {}, {}
        procedures: dict[str, Callable[[], float]] = {
            "beta_vae": self.beta_vae, "factor_vae": self.factor_vae, "mig": self.mig, "sap": self.sap,
            "modularity": self.modularity, "explicitness": self.explicitness, "irs": self.irs,
        }  # fmt: skip
        for name, procedure in procedures.items():
            start = time.perf_counter()
            scores[name] = procedure()
            seconds[name] = time.perf_counter() - start
            if name in ("beta_vae", "factor_vae"):
                seconds[name] /= self.share
        return scores, seconds
