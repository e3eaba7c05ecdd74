"""The cases 工单: the list, one with its history, and what can be done with it."""

from starlette.routing import BaseRoute, Route

from bot.workspace.cases import acting, views
from bot.workspace.visits import ALL_ROLES, View, signed_in


def case_routes() -> list[BaseRoute]:
    """For everyone at the desk; repair staff meet only the cases that are theirs."""
    return [
        Route("/cases", signed_in(views.cases, roles=ALL_ROLES), methods=["GET"]),
        Route("/cases/{number}", signed_in(views.case, roles=ALL_ROLES), methods=["GET"]),
        _acts("contact", acting.contact),
        _acts("complainer", acting.complainer),
        _acts("assign", acting.assign),
        _acts("start", acting.start),
        _acts("note", acting.note),
        _acts("promise", acting.promise),
        _acts("resolve", acting.resolve),
        _acts("reopen", acting.reopen),
        _acts("close", acting.close),
    ]


def _acts(name: str, view: View) -> Route:
    return Route(f"/cases/{{number}}/{name}", signed_in(view, roles=ALL_ROLES), methods=["POST"])
