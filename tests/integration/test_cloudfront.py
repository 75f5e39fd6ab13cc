from harness.checks.cloudfront import CloudFront


def test_the_distribution_is_deployed(cloudfront: CloudFront) -> None:
    cloudfront.deployed()


def test_the_behaviour_disables_caching_and_passes_everything(cloudfront: CloudFront) -> None:
    cloudfront.behaviour()


def test_the_origin_is_the_load_balancer(cloudfront: CloudFront) -> None:
    cloudfront.origin()


def test_http_is_redirected_to_https(cloudfront: CloudFront) -> None:
    cloudfront.redirects_to_https()


def test_products_pass_from_the_edge_to_the_database_and_back(cloudfront: CloudFront) -> None:
    cloudfront.serves_products()


def test_the_query_string_arrives(cloudfront: CloudFront) -> None:
    cloudfront.query_string_arrives()


def test_headers_arrive(cloudfront: CloudFront) -> None:
    cloudfront.headers_arrive()


def test_cookies_arrive(cloudfront: CloudFront) -> None:
    cloudfront.cookies_arrive()


def test_nothing_is_cached(cloudfront: CloudFront) -> None:
    cloudfront.nothing_is_cached()


def test_answers_are_compressed(cloudfront: CloudFront) -> None:
    cloudfront.compresses()


def test_answers_carry_the_headers_of_cloudfront(cloudfront: CloudFront) -> None:
    cloudfront.headers_of_cloudfront()
