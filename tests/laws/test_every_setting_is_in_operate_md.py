"""An operator finds each setting in docs/operate.md, and nothing there that does not exist."""

import ast
import re
from pathlib import Path

from tests.laws.sources import parsed

ROOT = Path(__file__).resolve().parents[2]
READERS = ("config.py", "settings_file.py")
HANDS_ON = "scheduler/core/postgresql_programs.py"  # what a program that it starts needs: PATH, HOME, libpq's own


def settings_read() -> set[str]:
    """Every NAME in `env.str("NAME", …)`, `env.int(…)`, … of the two files that read settings."""
    trees = [parsed((ROOT / "scheduler" / name).read_text()) for name in READERS]
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return {
        str(call.args[0].value)
        for call in calls
        if isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == "env"
        and call.args
        and isinstance(call.args[0], ast.Constant)
    }


def settings_told() -> set[str]:
    return set(re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "docs/operate.md").read_text(), re.MULTILINE))


def test_every_setting_is_in_operate_md():
    assert {"MODE", "DATABASE_URL", "SECRET_KEY"} <= settings_read()
    assert settings_told() == settings_read()


def test_only_settings_read_the_environment():
    readers = [
        str(path.relative_to(ROOT))
        for path in sorted((ROOT / "scheduler").rglob("*.py"))
        if re.search(r"os\.(environ|getenv)", path.read_text()) and path.name not in READERS
    ]

    assert readers == [HANDS_ON]
