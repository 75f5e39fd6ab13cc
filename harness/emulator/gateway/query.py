"""The server side of the AWS Query protocol: form parameters in, XML out.

botocore implements the client side only. Uses the service models of botocore.
https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
"""

import uuid
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from botocore.model import ListShape, OperationModel, Shape, StructureShape

from harness.emulator.gateway.http import Request, Response

_XML_TYPE = (("content-type", "text/xml"),)
_CLIENT_ERROR = 400


def form_of(request: Request) -> dict[str, str]:
    """Return the parameters of a Query request: query string and form body together."""
    text = request.body.decode("utf-8", errors="replace")
    return dict(
        parse_qsl(request.query, keep_blank_values=True) + parse_qsl(text, keep_blank_values=True)
    )


def decode_form(form: dict[str, str], shape: Shape | None, prefix: str = "") -> Any:
    """Decode form parameters into the structure that a botocore shape describes.

    Returns:
        A dict, list or scalar; None if the form has no value for the shape.
    """
    if shape is None:  # an operation without parameters
        return {}
    if isinstance(shape, StructureShape):
        return _decode_structure(form, shape, prefix)
    if isinstance(shape, ListShape):
        return _decode_list(form, shape, prefix)
    text = form.get(prefix)
    return None if text is None else _decode_scalar(text, shape)


def _decode_structure(form: dict[str, str], shape: StructureShape, prefix: str) -> Any:
    found = {}
    for name, member in shape.members.items():
        wire = member.serialization.get("name", name)
        value = decode_form(form, member, f"{prefix}.{wire}" if prefix else wire)
        if value is not None:
            found[name] = value
    return found or (None if prefix else {})


def _decode_list(form: dict[str, str], shape: ListShape, prefix: str) -> list[Any] | None:
    items: list[Any] = []
    while True:
        item = decode_form(form, shape.member, f"{prefix}.member.{len(items) + 1}")
        if item is None:
            return items or None
        items.append(item)


def _decode_scalar(text: str, shape: Shape) -> Any:
    if shape.type_name in ("integer", "long"):
        return int(text)
    if shape.type_name in ("float", "double"):
        return float(text)
    return text == "true" if shape.type_name == "boolean" else text


def encode_result(model: OperationModel, result: dict[str, Any]) -> Response:
    """Encode the result of an operation like AWS."""
    shape = model.output_shape
    namespace = model.metadata.get("xmlNamespace", "")
    wrapper = f"{model.name}Result"
    inner = "".join(_members(shape, result)) if isinstance(shape, StructureShape) else ""
    text = (
        f'<{model.name}Response xmlns="{namespace}"><{wrapper}>{inner}</{wrapper}>'
        f"<ResponseMetadata><RequestId>{uuid.uuid4()}</RequestId></ResponseMetadata>"
        f"</{model.name}Response>"
    )
    return Response(200, headers=_XML_TYPE, body=text.encode())


def encode_error(model: OperationModel, code: str, message: str) -> Response:
    """Encode a client error like AWS, with status 400."""
    namespace = model.metadata.get("xmlNamespace", "")
    text = (
        f'<ErrorResponse xmlns="{namespace}"><Error><Type>Sender</Type><Code>{code}</Code>'
        f"<Message>{escape(message)}</Message></Error>"
        f"<RequestId>{uuid.uuid4()}</RequestId></ErrorResponse>"
    )
    return Response(_CLIENT_ERROR, headers=_XML_TYPE, body=text.encode())


def _members(shape: StructureShape, value: dict[str, Any]) -> list[str]:
    return [
        _element(member.serialization.get("name", name), member, value[name])
        for name, member in shape.members.items()
        if value.get(name) is not None
    ]


def _element(name: str, shape: Shape, value: Any) -> str:
    if isinstance(shape, StructureShape):
        inner = "".join(_members(shape, value))
    elif isinstance(shape, ListShape):
        inner = "".join(_element("member", shape.member, item) for item in value)
    else:
        inner = escape(_scalar(value))
    return f"<{name}>{inner}</{name}>"


def _scalar(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value)
