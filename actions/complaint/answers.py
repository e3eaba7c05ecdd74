"""What one message changes in a complaint that is being taken: an answer, a correction, more of the same."""

from typing import Any

from actions.complaint.facts import LIST, LONGEST, ComplaintFacts
from actions.complaint.place import LONGEST_PLACE, Pointed, place_in
from actions.heard import FALLBACK, Heard
from actions.mirror import mirror
from actions.opening import UNSAID
from actions.people import resident_id_of
from actions.repair.place import known_homes
from actions.room import Call
from actions.said import clauses_of, found, says, tail, without
from bot.language.rooms import HomeParts, read_home

BY_RULE = "by_rule"
SINCE = "complaint_since"
LONGEST_ANSWER = 60
LONGEST_WISH = 300
LONGEST_BESIDE = 3
"""Characters beside a time that is said alone ("昨天开始的")."""
LONGEST_HOME = 16
SURE_OF_MORE = 0.8
SHORTEST_MORE = 3
_UNCLEAR = frozenset(
    {FALLBACK, "complaint", "repair", "inquiry", "suggestion", "out_of_scope", "chitchat", "deny"}
)
"""Intents that may well be an answer to the form's question."""


def answer_to(call: Call, heard: Heard, facts: ComplaintFacts) -> dict[str, Any]:
    """Return the slots that an answer to the question fills, {} where it is none."""
    if heard.choices.get("choice") == BY_RULE:
        return {"complaint_wish": UNSAID}
    if elsewhere := _of_another_question(call, heard, facts):
        return elsewhere
    match heard.asked:
        case "complaint_place":
            return _place(call, heard, facts)
        case "complaint_since":
            return _since(call, heard, facts)
        case "complaint_wish":
            return _wish(heard, facts)
        case "complaint_confirmed" if heard.intent == "deny" and not (
            facts.wish or facts.anonymous or _will_not_say(heard)
        ):
            return {"complaint_how": "which"}
    return {}


def changed_by(call: Call, heard: Heard, facts: ComplaintFacts) -> dict[str, Any]:
    """Return what a message adds that answers nothing: a wish, a time, more of what happened."""
    changes: dict[str, Any] = {}
    if facts.wish:
        changes["complaint_wish"] = _joined_wish(heard, facts.wish)
    if heard.slot("complaint_how") == "which" and (put_right := _put_right(call, heard, facts)):
        return {**changes, **put_right}
    if heard.intent not in ("complaint", "repair", "urge", FALLBACK) or heard.from_button:
        return changes
    said = without(("polite",), heard.text)
    if facts.wish is None and len(said) > 3 and heard.asked == "complaint_confirmed":
        changes |= _with_more(call, heard, "addition", said)
    return changes


def corrected(call: Call, heard: Heard, facts: ComplaintFacts) -> dict[str, Any]:
    """Return the slots after "不对，是1302": the place or the time put right, and her words with it."""
    if not says("correction", heard.text) or heard.from_button or says("yes_word", heard.text):
        return {}
    said = tail(heard.text)
    if len(said) < 2:
        return {"complaint_how": "which"} if heard.asked == "complaint_confirmed" else {}
    changes = _with_more(call, heard, "correction", said)
    changes |= _place_put_right(call, heard, said)
    if facts.since:
        changes["complaint_since"] = facts.since
    return changes


def _place_put_right(call: Call, heard: Heard, said: str) -> dict[str, Any]:
    """What she says last holds: "不是1301，是1302", "我看错了，还是1301，是周日"."""
    for clause in (said, *map(tail, reversed(clauses_of(said)))):
        pointed = _pointed(call, heard, clause, "")
        if pointed is not None and pointed.place:
            return pointed.slots()
    return {}


def _of_another_question(call: Call, heard: Heard, facts: ComplaintFacts) -> dict[str, Any]:
    """A bare time or a bare home answers the question it belongs to, whichever was asked."""
    said, late = without(("polite",), heard.text), heard.asked in ("complaint_wish", "complaint_confirmed")
    if late and facts.since and len(said) - len(facts.since) <= LONGEST_BESIDE:
        return {"complaint_since": facts.since}
    only_home = not facts.since and read_home(said) != HomeParts() and len(said) <= LONGEST_HOME
    return _pointed_slots(call, heard, said) if only_home and (late or heard.asked == SINCE) else {}


def _pointed_slots(call: Call, heard: Heard, said: str) -> dict[str, Any]:
    pointed, before = _pointed(call, heard, said, ""), str(heard.slot("complaint_place") or "")
    if pointed is None or not pointed.place:
        return {}
    part = read_home(said).room is None and (found("spot", before, of=LIST) or found("side", before, of=LIST))
    return {**pointed.slots(), "complaint_place": f"{pointed.place}{part}" if part else pointed.place}


def _will_not_say(heard: Heard) -> bool:
    return says("skip", heard.text, of=LIST)


def _place(call: Call, heard: Heard, facts: ComplaintFacts) -> dict[str, Any]:
    pointed = _pointed(call, heard, heard.text, str(heard.slot("complaint_how") or ""))
    if pointed is not None:
        more = {"complaint_since": facts.since} if facts.since and not heard.slot("complaint_since") else {}
        return {**_more_of_it(call, heard), **more, **pointed.slots()}
    if says("skip", heard.text, of=LIST) or heard.intent == "deny":
        return {"complaint_place": heard.slot("complaint_side") or UNSAID, "complaint_how": None}
    said = without(("polite", "correction_head"), heard.text)
    if facts.since and len(said) - len(facts.since) <= LONGEST_BESIDE:
        return {SINCE: facts.since, "complaint_how": heard.slot("complaint_how")}  # where is asked again
    if more_told := _more_of_it(call, heard):
        return more_told
    if heard.intent in _UNCLEAR and 1 < len(said) <= LONGEST_ANSWER:
        return {"complaint_place": said[:LONGEST_PLACE], "complaint_how": None}
    return {}


def _since(call: Call, heard: Heard, facts: ComplaintFacts) -> dict[str, Any]:
    if facts.since:
        return {"complaint_since": facts.since, "complaint_how": None}
    if facts.ahead and heard.slot("complaint_how") != "ahead":
        return {"complaint_how": "ahead", "complaint_ahead": facts.ahead}
    if says("skip", heard.text, of=LIST) or heard.intent == "deny":
        return {"complaint_since": UNSAID, "complaint_how": None}
    said = without(("polite",), heard.text)
    if more_told := _more_of_it(call, heard):
        return {**more_told, "complaint_since": UNSAID}  # her words hold what she wants to say of it
    if heard.intent in (*_UNCLEAR, "urge") and 1 < len(said) <= LONGEST_ANSWER:
        return {"complaint_since": said, "complaint_how": None}
    return {}


def _wish(heard: Heard, facts: ComplaintFacts) -> dict[str, Any]:
    """Her wish; "没有" and "按规定" are none; "对" is a yes to what was read back: she is asked once more."""
    if says("skip", heard.text, of=LIST):
        return {"complaint_wish": UNSAID}
    if heard.intent == "affirm" and not facts.wish and says("yes_word", heard.text):
        again = heard.slot("complaint_how") == "wish"
        return {"complaint_wish": UNSAID} if again else {"complaint_how": "wish"}
    if heard.intent == "deny" and not facts.wish and len(heard.text.strip()) <= 4:
        return (
            {"complaint_how": "which_fact"} if says("correction", heard.text) else {"complaint_wish": UNSAID}
        )
    said = without(("polite",), heard.text)
    if facts.anonymous and not facts.wish:
        return {}
    return (
        {"complaint_wish": heard.text.strip()[:LONGEST_WISH], "complaint_how": None} if len(said) > 1 else {}
    )


def _put_right(call: Call, heard: Heard, facts: ComplaintFacts) -> dict[str, Any]:
    """Asked which line is wrong, she writes the right one."""
    pointed = _pointed(call, heard, heard.text, "")
    place = pointed.slots() if pointed is not None and pointed.place else {}
    return {**place, **({"complaint_since": facts.since} if facts.since else {})}


def _more_of_it(call: Call, heard: Heard) -> dict[str, Any]:
    """She goes on telling while something else was asked: nothing of it is lost."""
    said = without(("polite",), heard.text)
    sure = heard.intent == "complaint" and heard.confidence >= SURE_OF_MORE and not heard.from_button
    if not sure or len(said) < SHORTEST_MORE or said in str(heard.slot("complaint_text")):
        return {}
    return _with_more(call, heard, "addition", said)


def _joined_wish(heard: Heard, wish: str) -> str:
    before = heard.slot("complaint_wish")
    return wish if before in (None, UNSAID) or wish in before else f"{before}；{wish}"[:LONGEST_WISH]


def _pointed(call: Call, heard: Heard, text: str, asked: str) -> Pointed | None:
    return place_in(
        call,
        text,
        known=known_homes(call, resident_id_of(call, heard)),
        own=heard.slot("complaint_own"),
        side=heard.slot("complaint_side"),
        asked=asked,
    )


def _with_more(call: Call, heard: Heard, form: str, said: str) -> dict[str, Any]:
    """Her words with the correction or the addition behind them: who reads it reads both."""
    text = call.words.label("text", form).format(old=heard.slot("complaint_text"), new=said)
    return {
        "complaint_text": text[:LONGEST],
        "complaint_how": None,
        "complaint_mirror": mirror(text, call.words),
    }
