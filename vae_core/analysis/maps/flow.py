"""Where test images lie at each snapshot of a training, on maps that lie alike: points that flow."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ...runs import Run
from ...training import choose_device
from ..cache import cached
from ..codes.latents import encode_images, latents_of
from .projections import PROJECTIONS, MapConfig, map_of

#: Test images of a flow: more would take longer to encode at every snapshot than a person waits.
FLOWING = 2000


def flow_of(run: Run, count: int = FLOWING) -> NDArray[np.float32]:
    """Positions `(S, n, 2)` of the first test images at each of `run.moments()`, from the cache where possible.

    The plane of two latent dimensions itself, else PCA of the codes of each moment, turned to lie as the map at the end does: the axes of
    a PCA change their order and signs, and points would jump.

    Raises:
        DataError, RunError: not cached, and data or weights are not available.
    """
    moments = [moment for _, moment in run.moments()]

    def compute() -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
        config = MapConfig(method="plane" if latents_of(moments[-1]).dims == 2 else "pca", limit=count)
        end = map_of(moments[-1], config)
        data = run.data("test")
        labels = None if data.test.labels is None else data.test.labels[:count]
        maps = []
        for moment in moments[:-1]:
            codes = encode_images(moment.model(choose_device("auto")), data.test.items[:count], labels)["mu"].numpy()
            maps.append(PROJECTIONS[config.method].function(codes, config, start=end))
        return {"positions": torch.from_numpy(np.stack([*maps, end]))}, {}

    parameters = {"count": count, "moments": [moment.weights_hash() for moment in moments]}
    return cached(run.at_step(None), "flow", parameters, compute, ["positions"])[0]["positions"].numpy()
