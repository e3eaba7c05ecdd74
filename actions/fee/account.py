"""A home's account as replies: each line with its reckoning, then what is still to be paid (R18, R19)."""

from dataclasses import replace
from datetime import date
from typing import Any

from actions.fee.asked import items_of
from actions.heard import Heard
from actions.people import resident_id_of
from actions.room import Call
from actions.said import says
from bot.desk import audit
from bot.desk.fees.account import Account, Line, account_for
from bot.desk.fees.reckoning import late_fee, total
from bot.desk.fees.showing import day_text, figure_text, money_text, percent_text, period_text
from bot.desk.people.homes import parts_of_key
from bot.desk.wording.composer import Reply
from bot.desk.wording.phrases import place_text
from bot.store import actors

MOST_PAID = 4
"""So many lines of what is paid are told at most; the account itself may hold many years."""


def place_of(call: Call, home: str) -> str:
    """Return a home's key as people read it."""
    parts = parts_of_key(call.session, home)
    return place_text({"building": parts.building, "unit": parts.unit, "room": parts.room}, call.words)


def tell_account(
    call: Call, heard: Heard, home: str, *, items: tuple[str, ...] = ()
) -> tuple[Reply, ...] | None:
    """Return the account of a proved home, all of it or some `items`; None for a home that is not hers."""
    resident_id = resident_id_of(call, heard)
    account = account_for(call.session, home, resident_id=resident_id)
    if account is None:
        return None
    audit.note(
        call.session,
        by=actors.resident(resident_id),
        what="hear_account",
        subject=f"household:{account.household_id}",
        now=call.now,
    )
    place = place_of(call, home)
    if not account.lines:
        return (Reply("utter_fee_account_empty", {"place": place}),)
    wanted = _only(account, items)
    if not wanted.lines:
        return (Reply("utter_fee_nothing_of_item", {"place": place}),)
    head = Reply("utter_fee_account", {"place": place, "day": day_text(_today(call), call.words)})
    return (head, *_owed(call, wanted), *_paid(call, wanted))


def asked_items(text: str) -> tuple[str, ...]:
    """Return the items of a bill she asks for; none for the whole account."""
    named = items_of(text)
    return () if named == ("property",) and says("whole_account", text, of="fee") else named


def late_lines(call: Call, heard: Heard, home: str) -> tuple[Reply, ...]:
    """Return what paying late would add today, line by line; nothing where the contract says nothing."""
    account = account_for(call.session, home, resident_id=resident_id_of(call, heard))
    rule = call.estate.fees.late if call.estate.fees else None
    if account is None or rule is None:
        return ()
    told = []
    for line in account.open_lines:
        fee = late_fee(line.owed, rule, due_on=line.due_on, day=_today(call))
        if fee:
            days = (_today(call) - line.due_on).days - rule.grace_days
            slots = {"percent": percent_text(rule.rate_per_day), "days": days, "fee": money_text(fee)}
            told.append(Reply("utter_fee_late_line", {**_about(call, line), **slots}))
    return tuple(told)


def _today(call: Call) -> date:
    return call.now.astimezone(call.estate.zone).date()


def _only(account: Account, items: tuple[str, ...]) -> Account:
    lines = tuple(line for line in account.lines if not items or set(items_of(line.item)) & set(items))
    return replace(account, lines=lines)


def _owed(call: Call, account: Account) -> tuple[Reply, ...]:
    lines = account.open_lines
    if not lines:
        return (Reply("utter_fee_nothing_owed"),)
    told = tuple(Reply("utter_fee_owed_line", _about(call, line)) for line in lines)
    added = " + ".join(money_text(line.owed) for line in lines).replace("+ -", "- ")
    owed = {"sum": added, "owed": money_text(total(line.owed for line in lines)), "several": len(lines) > 1}
    return (*told, Reply("utter_fee_owed", owed))


def _paid(call: Call, account: Account) -> tuple[Reply, ...]:
    lines = account.paid_lines[:MOST_PAID]
    told = (
        Reply("utter_fee_paid_line", {**_about(call, line), "paid_on": day_text(line.paid_on, call.words)})
        for line in lines
        if line.paid_on is not None
    )
    return (Reply("utter_fee_paid_head"), *told) if lines else ()


def _about(call: Call, line: Line) -> dict[str, Any]:
    state = "reduction" if line.amount < 0 else "part" if line.paid else "open"
    return {
        "item": line.item,
        "period": period_text(line.first_month, line.last_month, call.words),
        "quantity": figure_text(line.quantity),
        "unit": line.unit,
        "unit_price": figure_text(line.unit_price),
        "months": line.months or 1,
        "monthly": line.months is not None,
        "amount": money_text(line.amount),
        "paid": money_text(line.paid),
        "owed": money_text(line.owed),
        "due": day_text(line.due_on, call.words),
        "state": state,
    }
