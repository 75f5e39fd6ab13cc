"""The products in the database: all SQL statements on them.

The statements are composed of constants only; every value is a parameter.
"""
# ruff: noqa: S608

from typing import Any, LiteralString

from psycopg.errors import UniqueViolation
from psycopg.rows import class_row, scalar_row

from .database import Database
from .errors import DuplicateSkuError, ProductNotFoundError
from .models import Page, PageRequest, Product, ProductInput

_COLUMNS: LiteralString = (
    "id, sku, name, description, category, price, currency, created_at, updated_at"
)
_MATCHES: LiteralString = """
    FROM products
    WHERE (%(category)s::text IS NULL OR category = %(category)s)
      AND (%(pattern)s::text IS NULL
           OR name ILIKE %(pattern)s OR description ILIKE %(pattern)s OR sku ILIKE %(pattern)s)
"""
_COUNT: LiteralString = f"SELECT count(*) {_MATCHES}"
_LIST: LiteralString = f"SELECT {_COLUMNS} {_MATCHES} ORDER BY id LIMIT %(limit)s OFFSET %(offset)s"
_GET: LiteralString = f"SELECT {_COLUMNS} FROM products WHERE id = %(id)s"
_CREATE: LiteralString = f"""
    INSERT INTO products (sku, name, description, category, price, currency)
    VALUES (%(sku)s, %(name)s, %(description)s, %(category)s, %(price)s, %(currency)s)
    RETURNING {_COLUMNS}
"""
_UPDATE: LiteralString = f"""
    UPDATE products
    SET sku = %(sku)s, name = %(name)s, description = %(description)s, category = %(category)s,
        price = %(price)s, currency = %(currency)s, updated_at = now()
    WHERE id = %(id)s
    RETURNING {_COLUMNS}
"""
_DELETE: LiteralString = f"DELETE FROM products WHERE id = %(id)s RETURNING {_COLUMNS}"


class ProductRepository:
    """Reads and writes products, one transaction each.

    Every method raises ``DatabaseUnavailableError`` or ``psycopg.OperationalError`` when the
    database cannot be used, ``ProductNotFoundError`` when there is no product with the id, and
    ``DuplicateSkuError`` when another product has the SKU.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, request: PageRequest) -> Page:
        """Return one page of the matching products, ordered by id, and the number of matches."""
        parameters = request.model_dump() | {"pattern": _pattern(request.q)}
        async with self._database.connection() as connection:
            counted = await connection.cursor(row_factory=scalar_row).execute(_COUNT, parameters)
            total = await counted.fetchone() or 0
            listed = await connection.cursor(row_factory=class_row(Product)).execute(
                _LIST, parameters
            )
            items = await listed.fetchall()
        return Page(items=items, total=total, limit=request.limit, offset=request.offset)

    async def get(self, product_id: int) -> Product:
        """Return a product."""
        return _found(product_id, await self._one(_GET, {"id": product_id}))

    async def create(self, product: ProductInput) -> Product:
        """Store a new product and return it with its id."""
        return Product.model_validate(await self._one(_CREATE, product.model_dump()))

    async def update(self, product_id: int, product: ProductInput) -> Product:
        """Replace a product and return it."""
        values = product.model_dump() | {"id": product_id}
        return _found(product_id, await self._one(_UPDATE, values))

    async def delete(self, product_id: int) -> None:
        """Delete a product."""
        _found(product_id, await self._one(_DELETE, {"id": product_id}))

    async def _one(self, statement: LiteralString, values: dict[str, Any]) -> Product | None:
        async with self._database.connection() as connection:
            cursor = connection.cursor(row_factory=class_row(Product))
            try:
                await cursor.execute(statement, values)
            except UniqueViolation as error:
                raise DuplicateSkuError(f"another product has the SKU {values['sku']}") from error
            return await cursor.fetchone()


def _found(product_id: int, product: Product | None) -> Product:
    if product is None:
        raise ProductNotFoundError(f"no product has the id {product_id}")
    return product


def _pattern(text: str | None) -> str | None:
    """Return the LIKE pattern for "contains this text", its wildcards taken literally."""
    if not text:
        return None
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
