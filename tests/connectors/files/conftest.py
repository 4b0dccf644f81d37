"""How much memory does reading take?"""

import pyarrow as pa
import pytest


@pytest.fixture
def peak():
    """The most bytes that Arrow held at once since the test began, when called."""
    usual = pa.default_memory_pool()
    pool = pa.proxy_memory_pool(usual)
    pa.set_memory_pool(pool)
    yield pool.max_memory
    pa.set_memory_pool(usual)
