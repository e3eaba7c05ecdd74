"""Words every reply of bot, clock and queue: picks by situation, fills in, merges into one message.

R13: when she is upset the message goes understanding → apology (only where the matter is ours) →
answer with its time → what happens next. No apology is used twice in one conversation.
"""

import logging
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from bot.desk.people.residents import masked_phone
from bot.desk.wording.phrases import before_text, place_text, time_text
from bot.desk.wording.words import Button, Part, Variation, Words

log = logging.getLogger(__name__)

CARE_KEYS = ("utter_care_understanding", "utter_care_apology")
SAFE_KEY = "utter_fault"
"""What is said when a wording cannot be made: honest, from data, never an empty answer."""
HOLD = "hold"
"""A slot: she was let go, so the open question of her dialogue is kept, and not asked now."""

_FIELD = re.compile(r"\{(\w+)(?::(\w+))?\}")


class ComposerError(ValueError):
    """A reply cannot be worded: which response, and what it lacks."""


class UnknownResponse(ComposerError):
    def __init__(self, key: str) -> None:
        super().__init__(f"no response {key}")
        self.key = key


class NoFittingWording(ComposerError):
    def __init__(self, key: str) -> None:
        super().__init__(f"{key}: no wording fits the situation")
        self.key = key


class MissingSlot(ComposerError):
    def __init__(self, key: str, slot: str) -> None:
        super().__init__(f"{key}: slot {slot} is missing")
        self.key, self.slot = key, slot


class TextLimits(Protocol):
    """What a channel takes in one message; `unit` is "characters" or "bytes"."""

    @property
    def max_length(self) -> int: ...

    @property
    def unit(self) -> str: ...


@dataclass(frozen=True)
class PlainLimits:
    """Telegram's and our own web chat's limit, for those who have no channel at hand."""

    max_length: int = 4096
    unit: str = "characters"


@dataclass(frozen=True)
class Reply:
    """One thing to say: a response key and what fills it (as Rasa or the desk returned it)."""

    key: str
    slots: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Situation:
    """What the words depend on beside the slots.

    `upset` 0|1|2 of the message answered; `serious` forbids cheerful wordings; `values` are the estate's
    own (name, service_center, phone, hours …); `used` holds the once-only wordings already said in this
    conversation; `now` is aware, `zone` the estate's.
    """

    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    zone: str = "Asia/Shanghai"
    upset: int = 0
    serious: bool = False
    values: Mapping[str, Any] = field(default_factory=dict)
    used: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Utterance:
    """One message to send. `used` are the once-only wordings in it, to be remembered for the conversation."""

    text: str
    buttons: tuple[Button, ...] = ()
    reply_key: str = ""
    used: tuple[str, ...] = ()

    def button_rows(self) -> list[dict[str, str]]:
        """Return the buttons as `Message.buttons` keeps them."""
        return [{"title": button.title, "payload": button.payload} for button in self.buttons]


@dataclass(frozen=True)
class _Piece:
    key: str
    part: Part
    text: str
    buttons: tuple[Button, ...] = ()
    used: str | None = None
    care: bool = False


def compose(
    replies: Sequence[Reply],
    *,
    words: Words,
    situation: Situation,
    limits: TextLimits = PlainLimits(),
    strict: bool = False,
) -> list[Utterance]:
    """Return `replies` as few messages as the channel's limits allow (mostly one); [] for no replies.

    A response that does not exist or cannot be filled is a ComposerError when `strict`, else it is
    logged and the safe sentence stands in its place once.
    """
    worded = _worded_in_turn(replies, words, situation, strict=strict)
    # A response may say nothing on purpose.
    pieces = [piece for reply, piece in worded if piece.text and not _held(reply, piece)]
    if not pieces:
        return []
    pieces = sorted(_without_repeats([*_care(replies, words, situation), *pieces]), key=lambda one: one.part)
    buttons = tuple(dict.fromkeys(button for piece in pieces for button in piece.buttons))
    texts = split_text(_joined(pieces), limits)
    used = tuple(piece.used for piece in pieces if piece.used)
    key = "+".join(piece.key for piece in pieces if not piece.care)[:120]
    last = len(texts) - 1
    return [
        Utterance(text, buttons if index == last else (), key, used if index == last else ())
        for index, text in enumerate(texts)
    ]


def _worded_in_turn(
    replies: Sequence[Reply], words: Words, situation: Situation, *, strict: bool
) -> list[tuple[Reply, _Piece]]:
    """Each reply knows what those before it said: two late cases do not say the same "once" twice."""
    worded: list[tuple[Reply, _Piece]] = []
    for reply in replies:
        piece = _piece(reply, words, situation, strict=strict)
        worded.append((reply, piece))
        if piece.used:
            situation = replace(situation, used=situation.used | {piece.used})
    return worded


def _held(reply: Reply, piece: _Piece) -> bool:
    return piece.part is Part.QUESTION and bool(reply.slots.get(HOLD))


def wording(reply: Reply, *, words: Words, situation: Situation) -> str:
    """Return one reply's text alone; raises ComposerError where it cannot be worded."""
    return _piece(reply, words, situation, strict=True).text


def split_text(text: str, limits: TextLimits) -> list[str]:
    """Cut `text` only where it is over the limit: at line ends, sentence ends, at last anywhere."""
    parts: list[str] = []
    rest = text
    while _size(rest, limits) > limits.max_length:
        head = _head(rest, limits)
        cut = max(head.rfind("\n"), *(head.rfind(mark) for mark in "。！？；")) + 1 or len(head)
        parts.append(rest[:cut].strip())
        rest = rest[cut:].lstrip()
    return [part for part in [*parts, rest] if part]


def _piece(reply: Reply, words: Words, situation: Situation, *, strict: bool) -> _Piece:
    try:
        return _worded(reply, words, situation)
    except ComposerError as error:
        if strict or reply.key == SAFE_KEY:
            raise
        log.error("reply cannot be worded", extra={"reply_key": reply.key, "fault": str(error)})
        return _worded(Reply(SAFE_KEY), words, situation)


def _worded(reply: Reply, words: Words, situation: Situation) -> _Piece:
    known = _known(situation, reply.slots)
    variation = _pick(reply.key, words, known, situation.used)
    if variation is None:
        raise NoFittingWording(reply.key)
    return _said(reply.key, variation, words, situation, known, _slot_buttons(reply, variation))


def _said(
    key: str,
    variation: Variation,
    words: Words,
    situation: Situation,
    known: Mapping[str, Any],
    buttons: tuple[Button, ...] = (),
) -> _Piece:
    return _Piece(
        key=key,
        part=variation.part,
        text=_filled(key, variation, words, situation, known),
        buttons=(*buttons, *variation.buttons),
        used=_used_id(key, variation) if variation.once else None,
        care=key in CARE_KEYS,
    )


def _used_id(key: str, variation: Variation) -> str:
    return f"{key}/{variation.id}"


def _known(situation: Situation, slots: Mapping[str, Any]) -> dict[str, Any]:
    own = {"upset": situation.upset, "serious": situation.serious}
    # To whom it is said is known to a conversation; without one nobody is named.
    return {"address": "", **situation.values, **slots, **own}


def _pick(key: str, words: Words, known: Mapping[str, Any], used: frozenset[str]) -> Variation | None:
    """The fitting wording with the most conditions, one that may be said once before the others."""
    if key not in words.responses:
        raise UnknownResponse(key)
    fitting = [
        one
        for one in words.responses[key]
        if one.fits(known) and not (one.once and _used_id(key, one) in used)
    ]
    return max(fitting, key=lambda one: len(one.conditions) + one.once, default=None)


def _slot_buttons(reply: Reply, variation: Variation) -> tuple[Button, ...]:
    if variation.buttons_from is None:
        return ()
    rows = reply.slots.get(variation.buttons_from) or ()
    return tuple(Button(str(row["title"]), str(row["payload"])) for row in rows)


def _filled(
    key: str, variation: Variation, words: Words, situation: Situation, known: Mapping[str, Any]
) -> str:
    def value(match: re.Match[str]) -> str:
        slot, form = match.group(1), match.group(2)
        if known.get(slot) is None:
            raise MissingSlot(key, slot)
        return _formatted(key, slot, known[slot], form, words, situation)

    return _FIELD.sub(value, variation.text)


def _formatted(key: str, slot: str, value: Any, form: str | None, words: Words, situation: Situation) -> str:
    if form is None:
        return str(value)
    if form == "masked":
        return masked_phone(str(value))
    if form == "place" and isinstance(value, Mapping):
        return place_text(value, words)
    if form in ("time", "before"):
        shown = before_text if form == "before" else time_text
        try:
            return shown(datetime.fromisoformat(str(value)), situation.now, ZoneInfo(situation.zone), words)
        except ValueError as error:
            raise ComposerError(f"{key}: {slot} is no time: {value!r}") from error
    try:
        return words.label(form, str(value))
    except KeyError as error:
        raise ComposerError(f"{key}: no label {form}/{value}") from error


def _care(replies: Sequence[Reply], words: Words, situation: Situation) -> Iterable[_Piece]:
    """Understanding and apology where the situation has words for them that were not said before."""
    slots = {name: value for reply in replies for name, value in reply.slots.items()}
    known = _known(situation, slots)
    for key in CARE_KEYS:
        chosen = _pick(key, words, known, situation.used) if key in words.responses else None
        if chosen is not None:
            yield _said(key, chosen, words, situation, known)


def _without_repeats(pieces: Iterable[_Piece]) -> list[_Piece]:
    return list({(piece.key, piece.text): piece for piece in pieces}.values())


def _joined(pieces: Sequence[_Piece]) -> str:
    """Understanding and apology run on in one paragraph; every other reply begins a line."""
    text = ""
    previous: Part | None = None
    for piece in pieces:
        runs_on = previous is not None and previous <= Part.APOLOGY and piece.part == Part.APOLOGY
        text += piece.text if not text or runs_on else f"\n{piece.text}"
        previous = piece.part
    return text


def _size(text: str, limits: TextLimits) -> int:
    return len(text.encode()) if limits.unit == "bytes" else len(text)


def _head(text: str, limits: TextLimits) -> str:
    if limits.unit == "bytes":
        return text.encode()[: limits.max_length].decode(errors="ignore")
    return text[: limits.max_length]
