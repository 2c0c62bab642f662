"""Which room computes a kind of design: the one line that a new kind adds, so that sweeps and studies need no change."""

ROOMS: dict[str, str] = {"link": "links", "cluster": "clusters"}
