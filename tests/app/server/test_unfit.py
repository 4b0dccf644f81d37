"""What is said of a field that does not fit."""

from typing import Annotated, Literal

import msgspec
import pytest
from msgspec import Meta

from holdfast.app.server.unfit import unfit


class Form(msgspec.Struct, kw_only=True):
    """What somebody fills in."""

    why: Annotated[str, Meta(min_length=1, max_length=5)] = "x"
    code: Annotated[str, Meta(min_length=3)] = "xxx"
    level: Annotated[int, Meta(ge=0, le=4)] = 0
    hours: Annotated[float, Meta(gt=0, le=12)] = 1.0
    role: Literal["support"] = "support"


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("why", "", "`why` is empty"),
        ("why", "x" * 6, "`why` has more than 5 characters"),
        ("code", "x", "`code` has fewer than 3 characters"),
        ("level", 5, "`level` is 4 at most"),
        ("level", -1, "`level` is 0 at least"),
        ("hours", 0, "`hours` is more than 0.0"),
        ("role", "suport", "`role` cannot be 'suport'"),
        ("role", "a`\nb", "`role` cannot be 'a`\\nb'"),
        ("level", "five", "Expected `int`, got `str` - at `$.level`"),
    ],
)
def test_a_field_is_told_by_its_name_and_by_what_is_wrong_with_it(field, value, said):
    """Whoever typed a command has seen no JSON path; what is of another kind stays as it was said."""
    with pytest.raises(msgspec.ValidationError) as refused:
        msgspec.json.decode(msgspec.json.encode({field: value}), type=Form)
    assert unfit(str(refused.value)) == said
