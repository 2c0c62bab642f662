# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Does this 1.6T link close, what does it burn, and which numbers should I distrust?
#
# The link is a pluggable module of today: 1.6T 2xDR4, eight lanes of 106.25 GBd PAM4 over 500 m of parallel
# single-mode fibre with four mated connectors, externally modulated lasers, a retiming DSP at both ends.
# One call computes its budget; the rest of this page reads it.

# %%
from pathlib import Path
from tempfile import TemporaryDirectory

import photonics as ph

b = ph.budget("1.6T-2xDR4", corner="worst")
lane = b.worst_lane

# The first lines of print(b); the tables that follow them are taken one by one below.
print(str(b).split("\n\n")[0])

# %% [markdown]
# **Worst corner** means that every quantity sits at its bad end at once: highest losses, lowest extinction
# ratio, hottest laser, end of life. That is a bound and no likely state; a real module has most of its
# quantities near their typical values.
#
# ## The light, term by term
#
# The physics budget starts at the laser's facet and ends at the margin. Planes are those of the standard:
# TP2 is the light that leaves the module, TP3 the light that arrives. A loss is positive. The level of the
# laser is an average power, all later levels are *outer OMA*: the optical power of the highest of the four
# levels less that of the lowest.

# %%
print(b.tables()[0])

# %% [markdown]
# The same as a picture. Left of TP3 light is lost; right of it each penalty takes its share of what
# arrived, and the margin is what they leave above the need of a receiver that has only thermal and shot
# noise. Pale bars with a star rest on an assumption.

# %%
ph.reports.waterfall(b)

# %% [markdown]
# Three sums hold in every budget that has a margin, and hold here:

# %%
losses = sum(t.value for t in lane.terms if t.kind == "loss" and t.plane == "TP2-TP3")
launch = next(t.value for t in lane.terms if t.name == "launch OMA")
receiver = [t for t in lane.terms if t.plane == "TP3-TP4"]

assert abs(launch - losses - lane.rx_oma_dbm) < 1e-9
assert abs(sum(t.value for t in receiver) - lane.sensitivity_oma_dbm) < 1e-9
assert abs(lane.rx_oma_dbm - lane.sensitivity_oma_dbm - lane.margin_db) < 1e-9

print(f"launch {launch:.2f} dBm - channel {losses:.2f} dB = received {lane.rx_oma_dbm:.2f} dBm")
alone, penalties = receiver[0].value, sum(t.value for t in receiver[1:])
print(f"noise alone {alone:.2f} dBm + penalties {penalties:.2f} dB = sensitivity {lane.sensitivity_oma_dbm:.2f} dBm")
print(f"margin {lane.margin_db:.2f} dB")

# %% [markdown]
# ## Spec beside physics
#
# The standard asks another question: does this transmitter, over this path, give a *compliant* receiver
# what it must accept? Its TDECQ already holds intersymbol interference, noise and dispersion. So the two
# budgets share the launch and the loss and nothing else, and adding a penalty of one to the other would
# count it twice.

# %%
print(b.tables()[1])
print()
print(b.tables()[2])

# %% [markdown]
# The second table holds the lines of the clause that can catch a design whose margin is fine: a launch set
# high enough for the worst path comes close to the highest average power that the module may send.
#
# ## Where the launch comes from
#
# Nobody typed the launch OMA in. The design says `solve = true`: the set point is the larger of what the
# clause asks for at the worst TDECQ and what the error ratio needs over the worst path with its margin
# target; guards for setting, drift and ageing go on top.

# %%
m = b.module
guards = [t for t in lane.terms if t.kind == "guard"]

print(f"clause minimum at the worst TDECQ    {m.clause_oma_dbm:6.2f} dBm")
print(f"error ratio over the worst path      {m.need_oma_dbm:6.2f} dBm")
for t in guards:
    print(f"{t.name:<36} {t.value:+6.2f} dB")
print(f"set point                            {m.launch_oma_dbm:6.2f} dBm, {m.launch_set_by}")

assert abs(max(m.clause_oma_dbm, m.need_oma_dbm) + sum(t.value for t in guards) - m.launch_oma_dbm) < 1e-9

# %% [markdown]
# So a worst-corner margin equal to the margin target is no luck and no reserve: the module was designed to
# have exactly that. What the solution costs appears elsewhere, in the laser's power and in the room below
# the clause's upper limit.
#
# ## What it burns
#
# Every block has its own physics, and none is fitted to a module's total. The boundary is the module's
# supply, one end, transmit and receive together; pJ/bit divides by the payload rate. The host's SerDes is
# shown and not added.

# %%
print(b.tables()[-1])
print()
for corner in ("best", "typ", "worst"):
    module = ph.budget("1.6T-2xDR4", corner=corner).module
    print(f"{corner:<6} {module.power_w:5.1f} W   {module.energy_pj_per_bit:5.1f} pJ/bit")

# %% [markdown]
# Compare with a data sheet at the corner that the sheet speaks of: its typical power with `typ`, its
# maximum with `worst`, remembering that `worst` has every block at its bad end in the same module.
#
# ## One number down to its sources
#
# The largest penalty deserves a question: what is it, and who says so?

# %%
largest = max(receiver[1:], key=lambda t: t.value)
print(ph.explain("1.6T-2xDR4", largest.name, corner="worst"))

# %% [markdown]
# The closed form has no intersymbol interference. A number of the design stands in for what bandwidth,
# jitter and the equaliser cost until an eye is computed, and it is an assumption. Because it amplifies
# noise, its penalty is larger than the decibels stated: the rest of the noise does not grow with it, so
# more light is needed to get back to the same error ratio.
#
# ## What if the connectors are worse?
#
# A design file may start from a catalogue entry and say only what differs. Here every connector is dirty:
# more loss, less return loss. A list such as the path is replaced as a whole.

# %%
DIRTY = """
schema = "photonics/link/1"
base = "1.6T-2xDR4"
name = "dirty-connectors"

[[path]]
name = "four dirty connectors"
kind = "connector"
count = 4
loss = { min = "0.30 dB", typ = "0.50 dB", max = "0.75 dB", source = "what if", confidence = "assumed" }
return_loss = { min = "35 dB", typ = "45 dB", max = "55 dB", source = "what if", confidence = "assumed" }
pdl = "0.05 dB"

[[path]]
name = "trunk fibre"
part = "fibre-g652"
kind = "fibre"
length = "500 m"
dgd = "2.24 ps"
"""

with TemporaryDirectory() as folder:
    file = Path(folder) / "dirty.toml"
    file.write_text(DIRTY, encoding="utf-8")
    dirty = ph.budget(ph.load(file), corner="worst")

for name, was, now, unit in (
    ("channel loss", lane.optical_loss_db, dirty.worst_lane.optical_loss_db, "dB"),
    ("MPI penalty", lane.mpi_quasi_static_db, dirty.worst_lane.mpi_quasi_static_db, "dB"),
    ("launch set point", m.launch_oma_dbm, dirty.module.launch_oma_dbm, "dBm"),
    ("physics margin", lane.margin_db, dirty.worst_lane.margin_db, "dB"),
    ("overload margin", lane.margin_overload_db, dirty.worst_lane.margin_overload_db, "dB"),
    ("module power", m.power_w, dirty.module.power_w, "W"),
):
    print(f"{name:<18} {was:6.2f} -> {now:6.2f} {unit}")
print()
print("closes" if dirty.closes else "does not close:")
for note in dirty.warnings:
    if "clause line" in note:
        print(f"  {note}")

# %% [markdown]
# The physics margin did not move: a module *designed* for this path sends more light, and pays with power,
# with room below the receiver's overload on a short path, and with broken lines of the clause. A module that
# was *built* for the clean path knows nothing of it. Its set point stays, and its margin shrinks by all that
# the path now asks for:

# %%
built = lane.margin_db - (dirty.module.need_oma_dbm - m.need_oma_dbm)
print(f"margin of the module as built, over dirty connectors: {built:.2f} dB")

# %%
ph.reports.waterfall(dirty)

# %% [markdown]
# ## Which numbers to distrust
#
# Every input carries a confidence, and a result is no better than its weakest input. The list is long; what
# matters is how many decibels hang on each.

# %%
Table = ph.results.Table
number = ph.results.number

rows = []
for t in sorted(lane.terms, key=lambda t: -abs(t.value)):
    if t.unit == "dB" and t.kind in ("loss", "guard", "penalty") and t.confidence == "assumed":
        weak = [i for i in t.inputs if i.confidence == "assumed"]
        rows.append([t.name, number(t.value), ", ".join(f"{i.name} {i.value}" for i in weak)])
print(Table(["assumed term", "dB", "the inputs that are assumed"], rows, "", frozenset({1})))

# %%
rows = []
for e in sorted(m.energy_terms, key=lambda e: -e.power_w):
    if e.boundary == "module" and e.confidence == "assumed":
        weak = dict.fromkeys(i.name for i in e.inputs if i.confidence == "assumed")
        rows.append([e.name, number(e.power_w), ", ".join(weak)])
print(Table(["assumed block", "W", "the inputs that are assumed"], rows, "", frozenset({1})))

# %% [markdown]
# ## The answer

# %%
assumed = [t for t in lane.terms if t.kind in ("loss", "guard", "penalty") and t.confidence == "assumed"]
worst = max(assumed, key=lambda t: t.value)
typical = ph.budget("1.6T-2xDR4", corner="typ").module
blocks = [e for e in m.energy_terms if e.boundary == "module"]
share = sum(e.power_w for e in blocks if e.confidence == "assumed") / sum(e.power_w for e in blocks)

print(f"It {'closes' if b.closes else 'does not close'} with {lane.margin_db:.2f} dB in the worst corner,")
print("   by design: the set point was solved for that margin.")
print(f"It burns {typical.power_w:.1f} W typically ({typical.energy_pj_per_bit:.1f} pJ/bit),")
print(f"   {m.power_w:.1f} W if everything is at its worst at once.")
print(f"Distrust first: {worst.name}, {worst.value:.2f} dB,")
print(f"   {worst.value / lane.margin_db:.0f} times the margin.")
print(f"{len(assumed)} terms of the loss budget and {share:.0%} of the power rest on assumptions.")
for note in b.warnings:
    print(f"note: {note}")
