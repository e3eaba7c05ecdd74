"""`./guanjia import fees.csv` at an operator's terminal: what came in, what changed, what was left out."""

from pathlib import Path

from bot.desk.estate.model import read_estate_text
from bot.process.bills import import_bills_file
from bot.process.first_run import prepare
from bot.process.households import import_file
from bot.settings import load_settings
from bot.store.engine import Store
from bot.store.migrate import upgrade
from tests.cli.conftest import Installation
from tests.support.guanjia import PROJECT, run

HEAD = "building,unit,room,item,period,quantity,measure,unit_price,months,amount,due,paid,paid_on\n"
YEAR = "3,2,1201,物业费,2026-01~2026-12,89.50,㎡,2.80,12,3007.20,2026-03-31,,\n"


def test_bills_come_in_once_and_a_payment_is_told(installation: Installation, tmp_path: Path) -> None:
    path, data = tmp_path / "fees.csv", ("--data", str(installation.data))
    path.write_bytes((HEAD + YEAR).encode("gb18030"))
    first = run("import", str(path), *data)
    assert (first.returncode, first.stdout) == (0, "bills: 1 added, 0 changed, 0 as they were\n"), (
        first.stderr
    )
    again = run("import", str(path), *data)
    assert again.stdout == "bills: 0 added, 0 changed, 1 as they were\n"
    path.write_text(HEAD + YEAR.replace(",,\n", ",3007.20,2026-03-05\n"), encoding="utf-8")
    paid = run("import", str(path), *data)
    assert paid.stdout.splitlines() == [
        "bills: 0 added, 1 changed, 0 as they were",
        "changed: line 2, 3-2-1201 物业费 2026-01~2026-12: paid 0.00 → 3007.20, paid_on - → 2026-03-05",
    ]


def test_a_bad_line_is_named_and_the_good_ones_are_in(installation: Installation, tmp_path: Path) -> None:
    path = tmp_path / "fees.csv"
    path.write_text(HEAD + YEAR.replace("3007.20", "3000") + YEAR, encoding="utf-8")
    done = run("import", str(path), "--data", str(installation.data))
    assert done.stdout == "bills: 1 added, 0 changed, 0 as they were\n"
    assert done.stderr == (
        "left out: line 2, amount: 3000.00 is not 89.500 x 2.8000 x 12 months = 3007.20; "
        "correct the figure that is wrong\n"
    )
    assert done.returncode == 1


def test_a_list_without_bills_is_told(installation: Installation, tmp_path: Path) -> None:
    path = tmp_path / "fees.csv"
    path.write_text(HEAD, encoding="utf-8")
    done = run("import", str(path), "--data", str(installation.data))
    assert done.returncode == 1
    assert "holds no rows → write a line building,unit,room,item" in done.stderr.replace("; ", " → ")


def test_the_sample_bills_fit_the_sample_homes_and_rates(installation: Installation) -> None:
    import_file(installation.store, PROJECT / "sample" / "households.csv")
    estate = read_estate_text((PROJECT / "estate.yml").read_text(encoding="utf-8"))
    done = import_bills_file(installation.store, PROJECT / "sample" / "fees.csv", zone=estate.zone)
    assert done.problems == ()
    assert done.added > 300


def test_the_sample_estate_starts_with_its_bills(tmp_path: Path) -> None:
    settings = load_settings(environ={}, data_dir=tmp_path)
    upgrade(settings.database_url)
    store = Store.at(settings.database_url)
    estate = read_estate_text(settings.estate_path.read_text(encoding="utf-8"))
    first = prepare(store, settings, estate=estate, sample=True)
    second = prepare(store, settings, estate=estate, sample=True)
    store.close()
    assert first.bills > 300
    assert second.bills == 0
