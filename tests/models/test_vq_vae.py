"""The VQ-VAE's parts against loops and closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from vae_core.models import MODELS, create
from vae_core.models.vq_vae import perplexity
from vae_core.networks.pixelcnn import PixelCNN

X = torch.rand(8, 1, 16, 16, generator=torch.Generator().manual_seed(0))


def model(**settings):
    known = dict(shape=(1, 16, 16), latent_dim=3, codebook=5, grid=4, network="conv", hidden=(16,), channels=8)
    return create("vq_vae", MODELS["vq_vae"].Config(**known | settings), seed=1)


def test_each_cell_is_read_as_its_nearest_word():
    vq, z = model(), torch.randn(2, 48)
    found = vq.nearest(z)
    for image in range(2):
        for cell in range(16):
            vector = torch.stack([z[image, dim * 16 + cell] for dim in range(3)])
            assert found[image, cell] == (vq.words - vector).norm(dim=1).argmin()
    assert torch.equal(vq.nearest(vq.lookup(found)), found)
    assert torch.equal(vq.flat(vq.cells(z)), z)


def test_cells_lie_where_they_are_in_the_image():
    vq = model()
    words = torch.zeros(1, 16, dtype=torch.int64)
    changed = words.clone()
    changed[0, 0] = 3  # the first row's first
    difference = (vq.decode(vq.lookup(words)) - vq.decode(vq.lookup(changed))).abs()[0, 0]
    assert difference[:4, :4].max() > 0
    assert difference[12:, 12:].max() == 0


def test_gradients_pass_straight_through():
    vq = model()
    z = torch.randn(2, 48, requires_grad=True)
    spelled = vq.lookup(vq.nearest(z)).detach().requires_grad_()
    vq.decode_logits(z).square().sum().backward()
    vq.decoder(spelled).square().sum().backward()
    assert torch.allclose(z.grad, spelled.grad, rtol=1e-4, atol=1e-4)


def test_the_loss_is_its_formula():
    vq = model(commitment=0.7).eval()
    codes = vq.encoder(X)
    spelled = vq.lookup(vq.nearest(codes))
    found = vq.loss(X, None, 0)
    words = vq.nearest(codes).view(8, 4, 4)
    nats = -torch.log_softmax(vq.prior(words), 1).gather(1, words[:, None]).sum() / 8
    commitment = 0.7 * (codes - spelled).square().sum() / 8
    distortion = vq.nll(vq.decoder(spelled), X).mean()
    assert found["loss"].item() == pytest.approx((distortion + commitment + nats).item(), rel=1e-5)
    posterior = vq.encode(X)
    assert torch.equal(posterior.mu, spelled)
    assert posterior.log_ratio(spelled).mean().item() == pytest.approx(nats.item(), rel=1e-5)
    trained = model(codebook_update="gradient").eval()
    more = trained.loss(X, None, 0)
    codes = trained.encoder(X)
    bracket = (codes - trained.lookup(trained.nearest(codes))).square().sum() / 8
    rest = more["distortion"] + more["penalty"] + more["rate"]
    assert (more["loss"] - rest).item() == pytest.approx(bracket.item(), rel=1e-4)


def test_the_prior_is_trained_on_the_side():
    vq = model().eval()
    vq.loss(X, None, 0)["rate"].backward()
    assert vq.prior.embedding.weight.grad.abs().sum() > 0
    assert all(p.grad is None for p in [*vq.encoder.parameters(), *vq.decoder.parameters()])


def test_words_follow_by_moving_averages():
    vq = model()
    vq.uses.copy_(torch.tensor([10.0, 5.0, 3.0, 8.0, 6.0]))
    vq.sums.copy_(vq.words * vq.uses[:, None])
    cells, words = torch.randn(40, 3), torch.randint(5, (40,))
    uses, sums = vq.uses.clone(), vq.sums.clone()
    for word in range(5):
        mine = cells[words == word]
        uses[word] = 0.99 * uses[word] + 0.01 * len(mine)
        sums[word] = 0.99 * sums[word] + 0.01 * mine.sum(0)
    vq._update_codebook(cells, words)
    assert torch.allclose(vq.uses, uses)
    assert torch.allclose(vq.words, sums / uses[:, None], atol=1e-5)


@pytest.mark.parametrize("update", ["ema", "gradient"])
def test_idle_words_are_put_where_codes_are(update):
    vq = model(codebook_update=update)
    with torch.no_grad():
        vq.words[4] = 1000.0
    cells = torch.randn(40, 3)
    for _ in range(600):
        vq._update_codebook(cells, vq.nearest(vq.flat(cells[None, :16])).flatten().repeat(3)[:40])
    assert vq.words[4].norm() < 10
    assert torch.cdist(vq.words[4:], cells).min() < 3


def test_the_prior_reads_from_left_to_right_and_down():
    net = PixelCNN(5, 8, 3)
    words = torch.randint(5, (1, 4, 4))
    before = net(words)
    for cell in range(16):
        changed = words.clone()
        changed[0, cell // 4, cell % 4] = (words[0, cell // 4, cell % 4] + 1) % 5
        moved = (net(changed) - before).abs().sum(1)[0].flatten() > 1e-7
        assert not moved[: cell + 1].any(), f"cell {cell} tells what comes before it"
        assert cell == 15 or moved[cell + 1 :].any()


def test_samples_follow_the_prior():
    torch.manual_seed(0)
    net = PixelCNN(3, 8, 1)
    drawn = net.sample(4000, 2, torch.Generator().manual_seed(1))
    grids = torch.cartesian_prod(*[torch.arange(3)] * 4).view(-1, 2, 2)
    odds = torch.exp(-net.nats(grids).flatten(1).sum(1)).detach().numpy()
    assert odds.sum() == pytest.approx(1, abs=1e-4)
    index = (drawn.flatten(1) * torch.tensor([27, 9, 3, 1])).sum(1)
    seen = np.bincount(index.numpy(), minlength=81) / 4000
    assert np.abs(seen - odds).max() < 5 * math.sqrt(odds.max() / 4000)


def test_perplexity_counts_words_in_even_use():
    assert perplexity(torch.tensor([0, 1, 2, 3]), 8).item() == pytest.approx(4)
    assert perplexity(torch.zeros(9, dtype=torch.int64), 8).item() == pytest.approx(1)
    numbers = model().describe(model().lookup(torch.tensor([[0, 1] * 8])))
    assert numbers == pytest.approx({"perplexity": 2.0, "words_used": 2.0})
