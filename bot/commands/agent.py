"""`./guanjia agent …`: the people who may sign in at the desk page."""

from typing import Annotated

import typer

from bot.commands.options import Data
from bot.desk.people.agents import active_agents
from bot.process.opening import opened_store
from bot.process.people import FirstLogin, add_person, new_password
from bot.settings import load_settings
from bot.store.states import Role

Login = Annotated[str, typer.Argument(help="The name to sign in with, e.g. xiaoli.")]


def register(app: typer.Typer) -> None:
    agent = typer.Typer(no_args_is_help=True, help="The people who may sign in at the desk page.")
    agent.command("add")(add)
    agent.command("password")(password)
    agent.command("list")(show)
    app.add_typer(agent, name="agent")


def add(
    login: Login,
    name: Annotated[str, typer.Option(help="The name that residents and colleagues read.")],
    role: Annotated[Role, typer.Option(help="What she may do.")] = Role.AGENT,
    data: Data = None,
) -> None:
    """Add somebody; prints a password for the first sign-in, where it must be changed."""
    with opened_store(load_settings(data_dir=data)) as store:
        made = add_person(store, login=login, name=name, role=role)
    _print(made)


def password(login: Login, data: Data = None) -> None:
    """Give somebody a new password for one sign-in; wherever she is signed in, it ends."""
    with opened_store(load_settings(data_dir=data)) as store:
        made = new_password(store, login=login)
    _print(made)


def show(data: Data = None) -> None:
    """List who may sign in."""
    with opened_store(load_settings(data_dir=data)) as store, store.read() as session:
        for agent in active_agents(session):
            waits = "  (first password not changed yet)" if agent.must_change_password else ""
            typer.echo(f"{agent.login:<20} {agent.role:<12} {agent.name}{waits}")


def _print(made: FirstLogin) -> None:
    typer.echo(f"login     {made.login}")
    typer.echo(f"password  {made.password}   (for the first sign-in; shown only now)")
