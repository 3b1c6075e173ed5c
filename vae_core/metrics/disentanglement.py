"""The measures of disentanglement by name; each takes codes with factors and returns named numbers.

Constants, sampling and classifiers are those of Locatello et al. 2019 and its library, so that numbers are comparable.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .bootstrap import Estimate, ScoreFunction
from .coded import Coded
from .dci import dci
from .irs import irs
from .mig import mig
from .modularity import explicitness, modularity
from .sap import sap
from .shared_factor import beta_vae_score, factor_vae_score


@dataclass(frozen=True)
class Score:
    """title, source: as shown; numbers: name → title of each number that `function` returns; slow: it takes minutes."""

    title: str
    source: str
    function: Callable[[Coded, int], ScoreFunction]
    numbers: dict[str, str]
    slow: bool = False


SCORES = {
    "beta_vae": Score("β-VAE metric", "Higgins et al. 2017", beta_vae_score, {"beta_vae": "β-VAE metric"}),
    "factor_vae": Score("FactorVAE score", "Kim & Mnih 2018", factor_vae_score, {"factor_vae": "FactorVAE score"}),
    "mig": Score("MIG", "Chen et al. 2018", mig, {"mig": "MIG"}),
    "sap": Score("SAP", "Kumar et al. 2018", sap, {"sap": "SAP"}),
    "modularity": Score("Modularity", "Ridgeway & Mozer 2018", modularity, {"modularity": "Modularity"}),
    "explicitness": Score("Explicitness", "Ridgeway & Mozer 2018", explicitness, {"explicitness": "Explicitness"}),
    "irs": Score("IRS", "Suter et al. 2019", irs, {"irs": "IRS"}),
    "dci": Score(
        "DCI",
        "Eastwood & Williams 2018",
        dci,
        {
            "dci_disentanglement": "DCI disentanglement",
            "dci_completeness": "DCI completeness",
            "dci_informativeness": "DCI informativeness",
        },
        slow=True,
    ),
}


def measure_scores(
    coded: Coded,
    names: Sequence[str] = tuple(SCORES),
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Estimate]:
    """The numbers of the named scores with their intervals, in one table.

    Raises:
        MetricError: they cannot be computed from these codes and factors.
    """
    estimates: dict[str, Estimate] = {}
    for done, name in enumerate(names):
        estimates |= SCORES[name].function(coded, seed).estimates(seed)
        if progress:
            progress(done + 1, len(names))
    return estimates
