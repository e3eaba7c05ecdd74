"""The notices 提醒: what the desk wants a person to know."""

from starlette.routing import BaseRoute, Route

from bot.workspace.notices import views
from bot.workspace.visits import ALL_ROLES, signed_in


def notice_routes() -> list[BaseRoute]:
    """For everyone at the desk; staff get only what is addressed to them."""
    return [
        Route("/notices", signed_in(views.notices, roles=ALL_ROLES), methods=["GET"]),
        Route("/notices/seen", signed_in(views.seen, roles=ALL_ROLES), methods=["POST"]),
    ]
