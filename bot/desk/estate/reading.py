"""Reads the YAML of `estate.yml`, stricter than YAML is: a key given twice is a mistake, not the last one."""

from typing import Any

import yaml
from yaml.nodes import MappingNode

from bot.desk.estate.errors import EstateError, EstateProblem

_MEND = "mend the YAML at that place (indent with spaces, quote texts that hold ': ' or '#')"


class _Loader(yaml.SafeLoader):
    """Leaves dates as text: PyYAML raises a bare ValueError at 2026-13-31, our own models name the field."""

    def construct_mapping(self, node: MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for place, key in enumerate(keys):
            if key in keys[:place]:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key!r} is there twice", node.value[place][0].start_mark
                )
        return super().construct_mapping(node, deep)


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def load_mapping(text: str) -> dict[str, Any]:
    """The mapping that the text holds. Raises EstateError with the line of a mistake."""
    try:
        content = yaml.load(text, Loader=_Loader)  # a SafeLoader
    except (yaml.YAMLError, TypeError) as fault:  # TypeError: a list as a key
        raise EstateError([_problem(fault)]) from fault
    if not isinstance(content, dict):
        raise EstateError(
            [EstateProblem("estate.yml", "holds no settings", "start again from the sample estate.yml")]
        )
    return content


def _problem(fault: Exception) -> EstateProblem:
    if isinstance(fault, yaml.MarkedYAMLError) and fault.problem_mark is not None:
        mark = fault.problem_mark
        where = f"estate.yml line {mark.line + 1}, column {mark.column + 1}"
        return EstateProblem(where, fault.problem or "is not YAML", _MEND)
    return EstateProblem("estate.yml", " ".join(str(fault).split()), _MEND)
