"""Applies what the desk decided before it asked Rasa: a person is called in, or somebody waits for one.

The decision is made in `bot/desk/talk/escalation.py` and arrives as the message's metadata; here it only
meets what is known after understanding: was the message understood, how upset is it. Stands above RulePolicy
and above its forms.
"""

from __future__ import annotations

from typing import Any

from rasa.core.policies.policy import Policy, PolicyPrediction, SupportedData
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.generator import TrackerWithCachedStates
from rasa.shared.core.trackers import DialogueStateTracker

from bot.language.english import is_english
from bot.language.prying import asks_for_others

TAKE_PICTURE = "action_take_picture"
ANSWER_ENGLISH = "action_answer_english"
HAND_OVER = "action_hand_over"
NOTE_WAITING = "action_note_waiting"
VERIFY_HOME = "action_verify_home"
TAKE_MATTERS = "action_take_matters"
KEEP_PRIVATE = "action_keep_private"
ABOUT_QUOTED = "action_about_quoted"
OWN_ACTIONS = (
    HAND_OVER, NOTE_WAITING, TAKE_PICTURE, VERIFY_HOME, TAKE_MATTERS, ANSWER_ENGLISH, KEEP_PRIVATE,
    ABOUT_QUOTED,
)  # fmt: skip
FALLBACK = "nlu_fallback"
MATTERS = frozenset({"repair", "complaint", "fee", "inquiry", "suggestion", "status", "praise"})
"""Of these a message may hold several; each is then taken up by itself (`actions/next_matter.py`)."""
OWN_WISH = frozenset({"status", "urge", "cancel", "human", "greet", "thanks", "goodbye", "praise"})
"""Wishes that are served as ever when she answers a message about a case of hers; each finds that case."""
SURE = 0.7
"""From this confidence on a question is one of its own, whatever message it answers."""
SERVED_WHILE_WAITING = frozenset({"status", "urge", "cancel"})
"""What the bot still does while somebody waits for a person (design §2)."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=True)
class DeskPolicy(Policy):
    """Named in config.yml with a priority above RulePolicy's. Learns nothing."""

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> None:
        super().__init__(config, model_storage, resource, execution_context)

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return the settings config.yml may change."""
        return {"priority": 7}

    @staticmethod
    def supported_data() -> SupportedData:
        """Rules count as well as stories; neither is read."""
        return SupportedData.ML_AND_RULE_DATA

    def train(
        self, training_trackers: list[TrackerWithCachedStates], domain: Domain, **kwargs: Any
    ) -> Resource:
        """Nothing to learn; the resource is empty."""
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> DeskPolicy:
        """Return the policy; there is nothing stored to read."""
        return cls(config, model_storage, resource, execution_context)

    def predict_action_probabilities(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        rule_only_data: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> PolicyPrediction:
        """Predict the desk's own actions with certainty, or nothing at all."""
        action = self._action(tracker)
        probabilities = self._default_predictions(domain)
        if action is None:
            return self._prediction(probabilities)
        probabilities[domain.index_for_action(action)] = 1.0
        # A form in progress is predicted as "no user prediction", which beats all others: so is this.
        return self._prediction(probabilities, is_no_user_prediction=True)

    def _action(self, tracker: DialogueStateTracker) -> str | None:
        if tracker.latest_action_name in OWN_ACTIONS:
            return str(ACTION_LISTEN_NAME)
        if tracker.latest_action_name != ACTION_LISTEN_NAME or tracker.latest_message is None:
            return None
        message: Any = tracker.latest_message
        return decide(
            message.metadata or {},
            intent=message.intent.get("name"),
            upset=int(message.parse_data.get("upset") or 0),
            in_form=tracker.active_loop_name is not None,
            confidence=float(message.intent.get("confidence") or 0.0),
            matters=tuple(one.get("intent") for one in message.parse_data.get("matters") or ()),
            silent=not (message.text or "").strip(),
            english=is_english(message.text or ""),
            prying=not (message.text or "").startswith("/")
            and asks_for_others(message.text or "") is not None,
        )


def decide(
    metadata: dict[str, Any],
    *,
    intent: str | None,
    upset: int,
    in_form: bool,
    silent: bool = False,
    english: bool = False,
    prying: bool = False,
    confidence: float = 1.0,
    matters: tuple[str | None, ...] = (),
) -> str | None:
    """Return the action the desk's decision asks for, or None where the rules go on.

    Inside a form a message that looks like something else may still be an answer ("不方便留电话"): the form
    looks at it first and hands over itself. What leaves no doubt (转人工) comes as `now`.
    """
    escalation = metadata.get("escalation") or {}
    waiting = metadata.get("mode") == "waiting"
    if escalation.get("now") or (intent == "human" and not in_form):
        return HAND_OVER
    if metadata.get("home_code"):
        return VERIFY_HOME
    if waiting:
        return None if intent in SERVED_WHILE_WAITING or in_form else NOTE_WAITING
    if metadata.get("attachments") and silent and not in_form:
        return TAKE_PICTURE
    if english and not in_form:
        return ANSWER_ENGLISH
    about_quoted = not in_form and _about_quoted(metadata, intent, confidence, matters)
    if escalation.get("if_not_understood") and intent == FALLBACK and not in_form and not about_quoted:
        return HAND_OVER
    if (escalation.get("if_angry") and upset == 2) or (escalation.get("if_annoyed") and upset >= 1):
        return HAND_OVER
    if prying:
        return KEEP_PRIVATE
    if about_quoted:
        return ABOUT_QUOTED
    if not in_form and sum(one in MATTERS for one in matters) > 1:
        return TAKE_MATTERS
    return None


def _about_quoted(
    metadata: dict[str, Any], intent: str | None, confidence: float, matters: tuple[str | None, ...]
) -> bool:
    """Does she say something of the open case that the message she answers tells of?"""
    if not (metadata.get("quoted") or {}).get("open") or intent in OWN_WISH or len(matters) > 1:
        return False
    return intent != "inquiry" or confidence < SURE
