"""An agent at work: ordinary days as a test tells them, and what comes after."""

from holdfast.detection.staff import StaffWatch
from holdfast.events import Account, CredentialChange, StaffAction, StaffReport, StaffSignIn

MINUTE, HOUR = 60_000, 3_600_000
DAY = 24 * HOUR
FAMOUS = [f"famous-{number}" for number in range(50)]


class Agents:
    """A desk of agents who have worked for some days, each with their own network and device, at nine o'clock."""

    def __init__(self, count=6, days=8, *, people=None, famous=True, **more):
        self.watch = StaffWatch(people or {}, **more)
        self.count, self.day = count, days
        self.tell(*(Account(account=name, time=0, reach=1_000_000) for name in FAMOUS if famous))
        for day in range(days):
            for number in range(count):
                self.work(number, day)

    def tell(self, *events):
        """Have the watch hear them."""
        self.watch.observe(events)

    def work(self, number, day):
        """Thirty tickets."""
        at = day * DAY + 9 * HOUR
        self.enter(number, at)
        self.tell(*(self.looks(number, at + each * MINUTE, f"a{number}-{day}-{each}", "T") for each in range(1, 31)))

    def enter(self, number, at, network=None, device=None, **more):
        """A sign-in, from their own place unless it is another."""
        said = {"asn": network or f"net-{number}", "device": device or f"dev-{number}", "outcome": "ok", **more}
        self.tell(StaffSignIn(staff=f"s{number}", time=at, **said))

    def looks(self, number, at, account, ticket="", **more):
        """One look at an account."""
        said = {"tool": "desk", "action": "view", "target": account, "ticket": ticket, **more}
        return StaffAction(staff=f"s{number}", time=at, **said)

    def reads(self, number, at, pages=3):
        """How-to pages."""
        for page in range(pages):
            self.tell(self.looks(number, at + page, f"page:{page}", tool="intranet", action="read_page"))

    def changes(self, number, at, account, value, **more):
        """An e-mail replaced."""
        said = {"what": "email", "by": "staff", "staff": f"s{number}", "new_hash": value, **more}
        self.tell(CredentialChange(account=account, time=at, **said))

    def reports(self, number, at, kind="vishing"):
        """A report."""
        self.tell(StaffReport(staff=f"s{number}", time=at, kind=kind))

    @property
    def alarms(self):
        """Whom was told of since this was last asked, and how surely."""
        return self.watch.take_alarms()

    @property
    def now(self):
        """Two in the night after the last day."""
        return self.day * DAY + 2 * HOUR
