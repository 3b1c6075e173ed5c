"""The dSprites set-up of the large study (Locatello et al. 2019) on this project's sprites: scores beside published ones.

The differences are stated with every figure: sprites are drawn by our own procedure after the five factors of dSprites,
and on a CPU the steps are few. It takes an hour, with the published number of steps many: the runs are trained in the store, one on
each core, and whoever starts the command again goes on.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from vae_core.analysis import scores_of_run
from vae_core.runs import Run, Store

from .claims import Report
from .training import created, train

Family = tuple[str, dict[str, Any]]

#: Title → model and settings, with the strengths that the published figures were trained at.
FAMILIES: dict[str, Family] = {
    "VAE": ("vae", {}),
    "β-VAE, β = 4": ("beta_vae", {"beta": 4.0}),
    "β-TCVAE, β = 6": ("beta_tcvae", {"beta": 6.0}),
    "FactorVAE, γ = 10": ("factor_vae", {"gamma": 10.0}),
    "AnnealedVAE, C = 25": ("capacity_vae", {"beta": 1000.0, "target_rate": 25.0}),
    "DIP-VAE-II, λ = 10": ("dip_vae", {"covariance": "ii", "off_diagonal": 10.0, "diagonal": 10.0}),
}
#: Trained with the published number of steps.
WHOLE_FAMILIES = ("β-VAE, β = 4", "β-TCVAE, β = 6", "FactorVAE, γ = 10")
#: Published figures on dSprites; sources disagree. MIG, FactorVAE score: OAT, table 1 (β-TCVAE's MIG is 0.332 in TopDis).
#: SAP, modularity: TC-GAN, ten runs.
PUBLISHED = {
    "VAE": {"factor_vae": "0.63 ± 0.06", "mig": "0.10", "sap": ".11", "modularity": ".87"},
    "β-VAE, β = 4": {"factor_vae": "0.63 ± 0.10", "mig": "0.21", "sap": ".16", "modularity": ".82"},
    "β-TCVAE, β = 6": {"factor_vae": "0.62 ± 0.07", "mig": "0.45 or 0.33", "sap": ".22", "modularity": ".90"},
    "FactorVAE, γ = 10": {"factor_vae": "0.82 ± 0.01", "mig": "0.43 ± 0.01", "sap": ".21", "modularity": ".92"},
    "AnnealedVAE, C = 25": {"sap": ".39", "modularity": ".97"},
}
SCORES = ("factor_vae", "mig", "sap", "modularity")
SEEDS = (0, 1, 2)
#: Network of Burgess et al. 2018 (`conv` at 64×64), latent 10, batch 64, as the study; its Adam is at 1e-4.
SHARED: dict[str, Any] = dict(network="conv", latent_dim=10, batch_size=64, snapshots=0, threads=1)
#: On a CPU: few steps, hence a larger learning rate that falls (Burgess et al. 2018 take 5e-4 throughout).
SCALED: dict[str, Any] = dict(size=60_000, steps=3000, lr=1e-3, lr_schedule="cosine")
#: The rate is constant, so each snapshot is the published training at fewer steps; from 9,487 each is at twice the steps of the one before.
#: Threads adapt: the third training, the longest, has all cores once the others are done.
WHOLE: dict[str, Any] = dict(size=737_280, steps=300_000, lr=1e-4, snapshots=12, threads=0)
#: Steps of the first snapshot that is scored: earlier ones say nothing about the published figures.
FIRST_SCORED = 9000
#: The critic of Kim & Mnih 2018 has six layers of 1,000 units; on a CPU that alone takes longer than the VAE.
CRITIC: dict[str, dict[str, Any]] = {"factor_vae": dict(critic_width=1000, critic_depth=5)}


def disentanglement(report: Report, quick: bool) -> None:
    """Six families with few steps, in the store; a rough answer in a folder of its own."""
    if not quick:
        score(report, Store(), FAMILIES, SEEDS, SCALED)
        return
    with tempfile.TemporaryDirectory() as folder:
        score(report, Store(folder), FAMILIES, SEEDS[:1], SCALED | {"steps": 60, "size": 5000})


def score(
    report: Report, store: Store, families: Mapping[str, Family], seeds: Sequence[int], settings: dict[str, Any]
) -> None:
    """Train each family with each seed, and report its scores."""
    runs = {
        (title, seed): run_of(store, family, seed, settings) for title, family in families.items() for seed in seeds
    }
    train(store, list(runs.values()))
    precision = store.open(next(iter(runs.values())).id).config.train.precision  # as it was chosen
    setup = f"{settings['steps']:,} steps of 64 on {settings['size']:,} sprites, lr {settings['lr']:g}, {precision}"
    for title in families:
        estimates = [scores_of_run(store.open(runs[title, seed].id), SCORES) for seed in seeds]
        for name in SCORES:
            values = [found[name].value for found in estimates]
            count = f"{len(values)} seed{'s' if len(values) > 1 else ''}"
            published = PUBLISHED.get(title, {}).get(name, "not known")
            against = f"[{min(values):.3f}, {max(values):.3f}] over {count}; published {published}; {setup}"
            report.claim(f"sprites, {title}: {name}, median", float(np.median(values)), "", against=against)


def whole_budget(report: Report, unfinished: bool) -> None:
    """Train three families with the published steps, and report the scores at each snapshot; `unfinished`: only of what is trained."""
    store = Store()
    families = {title: FAMILIES[title] for title in WHOLE_FAMILIES}
    runs = {title: run_of(store, family, 0, WHOLE | CRITIC.get(family[0], {})) for title, family in families.items()}
    if not unfinished:
        train(store, list(runs.values()))
    for title, created_run in runs.items():
        run = store.open(created_run.id)
        for step, _ in run.snapshots():
            if step < FIRST_SCORED:
                continue
            found = scores_of_run(run.at_step(step), SCORES)
            for name in SCORES:
                published = PUBLISHED[title].get(name, "not known")
                against = f"1 seed; published {published} after 300,000; {run.config.train.precision}"
                report.claim(f"sprites, {title}, {step:,} steps: {name}", found[name].value, "", against=against)


def run_of(store: Store, family: Family, seed: int, settings: dict[str, Any]) -> Run:
    """The run of a family with this seed, created where there is none yet."""
    model, strength = family
    id = f"published-{settings['steps']}-{model.replace('_', '-')}-seed-{seed}"
    return created(store, id, dataset="sprites", model=model, seed=seed, **SHARED | settings | strength)
