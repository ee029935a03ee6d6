"""Settings kept as rows, so that a change reaches every process with the next request."""

import secrets
from dataclasses import asdict
from typing import Any, Final

from sqlalchemy import delete, select, update

from salesapp.domain.company import Company
from salesapp.store.engine import Executor
from salesapp.store.inserts import insert_or_ignore, rows_changed
from salesapp.store.tables import setting

CONFIG: Final = "config_version"
"""The setting that names the configuration: the owner's fields, and what they changed of processes."""
_named = select(setting.c.value).where(setting.c.key == CONFIG)
config_version_now = _named.scalar_subquery()
"""For a statement that reads something else as well."""


def config_version(x: Executor) -> str:
    """What the configuration is called now; "" before anything was changed."""
    return x.execute(_named).scalar() or ""


def rename_config(x: Executor) -> None:
    """Give the configuration a new name, as something of it has changed."""
    put(x, CONFIG, secrets.token_hex(8))


def put(x: Executor, key: str, value: Any) -> None:
    """Set one setting."""
    if not insert_or_ignore(x, setting, {"key": key, "value": value}):
        x.execute(update(setting).where(setting.c.key == key).values(value=value))


def company_from(value: dict[str, Any] | None) -> Company:
    """The company of its row's value; what is missing has the default."""
    return Company(**(value or {}))


def company(x: Executor) -> Company:
    """The company's settings."""
    return company_from(x.execute(select(setting.c.value).where(setting.c.key == "company")).scalar())


def locked_company(x: Executor) -> Company:
    """The company's settings, nobody else's to change until the end of the transaction."""
    insert_or_ignore(x, setting, {"key": "company", "value": asdict(Company())})
    return company_from(x.execute(select(setting.c.value).where(setting.c.key == "company").with_for_update()).scalar())


def put_company(x: Executor, value: Company) -> None:
    """Change the company's settings."""
    put(x, "company", asdict(value))


def get(x: Executor, key: str) -> Any:
    """The value of one setting; None when it was never set."""
    return x.execute(select(setting.c.value).where(setting.c.key == key)).scalar()


def locked(x: Executor, key: str, otherwise: Any) -> Any:
    """The value of one setting, `otherwise` before it was ever set; nobody else's to change until the end of the
    transaction."""
    insert_or_ignore(x, setting, {"key": key, "value": otherwise})
    return x.execute(select(setting.c.value).where(setting.c.key == key).with_for_update()).scalar()


def remove(x: Executor, key: str) -> bool:
    """Forget one setting; whether it was there, which only one of two at once is told."""
    return bool(rows_changed(x, delete(setting).where(setting.c.key == key)))
