"""What came of attacking one part."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Outcome:
    """tried: inputs. refused: of these, those answered by one sentence. failed: one line for each distinct failure, with what
    repeats it. figures: other measured numbers, by name.
    """

    part: str
    tried: int
    refused: int
    failed: list[str]
    figures: dict[str, float] = field(default_factory=dict)
