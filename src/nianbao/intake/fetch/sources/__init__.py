"""Where deliveries come from: one module for each kind of source, and what they have in common."""

from nianbao.intake.fetch.sources.listing import Listing, TakenIn, look
from nianbao.intake.fetch.sources.opening import Secrets, open_source
from nianbao.intake.fetch.sources.source import Changed, Found, Source, SourceStopped, TransportFault

__all__ = [
    "Changed",
    "Found",
    "Listing",
    "Secrets",
    "Source",
    "SourceStopped",
    "TakenIn",
    "TransportFault",
    "look",
    "open_source",
]
