"""Whose hands are on the internal tools: the staff member's, or those of somebody who talked them out of their access?"""

from .alarm import ReportWave, StaffAlarm, StaffTier
from .person import Person
from .reports import Reports
from .watch import StaffWatch

__all__ = ["Person", "ReportWave", "Reports", "StaffAlarm", "StaffTier", "StaffWatch"]
