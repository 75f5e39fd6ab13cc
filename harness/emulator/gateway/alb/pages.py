"""The error pages that an Application Load Balancer makes itself.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html
"""

__all__ = ["BAD_GATEWAY", "GATEWAY_TIMEOUT", "UNAVAILABLE", "page"]

BAD_GATEWAY = 502
UNAVAILABLE = 503
GATEWAY_TIMEOUT = 504

_TITLES = {
    BAD_GATEWAY: "502 Bad Gateway",
    UNAVAILABLE: "503 Service Temporarily Unavailable",
    GATEWAY_TIMEOUT: "504 Gateway Time-out",
}


def page(status: int) -> bytes:
    """Return the whole HTTP response, head and body, for one of the three statuses."""
    title = _TITLES[status]
    body = (
        f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n"
        f"<center><h1>{title}</h1></center>\r\n</body>\r\n</html>\r\n"
    )
    head = (
        f"HTTP/1.1 {title}\r\nServer: awselb/2.0\r\nContent-Type: text/html\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return (head + body).encode("ascii")
