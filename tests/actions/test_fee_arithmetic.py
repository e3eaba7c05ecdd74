"""What stands in the message is reckoned again from its own text: lines are true, and make the total."""

import re
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from random import Random

import pytest

from actions.fee.question import answer_fee
from actions.room import Call
from bot.desk.fees.importing import import_bills
from bot.desk.fees.listing import COLUMNS
from bot.desk.fees.reckoning import amount_of
from bot.desk.people.households import read_list
from bot.desk.wording.composer import Situation, compose
from tests.actions.conftest import Dialogue
from tests.support.estates import sample_words
from tests.support.fees import HEAD

LINE = re.compile(r"　(-?[\d.]+)\S+? × (-?[\d.]+)元/\S+?(?: × (\d+)个月)? = (-?[\d.]+)元")
OWED = re.compile(r"还差([\d.]+)元| = ([\d.]+)元\n　\d{4}年\d+月\d+日前缴")
TOTAL = re.compile(r"合计还需缴：([\d. +-]+) = ([\d.]+)元")


def some_bills(dice: Random, count: int) -> str:
    lines = []
    for number in range(count):
        quantity = Decimal(dice.randrange(1, 200_000)).scaleb(-3)
        price, months = Decimal(dice.randrange(1, 90_000)).scaleb(-4), dice.choice([None, 3, 12])
        amount = amount_of(quantity, price, months)
        paid = dice.choice([Decimal(0), amount, (amount / 3).quantize(Decimal("0.01"), ROUND_HALF_UP)])
        first = f"{2000 + number}-01"
        period = first if months is None else f"{first}~{2000 + number}-{months:02d}"
        payment = f"{paid},2026-03-01" if paid else ","
        lines.append(
            f"3,2,1201,物业费,{period},{quantity},㎡,{price},{months or ''},{amount},2026-03-31,{payment}"
        )
    return "\n".join([HEAD, *lines])


@pytest.mark.parametrize("seed", range(12))
def test_every_line_is_true_and_the_lines_make_the_total(wang: Dialogue, seed: int) -> None:
    dice = Random(seed)
    count = dice.randrange(2, 12)

    def put_in(call: Call) -> None:
        rows = read_list(some_bills(dice, count), COLUMNS)
        done = import_bills(call.session, rows, by="operator", now=call.now, today=date(2026, 11, 25))
        assert (done.added, done.problems) == (count, ())

    wang.does(put_in)
    outcome = wang.hears(answer_fee, "我欠多少物业费", "fee", category="my_bill")
    (said,) = compose(
        outcome.replies, words=sample_words(), situation=Situation(now=wang.clock()), strict=True
    )
    reckonings = LINE.findall(said.text)
    assert reckonings
    for quantity, price, months, amount in reckonings:
        product = Decimal(quantity) * Decimal(price) * (int(months) if months else 1)
        assert Decimal(amount) == product.quantize(Decimal("0.01"), ROUND_HALF_UP)
    owed = [Decimal(part or whole) for part, whole in OWED.findall(said.text)]
    total = TOTAL.search(said.text)
    if len(owed) > 1:
        assert total
        assert Decimal(total[2]) == sum(owed)
        assert [Decimal(one) for one in total[1].split(" + ")] == owed
    elif owed:
        assert f"还需缴{owed[0]}元" in said.text
