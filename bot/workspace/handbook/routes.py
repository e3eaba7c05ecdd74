"""The handbook 服务手册 at the desk: what nobody could answer, entries written for it, undo."""

from starlette.routing import BaseRoute, Route

from bot.store.states import Role
from bot.workspace.handbook import views
from bot.workspace.visits import signed_in

SUPERVISORS = frozenset({Role.SUPERVISOR, Role.ADMIN})


def handbook_routes() -> list[BaseRoute]:
    """For supervisors: what is written here every resident may read."""
    return [
        Route("/handbook", signed_in(views.listing, roles=SUPERVISORS), methods=["GET"]),
        Route("/handbook/write", signed_in(views.write, roles=SUPERVISORS), methods=["GET"]),
        Route("/handbook/publish", signed_in(views.publish, roles=SUPERVISORS), methods=["POST"]),
        Route("/handbook/aside", signed_in(views.aside, roles=SUPERVISORS), methods=["POST"]),
        Route("/handbook/{edit:int}/undo", signed_in(views.undo, roles=SUPERVISORS), methods=["POST"]),
    ]
