"""Would whoever asks over TLS trust us today, and in a month?"""

from __future__ import annotations

import datetime as dt
import stat
from pathlib import Path

from cryptography import x509

from holdfast.errors import SettingsError

from .door import LOOPBACK
from .finding import Finding, Health, well
from .listening import tls_of
from .settings import Settings

_SOON = dt.timedelta(days=21)  # three weeks: time to renew it, also for those who are away


def certificate(settings: Settings) -> Finding:
    """Certificate and key: readable, a pair, in their time, the key its owner's alone.

    Raises:
        SettingsError: they cannot be used, or there are none where there must be.

    """
    server = settings.server
    if tls_of(settings) is None:
        if server.host in LOOPBACK:
            return well("tls", "not spoken: only programs on this machine are answered")
        return well("tls", "not spoken: a proxy in front does, as the settings say")
    mode = stat.S_IMODE(Path(server.tls_key).stat().st_mode)
    if mode & stat.S_IRWXO:
        return Finding(
            about="tls",
            health=Health.ILL,
            says=f"{server.tls_key} may be read by everybody (mode {mode:04o})",
            advice=f"Run: chmod o= {server.tls_key}; then have a new certificate made for a new key.",
        )
    return _in_time(server.tls_certificate)


def _in_time(file: str) -> Finding:
    try:
        found = x509.load_pem_x509_certificate(Path(file).read_bytes())
    except (OSError, ValueError) as error:
        raise SettingsError(f"The certificate {file} cannot be read: {error}.") from error
    now, end = dt.datetime.now(dt.UTC), found.not_valid_after_utc
    if now < found.not_valid_before_utc:
        says = f"{file} counts from {found.not_valid_before_utc:%Y-%m-%d} on"
        return Finding(about="tls", health=Health.ILL, says=says, advice="Set this machine's clock, or wait.")
    if end <= now:
        says = f"{file} has run out at {end:%Y-%m-%d}"
        return Finding(about="tls", health=Health.ILL, says=says, advice="Renew it, and start the service again.")
    if end - now < _SOON:
        says = f"{file} runs out at {end:%Y-%m-%d}"
        return Finding(about="tls", health=Health.WARNING, says=says, advice="Renew it, and start the service again.")
    return well("tls", f"{file} and its key are a pair, in force until {end:%Y-%m-%d}")
