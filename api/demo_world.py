"""The company of the demo: its people, suppliers, processes and parts. All of it is invented."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

COMPANY = "Harbor Valve & Flange"
PASSWORD = "demo-2026"  # noqa: S105 - of a system that listens on this machine only
PEOPLE = {
    "admin": ("Ada Okafor", "ada@harbor.example"),
    "buyer": ("Bea Lindqvist", "bea@harbor.example"),
    "planner": ("Paul Moreau", "paul@harbor.example"),
    "quality": ("Quinn Adler", "quinn@harbor.example"),
    "receiving": ("Rosa Delgado", "rosa@harbor.example"),
    "approver": ("Abel Stone", "abel@harbor.example"),
    "design_authority": ("Dana Kim", "dana@harbor.example"),
    "finance": ("Finn Weber", "finn@harbor.example"),
    "viewer": ("Vera Novak", "vera@harbor.example"),
}
PLANT = {"code": "MAIN", "name": "Houston works", "timezone": "America/Chicago", "calendar": "US"}
CALENDARS = [
    {"code": "US", "country": "US", "workdays": [1, 2, 3, 4, 5], "exceptions": []},
    {"code": "CN", "country": "CN", "workdays": [1, 2, 3, 4, 5], "exceptions": []},
    {"code": "MX", "country": "MX", "workdays": [1, 2, 3, 4, 5, 6], "exceptions": []},
]
SUPPLIERS: list[dict[str, Any]] = [
    {"code": "ACME", "name": "Acme Plating", "email": "orders@acme-plating.example", "contact": "Ana Ruiz",
     "locale": "en", "timezone": "America/New_York", "country": "US", "calendar": "US"},
    {"code": "TRATER", "name": "Tratamientos Térmicos del Norte", "email": "pedidos@trater.example",
     "contact": "Luis Garza", "locale": "es", "timezone": "America/Monterrey", "country": "MX", "calendar": "MX"},
    {"code": "SZPLATE", "name": "深圳精镀表面处理有限公司", "email": "dingdan@szplate.example",
     "contact": "王芳", "locale": "zh", "timezone": "Asia/Shanghai", "country": "CN", "calendar": "CN"},
    {"code": "DELTA", "name": "Delta Passivation", "email": "shop@delta.example", "contact": "Dev Patel",
     "locale": "en", "timezone": "America/Chicago", "country": "US", "calendar": "US"},
    {"code": "STEEL", "name": "Gulf Steel", "email": "mill@gulf-steel.example", "contact": "Sam Hill",
     "locale": "en", "timezone": "America/Chicago", "country": "US", "calendar": "US"},
]  # fmt: skip
PROCESSES: list[dict[str, Any]] = [
    {
        "code": "PLATE",
        "name": "Zinc plating",
        "release_before_ship": True,
        "required_documents": ["coc"],
        "instructions": "Bake within 4 hours of plating. Keep lots apart.",
        "milestones": [
            {"code": "REC", "kind": "received", "name": "Material received", "day": 2},
            {"code": "PLATED", "kind": "process", "name": "Plated", "day": None},
            {"code": "MEASURED", "kind": "inspected", "name": "Measured", "day": None},
            {"code": "SHIP", "kind": "shipped", "name": "Shipped", "day": None},
        ],
    },
    {
        "code": "HEAT",
        "name": "Heat treatment",
        "required_documents": ["heat_chart", "coc"],
        "milestones": [
            {"code": "REC", "kind": "received", "name": "Material received", "day": 2},
            {"code": "HARDENED", "kind": "process", "name": "Hardened and tempered", "day": None},
            {"code": "SHIP", "kind": "shipped", "name": "Shipped", "day": None},
        ],
    },
    {
        "code": "PASSIV",
        "name": "Passivation",
        "required_documents": ["coc"],
        "milestones": [
            {"code": "REC", "kind": "received", "name": "Material received", "day": 2},
            {"code": "PASSIV", "kind": "process", "name": "Passivated", "day": None},
            {"code": "SHIP", "kind": "shipped", "name": "Shipped", "day": None},
        ],
    },
]
APPROVALS = {
    "ACME": ("PLATE", "ASTM B633"),
    "SZPLATE": ("PLATE", "ASTM B633"),
    "TRATER": ("HEAT", "AMS 2759/3"),
    "DELTA": ("PASSIV", "ASTM A967"),
}
# What a supplier's work costs by contract, in dollars.
TERMS: dict[str, dict[str, str]] = {
    "ACME": {"process": "PLATE", "price": "0.85", "minimum": "150", "lot_charge": "35",
             "expedite_fee": "180", "late_per_day": "25", "reject_charge": "0.40", "early_reward": "20"},
    "DELTA": {"process": "PASSIV", "price": "1.10", "minimum": "90", "late_per_day": "15"},
}  # fmt: skip
SPECS = {"PLATE": ("ASTM B633", "2023"), "HEAT": ("AMS 2759/3", "H"), "PASSIV": ("ASTM A967", "2017")}
# Their register: code, title, revisions with the day each came into force. The days are invented.
REGISTER = (
    (
        "ASTM B633",
        "Electrodeposited coatings of zinc on iron and steel",
        (("2019", "2019-11-01"), ("2023", "2023-05-01")),
    ),
    (
        "AMS 2759/3",
        "Heat treatment of steel parts",
        (("G", "2014-09-01"), ("H", "2019-06-01")),
    ),
    (
        "ASTM A967",
        "Chemical passivation treatments for stainless steel parts",
        (("2013", "2013-04-01"), ("2017", "2017-09-01")),
    ),
)
PARTS: list[dict[str, Any]] = [
    {"number": "BAR-4140", "revision": "A", "description": "Round bar 26 mm × 6 m", "material": "4140"},
    {"number": "FLANGE-DN50", "revision": "B", "description": "SS Flange DN50", "material": "304L",
     "gtin": "09506000134352"},
    {"number": "SHAFT-4140", "revision": "D", "description": "Valve shaft 25 × 300", "material": "4140",
     "bom": [{"part": "BAR-4140", "quantity": "0.006", "tolerance": "0.1"}]},
    {"number": "BONNET-6", "revision": "A", "description": "Bonnet 6 in", "material": "316"},
    {"number": "BAR-316", "revision": "1", "description": "Round bar 316, 20 mm", "uom": "KGM", "material": "316"},
    {"number": "STEM-8", "revision": "A", "description": "Valve stem 8 in", "material": "316",
     "bom": [{"part": "BAR-316", "quantity": "0.6"}], "safety_stock": 60, "lot_multiple": 20, "lead_days": 6},
    {"number": "BAR-174", "revision": "A", "description": "Round bar 17-4 PH, 60 mm", "material": "17-4 PH",
     "dfars": True},
    {"number": "SEAT-174", "revision": "C", "description": "Relief valve seat, navy pump", "material": "17-4 PH",
     "trace": "serial", "dfars": True, "bom": [{"part": "BAR-174", "quantity": "0.125"}]},
]  # fmt: skip
# The operations new work orders begin with.
ROUTINGS: list[dict[str, Any]] = [
    {"part": "STEM-8", "revision": "A", "operations": [
        {"sequence": 10, "kind": "internal", "process": "TURN"},
        {"sequence": 20, "kind": "outside", "process": "PASSIV", "spec": "ASTM A967", "spec_revision": "2017"},
    ]},
]  # fmt: skip
# What a customer wants: part, revision, quantity, weekdays until due.
SALES_ORDER = ("NW-4471", "NORTHWIND", (("STEM-8", "A", 45, 18), ("STEM-8", "A", 30, 32)))
# Bars to make it of: kilograms, heat, weekdays since they came. The older ones are not enough.
BARS = ((18, "H-3160", 12), (120, "H-3172", 5))
PLATING_PLAN = {
    "part": "FLANGE-DN50",
    "revision": "B",
    "process": "PLATE",
    "characteristics": [
        {"number": "1", "name": "Coating thickness", "nominal": "10", "lower": "8", "upper": "12", "unit": "µm",
         "method": "X-ray fluorescence", "sample": 3},
        {"number": "2", "name": "Adhesion", "kind": "attribute", "method": "Bend test", "sample": 1},
    ],
}  # fmt: skip
MEASURED = [
    {"characteristic": "1", "sample": 1, "value": "9.8"},
    {"characteristic": "1", "sample": 2, "value": "10.4"},
    {"characteristic": "1", "sample": 3, "value": "8.9"},
    {"characteristic": "2", "sample": 1, "value": "conforms"},
]


def certificate(lines: Iterable[str]) -> bytes:
    """A one-page PDF with these lines (Latin letters) on it, as a supplier's certificate stands in."""
    shown = "".join(f"({_escaped(line)}) Tj 0 -22 Td " for line in lines)
    content = f"BT /F1 14 Tf 72 760 Td {shown}ET".encode("latin-1", "replace")
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
        b"/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
    ]
    pdf, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(pdf))
        pdf += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(pdf)
    pdf += b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(places) + 1, table)
    return pdf + b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(places) + 1, start)


def _escaped(line: str) -> str:
    return line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
