"""The likelihoods of rows are torch's own, column by column, and a missing value leaves nothing."""

import math

import pytest
import torch
from torch.distributions import Bernoulli, Categorical, Normal

from vae_core.row_likelihoods import Columns

NAN = math.nan
#: A number, three categories, two categories, a number, four categories.
CARDINALITIES = (1, 3, 2, 1, 4)


@pytest.fixture
def columns():
    return Columns(CARDINALITIES)


@pytest.fixture
def parameters():
    return torch.randn(6, 10, generator=torch.Generator().manual_seed(0))


X = torch.tensor(
    [[0.3, 2, 1, -1.0, 0], [NAN, 0, 0, 2.0, 3], [1.0, NAN, 1, 0.0, 1], [0.0, 1, NAN, NAN, 2], [NAN] * 5, [2.0, 2, 0, 1.0, NAN]]
)  # fmt: skip
LOGVAR = torch.tensor([0.4, -1.2])


def test_each_column_has_the_library_s_density(columns, parameters):
    nll = columns.nll(parameters, X, LOGVAR)
    sigma = torch.exp(0.5 * LOGVAR)
    by_column = [
        Normal(parameters[:, 0], sigma[0]),
        Categorical(logits=parameters[:, 1:4]),
        Bernoulli(logits=parameters[:, 4]),
        Normal(parameters[:, 5], sigma[1]),
        Categorical(logits=parameters[:, 6:10]),
    ]
    for index, distribution in enumerate(by_column):
        seen = ~X[:, index].isnan()
        expected = -distribution.log_prob(torch.nan_to_num(X[:, index]))
        torch.testing.assert_close(nll[seen, index], expected[seen])
        assert (nll[~seen, index] == 0).all()


def test_missing_values_get_no_gradient(columns, parameters):
    parameters.requires_grad_()
    columns.nll(parameters, X, LOGVAR).sum().backward()
    assert torch.isfinite(parameters.grad).all()
    of_column = [slice(0, 1), slice(1, 4), slice(4, 5), slice(5, 6), slice(6, 10)]
    for index, places in enumerate(of_column):
        reached = parameters.grad[:, places].abs().sum(1) > 0
        assert reached.tolist() == (~X[:, index].isnan()).tolist()


def test_an_encoder_sees_zeros_and_a_mask(columns):
    inputs = columns.inputs(X)
    assert inputs.shape == (6, 15)
    torch.testing.assert_close(inputs[0], torch.tensor([0.3, 0, 0, 1, 1, -1.0, 1, 0, 0, 0, 1, 1, 1, 1, 1]))
    torch.testing.assert_close(inputs[4], torch.zeros(15))
    assert inputs[1].tolist()[:4] == [0, 1, 0, 0]


def test_means_are_probabilities(columns, parameters):
    means = columns.means(parameters)
    torch.testing.assert_close(means[:, 1:4], torch.softmax(parameters[:, 1:4], 1))
    torch.testing.assert_close(means[:, 6:10], torch.softmax(parameters[:, 6:10], 1))
    torch.testing.assert_close(means[:, 4], torch.sigmoid(parameters[:, 4]))
    torch.testing.assert_close(means[:, [0, 5]], parameters[:, [0, 5]])
    rows = columns.likeliest(means)
    assert rows[:, 1].tolist() == parameters[:, 1:4].argmax(1).tolist()
    assert rows[:, 2].tolist() == (parameters[:, 4] > 0).long().tolist()


def test_drawn_rows_have_the_shares_and_the_spread(columns, parameters):
    means = columns.means(parameters[:1]).expand(20_000, -1)
    rows = columns.drawn(means, LOGVAR, torch.Generator().manual_seed(1))
    for column, places in ((1, slice(1, 4)), (4, slice(6, 10))):
        shares = torch.bincount(rows[:, column].long(), minlength=places.stop - places.start) / len(rows)
        torch.testing.assert_close(shares, means[0, places], atol=0.02, rtol=0)
    assert rows[:, 2].mean().item() == pytest.approx(means[0, 4].item(), abs=0.02)
    assert rows[:, 3].std().item() == pytest.approx(math.exp(-0.6), abs=0.02)


@pytest.mark.parametrize("cardinalities", [(1, 1), (2, 2), (3, 5), (7,)])
def test_tables_of_one_kind(cardinalities):
    columns = Columns(cardinalities)
    x = torch.zeros(3, len(cardinalities))
    parameters = torch.zeros(3, columns.total)
    nll = columns.nll(parameters, x, torch.zeros(cardinalities.count(1)))
    expected = [0.5 * math.log(2 * math.pi) if k == 1 else math.log(k) for k in cardinalities]
    torch.testing.assert_close(nll, torch.tensor(expected).expand(3, -1))
