"""What a plugin says about itself."""

from dataclasses import dataclass
from typing import Final

from salesapp.domain.pack import check_key, check_text
from salesapp.domain.text import Text

API: Final = 1
"""The version of the plugin API this house speaks; a plugin written for another one is set aside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """A plugin's card, `MANIFEST` in its module.

    `name` is the name of its folder or file. `label` and `description` are for the Plugins page. `critical`: when one
    of its checks fails to run, or the plugin to load, refuse what it should have checked instead of letting it pass.
    `on`: whether it runs where nobody ever switched it; else it waits on the Plugins page.
    """

    name: str
    version: str
    label: Text
    description: Text
    api: int = API
    critical: bool = False
    on: bool = True

    def __post_init__(self) -> None:
        check_key("Manifest", self.name)
        me = f"Manifest {self.name!r}"
        check_text(me, "label", self.label)
        check_text(me, "description", self.description)
        check_version(me, self.version)
        if type(self.api) is not int:
            raise ValueError(f"{me}: api must be a whole number, not {self.api!r}")
        for name in ("critical", "on"):
            if type(getattr(self, name)) is not bool:
                raise ValueError(f"{me}: {name} must be True or False, not {getattr(self, name)!r}")


def check_version(owner: str, version: object) -> None:
    """A version is shown and compared by people: any words will do, a number such as 1.10 will not."""
    if not isinstance(version, str) or not version.strip():
        raise ValueError(f"{owner}: version must be text such as '1.0', not {version!r}")
