"""A supervisor without camera and disk: for tests, and for working on whatever talks to the control socket.

It answers by a real `Server` on a real socket; only what stands behind the socket is made up.
"""

from appliance.control.standin.supervisor import StandInService, StandInSupervisor

__all__ = ["StandInService", "StandInSupervisor"]
