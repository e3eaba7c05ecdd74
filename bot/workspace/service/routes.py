"""Being there 在岗: the heartbeat, one's own state, offers; the live wall and the quick phrases."""

from starlette.routing import BaseRoute, Route

from bot.store.states import Role
from bot.workspace.service import archive, audit, blocks, phrases, views
from bot.workspace.visits import DESK_ROLES, signed_in

SUPERVISORS = frozenset({Role.SUPERVISOR, Role.ADMIN})


def service_routes() -> list[BaseRoute]:
    """For those who serve chats; what concerns others is for supervisors."""
    return [
        Route("/presence", signed_in(views.choose, roles=DESK_ROLES), methods=["POST"]),
        Route("/presence/beat", signed_in(views.beat, roles=DESK_ROLES), methods=["POST"]),
        Route("/offers/{offer:int}/decline", signed_in(views.decline, roles=DESK_ROLES), methods=["POST"]),
        Route("/wall", signed_in(views.wall, roles=DESK_ROLES), methods=["GET"]),
        Route("/wall/now", signed_in(views.wall_now, roles=DESK_ROLES), methods=["GET"]),
        Route("/wall/{agent:int}", signed_in(views.set_limits, roles=SUPERVISORS), methods=["POST"]),
        Route("/archive", signed_in(archive.listing, roles=DESK_ROLES), methods=["GET"]),
        Route("/quality", signed_in(archive.quality, roles=SUPERVISORS), methods=["GET"]),
        Route("/quality/{ending:int}", signed_in(archive.check, roles=SUPERVISORS), methods=["POST"]),
        Route("/audit", signed_in(audit.listing, roles=SUPERVISORS), methods=["GET"]),
        Route("/blocks", signed_in(blocks.listing, roles=SUPERVISORS), methods=["GET"]),
        Route("/blocks/{resident:int}/lift", signed_in(blocks.take_off, roles=SUPERVISORS), methods=["POST"]),
        Route("/chats/{id:int}/block", signed_in(blocks.put_on, roles=SUPERVISORS), methods=["POST"]),
        Route("/phrases", signed_in(phrases.listing, roles=DESK_ROLES), methods=["GET"]),
        Route("/phrases", signed_in(phrases.save, roles=DESK_ROLES), methods=["POST"]),
        Route("/phrases/delete", signed_in(phrases.delete, roles=DESK_ROLES), methods=["POST"]),
    ]
