"""Two customers with tables of their own: one measures, one has no use for time."""

from datetime import timedelta

from etl.demodata.edits import insert_lines, reverse_columns
from etl.demodata.output import Edit, Output
from etl.demodata.size import Request, Size

DEMO = Size(days=60, devices=3, rows=4_320)
BENCH = Size(days=60, devices=3, rows=2_000_000)

COLD_STORE = "customers/acme-cold-storage"
BISTRO = "customers/bistro-42"


def write(out: Output, request: Request) -> None:
    """Write three uploads of each customer; a few rows and one file of them are rejected."""
    if request.single_file:
        _copy_measurements(out, request, "measurements", 0, 1)
        return
    bad = None if request.clean else insert_lines(_BAD_MEASUREMENTS)
    _copy_measurements(out, request, "upload-1", 0, 3)
    _copy_measurements(out, request, "upload-2", 1, 3, reverse_columns)
    _copy_measurements(out, request, "upload-3", 2, 3, bad)
    out.write(f"{BISTRO}/menu-1.csv", _MENU)
    out.write(f"{BISTRO}/menu-2.csv", _MENU_ADDED)
    if not request.clean:
        out.write(f"{BISTRO}/menu-3.csv", _MENU_OF_OTHER_COLUMNS)


def _copy_measurements(
    out: Output, request: Request, name: str, share: int, shares: int, edit: Edit | None = None
) -> None:
    size = request.size
    out.copy(
        f"{COLD_STORE}/{name}.csv",
        "customer_measurements",
        edit,
        seed=request.seed,
        days=size.days,
        units=size.devices,
        rows=size.rows,
        first_day=request.last_day - timedelta(days=size.days - 1),
        first_row=size.rows * share // shares,
        end_row=size.rows * (share + 1) // shares,
    )


_BAD_MEASUREMENTS = ["yesterday,freezer-1,-18.20,0", ",freezer-1,-18.25,0"]
_MENU = b"""item,price_eur,vegetarian
Leek soup,7.50,true
Sole with butter,24.00,false
"Potatoes, roasted",5.00,true
"""
_MENU_ADDED = b"""item,price_eur,vegetarian
Plum tart,6.50,true
Espresso,2.20,true
"""
_MENU_OF_OTHER_COLUMNS = b"""item,price_usd,vegetarian,allergens
Plum tart,7.20,true,gluten
"""
