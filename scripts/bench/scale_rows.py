"""Years of a municipality, a region or the country, as `scale.py` fills a database with them: INSERT … SELECT.

A place is held by one person after the other, each for five years. In a year it has twelve absences, three meetings, an
evaluation, a settled and invoiced line a month, four events, and rows of the access log, of which each tenth is about
twenty people. Ids and numbers rise with time, as the service's own do, and no index is built afterwards: so large would
they have grown.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import asyncpg
from bench.wall import organisation_numbers

STAY = 5
ABSENCES = 12
PLACES_PER_PROVIDER = 24
MOST_PROVIDERS = 400
TEXT = "Vi snakka om trivsel, framgang og oppgåver, og om kva som skal til for å halde fram. " * 10


@dataclass(frozen=True, slots=True)
class Size:
    """What a database is filled with.

    Attributes:
        log_rows: of the access log, for a place in a year.
    """

    places: int
    years: int
    log_rows: float
    until: date

    @property
    def providers(self) -> int:
        return max(3, min(MOST_PROVIDERS, self.places // PLACES_PER_PROVIDER))

    @property
    def first_year(self) -> int:
        return self.until.year - self.years

    def months(self) -> Iterator[date]:
        """The first day of each, up to the last month that is over."""
        for number in range(12 * self.years):
            year, month = divmod(self.until.month - 1 + number, 12)
            yield date(self.first_year + year, month + 1, 1)


# Ids that rise with time, as those of version 7.
_MAKE_ID = """
create function pg_temp.make_id(at timestamptz) returns uuid language sql volatile return overlay(
    gen_random_uuid()::text placing
    overlay(lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') placing '-' from 9 for 0) from 1 for 13
)::uuid
"""
_PRICES = """
insert into rate (id, valid_from, known_from, monthly_amount, source)
    values (gen_random_uuid(), '2000-01-01', '2000-01-01', 15100, 'bench');
insert into guideline_version values (gen_random_uuid(), now(), now(), '2000-01-01', 50, 'calendar_days', 95, 25, 3,
    90, 30, 90, 2, 1, 1);
insert into budget_frame (id, year, amount, adopted_on, reason)
    select gen_random_uuid(), year, 9999999999, make_date(year, 1, 1), 'bench' from generate_series(2000, 2050) as year
"""
_PROVIDERS = """
insert into provider (id, name, organisation_number, municipality_number)
select gen_random_uuid(), 'Vekstbedrift ' || row_number() over (), number, '4631' from unnest($1::text[]) as number
"""
_PEOPLE = """
with people as (
    insert into participant (
        id, given_name, family_name, birth_date, municipality_number, service_area, contacts, address_protection
    )
    select pg_temp.make_id($1::date + n * interval '1 ms'), given[1 + n % 8],
        stem[1 + n / 8 % 20] || ending[1 + n / 160 % 8],
        date '1960-01-01' + (n * 31 % 15000)::int, '4631',
        case when n % 2 = 0 then 'habilitation' else 'mental_health' end,
        '[{"kind": "guardian", "name": "Kari Nordmann", "phone": "55 00 00 00"}]', false
    from generate_series($3::int, $4::int) as n, (select
        array['Solveig', 'Bjørn', 'Åse', 'Torbjørn', 'Ingrid', 'Magnus', 'Liv', 'Per'] as given,
        array['Test', 'Vik', 'Berg', 'Dal', 'Haug', 'Lund', 'Moe', 'Nes', 'Rud', 'Sol', 'Fjell', 'Gran', 'Holm', 'Kvam',
            'Li', 'Ås', 'Tveit', 'Brekk', 'Eide', 'Øde'] as stem,
        array['en', 'er', 'sen', 'land', 'stad', 'set', 'a', 'gård'] as ending) as names
    returning id, service_area
), numbered as (
    select id, service_area, row_number() over (order by id) as n from people
), providers as (
    select array_agg(id order by organisation_number) as ids from provider
)
insert into placement (
    id, participant_id, provider_id, service_area, terms, starts_on, ends_on, share, monthly_price, decided_on
)
select pg_temp.make_id($1::date + n * interval '1 ms'), numbered.id, ids[1 + n % array_length(ids, 1)], service_area,
    case when n % 10 = 3 then 'legacy' else 'standard' end, $1::date, $2::date,
    case when n % 5 = 1 then 60 else 100 end,
    case when n % 10 = 3 then 18000 end, case when n % 10 <> 3 then $1::date - 30 end
from numbered, providers
"""
_TERMS = """
insert into placement_terms (
    id, placement_id, provider_id, valid_from, valid_to, share, monthly_price, medication_tasks, known_from
)
select pg_temp.make_id(starts_on), id, provider_id, starts_on, ends_on, share, monthly_price, false, decided_on
from placement;
insert into plan (id, placement_id, provider_id, filed_by, made_on, sent_on, content_areas, text)
select pg_temp.make_id(starts_on + 30), id, provider_id, 'provider', starts_on + 30, starts_on + 30, array['activity'],
    '{text}'
from placement
"""
_OF_A_MONTH = "starts_on <= $1 and coalesce(ends_on, 'infinity') >= $1::date + interval '1 month' - interval '1 day'"
_ABSENCES = f"""
insert into absence (
    id, provider_id, external_id, placement_id, revision, kind, starts_on, ends_on, percent, note, cancelled,
    revision_cancels
)
select pg_temp.make_id(day), provider_id, 'FR-' || to_char(day, 'YYYYMM') || '-' || substr(id::text, 25), id, 1,
    (array['sick', 'sick', 'leave', 'holiday'])[1 + extract(month from day)::int % 4], day, day + 1, 100,
    case when extract(month from day)::int % 3 = 0 then 'Ringde sjølv om morgonen.' end, false, false
from (select id, provider_id, $1::date + (hashtext(id::text) & 15) as day from placement where {_OF_A_MONTH}) as days
order by day
"""
_MEETINGS = f"""
insert into meeting (
    id, kind, placement_id, provider_id, filed_by, version, held_on, called_by, attendees, participant_present, counts,
    themes, minutes
)
select pg_temp.make_id($1::date + 9),
    case extract(month from $1::date)::int % 3 when 0 then 'cooperation' else 'conversation' end, id, provider_id,
    'provider', 1, $1::date + 9, 'provider', '[{{"role": "participant"}}, {{"role": "provider"}}]', true, true,
    case extract(month from $1::date)::int % 3 when 0 then array['functioning'] else array['progress', 'content'] end,
    $2
from placement where {_OF_A_MONTH} and (hashtext(id::text) + extract(month from $1::date)::int) % 4 = 0
"""
_EVALUATIONS = f"""
insert into evaluation (id, placement_id, provider_id, filed_by, period_from, period_to, sent_on, content_areas, text)
select pg_temp.make_id($1::date + 9), id, provider_id, 'provider', $1::date - 365, $1::date - 1, $1::date + 9,
    array['mastery'], $2
from placement where {_OF_A_MONTH} and (hashtext(id::text) + extract(month from $1::date)::int) % 12 = 0
"""
_EVENTS = f"""
insert into event (id, transaction_id, type, subject, data)
select pg_temp.make_id($1::date + 9), $2 + row_number() over (), 'meeting.filed', '/v1/meetings/' || id,
    jsonb_build_object('meeting_id', id, 'placement_id', id, 'provider_id', provider_id)
from placement where {_OF_A_MONTH} and (hashtext(id::text) + extract(month from $1::date)::int) % 3 = 0
"""
_SETTLEMENT = f"""
with settlement as (
    insert into settlement (id, month, version, number, closed_by, by_month)
    values (pg_temp.make_id($1::date + 35), $1, 1, (select count(*) + 1 from settlement), 'person:bench', '{{}}')
    returning id
), invoice as (
    insert into invoice_check (id, provider_id, number, kind, issued_on, amount, expected, result, basis, by_month,
        identity_numbers, names, checked_by)
    select pg_temp.make_id($1::date + 36), id, to_char($1::date, 'YYYYMM'), 'invoice', $1::date + 36, 100000, 100000,
        'equal', 'settlement', '{{}}', 0, 0, 'person:bench' from provider
    returning id, provider_id
), cover as (
    insert into invoice_cover (id, invoice_id, placement_id, month, amount)
    select pg_temp.make_id($1::date + 36), invoice.id, placement.id, $1, 22650
    from placement join invoice on invoice.provider_id = placement.provider_id where {_OF_A_MONTH}
), checked as (
    insert into invoice_check_line (id, invoice_id, line, placement_id, month, invoiced, expected)
    select pg_temp.make_id($1::date + 36), invoice.id, 1, placement.id, $1, 22650, 22650
    from placement join invoice on invoice.provider_id = placement.provider_id where {_OF_A_MONTH}
)
insert into settlement_line (id, settlement_id, placement_id, provider_id, month, days, divisor, amount, parts)
select pg_temp.make_id($1::date + 35), settlement.id, placement.id, provider_id, $1, 28, 28, 22650, jsonb_build_array(
    jsonb_build_object('kind', terms, 'first_day', $1::date, 'last_day', $1::date + 27, 'days', 28, 'share', share,
        'price', '22650.00', 'rate_id', placement.id, 'guideline_version_id', placement.id))
from placement, settlement where {_OF_A_MONTH}
"""
_PARTITION = """
create table access_log_partition.{name} (like public.access_log including defaults including constraints);
alter table access_log_partition.{name} enable row level security, force row level security;
alter table public.access_log attach partition access_log_partition.{name} for values from ('{first}') to ('{end}')
"""
_LOG = """
insert into access_log (
    id, transaction_number, at, actor, organisation, action, method, route, purpose, outcome, request_id,
    participant_ids, denied_ids
)
select overlay(pg_temp.make_id(at)::text placing '000000' from 31)::uuid, $2 + n, at,
    case when n % 2 = 0 then 'person:7c1f0b1e5b6f4f6f' else 'maskinporten:310300403' end,
    case when n % 2 = 1 then '310300403' end, 'read', 'GET',
    case when n % 10 = 0 then '/v1/placements' else '/v1/participants/{{participant_id}}' end,
    case when n % 2 = 0 then 'case_handling' else 'provision' end, 'allowed', gen_random_uuid()::text,
    case when n % 10 = 0
        then array(select ids[1 + (n * 7919 + k) % array_length(ids, 1)] from generate_series(1, 20) as k)
        else array[ids[1 + n * 7919 % array_length(ids, 1)]] end, '{{}}'
from (select array_agg(participant_id) as ids from placement where {held}) as people,
    lateral (select n, $1::date + 7 * interval '1 hour' + n * interval '27 days' / $3::bigint as at
        from generate_series(1, $3::bigint) as n) as times
where ids is not null
"""


async def fill(database: asyncpg.Connection, size: Size) -> None:
    """Fill a migrated, empty database, as a superuser."""
    await database.execute("set statement_timeout = 0; set timezone = 'UTC'")
    await database.execute(_MAKE_ID)
    await database.execute(_PRICES)
    await database.execute(_PROVIDERS, organisation_numbers(size.providers))
    months = list(size.months())
    await _fill_people(database, size, months[0])
    # Every person has one place at a time, and nothing names what is not there: it is not asked row by row.
    await database.execute("set session_replication_role = replica")
    await database.execute(_TERMS.format(text=TEXT))
    number = 1
    for month in months:
        await database.execute(_ABSENCES, month)
        await database.execute(_MEETINGS, month, TEXT)
        await database.execute(_EVALUATIONS, month, TEXT)
        await database.execute(_EVENTS, month, number)
        await database.execute(_SETTLEMENT, month)
        number += size.places
        rows = math.ceil(size.places * size.log_rows / 12)
        await _make_partition(database, month)
        await database.execute(_LOG.format(held=_OF_A_MONTH), month, number, rows)
        number += rows
    await database.execute("set session_replication_role = origin")
    await database.execute("select continue_event_numbers()")
    await database.execute("vacuum (analyze, freeze)")


async def _fill_people(database: asyncpg.Connection, size: Size, first: date) -> None:
    for since in range(first.year, first.year + size.years, STAY):
        starts_on = first.replace(year=since)
        is_last = since + STAY >= first.year + size.years
        ends_on = None if is_last else first.replace(year=since + STAY) - timedelta(days=1)
        for start in range(1, size.places + 1, 5_000):
            end = min(start + 4_999, size.places)
            await database.execute(_PEOPLE, starts_on, ends_on, start, end)


async def _make_partition(database: asyncpg.Connection, month: date) -> None:
    end = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    name = f"month_{month:%Y_%m}"
    if await database.fetchval("select to_regclass($1)", f"access_log_partition.{name}") is None:
        await database.execute(_PARTITION.format(name=name, first=month, end=end))
