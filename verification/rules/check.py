#!/usr/bin/env python3
"""Check the rulebook in this folder. One summary line, then one line for each problem; exit 1 if there is any."""
import pathlib
import re
import sys
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
AREAS = {
    "sharing": "HND NTH NAM ACC SHR OPN LIF",
    "allocations": "CRA DSA LCK QRY OPR XAD",
    "sync": "KMX SYN CPU GPU EVT TDR",
    "scheduler": "ADP CTX SCD FLT RES NAT TRD TIM",
    "invariants": "",
}
PREFIXES = {p for v in AREAS.values() for p in v.split()}
BASIS = {"observed", "documented", "inferred", "chosen"}
KINDS = {"state", "step", "history", "quiescent", "pair", "policy", "witness"}
KEYS = {  # table: (required, optional)
    "rule": ({"id", "title", "text", "basis", "calls"}, {"documented", "peers", "surface"}),
    "call": ({"name", "inputs", "outputs", "checks", "effects", "on_failure", "blocks", "rules"}, set()),
    "invariant": ({"id", "title", "text", "kind", "rules"}, {"areas"}),
    "transition": ({"id", "title", "enabled_when", "effect", "footprint", "rules"}, set()),
    "choice": ({"id", "title", "options", "default", "rules"}, set()),
}
ID = {
    "rule": re.compile(r"[A-Z]{3}-\d{2}"),
    "invariant": re.compile(r"INV-\d{2,3}"),
    "transition": re.compile(r"T\d+a?"),
    "choice": re.compile(r"C\d"),
}
REF = re.compile(r"\b(?:%s|INV)-\d+\b" % "|".join(sorted(PREFIXES)))
SHORT_REF = re.compile(r"\b(?:T\d{1,2}a?|C\d)\b")
CHECK = re.compile(r"(.+) -> ([A-Z_]+) \[([A-Z]{3}-\d{2})\]", re.S)
SAID = re.compile(r"\b(?:gives|give|returns|return)\s+([A-Z]{2,}(?:_[A-Z]+)+|[A-Z]{3,})\b")
OBJECTS = {"MUTEX", "SEMAPHORE", "FENCE", "MAXIMUM_ALLOWED", "DELETE", "STOPPED", "HUNG", "RESET", "ACTIVE"}
LISTS = ("inputs", "outputs", "checks", "rules", "calls", "areas")

problems = []


def bad(where, what):
    problems.append(f"{where}: {what}")


def strings(value):
    """All strings inside a table."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for v in value.values():
            yield from strings(v)
    elif isinstance(value, list):
        for v in value:
            yield from strings(v)


readme = (HERE / "README.md").read_text(encoding="utf-8")
listed = readme[readme.index("Status names drop"):]
statuses = {}
for name, number in re.findall(r"\b([A-Z][A-Z_]+)\s+(0x[0-9A-Fa-f]+|[0-9A-F]{8}|0)\b", listed):
    if name in statuses:
        bad("README.md", f"status {name} is listed twice")
    statuses[name] = number
if len(set(statuses.values())) != len(statuses):
    bad("README.md", "two statuses have one number")

tables = {kind: {} for kind in KEYS}
for stem, own in AREAS.items():
    path = HERE / f"{stem}.toml"
    try:
        doc = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as e:
        bad(path.name, str(e))
        continue
    for kind, entries in doc.items():
        if kind not in KEYS:
            bad(path.name, f"unknown table {kind}")
            continue
        required, optional = KEYS[kind]
        for e in entries:
            key = e.get("name" if kind == "call" else "id", "?")
            where = f"{path.name} {key}"
            for k in required - e.keys():
                bad(where, f"no field {k}")
            for k in e.keys() - required - optional:
                bad(where, f"unknown field {k}")
            for k, v in e.items():
                if k in LISTS:
                    if not isinstance(v, list) or not all(isinstance(x, str) for x in v):
                        bad(where, f"{k} is no list of strings")
                    elif k in ("rules", "calls", "areas") and len(set(v)) != len(v):
                        bad(where, f"{k} names something twice")
                elif k in ("blocks", "surface"):
                    if not isinstance(v, bool):
                        bad(where, f"{k} is no boolean")
                elif k == "peers":
                    if not isinstance(v, dict) or not all(isinstance(x, str) for x in v.values()):
                        bad(where, "peers is no table of strings")
                elif not isinstance(v, str) or not v.strip():
                    bad(where, f"{k} is no text")
            if key in tables[kind]:
                bad(where, f"{kind} defined twice")
            tables[kind][key] = e
            if kind in ID and not ID[kind].fullmatch(key):
                bad(where, "malformed id")
            if kind == "rule":
                if key.split("-")[0] not in own.split():
                    bad(where, "prefix of another file")
                if e.get("basis") not in BASIS:
                    bad(where, f"basis {e.get('basis')}")
            if kind == "invariant":
                if e.get("kind") not in KINDS:
                    bad(where, f"kind {e.get('kind')}")
                if not e.get("rules") and not e.get("areas"):
                    bad(where, "names neither a rule nor an area")

rules, calls = tables["rule"], tables["call"]
ids = set(rules) | set(tables["invariant"])
short = set(tables["transition"]) | set(tables["choice"])

for kind, entries in tables.items():
    for key, e in entries.items():
        for s in strings(e):
            for r in REF.findall(s):
                if r not in ids:
                    bad(key, f"unknown reference {r}")
            for r in SHORT_REF.findall(s):
                if r not in short:
                    bad(key, f"unknown transition or choice {r}")
            for s in SAID.findall(s):
                if s not in statuses and s not in OBJECTS:
                    bad(key, f"unknown status {s}")
        for r in e.get("rules", []):
            if r not in rules:
                bad(key, f"rules names {r}, which is no rule")
        for a in e.get("areas", []):
            if a not in PREFIXES:
                bad(key, f"unknown area {a}")

for key, r in rules.items():
    for c in r.get("calls", []):
        if c == "*":
            if r["calls"] != ["*"]:
                bad(key, "calls mixes * with names")
        elif c not in calls:
            bad(key, f"unknown call {c}")
        elif key not in calls[c].get("rules", []):
            bad(key, f"governs {c}, but {c} does not list it")

links = 0
for name, c in calls.items():
    links += len(c.get("rules", []))
    for key in c.get("rules", []):
        governed = rules.get(key, {}).get("calls", [])
        if governed and governed != ["*"] and name not in governed:
            bad(name, f"lists {key}, but {key} does not govern it")
    for line in c.get("checks", []):
        m = CHECK.fullmatch(line)
        if not m or " -> " in m[1]:
            bad(name, f"check without exactly one status and one rule at its end: {line}")
        elif m[2] not in statuses:
            bad(name, f"unknown status {m[2]}")
        elif m[3] not in c.get("rules", []) and rules.get(m[3], {}).get("calls") not in (["*"], []):
            bad(name, f"check by {m[3]}, which does not govern the call")

surface = sum(bool(r.get("surface")) for r in rules.values())
per_basis = ", ".join(f"{sum(r.get('basis') == b for r in rules.values())} {b}" for b in sorted(BASIS))
print(
    f"rulebook: {len(rules)} rules ({per_basis}; {surface} surface), {len(calls)} calls, {links} links, "
    f"{sum(len(c.get('checks', [])) for c in calls.values())} checks, {len(tables['invariant'])} invariants, "
    f"{len(tables['transition'])} transitions, {len(tables['choice'])} choices, {len(statuses)} statuses, "
    f"{len(problems)} problems"
)
for p in problems:
    print(p)
sys.exit(1 if problems else 0)
