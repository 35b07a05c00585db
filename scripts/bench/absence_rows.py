"""The rows of the absence bench: 500 000 that are there, and the new ones, as each format has them."""

import json
import sys
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from app.clock import today

ORGANISATION = "310300403"
PLACEMENTS = 999
JSON, NDJSON, CSV = "application/json", "application/x-ndjson", "text/csv"

FILL = """
insert into provider (id, name, organisation_number, municipality_number)
select gen_random_uuid(), 'Vekstbedrift', number, '4631'
from unnest(array['310300403', '310300411', '310300420']) as number;
insert into guideline_version values (gen_random_uuid(), now(), now(), '2018-01-01', 50, 'calendar_days', 95, 25, 3,
    90, 30, 90, 2, 1, 1);
with people as (
    insert into participant (
        id, given_name, family_name, birth_date, municipality_number, service_area, contacts, address_protection
    )
    select gen_random_uuid(), 'Kari', 'Nordmann', date '1990-01-01', '4631', 'habilitation', '[]', false
    from generate_series(1, {placements})
    returning id
), numbered as (
    select id, row_number() over () as n from people
), providers as (
    select array_agg(id) as ids from provider
)
insert into placement (
    id, participant_id, provider_id, service_area, terms, starts_on, share, monthly_price
)
select gen_random_uuid(), numbered.id, ids[1 + n % 3], 'habilitation', 'legacy', date '2018-01-01', 100, 18000
from numbered, providers;
insert into absence (
    id, provider_id, external_id, placement_id, revision, kind, starts_on, ends_on, percent, note, cancelled,
    revision_cancels
)
select gen_random_uuid(), p.provider_id, 'AB-' || p.n || '-' || k, p.id, 1,
    (array['sick', 'leave', 'holiday', 'other'])[1 + k % 4], date '2018-01-01' + 5 * k, date '2018-01-02' + 5 * k,
    100, case when k % 5 = 0 then 'Ringde sjølv om morgonen.' end, false, false
from (select id, provider_id, row_number() over () as n from placement) p,
    generate_series(0, {rows} / {placements}) as k;
"""


def new_items(placements: list[str], count: int) -> list[dict[str, object]]:
    """Absences nobody has pushed yet: single days, a week apart, up to today, on every placement in turn."""
    items: list[dict[str, object]] = []
    for number in range(count):
        week, place = divmod(number, len(placements))
        day = today() - timedelta(days=7 * week)
        items.append(
            {
                "external_id": f"NY-2026-{number:06}",
                "revision": 1,
                "placement_id": placements[place],
                "kind": ("sick", "leave", "other")[number % 3],
                "from": day.isoformat(),
                "to": day.isoformat(),
                "percent": 100,
                "note": "Ringde sjølv om morgonen." if number % 5 == 0 else None,
                "cancelled": False,
            }
        )
    return items


def encoded(items: list[dict[str, object]]) -> dict[str, bytes]:
    """The batch in each format."""
    names = list(items[0])
    cells = [[("" if item[name] is None else str(item[name])) for name in names] for item in items]
    return {
        JSON: json.dumps({"items": items}, ensure_ascii=False).encode(),
        NDJSON: "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in items).encode(),
        CSV: "\r\n".join(";".join(row) for row in [names, *cells]).encode(),
    }
