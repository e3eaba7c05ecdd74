"""The resident's message as an action sees it: words, meaning, what a button chose, what the desk told."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from rasa_sdk import Tracker

from actions.said import says

FALLBACK = "nlu_fallback"
CLARIFIED = "clarified"
"""A button's value: which category was meant by words the assistant was not sure of."""
UNCLEAR = "unclear"
"""The slot with those words: {text, upset, search}."""
EDGES = " \n，,。；;"
"""Left away around the words of a matter, and where they are looked up."""


@dataclass(frozen=True)
class Matter:
    """One thing wanted: first level intent, fine category (or None), and the words that say it."""

    intent: str
    category: str | None
    text: str


@dataclass(frozen=True)
class Likely:
    """What her words may mean, with its chance; told only where the assistant is not sure."""

    intent: str
    category: str | None
    chance: float


@dataclass(frozen=True)
class Heard:
    """One message in its dialogue. `choices` are the values a pressed button carries."""

    turn: str
    conversation_id: int
    text: str
    intent: str
    confidence: float = 1.0
    upset: int = 0
    attachments: int = 0
    waiting: bool = False
    """Is a person called and not yet there?"""
    matters: tuple[Matter, ...] = ()
    quoted: str | None = None
    """The number of the case that the older message she answers tells of."""
    search: Mapping[str, tuple[Mapping[str, Any], ...]] = field(default_factory=dict)
    """What the handbook's search found for the whole text and for each question among the matters."""
    read_as: str | None = None
    """The intent her words were first read as, where the handbook made a question of them."""
    likeliest: tuple[Likely, ...] = ()
    chosen: bool = False
    """Did she choose by a button what her words before it meant? Then these are those words."""
    choices: Mapping[str, str] = field(default_factory=dict)
    escalation: Mapping[str, str | None] = field(default_factory=dict)
    slots: Mapping[str, Any] = field(default_factory=dict)
    active_form: str | None = None
    asked: str | None = None
    """The slot the form asked for, None while the form is only beginning."""

    @property
    def pressed(self) -> bool:
        """Was a button pressed, whose text is no sentence of hers?"""
        return bool(self.choices)

    @property
    def from_button(self) -> bool:
        """Did a button say it? Of what is typed at least one matter is read, of a button's payload none."""
        return self.pressed or (not self.matters and self.confidence == 1.0)

    @property
    def shows_only(self) -> bool:
        """Did she send a picture without a word?"""
        return self.attachments > 0 and not self.text.strip()

    def slot(self, name: str) -> Any:
        return self.slots.get(name)

    def candidates(self) -> tuple[Mapping[str, Any], ...]:
        """Return the handbook's candidates for these words; () for words that were not searched for."""
        return self.search.get(self.text.strip(EDGES), ())

    def category_of(self, intent: str) -> str | None:
        """Return the fine category of the first matter of this intent."""
        return next((one.category for one in self.matters if one.intent == intent and one.category), None)


def hear(tracker: Tracker) -> Heard:
    """Read a tracker as Rasa sends it. Raises KeyError where the desk's own facts are missing."""
    message = tracker.latest_message
    facts = message["metadata"]
    text = str(message.get("text") or "")
    intent = message.get("intent") or {}
    form = (tracker.active_loop or {}).get("name")
    heard = Heard(
        turn=str(facts["turn"]),
        conversation_id=int(facts["conversation_id"]),
        text=text,
        intent=str(intent.get("name") or FALLBACK),
        confidence=float(intent.get("confidence") or 0.0),
        upset=int(message.get("upset") or 0),
        attachments=int(facts.get("attachments") or 0),
        waiting=facts.get("mode") == "waiting",
        matters=tuple(_matter(one, text) for one in message.get("matters") or ()),
        quoted=(facts.get("quoted") or {}).get("number"),
        search=_search(message, text),
        read_as=message.get("read_as"),
        likeliest=tuple(
            Likely(str(one["intent"]), one.get("category"), float(one["confidence"]))
            for one in message.get("likeliest") or ()
        ),
        choices=_choices(message.get("entities") or ()),
        escalation=facts.get("escalation") or {},
        slots=tracker.slots,
        active_form=form,
        asked=tracker.slots.get("requested_slot") if form else None,
    )
    if form and says("is_back", text):  # "刚忙完" tells no time: she comes back to what was asked
        heard = replace(heard, intent="greet", confidence=1.0)
    unclear = tracker.slots.get(UNCLEAR)
    return _as_she_meant(heard, unclear) if unclear and CLARIFIED in heard.choices else heard


def _as_she_meant(heard: Heard, unclear: Mapping[str, Any]) -> Heard:
    """Her own words with the meaning she chose, as if they had been understood at once."""
    text = str(unclear["text"])
    return replace(
        heard,
        text=text,
        upset=int(unclear.get("upset") or 0),
        matters=(Matter(heard.intent, heard.choices[CLARIFIED], text),),
        search={text.strip(EDGES): tuple(unclear.get("search") or ())},
        choices={},
        chosen=True,
    )


def _matter(raw: Mapping[str, Any], text: str) -> Matter:
    start, end = raw.get("span") or (0, len(text))
    return Matter(str(raw["intent"]), raw.get("category"), text[start:end])


def _search(message: Mapping[str, Any], text: str) -> dict[str, tuple[Mapping[str, Any], ...]]:
    found = {text.strip(EDGES): tuple(message.get("handbook") or ())}
    for one in message.get("matters") or ():
        if "handbook" in one:
            found[_matter(one, text).text.strip(EDGES)] = tuple(one["handbook"])
    return found


def _choices(entities: Any) -> dict[str, str]:
    """A button's values have no place in the text; what was read from the text has one."""
    return {str(one["entity"]): str(one["value"]) for one in entities if one.get("start") == one.get("end")}
