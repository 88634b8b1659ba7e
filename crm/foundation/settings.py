"""Settings: typed, read once, from `PORTEVOIX_*` variables and `settings.toml` in the home folder."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from crm.values.errors import Invalid
from crm.values.languages import Language


class Theme(BaseModel):
    """The handful of variables another organisation changes. Colours are `#rrggbb`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    signal: str = Field(default="#ffe600", pattern=r"^#[0-9a-fA-F]{6}$")
    on_signal: str = Field(default="#000000", pattern=r"^#[0-9a-fA-F]{6}$")
    ink: str = Field(default="#000000", pattern=r"^#[0-9a-fA-F]{6}$")
    paper: str = Field(default="#ffffff", pattern=r"^#[0-9a-fA-F]{6}$")
    ground: str = Field(default="#f6f6f4", pattern=r"^#[0-9a-fA-F]{6}$")


class Organisation(BaseModel):
    """Who speaks: shown in the footer of every mail and page."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = "Portevoix"
    legal_name: str = ""
    enterprise_number: str = ""
    street: str = ""
    postcode: str = ""
    locality: str = ""
    country: str = "Belgique"
    email: str = "contact@portevoix.example"
    phone: str = ""
    website: str = "https://www.portevoix.example/"
    privacy_url: str = ""
    donate_url: str = ""
    magazine_url: str = ""
    giving_pages: tuple[str, ...] = Field(
        default=(), description="addresses of ours, beside `donate_url`, where one gives; pages below them count too"
    )
    source_parameter: str = Field(
        default="source",
        pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,30}$",
        description="under which name a link of an edition tells such a page the code of an appeal",
    )
    motto: str = ""
    social: dict[str, str] = Field(default_factory=dict)
    theme: Theme = Theme()

    @property
    def postal_lines(self) -> tuple[str, ...]:
        """Street, then postcode and locality; empty parts are left out."""
        return tuple(part for part in (self.street, f"{self.postcode} {self.locality}".strip()) if part)

    @property
    def letterhead(self) -> dict[str, str | list[str]]:
        """What stands at the head of every paper of ours: the name, then who we are by law and where we are found."""
        lines = [part for part in (self.legal_name or self.name, *self.postal_lines, self.email) if part]
        return {"name": self.name, "lines": lines}


class Mail(BaseModel):
    """The relay that takes our mail, and the names we send under."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = "127.0.0.1"
    port: int = 25
    security: Literal["none", "starttls", "tls"] = "none"
    username: str = ""
    password_file: Path | None = None
    connections: int = Field(default=16, ge=1, le=64)
    per_second: float = Field(default=0, ge=0, description="0 means as fast as the relay takes them")
    timeout_seconds: float = Field(default=60, gt=0)
    lease_seconds: float = Field(default=120, gt=0)
    sender_domain: str = "portevoix.example"
    bounce_domain: str = "bounces.portevoix.example"
    feedback_id: str = "portevoix"
    bounce_maildir: Path | None = None


class Egress(BaseModel):
    """What the one door for outbound HTTP may do."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    allow: tuple[str, ...] = Field(
        default=(), description="`host:port` pairs that may be private (a demo, an intranet)"
    )
    timeout_seconds: float = Field(default=10, gt=0)
    max_bytes: int = Field(default=5 * 1024 * 1024, gt=0)
    user_agent: str = "Portevoix/1 (+newsletter; feed reader)"


class Api(BaseModel):
    """How often programs may call the API, each minute, in all web processes together."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    per_token_per_minute: int = Field(default=600, ge=1)
    per_address_per_minute: int = Field(default=1200, ge=1)
    guesses_per_minute: int = Field(default=30, ge=1, description="requests without a valid token, per address")


class Collecting(BaseModel):
    """By which name and account the bank knows us when we ask for money by mandate, and how it wants its files."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    creditor_id: str = Field(default="", max_length=35, description="as the bank gave it, `BE05ZZZ0418308144`")
    account: str = Field(default="", max_length=34, description="the IBAN on which collections are credited")
    bic: str = Field(default="", max_length=11)
    file_schema: Literal["pain.008.001.02", "pain.008.001.08"] = "pain.008.001.08"
    notice_days: int = Field(
        default=14, ge=1, le=60, description="so long before it is asked is an amount told (SEPA: 14 unless agreed)"
    )


class Mollie(BaseModel):
    """How we speak with Mollie: each secret is a file, made readable for the house alone."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key_file: Path | None = Field(default=None, description="the API key; without it we take no notice of Mollie")
    token_file: Path | None = Field(default=None, description="an access token with settlements.read, for payouts")
    signing_file: Path | None = Field(default=None, description="the secrets of its signed webhooks, one a line")
    api_url: str = "https://api.mollie.com/v2"


class Payments(BaseModel):
    """Which houses take payments for us on our site."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mollie: Mollie = Mollie()


class XmlYear(BaseModel):
    """How the XML of an income year differs from that of 2024, as its own documentation says."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_file: Path = Field(description="the administration's schema of that year; nothing is filed that it refuses")
    test_word: str = Field(default="BCTEST", max_length=8)
    names: dict[str, str] = Field(
        default_factory=dict, description="elements that got another name: the old one, the new one; empty: left out"
    )
    lengths: dict[str, int] = Field(default_factory=dict, description="by zone, where there is more or less room")


class Bow(BaseModel):
    """How BOW 2.0 wants its JSON lines, by the schema that the administration publishes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_file: Path = Field(description="the schema of one line; nothing is filed that it refuses")
    kind: str = Field(default="", description="what names the schema and its version, `urn:f:d:2026:71:1`")
    kind_at: str = "s"
    key_at: str = "k"
    zones_at: dict[str, str] = Field(
        default_factory=dict, description="where a zone stands, dotted; `z.2060` where nothing is said, empty: left out"
    )
    numbers: tuple[str, ...] = Field(default=("2002", "2009", "2059", "2060"), description="zones that are no text")
    delete_at: str = Field(default="delete", description="what is true in a line that withdraws its key")


class SealFiles(BaseModel):
    """Where the certificate of our electronic seal lies, as whoever issued it gave it to us."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    certificate_file: Path = Field(description="PKCS#12 (.p12, .pfx): the certificate, its key and its chain")
    passphrase_file: Path | None = Field(default=None, description="what opens it; a file that we alone may read")


class Attestations(BaseModel):
    """How attestations are sealed, and how the administration is told, beyond what the house knows by itself."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    xml: dict[int, XmlYear] = Field(default_factory=dict, description="by income year, from 2025 on")
    bow: Bow | None = None
    seal: SealFiles | None = Field(default=None, description="none: papers are not sealed")


class Settings(BaseSettings):
    """Everything that differs between two installations. Secrets are files below `home`, never variables."""

    model_config = SettingsConfigDict(env_prefix="PORTEVOIX_", env_nested_delimiter="__", extra="forbid", frozen=True)

    home: Path = Path("var")
    database_url: str = ""
    public_url: str = Field(default="http://127.0.0.1:8000", description="how supporters reach us; links start so")
    office_language: Language = Language.FR
    secure_cookies: bool = True
    session_idle_minutes: int = Field(
        default=120, ge=5, description="staff are signed out after that long without a page"
    )
    session_hours: int = Field(default=12, ge=1, description="and at the latest after that long")
    require_second_factor: tuple[
        Literal["editor", "fundraiser", "finance", "care", "legacies", "data-protection", "administrator"], ...
    ] = Field(
        default=("administrator", "finance", "data-protection"),
        description="whoever has one of these roles sets up a second factor at their next sign-in",
    )
    proxies: int = Field(default=0, ge=0, le=5, description="how many proxies of ours stand before the web")
    anchor_keepers: tuple[str, ...] = Field(
        default=(),
        max_length=4,
        description="mailboxes, of two people who are not the same, that get the heads of the ledgers each day",
    )
    demo: bool = False
    organisation: Organisation = Organisation()
    mail: Mail = Mail()
    collecting: Collecting = Collecting()
    payments: Payments = Payments()
    attestations: Attestations = Attestations()
    egress: Egress = Egress()
    api: Api = Api()

    @field_validator("anchor_keepers")
    @classmethod
    def _of_two_people(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if value and len({one.strip().casefold() for one in value}) < 2:
            raise ValueError("anchor_keepers: none, or the mailboxes of at least two people")
        return value

    @field_validator("public_url")
    @classmethod
    def _without_slash(cls, value: str) -> str:
        return value.rstrip("/")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic-settings fixes the signature
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic-settings fixes the signature
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        home = Path(os.environ.get("PORTEVOIX_HOME", "var"))
        toml = TomlConfigSettingsSource(settings_cls, toml_file=home / "settings.toml")
        return init_settings, env_settings, toml

    @property
    def database(self) -> str:
        """The SQLAlchemy address of the database: the embedded one below `home` unless another is named."""
        return self.database_url or f"sqlite:///{self.home.resolve() / 'portevoix.sqlite3'}"

    @property
    def keys_folder(self) -> Path:
        return self.home / "keys"


def read_settings() -> Settings:
    """The settings of this process. Raises `Invalid` naming every setting that is wrong."""
    try:
        return Settings()
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(str(p) for p in e['loc'])}: {e['msg']}" for e in error.errors())
        raise Invalid(f"settings: {wrong}") from error
    except tomllib.TOMLDecodeError as error:
        raise Invalid(f"settings.toml cannot be read: {error}") from error
