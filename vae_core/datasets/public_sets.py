"""Each public set: its sizes, its class names, and how torchvision opens and stores it.

MNIST (LeCun et al. 1998), Fashion-MNIST (Xiao et al. 2017), KMNIST (Clanuwat et al. 2018), EMNIST (Cohen et al.
2017), CIFAR-10 (Krizhevsky 2009), SVHN (Netzer et al. 2011), CelebA (Liu et al. 2015).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from .resizing import crop_square, resize

Parts = tuple[Tensor, Tensor | None, Tensor | None]


@dataclass(frozen=True)
class PublicSet:
    """One published set.

    file: one of its files, in the root: without it the set is not there.
    open: `(root, train, download) -> the torchvision set`, which raises if its files are not there.
    read: `(torchvision set, rows, side) -> images (n, C, side, side) uint8, labels (n,), factors (n, F)`.
    n_train, n_test: the published sizes.
    side: of the images by default.
    default_size: how many images by default.
    """

    file: str
    open: Callable[[str, bool, bool], Any]
    read: Callable[[Any, Tensor, int], Parts]
    n_train: int
    n_test: int
    side: int
    default_size: int
    class_names: tuple[str, ...] = ()
    factor_names: tuple[str, ...] = ()


def _by_train(name: str, **options: Any) -> Callable[[str, bool, bool], Any]:
    def open(root: str, train: bool, download: bool) -> Any:
        from torchvision import datasets

        return getattr(datasets, name)(root, train=train, download=download, **options)

    return open


@dataclass(frozen=True)
class _Idx:
    """One split of a set of MNIST's format: `data` `(n, H, W)` uint8 and `targets` `(n,)` uint8, as torchvision's set has them."""

    data: Tensor
    targets: Tensor

    def __len__(self) -> int:
        return len(self.data)


def _by_idx(name: str, prefix: str = "", test: str = "t10k", **options: Any) -> Callable[[str, bool, bool], Any]:
    """Of files of MNIST's format (http://yann.lecun.com/exdb/mnist), which are read here where they are there and whole:
    torchvision, which fetches them and says what is wrong with them, takes seconds to import.
    """
    published = _by_train(name, **options)

    def open(root: str, train: bool, download: bool) -> Any:
        stem = f"{root}/{name}/raw/{prefix}{'train' if train else test}"
        try:
            return _Idx(_read_idx(f"{stem}-images-idx3-ubyte"), _read_idx(f"{stem}-labels-idx1-ubyte"))
        except (OSError, ValueError):
            return published(root, train, download)

    return open


def _read_idx(path: str) -> Tensor:
    """An array of bytes: two zeros, 8 for "uint8", how many axes, the length of each as a big-endian int32, and the values.

    Raises:
        OSError: no such file. ValueError: it is no such array, or not whole.
    """
    content = np.fromfile(path, np.uint8)
    if len(content) < 4 or content[:3].tolist() != [0, 0, 8]:
        raise ValueError(f"{path} is not an array of bytes in MNIST's format.")
    start = 4 + 4 * int(content[3])
    return torch.from_numpy(content[start:].reshape(content[4:start].view(">i4").tolist()))


def _by_split(name: str) -> Callable[[str, bool, bool], Any]:
    def open(root: str, train: bool, download: bool) -> Any:
        from torchvision import datasets

        return getattr(datasets, name)(root, split="train" if train else "test", download=download)

    return open


def _read_grey(opened: Any, rows: Tensor, side: int) -> Parts:
    return resize(opened.data[rows][:, None], side), opened.targets[rows].long(), None


def _read_emnist(opened: Any, rows: Tensor, side: int) -> Parts:
    """EMNIST's files hold each image transposed, so it is transposed back."""
    images, labels, _ = _read_grey(opened, rows, side)
    return images.transpose(2, 3).contiguous(), labels, None


def _read_cifar(opened: Any, rows: Tensor, side: int) -> Parts:
    images = torch.from_numpy(opened.data).permute(0, 3, 1, 2)[rows].contiguous()
    return resize(images, side), torch.tensor(opened.targets)[rows], None


def _read_svhn(opened: Any, rows: Tensor, side: int) -> Parts:
    images = torch.from_numpy(np.ascontiguousarray(opened.data[rows.numpy()]))
    return resize(images, side), torch.from_numpy(opened.labels)[rows], None


def _read_celeba(opened: Any, rows: Tensor, side: int, chunk: int = 256) -> Parts:
    """Aligned faces 178×218, centre-cropped to 178×178; the 40 yes/no attributes are the factors."""
    folder = Path(opened.root, opened.base_folder, "img_align_celeba")
    images = torch.empty(len(rows), 3, side, side, dtype=torch.uint8)
    for start in range(0, len(rows), chunk):
        chunk_rows = rows[start : start + chunk].tolist()
        faces = torch.stack([_read_picture(folder / opened.filename[row]) for row in chunk_rows])
        images[start : start + chunk] = resize(crop_square(faces), side)
    return images, None, opened.attr[rows].long()


def _read_picture(path: Path) -> Tensor:
    """`(3, H, W)` uint8."""
    from PIL import Image

    with Image.open(path) as picture:
        return torch.from_numpy(np.array(picture.convert("RGB"))).permute(2, 0, 1)


_DIGITS = tuple("0123456789")
_CLOTHES = "T-shirt/top,Trouser,Pullover,Dress,Coat,Sandal,Shirt,Sneaker,Bag,Ankle boot"
_KANA = "o,ki,su,tsu,na,ha,ma,ya,re,wo"
_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabdefghnqrt"
_OBJECTS = "airplane,automobile,bird,cat,deer,dog,frog,horse,ship,truck"
_ATTRIBUTES = """5_o_Clock_Shadow Arched_Eyebrows Attractive Bags_Under_Eyes Bald Bangs Big_Lips Big_Nose Black_Hair
Blond_Hair Blurry Brown_Hair Bushy_Eyebrows Chubby Double_Chin Eyeglasses Goatee Gray_Hair Heavy_Makeup
High_Cheekbones Male Mouth_Slightly_Open Mustache Narrow_Eyes No_Beard Oval_Face Pale_Skin Pointy_Nose
Receding_Hairline Rosy_Cheeks Sideburns Smiling Straight_Hair Wavy_Hair Wearing_Earrings Wearing_Hat
Wearing_Lipstick Wearing_Necklace Wearing_Necktie Young"""

# fmt: off
PUBLIC_SETS: dict[str, PublicSet] = {
    "mnist": PublicSet("MNIST/raw/t10k-labels-idx1-ubyte", _by_idx("MNIST"), _read_grey, 60_000, 10_000, 28, 70_000, _DIGITS),
    "fashion_mnist": PublicSet("FashionMNIST/raw/t10k-labels-idx1-ubyte", _by_idx("FashionMNIST"), _read_grey, 60_000, 10_000, 28, 70_000, tuple(_CLOTHES.split(","))),
    "kmnist": PublicSet("KMNIST/raw/t10k-labels-idx1-ubyte", _by_idx("KMNIST"), _read_grey, 60_000, 10_000, 28, 70_000, tuple(_KANA.split(","))),
    "emnist": PublicSet("EMNIST/raw/emnist-balanced-test-labels-idx1-ubyte", _by_idx("EMNIST", "emnist-balanced-", "test", split="balanced"), _read_emnist, 112_800, 18_800, 28, 131_600, tuple(_LETTERS)),
    "cifar10": PublicSet("cifar-10-batches-py/test_batch", _by_train("CIFAR10"), _read_cifar, 50_000, 10_000, 32, 60_000, tuple(_OBJECTS.split(","))),
    "svhn": PublicSet("test_32x32.mat", _by_split("SVHN"), _read_svhn, 73_257, 26_032, 32, 99_289, _DIGITS),
    "celeba": PublicSet("celeba/list_attr_celeba.txt", _by_split("CelebA"), _read_celeba, 162_770, 19_962, 64, 30_000, (), tuple(_ATTRIBUTES.split())),
}
# fmt: on
