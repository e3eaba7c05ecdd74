"""Bills of 王阿姨's home and her neighbour's, for tests that need an account."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.desk.fees.importing import import_bills
from bot.desk.fees.listing import COLUMNS
from bot.desk.people.households import read_list
from bot.store import actors
from bot.store.tables import Household

HEAD = "building,unit,room,item,period,quantity,measure,unit_price,months,amount,due,paid,paid_on"
BILLS = (
    "3,2,1201,物业费,2026-01~2026-12,89.50,㎡,2.80,12,3007.20,2026-03-31,1503.60,2026-03-20",
    "3,2,1201,公共能耗分摊,2026-07~2026-09,89.50,㎡,0.2714,,24.29,2026-10-31,,",
    "3,2,1201,地下租赁车位,2026-07~2026-12,1,个,350,6,2100.00,2026-07-15,2100.00,2026-07-03",
    "3,2,1301,物业费,2026-01~2026-12,118.36,㎡,2.80,12,3976.90,2026-03-31,,",
)
PAID_BY = date(2026, 12, 31)
"""The clock of a test may stand before a payment of these; the office's list is of the end of the year."""


def put_in_bills(session: Session, *, now: datetime) -> None:
    """Give the cast's homes their bills, and 3-2-1201 its floor area."""
    rows = read_list("\n".join([HEAD, *BILLS]), COLUMNS)
    done = import_bills(session, rows, by=actors.OPERATOR, now=now, today=PAID_BY)
    assert done.problems == ()
    session.execute(update(Household).where(Household.key == "3-2-1201").values(floor_area=Decimal("89.50")))
