"""Sign-in 登录, sign-out and the change of one's password."""

from starlette.routing import BaseRoute, Route

from bot.workspace.signing_in import views
from bot.workspace.visits import ALL_ROLES, signed_in


def signing_in_routes() -> list[BaseRoute]:
    """The only pages that people without a session may see, and what belongs to their session."""
    return [
        Route("/sign-in", views.sign_in, methods=["GET", "POST"]),
        Route(
            "/sign-out",
            signed_in(views.sign_out, roles=ALL_ROLES, first_password=True, before_factor=True),
            methods=["POST"],
        ),
        Route(
            "/password",
            signed_in(views.password, roles=ALL_ROLES, first_password=True),
            methods=["GET", "POST"],
        ),
    ]
