from harness.emulator.container_engine.server import default_images


def test_the_images_of_the_catalog_are_the_default() -> None:
    names = {(image.repository, image.tag) for image in default_images()}
    assert ("catalog-harness/product-catalog-api", "latest") in names
    assert ("postgres", "16") in names
