"""A small normalising flow fitted to codes: three coupling layers of rational-quadratic splines (Durkan et al. 2019).

zuko has the layers; we standardise the codes, train, and keep the weights of the least held-out loss.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.distributions import AffineTransform, Distribution, TransformedDistribution

from ...cores import Threads
from ...training.optimizers import Adam

LAYERS, WIDTH = 3, 64
STEPS, BATCH, RATE = 1000, 256, 2e-3
#: Share of the codes that chooses the weights, and steps between looks at it.
HELD_OUT, EVERY = 0.1, 50
#: Least standard deviation of a dimension, as a share of the largest: one that never moves is not blown up.
FLOOR = 1e-3


def fit_flow(codes: Tensor, seed: int = 0) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """The weights, with `mean` and `std` `(D,)` of codes `(N, D)`; held_out: −log density of held-out codes in nats."""
    mean, std = codes.mean(0), codes.std(0, correction=0)
    std = std.clamp(min=max(FLOOR * float(std.max()), 1e-6))
    generator = torch.Generator().manual_seed(seed)
    z = ((codes - mean) / std)[torch.randperm(len(codes), generator=generator)]
    held_out, z = z[: max(1, int(HELD_OUT * len(z)))], z[max(1, int(HELD_OUT * len(z))) :]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = _network(codes.shape[1])
    optimiser = Adam(network.parameters(), RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, STEPS)
    best, weights = float("inf"), network.state_dict()
    with Threads() as threads:
        for step in range(1, STEPS + 1):
            rows = torch.randint(len(z), (min(BATCH, len(z)),), generator=generator)
            optimiser.zero_grad()
            (-network().log_prob(z[rows]).mean()).backward()
            nn.utils.clip_grad_norm_(network.parameters(), 10.0)
            optimiser.step()
            schedule.step()
            threads.step()
            if step % EVERY == 0:
                with torch.no_grad():
                    loss = float(-network().log_prob(held_out).mean())
                if loss < best:
                    best, weights = loss, {name: value.clone() for name, value in network.state_dict().items()}
    return weights | {"mean": mean, "std": std}, {"held_out": best + float(std.log().sum())}


def flow(arrays: dict[str, Tensor]) -> Distribution:
    """The flow with these weights, as a density of codes."""
    mean, std = arrays["mean"], arrays["std"]
    network = _network(len(mean))
    network.load_state_dict({name: value for name, value in arrays.items() if name not in ("mean", "std")})
    network.requires_grad_(False)
    return TransformedDistribution(network(), [AffineTransform(mean, std, event_dim=1)])


def _network(dims: int) -> Any:
    import zuko

    network = zuko.flows.NSF(dims, transforms=LAYERS, hidden_features=(WIDTH, WIDTH), passes=2)
    if dims == 1:  # splines without a network; zuko starts them at random, zeros are the identity
        for parameter in network.parameters():
            nn.init.zeros_(parameter)
    return network
