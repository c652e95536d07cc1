"""A card for every test, and one libnm for all of them."""

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import PROJECT_ROOT, SYSTEM_PYTHON
from tests.stands.boot_card import BootCard

Ask = Callable[[dict[str, Any]], Any]


@pytest.fixture
def card(tmp_path: Path) -> BootCard:
    return BootCard(tmp_path)


@pytest.fixture(scope="session")
def network_manager() -> Iterator[Ask]:
    """What NetworkManager says about keyfiles."""
    program = PROJECT_ROOT / "tests" / "stands" / "network_profiles.py"
    with subprocess.Popen(
        [SYSTEM_PYTHON, str(program)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        questions, answers = process.stdin, process.stdout
        assert questions is not None
        assert answers is not None

        def ask(question: dict[str, Any]) -> Any:
            questions.write(json.dumps(question) + "\n")
            questions.flush()
            return json.loads(answers.readline())

        yield ask
        questions.close()
