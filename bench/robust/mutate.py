"""Bytes, JSON values and texts that are nearly right, or not at all."""

from __future__ import annotations

import json
import math
from random import Random
from typing import Any

#: Texts that programs stumble over.
TEXTS = (
    "", " ", "0", "-1", "1e999", "nan", "inf", "-inf", "NaN", "1,2", "1;2", "0x10", "1_000", "٣", "½", "null", "true", "None",
    "\0", "\x1b[2J\x1b[31mred", "a\nb", "a\r\nb", "\u202eevil", "\ud800", "\ufeff", "ﷺ" * 50, "🙂", "é" * 300, "a" * 5000,
    "../../../etc/passwd", "/etc/passwd", "/dev/zero", "/proc/self/mem", "C:\\Windows", "~root", "file:///etc/passwd",
    "http://127.0.0.1:1/", "$(touch x)", "`id`", "'; drop table runs; --", "<script>alert(1)</script>", "{{7*7}}", "%s%n%d",
    "gallery", "gallery/", "uploads", ".", "..", "con", "-", "--help", "=1+1", "[]", "{}",
)  # fmt: skip
NUMBERS = (
    0, 1, -1, 2, 3, 7, 10, 255, 256, 65_536, 2**31, 2**32, 2**53 + 1, 2**63 - 1, 2**63, 2**64, 10**30, 10**400, -(10**400), 0.0, -0.0,
    0.1, 0.5, 1e-320, 1e-45, 1e38, 1e39, 1e300, 1.7e308, math.inf, -math.inf, math.nan,
)  # fmt: skip
#: Stands for lists in lists, so many that no recursion survives them; replaced in the text.
DEEP = "@deep@"


def value(random: Random, depth: int = 2) -> Any:
    """Any JSON value, and some that JSON in Python has besides."""
    kind = random.randrange(8 if depth else 5)
    if kind < 2:
        return random.choice(NUMBERS)
    if kind == 2:
        return random.choice(TEXTS)
    if kind == 3:
        return random.choice((None, True, False, DEEP))
    if kind == 4:
        return random.choice((random.random() * 10 ** random.randint(-9, 9), random.randint(-1000, 1000)))
    if kind == 5:
        return [value(random, depth - 1) for _ in range(random.choice((0, 1, 2, 3, 100)))]
    if kind == 6:
        return {random.choice(TEXTS): value(random, depth - 1) for _ in range(random.randrange(4))}
    return "".join(chr(random.choice((random.randrange(0x80), random.randrange(0xD7FF)))) for _ in range(12))


def changed(random: Random, whole: Any, times: int = 1) -> Any:
    """A copy of a JSON value in which something is replaced, left out, doubled or added."""
    copy = json.loads(json.dumps(whole))
    for _ in range(times):
        copy = _changed(random, copy)
    return copy


def _changed(random: Random, node: Any) -> Any:
    if isinstance(node, dict | list) and node and random.random() < 0.85:
        key = random.choice(list(node) if isinstance(node, dict) else range(len(node)))
        action = random.random()
        if action < 0.1:
            del node[key]
        elif action < 0.2 and isinstance(node, dict):
            node[random.choice(TEXTS)] = value(random)
        elif action < 0.25 and isinstance(node, list):
            node.extend(node * random.choice((1, 10)))
        else:
            node[key] = _changed(random, node[key])
        return node
    if isinstance(node, float | int) and abs(node) < 1e30 and random.random() < 0.4:
        return random.choice((-node, node * 1e9, node + 0.5, str(node), [node], node * 10**30))
    return value(random)


def text_of(random: Random, whole: Any) -> bytes:
    """JSON as it would lie in a file, now and then in another encoding or with an end cut off."""
    text = json.dumps(whole).replace(f'"{DEEP}"', "[" * (depth := random.choice((50, 100_000))) + "]" * depth)
    return text.encode(random.choice(("utf8",) * 20 + ("utf16", "utf-8-sig")))


def damaged(random: Random, content: bytes) -> bytes:
    """Truncated, flipped, overwritten, doubled, shifted, or something else."""
    action, data = random.randrange(9), bytearray(content)
    size = max(1, len(data))
    at = random.choice((random.randrange(size), random.randrange(min(size, 256))))
    if action == 0:
        return bytes(data[: random.choice((0, 1, 7, 8, at, size // 2, size - 1))])
    if action in (1, 2):
        for _ in range(random.choice((1, 1, 2, 8, 100))):
            place = random.choice((random.randrange(size), random.randrange(min(size, 512))))
            if data:
                data[place] ^= 1 << random.randrange(8)
    elif action == 3:
        data[at : at + random.choice((1, 4, 8, 64))] = random.choice((b"\0", b"\xff", b"\x7f", b"\x80")) * random.choice((1, 4, 8))  # fmt: skip
    elif action == 4:
        data[at:at] = random.randbytes(random.choice((1, 8, 100)))
    elif action == 5:
        data[at:at] = data[at : at + random.choice((1, 64, 4096))]
    elif action == 6:
        del data[at : at + random.choice((1, 8, 64, 4096))]
    elif action == 7:
        data += random.randbytes(random.choice((1, 100)))
    else:
        return random.choice(
            (b"", b"\0" * size, random.randbytes(min(size, 4096)), bytes(data[::-1]), b"PK\x05\x06" + bytes(18))
        )
    return bytes(data)
