"""What happened at Twitter on 15 July 2020, with the true counts: 130 targeted, 45 posting, 36 inboxes, 7 archives.

Sources are public: the company's own updates of 15 to 30 July 2020; the report of the New York State Department of
Financial Services (NYDFS, 14 October 2020); MyCrypto's minute-by-minute account (17 July 2020) for times, handles,
addresses and texts; the press for the quotations. Accounts that were never named in public are invented, and so are all
minutes that were never published; those that were have their source beside them.
"""

from __future__ import annotations

from collections.abc import Sequence

from holdfast.connectors.simulated.geography import VPN_NETWORKS
from holdfast.connectors.simulated.scenario import (
    HOUR,
    MINUTE,
    SECOND,
    Attack,
    Cause,
    Crowd,
    Deed,
    LureText,
    Member,
    Population,
    Removal,
    Scenario,
    Step,
    StolenStaff,
    Target,
    moment,
    names,
)

from .cast import BYSTANDERS, WEATHER

FIRST_CALLS = moment("2020-07-14T20:00:00Z")  # afternoon of the 14th in the east (NYDFS)
SECOND_CALLS = moment("2020-07-15T16:05:00Z")  # mid-morning in California (Wired)
TOOL_FROM = moment("2020-07-15T16:50:00Z")
FIRST_LURE = moment("2020-07-15T19:13:00Z")  # binance (MyCrypto)
LURE_CHANGES = moment("2020-07-15T20:11:00Z")  # from the link to bare addresses (MyCrypto)
ELON_MUSK = moment("2020-07-15T20:17:00Z")  # the first celebrity (The Verge)
LAST_LURE = moment("2020-07-15T22:08:00Z")  # all verified accounts were stopped at 22:11 (MyCrypto)

LINK = "https://cryptoforhealth.com"
MAIN = "bc1qxy2kgdygjrsqtzq2n0yrf2493p83kkfjhx0wlh"
SECOND_ADDRESS = "bc1qwr30ddc04zqp878c0evdrqfx564mmf0dy2w39l"
THIRD_ADDRESS = "1Ai52Uw6usjhpcDrwSmkUvjuqLpcznUuyF"
XRP = "rhYSX8qSpoU7Dwjh6vMSuACu8MBECn6bQR"

# Quoted by the press on 15 and 16 July 2020, save the last two; MyCrypto lists the addresses.
QUOTED = {
    "link": f"""We have partnered with CryptoForHealth and are giving back 5000 BTC to the community.
        See more here: {LINK}""",
    "xrp": f"""We are giving back to our community. All XRP sent to our address below will be sent back doubled!
        {XRP}""",
    "musk": f"""I'm feeling generous because of Covid-19. I'll double any BTC payment sent to my BTC address for the
        next hour. Good luck, and stay safe out there! {MAIN}""",
    "gates": f"""Everyone is asking me to give back, and now is the time. I am doubling all payments sent to my BTC
        address for the next 30 minutes. You send $1,000, I send you back $2,000. BTC Address - {MAIN} Only going on for
        30 minutes! Enjoy!""",
    "brand": f"""We are giving back to our community. We support Bitcoin and believe you should too! All Bitcoin sent to
        our addresses will be sent back to you, doubled! {MAIN} Only going on for the next 30 minutes.""",
    "brand2": f"""We are giving back to our community. We support Bitcoin and we believe you should too! All Bitcoin
        sent to our address below will be sent back to you doubled! {SECOND_ADDRESS}""",
    "community": f"""I am giving back to my community due to Covid-19! All Bitcoin sent to my address below will be sent
        back doubled. If you send $1,000, I will send back $2,000! {MAIN} Only doing this for the next 30 minutes!
        Enjoy.""",
    "short": f"""I am giving back to the community. All Bitcoin sent to the address below will be sent back doubled!
        {MAIN}""",
    "bezos": f"""I've decided to give back to my community. All Bitcoin sent to my address below will be sent back
        double. I'm only doing a maximum of $50,000,000. {MAIN}""",
    "third": f"""Giving back to everyone who supported us. Send BTC, get twice as much back, today only.
        {THIRD_ADDRESS}""",
    "begging": f"""Hey, I need a quick favour, can you send some BTC to {SECOND_ADDRESS}? Paying you back double
        tonight.""",
}
LURES = {
    name: LureText(text=" ".join(text.split()), urls=(LINK,) if name == "link" else ()) for name, text in QUOTED.items()
}

# Seven e-mail patterns were seen on the hijacked accounts (MyCrypto); here each batch shares one.
OG = names("""drug xx vampire insane spy emo 6 dark w l 50 vague anxious zed ivy q8 hex owl 77""")
TRADERS = names(
    """AngeloBTC crypto_bitlord satoshilite luckyovlegends mattglantz jedijamesdean coin_harrow btc_marlowe
    ledger_quill chain_osprey hodl_merrin sats_daily alt_season_x whale_tern moon_ferris defi_brandt
    block_ansel trade_pell"""
)
COMPANIES = names(
    """binance cz_binance gemini bitcoin kucoincom coinbase coindesk bitfinex ripple tronfoundation
    justinsuntron coinledgerly bitharbour tokenquay hashmeadow vaultline nodecastle minersguild"""
)
CELEBRITIES = names(
    """elonmusk billgates jeffbezos barackobama joebiden mikebloomberg warrenbuffett apple uber cashapp
    kanyewest kimkardashian wizkhalifa floydmayweather xxxtentacion mrbeastyt hqtrivia netanyahu"""
)
OFFICIALS = names(
    """geertwilderspvv senator_calloway mayor_brightwell gov_fenwick rep_oduya minister_halloran
    chefmarisol comic_tate djnorrland actor_vance author_lindqvist coach_barros model_ines rapper_yung_k
    singer_amaya striker_dosan host_beckett producer_oz"""
)
BRANDS = names(
    """skyway_air fizzcola runfast megamart pixelphone streamly burgerbarn autovolt parcelgo gamehive
    bankwell snacktime lumen_tv trailbike homegoods petpals ridehail cloudnine"""
)
LATE = names(
    """astro_kim baker_lou boxer_reyes captain_wye dancer_mio drummer_ash editor_noor golfer_finn
    hacker_dot judge_mabel knitter_jo lawyer_quin mechanic_sol nurse_opal painter_rue pilot_greer
    poet_zola ranger_bo surfer_kai tailor_win"""
)
DUPED, DUPED_TOO, FOOTHOLD = "st-0417", "st-0822", "st-1107"  # the last one has no right to the tool
MILLION = 1_000_000
PRESIDENT = "presidential_desk"  # the account that extra protection saved

# Followers in millions, as the press had them; everybody else gets the usual number of their kind.
MILLIONS = {
    "barackobama": 120.7,
    "kimkardashian": 65.7,
    "billgates": 51.1,
    "elonmusk": 36.9,
    "wizkhalifa": 35.7,
    "kanyewest": 29.5,
    "floydmayweather": 7.7,
    "joebiden": 6.4,
    "apple": 4.5,
    "mikebloomberg": 2.7,
    "warrenbuffett": 1.7,
    "jeffbezos": 1.5,
    "binance": 1.2,
    "coinbase": 1.2,
    "coindesk": 1.1,
    PRESIDENT: 83.0,
}

# When each lure of the first wave comes: at true first and last times (19:13 and 20:09, MyCrypto), others between.
FIRST_WAVE = names(
    """binance cz_binance gemini bitcoin kucoincom coinbase coindesk bitfinex tronfoundation justinsuntron
    crypto_bitlord satoshilite coinledgerly bitharbour"""
)
FIRST_WAVE_AFTER = (0, 45, 95, 180, 330, 480, 700, 1_200, 1_620, 1_980, 2_400, 2_760, 3_060, 3_330)  # seconds
SECOND_WAVE = names(
    """mattglantz=short elonmusk=musk billgates=gates ripple=xrp uber=brand apple=brand cashapp=brand2
    jeffbezos=bezos kanyewest=community mikebloomberg=short warrenbuffett=gates joebiden=short
    barackobama=community wizkhalifa=community floydmayweather=short kimkardashian=community mrbeastyt=short
    xxxtentacion=short hqtrivia=brand2 netanyahu=short luckyovlegends=third jedijamesdean=third
    coin_harrow=third btc_marlowe=short tokenquay=brand2 actor_vance=community rapper_yung_k=short
    striker_dosan=community astro_kim=short boxer_reyes=short surfer_kai=short"""
)  # who=which lure
PINNED = ("binance", "gemini", "bitcoin", "coinbase", "elonmusk", "billgates", "uber", "apple", "kanyewest", "joebiden")
AMPLIFIED = (
    ("kucoincom", "binance"),
    ("coindesk", "gemini"),
    ("wizkhalifa", "kanyewest"),
    ("kimkardashian", "kanyewest"),
)
# One was an elected official in the Netherlands (Twitter, 22 July 2020).
INBOXES = (
    *OG[:14],
    *TRADERS[:7],
    *names("elonmusk joebiden barackobama kanyewest mikebloomberg uber netanyahu mrbeastyt"),
    *OFFICIALS[:7],
)
ARCHIVES = names("drug xx vampire insane dark vague anxious")  # none of them verified (Twitter, 18 July 2020)

HISTORY = {
    "first_lure_at": "2020-07-15T19:13:00Z",
    "detected_at": "2020-07-15T19:28:57Z",  # by outsiders, in public (id of MyCrypto's first post)
    "cause": {"named": "staff duped by phone", "at": "2020-07-16T02:38:38Z"},
    "accounts": {"targeted": 130, "posted": 45, "innocent_held": 360_000},
    "exposure": {"inboxes_read": 36, "exports": 7},
    "last_lure_live_at": "2020-07-15T22:11:00Z",  # when new ones stopped
    "innocent_account_minutes": 360_000.0 * 150,  # every verified account, for two and a half hours
}


def _take(handles: Sequence[str], batch: str, begin: int, every: int) -> dict[str, tuple[Step, ...]]:
    """Look at each account in the tool, swap its e-mail, reset the password, sign in: one account after another."""
    plans: dict[str, tuple[Step, ...]] = {}
    for place, handle in enumerate(handles):
        at = begin + place * every
        plans[handle] = (
            Step(at=at, deed=Deed.VIEW, jitter=10 * SECOND),
            Step(at=at + 40 * SECOND, deed=Deed.SWAP_EMAIL, what=batch, jitter=15 * SECOND),
            Step(at=at + 110 * SECOND, deed=Deed.RESET, jitter=20 * SECOND),
            Step(at=at + 170 * SECOND, deed=Deed.SIGN_IN, jitter=30 * SECOND),
        )
    return plans


def _uses() -> dict[str, list[Step]]:
    """What is done with the accounts once they are in hand."""
    uses: dict[str, list[Step]] = {}

    def use(handle: str, at: int, deed: Deed, what: str = "", jitter: int = 0) -> None:
        uses.setdefault(handle, []).append(Step(at=at, deed=deed, what=what, jitter=jitter))

    use("AngeloBTC", moment("2020-07-15T18:23:00Z"), Deed.MESSAGE, "begging")
    for handle, after in zip(FIRST_WAVE, FIRST_WAVE_AFTER, strict=True):
        use(handle, FIRST_LURE + after * SECOND, Deed.POST, "link", 8 * SECOND)
    gap = (LAST_LURE - ELON_MUSK) // (len(SECOND_WAVE) - 2)
    for place, (handle, lure) in enumerate(entry.split("=") for entry in SECOND_WAVE):
        at = LURE_CHANGES + 20 * SECOND if place == 0 else ELON_MUSK + (place - 1) * gap
        use(handle, at, Deed.POST, lure, 15 * SECOND)
    posted = {handle: steps[-1].at for handle, steps in uses.items()}
    for handle in PINNED:
        use(handle, posted[handle] + 50 * SECOND, Deed.PIN, jitter=20 * SECOND)
    for handle, of in AMPLIFIED:
        use(handle, posted[handle] + 4 * MINUTE, Deed.REPOST, of, MINUTE)
    for place, handle in enumerate(INBOXES):
        early = handle in OG or handle in TRADERS
        begin = moment("2020-07-15T18:10:00Z") if early else moment("2020-07-15T20:25:00Z")
        use(handle, begin + place * 150 * SECOND, Deed.READ_INBOX, jitter=MINUTE)
    for place, handle in enumerate(ARCHIVES):
        use(handle, moment("2020-07-15T17:55:00Z") + place * 9 * MINUTE, Deed.EXPORT, jitter=MINUTE)
    return uses


def _targets() -> tuple[Target, ...]:
    """130 accounts in seven batches; 109 are in hand before the first lure, 20 follow, and one is refused."""
    batches = (
        (OG, "17:00", 100),
        (TRADERS, "17:42", 80),
        (COMPANIES, "18:12", 70),
        (CELEBRITIES, "18:20", 60),
        (OFFICIALS, "18:40", 60),
        (BRANDS, "18:46", 60),
        (LATE, "19:40", 170),
    )
    uses = _uses()
    targets = []
    for number, (handles, begins, every) in enumerate(batches, start=1):
        batch = f"batch {number}"
        plans = _take(handles, batch, moment(f"2020-07-15T{begins}:00Z"), every * SECOND)
        targets += [
            Target(handle=handle, steps=(*steps, *uses.get(handle, ())), batch=batch) for handle, steps in plans.items()
        ]
    tried = Step(at=moment("2020-07-15T18:33:00Z"), deed=Deed.VIEW)
    return (*targets, Target(handle=PRESIDENT, steps=(tried,)))


def _cast() -> tuple[Member, ...]:
    unverified = {*OG, *TRADERS[6:]}
    people = {
        **dict.fromkeys((*OG, *TRADERS), 20_000),
        **dict.fromkeys(COMPANIES, 350_000),
        **dict.fromkeys((*CELEBRITIES, *OFFICIALS, *BRANDS), 2_000_000),
        **dict.fromkeys(LATE, 90_000),
        PRESIDENT: 0,
    }
    official = {*OFFICIALS[:6], "netanyahu", "joebiden", "barackobama"}
    return tuple(
        Member(
            handle=handle,
            reach=int(MILLIONS.get(handle, reach / MILLION) * MILLION),
            verified=handle not in unverified,
            tier="protected" if handle == PRESIDENT else "official" if handle in official else "ordinary",
        )
        for handle, reach in people.items()
    )


def _attack() -> Attack:
    return Attack(
        targets=_targets(),
        lures=LURES,
        staff=(
            StolenStaff(staff=FOOTHOLD, at=FIRST_CALLS + 50 * MINUTE, rights=False),
            StolenStaff(staff=DUPED, at=TOOL_FROM),
            StolenStaff(staff=DUPED_TOO, at=TOOL_FROM + 25 * MINUTE),
        ),
        networks=VPN_NETWORKS[:3],
        removals=(
            Removal(handle="elonmusk", after=2 * MINUTE, by="holder"),  # soon deleted and replaced (The Verge)
            Removal(handle="billgates", after=5 * MINUTE),
            Removal(handle="kanyewest", after=9 * MINUTE),
        ),
        vishing=(
            (FIRST_CALLS, "st-0093"),
            (FIRST_CALLS + 22 * MINUTE, "st-0561"),
            (FIRST_CALLS + 71 * MINUTE, "st-0311"),
            (SECOND_CALLS, "st-0740"),
            (SECOND_CALLS + 18 * MINUTE, "st-0208"),
        ),
    )


def _warnings() -> tuple[tuple[int, str, str], ...]:
    """What the weather office must be able to say on a stormy day, once an hour."""
    text = "Tornado warning for the county until half past. Take cover now. Bulletin {}."
    first = moment("2020-07-15T17:20:00Z")
    return tuple((first + number * HOUR, WEATHER.handle, text.format(number + 1)) for number in range(7))


def twitter_2020() -> Scenario:
    """15 July 2020, 16:00 UTC, to 16 July, 02:40 UTC."""
    return Scenario(
        name="twitter-2020-07-15",
        title="Twitter, 15 July 2020: staff talked out of their credentials, 130 accounts taken with the internal tool",
        opens=moment("2020-07-14T12:00:00Z"),
        start=moment("2020-07-15T16:00:00Z"),
        end=moment("2020-07-16T02:40:00Z"),
        population=Population(ordinary=1_000_000, verified=360_000, posts_per_second=8.0),
        cast=(*_cast(), *BYSTANDERS),
        on_shift=(DUPED, DUPED_TOO),
        attack=_attack(),
        cause=Cause(told="the tool session of a staff member who was talked out of a credential"),
        crowd=Crowd(warn_from=FIRST_LURE + 7 * MINUTE, alerts=_warnings()),
        history=HISTORY,
        heeds_warnings=False,  # five calls were reported (NYDFS), and nobody acted before the posts
    )
