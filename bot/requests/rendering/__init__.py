"""What a request says, in the forms it can take."""

from bot.requests.rendering.content import Content, content_of
from bot.requests.rendering.fields import Field, needed_fields
from bot.requests.rendering.forms import render

__all__ = ["Content", "Field", "content_of", "needed_fields", "render"]
