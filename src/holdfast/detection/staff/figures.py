"""How much does each sign weigh, and how much is enough?

Each weight is the logarithm (nats) of how often an abused access shows the sign, over how often honest work does in the same
stretch of time. Nobody publishes how honest support works: the shares are judged, and marked so; `holdfast bench staff` tells
what comes of them. What depends on the person (their hours, how often they look without a ticket) is counted, not judged.
"""

from __future__ import annotations

from math import log

HOUR = 3_600_000  # milliseconds
DAY = 24 * HOUR
MISSED = 0.05  # share of abused accesses that may go unseen

ASK = log((1 - MISSED) / 1.5e-3)
"""6.45 nats (Wald 1945): three agent-days in two thousand may be asked about, if the weights were right. [judged]"""

HOLD = log((1 - MISSED) / 3e-6)
"""12.67 nats. A thousand agents work 20,000 days in a month, and one of these may end in a false proposal; fifteen times rarer than
that, since the signs of honest people are not as independent as their sum takes them to be. [judged]"""

WATCH = 8.0
"""Nats at which the middle is proposed, if what they do in tools is one of the signs: for some days all of it takes a ticket and
a reason. They go on working, so it may be wrong more often than a hold: on synthetic work of 1,000 agents some ten times a
month. A new place alone is a question of who it is, which no ticket answers. [judged]"""

LEAST_SIGNS = 2
"""Families of signs that a hold takes, each by at least `COUNTS`: each sign alone is somebody's job. (Decision 0052.)"""

COUNTS = 1.5
"""Nats below which a family is not counted as a sign of its own: less than five to one."""

SETTLED = 5
"""Days on which somebody was seen before their own past counts: everything of a new hire is new. [judged]"""

# Where they sign in from
NEW_NETWORK = log(0.9 / 0.03)  # honest: trips, homes, hotels. [judged]
NEW_NETWORK_OF_COLLEAGUES = log(0.5 / 0.25)  # a network that others work from: the company moved its exit
NEW_DEVICE = log(0.9 / 0.02)  # honest: another laptop every second year, browsers reset. [judged]
TWO_PLACES = log(0.5 / 0.01)  # at work on the own device within the hour, and now on a new one from a new network
AN_HOUR = 1 / 8  # chance that an intruder comes in this hour or the two beside it: theirs are no office hours
MOST_BY_HOUR = 2.0
MOST_BY_PLACE = 8.0  # less than HOLD by far: a trip with a borrowed laptop has all of it
FEW_NEW = 4
"""New networks, or new devices, of a day that teach where somebody works. A trip has two or three; whoever changes them all day
long would have the next day's taken for known, or push out those that are. [judged]"""
COLLEAGUES = 4  # people for whom a network is their own, before it is the company's

# Pushes
PUSH_WITHIN = 30 * 60_000
PUSHES = 2  # refused: one is a slip of the thumb
PUSHED = log(0.8 / 0.01)
EACH_PUSH_MORE = log(2)
MOST_BY_PUSH = 6.5

# Learning a tool
PAGES = 2  # how-to pages before the first use
PAGES_WITHIN = 2 * DAY
LEARNT = log(0.5 / 0.015)
LEARNT_AS_COLLEAGUES = log(0.5 / 0.35)  # others used it for the first time too: a training, a new tool
SHUT_OUT = log(0.5 / 0.008)  # and was refused: read how others get in, and tried the door
LEARNERS = 4
LEARNERS_WITHIN = 7 * DAY

# What they are refused
FLOODED = log(0.5 / 5e-4)
"""6.9 nats: refused without end, as no hand works but a script does. One agent-day in two thousand has a tool that
broke instead. Enough to ask, and with a place that is not theirs to propose a hold. [judged]"""

# What they look at
RUNS = 0.5
"""By which each account counts: look-ups come in runs, so a further one is half news. [judged]"""
UNASKED = 0.4  # of the accounts no ticket and no queue asked for, beside the honest work of the same day. [judged]
FAMOUS = 0.25  # of them are of high reach
LEAST_UNASKED, LEAST_FAMOUS = 0.03, 0.015  # that a colleague's share of either is taken to be at least. [judged]
PRIOR = 8.0
"""Accounts by which the desk's share counts beside the person's own: few, for people differ more than days do. [judged]"""
DOUBT = 2.0
"""Standard deviations by which the share of honest work may be larger than was counted."""
MOST_BY_UNASKED = 6.0  # less than `ASK`: the tickets may be down for a day
MOST_BY_MANY = 8.0  # where they are more than `MANY` of their days have accounts in all: no outage makes these
MANY, A_DAY = 2.0, 40.0  # days; and the accounts that a day is taken to have at least. [judged]
MOST_BY_FAMOUS = 6.0  # less than `ASK`: more of them than ever, each with a ticket, is a new job
MOST_BY_REACH = 8.0
REST = 4 * HOUR  # without a look at an account: the next shift, wherever midnight is
WEEK = 0.8  # by which a shift counts after the next one: some five shifts are looked at together
RUN = 45 * 60_000  # milliseconds that an outage of tickets, a favour or one caller takes
IN_A_RUN = 0.3  # by which the second and further ones of it count. [judged]
OF_ONE_CALLER = (
    0.15  # by which they count where it is asked who was chosen: a manager or the press names several. [judged]
)
CHOSEN_AFTERWARDS = 1.5
"""Nats that it costs to choose the share that fits best, and to look at each account of the day. [judged]"""
RECENT = HOUR // 2  # half of what the desk did counts no more after it: a mass incident is everybody's
RECENT_PRIOR = 20.0
TWO_CALLS = 1.5  # runs with one of high reach in them, an older one counted by `WEEK`: more than one occasion
NAMED_AT_ONCE = 10  # accounts of high reach: more than somebody who calls may name. [judged]

# One recovery value
SAME_VALUE = log(0.6 / 0.2)  # for two accounts: a family; of ten agents one or two meet one in a month. [judged]
OF_THREE = log(0.5 / 3e-3)  # for three: seldom a family, more often somebody who collects
EACH_ACCOUNT_MORE = 2.0
OF_HIGH_REACH = 2.0  # two of them are of high reach: families have no two, and bodies were counted once
MOST_BY_VALUE = 9.0

# What several look at
CROWD = 3  # colleagues who looked at an account unasked within `CROWD_WITHIN`: it is in the news
CROWD_WITHIN = 2 * HOUR

# What became of the accounts
BEFORE = HOUR  # by which a look must precede: whoever answers an attack looks while it goes on
AFTER = 10 * DAY  # in which it counts, and by which half of what was read is forgotten
TAKEN_LATER = 1 / 500  # share of accounts that are taken over in that time, of those that support looks at. [judged]
LOST_PRIOR = 500.0  # accounts by which that share counts beside the desk's own
LEAST_LOST = 2  # accounts of theirs, for one is bad luck
LOST = 64  # accounts remembered of one person
MOST_BY_AFTERMATH = 8.0

# What others told
CALLED = log(2.7)
"""About 1 nat: they reported a call themselves within the day, and then signed in from elsewhere. Never a sign by itself."""

STANDS = DAY
"""How long a sign counts; one about values or about patience longer."""
STANDS_LONG = 30 * DAY
AGAIN = 7 * DAY
"""How long nobody is told the same of the same person again."""

# A campaign against staff
WAVE = 3
"""People who report vishing or phishing within `WAVE_WITHIN`: on 15 July 2020 five did before the first post (NYDFS)."""
WAVE_WITHIN = 6 * HOUR
USUAL_PER_DAY = 1 / 600
"""Such reports that a staff member makes a day: one in two years or so. [judged]"""
WAVE_CHANCE = 1e-4
"""How rarely chance may make as many within `WAVE_WITHIN`."""
