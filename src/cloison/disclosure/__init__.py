"""The only way personal data leaves storage: reserve, committed first; reveal; settle.

door = Door(database, Channel.CARD)
reader = await door.reserve(needs)      # durable before anything is read
rights = await reader.rights()          # what the reservation names, and nothing else
reader.settle(persons, results, fields) # written with the next reservation
"""

from cloison.disclosure.purpose import Fields, Proof, Purpose, Result
from cloison.disclosure.reader import BatchDoor, Door, Needs, Reader, RevealedRights, recall
from cloison.identity import Channel

__all__ = [
    "BatchDoor",
    "Channel",
    "Door",
    "Fields",
    "Needs",
    "Proof",
    "Purpose",
    "Reader",
    "Result",
    "RevealedRights",
    "recall",
]
