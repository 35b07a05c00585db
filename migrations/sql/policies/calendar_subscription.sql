-- Calendar subscriptions: each caller its own. Who fetches by a secret address is known by the secret's hash alone, and
-- sees that one row.
alter table calendar_subscription enable row level security;
alter table calendar_subscription force row level security;

create policy owner_manages_own on calendar_subscription to vekstplass_service
    using (owner = (select current_setting('app.actor', true)))
    with check (owner = (select current_setting('app.actor', true)));

create policy address_reads_own on calendar_subscription for select to vekstplass_service
    using ('calendar:' || encode(secret_hash, 'hex') = (select current_setting('app.actor', true)));
