"""The finance office's list: read row by row, exact, twice the same, and told only to whom it belongs."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from bot.desk.fees.account import account_for
from bot.desk.fees.importing import ImportedBills, import_bills
from bot.desk.fees.listing import COLUMNS, BillRow, is_bill_list, read_row
from bot.desk.people.households import RowProblem, read_list
from bot.desk.people.residents import claim_home
from bot.store.engine import Store
from bot.store.fee_tables import Bill
from tests.support.audit import lines_about
from tests.support.cast import Cast, make_cast
from tests.support.clock import MORNING

HEAD = "building,unit,room,item,period,quantity,measure,unit_price,months,amount,due,paid,paid_on"
YEAR = "3,2,1201,物业费,2026-01~2026-12,89.50,㎡,2.80,12,3007.20,2026-03-31,,"
POWER = "3,2,1201,公共能耗分摊,2026-07~2026-09,89.50,㎡,0.2714,,24.29,2026-10-31,24.29,2026-10-20"
ZHOU = "3,2,1301,物业费,2026-01~2026-12,89.50,㎡,2.80,12,3007.20,2026-03-31,3007.20,2026-03-01"
TODAY = date(2026, 11, 25)


@pytest.fixture
def cast(store: Store) -> Cast:
    return make_cast(store, now=MORNING)


def put_in(session: Session, *lines: str, head: str = HEAD) -> ImportedBills:
    rows = read_list("\n".join([head, *lines]), COLUMNS)
    return import_bills(session, rows, by="operator", now=MORNING, today=TODAY)


def row(line: str) -> BillRow | RowProblem:
    ((number, cells),) = read_list(f"{HEAD}\n{line}", COLUMNS)
    return read_row(number, cells, today=TODAY)


def test_bills_are_kept_to_the_last_place(store: Store, cast: Cast) -> None:
    with store.write() as session:
        assert put_in(session, YEAR, POWER).added == 2
    with store.read() as session:
        bill = session.scalars(select(Bill).where(Bill.months.is_(None))).one()
        figures = (bill.quantity, bill.unit_price, bill.amount, bill.paid)
        assert figures == (Decimal("89.500"), Decimal("0.2714"), Decimal("24.29"), Decimal("24.29"))
        assert session.execute(text("SELECT amount FROM bills ORDER BY id")).scalars().all() == [300720, 2429]


def test_a_figure_finer_than_its_column_is_refused_by_the_store(store: Store, cast: Cast) -> None:
    with store.write() as session:
        put_in(session, YEAR)
    with pytest.raises(Exception, match="more than 2 decimal places"), store.write() as session:  # noqa: PT012
        session.scalars(select(Bill)).one().paid = Decimal("0.005")
        session.flush()


def test_the_same_list_again_changes_nothing(store: Store, cast: Cast) -> None:
    with store.write() as session:
        put_in(session, YEAR, POWER)
    with store.write() as session:
        done = put_in(session, YEAR, POWER)
    assert (done.added, done.changed, done.unchanged, done.problems) == (0, (), 2, ())
    with store.read() as session:
        assert len(lines_about(session, "added:2 changed:0")) == 1


def test_a_payment_changes_the_bill_and_is_told(store: Store, cast: Cast) -> None:
    with store.write() as session:
        put_in(session, YEAR)
        done = put_in(session, YEAR.removesuffix(",,") + ",1503.60,2026-03-20")
        bill = session.scalars(select(Bill)).one()
        assert (bill.paid, bill.paid_on) == (Decimal("1503.60"), date(2026, 3, 20))
    (change,) = done.changed
    assert (done.added, done.unchanged) == (0, 0)
    assert str(change) == (
        "line 2, 3-2-1201 物业费 2026-01~2026-12: paid 0.00 → 1503.60, paid_on - → 2026-03-20"
    )


@pytest.mark.parametrize(
    ("line", "field", "reason"),
    [
        (
            YEAR.replace("3007.20", "3007.21"),
            "amount",
            "3007.21 is not 89.500 x 2.8000 x 12 months = 3007.20",
        ),
        (YEAR.replace(",3007.20,", ",abc,"), "amount", "is no number"),
        (YEAR.replace("2.80,", "NaN,"), "unit_price", "is not possible"),
        (YEAR.replace("2.80,", "2.80001,"), "unit_price", "more than 4 decimal places"),
        (YEAR.replace("89.50,", "-89.50,"), "quantity", "is not possible"),
        (YEAR.replace("2026-01~2026-12", "2026-13"), "period", "no calendar has"),
        (YEAR.replace("2026-01~2026-12", "2026-12~2026-01"), "period", "ends before it begins"),
        (YEAR.replace("2026-01~2026-12", "今年"), "period", "is no period"),
        (YEAR.replace(",12,", ",11,"), "months", "does not fit the period"),
        (YEAR.replace("2026-03-31", "2026-02-30"), "due", "is no date"),
        (YEAR.replace("物业费", ""), "item", "is missing or empty"),
        (YEAR.replace("物业费", "费" * 41), "item", "longer than 40"),
        (YEAR.replace(",1201,", ",,"), "room", "is missing or empty"),
        (YEAR.replace("3,2,1201", "三,二,abc"), "building, unit, room", "is no home"),
        (POWER.replace("24.29,2026-10-20", "24.30,2026-10-20"), "paid", "24.30 was paid of 24.29"),
        (POWER.replace("24.29,2026-10-20", "-1,2026-10-20"), "paid", "-1.00 was paid of 24.29"),
        (POWER.replace("2026-10-20", ""), "paid_on", "does not go with"),
        (POWER.replace("2026-10-20", "2026-11-26"), "paid_on", "has not come yet"),
    ],
)
def test_a_bad_row_is_named_with_line_field_and_mend(line: str, field: str, reason: str) -> None:
    problem = row(line)
    assert isinstance(problem, RowProblem)
    assert (problem.line, problem.field) == (2, field)
    assert reason in problem.reason
    assert problem.mend


def test_good_rows_are_taken_and_bad_ones_left_out(store: Store, cast: Cast) -> None:
    with store.write() as session:
        done = put_in(
            session, YEAR, YEAR, YEAR.replace("1201", "9999"), POWER.replace("24.29", "24.92"), ZHOU
        )
    assert done.added == 2
    assert [str(problem) for problem in done.problems] == [
        "line 3, item, period: the same bill is already in line 2; keep one of the two",
        "line 4, building, unit, room: there is no home 3-2-9999; "
        "correct it, or import the list of homes first",
        "line 5, amount: 24.92 is not 89.500 x 0.2714 = 24.29; correct the figure that is wrong",
    ]


def test_chinese_titles_and_the_ways_spreadsheets_write_are_read(store: Store, cast: Cast) -> None:
    head = "楼栋,单元,房号,项目,账期,数量,计量单位,单价,月数,金额,应缴日期,已缴金额,缴费日期"
    line = '3栋,2单元,1201室,物业费,2026年1月至2026年12月,89.50,㎡,2.80,12,"¥3,007.20",2026年3月31日,,'
    with store.write() as session:
        done = put_in(session, line, head=head)
    assert (done.added, done.problems) == (1, ())


def test_the_first_line_tells_bills_from_homes() -> None:
    assert is_bill_list(f"{HEAD}\n{YEAR}")
    assert is_bill_list("楼栋,单元,房号,收费项目,账期")
    assert not is_bill_list("building,unit,room,floor_area\n")
    assert not is_bill_list("")


# --- whose account it is ------------------------------------------------------------------------------


def test_wang_hears_her_own_account_and_the_lines_add_up(store: Store, cast: Cast) -> None:
    with store.write() as session:
        put_in(session, YEAR.removesuffix(",,") + ",1503.60,2026-03-20", POWER, ZHOU)
    with store.read() as session:
        account = account_for(session, "3-2-1201", resident_id=cast.wang.resident_id)
    assert account is not None
    assert [line.item for line in account.lines] == ["物业费", "公共能耗分摊"]
    assert account.owed == sum(line.owed for line in account.open_lines) == Decimal("1503.60")
    assert [line.item for line in account.paid_lines] == ["公共能耗分摊"]


@pytest.mark.parametrize("home", ["3-2-1301", "3-2-9999", ""])
def test_a_neighbours_account_and_one_that_is_not_there_look_alike(
    store: Store, cast: Cast, home: str
) -> None:
    with store.write() as session:
        put_in(session, YEAR, ZHOU)
    with store.read() as session:
        assert account_for(session, home, resident_id=cast.wang.resident_id) is None


def test_a_claim_opens_no_account(store: Store, cast: Cast) -> None:
    stranger = cast.stranger.resident_id
    with store.write() as session:
        put_in(session, YEAR)
        claim_home(session, resident_id=stranger, home="3-2-1201", by="resident:3", now=MORNING)
    with store.read() as session:
        assert account_for(session, "3-2-1201", resident_id=stranger) is None
