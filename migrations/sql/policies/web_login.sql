-- Logins on the page that were begun and have not come back from the issuer yet. No policy for the service: nobody is
-- known to be calling, so functions that run as the owner read and write by digests alone.
alter table web_login enable row level security;
alter table web_login force row level security;

create policy owner_keeps_sessions on web_login to current_user using (true) with check (true);
