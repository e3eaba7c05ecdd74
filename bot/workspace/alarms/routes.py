"""Alarms 警报: what nobody has taken yet, on every page of the desk, and the acts of the person on duty."""

from starlette.routing import BaseRoute, Route

from bot.workspace.alarms import acting, views
from bot.workspace.visits import ALL_ROLES, signed_in

ACTS = {
    "acknowledge": acting.acknowledge,
    "arrive": acting.arrive,
    "over": acting.over,
    "false": acting.call_false,
    "close": acting.close,
    "neighbours": acting.neighbours,
}


def alarm_routes() -> list[BaseRoute]:
    """For everyone at the desk: whoever sees an alarm first takes it."""
    return [
        Route("/alarms", signed_in(views.alarms, roles=ALL_ROLES), methods=["GET"]),
        Route("/alarms/of/{number}", signed_in(views.of_case, roles=ALL_ROLES), methods=["GET"]),
        *(
            Route(f"/alarms/{{alarm:int}}/{act}", signed_in(view, roles=ALL_ROLES), methods=["POST"])
            for act, view in ACTS.items()
        ),
    ]
