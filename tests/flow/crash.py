"""Lives of an operator under blows: the same files, a quiet run to compare with, and runs whose processes are killed.

with reaper() as ends:
    nation = await found(template, folder, ends)
    toll = await loading(nation, ends, Random(1), kills=5)      # `toll.wrong` is what went wrong
"""

import hashlib
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from tests.flow import picture
from tests.flow.mortal import DAY, NEVER, Death, Doom, Reaper, Scene, Step
from tests.flow.picture import CLAIMS, PAYMENTS, RIGHTS, Picture

from cloison.ops import counter, rights, upkeep
from cloison.ops import house as houses
from cloison.ops.config import Settings
from cloison.storage.database import Address, Database, administer
from cloison.storage.migrate import protect
from cloison.world.bank import BankReport, bank
from cloison.world.bill import bill
from cloison.world.build import Manifest, build

PASSPHRASE = "a passphrase for tests"
TRIES_MAX = 4
"""Blows at one step that may come too late before the step is left in peace."""
VICTIMS = ("process", "group", "worker")


@dataclass
class Nation:
    """A world, and the books before loading (`empty`) and before deciding (`loaded`), with what a quiet run shows."""

    world: Manifest
    folder: Path
    empty: Scene
    loaded: Scene
    invoices: tuple[Path, ...]
    secrets: list[bytes]
    rights: Picture
    claims: Picture = field(default_factory=dict)
    payments: Picture = field(default_factory=dict)
    quiet: dict[str, Death] = field(default_factory=dict)
    """How long each step takes, and how many effects it has."""
    lives: int = 0

    async def life(self, start: Scene, **changes: object) -> Scene:
        """A copy of a home and of its database, to be hurt."""
        self.lives += 1
        scene = await _copied(start, self.folder / f"life-{self.lives}")
        return replace(scene, **changes)

    def load_steps(self, workers: int = 1) -> list[Step]:
        return [Step("load", (path,), workers) for path in self.world.movements]

    def decide_steps(self, workers: int = 1) -> list[Step]:
        return [Step("receive", self.invoices), Step("decide", workers=workers)]


@dataclass
class Toll:
    """What the blows did: how many landed, by step, and everything that is wrong afterwards."""

    kills: Counter[str] = field(default_factory=Counter)
    late: int = 0
    wrong: list[str] = field(default_factory=list)

    def add(self, other: "Toll") -> None:
        self.kills += other.kills
        self.late += other.late
        self.wrong += other.wrong


# ---------------------------------------------------------------------------------------------------- a nation


async def found(template: Address, folder: Path, reaper: Reaper, persons: int = 300, insurers: int = 3) -> Nation:
    """Build a world, register its insurers and practices, then live its day once in peace."""
    world = build(persons, folder / "world", seed=7, day=DAY, insurers=insurers)
    scene = await _copied(Scene(_settings(folder / "empty"), template, folder / "empty"), folder / "empty")
    house = houses.opened(scene.settings, scene.address)
    async with house.database() as database:
        await rights.load_insurers(house, database, world.insurers_file)
        await rights.load_practices(house, database, world.practices)
    loaded = await _copied(scene, folder / "loaded")
    quiet: dict[str, Death] = {}
    for path in world.movements:
        step = Step("load", (path,))
        quiet[str(step)] = _in_peace(reaper, loaded, step)
    house = houses.opened(loaded.settings, loaded.address)
    async with house.database() as database:
        await counter.ask(house, database, world.questions, folder / "answers.csv")
    bill(world.out, folder / "answers.csv", folder / "b2")
    invoices = tuple(sorted((folder / "b2").glob("*.b2")))
    nation = Nation(world, folder, scene, loaded, invoices, _secrets(world), await shown(loaded, RIGHTS), quiet=quiet)
    calm = await nation.life(loaded)
    for step in [*nation.decide_steps(), Step("pay"), Step("returns")]:
        quiet[str(step)] = _in_peace(reaper, calm, step)
    nation.claims, nation.payments = await shown(calm, CLAIMS), await shown(calm, PAYMENTS)
    assert not picture.accounted(nation.claims, picture.records_of(invoices))
    return nation


def _in_peace(reaper: Reaper, scene: Scene, step: Step) -> Death:
    end = reaper.live(scene, step, NEVER)
    assert not end.failure, f"{step}: {end.failure}"
    return end


async def _by_workers(nation: Nation, reaper: Reaper, start: Scene, before: list[Step], step: Step) -> Death:
    """How long a step takes with processes of its own. An instant is all that a blow at them can be aimed at."""
    name = f"{step.verb} by workers"
    if name not in nation.quiet:
        calm = await nation.life(start)
        for earlier in before:
            _in_peace(reaper, calm, earlier)
        nation.quiet[name] = replace(_in_peace(reaper, calm, step), effects=0)
        await buried(nation, calm)
    return nation.quiet[name]


def _settings(folder: Path) -> Settings:
    return Settings(home=folder / "home", passphrase=PASSPHRASE)


async def _copied(start: Scene, folder: Path) -> Scene:
    folder.mkdir(parents=True, exist_ok=True)
    if start.folder != folder and start.settings.home.exists():
        shutil.copytree(start.settings.home, folder / "home")
    name = f"{start.address.database[:40]}_{hashlib.sha256(str(folder).encode()).hexdigest()[:8]}"
    connection = await administer(start.address.named("postgres"))
    try:
        await connection.execute(f"create database {name} template {start.address.database}")
    finally:
        await connection.close()
    copy = await administer(start.address.named(name))
    await protect(copy)
    await copy.close()
    return replace(start, settings=_settings(folder), address=start.address.named(name), folder=folder)


async def buried(nation: Nation, scene: Scene) -> None:
    """Forget a life: its database and its folder."""
    connection = await administer(scene.address.named("postgres"))
    try:
        await connection.execute(f"drop database {scene.address.database} with (force)")
    finally:
        await connection.close()
    shutil.rmtree(scene.folder, ignore_errors=True)


def _secrets(world: Manifest) -> list[bytes]:
    """The NIRs of everybody in the movement files."""
    found: set[bytes] = set()
    for path in world.movements:
        for line in path.read_bytes().splitlines()[1:]:
            cells = line.split(b";")
            if len(cells) > 5 and len(cells[5]) >= 13:
                found.add(cells[5][:13])
    return sorted(found)


async def shown(scene: Scene, queries: dict[str, str]) -> Picture:
    connection = await administer(scene.address)
    try:
        return await picture.drawn(connection, queries)
    finally:
        await connection.close()


# ---------------------------------------------------------------------------------------------------- blows


ALL_BUT_THE_END = 0.9
PROGRESS = ("receive", "decide", "answers")
"""What a killed run of these did stays done, so that the next blow falls on what remains."""


def doom(rng: Random, quiet: Death, share: float, victims: Sequence[str]) -> Doom:
    """A blow somewhere in the first share of a step: at an instant, or at a statement."""
    victim = rng.choice(victims)
    if victim != "process" or not quiet.effects or rng.random() < 0.4:
        return Doom(after=rng.uniform(0, share * quiet.seconds), victim=victim)
    return Doom(effect=rng.randint(1, max(1, int(share * quiet.effects))), prompt=rng.random() < 0.5)


def struck(
    reaper: Reaper, rng: Random, scene: Scene, step: Step, quiet: Death, kills: int, toll: Toll,
    victims: Sequence[str] = ("process",),
) -> None:  # fmt: skip
    """Kill a step so many times, then run it to its end; and once more, which must change nothing."""
    landed = tries = 0
    while landed < kills and tries < kills + TRIES_MAX:
        share = 1 / (kills - landed) if step.verb in PROGRESS and quiet.effects else ALL_BUT_THE_END
        end = reaper.live(scene, step, doom(rng, quiet, share, victims))
        tries += 1
        if end.killed:
            landed += 1
            toll.kills[step.verb] += 1
            if end.failure and not end.failure.startswith("Unavailable"):
                toll.wrong.append(f"{step}, a worker killed: {end.failure}")
            continue
        toll.late += 1
        if end.failure:
            toll.wrong.append(f"{step} failed: {end.failure}")
    for _ in range(2):
        end = reaper.live(scene, step, NEVER)
        if end.failure:
            toll.wrong.append(f"{step} failed after {landed} kills: {end.failure}")


# ---------------------------------------------------------------------------------------------------- lives


async def loading(nation: Nation, reaper: Reaper, rng: Random, kills: int, workers: int = 1) -> Toll:
    """Load every file under blows; the rights are those of the quiet run."""
    toll = Toll()
    scene = await nation.life(nation.empty)
    steps = nation.load_steps(workers)
    shares = _shared(rng, kills, len(steps))
    for step, share in zip(steps, shares, strict=True):
        if workers == 1:
            struck(reaper, rng, scene, step, nation.quiet[str(step)], share, toll)
        else:
            quiet = await _by_workers(nation, reaper, nation.empty, [], steps[0])
            struck(reaper, rng, scene, step, quiet, share, toll, VICTIMS)
    toll.wrong += picture.differences(await shown(scene, RIGHTS), nation.rights)
    await _left(nation, scene, toll)
    await buried(nation, scene)
    return toll


async def deciding_and_paying(nation: Nation, reaper: Reaper, rng: Random, kills: int, workers: int = 1) -> Toll:
    """Receive, decide, pay and reconcile under blows."""
    toll = Toll()
    scene = await nation.life(nation.loaded)
    received, decided, paid, told, heard = _shared(rng, kills, 5)
    receive, decide = nation.decide_steps(workers)
    pay, tell = Step("pay"), Step("returns")
    struck(reaper, rng, scene, receive, nation.quiet[str(receive)], received, toll)
    if workers == 1:
        struck(reaper, rng, scene, decide, nation.quiet["decide"], decided, toll)
    else:
        quiet = await _by_workers(nation, reaper, nation.loaded, [receive], decide)
        struck(reaper, rng, scene, decide, quiet, decided, toll, VICTIMS)
    emitted: dict[str, str] = {}
    for _ in range(max(1, paid)):
        struck(reaper, rng, scene, pay, nation.quiet["pay"], min(paid, 1), toll)
        toll.wrong += _unchanged(scene.orders, emitted)
    for _ in range(max(1, told)):
        struck(reaper, rng, scene, tell, nation.quiet["returns"], min(told, 1), toll)
        toll.wrong += _unchanged(scene.folder / "returns", emitted)
    toll.wrong += await _decided(nation, scene, in_order=workers == 1)
    report = bank(sorted(scene.orders.glob("*.xml")), scene.folder / "bank", seed=7)
    answers = Step("answers", (*report.statuses, *report.statements))
    calm = await nation.life(scene)
    quiet = _in_peace(reaper, calm, answers)
    quiet_states = await _states(calm)
    await buried(nation, calm)
    struck(reaper, rng, scene, answers, quiet, heard, toll)
    if await _states(scene) != quiet_states:
        toll.wrong.append("the answers of the bank moved other sums than in a quiet run")
    toll.wrong += await _heard(scene, report)
    await _left(nation, scene, toll)
    await buried(nation, scene)
    return toll


async def _decided(nation: Nation, scene: Scene, *, in_order: bool) -> list[str]:
    """Compare with the quiet run. Files decided side by side may share a ceiling otherwise: their sums stay."""
    found = await shown(scene, CLAIMS)
    told = picture.accounted(found, picture.records_of(nation.invoices))
    told += picture.differences(found, nation.claims) if in_order else _sums_differ(found, nation.claims)
    told += picture.differences(await shown(scene, PAYMENTS), nation.payments)
    async with Database(scene.address, pool_size=2) as database:
        told += await picture.disclosed(database, scene.folder / "readings")
        await picture.audited(database)
    labels = picture.instructions(scene.orders)
    connection = await administer(scene.address)
    try:
        wanted = {row[0] for row in await connection.fetch("select end_to_end_id from payments.payment")}
    finally:
        await connection.close()
    if labels != Counter(wanted):
        told.append("an instruction is missing from the order files, or there twice")
    return told


async def decided_as_in_peace(nation: Nation, scene: Scene) -> list[str]:
    """The same invoices and the same sums as in the quiet run, in whatever order files were decided."""
    found = await shown(scene, CLAIMS)
    return picture.accounted(found, picture.records_of(nation.invoices)) + _sums_differ(found, nation.claims)


def _sums_differ(found: Picture, wanted: Picture) -> list[str]:
    sums = [sum(row[7] * many for row, many in each["decisions"].items()) for each in (found, wanted)]  # type: ignore[operator]
    sizes = [len(each["invoices"]) + len(each["resent"]) for each in (found, wanted)]
    return ["the sum of the decisions differs"] * (sums[0] != sums[1]) + ["invoices lost"] * (sizes[0] != sizes[1])


def _unchanged(folder: Path, emitted: dict[str, str]) -> list[str]:
    """A file that leaves, once there, keeps its bytes for ever."""
    told: list[str] = []
    for path in folder.iterdir():
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        if emitted.setdefault(path.name, digest) != digest:
            told.append(f"{path.name} changed after it was emitted")
    return told


async def _states(scene: Scene) -> list[tuple[object, ...]]:
    connection = await administer(scene.address)
    try:
        return sorted(tuple(row.values()) for row in await connection.fetch(picture.STATES))
    finally:
        await connection.close()


async def _heard(scene: Scene, report: BankReport) -> list[str]:
    """The books say what the bank says."""
    states = {row[0]: row[1:] for row in await _states(scene)}
    told: list[str] = []
    if states.get(3, (0, 0)) != (report.refused, report.refused_cents):
        told.append("other payments are rejected than the bank rejected")
    if states.get(5, (0, 0)) != (report.returned, report.returned_cents):
        told.append("other payments came back than the bank returned")
    async with Database(scene.address, pool_size=2) as database:
        await picture.audited(database)
    return told


async def _left(nation: Nation, scene: Scene, toll: Toll) -> None:
    """Nothing of a killed process stays on disk."""
    toll.wrong += picture.left_in_clear(scene.folder, nation.secrets)
    house = houses.opened(scene.settings, scene.address)
    async with Database(scene.address, pool_size=2) as database:
        await upkeep.tidy(house, database, datetime.now(UTC) + 2 * upkeep.NAMED_WITHIN)
    connection = await administer(scene.address)
    try:
        known = await picture.spooled(connection)
    finally:
        await connection.close()
    toll.wrong += picture.strays(scene.settings.home, known)


def _shared(rng: Random, kills: int, steps: int) -> list[int]:
    """So many kills over so many steps, evenly but for the rest."""
    shares = [kills // steps] * steps
    for step in rng.sample(range(steps), kills % steps):
        shares[step] += 1
    return shares
