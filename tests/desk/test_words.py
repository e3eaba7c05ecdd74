"""Words and code together: each response named exists, each existing one is named, renders and is polite.

Reads the real domain files; R16 is checked on every wording a resident may read.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from actions.registry import ACTIONS
from bot.desk.wording.composer import _FIELD, Reply, Situation, compose
from bot.desk.wording.speaking import estate_values
from bot.desk.wording.words import Condition, Variation
from tests.support.clock import MORNING
from tests.support.estates import PROJECT, sample_estate, sample_words

WORDS = sample_words()
KEY = re.compile(r"""["'](utter_[a-z0-9_]+)["']""")
TOPICS = [PROJECT / "domain.yml", *sorted((PROJECT / "nlu_data/domain").glob("*.yml"))]
VARIATIONS = [(key, one) for key, variations in WORDS.responses.items() for one in variations]
TELEGRAM_AND_WEB_CHAT = 4096
SAMPLES: dict[str, Any] = {
    "agent": "小李",
    "contact": "13812341234",
    "home_said": {"building": "3", "unit": "2", "room": "1201"},
    "kind": "repair",
    "note": "李工明天九点上门",
    "options": [{"title": "3栋2单元1201", "payload": '/choose{"home": "3-2-1201"}'}],
    "result": "已更换水龙头",
    "status": "accepted",
    "what": "visit",
}
LONG = "厨房水管漏水。" * 60
RUDE = re.compile(
    r"大爷|大妈|阿姨|亲，|不行|不可能|没办法|不知道|你(?!好)|哈哈|嘻嘻|[!！~～]|[\U0001F300-\U0001FAFF☀-➿]"
)


def project(pattern: str) -> Iterator[Path]:
    return (path for path in PROJECT.glob(pattern) if "__pycache__" not in path.parts)


def named_in_code() -> set[str]:
    files = [*project("actions/**/*.py"), *project("bot/**/*.py"), *project("policies/*.py")]
    return {key for path in files for key in KEY.findall(path.read_text(encoding="utf-8"))}


def named_in_rules() -> set[str]:
    rules = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in project("nlu_data/rules/*.yml")]
    steps = [step for file in rules for rule in file["rules"] for step in rule["steps"]]
    return {step["action"] for step in steps if str(step.get("action", "")).startswith("utter_")}


def asked_by_forms() -> set[str]:
    forms = {name: form for topic in topics() for name, form in (topic.get("forms") or {}).items()}
    return {f"utter_ask_{name}_{slot}" for name, form in forms.items() for slot in form["required_slots"]}


@cache
def topics() -> list[dict[str, Any]]:
    return [yaml.safe_load(path.read_text(encoding="utf-8")) for path in TOPICS]


def test_each_response_that_is_named_exists_and_each_that_exists_is_named() -> None:
    named = named_in_code() | named_in_rules() | asked_by_forms()
    assert named - set(WORDS.responses) == set(), "named somewhere, defined nowhere"
    assert set(WORDS.responses) - named == set(), "defined, but nobody says it"


def test_the_domain_names_the_actions_the_desk_has_and_no_others() -> None:
    named = {action for topic in topics() for action in topic.get("actions") or ()}
    assert named == {action.key for action in ACTIONS}


@pytest.mark.parametrize(("key", "variation"), VARIATIONS, ids=lambda one: getattr(one, "id", one))
def test_each_wording_can_be_said_in_its_situation(key: str, variation: Variation) -> None:
    known = slots_for(variation)
    said = compose(
        [Reply(key, known)],
        words=WORDS,
        situation=Situation(
            now=MORNING,
            upset=known.get("upset", 0),
            serious=bool(known.get("serious")),
            values=estate_values(sample_estate(), now=MORNING),
        ),
        strict=True,
    )
    assert len(said) == (1 if variation.text else 0)
    assert all("{" not in one.text and len(one.text) <= TELEGRAM_AND_WEB_CHAT for one in said)


@pytest.mark.parametrize(("key", "variation"), VARIATIONS, ids=lambda one: getattr(one, "id", one))
def test_each_wording_is_polite_and_restrained(key: str, variation: Variation) -> None:
    shown = variation.text + "".join(button.title for button in variation.buttons)
    found = RUDE.search(shown)
    assert found is None, f"{key}: {found[0] if found else ''}"


@pytest.mark.parametrize(("key", "variation"), VARIATIONS, ids=lambda one: getattr(one, "id", one))
def test_each_button_is_an_intent_of_the_domain_and_fits_its_place(key: str, variation: Variation) -> None:
    intents = {name for topic in topics() for entry in topic.get("intents") or () for name in entry}
    for button in variation.buttons:
        assert re.match(r"/(\w+)", button.payload)[1] in intents, key  # type: ignore[index]
        assert len(button.title) <= 12, key


def test_every_situation_of_upset_has_a_word_of_care_at_first() -> None:
    for upset in (1, 2):
        said = compose(
            [Reply("utter_repair_follow")], words=WORDS, situation=Situation(now=MORNING, upset=upset)
        )
        assert said[0].used, upset


def test_labels_cover_every_state_the_store_knows() -> None:
    from bot.store.states import CaseKind, CaseStatus

    assert {kind.value for kind in CaseKind} <= set(WORDS.labels["kind"])
    assert {status.value for status in CaseStatus} <= set(WORDS.labels["status"])


def slots_for(variation: Variation) -> dict[str, Any]:
    """Everything the wording needs and its conditions ask for."""
    needed = {match.group(1): match.group(2) for match in _FIELD.finditer(variation.text)}
    slots = {name: SAMPLES[name] if name in SAMPLES else sample(name, form) for name, form in needed.items()}
    if variation.buttons_from:
        slots[variation.buttons_from] = SAMPLES["options"]
    return {**slots, **{one.name: wanted(one) for one in variation.conditions}}


def sample(name: str, form: str | None) -> str:
    if form in ("time", "before"):
        return MORNING.isoformat()
    if form is not None:
        return next(iter(WORDS.labels[form]))
    return LONG if name in ("what", "report_text") else name


def wanted(condition: Condition) -> Any:
    return condition.value[0] if isinstance(condition.value, list) else condition.value
