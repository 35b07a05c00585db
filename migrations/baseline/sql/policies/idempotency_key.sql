-- Kept answers of keyed requests: each caller its own.
alter table idempotency_key enable row level security;
alter table idempotency_key force row level security;

create policy caller_manages_own on idempotency_key to vekstplass_service
    using (caller = (select current_setting('app.actor', true)))
    with check (caller = (select current_setting('app.actor', true)));
