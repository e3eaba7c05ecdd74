"""Backup while the desk writes, and the way back: nothing lost, nothing sent twice, secrets kept close."""

import io
import json
import stat
import tarfile
import threading
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.desk.talk.outbox import Resent, resend
from bot.desk.talk.transcript import record_inbound, record_outbound
from bot.process.backup import make_backup, unpack
from bot.process.faults import OperatorError
from bot.settings import load_settings
from bot.store.engine import Store
from bot.store.migrate import upgrade
from bot.store.states import Delivery, Lane, Sender
from bot.store.tables import AuditRow, Conversation, Message, OutboxRow
from tests.cli.conftest import Installation
from tests.support.cast import make_cast
from tests.support.clock import MORNING
from tests.support.guanjia import run
from tests.support.postgres import PostgresServer


def test_a_backup_made_while_residents_write_is_whole(installation: Installation, tmp_path: Path) -> None:
    target = tmp_path / "backup.tar.gz"
    with _residents_writing(installation) as written:
        make_backup(installation.settings, target)
    restored = _restored(target, tmp_path / "new")
    with closing(Store.at(restored)) as store, store.read() as session:
        kept = session.scalar(select(func.count()).select_from(Message)) or 0
        counter = session.get_one(Conversation, installation.cast.wang.conversation_id).counter
    assert 0 < kept <= len(written)
    assert counter == kept, "message and counter are written in one transaction"


def test_attachments_secrets_and_estate_come_along(installation: Installation, tmp_path: Path) -> None:
    (installation.data / "attachments" / "ab").mkdir()
    (installation.data / "attachments" / "ab" / "abcd").write_bytes(b"a picture")
    (installation.data / "attachments" / ".half").write_bytes(b"an upload that never ended")
    made = make_backup(installation.settings, tmp_path / "backup.tar.gz")
    assert made.attachments == 1
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
    done = run("restore", str(made.path), "--data", str(tmp_path / "new"))
    assert done.returncode == 0, done.stderr
    new = tmp_path / "new"
    assert (new / "attachments" / "ab" / "abcd").read_bytes() == b"a picture"
    assert stat.S_IMODE((new / "secrets.json").stat().st_mode) == 0o600
    assert load_settings(environ={}, data_dir=new).operator_token == installation.settings.operator_token
    assert (new / "estate.yml").read_bytes() == installation.settings.estate_path.read_bytes()
    assert not (new / "backup.json").exists()


def test_what_was_about_to_be_sent_waits_for_a_person(installation: Installation, tmp_path: Path) -> None:
    with installation.store.write() as session:
        pending = [_answer(session, installation) for _ in range(2)]
        sent = _answer(session, installation)
        session.flush()
        for message_id, state in zip([*pending, sent], ["queued", "sending", "sent"], strict=True):
            row = session.scalars(select(OutboxRow).where(OutboxRow.message_id == message_id)).one()
            row.state = Delivery(state)
    make_backup(installation.settings, tmp_path / "backup.tar.gz")
    done = run("restore", str(tmp_path / "backup.tar.gz"), "--data", str(tmp_path / "new"))
    assert "2 messages were about to be sent" in done.stdout, done.stderr
    restored = load_settings(environ={}, data_dir=tmp_path / "new")
    with closing(Store.at(restored.database_url)) as store, store.write() as session:
        rows = {row.message_id: row for row in session.scalars(select(OutboxRow))}
        assert [rows[one].state for one in pending] == [Delivery.UNKNOWN] * 2
        assert rows[pending[0]].error == "held after restore"
        assert rows[sent].state is Delivery.SENT
        assert isinstance(resend(session, pending[0], by="agent:1", now=MORNING), Resent)
        assert session.scalars(select(AuditRow.subject).where(AuditRow.what == "restore")).all() == ["held:2"]


def test_a_folder_in_use_is_never_overwritten(installation: Installation, tmp_path: Path) -> None:
    made = make_backup(installation.settings, tmp_path / "backup.tar.gz")
    done = run("restore", str(made.path), "--data", str(installation.data))
    assert done.returncode == 1
    assert "is not empty; restore into a new folder" in done.stderr
    assert (installation.data / "guanjia.db").exists()


@pytest.mark.parametrize("content", [b"", b"no archive", b"\x1f\x8b\x08\x00broken"])
def test_a_file_that_is_no_backup_changes_nothing(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "backup.tar.gz"
    path.write_bytes(content)
    done = run("restore", str(path), "--data", str(tmp_path / "new"))
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert not (tmp_path / "new").exists()


def test_a_truncated_backup_changes_nothing(installation: Installation, tmp_path: Path) -> None:
    made = make_backup(installation.settings, tmp_path / "backup.tar.gz")
    cut = tmp_path / "cut.tar.gz"
    cut.write_bytes(made.path.read_bytes()[: made.size * 2 // 3])
    with pytest.raises(OperatorError, match="cannot be unpacked"):
        unpack(cut, lambda: load_settings(environ={}, data_dir=tmp_path / "new"), tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_an_archive_cannot_write_outside_of_the_folder(tmp_path: Path) -> None:
    path = tmp_path / "evil.tar.gz"
    with tarfile.open(path, "w:gz") as tar:
        for name, content in (
            ("backup.json", json.dumps({"guanjia": 1, "database": "guanjia.db"})),
            ("../evil", "!"),
        ):
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content.encode()))
    with pytest.raises(OperatorError, match="cannot be unpacked"):
        unpack(path, lambda: load_settings(environ={}, data_dir=tmp_path / "new"), tmp_path / "new")
    assert not (tmp_path / "evil").exists()


def test_a_damaged_database_makes_no_backup(installation: Installation, tmp_path: Path) -> None:
    installation.store.close()
    database = installation.data / "guanjia.db"
    for rest in ("-wal", "-shm"):
        Path(f"{database}{rest}").unlink(missing_ok=True)
    content = bytearray(database.read_bytes())
    content[4096:12288] = b"\xff" * 8192
    database.write_bytes(content)
    done = run("backup", str(tmp_path / "backup.tar.gz"), "--data", str(installation.data))
    assert done.returncode == 1
    assert "restore an older backup" in done.stderr
    assert not list(tmp_path.glob("*.tar.gz"))


def test_a_target_that_cannot_be_written_is_one_line(installation: Installation, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = run("backup", str(tmp_path / "file" / "backup.tar.gz"), "--data", str(installation.data))
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert "name another file" in done.stderr


def test_postgresql_goes_there_and_back(postgres: PostgresServer, tmp_path: Path) -> None:
    url = postgres.url(postgres.create())
    settings = load_settings(environ={"DATABASE_URL": url}, data_dir=tmp_path / "old")
    upgrade(settings.database_url)
    with closing(Store.at(settings.database_url)) as store:
        cast = make_cast(store, now=MORNING)
        with store.write() as session:
            _say(session, cast.wang.conversation_id, "水管漏水")
    make_backup(settings, tmp_path / "backup.tar.gz")
    words = ("restore", str(tmp_path / "backup.tar.gz"), "--data", str(tmp_path / "new"))

    refused = run(*words, DATABASE_URL=url)
    assert "that database is not empty" in refused.stderr
    assert not (tmp_path / "new").exists()

    other = postgres.url(postgres.create())
    done = run(*words, DATABASE_URL=other)
    assert done.returncode == 0, done.stderr
    with closing(Store.at(other)) as store, store.read() as session:
        assert session.scalars(select(Message.text)).all() == ["水管漏水"]


def _restored(backup: Path, folder: Path) -> str:
    done = run("restore", str(backup), "--data", str(folder))
    assert done.returncode == 0, done.stderr
    return load_settings(environ={}, data_dir=folder).database_url


@contextmanager
def _residents_writing(installation: Installation) -> Iterator[list[str]]:
    """王阿姨 writes without a pause while the block runs; the list holds what was stored."""
    stop, begun = threading.Event(), threading.Event()
    written: list[str] = []

    def write() -> None:
        while not stop.is_set():
            with installation.store.write() as session:
                _say(session, installation.cast.wang.conversation_id, f"第{len(written)}条")
            written.append("")
            if len(written) > 20:
                begun.set()

    thread = threading.Thread(target=write)
    thread.start()
    try:
        assert begun.wait(30)
        yield written
    finally:
        stop.set()
        thread.join()


def _say(session: Session, conversation_id: int, text: str) -> None:
    record_inbound(
        session,
        conversation_id=conversation_id,
        channel_id=uuid.uuid4().hex,
        text=text,
        now=MORNING,
    )


def _answer(session: Session, installation: Installation) -> int:
    message = record_outbound(
        session,
        conversation_id=installation.cast.wang.conversation_id,
        sender=Sender.BOT,
        text="已受理",
        lane=Lane.BOT,
        epoch=0,
        now=MORNING,
    )
    return message.id
