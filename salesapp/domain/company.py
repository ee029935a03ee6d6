"""What the whole installation shares: one installation is one company."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Company:
    """The company's own settings; money without a currency of its own is in `currency`, phones without a country
    code belong to `country` (ISO 3166), days begin in `zone` (IANA) unless a team or person has another.
    `lost_needs_yes`: in every process, whoever leads agrees before a deal counts as lost. `currencies` and `languages`
    are those people choose from, besides `currency` and the one they have; none named means all."""

    name: str = ""
    currency: str = "CNY"
    country: str = "CN"
    zone: str = "Asia/Shanghai"
    lost_needs_yes: bool = False
    currencies: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "currencies", tuple(self.currencies))  # lists where they come from JSON
        object.__setattr__(self, "languages", tuple(self.languages))
