"""Runs scans, reports, gates and prunings by the clock, as one long-lived process or as one shot for another clock.

APScheduler says when a job is due; the store notes that moment and the next one together, so that a kill at any instant
neither loses a run nor doubles it; each run is a process of its own, so that its crash ends nothing else.
"""

from __future__ import annotations
