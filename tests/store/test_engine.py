"""Short transactions: what is committed, what is rolled back, and typed errors where the database refuses."""

import sqlite3
import threading
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from bot.store.engine import Store, StoreBusy, StoreFull, StoreUnreachable
from bot.store.tables import AuditRow, Counter
from tests.support.clock import HandClock


def _counters(store: Store) -> dict[str, int]:
    with store.read() as session:
        return {counter.name: counter.value for counter in session.scalars(select(Counter))}


def test_a_writing_transaction_is_kept_at_its_end(store: Store) -> None:
    with store.write() as session:
        session.add(Counter(name="repair-2026", value=1))
    assert _counters(store) == {"repair-2026": 1}


def test_nothing_of_a_failed_transaction_is_kept(store: Store) -> None:
    def fail_halfway() -> None:
        with store.write() as session:
            session.add(Counter(name="repair-2026", value=1))
            session.flush()
            raise RuntimeError("halfway")

    with pytest.raises(RuntimeError, match="halfway"):
        fail_halfway()
    assert _counters(store) == {}


def test_reading_keeps_nothing(store: Store) -> None:
    with store.read() as session:
        session.add(Counter(name="repair-2026", value=1))
        session.flush()
    assert _counters(store) == {}


def test_a_read_that_turns_into_a_write_does_not_fail(sqlite_store: Store) -> None:
    """With a deferred BEGIN the second writer would get "database is locked" at once, whatever it waits."""
    read_first, go_on = threading.Event(), threading.Event()
    failed: list[BaseException] = []

    def count_up(wait: bool) -> None:
        try:
            with sqlite_store.write() as session:
                counter = session.get_one(Counter, "n")
                if wait:
                    read_first.set()
                    go_on.wait(timeout=10)
                counter.value += 1
        except BaseException as error:
            failed.append(error)

    with sqlite_store.write() as session:
        session.add(Counter(name="n", value=0))
    first = threading.Thread(target=count_up, args=(True,))
    first.start()
    assert read_first.wait(timeout=10)
    second = threading.Thread(target=count_up, args=(False,))
    second.start()
    go_on.set()
    first.join()
    second.join()
    assert (failed, _counters(sqlite_store)) == ([], {"n": 2})


def test_reading_goes_on_while_another_writes(sqlite_store: Store) -> None:
    with sqlite_store.write() as session:
        session.add(Counter(name="n", value=1))
        session.flush()
        assert _counters(sqlite_store) == {}


def test_a_locked_sqlite_gives_a_typed_error(sqlite_url: str) -> None:
    impatient = Store.at(sqlite_url, busy_seconds=0.05)
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreBusy, match="another writer"), impatient.write() as session:
        session.add(Counter(name="n", value=1))
    other.execute("ROLLBACK")
    with impatient.write() as session:
        session.add(Counter(name="n", value=1))
    impatient.close()
    other.close()


def test_a_locked_row_of_postgres_gives_the_same_error(postgres_store: Store, postgres_url: str) -> None:
    impatient = Store.at(postgres_url, busy_seconds=0.05)
    with postgres_store.write() as session:
        session.add(Counter(name="n", value=1))
    with postgres_store.write() as holder:
        holder.execute(text("UPDATE counters SET value = 2"))
        with pytest.raises(StoreBusy), impatient.write() as session:
            session.execute(text("UPDATE counters SET value = 3"))
    impatient.close()
    assert _counters(postgres_store) == {"n": 2}


def _fill(store: Store) -> None:
    with store.write() as session:
        pages = session.execute(text("PRAGMA page_count")).scalar_one()
        session.execute(text(f"PRAGMA max_page_count = {pages}"))  # SQLite then says what a full disk says
        for number in range(20_000):
            session.execute(
                text("INSERT INTO counters VALUES (:name, 1)"), {"name": f"counter-{number:050d}"}
            )


def test_a_full_disk_gives_a_typed_error_and_what_was_there_stays(sqlite_store: Store) -> None:
    with sqlite_store.write() as session:
        session.add(Counter(name="before", value=1))
    with pytest.raises(StoreFull):
        _fill(sqlite_store)
    assert _counters(sqlite_store) == {"before": 1}


def test_a_database_that_is_not_there_gives_a_typed_error(tmp_path: Path) -> None:
    for url in (f"sqlite:///{tmp_path / 'no' / 'folder.db'}", f"postgresql://x@/x?host={tmp_path}"):
        store = Store.at(url)
        with pytest.raises(StoreUnreachable), store.read() as session:
            session.execute(text("SELECT 1"))
        store.close()


def test_a_fault_of_the_program_stays_what_it_is(store: Store) -> None:
    with store.write() as session:
        session.add(Counter(name="n", value=1))
    with pytest.raises(IntegrityError), store.write() as session:
        session.execute(text("INSERT INTO counters VALUES ('n', 1)"))


def test_sqlite_checks_foreign_keys_and_keeps_a_log(sqlite_store: Store) -> None:
    with sqlite_store.read() as session:
        assert session.execute(text("PRAGMA foreign_keys")).scalar_one() == 1
        assert session.execute(text("PRAGMA journal_mode")).scalar_one() == "wal"
    with pytest.raises(IntegrityError), sqlite_store.write() as session:
        session.execute(text("INSERT INTO conversation_events VALUES (1, 99, 'bot', 'human', 0, '', '', '')"))


def test_a_light_transaction_leaves_the_disk_for_later(sqlite_store: Store) -> None:
    for light, synchronous in ((True, 1), (False, 2), (True, 1)):
        with sqlite_store.write(light=light) as session:
            session.add(Counter(name=f"n{_counters(sqlite_store)}", value=1))
            assert session.execute(text("PRAGMA synchronous")).scalar_one() == synchronous


def test_a_light_transaction_of_postgres_does_not_change_the_next(postgres_store: Store) -> None:
    with postgres_store.write() as session:
        usual = session.execute(text("SHOW synchronous_commit")).scalar_one()
    for light, expected in ((True, "off"), (False, usual)):
        with postgres_store.write(light=light) as session:
            assert session.execute(text("SHOW synchronous_commit")).scalar_one() == expected


def test_writers_of_one_process_queue_whichever_store_they_use(sqlite_store: Store, sqlite_url: str) -> None:
    other = Store.at(sqlite_url, busy_seconds=0.05)
    with sqlite_store.write(), pytest.raises(StoreBusy, match="this process"), other.write():
        pass
    other.close()


def test_a_time_without_a_zone_is_refused(store: Store, clock: HandClock) -> None:
    naive = clock().replace(tzinfo=None)
    with pytest.raises(Exception, match="needs a time zone"), store.write() as session:
        session.add(AuditRow(by="x", what="x", subject="x", at=naive))


def test_a_word_outside_its_set_is_refused_by_the_database(store: Store) -> None:
    row = "INSERT INTO conversations (channel, address, mode) VALUES ('webchat', 'v', 'asleep')"
    with pytest.raises(IntegrityError), store.write() as session:
        session.execute(text(row))
