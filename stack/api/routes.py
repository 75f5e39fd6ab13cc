"""The HTTP routes of the catalog: ``/products``."""

from typing import Annotated, cast

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from stack.api.models import HIGHEST_ID, Page, PageRequest, Product, ProductInput
from stack.api.products import ProductRepository

router = APIRouter(prefix="/products", tags=["products"])


async def _repository(request: Request) -> ProductRepository:
    return cast(ProductRepository, request.app.state.products)


Products = Annotated[ProductRepository, Depends(_repository)]
ProductId = Annotated[int, Path(ge=1, le=HIGHEST_ID)]


@router.get("")
async def list_products(products: Products, request: Annotated[PageRequest, Query()]) -> Page:
    """List the products that match, a page at a time."""
    return await products.page(request)


@router.post("", status_code=201)
async def create_product(products: Products, product: ProductInput, response: Response) -> Product:
    """Create a product; ``Location`` says where it is. 409 when its SKU is taken."""
    created = await products.create(product)
    response.headers["Location"] = f"/products/{created.id}"
    return created


@router.get("/{product_id}")
async def get_product(products: Products, product_id: ProductId) -> Product:
    """Return one product; 404 when there is none."""
    return await products.get(product_id)


@router.put("/{product_id}")
async def update_product(
    products: Products, product_id: ProductId, product: ProductInput
) -> Product:
    """Replace one product; 404 when there is none, 409 when the SKU is another's."""
    return await products.update(product_id, product)


@router.delete("/{product_id}", status_code=204, response_class=Response)
async def delete_product(products: Products, product_id: ProductId) -> None:
    """Delete one product; 404 when there is none."""
    await products.delete(product_id)
