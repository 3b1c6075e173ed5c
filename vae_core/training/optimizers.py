"""torch's Adam and AdamW, without its compiler.

Their methods are marked as not to be compiled, and such a mark imports the compiler when the method is first called: one to three
seconds in every process that trains. Nothing here compiles an optimiser, so its methods are called as they are.
"""

from __future__ import annotations

from inspect import unwrap

import torch
from torch.optim import Optimizer


class Adam(torch.optim.Adam):
    """`torch.optim.Adam`."""

    step = torch.no_grad()(unwrap(torch.optim.Adam.step))


class AdamW(torch.optim.AdamW):
    """`torch.optim.AdamW`."""

    step = torch.no_grad()(unwrap(torch.optim.AdamW.step))


for _method in vars(Optimizer).values():
    if callable(_method) and (_plain := unwrap(_method)) is not _method:
        _plain.__dict__["__dynamo_disable"] = _plain  # where the mark looks before it imports anything
