"""The HTTP routes ``/products`` and ``/diagnostics/request``."""

from typing import Annotated, cast

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from .models import HIGHEST_ID, Page, PageRequest, Product, ProductInput
from .products import ProductRepository

products = APIRouter(prefix="/products", tags=["products"])
diagnostics = APIRouter(prefix="/diagnostics", tags=["diagnostics"])


async def _repository(request: Request) -> ProductRepository:
    return cast(ProductRepository, request.app.state.products)


Repository = Annotated[ProductRepository, Depends(_repository)]
ProductId = Annotated[int, Path(ge=1, le=HIGHEST_ID)]


@products.get("")
async def list_products(repository: Repository, request: Annotated[PageRequest, Query()]) -> Page:
    """Return one page of the matching products."""
    return await repository.page(request)


@products.post("", status_code=201)
async def create_product(
    repository: Repository, product: ProductInput, response: Response
) -> Product:
    """Create a product; ``Location`` is its path. 409 when another product has its SKU."""
    created = await repository.create(product)
    response.headers["Location"] = f"/products/{created.id}"
    return created


@products.get("/{product_id}")
async def get_product(repository: Repository, product_id: ProductId) -> Product:
    """Return one product; 404 when there is none."""
    return await repository.get(product_id)


@products.put("/{product_id}")
async def update_product(
    repository: Repository, product_id: ProductId, product: ProductInput
) -> Product:
    """Replace one product; 404 when there is none, 409 when another product has its SKU."""
    return await repository.update(product_id, product)


@products.delete("/{product_id}", status_code=204, response_class=Response)
async def delete_product(repository: Repository, product_id: ProductId) -> None:
    """Delete one product; 404 when there is none."""
    await repository.delete(product_id)


@diagnostics.api_route(
    "/request",
    methods=["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"],
    include_in_schema=False,
)
async def describe_request(request: Request) -> dict[str, object]:
    """Return what of a request arrived, to prove what CloudFront and the load balancer forward.

    Every method that CloudFront can forward is accepted, and changes nothing. Of headers and
    cookies only the *names* are returned, never a value: values are credentials
    (``Authorization``, session cookies, headers of a proxy), and this route is as public as the
    others. A test that has to distinguish two values sends two names. Query parameters are
    returned with their values, in the order of the request, repeated ones too.
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
