"""What the technical words mean: one text for each, which pages, command line and docs show.

Another word is an entry in `WORDS`. Definitions in formulas are in docs/concepts.md, constants and estimates in docs/numbers.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache


@dataclass(frozen=True)
class Word:
    """One entry.

    name: as a title of a table or of the docs has it. text: one to three sentences. group: the heading it stands under.
    forms: how else it is written in running text; a form with a capital letter or a symbol in it is matched exactly, others in
    any case.
    """

    name: str
    text: str
    group: str
    forms: tuple[str, ...] = field(default=())

    @property
    def spellings(self) -> tuple[str, ...]:
        """All forms, the name first."""
        return (self.name, *self.forms)


def _group(group: str, *entries: tuple[str, ...]) -> Iterator[Word]:
    """Entries are (name, text, further forms…)."""
    return (Word(name, text, group, tuple(forms)) for name, text, *forms in entries)


WORDS: tuple[Word, ...] = (
    *_group(
        "Models and codes",
        (
            "VAE",
            "Variational autoencoder (Kingma & Welling 2014): an encoder turns an image into a distribution over codes, a decoder turns a code into an image, and both are trained on the ELBO.",
            "variational autoencoder", "variational autoencoders", "VAEs",
        ),
        (
            "Encoder",
            "The network that turns an image x into a distribution over codes, q(z|x): a mean μ and a standard deviation σ for each latent dimension.",
            "encoders",
        ),
        ("Decoder", "The network that turns a code z into a distribution over images, p(x|z); the image shown is its mean.", "decoders"),
        (
            "Code",
            "The few numbers z that stand for an image. The code of a test image is the mean μ of its posterior, unless a page says that it is drawn.",
            "codes", "latent code", "latent codes",
        ),
        (
            "Latent dimension",
            "One of the numbers of a code: z0, z1, … They are listed by rate, the most informative first.",
            "latent dimensions", "latent space",
        ),
        (
            "Prior",
            "The distribution p(z) that codes of new images are drawn from; the standard normal, unless the family learns one.",
            "prior mean", "priors",
        ),
        (
            "Posterior",
            "The encoder's distribution over codes of one image, q(z|x); its mean is μ, its standard deviation σ.",
            "posteriors", "posterior mean", "posterior means", "posterior deviations",
        ),
        ("μ", "A mean: of the posterior of an image, which is what a page calls its code.", "Mean of μ", "Var of μ"),
        ("σ", "A standard deviation: of the posterior, of a draw, or the unit of a slider.", "Mean σ"),
        (
            "Aggregate posterior",
            "The mixture of the posteriors of all images, q(z). Where it differs from the prior, draws of the prior decode to images unlike the data.",
            "q(z)",
        ),
        ("Reconstruction", "The decoded code of an image: what is left of it after encoding and decoding.", "reconstructions"),
        ("Likelihood", "How the decoder's output is a distribution over pixels, p(x|z): Bernoulli, Gaussian and others. It decides what distortion means.", "likelihoods"),
        (
            "Bernoulli",
            "A likelihood for pixels between black and white: distortion is their cross-entropy. On grey pixels it is no normalised density.",
        ),
        ("Continuous Bernoulli", "The Bernoulli likelihood, normalised for grey pixels (Loaiza-Ganem & Cunningham 2019)."),
        (
            "Reparameterisation",
            "A draw written as z = μ + σ·ε with ε from a standard normal, so that gradients reach μ and σ (Kingma & Welling 2014).",
            "reparameterization",
        ),
        (
            "Traversal",
            "One latent dimension moves over a range while all others stay; the strip of decoded images shows what the dimension does there.",
            "traversals",
        ),
        (
            "Interpolation",
            "Images decoded along a path between two codes.",
            "interpolations",
        ),
        (
            "Spherical interpolation",
            "A path between two codes along a great circle, so that its points are as far from the origin as draws of the prior are.",
            "spherical", "slerp",
        ),
        ("Codebook", "The learned vectors of a VQ-VAE: a code is a grid of entries of it (van den Oord et al. 2017).", "codebooks", "codebook entries"),
        ("VQ-VAE", "An autoencoder whose code is a grid of entries of a learned codebook instead of real numbers (van den Oord et al. 2017)."),
        ("VampPrior", "A prior that is a mixture of the posteriors of learned pseudo-inputs (Tomczak & Welling 2018).", "pseudo-inputs", "pseudo-input"),
        ("Temperature", "Multiplies the standard deviation of draws. Below 1 what is drawn is clearer and more alike; above 1 it varies more and may look like nothing in the data."),
        (
            "β-TCVAE",
            "A VAE whose objective weights the total correlation alone by β (Chen et al. 2018).",
            "TCVAE",
        ),
        ("β-VAE", "A VAE whose objective weights the rate by β: D + β·R (Higgins et al. 2017)."),
        ("FactorVAE", "A VAE whose objective adds γ times the total correlation, which a critic network estimates (Kim & Mnih 2018)."),
    ),
    *_group(
        "Training",
        ("β", "The weight of the rate in the training objective D + β·R: what a nat of code costs (Higgins et al. 2017). 1 is the plain VAE; larger values blur images and tend to separate factors.", "beta"),
        ("β_norm", "β times latent dimensions over pixels, which makes β comparable between data sets and sizes of code (Higgins et al. 2017, section 3)."),
        ("ELBO", "Evidence lower bound, −(distortion + rate), in nats per image whatever β is: at most log p(x). Larger is better; pages show −ELBO, where smaller is better.", "−ELBO", "evidence lower bound"),
        ("Distortion", "How badly the decoder tells an image from a draw of its code: −log p(x|z) summed over pixels, in nats per image. Smaller is better.", "distortions"),
        ("Rate", "How many nats of information a code carries: the KL divergence of the posterior from the prior, summed over dimensions.", "rates", "KL in nats"),
        ("Rate–distortion plane", "Each model is a point of rate and distortion. Both add up to −ELBO, and at the optimum the slope of the curve is −β (Alemi et al. 2018).", "rate–distortion", "rate–distortion curve"),
        ("KL", "Kullback–Leibler divergence: how many nats more it takes to describe draws of one distribution by another. 0 if both are equal.", "KL divergence"),
        ("Nat", "The unit of information with natural logarithms; 1 nat = 1.44 bits.", "nats"),
        ("IWAE", "A tighter bound of log p(x): the log of the mean importance weight of K draws of the posterior (Burda et al. 2016). K = 1 is the ELBO.", "importance samples"),
        ("Active units", "Latent dimensions whose mean differs between images by a variance above 0.01 (Burda et al. 2016). The others say nothing about an image.", "active unit", "active dimensions", "active dimension"),
        ("Collapsed", "A dimension with a mean rate below 0.01 nats: its posterior is the prior whatever the image, so the decoder ignores it.", "collapse", "collapses", "posterior collapse"),
        ("Free nats", "Nats of each dimension or group that the objective does not charge, so that dimensions do not collapse early (Kingma et al. 2016).", "free bits"),
        ("Annealing", "The weight of the rate grows from 0 to β during the first steps, so that the decoder learns to use the code before it has to pay for it (Bowman et al. 2016).", "annealed", "KL annealing", "warm-up"),
        ("Cyclical", "The weight of the rate rises from 0 to β again and again (Fu et al. 2019).", "cyclical annealing"),
        ("Capacity", "A target for the rate that grows during training; the objective charges the distance to it (Burgess et al. 2018)."),
        ("Multi-rate", "A model that is conditioned on β, trained on many values at once: one network is a whole rate–distortion curve.", "multi-rate VAE", "conditioned on β"),
        ("Seed", "The number that fixes initial weights, batches and noise. Results differ between seeds as much as between methods, so repeat what you report (Locatello et al. 2019).", "seeds"),
        ("Epoch", "One pass through all training images.", "epochs"),
        ("Batch", "The images of one training step.", "batch size", "batches"),
        ("Learning rate", "The size of the steps that the optimiser takes.", "lr"),
        ("Learning rate schedule", "How the learning rate changes during training.", "learning rate over time"),
        ("Snapshot", "The weights at one step of the training, saved to look at later.", "snapshots"),
        ("MMD", "Maximum mean discrepancy: a distance between draws of the aggregate posterior and of the prior, through a kernel (Gretton et al. 2012)."),
        ("Test split", "The images that the model has not been trained on. All numbers are measured on them.", "test images", "test image"),
    ),
    *_group(
        "Images and rows",
        ("MSE per pixel", "Mean squared error of pixels between 0 and 1. Smaller is better.", "MSE", "mean squared error"),
        ("MAE per pixel", "Mean absolute error of pixels between 0 and 1. Smaller is better.", "MAE"),
        ("BCE per pixel", "Binary cross-entropy per pixel, in nats. Smaller is better, but grey pixels keep it above 0.", "BCE", "cross-entropy"),
        ("PSNR in dB", "Peak signal-to-noise ratio: −10·log₁₀ of the mean squared error, in decibels. Larger is better.", "PSNR"),
        ("SSIM", "Structural similarity of image and reconstruction, at most 1, in windows of 11×11 pixels (Wang et al. 2004). Larger is better."),
        ("RMSE of numbers in σ", "Root mean square error of a table's numbers, in standard deviations of the training split: a constant has about 1.", "RMSE", "root mean square error"),
        ("Categories right", "Share of a table's observed categories that are reconstructed right."),
        ("RMSE of a constant", "The same error when every row gets the training split's means."),
        ("Right by a constant", "The same share when every row gets the training split's most frequent categories."),
        ("Recall@20", "Share of a user's left-out items among the 20 most recommended, of as many as could be there (Liang et al. 2018).", "Recall@50", "Recall@k", "Recall@20 of popularity", "Recall@50 of popularity", "Recall@20 of SVD", "Recall@50 of SVD"),
        ("NDCG@100", "How high a user's left-out items rank among the 100 most recommended: 1 if they come first (Liang et al. 2018).", "NDCG", "NDCG@100 of popularity", "NDCG@100 of SVD"),
        ("Accuracy", "Share of test images whose class the model names.", "Accuracy, network alone", "Accuracy, logistic regression"),
        ("Perplexity", "How many values are used as if they were equally likely: of a codebook, exp of the entropy of its use; for t-SNE, about how many neighbours a point looks at."),
        ("FID", "Fréchet Inception distance of samples to test images, by mean and covariance of a network's features (Heusel et al. 2017). Smaller is better; compare numbers of the same network only.", "FID of real images"),
        ("KID", "Kernel Inception distance: like FID, unbiased for small samples (Bińkowski et al. 2018). Smaller is better."),
        ("ROC", "The curve of caught against false alarms over all thresholds. The area below it is 1 for a perfect detector and 0.5 for chance.", "AUROC", "area under the ROC"),
        ("Kolmogorov–Smirnov", "The largest difference between two cumulative distributions, from 0 to 1.", "KS"),
        ("Total variation", "Half the sum of the differences between two distributions over categories, from 0 to 1."),
        ("Bootstrap interval", "How far a number would move with another sample of images: evaluated on 200 draws with replacement (Efron & Tibshirani 1993). It does not say what another seed would change.", "bootstrap intervals", "bootstrap"),
        ("SMOTE", "New images halfway between two real ones of a class, pixel by pixel (Chawla et al. 2002)."),
        ("Bits-back coding", "A way to compress losslessly with a VAE at −ELBO nats an image on average (Townsend et al. 2019).", "bits-back"),
    ),
    *_group(
        "Maps",
        ("UMAP", "A map that keeps neighbours of a code together (McInnes et al. 2018). Distances between far clusters and their sizes mean little."),
        ("t-SNE", "A map that keeps neighbours of a code together (van der Maaten & Hinton 2008). Distances between far clusters and their sizes mean little."),
        ("PCA", "Principal components: the flat view in which codes differ most, as a linear map. The percentages are shares of the variance.", "principal components"),
        ("Latent plane", "The code itself as a map, for models with two latent dimensions; every point of it can be decoded."),
        ("densMAP", "UMAP that also preserves how dense codes lie (Narayan et al. 2021)."),
        ("Procrustes", "Turning and mirroring one map so that it lies on another as well as possible, without stretching.", "Procrustes analysis"),
    ),
    *_group(
        "Disentanglement",
        ("Factor", "Something that varies in the data and is known for each image: size, place, hue.", "factors"),
        ("Disentangled", "Each factor is told by one latent dimension, and each dimension tells of one factor. There are several measures of it, and they disagree.", "disentanglement", "disentangles", "disentangle"),
        ("MIG", "Mutual information gap: how far the best dimension of a factor is ahead of the second best, as a share of the factor's entropy (Chen et al. 2018). From 0 to 1.", "mutual information gap"),
        ("FactorVAE score", "While one factor is fixed, does one dimension stand still? The accuracy of a vote that names the factor from that dimension (Kim & Mnih 2018)."),
        ("β-VAE metric", "Accuracy of a linear classifier that names the factor which pairs of images share, from the difference of their codes (Higgins et al. 2017)."),
        ("SAP", "Separated attribute predictability: how far the best dimension of a factor is ahead of the second best in a linear classifier's accuracy (Kumar et al. 2018)."),
        ("Modularity", "Whether each dimension has information on one factor only, from 0 to 1 (Ridgeway & Mozer 2018)."),
        ("Explicitness", "How well logistic regression names a factor's value from the whole code: area under the ROC (Ridgeway & Mozer 2018)."),
        ("IRS", "Interventional robustness score: whether a dimension stands still while its factor is fixed and all others move (Suter et al. 2019)."),
        ("DCI", "Three scores from classifiers that predict each factor from the whole code: disentanglement, completeness, informativeness (Eastwood & Williams 2018)."),
        ("DCI disentanglement", "Whether each dimension serves the prediction of one factor only, from 0 to 1 (Eastwood & Williams 2018)."),
        ("DCI completeness", "Whether each factor is predicted from one dimension only, from 0 to 1 (Eastwood & Williams 2018)."),
        ("DCI informativeness", "How well classifiers predict the factors from the whole code (Eastwood & Williams 2018)."),
        ("UDR", "Unsupervised disentanglement ranking: how one-to-one the dimensions of models match that differ by their seed alone (Duan et al. 2020). It needs no factors.", "unsupervised disentanglement ranking"),
        ("Lasso regression", "Linear regression that sets small weights to 0; UDR matches the dimensions of two models with it (Tibshirani 1996)."),
        ("I(x; z) in nats", "Mutual information of images and codes: how well a code tells its image. At most the log of the number of images.", "I(x; z)", "mutual information"),
        ("TC(z) in nats", "Total correlation: how many nats the dimensions of a code tell about each other. 0 if they are independent.", "TC(z)", "TC", "total correlation"),
        ("Marginal KL in nats", "How far the aggregate posterior is from the prior: rate minus I(x; z) (Hoffman & Johnson 2016).", "marginal KL"),
        ("Gaussian TC in nats", "The total correlation of a Gaussian with the covariance of the mean codes (Locatello et al. 2019).", "Gaussian TC"),
        ("Wasserstein correlation", "The Wasserstein distance of a Gaussian with the covariance of the mean codes from one with independent dimensions (Locatello et al. 2019)."),
        ("Pairwise information", "Mean mutual information of two dimensions of the mean codes, in 20 bins."),
        ("Probe accuracy", "Accuracy of logistic regression from mean codes to labels, on images left out.", "probe"),
        ("Smoothness", "Along straight lines between codes, the mean step of the image over the largest; 1 is an even pace."),
    ),
)  # fmt: skip


@cache
def by_spelling() -> dict[str, Word]:
    """Every spelling in lower case → its entry.

    Raises:
        ValueError: two entries have the same spelling.
    """
    found: dict[str, Word] = {}
    for word in WORDS:
        for spelling in word.spellings:
            if found.setdefault(spelling.lower(), word) is not word:
                raise ValueError(f"{spelling!r} is in two entries: {found[spelling.lower()].name} and {word.name}.")
    return found


def meaning(spelling: str) -> str:
    """The text of the entry with this spelling, in any case.

    Raises:
        KeyError: there is none.
    """
    return by_spelling()[spelling.lower()].text


def is_exact(spelling: str) -> bool:
    """Whether the case matters: "TC" and "q(z)" do, "Rate" and "rate" do not."""
    return re.fullmatch(r"[A-Z]?[a-z –-]+", spelling) is None


@cache
def _pattern() -> re.Pattern[str]:
    """Any spelling as a whole word, the longest first."""
    spellings = sorted((spelling for word in WORDS for spelling in word.spellings), key=len, reverse=True)
    parts = [re.escape(spelling) if is_exact(spelling) else f"(?i:{re.escape(spelling)})" for spelling in spellings]
    return re.compile(rf"(?<![\w@])(?:{'|'.join(parts)})(?![\w@])")


def words_in(texts: Iterable[str]) -> list[Word]:
    """The entries whose words are in these texts, each once, in the order in which they come."""
    matches = (match[0] for text in texts for match in _pattern().finditer(text))
    return list(dict.fromkeys(by_spelling()[match.lower()] for match in matches))


def as_markdown() -> str:
    """The page of the docs."""
    lines = [
        "# Glossary",
        "",
        "The technical words on the pages, as the app explains them: press `?` on any page for those that are on it, or hold the pointer over one.",
        "In a terminal, `python -m vae_core glossary MIG`. Formulas are in [Concepts](concepts.md), constants and estimates in",
        "[What the numbers mean](numbers.md).",
    ]
    for group in dict.fromkeys(word.group for word in WORDS):
        lines += ["", f"## {group}", "", "| word | meaning |", "|---|---|"]
        for word in sorted((word for word in WORDS if word.group == group), key=lambda word: word.name.lower()):
            lines.append(
                f"| **{word.name}** | {word.text} |".replace("q(z|x)", "q(z\\|x)").replace("p(x|z)", "p(x\\|z)")
            )
    return "\n".join(lines) + "\n"
