"""Shows the parameters that decorators give to functions, and the types of properties.

griffe looks through the decorators of `rnn_names.declarations`, at `*count: Any, **options: Any`.
What Python says is right.
"""

from __future__ import annotations

import inspect
import re
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

import griffe

KINDS = dict(zip(inspect._ParameterKind, griffe.ParameterKind, strict=True))


class DeclaredParameters(griffe.Extension):
    """Takes parameters from `inspect.signature` where a function declares them."""

    def on_function_instance(self, *, node: Any, func: griffe.Function, **given: Any) -> None:
        """Replaces the parameters that were read from the function within."""
        function = getattr(node.parent.obj, node.name, None)
        if function and (node.name == "__init__" or hasattr(function, "__signature__")):
            found = inspect.signature(function).parameters.values()
            func.parameters = griffe.Parameters(*map(_parameter, found))

    def on_attribute_instance(self, *, node: Any, attr: griffe.Attribute, **given: Any) -> None:
        """Gives a property the type that it returns."""
        found = inspect.getattr_static(node.parent.obj, node.name, None)
        function = getattr(found, "fget", None) or getattr(found, "func", None)
        if function and "return" in function.__annotations__:
            attr.annotation = _type(function.__annotations__["return"])


def _parameter(given: inspect.Parameter) -> griffe.Parameter:
    is_needed = given.default is given.empty
    default = repr(given.default)
    return griffe.Parameter(
        given.name,
        annotation=_type(given.annotation),
        kind=KINDS[given.kind],
        default=None if is_needed else "..." if default.startswith("<") else default,
    )


def _type(annotation: Any) -> str:
    """A type as one writes it, without modules: "Model | None"."""
    if isinstance(annotation, str):
        return annotation
    if get_origin(annotation) in (Union, UnionType):
        return " | ".join(map(_type, get_args(annotation)))
    if annotation is NoneType:
        return "None"
    return re.sub(r"\b(?:[a-z_]+\.)+(?=[A-Z])", "", inspect.formatannotation(annotation))
