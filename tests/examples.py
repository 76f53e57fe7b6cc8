"""How many examples a property test draws."""

from __future__ import annotations

from hypothesis import HealthCheck, settings


def examples(count: int, *suppressed: HealthCheck) -> settings:
    """Draw so many examples with the profile `all`, and proportionally fewer with `ci` (see conftest.py).

    Args:
        count: of examples with the profile `all`.
        suppressed: health checks that do not apply to the test.
    """
    default = settings.default
    assert default
    return settings(
        max_examples=max(1, count * default.max_examples // 100),
        suppress_health_check=[*default.suppress_health_check, *suppressed],
    )
