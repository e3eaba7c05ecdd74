"""What the desk decided stands above every rule and every form; where it decided nothing, the rules go on."""

from typing import Any

import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.resource import Resource
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from policies.desk_policy import (
    ABOUT_QUOTED,
    HAND_OVER,
    KEEP_PRIVATE,
    NOTE_WAITING,
    TAKE_MATTERS,
    TAKE_PICTURE,
    DeskPolicy,
    decide,
)

NOW = {"escalation": {"now": "asked"}}
LOST = {"escalation": {"if_not_understood": "not_understood"}}
ANGRY = {"escalation": {"if_angry": "angry"}}
ANNOYED = {"escalation": {"if_angry": "angry", "if_annoyed": "angry"}}
WAITING = {"mode": "waiting", "escalation": {}}
PHOTO = {"attachments": 1}


@pytest.mark.parametrize(
    ("metadata", "intent", "upset", "in_form", "action"),
    [
        ({}, "repair", 0, False, None),
        (NOW, "repair", 0, False, HAND_OVER),
        (NOW, "repair", 0, True, HAND_OVER),
        ({}, "human", 0, False, HAND_OVER),
        ({}, "human", 0, True, None),  # "不方便留电话": the form looks first
        (LOST, "nlu_fallback", 0, False, HAND_OVER),
        (LOST, "nlu_fallback", 0, True, None),
        (LOST, "repair", 0, False, None),
        (ANGRY, "repair", 2, False, HAND_OVER),
        (ANGRY, "repair", 2, True, HAND_OVER),
        (ANGRY, "repair", 1, False, None),
        (ANNOYED, "repair", 1, False, HAND_OVER),
        (ANNOYED, "repair", 0, False, None),
        (WAITING, "repair", 0, False, NOTE_WAITING),
        (WAITING, "nlu_fallback", 2, False, NOTE_WAITING),
        (WAITING, "status", 0, False, None),
        (WAITING, "urge", 0, False, None),
        (WAITING, "cancel", 0, False, None),
        (WAITING, "affirm", 0, True, None),  # the yes to "take it back?"
    ],
)
def test_what_the_desk_decided_meets_what_was_understood(
    metadata: dict[str, Any], intent: str, upset: int, in_form: bool, action: str | None
) -> None:
    assert decide(metadata, intent=intent, upset=upset, in_form=in_form) == action


def test_a_photo_without_a_word_is_thanked_for() -> None:
    assert decide(PHOTO, intent="nlu_fallback", upset=0, in_form=False, silent=True) == TAKE_PICTURE
    assert decide(PHOTO, intent="repair", upset=0, in_form=False, silent=False) is None


@pytest.mark.parametrize(
    ("matters", "in_form", "upset", "action"),
    [
        (("repair", "complaint"), False, 0, TAKE_MATTERS),
        (("fee", "inquiry", "repair"), False, 1, TAKE_MATTERS),
        (("repair",), False, 0, None),
        (("repair", "greet"), False, 0, None),
        (("repair", "complaint"), True, 0, None),  # the form keeps the other one
        (("repair", "complaint"), False, 2, HAND_OVER),
    ],
)
def test_several_matters_are_taken_up_one_by_one(
    matters: tuple[str, ...], in_form: bool, upset: int, action: str | None
) -> None:
    assert decide(ANGRY, intent=matters[0], upset=upset, in_form=in_form, matters=matters) == action


QUOTED = {"quoted": {"number": "BX2026-0001", "open": True}}
OVER = {"quoted": {"number": "BX2026-0001", "open": False}}


@pytest.mark.parametrize(
    ("metadata", "intent", "confidence", "action"),
    [
        (QUOTED, "repair", 0.9, ABOUT_QUOTED),
        (QUOTED, "nlu_fallback", 0.2, ABOUT_QUOTED),
        (QUOTED, "inquiry", 0.5, ABOUT_QUOTED),  # "什么时候来"
        (QUOTED, "inquiry", 0.9, None),  # a question of its own
        (QUOTED, "status", 0.9, None),  # the rules find that case
        (QUOTED, "cancel", 0.9, None),
        (QUOTED, "thanks", 0.9, None),
        (OVER, "repair", 0.9, None),
        ({**QUOTED, **LOST}, "nlu_fallback", 0.2, ABOUT_QUOTED),
    ],
)
def test_what_answers_a_message_about_an_open_case_is_about_that_case(
    metadata: dict[str, Any], intent: str, confidence: float, action: str | None
) -> None:
    wanted: dict[str, Any] = {"intent": intent, "upset": 0, "confidence": confidence, "matters": (intent,)}
    assert decide(metadata, in_form=False, **wanted) == action
    assert decide(QUOTED, in_form=True, **wanted) is None


def test_who_is_angry_gets_a_person_whatever_she_answers() -> None:
    assert decide({**QUOTED, **ANGRY}, intent="repair", upset=2, in_form=False) == HAND_OVER


@pytest.mark.parametrize("in_form", [True, False])
def test_what_is_somebody_elses_is_not_told_in_a_form_or_outside(in_form: bool) -> None:
    assert decide({}, intent="inquiry", upset=0, in_form=in_form, prying=True) == KEEP_PRIVATE
    assert decide(ANGRY, intent="inquiry", upset=2, in_form=in_form, prying=True) == HAND_OVER


DOMAIN = Domain.from_dict(
    {
        "intents": ["repair"],
        "actions": [HAND_OVER, NOTE_WAITING, TAKE_MATTERS],
        "forms": {"repair_form": {"required_slots": []}},
    }
)


def policy() -> DeskPolicy:
    context = ExecutionContext(GraphSchema({}))
    return DeskPolicy.load(DeskPolicy.get_default_config(), None, Resource("desk"), context)


def predicted(*events: Event) -> tuple[str | None, Any]:
    """What the policy predicts after these events: the action's name, or None for nothing at all."""
    tracker = DialogueStateTracker.from_events("c1-p1", list(events), domain=DOMAIN)
    prediction = policy().predict_action_probabilities(tracker, DOMAIN)
    best = max(prediction.probabilities)
    name = DOMAIN.action_names_or_texts[prediction.probabilities.index(best)] if best else None
    return name, prediction


def heard(metadata: dict[str, Any]) -> UserUttered:
    return UserUttered("x", intent={"name": "repair"}, parse_data={"upset": 0}, metadata=metadata)


def test_it_stands_above_the_rules_and_above_a_form() -> None:
    form = [ActionExecuted("repair_form"), ActiveLoop("repair_form"), ActionExecuted("action_listen")]
    name, prediction = predicted(*form, heard(NOW))
    assert (name, prediction.policy_priority, prediction.is_no_user_prediction) == (HAND_OVER, 7, True)


def test_after_its_own_action_it_listens() -> None:
    listen = ActionExecuted("action_listen")
    assert predicted(listen, heard(NOW), ActionExecuted(HAND_OVER))[0] == "action_listen"


def test_where_nothing_was_decided_it_predicts_nothing() -> None:
    assert predicted(ActionExecuted("action_listen"), heard({}))[0] is None


def test_upset_is_read_from_what_the_pipeline_kept() -> None:
    angry = UserUttered("x", intent={"name": "repair"}, parse_data={"upset": 2}, metadata=ANGRY)
    assert predicted(ActionExecuted("action_listen"), angry)[0] == HAND_OVER
