"""The people of the desk 同事管理, for admins; and everybody's own second factor."""

from starlette.routing import BaseRoute, Route

from bot.store.states import Role
from bot.workspace.people import factor, views
from bot.workspace.visits import ALL_ROLES, View, signed_in

ADMINS = frozenset({Role.ADMIN})


def people_routes() -> list[BaseRoute]:
    """To everybody but admins the people's pages do not exist."""
    return [
        Route("/people", signed_in(views.people, roles=ADMINS), methods=["GET"]),
        _acts("/people", views.create),
        _acts("/people/{agent:int}/role", views.change_role),
        _acts("/people/{agent:int}/password", views.reset_password),
        _acts("/people/{agent:int}/deactivate", views.deactivate),
        _acts("/people/{agent:int}/reactivate", views.reactivate),
        _acts("/people/{agent:int}/sessions", views.end_sessions),
        _acts("/people/{agent:int}/factor", views.require_factor),
        _acts("/people/{agent:int}/factor/reset", views.reset_factor),
        Route(
            "/second-factor",
            signed_in(factor.page, roles=ALL_ROLES, first_password=True, before_factor=True),
            methods=["GET", "POST"],
        ),
    ]


def _acts(path: str, view: View) -> Route:
    return Route(path, signed_in(view, roles=ADMINS), methods=["POST"])
