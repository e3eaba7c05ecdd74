"""What is wrong with an `estate.yml`: for each place the field, the reason and the mend."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticCustomError


@dataclass(frozen=True)
class EstateProblem:
    """One mistake: where it stands, what is wrong, what to do."""

    field: str
    reason: str
    mend: str

    def __str__(self) -> str:
        return f"{self.field}: {self.reason}; {self.mend}"


class EstateError(Exception):
    """The estate's file cannot be used. `problems` lists every mistake found, one line each."""

    def __init__(self, problems: Iterable[EstateProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


def wrong(reason: str, mend: str, *, at: str = "") -> PydanticCustomError:
    """The error a validator of the estate raises; `at`: where not at the validator's own field."""
    return PydanticCustomError("estate", "{reason}", {"reason": reason, "mend": mend, "at": at})


def problems_of(fault: ValidationError, model: type[BaseModel]) -> list[EstateProblem]:
    """Pydantic's errors in the operator's words."""
    return [_problem(dict(error), model) for error in fault.errors(include_url=False)]


def _problem(error: dict[str, Any], model: type[BaseModel]) -> EstateProblem:
    place = ".".join(str(step) for step in error["loc"]) or "estate.yml"
    kind, context = error["type"], error.get("ctx", {})
    if kind == "estate":
        return EstateProblem(context["at"] or place, context["reason"], context["mend"])
    if kind == "extra_forbidden":
        return EstateProblem(place, "is no setting the desk knows", _spelling(error["loc"], model))
    if kind == "missing":
        return EstateProblem(place, "is missing", "add it; docs/estate.md shows an example")
    if kind in ("enum", "literal_error"):
        return EstateProblem(place, f"{error['input']!r} is not allowed", f"write {context['expected']}")
    return EstateProblem(place, f"{error['input']!r}: {error['msg']}", "correct it; see docs/estate.md")


def _spelling(place: tuple[int | str, ...], model: type[BaseModel]) -> str:
    """Names the setting that was probably meant."""
    found: type[BaseModel] | None = model
    for step in place[:-1]:
        field = found.model_fields.get(str(step)) if found else None
        found = next(_models_in(field.annotation), None) if field else found
    close = difflib.get_close_matches(str(place[-1]), list(found.model_fields) if found else [], n=1)
    return f"did you mean {close[0]}?" if close else "remove it, or correct its spelling"


def _models_in(annotation: Any) -> Any:
    """The models an annotation such as `tuple[SlaRow, ...]` or `dict[str, X] | None` names."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models_in(part)
