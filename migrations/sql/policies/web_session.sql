-- Who is logged in on the page. No policy for the service: nobody is known to be calling when a cookie is looked up, so
-- functions that run as the owner read and write by the cookie's digest alone.
alter table web_session enable row level security;
alter table web_session force row level security;

create policy owner_keeps_sessions on web_session to current_user using (true) with check (true);
