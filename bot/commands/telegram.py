"""`./guanjia telegram …`: the residents' link and QR code; the agents' group and whose account is whose."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import segno
import typer

from bot.commands.options import Data
from bot.desk.people.residents import NoSuchHome, issue_home_code
from bot.process import telegram_staff
from bot.process.faults import OperatorError
from bot.process.opening import opened_store
from bot.process.telegram_check import ask_telegram
from bot.settings import Settings, load_settings
from bot.store import actors


def register(app: typer.Typer) -> None:
    telegram = typer.Typer(no_args_is_help=True, help="What residents and agents need at Telegram.")
    telegram.callback()(_no_options)
    telegram.command("link")(link)
    telegram.command("staff")(staff)
    telegram.command("agent")(agent)
    app.add_typer(telegram, name="telegram")


def link(
    home: Annotated[
        str | None, typer.Option(help="For one home (3-2-1201): with a one-time code that proves it.")
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=90, help="How long the code is good.")] = 14,
    out: Annotated[
        Path | None, typer.Option(help="Also write the QR code there: .svg, .png or .pdf, to print.")
    ] = None,
    data: Data = None,
) -> None:
    """Print the link and its QR code: open to everybody, or for one home."""
    settings = load_settings(data_dir=data)
    address = f"https://t.me/{ask_telegram(settings).me['username']}"
    if home is not None:
        address += f"?start={_code(settings, home, timedelta(days=days))}"
    code = segno.make(address, error="m", micro=False)
    typer.echo(address)
    if out is None:
        code.terminal(compact=True)
        return
    try:
        code.save(str(out), scale=12, border=4)
    except (OSError, ValueError) as fault:
        raise OperatorError(str(out), str(fault), "name a file that ends in .svg, .png or .pdf") from fault
    typer.echo(f"QR code: {out}")


def staff(
    group: Annotated[
        int | None, typer.Option(help="Bind the group of this number (-100…); the bot is in it already.")
    ] = None,
    off: Annotated[bool, typer.Option("--off", help="Bind none any more.")] = False,
    data: Data = None,
) -> None:
    """Bind the agents' group: prints a link, good for an hour, that puts the bot into a group of yours."""
    settings = load_settings(data_dir=data)
    if off:
        telegram_staff.unbind_group(settings)
        typer.echo("No group is bound.")
    elif group is not None:
        typer.echo(f"Bound: {telegram_staff.bind_group(settings, group).title}")
    else:
        typer.echo(telegram_staff.invitation(settings))
        typer.echo("Open it in Telegram within the hour, as the group's owner, while ./guanjia up runs.")


def agent(
    login: Annotated[str, typer.Argument(help="Her name for signing in, e.g. xiaoli.")],
    user: Annotated[
        int | None, typer.Option(min=1, help="The number of her Telegram account: she sends /id to the bot.")
    ] = None,
    off: Annotated[bool, typer.Option("--off", help="Unbind her account.")] = False,
    data: Data = None,
) -> None:
    """Say which Telegram account is hers: only bound accounts can answer residents from the group."""
    if (user is None) is not off:
        raise OperatorError("telegram agent", "give --user NUMBER, or --off", "see --help")
    name = telegram_staff.bind_account(load_settings(data_dir=data), login, user)
    typer.echo(f"{name}: unbound" if off else f"{name}: {user}")


def _code(settings: Settings, home: str, valid: timedelta) -> str:
    with opened_store(settings) as store, store.write() as session:
        issued = issue_home_code(session, home=home, by=actors.OPERATOR, now=datetime.now(UTC), valid=valid)
    if isinstance(issued, NoSuchHome):
        raise OperatorError(f"home {home}", "is not in the list", "./guanjia import households.csv")
    return issued.code


def _no_options() -> None:
    """Options belong to the commands."""
