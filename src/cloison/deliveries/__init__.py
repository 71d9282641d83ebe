"""Files over the wire and notices: what comes in piece by piece, what became of it, and who is told."""

from cloison.deliveries.notices import Due, Notices, Subscriber
from cloison.deliveries.uploads import Owner, Upload, Uploads

__all__ = ["Due", "Notices", "Owner", "Subscriber", "Upload", "Uploads"]
