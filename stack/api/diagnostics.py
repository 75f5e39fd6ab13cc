"""What of a request arrived at the origin: ``/diagnostics/request``."""

from fastapi import APIRouter, Request

router = APIRouter(prefix="/diagnostics", tags=["diagnostics"])


@router.api_route(
    "/request",
    methods=["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"],
    include_in_schema=False,
)
async def describe_request(request: Request) -> dict[str, object]:
    """Say what arrived, so that a test can prove what passes CloudFront and the load balancer.

    Every method that CloudFront can let through is answered, and changes nothing. Of headers
    and cookies only the *names* are told, never a value: the values are credentials
    (``Authorization``, session cookies, what a proxy adds), and this route is as public as the
    rest. A test that needs to tell two values apart sends two names. Query parameters are
    told whole, in the order in which they came, repeated ones too.
    """
    return {
        "method": request.method,
        "path": request.url.path,
        "query": [list(pair) for pair in request.query_params.multi_items()],
        "header_names": sorted(set(request.headers.keys())),
        "cookie_names": sorted(request.cookies),
        "x_forwarded_for": "x-forwarded-for" in request.headers,
        "x_forwarded_proto": "x-forwarded-proto" in request.headers,
    }
