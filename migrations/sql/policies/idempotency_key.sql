-- Kept answers of keyed requests: each caller its own.
alter table idempotency_key enable row level security;
alter table idempotency_key force row level security;

create policy caller_manages_own on idempotency_key to vekstplass_service
    using (caller = (select current_setting('app.actor', true)))
    with check (caller = (select current_setting('app.actor', true)));

create policy owner_clears_and_erases on idempotency_key to current_user using (true) with check (true);
