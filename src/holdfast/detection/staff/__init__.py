"""Whose hands are on the internal tools: the staff member's, or those of somebody who talked them out of their access?"""

from .alarm import ReportWave, StaffAlarm, StaffTier
from .reports import Reports
from .watch import StaffWatch

__all__ = ["ReportWave", "Reports", "StaffAlarm", "StaffTier", "StaffWatch"]
