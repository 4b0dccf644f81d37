"""What do bystanders say that looks like an attack and is none: news, petitions, appeals, giveaways, warnings.

Most of it is laid out before the day begins and comes whatever else happens. Warnings and jokes follow lures that
people saw: no lure, no warning. Everything here is posted one by one through the same door as a lure.
"""

from __future__ import annotations

from numpy.random import Generator

from holdfast.events import Report

from .addresses import base58_address, bech32_address
from .scenario import HOUR, MINUTE, SECOND
from .services import Relations, Services
from .streams import stream
from .world import World

NEWS_SHARED_BY = 70
PETITION_SIGNED_BY = 110
APPEAL_COPIED_BY = 60
TRADERS = 9  # accounts that post addresses all day long, as they always did
COUPON_SHARED_BY = 45
CHAPTERS = 14  # accounts of one organisation that say the same thing at the same time
REACTIONS_PER_LURE = 7.0
REPORTS_PER_LURE = 3.0
REACT_WITHIN = 25 * MINUTE
REPLIES = 0.3  # of the warnings stand under the lure
NEWS = (
    "Ferry service suspended after harbour collision, no injuries reported",
    "Central bank leaves rates unchanged, signals caution",
    "Star striker joins rivals in record transfer",
    "Power back in three districts after overnight storm",
    "Parliament passes data bill after marathon session",
    "Scientists find water ice on distant moon",
    "Airline cancels dozens of flights over software fault",
)
TITLES = ("Keep the river path open", "Save the Linden Street library", "Free masks for every school")
WARNINGS = (
    "WARNING: @{handle} has been hacked. Do NOT send anything to {lure}. It is a scam.",
    'Looks like @{handle} was compromised: "{text}"',
    "SCAM ALERT do not send bitcoin to {lure}, they are not giving anything back",
    "so @{handle} got hacked too?? nobody is doubling your money folks {lure}",
    "Please don't fall for this: {lure} is not from @{handle}.",
    "Reported. @{handle} please look at your account, someone posts {lure}",
)
JOKES = (
    "I am feeling generous. Send me a coffee and I will send back two. Only for 30 minutes!",
    "{text}",  # the copycat proper: word for word, from an account that nobody took
    "giving back to my community: send me $5 and I'll send you a meme",
    "my account is hacked too, all tacos sent to me will be eaten",
)
CHATTER = (
    "tip jar as always {address}",
    "donations for the node go to {address} thanks all",
    "new cold wallet {address}",
    "proof of reserves, same address as last year {address}",
    "mining payout landed on {address}",
)


class Crowd:
    """Everybody who says something that a careless eye would take for an attack."""

    def __init__(self, world: World, services: Services) -> None:
        """Lay the day out."""
        self._world, self._services = world, services
        self._crowd = world.scenario.crowd
        self._start, self._length = world.scenario.start, world.scenario.end - world.scenario.start
        for lay_out in (
            self._news,
            self._petitions,
            self._appeal,
            self._traders,
            self._coupons,
            self._chapters,
            self._owners,
        ):
            lay_out(stream(world.seed, "crowd", lay_out.__name__))
        for time, handle, text in self._crowd.alerts:
            world.agenda.at(time, self._say, world.accounts.cast[handle], text, ())
        world.on_lure.append(self._notice_lure)

    def _someone(self, rng: Generator) -> int:
        return int(rng.integers(len(self._world.accounts.cast), self._world.accounts.size))

    def _sometime(self, rng: Generator, margin: int) -> int:
        return self._start + int(rng.integers(max(self._length - margin, MINUTE)))

    def _say(self, row: int, text: str, urls: tuple[str, ...], time: int) -> str | None:
        return self._services.post_as_holder(row, text, time, urls=urls)

    def _spread(self, rng: Generator, begin: int, count: int, url: str, wordings: tuple[str, ...]) -> None:
        """`count` different people link to `url` within an hour, most of them early, in one of these wordings."""
        for number in range(count):
            at = begin + int(rng.beta(1, 3) * HOUR)
            text = f"{wordings[number % len(wordings)]} {url}"
            self._world.agenda.at(at, self._say, self._someone(rng), text, (url,))

    def _news(self, rng: Generator) -> None:
        for headline in NEWS:
            url = f"https://northpost.example/{int(rng.integers(1 << 30))}"
            wordings = (headline, f"Breaking: {headline}", f"@northpost: {headline}")
            self._spread(rng, self._sometime(rng, HOUR), NEWS_SHARED_BY, url, wordings)

    def _petitions(self, rng: Generator) -> None:
        for title in TITLES:
            url = f"https://petitionhall.example/p/{int(rng.integers(1 << 24))}"
            wordings = (f'I just signed "{title}" - please sign and share!',)
            self._spread(rng, self._sometime(rng, HOUR), PETITION_SIGNED_BY, url, wordings)

    def _appeal(self, rng: Generator) -> None:
        """A relief fund publishes its address; people copy it, half of them as a repost or with the source named."""
        address = bech32_address(rng)
        text = f"Flood relief: every bit helps. We now take bitcoin donations: {address}"
        begin = self._sometime(rng, 3 * HOUR)
        fund = self._someone(rng)
        first: list[str] = []

        def open_appeal(time: int) -> None:
            post = self._say(fund, text, (), time)
            first.extend([post] if post else [])

        def copy(row: int, number: int, time: int) -> None:
            more: Relations = {"repost_of": first[0]} if first and number % 2 else {}
            words = text if number % 2 else f"via @{self._world.accounts.handle(fund)}: {text}"
            self._services.post_as_holder(row, words, time, **more)

        self._world.agenda.at(begin, open_appeal)
        for number in range(APPEAL_COPIED_BY):
            self._world.agenda.at(begin + MINUTE + int(rng.beta(1, 3) * 2 * HOUR), copy, self._someone(rng), number)

    def _traders(self, rng: Generator) -> None:
        for number in range(TRADERS):
            row = self._someone(rng)
            address = base58_address(rng) if number % 2 else bech32_address(rng)
            for _ in range(int(rng.integers(3, 9))):
                text = CHATTER[int(rng.integers(len(CHATTER)))].format(address=address)
                self._world.agenda.at(self._sometime(rng, MINUTE), self._say, row, text, ())

    def _coupons(self, rng: Generator) -> None:
        """A shop gives something away for real, and asks to be shared."""
        url = f"https://shopcorner.example/win/{int(rng.integers(1 << 20))}"
        wordings = ("We hit 100k followers! Share and follow to win a bicycle. Winner drawn Friday.",)
        self._spread(rng, self._sometime(rng, HOUR), COUPON_SHARED_BY, url, wordings)

    def _chapters(self, rng: Generator) -> None:
        """One organisation's own accounts."""
        rows = [row for row, member in enumerate(self._world.scenario.cast) if member.org == "chapters"]
        begin = self._sometime(rng, HOUR)
        url = f"https://openhands.example/{int(rng.integers(1 << 20))}"
        for row in rows:
            text = f"Blood donors needed this week. Book a slot near you: {url}"
            self._world.agenda.at(begin + int(rng.integers(4 * MINUTE)), self._say, row, text, (url,))

    def _owners(self, rng: Generator) -> None:
        """An exchange's own giveaway with its own link, said once by each of three of its accounts."""
        rows = [row for row, member in enumerate(self._world.scenario.cast) if member.org == "fairtrade-exchange"]
        begin = self._sometime(rng, HOUR)
        url = "https://www.fairtrade-exchange.example/anniversary"
        for row in rows:
            text = f"Our fifth anniversary! Trade any coin this week and enter our draw. Terms: {url}"
            self._world.agenda.at(begin + int(rng.integers(10 * MINUTE)), self._say, row, text, (url,))

    # Around an attack

    def _notice_lure(self, post: str, time: int) -> None:
        account = self._world.accounts.id(self._world.posts[post].row)
        rng = stream(self._world.seed, "reactions", account, time)
        for _ in range(int(rng.poisson(REPORTS_PER_LURE))):
            at = time + 30 * SECOND + int(rng.beta(1, 2) * REACT_WITHIN)
            by = self._world.accounts.id(self._someone(rng))
            self._world.tell(Report(account=account, post=post, time=at, by=by, category="scam"))
        for _ in range(int(rng.poisson(REACTIONS_PER_LURE))):
            at = time + 20 * SECOND + int(rng.beta(1, 2) * REACT_WITHIN)
            joke = rng.random() < self._crowd.copycat_share
            draw = int(rng.integers(1 << 30))
            if at >= self._crowd.warn_from:
                self._world.agenda.at(at, self._joke if joke else self._warn, post, self._someone(rng), draw)

    def _warn(self, post: str, row: int, draw: int, time: int) -> None:
        """Quoting the lure to warn of it, whether or not it can still be seen: screenshots travel."""
        said = self._world.posts[post]
        handle = self._world.accounts.handle(said.row)
        lure = said.urls[0] if said.urls else max(said.text.split(), key=len)
        text = WARNINGS[draw % len(WARNINGS)].format(handle=handle, lure=lure, text=said.text)
        more: Relations = {}
        if draw % 100 < REPLIES * 100 and not (said.hidden or said.gone):
            more["reply_to"] = post
        elif draw % 3 == 0:
            more["quote_of"] = post
        reply = self._services.post_as_holder(row, text, time, **more)
        if reply is not None and "reply_to" in more:
            for watcher in self._world.on_reply:
                watcher(post, reply, time)

    def _joke(self, post: str, row: int, draw: int, time: int) -> None:
        text = JOKES[draw % len(JOKES)].format(text=self._world.posts[post].text)
        self._services.post_as_holder(row, text, time)
