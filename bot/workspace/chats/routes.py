"""The chats 会话: who waits, the chat live both ways, taking over and handing back."""

from starlette.routing import BaseRoute, Route

from bot.workspace.chats import account, beside, casework, person, serving, understanding, views
from bot.workspace.visits import View, signed_in


def chat_routes() -> list[BaseRoute]:
    """For those who serve chats; to repair staff none of these pages exists."""
    return [
        _reads("/chats", views.chats),
        _reads("/chats/list", views.chat_list),
        _reads("/chats/{id:int}", views.chat),
        _reads("/chats/{id:int}/head", views.head),
        _reads("/chats/{id:int}/person", views.person),
        _reads("/chats/{id:int}/summary", views.summary),
        _reads("/chats/{id:int}/messages", views.messages),
        _reads("/attachments/{id:int}", views.attachment),
        _acts("/chats/{id:int}/take-over", serving.take_over),
        _acts("/chats/{id:int}/answer", serving.answer),
        _acts("/chats/{id:int}/typing", serving.typing),
        _acts("/chats/{id:int}/hand-back", serving.hand_back),
        _acts("/chats/{id:int}/transfer", serving.transfer),
        _acts("/chats/{id:int}/resend", serving.resend),
        _acts("/chats/{id:int}/note", beside.note),
        _acts("/chats/{id:int}/draft", beside.draft),
        _acts("/chats/{id:int}/traits", beside.add_trait),
        _acts("/chats/{id:int}/traits/remove", beside.remove_trait),
        _acts("/chats/{id:int}/cases", casework.open_one),
        _acts("/chats/{id:int}/cases/change", casework.change_one),
        _acts("/chats/{id:int}/cases/merge", casework.merge),
        _acts("/chats/{id:int}/cases/unmerge", casework.unmerge),
        _acts("/chats/{id:int}/reading", understanding.correct),
        _acts("/chats/{id:int}/phone", person.phone),
        _acts("/chats/{id:int}/account", account.account),
        _acts("/chats/{id:int}/home-code", person.home_code),
        _acts("/chats/{id:int}/confirm-home", person.confirm_home),
    ]


def _reads(path: str, view: View) -> Route:
    return Route(path, signed_in(view), methods=["GET"])


def _acts(path: str, view: View) -> Route:
    return Route(path, signed_in(view), methods=["POST"])
