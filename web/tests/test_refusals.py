import pytest

from web.refusals import Refusal, require


def test_require_raises_the_first_refusal_there_is():
    first, second = Refusal("Full.", code="full"), Refusal("Closed.", code="closed")
    with pytest.raises(Refusal) as caught:
        require(None, first, second)
    assert caught.value is first
    require(None, None)
