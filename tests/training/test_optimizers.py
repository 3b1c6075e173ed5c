"""The optimisers are torch's, number by number, and leave its compiler alone."""

import pytest
import torch

from tests.loading import loaded_by
from vae_core.training import optimizers


@pytest.mark.parametrize("name", ["Adam", "AdamW"])
def test_steps_and_state_are_those_of_torch(name: str) -> None:
    found = {}
    for module in (optimizers, torch.optim):
        weights = torch.linspace(-1, 1, 50).requires_grad_()
        optimizer = getattr(module, name)([weights], lr=0.1, weight_decay=0.01, fused=True)
        for _ in range(7):
            optimizer.zero_grad(set_to_none=True)
            weights.pow(4).sum().backward()
            optimizer.step()
        other = getattr(module, name)([weights], lr=0.5, fused=True)
        other.load_state_dict(optimizer.state_dict())
        found[module] = [
            weights.detach(),
            *(state for state in other.state[weights].values()),
            other.param_groups[0]["lr"],
        ]
    for ours, theirs in zip(*found.values(), strict=True):
        assert torch.equal(torch.as_tensor(ours), torch.as_tensor(theirs))


def test_a_step_needs_no_gradients_of_itself() -> None:
    weights = torch.ones(3, requires_grad=True)
    weights.sum().backward()
    optimizers.Adam([weights]).step()
    assert weights.grad_fn is None
    assert torch.is_grad_enabled()


def test_training_does_not_import_the_compiler(tmp_path) -> None:
    code = f"""
import vae_core
from vae_core.runs import Store
vae_core.train("digits", "beta_vae", store=Store({str(tmp_path)!r}), network="mlp", hidden=(8,), steps=2, size=300)
"""
    assert loaded_by(code, ("torch._dynamo", "sympy", "sklearn", "scipy", "torchvision")) == "[]"
