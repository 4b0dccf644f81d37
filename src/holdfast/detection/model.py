"""What is a piece of evidence worth? Every prior, likelihood and threshold of detection, with its origin.

All weights are log-likelihood ratios in nats: ln P(fact | takeover campaign) - ln P(fact | ordinary life). Evidence
comes in two sorts. *Content* (the same address, a burst, pages of one fresh site) is explained as well by people
copying something that spreads, so it saturates at the odds of that (`SPREADS`). What copying cannot explain (*copy-proof*:
what was done to the accounts before, obfuscation that differs from post to post, departures from an account's own
ways) does not. A sum crosses `ALERT` by either, `CONTAIN` only with the second.

Origins: [bg] counted on 309,560 real posts of two communities over eight weeks; [pics] counted on 541 pictures that
free desktops and a drawing program for children ship; [field] published figures on account
takeovers (COMPA, NDSS 2013; Thomas et al., CCS 2017; the inquiry into 15 July 2020); [judged] set by reasoning written beside the number,
waiting for labelled runs.
"""

from __future__ import annotations

from math import exp, log

SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000
"""Milliseconds."""

MISSED = 0.05
"""Share of campaigns we accept to see late (Wald's beta)."""

TRIALS_PER_MILLION = 5_000
"""Keys that a second unrelated account takes up, per million posts: each is one chance of a false alarm. [bg] 4,100."""

ALERT_FALSE_PER_MILLION = 0.3
"""False campaigns per million posts accepted at the alert tier: what a person on shift can look at."""

CONTAIN_FALSE_PER_MILLION = 0.01
"""The same where accounts would be held: one in a hundred million posts."""

ALERT = log((1 - MISSED) * TRIALS_PER_MILLION / ALERT_FALSE_PER_MILLION)
"""9.67 nats. Wald 1945: accept once the ratio exceeds (1 - beta) / alpha."""

CONTAIN = log((1 - MISSED) * TRIALS_PER_MILLION / CONTAIN_FALSE_PER_MILLION)
"""13.07 nats."""

# ---- content: what one further unrelated account with the same key is worth, and where copying caps the sum

SHARED_ADDRESS = 6.0
"""A checksummed payment address in a further account's post. [bg] no address was shared by two of 17,777 authors; one
in 400 is taken to be shared in ordinary life (a shop, an appeal, a contract). [judged]"""

SHARED_ADDRESS_SHAPE = 3.0
"""The same where only the form fits: look-alike strings are shared too. [judged]"""

SHARED_COPYABLE = 2.0
"""The same whole link, short link or telephone number: people pass these on by the hundred. [judged]"""

SHARED_TEXT = 1.5
"""Nearly the same words: greetings, talking points, headlines. [bg] 160 to 440 clusters per million are benign."""

OWN_PAGE = 3.0
"""Each account with its own page of one site, in a burst: ln(1 / 0.05). A page that spreads is the same page; a site that
is simply popular has many pages, but no burst against its own pace. [judged]"""

BURST_LEAST = 0.5
"""Nats a gap must say before own pages, and who posts them, count. [judged]"""

SAME_PAGE = -2.0
"""A page that an earlier account linked already: that is how things are passed on, in bursts too. [judged]"""

FIRST_GAP, NEXT_GAP = 2.6, 1.3
"""What not knowing the campaign's pace costs a gap, in nats: 1 for the best-fitting exponential and 1.6 for its prior;
from the second gap on the first tells most of it. [theory]"""

QUIET, WATCHED = 6 * HOUR, 12
"""The pace a site without a past is given, but never slower than a twelfth of the time for which we had watched without
seeing it. [judged]"""

BURST_PAUSE = 2 * HOUR
"""A longer gap ends a burst. [judged]"""

POPULAR, POPULAR_PACE, POPULAR_POSTS = 2.7e-3, 15 * MINUTE, 57
POPULAR_MOST = 1e-2
"""Of sites never named before, the share that are named by further accounts every `POPULAR_PACE`, each time with another
page, because they are simply popular; at a pace of m it is (m / `POPULAR_PACE`) squared of that, for two short gaps in
a row. Whatever is popular is so by share of the posts: where more than `POPULAR_POSTS` are made in that time, the time in which so many
are made takes its place. Who names a site is not explained by its being popular: the share is divided by what the first links of
three of its average accounts say. [bg] of 1,128 sites first named during eight weeks 3 had a third account with a third page within half an hour, at 3.8
posts a minute."""

LONG_GAP = -3.0
"""Floor of a gap's evidence: longer than the key's usual pace. [theory]"""

SHORT_GAP = 4.7
"""Ceiling of a gap's evidence: below it, accidents (one person's two accounts) take over. [judged]"""

HAS_A_PAST = -2.2
"""The site was named on an earlier day: ln(0.1 / 0.9); campaigns buy theirs fresh; and its bursts are so much more
readily explained by its being popular. [field]"""

KNOWN_POSTS, KNOWN_AGE = 8, 1 * DAY
"""From so many posts over so long a time before the burst a site is known, and its bursts are ordinary: it then counts as
something people copy. Fewer could be an attacker's, to give a fresh site a past. [bg] Conversations come in bursts."""

COMMON_POSTS = 64
"""From so many posts before the burst, however young, a site is not the attackers' own: where a stream has just begun, all sites
are young. [judged]"""

OWN_CAP, OWN_FLOOR = 6.0, -3.0
OWN_SCALES = (14, 10, 9)
OWN_PRIOR = 2.0
OWN_RECENT = 8
OWN_PAUSE, OWN_LEAST_PAUSE, OWN_PAUSE_GAPS = 8 * HOUR, 30 * MINUTE, 20
"""Accounts that each post a payment address (a short link, a site) nobody posted before, close together: the gap between two such posts against
how such gaps are spread on this platform, counted in powers of two of a second. A campaign's gap is taken to be as
likely at each of the scales from 1 s to 2.3 h for addresses, to 9 minutes for short links, to 4 for sites: links become
popular, and slow crowds of them are just that; the platform's spread starts as that of a Poisson process of the
pace seen so far, or of the latest eight gaps where that is faster, worth two gaps, and is learnt from there, so that a forum of traders soon has nothing to say. A pause of eight hours ends
a crowd, and so does one of 20 times its mean gap that is over half an hour. [theory]"""

BURST_FASTER, BURST_CARRIERS = 8, 4
BURST_FOREIGN, BURST_ALIKE = 0.2, 0.3
"""A crowd inside a crowd: four accounts at least, each eight times sooner after the one before than the others came, who share
three words in ten with each other and of what they say no more than two in ten with all others. Paraphrases by one hand share
four to eight in ten with eight others of it, other languages none to one and a half. [judged]"""

OWN_LINK_POSTS = 2
"""Posts without any that make a first link out of character enough to count in a crowd: strangers post links all day. [bg]"""

EVERYDAY = 200
"""A service whose short links are in one of 200 posts is everyday here, perhaps the platform's own, and makes no crowd. [bg] One
such service is in every tenth post; all others together are in one of 3,000."""

RARE_SEEN, RARE_MOST = 400, 5.0
"""Chances for a false crowd are fewer than `TRIALS_PER_MILLION` where such lures are rare, and that is worth the logarithm of
how many times fewer, at most 5 nats (34 a million), towards an alert: the rate is that of the stream so far, begun as
`TRIALS_PER_MILLION` over 400 posts, two chances. Within the first day, while accounts are still getting a past, it counts by
the share of a day watched. [theory]"""

NEAR_PICTURE = 31, 256
"""Bits of a perceptual hash that differ at most, of how many: what PDQ's authors advise. Other lengths in proportion. [field]"""

NEAR_RECENT_PICTURE, RECENT_PICTURES = 60, 1_000
"""The same for two hashes of 256 bits among the latest pictures: captions and small crops change 20 to 60 bits. [pics] of 136,503
pairs of 523 pictures, most of them things on white, 2 differed in no more than 60 bits without showing the same, so among
1,000 one in seventy finds a stranger; among 100,000 every one would."""

SHARED_PICTURE = 4.0
"""Nearly the same picture: ln(1 / 0.02), by the figures above."""

SPREADS = {
    "address": 1e-5,
    "shape": 1e-5,
    "own": 1e-5,
    "own_link": 3e-4,
    "own_site": 3e-3,
    "page": 1e-5,
    "known": 1e-2,
    "copyable": 1e-2,
    "text": 5e-2,
}
"""Share of keys taken up by a second account that spread by copying and look as sharp as a campaign. Content saturates
at -ln of it: 11.5, 4.6 and 3.0 nats, and 8.1 and 5.8 for short links and sites that crowd. Donation addresses that hundreds repost, and new sites of which everybody
links an own page, are rare; links, numbers and words that spread are everyday. [judged]"""

FORM_ODDS, FORM_EVEN, FORM_STEEP = 1e-3, 0.28, 40.0
FORM_LEAST, FORM_MOST = 1e-5, 0.3
"""Own pages of one site also come from an app's "share" button, which fills in a form. Among such bursts 1 in 1,000 is an
app's before the texts are looked at; the odds grow by e per 1/40 of words shared at start and end beyond 0.28, within
1e-5 and 0.3. Paraphrases share 0.1, forms 0.3 to 1.0. [judged]"""

HABIT = {"address": -2.8, "link": -0.75, "short_link": -0.75, "phone": -1.5}
HABIT_POSTS, HABIT_PER = 3, 20
"""The account posted lures of this class at least three times before, and in one of twenty posts or more: ln(0.03 / 0.5) for addresses; for links
ln(0.4 / 0.85), for campaigns take accounts as they come and two in five post links. [bg]"""

NOVICE = {"address": 0.66, "link": 2.7, "short_link": 1.0, "phone": 0.5}
NOVICE_HALF = {"address": 2.0, "link": 40.0, "short_link": 4.0, "phone": 2.0}
"""First lure of its class by an account with n posts: `NOVICE` x n / (n + `NOVICE_HALF`). The ceilings are
ln(0.97 / P(a sharer never did before)). [bg]"""

ESTABLISHED_POSTS = 10
"""Posts seen of an account, from which its never having posted a picture says something of it. [judged]"""

NEVER_PICTURED, NEVER_PICTURED_SEEN = 0.6, 200
"""Share of established accounts that never posted a picture; campaigns take accounts as they come. Counted on the stream
itself, this being worth so many posts. [judged] [bg] 93 of 100 posts of one community came from accounts without one."""

FIRST_PICTURE, FIRST_PICTURE_SEEN = 0.1, 50
"""Share of those who pass a picture on for whom it is the first they post. Counted over pictures that are like none before,
but never taken for less: a joke may move those who make none. Where pictures are rare everybody's is the first, and
says little. [judged] [bg] of 96 links to a picture by established accounts 67 were their first, in that community."""

FIRST_PICTURE_HALF = 2.0
"""Posts after which never having posted a picture says half of what it can. [judged]"""

PICTURES_BEFORE_MOST, PICTURES_BEFORE_LEAST = -0.2, -2.0
"""Bounds of what an account says that has posted pictures before. [judged]"""

PICTURE_MEMORY = 1 << 12
"""New pictures over which first ones are counted; then the counts are halved."""

PICTURES_SHOWN, PICTURES_SHOWN_SEEN = 0.1, 200
PICTURES_REPEATED = 0.1
"""Share of posts that carry a picture like none before, counted on the stream, this being worth so many posts; and of these
pictures the share that another account shows as well. Each is one trial, as `TRIALS_PER_MILLION` counts them for all keys: where
few post pictures few are passed on. A campaign's picture is no measure of ordinary life and is taken back from the count.
[judged] [bg] 3 of 100 links to a picture were taken up by a second account."""

PICTURE_SPREADS, PICTURE_PACE = 0.03, 15 * MINUTE
PICTURE_PACE_LEAST, PICTURE_PACE_MOST = 0.1, 5.0
PICTURE_SPREADS_LEAST, PICTURE_SPREADS_MOST = 1e-5, 0.5
"""Of pictures that a second account takes up, the share that further accounts show every `PICTURE_PACE` as they do a joke; at
a pace of m it is m / `PICTURE_PACE` of that, within 0.1 and 5: pictures spread at any pace. Each account that posts
pictures anyway makes copying likelier, each that never did less likely, down to 1e-5. So no picture by itself holds
anybody. [judged]"""

PICTURE_PACES_SEEN, PICTURE_PACES_MEMORY = 100, 1 << 16
PICTURE_PACED_AT, PICTURE_SCALES = 4, 16
"""How many pictures taken up by a second account those shares are worth, beside what is counted here: how quickly four
accounts showed the same one, in powers of two of a second. Counted over so many new pictures; then the counts are halved. Where
thousands went round and none so quickly, a quick one is not explained by its going round. [judged]"""

REMARK = -1.25
"""An account that quotes, defangs or answers, beyond as many as carry: ln(0.2 / 0.7). A key that is mostly talked about is news. [judged]"""

REMARKS_EXPLAINED = 64
"""A remark needs somebody to remark on: so many accounts may quote, answer or name each one that carries a lure, or one that we
did not see. Where there are more, they hide behind the form of it. [judged]"""

CONVERSATION = -1.0
"""The post speaks to somebody: help given, not a lure cast. [bg]"""

# ---- copy-proof: each of these three weighs all carriers at once as a mixture, so that campaigns without the trace lose little

MIN_CARRIERS = 3
"""Two accounts are one person's, or a coincidence, however odd; a campaign is of unrelated accounts. [judged]"""

CROWD_CARRIERS = 5
"""Accounts of a crowd that must show the same trace before it is contained: three that do are not yet what is typical of it. [judged]"""

TRACE = {"precursors": 0.5, "obfuscation": 0.1, "departure": 0.2}
"""Prior probability that a campaign leaves this kind of trace at all; stolen sessions, for one, leave no precursor. [judged]"""

PRECURSOR_SHARE = 0.7
"""Of a traced campaign's carriers, how many show something in their security history. [field] stolen sessions leave nothing."""

PRECURSOR_CAP = 4.5
"""The most one account's security history may say: its kinds are not independent. [judged]"""

PRECURSOR_HALF_LIFE = 24 * HOUR
PRECURSOR_HORIZON = 7 * DAY

PRECURSOR_KINDS = (
    "credential_by_staff",
    "credential",
    "protection_removed",
    "reset",
    "new_country",
    "new_network",
    "new_device",
    "app",
)
"""Bit i of a post's precursor byte."""

PRECURSOR_LIKELY = (0.3, 0.3, 0.1, 0.2, 0.3, 0.5, 0.5, 0.2)
"""P(kind within the last day | the account was taken over). [field]"""

PRECURSOR_FURTHER = 0.5
"""What each kind beyond the strongest adds, in nats: they come together in ordinary life too (a new telephone). [judged]"""

PRECURSOR_BASE = (2e-4, 4e-3, 2e-3, 4e-3, 8e-3, 5e-2, 5e-2, 8e-3)
"""Share of ordinary posts whose account shows this within the last day, before the stream itself is counted; the count of
posts since then corrects it (a reset mailing makes resets worth little). [field]"""

SIGN_IN_KINDS = (4, 5, 6)
"""Kinds that only a sign-in can show: they are counted among posts of accounts whose sign-ins are known. Where everybody
has two devices, a new one says nothing."""

PRECURSOR_SEEN, SIGN_IN_SEEN = 2_000, 300
"""How many posts (or accounts) the figures above are worth. Those of sign-ins are the more local: a few hundred posts correct them."""

PRECURSOR_MEMORY = 1 << 17
"""Posts over which base rates are counted; then all counts are halved, so that what was everyday last month fades."""

OBFUSCATED_SHARE = 0.3
OBFUSCATED_TEXT_BASE, OBFUSCATED_LURE_BASE = 1e-2, 1e-4
OBFUSCATED_CAP = 5.0
"""Look-alike letters or hidden characters, not the same bytes as an earlier post's. [bg] 1 % of posts, decorative."""

DEPARTURE_SHARE = 0.5
DEPARTURE_BASE = {"script": 0.02, "lang": 0.05, "client": 0.05}
DEPARTURE_MIN_POSTS = 10
"""A script, language or client the account never used in at least ten posts, in words not copied from an earlier
carrier. [judged]"""

HIGH_REACH = 100_000
"""Followers. A verified account counts too."""

REACH_WINDOW = 10 * MINUTE
REACH_FREE = 2
REACH_EACH = 0.8
"""Accounts of high reach, each in its own words, casting their first lure of this class within ten minutes: 0.8 nats each
beyond two. Celebrities pass appeals on as well, but in hours, and in the appeal's words. [judged]"""

COPIED = 0.9
"""Share of equal minhash values from which a text counts as copied. A copy keeps 1.0; paraphrases seldom reach 0.6. [bg]"""

ALIKE = 0.5
"""Share of equal minhash values from which two texts count as versions of one. Unrelated posts: below 0.2. [bg]"""

TAMPERED = log(20)
"""What was done to an account before it posted tells it from a bystander only where it is so seldom done here that chance would show it on
one in twenty carriers at most, of those used; a new device is everyday on many platforms. [judged]"""

ESTABLISHED_POSTS = 5
"""Posts from which an account has a past of its own, so that what it posts first can be called its own. [judged]"""

MARKS_TELL = CONTAIN + log(SPREADS["address"])
"""1.56 nats: from here on what was done to a campaign's accounts is what lifts a shared address over `CONTAIN`; who shows none of it is
then held on no evidence of their own. [theory]"""

SAME_WAY_TIMES, SAME_WAY_LEAST = 8, 1 * HOUR
"""An everyday mark ties an account to a campaign when it is at most so many times as old as the others' usually are, or an hour: a
thief uses all sessions soon, an app's tokens are of any age. One device in six is new within a week, one in a thousand within an
hour. [judged]"""

OWNER_LEAD = 1 * HOUR
OWNER_GAPS = 20
"""Who posted a key more than an hour before all others, and more than twenty times their usual gap: likely its owner."""

MOST_POSTS = 20_000
"""Posts after which a campaign is no longer followed one by one: by then it is known to everybody, and a flood of its lure
must not slow the watch for the next."""

MOST_IN_CROWD = 1_000
"""The same for a crowd, whose accounts share nothing and cost more to look at."""

PIECES_WINDOW = 1 * HOUR
PIECES_KEPT, PIECES_ACCOUNTS = 4, 16_384
"""How far apart an account's posts may be that together hold one address, how many of its pieces are remembered, and of how
many accounts at least, twice as many at most: a few megabytes. Joining proves itself: a wrong one in a billion passes a checksum. [judged]"""

CLOCK_SPAN, CLOCK_STEPS, CLOCK_ENOUGH = 1 * DAY, 256, 16
"""How far from the stream's time an event may be: a day, or 256 of the stream's usual steps where that is longer (a forum
of fifty posts a day may be silent for five days). Sixteen events in a row that stand apart on one side, or as many as were seen
at all, move the stream: who wants to move it must post as much as everybody else. [judged]"""
CLOCK_FEWEST, CLOCK_SHARE = 3, 16
"""Fewer are enough where few were seen so far: one in sixteen of them, and three at least. So a short file that ends days after it
began is told as it is. [judged]"""

LURE_WINDOW = 30 * DAY
NEXT_LURE_WINDOW = 6 * HOUR
SAME_WORDS_WINDOW = 1 * HOUR
"""How long after its last lure post a campaign is still followed: by its own lures, by its carriers' next lure, and by its
words beside an unknown account's lure. On 15 July 2020 the lure changed after 58 minutes."""


def novice(kind: str, posts: int) -> float:
    """What the first lure of a class is worth after `posts` posts without one, in nats."""
    return NOVICE[kind] * posts / (posts + NOVICE_HALF[kind])


def quiet(watched: int) -> int:
    """The pace, in ms, given to a site first seen after `watched` ms; before the stream's latest leap, where far below 0."""
    return QUIET if watched < -DAY else min(QUIET, max(watched // WATCHED, 1))


def gap(waited: int, usual: int, *, first: bool) -> float:
    """What it is worth that the next account came after `waited` ms where `usual` ms is the key's own pace, in nats."""
    cost = FIRST_GAP if first else NEXT_GAP
    return min(SHORT_GAP, max(LONG_GAP, log(max(usual, 1) / max(waited, SECOND)) - cost))


def rare_class(trials: int, posts: int, watched: int) -> float:
    """What it is worth, in nats, that such a lure was cast only `trials` times in `posts` posts and `watched` ms."""
    usual = TRIALS_PER_MILLION / 1e6
    rate = (trials + usual * RARE_SEEN) / (posts + RARE_SEEN)
    return min(RARE_MOST, max(0.0, log(usual / rate))) * min(1.0, max(0, watched) / DAY)


def popular_pace(posts: int, watched: int) -> float:
    """The time, in ms, in which `POPULAR_POSTS` posts are made here, where `posts` were made in `watched` ms; at most `POPULAR_PACE`."""
    return min(POPULAR_PACE, max(SECOND, POPULAR_POSTS * max(watched, 0) / max(posts, POPULAR_POSTS)))


def popular_spreads(pace: float, popular: float, novelty: float) -> float:
    """How readily a burst with a mean gap of `pace` ms is explained by a site that is simply becoming popular.

    `popular` is `popular_pace`, `novelty` what the accounts' first links say, in nats.
    """
    return float(min(POPULAR_MOST, POPULAR * (pace / popular) ** 2) * exp(-max(0.0, novelty)))


def form_spreads(share: float | None) -> float:
    """How readily own pages of one site are explained by an app's form, given the share of words in common."""
    if share is None:
        return FORM_ODDS
    return min(FORM_MOST, max(FORM_LEAST, FORM_ODDS * exp(min(50.0, FORM_STEEP * (share - FORM_EVEN)))))


def never_pictured(never: int, posts: int) -> float:
    """The share of established accounts without a picture, counted over posts."""
    return (NEVER_PICTURED * NEVER_PICTURED_SEEN + never) / (NEVER_PICTURED_SEEN + posts)


def first_pictured(first: int, pictures: int) -> float:
    """The share of established accounts for whom a picture that goes round is their first, counted over new pictures."""
    return max(FIRST_PICTURE, (FIRST_PICTURE * FIRST_PICTURE_SEEN + first) / (FIRST_PICTURE_SEEN + pictures))


def picture_trials(new: int, posts: int) -> float:
    """How often a second account takes a picture up, as a multiple of `TRIALS_PER_MILLION`, by new pictures among posts."""
    share = (PICTURES_SHOWN * PICTURES_SHOWN_SEEN + new) / (PICTURES_SHOWN_SEEN + posts)
    return PICTURES_REPEATED * share * 1e6 / TRIALS_PER_MILLION


def picture_worth(posts: int, never: float, first: float, *, before: bool) -> float:
    """What it says, in nats, that an account of `posts` posts shows a picture, its first or one more (`before`)."""
    if before:
        return min(PICTURES_BEFORE_MOST, max(PICTURES_BEFORE_LEAST, log(max(1 - never, 1e-3) / max(1 - first, 1e-3))))
    return max(0.0, log(never / first)) * posts / (posts + FIRST_PICTURE_HALF)


def picture_pace(pace: float) -> float:
    """The share of pictures that spread at a mean gap of `pace` ms, as a multiple of that at `PICTURE_PACE`."""
    return min(PICTURE_PACE_MOST, max(PICTURE_PACE_LEAST, pace / PICTURE_PACE))


def picture_scale(pace: float) -> int:
    """The power of two, in seconds, above a mean gap of `pace` ms: 0 below a second, at most `PICTURE_SCALES` - 1."""
    return min(PICTURE_SCALES - 1, int(max(0.0, pace) // SECOND).bit_length())


def picture_quick(pace: float, new: float = 0, quick: float = 0) -> float:
    """The share of pictures taken up that four accounts show every `pace` ms, where of `new` pictures `quick` were shown so."""
    taken = max(PICTURES_REPEATED * new, quick)
    share = PICTURE_SPREADS * picture_pace(pace)
    return (share * PICTURE_PACES_SEEN + quick) / (PICTURE_PACES_SEEN + taken)


def picture_spreads(pace: float, whose: float, trials: float, counted: tuple[float, ...] = ()) -> float:
    """How readily a picture shown every `pace` ms is explained by copying, where its accounts' pasts say `whose` nats.

    `counted`: new pictures, and how many were shown by four accounts at each scale of pace or more quickly; or nothing.
    """
    new, quick = (counted[0], counted[1 + picture_scale(pace)]) if counted else (0, 0)
    share = trials * picture_quick(pace, new, quick) * exp(-max(whose, -50.0))
    return min(PICTURE_SPREADS_MOST, max(PICTURE_SPREADS_LEAST, share))


def precursor_base(kind: int, posts_with: int, posts: int, events: int, accounts: int) -> float:
    """Share of ordinary accounts that show this kind: the larger of what posts and what all accounts' events tell."""
    by_posts = (PRECURSOR_BASE[kind] * PRECURSOR_SEEN + posts_with) / (PRECURSOR_SEEN + posts)
    by_events = (PRECURSOR_BASE[kind] * PRECURSOR_SEEN + events) / (PRECURSOR_SEEN + max(accounts, events))
    return max(by_posts, by_events)


def sign_in_base(kind: int, posts_with: int, posts: int) -> float:
    """The same for kinds that only a sign-in can show, counted among posts of accounts whose sign-ins are known."""
    return (PRECURSOR_BASE[kind] * SIGN_IN_SEEN + posts_with) / (SIGN_IN_SEEN + posts)


def same_way_fresh(usual: float) -> float:
    """How fresh, 0 to 1, a mark must be to be like others that usually are `usual`: freshness halves every `PRECURSOR_HALF_LIFE`."""
    return float(min(usual**SAME_WAY_TIMES, 0.5 ** (SAME_WAY_LEAST / PRECURSOR_HALF_LIFE)))


def spread(content: float, share: float) -> float:
    """Content evidence against chance *or* copying, where `share` of keys spread by copying: at most -ln(share)."""
    if content < -50.0:
        return content
    return -log((1 - share) * exp(-content) + share)


def mixture(total: float, prior: float) -> float:
    """A trace weighed over all carriers, where campaigns leave it with probability `prior`: never below ln(1 - prior)."""
    most = max(total, 0.0)
    return most + log(prior * exp(total - most) + (1 - prior) * exp(-most))


def milli(nats: float) -> int:
    """Nats as whole thousandths: kernels add integers, so that no order of adding changes a sum."""
    return round(nats * 1000)
