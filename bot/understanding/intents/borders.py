"""Does a clause begin a further matter? A small logistic regression over what is known of it.

Learnt from single and joined sentences and from the messages of nlu_data/matters; `python -m
benchmarks.nlu.borders` prints the weights below; what they are worth: docs/understanding.md, "Measured".
"""

import math
import re
from dataclasses import dataclass

FEATURES = ("sure", "connector", "sentence", "space", "length", "parts", "letter", "also", "but", "behind")
WEIGHTS = (0.73, 3.0, 1.85, 2.21, 2.08, -3.62, -5.96, 0.73, 1.49, -0.26)
BIAS = -2.18
SURE = 0.5
"""Chance from which a matter begins."""

_ALSO = re.compile(r"^(?:而且|并且|同时)?.{0,6}?[也又还]")
_BUT = re.compile(r"^(?:不过|但是?|可是|可惜|就是|只是|然而)")
_LONGEST, _MOST_PARTS = 25, 8


@dataclass(frozen=True)
class Border:
    """A clause that is of another topic than the matter it may end."""

    text: str
    parted_by: str
    """connector, sentence, space or comma."""
    sure: float
    """How sure it is of its own topic, 0 to 1."""
    parts: int
    """Of the whole message."""
    letter: bool
    behind: bool
    """The clause before it is of the matter that would end."""

    def features(self) -> tuple[float, ...]:
        """What is known, in the order of FEATURES."""
        return (
            math.log((self.sure + 1e-4) / (1 - self.sure + 1e-4)),
            float(self.parted_by == "connector"),
            float(self.parted_by == "sentence"),
            float(self.parted_by == "space"),
            min(len(self.text), _LONGEST) / 10,
            min(self.parts, _MOST_PARTS) / 4,
            float(self.letter),
            float(bool(_ALSO.match(self.text))),
            float(bool(_BUT.match(self.text))),
            float(self.behind),
        )

    def chance(self) -> float:
        """The chance that a further matter begins here."""
        total = BIAS + sum(weight * value for weight, value in zip(WEIGHTS, self.features(), strict=True))
        return 1 / (1 + math.exp(-total))

    def begins_matter(self) -> bool:
        """Whether that is likely enough."""
        return self.chance() >= SURE
