"""The server side of the Query protocols of AWS: form parameters in, XML out.

botocore implements the client side only. Uses the service models of botocore.
https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
https://smithy.io/2.0/aws/protocols/aws-ec2-query-protocol.html
"""

import uuid
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from botocore.model import ListShape, OperationModel, Shape, StructureShape

from harness.emulator.gateway.http import Request, Response

_XML_TYPE = (("content-type", "text/xml"),)
_EC2 = "ec2"


def form_of(request: Request) -> dict[str, str]:
    """Return the parameters of a Query request: query string and form body together."""
    text = request.body.decode("utf-8", errors="replace")
    return dict(
        parse_qsl(request.query, keep_blank_values=True) + parse_qsl(text, keep_blank_values=True)
    )


def decode_parameters(model: OperationModel, form: dict[str, str]) -> dict[str, Any]:
    """Decode the form parameters of a call of an operation."""
    shape = model.input_shape
    if shape is None:
        return {}
    ec2 = model.service_model.protocol == _EC2
    found: dict[str, Any] = _decode(form, shape, "", ec2=ec2) or {}
    return found


def _decode(form: dict[str, str], shape: Shape, prefix: str, *, ec2: bool) -> Any:
    """Return a dict, list or scalar; None if the form has no value for the shape."""
    if isinstance(shape, StructureShape):
        found = {
            name: _decode(form, member, prefix + _parameter(name, member, ec2=ec2), ec2=ec2)
            for name, member in shape.members.items()
        }
        return {name: value for name, value in found.items() if value is not None} or None
    if isinstance(shape, ListShape):
        step = "" if ec2 else f"{shape.member.serialization.get('name', 'member')}."
        items: list[Any] = []
        while True:
            item = _decode(form, shape.member, f"{prefix}{step}{len(items) + 1}.", ec2=ec2)
            if item is None:
                return items or None
            items.append(item)
    text = form.get(prefix.removesuffix("."))
    return None if text is None else _decode_scalar(text, shape)


def _parameter(name: str, member: Shape, *, ec2: bool) -> str:
    wire: str = member.serialization.get("name", name)
    if ec2:
        wire = member.serialization.get("queryName", wire[0].upper() + wire[1:])
    return f"{wire}."


def _decode_scalar(text: str, shape: Shape) -> Any:
    if shape.type_name in ("integer", "long"):
        return int(text)
    if shape.type_name in ("float", "double"):
        return float(text)
    return text == "true" if shape.type_name == "boolean" else text


def encode_result(model: OperationModel, result: dict[str, Any]) -> Response:
    """Encode the result of an operation like AWS."""
    shape, number = model.output_shape, uuid.uuid4()
    inner = "".join(_members(shape, result)) if isinstance(shape, StructureShape) else ""
    if model.service_model.protocol == _EC2:
        content = f"<requestId>{number}</requestId>{inner}"
    else:
        content = (
            f"<{model.name}Result>{inner}</{model.name}Result>"
            f"<ResponseMetadata><RequestId>{number}</RequestId></ResponseMetadata>"
        )
    namespace = model.metadata.get("xmlNamespace", "")
    text = f'<{model.name}Response xmlns="{namespace}">{content}</{model.name}Response>'
    return Response(200, headers=_XML_TYPE, body=text.encode())


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
        item = shape.member.serialization.get("name", "member")
        inner = "".join(_element(item, shape.member, each) for each in value)
    else:
        inner = escape(_scalar(value))
    return f"<{name}>{inner}</{name}>"


def _scalar(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value)
